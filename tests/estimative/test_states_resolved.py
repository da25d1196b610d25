"""The commands `resolve` and `score` for events with states: from a saved run to the weights of a pool."""

from __future__ import annotations

import csv
import json
import math
import shutil
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from tests import leak
from tests.command import Desk
from tests.estimative.test_resolve import AS_OF, MADE, UNTIL, backdate, day
from tests.in_process import Finished

OBSERVED = leak.SCENARIO[leak.SCENARIO.index("[evidence.reacted]") :]
LOSS = """
[events.loss]
title = "The loss"
edges = [0, 1, 10]
unit = "million euros"
"""
SCENARIO = (
    leak.SCENARIO.replace(OBSERVED, "").replace("2026-11-01", AS_OF).replace("2027-12-31", UNTIL) + LOSS
)  # fmt: skip
SHARES = """
loss = { "0-1" = 0.5, "1-10" = 0.3, "10+" = 0.2, worth = 10 }
[effects.actor]"""
INSIDER = "insider = 0.5, criminals = 0.2"
PRIORS = leak.PRIORS.replace("\n[effects.actor]", SHARES)
OTHER = PRIORS.replace('name = "a"', 'name = "b"').replace("insider = 0.2, criminals = 0.5", INSIDER)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A run of each of two analysts about a leak, when nobody knew who did it."""
    desk = Desk.at(tmp_path_factory.mktemp("kept"))
    desk.write("leak.toml", SCENARIO)
    for name, priors in (("a", PRIORS), ("b", OTHER)):
        desk.write(f"{name}.toml", priors)
        fit = desk.run("fit", "-s", "leak.toml", "-p", f"{name}.toml", "--method", "importance", "--draws", "3000")
        assert fit.code == 0, fit.err
    backdate(desk)
    return desk


@pytest.fixture
def office(kept: Desk, tmp_path: Path) -> Desk:
    """A copy of that desk, to write on."""
    shutil.copytree(kept.folder, tmp_path / "desk")
    shutil.copytree(kept.runs, tmp_path / "runs")
    return Desk(tmp_path / "desk", tmp_path / "runs")


def resolve(desk: Desk, event: str, result: str, *more: str, place: int = 0, date: str = UNTIL) -> Finished:
    """Resolve the state of an event of the first or second run."""
    run = [name for name in desk.kept() if not name.startswith("resolutions")][place]
    return desk.run("resolve", run, "--event", event, "--result", result, "--date", date, "--because", "x", *more)


def outcome(desk: Desk, name: str, result: str, *more: str, place: int = 0) -> Finished:
    run = [name for name in desk.kept() if not name.startswith("resolutions")][place]
    return desk.run("resolve", run, "--outcome", name, "--result", result, "--date", UNTIL, "--because", "x", *more)


def log_of(desk: Desk) -> list[Any]:
    path = desk.runs / "resolutions.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def events_of(desk: Desk, place: int = 0) -> Any:
    return json.loads((desk.runs / desk.kept()[place] / "result.json").read_text(encoding="utf-8"))["events"]


def test_a_resolution_has_the_probabilities_of_all_states(office: Desk) -> None:
    """A line has the run's probability of each state, which add up to 1, and the answer names titles."""
    done = resolve(office, "actor", "insider", date=day(30))
    assert (done.code, done.err) == (0, "")
    line, _ = log_of(office)
    assert (line["event"], line["state"], line["outcome"], line["ordered"]) == ("actor", "insider", "", False)
    for each in line["states"]:
        posterior = events_of(office)[f"actor={each['state']}"]["posterior"]
        assert (each["probability"], each["mcse"]) == (posterior["value"], posterior["se"])
    assert math.fsum(each["probability"] for each in line["states"]) == pytest.approx(1, abs=1e-12)
    text = " ".join(done.out.split())
    assert "Who took the file: An employee, certain on" in text
    assert "This decides outcomes that are not recorded yet: A state did it (state_did): no." in text
    assert max(len(row) for row in done.out.splitlines() if "/" not in row) <= 80


def test_under_a_condition_its_probabilities_count(office: Desk) -> None:
    """Of an event with a condition the probabilities under it are recorded, or that it was not met, which is void."""
    assert resolve(office, "severity", "major").code == 0
    line, _ = log_of(office)
    for each in line["states"]:
        conditional = events_of(office)[f"severity={each['state']}"]["conditional"]["posterior"]
        assert each["probability"] == conditional["value"]
    assert math.fsum(each["probability"] for each in line["states"]) == pytest.approx(1, abs=1e-12)
    again = resolve(office, "severity", "otherwise", "--correct")
    assert "its condition was not met (The file is sold), so it is counted but not scored" in " ".join(
        again.out.split()
    )
    assert json.loads(office.run("score", "--format", "json").out)["overall"] is None


@pytest.mark.parametrize(
    ("number", "state"), [("0", "0-1"), ("1", "0-1"), ("1.001", "1-10"), ("10", "1-10"), ("5e2", "10+"), ("10+", "10+")]
)
def test_a_number_is_in_its_range(office: Desk, number: str, state: str) -> None:
    """A number is recorded as the range that it is in; an edge belongs to the range below it, as P(number <= edge)."""
    done = resolve(office, "loss", number)
    assert (done.code, done.err) == (0, "")
    line, _ = log_of(office)
    assert (line["state"], line["ordered"]) == (state, True)


ERRORS = {
    "misspelt state": (("actor", "insidr"), 'Allowed: insider, criminals, state, void. Did you mean "insider"?'),
    "yes of an event": (("actor", "yes"), '"yes" is not a state of actor'),
    "no condition": (("actor", "otherwise"), '"otherwise" is not a state of actor'),
    "condition": (("severity", "worse"), "Allowed: minor, major, otherwise, void."),
    "misspelt event": (("acter", "insider"), 'Did you mean "actor"?'),
    "binary": (("sale", "yes"), '"sale" happens or not, it has no states'),
    "below all ranges": (("loss", "-0.5"), "-0.5 is below the first edge of loss. Allowed: 0 or more."),
    "no number": (("loss", "nan"), '"nan" is not a state of loss, or a number'),
    "number of states": (("actor", "2"), '"2" is not a state of actor'),
    "both": (("actor", "insider", "--outcome", "bad"), "an outcome and an event exclude each other"),
    "nothing to correct": (("actor", "insider", "--correct"), "the state of actor of this run is not resolved"),
}


@pytest.mark.parametrize("name", ERRORS)
def test_what_is_no_state_is_an_error_and_nothing_is_written(office: Desk, name: str) -> None:
    """A mistake is one line on stderr, the code is 2, and there is no log afterwards."""
    given, message = ERRORS[name]
    done = resolve(office, *given)
    assert (done.code, done.out, len(done.err.splitlines())) == (2, "", 1)
    assert message in done.err
    assert log_of(office) == []


def test_what_was_evidence_is_not_scored(desk: Desk) -> None:
    """A run that was given the state of an event as evidence made no forecast of it."""
    desk.write("leak.toml", SCENARIO + OBSERVED)
    desk.write("a.toml", PRIORS)
    fit = desk.run("fit", "-s", "leak.toml", "-p", "a.toml", "--method", "importance", "--draws", "3000")
    assert fit.code == 0, fit.err
    backdate(desk)
    done = resolve(desk, "reaction", "note")
    assert (done.code, len(done.err.splitlines())) == (2, 1)
    assert "the state of reaction is evidence of this run" in done.err


def test_a_state_and_an_outcome_cannot_contradict_each_other(office: Desk) -> None:
    """An answer that the state of an event excludes is refused, in either order and for every analyst's run."""
    assert resolve(office, "actor", "insider", date=day(30)).code == 0
    for place in (0, 1):
        done = outcome(office, "state_did", "yes", place=place)
        assert (done.code, len(done.err.splitlines())) == (2, 1)
        assert "the answer about state_did is yes, but line 1 answers the state of actor with insider" in done.err
    assert outcome(office, "state_did", "no").code == 0
    assert outcome(office, "bad", "yes").code == 0
    assert "line 5 answers bad with yes" in resolve(office, "severity", "minor").err
    assert resolve(office, "severity", "major").code == 0
    assert len(log_of(office)) == 8


def test_a_correction_names_what_it_contradicts(office: Desk) -> None:
    """Two wrong answers are corrected one after the other; until then there is no score."""
    assert resolve(office, "actor", "insider").code == 0
    assert outcome(office, "state_did", "no").code == 0
    done = resolve(office, "actor", "state", "--correct")
    assert done.code == 0
    assert "line 3 answers state_did with no. Correct that line as well." in " ".join(done.out.split())
    score = office.run("score")
    assert (score.code, score.out, len(score.err.splitlines())) == (2, "", 1)
    assert "line 5, " in score.err
    assert outcome(office, "state_did", "yes", "--correct").code == 0
    assert office.run("score").code == 0


def test_the_score_of_states_earns_weights(office: Desk) -> None:
    """Scores are those of the runs; the CSV has a row for each state, and gives a pool the same scores."""
    assert resolve(office, "actor", "insider").code == 0
    assert resolve(office, "loss", "3").code == 0
    assert outcome(office, "bad", "no").code == 0
    scores = json.loads(office.run("score", "--format", "json").out)["analysts"]
    for place, name in ((0, "a"), (1, "b")):
        events = events_of(office, place)
        who, loss = (
            [events[f"{event}={state}"]["posterior"]["value"] for state in states]
            for event, states in (("actor", ("insider", "criminals", "state")), ("loss", ("0-1", "1-10", "10+")))
        )
        assert scores[name]["ranked"]["count"] == 1
        assert scores[name]["ranked"]["score"]["value"] == pytest.approx((loss[0] ** 2 + loss[2] ** 2) / 2, abs=1e-12)
        bad = json.loads((office.runs / office.kept()[place] / "result.json").read_text())["outcomes"]["bad"]
        p = bad["posterior"]["value"]
        brier = ((1 - who[0]) ** 2 + who[1] ** 2 + who[2] ** 2 + (1 - loss[1]) ** 2 + loss[0] ** 2 + loss[2] ** 2) / 2
        assert scores[name]["brier"]["value"] == pytest.approx((brier + p**2) / 3, abs=1e-12)
        log = math.log(who[0]) + math.log(loss[1]) + math.log(1 - p)
        assert scores[name]["log"]["value"] == pytest.approx(-log / 3, abs=1e-12)
    record = office.run("score", "--format", "csv").out
    assert len(list(csv.DictReader(StringIO(record)))) == 2 * (3 + 3 + 1)
    office.write("record.csv", record)
    pooled = office.run(
        "pool", "-s", "leak.toml", "-p", "a.toml", "-p", "b.toml", "--scores", "record.csv", "--draws", "2000",
        "--format", "json",
    )  # fmt: skip
    assert pooled.code == 0, pooled.err
    earned = {row["analyst"]: row["log"]["value"] for row in json.loads(pooled.out)["record"]["scores"]}
    assert earned == pytest.approx({name: row["log"]["value"] for name, row in scores.items()}, abs=1e-12)
    weights = json.loads(pooled.out)["weights"]
    assert weights["b"]["weight"]["value"] > weights["a"]["weight"]["value"], "b thought of the insider"


def test_states_score_in_every_format(office: Desk) -> None:
    """The score of states is a document and a workbook; the terminal keeps to 80 columns."""
    assert resolve(office, "loss", "3").code == 0
    done = office.run("score")
    assert (done.code, done.err) == (0, "")
    assert "Ranked probability score" in done.out
    assert max(map(len, done.out.splitlines())) <= 80
    assert office.run("score", "-o", "score.xlsx").code == 0
    assert "loss" in office.run("score", "--format", "html").out


def test_the_answer_before_the_run_is_hindsight(office: Desk) -> None:
    """A run that was made after the state was certain is not scored."""
    done = resolve(office, "reaction", "note", date=day(41))
    assert (done.code, len(done.err.splitlines())) == (2, 1)
    assert f"the run is of {MADE}, but the answer was known since {day(41)}" in done.err

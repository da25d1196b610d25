"""The commands `resolve` and `score`: from a kept run to a record that pools earn weights from."""

from __future__ import annotations

import csv
import datetime
import hashlib
import json
import re
import shutil
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.command import FERRY, PRIORS, SCENARIO, Desk, Told

SCHEMA = json.loads((Path(__file__).parents[2] / "reports" / "score" / "schema.json").read_text(encoding="utf-8"))
TODAY = datetime.datetime.now(datetime.UTC).astimezone().date()


def day(before: int) -> str:
    """A date so many days ago."""
    return str(TODAY - datetime.timedelta(days=before))


AS_OF, MADE, UNTIL = day(60), day(40), day(20)
DATED = SCENARIO.replace("2026-11-01", AS_OF).replace("2026-12-01", UNTIL)
COOK = PRIORS.replace('name = "mate"', 'name = "cook"').replace('"unlikely"', '"likely"')
NOW = DATED.replace('title = "A storm is forecast"', 'title = "A storm is forecast"\nwhen = "now"').replace(
    '[outcomes.cancelled]', '[outcomes.storm]\ntitle = "A storm is forecast"\nall = ["storm"]\n\n[outcomes.cancelled]'
)  # fmt: skip
"""The same scenario, in which the storm is settled when the question is asked."""


def backdate(desk: Desk, when: str = MADE) -> None:
    """Let all runs of a desk have been made earlier."""
    for run in filter(Path.is_dir, desk.runs.iterdir()):
        for name in ("summary.json", "manifest.json"):
            content = json.loads((run / name).read_text(encoding="utf-8"))
            (content["run"] if name == "summary.json" else content)["created"] = f"{when}T12:00:00+00:00"
            (run / name).write_text(json.dumps(content), encoding="utf-8")


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Runs of a ferry whose time is over: by the mate, the cook and the mate again; the last did not converge."""
    desk = Desk.at(tmp_path_factory.mktemp("kept"))
    desk.write("ferry.toml", NOW)
    desk.write("cook.toml", COOK)
    quick = ("--scenario", "ferry.toml", "--method", "importance", "--draws")
    assert desk.run("fit", *quick, "2000", "--priors", "mate.toml").code == 0
    assert desk.run("fit", *quick, "2000", "--priors", "cook.toml").code == 0
    assert desk.run("fit", *quick, "100", "--priors", "mate.toml").code == 3
    backdate(desk)
    return desk


@pytest.fixture
def office(kept: Desk, tmp_path: Path) -> Desk:
    """A copy of that desk, to write on."""
    shutil.copytree(kept.folder, tmp_path / "desk")
    shutil.copytree(kept.runs, tmp_path / "runs")
    return Desk(tmp_path / "desk", tmp_path / "runs")


def resolve(
    desk: Desk, place: int, *more: str, happened: str = "no", on: str = UNTIL, because: str = "The log"
) -> Told:
    """Resolve the first, second or third run."""
    run = [name for name in desk.kept() if not name.startswith("resolutions")][place]
    return desk.run("resolve", run, "--happened", happened, "--on", on, "--because", because, *more)


def ledger(desk: Desk) -> bytes:
    path = desk.runs / "resolutions.jsonl"
    return path.read_bytes() if path.exists() else b""


def summary(desk: Desk, place: int) -> Any:
    return json.loads((desk.runs / desk.kept()[place] / "summary.json").read_text(encoding="utf-8"))


def test_a_resolution_keeps_what_the_run_said(office: Desk) -> None:
    """A line has the run's own numbers, digests and dates, the answer, and its reason on one line."""
    found = summary(office, 0)
    told = resolve(office, 0, because="  The harbour\nmaster's   log ")
    assert (told.code, told.err) == (0, "")
    line = json.loads(ledger(office))
    assert line["probability"] == found["outcomes"]["cancelled"]["probability"]
    assert line["mcse"] == found["outcomes"]["cancelled"]["mcse"]
    assert (line["run"], line["created"]) == (found["run"]["id"], f"{MADE}T12:00:00+00:00")
    assert (line["scenario"], line["scenario_digest"]) == ("ferry", found["scenario"]["digest"])
    assert (line["prior_set"], line["prior_set_digest"]) == ("mate", found["prior_set"]["digest"])
    assert (line["analyst"], line["outcome"]) == ("The first mate", "cancelled")
    assert (line["as_of"], line["until"], line["on"]) == (AS_OF, UNTIL, UNTIL)
    assert (line["happened"], line["because"]) == (False, "The harbour master's log")


def test_what_was_noted_is_told_with_its_digest(office: Desk) -> None:
    """The command says what it noted and the digest that `sha256sum` finds of the line, in 80 columns."""
    told = resolve(office, 0)
    text = " ".join(told.out.split())
    assert "The ferry is cancelled: did not come about. mate had said " in text
    assert "20 days before the time was over" in text
    assert f"Its digest is {hashlib.sha256(ledger(office)).hexdigest()}." in text
    assert max(map(len, (line for line in told.out.splitlines() if "/" not in line))) <= 80


def test_a_run_goes_by_any_of_its_names(office: Desk) -> None:
    """A run is resolved by the beginning of its id, and `latest` is the newest, which did not converge."""
    told = office.run("resolve", "latest", "--happened", "no", "--on", UNTIL, "--because", "x")
    assert told.code == 2
    first, second, _ = office.kept()
    shared = next(place for place, (a, b) in enumerate(zip(first, second, strict=True)) if a != b)
    beginning = first[: shared + 1]
    assert office.run("resolve", beginning, "--happened", "no", "--on", UNTIL, "--because", "x").code == 0
    assert json.loads(ledger(office))["run"] == first


FAULTS = {
    "unknown run": (
        ["resolve", "nothing", "--happened", "no", "--on", UNTIL, "--because", "x"],
        ["there is no such run"],
    ),
    "no reason": ([0, {"because": "  "}], ["--because: the reason is missing"]),
    "reason in bytes": ([0, {"because": "\udcff"}], ["--because: the reason is not a text"]),
    "no date": ([0, {"on": "yesterday"}], ['--on: "yesterday" is not a date. Allowed: a date such as']),
    "neither": (
        [0, {"on": "2026-13-01", "because": ""}],
        ["--because: the reason is missing", '--on: "2026-13-01" is not a date'],
    ),
    "before the question": ([0, {"on": day(61), "happened": "void"}], ["before the question"]),
    "to come": ([0, {"on": day(-2), "happened": "void"}], ["is in the future"]),
    "too late": ([0, {"on": day(19), "happened": "yes"}], ["is after the horizon. Allowed: a date up to"]),
    "too early": ([0, {"on": day(21)}], ["before that day is over"]),
    "hindsight": ([0, {"on": day(41), "happened": "yes"}], ["when the answer had been known since"]),
    "misspelt outcome": ([0, {}, "--outcome", "canceled"], ['Did you mean "cancelled"?']),
    "nothing to correct": ([0, {}, "--correct"], ["no resolution of cancelled of this run"]),
    "not converged": ([2, {}], ["this run did not converge"]),
    "no answer": ([0, {"happened": "perhaps"}], ["perhaps"]),
}


@pytest.mark.parametrize("name", FAULTS)
def test_what_cannot_be_is_a_fault_and_nothing_is_written(office: Desk, name: str) -> None:
    """Each mistake has its own line on stderr, the code is 2, and there is no ledger afterwards."""
    said, expected = FAULTS[name]
    told = office.run(*said) if said[0] == "resolve" else resolve(office, said[0], *said[2:], **said[1])  # type: ignore[arg-type, misc]
    assert (told.code, told.out) == (2, "")
    assert all(part in told.err for part in expected), told.err
    assert "Traceback" not in told.err
    if name != "no answer":
        assert len(told.err.splitlines()) == len(expected)
    assert "resolutions.jsonl" not in office.kept()


def test_what_is_settled_already_may_become_known_at_any_time(office: Desk) -> None:
    """Of an outcome all of whose events are settled when asked, a no before the horizon is no fault."""
    assert resolve(office, 0, "--outcome", "storm", on=day(30)).code == 0
    assert resolve(office, 0, "--outcome", "cancelled_in_storm", on=day(30)).code == 2


def test_a_condition_is_told(office: Desk) -> None:
    """Of a conditional outcome a no says that the condition came about; where it did not, it is void."""
    told = resolve(office, 0, "--outcome", "cancelled_in_storm")
    assert "did not come about, though its condition (storm) did" in " ".join(told.out.split())
    again = resolve(office, 0, "--outcome", "cancelled_in_storm", "--correct", happened="void", because="no storm")
    assert "void, so that it is counted but not scored" in " ".join(again.out.split())
    assert [json.loads(line)["happened"] for line in ledger(office).splitlines()] == [False, None]


def test_a_scenario_that_was_changed_is_a_fault(office: Desk) -> None:
    """What a run was made from has to be what it was: another question cannot be answered for it."""
    path = office.runs / office.kept()[0] / "inputs" / "scenario.toml"
    path.write_text(
        path.read_text(encoding="utf-8").replace('all = ["storm"]', 'all = ["cancelled"]'), encoding="utf-8"
    )
    told = resolve(office, 0)
    assert (told.code, told.out, len(told.err.splitlines())) == (2, "", 1)
    assert "the scenario has changed since the run" in told.err


def test_a_second_answer_needs_to_be_a_correction(office: Desk) -> None:
    """What is resolved stays so until it is corrected, by a line that says which one it corrects."""
    assert resolve(office, 0).code == 0
    before = ledger(office)
    again = resolve(office, 0, happened="yes")
    assert (again.code, ledger(office)) == (2, before)
    assert "resolutions.jsonl:1:" in again.err
    assert resolve(office, 0, "--correct", happened="yes").code == 0
    assert ledger(office).startswith(before)
    assert json.loads(ledger(office).splitlines()[1])["corrects"] == 1


def test_two_answers_to_one_question_are_a_fault_of_the_score(office: Desk) -> None:
    """After a correction that leaves another analyst's answer standing, the score names the line that contradicts."""
    for place in (0, 1):
        assert resolve(office, place).code == 0
    assert resolve(office, 0, "--correct", happened="yes").code == 0
    told = office.run("score")
    assert (told.code, told.out, len(told.err.splitlines())) == (2, "", 1)
    assert "resolutions.jsonl, line 3" in told.err
    assert resolve(office, 1, "--correct", happened="yes").code == 0
    assert office.run("score").code == 0


def test_a_ledger_that_was_changed_is_no_ground_for_a_score(office: Desk) -> None:
    """A line that was changed is a fault of `score` and of `resolve`, with its number; nothing is told or added."""
    for place in (0, 1):
        assert resolve(office, place).code == 0
    path = office.runs / "resolutions.jsonl"
    path.write_bytes(path.read_bytes().replace(b"false", b"true", 1))
    for told in (office.run("score"), office.run("score", "--csv"), resolve(office, 1, "--outcome", "storm")):
        assert (told.code, told.out) == (2, "")
        assert "resolutions.jsonl, line 1: this line was changed" in told.err
    assert ledger(office).count(b"\n") == 2


@pytest.mark.parametrize("form", ["", "--md", "--json", "--csv"])
def test_without_a_resolution_the_score_says_so(desk: Desk, form: str) -> None:
    """Where nothing is resolved the score says so or is empty in every form, exits with 0 and makes no file."""
    told = desk.run("score", *filter(None, (form,)))
    assert (told.code, told.err) == (0, "")
    match form:
        case "--json":
            assert json.loads(told.out)["overall"] is None
        case "--csv":
            assert told.out == "analyst,question,probability,outcome\n"
        case _:
            assert "none scored yet" in told.out
    assert desk.kept() == []


def test_without_a_resolution_there_is_no_picture(desk: Desk) -> None:
    """No figure is written where there is nothing to draw, and that is said."""
    told = desk.run("score", "--svg", "plot.svg")
    assert told.code == 0
    assert told.err == "no figure: No judgement is scored yet.\n"
    assert not (desk.folder / "plot.svg").exists()


@pytest.fixture
def resolved(office: Desk) -> Desk:
    """A desk where the mate's and the cook's run are resolved, one condition besides that did not come about."""
    for place in (0, 1):
        assert resolve(office, place).code == 0
        assert resolve(office, place, "--outcome", "storm").code == 0
    assert resolve(office, 1, "--outcome", "cancelled_in_storm", happened="void").code == 0
    return office


def test_the_score_is_that_of_the_runs(resolved: Desk) -> None:
    """The JSON satisfies its schema; Brier and logarithmic score are those of what the runs said."""
    import math

    told = resolved.run("score", "--json")
    assert (told.code, told.err) == (0, "")
    found = json.loads(told.out)
    Draft202012Validator(SCHEMA).validate(found)
    assert list(found["analysts"]) == ["cook", "mate"]
    for place, name in ((0, "mate"), (1, "cook")):
        said = [summary(resolved, place)["outcomes"][outcome]["probability"] for outcome in ("cancelled", "storm")]
        scores = found["analysts"][name]
        assert scores["brier"]["value"] == pytest.approx(sum(p * p for p in said) / 2, abs=1e-12)
        assert scores["log"]["value"] == pytest.approx(-sum(math.log(1 - p) for p in said) / 2, abs=1e-12)
    assert (found["overall"]["count"], found["overall"]["questions"], found["overall"]["scenarios"]) == (4, 2, 1)
    assert found["open_runs"] == 0, "the run that did not converge is no judgement"
    assert found["digest"] == hashlib.sha256(ledger(resolved).splitlines(keepends=True)[-1]).hexdigest()


def test_the_score_on_the_terminal_and_in_markdown(resolved: Desk) -> None:
    """Both tell analysts, scores, bands and what is void; the terminal keeps to 80 columns where names allow it."""
    told = resolved.run("score")
    assert (told.code, told.err) == (0, "")
    text = " ".join(told.out.split())
    assert "4 judgements on 2 questions from 1 scenario. Not scored: 1 void one." in text
    assert "Fewer than 20 resolved questions: cook (2 questions) and mate (2 questions)." in text
    assert max(map(len, told.out.splitlines())) <= 80
    assert "| all together |" in resolved.run("score", "--md").out


def test_an_analyst_can_be_scored_alone(resolved: Desk) -> None:
    """`--analyst` keeps to the named ones; a name that is not in the ledger is a fault with the nearest."""
    found = json.loads(resolved.run("score", "--analyst", "cook", "--json").out)
    assert list(found["analysts"]) == ["cook"]
    assert found["overall"] == found["analysts"]["cook"]
    told = resolved.run("score", "-a", "cok")
    assert (told.code, told.out, len(told.err.splitlines())) == (2, "", 1)
    assert 'Did you mean "cook"?' in told.err


def test_a_run_that_is_not_resolved_is_counted(office: Desk) -> None:
    """A converged run of the same scenario and prior set that nobody resolved is told, unless it came too late."""
    assert resolve(office, 0).code == 0
    more = office.run("fit", *FERRY, "--method", "importance", "--draws", "2000", "--seed", "5")
    assert more.code == 0
    assert json.loads(office.run("score", "--json").out)["open_runs"] == 0
    backdate(office)
    assert "1 kept run of the same scenarios and prior sets is not resolved" in " ".join(
        office.run("score").out.split()
    )
    assert json.loads(office.run("score", "--json").out)["open_runs"] == 1


def test_the_csv_earns_weights(resolved: Desk) -> None:
    """What `score --csv` prints is what `pool --scores` reads, and the better score weighs more."""
    told = resolved.run("score", "--csv")
    rows = list(csv.DictReader(StringIO(told.out)))
    assert [row["analyst"] for row in rows] == ["mate", "mate", "cook", "cook"]
    assert {row["question"] for row in rows} == {f"ferry: cancelled by {UNTIL}", f"ferry: storm by {UNTIL}"}
    resolved.write("record.csv", told.out)
    pooled = resolved.run(
        "pool", *FERRY, "--priors", "cook.toml", "--scores", "record.csv", "--draws", "2000", "--json"
    )
    assert pooled.code == 0, pooled.err
    found, scored = json.loads(pooled.out), json.loads(resolved.run("score", "--json").out)["analysts"]
    for name in ("mate", "cook"):
        assert found["record"]["analysts"][name]["log"]["value"] == pytest.approx(
            scored[name]["log"]["value"], abs=1e-12
        )
    assert found["weights"]["mate"]["weight"] > found["weights"]["cook"]["weight"]


def test_the_calibration_is_drawn(resolved: Desk) -> None:
    """`--svg FILE` writes the plot beside whatever form is printed, and says so on stderr."""
    told = resolved.run("score", "--csv", "--svg", "plot.svg")
    assert (told.code, told.err) == (0, "wrote plot.svg\n")
    assert told.out.startswith("analyst,question,probability,outcome\n")
    svg = (resolved.folder / "plot.svg").read_text(encoding="utf-8")
    assert "Too few to tell (2 questions)" in svg


def test_the_ledger_is_no_run(resolved: Desk) -> None:
    """The list of runs passes over the ledger, and what can be asked of runs still works."""
    told = resolved.run("runs", "--json")
    assert len(json.loads(told.out)) == 3
    assert resolved.run("runs", "show", "latest").code == 0


@pytest.mark.parametrize("command", ["resolve", "score"])
def test_every_command_explains_itself(desk: Desk, command: str) -> None:
    """`--help` tells the usage on stdout and nothing on stderr."""
    told = desk.run(command, "--help")
    assert (told.code, told.err) == (0, "")
    assert told.out.startswith(f"Usage: estimative {command} ")


@pytest.mark.parametrize("missing", ["--happened", "--on", "--because"])
def test_nothing_can_be_left_unsaid(office: Desk, missing: str) -> None:
    """Answer, date and reason have to be given."""
    said = {"--happened": "no", "--on": UNTIL, "--because": "x"}
    del said[missing]
    told = office.run("resolve", office.kept()[0], *(part for pair in said.items() for part in pair))
    assert (told.code, told.out) == (2, "")
    assert missing in told.err


def test_every_command_on_the_page_exists(desk: Desk) -> None:
    """Every option that docs/record.md names for these commands is known to them."""
    page = (Path(__file__).parents[2] / "docs" / "record.md").read_text(encoding="utf-8")
    for command in ("resolve", "score"):
        known = desk.run(command, "--help").out
        named = {
            part for line in re.findall(rf"estimative {command}\b(.*)", page) for part in re.findall(r"--[a-z]+", line)
        }
        assert named
        assert {option for option in named if option not in known} == set()

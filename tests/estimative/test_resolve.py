"""The commands `resolve` and `score`: from a saved run to a record that gives the weights of a pool."""

from __future__ import annotations

import csv
import datetime
import hashlib
import json
import shutil
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from tests.command import FERRY, PRIORS, SCENARIO, Desk
from tests.in_process import Finished

AS_JSON = ("--format", "json")
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
        for name in ("result.json", "manifest.json"):
            content = json.loads((run / name).read_text(encoding="utf-8"))
            (content["run"] if name == "result.json" else content)["created"] = f"{when}T12:00:00Z"
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
    desk: Desk, place: int, *more: str, result: str = "no", date: str = UNTIL, because: str = "The log"
) -> Finished:
    """Resolve the first, second or third run."""
    run = [name for name in desk.kept() if not name.startswith("resolutions")][place]
    return desk.run("resolve", run, "--result", result, "--date", date, "--because", because, *more)


def log_of(desk: Desk) -> bytes:
    path = desk.runs / "resolutions.jsonl"
    return path.read_bytes() if path.exists() else b""


def result_of(desk: Desk, place: int) -> Any:
    return json.loads((desk.runs / desk.kept()[place] / "result.json").read_text(encoding="utf-8"))


def test_a_resolution_has_the_forecast_of_the_run(office: Desk) -> None:
    """A line has the run's numbers, digests and dates, the answer, and its reason on one line."""
    result = result_of(office, 0)
    done = resolve(office, 0, because="  The harbour\nmaster's   log ")
    assert (done.code, done.err) == (0, "")
    line = json.loads(log_of(office).splitlines()[0])
    assert line["probability"] == result["outcomes"]["cancelled"]["posterior"]["value"]
    assert line["mcse"] == result["outcomes"]["cancelled"]["posterior"]["se"]
    assert (line["run"], line["created"]) == (result["run"]["id"], f"{MADE}T12:00:00Z")
    assert (line["scenario"], line["scenario_digest"]) == ("ferry", result["scenario"]["digest"])
    assert (line["prior_set"], line["prior_set_digest"]) == ("mate", result["prior_set"]["digest"])
    assert (line["analyst"], line["outcome"]) == ("The first mate", "cancelled")
    assert (line["as_of"], line["until"], line["on"]) == (AS_OF, UNTIL, UNTIL)
    assert (line["happened"], line["because"]) == (False, "The harbour master's log")


def test_the_recorded_line_is_confirmed_with_its_digest(office: Desk) -> None:
    """The command says what it recorded and the digest that `sha256sum` finds of the last line, in 80 columns."""
    done = resolve(office, 0)
    text = " ".join(done.out.split())
    assert "The ferry is cancelled: did not happen. The forecast of mate was " in text
    assert "20 days before the horizon" in text
    last = log_of(office).splitlines(keepends=True)[-1]
    assert f"The digest of the last: {hashlib.sha256(last).hexdigest()}." in text
    assert max(map(len, (line for line in done.out.splitlines() if "/" not in line))) <= 80


def test_a_run_goes_by_any_of_its_names(office: Desk) -> None:
    """A run is resolved by the beginning of its id, and `latest` is the newest, which did not converge."""
    done = office.run("resolve", "latest", "--result", "no", "--date", UNTIL, "--because", "x")
    assert done.code == 2
    first, second, _ = office.kept()
    shared = next(place for place, (a, b) in enumerate(zip(first, second, strict=True)) if a != b)
    beginning = first[: shared + 1]
    assert office.run("resolve", beginning, "--result", "no", "--date", UNTIL, "--because", "x").code == 0
    assert json.loads(log_of(office).splitlines()[0])["run"] == first


ERRORS = {
    "unknown run": (["resolve", "nothing", "--result", "no", "--date", UNTIL, "--because", "x"], "not a saved run"),
    "no reason": ([0, {"because": "  "}], "because: no source is given"),
    "reason in bytes": ([0, {"because": "\udcff"}], "because: the source is not a text in UTF-8"),
    "no date": ([0, {"date": "yesterday"}], '--date: "yesterday" is not a date. Allowed: a date such as'),
    "before the question": ([0, {"date": day(61), "result": "void"}], "is before the question was asked"),
    "to come": ([0, {"date": day(-2), "result": "void"}], "is in the future"),
    "too late": ([0, {"date": day(19), "result": "yes"}], "is after the horizon, so the result is no"),
    "too early": ([0, {"date": day(21)}], "it can still happen until"),
    "hindsight": ([0, {"date": day(41), "result": "yes"}], "the answer was known since"),
    "misspelt outcome": ([0, {}, "--outcome", "canceled"], 'Did you mean "cancelled"?'),
    "nothing to correct": ([0, {}, "--correct"], "there is nothing to correct"),
    "not converged": ([2, {}], "this run did not converge"),
}


@pytest.mark.parametrize("name", ERRORS)
def test_what_is_impossible_is_an_error_and_nothing_is_written(office: Desk, name: str) -> None:
    """A mistake is one line on stderr, the code is 2, and there is no log afterwards."""
    given, message = ERRORS[name]
    done = office.run(*given) if given[0] == "resolve" else resolve(office, given[0], *given[2:], **given[1])
    assert (done.code, done.out, len(done.err.splitlines())) == (2, "", 1)
    assert message in done.err
    assert "resolutions.jsonl" not in office.kept()


def test_another_word_than_yes_no_void_is_an_error(office: Desk) -> None:
    """The result is one of three words."""
    done = resolve(office, 0, result="perhaps")
    assert (done.code, done.out) == (2, "")
    assert "perhaps" in done.err


def test_what_is_settled_already_may_become_known_at_any_time(office: Desk) -> None:
    """Of an outcome all of whose events are settled when asked, a no before the horizon is no issue."""
    assert resolve(office, 0, "--outcome", "storm", date=day(30)).code == 0
    assert resolve(office, 0, "--outcome", "cancelled_in_storm", date=day(30)).code == 2


def test_a_condition_is_told(office: Desk) -> None:
    """Of a conditional outcome a no says that the condition happened; where it did not, it is void."""
    done = resolve(office, 0, "--outcome", "cancelled_in_storm")
    assert "did not happen, although its condition was met (A storm is forecast)" in " ".join(done.out.split())
    again = resolve(office, 0, "--outcome", "cancelled_in_storm", "--correct", result="void", because="no storm")
    assert "void, so it is counted but not scored" in " ".join(again.out.split())
    assert [json.loads(line)["happened"] for line in log_of(office).splitlines()] == [False, False, None, None]


def test_a_scenario_that_was_changed_is_a_fault(office: Desk) -> None:
    """What a run was made from has to be what it was: another question cannot be answered for it."""
    path = office.runs / office.kept()[0] / "inputs" / "scenario.toml"
    path.write_text(
        path.read_text(encoding="utf-8").replace('all = ["storm"]', 'all = ["cancelled"]'), encoding="utf-8"
    )
    done = resolve(office, 0)
    assert (done.code, done.out, len(done.err.splitlines())) == (2, "", 1)
    assert "this is not what the run was made from" in done.err


def test_a_second_answer_needs_to_be_a_correction(office: Desk) -> None:
    """What is resolved stays so until it is corrected, by a line that says which one it corrects."""
    assert resolve(office, 0).code == 0
    before = log_of(office)
    again = resolve(office, 0, result="yes")
    assert (again.code, log_of(office)) == (2, before)
    assert "resolutions.jsonl, line 1" in again.err
    assert resolve(office, 0, "--correct", result="yes").code == 0
    assert log_of(office).startswith(before)
    assert [json.loads(line)["corrects"] for line in log_of(office).splitlines()] == [None, None, 1, 2]


def test_an_answer_is_that_of_every_run_of_the_question(office: Desk) -> None:
    """One command resolves the runs of all analysts, a correction corrects them all, and failed runs are left out."""
    assert resolve(office, 0).code == 0
    assert [json.loads(line)["prior_set"] for line in log_of(office).splitlines()] == ["mate", "cook"]
    assert resolve(office, 1, "--correct", result="yes").code == 0
    done = office.run("score", *AS_JSON)
    assert done.code == 0, done.err
    assert [row["occurred"] for row in json.loads(done.out)["forecasts"]] == [True, True]
    assert [json.loads(line)["prior_set"] for line in log_of(office).splitlines()[2:]] == ["cook", "mate"]


def test_a_scenario_stands_for_its_last_run(office: Desk) -> None:
    """The id of a scenario is enough; a horizon that no run has is an error with those that there are."""
    done = office.run("resolve", "ferry", "--result", "no", "--date", UNTIL, "--because", "x", "--until", day(19))
    assert (done.code, len(done.err.splitlines())) == (2, 1)
    assert f"Allowed: {UNTIL}." in done.err
    assert office.run("resolve", "ferry", "--result", "no", "--date", UNTIL, "--because", "x").code == 0
    assert len(log_of(office).splitlines()) == 2


def test_later_runs_are_resolved_by_the_same_command(office: Desk) -> None:
    """A run that was saved after the answer was recorded is resolved when the answer is given again, and it alone."""
    assert resolve(office, 0).code == 0
    assert office.run("fit", *FERRY, "--method", "importance", "--draws", "2000", "--seed", "5").code == 0
    backdate(office)
    assert resolve(office, 0).code == 0
    assert len(log_of(office).splitlines()) == 3
    again = resolve(office, 0)
    assert (again.code, "is resolved already" in again.err) == (2, True)


def test_runs_in_hindsight_are_left_out(office: Desk) -> None:
    """A run that was made when the answer was known is not resolved with the others, and is counted."""
    path = office.runs / office.kept()[1]
    for name in ("result.json", "manifest.json"):
        text = (path / name).read_text(encoding="utf-8").replace(f"{MADE}T12", f"{day(21)}T12")
        (path / name).write_text(text, encoding="utf-8")
    done = resolve(office, 0, result="yes", date=day(25))
    assert "1 run is left out" in " ".join(done.out.split())
    assert len(log_of(office).splitlines()) == 1


def test_a_ledger_that_was_changed_is_no_ground_for_a_score(office: Desk) -> None:
    """A changed line is an error of `score` and of `resolve`, with its number; nothing is printed or added."""
    assert resolve(office, 0).code == 0
    path = office.runs / "resolutions.jsonl"
    path.write_bytes(path.read_bytes().replace(b"false", b"true", 1))
    for done in (office.run("score"), office.run("score", "--format", "csv"), resolve(office, 1, "--outcome", "storm")):
        assert (done.code, done.out) == (2, "")
        assert "resolutions.jsonl, line 1: the line was changed" in done.err
    assert log_of(office).count(b"\n") == 2


@pytest.mark.parametrize("form", ["terminal", "md", "json", "csv"])
def test_without_a_resolution_the_score_says_so(desk: Desk, form: str) -> None:
    """Where nothing is resolved the score says so or is empty in every form, exits with 0 and makes no file."""
    done = desk.run("score", "--format", form)
    assert (done.code, done.err) == (0, "")
    match form:
        case "json":
            assert json.loads(done.out)["overall"] is None
        case "csv":
            assert done.out == "analyst,question,probability,outcome\n"
        case _:
            assert "no forecasts scored yet" in done.out
    assert desk.kept() == []


@pytest.fixture
def resolved(office: Desk) -> Desk:
    """A desk where the mate's and the cook's run are resolved, one condition besides that did not come about."""
    assert resolve(office, 0).code == 0
    assert resolve(office, 0, "--outcome", "storm").code == 0
    assert resolve(office, 1, "--outcome", "cancelled_in_storm", result="void").code == 0
    return office


def test_the_score_is_that_of_the_runs(resolved: Desk) -> None:
    """The JSON satisfies its schema; Brier and logarithmic score are those of what the runs answered."""
    import math

    done = resolved.run("score", *AS_JSON)
    assert (done.code, done.err) == (0, "")
    result = json.loads(done.out)
    assert list(result["analysts"]) == ["cook", "mate"]
    for place, name in ((0, "mate"), (1, "cook")):
        answered = [
            result_of(resolved, place)["outcomes"][outcome]["posterior"]["value"] for outcome in ("cancelled", "storm")
        ]
        scores = result["analysts"][name]
        assert scores["brier"]["value"] == pytest.approx(sum(p * p for p in answered) / 2, abs=1e-12)
        assert scores["log"]["value"] == pytest.approx(-sum(math.log(1 - p) for p in answered) / 2, abs=1e-12)
    assert (result["overall"]["count"], result["overall"]["questions"], result["overall"]["scenarios"]) == (4, 2, 1)
    assert result["open_runs"] == 0, "the run that did not converge is no judgement"
    assert result["digest"] == hashlib.sha256(log_of(resolved).splitlines(keepends=True)[-1]).hexdigest()


def test_the_score_on_the_terminal_and_in_markdown(resolved: Desk) -> None:
    """Both tell analysts, scores, bands and what is void; the terminal keeps to 80 columns where names allow it."""
    done = resolved.run("score")
    assert (done.code, done.err) == (0, "")
    text = " ".join(done.out.split())
    assert "4 forecasts of 2 questions from 1 scenario. Not scored: 2 void forecasts." in text
    assert "Fewer than 20 resolved questions: cook (2) and mate (2)." in text
    assert max(map(len, done.out.splitlines())) <= 80
    assert "| all together |" in resolved.run("score", "--format", "md").out


def test_an_analyst_can_be_scored_alone(resolved: Desk) -> None:
    """`--analyst` keeps to the named ones; a name that is not in the log is an error with the nearest."""
    result = json.loads(resolved.run("score", "--analyst", "cook", *AS_JSON).out)
    assert list(result["analysts"]) == ["cook"]
    assert result["overall"] == result["analysts"]["cook"]
    done = resolved.run("score", "-a", "cok")
    assert (done.code, done.out, len(done.err.splitlines())) == (2, "", 1)
    assert 'Did you mean "cook"?' in done.err


def test_a_run_that_is_not_resolved_is_counted(office: Desk) -> None:
    """A converged run of the same scenario and prior set that nobody resolved is counted, unless it came too late."""
    assert resolve(office, 0).code == 0
    more = office.run("fit", *FERRY, "--method", "importance", "--draws", "2000", "--seed", "5")
    assert more.code == 0
    assert json.loads(office.run("score", *AS_JSON).out)["open_runs"] == 0
    backdate(office)
    assert "1 saved run of the same scenarios and prior sets is not resolved" in " ".join(
        office.run("score").out.split()
    )
    assert json.loads(office.run("score", *AS_JSON).out)["open_runs"] == 1


def test_the_csv_earns_weights(resolved: Desk) -> None:
    """What `score --format csv` prints is what `pool --scores` reads, and the better score weighs more."""
    done = resolved.run("score", "--format", "csv")
    rows = list(csv.DictReader(StringIO(done.out)))
    assert [row["analyst"] for row in rows] == ["mate", "cook", "mate", "cook"]
    assert {row["question"] for row in rows} == {f"ferry: cancelled by {UNTIL}", f"ferry: storm by {UNTIL}"}
    resolved.write("record.csv", done.out)
    pooled = resolved.run(
        "pool", *FERRY, "--priors", "cook.toml", "--scores", "record.csv", "--draws", "2000", *AS_JSON
    )
    assert pooled.code == 0, pooled.err
    result, scored = json.loads(pooled.out), json.loads(resolved.run("score", *AS_JSON).out)["analysts"]
    earned = {row["analyst"]: row["log"]["value"] for row in result["record"]["scores"]}
    assert earned == pytest.approx({name: row["log"]["value"] for name, row in scored.items()}, abs=1e-12)
    assert result["weights"]["mate"]["weight"]["value"] > result["weights"]["cook"]["weight"]["value"]


def test_the_resolution_in_json(office: Desk) -> None:
    """`resolve --format json` prints the recorded line, by the schema of its type."""
    done = resolve(office, 0, *AS_JSON)
    assert done.code == 0, done.err
    answer = json.loads(done.out)
    lines = log_of(office).splitlines(keepends=True)
    assert answer["entry"]["digest"] == hashlib.sha256(lines[0]).hexdigest()
    assert [each["digest"] for each in answer["others"]] == [hashlib.sha256(lines[1]).hexdigest()]
    assert answer["entry"]["resolution"]["occurred"] is False


def test_the_log_is_no_run(resolved: Desk) -> None:
    """The list of runs passes over the log, and a run can still be shown."""
    done = resolved.run("runs", *AS_JSON)
    assert len(json.loads(done.out)["runs"]) == 3
    assert resolved.run("runs", "show", "latest").code == 3, "the newest run did not converge"


@pytest.mark.parametrize("command", ["resolve", "score"])
def test_every_command_explains_itself(desk: Desk, command: str) -> None:
    """`--help` tells the usage on stdout and nothing on stderr."""
    done = desk.run(command, "--help")
    assert (done.code, done.err) == (0, "")
    assert f"Usage: estimative {command} " in done.out


@pytest.mark.parametrize("missing", ["--result", "--date", "--because"])
def test_nothing_can_be_left_unsaid(office: Desk, missing: str) -> None:
    """Answer, date and reason have to be given."""
    answered = {"--result": "no", "--date": UNTIL, "--because": "x"}
    del answered[missing]
    done = office.run("resolve", office.kept()[0], *(part for pair in answered.items() for part in pair))
    assert (done.code, done.out) == (2, "")
    assert missing in done.err

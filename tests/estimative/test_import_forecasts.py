"""The commands `import forecasts` and `withdraw`, and what `score` makes of both."""

from __future__ import annotations

import csv
import datetime
import json
import shutil
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

import estimative as es
from estimative.model.record.import_store import FOLDER
from estimative.model.record.resolution_log import ResolutionLog
from estimative.model.record.resolutions import Withdrawal, resolution_entries, withdrawal_entries
from estimative.model.record.run_store import Store
from estimative.workflows.score import contradictory_answers
from tests.command import FERRY, Desk
from tests.estimative.test_resolve import COOK, DATED, MADE, UNTIL, backdate, day
from tests.in_process import Finished

OUTSIDE = (
    "question,forecaster,time,probability\n"
    f"ferry?,Ann,{day(50)},0.1\nferry?,Ann,{day(30)},0.6\nferry?,mate,{day(25)},0\n"
)
OWN = (
    "question,forecaster,time,probability,outcome,closed\n"
    f"rain,Ann,{day(50)},0.1,yes,{day(20)}\nsnow,Ann,{day(50)},0.2,,\n"
)
MAPPED = ("--question", "ferry?=ferry:cancelled")


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Runs of a ferry whose time is over, by the mate and the cook, and of one that is still to sail, by both."""
    desk = Desk.at(tmp_path_factory.mktemp("outside"))
    quick = ("--method", "importance", "--draws", "2000")
    desk.write("cook.toml", COOK)
    for name, until in (("ferry.toml", UNTIL), ("later.toml", day(-30))):
        text = DATED.replace(UNTIL, until)
        desk.write(name, text if name == "ferry.toml" else text.replace('id = "ferry"', 'id = "later"'))
        for priors in ("mate", "cook"):
            own = desk.folder / f"{priors}.toml"
            text = own.read_text(encoding="utf-8").replace('scenario = "ferry"', f'scenario = "{name[:-5]}"')
            desk.write(f"{priors}-{name}", text)
            assert desk.run("fit", "--scenario", name, "--priors", f"{priors}-{name}", *quick).code == 0
    backdate(desk)
    desk.write("out.csv", OUTSIDE)
    desk.write("own.csv", OWN)
    return desk


@pytest.fixture
def office(ready: Desk, tmp_path: Path) -> Desk:
    """A copy of that desk, to write on."""
    shutil.copytree(ready.folder, tmp_path / "desk")
    shutil.copytree(ready.runs, tmp_path / "runs")
    return Desk(tmp_path / "desk", tmp_path / "runs")


def imports(desk: Desk) -> list[str]:
    folder = desk.runs / FOLDER
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def resolve(desk: Desk, result: str = "no") -> Finished:
    return desk.run("resolve", "ferry", "--result", result, "--date", UNTIL, "--because", "The log")


def scores(desk: Desk, *more: str) -> Any:
    done = desk.run("score", "--format", "json", *more)
    assert done.code == 0, done.err
    return json.loads(done.out)


def test_imported_forecasters_are_scored_next_to_the_analysts(office: Desk) -> None:
    """The answer to a mapped question is that of the log; a forecaster named as an analyst is another person."""
    assert office.run("import", "forecasts", "out.csv", *MAPPED).code == 0
    assert scores(office)["unresolved"] == 2
    assert resolve(office).code == 0
    result = scores(office)
    assert list(result["analysts"]) == ["Ann", "cook", "mate", "mate (imported)"]
    assert result["analysts"]["Ann"]["brier"]["value"] == pytest.approx(0.36)
    daily = result["daily"]["analysts"]["Ann"]
    assert daily["days"] == 30
    assert daily["brier"]["value"] == pytest.approx((20 * 0.01 + 10 * 0.36) / 30)
    assert set(result["daily"]["pools"]) == {"linear", "log_odds"}
    assert {row["question"] for row in result["forecasts"]} == {f"ferry: cancelled by {UNTIL}"}
    assert list(scores(office, "-a", "Ann")["analysts"]) == ["Ann"]


def test_the_score_shows_both_on_the_terminal(office: Desk) -> None:
    """The table day by day has analysts, forecasters and pools, in 80 columns; so has Markdown."""
    assert office.run("import", "forecasts", "out.csv", *MAPPED).code == 0
    assert resolve(office, "yes").code == 0
    done = office.run("score")
    assert (done.code, done.err) == (0, "")
    assert "Day by day: the forecast in force on each day" in done.out
    assert "pool: log-odds" in done.out
    assert "infinite" in done.out
    assert max(map(len, done.out.splitlines())) <= 80
    assert "| pool: mean |" in office.run("score", "--format", "md").out


def test_the_csv_has_the_days_and_is_still_a_record(office: Desk) -> None:
    """`score --format csv` has the mean over days, and the analysts alone, so that `pool --scores` reads it."""
    assert office.run("import", "forecasts", "out.csv", *MAPPED).code == 0
    assert resolve(office).code == 0
    rows = list(csv.DictReader(StringIO(office.run("score", "--format", "csv").out)))
    assert [row["analyst"] for row in rows] == ["cook", "mate"] or [row["analyst"] for row in rows] == ["mate", "cook"]
    assert all(float(row["daily_brier"]) == pytest.approx(float(row["probability"]) ** 2) for row in rows)
    assert {row["daily_days"] for row in rows} == {"20"}
    office.write("record.csv", office.run("score", "--format", "csv").out)
    pooled = office.run("pool", *FERRY, "--priors", "cook.toml", "--scores", "record.csv", "--draws", "2000")
    assert pooled.code == 0, pooled.err


def test_the_same_file_doubles_nothing(office: Desk) -> None:
    """A second import of the same file saves nothing; one that is mapped otherwise takes the place of the first."""
    assert office.run("import", "forecasts", "out.csv").code == 0
    again = office.run("import", "forecasts", "out.csv")
    assert (again.code, "Already imported, nothing changed" in again.err) == (0, True)
    assert len(imports(office)) == 1
    mapped = office.run("import", "forecasts", "out.csv", *MAPPED)
    assert "in place of the earlier import" in mapped.err
    assert len(imports(office)) == 2
    assert resolve(office).code == 0
    result = scores(office)
    assert [each["forecasts"] for each in result["imports"]] == [3]
    assert result["daily"]["analysts"]["Ann"]["days"] == 30


def test_a_file_with_answers_is_scored_by_itself(office: Desk) -> None:
    """A question of its own has the answer of its file, and the day of it; one without answer is counted."""
    done = office.run("import", "forecasts", "own.csv")
    assert "The file gives no answer to snow: not scored yet." in done.err
    result = scores(office)
    assert (result["overall"]["count"], result["unresolved"]) == (1, 1)
    assert result["daily"]["analysts"]["Ann"]["brier"]["value"] == pytest.approx(0.81)


ERRORS: dict[str, tuple[str, tuple[str, ...], str]] = {
    "unknown question": (OUTSIDE, ("--question", "fery?=ferry:cancelled"), 'Did you mean "ferry?"?'),
    "unknown scenario": (OUTSIDE, ("--question", "ferry?=fery:cancelled"), 'Did you mean "ferry"?'),
    "unknown outcome": (OUTSIDE, ("--question", "ferry?=ferry:canceled"), 'Did you mean "cancelled"?'),
    "no mapping": (OUTSIDE, ("--question", "ferry"), "Allowed: ID=scenario:outcome."),
    "unknown answer": (OUTSIDE, ("--question", "ferry?=ferry:cancelled:maybe"), '"maybe" is not an answer of "ferry?"'),
    "unit": (OUTSIDE.replace("0.1", "1").replace("0.6", "1"), (), "Add --unit percent or --unit fraction."),
    "dates": (OUTSIDE.replace(day(50), "1/2/26"), (), "Add --dates mdy (month first) or --dates dmy (day first)."),
}


@pytest.mark.parametrize("name", ERRORS)
def test_a_mistake_is_one_error_and_nothing_is_imported(office: Desk, name: str) -> None:
    """The code is 2, the error says what is allowed or what to type, and no file is written."""
    text, options, message = ERRORS[name]
    office.write("out.csv", text)
    done = office.run("import", "forecasts", "out.csv", *options)
    assert (done.code, done.out, len(done.err.splitlines())) == (2, "", 1)
    assert message in done.err
    assert imports(office) == []


def test_answers_that_contradict_the_log_are_refused(office: Desk) -> None:
    """A file whose answer is another one than that of the log is an error that names both, and is not imported."""
    assert resolve(office).code == 0
    office.write("out.csv", OWN.replace("rain", "ferry?"))
    done = office.run("import", "forecasts", "out.csv", *MAPPED)
    assert (done.code, len(done.err.splitlines())) == (2, 1)
    assert "is yes, but" in done.err
    assert "resolutions.jsonl, line 2 says no" in done.err
    assert imports(office) == []


def test_contradictions_can_be_asked_for(office: Desk) -> None:
    """Answers of the log and of imports that cannot all be right are listed without a score; none if all agree."""
    office.write("out.csv", OWN.replace("rain", "ferry?"))
    assert office.run("import", "forecasts", "out.csv", *MAPPED).code == 0
    store = Store(office.runs)
    assert contradictory_answers(store) == ()
    assert resolve(office).code == 0
    assert [issue.code for issue in contradictory_answers(store)] == ["contradiction"]
    done = office.run("score")
    assert (done.code, len(done.err.splitlines())) == (2, 1)


def test_a_damaged_import_is_an_error(office: Desk) -> None:
    """A changed file of an import is noticed by its digest, and there is no score without it."""
    assert office.run("import", "forecasts", "own.csv").code == 0
    path = office.runs / FOLDER / imports(office)[0]
    path.write_bytes(path.read_bytes().replace(b"0.1", b"0.9", 1))
    done = office.run("score")
    assert (done.code, done.out, len(done.err.splitlines())) == (2, "", 1)
    assert f"{path}: the file is not as it was written" in done.err


def test_texts_of_a_file_cannot_steer_a_terminal_or_a_page(office: Desk) -> None:
    """Names of forecasters and questions are escaped wherever they are printed."""
    office.write("own.csv", OWN.replace("Ann", "<b>\x1b[31mAnn").replace("rain", "<script>x</script>"))
    assert "\x1b" not in office.run("import", "forecasts", "own.csv").err
    assert "\x1b" not in office.run("score").out
    page = office.run("score", "--format", "html").out
    assert "<script>x" not in page
    assert "<b>" not in page


def test_imports_are_no_runs(office: Desk) -> None:
    """The list of runs passes over imports."""
    assert office.run("import", "forecasts", "own.csv").code == 0
    listed = json.loads(office.run("runs", "--format", "json").out)
    assert (len(listed["runs"]), listed["unreadable"]) == (4, [])


def test_the_python_interface_does_the_same(office: Desk) -> None:
    """`es.import_forecasts` and `es.score` give the numbers of the commands."""
    imported = es.import_forecasts(office.folder / "out.csv", questions={"ferry?": "ferry:cancelled"}, runs=office.runs)
    assert (imported.form, len(imported.forecasts)) == ("plain", 3)
    assert resolve(office).code == 0
    answer = es.score(runs=office.runs)
    assert json.loads(answer.to_json()) == scores(office)
    assert list(answer.to_dataframe("day by day").analyst) != []


def run_of(desk: Desk, place: int) -> str:
    """The id of a run: of the ferry by mate and cook, then of the later one by both."""
    return [name for name in desk.kept() if name.startswith("2")][place]


def withdraw(desk: Desk, place: int = 3) -> Finished:
    """Withdraw a run, by default that of the cook whose time is not over."""
    return desk.run("withdraw", run_of(desk, place), "--because", "New evidence")


def log_of(desk: Desk) -> list[Any]:
    path = desk.runs / "resolutions.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def test_a_withdrawal_is_a_line_of_the_log(office: Desk) -> None:
    """It names run, analyst, scenario, time and reason, and the log goes on after it."""
    done = withdraw(office)
    assert (done.code, done.err) == (0, "")
    text = " ".join(done.out.split())
    assert "is withdrawn." in text
    assert "no forecast of cook is in force until the next run, and these days are not scored" in text
    [line] = log_of(office)
    assert (line["kind"], line["scenario"], line["prior_set"], line["because"]) == (
        "withdrawal", "later", "cook", "New evidence",
    )  # fmt: skip
    assert resolve(office).code == 0
    assert len(log_of(office)) == 3
    assert scores(office)["lines"] == 3


def test_what_cannot_be_withdrawn(office: Desk) -> None:
    """A second withdrawal, a question whose horizon is over, a replaced run and an empty reason are errors."""
    assert withdraw(office).code == 0
    assert "this forecast is withdrawn already" in withdraw(office).err
    assert "its horizon is over" in withdraw(office, 0).err
    assert "no reason is given" in office.run("withdraw", "latest", "--because", " ").err
    several = office.run("withdraw", "later", "--because", "x")
    assert '"later" has runs of several analysts: cook, mate' in several.err
    assert run_of(office, 2) in several.err
    newer = ("--scenario", "later.toml", "--priors", "cook-later.toml", "--method", "importance", "--draws", "2000")
    assert office.run("fit", *newer).code == 0
    assert "replaced this forecast" in withdraw(office, 3).err
    assert len(log_of(office)) == 1


def test_withdrawn_days_are_counted(office: Desk) -> None:
    """Days after a withdrawal are not scored; `score` says how many, and that the forecast was withdrawn."""
    assert withdraw(office).code == 0
    assert resolve(office).code == 0
    path = office.runs / "resolutions.jsonl"
    lines = ResolutionLog(path).read()
    [own] = [e for e in resolution_entries(lines) if e.forecast.prior_set == "cook"]
    time = datetime.datetime.fromisoformat(f"{day(30)}T12:00:00+00:00")
    [stated] = withdrawal_entries(lines)
    withdrawal: Withdrawal = replace(
        stated.withdrawal, run=own.forecast.run, scenario="ferry", until=own.forecast.until, withdrawn=time
    )
    ResolutionLog(path).withdraw(withdrawal, written=time)
    result = scores(office)
    assert result["daily"]["analysts"]["cook"]["days"] == 10
    assert result["daily"]["withdrawn_days"] == 10
    text = " ".join(office.run("score").out.split())
    assert "Not scored: 10 days on which a forecast was withdrawn and no other one in force." in text
    assert "1 withdrawn forecast" in text
    assert MADE in {row["made"] for row in result["forecasts"]}

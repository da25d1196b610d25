"""`estimative status`: what is due, stale, contradicted or unresolved; its exit code, its calendar."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import pytest
from icalendar import Calendar

from estimative.model.record.run_store import Store
from estimative.model.record.status import StatusResult
from estimative.workflows import clock
from estimative.workflows.project import Project
from estimative.workflows.status import calendar, status
from tests.in_process import run

SCENARIO = """\
[scenario]
id = "strike"
title = "A strike, of some"
question = "Is there a strike?"
as_of = 2026-01-01
until = 2026-10-01
headline = "strike"
checkpoints = [2026-06-01]
[events.strike]
title = "The workers strike"
[outcomes.strike]
title = "The workers strike"
all = ["strike"]
[evidence.vote]
kind = "indicator"
about = "strike"
supports = "yes"
title = "The vote"
source = "paper"
date = 2026-01-01
fades = "3 months"
expires = 2026-08-01
[[scenario.sources]]
id = "paper"
title = "The paper"
"""
PRIORS = """\
[prior_set]
name = "{name}"
analyst = "A"
scenario = "strike"
review_by = 2026-05-01
[events]
strike = {{ value = {chance}, because = "x" }}
[evidence]
vote = {{ value = 3, because = "x" }}
"""
PROJECT = '[project]\nscenario = "s.toml"\npriors = ["anna.toml", "ben.toml"]\nruns = "runs"\n'
FEBRUARY = datetime.date(2026, 2, 1)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "s.toml").write_text(SCENARIO, encoding="utf-8")
    (tmp_path / "estimative.toml").write_text(PROJECT, encoding="utf-8")
    for name, chance in (("anna", 0.2), ("ben", 0.4)):
        (tmp_path / f"{name}.toml").write_text(PRIORS.format(name=name, chance=chance), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert run("fit", "-p", "anna.toml").code == 0
    return tmp_path


def on(day: datetime.date) -> StatusResult:
    return status(Store.at(Path("runs")), Project.find(Path()), day=day)


def kinds(result: StatusResult) -> list[tuple[str, str, datetime.date | None]]:
    return [(each.kind, each.prior_set, each.date) for question in result.questions for each in question.attention]


def test_what_is_due_comes_day_by_day(folder: Path) -> None:
    """Review, checkpoint, and evidence that fades or expires; after the horizon only the answer is missing."""
    new = ("new", "ben", None)
    assert kinds(on(FEBRUARY)) == [new]
    assert [(due.date, due.kind) for due in on(FEBRUARY).questions[0].due] == [
        (datetime.date(2026, 4, 2), "half"),
        (datetime.date(2026, 5, 1), "review"),
        (datetime.date(2026, 6, 1), "checkpoint"),
        (datetime.date(2026, 8, 2), "expires"),
        (datetime.date(2026, 10, 1), "horizon"),
    ]
    assert kinds(on(datetime.date(2026, 9, 1))) == [
        ("evidence", "", datetime.date(2026, 4, 2)),
        ("review", "anna", datetime.date(2026, 5, 1)),
        ("checkpoint", "", datetime.date(2026, 6, 1)),
        ("evidence", "", datetime.date(2026, 8, 2)),
        new,
    ]
    assert kinds(on(datetime.date(2026, 10, 2))) == [("unresolved", "", datetime.date(2026, 10, 1)), new]


def test_a_new_run_settles_what_was_due_and_a_changed_file_is_named(folder: Path) -> None:
    """A run as of a later day has only later days before it."""
    later = SCENARIO.replace("as_of = 2026-01-01", "as_of = 2026-07-01").replace("checkpoints = [2026-06-01]\n", "")
    (folder / "s.toml").write_text(later, encoding="utf-8")
    assert ("changed", "anna", None) in kinds(on(datetime.date(2026, 7, 2)))
    for name in ("anna", "ben"):
        assert run("fit", "-p", f"{name}.toml").code == 0
    assert kinds(on(datetime.date(2026, 7, 2))) == []
    assert not on(datetime.date(2026, 7, 2)).needs_attention
    [question] = on(datetime.date(2026, 7, 2)).questions
    assert [(each.prior_set, each.runs, each.age) for each in question.assessments] == [("anna", 2, 1), ("ben", 1, 1)]


def test_an_answer_ends_a_question(folder: Path) -> None:
    """Nothing of it is due any more, and nothing needs attention."""
    (folder / "s.toml").write_text(SCENARIO.replace("2026-10-01", "2099-01-01"), encoding="utf-8")
    for name in ("anna", "ben"):
        assert run("fit", "-p", f"{name}.toml").code == 0
    today = str(clock.today())
    assert run("resolve", "latest", "--result", "yes", "--date", today, "--because", "press").code == 0
    later, earlier = sorted(on(datetime.date(2027, 1, 1)).questions, key=lambda question: question.resolved)[::-1]
    assert (later.until, later.resolved, later.attention, later.due) == (datetime.date(2099, 1, 1), True, (), ())
    assert not earlier.resolved


def test_the_calendar_is_one_that_others_read(folder: Path) -> None:
    """Whole days, with text that is escaped; the same file for the same status."""
    content = calendar(on(FEBRUARY))
    assert content == calendar(on(FEBRUARY))
    events = Calendar.from_ical(content).walk("VEVENT")
    assert [event.decoded("dtstart") for event in events][:2] == [
        datetime.date(2026, 4, 2),
        datetime.date(2026, 5, 1),
    ]
    assert str(events[0]["summary"]) == "A strike, of some: evidence has lost half of its weight: “The vote”"
    assert len({str(event["uid"]) for event in events}) == len(events) == 5


def test_the_command_has_json_a_file_and_a_page(folder: Path) -> None:
    """Its exit code is for a scheduler: 4 where something is to be done."""
    shown = run("status", "--format", "json", "--calendar", "due.ics")
    assert shown.code == 4, shown.err
    assert json.loads(shown.out)["questions"][0]["attention"][0]["kind"] == "unresolved"
    assert (folder / "due.ics").read_bytes().startswith(b"BEGIN:VCALENDAR")
    text = run("status").out.replace("\n   ", " ")
    assert "“A strike, of some”: the horizon passed on 1 October 2026. Record what happened: resolve." in text


def test_faulty_files_of_the_project_hide_nothing(folder: Path) -> None:
    """The rest is shown, and the errors with it."""
    (folder / "ben.toml").write_text("nonsense = ", encoding="utf-8")
    (folder / "s.toml").write_text("nonsense = ", encoding="utf-8")
    result = on(FEBRUARY)
    assert result.errors
    assert result.needs_attention
    assert [question.scenario for question in result.questions] == ["strike"]


def test_without_runs_and_project_there_is_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 0."""
    monkeypatch.chdir(tmp_path)
    shown = run("status", "--runs", "none")
    assert (shown.code, "Nothing." in shown.out) == (0, True)

"""What is due, stale, contradicted or unresolved among all questions that are known here."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from estimative.model.assessment import Assessment
from estimative.model.record.due import due_dates
from estimative.model.record.manifest import Manifest
from estimative.model.record.resolution_log import ResolutionLog
from estimative.model.record.resolutions import current_entries, resolution_entries
from estimative.model.record.run_store import Store
from estimative.model.record.status import Attention, Key, QuestionStatus, StatusResult, question_status
from estimative.model.record.stored_run import StoredRun
from estimative.priors.errors import InvalidInput, Issue
from estimative.reports.documents.status import what_is_due
from estimative.workflows import clock
from estimative.workflows.analysts import load_analysts
from estimative.workflows.project import Project
from estimative.workflows.score import contradictory_answers


def status(store: Store, project: Project, *, day: datetime.date | None = None) -> StatusResult:
    """Return where every question of a project and a run store stands, those that need attention first.

    Parameters
    ----------
    day
        Today, if nothing else is said.

    Raises
    ------
    InvalidInput
        If the log of resolutions is not as it was written.
    """
    today, listing = day or clock.today(), store.listing()
    log = ResolutionLog.in_folder(store.folder)
    answered = {
        (entry.forecast.scenario, entry.forecast.outcome, entry.forecast.until)
        for entry in current_entries(resolution_entries(log.read()))
    }
    grouped: dict[Key, list[Manifest]] = {}
    for manifest in listing.runs:
        grouped.setdefault(_key(manifest), []).append(manifest)
    questions = {
        key: question_status(key, manifests, resolved=key in answered, day=today) for key, manifests in grouped.items()
    }
    own, errors = _of_project(project)
    for assessment in own:
        questions = _with_file(questions, assessment, store, today, resolved=_question(assessment) in answered)
    return StatusResult(
        folder=str(store.folder),
        day=today,
        questions=tuple(sorted(questions.values(), key=_urgency)),
        contradictions=contradictory_answers(store),
        errors=errors,
        unreadable=listing.unreadable,
    )


def _key(manifest: Manifest) -> Key:
    return manifest.scenario, manifest.headline_id, manifest.until


def _question(assessment: Assessment) -> Key:
    scenario = assessment.scenario
    return scenario.id, scenario.headline, scenario.until


def _urgency(question: QuestionStatus) -> tuple[bool, bool, datetime.date, str]:
    """Those that need attention first, the resolved last; then by what is due next."""
    following = question.due[0].date if question.due else question.until
    return not question.attention, question.resolved, following, question.scenario


def _of_project(project: Project) -> tuple[tuple[Assessment, ...], tuple[Issue, ...]]:
    """The assessments of the project's own files, and the errors in them; nothing without a project that names both."""
    if not (project.scenario and project.priors):
        return (), ()
    try:
        analysts = load_analysts(project.scenario, project.priors, least=1)
    except InvalidInput as error:
        return (), error.issues
    return analysts.assessments, analysts.errors


def _with_file(
    questions: dict[Key, QuestionStatus], assessment: Assessment, store: Store, day: datetime.date, *, resolved: bool
) -> dict[Key, QuestionStatus]:
    """Add what a file of the project says: that it was never fitted, or changed since, and when it is due."""
    key, name, scenario = _question(assessment), assessment.prior_set.name, assessment.scenario
    known = questions.get(key) or QuestionStatus(
        scenario=scenario.id,
        title=scenario.title,
        outcome=scenario.headline,
        until=scenario.until,
        resolved=resolved,
        assessments=(),
        attention=(),
        due=(),
    )
    if resolved:
        return {**questions, key: known}
    last = next((each for each in known.assessments if each.prior_set == name), None)
    attention = [*known.attention]
    if last is None:
        attention.append(Attention(kind="new", prior_set=name))
        coming = {*known.due, *(due for due in due_dates(assessment) if due.date > day)}
        known = replace(known, due=tuple(sorted(coming, key=lambda due: (due.date, due.kind, due.title))))
    elif _changed(StoredRun(store.folder / last.run), assessment):
        attention.append(Attention(kind="changed", prior_set=name))
    return {**questions, key: replace(known, attention=tuple(attention))}


def _changed(run: StoredRun, assessment: Assessment) -> bool:
    """Whether a run was made from other files than the project has now."""
    with suppress(InvalidInput):
        result = run.result()
        now = assessment.scenario.digest, assessment.prior_set.digest
        return (result.scenario.digest, result.prior_set.digest) != now
    return False


class _Day(Struct, frozen=True, kw_only=True):
    """An entry of a calendar."""

    uid: str
    date: datetime.date
    text: str


def calendar(result: StatusResult) -> bytes:
    """Return an iCalendar file (RFC 5545) with a day for everything that is due."""
    from icalendar import Calendar, Event

    document = Calendar()
    document.add("prodid", "-//estimative//status//EN")
    document.add("version", "2.0")
    stamp = datetime.datetime.combine(result.day, datetime.time(), datetime.UTC)
    for day in _days(result):
        event = Event()
        event.add("uid", day.uid)
        event.add("dtstamp", stamp)
        event.add("dtstart", day.date)
        event.add("dtend", day.date + datetime.timedelta(days=1))
        event.add("summary", day.text)
        document.add_component(event)
    return bytes(document.to_ical())


def _days(result: StatusResult) -> Iterator[_Day]:
    for question in result.questions:
        for at, due in enumerate(question.due):
            uid = f"{question.scenario}-{question.outcome}-{question.until}-{due.date}-{due.kind}-{at}@estimative"
            yield _Day(uid=uid, date=due.date, text=f"{question.title}: {what_is_due(due)}")


def write_calendar(result: StatusResult, path: Path) -> None:
    """Write the calendar whole or not at all.

    Raises
    ------
    InvalidInput
        If it cannot be written.
    """
    from estimative.workflows.files import write_whole

    write_whole(path, calendar(result))

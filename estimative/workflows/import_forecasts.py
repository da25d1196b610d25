"""Import forecasts from elsewhere, and say which questions of a scenario they answer."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from estimative.model.outside.imported import ImportedForecasts, ImportedQuestion, Target
from estimative.model.outside.reading import Reading, read_forecasts
from estimative.model.record.import_store import ImportStore, Saved
from estimative.model.record.imported_tracks import imported_tracks
from estimative.model.record.manifest import Manifest
from estimative.model.record.resolution_log import ResolutionLog
from estimative.model.record.resolutions import current_entries, resolution_entries
from estimative.model.record.run_store import Store
from estimative.model.record.score import ImportSummary
from estimative.model.spec.scenario import Scenario
from estimative.priors.errors import InvalidInput, Issue, Place, invalid, quote, unknown_name
from estimative.workflows import clock
from estimative.workflows.resolve import named_run


class Imported(Struct, frozen=True, kw_only=True):
    """What an import did."""

    forecasts: ImportedForecasts
    saved: Saved

    @property
    def summary(self) -> ImportSummary:
        """Its numbers."""
        return ImportSummary.of(self.forecasts)


def import_forecasts(
    store: Store,
    path: Path,
    *,
    reading: Reading | None = None,
    questions: Sequence[str] = (),
    until: datetime.date | None = None,
) -> Imported:
    """Read a file of forecasts, and save it next to the runs.

    Parameters
    ----------
    reading
        What the user says about the file.
    questions
        What its questions are in the terms of a scenario with a saved run: "ID=scenario:outcome", or
        "ID=scenario:event" of one with these states, or "ID=scenario:outcome:option" where one option of the question
        means that the outcome happens.
    until
        The horizon; needed where a scenario has runs with several.

    Raises
    ------
    InvalidInput
        With every error of the file or of the questions; if its answers contradict others; or if it cannot be saved.
    """
    listing = store.listing()
    targets = dict(_targets(store, listing.runs, questions, until))
    wanted = reading or Reading()
    made = read_forecasts(path, replace(wanted, targets=targets), clock.now())
    if issues := [*_state_issues(made.questions, str(path))]:
        raise InvalidInput(issues)
    imports = ImportStore.in_folder(store.folder)
    _check_answers(store, [*imports.read(), made])
    return Imported(forecasts=made, saved=imports.save(made))


def _targets(
    store: Store, runs: Sequence[Manifest], questions: Iterable[str], until: datetime.date | None
) -> Iterator[tuple[str, Target]]:
    for text in questions:
        question, _, target = text.rpartition("=")
        scenario, _, rest = target.partition(":")
        subject, _, option = rest.partition(":")
        if not (question and scenario and subject):
            message, allowed = f"{quote(text)} does not map a question", "ID=scenario:outcome"
            raise invalid(message, code="not-a-mapping", key="question", value=quote(text), allowed=allowed)
        yield question, _target(store, runs, (scenario, subject, option), until)


def _target(store: Store, runs: Sequence[Manifest], named: tuple[str, str, str], until: datetime.date | None) -> Target:
    """An outcome or event of a scenario that has a saved run.

    Raises
    ------
    InvalidInput
        If there is none.
    """
    scenario_id, subject, option = named
    known = {run.scenario for run in runs if run.converged}
    if scenario_id not in known:
        what = "a scenario with a saved run"
        raise InvalidInput([unknown_name(Place(key="question"), scenario_id, sorted(known), what)])
    run = named_run(store, runs, scenario_id, until)
    scenario = run.read_scenario(run.result().scenario)
    if subject in scenario.outcomes:
        return Target(scenario=scenario_id, outcome=subject, until=scenario.until, option=option)
    events = {event.id: event for event in scenario.events.values() if event.states}
    if subject in events:
        event = events[subject]
        return Target(
            scenario=scenario_id, event=subject, states=event.states, ordered=event.ordered, until=scenario.until
        )
    raise InvalidInput([_unknown_subject(scenario, subject, [*scenario.outcomes, *events])])


def _unknown_subject(scenario: Scenario, subject: str, known: Sequence[str]) -> Issue:
    return unknown_name(Place(key="question"), subject, known, f"an outcome or an event with states of {scenario.id}")


def _state_issues(questions: Iterable[ImportedQuestion], file: str) -> Iterator[Issue]:
    """The errors of questions whose answers are not those that they are mapped to."""
    for question in questions:
        target, place = question.target, Place(file=file, key="question")
        answers = {answer.casefold() for answer in question.answers}
        if target and target.event and answers != {state.casefold() for state in target.states}:
            message = (
                f"{quote(question.id)} has the answers {', '.join(question.answers)}, not the states of {target.event}"
            )
            yield Issue(code="other-states", message=message, place=place, allowed=", ".join(target.states))
        if target and target.outcome and not target.option and "yes" not in question.answers:
            message = f"{quote(question.id)} has several answers, and none of them is yes"
            fix = "Add the answer that means the outcome: ID=scenario:outcome:answer."
            yield Issue(code="missing-option", message=message, place=place, allowed=question.answers, suggestion=fix)


def _check_answers(store: Store, imports: Sequence[ImportedForecasts]) -> None:
    """Refuse a file whose answers contradict those of the log or of other files; of one file the last import counts."""
    log = ResolutionLog.in_folder(store.folder)
    latest = tuple({imported.source_digest: imported for imported in imports}.values())
    _, issues = imported_tracks(latest, current_entries(resolution_entries(log.read())), (), str(log.path))
    if issues:
        raise InvalidInput(issues)

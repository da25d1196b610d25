"""Resolve: record what happened to an outcome, or which state of an event holds, that a saved run gave chances to."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from estimative.model.inference.fit_result import FitResult
from estimative.model.record.consistency import decided_outcomes, inconsistencies
from estimative.model.record.resolution_log import ResolutionLog
from estimative.model.record.resolutions import Entry, Resolution, current_entries, refusals
from estimative.model.record.run_store import Store
from estimative.model.record.score import ResolveResult
from estimative.model.record.stored_run import StoredRun
from estimative.model.spec.events import Event, Outcome
from estimative.model.spec.scenario import Scenario
from estimative.priors.errors import InvalidInput, Issue, invalid
from estimative.workflows import clock
from estimative.workflows.issued_forecasts import chosen_event, chosen_outcome, outcome_forecast, state_forecast
from estimative.workflows.result_words import occurred, state_of


def resolve(
    store: Store,
    run: str,
    *,
    result: str,
    date: datetime.date,
    because: str,
    outcome: str | None = None,
    event: str | None = None,
    correct: bool = False,
) -> ResolveResult:
    """Record what happened in the log next to the runs.

    Parameters
    ----------
    run
        Its id, the beginning of its id, or `latest`.
    result
        Of an outcome: "yes", "no", or "void" if nobody will ever know or its condition was not met. Of an event: the
        state that holds, the number that is in one of its ranges, "otherwise" if its condition was not met, or "void".
    date
        When it happened, or when it was certain that it had not; of a state, when it was certain.
    because
        The source that decided it.
    outcome
        The scenario's headline if neither an outcome nor an event is given.
    event
        One with states.
    correct
        Replace an earlier resolution of the same run and outcome or event; its line stays in the log.

    Raises
    ------
    InvalidInput
        If there is no such run, outcome, event or state, the run did not converge, the dates are impossible, no reason
        is given, the log does not accept it, or other answers exclude it.
    """
    now = clock.now()
    reason = _reason(because)
    if outcome and event:
        raise invalid("an outcome and an event exclude each other", code="misuse", key="event", allowed="one of them")
    stored = StoredRun(store.find(run))
    fitted = _scorable(stored)
    question = _Question.of(stored.read_scenario(fitted.scenario), fitted, outcome, event)
    resolution = question.resolution(fitted, result, date, reason)
    if issues := list(refusals(resolution, today=now.date(), settled=question.settled)):
        raise InvalidInput(issues)
    log = ResolutionLog.in_folder(store.folder)
    issues = _inconsistencies(question.scenario, resolution, log)
    if issues and not correct:  # of several wrong answers, one has to be corrected first
        raise InvalidInput(issues)
    entry = log.append(resolution, written=now.astimezone(datetime.UTC), correct=correct)
    return _recorded(question, fitted, log, entry, tuple(issues))


@dataclass(frozen=True, kw_only=True)
class _Question:
    """What is resolved."""

    scenario: Scenario
    subject: Outcome | Event

    @classmethod
    def of(cls, scenario: Scenario, result: FitResult, outcome: str | None, event: str | None) -> _Question:
        if event:
            return cls(scenario=scenario, subject=chosen_event(event, scenario, result))
        return cls(scenario=scenario, subject=chosen_outcome(outcome or scenario.headline, scenario, result))

    @property
    def settled(self) -> bool:
        """Whether it was settled when it was asked, though nobody may have known."""
        if isinstance(self.subject, Event):
            return self.subject.when == "now"
        return self.scenario.settled(self.subject.id)

    def resolution(self, fitted: FitResult, result: str, date: datetime.date, because: str) -> Resolution:
        run = fitted.run.id
        if isinstance(self.subject, Outcome):
            forecast, so = outcome_forecast(fitted, self.subject), occurred(result, run)
            return Resolution(forecast=forecast, occurred=so, date=date, because=because)
        state = state_of(result, self.subject, run)
        known = True if state in self.subject.states else None
        forecast = state_forecast(fitted, self.subject)
        return Resolution(forecast=forecast, occurred=known, state=state, date=date, because=because)


def _inconsistencies(scenario: Scenario, resolution: Resolution, log: ResolutionLog) -> list[Issue]:
    return list(inconsistencies(scenario, resolution, current_entries(log.read()), str(log.path)))


def _recorded(
    question: _Question, fitted: FitResult, log: ResolutionLog, entry: Entry, issues: tuple[Issue, ...]
) -> ResolveResult:
    subject, scenario = question.subject, question.scenario
    states = subject.states if isinstance(subject, Event) else ()
    return ResolveResult(
        log=str(log.path),
        entry=entry,
        title=subject.title,
        given=tuple(scenario.event_title(name) for name in subject.given),
        state_titles={state: scenario.events[subject.id].state_title(state) for state in states},
        decided=decided_outcomes(scenario, entry.resolution, _open(fitted, current_entries(log.read()))),
        inconsistent=issues,
    )


def _open(fitted: FitResult, entries: Iterable[Entry]) -> list[str]:
    """The outcomes of a run that are not resolved."""
    resolved = {entry.forecast.outcome for entry in entries if entry.forecast.run == fitted.run.id}
    return [name for name in fitted.outcomes if name not in resolved]


def _reason(because: str) -> str:
    """The source on one line."""
    reason = " ".join(because.split())
    if not reason:
        raise invalid("no source is given", code="missing-source", key="because", allowed="the source that decided it")
    try:
        reason.encode()
    except UnicodeEncodeError as error:
        raise invalid("the source is not a text in UTF-8", code="not-text", key="because") from error
    return reason


def _scorable(run: StoredRun) -> FitResult:
    result = run.result()
    if not result.converged:
        raise invalid("this run did not converge, so it is not scored", code="not-converged", file=run.id)
    return result

"""Resolve: record what happened to an outcome, or which state of an event holds, that a saved run gave chances to."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from estimative.model.inference.fit_result import FitResult
from estimative.model.record.consistency import decided_outcomes, inconsistencies
from estimative.model.record.manifest import Manifest
from estimative.model.record.resolution_log import ResolutionLog
from estimative.model.record.resolutions import (
    Entry,
    IssuedForecast,
    Resolution,
    current_entries,
    refusals,
    resolution_entries,
)
from estimative.model.record.run_store import Store
from estimative.model.record.score import ResolveResult
from estimative.model.record.stored_run import StoredRun
from estimative.model.spec.events import Event, Outcome
from estimative.model.spec.scenario import Scenario
from estimative.priors.errors import InvalidInput, Issue, invalid, quote
from estimative.workflows import clock
from estimative.workflows.issued_forecasts import chosen_event, chosen_outcome, outcome_forecast, state_forecast
from estimative.workflows.result_words import occurred, one_line, state_of


def resolve(
    store: Store,
    run: str,
    *,
    result: str,
    date: datetime.date,
    because: str,
    outcome: str | None = None,
    event: str | None = None,
    until: datetime.date | None = None,
    correct: bool = False,
) -> ResolveResult:
    """Record what happened in the log next to the runs, for every saved run that made a forecast of it.

    Parameters
    ----------
    run
        Its id, the beginning of its id, or `latest`; or the id of a scenario, which stands for its last run that
        converged. All runs of the same scenario, outcome (event) and horizon are resolved with it, whoever made them.
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
    until
        The horizon; needed where a scenario is named whose runs have several.
    correct
        Replace the earlier answer to the question; its lines stay in the log.

    Raises
    ------
    InvalidInput
        If there is no such run, outcome, event or state, the run did not converge, the dates are impossible, no reason
        is given, the log does not accept it, or other answers exclude it.
    """
    now = clock.now()
    reason = one_line(because, "source", "the source that decided it")
    if outcome and event:
        raise invalid("an outcome and an event exclude each other", code="misuse", key="event", allowed="one of them")
    listing = store.listing()
    stored = named_run(store, listing.runs, run, until)
    fitted = _scorable(stored)
    question = _Question.of(stored.read_scenario(fitted.scenario), fitted, outcome, event)
    resolution = question.resolution(fitted, result, date, reason)
    if issues := list(refusals(resolution, today=now.date(), settled=question.settled)):
        raise InvalidInput(issues)
    log = ResolutionLog.in_folder(store.folder)
    current = current_entries(resolution_entries(log.read()))
    issues = list(inconsistencies(question.scenario, resolution, current, str(log.path)))
    if issues and not correct:  # of several wrong answers, one has to be corrected first
        raise InvalidInput(issues)
    answer = Answering(store=store, question=question, first=resolution, today=now.date(), current=current)
    others = answer.others(listing.runs, correct=correct)
    chosen = answer.chosen(others.resolutions, correct=correct)
    entries = log.append_all(chosen, written=now.astimezone(datetime.UTC), correct=correct)
    return _recorded(question, fitted, log, entries, others, tuple(issues))


def named_run(store: Store, runs: Iterable[Manifest], name: str, until: datetime.date | None = None) -> StoredRun:
    """The run of this name; of a scenario of this name, the last one that converged.

    Raises
    ------
    InvalidInput
        If there is none, or if the scenario has runs with several horizons and none is given.
    """
    own = [run for run in runs if run.scenario == name and run.converged]
    if not own:
        return StoredRun(store.find(name))
    horizons = tuple(sorted({run.until.isoformat() for run in own}))
    fitting = [run for run in own if until is None or run.until == until]
    if not fitting or (until is None and len(horizons) > 1):
        message = f"runs of {quote(name)} have {'several horizons' if fitting else f'no horizon {until}'}"
        raise invalid(message, code="ambiguous-horizon", file=str(store.folder), key="until", allowed=horizons)
    return StoredRun(store.folder / fitting[0].id)


class OtherRuns(Struct, frozen=True, kw_only=True):
    """What an answer means for the other runs of its question."""

    resolutions: tuple[Resolution, ...] = ()
    left_out: tuple[str, ...] = ()
    """Ids of runs that made no forecast of it which can be scored: in hindsight, or without this outcome."""


class Answering(Struct, frozen=True, kw_only=True):
    """An answer to a question, as a run has it, that is to be given to the other runs of it."""

    store: Store
    question: _Question
    first: Resolution
    today: datetime.date
    current: tuple[Entry, ...]
    """Of the log."""

    def others(self, runs: Iterable[Manifest], *, correct: bool) -> OtherRuns:
        """The resolutions of the other runs that have none yet; of a correction, of all others."""
        own = self.first.forecast
        answered = {entry.forecast.run: entry for entry in self._answers()}
        resolutions = [self._again(entry) for run, entry in answered.items() if correct and run != own.run]
        left_out = []
        for run in runs:
            same = (run.scenario, run.until, run.converged) == (own.scenario, own.until, True)
            if same and run.id != own.run and run.id not in answered:
                resolution = self._of(run.id)
                left_out += [] if resolution else [run.id]
                resolutions += [resolution] if resolution else []
        return OtherRuns(resolutions=tuple(resolutions), left_out=tuple(sorted(left_out)))

    def chosen(self, others: Sequence[Resolution], *, correct: bool) -> list[Resolution]:
        """What is to be recorded: the named run's answer, unless it is there already and only others lack it."""
        known = [entry for entry in self._answers() if entry.forecast.run == self.first.forecast.run]
        same = [e for e in known if (e.resolution.word, e.resolution.date) == (self.first.word, self.first.date)]
        return [*others] if same and others and not correct else [self.first, *others]

    def _answers(self) -> list[Entry]:
        return [entry for entry in self.current if entry.forecast.question == self.first.forecast.question]

    def _of(self, run: str) -> Resolution | None:
        """The answer for another run; None where it made no forecast that can be scored."""
        stored = StoredRun(self.store.folder / run)
        try:
            fitted = stored.result()
            forecast = self.question.forecast(stored, fitted)
        except InvalidInput:
            return None
        resolution = replace(self.first, forecast=forecast)
        refused = next(refusals(resolution, today=self.today, settled=self.question.settled), None)
        return None if refused else resolution

    def _again(self, entry: Entry) -> Resolution:
        """The answer for a run that had another one; void if the run was made when the answer was known."""
        resolution = replace(self.first, forecast=entry.forecast)
        if next(refusals(resolution, today=self.today, settled=self.question.settled), None):
            return replace(resolution, occurred=None, state="")
        return resolution


class _Question(Struct, frozen=True, kw_only=True):
    """What is resolved."""

    scenario: Scenario
    subject: Outcome | Event
    versions: dict[str, Scenario] = field(default_factory=dict)
    """Other versions of the scenario that were read, by digest."""

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

    def forecast(self, stored: StoredRun, fitted: FitResult) -> IssuedForecast:
        """The forecast that another run made of it.

        Raises
        ------
        InvalidInput
            If it made none.
        """
        digest = fitted.scenario.digest
        scenario = self.versions.get(digest) or stored.read_scenario(fitted.scenario)
        self.versions[digest] = scenario
        if isinstance(self.subject, Outcome):
            return outcome_forecast(fitted, chosen_outcome(self.subject.id, scenario, fitted))
        event = chosen_event(self.subject.id, scenario, fitted)
        if event.states != self.subject.states:
            raise invalid("the states of the event are others in this run", code="no-forecast", file=fitted.run.id)
        return state_forecast(fitted, event)

    def resolution(self, fitted: FitResult, result: str, date: datetime.date, because: str) -> Resolution:
        run = fitted.run.id
        if isinstance(self.subject, Outcome):
            forecast, so = outcome_forecast(fitted, self.subject), occurred(result, run)
            return Resolution(forecast=forecast, occurred=so, date=date, because=because)
        state = state_of(result, self.subject, run)
        known = True if state in self.subject.states else None
        forecast = state_forecast(fitted, self.subject)
        return Resolution(forecast=forecast, occurred=known, state=state, date=date, because=because)


def _recorded(
    question: _Question,
    fitted: FitResult,
    log: ResolutionLog,
    entries: tuple[Entry, ...],
    others: OtherRuns,
    issues: tuple[Issue, ...],
) -> ResolveResult:
    subject, scenario = question.subject, question.scenario
    states = subject.states if isinstance(subject, Event) else ()
    current = current_entries(resolution_entries(log.read()))
    return ResolveResult(
        log=str(log.path),
        entry=entries[0],
        others=entries[1:],
        left_out=others.left_out,
        title=subject.title,
        given=tuple(scenario.event_title(name) for name in subject.given),
        state_titles={state: scenario.events[subject.id].state_title(state) for state in states},
        decided=decided_outcomes(scenario, entries[0].resolution, _open(fitted, current)),
        inconsistent=issues,
    )


def _open(fitted: FitResult, entries: Iterable[Entry]) -> list[str]:
    """The outcomes of a run that are not resolved."""
    resolved = {entry.forecast.outcome for entry in entries if entry.forecast.run == fitted.run.id}
    return [name for name in fitted.outcomes if name not in resolved]


def _scorable(run: StoredRun) -> FitResult:
    result = run.result()
    if not result.converged:
        raise invalid("this run did not converge, so it is not scored", code="not-converged", file=run.id)
    return result

"""Forecasts that runs issued, what happened, and the rules by which dates and answers are accepted."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator

from msgspec import Struct

from estimative.model.record.manifest import Manifest
from estimative.model.spec.events import OTHERWISE
from estimative.priors.errors import Issue, Place
from estimative.priors.state_probability import StateProbability


class Question(Struct, frozen=True, kw_only=True):
    """An outcome of a scenario by a horizon, or the state of an event; later versions of the scenario ask the same."""

    scenario: str
    outcome: str
    until: datetime.date
    event: str = ""
    """That with states; empty of an outcome."""

    def __str__(self) -> str:
        what = f"state of {self.event}" if self.event else self.outcome
        return f"{self.scenario}: {what} by {self.until}"


class IssuedForecast(Struct, frozen=True, kw_only=True):
    """The probability that a run gave to one outcome, or those that it gave to the states of one event."""

    run: str
    created: datetime.datetime
    """With the offset from UTC that the user had."""
    scenario: str
    scenario_digest: str
    prior_set: str
    prior_set_digest: str
    analyst: str
    """As the prior set describes them; empty where it does not."""
    outcome: str = ""
    """Empty of a forecast of states."""
    probability: float | None = None
    """That the outcome happens; None of a forecast of states."""
    se: float | None = None
    """Monte Carlo standard error."""
    event: str = ""
    """Whose states these are; empty of an outcome."""
    states: tuple[StateProbability, ...] = ()
    """Each named state of the event, under its condition where it has one; in their order where they are ordered."""
    ordered: bool = False
    as_of: datetime.date
    until: datetime.date

    def __post_init__(self) -> None:
        """Refuse what is neither a forecast of an outcome nor one of states."""
        missing = {self.probability is None, self.se is None, not self.outcome}
        if missing != {bool(self.event)} or bool(self.event) != (len(self.states) > 1):
            raise ValueError("neither one probability nor those of several states")

    @property
    def question(self) -> Question:
        return Question(scenario=self.scenario, outcome=self.outcome, until=self.until, event=self.event)

    @property
    def subject(self) -> str:
        """What it is about, as in an error: the outcome, or the state of the event."""
        return f"the state of {self.event}" if self.event else self.outcome

    @property
    def made(self) -> datetime.date:
        """The day of the run, where it was made."""
        return self.created.date()


class Resolution(Struct, frozen=True, kw_only=True):
    """What happened to a forecast."""

    forecast: IssuedForecast
    occurred: bool | None
    """None is void: nobody will ever know, or the condition of a conditional outcome was not met. Of a forecast of
    states: whether it is known which one holds, or None."""
    state: str = ""
    """The state that holds, or `otherwise` if the condition of the event was not met; empty of an outcome or a void."""
    date: datetime.date
    """When it happened, or when it was certain that it had not; of a state, when it was certain."""
    because: str
    """The source that decided it."""

    def __post_init__(self) -> None:
        """Refuse an answer that does not fit the forecast."""
        known = {each.state for each in self.forecast.states}
        if self.state not in {*known, "", OTHERWISE} or (self.state and not known):
            raise ValueError("not a state of the forecast")
        if known and self.occurred is not (True if self.state in known else None):
            raise ValueError("a forecast of states occurred in one of them, or is void")

    @property
    def key(self) -> tuple[str, str, str]:
        """The run and the outcome or event; each is resolved once, except for corrections."""
        return self.forecast.run, self.forecast.outcome, self.forecast.event

    @property
    def closed(self) -> datetime.date:
        """The day of the answer, or the horizon if that came first."""
        return min(self.date, self.forecast.until)

    @property
    def lead(self) -> int:
        """Days from the run to the answer, or to the horizon if that came first."""
        return (self.closed - self.forecast.made).days

    @property
    def word(self) -> str:
        """As given on the command line: "yes", "no", "void", or the state."""
        return self.state or WORDS[self.occurred]


WORDS: dict[bool | None, str] = {True: "yes", False: "no", None: "void"}


class Entry(Struct, frozen=True, kw_only=True):
    """A line of the resolution log."""

    line: int
    """Counted from 1."""
    digest: str
    """SHA-256 of the line's bytes, its end included: what `sed -n LINEp resolutions.jsonl | sha256sum` prints."""
    written: datetime.datetime
    """UTC."""
    corrects: int | None
    """The earlier line of the same run and outcome (event) that this one replaces."""
    resolution: Resolution

    @property
    def forecast(self) -> IssuedForecast:
        return self.resolution.forecast


class Withdrawal(Struct, frozen=True, kw_only=True):
    """A statement that a forecast no longer holds; until the analyst makes another one, none is in force."""

    run: str
    created: datetime.datetime
    """When the forecast was made."""
    scenario: str
    prior_set: str
    until: datetime.date
    """The horizon: all outcomes and events of the scenario by then are withdrawn."""
    withdrawn: datetime.datetime
    """With the offset from UTC that the user had."""
    because: str

    def ends(self, entry: Entry) -> bool:
        """Whether it ends a forecast of the same analyst and scenario: made before, and not yet answered that day."""
        return entry.forecast.created < self.withdrawn and self.withdrawn.date() < entry.resolution.closed


type Subject = tuple[str, str, datetime.date]
"""What is withdrawn together: analyst (prior set), scenario and horizon."""


def subject(of: IssuedForecast | Withdrawal) -> Subject:
    """Whose forecasts of what these are."""
    return of.prior_set, of.scenario, of.until


def withdrawals_by_subject(withdrawals: Iterable[Withdrawal]) -> dict[Subject, list[Withdrawal]]:
    """Withdrawals by what is withdrawn."""
    grouped: dict[Subject, list[Withdrawal]] = defaultdict(list)
    for withdrawal in withdrawals:
        grouped[subject(withdrawal)].append(withdrawal)
    return grouped


class WithdrawalEntry(Struct, frozen=True, kw_only=True):
    """A line of the log that withdraws a forecast."""

    line: int
    digest: str
    """SHA-256 of the line's bytes, its end included."""
    written: datetime.datetime
    """UTC."""
    withdrawal: Withdrawal


type LogEntry = Entry | WithdrawalEntry


def resolution_entries(lines: Iterable[LogEntry]) -> tuple[Entry, ...]:
    """The lines of a log that resolve something."""
    return tuple(line for line in lines if isinstance(line, Entry))


def withdrawal_entries(lines: Iterable[LogEntry]) -> tuple[WithdrawalEntry, ...]:
    """The lines of a log that withdraw a forecast."""
    return tuple(line for line in lines if isinstance(line, WithdrawalEntry))


def current_entries(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """The entries that no later one corrects, in the order of the log."""
    last = {entry.resolution.key: entry for entry in entries}
    return tuple(sorted(last.values(), key=lambda entry: entry.line))


def open_runs(entries: Iterable[Entry], runs: Iterable[Manifest]) -> tuple[str, ...]:
    """The ids of converged runs without an entry, whose scenario and prior set have entries from other runs.

    Runs made after the last of these answers are left out: they ask another question, or knew the answer.
    """
    resolved: set[str] = set()
    last: dict[tuple[str, str], datetime.date] = {}
    for entry in entries:
        key = entry.forecast.scenario, entry.forecast.prior_set
        resolved.add(entry.forecast.run)
        last[key] = max(entry.resolution.date, last.get(key, datetime.date.min))
    return tuple(
        run.id
        for run in runs
        if run.converged
        and run.id not in resolved
        and run.created.date() <= last.get((run.scenario, run.prior_set), datetime.date.min)
    )


def contradictions(entries: Iterable[Entry], file: str) -> Iterator[Issue]:
    """The errors of current entries that give another answer to a question than an earlier one does."""
    first: dict[Question, Entry] = {}
    for entry in entries:
        earlier = first.setdefault(entry.forecast.question, entry)
        if earlier.resolution.word != entry.resolution.word:
            yield contradicting(earlier, entry.resolution, file, entry.line)


def contradicting(earlier: Entry, other: Resolution, file: str, line: int | None) -> Issue:
    """The error of a second answer to the same question; `line` where it is in the file already."""
    message = (
        f"the answer is {other.word}, but line {earlier.line} answers the same question with {earlier.resolution.word}"
    )
    place = Place(file=file, line=line, key=other.forecast.run)
    return Issue(message=message, place=place, suggestion="Correct one of them.", code="contradiction")


def refusals(resolution: Resolution, *, today: datetime.date, settled: bool) -> Iterator[Issue]:
    """Why a resolution is impossible, by its dates.

    Parameters
    ----------
    settled
        Whether the outcome (event) was settled when the question was asked, though unknown: then its answer may become
        known at any time, before the horizon or after it.
    """
    forecast, date = resolution.forecast, resolution.date
    if date < forecast.as_of:
        yield _misdated(resolution, f"{date} is before the question was asked", f"{forecast.as_of} or later")
    elif date > today:
        yield _misdated(resolution, f"{date} is in the future", f"up to {today}")
    else:
        if not settled:
            yield from _against_horizon(resolution, today)
        if resolution.occurred is not None:
            yield from _in_hindsight(resolution, settled=settled)


def _misdated(resolution: Resolution, message: str, allowed: str) -> Issue:
    place = Place(file=resolution.forecast.run, key="date")
    return Issue(message=message, place=place, allowed=allowed, code="date-out-of-range")


def _against_horizon(resolution: Resolution, today: datetime.date) -> Iterator[Issue]:
    date, until = resolution.date, resolution.forecast.until
    if resolution.occurred is True and not resolution.state and date > until:
        yield _misdated(resolution, f"{date} is after the horizon, so the result is no", f"yes up to {until}")
    if resolution.occurred is False and (date < until or today <= until):
        yield _misdated(resolution, f"it can still happen until {until} is over", f"no, once {until} is over")


def _in_hindsight(resolution: Resolution, *, settled: bool) -> Iterator[Issue]:
    forecast = resolution.forecast
    known = resolution.date if settled or resolution.occurred else forecast.until
    if forecast.event and not settled:
        known = min(known, forecast.until)
    if forecast.made > known:
        message = f"the run is of {forecast.made}, but the answer was known since {known}"
        fix = "Forecasts in hindsight are not scored."
        yield Issue(message=message, place=Place(file=forecast.run), suggestion=fix, code="hindsight")

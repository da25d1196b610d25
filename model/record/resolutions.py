"""What came about of what runs foretold, and when that can be said."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from estimative.model.record.run_store import Manifest
from estimative.priors.errors import Issue, Place, quote


@dataclass(frozen=True, kw_only=True)
class Question:
    """What was asked: runs of a scenario that has learnt more since still answer the same one."""

    scenario: str
    outcome: str
    until: datetime.date

    def __str__(self) -> str:
        return f"{self.scenario}: {self.outcome} by {self.until}"


@dataclass(frozen=True, kw_only=True)
class IssuedForecast:
    """What a run said of one outcome."""

    run: str
    created: datetime.datetime
    """UTC."""
    scenario: str
    scenario_digest: str
    prior_set: str
    prior_set_digest: str
    analyst: str
    """As the prior set describes them; empty where it does not."""
    outcome: str
    probability: float
    mcse: float
    """Monte Carlo standard error."""
    as_of: datetime.date
    until: datetime.date

    @property
    def question(self) -> Question:
        return Question(scenario=self.scenario, outcome=self.outcome, until=self.until)

    @property
    def made(self) -> datetime.date:
        """The day on which the run was made."""
        return self.created.date()


@dataclass(frozen=True, kw_only=True)
class Resolution:
    """What became of something foretold."""

    forecast: IssuedForecast
    happened: bool | None
    """None where nobody will ever know, or the condition of a conditional outcome did not come about: void."""
    on: datetime.date
    """When it came about, or when it was settled that it had not."""
    because: str
    """By which source it was decided."""

    @property
    def key(self) -> tuple[str, str]:
        """What is resolved at most once, but for corrections: an outcome of a run."""
        return self.forecast.run, self.forecast.outcome

    @property
    def lead(self) -> int:
        """Days from the run to the answer; to the horizon, where nothing came about before it."""
        return (min(self.on, self.forecast.until) - self.forecast.made).days

    @property
    def word(self) -> str:
        """As it is said on the command line: "yes", "no", "void"."""
        return {True: "yes", False: "no", None: "void"}[self.happened]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A line of the ledger."""

    line: int
    """Counted from 1."""
    digest: str
    """SHA-256 of the line's bytes, its end included: what `sed -n LINEp resolutions.jsonl | sha256sum` prints."""
    written: datetime.datetime
    """UTC."""
    corrects: int | None
    """The earlier line of the same run and outcome that no longer holds."""
    resolution: Resolution


def current_entries(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """The entries that no later one corrects, in the order of the ledger."""
    last = {entry.resolution.key: entry for entry in entries}
    return tuple(sorted(last.values(), key=lambda entry: entry.line))


def open_runs(entries: Iterable[Entry], runs: Iterable[Manifest]) -> tuple[str, ...]:
    """The ids of converged runs that no entry is about, but for whose scenario and prior set there are some.

    Those made after the last of these answers are left out: they are of another question, or hindsight.
    """
    resolved: set[str] = set()
    last: dict[tuple[str, str], str] = {}
    for entry in entries:
        said, on = entry.resolution.forecast, entry.resolution.on.isoformat()
        resolved.add(said.run)
        last[said.scenario, said.prior_set] = max(on, last.get((said.scenario, said.prior_set), ""))
    return tuple(
        run.id
        for run in runs
        if run.converged
        and run.id not in resolved
        and run.created[: len("2026-01-01")] <= last.get((run.scenario, run.prior_set), "")
    )


def contradictions(entries: Iterable[Entry], file: str) -> Iterator[Issue]:
    """The faults of standing entries that tell another answer to a question than an earlier one does."""
    first: dict[Question, Entry] = {}
    for entry in entries:
        question = entry.resolution.forecast.question
        told = first.setdefault(question, entry)
        if told.resolution.happened != entry.resolution.happened:
            yield contradicting(told, entry.resolution, file, entry.line)


def contradicting(told: Entry, other: Resolution, file: str, line: int | None) -> Issue:
    """The fault of one that tells another answer to the same question; `line` where it stands in the file already."""
    expected = f"{told.resolution.word!r}, as on line {told.line} of the same question; or --correct for that run"
    return Issue(
        code="contradiction",
        message=f"{quote(other.word)} contradicts an earlier resolution",
        place=Place(file=file, line=line, key=other.forecast.run),
        allowed=expected,
    )


def refusals(resolution: Resolution, *, today: datetime.date, settled: bool) -> Iterator[Issue]:
    """Why a resolution cannot be so, by its dates.

    Parameters
    ----------
    settled
        Whether the outcome was settled when the question was asked, though unknown: then its answer may become known
        at any time, before the horizon or after it.
    """
    said, on = resolution.forecast, resolution.on
    if on < said.as_of:
        expected = f"a date from {said.as_of} on, as of which the question was asked"
        yield Issue(
            code="contradiction",
            message=f"{on} is before the question was asked",
            place=Place(file="--on"),
            allowed=expected,
        )
    if on > today:
        yield Issue(
            code="contradiction",
            message=f"{on} is in the future",
            place=Place(file="--on"),
            allowed=f"a date up to today, {today}",
        )
    if not settled:
        yield from _out_of_time(resolution, today)
    if resolution.happened is not None:
        yield from _in_hindsight(resolution, settled=settled)


def _out_of_time(resolution: Resolution, today: datetime.date) -> Iterator[Issue]:
    on, until = resolution.on, resolution.forecast.until
    if resolution.happened is True and on > until:
        expected = f"a date up to {until}: what came about later did not come about in time"
        yield Issue(
            code="contradiction", message=f"{on} is after the horizon", place=Place(file="--on"), allowed=expected
        )
    if resolution.happened is False and (on < until or today <= until):
        expected = f"'no' dated {until} or later, and not before that day is over: until then it can still come about"
        yield Issue(
            code="contradiction",
            message=f'"no" on {on} is too early, as of {today}',
            place=Place(file="--on"),
            allowed=expected,
        )


def _in_hindsight(resolution: Resolution, *, settled: bool) -> Iterator[Issue]:
    said = resolution.forecast
    known = resolution.on if settled or resolution.happened else said.until
    if said.made > known:
        found = f"the run was made on {said.made}, when the answer had been known since {known}"
        yield Issue(
            code="contradiction",
            message=found,
            place=Place(file=said.run),
            allowed="a judgement from before: hindsight is not scored",
        )

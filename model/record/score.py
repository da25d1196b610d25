"""The results of scoring a log of resolutions, and of recording a resolution."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from estimative.model.inference.info import SCHEMA_VERSION
from estimative.model.record.calibration import MASS, Verification, scored_set, verify
from estimative.model.record.consistency import DecidedOutcome
from estimative.model.record.resolutions import Entry, current_entries
from estimative.model.record.scored_forecast import ScoredForecast
from estimative.priors.errors import Issue
from estimative.priors.forecast_record import Record


@dataclass(frozen=True, kw_only=True)
class Period:
    """The forecasts that were made within a year, a quarter or a month."""

    name: str
    """Such as "2026", "2026 Q3" or "2026-07"."""
    scores: Verification


@dataclass(frozen=True, kw_only=True)
class ScoreResult:
    """How forecasts performed: those in the log of resolutions, or those in a file from elsewhere."""

    schema_version: int = SCHEMA_VERSION
    kind: Literal["score"] = "score"
    source: Literal["log", "file"]
    file: str
    """The log or the file, as the user named it."""
    lines: int
    """Of the log; of a file, its forecasts."""
    digest: str = ""
    """Of the last line of the log; empty where there is none."""
    corrected: int = 0
    """Lines of the log that a later one corrects."""
    open_runs: int = 0
    """Saved runs of the same scenarios and prior sets that converged and are not resolved."""
    unresolved: int = 0
    """Forecasts in the file whose question is not resolved yet."""
    late: int = 0
    """Forecasts in the file that were made after the question closed."""
    interval_mass: float = MASS
    """Of the intervals of frequencies."""
    same_questions: bool
    """Whether all analysts are scored on the same questions."""
    analysts: Mapping[str, Verification]
    overall: Verification | None
    """Of all analysts together; None where nothing is resolved."""
    periods: tuple[Period, ...]
    """Of all analysts together, by when forecasts were made; empty where that is unknown, or within one period."""
    forecasts: tuple[ScoredForecast, ...]
    """In the order of the log or the file, without those that were corrected, are late or not resolved."""

    @property
    def converged(self) -> bool:
        """True: only runs that converged can be resolved."""
        return True

    @property
    def scored(self) -> tuple[ScoredForecast, ...]:
        """The forecasts that count."""
        return tuple(forecast for forecast in self.forecasts if forecast.scored)

    @property
    def void(self) -> int:
        """How many forecasts are void."""
        return sum(forecast.occurred is None for forecast in self.forecasts)

    @property
    def superseded(self) -> int:
        """How many forecasts a later one of the same analyst on the same question replaced."""
        return len(self.forecasts) - len(self.scored) - self.void


def score_entries(
    entries: Sequence[Entry], *, log: str, open_runs: int = 0, analysts: Sequence[str] = ()
) -> ScoreResult:
    """Score the entries of a log.

    Parameters
    ----------
    log
        The file's name.
    open_runs
        How many runs of the same scenarios and prior sets are not resolved.
    analysts
        Only these, in this order; all of them, by name, if none is given.
    """
    current = current_entries(entries)
    lines = {entry.line for entry in scored_set(current).scored}
    return replace(
        _scored([ScoredForecast.of(entry, scored=entry.line in lines) for entry in current], analysts),
        file=log,
        lines=len(entries),
        digest=entries[-1].digest if entries else "",
        corrected=len(entries) - len(current),
        open_runs=open_runs,
    )


def score_record(record: Record, *, analysts: Sequence[str] = ()) -> ScoreResult:
    """Score forecasts that were made elsewhere.

    Parameters
    ----------
    analysts
        Only these, in this order; all of them, by name, if none is given.
    """
    counted = [(judgement, True) for judgement in record.judgements]
    every = [*counted, *((judgement, False) for judgement in record.superseded)]
    known = [
        ScoredForecast.from_elsewhere(judgement, scored=scored)
        for judgement, scored in sorted(every, key=lambda pair: pair[0].line)
        if judgement.void or judgement.happened is not None
    ]
    own = [judgement for judgement in record.judgements if not analysts or judgement.analyst in analysts]
    return replace(
        _scored(known, analysts),
        source="file",
        file=record.file,
        lines=len(every) + len(record.late),
        unresolved=sum(not judgement.void and judgement.happened is None for judgement in own),
        late=sum(not analysts or judgement.analyst in analysts for judgement in record.late),
    )


def _scored(forecasts: Sequence[ScoredForecast], analysts: Sequence[str]) -> ScoreResult:
    """The scores of forecasts, without where they come from."""
    chosen = tuple(forecast for forecast in forecasts if not analysts or forecast.analyst in analysts)
    scored = [forecast for forecast in chosen if forecast.scored]
    names = list(dict.fromkeys(analysts)) or sorted({forecast.analyst for forecast in scored})
    groups: dict[str, list[ScoredForecast]] = {name: [] for name in names}
    for forecast in scored:
        groups[forecast.analyst].append(forecast)
    by_analyst = {name: own for name, own in groups.items() if own}
    return ScoreResult(
        source="log",
        file="",
        lines=0,
        same_questions=len({frozenset(forecast.question for forecast in own) for own in by_analyst.values()}) <= 1,
        analysts={name: verify(own) for name, own in by_analyst.items()},
        overall=verify(scored) if scored else None,
        periods=tuple(_periods(scored)),
        forecasts=chosen,
    )


YEARS, QUARTERS = 3 * 366, 366
"""Days; a longer time is divided into years, or into quarters, and a shorter one into months."""


def _periods(scored: Sequence[ScoredForecast]) -> Iterator[Period]:
    dated = [(forecast.made, forecast) for forecast in scored if forecast.made]
    days = [made for made, _ in dated]
    span = (max(days) - min(days)).days if days else 0
    periods: dict[str, list[ScoredForecast]] = {}
    for made, forecast in sorted(dated, key=lambda pair: pair[0]):
        periods.setdefault(_period(made, span), []).append(forecast)
    if len(periods) > 1:
        yield from (Period(name=name, scores=verify(own)) for name, own in periods.items())


def _period(day: datetime.date, span: int) -> str:
    if span > YEARS:
        return f"{day.year}"
    return f"{day.year} Q{(day.month + 2) // 3}" if span > QUARTERS else f"{day:%Y-%m}"


@dataclass(frozen=True, kw_only=True)
class ResolveResult:
    """A resolution as it was recorded."""

    schema_version: int = SCHEMA_VERSION
    kind: Literal["resolve"] = "resolve"
    log: str
    """The file, as the user named it."""
    entry: Entry
    title: str
    """Of the outcome or the event."""
    given: tuple[str, ...]
    """The titles of the events that are its condition."""
    state_titles: Mapping[str, str] = field(default_factory=dict)
    """Of the states, by name; empty of an outcome."""
    decided: tuple[DecidedOutcome, ...] = ()
    """Outcomes of this run whose answers follow, and which are not resolved yet."""
    inconsistent: tuple[Issue, ...] = ()
    """Of a correction: which other answers it excludes, and which have to be corrected as well."""

    @property
    def converged(self) -> bool:
        """True: only runs that converged can be resolved."""
        return True

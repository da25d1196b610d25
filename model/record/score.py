"""The results of scoring a log of resolutions, and of recording a resolution."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from estimative.model.inference.info import SCHEMA_VERSION
from estimative.model.record.calibration import MASS, Verification, scored_set, verify
from estimative.model.record.resolutions import Entry, current_entries


@dataclass(frozen=True, kw_only=True)
class ScoredForecast:
    """A forecast and what happened."""

    line: int
    """Of the log."""
    run: str
    analyst: str
    """The name of the prior set."""
    question: str
    probability: float
    se: float
    """Monte Carlo standard error."""
    occurred: bool | None
    """None where it is void."""
    date: datetime.date
    """When it happened, or when it was certain that it had not."""
    lead: int
    """Days from the run to the answer, or to the horizon if that came first."""
    because: str
    scored: bool
    """Whether it counts: of each analyst on each question only the last that is not void."""

    @classmethod
    def of(cls, entry: Entry, *, scored: bool) -> ScoredForecast:
        """From an entry of the log."""
        resolution, forecast = entry.resolution, entry.forecast
        return cls(
            line=entry.line,
            run=forecast.run,
            analyst=forecast.prior_set,
            question=str(forecast.question),
            probability=forecast.probability,
            se=forecast.se,
            occurred=resolution.occurred,
            date=resolution.date,
            lead=resolution.lead,
            because=resolution.because,
            scored=scored,
        )


@dataclass(frozen=True, kw_only=True)
class ScoreResult:
    """How the forecasts in a log of resolutions performed."""

    schema_version: int = SCHEMA_VERSION
    kind: Literal["score"] = "score"
    log: str
    """The file, as the user named it."""
    lines: int
    digest: str
    """Of the last line; empty where there is none."""
    corrected: int
    """Lines that a later one corrects."""
    open_runs: int
    """Saved runs of the same scenarios and prior sets that converged and are not resolved."""
    interval_mass: float = MASS
    """Of the intervals of frequencies."""
    same_questions: bool
    """Whether all analysts are scored on the same questions."""
    analysts: Mapping[str, Verification]
    overall: Verification | None
    """Of all analysts together; None where nothing is resolved."""
    forecasts: tuple[ScoredForecast, ...]
    """In the order of the log, without those that were corrected."""

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
    chosen = [entry for entry in current if not analysts or _analyst(entry) in analysts]
    scored = scored_set(chosen).scored
    lines = {entry.line for entry in scored}
    names = list(dict.fromkeys(analysts)) or sorted({_analyst(entry) for entry in scored})
    by_analyst = {name: [entry for entry in scored if _analyst(entry) == name] for name in names}
    by_analyst = {name: own for name, own in by_analyst.items() if own}
    return ScoreResult(
        log=log,
        lines=len(entries),
        digest=entries[-1].digest if entries else "",
        corrected=len(entries) - len(current),
        open_runs=open_runs,
        same_questions=len({frozenset(entry.forecast.question for entry in own) for own in by_analyst.values()}) <= 1,
        analysts={name: verify(own) for name, own in by_analyst.items()},
        overall=verify(scored) if scored else None,
        forecasts=tuple(ScoredForecast.of(entry, scored=entry.line in lines) for entry in chosen),
    )


def _analyst(entry: Entry) -> str:
    return entry.forecast.prior_set


@dataclass(frozen=True, kw_only=True)
class ResolveResult:
    """A resolution as it was recorded."""

    schema_version: int = SCHEMA_VERSION
    kind: Literal["resolve"] = "resolve"
    log: str
    """The file, as the user named it."""
    entry: Entry
    title: str
    """Of the outcome."""
    given: tuple[str, ...]
    """The titles of the events that are its condition."""

    @property
    def converged(self) -> bool:
        """True: only runs that converged can be resolved."""
        return True

"""An assessment over time: the headline on each day, what moved it, and whether it moved too much."""

from __future__ import annotations

import datetime
from typing import Literal

from msgspec import Struct

from estimative.model.disagreement.change_attribution import ChangeAttribution
from estimative.model.disagreement.diff_result import Reason
from estimative.model.disagreement.movement import Movement, movement
from estimative.model.inference.estimates import ProbabilityEstimate
from estimative.model.inference.info import PriorSetInfo, Result, ScenarioInfo

type StepReason = Reason | Literal["unreadable", "not-wanted"]


class Step(Struct, frozen=True, kw_only=True):
    """Why the headline changed since the point before."""

    attribution: ChangeAttribution | None
    not_attributed_because: StepReason | None
    """None where it is attributed."""


class Moment(Struct, frozen=True, kw_only=True):
    """The headline on one day."""

    date: datetime.date
    """The day of the assessment, its `as_of`."""
    run: str
    """Empty where it was computed for this history."""
    converged: bool
    headline: ProbabilityEstimate | None
    """None where it may not be shown."""
    items: tuple[str, ...]
    """Evidence that counts on this day, and did not on the day before in this history."""
    step: Step | None
    """None of the first moment."""


class Series(Struct, frozen=True, kw_only=True):
    """One analyst's judgement over time."""

    prior_set: PriorSetInfo
    """As of the last moment."""
    moments: tuple[Moment, ...]
    movement: Movement | None
    """Of the moments with a number; None of fewer than two."""

    @classmethod
    def of(cls, prior_set: PriorSetInfo, moments: tuple[Moment, ...]) -> Series:
        chances = [moment.headline.value for moment in moments if moment.headline]
        return cls(prior_set=prior_set, moments=moments, movement=movement(chances))


class HistoryResult(Result, frozen=True, kw_only=True):
    """Analysts' judgements over time, about one question."""

    kind: Literal["history"] = "history"
    scenario: ScenarioInfo
    """As of the last day."""
    replayed: bool
    """Whether each day was fitted again, with the priors of today, rather than read from saved runs."""
    series: tuple[Series, ...]
    others: int = 0
    """Saved runs of the scenario about another headline or horizon, which are left out."""

    def __post_init__(self) -> None:
        shown = [m for series in self.series for m in series.moments if m.headline and not m.converged]
        if shown and not self.with_unconverged:
            raise ValueError("numbers of a fit that did not converge")

"""The result of pooling analysts: one probability in four ways, always with the analysts behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from estimative.model.disagreement.analysts import AnalystResult
from estimative.model.disagreement.comparison import check_withheld
from estimative.model.disagreement.pool import Pool
from estimative.model.inference.estimates import Estimate
from estimative.model.inference.info import Result, ScenarioInfo
from estimative.model.inference.mc_estimate import MCEstimate


@dataclass(frozen=True, kw_only=True)
class Weight:
    """The weight of an analyst; all weights sum to one."""

    weight: Estimate
    """Without error where the user stated it; with an unknown error where a record of few questions gives it."""
    posterior: MCEstimate | None
    """After the evidence, if the analysts are taken as rival models; None where that is unknown."""


@dataclass(frozen=True, kw_only=True)
class CalibrationBand:
    """An analyst's resolved forecasts within the range of one word of probability."""

    term: str
    count: int
    mean_forecast: float
    occurred: float
    """Share of the questions that were resolved with yes."""


@dataclass(frozen=True, kw_only=True)
class AnalystRecord:
    """An analyst's scores on resolved questions; lower is better."""

    resolved: int
    few: bool
    """Too few resolved questions to say much about the analyst."""
    brier: Estimate
    log: Estimate | None
    """None where it is infinite: the analyst gave probability 0 to something that happened."""
    calibration: tuple[CalibrationBand, ...]


@dataclass(frozen=True, kw_only=True)
class TrackRecord:
    """The record that the weights come from."""

    file: str
    rule: str
    """The score rule: "log" or "brier"."""
    same_questions: bool
    """Whether all analysts were scored on the same questions."""
    analysts: Mapping[str, AnalystRecord]


@dataclass(frozen=True, kw_only=True)
class PoolResult(Result):
    """Several analysts and their pools; there is no pool if a fit failed, unless that was asked for."""

    kind: Literal["pool"] = "pool"
    scenario: ScenarioInfo
    analysts: Mapping[str, AnalystResult]
    """By prior set, in the order in which they were given."""
    weights: Mapping[str, Weight]
    extremizing: float | None
    """The factor that the log-odds of each pool are multiplied by, if that was asked for."""
    pools: Mapping[str, tuple[Pool, ...]]
    """By outcome: four pools each."""
    record: TrackRecord | None

    def __post_init__(self) -> None:
        check_withheld(self, self.analysts)
        if self.withheld and self.pools:
            raise ValueError("pools of a fit that did not converge")

    @property
    def headline(self) -> tuple[Pool, ...]:
        """The pools of the headline; none where they may not be shown."""
        return self.pools.get(self.scenario.headline, ())

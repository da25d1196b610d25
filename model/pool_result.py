"""The result of pooling analysts: one probability in four ways, always with the analysts behind it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from estimative.model.disagreement.analysts import AnalystResult, LeftOut
from estimative.model.disagreement.comparison import check_withheld
from estimative.model.disagreement.pool import Pool
from estimative.model.inference.estimates import Estimate
from estimative.model.inference.info import Result, ScenarioInfo
from estimative.model.inference.mc_estimate import MCEstimate
from estimative.model.record.proper_scores import Scoring

type ScoreRule = Literal["log", "brier"]


class Weight(Struct, frozen=True, kw_only=True):
    """The weight of an analyst; all weights sum to one."""

    weight: Estimate
    """Without error where the user stated it; with an unknown error where a record of few questions gives it."""
    posterior: MCEstimate | None
    """After the evidence, if the analysts are taken as rival models; None where that is unknown."""


class PoolResult(Result, frozen=True, kw_only=True):
    """Several analysts and their pools; there is no pool if a fit failed, unless that was asked for."""

    kind: Literal["pool"] = "pool"
    scenario: ScenarioInfo
    analysts: Mapping[str, AnalystResult]
    """By prior set, in the order in which they were given."""
    left_out: tuple[LeftOut, ...] = ()
    weights: Mapping[str, Weight]
    extremizing: float | None
    """The factor that the log-odds of each pool are multiplied by, if that was asked for."""
    pools: Mapping[str, tuple[Pool, ...]]
    """By outcome: four pools each."""
    record: Scoring | None
    """The scores of past forecasts that the weights come from, if they do."""
    score_rule: ScoreRule | None
    """How weights follow from these scores."""

    def __post_init__(self) -> None:
        check_withheld(self, self.analysts)
        if self.withheld and self.pools:
            raise ValueError("pools of a fit that did not converge")

    @property
    def headline(self) -> tuple[Pool, ...]:
        """The pools of the headline; none where they may not be shown."""
        return self.pools.get(self.scenario.headline, ())

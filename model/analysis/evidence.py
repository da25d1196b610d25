"""The result of an evidence analysis: what the evidence weighs, and what would change the result."""

from __future__ import annotations

from typing import Literal

from estimative.model.analysis.competing_hypotheses import CompetingHypotheses
from estimative.model.analysis.evidence_weight import EvidenceWeights
from estimative.model.analysis.information_value import InformationValue
from estimative.model.analysis.tipping_point import TippingPoints
from estimative.model.inference.fit_result import Probability
from estimative.model.inference.info import FitInfo, Result, ScenarioInfo


class EvidenceResult(Result, frozen=True, kw_only=True):
    """What the evidence does; a part that depends on a failed fit is None, unless it was asked for."""

    kind: Literal["evidence"] = "evidence"
    scenario: ScenarioInfo
    fit: FitInfo
    headline: Probability | None
    weights: EvidenceWeights | None
    tipping_points: TippingPoints | None
    information: InformationValue | None
    """What to look for next."""
    competing: tuple[CompetingHypotheses, ...] = ()
    """The states of events that evidence is about as a whole."""

    def __post_init__(self) -> None:
        refitted = [part for part in (self.weights, self.tipping_points) if part]
        failed = any(not part.effort.converged for part in refitted)
        if not self.with_unconverged and (failed or (self.headline and not self.fit.converged)):
            raise ValueError("numbers of a fit that did not converge")

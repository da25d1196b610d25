"""The result of comparing two saved runs: the two judgements, why they differ, and everything that changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from estimative.model.disagreement.change_attribution import ChangeAttribution
from estimative.model.disagreement.change_list import ChangeList
from estimative.model.inference.fit_result import FitResult, Probability, Run
from estimative.model.inference.info import FitInfo, PriorSetInfo, Result, ScenarioInfo

type Reason = Literal["different-questions", "not-shown", "no-odds", "did-not-converge"]


class RunInfo(Struct, frozen=True, kw_only=True):
    """One of the two runs."""

    run: Run
    scenario: ScenarioInfo
    prior_set: PriorSetInfo
    converged: bool
    fits: Mapping[str, FitInfo]
    """By method."""
    headline: Probability | None
    """As the run reports it; None where it may not be shown."""

    @classmethod
    def of(cls, result: FitResult, *, with_unconverged: bool) -> RunInfo:
        """What a saved result contributes."""
        show = result.has_results and (result.converged or with_unconverged)
        return cls(
            run=result.run,
            scenario=result.scenario,
            prior_set=result.prior_set,
            converged=result.converged,
            fits=result.fits,
            headline=result.headline if show else None,
        )


class DiffResult(Result, frozen=True, kw_only=True):
    """Two runs of one scenario, the earlier state first."""

    kind: Literal["diff"] = "diff"
    first: RunInfo
    second: RunInfo
    same_question: bool
    """Whether both headlines are the same combination of the same events."""
    changes: ChangeList
    attribution: ChangeAttribution | None
    not_attributed_because: Reason | None
    """None where the change is attributed."""

    def __post_init__(self) -> None:
        failed = [side for side in (self.first, self.second) if side.headline and not side.converged]
        if not self.with_unconverged and (failed or (self.attribution and not self.attribution.effort.converged)):
            raise ValueError("numbers of a fit that did not converge")
        if (self.attribution is None) != (self.not_attributed_because is not None):
            raise ValueError("an attribution, or the reason why there is none")

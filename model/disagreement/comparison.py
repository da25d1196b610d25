"""The result of comparing analysts: each one's numbers, how far apart they are, and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from estimative.model.disagreement.analysts import AnalystResult, LeftOut, LogEvidence, Pair
from estimative.model.disagreement.attribution import Attribution, TeamAttribution
from estimative.model.inference.info import Result, ScenarioInfo


class CompareResult(Result, frozen=True, kw_only=True):
    """Several analysts of one scenario; an analyst whose fit failed has no number, unless that was asked for."""

    kind: Literal["compare"] = "compare"
    scenario: ScenarioInfo
    """Its headline is the outcome that was compared, whatever the file's headline is."""
    analysts: Mapping[str, AnalystResult]
    """By prior set, in the order in which they were given."""
    left_out: tuple[LeftOut, ...] = ()
    pairs: tuple[Pair, ...]
    log_bayes_factors: Mapping[str, LogEvidence]
    """By prior set, against the first one with numbers."""
    attribution: Attribution | None
    """Of two analysts, where it was asked for and every fit converged."""
    team: TeamAttribution | None
    """Of more than two."""

    def __post_init__(self) -> None:
        check_withheld(self, self.analysts, self.attribution or self.team)

    @property
    def reported(self) -> tuple[str, ...]:
        """The analysts with numbers."""
        return tuple(name for name, analyst in self.analysts.items() if analyst.outcomes)


def check_withheld(
    result: Result, analysts: Mapping[str, AnalystResult], attribution: Attribution | TeamAttribution | None = None
) -> None:
    """Refuse numbers of fits that did not converge, unless they were asked for.

    Raises
    ------
    ValueError
        If there are such numbers.
    """
    failed = any(analyst.outcomes and not analyst.fit.converged for analyst in analysts.values())
    if not result.with_unconverged and (failed or (attribution and not attribution.effort.converged)):
        raise ValueError("numbers of a fit that did not converge")

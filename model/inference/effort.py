"""The fits behind a result: how many, by which method, and how well they converged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from msgspec import Struct

from estimative.model.inference.diagnostics import Check
from estimative.model.inference.refit import Refit


class Effort(Struct, frozen=True, kw_only=True):
    """The fits behind a result."""

    fits: int
    by_method: Mapping[str, int]
    failed: int
    """How many of the fits did not converge by any method."""
    worst: tuple[Check, ...]
    """Each check at the fit where it was closest to its limit, or farthest beyond it."""

    @property
    def converged(self) -> bool:
        return not self.failed


def effort_of(refits: Sequence[Refit]) -> Effort:
    """Summarize the fits behind a result."""
    worst: dict[str, Check] = {}
    for check in (check for refit in refits for check in refit.verdict.checks):
        if check.name not in worst or check.margin < worst[check.name].margin:
            worst[check.name] = check
    return Effort(
        fits=len(refits),
        by_method=dict(Counter(refit.method for refit in refits)),
        failed=sum(not refit.verdict.passed for refit in refits),
        worst=tuple(worst.values()),
    )

"""Tornado: the headline refitted with each input fixed low and high, everything else as assessed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from estimative.model.assessment import Assessment
from estimative.model.inference.effort import Effort, effort_of
from estimative.model.inference.estimates import Undefined
from estimative.model.inference.mc_estimate import MCEstimate
from estimative.model.inference.progress import Progress, ProgressCounter, no_progress
from estimative.model.inference.refit import Fitted, Fitter, Refit, Refitter

LOW, HIGH = 0.05, 0.95
"""The quantiles of its prior at which a quantity is fixed."""


class TornadoRange(Struct, frozen=True, kw_only=True):
    """One input fixed at two values, the headline refitted at each."""

    name: str
    """Of the quantity, or of a fixed weight: "relevance.x", "independence.x"."""
    low: float
    high: float
    """The values, on the quantity's own scale."""
    at_low: MCEstimate
    at_high: MCEstimate
    """Probability of the headline at each."""
    shift: MCEstimate | None
    """Natural log-odds of the headline at the high value less those at the low one; None where one is 0 or 1."""


class Tornado(Struct, frozen=True, kw_only=True):
    """All ranges, the widest first."""

    low_quantile: float = LOW
    high_quantile: float = HIGH
    quantities: tuple[TornadoRange, ...]
    """Every quantity that is no constant, but for the shares of events with states."""
    weights: tuple[TornadoRange, ...]
    """Weights of evidence, which the analyst fixed: at 0 and at 1."""
    constants: tuple[str, ...]
    """Quantities with one value, which were not varied."""
    effort: Effort


def tornado(fitter: Fitter, fitted: Fitted, *, progress: Progress = no_progress) -> Tornado:
    """Fix each quantity at the 5th and 95th percentile of its prior in turn, and each weight of evidence at 0 and 1."""
    assessment = fitted.assessment
    # The shares of an event move together: to fix one of them is not to fix a quantity.
    free = [name for name in assessment.uncertain if name not in assessment.structure.quantities.shares]
    ends = {name: (_quantile(assessment, name, LOW), _quantile(assessment, name, HIGH)) for name in free}
    ends.update(dict.fromkeys(assessment.weights, (0.0, 1.0)))
    variants = [assessment.with_fixed(name, value) for name, values in ends.items() for value in values]
    refitter = Refitter.between(fitter, [fitted])
    refits = list(refitter.each(variants, ProgressCounter(progress, len(variants))))
    pairs = zip(refits[::2], refits[1::2], strict=True)
    ranges = [_range(name, values, *pair, refitter) for (name, values), pair in zip(ends.items(), pairs, strict=True)]
    return Tornado(
        quantities=_widest_first(ranges[: len(free)]),
        weights=_widest_first(ranges[len(free) :]),
        constants=assessment.constants,
        effort=effort_of(refits),
    )


def _quantile(assessment: Assessment, name: str, share: float) -> float:
    return assessment.priors[name].family.quantile(share)


def _range(name: str, ends: tuple[float, float], low: Refit, high: Refit, refitter: Refitter) -> TornadoRange:
    try:
        shift: MCEstimate | None = high.log_odds - low.log_odds
    except Undefined:
        shift = None
    at_low, at_high = refitter.anchored(low, high)
    return TornadoRange(name=name, low=ends[0], high=ends[1], at_low=at_low, at_high=at_high, shift=shift)


def _widest_first(ranges: Sequence[TornadoRange]) -> tuple[TornadoRange, ...]:
    """A range without bounds comes before all others."""
    return tuple(sorted(ranges, key=lambda row: -abs(row.shift.value) if row.shift else -np.inf))

"""How far the headline swings as each quantity is held low and high, everything else being as it was assessed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from estimative.model.assessment import Assessment
from estimative.model.inference.estimates import Undefined
from estimative.model.inference.mc_estimate import MCEstimate, derived
from estimative.model.inference.refit import (
    Effort,
    Fitted,
    Fitter,
    Progress,
    ProgressCounter,
    Refit,
    Refitter,
    effort_of,
    no_progress,
)

LOW, HIGH = 0.05, 0.95
"""The quantiles of its prior at which a quantity is held."""


@dataclass(frozen=True, kw_only=True)
class Swing:
    """One quantity held at two values, the headline fitted anew at each."""

    name: str
    """Of the quantity, or of a fixed weight: "relevance.x", "independence.x"."""
    low: float
    high: float
    """The values, on the quantity's own scale."""
    at_low: MCEstimate
    at_high: MCEstimate
    """Probability of the headline at each."""
    swing: MCEstimate | None
    """Log-odds of the headline at the high value less those at the low one; None where one of the two is 0 or 1."""


@dataclass(frozen=True, kw_only=True)
class Tornado:
    """All swings, the widest first."""

    headline: MCEstimate
    """As it was assessed."""
    quantities: tuple[Swing, ...]
    """Every quantity that is no constant."""
    weights: tuple[Swing, ...]
    """Weights of evidence, which are fixed by choice: at 0 and at 1."""
    constants: tuple[str, ...]
    """Quantities that were not varied, having one value only."""
    effort: Effort


def tornado(fitter: Fitter, whole: Fitted, *, progress: Progress = no_progress) -> Tornado:
    """Hold each quantity at the 5th and the 95th percentile of its prior in turn, and each weight at 0 and 1."""
    assessment = whole.assessment
    free = [name for name, prior in assessment.priors.items() if not prior.family.constant]
    ends = {name: (_quantile(assessment, name, LOW), _quantile(assessment, name, HIGH)) for name in free}
    ends.update(dict.fromkeys(assessment.weights, (0.0, 1.0)))
    held = [assessment.with_fixed(name, value) for name, values in ends.items() for value in values]
    refits = list(Refitter.between(fitter, [whole]).each(held, ProgressCounter(progress, len(held))))
    pairs = zip(refits[::2], refits[1::2], strict=True)
    swings = [_swing(name, values, *pair) for (name, values), pair in zip(ends.items(), pairs, strict=True)]
    return Tornado(
        headline=whole.posterior.mc_estimate("outcome", assessment.scenario.headline),
        quantities=_widest_first(swings[: len(free)]),
        weights=_widest_first(swings[len(free) :]),
        constants=assessment.constants,
        effort=effort_of(refits),
    )


def _quantile(assessment: Assessment, name: str, share: float) -> float:
    return assessment.priors[name].family.quantile(share)


def _swing(name: str, ends: tuple[float, float], low: Refit, high: Refit) -> Swing:
    try:
        swing = derived(high.log_odds.value - low.log_odds.value, [(1.0, high.log_odds), (-1.0, low.log_odds)])
    except Undefined:
        swing = None
    return Swing(name=name, low=ends[0], high=ends[1], at_low=low.probability, at_high=high.probability, swing=swing)


def _widest_first(swings: Sequence[Swing]) -> tuple[Swing, ...]:
    """A swing without bounds comes before all others."""
    return tuple(sorted(swings, key=lambda one: -abs(one.swing.value) if one.swing else -np.inf))

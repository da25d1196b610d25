"""What would change the word for the headline: new evidence, or another prior of a factor."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from msgspec import Struct
from msgspec.structs import replace

from estimative.model.assessment import Assessment
from estimative.model.inference.effort import Effort, effort_of
from estimative.model.inference.mc_estimate import MCEstimate, delta_method, log_odds
from estimative.model.inference.progress import Progress, ProgressCounter, no_progress
from estimative.model.inference.refit import Fitted, Fitter, Refit, Refitter
from estimative.priors.distributions import ScaledBeta
from estimative.priors.frozen import FrozenDict
from estimative.priors.verbal_scale import ICD203, Scale

GRID = (0.1, 0.3, 0.5, 0.7, 0.9)
"""Where a factor is fixed, and its prior mean moved, as shares of the way from its lower to its upper end."""
STEPS = 4
"""Of regula falsi between two points of the grid."""


class Threshold(Struct, frozen=True, kw_only=True):
    """A threshold between two words of the scale, and the evidence that would bring the headline there."""

    probability: float
    log_bayes_factor: MCEstimate
    """Natural logarithm of the likelihood ratio that is needed of new evidence about the headline itself."""


class Crossing(Struct, frozen=True, kw_only=True):
    """How far one factor's prior would have to move to bring the headline to a threshold."""

    threshold: float
    prior_mean: MCEstimate | None
    """The prior mean that does it, the prior being as strong as assessed (the same a + b); None where no mean does."""
    reachable: bool
    """Whether fixing the factor at some value that was tried, within its prior's ends, would do it."""


class FactorReach(Struct, frozen=True, kw_only=True):
    """What one factor can do to the headline alone."""

    name: str
    prior_mean: float
    """As assessed."""
    at_low: MCEstimate
    """Probability of the headline with the factor fixed at the lower end of its prior, all else as assessed."""
    at_high: MCEstimate
    crossings: tuple[Crossing, ...]
    """One for each threshold, in their order."""


class TippingPoints(Struct, frozen=True, kw_only=True):
    """What would change the word."""

    thresholds: tuple[Threshold, ...]
    """From low to high."""
    factors: tuple[FactorReach, ...]
    effort: Effort


def thresholds_of(scale: Scale) -> tuple[float, ...]:
    """Where the word changes, from low to high: between two bands, or in the middle of the gap between them."""
    between = [(lower.high + upper.low) / 2 for lower, upper in pairwise(scale.bands)]
    ends = (scale.bands[0].low, *between, scale.bands[-1].high)
    return tuple(end for end in ends if 0 < end < 1)


def tipping_points(
    fitter: Fitter, fitted: Fitted, *, scale: Scale = ICD203, progress: Progress = no_progress
) -> TippingPoints:
    """Find what it takes to cross each threshold between words.

    Raises
    ------
    Undefined
        If the headline has probability 0 or 1.
    """
    assessment, thresholds = fitted.assessment, thresholds_of(scale)
    now = log_odds(fitted.posterior.mc_estimate("outcome", assessment.scenario.headline))
    search = _Search(
        thresholds=thresholds,
        refitter=Refitter.between(fitter, [fitted]),
        counter=ProgressCounter(progress, 0),
        refits=[],
    )
    factors = tuple(search.reach(assessment, factor) for factor in assessment.scenario.factors)
    return TippingPoints(
        thresholds=tuple(
            Threshold(probability=t, log_bayes_factor=delta_method(_logit(t) - now.value, [(-1.0, now)]))
            for t in thresholds
        ),
        factors=factors,
        effort=effort_of(search.refits),
    )


class _Search(Struct):
    """Refits along each factor's prior, all of them collected for the record."""

    thresholds: tuple[float, ...]
    refitter: Refitter
    counter: ProgressCounter
    refits: list[Refit]

    def reach(self, assessment: Assessment, factor: str) -> FactorReach:
        name = f"factors.{factor}"
        family = assessment.priors[name].family
        assert isinstance(family, ScaledBeta)
        low, high = (0.0, 1.0) if family.constant else (family.lower, family.upper)
        inside = [low + share * (high - low) for share in GRID]
        values, means = [low, *inside, high], sorted({*inside, family.mean})
        self.counter.total += len(values) + len(means)
        fixed = dict(zip(values, self._fits([assessment.with_fixed(name, value) for value in values]), strict=True))
        fits = dict(zip(means, self._fits([with_mean(assessment, name, mean) for mean in means]), strict=True))
        # As its mean goes to an end, a prior of constant strength becomes the constant there.
        path = {low: fixed[low], **fits, high: fixed[high]}
        at_low, at_high = self.refitter.anchored(fixed[low], fixed[high])
        return FactorReach(
            name=factor,
            prior_mean=family.mean,
            at_low=at_low,
            at_high=at_high,
            crossings=tuple(self._crossing(assessment, name, path, list(fixed.values()), t) for t in self.thresholds),
        )

    def _crossing(
        self, assessment: Assessment, name: str, path: Mapping[float, Refit], fixed: Sequence[Refit], threshold: float
    ) -> Crossing:
        now = assessment.priors[name].family.mean
        nearest = min(_brackets(path, threshold), key=lambda pair: min(abs(end - now) for end in pair), default=None)
        if nearest is None:
            reachable = min(map(_height, fixed)) <= _logit(threshold) <= max(map(_height, fixed))
            return Crossing(threshold=threshold, prior_mean=None, reachable=reachable)
        left, right = ((mean, path[mean]) for mean in nearest)
        mean = self._root(assessment, name, threshold, left, right)
        return Crossing(threshold=threshold, prior_mean=mean, reachable=True)

    def _root(self, assessment: Assessment, name: str, threshold: float, left: _Point, right: _Point) -> MCEstimate:
        """The mean between two at which the headline is at the threshold: regula falsi in log-odds."""
        fit = left[1]
        for _ in range(STEPS):
            mean = _interpolated(left, right, threshold)
            self.counter.total += 1
            (fit,) = self._fits([with_mean(assessment, name, mean)])
            above = (_height(fit) > _logit(threshold)) == (_height(right[1]) > _logit(threshold))
            left, right = (left, (mean, fit)) if above else ((mean, fit), right)
            if abs(_height(fit) - _logit(threshold)) <= fit.log_odds.se:
                break
        slope = (_height(right[1]) - _height(left[1])) / (right[0] - left[0])
        return delta_method(_interpolated(left, right, threshold), [(-1 / slope, fit.log_odds)])

    def _fits(self, assessments: Sequence[Assessment]) -> list[Refit]:
        refits = list(self.refitter.each(assessments, self.counter))
        self.refits.extend(refits)
        return refits


type _Point = tuple[float, Refit]
"""A prior mean and the fit there."""


def _height(fit: Refit) -> float:
    """Log-odds of the headline; those of 0 and 1 are finite, so that lines can be drawn to them."""
    inside = min(max(fit.probability.value, 1e-300), 1 - 1e-16)
    return _logit(inside)


def _logit(probability: float) -> float:
    return math.log(probability) - math.log1p(-probability)


def _brackets(fits: Mapping[float, Refit], threshold: float) -> Iterator[tuple[float, float]]:
    """Neighbouring means between which the headline crosses a threshold."""
    at = _logit(threshold)
    for (left, low), (right, high) in pairwise(fits.items()):
        if (_height(low) - at) * (_height(high) - at) <= 0 and _height(low) != _height(high):
            yield left, right


def _interpolated(left: _Point, right: _Point, threshold: float) -> float:
    """Where the straight line between two points meets a threshold."""
    low, high = _height(left[1]), _height(right[1])
    return left[0] + (right[0] - left[0]) * (_logit(threshold) - low) / (high - low)


def with_mean(assessment: Assessment, name: str, mean: float) -> Assessment:
    """The same, one factor's prior having another mean between its ends and the same a + b; a constant is moved."""
    family = assessment.priors[name].family
    assert isinstance(family, ScaledBeta)
    if family.constant:
        return assessment.with_fixed(name, mean)
    share, strength = (mean - family.lower) / (family.upper - family.lower), family.a + family.b
    prior = replace(assessment.priors[name], family=replace(family, a=share * strength, b=(1 - share) * strength))
    return replace(assessment, priors=FrozenDict({**assessment.priors, name: prior}))

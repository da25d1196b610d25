"""What would have to be otherwise for the headline to earn another word: new evidence, or another prior of a factor."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from estimative.model.assessment import Assessment
from estimative.model.inference.mc_estimate import MCEstimate, derived, log_odds
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
from estimative.priors.distributions import ScaledBeta
from estimative.priors.frozen import FrozenDict
from estimative.priors.verbal_scale import ICD203

PLACES = tuple(index / 10 for index in range(1, 10))
"""Where a factor is held, and its prior mean tried, as shares of the way from its lower to its upper end."""
STEPS = 4
"""Of closing in on an edge between two of these."""


@dataclass(frozen=True, kw_only=True)
class Edge:
    """A border between two words of the scale, and the evidence that would bring the headline over it."""

    probability: float
    log_ratio: MCEstimate
    """Natural logarithm of the likelihood ratio that is needed, new evidence being about the headline itself."""


@dataclass(frozen=True, kw_only=True)
class Move:
    """How far one factor's prior would have to move to bring the headline to an edge."""

    edge: float
    mean: MCEstimate | None
    """The prior mean at which it is there, the prior being as strong as it is (the same a + b); None where no mean
    does it."""
    held: bool
    """Whether the factor held at some value that was tried, within its prior's ends, would do it."""


@dataclass(frozen=True, kw_only=True)
class Reach:
    """What one factor can do to the headline by itself."""

    factor: str
    mean: float
    """Of its prior as it stands."""
    at_low: MCEstimate
    """Probability of the headline with the factor held at the lower end of its prior, everything else as it is."""
    at_high: MCEstimate
    moves: tuple[Move, ...]
    """One for each edge, in their order."""


@dataclass(frozen=True, kw_only=True)
class Tipping:
    """What would change the word."""

    headline: MCEstimate
    edges: tuple[Edge, ...]
    reaches: tuple[Reach, ...]
    effort: Effort


def edges() -> tuple[float, ...]:
    """The borders between words, from low to high; there is no word beyond the outermost."""
    return tuple(sorted({edge for band in ICD203.bands for edge in (band.low, band.high)}))


def tipping(fitter: Fitter, whole: Fitted, *, progress: Progress = no_progress) -> Tipping:
    """Find what it takes to cross each border.

    Raises
    ------
    Undefined
        If the headline is certain or impossible as it stands.
    """
    assessment = whole.assessment
    headline = whole.posterior.mc_estimate("outcome", assessment.scenario.headline)
    now = log_odds(headline)
    search = _Search(
        refitter=Refitter.between(fitter, [whole]),
        counting=ProgressCounter(progress, 0),
        refits=[],
    )
    reaches = tuple(search.reach(assessment, factor) for factor in assessment.scenario.factors)
    return Tipping(
        headline=headline,
        edges=tuple(
            Edge(probability=edge, log_ratio=derived(_logit(edge) - now.value, [(-1.0, now)])) for edge in edges()
        ),
        reaches=reaches,
        effort=effort_of(search.refits),
    )


@dataclass
class _Search:
    """Fits along a factor's prior, all of them kept for the record."""

    refitter: Refitter
    counting: ProgressCounter
    refits: list[Refit]

    def reach(self, assessment: Assessment, factor: str) -> Reach:
        name = f"factors.{factor}"
        family = assessment.priors[name].family
        assert isinstance(family, ScaledBeta)
        ends = (0.0, 1.0) if family.constant else (family.lower, family.upper)
        inside = [ends[0] + share * (ends[1] - ends[0]) for share in PLACES]
        values, means = [ends[0], *inside, ends[1]], sorted({*inside, family.mean})
        self.counting.total += len(values) + len(means)
        held = dict(zip(values, self._fits([assessment.with_fixed(name, value) for value in values]), strict=True))
        fits = dict(zip(means, self._fits([moved(assessment, name, mean) for mean in means]), strict=True))
        # A prior as strong as before comes to stand at an end as its mean goes there.
        path = {ends[0]: held[ends[0]], **fits, ends[1]: held[ends[1]]}
        return Reach(
            factor=factor,
            mean=family.mean,
            at_low=held[ends[0]].probability,
            at_high=held[ends[1]].probability,
            moves=tuple(self._move(assessment, name, path, list(held.values()), edge) for edge in edges()),
        )

    def _move(
        self, assessment: Assessment, name: str, path: Mapping[float, Refit], held: Sequence[Refit], edge: float
    ) -> Move:
        now = assessment.priors[name].family.mean
        nearest = min(_brackets(path, edge), key=lambda pair: min(abs(end - now) for end in pair), default=None)
        if nearest is None:
            within = min(map(_height, held)) <= _logit(edge) <= max(map(_height, held))
            return Move(edge=edge, mean=None, held=within)
        left, right = ((mean, path[mean]) for mean in nearest)
        return Move(edge=edge, mean=self._closing(assessment, name, edge, left, right), held=True)

    def _closing(self, assessment: Assessment, name: str, edge: float, left: _Point, right: _Point) -> MCEstimate:
        """The mean between two at which the headline is at the edge: by straight lines in log-odds (regula falsi)."""
        fit = left[1]
        for _ in range(STEPS):
            mean = _between(left, right, edge)
            self.counting.total += 1
            (fit,) = self._fits([moved(assessment, name, mean)])
            above = (_height(fit) > _logit(edge)) == (_height(right[1]) > _logit(edge))
            left, right = (left, (mean, fit)) if above else ((mean, fit), right)
            if abs(_height(fit) - _logit(edge)) <= fit.log_odds.mcse:
                break
        slope = (_height(right[1]) - _height(left[1])) / (right[0] - left[0])
        return derived(_between(left, right, edge), [(-1 / slope, fit.log_odds)])

    def _fits(self, assessments: Sequence[Assessment]) -> list[Refit]:
        found = list(self.refitter.each(assessments, self.counting))
        self.refits.extend(found)
        return found


type _Point = tuple[float, Refit]
"""A prior mean and the fit there."""


def _height(fit: Refit) -> float:
    """Log-odds of the headline; at 0 or 1 as far out as a float goes."""
    inside = min(max(fit.probability.value, 1e-300), 1 - 1e-16)
    return _logit(inside)


def _logit(probability: float) -> float:
    return math.log(probability) - math.log1p(-probability)


def _brackets(fits: Mapping[float, Refit], edge: float) -> Iterator[tuple[float, float]]:
    """Neighbouring means between which the headline crosses an edge."""
    at = _logit(edge)
    for (left, one), (right, other) in pairwise(fits.items()):
        if (_height(one) - at) * (_height(other) - at) <= 0 and _height(one) != _height(other):
            yield left, right


def _between(left: _Point, right: _Point, edge: float) -> float:
    """Where the straight line between two points meets an edge."""
    low, high = _height(left[1]), _height(right[1])
    return left[0] + (right[0] - left[0]) * (_logit(edge) - low) / (high - low)


def moved(assessment: Assessment, name: str, mean: float) -> Assessment:
    """The same, one factor's prior having another mean between its ends and the same a + b; a constant is moved."""
    family = assessment.priors[name].family
    assert isinstance(family, ScaledBeta)
    if family.constant:
        return assessment.with_fixed(name, mean)
    share, strength = (mean - family.lower) / (family.upper - family.lower), family.a + family.b
    prior = replace(assessment.priors[name], family=replace(family, a=share * strength, b=(1 - share) * strength))
    return replace(assessment, priors=FrozenDict({**assessment.priors, name: prior}))

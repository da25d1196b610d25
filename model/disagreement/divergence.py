"""Distances between two analysts' posteriors of one outcome: superiority, Wasserstein distance, overlap.

The probability of an outcome is a number at each draw. All three measures are, to first order, a mean over the draws of
one analyst plus a mean over those of the other; their errors follow from these means.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from estimative.model.inference.draws import Draws
from estimative.model.inference.estimates import ROUNDING, Undefined
from estimative.model.inference.grid import REACH, Grid
from estimative.model.inference.mc_estimate import MCEstimate, delta_method, mc_estimate
from estimative.model.inference.posterior import Posterior
from estimative.model.likelihood.layout import Index, Numbers

FINENESS = 8
"""Nodes of the grid to the narrower bandwidth."""
NEGLIGIBLE = 1e-6
"""Mass in each tail over which the grid need not extend."""


class Sample(Struct, frozen=True, kw_only=True, dict=True):
    """The probability of one outcome at each draw of one analyst."""

    chance: Numbers
    """Probability of the outcome; dims (draw)."""
    weights: Numbers
    """Of the draws, times the probability of the outcome's condition there; sum to one. dims (draw)."""
    draws: Draws

    @classmethod
    def of(cls, posterior: Posterior, outcome: str) -> Sample:
        """The probability of an outcome under its condition; a draw at which that is impossible has weight 0.

        Raises
        ------
        Undefined
            If the condition is impossible at every draw.
        """
        yes, given = posterior.query_probabilities("outcome", outcome)
        weights = posterior.draws.weights * given
        if not weights.sum() > 0:
            raise Undefined
        chance = np.divide(yes, given, out=np.zeros_like(yes), where=given > 0)
        return cls(chance=chance, weights=weights / weights.sum(), draws=posterior.draws)

    @cached_property
    def order(self) -> Index:
        """What sorts the chances: once for all whom the analyst is compared with. dims (draw)."""
        return np.argsort(self.chance)

    @cached_property
    def parts(self) -> tuple[_Part, ...]:
        """The draws at 0, at 1, and between."""
        return tuple(_Part.of(self, here) for here in _places(self))

    def deviation(self, series: Numbers) -> Numbers:
        """The series whose mean over `draws` is the error of the weighted mean, to first order; dims (draw)."""
        plain = self.draws.weights
        tilt = np.divide(self.weights, plain, out=np.zeros_like(plain), where=plain > 0)
        deviation: Numbers = (series - self.weights @ series) * tilt
        return deviation


def superiority(a: Sample, b: Sample) -> MCEstimate:
    """The probability that a draw of `a` lies above a draw of `b` independent of it, a tie counting one half.

    Computed over all pairs of draws; a difference within rounding is a tie. The error is that of the Hajek projection
    of a two-sample U-statistic (van der Vaart 1998, Asymptotic Statistics, sec. 12.2); it is 0 where the draws of the
    two do not overlap, so that the probability is 0 or 1.
    """
    chance, order = _together(a, b)
    ordered = chance[order]
    tied = np.append(0, np.cumsum(np.diff(ordered) > ROUNDING * ordered[1:]))
    rank = np.empty_like(tied)
    rank[order] = tied
    rank_a, rank_b = np.split(rank, [len(a.chance)])
    b_below_a = _halfway(rank_b, b.weights, rank.max() + 1)[rank_a]
    a_above_b = 1 - _halfway(rank_a, a.weights, rank.max() + 1)[rank_b]
    return _noisy(min(float(a.weights @ b_below_a), 1.0), a, b_below_a, b, a_above_b)


def wasserstein(a: Sample, b: Sample) -> MCEstimate:
    """The Wasserstein-1 distance on the scale of probability: the mean shift that turns one posterior into the other.

    It is the integral of |F - G| over the two cumulative distributions (Vallender 1974, Theory Probab. Appl. 18), whose
    derivative has the sign of F - G. It is never negative: where the two posteriors differ only by noise that they do
    not share, the estimate is about three of its errors, and a distance as small cannot be distinguished from 0.
    """
    chance, order = _together(a, b)
    gaps = np.diff(chance[order])
    above = np.cumsum(np.concatenate([a.weights, -b.weights])[order])[:-1]
    above[abs(above) <= ROUNDING] = 0.0  # otherwise rounding would choose the sign
    gained = np.empty_like(chance)
    gained[order] = np.append(np.cumsum((gaps * np.sign(above))[::-1])[::-1], 0.0)
    gained_a, gained_b = np.split(gained, [len(a.chance)])
    value = float((gaps * abs(above)).sum())  # `@` uses threads from 10,000 on: slow on busy cores
    return _noisy(value, a, gained_a, b, -gained_b)


def overlap(a: Sample, b: Sample) -> MCEstimate:
    """The overlapping coefficient, from 0 to 1: the integral of the lower of two densities.

    (Weitzman 1970, U.S. Bureau of the Census, Technical Paper 22.) The densities are kernel estimates on the scale of
    log-odds, though the coefficient is the same on any. Mass at probability 0, at 1, and in a distribution that is one
    point is compared as mass. The derivative by a draw is the share of its kernel where its own density is the lower
    (as in Anderson, Linton & Whang 2012, J. Econometrics 171). The bias of smoothing is not in the error: densities are
    wider by the bandwidth, so that two that differ only by noise that they do not share overlap by about 0.97.
    """
    shared_a, shared_b = np.zeros_like(a.chance), np.zeros_like(b.chance)
    for part_a, part_b in zip(a.parts, b.parts, strict=True):
        shared_a[part_a.here], shared_b[part_b.here] = _shared(part_a, part_b)
    value = float(a.weights @ shared_a + b.weights @ shared_b)
    return _noisy(min(value, 1.0), a, shared_a, b, shared_b)


def _noisy(value: float, a: Sample, of_a: Numbers, b: Sample, of_b: Numbers) -> MCEstimate:
    """A value whose derivatives by the draws of the two are these; dims (draw)."""
    from_a, from_b = a.deviation(of_a), b.deviation(of_b)
    if a.draws is b.draws:
        return mc_estimate(value, from_a + from_b, a.draws)
    return delta_method(value, [(1.0, mc_estimate(value, from_a, a.draws)), (1.0, mc_estimate(value, from_b, b.draws))])


def _together(a: Sample, b: Sample) -> tuple[Numbers, Index]:
    """The chances of both, and what sorts them."""
    chance = np.concatenate([a.chance, b.chance])
    each = np.concatenate([a.order, len(a.chance) + b.order])
    # A stable sort merges two sorted halves in one pass.
    return chance, each[np.argsort(chance[each], kind="stable")]


def _halfway(rank: Index, weights: Numbers, ranks: int) -> Numbers:
    """The mass below each rank, and half of the mass at it; dims (rank)."""
    mass = np.bincount(rank, weights, ranks)
    below: Numbers = np.cumsum(mass) - mass / 2
    return below


def _places(sample: Sample) -> list[NDArray[np.bool_]]:
    """Which draws of any weight are at 0, at 1, and between; dims (draw)."""
    weighty = sample.weights > 0
    low, high = sample.chance == 0, sample.chance >= 1 - ROUNDING
    return [weighty & low, weighty & high, weighty & ~low & ~high]


class _Part(Struct, frozen=True, kw_only=True, dict=True):
    """Some of the draws of a sample; dims (draw)."""

    here: NDArray[np.bool_]
    """Which draws of the sample they are; dims (draw of the sample)."""
    chance: Numbers
    weights: Numbers

    @classmethod
    def of(cls, sample: Sample, here: NDArray[np.bool_]) -> _Part:
        return cls(here=here, chance=sample.chance[here], weights=sample.weights[here])

    @property
    def mass(self) -> float:
        return float(self.weights.sum())

    @property
    def point(self) -> float | None:
        """The value that all of them share, if they do."""
        highest = self.chance.max(initial=0.0)
        return float(highest) if highest - self.chance.min(initial=1.0) <= ROUNDING * highest else None

    @cached_property
    def log_odds(self) -> Numbers:
        return np.asarray(np.log(self.chance) - np.log1p(-self.chance))

    @cached_property
    def quantiles(self) -> Numbers:
        """Of the log-odds: the lowest with mass that matters, the quartiles, and the highest."""
        order = np.argsort(self.log_odds)
        below = np.cumsum(self.weights[order])
        shares = np.array([NEGLIGIBLE, 0.25, 0.75, 1 - NEGLIGIBLE])
        return np.asarray(self.log_odds[order[np.searchsorted(below, shares * below[-1])]])

    @cached_property
    def bandwidth(self) -> float:
        """Of the log-odds, by Silverman's rule (1986, Density Estimation, eq. 3.31), with Kish's number of draws."""
        weights = self.weights / self.mass
        sd = float(np.sqrt(weights @ np.square(self.log_odds - weights @ self.log_odds)))
        between = float(self.quantiles[2] - self.quantiles[1]) / 1.34
        width = min(sd, between) if between > 0 else sd
        return max(0.9 * width * float(np.square(weights).sum() ** 0.2), ROUNDING)


def _shared(a: _Part, b: _Part) -> tuple[Numbers | float, Numbers | float]:
    """Of each draw, the share of its mass where its own density is the lower; a tie is one half. dims (draw)."""
    if not (len(a.weights) and len(b.weights)):
        return 0.0, 0.0
    if a.point is None and b.point is None:
        return _shared_densities(a, b)
    if a.point is None or b.point is None or abs(a.point - b.point) > ROUNDING * a.point:
        return 0.0, 0.0
    lower = float(_lower(a.mass, b.mass))
    return lower, 1 - lower


def _shared_densities(a: _Part, b: _Part) -> tuple[Numbers | float, Numbers | float]:
    wide = 2 * REACH * max(a.bandwidth, b.bandwidth)
    low, high = max(a.quantiles[0], b.quantiles[0]), min(a.quantiles[-1], b.quantiles[-1])
    if low - high >= wide:
        return 0.0, 0.0
    # The kernels of draws farther away do not reach the range that the two have in common.
    grid = Grid.over(low - 1.5 * wide, high + 1.5 * wide, min(a.bandwidth, b.bandwidth) / FINENESS)
    masses = [grid.smooth(grid.bin(part.log_odds, part.weights), part.bandwidth) for part in (a, b)]
    lower = _lower(*masses)
    return (
        grid.interpolate(grid.smooth(lower, a.bandwidth), a.log_odds),
        grid.interpolate(grid.smooth(1 - lower, b.bandwidth), b.log_odds),
    )


def _lower(mine: Numbers | float, other: Numbers | float) -> Numbers:
    """1 where mine is the lower, 0 where it is the higher, 1/2 where they are the same."""
    return np.asarray((1 + np.sign(np.subtract(other, mine))) / 2)

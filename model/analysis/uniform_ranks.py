"""Whether ranks are uniform: the empirical distribution function within simultaneous bands.

Säilynoja, Bürkner & Vehtari (2022), Statistics and Computing 32(2): at K - 1 equally spaced points, the number of ranks
up to a point is binomial. The smallest of the pointwise p-values has a distribution that is computed exactly, by a
recursion over the points: given so many ranks up to one, those up to the next are again binomial.

That test sees every deviation, and is weak against posteriors that are a little too narrow or too wide. The mean of the
ranks and their mean squared distance from 1/2 are therefore tested too, as normal numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from math import sqrt
from typing import Literal

import numpy as np
from msgspec import Struct
from scipy.special import bdtr, bdtrc, gammaln, ndtr

from estimative.model.likelihood.layout import Numbers

BINS = 20
"""Of the ranks; the distribution is compared at the ends of each but the last."""
STEPS = 40
"""Of the bisection for the bands."""
UNIFORM_SD = 1 / sqrt(12)
UNIFORM_VARIANCE_SD = 1 / sqrt(180)
"""Of the square of a uniform number's distance from 1/2."""
PARTS = 3
"""Tests of the ranks of one quantity."""
ROUNDING = 1e-12

type Deviation = Literal["too-low", "too-high", "too-narrow", "too-wide"]
"""What posteriors are: below the truth, above it, over-confident, under-confident."""


class Bands(Struct, frozen=True, kw_only=True):
    """Between which the number of ranks up to each point stays with a probability, if they are uniform."""

    low: tuple[int, ...]
    high: tuple[int, ...]


class Uniformity(Struct, frozen=True, kw_only=True):
    """How far ranks are from uniform."""

    counts: tuple[int, ...]
    """Ranks in each of `BINS` bins of equal width."""
    band_p_value: float
    """Of the largest deviation of the distribution function."""
    shift: float
    """Mean rank less 1/2, in standard errors; positive where posteriors are below the truth."""
    spread: float
    """Mean squared distance from 1/2 less that of uniform ranks, in standard errors; positive where posteriors are too
    narrow."""

    @property
    def p_value(self) -> float:
        """Of these ranks alone: the least of the p-values of distribution, shift and spread, corrected for `PARTS`."""
        return min(1.0, PARTS * min(self.band_p_value, _two_sided(self.shift), _two_sided(self.spread)))

    @property
    def deviation(self) -> Deviation:
        """What posteriors are, if ranks are not uniform."""
        if abs(self.shift) >= abs(self.spread):
            return "too-low" if self.shift > 0 else "too-high"
        return "too-narrow" if self.spread > 0 else "too-wide"


def uniformity(ranks: Sequence[float]) -> Uniformity:
    """Compare relative ranks with the uniform distribution on (0, 1)."""
    numbers, count = np.asarray(ranks, dtype=float), len(ranks)
    counts = np.histogram(numbers, bins=BINS, range=(0.0, 1.0))[0]
    below = np.cumsum(counts)[:-1]
    least = float(_pointwise(count)[np.arange(BINS - 1), below].min())
    return Uniformity(
        counts=tuple(counts.tolist()),
        band_p_value=float(1 - _coverage(count, least)),
        shift=float((numbers.mean() - 0.5) / UNIFORM_SD * sqrt(count)),
        spread=float((np.square(numbers - 0.5).mean() - UNIFORM_SD**2) / UNIFORM_VARIANCE_SD * sqrt(count)),
    )


def _two_sided(score: float) -> float:
    return float(2 * ndtr(-abs(score)))


@cache
def bands(count: int, mass: float) -> Bands:
    """Return the bands within which all points are together with at least this probability."""
    low, high = 0.0, 1.0 - mass
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if _coverage(count, middle) >= mass else (low, middle)
    inside = _pointwise(count) > low
    return Bands(
        low=tuple(inside.argmax(axis=1).tolist()), high=tuple((count - inside[:, ::-1].argmax(axis=1)).tolist())
    )


@cache
def _pointwise(count: int) -> Numbers:
    """Two-sided p-values of every number of ranks up to each point; dims (point, number)."""
    numbers, places = np.arange(count + 1), np.arange(1, BINS)[:, None] / BINS
    at_most = bdtr(numbers, count, places)
    at_least = np.where(numbers > 0, bdtrc(numbers - 1.0, count, places), 1.0)
    return np.asarray(np.minimum(1.0, 2 * np.minimum(at_most, at_least)))


def _coverage(count: int, least: float) -> float:
    """The probability that every pointwise p-value of uniform ranks is above a number."""
    inside = _pointwise(count) > least * (1 + ROUNDING)
    if not inside.any(axis=1).all():
        return 0.0
    log_factorial = gammaln(np.arange(count + 1) + 1.0)
    before, mass = np.zeros(1, dtype=np.intp), np.ones(1)
    for point, allowed in enumerate(inside):
        numbers = np.flatnonzero(allowed)
        chance = 1 / (BINS - point)
        new, left = numbers[:, None] - before, count - numbers[:, None]
        log_mass = log_factorial[count - before] - log_factorial[np.maximum(new, 0)] - log_factorial[left]
        log_mass = log_mass + new * np.log(chance) + left * np.log1p(-chance)
        mass = np.where(new >= 0, np.exp(log_mass), 0.0) @ mass
        before = numbers
    return min(float(mass.sum()), 1.0)

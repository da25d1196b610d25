"""Smoothed densities of draws for figures, before the evidence and after it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from estimative.model.inference.estimates import ROUNDING
from estimative.model.inference.grid import Grid
from estimative.model.likelihood.layout import Numbers

NODES = 121
"""Points of a curve in a figure."""
TAIL = 0.001
"""Share of the draws at either end that a curve need not cover."""
FINENESS = 6
"""Grid nodes per bandwidth."""


@dataclass(frozen=True, kw_only=True)
class WeightedSample:
    """Values with their weights; dims (draw) each."""

    values: Numbers
    weights: Numbers
    """Sum to one."""

    @classmethod
    def of(cls, values: Numbers, weights: Numbers) -> WeightedSample:
        """Select the values of positive weight, and normalise."""
        positive = weights > 0
        return cls(values=values[positive], weights=weights[positive] / weights[positive].sum())

    @property
    def log_odds(self) -> WeightedSample:
        """Natural log-odds of probabilities; values of 0, or of 1 up to rounding, are left out."""
        inside = (self.values > 0) & (self.values < 1 - ROUNDING)
        values = self.values[inside]
        return WeightedSample.of(np.log(values) - np.log1p(-values), self.weights[inside])

    @property
    def sd(self) -> float:
        """Weighted standard deviation."""
        return float(np.sqrt(self.weights @ np.square(self.values - self.weights @ self.values)))

    @property
    def ess(self) -> float:
        """Effective sample size (Kish 1965); copies of a resampled draw count as one draw."""
        _, place = np.unique(self.values, return_inverse=True)
        return float(1 / np.square(np.bincount(place, self.weights)).sum())

    def quantile(self, share: float) -> float:
        """Find the value with this share of the weight below it."""
        order = np.argsort(self.values)
        place = np.searchsorted(np.cumsum(self.weights[order]), share)
        return float(self.values[order[min(int(place), len(order) - 1)]])

    @property
    def bandwidth(self) -> float:
        """Silverman's rule (1986, Density Estimation, eq. 3.31) with the effective sample size."""
        quartiles = (self.quantile(0.75) - self.quantile(0.25)) / 1.34
        width = min(self.sd, quartiles) if quartiles > 0 else self.sd
        return float(0.9 * width * self.ess**-0.2)


def log_odds_densities(before: WeightedSample, after: WeightedSample) -> tuple[Numbers, Numbers, Numbers] | None:
    """Estimate the densities of two samples of natural log-odds on common nodes.

    Returns
    -------
    Nodes, and the density of either sample there, dims (node) each; None where a sample has no spread.
    """
    if not (_has_spread(before) and _has_spread(after)):
        return None
    margin = 2 * max(before.bandwidth, after.bandwidth)
    low = min(sample.quantile(TAIL) for sample in (before, after)) - margin
    high = max(sample.quantile(1 - TAIL) for sample in (before, after)) + margin
    places = np.linspace(low, high, NODES)
    return places, _density(before, places), _density(after, places)


def degree_densities(before: WeightedSample, after: WeightedSample) -> tuple[Numbers, Numbers, Numbers] | None:
    """Estimate the densities of two samples of degrees over [0, 1], with reflection at both ends.

    Without reflection, smoothing would move mass out of [0, 1] and dent the density at its ends. Result as of
    `log_odds_densities`.
    """
    if not (_has_spread(before) and _has_spread(after)):
        return None
    places = np.linspace(0.0, 1.0, NODES)
    heights = [sum(_density(sample, image) for image in (places, -places, 2 - places)) for sample in (before, after)]
    return places, np.asarray(heights[0]), np.asarray(heights[1])


def _has_spread(sample: WeightedSample) -> bool:
    """Whether the values differ by more than rounding, for values of the order of 1."""
    if not len(sample.values):
        return False
    return bool(np.ptp(sample.values) > ROUNDING * max(1.0, abs(sample.values).max()))


def _density(sample: WeightedSample, places: Numbers) -> Numbers:
    """Estimate the density at some places, per unit of the values; dims (place)."""
    width = sample.bandwidth
    low, high = sample.values.min() - 5 * width, sample.values.max() + 5 * width
    grid = Grid.over(low, high, width / FINENESS)
    smooth = grid.smooth(grid.bin(sample.values, sample.weights), width)
    return grid.interpolate(smooth / grid.step, places)

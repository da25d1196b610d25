"""Densities of draws for the eye: smoothed on a grid, before the evidence and after it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from estimative.model.inference.estimates import ROUNDING
from estimative.model.inference.grid import Grid
from estimative.model.likelihood.layout import Numbers

NODES = 121
"""Of a density that is drawn."""
TAIL = 0.001
"""Share of the draws at either end that a grid need not reach."""
FINENESS = 6
"""Nodes of the grid that smoothing goes by to the narrowest bandwidth."""


@dataclass(frozen=True, kw_only=True)
class WeightedSample:
    """Values with their weights; dims (draw) each."""

    values: Numbers
    weights: Numbers
    """Sum to one."""

    @classmethod
    def of(cls, values: Numbers, weights: Numbers) -> WeightedSample:
        """Those of any weight."""
        kept = weights > 0
        return cls(values=values[kept], weights=weights[kept] / weights[kept].sum())

    @property
    def log_odds(self) -> WeightedSample:
        """Of probabilities between 0 and 1; what is 0, or 1 but for rounding, is left out."""
        inside = (self.values > 0) & (self.values < 1 - ROUNDING)
        values = self.values[inside]
        return WeightedSample.of(np.log(values) - np.log1p(-values), self.weights[inside])

    @property
    def sd(self) -> float:
        return float(np.sqrt(self.weights @ np.square(self.values - self.weights @ self.values)))

    @property
    def count(self) -> float:
        """So many draws of equal weight are as good (Kish); one that was resampled several times is one draw."""
        _, place = np.unique(self.values, return_inverse=True)
        return float(1 / np.square(np.bincount(place, self.weights)).sum())

    def quantile(self, share: float) -> float:
        """The value that has so much of the weight below it."""
        order = np.argsort(self.values)
        place = np.searchsorted(np.cumsum(self.weights[order]), share)
        return float(self.values[order[min(int(place), len(order) - 1)]])

    @property
    def bandwidth(self) -> float:
        """By Silverman's rule (1986, Density Estimation, eq. 3.31), with Kish's number of draws."""
        between = (self.quantile(0.75) - self.quantile(0.25)) / 1.34
        width = min(self.sd, between) if between > 0 else self.sd
        return float(0.9 * width * self.count**-0.2)


def log_odds_densities(before: WeightedSample, after: WeightedSample) -> tuple[Numbers, Numbers, Numbers] | None:
    """Places in natural log-odds with the density of two samples of log-odds there; dims (node) each.

    None where one of them has no spread to be drawn.
    """
    if not (_spread(before) and _spread(after)):
        return None
    margin = 2 * max(before.bandwidth, after.bandwidth)
    low = min(one.quantile(TAIL) for one in (before, after)) - margin
    high = max(one.quantile(1 - TAIL) for one in (before, after)) + margin
    places = np.linspace(low, high, NODES)
    return places, _heights(before, places), _heights(after, places)


def degree_densities(before: WeightedSample, after: WeightedSample) -> tuple[Numbers, Numbers, Numbers] | None:
    """The same of two samples of degrees, over the whole of [0, 1]: smoothed mass that leaves it is turned back."""
    if not (_spread(before) and _spread(after)):
        return None
    places = np.linspace(0.0, 1.0, NODES)
    heights = [sum(_heights(one, image) for image in (places, -places, 2 - places)) for one in (before, after)]
    return places, np.asarray(heights[0]), np.asarray(heights[1])


def _spread(sample: WeightedSample) -> bool:
    """Whether the values differ by more than rounding does; they are of the order of 1, or near an end at 0."""
    if not len(sample.values):
        return False
    return bool(np.ptp(sample.values) > ROUNDING * max(1.0, abs(sample.values).max()))


def _heights(sample: WeightedSample, places: Numbers) -> Numbers:
    """The smoothed density at some places, to their unit; dims (node)."""
    width = sample.bandwidth
    low, high = sample.values.min() - 5 * width, sample.values.max() + 5 * width
    grid = Grid.over(low, high, width / FINENESS)
    smooth = grid.smooth(grid.bin(sample.values, sample.weights), width)
    return grid.interpolate(smooth / grid.step, places)

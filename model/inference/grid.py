"""Equally spaced nodes on which weighted draws are binned and smoothed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from estimative.model.likelihood.layout import Numbers

REACH = 4.0
"""Bandwidths at which the Gaussian kernel ends."""
MAX_NODES = 4096
"""However fine a step is asked for: an overlap of very unlike bandwidths is then known to a thousandth."""


@dataclass(frozen=True, kw_only=True)
class Grid:
    """Equally spaced nodes."""

    start: float
    step: float
    size: int

    @classmethod
    def over(cls, low: float, high: float, step: float) -> Grid:
        """From `low` to `high` in steps of at most `step`, or in as many as may be."""
        size = min(int((high - low) / step) + 2, MAX_NODES)
        return cls(start=float(low), step=float(high - low) / (size - 1), size=size)

    @property
    def nodes(self) -> Numbers:
        return self.start + self.step * np.arange(self.size, dtype=float)

    def bin(self, places: Numbers, weights: Numbers) -> Numbers:
        """Weights shared out between the two nodes about each place, the nearer getting more; dims (node).

        What lies beyond the grid is left out.
        """
        position = (places - self.start) / self.step
        within = (position >= 0) & (position <= self.size - 1)
        position, weights = position[within], weights[within]
        left = np.minimum(position.astype(np.intp), self.size - 2)
        share = position - left
        low = np.bincount(left, weights * (1 - share), self.size)
        return np.asarray(low + np.bincount(left + 1, weights * share, self.size))

    def smooth(self, heights: Numbers, bandwidth: float) -> Numbers:
        """Under a Gaussian kernel that ends at REACH and is no longer than the grid; dims (node)."""
        half = int(REACH * bandwidth / self.step)
        kernel: Numbers = np.exp(-0.5 * np.square(np.arange(-half, half + 1) * self.step / bandwidth))
        return np.convolve(heights, kernel / kernel.sum(), mode="same")

    def interpolate(self, heights: Numbers, places: Numbers) -> Numbers:
        """Between nodes on straight lines, the transpose of `binned`, and 0 beyond the grid."""
        return np.asarray(np.interp(places, self.nodes, heights, left=0.0, right=0.0))

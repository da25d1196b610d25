"""Equally spaced nodes on which weighted draws are binned and smoothed."""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from estimative.model.likelihood.layout import Numbers

REACH = 4.0
"""Bandwidths at which the Gaussian kernel is cut off."""
MAX_NODES = 4096
"""Bounds the cost; an overlap of densities with very different bandwidths is still accurate to a thousandth."""


class Grid(Struct, frozen=True, kw_only=True):
    """Equally spaced nodes."""

    start: float
    step: float
    size: int

    @classmethod
    def over(cls, low: float, high: float, step: float) -> Grid:
        """Cover `low` to `high` in steps of at most `step`, or with `MAX_NODES` nodes where that is too fine."""
        size = min(int((high - low) / step) + 2, MAX_NODES)
        return cls(start=float(low), step=float(high - low) / (size - 1), size=size)

    @property
    def nodes(self) -> Numbers:
        """dims (node)."""
        return self.start + self.step * np.arange(self.size, dtype=float)

    def bin(self, places: Numbers, weights: Numbers) -> Numbers:
        """Split each weight between the two nodes around its place, the nearer getting more (linear binning).

        Places beyond the grid are left out.

        Parameters
        ----------
        places, weights
            dims (draw).

        Returns
        -------
        Mass at each node; dims (node).
        """
        position = (places - self.start) / self.step
        within = (position >= 0) & (position <= self.size - 1)
        position, weights = position[within], weights[within]
        left = np.minimum(position.astype(np.intp), self.size - 2)
        share = position - left
        # Sharing between two nodes keeps the mean of the draws exact; the nearest node alone would shift it.
        low = np.bincount(left, weights * (1 - share), self.size)
        return np.asarray(low + np.bincount(left + 1, weights * share, self.size))

    def smooth(self, heights: Numbers, bandwidth: float) -> Numbers:
        """Convolve with a Gaussian kernel that is cut off at REACH bandwidths; dims (node)."""
        half = int(REACH * bandwidth / self.step)
        kernel: Numbers = np.exp(-0.5 * np.square(np.arange(-half, half + 1) * self.step / bandwidth))
        return np.convolve(heights, kernel / kernel.sum(), mode="same")

    def interpolate(self, heights: Numbers, places: Numbers) -> Numbers:
        """Interpolate linearly between nodes, the transpose of `bin`; 0 beyond the grid; dims (place)."""
        position = (places - self.start) / self.step
        within = (position >= 0) & (position <= self.size - 1)
        left = np.clip(position, 0, self.size - 2).astype(np.intp)  # the nodes are equally spaced: nothing to search
        share = position - left
        return np.where(within, heights[left] * (1 - share) + heights[left + 1] * share, 0.0)

"""Draws of every quantity from the posterior, weighted or not, whichever method they come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from estimative.model.likelihood.equations import Theta
from estimative.model.likelihood.layout import Index, Numbers

type Method = Literal["nuts", "importance"]


@dataclass(frozen=True, kw_only=True)
class Draws:
    """What a method hands over."""

    method: Method
    theta: Theta
    """dims (quantity, draw); chains one after the other."""
    weights: Numbers
    """Sum to one; equal for NUTS. dims (draw)."""
    chains: int
    diagnostics: dict[str, float]
    """What only the method itself knows of its own convergence."""

    @property
    def count(self) -> int:
        return len(self.weights)

    @property
    def effective(self) -> float:
        """Kish's effective number of draws, 1 / sum of squared weights."""
        return float(1 / np.square(self.weights).sum())


def resample(weights: Numbers, count: int, seed: int) -> Index:
    """Positions of draws, each as often as its weight asks for (systematic resampling: Kitagawa 1996), in random order.

    The order matters: draws of one proposal stand together, which a reader would take for autocorrelation.
    """
    rng = np.random.default_rng([seed, 2])
    places = (np.arange(count) + rng.random()) / count
    return rng.permutation(np.searchsorted(np.cumsum(weights / weights.sum()), places))

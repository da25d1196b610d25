"""Posterior draws of every quantity, weighted or not, in one type for both methods."""

from __future__ import annotations

from functools import cached_property
from typing import Literal

import numpy as np
from msgspec import Struct

from estimative.model.inference.psis import tail_shape
from estimative.model.likelihood.layout import Index, Numbers
from estimative.model.likelihood.theta import Theta

type Method = Literal["nuts", "importance"]


class Draws(Struct, frozen=True, kw_only=True, dict=True):
    """Draws from a posterior: independent and weighted (importance sampling), or dependent and equal (NUTS)."""

    method: Method
    theta: Theta
    """The quantities, dims (quantity, draw); the draws of one chain follow those of the chain before."""
    weights: Numbers
    """Sum to one; all equal for NUTS; dims (draw)."""
    chains: int
    """1 for importance sampling."""
    diagnostics: dict[str, float]
    """What only the method can know of its own convergence: Pareto k, divergences, E-BFMI, log marginal likelihood."""

    def __repr__(self) -> str:
        chains = f" in {self.chains} chains" if self.method == "nuts" else f", effective size {self.ess:.0f}"
        return f"Draws({self.count} {self.method} draws{chains})"

    @property
    def count(self) -> int:
        return len(self.weights)

    @cached_property
    def k_hat(self) -> float:
        """Pareto k of the weights."""
        return tail_shape(self.weights)

    @property
    def ess(self) -> float:
        """Effective sample size by the weights alone, 1 / sum w^2 (Kish 1965, Survey Sampling)."""
        return float(1 / np.square(self.weights).sum())


def resample(weights: Numbers, count: int, seed: int) -> Index:
    """Choose positions of draws by systematic resampling (Kitagawa 1996, J. Comput. Graph. Stat. 5), in random order.

    Parameters
    ----------
    weights
        Not necessarily normalised; dims (draw).

    Returns
    -------
    Positions of draws, each as often as its weight demands, within one; dims (count).
    """
    rng = np.random.default_rng([seed, 2])
    places = (np.arange(count) + rng.random()) / count
    # Draws of one proposal stand next to each other; without the permutation they would look autocorrelated.
    return rng.permutation(np.searchsorted(np.cumsum(weights / weights.sum()), places))

"""How far weights move the distribution of some values: the cumulative Jensen-Shannon distance.

Nguyen & Vreeken (2015, ECML PKDD), in the form of Kallioinen, Paananen, Buerkner & Vehtari (2024, Stat. Comput. 34).
ArviZ has the same, but importing it takes longer than all of these distances; tests compare the two.
"""

from __future__ import annotations

from functools import lru_cache
from math import log

import numpy as np
from msgspec import Struct

from estimative.model.likelihood.layout import Index, Numbers


class Sorted(Struct, frozen=True, kw_only=True, eq=False):
    """Samples of values, each from low to high: sorted once for many weights."""

    order: Index
    """Positions of the draws; dims (..., draw)."""
    steps: Numbers
    """From each value to the next; dims (..., draw but the last)."""

    def __repr__(self) -> str:
        return f"Sorted({' x '.join(map(str, self.order.shape))} draws)"

    @classmethod
    def of(cls, values: Numbers) -> Sorted:
        """Sort values, dims (..., draw)."""
        order = np.argsort(values, axis=-1)
        return cls(order=order, steps=np.diff(np.take_along_axis(values, order, axis=-1), axis=-1))

    def distance(self, weights: Numbers) -> Numbers:
        """Compute the distance of the weighted distribution of each sample from its unweighted one.

        Parameters
        ----------
        weights
            Of the draws of each sample, summing to one; dims (..., draw).

        Returns
        -------
        From 0 to 1, the larger one of the distances from below and from above; dims (...).
        """
        rising = np.take_along_axis(weights, self.order, axis=-1)
        return np.asarray(
            np.maximum(_distance(rising, self.steps), _distance(rising[..., ::-1], self.steps[..., ::-1]))
        )


@lru_cache(maxsize=8)
def _unweighted(draws: int) -> tuple[Numbers, Numbers]:
    """Cumulative probabilities of equally weighted draws, and their logarithms to base 2; dims (draw but the last)."""
    p = np.linspace(1 / draws, 1 - 1 / draws, draws - 1)
    return p, np.log2(p)


def _distance(weights: Numbers, steps: Numbers) -> Numbers:
    """The distance from below; dims (..., draw), (..., draw but the last) -> (...)."""
    (p, log_p), q = _unweighted(weights.shape[-1]), np.cumsum(weights, axis=-1)[..., :-1]
    half = np.log2(0.5 * (p + q))
    of_p = p * (log_p - half) + 0.5 / log(2) * (q - p)
    of_q = q * (np.log2(np.where(q > 0, q, 1.0)) - half) - 0.5 / log(2) * (q - p)
    parts = [np.vecdot(part, steps) for part in (of_p, of_q, p + q)]
    # Values that are all the same have no distribution to be moved.
    total = np.where(parts[2] > 0, parts[2], 1.0)
    return np.asarray(np.sqrt((np.maximum(parts[0], 0) + np.maximum(parts[1], 0)) / total))

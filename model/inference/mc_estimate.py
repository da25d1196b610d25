"""Numbers with their Monte Carlo noise, kept draw by draw: what draws on common random numbers share cancels.

To first order an estimate differs from what it estimates by a sum over draws, each draw's share in it being its
influence. The variance of any smooth function of several estimates follows from the sum of their influences, weighted
by the derivatives (the delta method; the infinitesimal jackknife of Efron 1982, CBMS-NSF Monograph 38, ch. 6).
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from estimative.model.inference.diagnostics import ess_estimator
from estimative.model.inference.draws import Draws
from estimative.model.inference.estimates import Undefined
from estimative.model.likelihood.layout import Numbers

NO_INFLUENCE = np.zeros(1)
"""Broadcasts against the influence of any number of draws."""


class MCEstimate:
    """An estimate and where its error comes from; encoded as `{value, se}`.

    Attributes
    ----------
    value
        In whatever unit.
    influence
        Of each draw whose random numbers other fits share; dims (draw), or one zero that broadcasts.
    own_variance
        From draws that no other fit shares: Markov chains.
    """

    __slots__ = ("influence", "own_variance", "value")

    def __init__(self, *, value: float, influence: Numbers = NO_INFLUENCE, own_variance: float = 0.0) -> None:
        self.value = float(value)
        self.influence = influence
        self.own_variance = own_variance

    @property
    def se(self) -> float:
        """The Monte Carlo standard error."""
        return float(np.sqrt(np.square(self.influence).sum() + self.own_variance))

    def __repr__(self) -> str:
        return f"MCEstimate(value={self.value:.6g}, se={self.se:.2g})"

    def __eq__(self, other: object) -> bool:
        """Equal numbers with equal errors, however these came about."""
        return isinstance(other, MCEstimate) and (self.value, self.se) == (other.value, other.se)

    def __hash__(self) -> int:
        return hash(self.value)


def delta_method(value: float, parts: Iterable[tuple[float, MCEstimate]]) -> MCEstimate:
    """A smooth function of estimates from different fits, given its value and its derivative by each of them.

    Parts that share chains must be brought together before, since their own variances are added.
    """
    influence, own = NO_INFLUENCE, 0.0
    for derivative, part in parts:
        influence = influence + derivative * part.influence
        own += derivative**2 * part.own_variance
    return MCEstimate(value=value, influence=influence, own_variance=own)


def mc_estimate(value: float, deviation: Numbers, draws: Draws) -> MCEstimate:
    """An estimate that differs from the truth by the weighted mean of `deviation`, to first order.

    Parameters
    ----------
    deviation
        For a plain mean of f it is f - mean: the influence of an independent draw on a self-normalised mean is
        w (f - mean) (Owen 2013, Monte Carlo, eq. 9.8). Its own weighted mean is 0; dims (draw).
    """
    if draws.method == "importance":
        return MCEstimate(value=value, influence=draws.weights * deviation)
    variance = float(draws.weights @ np.square(deviation))
    own = variance / ess_estimator("nuts")(deviation, draws) if variance > 0 else 0.0
    return MCEstimate(value=value, own_variance=own)


def log_odds(probability: MCEstimate) -> MCEstimate:
    """The natural logarithm of the odds.

    Raises
    ------
    Undefined
        Of a probability of 0 or 1.
    """
    p = probability.value
    if not 0 < p < 1:
        raise Undefined
    return delta_method(math.log(p) - math.log1p(-p), [(1 / (p * (1 - p)), probability)])

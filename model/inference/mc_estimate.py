"""Estimates that remember their Monte Carlo noise draw by draw, so that noise shared by two fits cancels.

Many answers are differences between fits: with and without an item of evidence, one analyst's prior and another's. If
both fits use the same random numbers, most of their noise is the same, and the difference is known far better than
either fit. To compute that error, an estimate carries the influence of each draw: to first order it differs from the
truth by the sum of the influences. The variance of a smooth function of estimates is then the sum of squares of their
influences combined by the derivatives (the delta method with the infinitesimal jackknife, Efron 1982, The Jackknife,
the Bootstrap and Other Resampling Plans, ch. 6).
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from estimative.model.inference.diagnostics import ess_estimator
from estimative.model.inference.draws import Draws
from estimative.model.inference.estimates import ROUNDING, Undefined
from estimative.model.likelihood.layout import Numbers

NO_INFLUENCE = np.zeros(1)
"""Broadcasts against the influence of any number of draws."""


class MCEstimate:
    """A Monte Carlo estimate with the sources of its error; encoded as `{value, se}`.

    Attributes
    ----------
    value
        The estimate, in the unit of whatever is estimated.
    influence
        What each draw contributes to the error, for draws on common random numbers; dims (draw), or one zero that
        broadcasts. Two estimates combine draw by draw if they come from the same seed and number of draws; those of
        different numbers of draws are independent.
    own_variance
        Variance from draws that no other fit shares: Markov chains.

    Examples
    --------
    The difference of two fits on common random numbers, with its error:

    >>> one = MCEstimate(value=0.30, influence=np.array([0.01, -0.01]))
    >>> other = MCEstimate(value=0.10, influence=np.array([0.01, -0.01]))
    >>> (one - other).se
    0.0
    """

    # A plain class: a Struct would compare `influence` arrays with ==, and be encoded field by field.
    __slots__ = ("influence", "own_variance", "value")

    def __init__(self, *, value: float, influence: Numbers = NO_INFLUENCE, own_variance: float = 0.0) -> None:
        self.value = float(value)
        self.influence = influence
        self.own_variance = own_variance

    @property
    def se(self) -> float:
        """The Monte Carlo standard error, in the unit of the value."""
        error = float(np.sqrt(np.square(self.influence).sum() + self.own_variance))
        # Sums of influences that cancel leave rounding noise behind.
        return error if error > ROUNDING * abs(self.value) else 0.0

    def __sub__(self, other: MCEstimate) -> MCEstimate:
        """The difference; noise that both have in common cancels."""
        return delta_method(self.value - other.value, [(1.0, self), (-1.0, other)])

    def without_draws(self) -> MCEstimate:
        """The same value and error, without the influence of each draw: for answers that nothing is computed from."""
        return MCEstimate(value=self.value, own_variance=self.se**2)

    def __repr__(self) -> str:
        return f"MCEstimate(value={self.value:.6g}, se={self.se:.2g})"

    def __eq__(self, other: object) -> bool:
        """Compare values and standard errors, whatever they are made of."""
        return isinstance(other, MCEstimate) and (self.value, self.se) == (other.value, other.se)

    def __hash__(self) -> int:
        return hash(self.value)


def delta_method(value: float, parts: Iterable[tuple[float, MCEstimate]]) -> MCEstimate:
    """Propagate errors to a smooth function of estimates (the delta method).

    Parameters
    ----------
    value
        Of the function.
    parts
        For each estimate, the function's partial derivative and the estimate. Estimates from the same Markov chains
        must be combined into one beforehand, since own variances are added as if independent.
    """
    # Influences add draw by draw, before squaring: this is where common noise cancels.
    influences, own = {1: NO_INFLUENCE}, 0.0
    for derivative, part in parts:
        draws = len(part.influence)
        influences[draws] = influences.get(draws, NO_INFLUENCE) + derivative * part.influence
        own += derivative**2 * part.own_variance
    # A fit that needed more draws than another shares no random numbers with it.
    first, *others = sorted(influences.values(), key=len, reverse=True)
    own += sum(float(np.square(other).sum()) for other in others)
    return MCEstimate(value=value, influence=first, own_variance=own)


def mc_estimate(value: float, deviation: Numbers, draws: Draws) -> MCEstimate:
    """Attach the Monte Carlo error to an estimate that is, to first order, a weighted mean over the draws.

    Parameters
    ----------
    value
        The estimate.
    deviation
        Each draw's deviation, with weighted mean 0: f - mean for a plain mean of f, whose influence is then
        w (f - mean) (Owen 2013, Monte Carlo, eq. 9.8); dims (draw).
    """
    if draws.method == "importance":
        return MCEstimate(value=value, influence=draws.weights * deviation)
    # Draws of a chain are dependent: their influences do not add up in squares, so only the variance is carried.
    variance = float(draws.weights @ np.square(deviation))
    own = variance / ess_estimator("nuts")(deviation, draws) if variance > 0 else 0.0
    return MCEstimate(value=value, own_variance=own)


def log_odds(probability: MCEstimate) -> MCEstimate:
    """Convert a probability to natural log-odds.

    Raises
    ------
    Undefined
        If the probability is 0 or 1.
    """
    p = probability.value
    if not 0 < p < 1:
        raise Undefined
    # log1p keeps digits for p near 0, where most headlines are.
    return delta_method(math.log(p) - math.log1p(-p), [(1 / (p * (1 - p)), probability)])

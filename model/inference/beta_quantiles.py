"""Quantiles of beta distributions at standard normals, as log-odds, tabulated far into both tails.

`betaincinv` for every draw would cost more than the rest of a fit.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.special import betainccinv, betaincinv, betaln, log_ndtr, ndtr

from estimative.model.likelihood.cubics import cubic_coefficients, cubic_values
from estimative.model.likelihood.layout import Index, Numbers

MIDDLE = 8.5
"""Standard deviations up to which nodes are close together: less than one draw of the prior in 10^16 lies beyond."""
REACH = 34.0
"""Standard deviations that the table covers; farther out SciPy loses digits. Weight beyond it fails a fit."""
INTERVALS, TAIL_INTERVALS = 256, 102
"""In the middle, and in each tail."""
MIN_LOG_ODDS = -700.0
"""Bounds the log-odds of a degree: exp(-700) is close to the smallest float."""


def beta_log_odds(table: Numbers, z: Numbers, *, first: Index | int = 0) -> Numbers:
    """Interpolate the log-odds of beta quantiles at standard normals.

    Parameters
    ----------
    table
        `cubics` of one distribution or of several, one after the other; dims (power, interval).
    first
        The first interval of the distribution that each z belongs to; broadcast against z.
    """
    distance = np.minimum(abs(z), REACH)
    # Every node has a whole number as its place: 0 at -REACH, one more for each interval.
    steps = distance * (INTERVALS / 2 / MIDDLE)
    tails = distance > MIDDLE  # rare
    if tails.any():
        steps[tails] = INTERVALS / 2 + (distance[tails] - MIDDLE) * (TAIL_INTERVALS / (REACH - MIDDLE))
    place = np.copysign(steps, z, out=steps)
    place += INTERVALS / 2 + TAIL_INTERVALS
    intervals = INTERVALS + 2 * TAIL_INTERVALS
    left: Index = np.minimum(place.astype(np.intp), intervals - 1)
    return cubic_values(table, np.asarray(left + first), place - left)


# Refits change few priors at a time, so most tables are the same from one fit to the next.
@lru_cache(maxsize=4096)
def cubics(a: float, b: float) -> Numbers:
    """Tabulate one beta distribution as Hermite cubics; dims (power, interval).

    Slopes of at most three times the rise on either side keep the cubics monotone (Fritsch & Carlson 1980, SIAM J.
    Numer. Anal. 17). On the log-odds scale the quantile function is smooth even for shapes heaped at 0 or 1.
    """
    lower, upper = _lower_tail(a, b), -_lower_tail(b, a)[::-1]
    y = np.concatenate([lower, upper[1:]])
    slopes = _slopes(a, b, y)
    rise, steps = np.diff(y), np.diff(_nodes())
    ends = (np.minimum(each * steps, 3 * rise) for each in (slopes[:-1], slopes[1:]))
    return cubic_coefficients(y, *ends)


@lru_cache(maxsize=1)
def _nodes() -> Numbers:
    """The standard normals at which quantiles are tabulated; dims (node)."""
    tail = np.linspace(MIDDLE, REACH, TAIL_INTERVALS + 1)[1:]
    return np.concatenate([-tail[::-1], np.linspace(-MIDDLE, MIDDLE, INTERVALS + 1), tail])


def _lower_tail(a: float, b: float) -> Numbers:
    """Compute the log-odds of Beta(a, b) quantiles at the nodes up to 0; dims (node up to 0)."""
    z = _nodes()[: INTERVALS // 2 + TAIL_INTERVALS + 1]
    # Near 0 the distribution function is x^a / (a B(a, b)); SciPy underflows or gives NaN there, after a long search.
    log_odds = (log_ndtr(z) + np.log(a) + betaln(a, b)) / a
    near = log_odds + np.log(a + b + 1) < -20
    log_odds[~near] = _quantiles(a, b, ndtr(z[~near]))
    return np.asarray(np.maximum(log_odds, MIN_LOG_ODDS))


def _quantiles(a: float, b: float, below: Numbers) -> Numbers:
    """Compute the log-odds of Beta(a, b) quantiles at probabilities of at most 1/2; dims as these."""
    share, rest = betaincinv(a, b, below), np.ones(len(below))
    from_middle = ~(share < 0.49)
    rest[from_middle] = betainccinv(b, a, below[from_middle])
    with np.errstate(divide="ignore"):
        # The quantile x and 1 - x were computed separately: each has all its digits where it is small.
        return np.where(share < rest, np.log(share) - np.log1p(-share), np.log1p(-rest) - np.log(rest))


def _slopes(a: float, b: float, log_odds: Numbers) -> Numbers:
    """Compute the derivative of the log-odds by the standard normal at the nodes; dims (node)."""
    # The density of the log-odds l is exp(a ln u + b ln(1 - u)) / B(a, b), with u = expit(l).
    log_density = -a * np.logaddexp(0, -log_odds) - b * np.logaddexp(0, log_odds) - betaln(a, b)
    with np.errstate(over="ignore"):
        slopes = np.exp(-0.5 * _nodes() ** 2 - 0.5 * np.log(2 * np.pi) - log_density)
    return np.asarray(np.where(abs(log_odds) < -MIN_LOG_ODDS, slopes, 0.0))

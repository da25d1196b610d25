"""Estimates from draws, each with its Monte Carlo standard error."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from msgspec import Struct

from estimative.model.inference.draws import Draws
from estimative.model.likelihood.layout import Numbers

ROUNDING = 1e-12
"""Relative differences up to this are attributed to floating-point rounding."""
ROUNDING_ERROR = 1e-9
"""By which a probability may lie beyond 0 or 1."""
LARGEST_SPREAD = 1e6
"""Of draws that did not converge; a larger one is no result of a computation."""
MASS = 0.90
"""Posterior mass of the credible intervals."""


class Estimate(Struct, frozen=True, kw_only=True):
    """A number with its standard error, in the same unit."""

    value: float
    se: float | None
    """None where it cannot be estimated: a single resolved question has no spread."""


class Interval(Struct, frozen=True, kw_only=True):
    """A credible interval, with the Monte Carlo standard errors of its ends."""

    mass: float
    """Posterior mass inside, such as 0.90."""
    low: float
    high: float
    low_se: float
    high_se: float
    ess: float
    """Effective sample size behind the ends: of the share of the mass below each, the smaller one."""
    kind: str = "eti"
    """Equal-tailed interval: as much mass lies below as above."""


class ProbabilityEstimate(Struct, frozen=True, kw_only=True):
    """The probability of a single event, averaged over the uncertain quantities.

    P(yes | evidence) = E[P(yes | theta, evidence)]. The value is that mean; `sd` and `interval` describe how much
    P(yes | theta, evidence) varies with theta (second-order uncertainty). That is not the error of the mean: `se` is,
    and more draws shrink `se` alone.
    """

    value: float
    se: float
    """Monte Carlo standard error of the value."""
    sd: float
    """Standard deviation of P(yes | theta, evidence) over the draws."""
    interval: Interval
    """Of P(yes | theta, evidence)."""
    ess: float
    """Effective sample size behind the value."""

    def __post_init__(self) -> None:
        """Refuse what no probability can be; whether it can be trusted is a matter of the verdict."""
        for chance in (self.value, self.interval.low, self.interval.high):
            if chance < -ROUNDING_ERROR or chance > 1 + ROUNDING_ERROR:
                raise ValueError(f"{chance:g} is not a probability")
        for spread in (self.se, self.sd, self.interval.low_se, self.interval.high_se):
            if spread < 0 or spread > LARGEST_SPREAD:
                raise ValueError(f"{spread:g} is not an error or a spread of a probability")


class QuantitySummary(Struct, frozen=True, kw_only=True):
    """The marginal distribution of a quantity on its own scale (a ratio as a ratio, not as its logarithm)."""

    mean: float
    sd: float
    p05: float
    p50: float
    p95: float
    se: float
    """Monte Carlo standard error of the mean; 0 where the mean is known in closed form."""


type EssEstimator = Callable[[Numbers, Draws], float]
"""(series with dims (draw), draws) -> effective sample size of the series' mean."""


def weighted_ess(series: Numbers, draws: Draws) -> float:
    """Estimate the effective sample size of a self-normalised mean of independent weighted draws.

    The variance of the series over the variance of its weighted mean, sum w^2 (f - mean)^2 (Owen 2013, Monte Carlo,
    eq. 9.8). Unlike 1 / sum w^2 it depends on the series: it is small where the draws that matter weigh much.
    """
    deviation = np.square(series - draws.weights @ series)
    variance = np.square(draws.weights) @ deviation
    return float(draws.weights @ deviation / variance) if variance > 0 else float("inf")


class Undefined(ArithmeticError):
    """A probability under an impossible condition, or the log-odds of a probability of 0 or 1."""


def estimate_probability(
    yes: Numbers, draws: Draws, ess: EssEstimator, *, given: Numbers | None = None, mass: float = MASS
) -> ProbabilityEstimate:
    """Estimate a probability as the mean of `yes`, or a conditional one as a ratio of two means.

    Conditioning weighs each draw by the probability of the condition there; the draw's own conditional probability is
    yes / given.

    Parameters
    ----------
    yes, given
        P(yes and condition | theta) and P(condition | theta); dims (draw).
    ess
        How the method counts its draws: `weighted_ess` or `chain_ess`.
    mass
        Of the credible interval.

    Raises
    ------
    Undefined
        If the condition is impossible at every draw.
    """
    given = np.ones_like(yes) if given is None else given
    if not draws.weights @ given > 0:
        raise Undefined
    # A constant, up to rounding, is exact: its computed spread would be noise of the order of 1e-16.
    if np.ptp(yes) <= ROUNDING * abs(yes).max() and np.ptp(given) <= ROUNDING * abs(given).max():
        return _exact(float(yes[0] / given[0]), draws, mass)
    base = float(draws.weights @ given)
    value = float(draws.weights @ yes) / base
    influence = (yes - value * given) / base
    size = ess(influence, draws)
    # Conditioning reweights the draws by the probability of the condition at each.
    weights = draws.weights * given / base
    conditional = np.divide(yes, given, out=np.full_like(yes, value), where=given > 0)
    variance = float(weights @ np.square(conditional - value))
    return ProbabilityEstimate(
        value=value,
        se=_standard_error(influence, draws, size),
        sd=variance**0.5,
        interval=_interval(conditional, weights, given / base, draws, ess, mass),
        ess=_finite(size, draws),
    )


def summarize_quantity(values: Numbers, draws: Draws, ess: EssEstimator) -> QuantitySummary:
    """Summarize the distribution of a quantity over the draws; values with dims (draw)."""
    mean = float(draws.weights @ values)
    order = np.argsort(values)
    ordered, cumulative = values[order], np.cumsum(draws.weights[order])
    p05, p50, p95 = (_quantile(ordered, cumulative, share) for share in (0.05, 0.5, 0.95))
    sd = float(draws.weights @ np.square(values - mean)) ** 0.5
    se = _standard_error(values - mean, draws, ess(values - mean, draws))
    return QuantitySummary(mean=mean, sd=sd, p05=p05, p50=p50, p95=p95, se=se)


def _exact(value: float, draws: Draws, mass: float) -> ProbabilityEstimate:
    """Report a probability that is the same at every draw: it has neither error nor spread."""
    interval = Interval(mass=mass, low=value, high=value, low_se=0.0, high_se=0.0, ess=float(draws.count))
    return ProbabilityEstimate(value=value, se=0.0, sd=0.0, interval=interval, ess=float(draws.count))


def _standard_error(series: Numbers, draws: Draws, size: float) -> float:
    variance = float(draws.weights @ np.square(series - draws.weights @ series))
    return (variance / size) ** 0.5 if variance > 0 else 0.0


def _interval(
    values: Numbers, weights: Numbers, tilt: Numbers, draws: Draws, ess: EssEstimator, mass: float
) -> Interval:
    """Find the equal-tailed interval of weighted values; `tilt` is the condition's share in the weights."""
    order = np.argsort(values)
    ordered, cumulative = values[order], np.cumsum(weights[order])
    ends, errors, sizes = [], [], []
    for tail in ((1 - mass) / 2, (1 + mass) / 2):
        end = _quantile(ordered, cumulative, tail)
        # The error of a quantile: the error of the mass below it, mapped back through the quantile function. A density
        # estimate at the quantile would do the same with a bandwidth to choose.
        below = ((values <= end) - tail) * tilt
        size = ess(below, draws)
        error = _standard_error(below, draws, size)
        lower, upper = (_quantile(ordered, cumulative, min(max(tail + step * error, 0.0), 1.0)) for step in (-1, 1))
        ends.append(end)
        errors.append((upper - lower) / 2)
        sizes.append(_finite(size, draws))
    return Interval(mass=mass, low=ends[0], high=ends[1], low_se=errors[0], high_se=errors[1], ess=min(sizes))


def _finite(size: float, draws: Draws) -> float:
    """An effective sample size; antithetic chains can exceed the number of draws, which would be read as an error."""
    return min(size, float(draws.count)) if np.isfinite(size) else float(draws.count)


def _quantile(ordered: Numbers, cumulative: Numbers, share: float) -> float:
    return float(ordered[min(int(np.searchsorted(cumulative, share * cumulative[-1])), len(ordered) - 1)])

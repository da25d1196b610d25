"""Numbers from draws, each with its Monte Carlo error."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from estimative.model.inference.draws import Draws
from estimative.model.likelihood.layout import Numbers

ROUNDING = 1e-12
"""Relative differences up to this are those of floats."""
MASS = 0.90
"""Of the credible intervals; they are equal-tailed."""


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A number with its standard error."""

    value: float
    se: float | None
    """None where nothing is known of it: one resolved question has no spread."""


@dataclass(frozen=True, kw_only=True)
class Interval:
    """An equal-tailed credible interval."""

    mass: float
    low: float
    high: float
    low_se: float
    high_se: float
    kind: str = "eti"


@dataclass(frozen=True, kw_only=True)
class ProbabilityEstimate:
    """The probability of something, averaged over the draws; of a conditional one, a ratio of two means."""

    value: float
    se: float
    """Monte Carlo standard error of the value."""
    sd: float
    """Of the quantity over the draws."""
    interval: Interval
    ess: float
    """Effective sample size behind the value."""


@dataclass(frozen=True, kw_only=True)
class QuantitySummary:
    """The distribution of a quantity on its own scale."""

    mean: float
    sd: float
    p05: float
    p50: float
    p95: float
    se: float
    """Of the mean."""


type EssEstimator = Callable[[Numbers, Draws], float]
"""(series with dims (draw), draws) -> effective sample size of its mean."""


def weighted_ess(series: Numbers, draws: Draws) -> float:
    """Of independent draws with weights: spread of the series, over the variance of its weighted mean.

    The variance of a self-normalised mean is sum w^2 (f - mean)^2 (Owen 2013, Monte Carlo, eq. 9.8).
    """
    deviation = np.square(series - draws.weights @ series)
    variance = np.square(draws.weights) @ deviation
    return float(draws.weights @ deviation / variance) if variance > 0 else float("inf")


class Undefined(ArithmeticError):
    """A probability under a condition that cannot be so."""


def estimate_probability(
    yes: Numbers, draws: Draws, effective: EssEstimator, *, given: Numbers | None = None, mass: float = MASS
) -> ProbabilityEstimate:
    """The mean of `yes`, or the mean of `yes` over the mean of `given`.

    Parameters
    ----------
    yes, given
        dims (draw). Conditioning weighs each draw by the probability of the condition there, and its own
        probability of the target is yes / given.
    effective
        How the method counts its draws.

    Raises
    ------
    Undefined
        If the condition is impossible at every draw.
    """
    given = np.ones_like(yes) if given is None else given
    if not draws.weights @ given > 0:
        raise Undefined
    if np.ptp(yes) <= ROUNDING * abs(yes).max() and np.ptp(given) <= ROUNDING * abs(given).max():
        return _exact(float(yes[0] / given[0]), draws, mass)
    base = float(draws.weights @ given)
    value = float(draws.weights @ yes) / base
    influence = (yes - value * given) / base
    size = effective(influence, draws)
    weights = draws.weights * given / base
    chance = np.divide(yes, given, out=np.full_like(yes, value), where=given > 0)
    spread = float(weights @ np.square(chance - value))
    return ProbabilityEstimate(
        value=value,
        se=_standard_error(influence, draws, size),
        sd=spread**0.5,
        interval=_interval(chance, weights, given / base, draws, effective, mass),
        ess=min(size, float(draws.count)) if np.isfinite(size) else float(draws.count),
    )


def summarize_quantity(values: Numbers, draws: Draws, effective: EssEstimator) -> QuantitySummary:
    """How a quantity is distributed over the draws; values with dims (draw)."""
    mean = float(draws.weights @ values)
    order = np.argsort(values)
    ordered, below = values[order], np.cumsum(draws.weights[order])
    p05, p50, p95 = (_quantile(ordered, below, share) for share in (0.05, 0.5, 0.95))
    sd = float(draws.weights @ np.square(values - mean)) ** 0.5
    se = _standard_error(values - mean, draws, effective(values - mean, draws))
    return QuantitySummary(mean=mean, sd=sd, p05=p05, p50=p50, p95=p95, se=se)


def _exact(value: float, draws: Draws, mass: float) -> ProbabilityEstimate:
    """What is the same at every draw has neither error nor spread."""
    interval = Interval(mass=mass, low=value, high=value, low_se=0.0, high_se=0.0)
    return ProbabilityEstimate(value=value, se=0.0, sd=0.0, interval=interval, ess=float(draws.count))


def _standard_error(series: Numbers, draws: Draws, size: float) -> float:
    variance = float(draws.weights @ np.square(series - draws.weights @ series))
    return (variance / size) ** 0.5 if variance > 0 else 0.0


def _interval(
    chance: Numbers, weights: Numbers, tilt: Numbers, draws: Draws, effective: EssEstimator, mass: float
) -> Interval:
    order = np.argsort(chance, kind="stable")
    ordered, below = chance[order], np.cumsum(weights[order])
    tails = [(1 - mass) / 2, (1 + mass) / 2]
    ends, errors = [], []
    for tail in tails:
        end = _quantile(ordered, below, tail)
        share = ((chance <= end) - tail) * tilt
        error = _standard_error(share, draws, effective(share, draws))
        around = [_quantile(ordered, below, min(max(tail + step * error, 0.0), 1.0)) for step in (-1, 1)]
        ends.append(end)
        errors.append((around[1] - around[0]) / 2)
    return Interval(mass=mass, low=ends[0], high=ends[1], low_se=errors[0], high_se=errors[1])


def _quantile(ordered: Numbers, below: Numbers, share: float) -> float:
    return float(ordered[min(int(np.searchsorted(below, share * below[-1])), len(ordered) - 1)])

"""Pareto-smoothed importance sampling (Vehtari, Simpson, Gelman, Yao & Gabry 2024, J. Mach. Learn. Res. 25(72)).

ArviZ has the same algorithm, but importing it takes seconds, more than a whole fit; tests compare the two.
"""

from __future__ import annotations

import math

import numpy as np

from estimative.model.likelihood.layout import Index, Numbers

OUTSTANDING = 5.0
"""Times the mean weight: below this no weight stands out."""
NEGLIGIBLE = 0.005
"""Share of the weight: a tenth of the relative error that an answer may have."""


def smooth_weights(log_weights: Numbers) -> tuple[Numbers, float]:
    """Replace the largest weights by quantiles of a generalised Pareto distribution fitted to them.

    Parameters
    ----------
    log_weights
        Natural logarithms, up to a constant; dims (draw).

    Returns
    -------
    log_weights
        Smoothed and normalised: they sum to one after exp; dims (draw).
    k_hat
        The shape of the tail: below 0.7 the estimates are reliable; from 0.5 on the weights have no finite variance.
        Infinite where there are too few draws to estimate it, -infinite where the tail's weights are all equal.
    """
    draws = len(log_weights)
    raised = log_weights - log_weights.max()
    tail_length = int(min(0.2 * draws, 3 * math.sqrt(draws)))
    # Fewer than five points do not determine a shape (as in ArviZ and the R package loo).
    if tail_length < 5:
        return raised - np.log(np.exp(raised).sum()), math.inf
    largest = _largest(raised, tail_length + 1)
    tail = largest[1:]
    # The threshold is kept above the smallest float, so that its exponential is not 0.
    cutoff = max(raised[largest[0]], math.log(np.finfo(float).tiny))
    excess = np.exp(raised[tail]) - math.exp(cutoff)
    if excess[-1] <= 1e-12:
        return raised - np.log(np.exp(raised).sum()), -math.inf
    if excess[tail_length // 4] <= 0:
        return raised - np.log(np.exp(raised).sum()), math.inf
    shape, scale = _fit_generalized_pareto(excess)
    ranks = (np.arange(tail_length) + 0.5) / tail_length
    expected = np.log(math.exp(cutoff) + _pareto_quantile(ranks, shape, scale))
    result = raised.copy()
    result[tail] = np.minimum(expected, 0.0)  # no smoothed weight above the largest raw one
    return result - np.log(np.exp(result).sum()), shape


def _largest(values: Numbers, count: int) -> Index:
    """The places of the largest values, in rising order; of equal ones the later places."""
    least = np.partition(values, -count)[-count]
    candidates = np.flatnonzero(values >= least)
    # Stable: among equal weights the order of the draws decides, not the sorting algorithm.
    return candidates[np.argsort(values[candidates], kind="stable")][-count:]


def smooth_bounded(log_weights: Numbers) -> tuple[Numbers, float]:
    """Smooth log weights that are bounded; k-hat is -infinite where those that stand out hold a negligible share.

    The prior's share in a mixture bounds the weights. A generalised Pareto distribution describes neither weights near
    such a bound nor a plateau with a few outliers, and could be fitted to them with any shape.
    """
    smoothed, k_hat = smooth_weights(log_weights)
    return smoothed, k_hat if _outstanding(log_weights) > NEGLIGIBLE else -np.inf


def bounded_k_hat(log_weights: Numbers) -> float:
    """The k-hat of `smooth_bounded`."""
    return smooth_weights(log_weights)[1] if _outstanding(log_weights) > NEGLIGIBLE else -np.inf


def tail_shape(weights: Numbers) -> float:
    """The k-hat of positive numbers; dims (draw)."""
    with np.errstate(divide="ignore"):
        # Below e^-700 a float is denormal; such draws have no part in the tail.
        return bounded_k_hat(np.maximum(np.log(weights / weights.max()), -700.0))


def _outstanding(log_weights: Numbers) -> float:
    """The share of the weights that stand out, before any of it is smoothed away."""
    weights = np.exp(log_weights - log_weights.max())
    weights /= weights.sum()
    return float(weights[weights * len(weights) > OUTSTANDING].sum())


def _fit_generalized_pareto(excess: Numbers) -> tuple[float, float]:
    """Shape and scale by the empirical Bayes estimate of Zhang & Stephens (2009, Technometrics 51).

    A weak prior worth ten observations draws the shape towards 0.5, as in the PSIS paper.
    """
    n = len(excess)
    m = 30 + int(math.sqrt(n))
    quartile = excess[int(n / 4 + 0.5) - 1]
    steps = np.arange(1, m + 1)
    theta = (1 - np.sqrt(m / (steps - 0.5))) / (3 * max(quartile, np.finfo(float).tiny)) + 1 / excess[-1]
    shapes = np.log1p(-theta[:, None] * excess).mean(axis=1)
    profile = n * (np.log(-theta / shapes) - shapes - 1)
    weights = np.exp(profile - profile.max())
    weights /= weights.sum()
    best = float(theta @ weights)
    shape = float(np.log1p(-best * excess).mean())
    scale = -shape / best
    return (n * shape + 5) / (n + 10), scale


def _pareto_quantile(p: Numbers, shape: float, scale: float) -> Numbers:
    # At shape 0 the distribution is exponential, and the general formula 0 / 0.
    if abs(shape) < 1e-12:
        return -scale * np.log1p(-p)
    return scale * np.expm1(-shape * np.log1p(-p)) / shape

"""Pareto-smoothed importance weights (Vehtari, Simpson, Gelman, Yao & Gabry 2024, J. Mach. Learn. Res. 25(72))."""

from __future__ import annotations

import math

import numpy as np

from estimative.model.likelihood.layout import Numbers


def smooth_weights(log_weights: Numbers) -> tuple[Numbers, float]:
    """Smooth the largest weights by a generalised Pareto distribution.

    Parameters
    ----------
    log_weights
        Natural logarithms, up to a constant; dims (draw).

    Returns
    -------
    Normalised log weights (they sum to one after exp), dims (draw), and the shape k-hat: below 0.7 the estimate can
    be relied on. Too few draws, or a tail of equal weights, have no shape: k-hat is then infinite and -infinite.
    """
    draws = len(log_weights)
    raised = log_weights - log_weights.max()
    count = int(min(0.2 * draws, 3 * math.sqrt(draws)))
    if count < 5:
        return raised - np.log(np.exp(raised).sum()), math.inf
    order = np.argsort(raised, kind="stable")
    tail = order[-count:]
    cutoff = max(raised[order[-count - 1]], math.log(np.finfo(float).tiny))
    excess = np.exp(raised[tail]) - math.exp(cutoff)
    if excess[-1] <= 1e-12:
        return raised - np.log(np.exp(raised).sum()), -math.inf
    if excess[count // 4] <= 0:
        return raised - np.log(np.exp(raised).sum()), math.inf
    shape, scale = _fitted(excess)
    ranks = (np.arange(count) + 0.5) / count
    expected = np.log(math.exp(cutoff) + _quantile(ranks, shape, scale))
    result = raised.copy()
    result[tail] = np.minimum(expected, 0.0)
    return result - np.log(np.exp(result).sum()), shape


def _fitted(excess: Numbers) -> tuple[float, float]:
    """Shape and scale of a generalised Pareto distribution (Zhang & Stephens 2009), the shape drawn to 0.5 weakly."""
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


def _quantile(p: Numbers, shape: float, scale: float) -> Numbers:
    if abs(shape) < 1e-12:
        return -scale * np.log1p(-p)
    return scale * np.expm1(-shape * np.log1p(-p)) / shape

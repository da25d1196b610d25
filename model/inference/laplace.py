"""A Gaussian at the mode of a smooth density, its curvature taken by differences: where importance sampling starts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from estimative.model.likelihood.layout import Numbers

type LogDensity = Callable[[Numbers], Numbers]
"""Points, dims (free, point), to log densities up to a constant, dims (point)."""

STEP = 0.05
"""Of the differences, in prior standard deviations."""
LEAST_CURVATURE = 0.1
"""Of the log density along any direction; the prior's own is 1. Flatter (or hollow) directions are held to this."""
MOST_PAIRS = 100
"""Dimensions up to which mixed differences are taken; beyond, the curvature is taken to be diagonal."""
ITERATIONS = 8
DAMPING = np.array([1.0, 0.5, 0.25, 0.1, 0.03])


def laplace(log_density: LogDensity, start: Numbers) -> tuple[Numbers, Numbers]:
    """Climb to a mode by Newton's method.

    Returns
    -------
    The mode, dims (free), and the inverse of the negative Hessian there, dims (free, free).
    """
    at = start
    for _ in range(ITERATIONS):
        gradient, covariance = _curvature(log_density, at)
        tries = at[:, None] + (covariance @ gradient)[:, None] * DAMPING
        heights = log_density(np.column_stack([at, tries]))
        best = int(np.argmax(heights))
        if best == 0 or heights[best] - heights[0] < 1e-3:
            break
        at = tries[:, best - 1]
    return at, covariance


def _curvature(log_density: LogDensity, at: Numbers) -> tuple[Numbers, Numbers]:
    """Gradient and covariance of the local Gaussian, by central differences."""
    n = len(at)
    up, down, here = _probed(log_density, at)
    gradient = (up - down) / (2 * STEP)
    hessian = np.diag(up + down - 2 * here)
    if n <= MOST_PAIRS:
        hessian = hessian + _mixed(log_density, at, up, down, here)
    values, vectors = np.linalg.eigh(-hessian / STEP**2)
    return gradient, (vectors / np.maximum(values, LEAST_CURVATURE)) @ vectors.T


def _probed(log_density: LogDensity, at: Numbers) -> tuple[Numbers, Numbers, float]:
    n = len(at)
    shifts = STEP * np.eye(n)
    heights = log_density(at[:, None] + np.concatenate([shifts, -shifts, np.zeros((n, 1))], axis=1))
    return heights[:n], heights[n : 2 * n], float(heights[-1])


def _mixed(log_density: LogDensity, at: Numbers, up: Numbers, down: Numbers, here: float) -> Numbers:
    """The off-diagonal second differences."""
    n = len(at)
    i, j = np.triu_indices(n, 1)
    shifts = np.zeros((n, len(i)))
    pair = np.arange(len(i))
    shifts[i, pair] = shifts[j, pair] = STEP
    both = log_density(at[:, None] + np.concatenate([shifts, -shifts], axis=1))
    second = both[: len(i)] + both[len(i) :] - up[i] - up[j] - down[i] - down[j] + 2 * here
    upper = np.zeros((n, n))
    upper[i, j] = second / 2
    return upper + upper.T

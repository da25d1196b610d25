"""Laplace approximation: a Gaussian at the mode of a smooth density, where importance sampling starts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from estimative.model.likelihood.layout import Numbers

type LogDensity = Callable[[Numbers], Numbers]
"""Points, dims (free, point) -> log densities up to a constant, dims (point)."""

STEP = 0.05
"""Of the finite differences, in prior standard deviations: small against the prior, large against rounding."""
MIN_CURVATURE = 0.1
"""Of the negative log density along any direction; the prior's own is 1. Flatter or convex directions are set to it."""
MAX_DIMENSIONS = 100
"""Up to which mixed differences are taken; beyond, the n(n - 1)/2 pairs cost too much and the Hessian is diagonal."""
ITERATIONS = 8
DAMPING = np.array([1.0, 0.5, 0.25, 0.1, 0.03])
"""Step lengths that are all evaluated in one vectorised call; the best is taken."""
MIN_GAIN = 1e-3
"""In log density: less progress ends the search, since the mode only starts the importance sampler."""


def laplace(log_density: LogDensity, start: Numbers) -> tuple[Numbers, Numbers]:
    """Climb to a mode by damped Newton steps, with derivatives by central differences.

    Parameters
    ----------
    start
        dims (free).

    Returns
    -------
    mode
        dims (free).
    covariance
        Inverse of the negative Hessian there, its eigenvalues bounded; dims (free, free).
    """
    at = start
    for _ in range(ITERATIONS):
        gradient, covariance = _curvature(log_density, at)
        # All step lengths in one call: the model is vectorised over draws, so five points cost as much as one.
        candidates = at[:, None] + (covariance @ gradient)[:, None] * DAMPING
        heights = log_density(np.column_stack([at, candidates]))
        best = int(np.argmax(heights))
        if best == 0 or heights[best] - heights[0] < MIN_GAIN:
            break
        at = candidates[:, best - 1]
    return at, covariance


def _curvature(log_density: LogDensity, at: Numbers) -> tuple[Numbers, Numbers]:
    """Compute the gradient, dims (free), and the covariance of the local Gaussian, dims (free, free)."""
    n = len(at)
    up, down, here = _differences(log_density, at)
    gradient = (up - down) / (2 * STEP)
    hessian = np.diag(up + down - 2 * here)
    if n <= MAX_DIMENSIONS:
        hessian = hessian + _mixed_differences(log_density, at, up, down, here)
    # Far from the mode the density may be convex; bounded eigenvalues keep the Newton step an ascent.
    values, vectors = np.linalg.eigh(-hessian / STEP**2)
    return gradient, (vectors / np.maximum(values, MIN_CURVATURE)) @ vectors.T


def _differences(log_density: LogDensity, at: Numbers) -> tuple[Numbers, Numbers, float]:
    """Evaluate one step up and one down along each axis, dims (free) each, and at the point itself."""
    n = len(at)
    shifts = STEP * np.eye(n)
    heights = log_density(at[:, None] + np.concatenate([shifts, -shifts, np.zeros((n, 1))], axis=1))
    return heights[:n], heights[n : 2 * n], float(heights[-1])


def _mixed_differences(log_density: LogDensity, at: Numbers, up: Numbers, down: Numbers, here: float) -> Numbers:
    """Compute the off-diagonal second differences, dims (free, free), from two points for each pair of axes."""
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

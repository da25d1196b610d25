"""Cubic Hermite interpolation between the nodes of a table."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

type Numbers = NDArray[np.float64]
type Index = NDArray[np.intp]


def cubic_coefficients(values: Numbers, left_slopes: Numbers, right_slopes: Numbers) -> Numbers:
    """Compute the coefficients of 1, t, t^2, t^3 between each node and the next, t running from 0 to 1.

    Parameters
    ----------
    values
        dims (..., node).
    left_slopes, right_slopes
        By t, at the two ends of each interval; dims (..., interval).

    Returns
    -------
    dims (power, ..., interval).
    """
    rise = np.diff(values)
    squares = 3 * rise - 2 * left_slopes - right_slopes
    return np.stack([values[..., :-1], left_slopes, squares, left_slopes + right_slopes - 2 * rise])


def cubic_values(coefficients: Numbers, interval: Index, t: Numbers) -> Numbers:
    """Evaluate cubics, dims (power, ..., interval), each within its interval; dims (..., *those of the interval).

    Parameters
    ----------
    interval
        Position along the last dim of the coefficients.
    t
        Where in the interval, from 0 to 1; broadcast against it.
    """
    c0, c1, c2, c3 = coefficients
    # One power at a time and in place: fits spend much of their time here, on large arrays.
    values: Numbers = c3.take(interval, axis=-1)
    for lower in (c2, c1, c0):
        values *= t
        values += lower.take(interval, axis=-1)
    return values

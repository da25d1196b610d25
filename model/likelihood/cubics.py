"""Cubic Hermite interpolation between the nodes of a table."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

type Numbers = NDArray[np.float64]


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
    dims (..., interval, power).
    """
    rise = np.diff(values)
    squares = 3 * rise - 2 * left_slopes - right_slopes
    return np.stack([values[..., :-1], left_slopes, squares, left_slopes + right_slopes - 2 * rise], axis=-1)


def cubic_values(coefficients: Numbers, t: Numbers) -> Numbers:
    """Evaluate cubics, dims (..., power), each at its own t."""
    c0, c1, c2, c3 = np.moveaxis(coefficients, -1, 0)
    return np.asarray(c0 + t * (c1 + t * (c2 + t * c3)))

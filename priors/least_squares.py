"""A beta or a lognormal distribution through stated quantiles, by damped Gauss-Newton steps in two parameters.

Written here because importing scipy.optimize costs more than a hundred of these fits.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, betaincc, ndtr, ndtri

type Floats = NDArray[np.float64]
type Residual = Callable[[Floats], Floats]
"""From parameters (`trial, parameter`) to residuals (`trial, quantile`)."""

_STEP = 1e-5
"""Of the numerical derivative: about the cube root of the rounding error, which central differences want."""
_STENCIL = np.array([[0, 0], [_STEP, 0], [-_STEP, 0], [0, _STEP], [0, -_STEP]])
_DAMPINGS = np.array([0.0, 1e-6, 1e-4, 1e-2, 0.1, 0.3, 1.0, 3.0, 10.0])
"""Tried side by side, since evaluating a few points at once costs hardly more than one."""
_ROUNDS = 100
"""Five are usual; quantiles that no beta comes near take most of these."""
_LONGEST = 3.0
"""A step in the logarithm of a shape: a factor of 20."""
_OTHER_STARTS = np.log([[0.03, 0.03], [0.03, 1.0], [1.0, 0.03], [0.03, 1e3], [1e3, 0.03], [0.03, 1e6], [1e6, 0.03]])
"""For quantiles so far apart that nearly all mass sits at one end or at both."""


def fit_beta(p: Floats, q: Floats) -> tuple[float, float]:
    """The shapes a, b whose cumulative probabilities at the quantiles q (within (0, 1)) come nearest to p.

    Nearest in squares; exactly there with two quantiles. The first pass compares log-odds of probabilities, which stay
    informative far from the solution, the second the probabilities themselves.
    """

    def in_probability(theta: Floats) -> Floats:
        return np.asarray(betainc(*_shapes(theta), q) - p)

    # Two quantiles can be met exactly; with more, a miss under 5 % is the analyst's rather than a wrong valley's.
    close = 1e-6 if len(p) == 2 else 0.05
    found: list[Floats] = []
    for start in (_start_beta(p, q), *_OTHER_STARTS):
        theta = minimise(_in_log_odds(p, q), start, near=1e-9 if len(p) == 2 else 1e-3)
        found.append(theta if len(p) == 2 else minimise(in_probability, theta))
        if np.abs(in_probability(found[-1][None])).max() < close:
            break
    squares = np.square(in_probability(np.array(found))).sum(axis=1)
    a, b = _shapes(found[int(np.argmin(squares))][None])
    return a.item(), b.item()


def fit_lognormal(p: Floats, q: Floats) -> tuple[float, float]:
    """mu and sigma, in the same sense as `fit_beta`."""
    mu, sigma = _line(ndtri(p), np.log(q))
    if len(p) == 2:
        return mu, sigma

    def in_probability(theta: Floats) -> Floats:
        return np.asarray(ndtr((np.log(q) - theta[:, :1]) * np.exp(-theta[:, 1:])) - p)

    mu, log_sigma = minimise(in_probability, np.array([mu, np.log(sigma)]))
    return float(mu), float(np.exp(log_sigma))


def minimise(residual: Residual, start: Floats, *, near: float = 1e-9) -> Floats:
    """The two parameters with the least sum of squared residuals near `start`, up to a step of length `near`."""
    theta, values = start, residual(start + _STENCIL)
    for _ in range(_ROUNDS):
        step = _step(residual, theta, values)
        if step is None:
            break
        theta = theta + step
        if abs(step[0]) + abs(step[1]) < near:
            break
        values = residual(theta + _STENCIL)
    return theta


def _step(residual: Residual, theta: Floats, values: Floats) -> Floats | None:
    """The step that brings the residuals, now `values` (`stencil, quantile`), nearest to 0; None if none does."""
    now = values[0]
    steps: Floats = _steps((values[1::2] - values[2::2]) / (2 * _STEP), now)
    ahead = residual(theta + steps[:1])[0]
    if ahead @ ahead < 0.1 * (now @ now):  # mostly so, and then the other steps need no look
        return np.asarray(steps[0])
    squares = np.square(residual(theta + steps)).sum(axis=1)
    best = int(np.argmin(np.where(np.isnan(squares), np.inf, squares)))
    return np.asarray(steps[best]) if squares[best] < now @ now else None


def _in_log_odds(p: Floats, q: Floats) -> Residual:
    target = np.log(p) - np.log1p(-p)

    def residual(theta: Floats) -> Floats:
        a, b = _shapes(theta)
        odds = np.maximum(betainc(a, b, q), 1e-300) / np.maximum(betaincc(a, b, q), 1e-300)
        return np.asarray(np.log(odds) - target)

    return residual


def _shapes(theta: Floats) -> tuple[Floats, Floats]:
    """a and b as columns; bounded far outside of what is of use, so that a step into the blue does not overflow."""
    shapes = np.exp(np.minimum(np.maximum(theta, -50), 50))  # quicker than np.clip on a few numbers
    return shapes[:, :1], shapes[:, 1:]


def _steps(slopes: Floats, now: Floats) -> Floats:
    """Gauss-Newton steps of every damping (`trial, parameter`); slopes are `parameter, quantile`."""
    normal, (up, across) = slopes @ slopes.T, slopes @ now
    aa, ab, bb = normal[0, 0] * (1 + _DAMPINGS), normal[0, 1], normal[1, 1] * (1 + _DAMPINGS)
    determinant = np.maximum(aa * bb - ab * ab, 1e-300)
    full = np.stack([ab * across - bb * up, ab * up - aa * across], axis=1) / determinant[:, None]
    longest = np.maximum(np.maximum(np.abs(full[:, 0]), np.abs(full[:, 1])), _LONGEST)
    return np.asarray(full * (_LONGEST / longest)[:, None])


def _start_beta(p: Floats, q: Floats) -> Floats:
    """ln a, ln b of a beta whose log-odds have about the mean and the spread that the quantiles show."""
    mean, sd = _line(ndtri(p), np.log(q) - np.log1p(-q))
    # Log-odds of Beta(a, b) have mean about ln(a / b) and variance about 1 / a + 1 / b where a and b are not small.
    return np.asarray(np.logaddexp(0, [mean, -mean]) - 2 * math.log(sd))


def _line(z: Floats, y: Floats) -> tuple[float, float]:
    """Mean and standard deviation of the normal with quantiles y where the standard normal has z: a regression."""
    spread = z - z.mean()
    # The bound is for quantiles so close together that their logarithms are equal.
    sd = max(float(spread @ y / (spread @ spread)), 1e-12)
    return float(y.mean() - sd * z.mean()), sd

"""Fit a beta or a lognormal distribution to stated quantiles, by damped Gauss-Newton steps in two parameters.

Written here because importing scipy.optimize costs more than a hundred of these fits.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, betaincc, betainccinv, betaincinv, ndtri

type Floats = NDArray[np.float64]
type Residual = Callable[[Floats], Floats]
"""From parameters (`trial, parameter`) to residuals (`trial, quantile`)."""

_STEP = 1e-5
"""Of the numerical derivative; the best step of central differences is the cube root of the rounding error."""
_STENCIL = np.array([[0, 0], [_STEP, 0], [-_STEP, 0], [0, _STEP], [0, -_STEP]])
_DAMPINGS = np.array([0.0, 1e-6, 1e-4, 1e-2, 0.1, 0.3, 1.0, 3.0, 10.0])
"""Tried at once, because evaluating a few points together costs hardly more than one."""
_ROUNDS = 100
"""Five are usual; quantiles that no beta comes close to need most of these."""
_CLOSE = (1e-5, 0.5)
"""Log-odds within which a fit is good enough not to try another start: of two quantiles, and of more, which may not be
met however one starts."""
_LONGEST = 3.0
"""The longest step in the logarithm of a shape: a factor of 20."""
_OTHER_STARTS = np.log([[0.03, 0.03], [0.03, 1.0], [1.0, 0.03], [0.03, 1e3], [1e3, 0.03], [0.03, 1e6], [1e6, 0.03]])
"""For quantiles so far apart that nearly all mass is at one end or at both."""


def fit_beta(p: Floats, q: Floats) -> tuple[float, float]:
    """Return the shapes a, b of the beta whose quantiles at p come nearest to q (within (0, 1)) in log-odds.

    Nearest in squares; exactly there with two quantiles. The first pass compares log-odds of probabilities, which stay
    informative far from the solution, the second the quantiles: a tail that is missed by far would not show in
    probabilities.
    """
    values = _in_values(p, q)
    fits = []
    for start in (_start_beta(p, q), *_OTHER_STARTS):
        theta = minimise(_in_log_odds(p, q), start, near=1e-9 if len(p) == 2 else 1e-3)
        fits.append(theta if len(p) == 2 else minimise(values, theta))
        if np.abs(values(fits[-1][None])).max() < _CLOSE[len(p) > 2]:
            break
    squares = np.square(values(np.array(fits))).sum(axis=1)
    a, b = _shapes(fits[int(np.nanargmin(squares))][None])
    return a.item(), b.item()


def fit_lognormal(p: Floats, q: Floats) -> tuple[float, float]:
    """Return mu and sigma of the lognormal whose quantiles at p come nearest to q in logarithms, by least squares."""
    return _line(ndtri(p), np.log(q))


def minimise(residual: Residual, start: Floats, *, near: float = 1e-9) -> Floats:
    """Return the two parameters with the least sum of squared residuals near `start`, to within a step of `near`."""
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
    """Return the step that reduces the residuals, now `values` (`stencil, quantile`), most; None if none does."""
    now = values[0]
    steps: Floats = _steps((values[1::2] - values[2::2]) / (2 * _STEP), now)
    ahead = residual(theta + steps[:1])[0]
    if ahead @ ahead < 0.1 * (now @ now):  # this is usual, and the other steps need not be tried
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


def _in_values(p: Floats, q: Floats) -> Residual:
    target = np.log(q) - np.log1p(-q)

    def residual(theta: Floats) -> Floats:
        a, b = _shapes(theta)
        odds = np.maximum(betaincinv(a, b, p), 1e-300) / np.maximum(betainccinv(b, a, p), 1e-300)
        return np.asarray(np.log(odds) - target)

    return residual


def _shapes(theta: Floats) -> tuple[Floats, Floats]:
    """Return a and b as columns, bounded far outside the useful range so that a bad step does not overflow."""
    shapes = np.exp(np.minimum(np.maximum(theta, -50), 50))  # quicker than np.clip on a few numbers
    return shapes[:, :1], shapes[:, 1:]


def _steps(slopes: Floats, now: Floats) -> Floats:
    """Return the Gauss-Newton step of every damping (`trial, parameter`); slopes are `parameter, quantile`."""
    normal, (up, across) = slopes @ slopes.T, slopes @ now
    aa, ab, bb = normal[0, 0] * (1 + _DAMPINGS), normal[0, 1], normal[1, 1] * (1 + _DAMPINGS)
    determinant = np.maximum(aa * bb - ab * ab, 1e-300)
    full = np.stack([ab * across - bb * up, ab * up - aa * across], axis=1) / determinant[:, None]
    longest = np.maximum(np.maximum(np.abs(full[:, 0]), np.abs(full[:, 1])), _LONGEST)
    return np.asarray(full * (_LONGEST / longest)[:, None])


def _start_beta(p: Floats, q: Floats) -> Floats:
    """Return ln a, ln b of a beta whose log-odds have about the mean and spread that the quantiles imply."""
    mean, sd = _line(ndtri(p), np.log(q) - np.log1p(-q))
    # Log-odds of Beta(a, b) have mean about ln(a / b) and variance about 1 / a + 1 / b where a and b are not small.
    return np.asarray(np.logaddexp(0, [mean, -mean]) - 2 * math.log(sd))


def _line(z: Floats, y: Floats) -> tuple[float, float]:
    """Return the mean and standard deviation of the normal with quantiles y where the standard normal has z."""
    spread = z - z.mean()
    # The bound is for quantiles so close together that their logarithms are equal.
    sd = max(float(spread @ y / (spread @ spread)), 1e-12)
    return float(y.mean() - sd * z.mean()), sd


_WORTHS = np.logspace(-0.5, 6, 40)
"""Sums of concentrations that are tried as a start."""


def fit_concentrations(state: NDArray[np.intp], p: Floats, q: Floats, shares: Floats) -> Floats:
    """Return the concentrations a of the Dirichlet whose marginals have the quantiles nearest to q, in log-odds.

    By Levenberg and Marquardt's steps in ln a, from the best of a few sums of concentrations.

    Parameters
    ----------
    state, p, q
        Of which state the quantile at p is q; dims (quantile).
    shares
        Expected shares to start from; dims (state).
    """
    target = np.log(q) - np.log1p(-q)

    def residual(log_a: Floats) -> Floats:
        a = np.exp(np.clip(log_a, -50, 50))
        own, rest = a[state], a.sum() - a[state]
        odds = np.maximum(betaincinv(own, rest, p), 1e-300) / np.maximum(betainccinv(rest, own, p), 1e-300)
        return np.asarray(np.log(odds) - target)

    starts = [np.log(shares * worth) for worth in _WORTHS]
    log_a = min(starts, key=lambda start: float(np.nan_to_num(np.square(residual(start)).sum(), nan=np.inf)))
    damping, now = 1e-3, residual(log_a)
    for _ in range(_ROUNDS):
        shifts = _STEP * np.eye(len(log_a))
        slopes = np.stack([residual(log_a + d) - residual(log_a - d) for d in shifts], axis=1) / (2 * _STEP)
        normal = slopes.T @ slopes
        step = np.linalg.solve(normal + damping * np.diag(np.diag(normal) + 1e-9), -slopes.T @ now)
        step *= min(1.0, _LONGEST / np.abs(step).max())
        ahead = residual(log_a + step)
        if ahead @ ahead < now @ now:
            log_a, now, damping = log_a + step, ahead, damping / 5
            if np.abs(step).max() < 1e-9:
                break
        elif damping > 1e9:
            break
        else:
            damping *= 5
    return np.asarray(np.exp(log_a))

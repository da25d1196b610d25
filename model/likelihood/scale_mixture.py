"""A normal density whose log standard deviation is itself normal, integrated over it by quadrature.

A measurement or a forecast whose error is uncertain pins its subject the more tightly the smaller the error: a funnel,
in which samplers get stuck. Integrated over the error, the likelihood has no funnel and one quantity less.
"""

from __future__ import annotations

from functools import lru_cache
from math import log, pi

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from estimative.model.likelihood.backend import NUMPY, TINY, Array, Backend, softplus
from estimative.model.likelihood.cubics import cubic_coefficients, cubic_values

type Numbers = NDArray[np.float64]

STEP = 0.6
"""Between nodes, in standard deviations of a normal approximation at the mode."""
NODES = np.arange(-4.8, 9.6 + STEP / 2, STEP)
"""Farther to the right, where the integrand falls more slowly: larger errors explain the same deviation."""
LARGEST = np.float64(1e300)
"""Bound of a squared standardised deviation, so that nothing is infinite minus infinite."""
NEWTON_STEPS = 4
NEAREST, FARTHEST, NODES_PER_UNIT = -18, 8, 128
"""Of a table by the logarithm of the deviation: what is nearer counts as 0, what is farther is integrated each time."""
RECENT = 3
"""Answers of a table that are kept."""
ROUNDS = 200
"""Of rejection: by then all draws have been accepted, but for a chance of 10^-24, or none can be."""


class Integrand(Struct, frozen=True, kw_only=True):
    """exp(g(t)), t being the standardised log standard deviation: ln sd = mu + sigma t, t ~ Normal(0, 1).

    g(t) = -w sigma t - q exp(-2 sigma t) / 2 - t^2 / 2, with q = w (deviation / exp mu)^2 for a likelihood to the
    power w. Its mode and curvature are known in closed form through Lambert's W.
    """

    backend: Backend
    slope: Array
    """w sigma."""
    sigma: Array
    square: Array
    """q."""
    mode: Array
    width: Array
    """One over the root of the curvature at the mode."""

    @classmethod
    def of(cls, backend: Backend, deviation: Array, mu: Array, sigma: Array, power: Array) -> Integrand:
        """Locate the mode; all dims (item[, draw]), or broadcasting against them."""
        scaled = deviation * backend.exp(-mu)
        square = power * -backend.maximum(-(scaled**2), -LARGEST)
        # g' = 0 is 2 sigma u exp(2 sigma u) = 2 sigma^2 q exp(2 w sigma^2), with u = t + w sigma.
        log_argument = backend.log(backend.maximum(2 * sigma**2 * square, TINY)) + 2 * power * sigma**2
        w = _lambert_w(backend, log_argument)
        mode = w / (2 * backend.maximum(sigma, TINY**0.5)) - power * sigma
        width = (1 + w) ** -0.5
        return cls(backend=backend, slope=power * sigma, sigma=sigma, square=square, mode=mode, width=width)

    def log(self, t: Array) -> Array:
        """g(t)."""
        decay = self.backend.exp(-2 * self.sigma * t)
        return -self.slope * t - 0.5 * self.square * decay - 0.5 * t**2

    def place(self, node: Array) -> Array:
        """t at a number of widths from the mode."""
        return self.mode + self.width * node


def scale_mixture_log_density(backend: Backend, deviation: Array, mu: Array, sigma: Array, power: Array) -> Array:
    """ln of the integral of Normal(deviation | 0, sd)^power over ln sd ~ Normal(mu, sigma).

    The trapezoidal rule converges geometrically for an analytic integrand that falls off on both sides (Trefethen &
    Weideman 2014, SIAM Review 56): the relative error is below 1e-5 up to sigma = 1 and
    below 3e-3 up to sigma = 2.

    Parameters
    ----------
    deviation
        In the unit of exp mu; dims (item[, draw]).
    mu, sigma, power
        Broadcast against `deviation`; at sigma = 0 the density is the plain normal.
    """
    integrand = Integrand.of(backend, deviation, mu, sigma, power)
    highest = integrand.log(integrand.mode)
    total = backend.total(lambda node: backend.exp(integrand.log(integrand.place(node)) - highest), NODES, highest)
    constant = -0.5 * log(2 * pi)
    return power * (constant - mu) + highest + backend.log(total * integrand.width * STEP) + constant


def tabulated_log_density(deviation: Numbers, mu: Numbers, sigma: Numbers, power: Numbers) -> Numbers:
    """Interpolate `scale_mixture_log_density`, to a relative error below 1e-9, where each item has many draws.

    Parameters
    ----------
    deviation
        dims (item, draw).
    mu, sigma, power
        dims (item); at sigma = 0 `mu` may be (item, draw).
    """
    density = np.empty(deviation.shape)
    for item, (scale, spread, weight) in enumerate(zip(mu, sigma.tolist(), power.tolist(), strict=True)):
        if weight == 0:
            density[item] = 0.0
            continue
        scaled = abs(deviation[item]) * np.exp(-scale)
        if spread == 0:
            density[item] = -0.5 * weight * (log(2 * pi) + scaled**2)
        else:
            density[item] = _table(spread, weight).at(scaled)
        density[item] -= weight * scale
    return density


class _Table(Struct, eq=False):
    """The density of deviations in units of exp mu, at one spread and power."""

    sigma: float
    power: float
    cubics: Numbers
    """By the logarithm of the deviation; dims (power, interval)."""
    recent: tuple[tuple[Numbers, Numbers], ...] = ()
    """Deviations that were asked for lately, the last first, and the answers."""

    def at(self, scaled: Numbers) -> Numbers:
        """ln density at deviations; dims (draw)."""
        # A family of refits has the same draws, and an item has the same deviations there in many of them.
        for before, values in self.recent:
            if np.array_equal(scaled, before):
                return values
        values = self._interpolated(scaled)
        self.recent = ((scaled, values), *self.recent)[:RECENT]
        return values

    def _interpolated(self, scaled: Numbers) -> Numbers:
        place = (np.log(np.maximum(scaled, np.exp(NEAREST))) - NEAREST) * NODES_PER_UNIT
        intervals = self.cubics.shape[1]
        left = np.minimum(place, intervals - 1).astype(np.intp)
        values = cubic_values(self.cubics, left, place - left)
        if (farther := np.flatnonzero(place >= intervals)).size:
            values[farther] = _standardised(scaled[farther], self.sigma, self.power)
            values[np.isinf(scaled)] = -np.inf
        return values


def _standardised(scaled: Numbers, sigma: float, power: float) -> Numbers:
    return np.asarray(scale_mixture_log_density(NUMPY, scaled, np.array(0.0), np.array(sigma), np.array(power)))


# Refits change few priors at a time, so most tables are the same from one fit to the next.
@lru_cache(maxsize=1024)
def _table(sigma: float, power: float) -> _Table:
    nodes = NEAREST + np.arange(-2, (FARTHEST - NEAREST) * NODES_PER_UNIT + 3) / NODES_PER_UNIT
    values = _standardised(np.exp(nodes), sigma, power)
    # The five-point formula; its error is far below that of the cubics.
    slopes = (values[:-4] - 8 * values[1:-3] + 8 * values[3:-1] - values[4:]) / 12
    return _Table(sigma, power, cubic_coefficients(values[2:-2], slopes[:-1], slopes[1:]))


def sample_log_sd(deviation: Numbers, mu: Numbers, sigma: Numbers, power: Numbers, rng: np.random.Generator) -> Numbers:
    """Draw ln sd from its distribution given a deviation; dims (item, draw).

    Parameters are those of `tabulated_log_density`.

    g is concave, so that its density f is below f(m) min(1, exp(1 - f(m) |t - m|)), m being the mode: a rejection
    method that accepts one proposal in four (Devroye 1986, Non-Uniform Random Variate Generation, VII.2.1).
    """
    spreads, powers = sigma[:, None], power[:, None]
    integrand = Integrand.of(NUMPY, deviation, mu, spreads, powers)
    highest, constant = integrand.log(integrand.mode), -0.5 * log(2 * pi)
    # What the density is apart from the integral of exp(g).
    log_scale = tabulated_log_density(deviation, mu, sigma, power) - powers * (constant - mu) - highest - constant
    parts = (integrand.slope, spreads, integrand.square, integrand.mode, highest, np.exp(log_scale))
    # The last one is 1 / f(m).
    slope, spread, square, mode, top, scale = (np.broadcast_to(part, deviation.shape).ravel() for part in parts)
    t, waiting = mode.copy(), np.arange(deviation.size)
    for _ in range(ROUNDS):
        if not len(waiting):
            break
        # Half of the bound's mass lies within one scale of the mode, a quarter in either exponential tail.
        inside, beyond = rng.uniform(-1, 1, len(waiting)), 1 + rng.standard_exponential(len(waiting))
        step = np.where(rng.random(len(waiting)) < 0.5, inside, np.copysign(beyond, inside))
        log_bound = np.minimum(0.0, 1 - abs(step))
        proposed = mode[waiting] + step * scale[waiting]
        decay = np.exp(-2 * spread[waiting] * proposed)
        log_density = -slope[waiting] * proposed - 0.5 * square[waiting] * decay - 0.5 * proposed**2 - top[waiting]
        accepted = -rng.standard_exponential(len(waiting)) + log_bound <= log_density
        t[waiting[accepted]] = proposed[accepted]
        waiting = waiting[~accepted]
    return np.asarray(mu + spreads * t.reshape(deviation.shape))


def _lambert_w(backend: Backend, log_argument: Array) -> Array:
    """W of exp(log_argument), solving W + ln W = log_argument by Newton's method; good to 1e-3 or better."""
    w = softplus(backend, log_argument)
    for _ in range(NEWTON_STEPS):
        w = w * (1 + log_argument - backend.log(backend.maximum(w, TINY))) / (1 + w)
        w = backend.maximum(w, TINY)
    return w

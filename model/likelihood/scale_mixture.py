"""A normal density whose log standard deviation is itself normal, integrated over it by quadrature.

A measurement or a forecast whose error is uncertain pins its subject the more tightly the smaller the error: a funnel,
in which samplers get stuck. Integrated over the error, the likelihood has no funnel and one quantity less.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log, pi

import numpy as np

from estimative.model.likelihood.backend import TINY, Array, Backend, softplus

STEP = 0.6
"""Between nodes, in standard deviations of a normal approximation at the mode."""
NODES = np.arange(-4.8, 9.6 + STEP / 2, STEP)
"""Farther to the right, where the integrand falls more slowly: larger errors explain the same deviation."""
LARGEST = np.float64(1e300)
"""Bound of a squared standardised deviation, so that nothing is infinite minus infinite."""
NEWTON_STEPS = 4
ROUNDS = 200
"""Of rejection: by then all draws have been accepted, but for a chance of 10^-24, or none can be."""


@dataclass(frozen=True, kw_only=True)
class Integrand:
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


def sample_log_sd(
    backend: Backend, deviation: Array, mu: Array, sigma: Array, power: Array, rng: np.random.Generator
) -> Array:
    """Draw ln sd from its distribution given a deviation; dims (item, draw).

    g is concave, so that its density f is below f(m) min(1, exp(1 - f(m) |t - m|)), m being the mode: a rejection
    method that accepts one proposal in four (Devroye 1986, Non-Uniform Random Variate Generation, VII.2.1).
    """
    integrand = Integrand.of(backend, deviation, mu, sigma, power)
    highest = integrand.log(integrand.mode)
    total = backend.total(lambda node: np.exp(integrand.log(integrand.place(node)) - highest), NODES, highest)
    scale = np.broadcast_to(integrand.width * STEP * total, deviation.shape).ravel()  # 1 / f(m)
    parts = (integrand.slope, integrand.sigma, integrand.square, integrand.mode, highest)
    slope, spread, square, mode, top = (np.broadcast_to(part, deviation.shape).ravel() for part in parts)
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
    return mu + sigma * t.reshape(deviation.shape)


def _lambert_w(backend: Backend, log_argument: Array) -> Array:
    """W of exp(log_argument), solving W + ln W = log_argument by Newton's method; good to 1e-3 or better."""
    w = softplus(backend, log_argument)
    for _ in range(NEWTON_STEPS):
        w = w * (1 + log_argument - backend.log(backend.maximum(w, TINY))) / (1 + w)
        w = backend.maximum(w, TINY)
    return w

"""The product of stretched betas whose ends differ, each to the power of its weight, and the degree that comes nearest.

It has a density on the intersection of the supports, which is no stretched beta. Everything is reckoned over the
log-odds t of u, the place between the ends of the intersection: there the density falls off exponentially, whatever
singularity it has at an end, and is told from afar by its logarithm.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.polynomial import legendre
from numpy.typing import NDArray
from scipy.special import betainc, betaincc, expit

from estimative.priors.distributions import ScaledBeta
from estimative.priors.quantile_fit import SHAPES

type Floats = NDArray[np.float64]
type Powers = tuple[tuple[float, float], ...]
"""Ends on one side, outermost last: the distance beyond the end of the intersection, in widths of it, and the power."""

_FARTHEST = 700.0
"""In log-odds: exp(-700) is still a normal float. What lies beyond is an exponential tail, and put there."""
_PANELS = 200
"""To start with, half of them within seven units of the middle."""
_NODES = -np.cos(np.pi * np.arange(9) / 8)
"""Of Clenshaw and Curtis on [-1, 1]; both ends are among them, so that no peak hides between two panels."""
_INTEGRALS = np.stack(
    [legendre.legval(_NODES, legendre.legint(unit, lbnd=-1)) for unit in np.eye(9)], axis=1
) @ np.linalg.inv(legendre.legvander(_NODES, 8))
"""From values at the nodes to integrals from -1 to each node; dims (node, node)."""
_NEGLIGIBLE = 40.0
"""Below the peak of a log density: exp(-40) is less than rounding."""


@dataclass(frozen=True, kw_only=True)
class Product:
    """The density proportional to the product of (distance from an end) ** power, between two ends."""

    lower: float
    upper: float
    below: Powers
    """Of the lower ends; the first is that of the intersection, at distance 0, whose power is counted in log-odds."""
    above: Powers

    @classmethod
    def of(cls, degrees: Sequence[ScaledBeta], weights: Sequence[float]) -> Product:
        """Of densities to the power of their weights, which sum to 1; the supports overlap."""
        lower, upper = max(d.lower for d in degrees), min(d.upper for d in degrees)
        width, powers = upper - lower, list(zip(degrees, weights, strict=True))
        below = _powers(((lower - d.lower) / width, weight * (d.a - 1)) for d, weight in powers)
        above = _powers(((d.upper - upper) / width, weight * (d.b - 1)) for d, weight in powers)
        return cls(lower=lower, upper=upper, below=below, above=above)

    def log_density(self, t: Floats) -> Floats:
        """Of the log-odds t of u, up to a constant; dims as t."""
        below = sum(power * _log_distance(beyond, t) for beyond, power in self.below)
        return np.asarray(below + sum(power * _log_distance(beyond, -t) for beyond, power in self.above))


@dataclass(frozen=True, kw_only=True)
class _Masses:
    """A distribution as it was integrated, sorted by place."""

    t: Floats
    """Log-odds of u; dims (node)."""
    mass: Floats
    """What stands for the neighbourhood of a node; sums to 1; dims (node)."""
    cdf: Floats
    """The probability up to a node; dims (node)."""


def nearest_degree(product: Product) -> tuple[ScaledBeta, float]:
    """The degree on the same interval with the same mean and variance, within SHAPES, and how far it is.

    How far: the largest difference of the cumulative probabilities, to nine digits. The shapes have ten digits, since
    the last ones of a sum of exponentials differ between machines.
    """
    masses = _integrated(product)
    a, b = (float(f"{min(max(shape, SHAPES[0]), SHAPES[1]):.10g}") for shape in _shapes(masses))
    apart = np.abs(masses.cdf - _beta_cdf(a, b, masses.t)).max()
    return ScaledBeta(a=a, b=b, lower=product.lower, upper=product.upper), round(float(apart), 9)


def _powers(ends: Iterable[tuple[float, float]]) -> Powers:
    """Those of equal ends added up, and 1 to that at distance 0 for the change from u to its log-odds."""
    found: dict[float, list[float]] = {0.0: [1.0]}
    for beyond, power in ends:
        found.setdefault(beyond, []).append(power)
    return tuple((beyond, math.fsum(found[beyond])) for beyond in sorted(found))


def _log_distance(beyond: float, t: Floats) -> Floats:
    """ln(beyond + u) for log-odds t of u; near u = 1 reckoned from there, where u itself has lost its digits."""
    from_one = expit(-np.maximum(t, 0))
    return np.asarray(np.where(t > 0, np.log1p(beyond - from_one), np.log(beyond + expit(t))))


def _integrated(product: Product) -> _Masses:
    t, log_density = _refined(product.log_density)
    density = np.exp(log_density - log_density.max())
    half = (t[:, -1:] - t[:, :1]) / 2
    tails = density[0, 0] / product.below[0][1], density[-1, -1] / product.above[0][1]
    upto = half * (density @ _INTEGRALS.T)
    before = tails[0] + np.concatenate([[0.0], np.cumsum(upto[:-1, -1])])
    total = before[-1] + upto[-1, -1] + tails[1]
    mass = np.concatenate([[tails[0]], (half * density * _INTEGRALS[-1]).ravel(), [tails[1]]])
    cdf = np.concatenate([[tails[0]], (before[:, None] + upto).ravel(), [total - tails[1]]])
    return _Masses(t=np.concatenate([t[:1, 0], t.ravel(), t[-1:, -1]]), mass=mass / total, cdf=cdf / total)


def _refined(log_density: Callable[[Floats], Floats]) -> tuple[Floats, Floats]:
    """Places and log density; dims (panel, node). Wherever it matters, it varies by at most 1 within a panel."""
    reach = math.asinh(_FARTHEST)
    edges = np.sinh(np.linspace(-reach, reach, _PANELS + 1))
    while True:
        middle, half = (edges[1:] + edges[:-1]) / 2, (edges[1:] - edges[:-1]) / 2
        t = middle[:, None] + half[:, None] * _NODES
        values = log_density(t)
        high, rise = values.max(axis=1), np.ptp(values, axis=1)
        # A peak between the nodes of a steep panel may stand above them, by about as much as they vary.
        rough = (rise > 1) & (high + rise > high.max() - _NEGLIGIBLE)
        if not rough.any():
            return t, values
        edges = np.sort(np.append(edges, middle[rough]))


def _shapes(masses: _Masses) -> tuple[float, float]:
    """Of the beta with the same mean and variance: a + b is E[u (1 - u)] / Var u, without a difference to cancel."""
    u, v = expit(masses.t), expit(-masses.t)
    mean, rest = float(masses.mass @ u), float(masses.mass @ v)
    away = u - mean if mean < rest else v - rest
    size = float(masses.mass @ (u * v)) / float(masses.mass @ away**2)
    return mean * size, rest * size


def _beta_cdf(a: float, b: float, t: Floats) -> Floats:
    return np.asarray(np.where(t < 0, betainc(a, b, expit(t)), betaincc(b, a, expit(-t))))

"""The product of scaled betas with different supports, each to the power of its weight, and the nearest scaled beta.

The product has a density on the intersection of the supports, which is not a scaled beta. It is integrated over the
log-odds t of u, the position within the intersection: there the density falls off exponentially, whatever singularity
it has at an end, and its logarithm is accurate far out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from msgspec import Struct
from numpy.polynomial import legendre
from numpy.typing import NDArray
from scipy.special import betainc, betaincc, expit

from estimative.priors.distributions import ScaledBeta
from estimative.priors.quantile_fit import SHAPES

type Floats = NDArray[np.float64]
type Powers = tuple[tuple[float, float], ...]
"""The ends on one side, outermost last: distance beyond the end of the intersection, in widths of it, and power."""

_FARTHEST = 700.0
"""In log-odds; exp(-700) is still a normal float. The mass beyond is an exponential tail, known in closed form."""
_PANELS = 200
"""The initial number; half of them are within seven units of the middle."""
_NODES = -np.cos(np.pi * np.arange(9) / 8)
"""Clenshaw-Curtis nodes on [-1, 1]; they include both ends, so that no peak is lost between two panels."""
_INTEGRALS = np.stack(
    [legendre.legval(_NODES, legendre.legint(unit, lbnd=-1)) for unit in np.eye(9)], axis=1
) @ np.linalg.inv(legendre.legvander(_NODES, 8))
"""From values at the nodes to integrals from -1 to each node; dims (node, node)."""
_NEGLIGIBLE = 40.0
"""Distance below the peak of a log density; exp(-40) is less than rounding error."""


class Product(Struct, frozen=True, kw_only=True):
    """The density proportional to the product of (distance from an end) ** power, between two ends."""

    lower: float
    upper: float
    below: Powers
    """The lower ends; the first is that of the intersection, at distance 0, with its power in log-odds."""
    above: Powers

    @classmethod
    def of(cls, degrees: Sequence[ScaledBeta], weights: Sequence[float]) -> Product:
        """Return the product of densities to the power of their weights, which sum to 1; the supports must overlap."""
        lower, upper = max(d.lower for d in degrees), min(d.upper for d in degrees)
        width, powers = upper - lower, list(zip(degrees, weights, strict=True))
        below = _powers(((lower - d.lower) / width, weight * (d.a - 1)) for d, weight in powers)
        above = _powers(((d.upper - upper) / width, weight * (d.b - 1)) for d, weight in powers)
        return cls(lower=lower, upper=upper, below=below, above=above)

    def log_density(self, t: Floats) -> Floats:
        """Return the log density over the log-odds t of u, up to a constant; dims as t."""
        below = sum(power * _log_distance(beyond, t) for beyond, power in self.below)
        return np.asarray(below + sum(power * _log_distance(beyond, -t) for beyond, power in self.above))


class _Masses(Struct, frozen=True, kw_only=True):
    """A distribution after integration, in the order of t."""

    t: Floats
    """Log-odds of u; dims (node)."""
    mass: Floats
    """The probability around each node; sums to 1; dims (node)."""
    cdf: Floats
    """The probability up to a node; dims (node)."""


def nearest_scaled_beta(product: Product) -> tuple[ScaledBeta, float]:
    """Return the scaled beta on the same interval with the same mean and variance, within SHAPES, and its distance.

    The distance is the largest difference of the cumulative probabilities, to nine digits. The shapes have ten digits,
    because the last ones of a sum of exponentials differ between machines.
    """
    masses = _integrated(product)
    a, b = (float(f"{min(max(shape, SHAPES[0]), SHAPES[1]):.10g}") for shape in _shapes(masses))
    apart = np.abs(masses.cdf - _beta_cdf(a, b, masses.t)).max()
    return ScaledBeta(a=a, b=b, lower=product.lower, upper=product.upper), round(float(apart), 9)


def _powers(ends: Iterable[tuple[float, float]]) -> Powers:
    """Add up the powers of equal ends, and 1 at distance 0 for the change of variable from u to its log-odds."""
    sums: dict[float, list[float]] = {0.0: [1.0]}
    for beyond, power in ends:
        sums.setdefault(beyond, []).append(power)
    return tuple((beyond, math.fsum(sums[beyond])) for beyond in sorted(sums))


def _log_distance(beyond: float, t: Floats) -> Floats:
    """Return ln(beyond + u) for log-odds t of u; near u = 1 computed from 1 - u, because u itself loses its digits."""
    from_one = expit(-np.maximum(t, 0))
    return np.asarray(np.where(t > 0, np.log1p(beyond - from_one), np.log(beyond + expit(t))))


def _integrated(product: Product) -> _Masses:
    t, log_density = _refined(product.log_density)
    density = np.exp(log_density - log_density.max())
    half = (t[:, -1:] - t[:, :1]) / 2
    # Beyond the last node the density is exp(power * t), whose integral is density / power.
    tails = density[0, 0] / product.below[0][1], density[-1, -1] / product.above[0][1]
    upto = half * (density @ _INTEGRALS.T)
    before = tails[0] + np.concatenate([[0.0], np.cumsum(upto[:-1, -1])])
    total = before[-1] + upto[-1, -1] + tails[1]
    mass = np.concatenate([[tails[0]], (half * density * _INTEGRALS[-1]).ravel(), [tails[1]]])
    cdf = np.concatenate([[tails[0]], (before[:, None] + upto).ravel(), [total - tails[1]]])
    return _Masses(t=np.concatenate([t[:1, 0], t.ravel(), t[-1:, -1]]), mass=mass / total, cdf=cdf / total)


def _refined(log_density: Callable[[Floats], Floats]) -> tuple[Floats, Floats]:
    """Return nodes and log density; dims (panel, node). Where it matters, it varies by at most 1 within a panel."""
    reach = math.asinh(_FARTHEST)
    # Equal steps of asinh t: fine where the density is, and far enough out for the longest tail.
    edges = np.sinh(np.linspace(-reach, reach, _PANELS + 1))
    while True:
        middle, half = (edges[1:] + edges[:-1]) / 2, (edges[1:] - edges[:-1]) / 2
        t = middle[:, None] + half[:, None] * _NODES
        values = log_density(t)
        high, rise = values.max(axis=1), np.ptp(values, axis=1)
        # A peak between the nodes of a steep panel may be above them, by about as much as they vary.
        rough = (rise > 1) & (high + rise > high.max() - _NEGLIGIBLE)
        if not rough.any():
            return t, values
        edges = np.sort(np.append(edges, middle[rough]))


def _shapes(masses: _Masses) -> tuple[float, float]:
    """Return the shapes of the beta with the same mean and variance; a + b = E[u (1 - u)] / Var u does not cancel."""
    u, v = expit(masses.t), expit(-masses.t)
    mean, rest = float(masses.mass @ u), float(masses.mass @ v)
    away = u - mean if mean < rest else v - rest
    size = float(masses.mass @ (u * v)) / float(masses.mass @ away**2)
    return mean * size, rest * size


def _beta_cdf(a: float, b: float, t: Floats) -> Floats:
    return np.asarray(np.where(t < 0, betainc(a, b, expit(t)), betaincc(b, a, expit(-t))))

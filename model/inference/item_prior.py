"""The likelihood of an item about an event, integrated over the priors of its ratio and of the speaker's motive.

An item multiplies the odds of its event by R^(+-w), with R = LR of an indicator and R = 1 / (m + (1 - m) / LR) of
testimony, centred: R^(w/2) if its event is as it says, R^(-w/2) if not. Both expectations are numbers, or functions of
a factor that is the motive: a thousand uncertain items add no dimension to what is sampled. Given the state of the
event, ratio and motive are drawn afterwards, exactly, by rejection.
"""

from __future__ import annotations

import math
from functools import cached_property, lru_cache

import numpy as np
from msgspec import Struct
from scipy.special import ndtr, ndtri

from estimative.model.inference.beta_quantiles import beta_log_odds, cubics
from estimative.model.likelihood.cubics import cubic_coefficients, cubic_values
from estimative.model.likelihood.layout import Index, Numbers

SPAN = 8.5
"""Standard deviations within which all of a prior that matters lies, ..."""
FARTHEST = 37.0
"""... and up to which floats hold what the likelihood moves it by."""
STEP = 0.5
"""Between nodes, in standard deviations."""
GRID = np.arange(-30.0, 30.25, 0.25)
"""Log-odds of a factor at which expectations are tabulated."""
ROUNDS = 400
"""Of rejection."""

type Beta = tuple[float, float, float, float]
"""a, b, lower, upper."""


class ItemPrior(Struct, frozen=True, kw_only=True, dict=True):
    """What the likelihood of one item depends on."""

    power: float
    """w: how much the item counts."""
    mu: float
    """Mean of ln LR."""
    sigma: float
    """Its standard deviation."""
    motive: Beta | None
    """Of the speaker, where it is this item's own; of an indicator a constant 0; None where it is a factor."""

    @property
    def constant(self) -> bool:
        """Whether there is nothing to draw."""
        return self.sigma == 0 and (self.motive is None or self.motive[2] == self.motive[3])

    @cached_property
    def ratio_edges(self) -> Numbers:
        """Standard normals of ln LR between which the likelihood changes little; 0 is one of them; dims (edge)."""
        shift = self.power * self.sigma / 2
        parts = math.ceil(min(SPAN + shift, FARTHEST) / STEP) * math.ceil(max(1.0, shift))
        half = np.linspace(0, min(SPAN + shift, FARTHEST), parts + 1)
        return np.concatenate([-half[:0:-1], half])

    @cached_property
    def motive_edges(self) -> Numbers:
        """Standard normals of the motive, or the log-odds of the factor; dims (edge)."""
        return GRID if self.motive is None else np.arange(-SPAN, SPAN + STEP, STEP)

    def motives(self, places: Numbers) -> tuple[Numbers, Numbers]:
        """The motive m at standard normals, or at the log-odds of the factor, and 1 - m; dims as `places`."""
        if self.motive is None:
            return _logistic(places), _logistic(-places)
        a, b, lower, upper = self.motive
        if lower == upper:
            return np.full_like(places, lower), np.full_like(places, 1 - lower)
        log_odds = beta_log_odds(cubics(a, b), places)
        width = upper - lower
        return lower + width * _logistic(log_odds), 1 - upper + width * _logistic(-log_odds)

    def log_ratio(self, motive: tuple[Numbers, Numbers], normal: Numbers) -> Numbers:
        """ln R at a motive m, 1 - m and a standard normal of ln LR."""
        m, rest = motive
        with np.errstate(divide="ignore"):
            return -np.logaddexp(np.log(m), np.log(rest) - self.mu - self.sigma * normal)


def _logistic(x: Numbers) -> Numbers:
    return np.asarray(1 / (1 + np.exp(-x)))


@lru_cache(maxsize=8192)
def expectation(prior: ItemPrior) -> Numbers:
    """Compute ln E[R^(w/2)] and ln E[R^(-w/2)] over the ratio and an own motive; dims (sign).

    By the trapezoidal rule, which converges geometrically for analytic integrands (Trefethen & Weideman 2014, SIAM
    Review 56).
    """
    places = prior.motive_edges
    shares = -0.5 * places**2
    log_ratio = prior.log_ratio(tuple(each[:, None] for each in prior.motives(places)), prior.ratio_edges)  # type: ignore[arg-type]
    density = (shares - np.logaddexp.reduce(shares))[:, None] + _log_shares(prior.ratio_edges)
    return np.array([np.logaddexp.reduce(sign * prior.power / 2 * log_ratio + density, axis=None) for sign in (1, -1)])


@lru_cache(maxsize=4096)
def expectation_by_motive(prior: ItemPrior) -> Numbers:
    """Tabulate the same at each log-odds u of a factor that is the motive, with its slope.

    Returns
    -------
    The values, then the derivatives by u; dims (derivative, sign, grid).
    """
    m, rest = prior.motives(GRID[:, None])
    log_ratio = prior.log_ratio((m, rest), prior.ratio_edges)
    # dR / du = -R^2 m (1 - m) (1 - 1 / LR), from R = 1 / (m + (1 - m) / LR).
    slope = m * rest * np.exp(log_ratio) * np.expm1(-prior.mu - prior.sigma * prior.ratio_edges)
    values, slopes = [], []
    for sign in (1, -1):
        half = sign * prior.power / 2
        terms = half * log_ratio + _log_shares(prior.ratio_edges)
        values.append(np.logaddexp.reduce(terms, axis=1))
        slopes.append((np.exp(terms - values[-1][:, None]) * half * slope).sum(axis=1))
    return np.array([values, slopes])


def _log_shares(normals: Numbers) -> Numbers:
    """ln of the probabilities of equidistant standard normals; dims (node)."""
    return np.asarray(-0.5 * normals**2 - np.logaddexp.reduce(-0.5 * normals**2))


class _Envelope(Struct, frozen=True, kw_only=True):
    """A bound of the likelihood in each cell of a grid over motive and ratio: the highest of its corners.

    ln R is monotone in either, so that no point of a cell is higher.
    """

    bound: Numbers
    """ln of the highest likelihood; dims (motive cell, ratio cell)."""
    cumulative: Numbers
    """Probabilities of cells under the bound, added up along the cells; of each motive cell by itself where the motive
    is a factor, else over all; dims as `bound`, or (cell)."""


@lru_cache(maxsize=2048)
def _envelope(prior: ItemPrior, sign: int) -> _Envelope:
    places = prior.motive_edges
    motives = tuple(each[:, None] for each in prior.motives(places))
    corners = sign * prior.power / 2 * prior.log_ratio(motives, prior.ratio_edges)  # type: ignore[arg-type]
    rows = np.maximum(corners[:-1], corners[1:])
    bound = np.maximum(rows[:, :-1], rows[:, 1:])
    with np.errstate(divide="ignore"):
        log_mass = bound + np.log(_masses(prior.ratio_edges))
        if prior.motive is None:
            return _Envelope(bound=bound, cumulative=np.exp(log_mass - log_mass.max(axis=1, keepdims=True)).cumsum(1))
        log_mass = log_mass + np.log(_masses(places))[:, None]
    return _Envelope(bound=bound, cumulative=np.exp(log_mass - log_mass.max()).ravel().cumsum())


def _masses(edges: Numbers) -> Numbers:
    """Standard normal probabilities between edges, of which 0 is one; dims (cell)."""
    # By symmetry from the left tail, where no digit is lost.
    return np.asarray(abs(np.diff(ndtr(-abs(edges)))))


def sample_item(
    prior: ItemPrior, sign: int, count: int, rng: np.random.Generator, factor: Numbers | None = None
) -> tuple[Numbers, Numbers]:
    """Draw the ratio and an own motive of an item, given the state of its event.

    Parameters
    ----------
    sign
        1 if its event is as the item says, -1 if not, 0 if the item says nothing.
    factor
        Log-odds of the factor that is the motive; dims (draw).

    Returns
    -------
    ln LR, and the motive, dims (draw) each.
    """
    ratio, motive = rng.standard_normal(count), rng.standard_normal(count) if factor is None else factor
    if sign == 0 or prior.power == 0:
        return prior.mu + prior.sigma * ratio, prior.motives(motive)[0]
    envelope, waiting = _envelope(prior, sign), np.arange(count)
    for _ in range(ROUNDS):
        if not len(waiting):
            break
        rows, columns = _cells(prior, envelope, motive[waiting], rng)
        ratio[waiting] = _within(prior.ratio_edges, columns, rng)
        if factor is None:
            motive[waiting] = _within(prior.motive_edges, rows, rng)
        log_ratio = prior.log_ratio(prior.motives(motive[waiting]), ratio[waiting])
        log_acceptance = sign * prior.power / 2 * log_ratio - envelope.bound[rows, columns]
        waiting = waiting[-rng.standard_exponential(len(waiting)) > log_acceptance]
    return prior.mu + prior.sigma * ratio, prior.motives(motive)[0]


def _cells(prior: ItemPrior, envelope: _Envelope, places: Numbers, rng: np.random.Generator) -> tuple[Index, Index]:
    """Choose a cell under the bound for each draw; where the motive is a factor, one with its degree."""
    chosen = rng.random(len(places))
    if prior.motive is None:
        rows = np.clip(((places - GRID[0]) / (GRID[1] - GRID[0])).astype(np.intp), 0, len(GRID) - 2)
        sums = envelope.cumulative[rows]
        return rows, (sums[:, :-1] <= (chosen * sums[:, -1])[:, None]).sum(axis=1)
    cells = np.searchsorted(envelope.cumulative[:-1], chosen * envelope.cumulative[-1], side="right")
    return np.divmod(cells, envelope.bound.shape[1])


def _within(edges: Numbers, cells: Index, rng: np.random.Generator) -> Numbers:
    """Draw standard normals that lie in given cells; dims (draw)."""
    tails = ndtr(-abs(edges))
    near, far = tails[cells], tails[cells + 1]
    normal = ndtri(near + rng.random(len(cells)) * (far - near))
    return np.asarray(np.where(edges[cells] >= 0, -normal, normal))


def hermite(values: Numbers, slopes: Numbers) -> Numbers:
    """Coefficients of 1, t, t^2, t^3 between each point of the grid and the next, t from 0 to 1.

    Parameters
    ----------
    values, slopes
        dims (..., grid).

    Returns
    -------
    dims (power, ..., interval).
    """
    by_t = slopes * (GRID[1] - GRID[0])
    return cubic_coefficients(values, by_t[..., :-1], by_t[..., 1:])


def interpolate(table: Numbers, log_odds: Numbers) -> Numbers:
    """Evaluate `hermite` cubics at the log-odds of a factor, dims (draw) -> (..., draw)."""
    place = (np.clip(log_odds, GRID[0], GRID[-1]) - GRID[0]) / (GRID[1] - GRID[0])
    left = np.minimum(place.astype(np.intp), len(GRID) - 2)
    return cubic_values(table, left, place - left)

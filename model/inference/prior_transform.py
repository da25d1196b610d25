"""The prior as N(0, I): every uncertain quantity as a function of a standard normal variable.

Importance sampling works in this space: whatever the analyst's priors, the posterior is a moderately changed standard
normal there, which a few Gaussian proposals cover. The same normals under two analysts' priors are common random
numbers for both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, betainccinv, betaincinv, betaln, ndtr, ndtri

from estimative.model.assessment import Assessment
from estimative.model.likelihood.equations import Theta
from estimative.model.likelihood.layout import Index, Numbers

REACH = 8.5
"""Standard deviations that the table covers: less than one draw in 10^16 lies beyond."""
NODES = 257
FARTHEST = 4.0
"""The farthest from the middle, in standard deviations, that a constant is assumed to be."""
MIN_LOG_ODDS = -700.0
"""Bounds the log-odds of a degree: exp(-700) is close to the smallest float."""


@dataclass(frozen=True, kw_only=True)
class PriorTransform:
    """The map from standard normals z, dims (free, draw), to the quantities of an assessment.

    A degree is lower + (upper - lower) F^-1(Phi(z)), F being its beta distribution; a log ratio is mu + sigma z.
    The beta quantile is tabulated: `betaincinv` for every draw would cost more than the rest of a fit.
    """

    degree_parameters: Numbers
    """a, b, lower, upper; dims (parameter, degree)."""
    ratio_parameters: Numbers
    """mu, sigma; dims (parameter, ratio)."""
    weight: Numbers
    """Of each item of evidence; dims (item)."""
    free_degrees: Index
    """The degrees that are dimensions of the space, in order."""
    free_ratios: Index
    """The log ratios that are; their dimensions follow those of the degrees."""
    cubics: Numbers
    """The log-odds of each beta quantile between one node and the next: coefficients of 1, t, t^2, t^3, with t from 0
    to 1; dims (free degree * interval, power)."""

    def __repr__(self) -> str:
        degrees, ratios = len(self.free_degrees), len(self.free_ratios)
        return f"PriorTransform({self.dimension} dimensions: {degrees} degrees, {ratios} log ratios)"

    @property
    def dimension(self) -> int:
        return len(self.free_degrees) + len(self.free_ratios)

    def theta(self, z: Numbers) -> Theta:
        """Transform standard normals, dims (free, draw), into quantities; those that are not dimensions are constant.

        Returns
        -------
        Degrees, dims (degree, draw), and log ratios, dims (ratio, draw).
        """
        draws = z.shape[1]
        split = len(self.free_degrees)
        lower, upper = self.degree_parameters[2], self.degree_parameters[3]
        degree = np.repeat(lower[:, None], draws, axis=1)
        # Interpolated as log-odds, where a degree near 0 or 1 keeps its relative precision.
        share = 1 / (1 + np.exp(-self._log_odds(z[:split])))
        degree[self.free_degrees] += (upper - lower)[self.free_degrees, None] * share
        mu, sigma = self.ratio_parameters
        log_ratio = np.repeat(mu[:, None], draws, axis=1)
        log_ratio[self.free_ratios] += sigma[self.free_ratios, None] * z[split:]
        return Theta(degree=degree, log_ratio=log_ratio, weight=self.weight)

    @cached_property
    def constant(self) -> NDArray[np.bool_]:
        """Which dimensions have no effect because the quantity is a constant; dims (free)."""
        _, _, lower, upper = self.degree_parameters[:, self.free_degrees]
        return np.asarray(np.concatenate([lower == upper, self.ratio_parameters[1, self.free_ratios] == 0]))

    def normals_of(self, other: PriorTransform, places: Index) -> Numbers:
        """Find the z in this space of values at which another assessment holds quantities constant.

        Parameters
        ----------
        other
            A transform with the same dimensions.
        places
            Dimensions that are constant there and uncertain here; dims (place).

        Returns
        -------
        Standard normals, clipped to `FARTHEST`: a value outside this prior's support has none; dims (place).
        """
        split = len(self.free_degrees)
        degrees, ratios = places[places < split], places[places >= split] - split
        a, b, lower, upper = self.degree_parameters[:, self.free_degrees[degrees]]
        share = (other.degree_parameters[2, self.free_degrees[degrees]] - lower) / (upper - lower)
        mu, sigma = self.ratio_parameters[:, self.free_ratios[ratios]]
        normals = [
            ndtri(betainc(a, b, np.clip(share, 0, 1))),
            (other.ratio_parameters[0, self.free_ratios[ratios]] - mu) / sigma,
        ]
        return np.asarray(np.clip(np.concatenate(normals), -FARTHEST, FARTHEST))

    def _log_odds(self, z: Numbers) -> Numbers:
        """Interpolate the log-odds of the beta quantiles; dims (free degree, draw)."""
        place = (np.clip(z, -REACH, REACH) + REACH) * ((NODES - 1) / (2 * REACH))
        left = np.minimum(place.astype(np.intp), NODES - 2)
        t = place - left
        c0, c1, c2, c3 = np.moveaxis(self.cubics[left + (np.arange(len(z)) * (NODES - 1))[:, None]], 2, 0)
        return np.asarray(c0 + t * (c1 + t * (c2 + t * c3)))


@dataclass(frozen=True, kw_only=True)
class Dimensions:
    """Which quantities are dimensions of a space of standard normals."""

    degrees: Index
    ratios: Index

    @classmethod
    def of(cls, assessments: Sequence[Assessment], *, without: Index | None = None) -> Dimensions:
        """Collect every quantity that is uncertain in at least one assessment of a scenario.

        Fits in one common space share their random numbers coordinate by coordinate, even where a quantity is a
        constant for some of them.

        Parameters
        ----------
        without
            Log ratios that are not dimensions: they stay at their median.
        """
        degrees = [np.flatnonzero(each.degree_parameters[2] < each.degree_parameters[3]) for each in assessments]
        ratios = [np.flatnonzero(each.ratio_parameters[1] > 0) for each in assessments]
        return cls(
            degrees=np.unique(np.concatenate(degrees)),
            ratios=np.setdiff1d(np.concatenate(ratios), [] if without is None else without),
        )


def prior_transform(assessment: Assessment, dimensions: Dimensions | None = None) -> PriorTransform:
    """Tabulate the beta quantiles of an assessment.

    Parameters
    ----------
    dimensions
        Of the space; by default the uncertain quantities of the assessment. A constant among them keeps its value
        along its dimension.
    """
    dimensions = dimensions or Dimensions.of([assessment])
    degrees = assessment.degree_parameters
    shapes = zip(*degrees[:2, dimensions.degrees].tolist(), strict=True)
    tables = [_cubics(a, b) for a, b in shapes]
    return PriorTransform(
        degree_parameters=degrees,
        ratio_parameters=assessment.ratio_parameters,
        weight=assessment.weight,
        free_degrees=dimensions.degrees,
        free_ratios=dimensions.ratios,
        cubics=np.concatenate([np.zeros((0, 4)), *tables]),
    )


# Refits change few priors at a time, so most tables are the same from one fit to the next.
@lru_cache(maxsize=4096)
def _cubics(a: float, b: float) -> Numbers:
    """Tabulate one beta distribution as Hermite cubics; dims (interval, power).

    Slopes of at most three times the rise on either side keep the cubics monotone (Fritsch & Carlson 1980, SIAM J.
    Numer. Anal. 17). On the log-odds scale the quantile function is smooth even for shapes heaped at 0 or 1.
    """
    y, m = _nodes(a, b)
    rise = np.diff(y)
    m0, m1 = np.minimum(m[:-1], 3 * rise), np.minimum(m[1:], 3 * rise)
    return np.stack([y[:-1], m0, 3 * rise - 2 * m0 - m1, m0 + m1 - 2 * rise], axis=1)


def _nodes(a: float, b: float) -> tuple[Numbers, Numbers]:
    """Compute the log-odds of Beta(a, b) quantiles at the nodes, and their slopes; dims (node) each."""
    z = np.linspace(-REACH, REACH, NODES)
    # Phi(z) near 1 has no digits left; above the middle, the complementary inverse takes Phi(-z) instead.
    below, above = z[: NODES // 2 + 1], z[NODES // 2 + 1 :]
    share = np.concatenate([betaincinv(a, b, ndtr(below)), betainccinv(a, b, ndtr(-above))])
    rest = np.concatenate([betainccinv(b, a, ndtr(below)), betaincinv(b, a, ndtr(-above))])
    # For some shapes heaped at one end SciPy returns NaN at the last node, where the quantile is that end.
    share = np.where(np.isnan(share), z > 0, share)
    rest = np.where(np.isnan(rest), z < 0, rest)
    with np.errstate(divide="ignore", over="ignore"):
        # The quantile x and 1 - x were computed separately: each has all its digits where it is small.
        exact = np.where(share < rest, np.log(share) - np.log1p(-share), np.log1p(-rest) - np.log(rest))
        log_odds = np.clip(exact, MIN_LOG_ODDS, -MIN_LOG_ODDS)
        # The density of the log-odds l is exp(a ln u + b ln(1 - u)) / B(a, b), with u = expit(l).
        log_density = -a * np.logaddexp(0, -log_odds) - b * np.logaddexp(0, log_odds) - betaln(a, b)
        slopes = np.exp(-0.5 * z**2 - 0.5 * np.log(2 * np.pi) - log_density) * (2 * REACH / (NODES - 1))
    return log_odds, np.where(abs(log_odds) < -MIN_LOG_ODDS, slopes, 0.0)

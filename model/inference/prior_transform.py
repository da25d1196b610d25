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
from scipy.special import betainc, betainccinv, betaincinv, betaln, log_ndtr, ndtr, ndtri

from estimative.model.assessment import Assessment
from estimative.model.likelihood.equations import Theta
from estimative.model.likelihood.layout import Index, Numbers

MIDDLE = 8.5
"""Standard deviations up to which nodes are close together: less than one draw of the prior in 10^16 lies beyond."""
REACH = 34.0
"""Standard deviations that the table covers; farther out SciPy loses digits. Weight beyond it fails a fit."""
INTERVALS, TAIL_INTERVALS = 256, 102
"""In the middle, and in each tail."""
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
    integrated: Index
    """Log ratios that the likelihood is integrated over."""
    degree_source: Index
    """The degree that each degree is the same as: mostly itself; dims (degree)."""
    ratio_source: Index
    """The log ratio that each log ratio is the same as; dims (ratio)."""
    cubics: Numbers
    """The log-odds of each beta quantile between one node and the next: coefficients of 1, t, t^2, t^3, with t from 0
    to 1; dims (free degree * interval, power)."""

    def __repr__(self) -> str:
        degrees, ratios = len(self.free_degrees), len(self.free_ratios)
        return f"PriorTransform({self.dimension} dimensions: {degrees} degrees, {ratios} log ratios)"

    @property
    def dimensions(self) -> Dimensions:
        """Which quantities are the dimensions."""
        return Dimensions(degrees=self.free_degrees, ratios=self.free_ratios, integrated=self.integrated)

    @property
    def dimension(self) -> int:
        return len(self.free_degrees) + len(self.free_ratios)

    def theta(self, z: Numbers) -> Theta:
        """Transform standard normals, dims (free, draw), into quantities.

        Those that are not dimensions have their prior median, and those that are integrated out also their spread.

        Returns
        -------
        Degrees, dims (degree, draw), and log ratios, dims (ratio, draw).
        """
        draws = z.shape[1]
        split = len(self.free_degrees)
        lower, upper = self.degree_parameters[2], self.degree_parameters[3]
        degree = np.repeat(lower[:, None], draws, axis=1)
        # Interpolated as log-odds, where a degree near 0 or 1 keeps its relative precision.
        share = 1 / (1 + np.exp(-self.log_odds(z[:split])))
        degree[self.free_degrees] += (upper - lower)[self.free_degrees, None] * share
        mu, sigma = self.ratio_parameters
        log_ratio = np.repeat(mu[:, None], draws, axis=1)
        log_ratio[self.free_ratios] += sigma[self.free_ratios, None] * z[split:]
        return Theta(
            degree=degree[self.degree_source],
            log_ratio=log_ratio[self.ratio_source],
            weight=self.weight,
            log_ratio_sd=self._spread(),
        )

    def _spread(self) -> Numbers | None:
        """Prior standard deviations of the log ratios that are integrated out, 0 for all others; dims (ratio)."""
        if not len(self.integrated):
            return None
        spread: Numbers = np.zeros_like(self.ratio_parameters[1])
        spread[self.integrated] = self.ratio_parameters[1, self.integrated]
        return spread

    @cached_property
    def constant(self) -> NDArray[np.bool_]:
        """Which dimensions have no effect because the quantity is a constant; dims (free)."""
        _, _, lower, upper = self.degree_parameters[:, self.free_degrees]
        degrees = (lower == upper) | (self.degree_source[self.free_degrees] != self.free_degrees)
        ratios = (self.ratio_parameters[1] == 0)[self.free_ratios] | (
            self.ratio_source[self.free_ratios] != self.free_ratios
        )
        return np.asarray(np.concatenate([degrees, ratios]))

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

    def beyond(self, z: Numbers) -> NDArray[np.bool_]:
        """Whether a degree lies where the table is cut off; dims (free, draw) -> (draw)."""
        return np.asarray((abs(z[: len(self.free_degrees)]) >= REACH).any(axis=0))

    def log_odds(self, z: Numbers) -> Numbers:
        """Interpolate the log-odds of the beta quantiles; dims (free degree, draw)."""
        distance = np.minimum(abs(z), REACH)
        # Every node has a whole number as its place: 0 at -REACH, one more for each interval.
        steps = np.where(
            distance <= MIDDLE,
            distance * (INTERVALS / 2 / MIDDLE),
            INTERVALS / 2 + (distance - MIDDLE) * (TAIL_INTERVALS / (REACH - MIDDLE)),
        )
        place = INTERVALS / 2 + TAIL_INTERVALS + np.copysign(steps, z)
        intervals = INTERVALS + 2 * TAIL_INTERVALS
        left = np.minimum(place.astype(np.intp), intervals - 1)
        t = place - left
        c0, c1, c2, c3 = np.moveaxis(self.cubics[left + (np.arange(len(z)) * intervals)[:, None]], 2, 0)
        return np.asarray(c0 + t * (c1 + t * (c2 + t * c3)))


@dataclass(frozen=True, kw_only=True)
class Dimensions:
    """Which quantities are dimensions of a space of standard normals."""

    degrees: Index
    ratios: Index
    integrated: Index
    """Log ratios that are not dimensions because the likelihood is integrated over them."""

    @classmethod
    def of(cls, assessments: Sequence[Assessment], *, integrated: bool = False) -> Dimensions:
        """Collect every quantity that is uncertain in at least one assessment of a scenario.

        Fits in one common space share their random numbers coordinate by coordinate, even where a quantity is a
        constant for some of them.

        Parameters
        ----------
        integrated
            Whether `Structure.integrated` ratios are integrated out instead of being dimensions.
        """
        degrees = [
            _own(each.degree_parameters[2] < each.degree_parameters[3], each.degree_source) for each in assessments
        ]
        ratios = [_own(each.ratio_parameters[1] > 0, each.ratio_source) for each in assessments]
        without = assessments[0].integrated if integrated else np.zeros(0, dtype=np.intp)
        for each in assessments[1:]:
            without = np.intersect1d(without, each.integrated)
        return cls(
            degrees=np.unique(np.concatenate(degrees)),
            ratios=np.setdiff1d(np.concatenate(ratios), without),
            integrated=without,
        )


def _own(uncertain: NDArray[np.bool_], source: Index) -> Index:
    """Positions of uncertain quantities that are not the same as another."""
    return np.flatnonzero(uncertain & (source == np.arange(len(source))))


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
        integrated=dimensions.integrated,
        degree_source=assessment.degree_source,
        ratio_source=assessment.ratio_source,
        cubics=np.concatenate([np.zeros((0, 4)), *tables]),
    )


# Refits change few priors at a time, so most tables are the same from one fit to the next.
@lru_cache(maxsize=4096)
def _cubics(a: float, b: float) -> Numbers:
    """Tabulate one beta distribution as Hermite cubics; dims (interval, power).

    Slopes of at most three times the rise on either side keep the cubics monotone (Fritsch & Carlson 1980, SIAM J.
    Numer. Anal. 17). On the log-odds scale the quantile function is smooth even for shapes heaped at 0 or 1.
    """
    lower, upper = _lower_tail(a, b), -_lower_tail(b, a)[::-1]
    y = np.concatenate([lower, upper[1:]])
    slopes = _slopes(a, b, y)
    rise, steps = np.diff(y), np.diff(_nodes())
    m0, m1 = np.minimum(slopes[:-1] * steps, 3 * rise), np.minimum(slopes[1:] * steps, 3 * rise)
    return np.stack([y[:-1], m0, 3 * rise - 2 * m0 - m1, m0 + m1 - 2 * rise], axis=1)


@lru_cache(maxsize=1)
def _nodes() -> Numbers:
    """The standard normals at which quantiles are tabulated; dims (node)."""
    tail = np.linspace(MIDDLE, REACH, TAIL_INTERVALS + 1)[1:]
    return np.concatenate([-tail[::-1], np.linspace(-MIDDLE, MIDDLE, INTERVALS + 1), tail])


def _lower_tail(a: float, b: float) -> Numbers:
    """Compute the log-odds of Beta(a, b) quantiles at the nodes up to 0; dims (node up to 0)."""
    z = _nodes()[: INTERVALS // 2 + TAIL_INTERVALS + 1]
    share, rest = betaincinv(a, b, ndtr(z)), betainccinv(b, a, ndtr(z))
    with np.errstate(divide="ignore"):
        # The quantile x and 1 - x were computed separately: each has all its digits where it is small.
        exact = np.where(share < rest, np.log(share) - np.log1p(-share), np.log1p(-rest) - np.log(rest))
    # Near 0 the distribution function is x^a / (a B(a, b)); SciPy underflows or gives NaN there.
    small = (log_ndtr(z) + np.log(a) + betaln(a, b)) / a
    return np.asarray(np.maximum(np.where(small + np.log(a + b + 1) < -20, small, exact), MIN_LOG_ODDS))


def _slopes(a: float, b: float, log_odds: Numbers) -> Numbers:
    """Compute the derivative of the log-odds by the standard normal at the nodes; dims (node)."""
    # The density of the log-odds l is exp(a ln u + b ln(1 - u)) / B(a, b), with u = expit(l).
    log_density = -a * np.logaddexp(0, -log_odds) - b * np.logaddexp(0, log_odds) - betaln(a, b)
    with np.errstate(over="ignore"):
        slopes = np.exp(-0.5 * _nodes() ** 2 - 0.5 * np.log(2 * np.pi) - log_density)
    return np.asarray(np.where(abs(log_odds) < -MIN_LOG_ODDS, slopes, 0.0))

"""Every free quantity as a function of a standard normal: the prior of an assessment becomes N(0, I)."""

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
"""Standard deviations covered: beyond them lies less than one draw in 10^16."""
NODES = 257
FARTHEST = 4.0
"""Standard deviations from the middle at which a constant is taken to stand, at most."""
LOWEST = -700.0
"""Log-odds below which a degree is no longer told from 0."""


@dataclass(frozen=True, kw_only=True)
class PriorTransform:
    """The map from standard normals z, dims (free, draw), to the quantities of an assessment."""

    degree_parameters: Numbers
    ratio_parameters: Numbers
    weight: Numbers
    free_degrees: Index
    free_ratios: Index
    cubics: Numbers
    """The log-odds of each beta quantile between a node and the next: coefficients of 1, t, t^2, t^3, t running from 0
    to 1; dims (free degree * interval, power)."""

    @property
    def dimension(self) -> int:
        return len(self.free_degrees) + len(self.free_ratios)

    def theta(self, z: Numbers) -> Theta:
        """The quantities at z; dims (free, draw) -> (degree, draw), (ratio, draw)."""
        draws = z.shape[1]
        split = len(self.free_degrees)
        lower, upper = self.degree_parameters[2], self.degree_parameters[3]
        degree = np.repeat(lower[:, None], draws, axis=1)
        share = 1 / (1 + np.exp(-self._logit(z[:split])))
        degree[self.free_degrees] += (upper - lower)[self.free_degrees, None] * share
        mu, sigma = self.ratio_parameters
        log_ratio = np.repeat(mu[:, None], draws, axis=1)
        log_ratio[self.free_ratios] += sigma[self.free_ratios, None] * z[split:]
        return Theta(degree=degree, log_ratio=log_ratio, weight=self.weight)

    @cached_property
    def held(self) -> NDArray[np.bool_]:
        """Which dimensions have no effect, the quantity being a constant; dims (free)."""
        _, _, lower, upper = self.degree_parameters[:, self.free_degrees]
        return np.asarray(np.concatenate([lower == upper, self.ratio_parameters[1, self.free_ratios] == 0]))

    def scores_of(self, other: PriorTransform, places: Index) -> Numbers:
        """Where, in this space, quantities stand that are constants in another one of the same dimensions.

        Parameters
        ----------
        places
            The dimensions that are asked for; dims (place).

        Returns
        -------
        Within `FARTHEST` of 0; dims (place).
        """
        split = len(self.free_degrees)
        degrees, ratios = places[places < split], places[places >= split] - split
        a, b, lower, upper = self.degree_parameters[:, self.free_degrees[degrees]]
        share = (other.degree_parameters[2, self.free_degrees[degrees]] - lower) / (upper - lower)
        mu, sigma = self.ratio_parameters[:, self.free_ratios[ratios]]
        found = [
            ndtri(betainc(a, b, np.clip(share, 0, 1))),
            (other.ratio_parameters[0, self.free_ratios[ratios]] - mu) / sigma,
        ]
        return np.asarray(np.clip(np.concatenate(found), -FARTHEST, FARTHEST))

    def _logit(self, z: Numbers) -> Numbers:
        """Cubic Hermite interpolation between the nodes; dims (free degree, draw)."""
        place = (np.clip(z, -REACH, REACH) + REACH) * ((NODES - 1) / (2 * REACH))
        left = np.minimum(place.astype(np.intp), NODES - 2)
        t = place - left
        c0, c1, c2, c3 = np.moveaxis(self.cubics[left + (np.arange(len(z)) * (NODES - 1))[:, None]], 2, 0)
        return np.asarray(c0 + t * (c1 + t * (c2 + t * c3)))


@dataclass(frozen=True, kw_only=True)
class Dimensions:
    """Which quantities are dimensions of a space."""

    degrees: Index
    ratios: Index

    @classmethod
    def of(cls, assessments: Sequence[Assessment], *, without: Index | None = None) -> Dimensions:
        """Every quantity that one of these assessments of a scenario leaves open.

        Parameters
        ----------
        without
            Ratios that are no dimensions: they stay at their median.
        """
        degrees = [np.flatnonzero(one.degree_parameters[2] < one.degree_parameters[3]) for one in assessments]
        ratios = [np.flatnonzero(one.ratio_parameters[1] > 0) for one in assessments]
        return cls(
            degrees=np.unique(np.concatenate(degrees)),
            ratios=np.setdiff1d(np.concatenate(ratios), [] if without is None else without),
        )


def prior_transform(assessment: Assessment, dimensions: Dimensions | None = None) -> PriorTransform:
    """Tabulate the beta quantiles of an assessment.

    Parameters
    ----------
    dimensions
        Of the space: what the assessment leaves open if nothing is said. A constant among them stays where it is
        along its dimension.
    """
    chosen = dimensions or Dimensions.of([assessment])
    degrees = assessment.degree_parameters
    shapes = zip(*degrees[:2, chosen.degrees].tolist(), strict=True)
    tables = [_cubics(a, b) for a, b in shapes]
    return PriorTransform(
        degree_parameters=degrees,
        ratio_parameters=assessment.ratio_parameters,
        weight=assessment.weight,
        free_degrees=chosen.degrees,
        free_ratios=chosen.ratios,
        cubics=np.concatenate([np.zeros((0, 4)), *tables]),
    )


@lru_cache(maxsize=4096)
def _cubics(a: float, b: float) -> Numbers:
    """Hermite cubics through the nodes of one beta distribution; dims (interval, power).

    Slopes of at most three times the rise on either side keep the cubics rising (Fritsch & Carlson 1980).
    """
    y, m = _nodes(a, b)
    rise = np.diff(y)
    m0, m1 = np.minimum(m[:-1], 3 * rise), np.minimum(m[1:], 3 * rise)
    return np.stack([y[:-1], m0, 3 * rise - 2 * m0 - m1, m0 + m1 - 2 * rise], axis=1)


def _nodes(a: float, b: float) -> tuple[Numbers, Numbers]:
    """Log-odds of Beta(a, b) quantiles at the nodes, and their slopes; dims (node) each."""
    z = np.linspace(-REACH, REACH, NODES)
    below, above = z[: NODES // 2 + 1], z[NODES // 2 + 1 :]
    share = np.concatenate([betaincinv(a, b, ndtr(below)), betainccinv(a, b, ndtr(-above))])
    rest = np.concatenate([betainccinv(b, a, ndtr(below)), betaincinv(b, a, ndtr(-above))])
    # SciPy has no number for the very last node of some shapes heaped at one end: there the share is that end itself.
    share = np.where(np.isnan(share), z > 0, share)
    rest = np.where(np.isnan(rest), z < 0, rest)
    with np.errstate(divide="ignore", over="ignore"):
        # A share near 1 is told by what it lacks: each of the two is exact where it is small.
        exact = np.where(share < rest, np.log(share) - np.log1p(-share), np.log1p(-rest) - np.log(rest))
        logits = np.clip(exact, LOWEST, -LOWEST)
        # The density of the log-odds l is exp(a ln u + b ln(1 - u)) / B(a, b), u being expit(l).
        log_density = -a * np.logaddexp(0, -logits) - b * np.logaddexp(0, logits) - betaln(a, b)
        slopes = np.exp(-0.5 * z**2 - 0.5 * np.log(2 * np.pi) - log_density) * (2 * REACH / (NODES - 1))
    return logits, np.where(abs(logits) < -LOWEST, slopes, 0.0)

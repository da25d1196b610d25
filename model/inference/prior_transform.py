"""The prior as N(0, I): every uncertain quantity as a function of a standard normal variable.

Importance sampling works in this space: whatever the analyst's priors, the posterior is a moderately changed standard
normal there, which a few Gaussian proposals cover. The same normals under two analysts' priors are common random
numbers for both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, reduce

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, ndtri

from estimative.model.assessment import Assessment
from estimative.model.inference.beta_quantiles import REACH, beta_log_odds, cubics
from estimative.model.inference.event_items import EventItems
from estimative.model.likelihood.equations import Theta
from estimative.model.likelihood.layout import EventIndicators, Index, Numbers

FARTHEST = 4.0
"""The farthest from the middle, in standard deviations, that a constant is assumed to be."""


@dataclass(frozen=True, kw_only=True)
class PriorTransform:
    """The map from standard normals z, dims (free, draw), to the quantities of an assessment.

    A degree is lower + (upper - lower) F^-1(Phi(z)), F being its beta distribution; a log ratio is mu + sigma z.
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
    """Log ratios that the likelihood is integrated over, besides those of `items`."""
    items: Index
    """Items about events over whose quantities it is integrated, as positions in `indicators`."""
    indicators: EventIndicators
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
        return Dimensions(
            degrees=self.free_degrees, ratios=self.free_ratios, integrated=self.integrated, items=self.items
        )

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
        degree = degree[self.degree_source]
        return Theta(
            degree=degree,
            log_ratio=log_ratio[self.ratio_source],
            weight=self.event_items.without(self.weight),
            log_ratio_sd=self._spread(),
            event_items=self.event_items.at(degree) if len(self.items) else None,
        )

    @cached_property
    def event_items(self) -> EventItems:
        """The items about events that are integrated over, with their priors."""
        return EventItems.of(self.indicators, self.items, self.degree_parameters, self.ratio_parameters, self.weight)

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
        """The log-odds of the beta quantiles; dims (free degree, draw)."""
        intervals = len(self.cubics) // max(len(z), 1)
        return beta_log_odds(self.cubics, z, first=(np.arange(len(z)) * intervals)[:, None])


@dataclass(frozen=True, kw_only=True)
class Dimensions:
    """Which quantities are dimensions of a space of standard normals."""

    degrees: Index
    ratios: Index
    integrated: Index
    """Log ratios that are not dimensions because the likelihood is integrated over them."""
    items: Index
    """Items about events whose ratios, and motives of their own, are not dimensions for the same reason."""

    @classmethod
    def of(cls, assessments: Sequence[Assessment], *, integrated: bool = False) -> Dimensions:
        """Collect every quantity that is uncertain in at least one assessment of a scenario.

        Fits in one common space share their random numbers coordinate by coordinate, even where a quantity is a
        constant for some of them.

        Parameters
        ----------
        integrated
            Whether what the likelihood can be integrated over is integrated out instead of being a dimension.
        """
        degrees = [
            _own(each.degree_parameters[2] < each.degree_parameters[3], each.degree_source) for each in assessments
        ]
        ratios = [_own(each.ratio_parameters[1] > 0, each.ratio_source) for each in assessments]
        nothing = np.zeros(0, dtype=np.intp)
        without = reduce(np.intersect1d, [each.integrated for each in assessments]) if integrated else nothing
        items = reduce(np.intersect1d, [each.integrated_items for each in assessments]) if integrated else nothing
        own_ratios, own_motives = assessments[0].structure.event_indicators.own(items)
        return cls(
            degrees=np.setdiff1d(np.concatenate(degrees), own_motives),
            ratios=np.setdiff1d(np.concatenate(ratios), [*without, *own_ratios]),
            integrated=without,
            items=items,
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
    tables = [cubics(a, b) for a, b in shapes]
    return PriorTransform(
        degree_parameters=degrees,
        ratio_parameters=assessment.ratio_parameters,
        weight=assessment.weight,
        free_degrees=dimensions.degrees,
        free_ratios=dimensions.ratios,
        integrated=dimensions.integrated,
        items=dimensions.items,
        indicators=assessment.structure.event_indicators,
        degree_source=assessment.degree_source,
        ratio_source=assessment.ratio_source,
        cubics=np.concatenate([np.zeros((0, 4)), *tables]),
    )

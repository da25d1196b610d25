"""The prior as N(0, I): every uncertain quantity as a function of a standard normal variable.

Importance sampling works in this space: whatever the analyst's priors, the posterior is a moderately changed standard
normal there, which a few Gaussian proposals cover. The same normals under two analysts' priors are common random
numbers for both.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, reduce

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from scipy.special import betainc, expit, ndtri

from estimative.model.assessment import Assessment
from estimative.model.inference.beta_quantiles import REACH, beta_log_odds, cubics
from estimative.model.inference.event_items import EventItems
from estimative.model.likelihood.backend import NUMPY, Array, Backend
from estimative.model.likelihood.joint_parts import Same
from estimative.model.likelihood.layout import EventIndicators, Index, Numbers
from estimative.model.likelihood.theta import Theta

FARTHEST = 4.0
"""The farthest from the middle, in standard deviations, that a constant is assumed to be."""


class PriorTransform(Struct, frozen=True, kw_only=True, dict=True):
    """The map from standard normals z, dims (free, draw), to the quantities of an assessment.

    A degree is lower + (upper - lower) F^-1(Phi(z)), F being its beta distribution; a log ratio is mu + sigma z.
    """

    degree_parameters: Numbers
    """a, b, lower, upper; dims (parameter, degree)."""
    ratio_parameters: Numbers
    """mu, sigma; dims (parameter, ratio)."""
    weight: Numbers
    """Of each item of evidence; dims (item)."""
    share: Numbers | None
    """Of the rows of events that may happen on any day, see `Theta.share`; dims (row)."""
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
        split = len(self.free_degrees)
        _, _, lower, upper = self.degree_parameters[:, self.free_degrees, None]
        mu, sigma = self.ratio_parameters[:, self.free_ratios, None]
        degree = expit(self.log_odds(z[:split]))
        degree *= upper - lower
        degree += lower
        return self.theta_at(NUMPY, degree, mu + sigma * z[split:])

    def theta_at(self, backend: Backend, degree: Array, log_ratio: Array) -> Theta:
        """Complete the quantities that are dimensions, dims (free[, draw]), by all others; see `theta`."""
        _, _, lower, _ = self.degree_parameters
        mu, _ = self.ratio_parameters
        degree = _completed(backend, lower, degree, self.free_degrees, self.degree_source)
        return self.theta_of(degree, _completed(backend, mu, log_ratio, self.free_ratios, self.ratio_source))

    def theta_of(self, degree: Array, log_ratio: Array, event_items: Array | None = None) -> Theta:
        """Join all degrees and all log ratios, dims (quantity[, draw]), with what is not drawn.

        Parameters
        ----------
        event_items
            See `Theta.event_items`; None where this is not known.
        """
        if event_items is None and len(self.items):
            event_items = self.event_items.at(degree)
        return Theta(
            degree=degree,
            log_ratio=log_ratio,
            weight=self.event_items.without(self.weight),
            share=self.share,
            log_ratio_sd=self._spread(),
            event_items=event_items,
        )

    def exchanged(self, theta: Theta, other: Theta, place: int) -> Theta:
        """The same quantities, but those along one dimension as at other points."""
        degree, log_ratio, split = theta.degree, theta.log_ratio, len(self.free_degrees)
        if place < split:
            degree = _exchanged(degree, other.degree, self.degree_source == self.free_degrees[place])
        else:
            log_ratio = _exchanged(log_ratio, other.log_ratio, self.ratio_source == self.free_ratios[place - split])
        return self.theta_of(degree, log_ratio)

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

    def same(self, other: PriorTransform) -> Same:
        """Which quantities are the same at every draw under other priors, in a space of the same dimensions."""
        return Same(
            degree=_same(self.degree_parameters, other.degree_parameters, self.degree_source, other.degree_source),
            log_ratio=_same(self.ratio_parameters, other.ratio_parameters, self.ratio_source, other.ratio_source),
        )

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
        # Interpolated as log-odds, where a degree near 0 or 1 keeps its relative precision.
        intervals = self._cubics.shape[1] // max(len(z), 1)
        return beta_log_odds(self._cubics, z, first=(np.arange(len(z)) * intervals)[:, None])

    @cached_property
    def _cubics(self) -> Numbers:
        """The log-odds of each beta quantile between one node and the next: coefficients of 1, t, t^2, t^3, with t from
        0 to 1; dims (power, free degree * interval)."""
        shapes = zip(*self.degree_parameters[:2, self.free_degrees].tolist(), strict=True)
        return np.concatenate([np.zeros((4, 0)), *(cubics(a, b) for a, b in shapes)], axis=1)


class Dimensions(Struct, frozen=True, kw_only=True):
    """Which quantities are dimensions of a space of standard normals."""

    degrees: Index
    ratios: Index
    integrated: Index
    """Log ratios that are not dimensions because the likelihood is integrated over them."""
    items: Index
    """Items about events whose ratios, and motives of their own, are not dimensions for the same reason."""

    @classmethod
    def of(cls, assessments: Sequence[Assessment]) -> Dimensions:
        """Collect every quantity that is uncertain in at least one assessment of a scenario.

        Fits in one common space share their random numbers coordinate by coordinate, even where a quantity is a
        constant for some of them.
        """
        degrees = [
            _own(each.degree_parameters[2] < each.degree_parameters[3], each.degree_source) for each in assessments
        ]
        ratios = [_own(each.ratio_parameters[1] > 0, each.ratio_source) for each in assessments]
        nothing = np.zeros(0, dtype=np.intp)
        return cls(
            degrees=np.unique(np.concatenate(degrees)),
            ratios=np.unique(np.concatenate(ratios)),
            integrated=nothing,
            items=nothing,
        )

    def without(self, indicators: EventIndicators, *, integrated: Index, items: Index) -> Dimensions:
        """Leave out what the likelihood is integrated over: log ratios, and quantities of items about events."""
        ratios, motives = indicators.own(items)
        return Dimensions(
            degrees=np.setdiff1d(self.degrees, motives),
            ratios=np.setdiff1d(self.ratios, [*integrated, *ratios]),
            integrated=integrated,
            items=items,
        )


def integrated_dimensions(assessments: Sequence[Assessment]) -> Dimensions:
    """Collect every quantity that is uncertain in one of these assessments, but for those integrated out in all."""
    return Dimensions.of(assessments).without(
        assessments[0].structure.event_indicators,
        integrated=reduce(np.intersect1d, [each.integrated for each in assessments]),
        items=reduce(np.intersect1d, [each.integrated_items for each in assessments]),
    )


def _completed(backend: Backend, constants: Numbers, values: Array, places: Index, source: Index) -> Array:
    """Put values at places among constants, then take each quantity from its source.

    Dims (place[, draw]) -> (quantity[, draw]).
    """
    if backend is NUMPY and np.ndim(values) > 1:
        completed = np.empty((len(constants), values.shape[1]))
        constant = np.delete(np.arange(len(constants)), places)
        completed[places], completed[constant] = values, constants[constant, None]
        if (other := np.flatnonzero(source != np.arange(len(source)))).size:
            completed[other] = completed[source[other]]
        return completed
    position = np.arange(len(constants))
    position[places] = len(constants) + np.arange(len(places))
    return backend.concatenate([backend.constant(constants, values), values])[position[source]]


def _exchanged(values: Array, others: Array, rows: NDArray[np.bool_]) -> Array:
    changed = values.copy()
    changed[rows] = others[rows]
    return changed


def _same(parameters: Numbers, others: Numbers, source: Index, other_source: Index) -> NDArray[np.bool_]:
    """Whether priors are the same, and those that quantities are taken from; dims (quantity)."""
    alike = (parameters == others).all(axis=0)
    return np.asarray(alike & alike[source] & (source == other_source))


def _own(uncertain: NDArray[np.bool_], source: Index) -> Index:
    """Positions of uncertain quantities that are not the same as another."""
    return np.flatnonzero(uncertain & (source == np.arange(len(source))))


def prior_transform(assessment: Assessment, dimensions: Dimensions | None = None) -> PriorTransform:
    """Return the map from standard normals to the quantities of an assessment.

    Parameters
    ----------
    dimensions
        Of the space; by default the uncertain quantities of the assessment. A constant among them keeps its value
        along its dimension.
    """
    dimensions = dimensions or Dimensions.of([assessment])
    return PriorTransform(
        degree_parameters=assessment.degree_parameters,
        ratio_parameters=assessment.ratio_parameters,
        weight=assessment.weight,
        share=assessment.share,
        free_degrees=dimensions.degrees,
        free_ratios=dimensions.ratios,
        integrated=dimensions.integrated,
        items=dimensions.items,
        indicators=assessment.structure.event_indicators,
        degree_source=assessment.degree_source,
        ratio_source=assessment.ratio_source,
    )

"""The items about events that are integrated over: what they make of events, and their quantities given the events."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from estimative.model.inference.item_prior import (
    GRID,
    ItemPrior,
    expectation,
    expectation_by_motive,
    hermite,
    interpolate,
    sample_item,
)
from estimative.model.likelihood.backend import NUMPY, TINY
from estimative.model.likelihood.layout import EventIndicators, Index, Numbers
from estimative.model.likelihood.state_sampling import States
from estimative.model.likelihood.terms import EPSILON
from estimative.model.likelihood.theta import Theta

INDICATOR = (1.0, 1.0, 0.0, 0.0)
"""Nobody has a motive to show an indicator."""


class EventItems(Struct, frozen=True, kw_only=True, dict=True):
    """Items whose ratios, and motives of their own, are integrated out."""

    indicators: EventIndicators
    positions: Index
    """Along the items there; dims (item)."""
    priors: tuple[ItemPrior, ...]
    """Of each of them."""

    def __repr__(self) -> str:
        return f"EventItems({len(self.positions)} of {len(self.indicators.item)} items)"

    @classmethod
    def of(
        cls,
        indicators: EventIndicators,
        positions: Index,
        degree_parameters: Numbers,
        ratio_parameters: Numbers,
        weight: Numbers,
    ) -> EventItems:
        """Collect the priors of some items.

        Parameters
        ----------
        degree_parameters, ratio_parameters
            dims (parameter, degree) and (parameter, ratio).
        weight
            Of each item of evidence of the scenario; dims (item).
        """
        mu, sigma = ratio_parameters[:, indicators.ratio[positions]]
        power = weight[indicators.item[positions]].tolist()
        motives = [_motive(indicators, position, degree_parameters) for position in positions.tolist()]
        priors = [
            ItemPrior(power=w, mu=m, sigma=s, motive=motive)
            for w, m, s, motive in zip(
                power, (indicators.power[positions] * mu).tolist(), sigma.tolist(), motives, strict=True
            )
        ]
        return cls(indicators=indicators, positions=positions, priors=tuple(priors))

    def apart_from_factors(self) -> EventItems:
        """The items whose motive is no factor."""
        kept = [index for index, factor in enumerate(self.factors) if factor is None]
        return replace(self, positions=self.positions[kept], priors=tuple(self.priors[index] for index in kept))

    def without(self, weight: Numbers) -> Numbers:
        """The weights of all other items, and 0 for these; dims (item)."""
        masked = weight.copy()
        masked[self.indicators.item[self.positions]] = 0.0
        return masked

    def at(self, degree: Numbers) -> Numbers:
        """ln of what the items make of each node's not being so and being so.

        Parameters
        ----------
        degree
            dims (degree[, draw]); without draws for items whose motive is no factor.

        Returns
        -------
        dims (state, node[, draw]).
        """
        if degree.ndim == 1:
            assert not self._tables
            return self.constants
        total = np.repeat(self.constants[..., None], degree.shape[1], axis=2)
        for factor, table in self._tables.items():
            total += interpolate(table, _log_odds(degree[factor]))
        return total

    @cached_property
    def constants(self) -> Numbers:
        """The same of the items whose motive is no factor; dims (state, node)."""
        return self._at_nodes([np.zeros(2) if p.motive is None else expectation(p) for p in self.priors])

    @cached_property
    def factors(self) -> tuple[int | None, ...]:
        """Of each item the factor that is its motive, as a position among the degrees."""
        positions = zip(self.positions.tolist(), self.priors, strict=True)
        return tuple(_motive_of(self.indicators, at) if prior.motive is None else None for at, prior in positions)

    @cached_property
    def _tables(self) -> Mapping[int, Numbers]:
        """The same of the items whose motive is a factor, by its position, as cubics in its log-odds."""
        tables = {}
        for factor in dict.fromkeys(factor for factor in self.factors if factor is not None):
            mine = zip(self.priors, self.factors, strict=True)
            by_motive = [expectation_by_motive(p) if f == factor else np.zeros((2, 2, len(GRID))) for p, f in mine]
            values, slopes = (self._at_nodes([each[derivative] for each in by_motive]) for derivative in (0, 1))
            tables[factor] = hermite(values, slopes)
        return tables

    def _at_nodes(self, expectations: list[Numbers]) -> Numbers:
        """Add up by node ln of the expectations where an item is right and wrong, dims (sign[, grid]) each.

        Returns
        -------
        dims (state, node[, grid]).
        """
        shape = expectations[0].shape[1:] if expectations else ()
        happened, not_happened = np.zeros((2, len(self.indicators.item), *shape))
        for position, (right, wrong) in zip(self.positions.tolist(), expectations, strict=True):
            as_it_says = self.indicators.sign[position] > 0
            happened[position], not_happened[position] = (right, wrong) if as_it_says else (wrong, right)
        return np.stack(self.indicators.at_nodes(NUMPY, happened, not_happened))

    def sample(self, theta: Theta, nodes: tuple[str, ...], states: States, rng: np.random.Generator) -> Theta:
        """Draw the quantities of these items from their posterior given the events; dims (quantity, draw).

        Parameters
        ----------
        nodes
            `Structure.soft_evidence_events`.
        states
            Whether each of them is so, 1 or 0; dims (draw).
        """
        degree, log_ratio = theta.degree.copy(), theta.log_ratio.copy()
        for position, prior, factor in zip(self.positions.tolist(), self.priors, self.factors, strict=True):
            if prior.constant:
                continue
            places = None if factor is None else _log_odds(theta.degree[factor])
            own = np.empty(degree.shape[1])
            right = np.broadcast_to(self._right(position, nodes, states), own.shape)
            for sign in (1, -1, 0):
                draws = np.flatnonzero(right == sign)
                chosen = None if places is None else places[draws]
                ratio, own[draws] = sample_item(prior, sign, len(draws), rng, chosen)
                log_ratio[self.indicators.ratio[position], draws] = self.indicators.power[position] * ratio
            if prior.motive not in (None, INDICATOR):
                degree[_motive_of(self.indicators, position)] = own
        return replace(theta, degree=degree, log_ratio=log_ratio)

    def _right(self, position: int, nodes: tuple[str, ...], states: States) -> Numbers:
        """1 where the event is as an item says, -1 where it is not, 0 where the item says nothing; dims ([draw])."""
        items, total = self.indicators, np.zeros(1)
        for node, name in enumerate(nodes):
            so = items.happened[node, position] - items.failed[node, position]
            total = total + so * states[name] - items.not_happened[node, position] * (1 - states[name])
        return np.asarray(items.sign[position] * total)


def _log_odds(degree: Numbers) -> Numbers:
    return np.asarray(np.log(np.maximum(degree, TINY)) - np.log(np.maximum(1 - degree, EPSILON)))


def _motive_of(indicators: EventIndicators, position: int) -> int:
    """Where the motive of a testimony is among the degrees."""
    return int(indicators.motive[position - (len(indicators.item) - len(indicators.motive))])


def _motive(
    indicators: EventIndicators, position: int, degree_parameters: Numbers
) -> tuple[float, float, float, float] | None:
    """The prior of the motive of an item; None where it is a factor."""
    testimony = position - (len(indicators.item) - len(indicators.motive))
    if testimony < 0:
        return INDICATOR
    if not indicators.own_motive[testimony]:
        return None
    a, b, lower, upper = degree_parameters[:, indicators.motive[testimony]].tolist()
    return a, b, lower, upper

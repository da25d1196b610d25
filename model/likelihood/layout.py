"""Where in the vectors of quantities each part of the mathematics finds its numbers: fixed by the scenario alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import lgamma, log
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from estimative.model.likelihood.bayes_net import Network, Query
from estimative.model.spec.events import Event
from estimative.model.spec.evidence import (
    Cases,
    Evidence,
    Exposure,
    Forecast,
    Indicator,
    Measurement,
    Observation,
    Testimony,
)
from estimative.model.spec.quantities import Quantities, combinations
from estimative.model.spec.scenario import Scenario, years_between

type Index = NDArray[np.intp]
type Numbers = NDArray[np.float64]
type Link = Literal["log_odds", "noisy_or"]


@dataclass(frozen=True, kw_only=True)
class LinearPredictors:
    """Linear predictors: row r is base[r] + the sum over effects of levers[r] times signed log ratios."""

    base: Index
    """Into the vector of baselines: log-odds of the odds events, then log rates of the rate events."""
    design: Numbers
    """dims (row, effect)."""


@dataclass(frozen=True, kw_only=True)
class Indicators:
    """Indicators about factors."""

    item: Index
    ratio: Index
    factor: Index
    offset: Numbers
    slope: Numbers
    """ln likelihood = ln LR (offset + slope x): x for the top, 1 - x for the bottom."""


@dataclass(frozen=True, kw_only=True)
class EventIndicators:
    """Indicators, then testimony, about events."""

    item: Index
    ratio: Index
    motive: Index
    """Of the testimony, into the degrees."""
    moves_no: Numbers
    """1 where an item changes the likelihood of an event's not happening; dims (told, item)."""
    moves_yes: Numbers


@dataclass(frozen=True, kw_only=True)
class Measurements:
    """Figures whose mean is a straight line in a factor."""

    item: Index
    error: Index
    factor: Index
    value: Numbers
    at_low: Numbers
    slope: Numbers


@dataclass(frozen=True, kw_only=True)
class Forecasts:
    """Published probabilities: each is compared with the model's own, `queries` being yes and no in turn."""

    item: Index
    error: Index
    logit: Numbers
    target: Index
    """Into the pairs of queries."""
    queries: tuple[Query, ...]


@dataclass(frozen=True, kw_only=True)
class PoissonCounts:
    """Exposure: events of a Poisson process."""

    item: Index
    rows: LinearPredictors
    count: Numbers
    log_years: Numbers
    log_factorial: Numbers


@dataclass(frozen=True, kw_only=True)
class BinomialCases:
    """Cases: successes among trials at given drivers."""

    item: Index
    rows: LinearPredictors
    successes: Numbers
    failures: Numbers


@dataclass(frozen=True, kw_only=True)
class Structure:
    """A scenario with every name replaced by a position."""

    quantities: Quantities
    network: Network
    odds_base: Index
    """Into the degrees: the baseline probability of each event of odds form."""
    rate_base: Index
    """Into the ratios: the baseline rate of each event of rate form."""
    effect_ratio: Index
    effect_sign: Numbers
    effect_base: Index
    """The event that each effect moves: into the vector of baselines."""
    effect_factor: Index
    """Into the degrees, for the first effects: those of factors. The rest are effects of events."""
    linear_predictors: LinearPredictors
    odds_rows: int
    """The first so many rows are of odds form, the others of rate form."""
    log_years: Numbers
    """Of each row of rate form."""
    table_entries: Index
    """Into the degrees."""
    told: tuple[str, ...]
    """The events that indicators or testimony speak of."""
    indicators: Indicators
    signs: EventIndicators
    measurements: Measurements
    forecasts: Forecasts
    counts: PoissonCounts
    classes: BinomialCases
    link: Link = "log_odds"
    """How drivers move a chance."""

    def __repr__(self) -> str:
        return f"Structure({self.scenario!r}, link={self.link!r})"

    @property
    def scenario(self) -> Scenario:
        return self.quantities.scenario


@dataclass(frozen=True, kw_only=True)
class _Row:
    base: int
    design: Mapping[int, float]
    log_years: float | None = None


class _Builder:
    """Assigns positions; used once for a scenario."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.quantities = Quantities(scenario)
        self.items = {name: index for index, name in enumerate(scenario.evidence)}
        events = scenario.events.values()
        self.odds = [event.id for event in events if event.form == "odds"]
        self.rate = [event.id for event in events if event.form == "rate"]
        self.base = {name: index for index, name in enumerate((*self.odds, *self.rate))}
        pairs = [(event.id, driver) for event in events for driver in event.drivers]
        pairs.sort(key=lambda pair: pair[1].name not in scenario.factors)
        self.effects = {(event, driver.name): index for index, (event, driver) in enumerate(pairs)}
        self.signs = [driver.sign for _, driver in pairs]
        self.of_factors = sum(driver.name in scenario.factors for _, driver in pairs)

    def build(self) -> Structure:
        network, rows, tables = self._network()
        named: list[Indicator | Testimony] = [*self._about_events(), *self._of(Testimony)]
        told = tuple(name for name in self.scenario.events if any(item.about == name for item in named))
        degrees, ratios = self.quantities.degrees, self.quantities.ratios
        return Structure(
            quantities=self.quantities,
            network=network,
            odds_base=_index(degrees[f"events.{name}"] for name in self.odds),
            rate_base=_index(ratios[f"events.{name}"] for name in self.rate),
            effect_ratio=_index(ratios[f"effects.{event}.{driver}"] for event, driver in self.effects),
            effect_sign=np.array(self.signs, dtype=float),
            effect_base=_index(self.base[event] for event, _ in self.effects),
            effect_factor=_index(
                degrees[f"factors.{driver}"] for _, driver in self.effects if driver in self.scenario.factors
            ),
            linear_predictors=self._rows(rows),
            odds_rows=sum(row.log_years is None for row in rows),
            log_years=np.array([row.log_years for row in rows if row.log_years is not None]),
            table_entries=_index(tables),
            told=told,
            indicators=self._indicators(),
            signs=self._signs(told),
            measurements=self._measurements(),
            forecasts=self._forecasts(),
            counts=self._counts(),
            classes=self._classes(),
        )

    def _of[Kind: Evidence](self, kind: type[Kind]) -> list[Kind]:
        return [item for item in self.scenario.evidence.values() if isinstance(item, kind)]

    def _about_events(self) -> list[Indicator]:
        return [item for item in self._of(Indicator) if item.about in self.scenario.events]

    def _network(self) -> tuple[Network, list[_Row], list[int]]:
        """The network over positions in the vector of chances: yes of every row, no of every row, never, surely."""
        rows: list[_Row] = []
        local: dict[str, list[tuple[tuple[int, ...], int]]] = {}
        variants = {name: self.scenario.events[name] for name in self.scenario.order}
        years = dict.fromkeys(self.scenario.order, self.scenario.years)
        for item in self._of(Forecast):
            if (variant := self._variant(item)) != item.about:
                variants[variant] = self.scenario.events[item.about]
                years[variant] = years_between(item.date or self.scenario.as_of, item.until or self.scenario.until)
        for form in ("odds", "rate"):
            for name, event in variants.items():
                if event.form == form:
                    local[name] = self._event_rows(event, years[name], rows)
        tables: list[int] = []
        for name, event in variants.items():
            if event.form == "table":
                local[name] = self._table_rows(event, len(rows), tables)
        total = len(rows) + len(tables)
        parents = {name: self.scenario.parents(event.id) for name, event in variants.items()}
        cells = {name: self._cells(variants[name], parents[name], local[name], total) for name in variants}
        certain = {item.about: item.happened for item in self._of(Observation)}
        return Network(parents=parents, cells=cells, impossible=2 * total, certain=certain), rows, tables

    def _variant(self, item: Forecast) -> str:
        """The node that a forecast speaks of: a rate over another span of time is a twin that nothing depends on.

        A forecast with its own horizon runs from the day it was made, where that is known, to that horizon.
        """
        if item.until is None or item.about not in self.rate:
            return item.about
        return f"{item.about} from {item.date or self.scenario.as_of} to {item.until}"

    def _event_rows(self, event: Event, years: float, rows: list[_Row]) -> list[tuple[tuple[int, ...], int]]:
        driving = [driver.name for driver in event.drivers if driver.name in self.scenario.events]
        local = []
        for states in product((0, 1), repeat=len(driving)):
            happened = {self.effects[event.id, name]: 1.0 for name, state in zip(driving, states, strict=True) if state}
            factors = {self.effects[event.id, d.name]: 1.0 for d in event.drivers if d.name in self.scenario.factors}
            log_years = log(years) if event.form == "rate" else None
            local.append((states, len(rows)))
            rows.append(_Row(base=self.base[event.id], design={**factors, **happened}, log_years=log_years))
        return local

    def _table_rows(self, event: Event, start: int, tables: list[int]) -> list[tuple[tuple[int, ...], int]]:
        local = []
        for name, states in combinations(event):
            local.append((states, start + len(tables)))
            tables.append(self.quantities.degrees[f"tables.{event.id}.{name}"])
        return local

    def _cells(
        self, event: Event, parents: tuple[str, ...], local: list[tuple[tuple[int, ...], int]], total: int
    ) -> NDArray[np.intp]:
        """Positions of P(no | parents), P(yes | parents), the last axis being the event itself."""
        driving = event.table_parents or tuple(d.name for d in event.drivers if d.name in self.scenario.events)
        row_of = dict(local)
        cells = np.empty((2,) * (len(parents) + 1), dtype=np.intp)
        for states in product((0, 1), repeat=len(parents)):
            state = dict(zip(parents, states, strict=True))
            possible = all(state[name] for name in event.given) and not any(state[name] for name in event.unless)
            row = row_of[tuple(state[name] for name in driving)]
            cells[states] = (total + row, row) if possible else (2 * total + 1, 2 * total)
        return cells

    def _rows(self, rows: list[_Row]) -> LinearPredictors:
        design = np.zeros((len(rows), len(self.effects)))
        for index, row in enumerate(rows):
            design[index, list(row.design)] = list(row.design.values())
        return LinearPredictors(base=_index(row.base for row in rows), design=design)

    def _indicators(self) -> Indicators:
        items = [item for item in self._of(Indicator) if item.about in self.scenario.factors]
        return Indicators(
            item=self._positions(items),
            ratio=self._ratios(items),
            factor=self._factors(items),
            offset=np.array([0.0 if item.supports else 1.0 for item in items]),
            slope=np.array([1.0 if item.supports else -1.0 for item in items]),
        )

    def _signs(self, told: tuple[str, ...]) -> EventIndicators:
        seen = self._about_events()
        said = self._of(Testimony)
        degrees = self.quantities.degrees
        motives = [degrees[f"factors.{item.motive}" if item.motive else f"motives.{item.id}"] for item in said]
        return EventIndicators(
            item=self._positions([*seen, *said]),
            ratio=self._ratios([*seen, *said]),
            motive=_index(motives),
            moves_no=self._moved(told, [*((i, not i.supports) for i in seen), *((i, i.claims) for i in said)]),
            moves_yes=self._moved(told, [*((i, i.supports) for i in seen), *((i, not i.claims) for i in said)]),
        )

    def _moved(self, told: tuple[str, ...], items: list[tuple[Indicator | Testimony, bool]]) -> Numbers:
        matrix = np.zeros((len(told), len(items)))
        for column, (item, moved) in enumerate(items):
            matrix[told.index(item.about), column] = moved
        return matrix

    def _measurements(self) -> Measurements:
        items = self._of(Measurement)
        return Measurements(
            item=self._positions(items),
            error=self._ratios(items),
            factor=self._factors(items),
            value=np.array([item.value for item in items]),
            at_low=np.array([item.at_low for item in items]),
            slope=np.array([item.at_high - item.at_low for item in items]),
        )

    def _forecasts(self) -> Forecasts:
        items = self._of(Forecast)
        targets = list(dict.fromkeys(self._variant(item) for item in items))
        queries = tuple(query for target in targets for query in self._pair(target))
        return Forecasts(
            item=self._positions(items),
            error=self._ratios(items),
            logit=np.array([log(item.probability / (1 - item.probability)) for item in items]),
            target=_index(targets.index(self._variant(item)) for item in items),
            queries=queries,
        )

    def _pair(self, target: str) -> tuple[Query, Query]:
        """The target's happening and its not happening; of a conditional outcome, both under the condition."""
        if (outcome := self.scenario.outcomes.get(target)) is None or target in self.scenario.events:
            return Query.where(all=[target]), Query.where(none=[target])
        yes = Query.where(all=(*outcome.all, *outcome.given), any=outcome.any, none=outcome.none)
        condition = Query.where(all=outcome.given).widened(yes.scope)
        return yes, Query(scope=yes.scope, accepted=condition & ~yes.accepted)

    def _counts(self) -> PoissonCounts:
        items = self._of(Exposure)
        rows = []
        for item in items:
            drivers = self.scenario.events[item.about].drivers
            factors = [d.name for d in drivers if d.name in self.scenario.factors]
            design = {self.effects[item.about, name]: 1.0 for name in factors}
            rows.append(_Row(base=self.base[item.about], design=design))
        return PoissonCounts(
            item=self._positions(items),
            rows=self._rows(rows),
            count=np.array([float(item.count) for item in items]),
            log_years=np.array([log(item.years) for item in items]),
            log_factorial=np.array([lgamma(item.count + 1) for item in items]),
        )

    def _classes(self) -> BinomialCases:
        pairs = [(item, trials) for item in self._of(Cases) for trials in item.trials]
        rows = []
        for item, trials in pairs:
            design = {
                self.effects[item.about, name]: degree - 0.5 if name in self.scenario.factors else degree
                for name, degree in trials.at.items()
            }
            rows.append(_Row(base=self.base[item.about], design=design))
        return BinomialCases(
            item=self._positions([item for item, _ in pairs]),
            rows=self._rows(rows),
            successes=np.array([trials.successes for _, trials in pairs]),
            failures=np.array([trials.of - trials.successes for _, trials in pairs]),
        )

    def _positions(self, items: Sequence[Evidence]) -> Index:
        return _index(self.items[item.id] for item in items)

    def _ratios(self, items: Sequence[Evidence]) -> Index:
        return _index(self.quantities.ratios[f"evidence.{item.id}"] for item in items)

    def _factors(self, items: list[Indicator] | list[Measurement]) -> Index:
        return _index(self.quantities.degrees[f"factors.{item.about}"] for item in items)


def structure_of(scenario: Scenario) -> Structure:
    """The positions for a scenario."""
    return _Builder(scenario).build()


def _index(positions: Iterable[int]) -> Index:
    return np.array(list(positions), dtype=np.intp)

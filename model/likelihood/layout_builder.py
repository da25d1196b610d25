"""Build the layout of a scenario: assign every quantity, event and evidence item its position."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import lgamma, log

import numpy as np
from numpy.typing import NDArray

from estimative.model.likelihood.bayes_net import Network, Query
from estimative.model.likelihood.failures import failure_of, with_failures
from estimative.model.likelihood.layout import (
    BinomialCases,
    Chances,
    EventIndicators,
    Forecasts,
    Index,
    Indicators,
    LinearPredictors,
    Measurements,
    Numbers,
    PoissonCounts,
    Structure,
)
from estimative.model.likelihood.nodes import Node, RowOf, copies_for, joint_states, nodes_of
from estimative.model.likelihood.waiting import Waiting
from estimative.model.spec.clock import driving
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
from estimative.model.spec.quantities import PAIR, Quantities, combinations
from estimative.model.spec.scenario import Scenario


@dataclass(frozen=True, kw_only=True)
class _Row:
    """A linear predictor before it is packed into arrays."""

    base: int
    design: Mapping[int, float]
    """Effect -> entry of the design matrix; all others are 0."""
    log_years: float | None = None
    """Of a row of rate form."""


class _Builder:
    """Assign positions; used once for each scenario."""

    def __init__(self, scenario: Scenario, pairs: frozenset[str]) -> None:
        self.scenario = scenario
        self.quantities = Quantities(scenario, pairs)
        self.items = {name: index for index, name in enumerate(scenario.evidence)}
        events = scenario.events.values()
        self.odds = [event.id for event in events if event.form == "odds"]
        self.rate = [event.id for event in events if event.form == "rate"]
        self.base = {name: index for index, name in enumerate((*self.odds, *self.rate))}
        effects = [(event.id, driver) for event in events for driver in event.drivers]
        # Effects of factors come first, so that one slice separates the two kinds of covariates (a stable sort).
        effects.sort(key=lambda pair: pair[1].name not in scenario.factors)
        self.effects = {(event, driver.name): index for index, (event, driver) in enumerate(effects)}
        self.signs = [driver.sign for _, driver in effects]

    def build(self) -> Structure:
        network, rows, tables, waiting = self._network()
        items = (*self._event_indicators(), *self._of(Testimony))
        subjects, failing = {item.about for item in items}, [failure_of(event.id) for event in self._failing()]
        soft_evidence_events = (*(name for name in self.scenario.events if name in subjects), *failing)
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
            linear_predictors=self._predictors(rows),
            odds_rows=sum(row.log_years is None for row in rows),
            log_years=np.array([row.log_years for row in rows if row.log_years is not None]),
            waiting=waiting,
            table_entries=_index(tables),
            soft_evidence_events=soft_evidence_events,
            indicators=self._factor_indicators(),
            event_indicators=self._soft_evidence(soft_evidence_events),
            measurements=self._measurements(),
            forecasts=self._forecasts(),
            poisson_counts=self._poisson_counts(),
            binomial_cases=self._binomial_cases(),
        )

    def _of[Kind: Evidence](self, kind: type[Kind]) -> list[Kind]:
        return [item for item in self.scenario.evidence.values() if isinstance(item, kind)]

    def _event_indicators(self) -> list[Indicator]:
        return [item for item in self._of(Indicator) if item.about in self.scenario.events]

    def _failing(self) -> list[Event]:
        """Return the events that some item is about with `given`."""
        items: list[Indicator | Testimony] = [*self._event_indicators(), *self._of(Testimony)]
        return [self.scenario.events[name] for name in dict.fromkeys(item.about for item in items if item.given)]

    def _network(self) -> tuple[Network, list[_Row], list[int], tuple[Waiting, ...]]:
        """Build the network over positions in the vector of local probabilities, with what they are computed from.

        Positions: P(yes) of every row, P(no) of every row, 0, 1 (see `equations.local_probabilities`).
        """
        rows: list[_Row] = []
        row_positions: dict[str, RowOf] = {}
        nodes = {node.name: node for node in nodes_of(self.scenario)}
        # All rows of odds form before those of rate form, so that one slice separates them.
        for form in ("odds", "rate"):
            for name, node in nodes.items():
                if node.event.form == form:
                    row_positions[name] = self._event_rows(node.event, node.years, rows)
        tables: list[int] = []
        for name, node in nodes.items():
            if node.event.form == "table":
                row_positions[name] = self._table_rows(node.event, len(rows), tables)
        odds_rows = sum(row.log_years is None for row in rows)
        total, waiting, waited = len(rows) + len(tables), [], dict[str, RowOf]()
        for name, node in nodes.items():
            if node.awaited:
                waiting.append(node.waiting(self.scenario.events, row_positions, first=odds_rows))
                waited[name] = {states: total + at for at, states in enumerate(joint_states(node.driving))}
                total += len(waited[name])
        parents = {name: node.parents for name, node in nodes.items()}
        cells = {name: self._cells(node, waited.get(name, row_positions[name]), total) for name, node in nodes.items()}
        certain = {item.about: item.happened for item in self._of(Observation)}
        network = Network(parents=parents, cells=cells, impossible=2 * total, certain=certain)
        return with_failures(network, self._failing()), rows, tables, tuple(waiting)

    def _event_rows(self, event: Event, years: float, rows: list[_Row]) -> RowOf:
        """Append a row for each joint state of the driving events; return those states with their rows."""
        names = driving([event.id], self.scenario.events)
        positions = {}
        for states in joint_states(names):
            happened = {self.effects[event.id, name]: 1.0 for name, state in zip(names, states, strict=True) if state}
            factors = {self.effects[event.id, d.name]: 1.0 for d in event.drivers if d.name in self.scenario.factors}
            log_years = log(years) if event.form == "rate" else None
            positions[states] = len(rows)
            rows.append(_Row(base=self.base[event.id], design={**factors, **happened}, log_years=log_years))
        return positions

    def _table_rows(self, event: Event, start: int, tables: list[int]) -> RowOf:
        """Append a table entry for each joint state of the parents; return those states with their rows."""
        positions = {}
        for name, states in combinations(event):
            positions[states] = start + len(tables)
            tables.append(self.quantities.degrees[f"tables.{event.id}.{name}"])
        return positions

    def _cells(self, node: Node, row_of: RowOf, total: int) -> NDArray[np.intp]:
        """Fill the conditional probability table by position: P(no | parents), P(yes | parents) along the last axis."""
        event, names = node.event, node.driving
        parents = tuple(dict.fromkeys((*self.scenario.parents(event.id), *names)))
        cells = np.empty((2,) * (len(parents) + 1), dtype=np.intp)
        for states in joint_states(parents):
            state = dict(zip(parents, states, strict=True))
            possible = all(state[name] for name in event.given) and not any(state[name] for name in event.unless)
            row = row_of[tuple(state[name] for name in names)]
            # Where `given` or `unless` forbid the event, its cells point to the constants 1 (no) and 0 (yes).
            cells[states] = (total + row, row) if possible else (2 * total + 1, 2 * total)
        return cells

    def _predictors(self, rows: list[_Row]) -> LinearPredictors:
        design = np.zeros((len(rows), len(self.effects)))
        for index, row in enumerate(rows):
            design[index, list(row.design)] = list(row.design.values())
        return LinearPredictors(base=_index(row.base for row in rows), design=design)

    def _factor_indicators(self) -> Indicators:
        items = [item for item in self._of(Indicator) if item.about in self.scenario.factors]
        return Indicators(
            item=self._positions(items),
            ratio=self._ratios(items),
            factor=self._factors(items),
            sign=np.array([1.0 if item.supports else -1.0 for item in items]),
            chances=self._chances([(item.id, item.supports) for item in items]),
        )

    def _soft_evidence(self, nodes: tuple[str, ...]) -> EventIndicators:
        indicators = self._event_indicators()
        testimony = self._of(Testimony)
        degrees = self.quantities.degrees
        motives = [degrees[f"factors.{item.motive}" if item.motive else f"motives.{item.id}"] for item in testimony]
        items: list[Indicator | Testimony] = [*indicators, *testimony]
        supports = np.array([*(item.supports for item in indicators), *(item.claims for item in testimony)], dtype=bool)

        def matrix(chosen: Callable[[Indicator | Testimony, str], bool]) -> Numbers:
            entries = [[chosen(item, node) for item in items] for node in nodes]
            return np.array(entries, dtype=float).reshape(len(nodes), len(items))

        return EventIndicators(
            item=self._positions(items),
            ratio=self._ratios(items),
            motive=_index(motives),
            own_motive=np.array([item.motive is None for item in testimony], dtype=bool),
            chances=self._chances(list(zip([item.id for item in items], supports.tolist(), strict=True))),
            sign=np.where(supports, 1.0, -1.0),
            happened=matrix(lambda item, node: node == item.about),
            failed=matrix(lambda item, node: item.given and node == failure_of(item.about)),
            not_happened=matrix(lambda item, node: not item.given and node == item.about),
        )

    def _chances(self, items: Sequence[tuple[str, bool]]) -> Chances:
        """Where the chances of items are, each with whether it supports the event (the high end)."""
        degrees = self.quantities.degrees

        def position(item: str, key: str) -> int:
            return degrees.get(f"evidence.{item}.{key}", len(degrees))

        yes, no = ([position(item, key) for item, _ in items] for key in PAIR)
        supports = np.array([supports for _, supports in items], dtype=bool)
        return Chances(supported=_index(np.where(supports, yes, no)), other=_index(np.where(supports, no, yes)))

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
        subjects = [(item.about, copies_for(item, self.scenario)) for item in items]
        targets = list(dict.fromkeys(subjects))
        queries = tuple(query for about, copies in targets for query in self._pair(about, dict(copies)))
        return Forecasts(
            item=self._positions(items),
            error=self._ratios(items),
            logit=np.array([log(item.probability / (1 - item.probability)) for item in items]),
            target=_index(targets.index(subject) for subject in subjects),
            queries=queries,
        )

    def _pair(self, about: str, copies: Mapping[str, str]) -> tuple[Query, Query]:
        """Return the queries "happened" and "did not happen"; of a conditional outcome, both under its condition.

        Parameters
        ----------
        copies
            The names of the copies that take the place of some events.
        """
        if about in self.scenario.events:
            target = copies.get(about, about)
            return Query.where(all=[target]), Query.where(none=[target])
        outcome = self.scenario.outcomes[about]
        every, given, any_, none = (
            [copies.get(name, name) for name in names]
            for names in (outcome.all, outcome.given, outcome.any, outcome.none)
        )
        yes = Query.where(all=(*every, *given), any=any_, none=none)
        condition = Query.where(all=given).expand(yes.scope)
        return yes, Query(scope=yes.scope, accepted=condition & ~yes.accepted)

    def _poisson_counts(self) -> PoissonCounts:
        items = self._of(Exposure)
        rows = []
        for item in items:
            drivers = self.scenario.events[item.about].drivers
            factors = [d.name for d in drivers if d.name in self.scenario.factors]
            design = {self.effects[item.about, name]: 1.0 for name in factors}
            rows.append(_Row(base=self.base[item.about], design=design))
        return PoissonCounts(
            item=self._positions(items),
            rows=self._predictors(rows),
            count=np.array([float(item.count) for item in items]),
            log_years=np.array([log(item.years) for item in items]),
            log_factorial=np.array([lgamma(item.count + 1) for item in items]),
        )

    def _binomial_cases(self) -> BinomialCases:
        pairs = [(item, trials) for item in self._of(Cases) for trials in item.trials]
        rows = []
        for item, trials in pairs:
            design = {
                # The covariate itself, centred for factors: a case is at its own drivers, not at the model's.
                self.effects[item.about, name]: degree - 0.5 if name in self.scenario.factors else degree
                for name, degree in trials.at.items()
            }
            rows.append(_Row(base=self.base[item.about], design=design))
        return BinomialCases(
            item=self._positions([item for item, _ in pairs]),
            rows=self._predictors(rows),
            successes=np.array([trials.successes for _, trials in pairs]),
            failures=np.array([trials.of - trials.successes for _, trials in pairs]),
        )

    def _positions(self, items: Sequence[Evidence]) -> Index:
        return _index(self.items[item.id] for item in items)

    def _ratios(self, items: Sequence[Evidence]) -> Index:
        return _index(self.quantities.ratios[f"evidence.{item.id}"] for item in items)

    def _factors(self, items: list[Indicator] | list[Measurement]) -> Index:
        return _index(self.quantities.degrees[f"factors.{item.about}"] for item in items)


def structure_of(scenario: Scenario, pairs: frozenset[str] = frozenset()) -> Structure:
    """Lay out a scenario: assign every quantity, event and evidence item its position.

    Parameters
    ----------
    pairs
        Items of evidence for which some prior set states two chances.
    """
    return _Builder(scenario, pairs).build()


def _index(positions: Iterable[int]) -> Index:
    return np.array(list(positions), dtype=np.intp)

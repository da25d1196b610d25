"""Build the layout of a scenario: assign every quantity, event and evidence item its position."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import product
from math import lgamma, log

import numpy as np
from msgspec import Struct

from estimative.model.likelihood.bayes_net import Query
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
    QuantileForecasts,
    StateCases,
    Structure,
)
from estimative.model.likelihood.network_builder import NetworkBuilder, Row, bears, changing, share_name
from estimative.model.likelihood.nodes import copies_for, renamed
from estimative.model.likelihood.positions import Rows
from estimative.model.spec.events import OTHERWISE, Event
from estimative.model.spec.evidence import (
    Cases,
    Evidence,
    Exposure,
    Forecast,
    Indicator,
    Measurement,
    Testimony,
    Trials,
)
from estimative.model.spec.quantities import PAIR, Quantities, effect_name, likelihood_states
from estimative.model.spec.ranges import shares_below
from estimative.model.spec.scenario import Scenario


class _Claim(Struct, frozen=True, kw_only=True):
    """What an item says about an event, or about a state of one."""

    item: Indicator | Testimony
    name: str
    """The event, or "event=state"."""
    ratio: str
    """The quantity that is the likelihood ratio."""
    supports: bool
    given: bool
    """Whether it says nothing where the condition of its event is not met."""
    by_state: bool = False
    """Whether the item is about the event as a whole, and this is its part about one state."""


class _Builder:
    """Assign positions; used once for each scenario."""

    def __init__(self, scenario: Scenario, pairs: frozenset[str], past: frozenset[str]) -> None:
        self.scenario = scenario
        self.past = past
        self.quantities = Quantities(scenario, pairs)
        self.items = {name: index for index, name in enumerate(scenario.evidence)}
        events = scenario.events.values()
        # Ordered events come last, so that one slice separates the two ways in which shares become log-odds.
        self.odds = sorted((event for event in events if event.form == "odds"), key=lambda event: event.ordered)
        self.rate = [event.id for event in events if event.form == "rate"]
        baselines = [(event.id, state) for event in self.odds for state in changing(event)]
        self.base = {key: index for index, key in enumerate([*baselines, *((name, "") for name in self.rate)])}
        effects = [(event, driver) for event in events for driver in event.drivers]
        # Effects of factors come first, so that one slice separates the two kinds of covariates (a stable sort).
        effects.sort(key=lambda pair: pair[1].name not in scenario.factors)
        self.drivers = effects
        self.effects = {(event.id, d.name, d.state): index for index, (event, d) in enumerate(effects)}
        self.signs = [driver.sign for _, driver in effects]

    def build(self) -> Structure:
        parts = NetworkBuilder(
            scenario=self.scenario,
            base=self.base,
            effects=self.effects,
            degrees=self.quantities.degrees,
            past=self.past,
        ).build()
        claims = [*self._claims_of(Indicator), *self._claims_of(Testimony)]
        about = {each.name for each in claims}
        failing = dict.fromkeys(each.name for each in claims if each.given)
        network = with_failures(parts.network, self.scenario.events, failing)
        unmet = [f"{name}={OTHERWISE}" for name in self.scenario.events]
        nodes = (*(name for name in (*self.scenario.literals, *unmet) if name in about), *map(failure_of, failing))
        degrees, ratios = self.quantities.degrees, self.quantities.ratios
        sticks = [(event, state) for event in self.odds for state in changing(event)]
        return Structure(
            quantities=self.quantities,
            past=self.past,
            network=network,
            odds_base=_index(degrees[share_name(f"events.{event.id}", state)] for event, state in sticks),
            baselines=tuple(self.base),
            rest=_rest([event for event, _ in sticks]),
            ordered_baselines=sum(event.ordered for event, _ in sticks),
            rate_base=_index(ratios[f"events.{name}"] for name in self.rate),
            effect_ratio=_index(ratios[effect_name(event, driver)] for event, driver in self.drivers),
            effect_sign=np.array(self.signs, dtype=float),
            effect_base=_index(self._base(event) for event, _ in self.drivers),
            effect_factor=_index(
                degrees[f"factors.{driver.name}"] for _, driver in self.drivers if driver.name in self.scenario.factors
            ),
            linear_predictors=self._predictors(parts.rows),
            odds_rows=sum(row.log_years is None for row in parts.rows),
            odds_categories=parts.odds,
            table_categories=parts.tables,
            anytime=parts.anytime,
            log_years=np.array([row.log_years for row in parts.rows if row.log_years is not None]),
            rate_rows=parts.rate_rows,
            waiting=parts.waiting,
            repeating=parts.repeating,
            soft_evidence_events=nodes,
            indicators=self._factor_indicators(),
            event_indicators=self._soft_evidence(claims, nodes),
            measurements=self._measurements(),
            forecasts=self._forecasts(),
            poisson_counts=self._poisson_counts(),
            binomial_cases=self._binomial_cases(),
            state_cases=self._state_cases(),
        )

    def _base(self, event: Event) -> int:
        """The first baseline of an event."""
        return self.base[event.id, changing(event)[0] if event.form == "odds" else ""]

    def _of[Kind: Evidence](self, kind: type[Kind]) -> list[Kind]:
        return [item for item in self.scenario.evidence.values() if isinstance(item, kind)]

    def _claims_of(self, kind: type[Indicator] | type[Testimony]) -> list[_Claim]:
        """What items about events say; one about an event with states says something about each of them."""
        claims = []
        for item in self._of(kind):
            if item.about in self.scenario.factors:
                continue
            event, supports = self.scenario.events.get(item.about), _supports(item)
            if event is None or not event.states:
                ratio = f"evidence.{item.id}"
                claims.append(_Claim(item=item, name=item.about, ratio=ratio, supports=supports, given=item.given))
                continue
            for state in likelihood_states(item, event):
                # Of testimony, the ratio is by how much the statement is less likely than under the state it claims.
                supports = isinstance(item, Indicator)
                name, ratio = f"{event.id}={state}", f"evidence.{item.id}.{state}"
                claims.append(_Claim(item=item, name=name, ratio=ratio, supports=supports, given=False, by_state=True))
        return claims

    def _predictors(self, rows: list[Row]) -> LinearPredictors:
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

    def _soft_evidence(self, claims: Sequence[_Claim], nodes: tuple[str, ...]) -> EventIndicators:
        degrees = self.quantities.degrees
        testimony = [(each, each.item) for each in claims if isinstance(each.item, Testimony)]
        motives = [f"factors.{item.motive}" if item.motive else f"motives.{item.id}" for _, item in testimony]

        def matrix(chosen: Callable[[_Claim, str], bool]) -> Numbers:
            entries = [[chosen(each, node) for each in claims] for node in nodes]
            return np.array(entries, dtype=float).reshape(len(nodes), len(claims))

        return EventIndicators(
            item=self._positions([each.item for each in claims]),
            ratio=_index(self.quantities.ratios[each.ratio] for each in claims),
            power=np.array([-1.0 if each.by_state and not each.supports else 1.0 for each in claims]),
            motive=_index(degrees[name] for name in motives),
            # What somebody says about several states comes from one motive.
            own_motive=np.array([item.motive is None and not each.by_state for each, item in testimony], dtype=bool),
            chances=self._chances([(each.item.id, each.supports) for each in claims]),
            sign=np.array([1.0 if each.supports else -1.0 for each in claims]),
            happened=matrix(lambda each, node: node == each.name),
            failed=matrix(lambda each, node: each.given and node == failure_of(each.name)),
            not_happened=matrix(lambda each, node: not each.given and node == each.name),
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
        items = sorted(self._of(Forecast), key=lambda item: bool(item.quantiles))
        single = [item for item in items if not item.quantiles]
        subjects = [(item.about, copies_for(item, self.scenario)) for item in single]
        targets = list(dict.fromkeys(subjects))
        queries = tuple(query for about, copies in targets for query in self._pair(about, dict(copies)))
        return Forecasts(
            item=self._positions(items),
            error=self._ratios(items),
            logit=np.array([log(item.probability / (1 - item.probability)) for item in single]),
            target=_index(targets.index(subject) for subject in subjects),
            queries=queries,
            quantiles=self._quantiles(items[len(single) :]) if len(single) < len(items) else None,
        )

    def _quantiles(self, items: Sequence[Forecast]) -> QuantileForecasts:
        subjects = [(item.about, copies_for(item, self.scenario)) for item in items]
        targets = list(dict.fromkeys(subjects))
        names = [[renamed(n, dict(copies)) for n in self.scenario.events[about].literals] for about, copies in targets]
        first = np.cumsum([0, *map(len, names)])
        points = [(at, share, value) for at, item in enumerate(items) for share, value in item.quantiles]
        owner = np.zeros((len(items), len(points)))
        below, above = (np.zeros((len(points), first[-1])) for _ in range(2))
        beyond = np.zeros(len(points))
        for row, (at, _, value) in enumerate(points):
            target, edges = targets.index(subjects[at]), self.scenario.events[items[at].about].edges
            columns = slice(first[target], first[target + 1])
            below[row, columns] = shares_below(value, edges)
            above[row, columns] = 1 - below[row, columns]
            beyond[row] = value > edges[-1]
            owner[at, row] = 1 / len(items[at].quantiles)
        return QuantileForecasts(
            owner=owner,
            logit=np.array([log(share / (1 - share)) for _, share, _ in points]),
            beyond=beyond,
            below=below,
            above=above,
            queries=tuple(Query.where(all=[name]) for ranges in names for name in ranges),
        )

    def _pair(self, about: str, copies: Mapping[str, str]) -> tuple[Query, Query]:
        """Return the queries "happened" and "did not happen"; of a conditional outcome, both under its condition.

        Parameters
        ----------
        copies
            The names of the copies that take the place of some events.
        """
        if about not in self.scenario.outcomes:
            target = renamed(about, copies)
            return Query.where(all=[target]), Query.where(none=[target])
        outcome = self.scenario.outcomes[about]
        every, given, any_, none, unless = (
            [renamed(name, copies) for name in names]
            for names in (outcome.all, outcome.given, outcome.any, outcome.none, outcome.unless)
        )
        yes = Query.where(all=(*every, *given), any=any_, none=(*none, *unless))
        condition = Query.where(all=given, none=unless).expand(yes.scope)
        return yes, Query(scope=yes.scope, accepted=condition & ~yes.accepted)

    def _poisson_counts(self) -> PoissonCounts:
        items = self._of(Exposure)
        rows = []
        for item in items:
            drivers = self.scenario.events[item.about].drivers
            factors = [d.name for d in drivers if d.name in self.scenario.factors]
            design = {self.effects[item.about, name, ""]: 1.0 for name in factors}
            rows.append(Row(base=self.base[item.about, ""], design=design))
        return PoissonCounts(
            item=self._positions(items),
            rows=self._predictors(rows),
            count=np.array([float(item.count) for item in items]),
            log_years=np.array([log(item.years) for item in items]),
            log_factorial=np.array([lgamma(item.count + 1) for item in items]),
        )

    def _binomial_cases(self) -> BinomialCases:
        pairs = [(item, trials) for item in self._of(Cases) for trials in item.trials if not trials.states]
        rows = []
        for item, trials in pairs:
            event = self.scenario.events[item.about]
            rows.append(Row(base=self._base(event), design=self._case_design(event, "", trials)))
        return BinomialCases(
            item=self._positions([item for item, _ in pairs]),
            rows=self._predictors(rows),
            successes=np.array([trials.successes for _, trials in pairs]),
            failures=np.array([trials.of - trials.successes for _, trials in pairs]),
        )

    def _state_cases(self) -> StateCases:
        collected, rows = Rows(), list[Row]()
        groups: dict[tuple[int, bool], list[tuple[Cases, list[float]]]] = {}
        for item in self._of(Cases):
            event = self.scenario.events[item.about]
            for trials in (trials for trials in item.trials if trials.states):
                first = len(rows)
                for state in changing(event):
                    design = self._case_design(event, state, trials)
                    rows.append(Row(base=self.base[event.id, state], design=design))
                collected.add("odds", event, list(range(first, len(rows))))
                counts = [trials.states.get(state, 0.0) for state in event.share_states]
                groups.setdefault((len(event.states), event.ordered), []).append((item, counts))
        return StateCases(
            item=self._positions([item for members in groups.values() for item, _ in members]),
            rows=self._predictors(rows),
            categories=collected.categories("odds"),
            counts=tuple(np.array([counts for _, counts in members]) for members in groups.values()),
        )

    def _case_design(self, event: Event, state: str, trials: Trials) -> dict[int, float]:
        """The covariates themselves, centred for factors: a case is at its own drivers, not at the model's."""
        design = {}
        for driver in event.drivers:
            if driver.name in trials.at and (size := bears(driver, event, state)):
                level = trials.at[driver.name] - (0.5 if driver.name in self.scenario.factors else 0.0)
                design[self.effects[event.id, driver.name, driver.state]] = size * level
        return design

    def _positions(self, items: Sequence[Evidence]) -> Index:
        return _index(self.items[item.id] for item in items)

    def _ratios(self, items: Sequence[Evidence]) -> Index:
        return _index(self.quantities.ratios[f"evidence.{item.id}"] for item in items)

    def _factors(self, items: list[Indicator] | list[Measurement]) -> Index:
        return _index(self.quantities.degrees[f"factors.{item.about}"] for item in items)


def structure_of(
    scenario: Scenario, pairs: frozenset[str] = frozenset(), *, past: frozenset[str] | None = None
) -> Structure:
    """Lay out a scenario: assign every quantity, event and evidence item its position.

    Parameters
    ----------
    pairs
        Items of evidence for which some prior set states two chances.
    past
        Events that have happened already; by default those that the scenario's evidence says so of.

    Raises
    ------
    InvalidInput
        If the events have too many combinations of what drives them.
    """
    return _Builder(scenario, pairs, scenario.past if past is None else past).build()


def _supports(item: Indicator | Testimony) -> bool:
    return item.supports if isinstance(item, Indicator) else item.claims


def _rest(events: Sequence[Event]) -> Numbers:
    """Which sticks count for the log-odds of others: see `Structure.rest`."""
    count = len(events)
    rest = np.zeros((count, count))
    for stick, other in product(range(count), repeat=2):
        if events[stick] is events[other]:
            rest[stick, other] = other >= stick if events[stick].ordered else other < stick
    return rest


def _index(positions: Iterable[int]) -> Index:
    return np.array(list(positions), dtype=np.intp)

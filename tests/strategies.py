"""Random scenarios, and values for all their quantities."""

from __future__ import annotations

import datetime
import math
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

from estimative.model.likelihood.layout_builder import structure_of
from estimative.model.likelihood.queries import check_structure
from estimative.model.likelihood.theta import Theta
from estimative.model.spec.clock import clock_errors
from estimative.model.spec.events import PARTS, Driver, Event, Factor, Outcome, event_of
from estimative.model.spec.evidence import (
    Cases,
    Evidence,
    Exposure,
    Forecast,
    Indicator,
    Measurement,
    Observation,
    Testimony,
    Trials,
)
from estimative.model.spec.half_life import HalfLife
from estimative.model.spec.quantities import Quantities, Quantity
from estimative.model.spec.range_names import range_names
from estimative.model.spec.repeats import repeat_errors
from estimative.model.spec.scenario import Scenario, years_between
from estimative.priors.errors import InvalidInput, Issue
from estimative.priors.frozen import FrozenDict
from estimative.priors.quantile_fit import Support
from tests.oracle import Oracle

AS_OF = datetime.date(2026, 1, 1)
UNTIL = datetime.date(2029, 7, 1)
KINDS = ("indicator", "measurement", "testimony", "forecast", "exposure", "cases", "observation")
FORMS = ("odds", "odds", "rate", "table")


@dataclass(frozen=True, kw_only=True)
class Ingredients:
    """What a random scenario may have.

    Of scenarios with everything, hardly any has three rare things together. With few kinds of parts in each, and
    another few in the next, they meet (swarm testing: Groce, Zhang, Eide, Chen & Regehr 2012, ISSTA).
    """

    forms: tuple[str, ...] = FORMS
    """Of events."""
    kinds: tuple[str, ...] = KINDS
    """Of evidence."""
    chained: bool = False
    """Every event but the first is given an earlier one, unless its form has no condition."""
    several: bool = False
    """Every event that can have states has them."""
    repeating: bool = False
    """Every event repeats that can."""
    opening: Literal["", "waits", "repeats"] = ""
    """What the second event does with the first, ..."""
    seen: bool = False
    """... of which it is known whether it happened."""


OPENINGS: Mapping[str, tuple[Event, ...]] = {
    "": (),
    "waits": (
        Event(id="event0", title="event0", form="rate"),
        Event(id="event1", title="event1", form="rate", given=("event0",)),
    ),
    "repeats": (
        Event(id="event0", title="event0", form="rate"),
        Event(id="event1", title="event1", given=("event0",), repeats=True),
    ),
}
FEW = st.builds(
    Ingredients,
    forms=st.lists(st.sampled_from(FORMS), min_size=1, max_size=2).map(tuple),
    kinds=st.lists(st.sampled_from(KINDS), min_size=1, max_size=2).map(tuple),
    chained=st.booleans(),
    several=st.booleans(),
    repeating=st.booleans(),
    opening=st.sampled_from(tuple(OPENINGS)),
    seen=st.booleans(),
)
INGREDIENTS = st.just(Ingredients()) | FEW


class Valued(Struct, frozen=True, kw_only=True, dict=True):
    """A scenario with several values for every quantity: one for each draw."""

    scenario: Scenario
    draws: tuple[Mapping[str, float], ...]
    relevance: Mapping[str, float]
    independence: Mapping[str, float]
    stated_from: datetime.date | None = None
    """The day from which on the chances of events run that may happen anytime; None: from that of the scenario."""

    @property
    def stated_years(self) -> dict[str, float]:
        """For which the chances of events are stated that may happen anytime."""
        years = years_between(self.stated_from or self.scenario.as_of, self.scenario.until)
        return {name: years for name, event in self.scenario.events.items() if event.timing == "anytime"}

    @cached_property
    def oracles(self) -> tuple[Oracle, ...]:
        """One for each draw."""
        return tuple(
            Oracle(
                scenario=self.scenario,
                values=values,
                relevance=self.relevance,
                independence=self.independence,
                stated_years=self.stated_years,
            )
            for values in self.draws
        )

    @property
    def theta(self) -> Theta:
        """For NumPy; dims (quantity, draw)."""
        return theta_of(self.oracles)


def theta_of(oracles: Sequence[Oracle]) -> Theta:
    """The values of several draws of one scenario, as the equations take them."""
    scenario = oracles[0].scenario
    quantities = Quantities(scenario)
    degree = [[oracle.values[name] for oracle in oracles] for name in quantities.degrees]
    log_ratio = [[math.log(oracle.values[name]) for oracle in oracles] for name in quantities.ratios]
    weight = [oracles[0].weight(item) for item in scenario.evidence.values()]
    anytime, stated = structure_of(scenario).anytime, oracles[0].stated_years
    years = [stated.get(name, scenario.years) for name in anytime.events] if anytime else []
    return Theta(
        share=anytime.share(np.array(years)) if anytime else None,
        degree=np.array(degree, dtype=float).reshape(-1, len(oracles)),
        log_ratio=np.array(log_ratio, dtype=float).reshape(-1, len(oracles)),
        weight=np.array(weight, dtype=float),
    )


@st.composite
def valued_scenarios(draw: st.DrawFn, *, most_events: int = 8, draws: int = 2, most_states: int = 2) -> Valued:
    """Scenarios of every form and every kind of evidence, with values for their quantities."""
    return draw(values_of(draw(scenarios(most_events=most_events, most_states=most_states)), draws=draws))


@st.composite
def values_of(draw: st.DrawFn, scenario: Scenario, *, draws: int = 2) -> Valued:
    """Values for the quantities of a scenario."""
    quantities = Quantities(scenario).all.values()
    values = st.fixed_dictionaries({quantity.name: _values(quantity, scenario) for quantity in quantities})
    shares = st.floats(0, 1) | st.sampled_from([0.0, 1.0])
    relevant = [item.id for item in scenario.evidence.values() if isinstance(item, Exposure | Cases)]
    return Valued(
        scenario=scenario,
        draws=tuple(draw(values) for _ in range(draws)),
        relevance={name: draw(shares) for name in relevant},
        independence={origin: draw(shares) for origin in scenario.origins},
        stated_from=draw(st.none() | st.dates(AS_OF - datetime.timedelta(days=2000), UNTIL - datetime.timedelta(30))),
    )


def _values(quantity: Quantity, scenario: Scenario) -> st.SearchStrategy[float]:
    low, high, log = _range(quantity, scenario)
    values = st.floats(low, high).map(math.exp) if log else st.floats(low, high)
    return values | st.sampled_from([0.0, 1.0]) if quantity.support is Support.DEGREE else values


def _range(quantity: Quantity, scenario: Scenario) -> tuple[float, float, bool]:
    """Least and greatest value, and whether these are logarithms."""
    section, _, name = quantity.name.partition(".")
    if quantity.support is not Support.RATIO:
        return 0.001, 0.999, False
    match section:
        case "effects":
            return 0, 1.5, True
        case "events":
            return -5, -1, True
    item, _, by_state = name.partition(".")
    measured = isinstance(scenario.evidence[item], Measurement | Forecast)
    return (0.1, 4, False) if measured else (-3 if by_state else 0, 3, True)


def valued(scenario: Scenario, *, seed: int, draws: int = 2, share: float = 0.6) -> Valued:
    """A given scenario with values for its quantities, the same for the same seed."""
    rng = random.Random(seed)

    def value(quantity: Quantity) -> float:
        low, high, log = _range(quantity, scenario)
        return math.exp(rng.uniform(low, high)) if log else rng.uniform(low, high)

    return Valued(
        scenario=scenario,
        draws=tuple({q.name: value(q) for q in Quantities(scenario).all.values()} for _ in range(draws)),
        relevance={name: share for name, item in scenario.evidence.items() if isinstance(item, Exposure | Cases)},
        independence=dict.fromkeys(scenario.origins, share),
    )


@st.composite
def scenarios(
    draw: st.DrawFn, *, least_events: int = 1, most_events: int = 8, most_items: int = 9, most_states: int = 2
) -> Scenario:
    """Scenarios whose observations can be true together; the order of the file is not that of the events."""
    has = draw(INGREDIENTS)
    factors = [f"factor{index}" for index in range(draw(st.integers(0, 3)))]
    events = {event.id: event for event in OPENINGS[has.opening][:most_events]}
    for index in range(len(events), draw(st.integers(max(least_events, len(events)), most_events))):
        events[f"event{index}"] = draw(_events(f"event{index}", factors, events, most_states, has))
    possible = draw(_possible_state(events))
    events = {name: events[name] for name in draw(st.permutations(list(events)))}
    literals = tuple(name for event in events.values() for name in event.literals)
    outcomes = [draw(_outcomes(f"outcome{index}", literals)) for index in range(draw(st.integers(1, 3)))]
    evidence = [
        draw(_items(f"item{index}", factors, events, outcomes, possible, has))
        for index in range(draw(st.integers(0, most_items)))
    ]
    if most_items and has.opening and has.seen:
        evidence.insert(0, Observation(id="seen", about="event0", happened=possible["event0"], title="", source=""))
    found = Scenario(
        id="random",
        title="A random scenario",
        question="What then?",
        as_of=AS_OF,
        until=UNTIL,
        headline=outcomes[0].id,
        factors={name: Factor(id=name, title=name, low="low", high="high") for name in factors},
        events=events,
        outcomes={outcome.id: outcome for outcome in outcomes},
        evidence={item.id: item for item in _seen_once(evidence)},
    )
    return _without_impossible_forecasts(found)


def _without_impossible_forecasts(scenario: Scenario) -> Scenario:
    """Without those under a condition that can never be met, which are refused."""
    try:
        check_structure(structure_of(scenario))
    except InvalidInput as error:
        never = {issue.place.key.removeprefix("evidence.") for issue in error.issues}
        kept = {name: item for name, item in scenario.evidence.items() if name not in never}
        return replace(scenario, evidence=kept)
    return scenario


def _seen_once(evidence: Sequence[Evidence]) -> Iterator[Evidence]:
    """The items without a second observation of an event."""
    seen = set()
    for item in evidence:
        if not (isinstance(item, Observation) and event_of(item.about) in seen):
            yield item
        if isinstance(item, Observation):
            seen.add(event_of(item.about))


def _some(names: Sequence[str], most: int, *, least: int = 0) -> st.SearchStrategy[list[str]]:
    """A few different names, or none."""
    return st.lists(st.sampled_from(names), min_size=least, max_size=most, unique=True) if names else st.just([])


EDGES = {False: ((0.0, 1.0, 10.0),), True: ((0.0, 1.0, 10.0), (-5.0, 0.0, 2.5, 7.0), (1.0, 3.0, 20.0, 21.0))}
"""Of numbers in ranges, by whether there may be more than three."""


@st.composite
def _events(
    draw: st.DrawFn,
    name: str,
    factors: Sequence[str],
    earlier: Mapping[str, Event],
    most_states: int,
    has: Ingredients,
) -> Event:
    form = draw(st.sampled_from(has.forms))
    several = form != "rate" and most_states > 2 and (has.several or draw(st.booleans()))
    states = tuple(f"s{index}" for index in range(draw(st.integers(2, most_states)))) if several else ()
    states = tuple(draw(st.permutations(states)))
    if form == "table":
        parents = draw(_some(tuple(earlier), 2 if most_states > 2 else 3, least=has.chained))
        return Event(
            id=name,
            title=name,
            form="table",
            table_parents=tuple(parents),
            when=draw(_when(parents, earlier)),
            states=states,
        )
    literals = tuple(literal for event in earlier.values() for literal in event.literals)
    conditions = draw(_some(literals, 3, least=has.chained))
    split = draw(st.integers(min(has.chained, len(conditions)), len(conditions)))
    driving = draw(_some((*factors, *literals), 4))
    parents = [*conditions, *(name for name in driving if name in literals)]
    edges = draw(st.sampled_from(((), *EDGES[most_states > 3]))) if states and form == "odds" else ()
    states = range_names(edges) or states
    ordered = bool(edges) or (bool(states) and draw(st.booleans()))
    event = Event(
        id=name,
        title=name,
        form="rate" if form == "rate" else "odds",
        when="horizon" if form == "rate" else draw(_when(list(map(event_of, parents)), earlier)),
        given=tuple(conditions[:split]),
        unless=tuple(conditions[split:]),
        drivers=tuple(driver for other in driving for driver in draw(_drivers(other, () if ordered else states))),
        clock=draw(st.sampled_from([None, None, "start"])) if form == "rate" else None,
        states=states,
        edges=edges,
        ordered=ordered,
    )
    if form == "odds" and event.when == "horizon" and not (event.states or event.given):
        event = replace(event, timing=draw(st.sampled_from([None, "anytime", "deadline"])))
    event = replace(event, repeats=True) if form == "odds" and (has.repeating or draw(st.booleans())) else event
    if next(repeat_errors({**earlier, name: event}), None):
        event = replace(event, repeats=None)
    return replace(event, clock="start") if next(_clock_errors({**earlier, name: event}), None) else event


def _clock_errors(events: Mapping[str, Event]) -> Iterator[Issue]:
    yield from clock_errors(events)
    yield from repeat_errors(events)


@st.composite
def _drivers(draw: st.DrawFn, name: str, states: Sequence[str]) -> list[Driver]:
    """A driver of a binary or an ordered event, or of some states."""
    named = draw(st.lists(st.sampled_from(states), min_size=1, max_size=3, unique=True)) if states else [""]
    return [Driver(name=name, sign=draw(st.sampled_from([1, -1])), state=state) for state in named]


def _when(parents: Sequence[str], earlier: Mapping[str, Event]) -> st.SearchStrategy:
    settled = all(earlier[parent].when == "now" for parent in parents)
    return st.sampled_from(["now", "horizon"]) if settled else st.just("horizon")


@st.composite
def _possible_state(draw: st.DrawFn, events: Mapping[str, Event]) -> dict[str, bool]:
    """A joint state that no `given` or `unless` forbids; the events come after those they depend on."""
    state: dict[str, bool] = {}
    for event in events.values():
        possible = all(state[name] for name in event.given) and not any(state[name] for name in event.unless)
        holds = draw(st.sampled_from(event.literals if event.states else (event.id, "")))
        state.update({name: possible and name == holds for name in event.literals})
    return state


@st.composite
def _outcomes(draw: st.DrawFn, name: str, events: Sequence[str]) -> Outcome:
    named = draw(st.lists(st.sampled_from(events), min_size=1, max_size=5, unique=True))
    roles = [draw(st.sampled_from(PARTS)) for _ in named]
    roles[0] = roles[0] if roles[0] not in ("given", "unless") else "all"
    by_role = {role: tuple(event for event, its in zip(named, roles, strict=True) if its == role) for role in roles}
    return Outcome(id=name, title=name, **by_role)


@st.composite
def _items(
    draw: st.DrawFn,
    name: str,
    factors: Sequence[str],
    events: Mapping[str, Event],
    outcomes: Sequence[Outcome],
    possible: Mapping[str, bool],
    has: Ingredients,
) -> Evidence:
    odds = [event.id for event in events.values() if event.form == "odds"]
    rates = [event.id for event in events.values() if event.form == "rate"]
    ranged = [event.id for event in events.values() if event.edges]
    literals = tuple(name for event in events.values() for name in event.literals)
    either = tuple(dict.fromkeys((*events, *literals)))
    about = {
        "indicator": (*factors, *either),
        "measurement": factors,
        "testimony": either,
        "forecast": (*literals, *ranged, *rates, *(outcome.id for outcome in outcomes)),
        "exposure": rates,
        "cases": odds,
        "observation": literals,
    }
    kinds = [kind for kind in KINDS if about[kind]]
    kind = draw(st.sampled_from([kind for kind in kinds if kind in has.kinds] or kinds))
    common = {
        "id": name,
        "about": draw(st.sampled_from(about[kind])),
        "title": name,
        "source": "",
        "date": draw(st.none() | st.dates(AS_OF - datetime.timedelta(days=900), AS_OF)),
        "origin": draw(st.sampled_from(["", "", "tale", "rumour"])),
    }
    if kind != "observation":
        common["expires"] = draw(st.none() | st.dates(common["date"] or AS_OF, AS_OF + datetime.timedelta(days=30)))
        common["fades"] = draw(st.none() | st.builds(HalfLife, st.floats(6, 60), st.just("month")))
        common["fades"] = common["fades"] if common["date"] else None
    return draw(_of_kind(kind, common, factors, events, possible))


@st.composite
def _of_kind(
    draw: st.DrawFn,
    kind: str,
    common: dict,
    factors: Sequence[str],
    events: Mapping[str, Event],
    possible: Mapping[str, bool],
) -> Evidence:
    event = events.get(event_of(common["about"]))
    by_state = bool(event and event.states and event.id == common["about"])
    given = bool(event and event.given) and not by_state and draw(st.booleans())
    match kind:
        case "indicator":
            return Indicator(**common, supports=by_state or draw(st.booleans()), given=given)
        case "measurement":
            low, high = draw(st.lists(st.floats(-5, 5), min_size=2, max_size=2, unique=True))
            return Measurement(**common, value=draw(st.floats(-5, 5)), unit="m", at_low=low, at_high=high)
        case "testimony":
            motive = draw(st.none() | st.sampled_from(factors)) if factors else None
            claimed = draw(st.sampled_from(event.states)) if event and by_state else ""
            claims = by_state or draw(st.booleans())
            return Testimony(**common, claims=claims, claimed=claimed, motive=motive, given=given)
        case "forecast" if event and event.edges and by_state:
            shares = draw(st.lists(st.sampled_from([0.05, 0.25, 0.5, 0.9]), min_size=1, max_size=3, unique=True))
            first, last = event.edges[0], event.edges[-1]
            values = draw(st.lists(st.floats(first + 0.1, last + 2), min_size=3, max_size=3, unique=True))
            points = zip(sorted(shares), sorted(values), strict=False)
            return Forecast(**common, quantiles=tuple(points))
        case "forecast":
            until = UNTIL + datetime.timedelta(days=draw(st.integers(-700, 700)))
            own = event is not None and event.takes_time and draw(st.booleans())
            return Forecast(**common, probability=draw(st.floats(0.01, 0.99)), until=until if own else None)
        case "exposure":
            return Exposure(**common, count=draw(st.integers(0, 5)), years=draw(st.floats(0.5, 50)))
        case "cases":
            trials = draw(st.lists(_trials(events[common["about"]]), min_size=1, max_size=3))
            return Cases(**common, trials=tuple(trials))
        case _:
            return Observation(**common, happened=possible[common["about"]])


@st.composite
def _trials(draw: st.DrawFn, event: Event) -> Trials:
    drivers = dict.fromkeys(driver.name for driver in event.drivers)
    named = [name for name in drivers if draw(st.integers(0, 3))]
    of = draw(st.floats(0.5, 20))
    degrees = st.floats(0, 1) | st.sampled_from([0.0, 1.0])
    if event.states:
        counts = FrozenDict({state: draw(st.floats(0.1, 9)) for state in draw(_some(event.states, 6))})
        counts = counts or FrozenDict({event.states[0]: 1.0})
        return Trials(at={name: draw(degrees) for name in named}, successes=0.0, of=sum(counts.values()), states=counts)
    return Trials(at={name: draw(degrees) for name in named}, successes=of * draw(st.floats(0, 1)), of=of)


def everything() -> Scenario:
    """Every form of event, every kind of evidence, in a file order that is not the order of the events."""
    events = [
        Event(id="war", title="", given=("crisis",), unless=("truce",), drivers=(_driver("alarm"), _driver("plan"))),
        Event(id="panic", title="", form="table", table_parents=("war", "plan")),
        Event(id="crisis", title="", form="rate", drivers=(_driver("plan"), _driver("calm", -1))),
        Event(id="truce", title="", form="rate", given=("crisis",), drivers=(_driver("alarm", -1),)),
        Event(id="plan", title="", when="now", drivers=(_driver("calm", -1), _driver("alarm"))),
    ]
    outcomes = [
        Outcome(id="open_war", title="", all=("war",), none=("truce",), given=("crisis",)),
        Outcome(id="trouble", title="", any=("war", "panic"), none=("plan",)),
    ]
    said = {"title": "", "source": ""}
    spring, later = datetime.date(2025, 3, 1), datetime.date(2033, 1, 1)
    evidence = [
        Indicator(id="i1", about="alarm", supports=False, origin="tale", **said),
        Indicator(id="i2", about="war", supports=True, origin="tale", **said),
        Indicator(id="i3", about="truce", supports=False, origin="tale", **said),
        Measurement(id="m1", about="calm", value=3.0, unit="m", at_low=5.0, at_high=-1.0, **said),
        Testimony(id="t1", about="war", claims=True, motive="alarm", origin="tale", given=True, **said),
        Testimony(id="t2", about="panic", claims=False, **said),
        Forecast(id="f1", about="crisis", probability=0.2, until=later, date=spring, origin="tip", **said),
        Forecast(id="f2", about="crisis", probability=0.3, until=later, origin="tip", **said),
        Forecast(id="f3", about="truce", probability=0.6, origin="tip", **said),
        Forecast(id="f4", about="open_war", probability=0.1, origin="tip", **said),
        Exposure(id="x1", about="crisis", count=2, years=31.0, **said),
        Cases(id="c1", about="war", trials=(Trials(at={"plan": 1.0}, successes=2.5, of=4.0),), **said),
        Observation(id="o1", about="panic", happened=True, **said),
    ]
    return Scenario(
        id="everything",
        title="",
        question="",
        as_of=datetime.date(2026, 1, 1),
        until=datetime.date(2030, 1, 1),
        headline="trouble",
        factors={name: Factor(id=name, title="", low="", high="") for name in ("calm", "alarm")},
        events={event.id: event for event in events},
        outcomes={outcome.id: outcome for outcome in outcomes},
        evidence={item.id: item for item in evidence},
    )


def _driver(name: str, sign: int = 1) -> Driver:
    return Driver(name=name, sign=1 if sign > 0 else -1)

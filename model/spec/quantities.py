"""The quantities of a scenario: every number that a prior set has to state, in a fixed order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import product

from msgspec import Struct

from estimative.model.spec.events import OTHERWISE, Driver, Event
from estimative.model.spec.evidence import Forecast, Indicator, Item, Measurement, Testimony
from estimative.model.spec.repeats import repeats_with
from estimative.model.spec.scenario import Scenario
from estimative.priors.quantile_fit import Support

PAIR = ("if_yes", "if_no")
"""Of an item of evidence: its chance if the event happens (a factor is high), and if not (low)."""
WEIGHTS = ("relevance", "independence")
"""Sections of a prior set with weights of evidence, which are fixed numbers."""


class QuantityName(Struct, frozen=True, kw_only=True):
    """The name of a quantity or of a weight of evidence, as its path in a prior set."""

    section: str
    """"factors", "events", "effects", "tables", "evidence", "motives", "indicators", "relevance" or "independence"."""
    subject: str
    """A factor, an event, an item of evidence or an origin."""
    key: str = ""
    """Of an effect the driver, of a table the parents that happened, of an indicator its state; empty otherwise."""

    @classmethod
    def parse(cls, name: str) -> QuantityName:
        section, _, rest = name.partition(".")
        # An origin is a text of the scenario's author, and may have a dot in it.
        subject, _, key = (rest, "", "") if section in WEIGHTS else rest.partition(".")
        return cls(section=section, subject=subject, key=key)

    def __str__(self) -> str:
        return ".".join(filter(None, (self.section, self.subject, self.key)))

    @property
    def is_weight(self) -> bool:
        """Whether it names a weight of evidence rather than a quantity."""
        return self.section in WEIGHTS


class Quantity(Struct, frozen=True, kw_only=True):
    """A number that needs a prior."""

    name: str
    """As in a prior set; `QuantityName` takes it apart."""
    support: Support
    title: str
    unit: str = ""
    """The scale on which it is stated, in a few words."""
    stated_as: str = ""
    """The entry of a prior set that states it together with others; empty where its own name does."""
    states: tuple[str, ...] = ()
    """Of a share: the states of the event, which are stated together."""
    state: str = ""
    """Of a share or a ratio for one state of several, that state."""

    @property
    def input(self) -> str:
        """The entry of a prior set that states it."""
        return self.stated_as or self.name


class Quantities(Struct, frozen=True, dict=True):
    """All quantities of a scenario: degrees (0 to 1) and ratios (positive, in the model as logarithms)."""

    scenario: Scenario
    pairs: frozenset[str] = frozenset()
    """Indicators and testimony for which somebody states two chances instead of their ratio."""

    @cached_property
    def all(self) -> Mapping[str, Quantity]:
        return {quantity.name: quantity for quantity in _quantities(self.scenario, self.pairs)}

    @cached_property
    def indicator_quantities(self) -> Mapping[str, Quantity]:
        """The probability of observing each indicator in either state of its subject; not part of the fitted model."""
        return {quantity.name: quantity for quantity in _indicator_quantities(self.scenario)}

    @cached_property
    def inputs(self) -> Mapping[str, tuple[str, ...]]:
        """The quantities that each entry of a prior set states, by the name of the entry."""
        grouped: dict[str, list[str]] = {}
        for quantity in self.all.values():
            grouped.setdefault(quantity.input, []).append(quantity.name)
        return {name: tuple(names) for name, names in grouped.items()}

    @cached_property
    def shares(self) -> Mapping[str, tuple[str, ...]]:
        """For the share of each state but the first: its own stick, then those that are broken before it."""
        sticks: dict[str, tuple[str, ...]] = {}
        for names in self.inputs.values():
            if self.all[names[0]].states:
                sticks.update({name: names[index:] for index, name in enumerate(names)})
        return sticks

    def input_of(self, name: str) -> str:
        """The input that a quantity belongs to: of a chance of an item, the item; of a share, all shares."""
        parsed = QuantityName.parse(name)
        if parsed.section == "evidence":
            return f"evidence.{parsed.subject}"
        return self.all[name].input if name in self.all else name

    @cached_property
    def degrees(self) -> Mapping[str, int]:
        """By name, the position along the dimension `degree`."""
        return self._positions(ratio=False)

    @cached_property
    def ratios(self) -> Mapping[str, int]:
        """By name, the position along the dimension `ratio`."""
        return self._positions(ratio=True)

    def _positions(self, *, ratio: bool) -> dict[str, int]:
        names = [q.name for q in self.all.values() if (q.support is Support.RATIO) == ratio]
        return {name: position for position, name in enumerate(names)}


def combinations(event: Event, events: Mapping[str, Event]) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Yield the rows of a table: the name of each combination of states of the parents, and these states.

    A binary parent is named if it happened, another by "parent=state". The first state of a parent is left out: that it
    did not happen, that its condition is not met, or the first of its states.
    """
    parents = [events[name] for name in event.table_parents]
    # The last parent varies fastest, as along the last axis of an array.
    for states in product(*(range(len(parent.node_states)) for parent in parents)):
        pairs = [(parent, parent.node_states[state]) for parent, state in zip(parents, states, strict=True)]
        named = [_literal(parent, state) for parent, state in pairs if state != parent.unnamed_state]
        yield "+".join(named) or "none", states


def _literal(event: Event, state: str) -> str:
    return f"{event.id}={state}" if event.states else event.id


def _quantities(scenario: Scenario, pairs: frozenset[str]) -> Iterator[Quantity]:
    for factor in scenario.factors.values():
        yield Quantity(name=f"factors.{factor.id}", support=Support.DEGREE, title=factor.title)
    for event in scenario.events.values():
        yield from _of_event(event, scenario)
    for event in scenario.events.values():
        for driver in event.drivers:
            title = f"effect of {driver.name} on {event.id}" + (f"={driver.state}" if driver.state else "")
            ratio = f"{'rate' if event.form == 'rate' else 'odds'} ratio, {'raises' if driver.sign > 0 else 'lowers'}"
            entry = f"effects.{event.id}.{driver.name}"
            name = effect_name(event, driver)
            yield Quantity(
                name=name,
                support=Support.RATIO,
                title=title,
                unit=ratio,
                stated_as="" if name == entry else entry,
                state=driver.state,
            )
    for item in scenario.evidence.values():
        if isinstance(item, Indicator | Measurement | Testimony | Forecast):
            unit = "likelihood ratio"
            if isinstance(item, Measurement):
                unit = f"standard deviation, in {item.unit}"
            elif isinstance(item, Forecast):
                unit = "standard deviation, in log-odds"
            yield from _of_item(item, unit, scenario)
        if item.id in pairs:
            for key in PAIR:
                title = f"chance of it, {key.replace('_', ' ')}: {item.title}"
                yield Quantity(name=f"evidence.{item.id}.{key}", support=Support.DEGREE, title=title)
        if isinstance(item, Testimony) and item.motive is None:
            title = f"motive behind: {item.title}"
            yield Quantity(name=f"motives.{item.id}", support=Support.DEGREE, title=title)


def effect_name(event: Event, driver: Driver) -> str:
    """The name of the ratio by which a driver changes an event, or the odds of one of the states that it names."""
    several = sum(other.name == driver.name for other in event.drivers) > 1
    return f"effects.{event.id}.{driver.name}" + (f".{driver.state}" if several else "")


def _of_item(item: Indicator | Measurement | Testimony | Forecast, unit: str, scenario: Scenario) -> Iterator[Quantity]:
    """The ratio or the error of an item; of an item about an event with states, the likelihood under each."""
    entry = f"evidence.{item.id}"
    subject = scenario.events.get(item.about)
    if isinstance(item, Forecast) or not (subject and subject.states):
        yield Quantity(name=entry, support=Support.RATIO, title=item.title, unit=unit)
        return
    for state in likelihood_states(item, subject):
        title = f"{item.title}: its likelihood if {state}"
        name = f"{entry}.{state}"
        yield Quantity(
            name=name, support=Support.RATIO, title=title, unit="relative likelihood", stated_as=entry, state=state
        )


def likelihood_states(item: Item, subject: Event) -> tuple[str, ...]:
    """The states under which the likelihood of an item is stated: not that of the state that somebody claims."""
    conditional = (OTHERWISE,) if subject.given or subject.unless else ()
    claimed = item.claimed if isinstance(item, Testimony) else ""
    return (*(state for state in subject.share_states if state != claimed), *conditional)


def state_labels(about: str, scenario: Scenario) -> tuple[str, str]:
    """Return the names of the two ends of a factor or the two states of an event: the top or the event first."""
    return ("high", "low") if about in scenario.factors else ("yes", "no")


def indicator_states(about: str, scenario: Scenario) -> tuple[str, ...]:
    """Return the states under which the chance of an indicator is stated; none where it has two ends or states."""
    event = scenario.events.get(about)
    if event is None or not event.states:
        return ()
    return (*event.share_states, *((OTHERWISE,) if event.given or event.unless else ()))


def _indicator_quantities(scenario: Scenario) -> Iterator[Quantity]:
    for indicator in scenario.indicators.values():
        for state in indicator_states(indicator.about, scenario):
            where = "its condition is not met" if state == OTHERWISE else f"{indicator.about} is {state}"
            title = f"chance of seeing it if {where}: {indicator.title}"
            yield Quantity(name=f"indicators.{indicator.id}.{state}", support=Support.PROBABILITY, title=title)
        if indicator_states(indicator.about, scenario):
            continue
        for end in state_labels(indicator.about, scenario):
            title = f"chance of seeing it if {indicator.about} is {end}: {indicator.title}"
            yield Quantity(name=f"indicators.{indicator.id}.if_{end}", support=Support.PROBABILITY, title=title)


def _of_event(event: Event, scenario: Scenario) -> Iterator[Quantity]:
    match event.form:
        case "odds" if event.states:
            yield from _shares(f"events.{event.id}", event.title, event)
        case "odds":
            unit = f"for each {with_}" if (with_ := repeats_with(event, scenario.events)) else ""
            yield Quantity(name=f"events.{event.id}", support=Support.PROBABILITY, title=event.title, unit=unit)
        case "rate":
            yield Quantity(name=f"events.{event.id}", support=Support.RATIO, title=event.title, unit="rate per year")
        case "table":
            for row, _ in combinations(event, scenario.events):
                name, title = f"tables.{event.id}.{row}", f"{event.title}: {row}"
                if event.states:
                    yield from _shares(name, title, event)
                else:
                    yield Quantity(name=name, support=Support.DEGREE, title=title)


def _shares(entry: str, title: str, event: Event) -> Iterator[Quantity]:
    """The shares of an event's states, as a stick that is broken from the last to the first: see `priors.dirichlet`."""
    for index, state in enumerate(event.share_states[1:], start=1):
        yield Quantity(
            name=f"{entry}.{state}",
            support=Support.DEGREE if event.form == "table" else Support.PROBABILITY,
            title=f"{title}: share of {state} among {', '.join(event.share_states[: index + 1])}",
            stated_as=entry,
            states=event.share_states,
            state=state,
        )

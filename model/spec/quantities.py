"""The quantities of a scenario: every number that a prior set has to state, in a fixed order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product

from estimative.model.spec.events import Event
from estimative.model.spec.evidence import Forecast, Indicator, Measurement, Testimony
from estimative.model.spec.scenario import Scenario
from estimative.priors.quantile_fit import Support

PAIR = ("if_yes", "if_no")
"""Of an item of evidence: its chance if the event happens (a factor is high), and if not (low)."""
WEIGHTS = ("relevance", "independence")
"""Sections of a prior set with weights of evidence, which are fixed numbers."""


@dataclass(frozen=True, kw_only=True)
class QuantityName:
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


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """A number that needs a prior."""

    name: str
    """As in a prior set; `QuantityName` takes it apart."""
    support: Support
    title: str
    unit: str = ""
    """The scale on which it is stated, in a few words."""


@dataclass(frozen=True)
class Quantities:
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


def combinations(event: Event) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Yield the entries of a table: the name of each combination of parents, and the parents' states."""
    # The last parent varies fastest, as along the last axis of an array.
    for states in product((0, 1), repeat=len(event.table_parents)):
        happened = [parent for parent, state in zip(event.table_parents, states, strict=True) if state]
        yield "+".join(happened) or "none", states


def _quantities(scenario: Scenario, pairs: frozenset[str]) -> Iterator[Quantity]:
    for factor in scenario.factors.values():
        yield Quantity(name=f"factors.{factor.id}", support=Support.DEGREE, title=factor.title)
    for event in scenario.events.values():
        yield from _of_event(event)
    for event in scenario.events.values():
        for driver in event.drivers:
            title = f"effect of {driver.name} on {event.id}"
            ratio = f"{'rate' if event.form == 'rate' else 'odds'} ratio, {'raises' if driver.sign > 0 else 'lowers'}"
            yield Quantity(name=f"effects.{event.id}.{driver.name}", support=Support.RATIO, title=title, unit=ratio)
    for item in scenario.evidence.values():
        if isinstance(item, Indicator | Measurement | Testimony | Forecast):
            unit = "likelihood ratio"
            if isinstance(item, Measurement):
                unit = f"standard deviation, in {item.unit}"
            elif isinstance(item, Forecast):
                unit = "standard deviation, in log-odds"
            yield Quantity(name=f"evidence.{item.id}", support=Support.RATIO, title=item.title, unit=unit)
        if item.id in pairs:
            for key in PAIR:
                title = f"chance of it, {key.replace('_', ' ')}: {item.title}"
                yield Quantity(name=f"evidence.{item.id}.{key}", support=Support.DEGREE, title=title)
        if isinstance(item, Testimony) and item.motive is None:
            title = f"motive behind: {item.title}"
            yield Quantity(name=f"motives.{item.id}", support=Support.DEGREE, title=title)


def state_labels(about: str, scenario: Scenario) -> tuple[str, str]:
    """Return the names of the two ends of a factor or the two states of an event: the top or the event first."""
    return ("high", "low") if about in scenario.factors else ("yes", "no")


def _indicator_quantities(scenario: Scenario) -> Iterator[Quantity]:
    for indicator in scenario.indicators.values():
        for end in state_labels(indicator.about, scenario):
            title = f"chance of seeing it if {indicator.about} is {end}: {indicator.title}"
            yield Quantity(name=f"indicators.{indicator.id}.if_{end}", support=Support.PROBABILITY, title=title)


def _of_event(event: Event) -> Iterator[Quantity]:
    match event.form:
        case "odds":
            yield Quantity(name=f"events.{event.id}", support=Support.PROBABILITY, title=event.title)
        case "rate":
            yield Quantity(name=f"events.{event.id}", support=Support.RATIO, title=event.title, unit="rate per year")
        case "table":
            for name, _ in combinations(event):
                yield Quantity(name=f"tables.{event.id}.{name}", support=Support.DEGREE, title=f"{event.title}: {name}")

"""A scenario: what could happen, what influences it, and the evidence; immutable, acyclic and complete."""

from __future__ import annotations

import datetime
import json
from collections import Counter
from collections.abc import Collection, Mapping
from functools import cached_property
from graphlib import TopologicalSorter
from typing import Any

from msgspec import Struct, field
from msgspec.structs import asdict, force_setattr

from estimative.model.spec.events import Event, Factor, Outcome, Source, event_of, parents_of
from estimative.model.spec.evidence import Evidence, Forecast, Indicator, Observation
from estimative.model.spec.half_life import DAYS_PER_YEAR
from estimative.model.spec.validation import errors_of
from estimative.priors.digest import digest_of, tag_of
from estimative.priors.errors import InvalidInput, Place, quote
from estimative.priors.frozen import FrozenDict
from estimative.priors.prior_set import canonical
from estimative.priors.structs import same_without

ALWAYS = ("sources", "factors", "events", "outcomes", "evidence")
"""Sections that a digest covers even where they are empty."""
SECTIONS = (*ALWAYS, "indicators")


class Scenario(Struct, frozen=True, kw_only=True, dict=True):
    """What could happen, and the evidence about it. Mappings are in the order of the file.

    Raises
    ------
    InvalidInput
        If a name is unknown, events depend on each other in a cycle, or one part contradicts another.
    """

    id: str
    title: str
    question: str
    as_of: datetime.date
    until: datetime.date
    headline: str
    checkpoints: tuple[datetime.date, ...] = ()
    """Dates before the horizon by which the outcomes are also reported."""
    sources: Mapping[str, Source] = field(default_factory=dict)
    factors: Mapping[str, Factor] = field(default_factory=dict)
    events: Mapping[str, Event] = field(default_factory=dict)
    outcomes: Mapping[str, Outcome] = field(default_factory=dict)
    evidence: Mapping[str, Evidence] = field(default_factory=dict)
    indicators: Mapping[str, Indicator] = field(default_factory=dict)
    """What to look for: it has been neither observed nor looked for in vain."""
    later: Mapping[str, Evidence] = field(default_factory=FrozenDict)
    """Evidence dated after `as_of`, where that is another day than in the file; it does not count. See `as_of`."""
    places: Mapping[str, Place] = field(default_factory=FrozenDict)
    """Where entries are in the file, by their dotted path; empty for a scenario that comes from no file."""

    def __post_init__(self) -> None:
        # Copies, so that the dictionaries of the caller cannot change a scenario.
        for name in (*SECTIONS, "later", "places"):
            force_setattr(self, name, FrozenDict(getattr(self, name)))
        if errors := tuple(errors_of(self)):
            raise InvalidInput(errors)

    def __repr__(self) -> str:
        counts = ", ".join(f"{len(getattr(self, section))} {section}" for section in SECTIONS)
        return f"Scenario({quote(self.id)}: {counts})"

    def __eq__(self, other: object) -> bool:
        """Whether the same is stated, wherever it is in a file."""
        return same_without(self, other, "places")

    __hash__ = None  # type: ignore[assignment]  # its mappings have none

    def place(self, key: str) -> Place:
        """Return the place of an entry, as far as it is known."""
        return self.places.get(key) or Place(key=key)

    @property
    def years(self) -> float:
        """The length of the horizon, in years of 365.25 days."""
        return years_between(self.as_of, self.until)

    def parents(self, event: str) -> tuple[str, ...]:
        """Return the events on which an event depends directly, each once."""
        return parents_of(self.events[event], self.events)

    @cached_property
    def order(self) -> tuple[str, ...]:
        """The events, each after those it depends on; otherwise in the order of the file."""
        return tuple(TopologicalSorter({event: self.parents(event) for event in self.events}).static_order())

    @cached_property
    def timed(self) -> frozenset[str]:
        """The events whose chance depends on a span of time: rates, what may happen anytime, and all that follows."""
        timed: set[str] = set()
        for name in self.order:
            if self.events[name].takes_time or timed.intersection(self.parents(name)):
                timed.add(name)
        return frozenset(timed)

    @cached_property
    def past(self) -> frozenset[str]:
        """The events that were observed to have happened, and all that must have happened for them."""
        return self.past_without(())

    def past_without(self, left_out: Collection[str]) -> frozenset[str]:
        """Return `past` as it is without some items of evidence."""
        found: set[str] = set()
        seen = [item for name, item in self.evidence.items() if name not in left_out and isinstance(item, Observation)]
        stack = [item.about for item in seen if item.happened]
        while stack:
            if (event := event_of(stack.pop())) not in found:
                found.add(event)
                stack.extend(self.events[event].given)
        return frozenset(found)

    def event(self, name: str) -> Event:
        """Return the event that a name is about: its own, or "event=state"."""
        return self.events[event_of(name)]

    def event_title(self, name: str) -> str:
        """Return the title of an event, or of a state of one with that of its event."""
        event, state = self.event(name), name.partition("=")[2]
        return f"{event.title}: {event.state_title(state)}" if state else event.title

    @cached_property
    def literals(self) -> tuple[str, ...]:
        """Binary events, and the states of the others as "event=state": what can be so or not."""
        return tuple(name for event in self.events.values() for name in event.literals)

    @cached_property
    def ordered_literals(self) -> tuple[str, ...]:
        """The same, each event after those it depends on."""
        return tuple(literal for name in self.order for literal in self.events[name].literals)

    @cached_property
    def state_places(self) -> Mapping[str, tuple[str, int]]:
        """The event and the position of each state that has a name of its own: "event=state"."""
        return {
            f"{event.id}={state}": (event.id, event.node_states.index(state))
            for event in self.events.values()
            for state in event.states
        }

    def observation_of(self, name: str) -> Observation | None:
        """The observation by which it is certain whether an event has happened, or whether a state of one holds."""
        items = (item for item in self.evidence.values() if isinstance(item, Observation))
        decisive = (item for item in items if item.about == name or (item.happened and "=" in name))
        return next((item for item in decisive if event_of(item.about) == event_of(name)), None)

    def settled(self, outcome: str) -> bool:
        """Whether every event that decides an outcome has happened or not by now, though nobody may know it."""
        return all(self.events[name].when == "now" for name in self.outcomes[outcome].events)

    def subjects(self, item: Forecast) -> tuple[str, ...]:
        """Return the events that a forecast is about: the event itself, or those of the outcome."""
        return self.outcomes[item.about].events if item.about in self.outcomes else (event_of(item.about),)

    def span(self, item: Forecast) -> tuple[datetime.date, datetime.date]:
        """Return the first and the last day of what a forecast covers.

        It begins on its own date, and ends on its own `until`; where it gives none, those of the scenario count.
        """
        return item.date or self.as_of, item.until or self.until

    @cached_property
    def origins(self) -> Mapping[str, int]:
        """The number of items of each origin that several items about one subject share: how many those are."""
        counts = Counter((item.origin, item.about) for item in self.evidence.values() if item.origin)
        shared: Counter[str] = Counter()
        for (origin, _), count in counts.items():
            shared[origin] += count if count > 1 else 0
        return {origin: count for origin, count in shared.items() if count}

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of the content in its order; comments and layout do not change it."""
        return digest_of(content_of(self))


def content_of(scenario: Scenario) -> dict[str, Any]:
    """Return everything that a scenario states, as plain data in a fixed order."""
    return {
        "id": scenario.id,
        "title": scenario.title,
        "question": scenario.question,
        "as_of": str(scenario.as_of),
        "until": str(scenario.until),
        "headline": scenario.headline,
        **({"checkpoints": list(map(str, scenario.checkpoints))} if scenario.checkpoints else {}),
        **{
            section: [_plain(entry) for entry in getattr(scenario, section).values()]
            for section in SECTIONS
            # Indicators came later: a scenario without them keeps the digest it had.
            if section in ALWAYS or getattr(scenario, section)
        },
    }


def _plain(entry: Any) -> dict[str, Any]:
    fields = _stated(entry)
    if isinstance(entry, Outcome) and not entry.unless:  # came later, unlike that of events
        del fields["unless"]
    if suggests := fields.pop("suggests", None):
        fields["suggests"] = {name: canonical(stated) for name, stated in suggests.items()}
    return {"type": tag_of(entry.kind), **json.loads(json.dumps(fields, default=_plain_value))}


SILENT: Mapping[str, object] = {
    "clock": None,
    "repeats": None,
    "edges": (),
    "unit": "",
    "quantiles": (),
    "given": False,
    "states": (),
    "state_titles": {},
    "ordered": False,
    "state": "",
    "claimed": "",
    "fades": None,
    "expires": None,
    "timing": None,
}
"""What came later, and what it is where a file is silent of it: a scenario without it keeps the digest it had."""


def _stated(entry: Struct) -> dict[str, Any]:
    """Return the fields of which a file is not silent."""
    return {
        name: value for name, value in asdict(entry).items() if name not in SILENT or value not in (SILENT[name], {})
    }


def _plain_value(value: object) -> Any:
    match value:
        case Struct():
            return _stated(value)
        case Mapping():
            return dict(value)
        case _:
            return str(value)


def years_between(start: datetime.date, end: datetime.date) -> float:
    """Return a span of time in years of 365.25 days."""
    return (end - start).days / DAYS_PER_YEAR

"""The parts of a scenario: sources, factors, events with their drivers, and outcomes."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import ClassVar, Literal

from msgspec import Struct, field

from estimative.model.spec.range_names import range_title
from estimative.priors.frozen import FrozenDict
from estimative.priors.structs import repr_without

type Form = Literal["odds", "rate", "table"]
type When = Literal["now", "horizon"]
type Clock = Literal["condition", "start"]
type Timing = Literal["anytime", "deadline"]


class Source(Struct, frozen=True, kw_only=True):
    """Where evidence was read."""

    kind: ClassVar[str] = "source"
    id: str
    title: str
    publisher: str = ""
    date: datetime.date | None = None
    url: str = ""


class Factor(Struct, frozen=True, kw_only=True):
    """A degree between 0 and 1 that is not observed directly."""

    kind: ClassVar[str] = "factor"
    id: str
    title: str
    low: str
    """What 0 means."""
    high: str
    """What 1 means."""


HAPPENED = "yes"
"""The state of a binary event in which it happened."""
OTHERWISE = "otherwise"
"""The name for "the condition of the event is not met", where the likelihood of an item is stated for it."""
MOST_STATES = 32


class Driver(Struct, frozen=True, kw_only=True):
    """A factor or event that changes an event's log-odds (log rate)."""

    name: str
    """A factor, an event, or a state of one: "event=state"."""
    sign: Literal[1, -1]
    """+1 raises, -1 lowers."""
    state: str = ""
    """The state of the driven event whose odds it changes; empty where it drives a binary or an ordered event."""

    def __repr__(self) -> str:
        return repr_without(self, "state")


class Event(Struct, frozen=True, kw_only=True):
    """Something that happens or does not, or of which exactly one of several states holds."""

    kind: ClassVar[str] = "event"
    id: str
    title: str
    form: Form = "odds"
    when: When = "horizon"
    """"now": settled already, though unknown."""
    given: tuple[str, ...] = ()
    """Impossible unless all of these have happened."""
    unless: tuple[str, ...] = ()
    """Impossible if any of these has."""
    drivers: tuple[Driver, ...] = ()
    table_parents: tuple[str, ...] = ()
    """Of a table: the events whose combinations it lists."""
    clock: Clock | None = None
    """Of a rate, since when it runs: since its condition is met, or since the start; None where the file is silent."""
    timing: Timing | None = None
    """Of odds form: whether it may happen on any day of the time for which its chance is stated, so that the chance
    shrinks with the time that is left, or is decided at the horizon; None where the file is silent: at the horizon."""
    repeats: bool | None = None
    """Whether it may follow each occurrence of the rate event that it is given, not once; None where the file is
    silent."""
    states: tuple[str, ...] = ()
    """The states; empty for a binary event."""
    state_titles: Mapping[str, str] = field(default_factory=lambda: FrozenDict({}))
    """By state; a state that has none is its own title."""
    ordered: bool = False
    """Whether drivers move weight along the states, from the first to the last."""

    edges: tuple[float, ...] = ()
    """Of a number in ranges: where one range ends and the next begins; its states are the ranges, see `ranges`."""
    unit: str = ""
    """Of that number."""

    def __repr__(self) -> str:
        return repr_without(self, "timing", "repeats", "state_titles", "ordered", "edges", "unit")

    @property
    def takes_time(self) -> bool:
        """Whether its chance depends on how much time there is, whatever other events do."""
        return self.form == "rate" or self.timing == "anytime"

    @property
    def node_states(self) -> tuple[str, ...]:
        """Every state that can hold. One that stands for "the condition is not met" comes first and has no name."""
        if not self.states:
            return "no", HAPPENED
        return ("", *self.share_states) if self.given or self.unless else self.share_states

    @property
    def unnamed_state(self) -> str:
        """The state that the names of a table's rows leave out: not happened, condition not met, or the first."""
        return self.states[0] if self.states and not (self.given or self.unless) else self.node_states[0]

    @property
    def share_states(self) -> tuple[str, ...]:
        """The states in the order in which their shares are built: by name, so that the file has no say in it."""
        return self.states if self.ordered else tuple(sorted(self.states))

    @property
    def literals(self) -> tuple[str, ...]:
        """The names under which its states stand in the place of an event: "event=state", or of two its own."""
        return tuple(f"{self.id}={state}" for state in self.states) or (self.id,)

    def state_title(self, state: str) -> str:
        """The title of one of its states."""
        if self.edges and state in self.states:
            return range_title(self.states.index(state), self.edges, self.unit)
        return self.state_titles.get(state, state)


PARTS = ("all", "any", "none", "given", "unless")
"""The fields of an outcome that name events."""


class Outcome(Struct, frozen=True, kw_only=True):
    """What a report is about: a combination of events, perhaps under a condition."""

    kind: ClassVar[str] = "outcome"
    id: str
    title: str
    all: tuple[str, ...] = ()
    any: tuple[str, ...] = ()
    none: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    """Events none of which may have happened, for the condition to be met."""

    @property
    def conditional(self) -> bool:
        """Whether it is under a condition."""
        return bool(self.given or self.unless)

    @property
    def names(self) -> tuple[str, ...]:
        """Every event, or state of one, that is named, each once, in the order of the file."""
        return tuple(dict.fromkeys(name for part in PARTS for name in getattr(self, part)))

    @property
    def events(self) -> tuple[str, ...]:
        """Every event of these, each once."""
        return tuple(dict.fromkeys(map(event_of, self.names)))


def event_of(name: str) -> str:
    """Return the event that a name is about: of "event=state", the part before the sign."""
    return name.partition("=")[0]


def parents_of(event: Event, events: Mapping[str, Event]) -> tuple[str, ...]:
    """Return the events on which an event depends directly, each once."""
    driving = (driver.name for driver in event.drivers if event_of(driver.name) in events)
    names = (*event.table_parents, *event.given, *event.unless, *driving)
    return tuple(dict.fromkeys(map(event_of, names)))

"""The parts of a scenario: sources, factors, events with their drivers, and outcomes."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

type Form = Literal["odds", "rate", "table"]
type When = Literal["now", "horizon"]
type Clock = Literal["condition", "start"]


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where evidence was read."""

    kind: ClassVar[str] = "source"
    id: str
    title: str
    publisher: str = ""
    date: datetime.date | None = None
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class Factor:
    """A degree between 0 and 1 that is not observed directly."""

    kind: ClassVar[str] = "factor"
    id: str
    title: str
    low: str
    """What 0 means."""
    high: str
    """What 1 means."""


@dataclass(frozen=True, kw_only=True)
class Driver:
    """A factor or event that changes an event's log-odds (log rate)."""

    name: str
    sign: Literal[1, -1]
    """+1 raises, -1 lowers."""


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happens or does not."""

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


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a report is about: a combination of events, perhaps under a condition."""

    kind: ClassVar[str] = "outcome"
    id: str
    title: str
    all: tuple[str, ...] = ()
    any: tuple[str, ...] = ()
    none: tuple[str, ...] = ()
    given: tuple[str, ...] = ()

    @property
    def events(self) -> tuple[str, ...]:
        """Every event that is named, each once, in the order of the file."""
        return tuple(dict.fromkeys((*self.all, *self.any, *self.none, *self.given)))


def parents_of(event: Event, events: Mapping[str, Event]) -> tuple[str, ...]:
    """Return the events on which an event depends directly, each once."""
    driving = (driver.name for driver in event.drivers if driver.name in events)
    return tuple(dict.fromkeys((*event.table_parents, *event.given, *event.unless, *driving)))

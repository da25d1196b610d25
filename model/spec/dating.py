"""When events happen: which take a date of their own, and by which dates others have happened.

A rate event, one that may happen anytime, or one that repeats, happens on a date of its own. An event given such events
happens, if at all, on the day when the last of them has. An event that is settled now has happened by every date; one
that is decided at the horizon has happened by no date before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from estimative.model.spec.clock import awaited
from estimative.model.spec.events import Event, event_of
from estimative.model.spec.repeats import occurrences_before


class DateGroup(Struct, frozen=True):
    """Events with dates of their own that are related to each other, but to no others."""

    members: tuple[str, ...]
    """Each after those it waits for, or repeats with."""
    before: Mapping[str, tuple[str, ...]]
    """What must have happened before each: of these members, those it waits for, or repeats with."""
    repeats: bool
    """Whether each repeats with the one before, instead of waiting for it."""


def has_own_date(event: Event) -> bool:
    """Whether an event happens on a date that follows from no other one's."""
    return event.takes_time or bool(event.repeats)


def dated_by(name: str, events: Mapping[str, Event], past: Iterable[str]) -> frozenset[str] | None:
    """Return the events with dates of their own that have all happened once an event has.

    Parameters
    ----------
    past
        Events that have happened already.

    Returns
    -------
    None where the event is decided at the horizon; nothing where it is settled now.
    """
    event, settled = events[name], frozenset(past)
    if name in settled or event.when == "now":
        return frozenset()
    conditions = [dated_by(other, events, settled) for other in dict.fromkeys(map(event_of, event.given))]
    needed = frozenset[str]().union(*(dates for dates in conditions if dates is not None))
    if None in conditions:
        return None
    if has_own_date(event):
        return needed | {name}
    return needed or None


def date_groups(order: Iterable[str], events: Mapping[str, Event], past: Iterable[str]) -> Iterator[DateGroup]:
    """Yield the groups of events with dates of their own that have not happened yet.

    Parameters
    ----------
    order
        All events, each after those it depends on.
    """
    settled = frozenset(past)
    own = [name for name in order if has_own_date(events[name]) and name not in settled]
    before = {name: tuple(n for n in _directly_before(name, events) if n not in settled) for name in own}
    groups: list[set[str]] = []
    for name in own:
        related = [group for group in groups if group.intersection(before[name])]
        groups = [*(group for group in groups if group not in related), {name}.union(*related)]
    for group in groups:
        ordered = tuple(name for name in own if name in group)
        yield DateGroup(
            members=ordered,
            before={name: before[name] for name in ordered},
            repeats=any(events[name].repeats for name in ordered),
        )


def _directly_before(name: str, events: Mapping[str, Event]) -> tuple[str, ...]:
    return occurrences_before(name, events)[-1:] or awaited(name, events)

"""The clock of a rate: since when it runs, and which events it waits for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations

from estimative.model.spec.events import Event, event_of, parents_of
from estimative.priors.errors import Issue, Place, listed, quote

MOST_AWAITED = 4
"""The exact sum over dates grows with the events that may come in any order."""
MOST_DRIVING = 12
"""Each doubles the rows of a table."""
START = 'Write clock = "start" for one of them: its rate then runs over the whole horizon.'


def awaited(name: str, events: Mapping[str, Event]) -> tuple[str, ...]:
    """Return the rate events whose dates decide when the clock of an event starts; none where it runs from the start.

    They are those it is `given`, and those that these are given in turn where they take no time of their own.
    """
    event = events[name]
    if event.form != "rate" or event.clock == "start":
        return ()
    return tuple(other for other in events if other in _dated(name, events))


def all_awaited(name: str, events: Mapping[str, Event], past: Iterable[str] = ()) -> tuple[str, ...]:
    """Return what an event waits for, and what those wait for in turn, in the order of the file.

    Parameters
    ----------
    past
        Events that have happened already, so that nothing waits for them.
    """
    ended, found, stack = set(past), set[str](), [name]
    while stack:
        new = set(awaited(stack.pop(), events)) - found - ended
        found |= new
        stack.extend(new)
    return tuple(other for other in events if other in found)


def driving(names: Iterable[str], events: Mapping[str, Event]) -> tuple[str, ...]:
    """Return the events, and the states of events, that drive some events, each once."""
    return tuple(dict.fromkeys(d.name for name in names for d in events[name].drivers if event_of(d.name) in events))


def _dated(name: str, events: Mapping[str, Event]) -> set[str]:
    """The rate events that an event is given, directly or through events that take no time of their own."""
    found, seen, stack = set[str](), set[str](), list(events[name].given)
    while stack:
        given = event_of(stack.pop())
        if given in events and given not in seen:
            seen.add(given)
            if events[given].form == "rate":
                found.add(given)
            else:
                stack.extend(events[given].given)
    return found


def clock_errors(events: Mapping[str, Event]) -> Iterator[Issue]:
    """Yield the errors of clocks; events depend on each other in no circle."""
    for name, event in events.items():
        if event.clock and event.form != "rate":
            yield _error(f"events.{name}.clock", 'only an event of form "rate" has a clock', code="wrong-form")
        elif event.clock == "condition" and not awaited(name, events):
            message = "the clock has no condition to start at: the event is given no event that takes time"
            allowed = 'an event of form "rate" in given'
            yield _error(f"events.{name}.clock", message, code="contradiction", allowed=allowed)
    waiting = {name: found for name in events if (found := all_awaited(name, events))}
    for name, found in waiting.items():
        yield from _size_errors(name, found, events)
    # The dates of a chain follow one after another; events that wait side by side would need a joint sum.
    for (first, before), (second, after) in combinations(waiting.items(), 2):
        shared = [name for name in before if name in after]
        if shared and first not in after and second not in before:
            message = (
                f"{quote(first)} and {quote(second)} both wait for {quote(shared[-1])}, so that their dates are "
                "related in a way that is not computed"
            )
            yield _error(f"events.{second}.given", message, code="side-by-side", suggestion=START)


def _size_errors(name: str, found: tuple[str, ...], events: Mapping[str, Event]) -> Iterator[Issue]:
    if len(found) > MOST_AWAITED:
        message = f"the event waits for {len(found)} others: {listed([quote(other) for other in found])}"
        yield _error(f"events.{name}.given", message, code="too-many", allowed=f"at most {MOST_AWAITED}")
    parents = {*parents_of(events[name], events), *map(event_of, driving(found, events))}
    if len(parents) > MOST_DRIVING >= len(parents_of(events[name], events)):
        message = f"the event depends on {len(parents)} events, those included that drive what it waits for"
        yield _error(f"events.{name}", message, code="too-many", allowed=f"at most {MOST_DRIVING}")


def _error(key: str, message: str, *, code: str, allowed: str = "", suggestion: str = "") -> Issue:
    return Issue(code=code, message=message, place=Place(key=key), allowed=allowed, suggestion=suggestion)

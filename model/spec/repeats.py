"""Events that repeat: one that may follow each occurrence of a rate event, not once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from estimative.model.spec.clock import all_awaited, awaited
from estimative.model.spec.events import Event, event_of
from estimative.priors.errors import Issue, Place, quote

WHAT = 'an event of form "rate", or one that repeats itself'


def repeats_with(event: Event, events: Mapping[str, Event]) -> str:
    """Return the event whose occurrences an event may follow; empty where there is none, or where it happens once."""
    if not event.repeats:
        return ""
    return next((name for name in event.given if name in events and _occurs(events[name])), "")


def occurrences_before(name: str, events: Mapping[str, Event]) -> tuple[str, ...]:
    """Return what an event repeats with, from the rate event on; empty for an event that does not repeat."""
    found: list[str] = []
    while name := repeats_with(events[name], events):
        found.insert(0, name)
    return tuple(found)


def repeat_errors(events: Mapping[str, Event]) -> Iterator[Issue]:
    """Yield the errors of events that repeat; events depend on each other in no circle."""
    followers: dict[str, str] = {}
    awaited_by = {
        other: name for name in events if not _repeating_before(name, events) for other in awaited(name, events)
    }
    for name, event in events.items():
        if (before := _repeating_before(name, events)) and event.clock != "start":
            message = f"the clock would start with {quote(before)}, which repeats"
            yield _error(name, message, code="contradiction", suggestion='Write clock = "start".', key="clock")
        if not event.repeats:
            continue
        with_ = [other for other in event.given if other in events and _occurs(events[other])]
        if event.form != "odds" or event.states:
            message = 'only an event of form "odds" that happens or does not can repeat'
            yield _error(name, message, code="wrong-form")
        elif len(with_) != 1:
            message = f"the event repeats with {len(with_)} of those it is given"
            yield _error(name, message, code="contradiction", allowed=f"in given, exactly one of these: {WHAT}")
        elif waits := all_awaited(with_[0], events):
            message = f"{quote(with_[0])} waits for {quote(waits[-1])}, so that its occurrences are not counted"
            fix = f'Write clock = "start" for {quote(with_[0])}: its rate then runs over the whole horizon.'
            yield _error(name, message, code="contradiction", suggestion=fix)
        elif waiting := awaited_by.get(with_[0]):
            message = f"{quote(waiting)} waits for {quote(with_[0])}, whose first date and number are related"
            fix = f'Write clock = "start" for {quote(waiting)}: its rate then runs over the whole horizon.'
            yield _error(name, message, code="side-by-side", suggestion=fix)
        elif with_[0] in followers:
            message = (
                f"{quote(followers[with_[0]])} repeats with {quote(with_[0])} too, so that the two are related in a "
                "way that is not computed"
            )
            fix = "Let one of them follow the other, or let one happen once."
            yield _error(name, message, code="side-by-side", suggestion=fix)
        else:
            followers[with_[0]] = name


def _repeating_before(name: str, events: Mapping[str, Event]) -> str:
    """An event that repeats, through which a rate event waits for another; empty where there is none."""
    seen, stack = set[str](), list(events[name].given) if events[name].form == "rate" else []
    while stack:
        if (other := event_of(stack.pop())) in events and other not in seen:
            seen.add(other)
            if events[other].repeats:
                return other
            if events[other].form != "rate":
                stack.extend(events[other].given)
    return ""


def _occurs(event: Event) -> bool:
    """Whether an event may occur more than once."""
    return event.form == "rate" or bool(event.repeats)


def _error(
    name: str, message: str, *, code: str, allowed: str = "", suggestion: str = "", key: str = "repeats"
) -> Issue:
    place = Place(key=f"events.{name}.{key}")
    return Issue(code=code, message=message, place=place, allowed=allowed, suggestion=suggestion)

"""What is wrong with how long things last: the timing of events, and evidence that fades or expires."""

from __future__ import annotations

from collections.abc import Iterator

from estimative.model.spec.events import Event
from estimative.model.spec.evidence import Evidence, Observation
from estimative.priors.errors import Issue, Place, quote


def timing_errors(event: Event) -> Iterator[Issue]:
    """Yield the error of an event whose timing cannot be what its file says."""
    if event.timing is None:
        return
    message = _no_timing(event)
    if message:
        yield _error(f"events.{event.id}.timing", message, code="wrong-form", value=event.timing)


def _no_timing(event: Event) -> str:
    """Why an event has no timing of its own; nothing where it has one."""
    if event.form == "rate":
        return 'a rate runs over the time there is by itself; timing is of events of form "odds"'
    if event.form == "table":
        return 'a table states its probabilities itself; timing is of events of form "odds"'
    if event.states:
        return "one state of the event holds; timing is of events that happen or do not"
    if event.when == "now":
        return "the event is settled already; timing is of events that may still happen"
    if event.given and event.timing == "anytime":
        return (
            f"the event is given {quote(event.given[0])}, and happens with it; only an event without given has timing"
        )
    return ""


def ageing_errors(item: Evidence, path: str) -> Iterator[Issue]:
    """Yield the errors of an item that cannot fade or expire as its file says."""
    unseen = path.startswith("indicators.")
    for key in ("fades", "expires"):
        if getattr(item, key) is not None and (unseen or isinstance(item, Observation)):
            message = "what has not been seen does not age" if unseen else "what has happened stays so"
            fix = "Leave it out." if unseen else "Leave it out, or write another kind of evidence."
            yield _error(f"{path}.{key}", message, code="wrong-form", value=str(getattr(item, key)), suggestion=fix)
    if item.fades is not None and item.date is None:
        message = "the item fades from its date on, and has none"
        yield _error(
            f"{path}.fades", message, code="missing-value", allowed="a date of the item", value=str(item.fades)
        )
    if item.expires is not None and item.date is not None and item.expires < item.date:
        message = f"the item expires before its date, {item.date}"
        allowed = f"from {item.date}"
        yield _error(f"{path}.expires", message, code="date-out-of-range", value=str(item.expires), allowed=allowed)


def _error(key: str, message: str, *, code: str, value: str, allowed: str = "", suggestion: str = "") -> Issue:
    place = Place(key=key)
    return Issue(code=code, message=message, place=place, value=quote(value), allowed=allowed, suggestion=suggestion)

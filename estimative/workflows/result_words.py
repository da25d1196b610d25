"""What a user may give as the result of an outcome, or of an event with states."""

from __future__ import annotations

import math

from estimative.model.record.resolutions import WORDS
from estimative.model.spec.events import OTHERWISE, Event
from estimative.model.spec.ranges import range_of
from estimative.priors.errors import InvalidInput, Place, invalid, quote, unknown_name

RESULTS = {word: occurred for occurred, word in WORDS.items()}
VOID = WORDS[None]


def one_line(because: str, what: str, allowed: str) -> str:
    """A reason on one line.

    Parameters
    ----------
    what
        It is, in one word.
    allowed
        What is wanted.

    Raises
    ------
    InvalidInput
        If it is empty or no text.
    """
    reason = " ".join(because.split())
    if not reason:
        raise invalid(f"no {what} is given", code=f"missing-{what}", key="because", allowed=allowed)
    try:
        reason.encode()
    except UnicodeEncodeError as error:
        raise invalid(f"the {what} is not a text in UTF-8", code="not-text", key="because") from error
    return reason


def occurred(result: str, run: str) -> bool | None:
    """Whether an outcome happened; None where it is void.

    Raises
    ------
    InvalidInput
        If the result is none of the three words.
    """
    if result not in RESULTS:
        place = Place(file=run, key="result")
        raise InvalidInput([unknown_name(place, result, RESULTS, "the result of an outcome")])
    return RESULTS[result]


def state_of(result: str, event: Event, run: str) -> str:
    """The state that holds, `otherwise` where the condition of the event was not met; empty where it is void.

    Raises
    ------
    InvalidInput
        If the event has no such state, or a number is in none of its ranges.
    """
    others = (OTHERWISE, VOID) if event.given or event.unless else (VOID,)
    if result in event.states or result in others:
        return result if result in event.states or result != VOID else ""
    if event.edges and (value := _number(result)) is not None:
        return _state_with(value, event, run)
    what = f"a state of {event.id}" + (", or a number" if event.edges else "")
    raise InvalidInput([unknown_name(Place(file=run, key="result"), result, (*event.states, *others), what)])


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and "_" not in text else None


def _state_with(value: float, event: Event, run: str) -> str:
    place = range_of(value, event.edges)
    if place is None:
        message, allowed = f"{value:.12g} is below the first edge of {event.id}", f"{event.edges[0]:.12g} or more"
        raise invalid(
            message, code="out-of-range", file=run, key="result", value=quote(f"{value:.12g}"), allowed=allowed
        )
    return event.states[place]

"""A number in ranges: an event whose states are the ranges between edges, in order."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import pairwise

from estimative.model.spec.events import MOST_STATES, Event
from estimative.model.spec.evidence import Forecast
from estimative.model.spec.range_names import range_names
from estimative.priors.errors import Issue, Place, quote

ORDERS_OF_MAGNITUDE = 3.0
"""From this ratio of its ends on, a range above 0 is divided evenly by orders of magnitude."""


def share_below(value: float, low: float, high: float) -> float:
    """Return the share of a range that is at most a value: the rule by which a number is spread within its range.

    Evenly, or evenly by orders of magnitude where the lower end is above 0 and the upper three times as large or more.
    """
    if value <= low:
        return 0.0
    if value >= high:
        return 1.0
    if low > 0 and high >= ORDERS_OF_MAGNITUDE * low:
        return math.log(value / low) / math.log(high / low)
    return (value - low) / (high - low)


def value_at(share: float, low: float, high: float) -> float:
    """Return the value that a share of a range lies below; the inverse of `share_below`."""
    if low > 0 and high >= ORDERS_OF_MAGNITUDE * low:
        return float(low * (high / low) ** share)
    return low + share * (high - low)


def slope_at(value: float, low: float, high: float) -> float:
    """Return by how much `value_at` rises with the share, where it has a value."""
    if low > 0 and high >= ORDERS_OF_MAGNITUDE * low:
        return value * math.log(high / low)
    return high - low


def shares_below(value: float, edges: Sequence[float]) -> tuple[float, ...]:
    """Return the share of each range that is at most a value; of the range above the last edge none."""
    return (*(share_below(value, low, high) for low, high in pairwise(edges)), 0.0)


def range_of(value: float, edges: Sequence[float]) -> int | None:
    """Return the place of the range that a number is in; an upper edge belongs to its range. None below the first."""
    return bisect_left(edges[1:], value) if value >= edges[0] else None


def range_errors(event: Event) -> Iterator[Issue]:
    """Yield the errors of edges."""
    key = f"events.{event.id}.edges"
    if event.unit and not event.edges:
        yield _error(f"events.{event.id}.unit", "a unit belongs to a number in ranges", allowed="edges besides")
    if not event.edges:
        return
    if event.form != "odds":
        yield _error(key, 'a number in ranges has the form "odds"', code="wrong-form")
    if len(event.edges) < 2:
        yield _error(key, "one edge makes no ranges", code="too-few", allowed="two edges or more")
    if len(event.edges) > MOST_STATES:
        yield _error(key, f"there are {len(event.edges)} edges", code="too-many", allowed=f"at most {MOST_STATES}")
    elif event.states != range_names(event.edges):
        allowed = ", ".join(range_names(event.edges))
        yield _error(f"events.{event.id}.states", "the states of a number are its ranges", allowed=allowed)
    if not event.ordered:
        yield _error(f"events.{event.id}.ordered", "the ranges of a number have an order", allowed="true, or nothing")
    yield from _order_errors(key, event.edges)


def quantile_errors(item: Forecast, event: Event | None) -> Iterator[Issue]:
    """Yield the errors of quantiles that do not rise, or lie below the first edge."""
    key, values = f"evidence.{item.id}.quantiles", [value for _, value in item.quantiles]
    yield from _order_errors(key, values)
    if event and event.edges and values and values[0] <= event.edges[0]:
        message = f"{values[0]:g} is not above the first edge of the number, {event.edges[0]:g}"
        yield _error(key, message, value=quote(f"{values[0]:g}"), allowed=f"more than {event.edges[0]:g}")


def _order_errors(key: str, values: Sequence[float]) -> Iterator[Issue]:
    """Yield the first place where numbers do not rise."""
    for low, high in pairwise(values):
        if low >= high:
            message = f"{high:g} comes after {low:g}"
            yield _error(key, message, value=quote(f"{high:g}"), allowed="numbers in rising order")
            return


def _error(key: str, message: str, *, code: str = "invalid-value", value: str = "", allowed: str = "") -> Issue:
    return Issue(code=code, message=message, place=Place(key=key), value=value, allowed=allowed)

"""What one analyst said about one question over time, and which forecast was in force on each day."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence

from msgspec import Struct

from estimative.priors.state_probability import StateProbability

YES_NO = ("no", "yes")
"""The answers of a question without states, in the order of their probabilities."""

type Probabilities = tuple[float | None, ...]
"""Of each answer; None of one that could not be forecast yet. Those that are given add up to 1."""


class Change(Struct, frozen=True, kw_only=True):
    """A new forecast, or that the last one no longer holds."""

    time: datetime.datetime
    """With an offset; its date is the day on which the forecast was made."""
    probabilities: Probabilities | None
    """None where the forecast before is withdrawn."""

    @property
    def day(self) -> datetime.date:
        return self.time.date()


class Segment(Struct, frozen=True, kw_only=True):
    """Days on which the same forecast was in force."""

    start: datetime.date
    days: int
    probabilities: Probabilities | None
    """None where no forecast was in force."""


class Track(Struct, frozen=True, kw_only=True):
    """All forecasts that one analyst made on one question, and the answer."""

    analyst: str
    scenario: str
    question: str
    answers: tuple[str, ...]
    """Possible ones: no and yes, or the states."""
    ordered: bool = False
    """Whether the states have an order."""
    answer: int
    """The place of what happened among them."""
    closed: datetime.date
    """The day of the answer, or the horizon if that came first."""
    changes: tuple[Change, ...]
    """In the order of time, the first one a forecast. Of several at one time the last counts."""
    pooled: bool = True
    """Whether it counts in a pool; not if it is one itself, such as the community's forecast of a website."""

    @property
    def open(self) -> bool:
        """Whether the first forecast was made before the day of the answer."""
        return bool(self.changes) and self.changes[0].day < self.closed

    @property
    def last(self) -> Probabilities | None:
        """The last forecast before the day of the answer was over; None if it was withdrawn before that day."""
        current: Probabilities | None = None
        for change in self.changes:
            if change.day < self.closed or (change.day == self.closed and change.probabilities):
                current = change.probabilities
        return current

    def segments(self) -> Iterator[Segment]:
        """The days before that of the answer, by the forecast that was in force at the end of each, in order."""
        at_end = {change.day: change for change in self.changes if change.day < self.closed}
        days = [*at_end, self.closed]
        for change, following in zip(at_end.values(), days[1:], strict=True):
            yield Segment(start=change.day, days=(following - change.day).days, probabilities=change.probabilities)


def in_order(changes: Sequence[Change]) -> tuple[Change, ...]:
    """Changes by time; of those at one time the last is kept, and a withdrawal before the first forecast is not."""
    latest = {change.time: change for change in sorted(changes, key=lambda change: change.time)}
    ordered = list(latest.values())
    while ordered and ordered[0].probabilities is None:
        del ordered[0]
    return tuple(ordered)


def probabilities_of(yes: float | None, states: Sequence[StateProbability]) -> Probabilities:
    """Those of the states, or of no and yes where there are none."""
    chance = yes or 0.0
    return tuple(each.probability for each in states) or (1 - chance, chance)

"""What a sweep does to the headline, to the other outcomes and to the events: its curves, and what is said of them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from estimative.reports.figures.style import NothingToPlot
from estimative.reports.whatif import wording as words
from estimative.reports.whatif.summary import Chance, Event, Point, Supposed, Sweep, WhatIf
from estimative.reports.wording import condition, kind_of, listed, percent, span

MOST = 9
"""Curves of a group that are shown."""
NOWHERE = "cannot be so"
"""An outcome or event whose condition is excluded at every value."""


@dataclass(frozen=True, kw_only=True)
class Curve:
    """What becomes of one outcome or event along a sweep; None where its condition cannot be so."""

    name: str
    title: str
    given: str
    """Its condition; empty where there is none."""
    values: tuple[float, ...]
    chances: tuple[Chance | None, ...]

    @property
    def told(self) -> list[tuple[float, Chance]]:
        return [(value, chance) for value, chance in zip(self.values, self.chances, strict=True) if chance]

    @property
    def ends(self) -> list[tuple[float, Chance]]:
        """The first point and the last, where there is more than one."""
        return [self.told[0], self.told[-1]][: len(self.told)] if self.told else []

    @property
    def way(self) -> int:
        """1 where the last point is above the first, -1 where it is below, 0 where the errors do not let one say."""
        return _way(self.ends[0][1], self.ends[-1][1]) if self.told else 0


@dataclass(frozen=True, kw_only=True)
class Group:
    """Curves of one kind."""

    heading: str
    curves: tuple[Curve, ...]
    others: int
    """That are not shown."""


@dataclass(frozen=True, kw_only=True)
class Swept:
    """A sweep with its curves."""

    found: WhatIf
    sweep: Sweep
    headline: Curve
    groups: tuple[Group, ...]


def swept_of(found: WhatIf) -> Swept:
    """The curves of a sweep, from the factor's lowest degree to its highest.

    Raises
    ------
    Nothing
        If no factor was swept, no number is told, or the headline's condition can nowhere be so.
    """
    if not found.told or not found.sweep:
        raise NothingToPlot(f"No sweep is told. {found.caution}".strip())
    points = sorted(found.sweep.points, key=lambda point: point.value)
    outcomes = {
        name: _curve(name, one.title, "", points, [point.outcomes.get(name) for point in points])
        for name, one in found.outcomes.items()
    }
    events = {
        name: _curve(name, one.title, _given(one), points, [point.events.get(name) for point in points])
        for name, one in found.events.items()
    }
    headline = outcomes.pop(found.scenario.headline)
    if not headline.told:
        raise NothingToPlot("The headline's condition can nowhere be so.")
    groups = (_group("The other outcomes", outcomes), _group("The events, each under its own condition", events))
    return Swept(found=found, sweep=found.sweep, headline=headline, groups=tuple(filter(_any, groups)))


def _curve(name: str, title: str, given: str, points: Sequence[Point], chances: Sequence[Chance | None]) -> Curve:
    values = tuple(point.value for point in points)
    return Curve(name=name, title=title, given=given, values=values, chances=tuple(chances))


def _given(event: Event) -> str:
    return condition(event.given, event.unless) if event.given or event.unless else ""


def _any(group: Group) -> bool:
    return bool(group.curves)


def _group(heading: str, curves: dict[str, Curve]) -> Group:
    shown = tuple(curves.values())[:MOST]
    return Group(heading=heading, curves=shown, others=len(curves) - len(shown))


def title(told: Sequence[tuple[float, Chance]], factor: str) -> str:
    """What is seen first."""
    (low, first), (high, last) = told[0], told[-1]
    ends = [percent(one.probability, one.se) for one in (first, last)]
    if len(told) == 1:
        return f"With {factor} set to {low:g} the headline is at {ends[0]}"
    along = f"as {factor} is set from {low:g} to {high:g}"
    match _course([chance for _, chance in told]):
        case "stays":
            return f"The headline stays near {ends[0]} {along}"
        case course:
            return f"The headline {course} from {ends[0]} to {ends[1]} {along}"


def _course(chances: Sequence[Chance]) -> str:
    """Which way a curve goes, as far as the errors let one say."""
    ways = {_way(one, other) for one, other in pairwise(chances)} - {0}
    overall = _way(chances[0], chances[-1])
    if len(ways) > 1:
        return "goes, up and down,"
    return {0: "stays", 1: "rises", -1: "falls"}[overall]


def _way(one: Chance, other: Chance) -> int:
    difference = other.probability - one.probability
    if abs(difference) <= words.CLEAR * math.hypot(one.se, other.se):
        return 0
    return 1 if difference > 0 else -1


def besides(supposed: Sequence[Supposed]) -> Iterator[str]:
    """What is supposed at every value alike; nothing where nothing is."""
    if supposed:
        yield f"Supposed besides: {listed([_in_short(one) for one in supposed])}."


def _in_short(one: Supposed) -> str:
    match one.kind:
        case "intervention":
            return f"{one.about} set {one.said}"
        case "condition":
            return f"{one.about} taken {one.said}"
        case "evidence left out":
            return f"{one.about} left out"
        case _:
            return f"{one.about} {one.said}"


def sentences(swept: Swept) -> Iterator[str]:
    """Every curve in words."""
    for value, chance in swept.headline.told:
        told, around = percent(chance.probability, chance.se), span(chance.interval)
        yield f"At {value:g} the headline is {told}, {kind_of(chance.interval)} {around}."
    for group in swept.groups:
        yield f"{group.heading}:"
        for curve in group.curves:
            ends = [f"{percent(one.probability, one.se)} at {value:g}" for value, one in curve.ends]
            yield f"{curve.name}: {' and '.join(ends) or NOWHERE}."

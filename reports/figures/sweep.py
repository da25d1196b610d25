"""The sweep: what becomes of the headline, the other outcomes and the events as one factor is set by hand."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from matplotlib.axes import Axes

from reports.figures.axis import PROBABILITY, WORDS, Scale, bounded, log_odds, upward, worded_upward
from reports.figures.notes import error_of, exactness, origin
from reports.figures.sheet import Around, Line, Sheet
from reports.figures.style import (
    ASSESSED,
    BAND,
    CURVE,
    GAP,
    MARGIN,
    NUMBER,
    SMALL,
    STRONG,
    THIN,
    VALUE,
    WIDTH,
    Fill,
    Nothing,
    Stroke,
    applied,
)
from reports.figures.text import cut, wrapped
from reports.summary import Interval
from reports.whatif import wording as words
from reports.whatif.summary import Chance, Supposed, Sweep, WhatIf
from reports.wording import condition, kind_of, listed, percent, plural, span

LEFT, RIGHT = 66.0, 104.0
"""Beside the headline's curve: for numbers, and for words."""
HEIGHT, SMALL_HEIGHT = 220.0, 84.0
"""Of the headline's axes, and of every other's."""
NUMBERS, NAME = 16.0, 16.0
"""Below axes: for the numbers, and for what they count."""
HEADING = 22.0
COLUMNS, BETWEEN = 3, 12.0
MOST_PANELS, MOST_LINES = 9, 3
ROOM = 16.0
"""Above and below a curve, for the numbers at its ends."""
ALONE = (0.01, 0.99)
"""What an axis spans on which nothing lies but 0 and 1."""
INTERVENTION = (
    "An intervention at every value: events still to come respond to it; what is settled now, and what the evidence "
    "says of today, do not."
)


def sweep(found: WhatIf) -> str:
    """The headline along a sweep, and everything else in small, as an SVG.

    Raises
    ------
    Nothing
        If no factor was swept, or no number is told.
    """
    drawing = _drawing(found)
    with applied("sweep"):
        sheet = Sheet.with_room(_around(drawing), _room(drawing))
        _draw(sheet, drawing)
        return sheet.svg()


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


@dataclass(frozen=True, kw_only=True)
class Group:
    """Curves of one kind."""

    heading: str
    curves: tuple[Curve, ...]
    others: int
    """That are not shown."""


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """A sweep about to be drawn."""

    found: WhatIf
    sweep: Sweep
    headline: Curve
    groups: tuple[Group, ...]


def _drawing(found: WhatIf) -> Drawing:
    if not found.told or not found.sweep:
        raise Nothing(f"No sweep is told. {found.caution}".strip())
    outcomes, events = _outcomes(found, found.sweep), _events(found, found.sweep)
    headline = outcomes.pop(found.scenario.headline)
    if not headline.told:
        raise Nothing("The headline's condition can nowhere be so.")
    groups = (_group("The other outcomes", outcomes), _group("Events, each under its own condition", events))
    return Drawing(
        found=found, sweep=found.sweep, headline=headline, groups=tuple(group for group in groups if group.curves)
    )


def _outcomes(found: WhatIf, along: Sweep) -> dict[str, Curve]:
    return {
        name: Curve(
            name=name,
            title=outcome.title,
            given="",
            values=tuple(point.value for point in along.points),
            chances=tuple(point.outcomes.get(name) for point in along.points),
        )
        for name, outcome in found.outcomes.items()
    }


def _events(found: WhatIf, along: Sweep) -> dict[str, Curve]:
    return {
        name: Curve(
            name=name,
            title=event.title,
            given=condition(event.given, event.unless) if event.given or event.unless else "",
            values=tuple(point.value for point in along.points),
            chances=tuple(point.events.get(name) for point in along.points),
        )
        for name, event in found.events.items()
    }


def _group(heading: str, curves: dict[str, Curve]) -> Group:
    shown = tuple(curves.values())[:MOST_PANELS]
    return Group(heading=heading, curves=shown, others=len(curves) - len(shown))


def _around(drawing: Drawing) -> Around:
    found, told = drawing.found, drawing.headline.told
    before = found.headline.before
    assessed = f"as assessed: {percent(before.probability, before.mcse)}"
    subtitle = (f"{found.outcomes[drawing.headline.name].title.rstrip('.')}, by {found.scenario.until}.", INTERVENTION)
    besides = tuple(_besides(found.supposed))
    band = _band([chance.interval for _, chance in told])
    everything = [drawing.headline, *(curve for group in drawing.groups for curve in group.curves)]
    errors = [error_of(one.probability, one.mcse) for curve in everything for _, one in curve.told]
    return Around(
        title=_title(told, drawing.sweep.factor),
        subtitle=(*subtitle, *besides),
        caution=found.caution,
        key=((CURVE, "the headline"), *band, (ASSESSED, assessed)),
        notes=(
            f"{WORDS} {exactness('the probabilities', errors)}",
            *_left_out(drawing.groups),
            origin(found.scenario, found.analyst.prior_set, found.computation),
        ),
        description=(*subtitle, *besides, f"The headline {assessed}.", *_sentences(drawing)),
    )


def _title(told: Sequence[tuple[float, Chance]], factor: str) -> str:
    """What is seen first."""
    (low, first), (high, last) = told[0], told[-1]
    ends = [percent(one.probability, one.mcse) for one in (first, last)]
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
    if abs(difference) <= words.CLEAR * math.hypot(one.mcse, other.mcse):
        return 0
    return 1 if difference > 0 else -1


def _band(intervals: Sequence[Interval]) -> list[tuple[Fill | Stroke, str]]:
    return [(BAND, f"its {kind_of(intervals[0])}")] if any(one.low < one.high for one in intervals) else []


def _besides(supposed: Sequence[Supposed]) -> Iterator[str]:
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
            return f"{one.about} stated as {one.said}"


def _left_out(groups: Sequence[Group]) -> Iterator[str]:
    for group in groups:
        if group.others:
            yield f"{group.heading}: {plural(group.others, 'more is', 'more are')} left out."


def _sentences(drawing: Drawing) -> Iterator[str]:
    """Every curve in words."""
    for value, chance in drawing.headline.told:
        told, around = percent(chance.probability, chance.mcse), span(chance.interval)
        yield f"At {value:g} the headline is {told}, {kind_of(chance.interval)} {around}."
    for group in drawing.groups:
        yield f"{group.heading}:"
        for curve in group.curves:
            ends = [f"{percent(one.probability, one.mcse)} at {value:g}" for value, one in _ends(curve)]
            yield f"{curve.name}: {' and '.join(ends) or 'cannot be so'}."


def _ends(curve: Curve) -> list[tuple[float, Chance]]:
    """The first point and the last, where there is more than one."""
    return [curve.told[0], curve.told[-1]][: len(curve.told)] if curve.told else []


def _room(drawing: Drawing) -> float:
    anchors = max(map(len, _anchors(drawing.sweep))) * SMALL.leading
    return HEIGHT + NUMBERS + NAME + anchors + GAP + sum(map(_height, drawing.groups))


def _height(group: Group) -> float:
    rows = math.ceil(len(group.curves) / COLUMNS)
    return HEADING + rows * (_titles(group) + SMALL_HEIGHT + NUMBERS) + NAME


def _titles(group: Group) -> float:
    """The height of the texts above each small picture."""
    return max(len(_above(curve)) for curve in group.curves) * SMALL.leading + GAP


def _above(curve: Curve) -> tuple[str, ...]:
    given = [cut(f"if {curve.given}", _width(), SMALL)] if curve.given else []
    return (*wrapped(curve.title, _width(), SMALL, most=MOST_LINES), *given)


def _width() -> float:
    """Of a small picture."""
    return (WIDTH - LEFT - MARGIN - (COLUMNS - 1) * BETWEEN) / COLUMNS


def _anchors(along: Sweep) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What 0 and 1 mean, in lines."""
    half = (WIDTH - LEFT - RIGHT) / 2 - GAP
    low, high = (
        wrapped(f"{end}: {text}", half, SMALL, most=MOST_LINES + 1) for end, text in ((0, along.low), (1, along.high))
    )
    return low, high


def _draw(sheet: Sheet, drawing: Drawing) -> None:
    _draw_headline(sheet, drawing)
    top = sheet.top + _room(drawing) - sum(map(_height, drawing.groups))
    curves = [curve for group in drawing.groups for curve in group.curves]
    scale = _scale([one.probability for curve in curves for _, one in curve.told], SMALL_HEIGHT)
    for group in drawing.groups:
        _draw_group(sheet, group, scale, top, drawing.sweep)
        top += _height(group)


def _scale(probabilities: Sequence[float], length: float) -> Scale:
    placed = list(filter(bounded, probabilities)) or ALONE
    return Scale.over([log_odds(one) for one in placed], length, side=ROOM)


def _draw_headline(sheet: Sheet, drawing: Drawing) -> None:
    headline, before = drawing.headline, drawing.found.headline.before.probability
    edges = [edge for _, one in headline.told for edge in (one.probability, one.interval.low, one.interval.high)]
    scale = _scale([before, *edges], HEIGHT)
    width = WIDTH - LEFT - RIGHT
    axes = sheet.axes(LEFT, sheet.top, width, HEIGHT)
    upward(axes, scale, f"Headline: {PROBABILITY}")
    worded_upward(axes, scale)
    axes.axhline(_place(before, scale), zorder=3, **ASSESSED.drawn)
    _draw_band(axes, headline, scale)
    _draw_curve(axes, headline, scale, CURVE)
    _degrees(axes, (0, 0.2, 0.4, 0.6, 0.8, 1))
    axes.set_xlabel(cut(f"{drawing.sweep.title}: degree (0 to 1), set by hand", width, NUMBER), **NUMBER.drawn)
    _draw_anchors(sheet, drawing.sweep, sheet.top + HEIGHT + NUMBERS + NAME)


def _place(probability: float, scale: Scale) -> float:
    """In log-odds; 0 and 1 at the ends of the scale."""
    return min(max(log_odds(probability), scale.low), scale.high)


def _draw_band(axes: Axes, curve: Curve, scale: Scale) -> None:
    low, high = (
        [math.nan if one is None else _place(edge(one.interval), scale) for one in curve.chances]
        for edge in (lambda interval: interval.low, lambda interval: interval.high)
    )
    axes.fill_between(curve.values, low, high, zorder=1, **BAND.drawn)


def _draw_curve(axes: Axes, curve: Curve, scale: Scale, stroke: Stroke) -> None:
    places = [math.nan if one is None else _place(one.probability, scale) for one in curve.chances]
    axes.plot(curve.values, places, zorder=4, clip_on=False, **stroke.drawn)
    ends = _ends(curve)
    higher = max((one.probability for _, one in ends), default=0.0)
    for (value, one), anchor in zip(ends, ("left", "right"), strict=False):
        over = one.probability == higher
        place = _place(one.probability, scale) + scale.per_unit * (GAP if over else -GAP)
        text, upright = percent(one.probability, one.mcse), "bottom" if over else "top"
        axes.text(value, place, text, ha=anchor, va=upright, zorder=5, **VALUE.drawn)


def _degrees(axes: Axes, ticks: Sequence[float]) -> None:
    axes.set_xlim(-0.03, 1.03)
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks], fontsize=NUMBER.size)


def _draw_anchors(sheet: Sheet, along: Sweep, top: float) -> None:
    """What 0 and 1 mean, below them."""
    for lines, x, anchor in zip(_anchors(along), (LEFT, WIDTH - RIGHT), ("left", "right"), strict=True):
        for place, line in enumerate(lines):
            y = top + (place + 1) * SMALL.leading
            sheet.put(Line(text=line, x=x, y=y, lettering=SMALL, anchor=anchor))


def _draw_group(sheet: Sheet, group: Group, scale: Scale, top: float, along: Sweep) -> None:
    sheet.put(Line(text=group.heading, x=MARGIN, y=top + HEADING - 2 * GAP, lettering=STRONG))
    for place, curve in enumerate(group.curves):
        row, column = divmod(place, COLUMNS)
        above = top + HEADING + row * (_titles(group) + SMALL_HEIGHT + NUMBERS)
        left = LEFT + column * (_width() + BETWEEN)
        _draw_titles(sheet, curve, left, above)
        axes = sheet.axes(left, above + _titles(group), _width(), SMALL_HEIGHT)
        upward(axes, scale, "Probability (%, log-odds)" if column == 0 else "")
        axes.tick_params(labelleft=column == 0)
        _draw_curve(axes, curve, scale, THIN)
        _degrees(axes, (0, 0.5, 1))
    base = top + _height(group) - GAP
    name = cut(f"{along.title}: degree (0 to 1), set by hand", WIDTH - LEFT - MARGIN, NUMBER)
    sheet.put(Line(text=name, x=LEFT + (WIDTH - LEFT - MARGIN) / 2, y=base, lettering=NUMBER, anchor="center"))


def _draw_titles(sheet: Sheet, curve: Curve, left: float, top: float) -> None:
    for place, line in enumerate(_above(curve)):
        sheet.put(Line(text=line, x=left, y=top + (place + 0.7) * SMALL.leading, lettering=SMALL))

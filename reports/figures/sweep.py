"""The sweep: what becomes of the headline, the other outcomes and the events as one factor is set by hand."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import batched

from matplotlib.axes import Axes

from estimative.reports.document import alone
from estimative.reports.figures.axis import PROBABILITY, Scale, bounded, log_odds, upward, worded_upward
from estimative.reports.figures.canvas import Anchor, Canvas, FigureText, Line
from estimative.reports.figures.curves import NOWHERE, Curve, Group, Swept, besides, sentences, swept_of, title
from estimative.reports.figures.notes import error_of, exactness, origin
from estimative.reports.figures.style import (
    ASSESSED,
    BAND,
    CLEARED,
    CURVE,
    GAP,
    MARGIN,
    NAME,
    NUMBER,
    SMALL,
    STRONG,
    THIN,
    VALUE,
    WIDTH,
    Fill,
    Lettering,
    Stroke,
)
from estimative.reports.figures.text import balanced, brief, cut, wrapped
from estimative.reports.summary import Interval
from estimative.reports.whatif.summary import Sweep, WhatIf
from estimative.reports.wording import kind_of, percent, plural

LEFT, RIGHT = 66.0, 104.0
"""Beside the headline's curve: for numbers, and for words."""
HEIGHT, SMALL_HEIGHT = 220.0, 84.0
"""Of the headline's axes, and of every other's."""
NUMBERS, COUNTED, AIR = 16.0, 14.0, 8.0
"""Below axes: for the numbers, for what they count, and for nothing."""
HEADING = 22.0
COLUMNS, BETWEEN = 3, 12.0
MOST_LINES = 3
ROOM = 16.0
"""Above and below a curve, for the numbers at its ends."""
ALONE = (0.01, 0.99)
"""What an axis spans on which nothing lies but 0 and 1."""
INTERVENTION = (
    "An intervention at every value: events still to come respond to it; what is settled now, and what the evidence "
    "says of today, do not."
)


def sweep(found: WhatIf) -> Canvas:
    """The headline along a sweep, and everything else in small.

    Raises
    ------
    Nothing
        If no factor was swept, or no number is told.
    """
    swept = swept_of(found)
    with Canvas.with_room("sweep", _around(swept), _room(swept)) as sheet:
        _draw(sheet, swept)
    return sheet


def _around(swept: Swept) -> FigureText:
    found, told = swept.found, swept.headline.told
    before = found.headline.before
    assessed = f"as assessed: {percent(before.probability, before.se)}"
    subtitle = (f"{alone(found.outcomes[swept.headline.name].title)}, by {found.scenario.until}.", INTERVENTION)
    supposed = tuple(besides(found.supposed))
    band = _band([chance.interval for _, chance in told])
    everything = [swept.headline, *(curve for group in swept.groups for curve in group.curves)]
    errors = [error_of(one.probability, one.se) for curve in everything for _, one in curve.told]
    return FigureText(
        title=title(told, swept.sweep.factor),
        subtitle=(*subtitle, *supposed),
        caution=found.caution,
        key=((CURVE, "the headline"), *band, (ASSESSED, assessed)),
        notes=(
            f"{_headline_scale(swept).note} {exactness('the probabilities', errors)}",
            *_left_out(swept.groups),
            origin(found.scenario, found.analyst.prior_set, found.computation),
        ),
        description=(*subtitle, *supposed, f"The headline {assessed}.", *sentences(swept)),
    )


def _band(intervals: Sequence[Interval]) -> list[tuple[Fill | Stroke, str]]:
    return [(BAND, f"its {kind_of(intervals[0])}")] if any(one.low < one.high for one in intervals) else []


def _left_out(groups: Sequence[Group]) -> Iterator[str]:
    for group in groups:
        if group.others:
            yield f"{group.heading}: {plural(group.others, 'more is', 'more are')} left out."


def _room(swept: Swept) -> float:
    anchors = max(map(len, _anchors(swept.sweep))) * SMALL.leading
    return HEIGHT + NUMBERS + COUNTED + anchors + AIR + sum(map(_height, swept.groups))


def _height(group: Group) -> float:
    return HEADING + sum(map(_row_height, batched(group.curves, COLUMNS))) + COUNTED


def _row_height(row: Sequence[Curve]) -> float:
    return _titles(row) + SMALL_HEIGHT + NUMBERS + AIR


def _titles(row: Sequence[Curve]) -> float:
    """The height of the texts above a row of small pictures."""
    return max(len(_above(curve)) for curve in row) * SMALL.leading + GAP


def _above(curve: Curve) -> list[tuple[str, Lettering]]:
    """What a small picture shows, in lines."""
    lines = [(line, NAME) for line in wrapped(curve.title, _width(), NAME, most=MOST_LINES)]
    given = [(line, SMALL) for line in wrapped(curve.given and f"if {curve.given}", _width(), SMALL, most=2)]
    return [*lines, *given]


def _width() -> float:
    """Of a small picture."""
    return (WIDTH - LEFT - MARGIN - (COLUMNS - 1) * BETWEEN) / COLUMNS


def _anchors(along: Sweep) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What 0 and 1 mean, in lines."""
    half = (WIDTH - LEFT - RIGHT) / 2 - GAP
    low, high = (
        balanced(f"{end}: {alone(text)}", half, SMALL, most=4) for end, text in ((0, along.low), (1, along.high))
    )
    return low, high


def _draw(sheet: Canvas, swept: Swept) -> None:
    _draw_headline(sheet, swept)
    top = sheet.top + _room(swept) - sum(map(_height, swept.groups))
    curves = [curve for group in swept.groups for curve in group.curves]
    scale = _scale([one.probability for curve in curves for _, one in curve.told], SMALL_HEIGHT)
    for group in swept.groups:
        _draw_group(sheet, group, scale, top, swept.sweep)
        top += _height(group)


def _scale(probabilities: Sequence[float], length: float) -> Scale:
    placed = list(filter(bounded, probabilities)) or ALONE
    return Scale.over([log_odds(one) for one in placed], length, side=ROOM)


def _headline_scale(swept: Swept) -> Scale:
    told = [one for _, one in swept.headline.told]
    edges = [edge for one in told for edge in (one.probability, one.interval.low, one.interval.high)]
    return _scale([swept.found.headline.before.probability, *edges], HEIGHT)


def _draw_headline(sheet: Canvas, swept: Swept) -> None:
    headline, before, scale = swept.headline, swept.found.headline.before.probability, _headline_scale(swept)
    width = WIDTH - LEFT - RIGHT
    axes = sheet.axes(LEFT, sheet.top, width, HEIGHT)
    upward(axes, scale, PROBABILITY)
    worded_upward(axes, scale)
    axes.axhline(_place(before, scale), zorder=3, **ASSESSED.drawn)
    _draw_band(axes, headline, scale)
    _draw_curve(axes, headline, scale, CURVE)
    _degrees(axes, (0, 0.2, 0.4, 0.6, 0.8, 1))
    axes.set_xlabel(cut(f"{alone(swept.sweep.title)}: degree (0 to 1), set by hand", width, NUMBER), **NUMBER.drawn)
    _draw_anchors(sheet, swept.sweep, sheet.top + HEIGHT + NUMBERS + COUNTED)


def _place(probability: float, scale: Scale) -> float:
    """In log-odds; 0 and 1 at the ends of the scale."""
    return min(max(log_odds(probability), scale.low), scale.high)


def _draw_band(axes: Axes, curve: Curve, scale: Scale) -> None:
    intervals = [one and one.interval for one in curve.chances]
    low = [_place(one.low, scale) if one else math.nan for one in intervals]
    high = [_place(one.high, scale) if one else math.nan for one in intervals]
    axes.fill_between(curve.values, low, high, zorder=-1, **BAND.drawn)


def _draw_curve(axes: Axes, curve: Curve, scale: Scale, stroke: Stroke) -> None:
    places = [math.nan if one is None else _place(one.probability, scale) for one in curve.chances]
    axes.plot(curve.values, places, zorder=4, clip_on=False, **stroke.drawn)
    for (value, one), anchor, lower in zip(curve.ends, ("left", "right"), (1, -1), strict=False):
        place = _place(one.probability, scale)
        over = _has_room(place, scale, above=curve.way != lower)
        y, upright = place + scale.per_unit * (GAP if over else -GAP), "bottom" if over else "top"
        text = brief(percent(one.probability, one.se))
        axes.text(value, y, text, ha=anchor, va=upright, zorder=3, bbox=CLEARED, **VALUE.drawn)


def _has_room(place: float, scale: Scale, *, above: bool) -> bool:
    """Whether a number goes above its point: where it should, unless there is room on the other side alone."""
    needed = scale.per_unit * (GAP + VALUE.size)
    return place + needed <= scale.high if above else place - needed < scale.low


def _degrees(axes: Axes, ticks: Sequence[float]) -> None:
    axes.set_xlim(-0.03, 1.03)
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks], fontsize=NUMBER.size)


def _draw_anchors(sheet: Canvas, along: Sweep, top: float) -> None:
    """What 0 and 1 mean, below them."""
    sides: tuple[tuple[float, Anchor], ...] = ((LEFT, "left"), (WIDTH - RIGHT, "right"))
    for lines, (x, anchor) in zip(_anchors(along), sides, strict=True):
        for place, line in enumerate(lines):
            y = top + (place + 1) * SMALL.leading
            sheet.put(Line(text=line, x=x, y=y, lettering=SMALL, anchor=anchor))


def _draw_group(sheet: Canvas, group: Group, scale: Scale, top: float, along: Sweep) -> None:
    heading = f"{group.heading} (probability, on one scale of log-odds)"
    sheet.put(Line(text=heading, x=MARGIN, y=top + HEADING - 2 * GAP, lettering=STRONG))
    top += HEADING
    for row in batched(group.curves, COLUMNS):
        for column, curve in enumerate(row):
            _draw_small(sheet, curve, scale, top + _titles(row), column)
        top += _row_height(row)
    name = cut(f"{alone(along.title)}: degree (0 to 1), set by hand", WIDTH - LEFT - MARGIN, NUMBER)
    middle = (LEFT + WIDTH - MARGIN) / 2
    sheet.put(Line(text=name, x=middle, y=top + GAP / 2, lettering=NUMBER, anchor="center"))


def _draw_small(sheet: Canvas, curve: Curve, scale: Scale, top: float, column: int) -> None:
    left = LEFT + column * (_width() + BETWEEN)
    _draw_titles(sheet, curve, left, top - GAP)
    axes = sheet.axes(left, top, _width(), SMALL_HEIGHT)
    upward(axes, scale, "" if column else "Probability (%)")
    axes.tick_params(labelleft=not column)
    _degrees(axes, (0, 0.5, 1))
    _draw_curve(axes, curve, scale, THIN)
    if not curve.told:
        axes.text(0.5, (scale.low + scale.high) / 2, NOWHERE, ha="center", bbox=CLEARED, **VALUE.drawn)


def _draw_titles(sheet: Canvas, curve: Curve, left: float, bottom: float) -> None:
    """The texts above a small picture, the last one nearest to it."""
    for place, (line, lettering) in enumerate(reversed(_above(curve))):
        sheet.put(Line(text=line, x=left, y=bottom - place * SMALL.leading, lettering=lettering))

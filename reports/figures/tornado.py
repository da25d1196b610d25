"""The tornado: how far each quantity, held low and held high, moves the headline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from matplotlib.axes import Axes

from estimative.model.spec.quantities import QuantityName
from estimative.priors.verbal_scale import ICD203
from estimative.priors.verbal_scale import Scale as Words
from estimative.reports.document import alone
from estimative.reports.figures.axis import PROBABILITY, Scale, across, bounded, log_odds, worded_across
from estimative.reports.figures.canvas import Canvas, FigureText, Line
from estimative.reports.figures.notes import error_of, exactness, origin
from estimative.reports.figures.style import (
    ASSESSED,
    CLEARED,
    DARK,
    GAP,
    GRID,
    LABEL,
    LIGHT,
    MARGIN,
    SMALL,
    STRONG,
    VALUE,
    WIDTH,
    NothingToPlot,
)
from estimative.reports.figures.text import brief, cut, width_of
from estimative.reports.sensitivity import wording as words
from estimative.reports.sensitivity.summary import Sensitivity, Swing, Tornado
from estimative.reports.summary import Number, Probability
from estimative.reports.wording import percent, plural, spoken

MOST_QUANTITIES, MOST_WEIGHTS = 15, 8
ROW, BAR, HEADING = 25.0, 12.0, 22.0
"""Heights, in units."""
HEAD, FOOT = 12.0, 36.0
"""For the words above the axis, and for its numbers and name below."""
NAMES = 218.0
"""Where the names end."""
BEYOND = 14.0
"""How far past all others a bar goes that has no end."""
SAME = {"effects", "independence"}
"""Whose title says no more than their name."""
HELD = (
    "Numbers at a bar's ends: where the quantity was held, on its own scale: a degree from 0 to 1; a probability, or a "
    "rate per year, at the middle of every driver; a ratio; a standard error."
)
ENDLESS = "In brackets: the headline there, which is off any scale of log-odds."


def tornado(found: Sensitivity, yardstick: Words = ICD203) -> Canvas:
    """The widest swings.

    Raises
    ------
    Nothing
        If no swing is told, or the headline is certain or impossible as assessed.
    """
    swings, headline = _told(found)
    groups = [group for group in _groups(swings) if group.bars]
    reach = _reach(groups, headline, yardstick)
    around = _around(found, swings, headline, groups, reach.scale.note)
    with Canvas.with_room("tornado", around, HEAD + sum(map(_height, groups)) + FOOT) as sheet:
        _draw(sheet, groups, reach)
    return sheet


def _told(found: Sensitivity) -> tuple[Tornado, Probability]:
    if not found.tornado or not found.headline:
        raise NothingToPlot(f"No swing is told. {found.caution}".strip())
    if not found.tornado.quantities and not found.tornado.weights:
        raise NothingToPlot("Nothing was varied: every quantity is a constant, and no evidence has a weight of choice.")
    if not bounded(found.headline.probability):
        raise NothingToPlot("The headline is certain or impossible as assessed: nothing that was varied can move it.")
    return found.tornado, found.headline


@dataclass(frozen=True, kw_only=True)
class Group:
    """Bars that were varied in the same way."""

    heading: str
    kind: str
    bars: Mapping[str, Swing]
    others: int
    """That are not shown."""


def _groups(swings: Tornado) -> tuple[Group, Group]:
    low, high = _ends(swings)
    return (
        _group(f"Quantities, at {low} and {high}", "quantity", swings.quantities, MOST_QUANTITIES),
        _group("Weights of evidence, at 0 and 1", "weight", swings.weights, MOST_WEIGHTS),
    )


def _group(heading: str, kind: str, swings: Mapping[str, Swing], most: int) -> Group:
    bars = dict(islice(swings.items(), most))
    return Group(heading=heading, kind=kind, bars=bars, others=len(swings) - len(bars))


def _ends(swings: Tornado) -> tuple[str, str]:
    return f"{100 * swings.low_quantile:g} %", f"{100 * swings.high_quantile:g} %"


def _height(group: Group) -> float:
    return HEADING + ROW * len(group.bars)


def _around(
    found: Sensitivity, swings: Tornado, headline: Probability, groups: Sequence[Group], words_note: str
) -> FigureText:
    subtitle = (f"{alone(found.headline_title)}, by {found.scenario.until}.", " ".join(_varied(swings, groups)))
    assessed = f"as assessed: {percent(headline.probability, headline.mcse)}"
    low, high = _ends(swings)
    ends = [end for group in groups for one in group.bars.values() for end in (one.at_low, one.at_high)]
    errors = [error_of(end.value, end.mcse) for end in ends]
    return FigureText(
        title=_title(swings),
        subtitle=subtitle,
        caution=found.caution,
        key=((LIGHT, f"held low (at {low}, or 0)"), (DARK, f"held high (at {high}, or 1)"), (ASSESSED, assessed)),
        notes=(
            HELD if all(bounded(end.value) for end in ends) else f"{HELD} {ENDLESS}",
            f"{words_note} {exactness("the headline at the bars' ends", errors)}",
            origin(found.scenario, found.analyst.prior_set, found.computation),
        ),
        description=(*subtitle, f"The headline {assessed}.", *_sentences(groups)),
    )


def _title(swings: Tornado) -> str:
    """What is seen first."""
    for name, one in swings.quantities.items():
        if one.swing is None or abs(one.swing.value) > words.CLEAR * one.swing.mcse:
            return f"The headline hangs most on {spoken(name)}: {words.headline_at(one)}"
    return "No quantity that was varied moves the headline by more than its error"


def _varied(swings: Tornado, groups: Sequence[Group]) -> Iterator[str]:
    """What exactly was varied, and what is left out."""
    low, high = _ends(swings)
    yield f"Each quantity held at the {low} and the {high} point of its prior, all else as assessed and fitted anew."
    if swings.constants:
        yield f"{plural(len(swings.constants), 'constant was', 'constants were')} not varied."
    kinds = {"quantity": "quantities", "weight": "weights"}
    if groups[-1].kind == "weight":
        yield "Each weight of evidence, which is fixed by choice, at 0 and at 1."
    for group in groups:
        if group.others:
            shown = plural(len(group.bars), group.kind, kinds[group.kind])
            yield f"The {shown} of the widest swings; {plural(group.others, 'other', 'others')}, of less, left out."


def _sentences(groups: Sequence[Group]) -> Iterator[str]:
    """Every bar in words."""
    for group in groups:
        yield f"{group.heading}:"
        for name, one in group.bars.items():
            low, high = _values(one)
            chances = [percent(end.value, end.mcse) for end in (one.at_low, one.at_high)]
            yield f"{name} held at {low}: {chances[0]}, at {high}: {chances[1]}."


def _values(one: Swing) -> tuple[str, str]:
    return f"{one.low:.3g}", f"{one.high:.3g}"


@dataclass(frozen=True, kw_only=True)
class AxisRange:
    """From the headline at an end to a place on the axis, in natural log-odds."""

    scale: Scale
    room: float
    """For the numbers at either side, in units."""
    headline: float

    def place(self, end: Number) -> float:
        """Where a bar ends; one that goes to 0 or 1, past all others."""
        if bounded(end.value):
            return log_odds(end.value)
        room = self.scale.per_unit * self.room
        return self.scale.low + room if end.value < 0.5 else self.scale.high - room


def _reach(groups: Sequence[Group], headline: Probability, yardstick: Words) -> AxisRange:
    """An axis on which every bar that has an end reaches it."""
    bars = [one for group in groups for one in group.bars.values()]
    room = max(width_of(label, VALUE) for one in bars for label in _labels(one)) + GAP
    ends = [log_odds(end.value) for one in bars for end in (one.at_low, one.at_high) if bounded(end.value)]
    middle = log_odds(headline.probability)
    scale = Scale.over([middle, *ends], WIDTH - MARGIN - NAMES, side=room + BEYOND, yardstick=yardstick)
    return AxisRange(scale=scale, room=room, headline=middle)


def _labels(one: Swing) -> tuple[str, str]:
    """The value held, and the headline there where its bar has no end."""
    low, high = (
        value if bounded(end.value) else f"{value} ({brief(percent(end.value, end.mcse))})"
        for value, end in zip(_values(one), (one.at_low, one.at_high), strict=True)
    )
    return low, high


def _draw(sheet: Canvas, groups: Sequence[Group], reach: AxisRange) -> None:
    height = sum(map(_height, groups))
    axes = sheet.axes(NAMES, sheet.top + HEAD, reach.scale.length, height)
    axes.set_ylim(height, 0)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    across(axes, reach.scale, PROBABILITY)
    worded_across(axes, reach.scale, -GAP / 2)
    axes.axvline(reach.headline, **ASSESSED.drawn, zorder=3)
    top = 0.0
    for group in groups:
        _draw_group(sheet, axes, reach, group, top)
        top += _height(group)


def _draw_group(sheet: Canvas, axes: Axes, reach: AxisRange, group: Group, top: float) -> None:
    above = sheet.top + HEAD
    base = above + top + HEADING - GAP
    sheet.put(Line(text=group.heading, x=MARGIN, y=base, lettering=STRONG))
    for place, (name, one) in enumerate(group.bars.items()):
        middle = top + HEADING + ROW * (place + 0.5)
        _draw_bar(axes, reach, one, middle)
        _draw_name(sheet, name, one.title, above + middle)


def _draw_bar(axes: Axes, reach: AxisRange, one: Swing, middle: float) -> None:
    """Both halves, the longer one behind, and the values held outside of them and of the headline."""
    halves = [(reach.place(end), fill) for end, fill in ((one.at_low, LIGHT), (one.at_high, DARK))]
    for place, fill in sorted(halves, key=lambda half: -abs(half[0] - reach.headline)):
        axes.barh(middle, place - reach.headline, BAR, left=reach.headline, zorder=2, **fill.drawn)
    low, high = _labels(one)
    left, right = (low, high) if halves[0][0] <= halves[1][0] else (high, low)
    places = [reach.headline, *(place for place, _ in halves)]
    axes.axhline(middle, **GRID.drawn, zorder=0)
    gap = reach.scale.per_unit * GAP / 2
    beside = {"y": middle, "va": "center_baseline", "zorder": 4, "bbox": CLEARED, **VALUE.drawn}
    axes.text(x=min(places) - gap, s=left, ha="right", **beside)
    axes.text(x=max(places) + gap, s=right, ha="left", **beside)


def _draw_name(sheet: Canvas, name: str, title: str, middle: float) -> None:
    """A quantity's name, and under it what it is."""
    said = _said(name, title)
    lines = [(spoken(name), LABEL), *([(said, SMALL)] if said else [])]
    base = middle + 0.35 * LABEL.size - (len(lines) - 1) * 0.5 * SMALL.leading
    for text, lettering in lines:
        room = NAMES - MARGIN - GAP
        sheet.put(Line(text=cut(text, room, lettering), x=MARGIN, y=base, lettering=lettering))
        base += SMALL.leading


def _said(name: str, title: str) -> str:
    """A quantity's title, as far as it says more than its name."""
    section = QuantityName.parse(name).section
    if section in SAME:
        return ""
    return title.partition(": ")[2] if section in {"motives", "relevance"} else title

"""What rows are made of: names, and for a probability a dot on its interval, a ring for before, ridges."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from matplotlib.axes import Axes

from estimative.priors.verbal_scale import Scale as Words
from estimative.reports.figures.axis import Scale, bounded, log_odds
from estimative.reports.figures.canvas import Canvas, Line
from estimative.reports.figures.style import AFTER, BEFORE, GAP, LABEL, MARGIN, RING, SMALL, SPAN, Fill, Stroke
from estimative.reports.figures.text import cut, wrapped
from estimative.reports.report.summary import Density
from estimative.reports.summary import Interval, Probability
from estimative.reports.wording import kind_of, percent, span

SIDE = 14.0
"""Free at either end of an axis, in units."""
ALONE = (0.01, 0.99)
"""What an axis spans on which nothing lies but 0 and 1."""
ENDLESS = "A triangle at an end of the axis: 0 or 1, which are off any scale of log-odds."
SMALLEST = 0.05
"""Of the greatest density: what is less widens no axis."""

type Key = tuple[tuple[Fill | Stroke, str], ...]


def key(numbers: Sequence[Probability]) -> Key:
    """What dot, line and ring stand for; the line only where there is one."""
    open_ones = [one for one in numbers if one.interval.low < one.interval.high]
    around = f", and its {kind_of(open_ones[0].interval)}" if open_ones else ""
    return ((SPAN, f"probability{around}"), (RING, "before the evidence"))


def scale_of(numbers: Iterable[Probability], more: Iterable[float], length: float, yardstick: Words) -> Scale:
    """An axis that holds probabilities with their intervals, and more places in natural log-odds."""
    told = [p for one in numbers for p in (one.probability, one.interval.low, one.interval.high, one.prior_probability)]
    places = [*map(log_odds, filter(bounded, told)), *more]
    return Scale.over(places or [log_odds(one) for one in ALONE], length, side=SIDE, yardstick=yardstick)


def endless(numbers: Iterable[Probability]) -> str:
    """What a triangle stands for; empty where there is none."""
    return "" if all(bounded(p) for one in numbers for p in (one.probability, one.prior_probability)) else ENDLESS


def mark(axes: Axes, scale: Scale, one: Probability, middle: float) -> None:
    """A dot on its interval, and over it the ring."""
    ends = [_place(p, scale) for p in (one.interval.low, one.interval.high)]
    axes.plot(ends, [middle, middle], zorder=3, clip_on=False, **{**SPAN.drawn, "marker": ""})
    for p, look, over in ((one.probability, SPAN, 4), (one.prior_probability, RING, 5)):
        drawn = look.drawn if bounded(p) else {**look.drawn, "marker": "<" if p < 0.5 else ">"}
        axes.plot([_place(p, scale)], [middle], zorder=over, clip_on=False, **drawn)


def _place(probability: float, scale: Scale) -> float:
    """In natural log-odds; of 0 and 1, near the end of the scale."""
    inset = scale.per_unit * SIDE / 2
    return min(max(log_odds(probability), scale.low + inset), scale.high - inset)


def ridge(axes: Axes, density: Density, base: float, height: float) -> None:
    """Densities after and before, over a base; both to one measure, the greater of the two peaks at full height."""
    peak = max((*density.before, *density.after)) or 1.0
    after, before = ([base - height * value / peak for value in one] for one in (density.after, density.before))
    axes.fill_between(density.places, base, after, zorder=1, **AFTER.drawn)
    axes.plot(density.places, before, zorder=2, **BEFORE.drawn)


def named(sheet: Canvas, name: str, title: str, room: float, top: float) -> None:
    """A row's name at the left, and under it what it is."""
    base = top + 3 * GAP
    sheet.put(Line(text=cut(name, room, LABEL), x=MARGIN, y=base, lettering=LABEL))
    for place, line in enumerate(wrapped(title, room, SMALL, most=3), start=1):
        sheet.put(Line(text=line, x=MARGIN, y=base + place * SMALL.leading, lettering=SMALL))


def extent_of(density: Density) -> tuple[float, float]:
    """From where to where there is much of it, before or after."""
    much = [
        place
        for one in (density.before, density.after)
        for place, value in zip(density.places, one, strict=True)
        if value >= SMALLEST * max(one)
    ]
    return min(much), max(much)


def described(one: Probability) -> str:
    """The numbers that a mark stands for: "6.1 %, 90 % equal-tailed credible interval 1.2 to 15 %, 3 % before"."""
    told, before = percent(one.probability, one.se), percent(one.prior_probability, one.prior_se)
    return f"{told}{_around(one.interval)}, {before} before the evidence"


def answer(one: Probability) -> str:
    """A number with its word, unless the scale has none but the number itself."""
    told = percent(one.probability, one.se)
    return told if one.term.endswith("%") else f"{told}, {one.term}"


def _around(interval: Interval) -> str:
    return f", {kind_of(interval)} {span(interval)}" if interval.low < interval.high else ", exact"

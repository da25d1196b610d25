"""Panels: curves of probability along a factor; the first one large with its interval, all others small."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import batched
from typing import TYPE_CHECKING, Any

from estimative.reports.figures.axes import ProbabilityAxis, Stretch, draw_upward, even_steps, log_odds
from estimative.reports.figures.chart import Key
from estimative.reports.figures.style import BAND, BASELINE, CURVE, GAP, NARROW, PAPER, SMALL, STRONG, VALUE
from estimative.reports.figures.text import text_width, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from estimative.reports.figures.canvas import Canvas

TALL, SHORT = 220.0, 84.0
"""Heights of the large panel and of a small one, in units."""
SIDE, FOOT, NUMBERS, BETWEEN = 18.0, 40.0, 18.0, 12.0
"""In units: above and below a curve; below the large panel; below a small one; between small ones."""


@dataclass(frozen=True, kw_only=True)
class Point:
    """A probability at a value of the factor; with its interval where that is drawn."""

    at: float
    value: float
    text: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A curve; without points where its condition is impossible everywhere."""

    title: str
    points: tuple[Point, ...]


@dataclass(frozen=True, kw_only=True)
class Panels:
    """Curves of probability along a factor."""

    main: Panel
    baseline: float
    """As assessed."""
    others: tuple[Panel, ...]
    axis: ProbabilityAxis
    label: str
    """Of the factor's axis."""
    heading: str = ""
    """Above the small panels."""
    key: Key = ()
    sentences: Sequence[str]

    def draw(self, canvas: Canvas, left: float, top: float, width: float) -> float:
        """Draw the large panel, then the small ones; return the bottom edge."""
        stretch = self._stretch([self.main], TALL)
        margin = self._margin(stretch)
        self._large(canvas.axes(left + margin, top, width - margin - GAP, TALL), stretch)
        return self._small_ones(canvas, left, top + TALL + FOOT + GAP, width) if self.others else top + TALL + FOOT

    def draw_into(self, axes: Axes) -> None:
        """Draw the large panel into given axes."""
        self._large(axes, self._stretch([self.main], axes.get_window_extent().height * 72 / axes.figure.dpi))

    def _stretch(self, panels: Sequence[Panel], length: float) -> Stretch:
        points = [point for panel in panels for point in panel.points]
        values = [v for point in points for v in (point.value, point.low, point.high) if v is not None]
        return self.axis.stretch([*values, *([self.baseline] if panels == [self.main] else [])], length, (SIDE, SIDE))

    def _margin(self, stretch: Stretch) -> float:
        """Room for the numbers of an upright axis."""
        ticks = self.axis.ticks(stretch, lambda text: SMALL.size)
        return max((text_width(tick.text, SMALL) for tick in ticks), default=0) + 2 * GAP

    def _large(self, axes: Axes, stretch: Stretch) -> None:
        _frame(axes, self.axis, stretch)
        axes.set_xlabel(self.label, **SMALL.style)
        points = [point for point in self.main.points if point.low is not None and point.high is not None]
        low, high = (
            [stretch.inside(log_odds(v or 0.0)) for v in ends]
            for ends in ([p.low for p in points], [p.high for p in points])
        )
        axes.fill_between([point.at for point in points], low, high, zorder=-1, **BAND.style)
        axes.axhline(stretch.inside(log_odds(self.baseline)), zorder=3, **BASELINE.style)
        _curve(axes, self.main, stretch, even_steps(*_ends(self.main)))

    def _small_ones(self, canvas: Canvas, left: float, top: float, width: float) -> float:
        stretch = self._stretch(self.others, SHORT)
        margin, columns = self._margin(stretch), 2 if width <= NARROW else 3
        each = (width - margin - GAP - (columns - 1) * BETWEEN) / columns
        top = canvas.lines(left, top, wrapped(self.heading, width, STRONG), STRONG) + GAP
        for row in batched(self.others, columns):
            titles = [wrapped(panel.title, each, SMALL, lines=4) for panel in row]
            bottom = top + max(map(len, titles)) * SMALL.leading
            for at, (panel, lines) in enumerate(zip(row, titles, strict=True)):
                x = left + margin + at * (each + BETWEEN)
                canvas.lines(x, bottom - len(lines) * SMALL.leading, lines, SMALL)
                self._small(canvas.axes(x, bottom + GAP / 2, each, SHORT), panel, stretch, numbered=at == 0)
            top = bottom + GAP / 2 + SHORT + NUMBERS + GAP
        return top

    def _small(self, axes: Axes, panel: Panel, stretch: Stretch, *, numbered: bool) -> None:
        _frame(axes, self.axis, stretch)
        axes.tick_params(labelleft=numbered)
        low, high = _ends(self.main)
        _curve(axes, panel, stretch, [low, high])
        if not panel.points:
            place: Any = {"ha": "center", "va": "center", "transform": axes.transAxes}
            axes.text(0.5, 0.5, "impossible", **place, **VALUE.style)


def _ends(panel: Panel) -> tuple[float, float]:
    return panel.points[0].at, panel.points[-1].at


def _frame(axes: Axes, axis: ProbabilityAxis, stretch: Stretch) -> None:
    draw_upward(axes, axis, stretch)
    for side in ("right", "top"):
        axes.spines[side].set_visible(False)


def _curve(axes: Axes, panel: Panel, stretch: Stretch, ticks: Sequence[float]) -> None:
    """The curve, and the numbers at its ends."""
    places = [stretch.inside(log_odds(point.value), (GAP, GAP)) for point in panel.points]
    axes.plot([point.at for point in panel.points], places, zorder=4, clip_on=False, **CURVE.style)
    low, high = min(ticks), max(ticks)
    axes.set_xlim(low - 0.03 * (high - low or 1), high + 0.03 * (high - low or 1))
    axes.set_xticks(list(ticks), [f"{tick:g}" for tick in ticks], fontsize=SMALL.size)
    ends = list(zip(panel.points, places, strict=True))
    for (point, place), side in zip(ends[:: max(len(ends) - 1, 1)], ("left", "right"), strict=False):
        other = places[-1] if side == "left" else places[0]
        above = place >= other if abs(place - other) > stretch.unit else True
        offset: Any = {"xytext": (0, GAP if above else -GAP), "textcoords": "offset points", "ha": side}
        box = {"facecolor": PAPER, "edgecolor": "none", "pad": 0.5}
        axes.annotate(
            point.text, (point.at, place), **offset, va="bottom" if above else "top", bbox=box, zorder=3, **VALUE.style
        )

"""Small curves side by side: a probability along one thing after another, all on one axis of probability."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from estimative.reports.figures.axes import ProbabilityAxis, Stretch, Tick, log_odds
from estimative.reports.figures.chart import Key, draw_on
from estimative.reports.figures.style import BASELINE, BLUE, GAP, GRID, LINK, NARROW, SMALL, THRESHOLD, VALUE, Stroke
from estimative.reports.figures.text import text_width, truncated, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from estimative.reports.figures.canvas import Canvas

TALL, SIDES, HEAD = 72.0, (8.0, 8.0), 3
"""In units: the height of a curve, the room below and above its points; lines of its title."""
COLUMNS, NARROW_COLUMNS = 4, 2
LINE = Stroke(colour=BLUE, width=1.6, marker="o", size=3.5)


class Multiple(Struct, frozen=True, kw_only=True):
    """One curve."""

    title: str
    points: tuple[tuple[float, float], ...]
    """Places along the curve's own axis in rising order, each with a probability."""
    ends: tuple[str, str]
    """What the first and the last place are called."""
    sentence: str


class Multiples(Struct, frozen=True, kw_only=True):
    """Curves that share their axis of probability."""

    curves: tuple[Multiple, ...]
    baseline: float
    """As assessed."""
    axis: ProbabilityAxis
    key: Key

    @property
    def sentences(self) -> Sequence[str]:
        """What each curve shows."""
        return tuple(curve.sentence for curve in self.curves)

    def draw(self, canvas: Canvas, left: float, top: float, width: float) -> float:
        """Draw the curves in rows; return the bottom edge."""
        columns, stretch = NARROW_COLUMNS if width <= NARROW else COLUMNS, self._stretch
        ticks = self.axis.ticks(stretch, lambda text: SMALL.size)
        margin = max((text_width(tick.text, SMALL) for tick in ticks), default=0) + GAP
        each = (width - margin) / columns
        for start in range(0, len(self.curves), columns):
            row = self.curves[start : start + columns]
            titles = [wrapped(curve.title, each - 2 * GAP, VALUE, lines=HEAD) for curve in row]
            top += max(map(len, titles)) * VALUE.leading + GAP
            for at, (curve, title) in enumerate(zip(row, titles, strict=True)):
                panel = _Panel(canvas, left + margin + at * each, top, each - 2 * GAP, stretch)
                canvas.lines(panel.left, top - GAP - len(title) * VALUE.leading, title, VALUE)
                panel.rule(ticks, labelled=at == 0)
                panel.draw(curve, self.baseline)
            top += TALL + SMALL.leading + 3 * GAP
        return top

    def draw_into(self, axes: Axes) -> float:
        """Draw the curves into given axes; return their height."""
        return draw_on(axes, self)

    @property
    def _stretch(self) -> Stretch:
        values = [value for curve in self.curves for _, value in curve.points]
        return self.axis.stretch([*values, self.baseline], TALL, SIDES)


class _Panel(Struct, frozen=True):
    """A place for one curve."""

    canvas: Canvas
    left: float
    top: float
    width: float
    stretch: Stretch

    def rule(self, ticks: Sequence[Tick], *, labelled: bool) -> None:
        """Rule the axis of probability, and write its numbers at the left where they are wanted."""
        for tick in ticks:
            y = self._height(tick.place)
            self.canvas.line([(self.left, y), (self._right, y)], THRESHOLD if tick.threshold else GRID, zorder=0)
            if labelled:
                self.canvas.text(self.left - GAP, y + 0.35 * SMALL.size, tick.text, SMALL, "right")

    def draw(self, curve: Multiple, baseline: float) -> None:
        """Draw a curve over its own axis, and the baseline that all share."""
        bottom, level = self.top + TALL, self._height(log_odds(baseline))
        self.canvas.line([(self.left, bottom), (self._right, bottom)], LINK, zorder=1)
        self.canvas.line([(self.left, level), (self._right, level)], BASELINE, zorder=3)
        low, high = curve.points[0][0], curve.points[-1][0]
        across = [self.left + self.width * (place - low) / (high - low) for place, _ in curve.points]
        places = [self._height(log_odds(value)) for _, value in curve.points]
        self.canvas.line(list(zip(across, places, strict=True)), LINE, zorder=4)
        self._name(curve.ends, bottom + SMALL.leading)

    def _name(self, ends: tuple[str, str], base: float) -> None:
        """Write what the ends are called; the last one has the room that the first does not need."""
        first = truncated(ends[0], self.width / 2 - GAP, SMALL)
        last = truncated(ends[1], self.width - text_width(first, SMALL) - 2 * GAP, SMALL)
        self.canvas.text(self.left, base, first, SMALL)
        self.canvas.text(self._right, base, last, SMALL, "right")

    @property
    def _right(self) -> float:
        return self.left + self.width

    def _height(self, place: float) -> float:
        inside = self.stretch.inside(place)
        return self.top + (self.stretch.high - inside) / self.stretch.unit

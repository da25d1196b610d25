"""A curve of probability along a factor or over time with its interval, and below it a plot of what else responds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from estimative.reports.figures.axes import ProbabilityAxis, Stretch, draw_upward, even_steps, log_odds
from estimative.reports.figures.bars import Bars
from estimative.reports.figures.chart import Key, draw_key, extent
from estimative.reports.figures.style import BAND, BASELINE, CURVE, GAP, PAPER, SMALL, STRONG, VALUE
from estimative.reports.figures.text import text_width, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from estimative.reports.figures.canvas import Canvas

TALL, FOOT, SIDES = 220.0, 40.0, (18.0, 18.0)
"""In units: the height of the curve, the room below it, the room below and above its points."""


class Point(Struct, frozen=True, kw_only=True):
    """A probability with its interval at a value of the factor, or at a date."""

    at: float
    value: float
    low: float
    high: float
    text: str


class Curve(Struct, frozen=True, kw_only=True):
    """A probability along a factor or over time, and what else responds to it."""

    points: tuple[Point, ...]
    baseline: float
    """As assessed."""
    axis: ProbabilityAxis
    label: str
    """Of the axis along which it runs."""
    others: Bars | None
    heading: str
    """Of the others."""
    key: Key
    sentences: Sequence[str]
    ticks: tuple[tuple[float, str], ...] = ()
    """Of the axis along which it runs; by default some numbers."""

    def draw(self, canvas: Canvas, left: float, top: float, width: float) -> float:
        """Draw the curve, then what else responds; return the bottom edge."""
        stretch = self._stretch(TALL)
        ticks = self.axis.ticks(stretch, lambda text: SMALL.size)
        margin = max((text_width(tick.text, SMALL) for tick in ticks), default=0) + 2 * GAP
        self._draw(canvas.axes(left + margin, top, width - margin - GAP, TALL), stretch)
        top += TALL + FOOT
        if not self.others:
            return top
        top = canvas.lines(left, top + GAP, wrapped(self.heading, width, STRONG), STRONG) + GAP
        return self.others.draw(canvas, left, draw_key(canvas, self.others.key, left, top, width), width)

    def draw_into(self, axes: Axes) -> float:
        """Draw the curve into given axes; return its height."""
        self._draw(axes, self._stretch(extent(axes)[1]))
        return TALL + FOOT

    def _stretch(self, length: float) -> Stretch:
        values = [value for point in self.points for value in (point.value, point.low, point.high)]
        return self.axis.stretch([*values, self.baseline], length, SIDES)

    def _draw(self, axes: Axes, stretch: Stretch) -> None:
        at = [point.at for point in self.points]
        low, places, high = (
            [stretch.inside(log_odds(getattr(point, name)), (GAP, GAP)) for point in self.points]
            for name in ("low", "value", "high")
        )
        draw_upward(axes, self.axis, stretch)
        axes.spines[["right", "top"]].set_visible(False)
        axes.fill_between(at, low, high, zorder=-1, **BAND.style)
        axes.axhline(stretch.inside(log_odds(self.baseline)), zorder=3, **BASELINE.style)
        axes.plot(at, places, zorder=4, clip_on=False, **CURVE.style)
        steps = even_steps(at[0], at[-1]) if len(at) > 1 else at
        ticks = self.ticks or [(tick, f"{tick:g}") for tick in steps]
        axes.set_xticks([tick for tick, _ in ticks], [text for _, text in ticks], fontsize=SMALL.size)
        axes.set_xlabel(self.label, **SMALL.style)
        rises = places[-1] >= places[0]
        for end, side, above in ((0, "left", not rises), (-1, "right", rises))[: len(at)]:
            offset: Any = {"xytext": (0, GAP if above else -GAP), "textcoords": "offset points"}
            look: Any = {
                "ha": side,
                "va": "bottom" if above else "top",
                "bbox": {"fc": PAPER, "ec": "none", "pad": 0.5},
            }
            axes.annotate(self.points[end].text, (at[end], places[end]), zorder=5, **offset, **look, **VALUE.style)

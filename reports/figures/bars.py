"""Bars: rows with one bar or two from a common or a running start, and the numbers at their ends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from estimative.reports.figures.axes import Axis, Sides, Spans, Stretch
from estimative.reports.figures.chart import Key
from estimative.reports.figures.rows import Row, RowPlot
from estimative.reports.figures.style import BASELINE, GAP, GRID, LINK, OTHER, PAPER, VALUE, Fill, Stroke
from estimative.reports.figures.text import text_width

if TYPE_CHECKING:
    from matplotlib.axes import Axes

THINNEST = 1.0
"""A shorter bar cannot be seen, in units of a plot of the least width."""
LEAST_WIDTH = 320.0


class End(Struct, frozen=True, kw_only=True):
    """Where a bar goes to, and the number beside it."""

    value: float
    look: Fill
    text: str = ""


class BarRow(Row, frozen=True, kw_only=True):
    """A row of bars from one start; without an end, a mark at the start: a total."""

    start: float
    ends: tuple[End, ...]


class Bars(RowPlot[BarRow], frozen=True, kw_only=True):
    """Rows with one bar or two."""

    baseline: float | None = None
    """Where all bars start; None where each has its own start."""
    linked: bool = False
    """Each bar starts at the end of the one above."""

    def values(self, row: BarRow) -> Iterator[float]:
        """Start and ends."""
        return iter((row.start, *(end.value for end in row.ends)))

    @property
    def key(self) -> Key:
        """What the marks mean, without looks that no bar has."""
        looks = {end.look for row in self.rows for end in row.ends}
        return tuple((look, text) for look, text in self.legend if look in looks or isinstance(look, Stroke))

    @property
    def sides(self) -> Sides:
        """Room for the numbers at the ends, on the sides that have some."""
        numbers = [_numbers(row) for row in self.rows]
        left, right = (max((text_width(pair[side], VALUE) for pair in numbers), default=0.0) for side in (0, 1))
        return left + 2 * GAP, right + 2 * GAP

    def mark(self, axes: Axes, stretch: Stretch, row: BarRow, middle: float, thickness: float) -> None:
        """The longer bar behind the shorter one, a number outside of each."""
        start, margins = stretch.inside(self.axis.place(row.start)), (self.sides[0] - GAP, self.sides[1] - GAP)
        axes.plot([stretch.low, stretch.high], [middle, middle], zorder=0, clip_on=False, **GRID.style)
        if not row.ends:
            axes.plot([start], [middle], zorder=4, clip_on=False, **OTHER.style)
        ends = [(stretch.inside(self.axis.place(end.value), margins), end.look) for end in row.ends]
        for place, look in sorted(ends, key=lambda end: -abs(end[0] - start)):
            axes.barh(middle, place - start, 0.72 * thickness, left=start, zorder=2, **look.style)
        places = (start, *(place for place, _ in ends))
        for text, place, side in zip(_numbers(row), (min(places), max(places)), ("right", "left"), strict=True):
            if text:
                self._number(axes, place, text, middle, side)

    @staticmethod
    def _number(axes: Axes, place: float, text: str, middle: float, side: str) -> None:
        offset: Any = {"xytext": (GAP / 2 * (1 if side == "left" else -1), 0), "textcoords": "offset points"}
        box = {"facecolor": PAPER, "edgecolor": "none", "pad": 1.0}
        axes.annotate(text, (place, middle), **offset, ha=side, va="center_baseline", zorder=5, bbox=box, **VALUE.style)

    def between(self, axes: Axes, middles: Sequence[float], spans: Spans) -> None:
        """The baseline, or the links from each bar to the next."""
        if self.baseline is not None:
            place = self.axis.place(self.baseline)
            for span in spans:
                axes.plot([place, place], span, zorder=3, **BASELINE.style)
        for (above, below), row in zip(pairwise(middles), self.rows[1:], strict=True) if self.linked else ():
            start = self.axis.place(row.start)
            for low, high in spans:
                if max(above, low) < min(below, high):
                    axes.plot([start, start], [max(above, low), min(below, high)], zorder=1, **LINK.style)


def _numbers(row: BarRow) -> tuple[str, str]:
    """The numbers left and right of a row's bars."""
    ends = sorted(row.ends, key=lambda end: end.value)
    left, right = ([end.text for end in ends if (end.value < row.start) == low] for low in (True, False))
    return " / ".join(left), " / ".join(right)


def visible[R: BarRow](rows: Sequence[R], axis: Axis, *, most: int) -> tuple[R, ...]:
    """The longest rows, without those whose bars would be too short to see."""
    places = [axis.place(value) for row in rows for value in (row.start, *(end.value for end in row.ends))]
    least = (max(places, default=0.0) - min(places, default=0.0)) * THINNEST / LEAST_WIDTH

    def length(row: R) -> float:
        return max((abs(axis.place(end.value) - axis.place(row.start)) for end in row.ends), default=0.0)

    return tuple([row for row in rows if 0 < length(row) >= least][:most])

"""Intervals: rows with a number, its interval, and where both were before the evidence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from estimative.reports.figures.axes import Stretch
from estimative.reports.figures.rows import Row, RowPlot
from estimative.reports.figures.style import GRID, PAPER, PRIOR, SPAN, Stroke

if TYPE_CHECKING:
    from matplotlib.axes import Axes

EDGE = (5.0, 5.0)
"""Distance from the end of the axis of a number that is beyond it, in units."""


class IntervalRow(Row, frozen=True, kw_only=True):
    """A number with its interval, on the axis's scale."""

    point: float
    low: float
    high: float
    prior: float | None = None
    prior_low: float | None = None
    prior_high: float | None = None


class Intervals(RowPlot[IntervalRow], frozen=True, kw_only=True):
    """Rows with a number, its interval, and where both were before the evidence."""

    def values(self, row: IntervalRow) -> Iterator[float]:
        """All numbers of a row."""
        numbers = (row.point, row.low, row.high, row.prior, row.prior_low, row.prior_high)
        return (number for number in numbers if number is not None)

    def mark(self, axes: Axes, stretch: Stretch, row: IntervalRow, middle: float, thickness: float) -> None:
        """A dot on a thick line; below it a ring on a thin one."""
        below = middle + 0.36 * thickness
        axes.plot([stretch.low, stretch.high], [middle, middle], zorder=0, clip_on=False, **GRID.style)
        if row.prior is not None:
            if row.prior_low is not None and row.prior_high is not None:
                self._line(axes, stretch, (row.prior_low, row.prior_high), below, PRIOR)
            self._point(axes, stretch, row.prior, below, PRIOR)
        self._line(axes, stretch, (row.low, row.high), middle, SPAN)
        self._point(axes, stretch, row.point, middle, SPAN)

    def _line(self, axes: Axes, stretch: Stretch, ends: tuple[float, float], y: float, look: Stroke) -> None:
        places = [stretch.inside(self.axis.place(end), EDGE) for end in ends]
        axes.plot(places, [y, y], zorder=3, clip_on=False, **{**look.style, "marker": ""})

    def _point(self, axes: Axes, stretch: Stretch, value: float, y: float, look: Stroke) -> None:
        """A marker; a triangle where the number is beyond the axis."""
        place = self.axis.place(value)
        inside = stretch.inside(place, EDGE)
        beyond = {"marker": "<" if place < inside else ">"} if abs(place - inside) > stretch.unit * EDGE[0] else {}
        outline = {} if look.hollow else {"markeredgecolor": PAPER, "markeredgewidth": 0.8}
        axes.plot([inside], [y], zorder=4, clip_on=False, **{**look.style, **outline, **beyond})

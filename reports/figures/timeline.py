"""Probabilities on days, as steps: one line for each analyst, with its interval where there is only one."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from estimative.reports.figures.axes import ProbabilityAxis, Stretch, draw_upward, log_odds
from estimative.reports.figures.chart import Key, extent
from estimative.reports.figures.style import BAND, BLUE, GAP, GREY, INK, ORANGE, SMALL, VALUE, Stroke
from estimative.reports.figures.text import text_width

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from estimative.reports.figures.canvas import Canvas

TALL, FOOT, SIDES = 260.0, 40.0, (18.0, 18.0)
"""In units: the height of the plot, the room below it, the room below and above its points."""
LINES = (
    Stroke(colour=BLUE, width=2.0, marker="o", size=5),
    Stroke(colour=ORANGE, width=2.0, marker="s", size=5),
    Stroke(colour=INK, width=1.5, dash=(0, (5, 2)), marker="^", size=6),
    Stroke(colour=GREY, width=1.5, dash=(0, (2, 1.2)), marker="D", size=5),
    Stroke(colour=BLUE, width=1.2, dash=(0, (5, 2, 1, 2)), marker="v", size=6),
    Stroke(colour=ORANGE, width=1.2, dash=(0, (1, 1)), marker="P", size=6),
)
"""Told apart by marker and dash as well as by colour; a seventh analyst has the look of the first."""
MOST_TICKS = 8


class Day(Struct, frozen=True, kw_only=True):
    """A probability with its interval, from a day on."""

    date: datetime.date
    value: float
    low: float
    high: float
    text: str


class Line(Struct, frozen=True, kw_only=True):
    """One analyst's probabilities, by date."""

    name: str
    days: tuple[Day, ...]


class Timeline(Struct, frozen=True, kw_only=True):
    """Probabilities over time."""

    lines: tuple[Line, ...]
    axis: ProbabilityAxis
    interval: str
    """What the band is; of several lines none is drawn."""

    @property
    def key(self) -> Key:
        """The analysts, or what line and band are."""
        if len(self.lines) == 1:
            return (LINES[0], "probability, from that day on"), (BAND, self.interval)
        return tuple((LINES[at % len(LINES)], line.name) for at, line in enumerate(self.lines))

    @property
    def sentences(self) -> Sequence[str]:
        """Every number."""
        return tuple(f"{line.name}, {day.date}: {day.text}." for line in self.lines for day in line.days)

    def draw(self, canvas: Canvas, left: float, top: float, width: float) -> float:
        """Draw the plot; return the bottom edge."""
        stretch = self._stretch(TALL)
        ticks = self.axis.ticks(stretch, lambda text: SMALL.size)
        margin = max((text_width(tick.text, SMALL) for tick in ticks), default=0) + 2 * GAP
        self._draw(canvas.axes(left + margin, top, width - margin - GAP, TALL), stretch)
        return top + TALL + FOOT

    def draw_into(self, axes: Axes) -> float:
        """Draw the plot into given axes; return its height."""
        self._draw(axes, self._stretch(extent(axes)[1]))
        return TALL + FOOT

    def _stretch(self, length: float) -> Stretch:
        days = [day for line in self.lines for day in line.days]
        ends = [end for day in days for end in (day.low, day.high)] if len(self.lines) == 1 else []
        return self.axis.stretch([*(day.value for day in days), *ends], length, SIDES)

    def _draw(self, axes: Axes, stretch: Stretch) -> None:
        def place(value: float) -> float:
            return stretch.inside(log_odds(value), (GAP, GAP))

        draw_upward(axes, self.axis, stretch)
        axes.spines[["right", "top"]].set_visible(False)
        for at, line in enumerate(self.lines):
            dates = [day.date.toordinal() for day in line.days]
            if len(self.lines) == 1:
                low, high = ([place(getattr(day, name)) for day in line.days] for name in ("low", "high"))
                axes.fill_between(dates, low, high, step="post", zorder=-1, **BAND.style)
            values = [place(day.value) for day in line.days]
            look = LINES[at % len(LINES)].style
            axes.plot(dates, values, drawstyle="steps-post", zorder=4, clip_on=False, **look)
        self._label_ends(axes, place)
        ticks = self._ticks()
        axes.set_xticks([day.toordinal() for day, _ in ticks], [text for _, text in ticks], fontsize=SMALL.size)

    def _label_ends(self, axes: Axes, place: Any) -> None:
        if len(self.lines) > 1:
            return
        days = self.lines[0].days
        for day, side in ((days[0], "left"), (days[-1], "right"))[: len(days)]:
            offset: Any = {"xytext": (0, GAP), "textcoords": "offset points", "ha": side, "va": "bottom"}
            axes.annotate(day.text, (day.date.toordinal(), place(day.value)), zorder=5, **offset, **VALUE.style)

    def _ticks(self) -> list[tuple[datetime.date, str]]:
        """The beginnings of years, or of months where there are few years; the days themselves where these are few."""
        days = sorted({day.date for line in self.lines for day in line.days})
        first, last = days[0], days[-1]
        step = 12 if (last - first).days > 2 * 366 else 3 if (last - first).days > 200 else 1
        months = range(first.year * 12 + first.month, last.year * 12 + last.month)
        starts = [datetime.date(month // 12, month % 12 + 1, 1) for month in months if month % step == 0]
        if not starts:
            return [(day, day.isoformat()) for day in dict.fromkeys((first, last))]
        chosen = starts[:: -(-len(starts) // MOST_TICKS)]
        return [(day, str(day.year) if step == 12 else f"{day:%b %Y}") for day in chosen]

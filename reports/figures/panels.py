"""Panels side by side: in each, how far a distribution of ranks is from uniform, within its simultaneous band."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from estimative.reports.figures.chart import Key
from estimative.reports.figures.style import BAND, BASELINE, BLUE, GAP, NARROW, SMALL, STRONG, Stroke
from estimative.reports.figures.text import wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from estimative.reports.figures.canvas import Canvas

TALL, FOOT, MARGIN, HEAD = 120.0, 46.0, 38.0, 2
"""In units: the height of a panel, the room below it and left of it; lines of its title."""
COLUMNS, NARROW_COLUMNS = 3, 1
MARGIN_OF_AXIS = 1.15
LINE = Stroke(colour=BLUE, width=2.0)


class Panel(Struct, frozen=True, kw_only=True):
    """The ranks of one quantity."""

    title: str
    difference: tuple[float, ...]
    """Distribution function less that of uniform ranks, at the ends of all bins but the last."""
    sentence: str


class Panels(Struct, frozen=True, kw_only=True):
    """Small plots that share their axes and their band."""

    panels: tuple[Panel, ...]
    low: tuple[float, ...]
    """The band, as the differences."""
    high: tuple[float, ...]
    band: str
    """What the band is."""

    @property
    def key(self) -> Key:
        """What line and band are."""
        return (LINE, "share of ranks up to here, less the share if uniform"), (BAND, self.band)

    @property
    def sentences(self) -> Sequence[str]:
        """What each panel shows."""
        return tuple(panel.sentence for panel in self.panels)

    def draw(self, canvas: Canvas, left: float, top: float, width: float) -> float:
        """Draw the panels in rows; return the bottom edge."""
        columns = NARROW_COLUMNS if width <= NARROW else COLUMNS
        each = (width - (columns - 1) * GAP) / columns
        head = HEAD * STRONG.leading + GAP
        for at, panel in enumerate(self.panels):
            x, y = left + (at % columns) * (each + GAP), top + (at // columns) * (head + TALL + FOOT)
            canvas.lines(x, y, wrapped(panel.title, each - GAP, STRONG, lines=HEAD), STRONG)
            self._draw(canvas.axes(x + MARGIN, y + head, each - MARGIN - GAP, TALL), panel)
        rows = -(-len(self.panels) // columns)
        return top + rows * (head + TALL + FOOT)

    def draw_into(self, axes: Axes) -> float:
        """Draw the panels into given axes, one below the other; return their height."""
        axes.set_axis_off()
        share = 1 / len(self.panels)
        for at, panel in enumerate(self.panels):
            inner = axes.inset_axes((0.0, 1 - (at + 0.75) * share, 1.0, 0.6 * share))
            inner.set_title(panel.title, loc="left", **STRONG.style)
            self._draw(inner, panel)
        return len(self.panels) * (TALL + FOOT + STRONG.leading)

    def _draw(self, axes: Axes, panel: Panel) -> None:
        bins = len(self.low) + 1
        places = [at / bins for at in range(bins + 1)]
        low, line, high = ([0.0, *values, 0.0] for values in (self.low, panel.difference, self.high))
        reach = MARGIN_OF_AXIS * max(map(abs, (*low, *high, *line)))
        axes.fill_between(places, low, high, zorder=1, **BAND.style)
        axes.axhline(0.0, zorder=2, **BASELINE.style)
        axes.plot(places, line, zorder=3, **LINE.style)
        axes.set(xlim=(0, 1), ylim=(-reach, reach))
        axes.spines[["right", "top"]].set_visible(False)
        axes.set_xticks([0, 0.5, 1], ["0%", "50%", "100%"], fontsize=SMALL.size)
        tick = _tick(reach)
        axes.set_yticks([-tick, 0, tick], [f"\u2212{100 * tick:g}%", "0%", f"+{100 * tick:g}%"], fontsize=SMALL.size)
        axes.set_xlabel("rank of the truth", **SMALL.style)


def _tick(reach: float) -> float:
    """A round share within the axis."""
    return max((step for step in (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5) if step < reach), default=reach)

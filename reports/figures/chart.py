"""A chart: what is drawn, its title and its caption; frozen, and free of the drawing library until it is drawn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from estimative.reports.figures.style import (
    CAPTION,
    CAUTION,
    GAP,
    NARROW,
    OPEN,
    SMALL,
    TITLE,
    WIDE,
    Fill,
    Stroke,
    applied,
)
from estimative.reports.figures.text import plain, text_width, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from estimative.reports.figures.canvas import Canvas

SAMPLE = 22.0
"""Width of a sample in a key, in units."""
MAX_LINES = 8
"""Of a paragraph; a longer one is truncated in the drawing, not in the description."""

POINTS = 72.0
"""To the inch; a unit is a point of the drawing library."""

type Key = tuple[tuple[Fill | Stroke, str], ...]
"""Samples, each with its meaning."""


class Plot(Protocol):
    """Data that can be drawn."""

    @property
    def key(self) -> Key:
        """What the marks mean; empty where the caption says it."""

    @property
    def sentences(self) -> Sequence[str]:
        """Every number of the plot, for readers who cannot see it."""

    def draw(self, canvas: Canvas, left: float, top: float, width: float) -> float:
        """Draw from a corner on; return the bottom edge."""

    def draw_into(self, axes: Axes) -> float:
        """Draw the plot alone into given axes; return the height that it would like to have."""


class Chart(Struct, frozen=True, kw_only=True):
    """A plot with its title and its caption."""

    content: Plot
    title: str
    """The finding, in a sentence without a full stop."""
    caption: str
    """What the plot shows and how to read it."""
    caution: str = ""
    """Empty where the numbers can be relied on."""
    source: str = ""
    """Scenario, prior sets and run."""

    @property
    def description(self) -> str:
        """The caption and every number of the plot."""
        caution = f"CAUTION: {self.caution}" if self.caution else ""
        return plain(" ".join(filter(None, (caution, self.caption, *self.content.sentences))))

    def svg(self, *, narrow: bool = False, bare: bool = False) -> str:
        """The drawing as SVG, complete with title and description.

        Parameters
        ----------
        narrow
            For a telephone: labels stand above their marks instead of left of them.
        bare
            Without title, caption and source, which the page shows in its own letters.
        """
        with self._drawn(narrow=narrow, bare=bare) as canvas:
            return canvas.svg(self.title, self.description)

    def _repr_svg_(self) -> str:
        """The drawing, as notebooks show it."""
        return self.svg()

    def png(self, *, bare: bool = False) -> bytes:
        """The drawing in pixels."""
        with self._drawn(bare=bare) as canvas:
            return canvas.png()

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the plot alone, without labels of the page around it.

        Parameters
        ----------
        ax
            Axes to draw into; new ones of pyplot by default.
        """
        if ax is not None:
            self.content.draw_into(ax)
            return ax
        from matplotlib import pyplot as plt

        figure, ax = plt.subplots(figsize=(WIDE / POINTS, 1), layout="constrained")
        figure.set_figheight(self.content.draw_into(ax) / POINTS)
        return ax

    @contextmanager
    def _drawn(self, *, narrow: bool = False, bare: bool = False) -> Iterator[Canvas]:
        from estimative.reports.figures.canvas import Canvas

        width, margin = NARROW if narrow else WIDE, 1.0 if bare else 16.0
        with applied():
            canvas = Canvas(width)
            left, room = margin, width - 2 * margin
            top = margin if bare else self._above(canvas, left, margin, room)
            top = draw_key(canvas, self.content.key, left, top, room)
            bottom = self.content.draw(canvas, left, top, room)
            if self.source and not bare:
                bottom = canvas.lines(left, bottom + GAP, wrapped(self.source, room, SMALL), SMALL)
            canvas.finish(bottom + margin)
            yield canvas

    def _above(self, canvas: Canvas, left: float, top: float, room: float) -> float:
        """Caution, title and caption; return where the plot begins."""
        if self.caution:
            inset = 2 * GAP
            lines = wrapped(f"CAUTION: {self.caution}", room - 2 * inset, CAUTION)
            height = len(lines) * CAUTION.leading + inset
            canvas.area(left, top, room, height, OPEN)
            canvas.lines(left + inset, top + inset / 2, lines, CAUTION)
            top += height + GAP
        top = canvas.lines(left, top, wrapped(self.title, room, TITLE, lines=MAX_LINES), TITLE)
        return canvas.lines(left, top + GAP, wrapped(self.caption, room, CAPTION, lines=MAX_LINES), CAPTION) + GAP


def extent(axes: Axes) -> tuple[float, float]:
    """Width and height of axes in units."""
    scale, box = POINTS / axes.figure.dpi, axes.get_window_extent()
    return scale * box.width, scale * box.height


def draw_on(axes: Axes, plot: Plot) -> float:
    """Draw a plot into axes whose unit becomes that of the drawing; return its height."""
    from estimative.reports.figures.canvas import Canvas

    width, height = extent(axes)
    canvas = Canvas(width, axes)
    bottom = plot.draw(canvas, 0, 0, width) + GAP
    canvas.finish(max(bottom, height))
    return bottom


def draw_key(canvas: Canvas, key: Key, left: float, top: float, room: float) -> float:
    """Draw samples with their meanings in rows; return the bottom edge."""
    x = left
    for look, meaning in key:
        lines = wrapped(meaning, room - SAMPLE - GAP, SMALL)
        width = SAMPLE + GAP + max(text_width(line, SMALL) for line in lines)
        if x > left and x + width > left + room:
            x, top = left, top + SMALL.leading + GAP / 2
        canvas.sample(x, top + 2, SAMPLE, SMALL.size, look)
        top = canvas.lines(x + SAMPLE + GAP, top, lines, SMALL) - SMALL.leading
        x += width + 3 * GAP
    return top + SMALL.leading + 2 * GAP if key else top

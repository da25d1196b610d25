"""Branches: events one under the other, each with its two ways on, and the events at the end of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from estimative.reports.figures.chart import Key, draw_on
from estimative.reports.figures.style import (
    BLUE,
    GAP,
    GREY,
    GRID,
    INK,
    LABEL,
    NARROW,
    SMALL,
    STRONG,
    VALUE,
    Lettering,
    Stroke,
)
from estimative.reports.figures.text import text_width, truncated, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from estimative.reports.figures.canvas import Canvas

ROW, BETWEEN, NODE = 20.0, 10.0, 6.5
"""Heights in units: of a branch, above an event, of its mark."""
THIN, THICK = 0.8, 4.5
"""Widths of a branch that is impossible and of one that is certain, in units."""
DASHES = (2.0, 1.2)
"""Of the branch on which an event does not happen, in units."""
HEADINGS = ("This step", "Path so far")


class Way(Struct, frozen=True, kw_only=True):
    """One of the ways on from an event: it happens or not, or one of its states holds."""

    happens: bool
    state: str = ""
    """Of an event with states, the title of that which holds; or, where `happens` is false, does not."""
    step: float
    """Probability under the event's condition."""
    step_text: str
    path_text: str
    """Of the probability of the path up to here."""
    following: tuple[Node, ...] = ()

    @property
    def label(self) -> str:
        """What the way stands for."""
        if self.state:
            return self.state if self.happens else f"not: {self.state}"
        return "happens" if self.happens else "does not happen"

    @property
    def look(self) -> Stroke:
        """The thicker, the more probable; dashed where the event does not happen."""
        width = THIN + (THICK - THIN) * self.step
        if self.happens:
            return Stroke(colour=BLUE, width=width)
        return Stroke(colour=GREY, width=width, dash=(0, tuple(length / width for length in DASHES)))


class Node(Struct, frozen=True, kw_only=True):
    """An event with its ways on; none where it is impossible."""

    title: str
    note: str = ""
    ways: tuple[Way, ...] = ()
    """One that ends here comes first, so that it is near its event."""

    @property
    def depth(self) -> int:
        """Levels from here on."""
        return 1 + max((node.depth for way in self.ways for node in way.following), default=0)


class Branches(Struct, frozen=True, kw_only=True):
    """A tree of events."""

    roots: tuple[Node, ...]
    sentences: Sequence[str]
    key: Key = (
        (Stroke(colour=BLUE, width=3), "happens"),
        (Stroke(colour=GREY, width=3, dash=(0, (0.7, 0.4))), "does not happen"),
    )

    def draw(self, canvas: Canvas, left: float, top: float, width: float) -> float:
        """Draw the tree; return the bottom edge."""
        narrow = width <= NARROW
        column = max(text_width(heading, SMALL) for heading in HEADINGS) + GAP
        level = min(14.0 if narrow else 26.0, (0.3 * width) / max(node.depth for node in self.roots))
        drawing = _Drawing(
            canvas=canvas,
            left=left + NODE,
            level=level,
            step=left + width - column - GAP,
            path=left + width,
            column=column,
        )
        for heading, x in zip(HEADINGS, (drawing.step, drawing.path), strict=True):
            canvas.lines(x, top, [heading], SMALL, "right")
        return drawing.nodes(self.roots, drawing.left, top + GAP)

    def draw_into(self, axes: Axes) -> float:
        """Draw the tree into given axes, whose unit becomes that of the drawing; return its height."""
        return draw_on(axes, self)


class _Drawing(Struct, frozen=True, kw_only=True):
    canvas: Canvas
    left: float
    level: float
    """How far an event is moved to the right of the one that it depends on, in units."""
    step: float
    path: float
    """Where the columns of numbers end."""
    column: float

    def nodes(self, nodes: Sequence[Node], x: float, top: float) -> float:
        """Events one under the other; return the bottom edge."""
        for node in nodes:
            top = self.node(node, x, top + BETWEEN)
        return top

    def node(self, node: Node, x: float, top: float) -> float:
        """An event, its ways and what follows on them."""
        middle, text = top + STRONG.leading / 2, x + NODE + GAP
        room = self.path - text
        bottom = self.canvas.lines(text, top, wrapped(node.title, room, STRONG, lines=4), STRONG)
        bottom = self.canvas.lines(text, bottom, wrapped(node.note, room, SMALL, lines=4), SMALL)
        for way in node.ways:
            self.canvas.line([(x, middle), (x, bottom + ROW / 2)], Stroke(colour=GREY, width=THIN), zorder=1)
            bottom = self.way(way, x, bottom)
        self.canvas.line([(x, middle)], Stroke(colour=INK, width=0, dash="none", marker="s", size=NODE), zorder=3)
        return bottom

    def way(self, way: Way, x: float, top: float) -> float:
        """A way with its numbers, and the events at its end."""
        middle, end = top + ROW / 2, x + self.level / 2
        bottom = top + ROW
        for node in way.following:
            mark = bottom + BETWEEN + STRONG.leading / 2
            self.canvas.line([(x, middle), (end, middle), (end, mark), (x + self.level, mark)], way.look)
            bottom = self.node(node, x + self.level, bottom + BETWEEN)
        self.canvas.line([(x, middle), (end, middle)], way.look)
        self._numbers(way, end + GAP, middle)
        return bottom

    def _numbers(self, way: Way, x: float, middle: float) -> None:
        base = middle + 0.35 * LABEL.size
        text = truncated(way.label, self.step - self.column - x)
        self.canvas.text(x, base, text, LABEL)
        start = x + text_width(text, LABEL) + GAP
        if start < self.step - self.column:
            self.canvas.line([(start, middle), (self.step - self.column, middle)], GRID, zorder=1)
        self.canvas.text(self.step, base, way.step_text, VALUE, "right")
        self.canvas.text(self.path, base, way.path_text, _strong(way), "right")


def _strong(way: Way) -> Lettering:
    return STRONG if way.happens else VALUE

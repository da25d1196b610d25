"""The canvas: text, lines and areas placed in units from the top left, axes among them; as SVG or as pixels."""

from __future__ import annotations

import hashlib
import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO, StringIO
from typing import TYPE_CHECKING, Literal
from xml.sax.saxutils import escape

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from estimative.reports.figures.chart import POINTS
from estimative.reports.figures.style import PAPER, Fill, Lettering, Stroke, applied
from estimative.reports.figures.text import plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes

UNDATED = {"Date": None, "Creator": None, "Format": None, "Type": None}
"""One answer gives one picture, whenever and by whichever version it is drawn."""
RESOLUTION = 200
"""Pixels to the inch: nearly three to the unit, crisp at twice the size."""

type Anchor = Literal["left", "center", "right"]


class Canvas:
    """A drawing in progress; its height is known when everything is placed."""

    def __init__(self, width: float, paper: Axes | None = None) -> None:
        """Open a canvas of a width in units, or draw on given axes."""
        self.width = width
        self._figure = Figure(facecolor=PAPER)
        self._paper = paper or self._figure.add_axes((0, 0, 1, 1), zorder=-1)
        self._paper.set_axis_off()
        self._parts: list[tuple[Axes, float, float, float, float]] = []

    def text(self, x: float, y: float, text: str, lettering: Lettering, anchor: Anchor = "left") -> None:
        """Write a line of text on a base line."""
        self._paper.text(x, y, plain(text), ha=anchor, **lettering.style)

    def lines(self, x: float, y: float, lines: Iterable[str], look: Lettering, anchor: Anchor = "left") -> float:
        """Write lines one under the other from a top edge; return the bottom edge."""
        for line in lines:
            y += look.leading
            self.text(x, y - 0.3 * look.size, line, look, anchor)
        return y

    def line(self, points: Sequence[tuple[float, float]], look: Stroke, zorder: float = 2) -> None:
        """Draw a line from point to point, or a marker where there is only one."""
        self._paper.add_line(Line2D(*zip(*points, strict=True), zorder=zorder, **look.style))

    def area(self, x: float, y: float, width: float, height: float, look: Fill, zorder: float = 1) -> None:
        """Draw a rectangle."""
        self._paper.add_patch(Rectangle((x, y), width, height, zorder=zorder, **look.style))

    def sample(self, x: float, y: float, width: float, height: float, look: Fill | Stroke) -> None:
        """Draw a sample for a key."""
        if isinstance(look, Fill):
            self.area(x, y, width, height, look)
            return
        along, middle = [x + share * width for share in (0, 0.5, 1)], y + height / 2
        self._paper.add_line(Line2D(along, [middle] * 3, markevery=[1], **look.style))

    def axes(self, left: float, top: float, width: float, height: float) -> Axes:
        """Axes on a part of the canvas."""
        part = self._figure.add_axes((0, 0, 1, 1), facecolor="none")
        self._parts.append((part, left, top, width, height))
        return part

    def finish(self, height: float) -> None:
        """Fix the height, and with it where everything is."""
        self._paper.set(xlim=(0, self.width), ylim=(height, 0))
        self._figure.set_size_inches(self.width / POINTS, height / POINTS)
        for axes, left, top, width, tall in self._parts:
            axes.set_position((left / self.width, 1 - (top + tall) / height, width / self.width, tall / height))

    def svg(self, title: str, description: str) -> str:
        """The drawing as SVG: text as text, nothing from elsewhere, no date; the same for the same drawing."""
        stream = StringIO()
        with _drawing():
            self._figure.savefig(stream, format="svg", metadata=UNDATED)
        return _complete(stream.getvalue(), plain(title), plain(description))

    def png(self) -> bytes:
        """The drawing in pixels; a character that the font lacks is a box."""
        stream = BytesIO()
        with _drawing():
            self._figure.savefig(stream, format="png", dpi=RESOLUTION, metadata={"Software": None})
        return stream.getvalue()


@contextmanager
def _drawing() -> Iterator[None]:
    """Silence about characters that the font lacks: the reader's program may have them."""
    with applied(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from font")
        yield


def _complete(drawing: str, title: str, description: str) -> str:
    """An SVG with its title and description, without what belongs to the drawing library alone."""
    start = drawing.index(">", drawing.index("<svg")) + 1
    head, body = drawing[drawing.index("<svg") : start], drawing[start:]
    head = re.sub(r'((?:width|height)="[\d.]+)pt"', r'\1"', head)
    body = re.sub(r"\s*<defs>\s*<style.*?</style>\s*</defs>", "", body, count=1, flags=re.DOTALL)
    body = re.sub(r'<g id="[^"]*"', "<g", body)
    title, description = escape(title), escape(description)
    name = hashlib.sha256((title + description + body).encode()).hexdigest()[:12]
    labels = f'role="img" aria-labelledby="title-{name} description-{name}"'
    strokes = 'stroke-linejoin="round" stroke-linecap="butt"'
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n{head[:-1]} {labels} {strokes}>\n'
        f'<title id="title-{name}">{title}</title>\n<desc id="description-{name}">{description}</desc>{body}'
    )

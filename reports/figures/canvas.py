"""The sheet that a picture is drawn on: what stands around it, and the SVG or the pixels that come of it."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO, StringIO
from typing import Literal
from xml.sax.saxutils import escape

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from estimative.reports.figures.style import (
    CAUTION,
    FRAME,
    GAP,
    LABEL,
    MARGIN,
    PAPER,
    SMALL,
    SUBTITLE,
    TITLE,
    WIDTH,
    Fill,
    Lettering,
    Stroke,
    applied,
)
from estimative.reports.figures.text import UNKNOWN, balanced, plain, stand_ins, width_of, wrapped

POINTS = 72.0
"""To the inch; a unit is a point of the drawing library."""
SAMPLE = 20.0
"""How wide the sample of a key is."""
MOST_LINES = 6
"""Of a paragraph; what is longer is cut in the picture, not in its description."""
UNDATED = {"Date": None, "Creator": None, "Format": None, "Type": None}
"""One answer gives one picture, whenever and by whichever version it is drawn."""
RESOLUTION = 200
"""Pixels to the inch: nearly three to the unit, crisp at twice the size."""

type Anchor = Literal["left", "center", "right"]


@dataclass(frozen=True, kw_only=True)
class FigureText:
    """What stands around a picture, and what is read out to those who cannot see it."""

    title: str
    subtitle: tuple[str, ...]
    """Paragraphs."""
    caution: str
    """Empty where there is none."""
    key: tuple[tuple[Fill | Stroke, str], ...]
    notes: tuple[str, ...]
    description: tuple[str, ...]
    """Sentences with every number that the picture shows."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of text and where its base stands: in units, from the left and from above."""

    text: str
    x: float
    y: float
    lettering: Lettering
    anchor: Anchor = "left"


@dataclass(frozen=True, kw_only=True)
class Box:
    """An area, or in its middle a stroke: in units, from the left and from above."""

    look: Fill | Stroke
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, kw_only=True)
class Track:
    """A line from point to point, or a marker where there is but one: in units, from the left and from above."""

    look: Stroke
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, kw_only=True)
class Canvas:
    """A figure with its surroundings in place, and room for the picture itself."""

    kind: str
    """Of picture: its inner names differ from those of other kinds on one page."""
    figure: Figure
    paper: Axes
    """Covers the whole figure, in units, from above."""
    around: FigureText
    top: float
    """Where the room for the picture begins, in units."""
    height: float

    @classmethod
    @contextmanager
    def with_room(cls, kind: str, around: FigureText, room: float) -> Iterator[Canvas]:
        """A sheet whose picture takes so many units of height, and the rules that hold while it is drawn."""
        with applied(kind):
            yield cls._surrounded(kind, around, room)

    @classmethod
    def _surrounded(cls, kind: str, around: FigureText, room: float) -> Canvas:
        above, top = _above(around)
        below, bottom = flowed([(note, SMALL) for note in around.notes if note.strip()], top + room + GAP)
        height = math.ceil(bottom + MARGIN - GAP)
        figure = Figure(figsize=(WIDTH / POINTS, height / POINTS), facecolor=PAPER)
        paper = figure.add_axes((0, 0, 1, 1), xlim=(0, WIDTH), ylim=(height, 0), zorder=-1)
        paper.set_axis_off()
        sheet = cls(kind=kind, figure=figure, paper=paper, around=around, top=top, height=height)
        for piece in (*above, *below):
            sheet.put(piece)
        return sheet

    def put(self, piece: Line | Box | Track) -> None:
        """Draw a piece where it says."""
        match piece:
            case Line():
                self.paper.text(piece.x, piece.y, piece.text, ha=piece.anchor, **piece.lettering.drawn)
            case Track():
                self.paper.add_line(Line2D(*zip(*piece.points, strict=True), **piece.look.drawn))
            case Box(look=Fill()):
                self.paper.add_patch(Rectangle((piece.x, piece.y), piece.width, piece.height, **piece.look.drawn))
            case Box(look=Stroke()):
                along, middle = [piece.x + share * piece.width for share in (0, 0.5, 1)], piece.y + piece.height / 2
                self.paper.add_line(Line2D(along, [middle] * 3, markevery=[1], **piece.look.drawn))

    def axes(self, left: float, top: float, width: float, height: float) -> Axes:
        """Axes on a part of the sheet, in units."""
        part = (left / WIDTH, 1 - (top + height) / self.height, width / WIDTH, height / self.height)
        return self.figure.add_axes(part, facecolor="none")

    @property
    def title(self) -> str:
        """What is seen first."""
        return plain(self.around.title)

    @property
    def description(self) -> str:
        """Every number that the picture shows, in sentences."""
        return plain(" ".join(self.around.description))

    def svg(self) -> str:
        """The whole as SVG: text as text, nothing from elsewhere, no date; the same for the same picture."""
        there = stand_ins(text.get_text() for text in self._texts())
        stream = StringIO()
        with self._lettered(there):
            self.figure.savefig(stream, format="svg", metadata=UNDATED)
        back = {stand_in: code for code, stand_in in there.items() if chr(stand_in) != UNKNOWN}
        return _complete(stream.getvalue().translate(back), self)

    def png(self) -> bytes:
        """The same in pixels; what the font has not is shown as a box."""
        stream = BytesIO()
        with self._lettered(dict.fromkeys(stand_ins(text.get_text() for text in self._texts()), ord(UNKNOWN))):
            self.figure.savefig(stream, format="png", dpi=RESOLUTION, metadata={"Software": None})
        return stream.getvalue()

    def _texts(self) -> list[Text]:
        return [text for text in self.figure.findobj(Text) if isinstance(text, Text)]

    @contextmanager
    def _lettered(self, instead: Mapping[int, int]) -> Iterator[None]:
        """A stretch of time in which the rules hold and some characters stand for others."""
        texts = [(text, text.get_text()) for text in self._texts()]
        with applied(self.kind):
            for text, said in texts:
                text.set_text(said.translate(instead))
            try:
                yield
            finally:
                for text, said in texts:
                    text.set_text(said)


def flowed(paragraphs: Iterable[tuple[str, Lettering]], top: float, *, inset: float = 0) -> tuple[list[Line], float]:
    """Paragraphs one under the other over the sheet's width, and where the next would begin."""
    lines = []
    for text, lettering in paragraphs:
        wrap = balanced if lettering == TITLE else wrapped
        for line in wrap(text, WIDTH - 2 * (MARGIN + inset), lettering, most=MOST_LINES):
            top += lettering.leading
            lines.append(Line(text=line, x=MARGIN + inset, y=top - 0.3 * lettering.size, lettering=lettering))
        top += GAP
    return lines, top


def _above(around: FigureText) -> tuple[list[Line | Box], float]:
    """Caution, title, subtitle and key, and where the picture begins."""
    warning, top = _warning(around.caution)
    written = [(around.title, TITLE), *((text, SUBTITLE) for text in around.subtitle)]
    lines, top = flowed(written, top)
    key, top = _key(around.key, top)
    return [*warning, *lines, *key], top


def _warning(caution: str) -> tuple[list[Line | Box], float]:
    if not caution:
        return [], MARGIN - GAP
    lines, bottom = flowed([(f"CAUTION: {caution}", CAUTION)], MARGIN + GAP, inset=2 * GAP)
    boxed = Box(look=FRAME, x=MARGIN, y=MARGIN, width=WIDTH - 2 * MARGIN, height=bottom - MARGIN)
    return [boxed, *lines], bottom + GAP


def _key(entries: Iterable[tuple[Fill | Stroke, str]], top: float) -> tuple[list[Line | Box], float]:
    """Samples with what they stand for, in rows."""
    pieces: list[Line | Box] = []
    x, y = MARGIN, top
    for look, text in entries:
        width = SAMPLE + GAP + width_of(text, LABEL)
        if x > MARGIN and x + width > WIDTH - MARGIN:
            x, y = MARGIN, y + LABEL.leading + GAP / 2
        pieces.append(Box(look=look, x=x, y=y + 1, width=SAMPLE, height=LABEL.size))
        pieces.append(Line(text=text, x=x + SAMPLE + GAP, y=y + LABEL.size - 1, lettering=LABEL))
        x += width + 3 * GAP
    return pieces, y + LABEL.leading + 2 * GAP if pieces else top


def _complete(drawn: str, sheet: Canvas) -> str:
    """An SVG with its title and description, and without what belongs to the drawing library alone."""
    start = drawn.index(">", drawn.index("<svg")) + 1
    head, body = drawn[drawn.index("<svg") : start], drawn[start:]
    body = re.sub(r"\s*<defs>\s*<style.*?</style>\s*</defs>", "", body, count=1, flags=re.DOTALL)
    body = re.sub(r'<g id="[^"]*"', "<g", body)
    title, description = escape(sheet.title), escape(sheet.description)
    name = hashlib.sha256((title + description + body).encode()).hexdigest()[:12]
    labels = f'role="img" aria-labelledby="title-{name} description-{name}"'
    strokes = 'stroke-linejoin="round" stroke-linecap="butt"'
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n{head[:-1]} {labels} {strokes}>\n'
        f'<title id="title-{name}">{title}</title>\n<desc id="description-{name}">{description}</desc>{body}'
    )

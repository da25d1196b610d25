"""Rows on a common axis: labels left of their marks, or above them where the drawing is narrow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from estimative.reports.figures.axes import Axis, Sides, Spans, Stretch, draw_across, words_with_room
from estimative.reports.figures.chart import Key, extent
from estimative.reports.figures.style import GAP, LABEL, NARROW, SMALL, STRONG, VALUE, Lettering
from estimative.reports.figures.text import text_width, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from estimative.reports.figures.canvas import Canvas

MARK, BETWEEN, HEADING = 16.0, 10.0, 26.0
"""Heights in units: of a mark, between rows, of a heading with the space above it."""
LABELS = 0.42
"""Of the width, that labels take at most where they stand left."""
NOTEBOOK_LABEL = 200.0
"""Width of a label beside given axes, in units."""
FOOT = 38.0
"""Below the rows, for the axis's numbers and its name."""


class Row(Struct, frozen=True, kw_only=True):
    """A row of a plot; each kind of plot adds its numbers."""

    label: str
    detail: str = ""
    """In small letters under the label."""
    value: str = ""
    """In a column at the right."""
    value_detail: str = ""
    heading: str = ""
    """Above the row, where a group begins."""
    strong: bool = False
    sentence: str
    """The row in words, with every number."""


class Columns(Struct, frozen=True, kw_only=True):
    """Where labels, marks and values are, in units from the left."""

    labels: float
    """Width."""
    left: float
    """Of the marks."""
    right: float
    above: bool
    """Labels are above the marks."""

    @classmethod
    def of(cls, rows: Sequence[Row], width: float) -> Columns:
        texts = [(row.value, VALUE) for row in rows] + [(row.value_detail, SMALL) for row in rows]
        values = max((text_width(text, look) for text, look in texts if text), default=-2 * GAP) + 2 * GAP
        if width <= NARROW:
            return cls(labels=width - values, left=GAP, right=width - GAP, above=True)
        longest = max(max(text_width(row.label, STRONG), text_width(row.detail, SMALL)) for row in rows)
        labels = min(longest + GAP, LABELS * width)
        return cls(labels=labels, left=labels + GAP, right=width - values, above=False)


class PlacedRow(Struct, frozen=True, kw_only=True):
    """A row's lines and its height, in units from the top of the rows."""

    lines: tuple[tuple[str, Lettering], ...]
    top: float
    middle: float
    """Of the mark."""
    bottom: float


def placed(rows: Sequence[Row], columns: Columns) -> list[PlacedRow]:
    """Place rows one under the other."""
    result, top = list[PlacedRow](), 0.0
    for row in rows:
        top += HEADING if row.heading else 0
        look = STRONG if row.strong else LABEL
        details = wrapped(row.detail, columns.labels, SMALL, lines=2)
        labels = wrapped(row.label, columns.labels, look, lines=3)
        lines = (*((line, look) for line in labels), *((line, SMALL) for line in details))
        text = max(sum(look.leading for _, look in lines), VALUE.leading + (SMALL.leading if row.value_detail else 0))
        height = text + MARK + 2 if columns.above else max(text, MARK)
        middle = top + (text + 2 + MARK / 2 if columns.above else height / 2)
        result.append(PlacedRow(lines=lines, top=top, middle=middle, bottom=top + height))
        top += height + BETWEEN
    return result


class RowPlot[R: Row](Struct, frozen=True, kw_only=True):
    """Rows on a common axis; each kind says what its marks look like."""

    rows: tuple[R, ...]
    axis: Axis
    legend: Key = ()

    @property
    def key(self) -> Key:
        """What the marks mean."""
        return self.legend

    @property
    def sentences(self) -> Sequence[str]:
        """Every row in words."""
        return [row.sentence for row in self.rows]

    def values(self, row: R) -> Iterator[float]:
        """The numbers of a row that the axis has to hold."""
        raise NotImplementedError

    @property
    def sides(self) -> Sides:
        """Room at either side of the axis, in units."""
        return 2 * GAP, 2 * GAP

    def mark(self, axes: Axes, stretch: Stretch, row: R, middle: float, thickness: float) -> None:
        """Draw the marks of a row."""
        raise NotImplementedError

    def between(self, axes: Axes, middles: Sequence[float], spans: Spans) -> None:
        """Draw what joins the rows."""

    def _stretch(self, length: float) -> Stretch:
        return self.axis.stretch([value for row in self.rows for value in self.values(row)], length, self.sides)

    def draw(self, canvas: Canvas, left: float, top: float, width: float) -> float:
        """Draw labels, marks and values; return the bottom edge."""
        columns = Columns.of(self.rows, width)
        stretch, places = self._stretch(columns.right - columns.left), placed(self.rows, columns)
        if not columns.above:
            top += max(
                (len(lines) * SMALL.leading + GAP for lines, _ in words_with_room(self.axis, stretch)), default=0
            )
        height = places[-1].bottom + BETWEEN / 2
        axes = canvas.axes(left + columns.left, top, columns.right - columns.left, height)
        self._rule(axes, stretch, height)
        for row, place in zip(self.rows, places, strict=True):
            self._texts(canvas, row, place, columns, left, top, width)
            self.mark(axes, stretch, row, place.middle, MARK)
        marks = [(place.middle - MARK / 2, place.middle + MARK / 2) for place in places]
        spans: Spans = marks if columns.above else [(0.0, height)]
        draw_across(axes, self.axis, stretch, spans, words=not columns.above)
        self.between(axes, [place.middle for place in places], spans)
        return top + height + FOOT

    def draw_into(self, axes: Axes) -> float:
        """Draw the marks into given axes, the labels along the left; return the height for all of them."""
        stretch, middles = self._stretch(extent(axes)[0]), list(range(len(self.rows)))
        spans = [(-0.5, len(self.rows) - 0.5)]
        self._rule(axes, stretch, spans[0][1], spans[0][0])
        labels = ["\n".join(wrapped(row.label, NOTEBOOK_LABEL, SMALL, lines=2)) for row in self.rows]
        axes.set_yticks(middles, labels, fontsize=SMALL.size)
        for row, middle in zip(self.rows, middles, strict=True):
            self.mark(axes, stretch, row, middle, 0.5)
        draw_across(axes, self.axis, stretch, spans)
        self.between(axes, middles, spans)
        return len(self.rows) * (2 * SMALL.leading + BETWEEN) + 2 * FOOT

    def _rule(self, axes: Axes, stretch: Stretch, bottom: float, top: float = 0) -> None:
        axes.set(xlim=(stretch.low, stretch.high), ylim=(bottom, top), yticks=[])
        for side in ("left", "right", "top"):
            axes.spines[side].set_visible(False)

    def _texts(
        self, canvas: Canvas, row: R, place: PlacedRow, columns: Columns, left: float, top: float, width: float
    ) -> None:
        """Heading, label and value of a row."""
        if row.heading:
            canvas.text(left, top + place.top - 2 * GAP, row.heading, STRONG)
        text = sum(look.leading for _, look in place.lines)
        y = top + place.top if columns.above else top + place.middle - text / 2
        for line, look in place.lines:
            y = canvas.lines(left, y, [line], look)
        values = [(row.value, STRONG if row.strong else VALUE), (row.value_detail, SMALL)]
        chosen = [(value, look) for value, look in values if value]
        y = top + place.top if columns.above else top + place.middle - sum(look.leading for _, look in chosen) / 2
        for value, look in chosen:
            y = canvas.lines(left + width, y, [value], look, "right")

"""A document as a Word file: real headings, tables with header rows, pictures with alternative text."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from typing import Any

import docx as library
from docx.enum.section import WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.shared import Cm, Length, Pt, RGBColor
from msgspec import Struct

from estimative.priors.errors import ascii_safe
from estimative.reports.blocks import (
    Block,
    Caution,
    Code,
    Columns,
    Document,
    Figure,
    Heading,
    IntervalPlot,
    Listing,
    PageBreak,
    Paragraph,
    Sliders,
    Table,
)
from estimative.reports.formats import docx_xml as xml
from estimative.reports.formats.columns import NARROW, Layout
from estimative.reports.formats.plot import plot_lines
from estimative.reports.formats.typeset import (
    UNTITLED,
    key_judgement,
    plot_description,
    sanitize,
    split_title,
    with_caution,
)

PAGE = (Cm(21.0), Cm(29.7))
FONT, MONOSPACED = "Arial", "Courier New"
"""Every machine has them or fonts of the same widths, so that a page ends at the same word."""
GUTTER = Cm(0.8)
"""Between parts side by side."""
CELL_MARGINS = 0.035
"""Of a table's width."""
PLOT_WIDTH = 72
"""Columns."""
LONG_ROW = 2000
"""Characters; such a row may be divided between pages, since it may be longer than one."""
TABLE_SIZE, PLOT_SIZE = Pt(8.5), Pt(8)
ALARM, QUIET, INK = RGBColor(0x8F, 0x1D, 0x1D), RGBColor(0x55, 0x55, 0x4F), RGBColor(0x1C, 0x1C, 0x1A)


class Look(Struct, frozen=True, kw_only=True):
    """Sizes of one look of the file."""

    margin: Length
    text: Length
    title: Length
    headings: tuple[Length, Length]
    """Of a part, and of all headings below it."""
    judgement: Length
    after: Length
    """Below a paragraph."""
    before_heading: Length
    picture: Length
    """Greatest height of one."""


ROOMY = Look(
    margin=Cm(1.9), text=Pt(10), title=Pt(18), headings=(Pt(13), Pt(11)), judgement=Pt(13), after=Pt(4),
    before_heading=Pt(10), picture=Cm(15.0),
)  # fmt: skip
COMPACT = Look(
    margin=Cm(1.5), text=Pt(9.5), title=Pt(15), headings=(Pt(11), Pt(10)), judgement=Pt(12), after=Pt(3),
    before_heading=Pt(6), picture=Cm(5.0),
)  # fmt: skip


def docx(document: Document, *, caution: str = "", language: str = "en-GB", compact: bool = False) -> bytes:
    """The file; the same document is the same bytes.

    Parameters
    ----------
    caution
        Is at the top of every page, and once in the text; empty for none.
    language
        Of its words, as a BCP 47 tag.
    compact
        Use small type and narrow margins, for a document that fits on one page.
    """
    title, blocks = split_title(with_caution(document, caution))
    file = _File(look=COMPACT if compact else ROOMY, judgement=key_judgement(blocks))
    file.start(title, caution, language)
    file.add(blocks)
    return xml.packed(file.file)


class _File:
    """A Word file, to which blocks are added."""

    def __init__(self, *, look: Look, judgement: Paragraph | None) -> None:
        self.file = library.Document()
        self.look = look
        self.judgement = judgement
        self.figures = 0
        self.width = Length(PAGE[0] - 2 * look.margin)
        """Of a column of text."""

    def start(self, title: str, caution: str, language: str) -> None:
        """Styles, title, properties, and what stands on every page: the caution and the number."""
        self._set_styles()
        xml.set_language(self.file, language)
        xml.set_properties(self.file, title=sanitize(title) or UNTITLED)
        section = self.file.sections[0]
        section.page_width, section.page_height = PAGE
        section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = self.look.margin
        section.header_distance = section.footer_distance = Length(self.look.margin // 2)
        self.file.add_heading(sanitize(title) or UNTITLED, level=0)
        if caution:
            _alarm(section.header.paragraphs[0], caution)
        xml.add_page_number(section.footer.paragraphs[0])

    def _set_styles(self) -> None:
        sizes = {"Normal": self.look.text, "Title": self.look.title, "Heading 1": self.look.headings[0]}
        sizes |= {f"Heading {level}": self.look.headings[1] for level in range(2, 6)}
        for name, size in sizes.items():
            style = self.file.styles[name]
            xml.set_font(style, FONT)
            style.font.size = size
            if name != "Normal":
                style.font.bold, style.font.color.rgb = True, INK
                style.paragraph_format.space_before = Pt(0) if name == "Title" else self.look.before_heading
                style.paragraph_format.space_after = self.look.after
        for name in ("Normal", "List Bullet"):
            self.file.styles[name].paragraph_format.space_after = self.look.after
            self.file.styles[name].paragraph_format.line_spacing = 1.1

    def add(self, blocks: Iterable[Block]) -> None:
        """Add blocks."""
        break_before = False
        for block in blocks:
            place = self._end
            self._add(block)
            if break_before and self._end > place:
                xml.first_paragraph(self.file, place).paragraph_format.page_break_before = True
                break_before = False
            # A break in a paragraph of its own would leave an empty page behind a full one.
            break_before |= isinstance(block, PageBreak)

    @property
    def _end(self) -> int:
        """The place in the body where the next block begins; the last element holds the settings of the section."""
        return len(self.file.element.body) - 1

    def _add(self, block: Block) -> None:
        match block:
            case Heading():
                self.file.add_heading(sanitize(block.text), level=block.level - 1)
            case Paragraph():
                self._paragraph(block)
            case Caution():
                _alarm(self.file.add_paragraph(), block.text)
            case Listing():
                self._listing(block)
            case Table():
                self._table(block)
            case Columns():
                self._columns(block)
            case IntervalPlot():
                self._plot(block)
            case Figure():
                self._figure(block)
            case PageBreak() | Sliders():
                pass
            case Code():
                self._typed(ascii_safe(line) for line in block.lines)

    def _paragraph(self, block: Paragraph) -> None:
        run = self.file.add_paragraph().add_run(sanitize(block.text))
        run.bold = block.strong
        if block is self.judgement:
            run.font.size = self.look.judgement

    def _listing(self, block: Listing) -> None:
        for point in block.points:
            self.file.add_paragraph(sanitize(point), style="List Bullet")

    def _columns(self, block: Columns) -> None:
        """Text in columns, not a table: headings in a table are left out of Word's list of headings."""
        outer, parts = self.width, [part for part in block.parts if part]
        self._section(len(parts))
        self.width = Length((outer - GUTTER * (len(parts) - 1)) // max(len(parts), 1))
        for at, part in enumerate(parts):
            place = self._end
            self.add(part)
            first = xml.first_paragraph(self.file, place)
            first.paragraph_format.space_before = Pt(0)
            if at:
                xml.first_run(first).add_break(WD_BREAK.COLUMN)
        self.width = outer
        self._section(1)

    def _section(self, columns: int) -> None:
        self.file.add_section(WD_SECTION.CONTINUOUS)
        xml.join_section_break(self.file)
        xml.set_columns(self.file, max(columns, 1), GUTTER)

    def _plot(self, block: IntervalPlot) -> None:
        self._typed(plot_lines(block, PLOT_WIDTH))
        self._small(f"{sanitize(block.key)} {plot_description(block)}")

    def _typed(self, lines: Iterable[str]) -> None:
        run = self.file.add_paragraph().add_run("\n".join(lines))
        run.font.name, run.font.size = MONOSPACED, PLOT_SIZE

    def _small(self, text: str) -> None:
        _small_run(self.file.add_paragraph(), text).font.color.rgb = QUIET

    def _table(self, table: Table) -> None:
        layout = Layout.of(table)
        if layout.records:
            self._records(table, layout)
            return
        grid = self.file.add_table(rows=0, cols=len(table.header))
        grid.autofit = False
        xml.rule(grid)
        widths = self._widths(layout)
        for column, width in zip(grid.columns, widths, strict=True):
            column.width = width
        for row in (table.header, *table.rows):
            self._row(grid.add_row(), row, table, widths)
        xml.repeat_header(grid.rows[0])
        self.file.add_paragraph().paragraph_format.space_after = Pt(0)

    def _records(self, table: Table, layout: Layout) -> None:
        """Each row under its first cell: short cells on one line, sentences on lines of their own."""
        for row in table.rows:
            cells = [(at, sanitize(cell)) for at, cell in enumerate(row) if at and cell]
            long = [at for at, cell in cells if at in layout.prose and len(cell) > NARROW]
            lines = [[cell for cell in cells if cell[0] not in long], *([cell] for cell in cells if cell[0] in long)]
            paragraph = self.file.add_paragraph()
            paragraph.paragraph_format.keep_together = sum(map(len, row)) < LONG_ROW
            _small_run(paragraph, sanitize(row[0])).bold = True
            for line in filter(None, lines):
                paragraph.runs[-1].add_break()
                for at, cell in line:
                    _small_run(paragraph, f"{sanitize(table.header[at])}: ").font.color.rgb = QUIET
                    _small_run(paragraph, cell if (at, cell) == line[-1] else f"{cell}; ")

    def _row(self, row: Any, texts: tuple[str, ...], table: Table, widths: list[Length]) -> None:
        if sum(map(len, texts)) < LONG_ROW:
            xml.keep_together(row)
        for at, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
            cell.width = widths[at]
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_after = Pt(1)
            paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT if at in table.text_columns else WD_ALIGN_PARAGRAPH.RIGHT
            _small_run(paragraph, sanitize(text)).bold = texts is table.header

    def _widths(self, layout: Layout) -> list[Length]:
        """Of the columns; each gets a little more than its share for the margins of its cells."""
        padded = [share + CELL_MARGINS for share in layout.widths]
        return [Length(int(self.width * share / sum(padded))) for share in padded]

    def _figure(self, block: Figure) -> None:
        from estimative.reports.figures.style import NothingToPlot

        try:
            picture = block.draw()
        except NothingToPlot:
            return
        shape = self.file.add_picture(BytesIO(picture.png(bare=True)), width=self.width)
        if shape.height > self.look.picture:
            shape.width, shape.height = Length(shape.width * self.look.picture // shape.height), self.look.picture
        xml.describe(shape, sanitize(f"{picture.title}. {picture.description}"))
        self.file.paragraphs[-1].paragraph_format.keep_with_next = True
        self.figures += 1
        self._small(f"Figure {self.figures}. {sanitize(picture.title)}. {sanitize(picture.caption)}")


def _small_run(paragraph: Any, text: str) -> Any:
    run = paragraph.add_run(text)
    run.font.size = TABLE_SIZE
    return run


def _alarm(paragraph: Any, text: str) -> None:
    run = paragraph.add_run(f"CAUTION {sanitize(text)}")
    run.bold, run.font.color.rgb = True, ALARM

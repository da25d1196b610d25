"""A document as a Word file: real headings, tables with header rows, pictures with alternative text."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import docx as library
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from estimative.priors.toml_table import ascii_safe
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
    Paragraph,
    Picture,
    Table,
)
from estimative.reports.formats.columns import Layout
from estimative.reports.formats.plot import drawn
from estimative.reports.formats.typeset import cautioned, in_words, judgement, shown, titled

PAGE, MARGIN = (Cm(21.0), Cm(29.7)), Cm(2.0)
PICTURE_WIDTH = TABLE_WIDTH = Cm(17.0)
CELL_MARGINS = 0.035
"""Of a table's width."""
PLOT_WIDTH = 72
"""Columns."""
ALARM, QUIET = RGBColor(0x8F, 0x1D, 0x1D), RGBColor(0x55, 0x55, 0x4F)
XML_ILLEGAL = {code: None for code in range(32) if code not in (9, 10, 13)}
"""Control characters that XML cannot hold."""


def docx(document: Document, *, caution: str = "", language: str = "en-GB") -> bytes:
    """The whole file.

    Parameters
    ----------
    caution
        Stands at the top of every page, and once in the text; empty for none.
    language
        Of its words, as BCP 47 names it.
    """
    title, blocks = titled(cautioned(document, caution))
    file = _File(judgement=judgement(blocks), language=language)
    file.start(title, caution)
    for block in blocks:
        file.add(block)
    return file.bytes()


class _File:
    """The file so far."""

    def __init__(self, *, judgement: Paragraph | None, language: str) -> None:
        self.file = library.Document()
        self.judgement = judgement
        self._styles(language)

    def _styles(self, language: str) -> None:
        section = self.file.sections[0]
        section.page_width, section.page_height = PAGE
        section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = MARGIN
        normal = self.file.styles["Normal"]
        normal.font.name, normal.font.size = "Calibri", Pt(10.5)
        normal.paragraph_format.space_after = Pt(5)
        properties = normal.element.get_or_add_rPr()
        mark = OxmlElement("w:lang")
        mark.set(qn("w:val"), language)
        properties.append(mark)

    def start(self, title: str, caution: str) -> None:
        """Title, properties, and the caution on every page."""
        self.file.core_properties.title, self.file.core_properties.author = _text(title), "estimative"
        self.file.add_heading(_text(title) or "Report", level=0)
        if caution:
            run = self.file.sections[0].header.paragraphs[0].add_run(f"CAUTION {_text(caution)}")
            run.bold, run.font.color.rgb = True, ALARM

    def add(self, block: Block) -> None:
        """Add one block."""
        match block:
            case Heading():
                self.file.add_heading(_text(block.text), level=min(block.level - 1, 9))
            case Paragraph():
                self._paragraph(block)
            case Caution():
                run = self.file.add_paragraph().add_run(f"CAUTION {_text(block.text)}")
                run.bold, run.font.color.rgb = True, ALARM
            case Listing():
                for point in block.points:
                    self.file.add_paragraph(_text(point), style="List Bullet")
            case Table():
                self._table(block)
            case Columns():
                for part in block.parts:
                    for inner in part:
                        self.add(inner)
            case IntervalPlot():
                self._lines("\n".join(drawn(block, PLOT_WIDTH)))
                self._small(f"{_text(block.key)} {in_words(block)}")
            case Figure():
                self._figure(block)
            case Code():
                self._lines("\n".join(ascii_safe(line) for line in block.lines))

    def _paragraph(self, block: Paragraph) -> None:
        run = self.file.add_paragraph().add_run(_text(block.text))
        run.bold = block.strong
        if block is self.judgement:
            run.font.size = Pt(14)

    def _lines(self, text: str) -> None:
        run = self.file.add_paragraph().add_run(text.translate(XML_ILLEGAL))
        run.font.name, run.font.size = "Consolas", Pt(8)

    def _small(self, text: str) -> None:
        run = self.file.add_paragraph().add_run(text)
        run.font.size, run.font.color.rgb = Pt(8.5), QUIET

    def _table(self, table: Table) -> None:
        grid = self.file.add_table(rows=1, cols=len(table.header))
        _rule(grid)
        widths = _widths(Layout.of(table).widths)
        grid.autofit = False
        for at, title in enumerate(table.header):
            _fill(grid.rows[0].cells[at], title, number=at not in table.text_columns, bold=True)
            grid.columns[at].width = widths[at]
        _repeat(grid.rows[0])
        for row in table.rows:
            cells = grid.add_row().cells
            for at, text in enumerate(row):
                _fill(cells[at], text, number=at not in table.text_columns, bold=False)
                cells[at].width = widths[at]
        self.file.add_paragraph()

    def _figure(self, block: Figure) -> None:
        from estimative.reports.figures.style import NothingToPlot

        try:
            picture = block.draw()
        except NothingToPlot:
            return
        shape = self.file.add_picture(BytesIO(picture.png()), width=PICTURE_WIDTH)
        shape._inline.docPr.set("descr", _alternative(picture))
        self._small(_text(picture.title))

    def bytes(self) -> bytes:
        """The file as it is written to disk."""
        buffer = BytesIO()
        self.file.save(buffer)
        return buffer.getvalue()


def _text(text: str) -> str:
    """Text on one line, with nothing that XML or a reader's program could trip over."""
    return shown(text).translate(XML_ILLEGAL)


def _alternative(picture: Picture) -> str:
    return _text(f"{picture.title}. {picture.description}")


def _fill(cell: Any, text: str, *, number: bool, bold: bool) -> None:
    """Write text into a cell; numbers stand at its right."""
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(1)
    if number:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    run = paragraph.add_run(_text(text))
    run.bold, run.font.size = bold, Pt(8.5)


def _widths(shares: Sequence[float]) -> list[int]:
    """Of the columns; each gets a little more than its share for the margins of its cells."""
    padded = [share + CELL_MARGINS for share in shares]
    return [int(TABLE_WIDTH * share / sum(padded)) for share in padded]


def _rule(grid: Any) -> None:
    """Draw a thin line under every row."""
    borders = OxmlElement("w:tblBorders")
    for edge in ("top", "bottom", "insideH"):
        line = OxmlElement(f"w:{edge}")
        for name, value in (("val", "single"), ("sz", "4"), ("color", "BBBBB2")):
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
    grid._tbl.tblPr.append(borders)


def _repeat(row: Any) -> None:
    """Repeat a header row at the top of every page."""
    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)

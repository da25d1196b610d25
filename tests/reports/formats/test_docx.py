"""The Word file, read back by the library for it."""

from __future__ import annotations

import re
import shutil
import subprocess
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import docx as library
import pytest
from docx.oxml.ns import qn
from docx.shared import Cm
from pypdf import PdfReader

from estimative.reports.blocks import Columns, Figure, Heading, PageBreak, Paragraph, Table
from estimative.reports.formats.docx import docx
from tests.documents import (
    BRIEF,
    CAUTION,
    EVERY,
    JUDGEMENT,
    OUTCOMES,
    PROSE,
    RECORDS,
    Drawing,
    drawing,
    png,
    texts_of,
)


@cache
def written() -> bytes:
    """The document with every kind of block, and a caution."""
    return docx(EVERY, caution=CAUTION)


@cache
def read() -> Any:
    """The same, read back."""
    return library.Document(BytesIO(written()))


def opened(*blocks: Any, **settings: Any) -> Any:
    """A file of some blocks, read back."""
    return library.Document(BytesIO(docx(blocks, **settings)))


def text_of(file: Any) -> str:
    """All text, in its order."""
    return "\n".join("".join(p.xpath(".//w:t/text()")) for p in file.element.body.iter(qn("w:p")))


def test_every_text_can_be_read() -> None:
    """No text of a block is lost; a record is named by its first cell alone."""
    everything = text_of(read())
    assert [text for text in texts_of(EVERY) if text not in everything] == [RECORDS.header[0]]


def test_headings_are_headings() -> None:
    """By Word's own styles, in parts side by side, too: its list of headings has them all."""
    headings = [(p.style.name, p.text.strip()) for p in read().paragraphs if p.style.name.startswith(("Head", "Title"))]
    assert headings[:4] == [
        ("Title", "The bridge at Ashford"),
        ("Heading 1", "Key judgement"),
        ("Heading 2", "What it depends on most"),
        ("Heading 2", "What would change the judgement"),
    ]
    assert len(headings) == sum(isinstance(block, Heading) for block in EVERY) + 2


def test_a_table_repeats_its_header_and_keeps_its_rows_together() -> None:
    """At the top of every page; numbers are at the right of their column."""
    [_, table] = read().tables
    assert [cell.text for cell in table.rows[0].cells] == list(OUTCOMES.header)
    assert table.rows[0]._tr.xpath("w:trPr/w:tblHeader")
    assert not table.rows[1]._tr.xpath("w:trPr/w:tblHeader")
    assert all(row._tr.xpath("w:trPr/w:cantSplit") for row in table.rows)
    assert [cell.paragraphs[0].alignment for cell in table.rows[1].cells] == [0, 2, 2]
    long = opened(Table(header=("a",), rows=((PROSE * 100,),), text_columns=frozenset({0}))).tables[0]
    assert not long.rows[1]._tr.xpath("w:trPr/w:cantSplit")


def test_a_table_is_as_wide_as_the_text() -> None:
    """And prose gets the most of it."""
    [wide, _] = read().tables
    widths = [cell.width for cell in wide.rows[1].cells]
    assert sum(widths) == pytest.approx(Cm(17.2), abs=1000)
    assert max(widths) == widths[3]
    assert widths[2] == min(widths)


def test_what_has_more_columns_than_fit_becomes_records() -> None:
    """Each under its first cell; short cells share a line, sentences have their own."""
    [record] = [p.text for p in read().paragraphs if p.text.startswith("inspection_report_1")]
    first, short, *long = record.split("\n")
    assert first == "inspection_report_1"
    assert short == "Kind: measurement; About: domestic_constraints; Origin: open-markets; Grade: B2; Weight: 0.4"
    assert long == [f"What it says: {PROSE}", f"Source: {PROSE}"]


def test_a_picture_has_an_alternative_text() -> None:
    """Its title and every number; what cannot be drawn is left out."""
    pictures = read().inline_shapes
    words = [shape._inline.docPr.get("descr") for shape in pictures]
    assert words == [f"{drawing().title}. {drawing().description}"] * 2


def test_a_picture_fits_on_the_page() -> None:
    """As wide as the text; a high one is 15 centimetres high, in the compact look 5."""

    class High(Drawing):
        def png(self, *, bare: bool = False) -> bytes:  # noqa: ARG002
            return png(100, 400)

    figure = Figure(name="a", draw=lambda: High(title="a", description="b"))
    [normal] = opened(figure).inline_shapes
    [compact] = opened(figure, compact=True).inline_shapes
    assert [shape.width for shape in read().inline_shapes] == [Cm(17.2)] * 2
    assert (normal.height, compact.height) == (Cm(15), Cm(5))
    assert compact.width * 4 == pytest.approx(compact.height, abs=4)


def test_a_caution_is_in_the_header_of_every_page() -> None:
    """Of every section, and once in the text; without one there is none."""
    assert len(read().sections) > 1
    assert all(CAUTION in section.header.paragraphs[0].text for section in read().sections)
    assert text_of(read()).count(CAUTION) == 1
    assert "CAUTION" not in text_of(opened(*EVERY))
    assert opened(*EVERY).sections[0].header.paragraphs[0].text == ""


def test_pages_are_numbered() -> None:
    """Each of how many."""
    fields = read().sections[0].footer._element.iter(qn("w:fldSimple"))
    assert [field.get(qn("w:instr")) for field in fields] == ["PAGE", "NUMPAGES"]


def test_title_and_language_are_declared() -> None:
    """For the voice of a screen reader; a document without a title gets one."""
    file = opened(*EVERY, language="de")
    [language] = file.styles.element.xpath("w:docDefaults//w:lang/@w:val")
    assert language == "de"
    assert file.core_properties.title == "The bridge at Ashford"
    assert opened(Paragraph(text="a")).paragraphs[0].text == "Report"


def test_the_judgement_is_large() -> None:
    """Larger than any other sentence."""
    [judgement] = [p for p in read().paragraphs if p.text == JUDGEMENT]
    assert judgement.runs[0].font.size > read().styles["Normal"].font.size


def test_parts_side_by_side_are_columns_of_text() -> None:
    """A section in as many columns, a break between them, no empty paragraph for its sake."""
    parts = ((Paragraph(text="a"),), (OUTCOMES, Paragraph(text="b")), (Paragraph(text="c"),))
    file = opened(Paragraph(text="before"), Columns(parts=parts), Paragraph(text="after"))
    counts = [section._sectPr.xpath("w:cols/@w:num") for section in file.sections]
    assert counts == [[], ["3"], ["1"]]
    assert [p.text for p in file.paragraphs] == ["Report", "before", "a", "", "", "b", "c", "after"]
    assert [bool(p._p.xpath(".//w:br[@w:type='column']")) for p in file.paragraphs] == [at in {3, 6} for at in range(8)]
    assert sum(cell.width for cell in file.tables[0].rows[0].cells) < Cm(17.2) / 3


def test_a_page_break_begins_a_page() -> None:
    """The next block does, whatever it is; no empty paragraph stands before it."""
    file = opened(Paragraph(text="a"), PageBreak(), Paragraph(text="b"), PageBreak(), OUTCOMES, Paragraph(text="c"))
    paragraphs = [(p.text, bool(p.paragraph_format.page_break_before)) for p in file.paragraphs]
    assert paragraphs == [("Report", False), ("a", False), ("b", True), ("", True), ("", False), ("c", False)]


def test_the_same_document_is_the_same_bytes() -> None:
    """No time is in the file: neither of its parts nor of its making."""
    assert docx(EVERY, caution=CAUTION) == written()
    with ZipFile(BytesIO(written())) as file:
        assert {entry.date_time for entry in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert not re.search(rb"20\d\d-\d\d-\d\d", file.read("docProps/core.xml"))


def test_nothing_of_the_librarys_empty_document_is_left() -> None:
    """Neither its remark nor its thumbnail."""
    with ZipFile(BytesIO(written())) as file:
        assert not [name for name in file.namelist() if "thumbnail" in name]
        assert b"python-docx" not in file.read("docProps/core.xml")


@pytest.mark.slow
def test_a_compact_document_fits_on_one_page(tmp_path: Path) -> None:
    """As a word processor sets it."""
    office = shutil.which("soffice")
    if not office:
        pytest.skip("LibreOffice sets the pages")
    (tmp_path / "brief.docx").write_bytes(docx(BRIEF, compact=True))
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [office, profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), "brief.docx"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    assert len(PdfReader(tmp_path / "brief.pdf").pages) == 1

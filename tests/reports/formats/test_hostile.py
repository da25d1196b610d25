"""Whatever text a file supplies, every format prints it as text, in every kind of block."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cache
from io import BytesIO

import docx as library
import pytest
from docx.document import Document as WordFile
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from estimative.priors.errors import InvalidInput
from estimative.reports.blocks import Code, Document, Paragraph, Table
from estimative.reports.formats.csv import csv
from estimative.reports.formats.docx import docx
from estimative.reports.formats.fonts import fonts_for
from estimative.reports.formats.html import html
from estimative.reports.formats.markdown import markdown
from estimative.reports.formats.pdf import pdf
from estimative.reports.formats.typeset import sanitize
from estimative.reports.formats.xlsx import xlsx
from estimative.reports.sheets import Sheet
from tests.documents import saying
from tests.examples import examples
from tests.hostile import HOSTILE
from tests.reading import (
    Page,
    Pdf,
    markdown_skeleton,
    markdown_texts,
    on_terminal,
    read_html,
    read_pdf,
    read_xlsx,
    squeezed,
)

COLOUR = re.compile(r"\x1b\[[0-9;]*m")
EXECUTABLE = {"/JavaScript", "/JS", "/OpenAction", "/AA", "/Launch", "/EmbeddedFiles"}
"""What a PDF could do besides being read."""
ACTIVE = {"hyperlink", "instrText", "object", "altChunk", "fldChar", "fldSimple", "control"}
"""Elements of a Word file that are more than text."""
SAMPLE = 120
"""Characters of each text in a PDF, which takes long to read back."""
MARKS = st.text(alphabet="\\`*_{}[]<>()#+-.!|~&$^=:@ \n1ax/\"'%", min_size=1, max_size=12).filter(str.strip)
ANY_TEXT = st.text(min_size=1).filter(str.strip)


@cache
def innocent_markdown() -> tuple[list[tuple[str, str, int]], int]:
    """Of a text that can mean nothing: the skeleton, and how often the text is in it."""
    written = markdown(saying("x"))
    return markdown_skeleton(written), markdown_texts(written).count("x")


@cache
def innocent_page() -> Page:
    """The page of a text that can mean nothing."""
    return read_html(html(saying("x"), caution="x"))


def check_markdown(text: str) -> None:
    """The blocks are those of an innocent text, and show the text as often."""
    written = markdown(saying(text))
    skeleton, times = innocent_markdown()
    assert markdown_skeleton(written) == skeleton
    assert markdown_texts(written).count(sanitize(text)) == times


def check_terminal(text: str) -> None:
    """Nothing but printable characters, line breaks and own colours is sent; no line is too wide, no text lost."""
    document = saying(text)
    coloured = COLOUR.sub("", on_terminal(document, colour=True))
    assert not {c for c in coloured if not (c.isprintable() or c == "\n")}
    printed = on_terminal(tuple(block for block in document if not isinstance(block, Code)))
    assert max(map(cell_len, printed.splitlines())) <= 80
    assert squeezed(sanitize(text)) in squeezed(printed)


def check_html(text: str) -> None:
    """The elements and their attributes are those of an innocent text, and the text can be read."""
    page = read_html(html(saying(text), caution=text))
    assert page.skeleton == innocent_page().skeleton
    assert squeezed(sanitize(text)) in squeezed(page.text)


@cache
def hostile_docx() -> WordFile:
    """Every hostile text in every kind of block; read back, since each file takes long to make."""
    written = docx(every_text(HOSTILE.values()), caution=" ".join(HOSTILE.values()))
    return library.Document(BytesIO(written))


@cache
def docx_paragraphs() -> Counter[str]:
    """How often each paragraph is in it."""
    return Counter(paragraph.text for paragraph in hostile_docx().paragraphs)


def every_text(texts: Iterable[str]) -> Document:
    """Several texts, each in every kind of block."""
    return tuple(block for text in texts for block in saying(text))


def check_docx(text: str) -> None:
    """It is text in the file's XML."""
    assert docx_paragraphs()[sanitize(text)] >= 7


def test_a_hostile_text_adds_nothing_to_a_docx() -> None:
    """There is nothing active in the file, and it leads nowhere."""
    file = hostile_docx()
    assert not {element.tag.rpartition("}")[2] for element in file.element.body.iter()} & ACTIVE
    assert not [relation for relation in file.part.rels.values() if relation.is_external]


def check_tables(text: str) -> None:
    """A cell of a workbook or of CSV is text, as is the name of a sheet."""
    sheet = Sheet(name=text, columns=(text, "b"), rows=((text, 1),))
    workbook = read_xlsx(xlsx([sheet, sheet], caution=text))
    kind, value = workbook.cells(2)["A2"]
    assert kind == "s"
    assert unescaped(value) == sanitize(text)
    assert len(workbook.names) == 3
    assert csv(sheet).count("\n") == 2


def unescaped(value: str) -> str:
    """A text of Excel, which writes `_x0041_` as `_x005F_x0041_`."""
    return value.replace("_x005F_", "_")


CHECKS: dict[str, Callable[[str], None]] = {
    "markdown": check_markdown,
    "terminal": check_terminal,
    "html": check_html,
    "docx": check_docx,
    "tables": check_tables,
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("form", CHECKS)
def test_a_hostile_text_is_text(form: str, name: str) -> None:
    """In every block of every format; of a PDF see below."""
    CHECKS[form](HOSTILE[name])


@examples(24)
@given(text=ANY_TEXT | MARKS)
def test_any_text_is_text(text: str) -> None:
    """Of any characters, and of the marks of markup more often."""
    for check in (check_markdown, check_terminal, check_html, check_tables):
        check(text)


@given(texts=st.lists(MARKS, min_size=2, max_size=2))
def test_marks_in_neighbouring_cells_do_not_meet(texts: list[str]) -> None:
    """Marks in two cells of a row, or in two paragraphs, do not add up to markup."""
    first, second = texts

    def written(first: str, second: str) -> str:
        table = Table(header=(first, second), rows=((first, second),), text_columns=frozenset({0, 1}))
        return markdown((Paragraph(text=first), Paragraph(text=second), table))

    assert markdown_skeleton(written(first, second)) == markdown_skeleton(written("x", "x"))


@cache
def printable() -> dict[str, str]:
    """The hostile texts of whose letters this machine has fonts."""
    texts = {}
    for name, text in HOSTILE.items():
        with suppress(InvalidInput):
            fonts_for(text)
            texts[name] = text[:SAMPLE]
    return texts


@cache
def hostile_pdf() -> Pdf:
    """Every hostile text in every kind of block."""
    return read_pdf(pdf(every_text(printable().values())))


def test_a_hostile_text_is_text_in_a_pdf() -> None:
    """All of them are on the page, with the escapes of what the fonts lack."""
    everything = hostile_pdf().text.replace("-", "")
    texts = {name: fonts_for(text).replaced(sanitize(text)) for name, text in printable().items()}
    del texts["right to left"], texts["combining"]  # extracted in another order, or as other characters
    assert not [name for name, text in texts.items() if squeezed(text).replace("-", "") not in everything]


def test_a_hostile_text_adds_nothing_to_a_pdf() -> None:
    """No element, picture or heading that an innocent text does not have; nothing runs, nothing is attached."""
    fewer, few = (read_pdf(pdf(every_text("x" * count))).kinds for count in (3, 4))
    hostile = hostile_pdf().kinds
    assert set(hostile) <= {*few, "/Link", "/URI"}
    for kind in ("/H1", "/H2", "/H3", "/H4", "/Figure", "/Code"):
        assert hostile[kind] == few[kind] + (few[kind] - fewer[kind]) * (len(printable()) - 4)
    assert all(str(tag["/URI"]).startswith("https://") for tag in hostile_pdf().tags if tag["/S"] == "/URI")
    assert not EXECUTABLE & {key for entry in hostile_pdf().objects for key in entry}

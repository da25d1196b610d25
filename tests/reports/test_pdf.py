"""The PDF, read back: nothing is lost, nothing lies off the page, every picture is told, the same bytes each time."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from pypdf.generic import DictionaryObject, IndirectObject

from estimative.reports.blocks import (
    Block,
    Caution,
    Code,
    Document,
    Figure,
    Heading,
    IntervalPlot,
    IntervalRow,
    Listing,
    Paragraph,
    Table,
)
from estimative.reports.figures.gallery import gallery
from estimative.reports.formats.pdf import pdf
from estimative.reports.formats.typeset import shown
from estimative.reports.report.document import document
from tests.documents_made import CAUTION, EVERY, LONG, PROSE, UNBROKEN, Drawn, of_evidence, speaking, texts_of, told
from tests.reports_made import HOSTILE, REPORTS, spoken

UNSEEN = re.compile(r"[\s\u200b\u00ad-]")
"""Blanks, and the hyphens that the typesetter sets or not."""
PAPER = (595.28, 841.89)
MARGIN = 10
"""Points."""
WORDS = re.compile(r'<word xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)"')
ALL = {
    "every": EVERY,
    "long": LONG,
    "hostile": speaking(HOSTILE),
    "unbroken": speaking(UNBROKEN[:2000]),
    **{name: told(name) for name in ("report.full", "report.exact", "report.withheld", "report.cautioned")},
}


@cache
def written(name: str) -> bytes:
    """One of the documents; one has a caution that it does not give itself."""
    return pdf(ALL[name], caution=CAUTION if name == "every" else "")


@cache
def read(name: str) -> PdfReader:
    """The same, read back."""
    return PdfReader(BytesIO(written(name)))


def squeezed(text: str) -> str:
    """Without what the breaking of lines adds or takes, and with two letters where one sign stands for them."""
    return UNSEEN.sub("", unicodedata.normalize("NFKC", text))


def pages_of(reader: PdfReader) -> list[str]:
    """The text of each page."""
    return [squeezed(page.extract_text()) for page in reader.pages]


def all_of(found: Any, seen: set[int]) -> Iterator[DictionaryObject]:
    """Every dictionary below an object, once."""
    if isinstance(found, IndirectObject):
        if found.idnum in seen:
            return
        seen.add(found.idnum)
    thing = found.get_object()
    below = thing.values() if isinstance(thing, dict) else thing if isinstance(thing, list) else ()
    if isinstance(thing, DictionaryObject):
        yield thing
    for one in below:
        yield from all_of(one, seen)


def tags_of(name: str) -> list[DictionaryObject]:
    """What a screen reader goes by."""
    return _tagged(read(name))


def _tagged(reader: PdfReader) -> list[DictionaryObject]:
    root = reader.trailer["/Root"]["/StructTreeRoot"]["/K"]
    return [one for one in all_of(root, set()) if "/S" in one]


@pytest.mark.parametrize("name", [name for name in ALL if name not in {"hostile", "unbroken"}])
def test_what_every_block_says_can_be_read(name: str) -> None:
    """No text of a block is lost, wherever its lines end."""
    everything = squeezed("".join(page.extract_text() for page in read(name).pages))
    for text in texts_of(ALL[name]):
        parts = squeezed(shown(text)).split("·")  # a page may end within a text: its number then stands between
        assert all(_pieces_in(part, everything) for part in parts), text


def _pieces_in(text: str, everything: str) -> bool:
    """Whether all of a text is there, but for the places where a page may have ended."""
    lost = [at for at in range(0, len(text) - 20, 20) if text[at : at + 20] not in everything]
    return text in everything or (len(text) > 80 and len(lost) <= 1 + len(text) // 2000)


def test_hostile_text_is_text() -> None:
    """What would be markup of the typesetter stands on the page; so does the escape of what the fonts lack."""
    text = '#read("/etc/passwd") $x^2$ *b* _i_ `c` @ref <label> \\ #include "a" // c /* d */ = e ~ [f] {g} #h(99cm)'
    found = squeezed(" ".join(page.extract_text() for page in PdfReader(BytesIO(pdf(speaking(text)))).pages))
    assert found.count(squeezed(text)) >= 10


def test_a_report_of_hostile_texts_is_text() -> None:
    """Wherever a file can supply a text: nothing runs, nothing is attached, no heading, link or picture is added."""
    hostile, innocent = (_spoken(text) for text in (HOSTILE, "x"))
    kinds, expected = (Counter(str(one["/S"]) for one in _tagged(reader)) for reader in (hostile, innocent))
    assert set(kinds) == set(expected)
    for kind in ("/H1", "/H2", "/H3", "/H4", "/Link", "/Figure", "/Caption", "/LI", "/Code"):
        assert kinds[kind] == expected[kind]
    everything = [key for one in all_of(hostile.trailer["/Root"], set()) for key in one]
    assert not {"/JavaScript", "/JS", "/OpenAction", "/AA", "/Launch", "/EmbeddedFiles"} & {*everything}
    shown_of_it = squeezed(hostile.pages[1].extract_text())
    assert "<script>alert(1)</script>" in shown_of_it
    assert "$f$#g*h*" in shown_of_it


def _spoken(text: str) -> PdfReader:
    """The whole report with its pictures, one text in every place of a text."""
    report = spoken(REPORTS["report.full"], text)
    return PdfReader(BytesIO(pdf(document(report, gallery(report)), caution=report.caution)))


def test_what_the_fonts_lack_is_shown_as_its_escape() -> None:
    """Neither nothing nor an empty box: a reader can look it up."""
    text = "\u53f0\u6e7e \U0001f996 caf\u00e9 \u05d0\u05d1 \u0416 \u2264 \U00020000"
    document: Document = (
        Heading(text=text, level=1),
        Paragraph(text=text),
        Table(header=("a", text), rows=((text, text),), text_columns=frozenset({0, 1})),
        Code(lines=(text,)),
        IntervalPlot(rows=(IntervalRow(label=text, point=0.2, low=0.1, high=0.4),), key="k"),
    )
    [page] = [page.extract_text() for page in PdfReader(BytesIO(pdf(document))).pages]
    assert page.count(r"\u53f0\u6e7e") >= 6
    assert squeezed(page).count(r"\U0001f996") >= 5
    assert squeezed(page).count(r"\U00020000") >= 5
    assert page.count("caf\u00e9") >= 5
    assert "\u53f0" not in page


def test_what_the_fonts_lack_in_a_picture_is_a_box_and_told_in_words() -> None:
    """An escape would not fit there, and the rest of the line would be lost with the character."""
    picture = Drawn(title="\u53f0\u6e7e", description="two marks: \u53f0\u6e7e")
    reader = PdfReader(BytesIO(pdf((Figure(name="a", draw=lambda: picture),))))
    assert "Beside □□" in reader.pages[0].extract_text()
    root = reader.trailer["/Root"]["/StructTreeRoot"]["/K"]
    assert "\u53f0\u6e7e. two marks: \u53f0\u6e7e" in {one.get("/Alt") for one in all_of(root, set())}


@pytest.mark.parametrize("name", ALL)
def test_every_font_is_in_the_file(name: str) -> None:
    """The page looks the same where the reader has no such font."""
    fonts = [one for one in all_of(read(name).trailer["/Root"], set()) if one.get("/Type") == "/FontDescriptor"]
    assert fonts
    assert all({"/FontFile", "/FontFile2", "/FontFile3"} & set(one) for one in fonts)
    assert not any("LastResort" in one["/FontName"] for one in fonts)


@pytest.mark.parametrize("name", [name for name in ALL if name != "unbroken"])
def test_nothing_lies_off_the_page(name: str, tmp_path: Path) -> None:
    """Every word is within the paper, ten points or more from its edge."""
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext (of poppler) measures the words")
    _measured(written(name), tmp_path)


@pytest.mark.parametrize("columns", [2, 5, 14])
def test_an_endless_word_stays_on_the_page(columns: int, tmp_path: Path) -> None:
    """It is broken wherever it stands, however narrow the column."""
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext (of poppler) measures the words")
    word = UNBROKEN[:300]
    table = Table(header=(word,) * columns, rows=((word,) * columns,) * 2, text_columns=frozenset({0, 1}))
    running = (Heading(text=word, level=1), Heading(text=word), Paragraph(text=f"https://example.org/{word}"))
    _measured(pdf((*running, table, Caution(text=word), Code(lines=(word,))), caution=word), tmp_path)


def _measured(file: bytes, folder: Path) -> None:
    (folder / "a.pdf").write_bytes(file)
    command = ["pdftotext", "-q", "-bbox", str(folder / "a.pdf"), "-"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    words = [tuple(map(float, found)) for found in WORDS.findall(printed)]
    assert len(words) > 10
    low, (right, bottom) = MARGIN, (size - MARGIN for size in PAPER)
    assert [word for word in words if min(word[:2]) < low or word[2] > right or word[3] > bottom] == []


@pytest.mark.parametrize(
    "block",
    [
        Caution(text=f"{PROSE} " * 80),
        IntervalPlot(rows=(IntervalRow(label="a", point=0.2, low=0.1, high=0.4),) * 150, key="k"),
        Code(lines=(PROSE,) * 80),
        Listing(points=(f"{PROSE} " * 80,)),
    ],
    ids=lambda block: type(block).__name__,
)
def test_what_is_longer_than_a_page_goes_on_on_the_next(block: Block, tmp_path: Path) -> None:
    """Instead of running off the paper's foot."""
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext (of poppler) measures the words")
    file = pdf((Heading(text="a", level=1), block))
    assert len(PdfReader(BytesIO(file)).pages) > 1
    _measured(file, tmp_path)


def test_a_caution_is_on_every_page() -> None:
    """A page that is taken out of the file alone still carries it; in the text it stands once."""
    pages = pages_of(read("every"))
    assert len(pages) > 3
    assert all(f"CAUTION{squeezed(CAUTION)}" in page for page in pages)
    assert pages[0].count(squeezed(CAUTION)) == 2


def test_without_a_caution_none_is_shown() -> None:
    """Neither over the text nor in it."""
    assert not [page for page in pages_of(read("report.full")) if "CAUTION" in page]


def test_pages_are_numbered() -> None:
    """Each of how many."""
    pages = pages_of(read("every"))
    assert all(f"{at}/{len(pages)}" in page for at, page in enumerate(pages, 1))


def test_the_file_says_what_it_is() -> None:
    """Its title and its language, that it is tagged, and a promise that all of it can be read aloud."""
    reader = read("every")
    root = reader.trailer["/Root"]
    assert reader.metadata is not None
    assert reader.metadata.title == "The bridge at Ashford"
    assert root["/Lang"] == "en"
    assert root["/MarkInfo"]["/Marked"]
    assert b"pdfuaid:part" in root["/Metadata"].get_object().get_data()
    assert {round(float(page.mediabox.width)) for page in reader.pages} == {595}


def test_bookmarks_are_the_headings() -> None:
    """One tree under the title."""
    title, parts = read("every").outline
    names = [part.title for part in parts if not isinstance(part, list)]
    assert title.title == "The bridge at Ashford"
    assert names == [block.text for block in EVERY if isinstance(block, Heading) and block.level == 2]


def test_an_endless_word_is_whole_in_title_and_bookmark() -> None:
    """Where it may be broken on the page is nothing that a reader should search for or copy."""
    reader = PdfReader(BytesIO(pdf((Heading(text=UNBROKEN, level=1), Heading(text=UNBROKEN)))))
    assert reader.metadata is not None
    assert reader.metadata.title == UNBROKEN
    assert reader.outline[0].title == UNBROKEN


def test_the_contents_name_every_part_with_its_page() -> None:
    """On the first page."""
    first = pages_of(read("every"))[0]
    for part in (block.text for block in EVERY if isinstance(block, Heading) and block.level == 2):
        assert re.search(rf"{re.escape(squeezed(part))}\.+\d", first)


def test_every_picture_is_told_in_words() -> None:
    """Its title and every number that it shows; what cannot be drawn is left out and not counted."""
    told_in_words = [str(one["/Alt"]) for one in tags_of("every") if "/Alt" in one]
    picture = of_evidence()
    assert f"{picture.title}. {picture.description}" in told_in_words
    assert any("The dam leaks: 11.7\u00a0%, from 4\u00a0% to 23\u00a0%" in words for words in told_in_words)
    numbered = re.findall(r"Figure(\d)", "".join(pages_of(read("every"))))
    assert sorted(numbered) == ["1", "2"]


def test_the_head_of_a_long_table_is_on_each_of_its_pages() -> None:
    """Nobody has to turn back to know what a column holds."""
    pages = [page for page in pages_of(read("every")) if "effects.closing.rain_" in page]
    assert len(pages) > 1
    assert all("PriormeanBecause" in page for page in pages)


def test_a_row_longer_than_a_page_is_divided() -> None:
    """Rather than cut."""
    table = Table(header=("a", "b"), rows=(("first", PROSE * 100), ("last", PROSE)), text_columns=frozenset({0, 1}))
    found = pages_of(PdfReader(BytesIO(pdf((table,)))))
    assert len(found) > 1
    assert sum(page.count("Nobodyhasmeasured") for page in found) >= 95
    assert "last" in found[-1]


def test_no_picture_leaves_its_part() -> None:
    """A picture may stand on another page than its heading, but not after the next part has begun."""
    text = "".join(pages_of(read("long")))
    places = [text.index(f"Part{at}Nobody") for at in range(12)]
    figures = [re.search(rf"Figure{at + 1}(?!\d)", text) for at in range(12)]
    assert all(figure is not None for figure in figures)
    for at, figure in enumerate(figures[:-1]):
        assert figure is not None
        assert figure.start() < places[at + 1]


def test_the_same_document_gives_the_same_bytes() -> None:
    """In another process, at another time."""
    script = (
        "import sys; from reports.pdf import pdf; from tests.documents_made import EVERY, CAUTION; "
        "sys.stdout.buffer.write(pdf(EVERY, caution=CAUTION))"
    )
    again = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True).stdout
    assert again == written("every")


def test_nothing_heavy_is_loaded_before_a_pdf_is_asked_for() -> None:
    """The typesetter and the drawing library wait."""
    script = "import sys, reports.pdf; print(*{'typst', 'matplotlib', 'jinja2'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout == "\n"


def test_a_command_can_be_copied() -> None:
    """What is to be typed holds nothing but what is to be typed, however it is broken into lines."""
    command = (
        "estimative runs export 20261101T120000000Z-abc123 run --scenario run/inputs/a_long_name/of_a_scenario.toml"
    )
    told = PdfReader(BytesIO(pdf((Heading(text="A", level=1), Code(lines=(command,)))))).pages[0].extract_text()
    assert command in " ".join(told.split())

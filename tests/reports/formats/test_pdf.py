"""The PDF, read back: nothing is lost, nothing lies off the page, every picture is described."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from estimative.priors.errors import InvalidInput
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
    PageBreak,
    Paragraph,
    Table,
)
from estimative.reports.formats import fonts
from estimative.reports.formats.pdf import breakable, pdf
from tests.documents import BRIEF, CAUTION, EVERY, PROSE, RECORDS, SHORT, Drawing, drawing, texts_of
from tests.reading import Pdf, read_pdf, squeezed

PAPER = (595.28, 841.89)
MARGIN = 10
"""Points."""
WORDS = re.compile(r'<word xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)"')
PARTS = [block.text for block in EVERY if isinstance(block, Heading) and block.level == 2]


@cache
def written() -> bytes:
    """The document with every kind of block, and a caution."""
    return pdf(EVERY, caution=CAUTION)


@cache
def read() -> Pdf:
    """The same, read back."""
    return read_pdf(written())


@cache
def pages() -> list[str]:
    """The text of its pages."""
    return read().pages


def unhyphenated(text: str) -> str:
    """Without hyphens, which the typesetter adds."""
    return squeezed(text).replace("-", "")


def assert_within_paper(file: bytes, folder: Path) -> None:
    """Every word is on the paper, ten points or more from its edge."""
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext (of poppler) measures the words")
    (folder / "a.pdf").write_bytes(file)
    command = ["pdftotext", "-q", "-bbox", str(folder / "a.pdf"), "-"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    words = [tuple(map(float, match)) for match in WORDS.findall(printed)]
    assert len(words) > 10
    low, (right, bottom) = MARGIN, (size - MARGIN for size in PAPER)
    assert [word for word in words if min(word[:2]) < low or word[2] > right or word[3] > bottom] == []


def test_every_text_can_be_read() -> None:
    """No text of a block is lost, wherever its lines end; a record is named by its first cell alone."""
    everything = unhyphenated(read().text)
    assert [text for text in texts_of(EVERY) if unhyphenated(text) not in everything] == [RECORDS.header[0]]


def test_signs_that_the_fonts_lack_are_escapes() -> None:
    """Neither nothing nor an empty box: a reader can look it up."""
    text = "\U0001f996 caf\u00e9 \u05d0\u05d1 \u0416 \u2264"
    page = read_pdf(pdf(everywhere(text))).text
    assert page.count(r"\U0001f996") >= 5
    assert page.count("caf\u00e9") >= 5


def everywhere(text: str) -> Document:
    """A text in every kind of block."""
    return (
        Heading(text=text, level=1),
        Paragraph(text=text),
        Table(header=("a", text), rows=((text, text),), text_columns=frozenset({0, 1})),
        Code(lines=(text,)),
        IntervalPlot(rows=(IntervalRow(label=text, point=0.2, low=0.1, high=0.4),), key="k"),
    )


LETTER = "\U0001d400"
"""A capital A, in none of the program's own fonts, but in one that lies in their folder."""


def test_letters_come_from_a_font_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A letter that the program's own fonts lack is printed as itself, everywhere, by a font that has it."""
    family = fonts._Family(name="STIXGeneral", folders=(fonts._own_folder(),), glyphs=frozenset({ord(LETTER)}))
    monkeypatch.setattr(fonts, "_families", lambda: (family,))
    page = read_pdf(pdf(everywhere(f"caf\u00e9 {LETTER}")))
    assert page.text.count("caf\u00e9A") >= 6  # as what it stands for
    assert any("STIX" in entry["/FontName"] for entry in page.objects if entry.get("/Type") == "/FontDescriptor")
    assert not any("STIX" in entry["/FontName"] for entry in read().objects if entry.get("/Type") == "/FontDescriptor")


def test_letters_that_no_font_has_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """It names the letters and says what to do; escapes in place of a title would be no document."""
    monkeypatch.setattr(fonts, "_families", lambda: ())
    with pytest.raises(InvalidInput, match=r"\u53f0\u6e7e.*Noto Sans CJK.*html") as caught:
        pdf((Heading(text="a \u6e7e\u53f0", level=1),))
    assert caught.value.issues[0].code == "missing-font"


def test_what_the_fonts_lack_in_a_picture_is_a_box_and_described_in_words() -> None:
    """An escape would not fit there."""
    picture = Drawing(title="\U0001f996", description="two marks: \U0001f996", lettering="Beside \U0001f996\U0001f996")
    file = read_pdf(pdf((Figure(name="a", draw=lambda: picture),)))
    assert "Beside□□" in file.text
    assert "\U0001f996. two marks: \U0001f996" in {tag.get("/Alt") for tag in file.tags}


def test_replaced_text_has_no_missing_glyph() -> None:
    """A substitute stands for each character, an escape by default."""
    own = fonts.fonts_for("")
    assert own.replaced("a\u00e9\u53f0", "?") == "a\u00e9?"
    assert own.replaced("a\u00e9\u53f0") == "a\u00e9\\u53f0"


def test_combining_marks_stay_with_their_letter() -> None:
    """A line does not end between them."""
    assert breakable("Z\u0310x") == "\u200bZ\u0310\u200bx"


def test_every_font_is_in_the_file() -> None:
    """The page looks the same where the reader has no such font."""
    fonts = [entry for entry in read().objects if entry.get("/Type") == "/FontDescriptor"]
    assert fonts
    assert all({"/FontFile", "/FontFile2", "/FontFile3"} & set(font) for font in fonts)
    assert not any("LastResort" in font["/FontName"] for font in fonts)


def test_nothing_lies_off_the_page(tmp_path: Path) -> None:
    """No word of any kind of block."""
    assert_within_paper(written(), tmp_path)


@pytest.mark.parametrize("columns", [2, 5, 14])
def test_an_endless_word_stays_on_the_page(columns: int, tmp_path: Path) -> None:
    """It is broken wherever it stands, however narrow the column."""
    word = "x" * 300
    table = Table(header=(word,) * columns, rows=((word,) * columns,) * 2, text_columns=frozenset({0, 1}))
    text = (Heading(text=word, level=1), Heading(text=word), Paragraph(text=f"https://example.org/{word}"))
    assert_within_paper(pdf((*text, table, Caution(text=word), Code(lines=(word,))), caution=word), tmp_path)


@pytest.mark.parametrize(
    "block",
    [
        Caution(text=f"{PROSE} " * 80),
        IntervalPlot(rows=(IntervalRow(label="a", point=0.2, low=0.1, high=0.4),) * 150, key="k"),
        Code(lines=(PROSE,) * 80),
        Listing(points=(f"{PROSE} " * 80,)),
        Table(header=("a", "b"), rows=(("first", PROSE * 100), ("last", PROSE)), text_columns=frozenset({0, 1})),
    ],
    ids=lambda block: type(block).__name__,
)
def test_what_is_longer_than_a_page_goes_on_on_the_next(block: Block, tmp_path: Path) -> None:
    """Instead of running off the foot of the paper."""
    file = pdf((Heading(text="a", level=1), block))
    assert len(read_pdf(file).reader.pages) > 1
    assert_within_paper(file, tmp_path)


def test_a_caution_is_on_every_page() -> None:
    """A page that is taken out of the file alone still carries it; in the text it stands once."""
    assert len(pages()) > 2
    assert all(f"CAUTION{squeezed(CAUTION)}" in page for page in pages())
    assert pages()[0].count(squeezed(CAUTION)) == 2
    assert "CAUTION" not in read_pdf(pdf(SHORT)).text


def test_the_title_is_on_every_further_page(tmp_path: Path) -> None:
    """In a line or two, however long it is and whatever the fonts lack of it."""
    file = pdf((Heading(text=f"\U0001f996 bridge {'x' * 500}", level=1), Paragraph(text=PROSE * 60)))
    assert_within_paper(file, tmp_path)
    _, second, *_ = read_pdf(file).pages
    assert second.startswith(r"\U0001f996bridgexxx")
    assert second.count("x") < 300


def test_pages_are_numbered() -> None:
    """Each of how many."""
    assert all(f"{at}/{len(pages())}" in page for at, page in enumerate(pages(), 1))


def test_the_file_declares_what_it_is() -> None:
    """Title, language, A4, tagged, and a promise that all of it can be read aloud."""
    reader = read().reader
    root = reader.trailer["/Root"]
    assert reader.metadata
    assert reader.metadata.title == "The bridge at Ashford"
    assert root["/Lang"] == "en"
    assert root["/MarkInfo"]["/Marked"]
    assert b"pdfuaid:part" in root["/Metadata"].get_object().get_data()
    assert {round(float(page.mediabox.width)) for page in reader.pages} == {595}


def test_bookmarks_are_the_headings() -> None:
    """One tree under the title; an endless word in it is one word, to be searched for."""
    title, below = read().reader.outline
    assert title.title == "The bridge at Ashford"
    assert [part.title for part in below if not isinstance(part, list)] == PARTS
    endless = read_pdf(pdf((Heading(text="x" * 999, level=1), Heading(text="y" * 999)))).reader
    assert endless.metadata
    assert endless.metadata.title == "x" * 999
    assert endless.outline[1][0].title == "y" * 999


def test_the_contents_name_every_part_with_its_page() -> None:
    """On the first page of a long document; a short or compact one has none."""
    assert all(re.search(rf"{re.escape(squeezed(part))}\.+\d", pages()[0]) for part in PARTS)
    assert "Contents" not in read_pdf(pdf(EVERY, compact=True)).text
    assert "Contents" not in read_pdf(pdf(SHORT)).text


def test_every_picture_is_described() -> None:
    """By its title and every number; what cannot be drawn is left out and not counted."""
    words = [str(tag["/Alt"]) for tag in read().tags if "/Alt" in tag]
    assert words.count(f"{drawing().title}. {drawing().description}") == 2
    assert any("The dam leaks: 11.7%, from 4% to 23%" in text for text in words)
    assert sorted(re.findall(r"Figure(\d)", read().text)) == ["1", "2"]


def test_the_header_of_a_long_table_is_on_each_of_its_pages() -> None:
    """Nobody has to turn back to know what a column holds."""
    with_rows = [page for page in pages() if "effects.closing.rain_" in page]
    assert len(with_rows) > 1
    assert all("PriormeanBecause" in page for page in with_rows)


def test_no_picture_leaves_its_part() -> None:
    """A picture may stand on another page than its heading, but not after the next part has begun."""
    parts = range(9)
    document = tuple(
        block
        for at in parts
        for block in (
            Heading(text=f"Part {at}"),
            Paragraph(text=f"{PROSE} " * (5 * (at % 5) + 1)),
            Figure(name="a", draw=drawing),
        )
    )
    text = read_pdf(pdf(document)).text
    begins = [text.index(f"Part{at}Nobody") for at in parts]
    figures = [text.index(f"Figure{at + 1}") for at in parts]
    assert all(begin < figure for begin, figure in zip(begins, figures, strict=True))
    assert all(figure < following for figure, following in zip(figures, begins[1:], strict=False))


def test_a_compact_document_fits_on_one_page(tmp_path: Path) -> None:
    """With a caution, too."""
    for caution in ("", CAUTION):
        file = pdf(BRIEF, caution=caution, compact=True)
        assert len(read_pdf(file).reader.pages) == 1
        assert_within_paper(file, tmp_path)
    longer = (*BRIEF, *BRIEF[-2:] * 2)
    assert len(read_pdf(pdf(longer, compact=True)).reader.pages) == 1
    assert len(read_pdf(pdf(longer)).reader.pages) == 2


def test_a_page_break_begins_a_page() -> None:
    """And the list of contents, if there is one, stands behind the first."""
    parts = tuple(block for at in range(6) for block in (Heading(text=f"Part {at}"), Paragraph(text=PROSE)))
    first, second = read_pdf(pdf((*parts[:2], PageBreak(), *parts[2:]))).pages
    assert "Part0" in first
    assert "Part1Nobody" in second
    assert second.startswith("Contents")
    assert "Contents" not in first


def test_a_command_can_be_copied() -> None:
    """However it is broken into lines, it holds nothing but what is to be typed."""
    command = "estimative runs export 20261101T120000000Z-abc run --scenario run/inputs/a_long_name/of_a_scenario.toml"
    text = read_pdf(pdf((Heading(text="A", level=1), Code(lines=(command,))))).reader.pages[0].extract_text()
    assert command in " ".join(text.split())


def test_the_same_document_is_the_same_bytes() -> None:
    """In another process, at another time."""
    script = (
        "import sys; from estimative.reports.formats.pdf import pdf; from tests.documents import EVERY, CAUTION; "
        "sys.stdout.buffer.write(pdf(EVERY, caution=CAUTION))"
    )
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, check=True).stdout == written()

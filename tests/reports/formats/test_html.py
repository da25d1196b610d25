"""The HTML file: complete, of valid structure, without anything from elsewhere."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from itertools import pairwise

import pytest

from estimative.reports.blocks import Caution, Columns, Document, Figure, Heading, Paragraph
from estimative.reports.formats.html import fragment, html, inline
from estimative.reports.formats.typeset import sanitize
from tests.documents import BRIEF, CAUTION, EVERY, JUDGEMENT, RECORDS, SHORT, Drawing, drawing, saying, texts_of
from tests.reading import Page, read_html, squeezed

DOCUMENTS = {
    "every": EVERY,
    "brief": BRIEF,
    "markup": saying("<script>alert('1')</script> &amp; \"a\""),
    "levels": tuple(Heading(text=f"level {level}", level=level) for level in (1, 4, 3, 2, 6, 6, 1, 3)),
}


@cache
def page(name: str) -> Page:
    """One of the documents as a page; one has a caution."""
    return read_html(written(name))


@cache
def written(name: str) -> str:
    """The same as a file."""
    return html(DOCUMENTS[name], caution=CAUTION if name == "every" else "", compact=name == "brief")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_text_can_be_read(name: str) -> None:
    """No text of a block is lost."""
    everything = squeezed(page(name).text)
    assert not [text for text in texts_of(DOCUMENTS[name]) if squeezed(sanitize(text)) not in everything]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_name_is_unique_and_every_reference_leads_to_one(name: str) -> None:
    """Within the page, pictures included."""
    elements = page(name).elements
    names = Counter(element.attributes["id"] for element in elements if "id" in element.attributes)
    assert not [name for name, times in names.items() if times > 1]
    links = [e.attributes["href"][1:] for e in elements if e.attributes.get("href", "").startswith("#")]
    labels = [name for e in elements for name in e.attributes.get("aria-labelledby", "").split()]
    drawn = re.findall(r"url\(#([^)]*)\)", written(name))
    assert {*links, *labels, *drawn} <= set(names)
    assert drawn or name == "levels"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_headings_descend_one_level_at_a_time(name: str) -> None:
    """One title, and below it no level left out."""
    levels = [int(element.tag[1]) for element in page(name).elements if re.fullmatch("h[1-6]", element.tag)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_nothing_comes_from_elsewhere(name: str) -> None:
    """No script, style sheet, picture or font of another place; links alone lead out."""
    elements = page(name).elements
    assert not {e.tag for e in elements} & {"script", "link", "img", "iframe", "object", "embed", "base"}
    assert not [at for e in elements for at in e.attributes if at.startswith("on") or at == "src"]
    assert not re.search(r"url\((?!#)|@import", written(name))
    out = [e for e in elements if e.attributes.get("href", "#")[0] != "#"]
    assert {e.tag for e in out} <= {"a"}
    assert all(re.match("https?://", e.attributes["href"]) for e in out)


def test_every_picture_has_a_name_and_a_description() -> None:
    """Each drawing is one image; what cannot be drawn is left out and not counted."""
    names = {e.attributes.get("id"): e.text for e in page("every").elements}
    pictures = page("every").of("svg")
    assert pictures
    assert all(e.attributes["role"] == "img" for e in pictures)
    assert all(all(map(names.get, e.attributes["aria-labelledby"].split())) for e in pictures)
    assert [e.attributes["id"] for e in page("every").of("figure", class_="picture")] == ["figure-1", "figure-2"]


def test_pictures_share_no_names() -> None:
    """The same picture twice on a page is two pictures, each with its own inner names."""
    first, second = (set(re.findall(r'\bid="([^"]+)"', inline(drawing(), number))) for number in (1, 2))
    assert first
    assert not first & second


def test_every_colour_of_a_picture_is_one_of_the_scheme() -> None:
    """No colour is left that would stay as it is in the dark."""
    tags = re.findall(r"<[a-zA-Z][^<>]*>", "".join(re.findall(r"<svg.*?</svg>", written("every"), flags=re.DOTALL)))
    assert any("var(--figure-" in tag for tag in tags)
    assert not [tag for tag in tags if re.search(r"(?<!, )#[0-9a-fA-F]{6}(?=[\";])", tag)]


def test_text_in_a_picture_stays_as_it_is() -> None:
    """What reads like a colour or a reference is text where it stands as text."""
    text = '"fill: #1a1a1a" id="x" url(#y)'
    assert f">{text}<" in inline(Drawing(title="a", description="b", lettering=text), 1)


def test_a_caution_is_on_every_page_and_in_the_text() -> None:
    """One stands at the top of each printed page, hidden from a screen reader; one in the text, which it reads."""
    [header] = page("every").of("div", class_="page-header")
    [note] = page("every").of("div", role="note")
    assert CAUTION in header.text
    assert header.attributes["aria-hidden"] == "true"
    assert CAUTION in note.text
    assert "CAUTION" not in read_html(html(EVERY)).text


def test_the_caution_of_a_document_is_its_only_one() -> None:
    """A caution for every page adds no second note to the text."""
    own: Document = (Heading(text="a", level=1), Caution(text="beware"), Paragraph(text="b"))
    assert [note.text for note in read_html(html(own, caution=CAUTION)).of("div", role="note")] == ["CAUTION beware"]


def test_the_judgement_alone_is_large() -> None:
    """One sentence, in every look."""
    for name in ("every", "brief"):
        assert [element.text for element in page(name).of("p", class_="judgement")] == [JUDGEMENT]


def test_a_table_is_a_table_to_a_screen_reader() -> None:
    """Set as records, too: every cell has its role and the title of its column."""
    [table] = page("every").of("table", class_="records")
    assert table.attributes["role"] == "table"
    cells = [e for e in read_html(html((RECORDS,))).elements if e.tag == "td"]
    assert {cell.attributes["role"] for cell in cells} == {"cell"}
    assert [cell.attributes["data-label"] for cell in cells[:7]] == list(RECORDS.header[1:])
    assert len(page("every").of("th", scope="row")) == 3 + 40 + 2


def test_an_address_is_a_link() -> None:
    """Of the web alone, without the full stop behind it."""
    links = [e.attributes["href"] for e in page("every").of("a") if e.attributes["href"][0] != "#"]
    assert links == ["https://example.org/a_b?c=d&e"]


def test_a_list_of_contents_leads_to_every_part() -> None:
    """Of a long document; a short or compact one has none."""
    links = [e.text for e in page("every").of("a") if e.attributes["href"].startswith("#part")]
    assert links == ["Key judgement", "Evidence", "Outcomes", "Events and factors", "Sources"] * 2
    assert not read_html(html(EVERY, compact=True)).of("nav")
    assert not read_html(html(SHORT)).of("nav")


def test_parts_side_by_side_are_in_one_frame() -> None:
    """In their order, each in its own."""
    parts = (Paragraph(text="a"),), (Paragraph(text="b"), Paragraph(text="c"))
    [frame] = read_html(html((Columns(parts=parts),))).of("div", class_="side-by-side")
    assert frame.text.split() == ["a", "b", "c"]


def test_a_document_without_a_title_gets_one() -> None:
    """A page has to be called something; its text is not lost."""
    untitled = read_html(html((Paragraph(text="alone"),)))
    assert [e.text for e in untitled.elements if e.tag in ("h1", "title")] == ["Report", "Report"]
    assert "alone" in untitled.text
    assert read_html(html((Figure(name="a", draw=drawing),))).of("svg")


def test_the_language_is_declared() -> None:
    """For the voice of a screen reader."""
    assert read_html(html(EVERY, language="de")).elements[0].attributes == {"lang": "de"}


def test_the_same_document_is_the_same_file() -> None:
    """To the last character."""
    assert html(EVERY, caution=CAUTION) == written("every")


def test_a_fragment_is_a_part_of_a_page() -> None:
    """For a notebook: every text, and neither a page nor a style sheet of its own."""
    part = read_html(fragment(EVERY))
    assert not {e.tag for e in part.elements} & {"html", "head", "body", "style"}
    assert not [text for text in texts_of(EVERY) if squeezed(text) not in squeezed(part.text)]

"""The HTML file: whole, of valid structure, without markup from any text and without anything from elsewhere."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimative.reports.blocks import Caution, Document, Figure, Heading, Paragraph, Picture
from estimative.reports.figures import style
from estimative.reports.figures.gallery import gallery
from estimative.reports.formats.html import html, inline
from estimative.reports.formats.typeset import shown
from estimative.reports.report.document import document
from estimative.reports.report.summary import Report
from tests.documents_made import CAUTION, EVERY, LONG, RECORDS, Drawn, of_evidence, speaking, texts_of, told
from tests.reports_made import HOSTILE, REPORTS, spoken

EMPTY = {"meta", "col", "wbr", "path", "use", "rect"}
"""Elements without an end; of a picture, those that close themselves."""
ALL = {
    "every": EVERY,
    "long": LONG,
    "hostile": speaking(HOSTILE),
    "records": (RECORDS,),
    "jumping": tuple(Heading(text=f"level {level}", level=level) for level in (1, 4, 3, 2, 6, 6, 1, 3)),
    **{name: told(name) for name in ("report.full", "report.exact", "report.withheld", "report.cautioned")},
}


@dataclass
class Element:
    """A start tag, and the text until its end."""

    tag: str
    attributes: dict[str, str]
    text: str = ""


@dataclass
class Reader(HTMLParser):
    """Elements in order; an assertion that each is closed where it should be."""

    elements: list[Element] = field(default_factory=list)
    open: list[Element] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        assert len(element.attributes) == len(attrs), "an attribute stands twice"
        self.elements.append(element)
        if tag not in EMPTY:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if tag not in EMPTY:
            assert self.open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.text += data
        if not {"style", "head"} & {element.tag for element in self.open}:
            self.shown.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")


def read(written: str) -> Reader:
    """The file as a browser would take it apart."""
    reader = Reader()
    reader.feed(written)
    reader.close()
    assert not reader.open
    return reader


@cache
def written(name: str) -> str:
    """One of the documents, with a caution where it has none to hide behind."""
    return html(ALL[name], caution=CAUTION if name == "every" else "")


def skeleton(reader: Reader) -> list[tuple[str, tuple[str, ...]]]:
    """Elements with the names of their attributes, but for links and for what makes room for long words."""
    elements = [one for one in reader.elements if one.tag not in {"a", "colgroup", "col", "wbr"}]
    return [(one.tag, tuple(sorted({*one.attributes} - {"class"}))) for one in elements]


def squeezed(text: str) -> str:
    """Without blanks."""
    return "".join(text.split())


@pytest.mark.parametrize("name", ALL)
def test_what_every_block_says_can_be_read(name: str) -> None:
    """No text of a block is lost, nor any picture's description."""
    reader = read(written(name))
    everything = squeezed("".join(reader.shown))
    assert not [text for text in texts_of(ALL[name]) if squeezed(shown(text)) not in everything]


@pytest.mark.parametrize("name", ALL)
def test_names_are_unique_and_found(name: str) -> None:
    """No name stands twice, and whatever is pointed at within the page is there."""
    elements = read(written(name)).elements
    names = Counter(one.attributes["id"] for one in elements if "id" in one.attributes)
    assert not [name for name, times in names.items() if times > 1]
    pointed = [one.attributes["href"][1:] for one in elements if one.attributes.get("href", "").startswith("#")]
    pointed += [one.attributes.get("xlink:href", "#")[1:] for one in elements]
    labels = [name for one in elements for name in one.attributes.get("aria-labelledby", "").split()]
    drawn = re.findall(r"url\(#([^)]*)\)", written(name))
    assert {*filter(None, pointed), *labels, *drawn} <= set(names)


@pytest.mark.parametrize("name", ALL)
def test_headings_descend_one_level_at_a_time(name: str) -> None:
    """One title, and below it no level left out."""
    levels = [int(one.tag[1]) for one in read(written(name)).elements if re.fullmatch("h[1-6]", one.tag)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("name", ALL)
def test_nothing_comes_from_elsewhere(name: str) -> None:
    """No script, no style sheet, no picture, no font of another place; links alone lead out."""
    reader = read(written(name))
    assert not {one.tag for one in reader.elements} & {"script", "link", "img", "iframe", "object", "embed", "base"}
    assert not [at for one in reader.elements for at in one.attributes if at.startswith("on") or at == "src"]
    assert not re.search(r"url\((?!#)|@import", written(name))
    out = [one for one in reader.elements if one.attributes.get("href", "#")[0] != "#"]
    assert {one.tag for one in out} <= {"a"}
    assert all(re.match("https?://", one.attributes["href"]) for one in out)


@pytest.mark.parametrize("name", ALL)
def test_every_picture_is_told_in_words(name: str) -> None:
    """Each is one image with a name and a description, in a frame that can be scrolled by keyboard."""
    reader = read(written(name))
    names = {one.attributes.get("id"): one.text for one in reader.elements}
    pictures = [one for one in reader.elements if one.tag == "svg"]
    assert all(one.attributes["role"] == "img" for one in pictures)
    assert all(all(map(names.get, one.attributes["aria-labelledby"].split())) for one in pictures)
    frames = [one for one in reader.elements if one.attributes.get("aria-label", "").startswith("Figure ")]
    assert [one.attributes["tabindex"] for one in frames] == ["0"] * len(pictures)


def test_figures_are_numbered_and_what_cannot_be_drawn_is_left_out() -> None:
    """Of three figures one has nothing to show: the others are the first and the second."""
    reader = read(written("every"))
    assert [one.text for one in reader.elements if one.tag == "figcaption"][:2] == ["Figure 1", "Figure 2"]
    assert sum(one.tag == "svg" for one in reader.elements) == 2


def test_pictures_share_no_names() -> None:
    """The same picture twice on a page is two pictures, each with its own inner names."""
    first, second = (set(re.findall(r'\bid="([^"]+)"', inline(of_evidence(), number))) for number in (1, 2))
    assert first
    assert not first & second


@pytest.mark.parametrize("name", ["report.full", "every"])
def test_every_colour_of_a_picture_is_one_of_the_scheme(name: str) -> None:
    """No colour is left that would stay as it is in the dark."""
    drawn = "".join(re.findall(r"<svg.*?</svg>", written(name), flags=re.DOTALL))
    tags = re.findall(r"<[a-zA-Z][^<>]*>", drawn)
    assert "var(--figure-ink" in drawn
    left = [found for tag in tags for found in re.findall(r"(?<!, )#[0-9a-fA-F]{6}(?=[\";])", tag)]
    assert not left, f"colours without a role: {set(left)}"


def test_text_in_a_picture_stays_as_it_is() -> None:
    """What reads like a colour or a reference is text where it stands as text."""
    picture = Drawn(title="a", description="b")
    said = '"fill: #1a1a1a" id="x" url(#y)'
    object.__setattr__(picture, "svg", lambda: f'<svg width="1" height="1"><text fill="#1a1a1a">{said}</text></svg>')
    assert f">{said}<" in inline(picture, 1)
    assert style.INK in said


def test_a_caution_is_on_every_page_and_in_the_text() -> None:
    """One runs at the top of each printed page, one stands in the text, read aloud once."""
    reader = read(written("every"))
    running = [one for one in reader.elements if one.attributes.get("class") == "running"]
    assert [CAUTION in one.text for one in running] == [True]
    assert running[0].attributes["aria-hidden"] == "true"
    assert [CAUTION in one.text for one in reader.elements if one.attributes.get("role") == "note"] == [True]


def test_a_document_that_gives_its_own_caution_is_given_no_second_one() -> None:
    """The one in the text is the document's."""
    own: Document = (Heading(text="a", level=1), Caution(text="beware"), Paragraph(text="b"))
    notes = [one.text for one in read(html(own, caution=CAUTION)).elements if one.attributes.get("role") == "note"]
    assert notes == ["CAUTION beware"]


def test_without_a_caution_none_is_shown() -> None:
    """Neither in the text nor over it."""
    assert "CAUTION" not in "".join(read(html(EVERY)).shown)


def test_the_first_strong_sentence_under_its_heading_is_the_judgement() -> None:
    """It alone is set large."""
    large = [one.text for one in read(written("every")).elements if one.attributes.get("class") == "judgement"]
    assert large == ["The bridge is closed to lorries by 2027-12-31: very unlikely (6.1\u00a0%)."]
    others = (Paragraph(text="loud", strong=True), Heading(text="Key judgement"), Paragraph(text="quiet"))
    page = read(html((*others, Paragraph(text="this", strong=True), Paragraph(text="more", strong=True))))
    assert [one.text for one in page.elements if one.attributes.get("class") == "judgement"] == ["this"]


def test_a_table_with_more_columns_than_fit_is_set_as_records() -> None:
    """It stays a table to those who have it read to them: every cell has its role and its column's title."""
    reader = read(written("records"))
    [table] = [one for one in reader.elements if one.tag == "table"]
    assert table.attributes["class"] == "records"
    assert table.attributes["role"] == "table"
    cells = [one for one in reader.elements if one.tag == "td"]
    assert {one.attributes["role"] for one in cells} == {"cell"}
    assert [one.attributes["data-label"] for one in cells[:7]] == list(RECORDS.header[1:])


def test_an_address_is_a_link_and_its_full_stop_is_not() -> None:
    """Of the web alone: what would run a script is text."""
    said = "See https://example.org/a_b?c=d&e. Not javascript:alert(1), nor data:text/html,x."
    links = [one.attributes["href"] for one in read(html((Paragraph(text=said),))).elements if one.tag == "a"]
    assert [link for link in links if link[0] != "#"] == ["https://example.org/a_b?c=d&e"]


def test_a_document_without_a_title_has_one_after_all() -> None:
    """A page has to be called something; what stands in it is not lost."""
    reader = read(html((Paragraph(text="alone"),)))
    assert [one.text for one in reader.elements if one.tag in ("h1", "title")] == ["Report", "Report"]
    assert "alone" in "".join(reader.shown)


def test_the_language_is_said() -> None:
    """So that it is read aloud in its own sounds."""
    assert read(html(EVERY, language="de")).elements[0].attributes == {"lang": "de"}


def test_the_same_document_gives_the_same_file() -> None:
    """To the last character."""
    assert html(EVERY, caution=CAUTION) == written("every")


@pytest.mark.parametrize(
    "text",
    [
        HOSTILE,
        "<script>alert(1)</script>",
        '" onload="alert(1)',
        "' autofocus onfocus='alert(1)",
        "{{ 7 * 7 }} {% include 'x' %}",
        "</style></title></textarea><b>",
        "&lt;b&gt; &amp; &#x202e;",
        "x" * 10_000,
        "<!-- gone -->",
        "https://example.org/\"onclick='x'",
    ],
)
def test_no_text_becomes_markup(text: str) -> None:
    """Whatever stands in a file, the page has the elements it has with an innocent text, and shows the text."""
    check(text)


@given(text=st.text(min_size=1, max_size=60))
@settings(max_examples=40, deadline=None)
def test_no_random_text_becomes_markup(text: str) -> None:
    """The same of any characters."""
    check(text)


@cache
def innocent() -> list[tuple[str, tuple[str, ...]]]:
    """The skeleton of the page with a text that can mean nothing."""
    return skeleton(read(html(speaking("x"), caution="x")))


def check(text: str) -> None:
    """The skeleton is that of an innocent text, and the text can be read."""
    reader = read(html(speaking(text), caution=text if shown(text) else "x"))
    assert skeleton(reader) == innocent()
    assert squeezed(shown(text)) in squeezed("".join(reader.shown))


class Counted(HTMLParser):
    """Start tags by name with the names of their attributes, of a page too long to be taken apart."""

    def __init__(self, written: str) -> None:
        super().__init__()
        self.found: Counter[tuple[str, tuple[str, ...]]] = Counter()
        self.feed(written)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found[tag, tuple(sorted(name for name, _ in attrs if name != "class"))] += 1

    @property
    def tags(self) -> Counter[str]:
        """Of elements but those that make room for long words."""
        tags = Counter(tag for tag, _ in self.found.elements())
        return Counter({tag: times for tag, times in tags.items() if tag not in {"colgroup", "col", "wbr"}})


def page(report: Report, pictures: Mapping[str, Callable[[], Picture]]) -> Counted:
    """The page of a report."""
    return Counted(html(document(report, pictures), caution=report.caution))


def test_a_report_of_hostile_texts_has_the_elements_of_an_innocent_one() -> None:
    """Ten thousand hostile characters wherever a file can supply a text: not one element more, and no attribute."""
    hostile, innocent = page(REPORTS["report.hostile"], {}), page(spoken(REPORTS["report.full"], "x"), {})
    assert hostile.tags == innocent.tags
    of_records = {("td", ("data-label", "role")), ("th", ("role", "scope")), ("table", ("role",)), ("tr", ("role",))}
    attributes = {name for _, names in hostile.found for name in names}
    known = {name for _, names in (*innocent.found, *of_records) for name in names}
    assert attributes - {"style"} <= known


def test_pictures_of_hostile_texts_draw_and_do_nothing() -> None:
    """Besides more lines of text they have the elements of innocent ones."""
    hostile, innocent = (spoken(REPORTS["report.full"], text) for text in (HOSTILE, "x"))
    found, expected = (page(report, gallery(report)).tags for report in (hostile, innocent))
    lines = {"g", "text", "tspan"}
    assert {tag: times for tag, times in found.items() if tag not in lines} == {
        tag: times for tag, times in expected.items() if tag not in lines
    }


def test_a_figure_alone_is_a_document() -> None:
    """Whatever the first block is, there is a page."""
    assert "<svg" in html((Figure(name="ledger", draw=of_evidence),))

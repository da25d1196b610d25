"""The HTML file in a browser: no error or request, room on a phone, both colour schemes, by keyboard, on paper."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from pypdf import PdfReader

from estimative.reports.blocks import Document, Figure, Heading, PageBreak, Paragraph
from estimative.reports.formats.html import html
from estimative.reports.formats.typeset import sanitize
from tests.barriers import COLOURS, barriers
from tests.documents import BRIEF, CAUTION, EVERY, PROSE, drawing, saying, texts_of
from tests.examples import later
from tests.hostile import HOSTILE
from tests.reading import squeezed

WIDTHS = (390, 1280)
"""A phone's and a desk's, in CSS pixels."""
SCHEMES = ("light", "dark")
PARTS: Document = tuple(
    block
    for at in range(28)
    for block in (
        Heading(text=f"Part {at}"),
        Paragraph(text=f"{PROSE} " * (5 * at % 7 + 2)),
        *([Figure(name="drawing", draw=drawing)] if at % 2 else []),
    )
)
"""Headings and pictures at all heights of a page."""
HOSTILE_TEXTS: Document = tuple(block for text in HOSTILE.values() for block in saying(text))


@dataclass(frozen=True)
class Desk:
    """A browser, and the folder of the files."""

    browser: Browser
    folder: Path
    shared: dict[str, tuple[Page, list[str]]] = field(default_factory=dict)
    """Pages for tests that change nothing but the screen, by their names."""

    def show(self, name: str, *, width: int, scheme: Any = "light") -> tuple[Page, list[str]]:
        """The page that such tests share, on a screen of this width, and what it complained of since it was opened."""
        if name not in self.shared:
            self.shared[name] = self.open(name)
        page, complaints = self.shared[name]
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(media="screen", color_scheme=scheme)
        return page, complaints

    def open(self, name: str, **settings: Any) -> tuple[Page, list[str]]:
        """A page, and what it complained of or asked for beyond its own file."""
        page = self.browser.new_context(**settings).new_page()
        address = (self.folder / f"{name}.html").as_uri()
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: complaints.append(request.url) if request.url != address else None)
        page.goto(address)
        return page, complaints

    def printed(self, name: str) -> list[str]:
        """The text of each page on A4, squeezed; printed from a dark screen."""
        page, _ = self.open(name, color_scheme="dark")
        file = PdfReader(BytesIO(page.pdf(prefer_css_page_size=True, format="A4")))
        page.context.close()
        return [squeezed(sheet.extract_text()) for sheet in file.pages]


@pytest.fixture(scope="module")
def desk(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The documents as files, before a browser."""
    folder = tmp_path_factory.mktemp("pages")
    files = {
        "every": html(EVERY, caution=CAUTION),
        "brief": html(BRIEF, caution=CAUTION, compact=True),
        "parts": html(PARTS, caution=CAUTION),
        "hostile": html(HOSTILE_TEXTS, caution=CAUTION),
    }
    for name, written in files.items():
        (folder / f"{name}.html").write_text(written, encoding="utf-8")
    desk = Desk(browser, folder)
    yield desk
    for page, _ in desk.shared.values():
        page.context.close()


@pytest.fixture(scope="module")
def paper(desk: Desk) -> dict[str, list[str]]:
    """The printed pages of each document."""
    return {name: desk.printed(name) for name in ("every", "brief", "parts")}


def test_the_browser_complains_of_what_is_wrong(desk: Desk) -> None:
    """A page with a script and a picture of elsewhere is seen to be one: the tests below can fail."""
    (desk.folder / "bad.html").write_text("<img src='missing.png'><script>console.log('x')</script>")
    page, complaints = desk.open("bad")
    page.context.close()
    assert len(complaints) >= 2


@pytest.mark.parametrize("name", ["every", "brief", "hostile"])
def test_a_page_fits_its_width_without_error_or_request(desk: Desk, name: str) -> None:
    """On a phone in the light and on a desk in the dark; nothing is cut off at the right."""
    for width, scheme in zip(WIDTHS, SCHEMES, strict=True):
        page, complaints = desk.show(name, width=width, scheme=scheme)
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert complaints == []


def test_no_frame_has_to_be_scrolled_on_a_phone(desk: Desk) -> None:
    """Tables are records, pictures are narrow, plots are small."""
    page, _ = desk.show("every", width=390)
    wide = page.evaluate(
        "[...document.querySelectorAll('.wide, .picture')].filter(e => e.scrollWidth > e.clientWidth + 1)"
        ".map(e => e.getAttribute('aria-label'))"
    )
    assert wide == []


def test_parts_are_side_by_side_where_there_is_room(desk: Desk) -> None:
    """On a desk and on paper; on a phone they are one under the other."""
    script = "[...document.querySelectorAll('.side-by-side > div')].map(e => e.getBoundingClientRect().left)"
    lefts = []
    for width, media in ((390, "screen"), (1280, "screen"), (794, "print")):
        page, _ = desk.show("brief", width=width)
        page.emulate_media(media=media)  # type: ignore[arg-type]
        lefts.append(page.evaluate(script))
    assert [len(set(places)) for places in lefts] == [1, 2, 2]


@pytest.mark.parametrize("width", [390, later(1280)])
def test_axe_finds_nothing(desk: Desk, width: int) -> None:
    """No barrier that axe-core knows, contrast included; in the dark it is contrast that may differ."""
    page, _ = desk.show("every", width=width)
    assert barriers(page) == []
    page.emulate_media(color_scheme="dark")
    assert barriers(page, *COLOURS) == []


def test_the_two_schemes_differ_in_the_page_and_in_its_pictures(desk: Desk) -> None:
    """A picture does not stay a bright sheet in a dark page; on paper ink is dark, whatever the screen."""
    script = (
        "[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color,"
        " getComputedStyle(document.querySelector('svg > rect')).fill,"
        " getComputedStyle(document.querySelector('svg text')).fill]"
    )
    looks = []
    for scheme in SCHEMES:
        page, _ = desk.show("every", width=1280, scheme=scheme)
        looks.append(page.evaluate(script))
        page.emulate_media(media="print", color_scheme=scheme)  # type: ignore[arg-type]
        _, ink, _, lettering = page.evaluate(script)
        assert (ink, lettering) == ("rgb(0, 0, 0)", "rgb(26, 26, 26)")
    assert all(light != dark for light, dark in zip(*looks, strict=True))


def test_the_first_stop_of_the_keyboard_leads_to_the_text(desk: Desk) -> None:
    """Past the contents; from there every wide frame is a stop."""
    page, _ = desk.open("every", viewport={"width": 1280, "height": 800})
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the text"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')").startswith("Table: ")
    page.context.close()


def test_without_scripts_everything_is_there(desk: Desk) -> None:
    """No text waits for a script."""
    page, _ = desk.open("every", java_script_enabled=False, viewport={"width": 1280, "height": 800})
    seen = squeezed(page.locator("body").inner_text())
    page.context.close()
    assert not [text for text in texts_of(EVERY) if squeezed(sanitize(text)) not in seen]


def test_a_page_break_begins_a_page(desk: Desk) -> None:
    """Within a part as between two."""
    document = (
        Heading(text="A"),
        Paragraph(text="b"),
        PageBreak(),
        Paragraph(text="c"),
        PageBreak(),
        Heading(text="D"),
    )
    (desk.folder / "breaks.html").write_text(html(document))
    first, second, third = desk.printed("breaks")
    assert ("Ab" in first, "c" in second, "D" in third) == (True, True, True)


def test_a_compact_document_prints_on_one_page(paper: dict[str, list[str]]) -> None:
    """With a caution, too."""
    assert len(paper["brief"]) == 1


@pytest.mark.parametrize("name", ["every", "brief", "parts"])
def test_the_caution_is_on_every_printed_page(paper: dict[str, list[str]], name: str) -> None:
    """At its top; the number at its foot is read first."""
    first = re.compile(rf"(\d+/\d+)?CAUTION{squeezed(CAUTION)}")
    assert not [page[:80] for page in paper[name] if not first.match(page)]


def test_the_header_of_a_long_table_is_on_each_printed_page(paper: dict[str, list[str]]) -> None:
    """Nobody has to turn back to know what a column holds."""
    pages = [page for page in paper["every"] if "effects.closing.rain_" in page]
    assert len(pages) > 1
    assert all("PriormeanBecause" in page for page in pages)


def test_no_picture_is_cut_on_paper(paper: dict[str, list[str]]) -> None:
    """Its title and what is drawn below it are on one page; of its two drawings one is printed."""
    pages = paper["parts"]
    assert sum(page.count("Beside") for page in pages) == 14
    for page in pages:
        assert len(re.findall(r"Figure\d", page)) == page.count("Beside")


def test_no_heading_is_alone_at_the_foot_of_a_page(paper: dict[str, list[str]]) -> None:
    """What it stands over begins on its page."""
    foot = re.compile(r"Part\d+(\d+/\d+)?$")
    assert len(paper["parts"]) > 3
    assert not [page[-40:] for page in paper["parts"] if foot.search(page)]

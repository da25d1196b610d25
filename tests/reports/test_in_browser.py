"""The HTML file in a real browser: no error, no request, room on a phone, both schemes, by keyboard, on paper."""

from __future__ import annotations

import re
import shutil
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright
from pypdf import PdfReader

from estimative.reports.blocks import Heading
from estimative.reports.formats.html import html
from estimative.reports.formats.typeset import shown
from tests.documents_made import CAUTION, EVERY, LONG, speaking, texts_of, told
from tests.reports_made import HOSTILE

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
ALL = {
    "every": EVERY,
    "long": LONG,
    "report": told("report.full"),
    "hostile": speaking(HOSTILE * 8),
    "unbroken": speaking("x" * 10_000),
}
WIDTHS = (360, 1280)
"""A phone's and a desk's, in CSS pixels."""
SCHEMES = ("light", "dark")
PAPERS = ("A4", "Letter")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for all tests."""
    if not CHROMIUM:
        pytest.skip("no Chromium on this machine: looked for chromium, chromium-browser and google-chrome")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the files lie."""
    folder = tmp_path_factory.mktemp("pages")
    for name in ALL:
        (folder / f"{name}.html").write_text(written(name), encoding="utf-8")
    return folder


@cache
def written(name: str) -> str:
    """One of the documents, with a caution."""
    return html(ALL[name], caution=CAUTION)


def opened(browser: Browser, folder: Path, name: str, **settings: Any) -> tuple[Page, list[str]]:
    """A page, and what it complained of or asked for beyond its own file."""
    page = browser.new_context(**settings).new_page()
    address = (folder / f"{name}.html").as_uri()
    heard: list[str] = []
    page.on("console", lambda message: heard.append(message.text))
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("request", lambda request: heard.append(request.url) if request.url != address else None)
    page.goto(address)
    return page, heard


def squeezed(text: str) -> str:
    """Without blanks, and with two letters where one sign stands for them."""
    return "".join(unicodedata.normalize("NFKC", text).split())


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", [name for name in ALL if name != "long"])
def test_a_page_opens_without_error_or_request_and_fits_its_width(
    browser: Browser, folder: Path, name: str, width: int, scheme: Any
) -> None:
    """On a phone and on a desk, in the light and in the dark."""
    page, heard = opened(browser, folder, name, viewport={"width": width, "height": 800}, color_scheme=scheme)
    assert heard == []
    scrolled, room = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert scrolled <= room
    page.context.close()


@pytest.mark.parametrize(
    ("name", "width", "scheme"),
    [*(("report", width, scheme) for width in WIDTHS for scheme in SCHEMES), ("every", 360, "dark")],
)
def test_axe_finds_nothing_serious(browser: Browser, folder: Path, name: str, width: int, scheme: Any) -> None:
    """No barrier that axe-core knows, contrast included."""
    page, _ = opened(browser, folder, name, viewport={"width": width, "height": 800}, color_scheme=scheme)
    found = Axe().run(page).response["violations"]
    page.context.close()
    grave = [one for one in found if one["impact"] in {"serious", "critical"}]
    assert [(one["id"], [node["html"][:120] for node in one["nodes"][:3]]) for one in grave] == []


def test_the_two_schemes_differ_in_the_page_and_in_its_pictures(browser: Browser, folder: Path) -> None:
    """A picture does not stay a bright sheet in a dark page."""
    looks = []
    for scheme in SCHEMES:
        page, _ = opened(browser, folder, "every", color_scheme=scheme)
        looks.append(
            page.evaluate(
                "[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color,"
                " getComputedStyle(document.querySelector('svg path')).fill,"
                " getComputedStyle(document.querySelector('svg text')).fill]"
            )
        )
        page.context.close()
    assert all(light != dark for light, dark in zip(*looks, strict=True))


def test_the_first_stop_of_the_keyboard_leads_to_the_text(browser: Browser, folder: Path) -> None:
    """Past the contents; and from there every wide frame is a stop."""
    page, _ = opened(browser, folder, "every", viewport={"width": 1280, "height": 800})
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the text"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')").startswith("Figure 1: ")
    page.context.close()


def test_a_picture_can_be_scrolled_on_a_phone_by_keyboard(browser: Browser, folder: Path) -> None:
    """It keeps a legible size, and its frame moves under it."""
    page, _ = opened(browser, folder, "every", viewport={"width": 360, "height": 800})
    frame = page.locator(".picture .wide").first
    frame.focus()
    page.keyboard.press("End")
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.querySelector('.picture .wide').scrollLeft > 0")
    assert page.evaluate("document.querySelector('.picture svg').getBoundingClientRect().width") >= 560
    page.context.close()


@pytest.mark.parametrize("name", ["every", "report"])
def test_without_scripts_everything_is_there(browser: Browser, folder: Path, name: str) -> None:
    """No text waits for a script."""
    page, _ = opened(browser, folder, name, java_script_enabled=False, viewport={"width": 1280, "height": 800})
    seen = squeezed(page.locator("body").inner_text())
    assert not [text for text in texts_of(ALL[name]) if squeezed(shown(text)) not in seen]
    page.context.close()


@cache
def _contents(folder: Path, name: str, paper: str) -> list[str]:
    return [squeezed(page.extract_text()) for page in PdfReader(folder / f"{name}-{paper}.pdf").pages]


@pytest.fixture(scope="module")
def printed(browser: Browser, folder: Path) -> Path:
    """Each document on each paper."""
    for name in ("every", "long", "report"):
        page, _ = opened(browser, folder, name, color_scheme="dark")
        for paper in PAPERS:
            (folder / f"{name}-{paper}.pdf").write_bytes(page.pdf(format=paper))
        page.context.close()
    return folder


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("name", ["every", "long", "report"])
def test_no_picture_is_cut_on_paper(printed: Path, name: str, paper: str) -> None:
    """Its title, which is drawn at its top, and its number, which stands below it, are on one page."""
    pages = _contents(printed, name, paper)
    titles = re.findall(r'aria-label="Figure \d+: ([^"]*)"', written(name))
    assert titles
    for number, title in enumerate(titles, 1):
        below = [page for page in pages if re.search(rf"Figure{number}(?!\d)", page)]
        assert len(below) == 1
        assert squeezed(title) in below[0]


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("name", ["every", "long", "report"])
def test_the_caution_is_on_every_printed_page(printed: Path, name: str, paper: str) -> None:
    """At its top; the number at its foot is read first."""
    first = re.compile(rf"(\d+/\d+)?CAUTION{squeezed(CAUTION)}")
    assert not [page[:80] for page in _contents(printed, name, paper) if not first.match(page)]


@pytest.mark.parametrize("paper", PAPERS)
def test_the_head_of_a_long_table_is_on_each_printed_page(printed: Path, paper: str) -> None:
    """Nobody has to turn back to know what a column holds."""
    pages = [page for page in _contents(printed, "every", paper) if "effects.closing.rain_" in page]
    assert len(pages) > 1
    assert all("PriormeanBecause" in page for page in pages)


@pytest.mark.parametrize("paper", PAPERS)
def test_no_heading_is_alone_at_the_foot_of_a_page(printed: Path, paper: str) -> None:
    """What it stands over begins on its page."""
    pages = _contents(printed, "long", paper)
    headings = [block.text for block in LONG if isinstance(block, Heading)]
    foot = re.compile(rf"({'|'.join(map(squeezed, headings))})(\d+/\d+)?$")
    assert not [page[-40:] for page in pages if foot.search(page)]


def test_ink_is_dark_on_paper(browser: Browser, folder: Path) -> None:
    """Whatever the scheme of the screen that a page is printed from, in its text and in its pictures."""
    page, _ = opened(browser, folder, "every")
    page.emulate_media(media="print", color_scheme="dark")
    colours = page.evaluate(
        "[getComputedStyle(document.body).color, getComputedStyle(document.querySelector('svg text')).fill]"
    )
    assert colours == ["rgb(0, 0, 0)", "rgb(26, 26, 26)"]
    page.context.close()

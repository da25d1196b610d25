"""Figures in a page: the drawing that fits the screen, in both schemes, without an error of accessibility."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from estimative.reports.blocks import Figure, Heading
from estimative.reports.formats.html import fragment, html
from tests.barriers import COLOURS, barriers
from tests.examples import later
from tests.figures import PLOTS, chart

DOCUMENT = (
    Heading(text="Figures", level=1),
    Heading(text="All of them"),
    *(Figure(name=kind, draw=lambda kind=kind: chart(kind, caution="Some fits failed.")) for kind in PLOTS),
)
SCRIPT_WIDTHS = """[
  document.documentElement.scrollWidth,
  Math.max(...[...document.querySelectorAll('svg')].map(s => s.clientWidth)),
]"""
WIDTHS = {360: ".for-narrow", 390: ".for-narrow", 1280: ".for-wide"}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page with one figure of each kind of plot."""
    path = tmp_path_factory.mktemp("page") / "figures.html"
    path.write_text(html(DOCUMENT), encoding="utf-8")
    return path.as_uri()


@pytest.fixture(scope="module")
def page(browser: Browser, address: str) -> Iterator[Page]:
    """It, opened once; each test sets the screen that it looks at."""
    context = browser.new_context()
    shown = context.new_page()
    shown.goto(address)
    yield shown
    context.close()


def on_screen(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(media="screen", color_scheme="light")


@pytest.mark.parametrize("width", WIDTHS)
def test_the_drawing_that_fits_is_shown_without_scrolling_sideways(page: Page, width: int) -> None:
    """On a telephone the narrow one, on a desk the wide one; nothing goes beyond the screen."""
    on_screen(page, width)
    visible = page.locator(f"{WIDTHS[width]} svg:visible").count()
    assert visible == page.locator("figure.picture svg:visible").count() == len(PLOTS)
    scrolled, widest = page.evaluate(SCRIPT_WIDTHS)
    assert scrolled <= width
    assert widest <= 680


def test_paper_has_the_wide_drawing(page: Page) -> None:
    """Whatever the screen was."""
    on_screen(page, 1280)
    page.emulate_media(media="print")
    assert page.locator(".for-wide svg:visible").count() == len(PLOTS)
    assert page.locator(".for-narrow svg:visible").count() == 0


@pytest.mark.parametrize("width", [360, later(1280)])
def test_figures_have_no_error_of_accessibility(page: Page, width: int) -> None:
    """By the rules of axe, those about colours for both drawings, in the light and in the dark."""
    on_screen(page, width)
    assert barriers(page, *(COLOURS if width == 1280 else ())) == []
    page.emulate_media(color_scheme="dark")
    assert barriers(page, *COLOURS) == []


def test_every_name_on_the_page_is_unique(address: str) -> None:
    """Two drawings of one plot share none."""
    page = Path(address.removeprefix("file://")).read_text(encoding="utf-8")
    names = [part.split('"')[0] for part in page.split(' id="')[1:]]
    assert len(names) == len(set(names))


def test_a_page_of_others_shows_the_wide_drawing_alone() -> None:
    """A notebook does not have our style sheet."""
    page = fragment(DOCUMENT[:4])
    assert page.count('<div class="for-narrow" hidden>') == page.count('<div class="for-wide">') == 2

"""Figures in a page: the drawing that fits the screen, in both schemes, without an error of accessibility."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from estimative.reports.blocks import Figure, Heading
from estimative.reports.formats.html import fragment, html
from tests.figures import PLOTS, chart

DOCUMENT = (
    Heading(text="Figures", level=1),
    Heading(text="All of them"),
    *(Figure(name=kind, draw=lambda kind=kind: chart(kind, caution="Some fits failed.")) for kind in PLOTS),
)
WIDTHS = {360: ".for-narrow", 390: ".for-narrow", 1280: ".for-wide"}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page with one figure of each kind of plot."""
    path = tmp_path_factory.mktemp("page") / "figures.html"
    path.write_text(html(DOCUMENT), encoding="utf-8")
    return path.as_uri()


def opened(browser: Browser, address: str, width: int, scheme: str = "light") -> Page:
    """The page on a screen of a width."""
    page = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme).new_page()
    page.goto(address)
    return page


@pytest.mark.parametrize("width", WIDTHS)
def test_the_drawing_that_fits_is_shown_without_scrolling_sideways(browser: Browser, address: str, width: int) -> None:
    """On a telephone the narrow one, on a desk the wide one; nothing goes beyond the screen."""
    page = opened(browser, address, width)
    visible = page.locator(f"{WIDTHS[width]} svg:visible").count()
    assert visible == page.locator("figure.picture svg:visible").count() == len(PLOTS)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("Math.max(...[...document.querySelectorAll('svg')].map(s => s.clientWidth))") <= 680


def test_paper_has_the_wide_drawing(browser: Browser, address: str) -> None:
    """Whatever the screen was."""
    page = opened(browser, address, 1280)
    page.emulate_media(media="print")
    assert page.locator(".for-wide svg:visible").count() == len(PLOTS)
    assert page.locator(".for-narrow svg:visible").count() == 0


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_figures_have_no_error_of_accessibility(browser: Browser, address: str, width: int, scheme: str) -> None:
    """By the rules of axe."""
    results = Axe().run(opened(browser, address, width, scheme))
    assert results.violations_count == 0, results.generate_report()


def test_every_name_on_the_page_is_unique(address: str) -> None:
    """Two drawings of one plot share none."""
    page = Path(address.removeprefix("file://")).read_text(encoding="utf-8")
    names = [part.split('"')[0] for part in page.split(' id="')[1:]]
    assert len(names) == len(set(names))


def test_a_page_of_others_shows_the_wide_drawing_alone() -> None:
    """A notebook does not have our style sheet."""
    page = fragment(DOCUMENT)
    assert page.count('<div class="for-narrow" hidden>') == page.count('<div class="for-wide">') == len(PLOTS)

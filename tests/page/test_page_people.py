"""The page for everybody: without barriers, on every screen, whatever the files say, and when the server is gone."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
from playwright.sync_api import Browser, expect

from estimative.priors import toml_writer as toml_text
from tests.barriers import COLOURS, barriers
from tests.command import PRIORS, SCENARIO
from tests.examples import later
from tests.hostile import HOSTILE
from tests.page_server import Server, serving_here
from tests.page_tab import WEATHER, Tab, opened

WIDTHS = (360, 768, 1280, 1920)
SMALL = 24
"""CSS pixels, which no side of a target is below."""
EACH_PANEL = """small => [...document.querySelectorAll('[role=tab]:not([hidden])')].map(tab => {
  tab.click();
  const page = document.documentElement;
  const cut = page.scrollWidth > page.clientWidth ? [`cut off: ${page.scrollWidth} of ${page.clientWidth}`] : [];
  const targets = [...document.querySelectorAll('button, select, input, summary, textarea')]
    .filter(e => e.checkVisibility() && !e.closest('label'))
    .map(e => [e.getBoundingClientRect(), e.outerHTML.slice(0, 90)])
    .filter(([box]) => box.width < small || box.height < small)
    .map(([box, html]) => `${box.width} x ${box.height}: ${html}`);
  return [tab.textContent, [...cut, ...targets]];
})"""
"""What is wrong in each panel: whether something is cut off at the right, and targets that are too small."""

MADE = "main :is(img, script, style, a, iframe, input[onfocus], b:not(.caution b))"
"""What only markup in a file could have made."""


@pytest.fixture(scope="module")
def still(browser: Browser, harbour: Server) -> Iterator[Tab]:
    """The page with an input open, for tests that change nothing but the screen and the panel."""
    # Colours that are on their way to others would be measured as they are.
    with opened(browser, harbour, reduced_motion="reduce") as tab:
        tab.settle()
        tab.edit(WEATHER)
        yield tab


def on_screen(tab: Tab, width: int) -> None:
    tab.page.set_viewport_size({"width": width, "height": 800})
    tab.page.emulate_media(color_scheme="light")


@pytest.mark.parametrize("panels", [1, later(8)])
def test_axe_finds_nothing_in_any_state(still: Tab, panels: int) -> None:
    """With an input open and others closed, in the panel that is shown first or in every one, in the dark, on a phone.

    Of what was seen before, only the part that changes is looked at again; in the dark only the colours, which are the
    same on a phone.
    """
    on_screen(still, 1280)
    page = still.page
    first, *others = page.get_by_role("tab").all_inner_texts()[:panels]
    still.turn_to(first)
    found = {"editor": barriers(page)}
    for title in others:
        still.turn_to(title)
        found[title] = barriers(page, within="#details")
    assert len(found) == panels
    page.emulate_media(color_scheme="dark")
    found["dark"] = barriers(page, *COLOURS)
    on_screen(still, 360)
    found["phone"] = barriers(page, without=COLOURS)
    assert {state: barrier for state, barrier in found.items() if barrier} == {}
    assert still.complaints == []


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_cut_off_and_every_target_can_be_hit(still: Tab, width: int) -> None:
    """From a phone to a wide screen, with an input open, in every panel."""
    on_screen(still, width)
    panels = dict(still.page.evaluate(EACH_PANEL, SMALL))
    assert len(panels) == 8
    assert {title: faults for title, faults in panels.items() if faults} == {}


def test_headings_are_in_order_and_one_is_the_title(still: Tab) -> None:
    """No level is left out on the way down."""
    script = "[...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].map(e => Number(e.tagName[1]))"
    levels = still.page.evaluate(script)
    assert levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))


def test_two_tabs_of_one_desk(browser: Browser, harbour: Server, tab: Tab) -> None:
    """A change in one is a notice in the other, which then shows the desk as it is and can change it."""
    tab.settle()
    with opened(browser, harbour) as other:
        other.settle()
        high = other.edit(WEATHER).get_by_label("95% below", exact=True)
        high.fill("0.95")
        high.blur()
        other.entry(WEATHER).locator(".mark").wait_for()
        tab.edit(WEATHER).get_by_label("95% below, slider").press("ArrowRight")
        tab.page.get_by_text("The desk was changed in another tab.").wait_for()
        expect(tab.entry(WEATHER).get_by_label("95% below", exact=True)).to_have_value("0.95")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server on files whose texts try to be more than text."""
    folder = tmp_path_factory.mktemp("hostile")
    # TOML has no surrogates.
    text = toml_text.text(" ".join(HOSTILE.values()).encode("utf-8", "ignore").decode())
    scenario = SCENARIO.replace('"Severity of the weather"', text).replace('"dead calm"', text)
    (folder / "ferry.toml").write_text(scenario, encoding="utf-8")
    (folder / "mate.toml").write_text(PRIORS.replace('"It is the season."', text), encoding="utf-8")
    with serving_here(folder / "ferry.toml", folder / "mate.toml", folder=folder) as server:
        yield server


def test_hostile_texts_stay_text_and_then_the_server_ends(browser: Browser, hostile: Server) -> None:
    """Nothing of them becomes an element, runs or is asked for, on a phone too; a server that is gone is a sentence."""
    with opened(browser, hostile) as tab:
        page = tab.page
        tab.settle()
        tab.edit(WEATHER)
        for width in (1280, 360):
            page.set_viewport_size({"width": width, "height": 800})
            for title, faults in page.evaluate(EACH_PANEL, 0):
                assert faults == [], (width, title)
        assert page.locator(MADE).count() == 0
        assert "<script>alert(1)</script>" in page.locator("main").inner_text()
        assert tab.complaints == []
        hostile.stop()
        tab.entry(WEATHER).get_by_label("95% below, slider").press("ArrowRight")
        page.get_by_text("This page's server has stopped or was restarted.").wait_for()
        expect(
            page.get_by_text("Changes that were made before that are kept and will be offered again.")
        ).to_be_visible()


def test_an_address_is_good_for_one_tab(browser: Browser, harbour: Server) -> None:
    """A used key opens nothing, and the page says what to do."""
    page = browser.new_context().new_page()
    page.goto(f"http://127.0.0.1:{harbour.port}/#used")
    expect(page.get_by_role("alert")).to_contain_text("Open")
    page.context.close()

"""Beliefs are changed on the page: by keyboard alone, by a slider, back and forth, until they are in the file."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.page_tab import NONE, WEATHER, Tab


def focused(tab: Tab) -> str:
    """What the keyboard is at: its name for those who cannot see it."""
    script = (
        "(() => { const e = document.activeElement;"
        " return e.getAttribute('aria-label') || e.labels?.[0]?.textContent || e.textContent; })()"
    )
    return str(tab.page.evaluate(script)).strip()


def press_until(tab: Tab, name: str, key: str = "Tab", most: int = 30) -> None:
    """Go from stop to stop until one has this name."""
    for _ in range(most):
        if focused(tab) == name:
            return
        tab.page.keyboard.press(key)
    raise AssertionError(f"{name} is no stop of the keyboard; the last one was {focused(tab)}")


def test_a_belief_is_changed_explained_and_saved_by_keyboard_alone(tab: Tab, ferry: Path) -> None:
    """From the address to the file; the page asks why the number changed before it lets the input go."""
    page, keyboard = tab.page, tab.page.keyboard
    tab.settle()
    before = tab.probability
    keyboard.press("Tab")
    assert focused(tab) == "Skip to the answer"
    keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "answer"
    press_until(tab, "Severity of the weather")
    keyboard.press("Enter")
    press_until(tab, "95% below, slider")
    for _ in range(8):
        keyboard.press("ArrowRight")
    tab.live()
    expect(tab.entry(WEATHER).locator(".mark")).to_have_text("changed")
    page.get_by_text("Why did it change?").wait_for()
    press_until(tab, "95% below")
    keyboard.press("Enter")
    assert focused(tab) == "Because"
    keyboard.press("Control+A")
    keyboard.type("Two gales are on their way.")
    press_until(tab, "Done")
    keyboard.press("Enter")
    expect(page.get_by_role("button", name="Undo")).to_have_text("UndoSeverity of the weather")
    assert focused(tab).startswith("Severity of the weather")
    expect(tab.entry(WEATHER).locator(".reason").first).to_have_text("Two gales are on their way.")
    tab.settle()
    assert tab.probability != before
    press_until(tab, "Save", key="Shift+Tab")
    keyboard.press("Enter")
    page.get_by_text("Saved in mate.toml.").wait_for()
    written = 'weather = { p05 = 0.2, p95 = 0.88, because = "Two gales are on their way." }'
    assert written in (ferry / "mate.toml").read_text()
    expect(tab.entry(WEATHER).locator(".mark")).to_have_count(0)
    assert tab.complaints == []


def test_cancel_undo_and_redo_go_back_and_forth(tab: Tab) -> None:
    """Esc returns to what it was when the input was opened; Ctrl+Z takes the last change back, named on its button."""
    page = tab.page
    tab.settle()
    entry = tab.edit(WEATHER)
    high = entry.get_by_label("95% below", exact=True)
    high.fill("0.95")
    high.blur()
    undo = page.get_by_role("button", name="Undo")
    expect(undo).to_have_text("UndoSeverity of the weather")
    entry.locator(".because, textarea").press("Escape")
    expect(tab.entry(WEATHER).locator(".said")).to_have_text("5%: 0.2, 95%: 0.8")
    page.keyboard.press("Control+Z")
    expect(tab.entry(WEATHER).locator(".said")).to_have_text("5%: 0.2, 95%: 0.95")
    page.keyboard.press("Control+Shift+Z")
    expect(tab.entry(WEATHER).locator(".said")).to_have_text("5%: 0.2, 95%: 0.8")
    assert tab.complaints == []


def test_a_number_is_fitted_without_leaving_its_field_and_what_is_none_has_no_answer(tab: Tab) -> None:
    """A number after a pause; of what is none, the page says so, does not show the answer before it for it, and does
    not take what was there before at Done.
    """
    tab.settle()
    entry = tab.edit(WEATHER)
    high = entry.get_by_label("95% below", exact=True)
    for text, message in (
        ("abc", "\u201cabc\u201d is not a number."),
        ("0,9", "Write 0.9."),
        ("", "A number is missing."),
    ):
        high.fill(text)
        expect(entry.locator(".wrong:visible")).to_contain_text(message)
        tab.stand("^No live number$")
    entry.get_by_role("button", name="Done").click()
    expect(high).to_be_focused()
    high.fill("85%")
    expect(entry.locator(".wrong:visible")).to_have_count(0)
    tab.live()
    high.press("Escape")
    expect(entry.get_by_role("button", name="Done")).to_have_count(0)
    tab.settle()
    high = tab.edit(WEATHER).get_by_label("95% below", exact=True)
    high.fill("0.88")
    tab.live()
    tab.settle()
    expect(high).to_be_focused()
    expect(tab.entry(WEATHER)).to_have_class(re.compile("changed"))


def test_another_form_begins_near_the_same_distribution(tab: Tab) -> None:
    """Whatever way of stating is chosen, the middle stays where it was; one that was left is as it was, if no number
    was moved meanwhile; what is faulty is said and not taken.
    """
    tab.settle()
    entry = tab.edit(WEATHER)
    forms = entry.get_by_label("Stated as")
    high = entry.get_by_label("95% below", exact=True)
    before = high.input_value()
    for name in ("a constant", "quantiles"):
        with tab.page.expect_response("**/api/preview"):
            forms.select_option(name)
    assert high.input_value() == before
    names = forms.evaluate("select => [...select.options].map(option => option.text)")
    assert len(names) > 8
    for name in [*names, "Quantiles"]:
        with tab.page.expect_response("**/api/preview") as answered:
            forms.select_option(name)
        (belief,) = answered.value.json()["beliefs"]
        if name != "Word":
            assert [each["p50"] for each in belief["distributions"]] == [pytest.approx(0.5, abs=0.03)], name
    low = entry.get_by_label("5% below", exact=True)
    low.fill("0.99")
    low.blur()
    expect(entry.locator(".issues")).to_contain_text("0.99")
    expect(tab.page.locator("#probability")).to_have_text(NONE)
    entry.get_by_role("button", name="Cancel").click()
    expect(tab.page.locator("#probability")).not_to_have_text(NONE)
    assert tab.complaints == [
        "Failed to load resource: the server responded with a status of 422 (Unprocessable Content)"
    ] * len(tab.complaints)

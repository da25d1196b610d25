"""What stands behind the answer: suppositions, several analysts, a thorough fit, a run with its documents."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Route, expect

from tests.page_tab import WEATHER, Tab


def test_a_supposition_changes_nothing_and_says_what_would_follow(tab: Tab) -> None:
    """An event that is made so, a factor that is dragged, evidence that does not count, and the curve of a factor."""
    tab.settle()
    before = tab.probability
    panel = tab.turn_to("What if")
    said = panel.locator(".supposed .strong")
    panel.get_by_label("A storm is forecast", exact=True).select_option("Made so: it happens")
    expect(said).to_contain_text(f"({before})")
    made = said.inner_text()
    slider = panel.get_by_label("Level, 0 to 1, slider")
    slider.evaluate("e => { e.value = '0.9'; e.dispatchEvent(new Event('input', {bubbles: true})) }")
    expect(said).not_to_have_text(made)
    assert panel.get_by_label("Severity of the weather", exact=True).input_value() == "do"
    panel.get_by_label("Curve over").select_option("Severity of the weather")
    panel.locator(".curve-plot").wait_for()
    panel.get_by_role("button", name="Suppose nothing").click()
    expect(said).to_have_count(0)
    panel.get_by_text("Evidence that counts").click()
    panel.get_by_role("checkbox").first.uncheck()
    expect(said).to_contain_text(f"({before})")
    assert tab.probability == before
    assert tab.complaints == []


def test_each_analyst_has_an_answer_and_lends_beliefs(tab: Tab) -> None:
    """Both are on one scale with what divides them; one edits one of them, and can copy from the other."""
    page = tab.page
    tab.settle()
    panel = tab.turn_to("Analysts")
    expect(panel.get_by_text("you edit this one")).to_have_count(1)
    panel.get_by_role("heading", name="Why captain is higher than mate").wait_for()
    expect(page.locator(".whose")).to_have_text("What mate states (The first mate)")
    entry = tab.edit(WEATHER)
    entry.get_by_role("button", name="Copy this belief from captain").click()
    expect(entry.locator(".picture")).to_contain_text("0.4 to 0.9")
    page.get_by_role("radio", name="captain").check()
    expect(page.locator(".whose")).to_contain_text("What captain states")
    expect(tab.entry(WEATHER).locator(".mark")).to_have_count(0)
    assert tab.complaints == []


def test_a_part_that_is_not_live_is_marked_as_from_before_a_change(tab: Tab) -> None:
    """Only the full fit renews it."""
    tab.settle()
    panel = tab.turn_to("What drives it")
    panel.get_by_role("heading", name="Tornado").wait_for()
    slider = tab.edit(WEATHER).get_by_label("95% below, slider")
    slider.press("ArrowRight")
    tab.live()
    panel.get_by_text("Before this change").wait_for()
    panel.get_by_text("Before this change").wait_for(state="detached")


def test_a_run_is_saved_and_its_brief_comes_as_a_file(tab: Tab, tmp_path: Path) -> None:
    """With its progress; the file has the name of the run."""
    tab.settle()
    panel = tab.turn_to("Save")
    panel.get_by_role("button", name="Save run").click()
    panel.get_by_text(re.compile("Run .* is saved.")).wait_for()
    with tab.page.expect_download(timeout=30_000) as started:
        panel.get_by_role("button", name="Brief, HTML").click()
    started.value.save_as(tmp_path / "brief.html")
    assert started.value.suggested_filename.endswith("-brief.html")
    assert "The ferry is cancelled" in (tmp_path / "brief.html").read_text(encoding="utf-8")
    assert tab.complaints == []


def test_a_file_that_was_changed_elsewhere_is_not_written_but_read_again(tab: Tab, ferry: Path) -> None:
    """The page says so, and puts the unsaved changes on top of the file as it is now."""
    tab.settle()
    high = tab.edit(WEATHER).get_by_label("95% below", exact=True)
    high.fill("0.93")
    high.blur()
    file = ferry / "mate.toml"
    file.write_text(file.read_text() + "# by another hand\n")
    panel = tab.turn_to("Save")
    panel.get_by_role("button", name="Save", exact=True).click()
    expect(tab.page.get_by_role("alert")).to_contain_text("mate.toml")
    panel.get_by_role("button", name="Read the file again").click()
    expect(tab.page.get_by_role("alert")).to_be_empty()
    panel.get_by_role("button", name="Save", exact=True).click()
    panel.get_by_text("Saved in mate.toml.").wait_for()
    written = file.read_text()
    assert "p95 = 0.93" in written
    assert written.endswith("# by another hand\n")


def test_changes_that_an_earlier_page_did_not_save_are_offered(tab: Tab) -> None:
    """With their time and their inputs, before anything else; until then the desk is as its files are."""
    found = [{"analyst": "mate", "written": "1 May 2026, 12:03", "inputs": ["Severity"], "outdated": False}]

    def recovered(route: Route) -> None:
        response = route.fetch()
        route.fulfill(response=response, json={**response.json(), "recovered": found, "damaged": ["Others: gone."]})

    tab.settle()
    tab.hold("recover")
    tab.page.route("**/api/desk", recovered)
    tab.page.reload()
    tab.page.get_by_text("1 unsaved change of mate, of 1 May 2026, 12:03: Severity.").wait_for()
    tab.page.get_by_text("Others: gone.").wait_for()
    tab.page.get_by_role("button", name="Dismiss").click()
    expect(tab.page.get_by_text("Others: gone.")).to_have_count(0)
    with tab.page.expect_request("**/api/recover") as asked:
        tab.page.get_by_role("button", name="Take them up").click()
    assert asked.value.post_data_json["take"] is True

"""While an input moves, the newest answer is shown and never an older one after it."""

from __future__ import annotations

from itertools import dropwhile
from typing import Any

from playwright.sync_api import Locator, Route, expect

from tests.page_tab import WEATHER, Tab, answer_later, answer_with

DRAG = """async ({slider, moves, pause, last}) => {
  const shown = [];
  const number = document.getElementById('probability');
  new MutationObserver(() => shown.push(number.textContent)).observe(number, {childList: true, characterData: true});
  for (let at = 1; at <= moves; at += 1) {
    slider.value = String(0.3 + 0.6 * at / moves);
    slider.dispatchEvent(new Event('input', {bubbles: true}));
    await new Promise(done => setTimeout(done, pause));
  }
  const ended = Date.now() + 60000;
  while (number.textContent !== last && Date.now() < ended) await new Promise(done => setTimeout(done, 20));
  await new Promise(done => setTimeout(done, 100));
  return shown;
}"""

MOVE = "(e, value) => { e.value = value; e.dispatchEvent(new Event('input', {bubbles: true})) }"


def asked(route: Route) -> float | None:
    """The upper quantile that a preview is about; None of one about the desk as it is."""
    beliefs: Any = route.request.post_data_json["beliefs"]
    return beliefs[WEATHER]["statement"]["p95"] if beliefs else None


def move(slider: Locator, value: float) -> None:
    slider.evaluate(MOVE, str(value))


def test_only_the_newest_of_what_waits_is_asked_for(tab: Tab) -> None:
    """While one answer is on its way no other is asked for; then the last one is, and those between are left out."""
    tab.settle()
    held = tab.hold("preview")
    slider = tab.edit(WEATHER).get_by_label("95% below, slider")
    for value in (0.81, 0.82, 0.83, 0.84):
        move(slider, value)
    tab.page.wait_for_timeout(100)
    assert [asked(route) for route in held] == [0.81]
    answer_with(held[0], "first")
    tab.show("probability", "^first$")
    tab.page.wait_for_timeout(100)
    assert [asked(route) for route in held] == [0.81, 0.84]
    answer_with(held[1], "last")
    tab.show("probability", "^last$")
    tab.live()


def test_an_answer_from_before_a_change_is_not_shown_after_it(tab: Tab) -> None:
    """A preview that comes back late, when the input was let go, gives way to the answer of the change."""
    tab.settle()
    held = tab.hold("preview")
    slider = tab.edit(WEATHER).get_by_label("95% below, slider")
    move(slider, 0.9)
    tab.page.wait_for_timeout(100)
    late = answer_later(held[0], "late")
    slider.dispatch_event("change")
    tab.entry(WEATHER).locator(".mark").wait_for()
    late()
    tab.page.wait_for_timeout(100)
    assert tab.probability != "late"
    assert [asked(route) for route in held] == [0.9, None]
    answer_with(held[1], "after the change")
    tab.show("probability", "^after the change$")


def test_a_preview_that_a_change_overtakes_is_not_asked_for_any_more(tab: Tab) -> None:
    """The server would refuse it, since it is about a desk that is gone; the page would complain of that."""
    tab.settle()
    held = tab.hold("preview")
    slider = tab.edit(WEATHER).get_by_label("95% below, slider")
    slider.press("ArrowRight")
    tab.entry(WEATHER).locator(".mark").wait_for()
    before = len(held)
    tab.page.get_by_role("button", name="Undo").click()
    expect(tab.entry(WEATHER).locator(".mark")).to_have_count(0)
    assert before
    for route in held:
        route.continue_()
    tab.settle()
    assert tab.complaints == []


def test_a_drag_of_sixty_moves_a_second_never_goes_back(tab: Tab) -> None:
    """A second of it: the numbers that are shown follow the slider in its order, up to where it ended."""
    tab.settle()
    before = tab.probability
    tab.page.route("**/api/preview", lambda route: answer_with(route, f"{asked(route) or 0:.4f}"))
    slider = tab.edit(WEATHER).get_by_label("95% below, slider").element_handle()
    shown = tab.page.evaluate(DRAG, {"slider": slider, "moves": 60, "pause": 1000 / 60, "last": "0.9000"})
    numbers = [float(text) for text in dropwhile(lambda text: text == before, shown)]
    assert len(numbers) > 2
    assert numbers == sorted(numbers)
    assert numbers[-1] == 0.9

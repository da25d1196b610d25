"""The sliders of a report in a browser: they answer what was computed, and nothing else of the page runs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from estimative.model.record.run_store import Store
from estimative.model.report_result import ReportResult
from estimative.priors.verbal_scale import ICD203
from estimative.reports.answers import Answer
from estimative.reports.context import Context
from estimative.reports.documents.curves import sliders
from estimative.reports.formats.registry import FORMATS
from estimative.workflows.report import report
from estimative.workflows.session import Settings
from tests.barriers import COLOURS, barriers
from tests.command import FILES, Desk

MARKUP = "</script></style><script>document.title=1</script><img src=x onerror=alert(1)>&lt;b&gt;\\u2028"
TEXTS = re.compile(r'^(title|question|low|high|rationale|analyst|information_base) = "(.*)"$', re.MULTILINE)
BREACHES = "window.breaches = []; addEventListener('securitypolicyviolation', e => breaches.push(e.violatedDirective))"
WALK = """at => {
  const row = document.querySelectorAll(".slider")[at];
  const slider = row.querySelector("input");
  const seen = [];
  for (;;) {
    seen.push([
      row.querySelector("p").innerText,
      slider.getAttribute("aria-valuetext"),
      document.querySelector("[aria-live=polite]").innerText,
    ]);
    const before = slider.value;
    slider.stepUp();
    if (slider.value === before) return seen;
    for (const kind of ["input", "change"]) slider.dispatchEvent(new Event(kind, { bubbles: true }));
  }
}"""
"""From stop to stop up to the last one: what stands beside the slider, what it says of itself, and what is read out."""


def hostile(text: str) -> str:
    """A file with markup in every text of its author."""
    return TEXTS.sub(lambda match: f'{match[1]} = "{MARKUP} {match[2]}"', text)


@dataclass(frozen=True)
class Report:
    """A report as a file, and what stands behind it."""

    path: Path
    result: ReportResult
    context: Context

    @property
    def rows(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Each slider by its label, with the values and answers of its stops."""
        part = self.result.sensitivity
        assert part
        assert part.curves
        assert part.headline
        made = sliders(part.curves, part.headline.posterior, self.context)
        return [(slider.label, [(stop.at, stop.answer) for stop in slider.stops]) for slider in made.sliders]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """The report of a ferry whose every text is markup."""
    desk = Desk.at(tmp_path_factory.mktemp("sliders"))
    desk.write("bad.toml", hostile(FILES["ferry.toml"]))
    desk.write("bad-mate.toml", hostile(FILES["mate.toml"]))
    fit = ("fit", "--scenario", "bad.toml", "--priors", "bad-mate.toml", "--method", "importance")
    assert desk.run(*fit).code == 0
    result, assessments = report(Store(desk.runs), ["latest"], Settings())
    context = Context(assessments=assessments, scale=ICD203)
    desk.write("report.html", str(FORMATS["html"].render(Answer(result=result, context=context))))
    return Report(desk.folder / "report.html", result, context)


@contextmanager
def opened(browser: Browser, path: Path, **settings: Any) -> Iterator[Page]:
    """A page that complains of nothing, asks for nothing, and whose policy is never breached."""
    with complaining(browser, path, **settings) as (page, complaints):
        yield page
        check(page, complaints, **settings)


@contextmanager
def complaining(browser: Browser, path: Path, **settings: Any) -> Iterator[tuple[Page, list[str]]]:
    """A page, and what it complains of and asks for."""
    page = browser.new_context(**settings).new_page()
    complaints: list[str] = []
    page.add_init_script(BREACHES)
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: complaints.append(dialog.message))
    page.on("request", lambda request: complaints.append(request.url) if request.url != path.as_uri() else None)
    page.goto(path.as_uri())
    yield page, complaints
    page.context.close()


@pytest.fixture(scope="module")
def shared(browser: Browser, written: Report) -> Iterator[tuple[Page, list[str]]]:
    """The report, for tests that do no more than move its sliders and change the screen."""
    with complaining(browser, written.path) as opened:
        yield opened


@pytest.fixture
def page(shared: tuple[Page, list[str]]) -> Iterator[Page]:
    """It as it is when it is opened."""
    page, complaints = shared
    page.set_viewport_size({"width": 1280, "height": 720})
    page.emulate_media(media="screen", color_scheme="light", reduced_motion="no-preference")
    page.locator(".sliders button").click()
    yield page
    check(page, complaints)


def check(page: Page, complaints: list[str], *, java_script_enabled: bool = True) -> None:
    """Nothing was complained of, asked for or forbidden."""
    assert complaints == []
    if java_script_enabled:
        assert page.evaluate("breaches") == []


def says(page: Page, at: int) -> str:
    """What stands beside a slider."""
    return page.locator(".slider p").nth(at).inner_text()


def moved(page: Page, at: int, *keys: str) -> None:
    """Press keys on a slider."""
    page.locator(".slider input").nth(at).focus()
    for key in keys:
        page.keyboard.press(key)


def test_a_slider_answers_what_was_computed(page: Page, written: Report) -> None:
    """At every stop, with the value in words, and the same for a screen reader."""
    assert page.locator(".slider").count() == len(written.rows) > 1
    for at, (label, stops) in enumerate(written.rows):
        assert page.locator(".slider label").nth(at).inner_text() == label
        moved(page, at, "Home")
        stated = [f"at {value}: {answer}" for value, answer in stops]
        assert page.evaluate(WALK, at) == [[text, text, f"{label} {text}."] for text in stated]


def test_a_slider_is_moved_by_keyboard_and_markup_stays_text(page: Page, written: Report) -> None:
    """Stop by stop, to the last one and not beyond; no element and no script comes from a title meanwhile."""
    label, stops = written.rows[0]
    moved(page, 0, "Home")
    for value, answer in [*stops, stops[-1]]:
        assert says(page, 0) == f"at {value}: {answer}"
        assert page.locator("[aria-live=polite]").inner_text() == f"{label} at {value}: {answer}."
        page.keyboard.press("ArrowRight")
    assert page.locator("img").count() == 0
    assert page.evaluate("[...document.scripts].map(s => s.type)") == ["application/json", ""]
    assert page.title() != "1"


def test_one_slider_counts_at_a_time(page: Page) -> None:
    """Moving another one puts the first back to as assessed, and the button all of them."""
    assessed = says(page, 0)
    assert assessed.startswith("as assessed: ")
    start = page.locator(".slider input").nth(0).input_value()
    moved(page, 0, "End")
    moved(page, 1, "Home")
    assert (says(page, 0), page.locator(".slider input").nth(0).input_value()) == (assessed, start)
    assert says(page, 1) != assessed
    assert page.locator(".moved").count() == 1
    page.locator(".sliders button").click()
    assert says(page, 1) == assessed
    assert page.locator("[aria-live=polite]").inner_text() == f"A{assessed[1:]}."


def test_a_voice_waits_until_the_slider_settles(page: Page) -> None:
    """The numbers follow the hand at once; what is read out changes when the hand lets go."""
    live = page.locator("[aria-live=polite]")
    before = live.inner_text()
    slider = page.locator(".slider input").nth(1)
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 4, box["y"] + box["height"] / 2, steps=5)
    assert says(page, 1).startswith("at ")
    assert live.inner_text() == before
    page.mouse.up()
    assert live.inner_text().endswith(f"{says(page, 1)}.")


def test_axe_finds_nothing_and_nothing_is_cut_off(page: Page) -> None:
    """With a slider moved, on a desk in the light and on a phone in the dark; nothing goes beyond the screen.

    The other parts of a report are those of any document; colours are the same on every screen.
    """
    own = "section:has(.sliders)"
    page.emulate_media(reduced_motion="reduce")
    moved(page, 1, "End")
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    assert barriers(page, without=COLOURS) == barriers(page, *COLOURS, within=own) == []
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 360, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert barriers(page, within=own) == []


def test_without_a_script_there_are_no_sliders(browser: Browser, page: Page, written: Report) -> None:
    """Nor any word of them; the section with its figure stays. On paper it is the same."""
    with opened(browser, written.path, java_script_enabled=False) as still:
        assert still.locator("input:visible").count() == 0
        assert "slider" not in still.locator("main").inner_text().lower()
        assert still.get_by_role("heading", name="One input at a time").count() == 1
    page.emulate_media(media="print")
    assert page.locator(".sliders:visible").count() == 0
    section = page.locator("section", has=page.locator(".sliders"))
    assert section.locator("svg:visible").count() == 1


def test_a_changed_script_does_not_run(browser: Browser, written: Report) -> None:
    """The policy of the page allows one text alone; where the script is another one there are no sliders."""
    changed = written.path.with_name("changed.html")
    page = written.path.read_text(encoding="utf-8")
    changed.write_text(page.replace('"use strict";', '"use strict"; document.title = "2";'), encoding="utf-8")
    shown = browser.new_context().new_page()
    shown.add_init_script(BREACHES)
    shown.goto(changed.as_uri())
    seen = shown.evaluate("breaches"), shown.title() == "2", shown.locator(".sliders:visible").count()
    shown.context.close()
    assert seen == (["script-src-elem"], False, 0)

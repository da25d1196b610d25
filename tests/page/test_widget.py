"""The page in a notebook: its messages have the answers of the server, and the browser shows it apart from the rest."""

from __future__ import annotations

import asyncio
import queue
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from comm.base_comm import BaseComm
from playwright.sync_api import Browser, Page, Route, expect

import estimative as es
from estimative.page.actions import ACTIONS
from estimative.page.widget import PageWidget
from estimative.priors.errors import InvalidInput
from estimative.workflows.journal import Journal
from tests.command import PRIORS, SCENARIO

WEATHER = {"factors.weather": {"statement": {"p05": 0.4, "p95": 0.9}, "because": "He said so.", "source": "log"}}
WAIT = 60
"""Seconds; a busy machine needs some."""


class Comm(BaseComm):
    """The connection of a widget to a notebook that keeps what it hears."""

    def __init__(self) -> None:
        self.heard: queue.SimpleQueue[tuple[dict[str, Any], list[bytes]]] = queue.SimpleQueue()
        super().__init__(target_name="jupyter.widget")

    def publish_msg(self, *_: object, data: Any = None, buffers: Any = None, **others: Any) -> None:  # noqa: ARG002
        if data and data.get("method") == "custom":
            self.heard.put((data["content"], buffers or []))


def elsewhere[Found](work: Callable[..., Found], *arguments: object) -> Found:
    """Do something in another thread: in this one, a browser may have a loop of its own."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work, *arguments).result()


@dataclass(kw_only=True)
class Notebook:
    """A notebook with one widget, as seen by a view of it."""

    widget: PageWidget
    comm: Comm
    count: int = 0
    in_loop: bool = False

    def send(self, **content: object) -> None:
        """Send a message as a view does; without a loop of the kernel, unless it is sent from one."""
        data = {"method": "custom", "content": content}
        message = {"content": {"data": data}, "buffers": []}
        self.comm.handle_msg(message) if self.in_loop else elsewhere(self.comm.handle_msg, message)

    def ask(self, action: str, **body: object) -> str:
        """Ask for an action, and return the id of the request."""
        self.count += 1
        self.send(id=f"view-{self.count}", action=action, body=body)
        return f"view-{self.count}"

    def reply(self, action: str, **body: object) -> tuple[dict[str, Any], list[bytes]]:
        """The only message about a request."""
        asked = self.ask(action, **body)
        content, buffers = self.comm.heard.get(timeout=WAIT)
        assert content.pop("id") == asked
        return content, buffers

    def parts(self, action: str, **body: object) -> list[dict[str, Any]]:
        """The parts of an answer, until its end."""
        asked, parts = self.ask(action, **body), []
        while not (content := self.comm.heard.get(timeout=WAIT)[0]).get("end"):
            assert content["id"] == asked
            parts.append(content["part"])
        return parts

    def silent(self, seconds: float = 0.2) -> bool:
        """Whether nothing is heard for a while."""
        try:
            self.comm.heard.get(timeout=seconds)
        except queue.Empty:
            return True
        return False


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "ferry.toml").write_text(SCENARIO)
    (tmp_path / "mate.toml").write_text(PRIORS)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def notebook(folder: Path) -> Iterator[Notebook]:
    widget = es.open("ferry.toml", "mate.toml", runs="runs")
    widget.comm = comm = Comm()
    yield Notebook(widget=widget, comm=comm)
    widget.close()


def test_a_message_has_the_answer_of_its_action(notebook: Notebook) -> None:
    """The desk, a change, a desk that has changed since, a faulty belief, an unknown action, a faulty body."""
    desk, _ = notebook.reply("desk")
    assert desk["status"] == 200
    assert [analyst["name"] for analyst in desk["data"]["analysts"]] == ["mate"]
    changed, _ = notebook.reply("change", revision=0, at=0, beliefs=WEATHER)
    assert changed["data"]["analysts"][0]["changes"] == ["factors.weather"]
    stale, _ = notebook.reply("undo", revision=0)
    assert stale == {"status": 409, "data": "It was changed in another tab."}
    faulty, _ = notebook.reply("preview", revision=1, at=0, beliefs={"events.storm": {"statement": {"p05": 0.1}}})
    assert faulty["status"] == 422
    assert [issue["name"] for issue in faulty["data"]["issues"]] == ["events.storm"]
    assert notebook.reply("nothing")[0]["status"] == 404
    assert notebook.reply("undo", revision="0")[0]["status"] == 400


def test_every_action_answers_a_message(notebook: Notebook) -> None:
    """There is no action that only the server has."""
    for name in ACTIONS:
        answered, _ = notebook.reply(name, nothing=True)
        assert answered["status"] == 400, name
        assert "nothing" in answered["data"] or "missing" in answered["data"]


def test_a_defect_is_an_answer(
    notebook: Notebook, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """The view hears that the program is wrong, and the details are printed."""
    monkeypatch.setattr(type(notebook.widget._page), "at", None)
    assert notebook.reply("undo", revision=0)[0]["status"] == 500
    assert "TypeError" in capfd.readouterr().err


def test_what_is_no_request_is_passed_over(notebook: Notebook) -> None:
    """Messages of another shape, and about requests that nobody made, have no answer."""
    for content in ({}, {"id": 1}, {"id": "x", "action": 2}, {"id": "y", "abort": True}, {"kind": "hello"}):
        notebook.send(**content)  # type: ignore[arg-type]
    assert notebook.silent()


def test_parts_come_one_by_one_and_a_document_as_bytes(notebook: Notebook) -> None:
    """The full fit, a saved run, and its brief as a file."""
    answer, *others = notebook.parts("rest", revision=0, at=0)
    assert 0 < answer["answer"]["outcomes"][0]["posterior"]["value"] < 1
    assert [part["part"] for part in others] == ["tornado", "evidence", "end"]
    run = next(part["run"] for part in notebook.parts("save-run", revision=0, at=0) if part["run"])
    brief, [content] = notebook.reply("report", run=run, brief=True, format="md")
    assert brief == {"status": 200, "file": f"{run}-brief.md"}
    assert b"The ferry is cancelled" in content


def test_an_aborted_request_ends_its_job_and_is_silent(notebook: Notebook) -> None:
    """No process goes on with it, whether it has begun or not."""
    for begun in (False, True):
        asked = notebook.ask("thorough", revision=0, at=0)
        if begun:
            assert notebook.comm.heard.get(timeout=WAIT)[0]["part"]["part"] == "progress"
        notebook.send(id=asked, abort=True)
        until = time.monotonic() + WAIT
        while notebook.widget._requests and time.monotonic() < until:
            time.sleep(0.01)
        assert not notebook.widget._requests
        assert not any(job.complete for job in notebook.widget._page.jobs.values())
        assert all(content.get("part", {}).get("part") == "progress" for content in heard(notebook))


def heard(notebook: Notebook) -> Iterator[dict[str, Any]]:
    while not notebook.comm.heard.empty():
        yield notebook.comm.heard.get()[0]


def test_replies_go_through_the_loop_of_the_kernel(notebook: Notebook) -> None:
    """While the loop is busy nothing is sent; then it sends, in its own thread."""

    async def cell() -> bool:
        notebook.ask("desk")
        silent = notebook.silent()
        while notebook.comm.heard.empty():
            await asyncio.sleep(0.01)
        return silent

    notebook.in_loop = True
    assert elsewhere(lambda: asyncio.run(asyncio.wait_for(cell(), WAIT)))


def test_a_cell_that_is_run_again_takes_the_place_of_its_widget(notebook: Notebook) -> None:
    """The earlier widget says that it is closed; what was not saved there is offered by the new one."""
    notebook.reply("change", revision=0, at=0, beliefs=WEATHER)
    again = es.open("ferry.toml", "mate.toml")
    assert notebook.comm.heard.get(timeout=WAIT)[0] == {"closed": True}
    again.comm = comm = Comm()
    [kept] = Notebook(widget=again, comm=comm).reply("desk")[0]["data"]["recovered"]
    assert kept["inputs"] == ["Severity of the weather"]
    again.close()


def test_a_prior_set_is_open_in_one_program_at_a_time(folder: Path) -> None:
    """A widget keeps it until it is closed; one that cannot have all of its prior sets keeps none."""
    (folder / "cook.toml").write_text(PRIORS.replace('"mate"', '"cook"'))
    mate, cook = (Journal.at(None).held(folder / f"{name}.toml") for name in ("mate", "cook"))
    with cook, pytest.raises(InvalidInput, match="open in another window") as refusal:
        es.open("ferry.toml", "mate.toml", "cook.toml")
    widget = es.open("ferry.toml", "mate.toml", "cook.toml")
    with pytest.raises(InvalidInput, match="open in another window"), Journal.at(None).held(folder / "mate.toml"):
        pass
    widget.close()
    with mate:
        assert refusal  # a traceback, which a notebook shows, keeps no file either


def test_without_its_extra_it_says_what_to_install(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the command."""
    monkeypatch.delitem(sys.modules, "estimative.page.widget")
    monkeypatch.setitem(sys.modules, "anywidget", None)
    with pytest.raises(InvalidInput, match=r"pip install 'estimative\[notebook\]'"):
        es.open("ferry.toml", "mate.toml")


STYLES = """
p { color: rgb(1, 2, 3); font-size: 16px; }
.page, .answer { display: none; }
"""
"""Of a notebook."""
CELL = f"""<!doctype html>
<title>A notebook</title>
<link rel="icon" href="data:,">
<style>{STYLES}</style>
<p id="text" tabindex="0">A cell</p>
<div id="out"></div>
<script type="module">
  import widget from "/widget.js";
  const listeners = {{}};
  const style = await window.style();
  const model = {{
    get: () => style,
    send: (message) => {{
      if (window.gone) throw new Error("Cannot send");
      window.send(message);
    }},
    on: (event, listener) => (listeners[event] = listener),
    off: (event) => delete listeners[event],
  }};
  setInterval(async () => {{
    for (const message of await window.replies()) listeners["msg:custom"]?.(message, []);
  }}, 30);
  window.keys = [];
  document.addEventListener("keydown", ({{ key }}) => window.keys.push(key));
  window.show = () => {{
    window.takeAway = widget.render({{ model, el: document.getElementById("out") }});
  }};
  window.show();
</script>
"""


@pytest.fixture
def cell(browser: Browser, notebook: Notebook) -> Iterator[tuple[Page, list[str]]]:
    """The widget in a page of another program, and what the browser complained of."""
    complaints: list[str] = []

    def serve(route: Route) -> None:
        if route.request.url.endswith(".js"):
            route.fulfill(content_type="text/javascript", body=notebook.widget._esm)
        else:
            route.fulfill(content_type="text/html", body=CELL)

    page = browser.new_page(viewport={"width": 1200, "height": 900})
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.route("**/*", serve)
    page.expose_function("send", lambda message: notebook.send(**message))
    page.expose_function("style", lambda: notebook.widget._style)
    page.expose_function("replies", lambda: list(heard(notebook)))
    page.goto("http://localhost:8888/")
    yield page, complaints
    page.close()


def test_in_a_browser_the_answer_follows_a_number_until_the_kernel_is_gone(
    cell: tuple[Page, list[str]], notebook: Notebook
) -> None:
    """A number that is changed changes the answer, and nothing is complained of.

    After the kernel was restarted, or the widget was closed, the page says what to do at the next change.
    """
    page, complaints = cell
    answer = page.locator("#probability")
    settled = page.locator("#standing:text-is('Full fit')")
    settled.wait_for(timeout=WAIT * 1000)
    before = answer.inner_text()
    page.locator("[data-name='factors.weather'] .input-title").click()
    low, high = page.locator("[data-name='factors.weather'] .number input").all()
    low.fill("0.75")
    high.fill("0.95")
    expect(answer).not_to_have_text(before)
    high.press("Enter")
    settled.wait_for(timeout=WAIT * 1000)
    # The kernel was restarted: nothing can be sent.
    page.evaluate("window.gone = true")
    page.get_by_role("button", name="Thorough").click()
    expect(page.get_by_role("alert")).to_contain_text("Run the cell again.")
    page.evaluate("window.gone = false; takeAway(); show()")
    settled.wait_for(timeout=WAIT * 1000)
    notebook.widget.close()
    page.get_by_role("button", name="Thorough").click()
    expect(page.get_by_role("alert")).to_contain_text("Run the cell again.")
    assert complaints == []


def test_notebook_and_page_stay_apart(cell: tuple[Page, list[str]], notebook: Notebook) -> None:
    """Neither styles the other or hears its keys, the title is the notebook's, and the page can be taken away."""
    page, complaints = cell
    search, text = page.get_by_role("searchbox"), page.locator("#text")
    expect(page.locator("[data-name='factors.weather']")).to_be_visible()
    looks = "element => [getComputedStyle(element).color, getComputedStyle(element).fontSize]"
    assert text.evaluate(looks) == ["rgb(1, 2, 3)", "16px"]
    assert page.locator("#answer p").first.evaluate(looks) == ["rgb(28, 28, 26)", "14px"]
    display = "element => getComputedStyle(element).display"
    assert page.locator(".page, .answer").evaluate_all(f"elements => elements.map({display})") == ["grid", "grid"]
    assert page.locator("body").evaluate("body => getComputedStyle(body).margin") == "8px"
    text.press("/")
    expect(search).not_to_be_focused()
    page.get_by_role("tab", name="Evidence").press("/")
    expect(search).to_be_focused()
    assert page.evaluate("keys") == ["/"]
    assert page.title() == "A notebook"
    page.evaluate("takeAway()")
    expect(page.locator("#answer")).to_have_count(0)
    assert complaints == []

"""The page and the files: what is saved, what is kept across a crash, and that its numbers are those of the command."""

from __future__ import annotations

import http.client
import json
import signal
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from estimative.page import actions
from estimative.page.job import Job
from estimative.workflows.settle import SettledPart
from tests.command import CAPTAIN, PRIORS, SCENARIO
from tests.in_process import run
from tests.page_server import Server, serving, serving_here

WEATHER = {"factors.weather": {"statement": {"p05": 0.4, "p95": 0.9}, "because": 'He said "gale".', "source": "log"}}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ferry.toml").write_text(SCENARIO)
    (tmp_path / "mate.toml").write_text(PRIORS.replace("[events]", "# what the log says\n[events]"))
    return tmp_path


@pytest.fixture
def server(folder: Path) -> Iterator[Server]:
    with serving_here("ferry.toml", "mate.toml", folder=folder) as running:
        yield running


def headline(part: Any) -> Any:
    return part["answer"]["outcomes"][0]["posterior"]


def fitted(folder: Path, priors: str = "mate.toml") -> Any:
    """What the command says of the files."""
    arguments = ("fit", "--scenario", "ferry.toml", "--priors", priors, "--method", "importance", "--runs", "other")
    return json.loads(run(*arguments, "--format", "json", folder=folder).out)


def test_the_page_has_the_numbers_of_the_command(server: Server, folder: Path) -> None:
    desk = server.ask("change", revision=0, at=0, beliefs=WEATHER).data
    assert desk["analysts"][0]["changes"] == ["factors.weather"]
    answer, *parts = server.parts("rest", revision=1, at=0)
    assert [part["part"] for part in parts] == ["tornado", "evidence", "since", "end"]
    bars = next(block for block in parts[0]["blocks"] if block["block"] == "IntervalPlot")["rows"]
    assert {bar["point"] for bar in bars} == {headline(answer)["value"]}
    assert server.ask("save", revision=1, at=0).data["file"] == "mate.toml"
    result = fitted(folder)
    for outcome in answer["answer"]["outcomes"]:
        for when in ("prior", "posterior"):
            number = result["outcomes"][outcome["id"]][when]
            assert (outcome[when]["value"], outcome[when]["se"]) == (number["value"], number["se"])
            assert outcome[when]["low"] == number["interval"]["low"]
    for event in answer["answer"]["events"]:
        assert event["overall"]["value"] == result["events"][event["id"]]["posterior"]["value"]
        assert event["conditional"]["value"] == result["events"][event["id"]]["conditional"]["posterior"]["value"]
    for factor in answer["answer"]["factors"]:
        assert factor["posterior"] == result["quantities"][f"factors.{factor['id']}"]["posterior"]


def test_saving_changes_one_line_and_keeps_the_rest(server: Server, folder: Path) -> None:
    before = (folder / "mate.toml").read_text().splitlines()
    server.ask("change", revision=0, at=0, beliefs=WEATHER)
    saved = server.ask("save", revision=1, at=0).data["desk"]
    after = (folder / "mate.toml").read_text().splitlines()
    assert [line for line in after if line not in before] == [
        'weather = { p05 = 0.4, p95 = 0.9, because = "He said \\"gale\\".", source = "log" }'
    ]
    assert len(after) == len(before)
    assert saved["analysts"][0]["changes"] == []
    # An undo after saving is a change of the file again.
    assert server.ask("undo", revision=saved["revision"]).data["analysts"][0]["changes"] == ["factors.weather"]


def test_a_file_that_was_changed_meanwhile_is_not_overwritten(server: Server, folder: Path) -> None:
    server.ask("change", revision=0, at=0, beliefs=WEATHER)
    by_hand = (folder / "mate.toml").read_text().replace("captain = 2", "captain = 3")
    (folder / "mate.toml").write_text(by_hand)
    refused = server.ask("save", revision=1, at=0)
    assert refused.status == 422
    assert "was changed since it was read" in refused.data["issues"][0]["text"]
    assert (folder / "mate.toml").read_text() == by_hand
    # Read again, both changes are there.
    desk = server.ask("reload", revision=1, at=0).data
    assert desk["analysts"][0]["beliefs"]["evidence.captain"]["statement"] == 3
    assert desk["analysts"][0]["changes"] == ["factors.weather"]
    assert server.ask("save", revision=desk["revision"], at=0).status == 200
    assert "captain = 3" in (folder / "mate.toml").read_text()


def test_unsaved_changes_outlive_the_server_and_ctrl_c_ends_it_whatever_it_does(folder: Path) -> None:
    """The first is killed, the second is interrupted while it fits; a browser that leaves ends none."""

    def ask() -> None:
        with suppress(OSError, http.client.HTTPException):
            second.ask("thorough", revision=taken["revision"], at=0)

    with serving("ferry.toml", "--priors", "mate.toml", folder=folder) as first:
        first.enter()
        first.ask("change", revision=0, at=0, beliefs=WEATHER)
        first.process.kill()
        first.process.wait()
    with serving("ferry.toml", "--priors", "mate.toml", folder=folder) as second:
        second.enter()
        # What the system sends to a server whose reader is gone.
        second.process.send_signal(signal.SIGPIPE)
        (kept,) = second.ask("desk").data["recovered"]
        assert kept["inputs"] == ["Severity of the weather"]
        assert not kept["outdated"]
        # Nothing else can be changed until it is decided: that would take their place.
        assert second.ask("change", revision=0, at=0, beliefs=WEATHER).status == 422
        taken = second.ask("recover", revision=0, take=True).data
        assert taken["analysts"][0]["changes"] == ["factors.weather"]
        assert taken["analysts"][0]["beliefs"]["factors.weather"]["because"] == 'He said "gale".'
        thread = threading.Thread(target=ask, daemon=True)
        thread.start()
        thread.join(timeout=0.5)
        assert second.end() == 0
        thread.join(timeout=20)
        assert not thread.is_alive()
    with serving_here("ferry.toml", "mate.toml", folder=folder) as third:
        assert len(third.ask("desk").data["recovered"]) == 1
        assert third.ask("recover", revision=0, take=False).data["recovered"] == []
    with serving_here("ferry.toml", "mate.toml", folder=folder) as fourth:
        assert fourth.ask("desk").data["recovered"] == []


def test_unsaved_changes_that_cannot_be_read_are_moved_and_named(folder: Path) -> None:
    """The page opens without them, and says where they are."""
    with serving_here("ferry.toml", "mate.toml", folder=folder) as first:
        first.ask("change", revision=0, at=0, beliefs=WEATHER)
    (written,) = folder.rglob("unsaved/*.json")
    written.write_text('{"file": ', encoding="utf-8")
    with serving_here("ferry.toml", "mate.toml", folder=folder) as second:
        desk = second.ask("desk").data
    (moved,) = folder.rglob("unsaved/*.damaged")
    (text,) = desk["damaged"]
    assert text.startswith("Unsaved changes of mate, made before, cannot be read: ")
    assert text.endswith(f" They are now in {moved}.")
    assert desk["recovered"] == []


def test_a_prior_set_is_open_in_one_page_at_a_time(server: Server, folder: Path) -> None:
    ended = run("open", "ferry.toml", "--priors", "mate.toml", "--no-browser", folder=folder)
    assert ended.code == 2
    assert "open in another window" in ended.err


def test_saved_under_another_name_it_extends_the_first(server: Server, folder: Path) -> None:
    before = (folder / "mate.toml").read_text()
    server.ask("change", revision=0, at=0, beliefs=WEATHER)
    for name in ("../mine", "mate", "", "a/b"):
        assert server.ask("save-as", revision=1, at=0, name=name, analyst="").status == 422
    saved = server.ask("save-as", revision=1, at=0, name="second", analyst="The second mate").data
    assert saved["file"] == "second.toml"
    assert saved["desk"]["analysts"][0]["name"] == "second"
    assert (folder / "mate.toml").read_text() == before
    text = (folder / "second.toml").read_text()
    assert "extends" in text
    assert "captain" not in text
    assert fitted(folder, "second.toml")["quantities"]["factors.weather"]["prior"]["p95"] == pytest.approx(0.9)


def test_a_run_and_its_brief_come_from_the_saved_file(server: Server, folder: Path) -> None:
    server.ask("change", revision=0, at=0, beliefs=WEATHER)
    refused = server.ask("save-run", revision=1, at=0)
    assert refused.status == 422
    revision = server.ask("save", revision=1, at=0).data["desk"]["revision"]
    *_, saved, end = server.parts("save-run", revision=revision, at=0, label="from the page")
    assert end["part"] == "end"
    shown = json.loads(run("runs", "show", saved["run"], "--runs", "runs", "--format", "json", folder=folder).out)
    assert shown["outcomes"] == fitted(folder)["outcomes"]
    brief = server.ask("report", run=saved["run"], brief=True, format="md")
    assert brief.headers["x-estimative-file"] == f"{saved['run']}-brief.md"
    assert b"The ferry is cancelled" in brief.body
    assert server.ask("report", run="nobody", brief=True, format="html").status == 422


def test_no_run_is_saved_of_files_that_the_page_does_not_show(server: Server, folder: Path) -> None:
    (folder / "ferry.toml").write_text(SCENARIO.replace("dead calm", "calm"))
    refused = server.ask("save-run", revision=0, at=0)
    assert refused.status == 422
    assert "ferry.toml: the file was changed since the page was opened" in refused.data["issues"][0]["text"]
    assert not (folder / "runs").exists()


def test_a_second_tab_hears_of_changes_in_the_first(server: Server) -> None:
    first = server.token
    server.enter()
    server.ask("change", revision=0, at=0, beliefs=WEATHER)
    second, server.token = server.token, first
    assert second != first
    stale = server.ask("change", revision=0, at=0, beliefs=WEATHER)
    assert stale.status == 409
    assert server.ask("desk").data["revision"] == 1


def test_a_faulty_belief_changes_nothing(server: Server) -> None:
    beliefs = {
        "factors.weather": {"statement": {"p05": 0.9, "p95": 0.4}},
        "factors.wether": {"statement": 0.4},
        "events.storm": {"statement": {"p05": 0.1}},
    }
    reply = server.ask("preview", revision=0, at=0, beliefs=beliefs)
    assert reply.status == 422
    assert {"factors.weather.p95", "events.storm"} <= {issue["name"] for issue in reply.data["issues"]}
    assert server.ask("desk").data["revision"] == 0


def test_a_preview_is_near_the_full_fit_and_changes_nothing(server: Server) -> None:
    assert "still running" in server.ask("preview", revision=0, at=0, beliefs=WEATHER).data["why"]
    server.parts("rest", revision=0, at=0)
    quick = server.ask("preview", revision=0, at=0, beliefs=WEATHER).data
    assert not quick["why"]
    server.ask("change", revision=0, at=0, beliefs=WEATHER)
    full = headline(server.parts("rest", revision=1, at=0)[0])
    live = headline(quick)
    assert abs(live["value"] - full["value"]) < 5 * (live["se"] ** 2 + full["se"] ** 2) ** 0.5
    assert quick["beliefs"][0]["distributions"][0]["p95"] == pytest.approx(0.9)


def test_what_if_is_that_of_the_command(server: Server, folder: Path) -> None:
    assert server.ask("what-if", revision=0, at=0, do={"weather": 0.9}).status == 409
    server.parts("rest", revision=0, at=0)
    supposed = server.ask("what-if", revision=0, at=0, do={"weather": 0.9}).data
    assert supposed["sentence"].startswith("Set:")
    command = ("whatif", "--scenario", "ferry.toml", "--priors", "mate.toml", "--do", "weather=0.9")
    text = " ".join(run(*command, "--format", "md", folder=folder).out.split())
    paragraphs = [block["text"] for block in supposed["blocks"] if block["block"] == "Paragraph"]
    assert all(" ".join(paragraph.split()) in text.replace("**", "") for paragraph in paragraphs[1:4])


def test_other_fits_that_are_at_hand_come_before_their_analyses(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Turning to another analyst needs no new fits, and an analysis that was interrupted is made again."""

    class Interrupted(Job[SettledPart]):
        """A job that is stopped before anybody hears of it."""

        def __iter__(self) -> Iterator[SettledPart]:
            self.stop()
            return super().__iter__()

    (folder / "captain.toml").write_text(CAPTAIN)
    with serving_here("ferry.toml", "mate.toml", "captain.toml", folder=folder) as server:
        *answers, _, _, _, _, end = first = server.parts("rest", revision=0, at=0)
        assert [part["part"] for part in first] == ["answer"] * 2 + ["pool", "tornado", "evidence", "gap", "end"]
        with monkeypatch.context() as patched:
            patched.setattr(actions, "Job", Interrupted)
            assert server.parts("rest", revision=0, at=1) == [*answers, end]
        second = server.parts("rest", revision=0, at=1)
        assert [part["part"] for part in second] == [part["part"] for part in first]
        assert second[:2] == answers


def test_what_was_fitted_before_is_at_hand_after_an_undo(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same beliefs have the same answer, analyses and all, and no process is started for them."""
    fit = server.parts("rest", revision=0, at=0)
    server.ask("change", revision=0, at=0, beliefs=WEATHER)
    other = server.parts("rest", revision=1, at=0)
    assert headline(other[0]) != headline(fit[0])
    monkeypatch.setattr(actions, "Job", None)
    server.ask("undo", revision=1)
    assert server.ask("what-if", revision=2, at=0, do={"weather": 0.9}).status == 409
    assert server.parts("rest", revision=2, at=0) == fit
    assert server.ask("what-if", revision=2, at=0, do={"weather": 0.9}).status == 200
    server.ask("redo", revision=2)
    assert server.parts("rest", revision=3, at=0) == other

"""One browser for all tests of the page, and a server on a copy of a small scenario with two prior sets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.command import CAPTAIN, PRIORS, SCENARIO
from tests.page_server import Server, serving
from tests.page_tab import Tab, opened


@pytest.fixture(scope="session")
def ferry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a scenario and the prior sets of two analysts."""
    folder = tmp_path_factory.mktemp("ferry")
    (folder / "ferry.toml").write_text(SCENARIO)
    (folder / "mate.toml").write_text(PRIORS)
    (folder / "captain.toml").write_text(CAPTAIN)
    return folder


@pytest.fixture(scope="session")
def harbour(ferry: Path) -> Iterator[Server]:
    """A server with the beliefs of both."""
    with serving("ferry.toml", "--priors", "mate.toml", "--priors", "captain.toml", folder=ferry) as server:
        server.enter()
        yield server


@pytest.fixture(scope="session")
def window(browser: Browser, harbour: Server) -> Iterator[Tab]:
    """A tab that one test after the other works in."""
    with opened(browser, harbour) as tab:
        yield tab


@pytest.fixture
def tab(window: Tab, harbour: Server) -> Iterator[Tab]:
    """The page as it is when it is opened, with the beliefs and the files as they were at first."""
    desk = harbour.ask("desk").data
    while desk["undo"]:
        desk = harbour.ask("undo", revision=desk["revision"]).data
    # After an undo, a file that was saved differs from what it was.
    for at, analyst in enumerate(desk["analysts"]):
        if analyst["changes"]:
            desk = harbour.ask("save", revision=desk["revision"], at=at).data["desk"]
    window.page.goto(harbour.address.partition("#")[0])
    yield window
    # What is under way ends with the page, and complains to nobody.
    window.page.goto("about:blank")
    window.page.unroute_all()
    window.complaints.clear()

"""The page in a real browser: a tab, what it complained of, and what a user sees and does there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, Locator, Page, Route

from tests.page_server import Server

WEATHER = "factors.weather"
SHOWS = """([id, wanted]) => new Promise((resolve) => {
  const text = () => document.getElementById(id)?.textContent ?? "";
  const pattern = new RegExp(wanted);
  const watcher = new MutationObserver(() => pattern.test(text()) && done());
  const late = setTimeout(() => done(), 60000);
  const done = () => { watcher.disconnect(); clearTimeout(late); resolve(text()); };
  watcher.observe(document.body, { childList: true, characterData: true, subtree: true });
  if (pattern.test(text())) done();
})"""
"""Wait for a text, and return the one that is there then."""
NONE = "\N{EN DASH}"
"""In the place of a number."""


@dataclass(frozen=True, kw_only=True)
class Tab:
    """The page in a tab of its own."""

    page: Page = field(repr=False)
    complaints: list[str]
    """What the browser complained of, and what was asked of anywhere but the server."""

    @property
    def probability(self) -> str:
        """The number that is shown."""
        return self.page.locator("#probability").inner_text()

    def settle(self) -> None:
        """Wait for the full fit."""
        self.stand("^Full fit$")

    def live(self) -> None:
        """Wait for a live answer."""
        self.stand("^Live")

    def stand(self, standing: str) -> None:
        """Wait until this is how far the answer can be relied on."""
        self.show("standing", standing)

    def show(self, element: str, pattern: str) -> None:
        """Wait until an element has a text, and go on at once: `expect` may look again only after a second."""
        assert re.search(pattern, self.page.evaluate(SHOWS, [element, pattern]))

    def entry(self, name: str) -> Locator:
        """The entry of an input in the list."""
        return self.page.locator(f'[data-name="{name}"]')

    def edit(self, name: str) -> Locator:
        """Open an input."""
        self.entry(name).locator(".input-title").click()
        return self.entry(name)

    def hold(self, action: str) -> list[Route]:
        """Keep back what is asked for from now on."""
        held: list[Route] = []

        def keep(route: Route) -> None:
            held.append(route)

        self.page.route(f"**/api/{action}", keep)
        return held

    def turn_to(self, title: str) -> Locator:
        """Show one of the panels."""
        self.page.get_by_role("tab", name=title, exact=True).click()
        return self.page.get_by_role("tabpanel", name=title, exact=True)


@contextmanager
def opened(browser: Browser, server: Server, **settings: Any) -> Iterator[Tab]:
    """Open the address that the server printed last, as a user does."""
    settings = {"viewport": {"width": 1280, "height": 800}, **settings}
    page = browser.new_context(**settings).new_page()
    complaints: list[str] = []
    own = server.address.partition("#")[0]
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: None if request.url.startswith(own) else complaints.append(request.url))
    page.goto(server.address)
    server.renew()
    try:
        yield Tab(page=page, complaints=complaints)
    finally:
        page.context.close()


def answer_later(route: Route, text: str) -> Callable[[], None]:
    """Let the server answer a preview now, and put a text of one's own in the place of the number; the page gets it
    when what is returned is called.
    """
    response = route.fetch()
    found = response.json()
    found["answer"]["outcomes"][0]["posterior"]["text"] = text
    return lambda: route.fulfill(response=response, json=found)


def answer_with(route: Route, text: str) -> None:
    """Answer a preview with a text of one's own in the place of the number."""
    answer_later(route, text)()

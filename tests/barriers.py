"""Barriers that axe-core finds in a page."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

COLOURS = ("color-contrast", "link-in-text-block")
"""The rules that depend on the colour scheme; all others depend on what is there, and how wide the screen is."""
RUN = "([part, options]) => axe.run(part ?? document, options).then((found) => found.violations)"


def barriers(
    page: Page, *rules: str, without: Collection[str] = (), within: str | None = None
) -> list[tuple[str, list[str]]]:
    """What axe-core finds, by these rules or by all but some, in a part of the page or in all of it."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_script())
    options: dict[str, Any] = {"resultTypes": ["violations"], "preload": False}
    options["rules"] = {name: {"enabled": False} for name in without}
    if rules:
        options["runOnly"] = {"type": "rule", "values": list(rules)}
    violations = page.evaluate(RUN, [within, options])
    return [(entry["id"], [node["html"][:160] for node in entry["nodes"][:3]]) for entry in violations]


@cache
def _script() -> str:
    return str(Axe().axe_script)

"""Draw the picture of the page that the README shows: `python -m tests.page_picture docs/page.png`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import expect

from tests.browser import browsing
from tests.page_server import serving
from tests.page_tab import opened


def draw(path: Path) -> None:
    """The built-in example, with an input open and moved."""
    screen = {"viewport": {"width": 1200, "height": 820}, "device_scale_factor": 1.5}
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(folder=Path(folder)) as server,
        browsing() as browser,
        opened(browser, server, **screen) as tab,
    ):
        tab.settle()
        low = tab.edit("factors.mistrust").locator("input[type=text]").first
        low.fill("0.1")
        low.press("Enter")
        expect(tab.page.locator("#standing")).not_to_have_text("Full fit")
        tab.settle()
        tab.page.evaluate("() => document.activeElement.blur()")
        tab.page.screenshot(path=path)


if __name__ == "__main__":
    draw(Path(sys.argv[1]))

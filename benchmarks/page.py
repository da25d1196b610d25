"""How fast the page follows: `python -m benchmarks.page [MOVES]`, in a real browser, on the built-in example.

From a key press on a slider to the painted answer, over all factors; the same in units of the CPU time of the live fit
alone, which says how much the way through server and browser adds; how long the page takes to load; and the memory of
server and page over many moves.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from statistics import median, quantiles

from estimative.model.inference.reweighting import Reweighting
from estimative.model.inference.threads import one_blas_thread
from estimative.workflows.desk import open_desk
from estimative.workflows.session import Settings, open_session
from estimative.workflows.suppositions import read_statement
from tests.browser import browsing
from tests.page_server import Server, serving
from tests.page_tab import Tab, opened

MOVES = 50
TIMED = """() => {
    const ask = window.fetch;
    let pressed = 0;
    addEventListener("keydown", (event) => { pressed = event.timeStamp; }, { capture: true });
    window.next = () => new Promise((resolve) => { window.painted = resolve; });
    window.fetch = async (...request) => {
        const response = await ask(...request);
        if (pressed && String(request[0]).endsWith("/api/preview")) {
            const since = pressed;
            pressed = 0;
            // The page reads the answer too, and draws it before the next frame; what waits comes after that frame.
            response.clone().json().then(() => requestAnimationFrame(() => setTimeout(
                () => window.painted(performance.now() - since))));
        }
        return response;
    };
}"""
"""Measures from a key press to the end of the frame after the answer to the preview that it led to."""


def moves(tab: Tab, factors: list[str], count: int) -> Iterator[float]:
    """Milliseconds from each key press to the painted answer; the factors in turn."""
    for turn, factor in zip(range(count), cycle(factors)):
        slider = tab.edit(factor).locator("input[type=range]").first
        slider.focus()
        tab.page.evaluate("() => { window.timed = window.next(); }")
        tab.page.keyboard.press("ArrowRight" if turn // len(factors) % 2 else "ArrowLeft")
        yield tab.page.evaluate("window.timed")


def live_fit(factors: list[str]) -> float:
    """Milliseconds of CPU for one live fit, from a change to every number that the page shows."""
    desk = open_desk("coordinated-attack", ["baseline"])
    session = open_session(desk.sets[0].assessment, Settings(method="importance"))
    reweighting, taken = Reweighting(fitter=session.fitter, fitted=session.fitted), []
    with one_blas_thread():
        for turn, factor in zip(range(3 * len(factors)), cycle(factors)):
            start = time.process_time()
            assessment = desk.supposed(0, {factor: read_statement(factor, f"{{ p05 = 0.2{turn}, p95 = 0.8 }}")})
            assert reweighting.answer(assessment).numbers
            taken.append(time.process_time() - start)
    return 1000 * median(taken)


def resident(server: Server) -> float:
    """Megabytes of the server's memory."""
    pages = int(Path(f"/proc/{server.process.pid}/statm").read_text().split()[1])
    return pages * 4096 / 1e6


def heap(tab: Tab) -> float:
    """Megabytes of the page's memory, after what is no longer needed is gone."""
    tab.page.evaluate("() => window.gc && window.gc()")
    return float(tab.page.evaluate("performance.memory.usedJSHeapSize")) / 1e6


def main(count: int) -> None:
    """Measure and print."""
    factors = [f"factors.{name}" for name in open_desk("coordinated-attack", ["baseline"]).scenario.factors]
    alone = live_fit(factors)
    with tempfile.TemporaryDirectory() as folder, serving(folder=Path(folder)) as server, browsing() as browser:
        start = time.perf_counter()
        with opened(browser, server) as tab:
            tab.page.locator(f'[data-name="{factors[0]}"]').wait_for()
            print(f"usable after the address is opened          {1000 * (time.perf_counter() - start):8.0f} ms")
            tab.settle()
            tab.page.evaluate(TIMED)
            list(moves(tab, factors, len(factors)))
            before = resident(server), heap(tab)
            taken = list(moves(tab, factors, count))
            after = resident(server), heap(tab)
    print(f"a live fit alone, CPU                       {alone:8.0f} ms")
    print(f"from key press to painted answer, median    {median(taken):8.0f} ms  {median(taken) / alone:.2f} live fits")
    print(f"the same, 95%                               {quantiles(taken, n=20)[-1]:8.0f} ms")
    for name, first, last in zip(("server", "page"), before, after, strict=True):
        print(f"memory of the {name:6s} over {count:5d} moves       {first:8.0f} MB -> {last:.0f} MB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else MOVES)

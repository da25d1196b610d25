"""What becomes of a size, and what the table says of it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks import scale, scale_rows
from benchmarks.many_runs import copy_run
from benchmarks.scale import Outcome
from benchmarks.scale_rows import Size, memory_row, time_row
from estimative.model.record.run_store import Store
from estimative.priors.errors import invalid
from estimative.workflows.runs import list_runs
from tests.command import FERRY, Desk


def refused(size: int) -> str:
    """What a program does that refuses a scenario."""
    raise invalid("too wide", code="too-wide")


def too_large(size: int) -> str:
    """What NumPy does without memory."""
    raise MemoryError


@pytest.mark.parametrize(
    ("work", "verdict", "note"), [(refused, "refused", "too-wide"), (too_large, "memory", "over 12 GiB")]
)
def test_refusals_and_lack_of_memory_are_outcomes(work: object, verdict: str, note: str) -> None:
    """They have a verdict, and a note that says why."""
    assert callable(work)
    outcome = scale.outcome(work, 5)
    assert (outcome.verdict, outcome.note) == (verdict, note)


def test_a_size_that_takes_too_long_is_a_timeout() -> None:
    """It is ended, and what it had cost by then is known."""
    limit = "from resource import *; setrlimit(RLIMIT_CPU, (1, 9)); setrlimit(RLIMIT_CORE, (0, 0))"
    for code, timeout in (("", 0.1), (limit, 60.0)):
        size = scale_rows.measured("long", (sys.executable, "-c", f"{code}\nwhile True: pass"), timeout=timeout)
        assert size.outcome.verdict == "timeout"
        assert size.outcome.seconds > 0
        assert size.peak_mib > 0


def test_a_size_whose_process_fails_is_a_failure() -> None:
    """It is not passed over in silence."""
    assert scale_rows.measured("broken", (sys.executable, "-c", "exit(3)")).outcome.verdict == "failed"


def test_sizes_are_compared_with_the_smallest() -> None:
    """Time and memory are divided by those of the smallest size."""
    small = Size(name="5", outcome=Outcome(seconds=2.0, note="converged"), peak_mib=100.0)
    large = Size(name="10", outcome=Outcome(seconds=6.0, note="converged"), peak_mib=400.0)
    assert time_row(large, small).ratio == 3.0
    assert memory_row(large, small).ratio == 4.0


def test_copies_of_a_run_are_runs(tmp_path: Path) -> None:
    """Copies of a saved run are listed behind it, the older the later, each with the headline."""
    desk = Desk.at(tmp_path)
    assert desk.run("fit", *FERRY, "--method", "importance").code == 0
    store = Store(desk.runs)
    latest = store.list()[0]
    copy_run(store, 3)
    runs = list_runs(store).runs
    assert runs[0] == latest
    assert len(runs) == 4
    assert {each.headline for each in runs} == {latest.headline}
    assert [each.created for each in runs] == sorted((each.created for each in runs), reverse=True)

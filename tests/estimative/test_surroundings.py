"""Commands where Python, the streams or the libraries are not as usual."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.command import SCENARIO, Desk
from tests.examples import later
from tests.in_process import one_thread

COMMAND = ("trace", "cancelled", "-s", "ferry.toml", "-p", "mate.toml")
LOUD = """
import logging, sys, warnings
import estimative.cli.app as app
import numpy as np
warnings.warn("about a library")
np.float64(1e300).astype("f4")
logging.getLogger("pymc").warning("about a library")
app.main()
"""
SEVERAL = """
import json, sys
import estimative.cli.app as app
codes = []
for command in json.loads(sys.argv[1]):
    sys.argv = ["estimative", *command]
    try:
        app.main()
    except SystemExit as end:
        codes.append(end.code or 0)
    else:
        codes.append(0)
    print("\f", end="")
import numpy as np
from estimative.model.inference.array_statistics import array_stats
chains = np.random.default_rng(1).normal(size=(4, 100))
statistics = array_stats.rhat(chains, chain_axis=0, draw_axis=1), array_stats.bfmi(chains).min()
print(json.dumps([codes, *map(float, statistics)]))
"""
"""Runs commands one after the other; prints their exit codes, and statistics of chains, behind what they print."""
WITHOUT_STREAMS = """
import json, sys
import estimative.cli.app as app
commands, stdout, codes = json.loads(sys.argv[1]), sys.stdout, []
def run(command):
    sys.argv = ["estimative", *command]
    try:
        app.main()
    except SystemExit as end:
        return end.code or 0
    return 0
sys.stdout = None
codes = [run(command) for command in commands]
sys.stdout, sys.stderr = stdout, None
codes.append(run(commands[0]))
print(json.dumps(codes))
"""
"""Runs commands without a stdout, then the first of them without a stderr; prints the codes."""


def finished(desk: Desk, *python: str, **options: object) -> subprocess.CompletedProcess[str]:
    """A process of Python in the folder of a desk, with more variables or other streams."""
    environment = {**desk.environment, "COLUMNS": "80", **options.pop("environment", {})}
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    return subprocess.run(
        [sys.executable, *python], cwd=desk.folder, env=environment, text=True, check=False, timeout=120, **streams
    )


@pytest.fixture
def small(desk: Desk) -> Desk:
    """A folder with a scenario and a prior set."""
    desk.write("ferry.toml", SCENARIO)
    return desk


@pytest.mark.parametrize("setting", ["error", later("default")])
def test_warnings_of_libraries_are_not_printed(small: Desk, setting: str) -> None:
    """Neither a warning nor a log entry of a library is printed, and PYTHONWARNINGS makes no crash of it."""
    found = finished(small, "-c", LOUD, *COMMAND, environment={"PYTHONWARNINGS": setting, "LANG": "C"})
    assert (found.returncode, found.stderr) == (0, "")


def test_a_stdout_that_is_closed_is_an_error_in_a_sentence(small: Desk) -> None:
    """Without a stdout there is one line on stderr and exit code 2; without a stderr, the answer is printed."""
    commands = [("check", "ferry.toml", "--format", form) for form in ("terminal", "json")]
    closed = finished(small, "-c", WITHOUT_STREAMS, json.dumps(commands))
    assert closed.returncode == 0
    *printed, codes = closed.stdout.splitlines()
    assert json.loads(codes) == [2, 2, 0]
    assert [line.startswith("stdout: it cannot be used") for line in closed.stderr.splitlines()] == [True, True]
    assert "ferry" in "".join(printed)


def at_most(size: int) -> Callable[[], None]:
    """What a process does before it starts, so that no file that it writes is larger than so many bytes."""
    resource = pytest.importorskip("resource")
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


@contextmanager
def full_after(size: int) -> Iterator[None]:
    """Let no file that this process writes be larger than so many bytes."""
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


FIT = ("fit", "-s", "ferry.toml", "-p", "mate.toml", "--method", "importance", "--runs", "store")


@pytest.mark.parametrize("size", [0, 1_000, 20_000, 200_000])
def test_a_disk_that_is_full_is_an_error_in_a_sentence(small: Desk, size: int) -> None:
    """Whichever file of a run no longer fits, the draws included: one sentence, exit code 2, and nothing is saved."""
    with full_after(size):
        found = small.run(*FIT)
    [error] = [line for line in found.err.splitlines() if not line.startswith("Warning")]
    assert (found.code, found.out, error) == (2, "", "store: it cannot be written (File too large).")
    assert list(small.folder.glob("store/*")) == []


def test_analyses_need_neither_docstrings_nor_a_store_that_can_be_written(small: Desk) -> None:
    """Reports, differences and what-ifs are the same under `-OO`, strict warnings and no space for a file.

    Under `-OO` there are neither docstrings nor assertions, and the checks of chains can be computed all the same.
    """
    for seed in ("1", "2"):
        assert small.run(*FIT, "--seed", seed).code == 0
    first, second = (path.name for path in sorted((small.folder / "store").iterdir()))
    strict = {"PYTHONWARNINGS": "error", "LANG": "C", "LC_ALL": "C"}
    files = saved(small)
    commands = (
        ("whatif", "-s", "ferry.toml", "-p", "mate.toml", "--given", "storm"),
        ("diff", first, second, "--runs", "store"),
        ("report", first, "--runs", "store"),
    )
    bare = finished(small, "-OO", "-c", SEVERAL, json.dumps(commands), preexec_fn=at_most(0), environment=strict)
    assert (bare.returncode, "Traceback" in bare.stderr, saved(small)) == (0, False, files)
    *answers, last = bare.stdout.split("\f")
    codes, r_hat, bfmi = json.loads(last)
    assert codes == [0] * len(commands)
    assert (r_hat < 1.1, bfmi > 0.3) == (True, True)
    with one_thread():
        assert answers == [small.run(*command).out for command in commands]


def saved(desk: Desk) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in (desk.folder / "store").rglob("*") if path.is_file()}

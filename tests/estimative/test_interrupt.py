"""Ctrl-C while processes compute: the command ends at once, as a shell expects it, and leaves none of them behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.command import Desk

PATIENCE = 60.0
"""Seconds after which something that was to happen will not."""


def children(process: int) -> list[int]:
    """The processes that one has started."""
    return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text("utf-8").split()]


def status(process: int) -> list[str]:
    """Its state, and more; that of one that has ended is "Z"."""
    try:
        return Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()
    except OSError:
        return ["Z"]


def seconds(process: int) -> float:
    """Of CPU time that it has had."""
    found = status(process)
    return sum(map(int, found[11:13])) / os.sysconf("SC_CLK_TCK") if len(found) > 13 else 0.0


COMMAND = """
import signal
from estimative.cli.app import main
signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever runs the tests in the background does not hear it
main()
"""


@pytest.mark.parametrize("busy", [0.0, 2.0])
@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="only Linux lists the children of a process")
def test_an_interrupted_command_ends_with_its_processes(desk: Desk, busy: float) -> None:
    """As they start, and after some seconds of work: with 130, and without a word of what was lost."""
    arguments = ("calibrate", "-s", "ferry.toml", "-p", "mate.toml", "--fits", "5000", "--jobs", "2")
    process = subprocess.Popen(
        [sys.executable, "-P", "-c", COMMAND, *arguments],
        cwd=desk.folder,
        env=desk.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline, started = time.monotonic() + PATIENCE, []
    while time.monotonic() < deadline and (len(started) < 2 or max(map(seconds, started)) < busy):
        time.sleep(0.02)
        started = children(process.pid)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=PATIENCE)
    assert len(started) >= 2
    assert (process.returncode, out) == (130, "")
    assert not any(word in err for word in ("Traceback", "leaked"))
    while time.monotonic() < deadline and not all(status(child)[0] == "Z" for child in started):
        time.sleep(0.02)
    assert all(status(child)[0] == "Z" for child in started)

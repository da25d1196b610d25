"""Running commands, each a fresh process, with the time they took and the most memory they held."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

PYTHON = sys.executable
ESTIMATIVE = str(Path(sys.executable).with_name("estimative"))
ROOT = Path(__file__).parents[1]
RSS_PER_MIB = 2**20 if sys.platform == "darwin" else 2**10
MADE_AFRESH = ("PYTENSOR_FLAGS", "NUMBA_CACHE_DIR", "ESTIMATIVE_RUNS")
"""Variables that every command gets anew, or not at all."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """One command that ended well."""

    seconds: float
    peak_mib: float
    """Of resident memory; of the process itself, or of the largest one that it waited for; see `least_peak`."""
    stdout: str


class Failed(Exception):
    """A command that did not end with 0."""


@dataclass(frozen=True, kw_only=True)
class Bench:
    """What was run so far, by name."""

    runs: dict[str, list[Run]] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)

    def run(self, name: str, command: Sequence[str], **variables: str) -> Run | None:
        """Run a command once and keep what it took; one that failed is not tried again."""
        if name in self.failures:
            return None
        tell(name)
        try:
            done = run(command, variables)
        except Failed as failed:
            self.failures[name] = str(failed)
            tell(f"{name} FAILED: {failed}")
            return None
        self.runs.setdefault(name, []).append(done)
        tell(f"{name}: {done.seconds:.2f} s")
        return done

    def alternate(self, commands: Mapping[str, Sequence[str]], repetitions: int, **variables: str) -> None:
        """Run commands in turn, so that what else the machine does meets all of them alike.

        The first round, which fills the caches of files, does not count.
        """
        for name, command in commands.items():
            if self.run(name, command, **variables):
                self.runs[name].clear()
        for _ in range(repetitions):
            for name, command in commands.items():
                self.run(name, command, **variables)

    def seconds(self, name: str) -> list[float]:
        return [done.seconds for done in self.runs.get(name, ())]

    def peaks(self, name: str) -> list[float]:
        return [done.peak_mib for done in self.runs.get(name, ())]


def run(command: Sequence[str], variables: Mapping[str, str]) -> Run:
    """Run a command to its end, with a run store of its own.

    Raises
    ------
    Failed
        With the last line of what it said.
    """
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        kept = {name: value for name, value in os.environ.items() if name not in MADE_AFRESH}
        environment = {**kept, "ESTIMATIVE_RUNS": folder, **variables}
        start = time.perf_counter()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=environment, cwd=ROOT)
        try:
            # Unlike getrusage(RUSAGE_CHILDREN), which tells of the largest child so far, wait4 tells of this one alone.
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            process.kill()
            process.wait()
            raise
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise Failed(f"exit code {process.returncode}: {_last_line(err) or _last_line(out) or 'said nothing'}")
        out.seek(0)
        return Run(seconds=seconds, peak_mib=usage.ru_maxrss / RSS_PER_MIB, stdout=out.read().decode())


def least_peak() -> float:
    """The least peak that can be seen, in MiB: Linux counts the process that starts a command as part of its past."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / RSS_PER_MIB


@contextmanager
def empty_compile_cache() -> Iterator[dict[str, str]]:
    """The variables of a process that compiles into a folder of its own, empty at first."""
    with tempfile.TemporaryDirectory() as folder:
        yield {"PYTENSOR_FLAGS": f"base_compiledir={folder}/pytensor", "NUMBA_CACHE_DIR": f"{folder}/numba"}


@contextmanager
def finished_run() -> Iterator[dict[str, str]]:
    """The variables of a process that finds one run of the flagship, fitted and looked into.

    Raises
    ------
    Failed
        If it cannot be made.
    """
    with tempfile.TemporaryDirectory() as folder:
        runs = {"ESTIMATIVE_RUNS": folder}
        run((ESTIMATIVE, "fit", "--method", "importance"), runs)
        run((ESTIMATIVE, "report"), runs)
        yield runs


def tell(message: str) -> None:
    """Progress, on stderr."""
    print(message, file=sys.stderr, flush=True)


def _last_line(stream: IO[bytes]) -> str:
    stream.seek(0)
    lines = stream.read().decode(errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "")

"""Run commands, each in a fresh process, and measure time and peak memory."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Timer
from typing import IO

PYTHON = sys.executable
ESTIMATIVE = str(Path(sys.executable).with_name("estimative"))
ROOT = Path(__file__).parents[1]
RSS_PER_MIB = 2**20 if sys.platform == "darwin" else 2**10
LONGEST = 1800.0
"""Seconds after which any command is ended."""
RESET_VARIABLES = ("PYTENSOR_FLAGS", "NUMBA_CACHE_DIR", "ESTIMATIVE_RUNS")
"""Environment variables that a command does not inherit: they name caches and saved runs."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """One command that exited with 0."""

    seconds: float
    """Of wall time."""
    cpu: float
    """Seconds of CPU time, by the process and by those that it waited for."""
    peak_mib: float
    """Resident memory of the process, or of the largest one that it waited for; see `least_peak`."""
    stdout: str


class CommandFailed(Exception):
    """A command that did not exit with 0."""


class TimedOut(CommandFailed):
    """A command that was ended because it took too long, with what it had cost by then."""

    def __init__(self, cost: Run) -> None:
        super().__init__(f"no end after {cost.seconds:.0f} s")
        self.cost = cost


@dataclass(frozen=True, kw_only=True)
class Bench:
    """The runs so far, by name of the command."""

    runs: dict[str, list[Run]] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)

    def run(self, name: str, command: Sequence[str], **variables: str) -> Run | None:
        """Run a command once and record its cost; one that failed is not tried again."""
        if name in self.failures:
            return None
        log(name)
        try:
            result = run(command, variables)
        except CommandFailed as failed:
            self.failures[name] = str(failed)
            log(f"{name} FAILED: {failed}")
            return None
        self.runs.setdefault(name, []).append(result)
        log(f"{name}: {result.seconds:.2f} s")
        return result

    def alternate(self, commands: Mapping[str, Sequence[str]], repetitions: int, **variables: str) -> None:
        """Run commands in turn, so that other load on the machine affects all of them alike.

        The first round, which fills the file caches, does not count.
        """
        for name, command in commands.items():
            if self.run(name, command, **variables):
                self.runs[name].clear()
        for _ in range(repetitions):
            for name, command in commands.items():
                self.run(name, command, **variables)

    def seconds(self, name: str) -> list[float]:
        return [result.seconds for result in self.runs.get(name, ())]

    def cpu(self, name: str) -> list[float]:
        return [result.cpu for result in self.runs.get(name, ())]

    def peaks(self, name: str) -> list[float]:
        return [result.peak_mib for result in self.runs.get(name, ())]


def run(command: Sequence[str], variables: Mapping[str, str], *, timeout: float = LONGEST) -> Run:
    """Run a command to its end, with an empty folder of saved runs.

    Raises
    ------
    CommandFailed
        With the last line of its output.
    TimedOut
        If it is not done after so many seconds, or has used up the CPU time that it allows itself.
    """
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        inherited = {name: value for name, value in os.environ.items() if name not in RESET_VARIABLES}
        environment = {**inherited, "ESTIMATIVE_RUNS": folder, **variables}
        start = time.perf_counter()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=environment, cwd=ROOT)
        alarm = Timer(timeout, process.kill)
        alarm.start()
        try:
            # wait4 measures this child alone, where getrusage(RUSAGE_CHILDREN) gives the largest so far.
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            process.kill()
            process.wait()
            raise
        finally:
            alarm.cancel()
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        cpu, peak = usage.ru_utime + usage.ru_stime, usage.ru_maxrss / RSS_PER_MIB
        if process.returncode == -signal.SIGXCPU or (process.returncode == -signal.SIGKILL and seconds >= timeout):
            raise TimedOut(Run(seconds=seconds, cpu=cpu, peak_mib=peak, stdout=""))
        if process.returncode:
            raise CommandFailed(f"exit code {process.returncode}: {_last_line(err) or _last_line(out) or 'no output'}")
        out.seek(0)
        return Run(seconds=seconds, cpu=cpu, peak_mib=peak, stdout=out.read().decode())


def least_peak() -> float:
    """Return the lowest peak that can be measured, in MiB: on Linux a child starts with the peak of its parent."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / RSS_PER_MIB


@contextmanager
def empty_compile_cache() -> Iterator[dict[str, str]]:
    """Give the variables of a process that compiles into an empty folder."""
    with tempfile.TemporaryDirectory() as folder:
        yield {"PYTENSOR_FLAGS": f"base_compiledir={folder}/pytensor", "NUMBA_CACHE_DIR": f"{folder}/numba"}


@contextmanager
def finished_run() -> Iterator[dict[str, str]]:
    """Give the variables of a process that has one saved run of the flagship scenario, with its analyses.

    Raises
    ------
    CommandFailed
        If the run cannot be made.
    """
    with tempfile.TemporaryDirectory() as folder:
        runs = {"ESTIMATIVE_RUNS": folder}
        run((ESTIMATIVE, "fit", "--method", "importance"), runs)
        run((ESTIMATIVE, "report"), runs)
        yield runs


def log(message: str) -> None:
    """Print progress to stderr."""
    print(message, file=sys.stderr, flush=True)


def _last_line(stream: IO[bytes]) -> str:
    stream.seek(0)
    lines = stream.read().decode(errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "")

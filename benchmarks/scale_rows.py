"""The section of large sizes: each against the smallest of its kind, in CPU time and in peak memory."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks.cases import ONE_THREAD, module
from benchmarks.commands import ESTIMATIVE, Bench, CommandFailed, TimedOut, log, run
from benchmarks.many_runs import many_runs
from benchmarks.scale import CPU_SECONDS, SERIES, Outcome
from benchmarks.sections import Effort
from benchmarks.table import Heading, Line, Row

TIMEOUT = 300.0
"""Seconds of wall time for one size, should it wait for something."""
RUNS = (50, 500, 5000)
RUN_COMMANDS = {"list": ("runs",), "fit and save": ("fit", "--method", "importance")}
"""What is done in a folder of saved runs, by name."""


@dataclass(frozen=True, kw_only=True)
class Size:
    """What one size cost."""

    name: str
    outcome: Outcome
    peak_mib: float


def scale(bench: Bench, effort: Effort) -> Iterator[Line]:
    """Large sizes; one that takes too long, or is refused, has that in place of a ratio."""
    kinds = [[_measured(key, size) for size in series.sizes] for key, series in SERIES.items()]
    kinds += _run_folders(bench)
    text = f"Large sizes, against the smallest of their kind; at most {CPU_SECONDS} s each; CPU time without imports"
    yield Heading(text=text, section="scale")
    for sizes in kinds:
        yield from (time_row(size, sizes[0]) for size in sizes)
    yield Heading(text="The same, peak memory of the process", section="scale, memory")
    for sizes in kinds:
        yield from (memory_row(size, sizes[0]) for size in sizes)


def time_row(size: Size, smallest: Size) -> Row:
    """CPU time of a size against that of the smallest."""
    return Row(
        name=size.name,
        this=[size.outcome.seconds],
        against=[smallest.outcome.seconds],
        note=size.outcome.note,
        verdict=size.outcome.verdict,
    )


def memory_row(size: Size, smallest: Size) -> Row:
    """Peak memory of a size against that of the smallest, up to where it ended."""
    peaks = [size.peak_mib], [smallest.peak_mib]
    return Row(name=size.name, this=peaks[0], against=peaks[1], unit="MiB", verdict=size.outcome.verdict)


def _measured(key: str, size: int) -> Size:
    name = f"{size:,} {SERIES[key].what}"
    log(name)
    return measured(name, module("scale", key, str(size)))


def measured(name: str, command: Sequence[str], *, timeout: float = TIMEOUT) -> Size:
    """Run one size, which prints its outcome; whatever becomes of it is a size."""
    try:
        done = run(command, ONE_THREAD, timeout=timeout)
    except TimedOut as end:
        outcome = Outcome(seconds=end.cost.cpu, note=f"over {end.cost.cpu:.0f} s", verdict="timeout")
        return Size(name=name, outcome=outcome, peak_mib=end.cost.peak_mib)
    except CommandFailed as failed:
        log(f"{name} FAILED: {failed}")
        return Size(name=name, outcome=Outcome(seconds=0.0, note="", verdict="failed"), peak_mib=0.0)
    return Size(name=name, outcome=Outcome(**json.loads(done.stdout)), peak_mib=done.peak_mib)


def _run_folders(bench: Bench) -> Iterator[list[Size]]:
    """Whole commands in a folder with many saved runs, with their imports."""
    by_command: dict[str, list[Size]] = {name: [] for name in RUN_COMMANDS}
    for count in RUNS:
        log(f"{count} saved runs")
        try:
            with many_runs(count) as folder:
                for name, arguments in RUN_COMMANDS.items():
                    done = bench.run(f"{name}, {count:,} saved runs", (ESTIMATIVE, *arguments), **folder)
                    if done:
                        outcome = Outcome(seconds=done.cpu, note=f"{done.seconds:.2f} s of wall time")
                        size = Size(name=f"{name}, {count:,} saved runs", outcome=outcome, peak_mib=done.peak_mib)
                        by_command[name].append(size)
        except CommandFailed as failed:
            bench.failures[f"{count} saved runs"] = str(failed)
    yield from filter(None, by_command.values())

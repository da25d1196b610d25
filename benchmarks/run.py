"""How fast the package is, as ratios measured side by side: `python -m benchmarks.run [--quick] [--minutes N]`.

Seconds hang on the machine and on what else it does, so each side of a ratio is run in turn with the other, several
times, and the medians are divided. The seconds stand beside the ratios as context only. Progress goes to stderr, the
table to stdout; the exit code is 1 if a command failed.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import mean, median
from typing import Any

from benchmarks import table
from benchmarks.commands import ESTIMATIVE, PYTHON, Bench, empty_compile_cache, finished_run, least_peak, tell
from benchmarks.table import Heading, Line, Row

HELP = "estimative --help"
TYPER = "python -c 'import typer'"
IMPORTANCE = "fit --method importance"
NUMERIC = "numpy, scipy.special"
COMPARE = "compare, five analysts"
POOL = "pool, five analysts"
WHATIF = "whatif --do deterrence=0.9"
CONDITION = "whatif --given invasion"
SHORT = {
    HELP: (ESTIMATIVE, "--help"),
    TYPER: (PYTHON, "-c", "import typer"),
    IMPORTANCE: (ESTIMATIVE, "fit", "--method", "importance"),
    NUMERIC: (PYTHON, "-c", "import numpy, scipy.special"),
    COMPARE: (ESTIMATIVE, "compare"),
    POOL: (ESTIMATIVE, "pool"),
    WHATIF: (ESTIMATIVE, "whatif", "--do", "deterrence=0.9"),
    CONDITION: (ESTIMATIVE, "whatif", "--given", "invasion"),
}
IMPORTANCE_AIM = 2.5
COMPARE_AIM = 3.0
WHATIF_AIM = 1.5
SENSITIVITY, EVIDENCE = "sensitivity", "evidence"
ANALYSING = {SENSITIVITY: (ESTIMATIVE, SENSITIVITY), EVIDENCE: (ESTIMATIVE, EVIDENCE)}
ANALYSIS_SECONDS = 20
"""That either should take at most, on two cores."""
REPORT = "report -o report.html"
PICTURED = "importing what it draws with"
REPORTING = {
    REPORT: (ESTIMATIVE, "report", "--format", "html"),
    PICTURED: (PYTHON, "-c", "import typer, numpy, h5py, jinja2, matplotlib.backends.backend_agg, matplotlib.figure"),
}
REPORT_SECONDS = 2
"""Of an HTML file from a finished run, beyond imports."""
EIGHT = "attribution by 256 fits"
PAIR = "attribution, rutte, critics"
TEAM = "attribution, five analysts"
ATTRIBUTING = {
    EIGHT: (ESTIMATIVE, "compare", "-p", "baseline", "-p", "benchmarks/eight_effects.toml", "--attribute"),
    PAIR: (ESTIMATIVE, "compare", "-p", "rutte", "-p", "critics", "--attribute"),
}
WITH_TEAM = {**ATTRIBUTING, TEAM: (ESTIMATIVE, "compare", "--attribute")}
SECONDS = 30
"""That 256 fits should take at most, on two cores."""
NUTS_AIM = 0.5

NUTS = "fit --method nuts"
HANDWRITTEN = "handwritten.py"
KINDER = "kinder.py"
"""The script without a pass that takes much of its compilation."""
RACE = {
    NUTS: (ESTIMATIVE, "fit", "--method", "nuts", "--no-analyses"),
    HANDWRITTEN: (PYTHON, "-m", "benchmarks.handwritten"),
    KINDER: (PYTHON, "-m", "benchmarks.kinder"),
}
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1"}
"""As the command line sets it for itself."""


@dataclass(frozen=True, kw_only=True)
class Effort:
    """How much is measured."""

    short: int
    """Repetitions of commands of a second."""
    fits: int
    """Repetitions of each fit within a process."""
    processes: int
    """Repetitions of processes that fit several prior sets."""
    compiling: bool
    """Whether anything is compiled."""


QUICK = Effort(short=3, fits=1, processes=1, compiling=False)
FULL = Effort(short=9, fits=3, processes=2, compiling=True)
SERIES = {
    "events": "a chain of events",
    "items": "a pile of evidence",
}
MOST_ROUNDS = 3
"""Of NUTS against the script, each with a cold and a warm run of every side."""


def measured(effort: Effort, minutes: float) -> tuple[list[Line], dict[str, str]]:
    """The lines of the table, and the commands that failed with what they said."""
    start = time.monotonic()
    bench = Bench()
    tell("commands of a second")
    bench.alternate(SHORT, effort.short)
    lines: list[Line] = [*_short_rows(bench), *_analysis_rows(bench, effort), *_report_rows(bench, effort)]
    lines += _attribution_rows(bench, effort)
    refits = [*_refits(bench, effort)]
    scaling = [*_scaling(bench, effort)]
    if effort.compiling:
        _race(bench, until=start + 60 * minutes)
        lines += _race_rows(bench)
    lines += [Heading(text="Each further prior set (mean of four), against the first, in one process"), *refits]
    lines += [*_memory_rows(bench, compiling=effort.compiling), *scaling]
    return lines, bench.failures


def _short_rows(bench: Bench) -> Iterator[Line]:
    yield Heading(text="Whole commands")
    yield _seconds(bench, HELP, TYPER)
    yield _seconds(bench, IMPORTANCE, NUMERIC, aim=IMPORTANCE_AIM)
    yield _seconds(bench, COMPARE, IMPORTANCE, aim=COMPARE_AIM)
    yield _seconds(bench, POOL, IMPORTANCE)
    yield _seconds(bench, WHATIF, IMPORTANCE, aim=WHATIF_AIM)
    yield _seconds(bench, CONDITION, IMPORTANCE, aim=WHATIF_AIM)


def _analysis_rows(bench: Bench, effort: Effort) -> Iterator[Line]:
    bench.alternate(ANALYSING, effort.processes)
    yield Heading(text=f"Analyses, against one importance fit; each should take at most {ANALYSIS_SECONDS} s")
    for name in ANALYSING:
        yield _seconds(bench, name, IMPORTANCE)


def _report_rows(bench: Bench, effort: Effort) -> Iterator[Line]:
    with finished_run() as runs:
        bench.alternate(REPORTING, effort.short, **runs)
    yield Heading(text=f"HTML of a finished run; it should take at most {REPORT_SECONDS} s and the imports")
    yield _seconds(bench, REPORT, PICTURED)


def _attribution_rows(bench: Bench, effort: Effort) -> Iterator[Line]:
    commands = WITH_TEAM if effort.compiling else ATTRIBUTING
    for name, command in commands.items():
        for _ in range(effort.processes):
            bench.run(name, command)
    yield Heading(text=f"Attributions, against one importance fit; 256 fits should take at most {SECONDS} s")
    for name in commands:
        yield _seconds(bench, name, IMPORTANCE)


def _race(bench: Bench, *, until: float) -> None:
    """NUTS against the script, cold and warm in turn, for as many rounds as the time allows."""
    rounds = 0
    longest = 0.0
    while rounds == 0 or (rounds < MOST_ROUNDS and time.monotonic() + longest < until):
        start = time.monotonic()
        tell(f"NUTS against the script, round {rounds + 1}")
        for name, command in RACE.items():
            with empty_compile_cache() as cache:
                for state in ("cold", "warm"):
                    bench.run(f"{name}, {state}", command, **cache)
        rounds += 1
        longest = max(longest, time.monotonic() - start)


def _race_rows(bench: Bench) -> Iterator[Line]:
    yield Heading(text="NUTS against a PyMC user's own script; cold: with an empty compile cache, warm: a full one")
    for state in ("cold", "warm"):
        yield _seconds(bench, f"{NUTS}, {state}", f"{HANDWRITTEN}, {state}", aim=NUTS_AIM)
    yield Heading(text="The same, against that script compiled without PyTensor's in-place pass (kinder.py)")
    for state in ("cold", "warm"):
        yield _seconds(bench, f"{NUTS}, {state}", f"{KINDER}, {state}")


def _refits(bench: Bench, effort: Effort) -> Iterator[Line]:
    for _ in range(effort.processes):
        bench.run("refits by importance", _module("refitting", "importance"), **ONE_THREAD)
        if effort.compiling:
            with empty_compile_cache() as cache:
                for state in ("cold", "warm"):
                    bench.run(f"refits by NUTS, {state}", _module("refitting", "nuts"), **ONE_THREAD, **cache)
    methods = ("importance", "NUTS, cold", "NUTS, warm") if effort.compiling else ("importance",)
    for name in (f"refits by {method}" for method in methods):
        took = [json.loads(done.stdout) for done in bench.runs.get(name, ())]
        further, first = [mean(one["seconds"][1:]) for one in took], [one["seconds"][0] for one in took]
        doubtful = sorted({prior_set for one in took for prior_set in one["unconverged"]})
        yield Row(name=f"{name}{_doubt(doubtful)}", this=further, against=first)


def _doubt(prior_sets: Sequence[str]) -> str:
    return f", NOT CONVERGED: {', '.join(prior_sets)}" if prior_sets else ""


def _scaling(bench: Bench, effort: Effort) -> Iterator[Line]:
    cases = _cases(bench, "importance fits of synthetic scenarios", "importance", effort.fits)
    for series, title in SERIES.items():
        chosen = [case for case in cases if case["series"] == series]
        yield Heading(text=f"One importance fit of {title}, against the smallest")
        yield from _growth(chosen, series)
        yield Heading(text="  The log-likelihood alone, at 4,000 draws")
        for case in chosen:
            yield Row(name=f"{case['size']} {series}", this=case["likelihoods"], against=chosen[0]["likelihoods"])
    if effort.compiling:
        with empty_compile_cache() as cache:
            cases = _cases(bench, "NUTS fits of synthetic scenarios", "nuts", 1, **cache)
        yield Heading(text=f"One NUTS fit of {SERIES['events']}, compiled afresh, against the smallest")
        yield from _growth(cases, "events")


def _cases(bench: Bench, name: str, method: str, repetitions: int, **variables: str) -> list[dict[str, Any]]:
    done = bench.run(name, _module("scaling", method, str(repetitions)), **ONE_THREAD, **variables)
    return json.loads(done.stdout) if done else []


def _growth(cases: Sequence[dict[str, Any]], series: str) -> Iterator[Line]:
    if not cases:
        yield Row(name=series, this=(), against=())
    for case in cases:
        this, smallest = ([fit["seconds"] for fit in some["fits"]] for some in (case, cases[0]))
        yield Row(name=f"{case['size']} {series}: {_belief(case['fits'])}", this=this, against=smallest)


def _belief(fits: Sequence[dict[str, Any]]) -> str:
    """Whether the answers could be believed."""
    verdict = "" if all(fit["passed"] for fit in fits) else ", NOT CONVERGED"
    effective, worst = (_middle(fits, *names) for names in (("ESS", "bulk ESS"), ("Pareto k", "R-hat")))
    kind = "k-hat" if "Pareto k" in fits[0]["checks"] else "R-hat"
    return f"ESS {effective:,.0f}, {kind} {worst:.{2 if kind == 'k-hat' else 3}f}{verdict}"


def _middle(fits: Sequence[dict[str, Any]], *names: str) -> float:
    return float(median(fit["checks"][name] for fit in fits for name in names if name in fit["checks"]))


def _memory_rows(bench: Bench, *, compiling: bool) -> Iterator[Line]:
    """Of the runs timed above, each of which was a fresh process."""
    yield Heading(text=f"Peak memory, against 'import {NUMERIC}'; less than {least_peak():.0f} MiB cannot be seen")
    for name in (
        HELP,
        IMPORTANCE,
        COMPARE,
        REPORT,
        *(WITH_TEAM if compiling else ATTRIBUTING),
        *((f"{NUTS}, cold", f"{HANDWRITTEN}, cold") if compiling else ()),
    ):
        yield Row(name=name, this=bench.peaks(name), against=bench.peaks(NUMERIC), unit="MiB")
    if compiling:
        this, against = f"{NUTS}, cold", f"{HANDWRITTEN}, cold"
        yield Row(name=f"{this} / {against}", this=bench.peaks(this), against=bench.peaks(against), unit="MiB")


def _seconds(bench: Bench, this: str, against: str, *, aim: float | None = None) -> Row:
    return Row(name=f"{this} / {against}", this=bench.seconds(this), against=bench.seconds(against), aim=aim)


def _module(name: str, *arguments: str) -> tuple[str, ...]:
    return (PYTHON, "-m", f"benchmarks.{name}", *arguments)


def main() -> int:
    """Measure, print, and tell by the exit code whether every command ended well."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description="How fast the package is, in ratios.")
    parser.add_argument("--quick", action="store_true", help="fewer repetitions, nothing compiled")
    parser.add_argument("--minutes", type=float, default=22.0, help="for all, if NUTS is repeated (%(default)s)")
    wanted = parser.parse_args()
    lines, failures = measured(QUICK if wanted.quick else FULL, wanted.minutes)
    sys.stdout.write(table.text(lines))
    for name, said in failures.items():
        sys.stdout.write(f"FAILED: {name}: {said}\n")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())

"""The sections of the table: each runs its commands and gives its rows."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import mean, median
from typing import Any

from benchmarks import cases
from benchmarks.cases import HANDWRITTEN, NO_INPLACE, NUTS, ONE_THREAD, Case, argv_of, module
from benchmarks.commands import Bench, CommandFailed, empty_compile_cache, finished_run, least_peak, log
from benchmarks.table import Heading, Line, Row


@dataclass(frozen=True, kw_only=True)
class Effort:
    """How much is measured."""

    short: int
    """Repetitions of commands that take a second."""
    fits: int
    """Repetitions of each fit within a process."""
    processes: int
    """Repetitions of processes that fit several prior sets."""
    compiling: bool
    """Whether NUTS is measured, for which a program is compiled once."""


QUICK = Effort(short=3, fits=1, processes=1, compiling=False)
FULL = Effort(short=9, fits=3, processes=2, compiling=True)
SERIES = {"events": "a chain of events", "items": "many items of evidence"}
MAX_ROUNDS = 3
"""Of NUTS against the script, each with a cold and a warm run of every side."""
type Cost = Callable[[str], list[float]]
"""CPU time of a command by its name, or wall time: what a user waits for where several cores work."""
API_CPU_AIM = 1.2
"""CPU time over wall time: one thread computes, others may load and read."""


def commands(bench: Bench, effort: Effort) -> Iterator[Line]:
    """Whole commands, started in a fresh process."""
    bench.alternate(argv_of(cases.COMMANDS), effort.short)
    yield Heading(text="Whole commands, CPU time", section="commands")
    yield from _rows(bench.cpu, cases.COMMANDS)


def api(bench: Bench, effort: Effort) -> Iterator[Line]:
    """CPU time of `es.fit` against its wall time: whether BLAS is limited to one thread."""
    result = bench.run("es.fit", module("api", str(5 * effort.fits)))
    times = json.loads(result.stdout) if result else {"cpu": [], "wall": []}
    yield Heading(
        text="Python API in a process without thread limits; far above 1: BLAS used several threads", section="api"
    )
    yield Row(name="es.fit: CPU time / wall time", this=times["cpu"], against=times["wall"], aim=API_CPU_AIM)


def analyses(bench: Bench, effort: Effort) -> Iterator[Line]:
    bench.alternate(argv_of(cases.ANALYSES), effort.processes)
    yield Heading(
        text=f"Analyses, against one importance fit, wall time; aim: {cases.ANALYSIS_SECONDS} s each",
        section="analyses",
    )
    yield from _rows(bench.seconds, cases.ANALYSES)


def reports(bench: Bench, effort: Effort) -> Iterator[Line]:
    try:
        with finished_run() as runs:
            bench.alternate(argv_of(cases.REPORTS), effort.short, **runs)
    except CommandFailed as failed:
        bench.failures["a run to report"] = str(failed)
    aim = f"aim for HTML: {cases.REPORT_SECONDS} s more"
    yield Heading(text=f"Reports of a finished run, against their imports; {aim}; CPU time", section="reports")
    yield from _rows(bench.cpu, cases.REPORTS)


def attributions(bench: Bench, effort: Effort) -> Iterator[Line]:
    measured = (*cases.ATTRIBUTIONS, cases.TEAM_ATTRIBUTION) if effort.compiling else cases.ATTRIBUTIONS
    for case in measured:
        for _ in range(effort.processes):
            bench.run(case.command, case.argv)
    aim = f"aim for the 256 fits of the first: {cases.ATTRIBUTION_SECONDS} s"
    yield Heading(text=f"Attributions, against one importance fit, wall time; {aim}", section="attributions")
    yield from _rows(bench.seconds, measured)


def refits(bench: Bench, effort: Effort) -> Iterator[Line]:
    for _ in range(effort.processes):
        bench.run("refits by importance", module("refitting", "importance"), **ONE_THREAD)
        if effort.compiling:
            with empty_compile_cache() as cache:
                for state in ("cold", "warm"):
                    bench.run(f"refits by NUTS, {state}", module("refitting", "nuts"), **ONE_THREAD, **cache)
    yield Heading(text="Each further prior set (mean of four), against the first, in one process", section="refits")
    methods = ("importance", "NUTS, cold", "NUTS, warm") if effort.compiling else ("importance",)
    for name in (f"refits by {method}" for method in methods):
        results = [json.loads(run.stdout) for run in bench.runs.get(name, ())]
        further, first = [mean(r["seconds"][1:]) for r in results], [r["seconds"][0] for r in results]
        unconverged = sorted({prior_set for result in results for prior_set in result["unconverged"]})
        note = f"NOT CONVERGED: {', '.join(unconverged)}" if unconverged else ""
        yield Row(name=name, this=further, against=first, note=note)


def scaling(bench: Bench, effort: Effort) -> Iterator[Line]:
    """How a fit grows with events and with items of evidence."""
    sizes = _sizes(bench, "importance fits of synthetic scenarios", "importance", effort.fits)
    for series, title in SERIES.items():
        chosen = [size for size in sizes if size["series"] == series]
        yield Heading(text=f"One importance fit of {title}, against the smallest", section="importance fit")
        yield from _growth(chosen, series)
        yield Heading(text="  The log-likelihood alone, at 4,000 draws", section="likelihood")
        for size in chosen:
            yield Row(name=f"{size['size']} {series}", this=size["likelihoods"], against=chosen[0]["likelihoods"])
    if effort.compiling:
        with empty_compile_cache() as cache:
            sizes = _sizes(bench, "NUTS fits of synthetic scenarios", "nuts", 1, **cache)
        text = f"One NUTS fit of {SERIES['events']}, against the smallest, whose time includes compiling"
        yield Heading(text=text, section="NUTS fit")
        yield from _growth(sizes, "events")


def nuts(bench: Bench, *, until: float) -> Iterator[Line]:
    """NUTS against the handwritten script, cold and warm in turn, for as many rounds as the time allows."""
    rounds, longest = 0, 0.0
    while rounds == 0 or (rounds < MAX_ROUNDS and time.monotonic() + longest < until):
        start = time.monotonic()
        log(f"NUTS against the script, round {rounds + 1}")
        for name, command in cases.NUTS_COMMANDS.items():
            with empty_compile_cache() as cache:
                for state in ("cold", "warm"):
                    bench.run(f"{name}, {state}", command, **cache)
        rounds += 1
        longest = max(longest, time.monotonic() - start)
    text = "NUTS against a PyMC user's own script; cold: with an empty compile cache, warm: a full one"
    yield Heading(text=text, section="NUTS")
    for state in ("cold", "warm"):
        yield _ratio(bench.seconds, f"{NUTS}, {state}", f"{HANDWRITTEN}, {state}", aim=cases.NUTS_AIM)
    yield Heading(
        text="The same, against that script compiled without PyTensor's in-place pass", section="NUTS, no in-place"
    )
    for state in ("cold", "warm"):
        yield _ratio(bench.seconds, f"{NUTS}, {state}", f"{NO_INPLACE}, {state}")


def memory(bench: Bench) -> Iterator[Line]:
    """Peak memory of the commands timed above, each of which was a fresh process."""
    text = f"Peak memory, against '{cases.NUMERIC}'; less than {least_peak():.0f} MiB cannot be measured"
    yield Heading(text=text, section="memory")
    timed = [case.command for case in (cases.HELP, cases.FIT, cases.COMPARE, *cases.REPORTS, *cases.ATTRIBUTIONS)]
    timed += [name for name in (f"{NUTS}, cold", f"{HANDWRITTEN}, cold") if name in bench.runs]
    for name in timed:
        yield Row(
            name=cases.LABELS.get(name, name), this=bench.peaks(name), against=bench.peaks(cases.NUMERIC), unit="MiB"
        )


def _rows(cost: Cost, measured: Sequence[Case]) -> Iterator[Row]:
    for case in measured:
        yield _ratio(cost, case.command, case.against, aim=case.aim)


def _ratio(cost: Cost, this: str, against: str, *, aim: float | None = None) -> Row:
    name = f"{cases.LABELS.get(this, this)} / {cases.LABELS.get(against, against)}"
    return Row(name=name, this=cost(this), against=cost(against), aim=aim)


def _sizes(bench: Bench, name: str, method: str, repetitions: int, **variables: str) -> list[dict[str, Any]]:
    result = bench.run(name, module("scaling", method, str(repetitions)), **ONE_THREAD, **variables)
    return json.loads(result.stdout) if result else []


def _growth(sizes: Sequence[dict[str, Any]], series: str) -> Iterator[Line]:
    if not sizes:
        yield Row(name=series, this=(), against=())
    for size in sizes:
        this, smallest = ([fit["seconds"] for fit in entry["fits"]] for entry in (size, sizes[0]))
        yield Row(name=f"{size['size']} {series}", this=this, against=smallest, note=_diagnosis(size["fits"]))


def _diagnosis(fits: Sequence[dict[str, Any]]) -> str:
    """Effective sample size and worst check of a fit, medians, and whether all fits converged."""
    ess, k, rhat = (_median(fits, *names) for names in (("ESS", "bulk ESS"), ("Pareto k",), ("R-hat",)))
    worst = "" if k is None else f", k-hat {k:.2f}"
    worst += "" if rhat is None else f", R-hat {rhat:.3f}"
    verdict = "" if all(fit["passed"] for fit in fits) else ", NOT CONVERGED"
    return f"ESS {ess:,.0f}{worst}{verdict}"


def _median(fits: Sequence[dict[str, Any]], *names: str) -> float | None:
    """Return the median of a check; None where it is not finite or not part of the method."""
    values = [fit["checks"][name] for fit in fits for name in names if fit["checks"].get(name) is not None]
    return float(median(values)) if values else None

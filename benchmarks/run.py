"""Speed and memory of the package as ratios: `python -m benchmarks.run [--quick] [--minutes N] [--only SECTION]`.

Seconds depend on the machine and on its load. Therefore both sides of a ratio are run in turn, several times, and
their medians are divided; the seconds next to the ratios are context only. Progress goes to stderr, the table to
stdout, and each ratio to the end of the history. The exit code is 1 if a command failed, whatever the ratios are.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from benchmarks import alternatives, history, scale_rows, sections, table
from benchmarks.commands import Bench
from benchmarks.history import Occasion
from benchmarks.sections import FULL, QUICK, Effort
from benchmarks.table import Line

SECTIONS: Mapping[str, Callable[[Bench, Effort], Iterator[Line]]] = {
    "commands": sections.commands,
    "api": sections.api,
    "analyses": sections.analyses,
    "reports": sections.reports,
    "attributions": sections.attributions,
    "refits": sections.refits,
    "scaling": sections.scaling,
    "scale": scale_rows.scale,
    "alternatives": alternatives.alternatives,
}
"""Those that depend on no other; NUTS and memory follow where all are measured."""


def measure(bench: Bench, effort: Effort, minutes: float, only: Sequence[str] = ()) -> list[Line]:
    """Measure everything, or only some sections, and return the lines of the table."""
    end = time.monotonic() + 60 * minutes
    lines = [line for name, section in SECTIONS.items() if not only or name in only for line in section(bench, effort)]
    if only:
        return lines
    if effort.compiling:
        lines += sections.nuts(bench, until=end)
    return [*lines, *sections.memory(bench)]


def main() -> int:
    """Measure, print the table, and return 1 if a command failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description="Speed of the package, as ratios.")
    parser.add_argument("--quick", action="store_true", help="fewer repetitions, nothing compiled")
    parser.add_argument("--minutes", type=float, default=22.0, help="repeat NUTS until then (default: %(default)s)")
    parser.add_argument("--only", nargs="+", choices=SECTIONS, default=(), help="measure these sections alone")
    parser.add_argument("--history", type=Path, default=history.FILE, help="add the ratios to this file")
    arguments = parser.parse_args()
    bench, occasion = Bench(), Occasion.now()
    lines = measure(bench, QUICK if arguments.quick else FULL, arguments.minutes, arguments.only)
    sys.stdout.write(table.text(lines))
    history.append(arguments.history, list(history.entries(lines, occasion)))
    for name, reason in bench.failures.items():
        sys.stdout.write(f"FAILED: {name}: {reason}\n")
    return 1 if bench.failures else 0


if __name__ == "__main__":
    sys.exit(main())

"""Speed and memory of the package as ratios: `python -m benchmarks.run [--quick] [--minutes N]`.

Seconds depend on the machine and on its load. Therefore both sides of a ratio are run in turn, several times, and
their medians are divided; the seconds next to the ratios are context only. Progress goes to stderr, the table to
stdout; the exit code is 1 if a command failed.
"""

from __future__ import annotations

import argparse
import sys
import time

from benchmarks import sections, table
from benchmarks.commands import Bench
from benchmarks.sections import FULL, QUICK, Effort
from benchmarks.table import Line


def measure(bench: Bench, effort: Effort, minutes: float) -> list[Line]:
    """Measure everything, and return the lines of the table."""
    end = time.monotonic() + 60 * minutes
    lines: list[Line] = [
        *sections.commands(bench, effort),
        *sections.api(bench, effort),
        *sections.analyses(bench, effort),
        *sections.reports(bench, effort),
        *sections.attributions(bench, effort),
        *sections.refits(bench, effort),
        *sections.scaling(bench, effort),
    ]
    if effort.compiling:
        lines += sections.nuts(bench, until=end)
    return [*lines, *sections.memory(bench)]


def main() -> int:
    """Measure, print the table, and return 1 if a command failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description="Speed of the package, as ratios.")
    parser.add_argument("--quick", action="store_true", help="fewer repetitions, nothing compiled")
    parser.add_argument("--minutes", type=float, default=22.0, help="repeat NUTS until then (default: %(default)s)")
    arguments = parser.parse_args()
    bench = Bench()
    sys.stdout.write(table.text(measure(bench, QUICK if arguments.quick else FULL, arguments.minutes)))
    for name, reason in bench.failures.items():
        sys.stdout.write(f"FAILED: {name}: {reason}\n")
    return 1 if bench.failures else 0


if __name__ == "__main__":
    sys.exit(main())

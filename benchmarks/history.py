"""The ratios of earlier runs: a line for each ratio and run, and what has become of each ratio.

`python -m benchmarks.history [FILE]` prints the last value of each ratio beside the one before and the median of all.
Ratios and their parts depend on the machine less than seconds do; the machine is named by its cores and its Python.
"""

from __future__ import annotations

import csv
import datetime
import os
import platform
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from statistics import median

from benchmarks.commands import ROOT
from benchmarks.table import Heading, Line, Row

FILE = ROOT / "benchmarks" / "history.csv"
WIDTHS = (70, 9, 9, 9, 5)
HEADER = ("Ratio", "last", "before", "median", "runs")


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """When ratios were measured, of what, and on what machine."""

    date: str
    """In UTC, to the minute."""
    version: str
    """The commit; with `-dirty` where files were changed."""
    cores: int
    python: str

    @classmethod
    def now(cls) -> Occasion:
        """This moment and this machine."""
        return cls(
            date=f"{datetime.datetime.now(datetime.UTC):%Y-%m-%dT%H:%MZ}",
            version=_version(),
            cores=os.cpu_count() or 1,
            python=platform.python_version(),
        )


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One ratio of one occasion, as text, as it is in the file."""

    date: str
    version: str
    cores: str
    python: str
    name: str
    """The section and the row."""
    ratio: str
    """Empty where there is none."""
    this: str
    against: str
    """Medians, in the unit."""
    unit: str
    n: str
    """Measurements of the side that has fewer."""
    aim: str
    verdict: str
    """Why there is no ratio."""


COLUMNS = tuple(field.name for field in fields(Entry))


def entries(lines: Iterable[Line], occasion: Occasion) -> Iterator[Entry]:
    """Give an entry for each row of a table."""
    section = ""
    for line in lines:
        if isinstance(line, Heading):
            section = line.section
        else:
            yield _entry(line, f"{section}: {line.name}", occasion)


def append(path: Path, new: Sequence[Entry]) -> None:
    """Add entries at the end of a history, which begins with the names of the columns."""
    begins = not path.exists() or not path.stat().st_size
    with path.open("a", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        if begins:
            writer.writeheader()
        writer.writerows(map(asdict, new))


def read(path: Path) -> list[Entry]:
    """Read a history, the oldest first; one that does not exist is empty."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return [Entry(**{name: row.get(name) or "" for name in COLUMNS}) for row in csv.DictReader(file)]


def text(history: Iterable[Entry]) -> str:
    """Return each ratio's last value, the one before, and the median of all, in plain text."""
    by_name: dict[str, list[Entry]] = {}
    for entry in history:
        by_name.setdefault(entry.name, []).append(entry)
    lines = [HEADER, *(_cells(name, runs) for name, runs in by_name.items())]
    return "\n".join(map(_joined, lines)) + "\n"


def _cells(name: str, runs: Sequence[Entry]) -> tuple[str, ...]:
    before = _shown(runs[-2]) if len(runs) > 1 else "-"
    ratios = [float(run.ratio) for run in runs if run.ratio]
    middle = f"{median(ratios):.3g}" if ratios else "-"
    return (name, _shown(runs[-1]), before, middle, str(len(runs)))


def _shown(entry: Entry) -> str:
    return f"{float(entry.ratio):.3g}" if entry.ratio else entry.verdict or "failed"


def _joined(cells: Sequence[str]) -> str:
    first, *others = (
        cell.rjust(width) if at else cell.ljust(width)
        for at, (cell, width) in enumerate(zip(cells, WIDTHS, strict=True))
    )
    return " ".join((first, *others))


def _entry(row: Row, name: str, occasion: Occasion) -> Entry:
    return Entry(
        date=occasion.date,
        version=occasion.version,
        cores=str(occasion.cores),
        python=occasion.python,
        name=name,
        ratio=_number(row.ratio),
        this=_number(median(row.this) if row.this else None),
        against=_number(median(row.against) if row.against else None),
        unit=row.unit,
        n=str(min(len(row.this), len(row.against))),
        aim=_number(row.aim),
        verdict=row.verdict,
    )


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"


def _version() -> str:
    command = ("git", "describe", "--always", "--dirty")
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return done.stdout.strip()


def main() -> int:
    """Print the history of a file."""
    sys.stdout.write(text(read(Path(sys.argv[1]) if len(sys.argv) > 1 else FILE)))
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The table of ratios, in plain text of at most 110 columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

WIDTHS = (57, 8, 8, 4, 10, 10, 2)
HEADER = ("What, against what", "ratio", "aim", "met", "this", "against", "n")


@dataclass(frozen=True, kw_only=True)
class Heading:
    """A line above a group of rows."""

    text: str
    section: str
    """A short name of the group, under which its ratios are remembered."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """Two sides, each measured several times."""

    name: str
    this: Sequence[float]
    against: Sequence[float]
    aim: float | None = None
    """The largest ratio that meets the aim."""
    unit: Literal["s", "MiB"] = "s"
    note: str = ""
    """What this measurement was like; not part of the name, under which the ratio is remembered."""
    verdict: str = ""
    """Why there is no ratio, in a word or two; empty where there is one."""

    @property
    def ratio(self) -> float | None:
        """Ratio of the medians; None where a side was not measured, or did not come to an end."""
        if self.verdict:
            return None
        return median(self.this) / median(self.against) if self.this and self.against else None


type Line = Heading | Row


def text(lines: Iterable[Line]) -> str:
    """Return the table as text."""
    rows = [_joined(HEADER), "-" * (sum(WIDTHS) + len(WIDTHS) - 1)]
    for line in lines:
        rows += _heading(line) if isinstance(line, Heading) else [_joined(_cells(line))]
    return "\n".join(rows) + "\n"


def _heading(heading: Heading) -> list[str]:
    return ["", heading.text]


def _cells(row: Row) -> tuple[str, ...]:
    return (
        f"  {row.name}{row.note and f': {row.note}'}",
        row.verdict or "failed" if row.ratio is None else f"{row.ratio:#.3g}".rstrip("."),
        "" if row.aim is None else f"<= {row.aim:g}",
        _met(row),
        _amount(row.this, row.unit),
        _amount(row.against, row.unit),
        str(min(len(row.this), len(row.against))),
    )


def _met(row: Row) -> str:
    if row.aim is None:
        return ""
    return "yes" if row.ratio is not None and row.ratio <= row.aim else "NO"


def _amount(values: Sequence[float], unit: Literal["s", "MiB"]) -> str:
    if not values:
        return "-"
    middle = median(values)
    if unit == "MiB":
        return f"{middle:.0f} MiB"
    return f"{1000 * middle:.3g} ms" if middle < 0.1 else f"{middle:.3g} s"


def _joined(cells: Iterable[str]) -> str:
    return " ".join(_aligned(cells)).rstrip()


def _aligned(cells: Iterable[str]) -> Iterator[str]:
    """Align the first column left, numbers right."""
    for index, (cell, width) in enumerate(zip(cells, WIDTHS, strict=True)):
        yield cell.ljust(width) if index == 0 else cell.rjust(width)

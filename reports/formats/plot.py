"""Dots and intervals drawn in characters, on an axis of log-odds with the borders between words marked."""

from __future__ import annotations

import math
from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size

from estimative.priors.toml_table import ascii_safe
from estimative.priors.verbal_scale import Scale
from estimative.reports.blocks import IntervalPlot, IntervalRow

POINT, BEFORE, LINE, LOW_END, HIGH_END, GUIDE = "●○─├┤┊"
LOWEST = 1e-6
"""Where an axis ends that would go on to probability 0; it ends as near to 1 at the other side."""
DECADES = (1e-6, 1e-5, 1e-4, 1e-3)
LEAST_SPAN = 0.4
"""Of an axis, in log-odds."""


def drawn(dots: IntervalPlot, width: int) -> tuple[str, ...]:
    """Lines of at most `width` columns, 40 or more: a row for each dot, then the axis with its numbers."""
    labels = [ascii_safe(" ".join(row.label.split())) for row in dots.rows]
    label = min(max(map(cell_len, labels), default=0), dots.longest_label)
    axis = _Axis(dots.rows, width - label - 2, _ticks(dots.words))
    rows = [f"{_fitting(text, label)} {''.join(axis.row(row))}" for text, row in zip(labels, dots.rows, strict=True)]
    return tuple(line.rstrip() for line in (*rows, f"{'':{label}} {axis.numbers()}"))


def _ticks(words: Scale) -> tuple[float, ...]:
    """Borders of the words, and powers of ten beyond them; probabilities between 0 and 1."""
    borders = {end for band in words.bands for end in (band.low, band.high) if 0 < end < 1}
    return tuple(sorted({*borders, *DECADES, *(1 - p for p in DECADES)}))


class _Axis:
    """From a probability to a column."""

    def __init__(self, rows: Sequence[IntervalRow], columns: int, ticks: Sequence[float]) -> None:
        self.columns = columns
        points = [p for row in rows for p in (row.low, row.high, row.point, row.before)]
        ends = [_log_odds(p) for p in points if p is not None]
        middle, half = (max(ends) + min(ends)) / 2, max(max(ends) - min(ends), LEAST_SPAN) / 2
        self.low, self.high = middle - 1.06 * half, middle + 1.06 * half
        self.ticks = [tick for tick in ticks if self.low <= _log_odds(tick) <= self.high]

    def column(self, probability: float) -> int:
        share = (_log_odds(probability) - self.low) / (self.high - self.low)
        return min(max(round(share * (self.columns - 1)), 0), self.columns - 1)

    def row(self, row: IntervalRow) -> list[str]:
        cells = [" "] * self.columns
        for tick in self.ticks:
            cells[self.column(tick)] = GUIDE
        low, high = self.column(row.low), self.column(row.high)
        cells[low : high + 1] = LINE * (high - low + 1)
        if low < high:
            cells[low], cells[high] = LOW_END, HIGH_END
        if row.before is not None:
            cells[self.column(row.before)] = BEFORE
        cells[self.column(row.point)] = POINT
        return cells

    def numbers(self) -> str:
        """The ticks' numbers under their columns, as many as fit without touching."""
        line = ""
        for tick in self.ticks:
            text = _percent(tick)
            start = min(max(self.column(tick) - len(text) // 2, 0), self.columns - len(text))
            if start >= len(line) + (2 if line else 0):
                line = line.ljust(start) + text
        return line


def _log_odds(probability: float) -> float:
    inside = min(max(probability, LOWEST), 1 - LOWEST)
    return math.log(inside) - math.log1p(-inside)


def _percent(probability: float) -> str:
    return f"{100 * probability:.10g} %"


def _fitting(label: str, width: int) -> str:
    return set_cell_size(label, width) if cell_len(label) <= width else set_cell_size(label, width - 1) + "…"

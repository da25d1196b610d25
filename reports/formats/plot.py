"""Points and intervals drawn in characters, on a log-odds axis with the thresholds between words marked."""

from __future__ import annotations

import math
from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size

from estimative.priors.verbal_scale import Scale
from estimative.reports.blocks import IntervalPlot, IntervalRow
from estimative.reports.formats.typeset import sanitize
from estimative.reports.number_format import plain_percent

POINT, BEFORE, LINE, LOW_END, HIGH_END, GUIDE = "●○─├┤┊"
LOWEST = 1e-6
"""Lowest probability on an axis; the highest is 1 - LOWEST."""
DECADES = (1e-6, 1e-5, 1e-4, 1e-3)
LEAST_SPAN = 0.4
"""Of an axis, in log-odds."""
PADDING = 0.06
"""Of an axis beyond its outermost points, as a share of half its span."""


def plot_lines(plot: IntervalPlot, width: int) -> tuple[str, ...]:
    """Lines of at most `width` columns (40 or more): one for each row, then the axis with its numbers."""
    labels = [sanitize(row.label) for row in plot.rows]
    room = min(max(map(cell_len, labels), default=0), plot.longest_label)
    axis = _Axis(plot.rows, width - room - 2, _ticks(plot.words))
    rows = [f"{_fitted(label, room)} {axis.line(row)}" for label, row in zip(labels, plot.rows, strict=True)]
    below = filter(None, (axis.numbers(), axis.words(plot.words)))
    return tuple(line.rstrip() for line in (*rows, *(f"{'':{room}} {line}" for line in below)))


def _ticks(words: Scale) -> tuple[float, ...]:
    """The thresholds of the words, and powers of ten beyond them; probabilities between 0 and 1."""
    thresholds = {end for band in words.bands for end in (band.low, band.high) if 0 < end < 1}
    return tuple(sorted({*thresholds, *DECADES, *(1 - p for p in DECADES)}))


class _Axis:
    """From a probability to a column."""

    def __init__(self, rows: Sequence[IntervalRow], columns: int, ticks: Sequence[float]) -> None:
        self.columns = columns
        points = [p for row in rows for p in (row.low, row.high, row.point, row.before)]
        ends = [_log_odds(p) for p in points if p is not None]
        middle, half = (max(ends) + min(ends)) / 2, max(max(ends) - min(ends), LEAST_SPAN) / 2
        self.low, self.high = middle - (1 + PADDING) * half, middle + (1 + PADDING) * half
        self.ticks = [tick for tick in ticks if self.low <= _log_odds(tick) <= self.high]

    def column(self, probability: float) -> int:
        return self.column_of(_log_odds(probability))

    def column_of(self, log_odds: float) -> int:
        share = (log_odds - self.low) / (self.high - self.low)
        return min(max(round(share * (self.columns - 1)), 0), self.columns - 1)

    def line(self, row: IntervalRow) -> str:
        """Guides, over them the interval, over it the mark of the prior, over all the point."""
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
        return "".join(cells)

    def numbers(self) -> str:
        """The numbers of the ticks under their columns, as many as fit without touching."""
        line = ""
        for tick in self.ticks:
            text = plain_percent(tick)
            start = min(max(self.column(tick) - len(text) // 2, 0), self.columns - len(text))
            if start >= len(line) + (2 if line else 0):
                line = line.ljust(start) + text
        return line

    def words(self, scale: Scale) -> str:
        """The words of the scale between their thresholds, where they fit; empty where none does."""
        line = ""
        for band in scale.bands:
            ends = [min(max(_log_odds(end), self.low), self.high) for end in (band.low, band.high)]
            start, end = (self.column_of(value) for value in ends)
            if ends[0] < ends[1] and cell_len(band.words[0]) <= end - start - 1:
                line = line.ljust(start + 1 + (end - start - cell_len(band.words[0])) // 2) + band.words[0]
        return line


def _log_odds(probability: float) -> float:
    inside = min(max(probability, LOWEST), 1 - LOWEST)
    return math.log(inside) - math.log1p(-inside)


def _fitted(label: str, width: int) -> str:
    return set_cell_size(label, width) if cell_len(label) <= width else set_cell_size(label, width - 1) + "…"

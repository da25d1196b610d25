"""The widths of a table's columns, and whether its rows are set as records instead."""

from __future__ import annotations

import re
from collections.abc import Sequence
from statistics import fmean

from msgspec import Struct

from estimative.reports.blocks import Table
from estimative.reports.formats.typeset import break_points, sanitize

ROOM = 100
"""Characters of a table side by side, on a page as on a wide screen."""
GAP = 2
"""Characters between two columns."""
NEGLIGIBLE = 0.1
"""Characters that are not worth distributing."""
LONG_WORD = 24
"""Letters; a longer word may be broken anywhere, since it would push its column over the others."""
PROSE = 60
"""Characters; a column with longer cells holds sentences."""
NARROW = 20
"""Characters; sentences are not readable in a narrower column."""


class Layout(Struct, frozen=True, kw_only=True):
    """The layout of a table on a page, or on a screen that is as wide."""

    widths: tuple[float, ...]
    """Of each column, as a share of the table's width."""
    shares: tuple[float, ...]
    """The same; empty where the table fits without being told its widths."""
    records: bool
    """Whether the table has more columns than fit: each row is then a record, its cells under one another."""
    prose: frozenset[int]
    """Columns that hold sentences."""

    @classmethod
    def of(cls, table: Table) -> Layout:
        """Give numbers and short words what they need, and prose the rest, by its length."""
        columns = [_column(table, at) for at in range(len(table.header))]
        fits = sum(column.wanted + GAP for column in columns) <= ROOM
        spare = ROOM - sum(column.least + GAP for column in columns)
        widths = _filled(columns, spare)
        shares = tuple(width / sum(widths) for width in widths)
        return cls(
            widths=shares,
            shares=() if fits else shares,
            records=not fits and spare < 0,
            prose=frozenset(at for at, column in enumerate(columns) if column.wanted > PROSE),
        )


class _Column(Struct, frozen=True, kw_only=True):
    """The room that a column needs, in characters."""

    wanted: int
    """So that no cell of it is broken."""
    least: int
    """So that no word of it is broken, and sentences can be read."""
    text: float
    """Mean length of a cell."""


def _column(table: Table, at: int) -> _Column:
    cells = [sanitize(row[at]) for row in table.rows] or [""]
    unbroken = at in table.nowrap_columns or at not in table.text_columns
    head, wanted = _longest_word(sanitize(table.header[at])), max(map(len, cells))
    least = min(max(head, wanted if unbroken else max(map(_longest_word, cells))), LONG_WORD)
    prose = NARROW if wanted > PROSE else 0
    return _Column(wanted=max(wanted, head), least=max(least, prose), text=fmean(map(len, cells)))


def _longest_word(text: str) -> int:
    # A line may end after a hyphen, but not before a digit: dates are one word.
    words = re.sub(r"-(?!\d)", "- ", text).split()
    return max((len(piece) for word in words for piece in break_points(word)), default=0)


def _filled(columns: Sequence[_Column], spare: float) -> list[float]:
    """Least widths, and what is spare distributed to the columns that want more, by how much text they hold."""
    widths = [float(column.least + GAP) for column in columns]
    wanted = [column.wanted + GAP for column in columns]
    while spare > NEGLIGIBLE and (short := [at for at, width in enumerate(widths) if width < wanted[at] - NEGLIGIBLE]):
        text = sum(columns[at].text for at in short)
        added = {at: min(spare * columns[at].text / text, wanted[at] - widths[at]) for at in short}
        for at, more in added.items():
            widths[at] += more
        spare -= sum(added.values())
    return widths

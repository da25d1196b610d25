"""A table as CSV; a text is never a formula to a spreadsheet."""

from __future__ import annotations

import csv as library
from collections.abc import Iterator
from io import StringIO

from estimative.reports.formats.typeset import sanitize
from estimative.reports.sheets import Cell, Sheet

FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet takes for the start of a formula, also in full width; blanks before it are gone once sanitized."""


def csv(sheet: Sheet, *, caution: str = "") -> str:
    """The table under its header; an unknown value is an empty cell.

    Parameters
    ----------
    caution
        Stands in a last column, in every row, so that no row can be copied without it; empty for no such column.
    """
    text = StringIO()
    writer = library.writer(text, lineterminator="\n")
    rows = with_caution(sheet, caution) if caution else (sheet.columns, *sheet.rows)
    writer.writerows([inert(cell) for cell in row] for row in rows)
    return text.getvalue()


def with_caution(sheet: Sheet, caution: str) -> Iterator[tuple[Cell, ...]]:
    """Header and rows with a last column for the caution; a table without rows gets one that holds nothing else."""
    yield (*sheet.columns, "caution")
    for row in sheet.rows or (("",) * len(sheet.columns),):
        yield (*row, caution)


def inert(cell: Cell) -> Cell:
    """A cell; a text on one line and, if it could be read as a formula, behind an apostrophe."""
    if not isinstance(cell, str):
        return cell
    text = sanitize(cell)
    return f"'{text}" if text.startswith(FORMULA) else text

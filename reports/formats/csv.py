"""A table as CSV: a text is a text to a spreadsheet, too."""

from __future__ import annotations

import csv as library
from io import StringIO

from estimative.priors.toml_table import ascii_safe
from estimative.reports.sheets import Cell, Sheet

FORMULA = ("=", "+", "-", "@")
"""What a spreadsheet takes for the start of a formula."""


def csv(sheet: Sheet) -> str:
    """The table under its header; what is not known is empty."""
    text = StringIO()
    writer = library.writer(text, lineterminator="\n")
    writer.writerow(sheet.columns)
    writer.writerows([inert(cell) for cell in row] for row in sheet.rows)
    return text.getvalue()


def inert(cell: Cell) -> Cell:
    """A cell; a text on one line and, if it could be taken for a formula, behind an apostrophe."""
    if not isinstance(cell, str):
        return cell
    plain = ascii_safe(" ".join(cell.split()))
    return f"'{plain}" if plain.startswith(FORMULA) else plain

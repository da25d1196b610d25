"""Rows of CSV: a text is a text to a spreadsheet, too."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from io import StringIO

from estimative.priors.errors import ascii_safe

FORMULA = ("=", "+", "-", "@")
"""What a spreadsheet takes for the start of a formula."""

type Row = tuple[object, ...]


def table(header: Sequence[str], rows: Iterator[Row]) -> str:
    """Rows under a header; nothing stands for what is not known, and a text is a text to a spreadsheet, too."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([_inert(cell) for cell in row] for row in rows)
    return text.getvalue()


def _inert(cell: object) -> object:
    """A cell; a text in it on one line and, if it could be taken for a formula, behind an apostrophe."""
    if not isinstance(cell, str):
        return cell
    plain = ascii_safe(" ".join(cell.split()))
    return f"'{plain}" if plain.startswith(FORMULA) else plain


def caution_row(header: Sequence[str], caution: str) -> Iterator[Row]:
    """What must not be overlooked, before all numbers; no row where there is nothing."""
    if caution:
        yield ("caution", *("" for _ in header[1:-2]), caution, "")

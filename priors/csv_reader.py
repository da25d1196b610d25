"""A CSV file that is being read: rows with the lines on which they begin, and the errors of those that do not fit."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from estimative.priors.errors import Issue, Place, ascii_safe, invalid, nearest, quote

type CsvRow = tuple[int, list[str]]
"""The line on which a row begins, counted from 1, and its cells."""


def csv_rows(text: str, *, file: str, spaced: bool = False) -> Iterator[CsvRow]:
    """Yield the rows of a CSV text, the line of columns first; empty lines are skipped.

    Parameters
    ----------
    spaced
        Whether to drop blanks after a comma, so that quotes may follow them.

    Raises
    ------
    InvalidInput
        On the first row that is not CSV, with the line on which it begins, after all rows before it.
    """
    reader = csv.reader(io.StringIO(text), strict=True, skipinitialspace=spaced)
    line = 1
    try:
        for cells in reader:
            if cells:
                yield line, cells
            # A cell may hold line ends: the number of the reader is that of the last line of a row.
            line = reader.line_num + 1
    except csv.Error as error:
        raise invalid(f"this row is not CSV: {error}", code="not-csv", file=file, line=line) from error


def header(rows: Iterator[CsvRow], *, file: str, row: str) -> CsvRow:
    """Return the line of columns; `row` says what each row after it is. Raises InvalidInput if there is none."""
    if (first := next(rows, None)) is None:
        allowed = f"a line with the names of the columns, then one line per {row}"
        raise invalid("the file is empty", code="empty-file", file=file, allowed=allowed)
    return first


def missing_columns(columns: Sequence[str], needed: Iterable[str], *, file: str, line: int) -> list[Issue]:
    """Return an error for each needed column that is not among the columns."""
    return [
        Issue(
            code="missing-column",
            message=f"the column {quote(name)} is missing; the file has {quote(list(columns))}",
            place=Place(file=file, line=line, key=ascii_safe(name)),
            suggestion=ascii_safe(nearest(name, columns) or ""),
        )
        for name in dict.fromkeys(needed)
        if name not in columns
    ]


def uneven_row(cells: Sequence[str], columns: Sequence[str], *, file: str, line: int) -> Issue:
    """Return the error of a row with more or fewer cells than there are columns."""
    message = f"this row has {len(cells)} {'cell' if len(cells) == 1 else 'cells'}, the first line {len(columns)}"
    return Issue(code="uneven-row", message=message, place=Place(file=file, line=line))

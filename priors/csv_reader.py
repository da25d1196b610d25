"""A CSV file in the act of being read: rows with the lines they begin on, and what is said of those that do not fit."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from estimative.priors.errors import InvalidInput, Issue, listed, nearest
from estimative.priors.toml_table import ascii_safe

type CsvRow = tuple[int, list[str]]
"""The line on which a row begins, counted from 1, and its cells."""


def csv_rows(text: str, *, file: str, spaced: bool = False) -> Iterator[CsvRow]:
    """The rows of a CSV text, the line of columns first; empty lines are passed over.

    Parameters
    ----------
    spaced
        Whether blanks after a comma are no part of the next cell, so that quotes may follow them.

    Raises
    ------
    Faulty
        On the first row that is no CSV, with the line on which it begins, after all rows before it.
    """
    reader = csv.reader(io.StringIO(text), strict=True, skipinitialspace=spaced)
    line = 1
    try:
        for cells in reader:
            if cells:
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise InvalidInput([Issue(file=file, line=line, found=str(error), expected="CSV")]) from error


def first_row(rows: Iterator[CsvRow], *, file: str, then: str) -> CsvRow:
    """The line of columns; `then` says what each row after it is. Raises Faulty where there is none."""
    if (first := next(rows, None)) is None:
        expected = f"a line of columns, then a line a {then}"
        raise InvalidInput([Issue(file=file, found="an empty file", expected=expected)])
    return first


def lacking(columns: Sequence[str], needed: Iterable[str], *, file: str, line: int) -> list[Issue]:
    """A fault for each needed column that the line of columns does not name."""
    return [
        Issue(
            file=file, line=line, key=name, found="no such column",
            expected=ascii_safe(listed(columns, 16)), nearest=nearest(name, columns),
        )
        for name in dict.fromkeys(needed) if name not in columns
    ]  # fmt: skip


def uneven(columns: Sequence[str], *, file: str, line: int) -> Issue:
    """The fault of a row with more or fewer cells than there are columns."""
    return Issue(
        file=file, line=line, found="another number of cells", expected=f"{len(columns)}, as in the first line"
    )

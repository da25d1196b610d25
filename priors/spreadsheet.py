"""A table that a spreadsheet wrote, as CSV or as an Excel workbook: rows of texts, and the place of each cell."""

from __future__ import annotations

import codecs
import csv
import io
from pathlib import Path

from msgspec import Struct

from estimative.priors.csv_reader import DECLARED, DELIMITERS, csv_rows
from estimative.priors.errors import Place, invalid
from estimative.priors.toml_document import decoded, read_bytes
from estimative.priors.xlsx_reader import Workbook, read_workbook

LARGEST = 8 << 20
"""Bytes of a file."""
ZIP, OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
"""How an Excel workbook begins, and how one of before 2007."""


class Row(Struct, frozen=True, kw_only=True):
    """A row with a text in it."""

    number: int
    """Of the row in a workbook, of the line in a CSV file; counted from 1."""
    cells: tuple[str, ...]
    """Without blanks around them."""

    def cell(self, column: int) -> str:
        """The text in a column, counted from 0; empty beyond the last."""
        return self.cells[column] if column < len(self.cells) else ""


class Spreadsheet(Struct, frozen=True, kw_only=True):
    """The rows of a file."""

    file: str
    rows: tuple[Row, ...]
    workbook: bool = False
    """Whether cells have the names of Excel, such as C4, or lines and columns."""
    notes: tuple[str, ...] = ()
    """What a reader of the file should know about how it was read: a sentence each."""

    def place(self, row: int, column: int | None = None) -> Place:
        """Where a cell is, or a row."""
        if column is None:
            return Place(file=self.file, key=f"row {row}") if self.workbook else Place(file=self.file, line=row)
        letters = column_letters(column)
        if self.workbook:
            return Place(file=self.file, key=f"{letters}{row}")
        return Place(file=self.file, line=row, key=f"column {letters}")


def column_letters(column: int) -> str:
    """The name of a column, counted from 0: A, B, ... Z, AA."""
    first, last = divmod(column, 26)
    return (column_letters(first - 1) if first else "") + chr(ord("A") + last)


def read_spreadsheet(path: Path) -> Spreadsheet:
    """Read a CSV file or the first sheet of an Excel workbook, whichever the content is.

    Raises
    ------
    InvalidInput
        If the file cannot be read, is neither, or has a row that is not CSV.
    """
    raw, file = read_bytes(path, largest=LARGEST), str(path)
    if raw.startswith(ZIP):
        return _of_workbook(read_workbook(raw, file=file), file)
    if raw.startswith(OLD_EXCEL):
        message, fix = "this is a workbook in the format of Excel before 2007", "Save it as .xlsx or as CSV."
        raise invalid(message, code="not-csv", file=file, suggestion=fix)
    text, notes = _text(raw, file)
    rows = _rows(text, file)
    if not rows:
        raise invalid("the file is empty", code="empty-file", file=file, allowed="a table with a line of columns")
    return Spreadsheet(file=file, rows=rows, notes=notes)


def _of_workbook(workbook: Workbook, file: str) -> Spreadsheet:
    rows = tuple(Row(number=number, cells=cells) for number, cells in workbook.rows if any(cells))
    if not rows:
        message = f"the sheet {workbook.sheet!r} is empty"
        raise invalid(message, code="empty-file", file=file, allowed="a table with a row of columns")
    notes = (f"Read the sheet {workbook.sheet!r}, not the others.",) if workbook.others else ()
    return Spreadsheet(file=file, rows=rows, workbook=True, notes=notes)


def _text(raw: bytes, file: str) -> tuple[str, tuple[str, ...]]:
    """The text of a file in UTF-8 or UTF-16, or, as older spreadsheets write it, in Windows-1252."""
    notes: tuple[str, ...] = ()
    try:
        text = decoded(raw)
    except UnicodeDecodeError as failure:
        text, notes = _windows(raw, file, failure), ("The file is not UTF-8; it was read as Windows-1252.",)
    if "\0" in text:
        allowed = "CSV in UTF-8, UTF-16 with a byte order mark or Windows-1252, or an Excel workbook"
        raise invalid("this is not a text", code="not-csv", file=file, allowed=allowed)
    return text, notes


def _windows(raw: bytes, file: str, failure: UnicodeDecodeError) -> str:
    marked = raw.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        if not marked:
            return raw.decode("cp1252").replace("\r\n", "\n")
    except UnicodeDecodeError as other:
        failure = other
    line = raw.count(b"\n", 0, failure.start) + 1
    message, fix = "the text is neither UTF-8 nor Windows-1252", "Save it again with the encoding UTF-8."
    raise invalid(message, code="not-utf-8", file=file, line=line, suggestion=fix)


def _rows(text: str, file: str) -> tuple[Row, ...]:
    lines = io.StringIO(text, newline=None).readlines()
    start = next((at for at, line in enumerate(lines) if line.strip()), 0)
    declared = DECLARED.fullmatch(lines[start].strip()) if lines else None
    skipped = start + 1 if declared else start
    delimiter = declared[1] if declared else _delimiter(lines[skipped:])
    rows = csv_rows(text, file=file, delimiter=delimiter, skipped=skipped)
    return tuple(Row(number=line, cells=tuple(cells)) for line, cells in rows if any(cells))


def _delimiter(lines: list[str]) -> str:
    """The sign by which the largest share of rows has as many cells as the first; of several, that with most cells."""

    def fit(delimiter: str) -> tuple[bool, bool, float, int]:
        counts, sound = _widths(lines, delimiter)
        return counts[0] > 1, sound, counts.count(counts[0]) / len(counts), counts[0]

    return max(DELIMITERS, key=fit)


def _widths(lines: list[str], delimiter: str) -> tuple[list[int], bool]:
    """How many cells each row has, and whether all quotes are at the ends of cells."""
    counts: list[int] = []
    try:
        counts += (
            len(cells) for cells in csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True) if cells
        )
    except csv.Error:
        return counts or [0], False
    return counts or [0], True

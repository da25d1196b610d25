"""Tables as an Excel workbook, one sheet each; every text is written as text, never as a formula or a link."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import xlsxwriter

from estimative.reports.formats.typeset import sanitize
from estimative.reports.sheets import Cell, Sheet

WIDEST = 60
"""Of a column, in characters; longer texts take several lines."""
NUMBER_WIDTH = 12
"""Of a column of numbers, in characters."""
LONGEST = 32_767
"""Units of UTF-16 that a cell of Excel holds."""
NAME_LENGTH = 31
"""Units of UTF-16 that the name of a sheet may have."""
FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\'", "-"))
"""In the name of a sheet."""
UNNAMED, RESERVED = "sheet", "history"
EPOCH = datetime(1980, 1, 1, tzinfo=UTC)
"""Written as the time of creation: the same tables are the same bytes."""


def xlsx(sheets: Sequence[Sheet], *, caution: str = "") -> bytes:
    """The workbook; a caution is a sheet of its own, before all others."""
    notice = [Sheet(name="caution", columns=(caution,), rows=())] if caution else []
    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        book.set_properties({"created": EPOCH, "author": "estimative"})
        every = (*notice, *sheets)
        for name, sheet in zip(sheet_names(sheet.name for sheet in every), every, strict=True):
            _fill(book, book.add_worksheet(name), sheet)
    return buffer.getvalue()


def sheet_names(names: Iterable[str]) -> Iterator[str]:
    """Names that Excel accepts: short, without its forbidden characters, unique whatever their case."""
    used = {RESERVED}
    for name in names:
        stem = sanitize(name).translate(FORBIDDEN) or UNNAMED
        candidates = (f"{_cut(stem, NAME_LENGTH - len(end))}{end}" for end in _endings())
        unique = next(candidate for candidate in candidates if candidate.lower() not in used)
        used.add(unique.lower())
        yield unique


def _endings() -> Iterator[str]:
    yield ""
    count = 2
    while True:
        yield f" {count}"
        count += 1


def _fill(book: Any, page: Any, sheet: Sheet) -> None:
    header = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    page.freeze_panes(1, 1)
    for column, title in enumerate(sheet.columns):
        page.write_string(0, column, _cut(sanitize(title), LONGEST), header)
        page.set_column(column, column, _width(sheet, column))
    for at, row in enumerate(sheet.rows, start=1):
        for column, cell in enumerate(row):
            _write(page, at, column, cell, wrapped)


def _write(page: Any, row: int, column: int, cell: Cell, wrapped: Any) -> None:
    match cell:
        case None:
            return
        case bool():
            page.write_boolean(row, column, cell)
        case int() | float() if math.isfinite(cell):
            page.write_number(row, column, cell)
        case _:  # Excel has no infinite number
            text = _cut(sanitize(str(cell)), LONGEST)
            page.write_string(row, column, text, wrapped if len(text) > WIDEST else None)


def _cut(text: str, units: int) -> str:
    """The beginning of a text; Excel counts in units of UTF-16, and so twice what is beyond the first 65,536."""
    return text.encode("utf-16-le")[: 2 * units].decode("utf-16-le", errors="ignore")


def _width(sheet: Sheet, column: int) -> int:
    cells = [_length(cell) for cell in (sheet.columns[column], *(row[column] for row in sheet.rows))]
    return min(max(cells) + 2, WIDEST)


def _length(cell: Cell) -> int:
    if cell is None:
        return 0
    return len(sanitize(cell)) if isinstance(cell, str) else min(len(str(cell)), NUMBER_WIDTH)

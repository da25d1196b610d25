"""Tables as an Excel workbook, one sheet each; every text is written as text, never as a formula or a link."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

import xlsxwriter

from estimative.priors.toml_table import ascii_safe
from estimative.reports.sheets import Sheet

WIDEST = 60
"""Of a column, in characters."""
LONGEST = 32_767
"""Characters that a cell of Excel holds."""


def xlsx(sheets: Sequence[Sheet], *, caution: str = "") -> bytes:
    """The workbook; a caution is a sheet of its own, before all others."""
    notice = [Sheet(name="caution", columns=(caution,), rows=())] if caution else []
    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "nan_inf_to_errors": True}) as book:
        header = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        for sheet in [*notice, *sheets]:
            page = book.add_worksheet(sheet.name)
            page.freeze_panes(1, 1)
            for column, title in enumerate(sheet.columns):
                page.write_string(0, column, ascii_safe(title), header)
                page.set_column(column, column, _width(sheet, column))
            _fill(page, sheet)
    return buffer.getvalue()


def _fill(page: xlsxwriter.worksheet.Worksheet, sheet: Sheet) -> None:
    for at, row in enumerate(sheet.rows, start=1):
        for column, cell in enumerate(row):
            match cell:
                case None:
                    continue
                case bool():
                    page.write_boolean(at, column, cell)
                case int() | float():
                    page.write_number(at, column, cell)
                case str():
                    page.write_string(at, column, ascii_safe(" ".join(cell.split()))[:LONGEST])


def _width(sheet: Sheet, column: int) -> int:
    cells = [sheet.columns[column], *(str(row[column]) for row in sheet.rows)]
    return min(max(map(len, cells)) + 2, WIDEST)

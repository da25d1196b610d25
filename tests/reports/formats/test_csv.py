"""Tables as CSV."""

from __future__ import annotations

import csv as library
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from estimative.reports.formats.csv import csv
from estimative.reports.formats.typeset import sanitize
from estimative.reports.sheets import Cell, Sheet
from tests.documents import CAUTION, SHEET

FORMULAS = {
    "formula": "=1+1",
    "call": '=HYPERLINK("https://evil.example")',
    "plus": "+1+cmd|' /C calc'!A0",
    "minus": "-2+3",
    "at": "@SUM(A1:A9)",
    "tab before": "\t=1+1",
    "line before": "\r\n=1+1",
    "blank before": "  -1",
}


def rows(sheet: Sheet, *, caution: str = "") -> list[list[str]]:
    """A table, written and read back."""
    return list(library.reader(StringIO(csv(sheet, caution=caution)), strict=True))


def column(*cells: Cell) -> Sheet:
    """A sheet of one column."""
    return Sheet(name="a", columns=("a",), rows=tuple((cell,) for cell in cells))


def test_every_cell_is_written() -> None:
    """Under its header, to the last bit; what is unknown is empty."""
    assert rows(SHEET) == [
        ["outcome", "title", "probability", "certain", "conditional"],
        ["closed", "The bridge is closed", "0.0613", "False", ""],
        ["leak", "'=The dam leaks", "-1.5e-07", "True", "3"],
    ]


@pytest.mark.parametrize("name", FORMULAS)
def test_a_text_is_no_formula(name: str) -> None:
    """It stands behind an apostrophe, in a header, too; a negative number has none."""
    text = FORMULAS[name]
    assert rows(column(text))[1] == [f"'{sanitize(text)}"]
    assert rows(replace(column(), columns=(text,)))[0] == [f"'{sanitize(text)}"]
    assert rows(column(-2))[1] == ["-2"]


@given(text=st.text(alphabet="=+-@'\",;\t\r\n 1aA(|", min_size=1, max_size=9).filter(str.strip))
def test_no_mixture_of_marks_is_a_formula_or_another_cell(text: str) -> None:
    """Whatever marks a spreadsheet reads."""
    [_, [cell]] = rows(column(text))
    assert not cell.startswith(("=", "+", "-", "@"))
    assert cell.removeprefix("'") == sanitize(text).removeprefix("'")


def test_a_caution_is_in_every_row() -> None:
    """So that no row can be copied without it; a table without rows has one for it."""
    assert [row[-1] for row in rows(SHEET, caution=CAUTION)] == ["caution", CAUTION, CAUTION]
    assert rows(column(), caution=CAUTION) == [["a", "caution"], ["", CAUTION]]


@pytest.mark.parametrize("text", ["=1+1", "\t=1+1", "\r\n+1", " @x", "-1", "\uff1d1+1", "\uff0b1"])
def test_a_text_is_never_a_formula(text: str) -> None:
    """Whatever stands before its first sign, also in full width; a number stays a number."""
    [_, [cell, number]] = rows(Sheet(name="a", columns=("b", "c"), rows=((text, -1.5),)))
    assert cell == f"'{text.strip()}"
    assert number == "-1.5"

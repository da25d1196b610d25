"""The Excel workbook, read back without a library for it."""

from __future__ import annotations

import math
from io import BytesIO
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimative.reports.formats.xlsx import LONGEST, NAME_LENGTH, WIDEST, sheet_names, xlsx
from estimative.reports.sheets import Cell, Sheet
from tests.documents import CAUTION, PROSE, SHEET
from tests.reading import MAIN, read_xlsx


def column(*cells: Cell) -> Sheet:
    """A sheet of one column."""
    return Sheet(name="a", columns=("a",), rows=tuple((cell,) for cell in cells))


def test_every_cell_has_its_type() -> None:
    """Text, number and truth; what is unknown is no cell."""
    cells = read_xlsx(xlsx([SHEET])).cells(1)
    assert [cells[f"{letter}1"] for letter in "ABCDE"] == [("s", title) for title in SHEET.columns]
    assert cells["B2"] == ("s", "The bridge is closed")
    assert cells["C2"] == ("n", "0.0613")
    assert cells["D2"] == ("b", "0")
    assert "E2" not in cells
    assert cells["B3"] == ("s", "=The dam leaks")
    assert float(cells["C3"][1]) == -1.5e-07
    assert cells["E3"] == ("n", "3")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "{=1}", "https://example.org", "mailto:a@b.c", "007"])
def test_a_text_is_a_text(text: str) -> None:
    """Never a formula, a link or a number."""
    workbook = read_xlsx(xlsx([column(text)]))
    assert workbook.cells(1)["A2"] == ("s", text)
    assert not list(workbook.sheet(1).iter(f"{MAIN}hyperlink"))


def test_an_infinite_number_is_a_text() -> None:
    """Excel has none."""
    cells = read_xlsx(xlsx([column(math.inf, -math.inf, math.nan)])).cells(1)
    assert [cells[f"A{row}"] for row in (2, 3, 4)] == [("s", "inf"), ("s", "-inf"), ("s", "nan")]


def test_a_text_longer_than_a_cell_is_cut() -> None:
    """To what Excel holds."""
    for character, times in (("x", LONGEST), ("\U0001f600", LONGEST // 2)):
        assert read_xlsx(xlsx([column(character * 40_000)])).cells(1)["A2"] == ("s", character * times)


def test_the_header_is_frozen() -> None:
    """And the first column, which names the rows."""
    [pane] = read_xlsx(xlsx([SHEET])).sheet(1).iter(f"{MAIN}pane")
    assert (pane.attrib["state"], pane.attrib["topLeftCell"]) == ("frozen", "B2")


def test_columns_are_as_wide_as_their_cells_up_to_a_limit() -> None:
    """Numbers have many digits that nobody reads; a long text takes several lines."""
    sheet = Sheet(name="a", columns=("a", "b", "c"), rows=(("x" * 20, 1 / 3, PROSE), ("y", None, "short")))
    workbook = read_xlsx(xlsx([sheet]))
    widths = [float(entry.attrib["width"]) for entry in workbook.sheet(1).iter(f"{MAIN}col")]
    assert widths == pytest.approx([22, 14, WIDEST], abs=1)
    styles = {cell.attrib["r"]: cell.attrib.get("s") for cell in workbook.sheet(1).iter(f"{MAIN}c")}
    assert styles["C2"] != styles["C3"]


def test_a_caution_is_the_first_sheet() -> None:
    """Before all numbers."""
    workbook = read_xlsx(xlsx([SHEET], caution=CAUTION))
    assert workbook.names == ["caution", "outcomes"]
    assert workbook.cells(1)["A1"] == ("s", CAUTION)


@given(names=st.lists(st.text(max_size=40), max_size=8))
def test_every_sheet_gets_a_name_that_excel_accepts(names: list[str]) -> None:
    """At most 31 characters, none forbidden, no two alike whatever their case."""
    made = list(sheet_names(names))
    assert len(made) == len({name.lower() for name in made}) == len(names)
    assert all(0 < len(name.encode("utf-16-le")) <= 2 * NAME_LENGTH for name in made)
    assert not {character for name in made for character in name} & set("[]:*?/\\'")


@pytest.mark.parametrize("text", ["a/b", "x" * 40, "\U0001f600" * 40, "'a'", "\x00", "history", ""])
def test_a_workbook_can_be_written_whatever_its_sheets_are_called(text: str) -> None:
    """Each in its own sheet, twice the same name, too."""
    assert len(read_xlsx(xlsx([Sheet(name=text, columns=("a",), rows=())] * 2)).names) == 2


def test_names_are_changed_as_little_as_possible() -> None:
    """A name that Excel accepts stays; two that become alike get a number."""
    names = ["tornado", "Tornado", "a/b", "History", "", "x" * 40, "x" * 50]
    assert list(sheet_names(names)) == [
        "tornado",
        "Tornado 2",
        "a-b",
        "History 2",
        "sheet",
        "x" * 31,
        f"{'x' * 29} 2",
    ]


def test_the_same_tables_are_the_same_bytes() -> None:
    """No time is in the file."""
    written = xlsx([SHEET], caution=CAUTION)
    assert xlsx([SHEET], caution=CAUTION) == written
    with ZipFile(BytesIO(written)) as file:
        assert {entry.date_time for entry in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b"1980-01-01" in file.read("docProps/core.xml")

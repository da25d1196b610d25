"""Tables as spreadsheets write them."""

from __future__ import annotations

import datetime
import random
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pytest
import xlsxwriter

from estimative.priors.errors import InvalidInput
from estimative.priors.spreadsheet import Spreadsheet, column_letters, read_spreadsheet

ROWS = [["Evidence", "H1: one, or two; three", "H2"], ["caf\u00e9", "C", "--"], ['a "b"', "", "I"]]


def csv_text(delimiter: str) -> str:
    return "".join(
        delimiter.join('"' + cell.replace('"', '""') + '"' for cell in row) + "\r\n" for row in ROWS
    )  # fmt: skip


def workbook(rows: Sequence[Sequence[object]] = ROWS, *, more: str = "") -> bytes:
    """An Excel file whose sheet has these rows, and perhaps another sheet."""
    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet, day = book.add_worksheet("Matrix"), book.add_format({"num_format": "dd/mm/yyyy"})
        for number, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                if isinstance(cell, datetime.date):
                    sheet.write_datetime(number, column, datetime.datetime(cell.year, cell.month, cell.day), day)  # noqa: DTZ001
                elif cell not in {"", None}:
                    sheet.write(number, column, cell)
        if more:
            book.add_worksheet(more).write(0, 0, "else")
    return buffer.getvalue()


def cells(sheet: Spreadsheet) -> list[list[str]]:
    return [list(row.cells) for row in sheet.rows]


def read(folder: Path, content: bytes, name: str = "m.csv") -> Spreadsheet:
    (folder / name).write_bytes(content)
    return read_spreadsheet(folder / name)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_table_is_the_same_in_every_form(tmp_path: Path, delimiter: str, encoding: str) -> None:
    """Whatever stands between cells, and however letters are written."""
    sheet = read(tmp_path, csv_text(delimiter).encode(encoding))
    assert cells(sheet) == ROWS
    assert bool(sheet.notes) == (encoding == "cp1252"), "what was guessed is said"


def test_a_workbook_has_the_same_cells(tmp_path: Path) -> None:
    """Empty cells at the end of a row are none."""
    assert cells(read(tmp_path, workbook(), "m.xlsx")) == ROWS


def test_a_sign_that_more_rows_agree_on_stands_between_cells(tmp_path: Path) -> None:
    """Commas within titles that are not in quotes do not count."""
    sheet = read(tmp_path, b"Evidence;H1, or a, b, c;H2, d\nx, y;C;I\nz;C;C\n")
    assert [len(row.cells) for row in sheet.rows] == [3, 3, 3]


def test_a_declared_sign_stands_between_cells(tmp_path: Path) -> None:
    """As Excel names it in a first line."""
    assert cells(read(tmp_path, b"sep=|\na;b|c\nd|e\n")) == [["a;b", "c"], ["d", "e"]]


def test_values_of_a_workbook_are_texts(tmp_path: Path) -> None:
    """Dates as in ISO 8601, formulas by the value that was computed, rich texts without their format."""
    day = datetime.date(2026, 3, 1)
    sheet = read(tmp_path, workbook([["a", day, 0, 2.5, True, "=1+1"], [], [None, "x"]], more="Other"))
    assert [(row.number, row.cells) for row in sheet.rows] == [
        (1, ("a", "2026-03-01", "0", "2.5", "TRUE", "0")),
        (3, ("", "x")),
    ]
    assert sheet.notes == ("Read the sheet 'Matrix', not the others.",)


def test_places_are_those_of_a_spreadsheet(tmp_path: Path) -> None:
    """A cell of a workbook by its name; one of a CSV file by line and column, lines within cells counted."""
    book = read(tmp_path, workbook(), "m.xlsx")
    assert str(book.place(book.rows[1].number, 2)).endswith("m.xlsx, C2")
    text = read(tmp_path, b'a,b\n"two\nlines",c\nd,e\n')
    assert str(text.place(text.rows[2].number, 1)).endswith("m.csv, line 4, column B")
    assert [column_letters(at) for at in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


def changed(content: bytes, part: str, old: bytes, new: bytes) -> bytes:
    """A workbook with another text in one of its parts."""
    buffer = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as before, zipfile.ZipFile(buffer, "w") as after:
        for info in before.infolist():
            data = before.read(info)
            assert info.filename != part or old in data
            after.writestr(info.filename, data.replace(old, new) if info.filename == part else data)
    return buffer.getvalue()


def flipped(content: bytes) -> bytes:
    middle = len(content) // 3
    return content[:middle] + bytes(255 - byte for byte in content[middle : middle + 40]) + content[middle + 40 :]


ENTITY = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet'
SHEET = "xl/worksheets/sheet1.xml"
DAMAGED = {
    "document type": lambda: changed(workbook(), SHEET, b"<worksheet", ENTITY),
    "no sheet": lambda: changed(workbook(), "xl/workbook.xml", b"<sheet ", b"<sheat "),
    "no XML": lambda: changed(workbook(), SHEET, b"</worksheet>", b""),
    "missing part": lambda: changed(workbook(), "xl/_rels/workbook.xml.rels", b"sheet1.xml", b"sheet9.xml"),
    "too many columns": lambda: changed(workbook(), SHEET, b'r="B1"', b'r="XFD1"'),
    "cut": lambda: workbook()[:-200],
    "bits": lambda: flipped(workbook()),
    "another archive": lambda: changed(workbook(), "xl/workbook.xml", b"<sheets>", b"<shoots>").replace(b"xl/", b"yl/"),
}


@pytest.mark.parametrize("kind", DAMAGED)
def test_a_damaged_workbook_is_an_error(tmp_path: Path, kind: str) -> None:
    """In a sentence, whatever is wrong with it."""
    with pytest.raises(InvalidInput) as caught:
        read(tmp_path, DAMAGED[kind](), "m.xlsx")
    [issue] = caught.value.issues
    assert issue.code == "not-xlsx"


@pytest.mark.parametrize("number", ["x", "-1", "9" * 5000, "7"])
def test_numbers_that_are_none_do_no_harm(tmp_path: Path, number: str) -> None:
    """Of rows, shared texts and styles."""
    text = changed(workbook(), SHEET, b"<v>3</v>", f"<v>{number}</v>".encode())
    rows = changed(text, SHEET, b'<row r="2"', f'<row r="{number}"'.encode())
    assert len(read(tmp_path, rows, "m.xlsx").rows) == 3


def test_random_changes_are_errors_or_tables(tmp_path: Path) -> None:
    """Whatever is wrong with a workbook, nothing else happens."""
    rng, content = random.Random(1), workbook()
    for _ in range(300):
        damaged = bytearray(content)
        for _ in range(rng.randint(1, 5)):
            damaged[rng.randrange(4, len(damaged))] = rng.randrange(256)
        with suppress(InvalidInput):
            read(tmp_path, bytes(damaged), "m.xlsx")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty-file"),
        (b"\n\n , ,\n", "empty-file"),
        (workbook([[]]), "empty-file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "not-csv"),
        (b"a\0,b\0\n", "not-csv"),
        (b'a,b\n"c"d,e\n', "not-csv"),
        (b"a,b\n\x81\xff,e\n", "not-utf-8"),
        (b"\xef\xbb\xbfa,b\n\xe9,e\n", "not-utf-8"),
        (b"a,b\n" * (3 << 20), "too-large"),
    ],
)
def test_what_is_no_table_is_an_error(tmp_path: Path, content: bytes, code: str) -> None:
    """Empty files, old workbooks, other encodings, quotes that do not end."""
    with pytest.raises(InvalidInput) as caught:
        read(tmp_path, content)
    assert [issue.code for issue in caught.value.issues] == [code]


def test_large_parts_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However small the archive is."""
    monkeypatch.setattr("estimative.priors.xlsx_reader.LARGEST_PART", 100)
    with pytest.raises(InvalidInput, match="has 0 MB"):
        read(tmp_path, workbook(), "m.xlsx")

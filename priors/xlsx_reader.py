"""The first visible sheet of an Excel workbook as rows of texts: values only, no formula is computed.

A workbook is a ZIP archive of XML files (ECMA-376). Of these only the list of sheets, one sheet, the shared texts and
the number formats are read. What could exhaust the memory is refused: a document type with entities, and large parts.
"""

from __future__ import annotations

import datetime
import io
import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from xml.etree import ElementTree

from msgspec import Struct

from estimative.priors.errors import InvalidInput, invalid

type XlsxRow = tuple[int, tuple[str, ...]]
"""The number of a row, counted from 1, and its cells."""

LARGEST_PART = 64 << 20
"""Bytes of one XML file."""
MOST_COLUMNS = 1_000
CELL = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
WHOLE = re.compile(r"[0-9]{1,9}")
QUOTED = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')
"""In the code of a number format, what is printed as it stands."""
DATES = frozenset([*range(14, 18), 22, *range(27, 37), *range(50, 59)])
"""Built-in number formats that show a date."""
UNREADABLE = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, ValueError, RuntimeError, OSError)
"""What reading a damaged archive raises; RuntimeError for an encrypted part, too, and for an unknown compression."""
EPOCH, EPOCH_1904 = datetime.date(1899, 12, 30), datetime.date(1904, 1, 1)
LAST_DAY = (datetime.date.max - EPOCH_1904).days


class Workbook(Struct, frozen=True, kw_only=True):
    """One sheet of a workbook."""

    sheet: str
    """Its name."""
    others: bool
    """Whether there are more."""
    rows: tuple[XlsxRow, ...]


def read_workbook(raw: bytes, *, file: str) -> Workbook:
    """Read the first visible sheet.

    Raises
    ------
    InvalidInput
        If the file is damaged, or no workbook.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(raw))
    except UNREADABLE as error:
        raise _damaged(file, "the archive cannot be read") from error
    with archive:
        return _Archive(archive, file).workbook()


def _damaged(file: str, reason: str) -> InvalidInput:
    fix = "Save it again as .xlsx, or as CSV."
    return invalid(f"this is no Excel workbook, or it is damaged: {reason}", code="not-xlsx", file=file, suggestion=fix)


class _Archive(Struct, frozen=True, dict=True):
    """The parts of a workbook, each read when it is needed."""

    archive: zipfile.ZipFile
    file: str

    def workbook(self) -> Workbook:
        sheets = [sheet for sheet in _all(self._xml("xl/workbook.xml"), "sheet") if sheet.get("name")]
        visible = [sheet for sheet in sheets if sheet.get("state", "visible") == "visible"] or sheets
        if not visible:
            raise _damaged(self.file, "it has no sheet")
        chosen = visible[0]
        target = self._targets.get(next((v for k, v in chosen.attrib.items() if k.endswith("}id")), ""), "")
        root = self._xml(posixpath.normpath(posixpath.join("xl", target)).lstrip("/"))
        return Workbook(sheet=chosen.attrib["name"], others=len(visible) > 1, rows=tuple(self._rows(root)))

    @cached_property
    def _targets(self) -> Mapping[str, str]:
        links = _all(self._xml("xl/_rels/workbook.xml.rels"), "Relationship")
        return {link.get("Id", ""): link.get("Target", "") for link in links}

    @cached_property
    def _texts(self) -> Sequence[str]:
        return [_text(entry) for entry in _all(self._xml("xl/sharedStrings.xml", optional=True), "si")]

    @cached_property
    def _date_styles(self) -> frozenset[int]:
        """The cell styles that show a number as a date."""
        root = self._xml("xl/styles.xml", optional=True)
        codes = {f.get("numFmtId", ""): f.get("formatCode", "") for f in _all(root, "numFmt")}
        styles = [xf for formats in _all(root, "cellXfs") for xf in formats]
        return frozenset(at for at, xf in enumerate(styles) if _is_date(xf.get("numFmtId", ""), codes))

    @cached_property
    def _epoch(self) -> datetime.date:
        properties = next(iter(_all(self._xml("xl/workbook.xml"), "workbookPr")), None)
        since_1904 = properties is not None and properties.get("date1904") in {"1", "true"}
        return EPOCH_1904 if since_1904 else EPOCH

    def _xml(self, name: str, *, optional: bool = False) -> ElementTree.Element:
        try:
            info = self.archive.getinfo(name)
        except KeyError as error:
            if optional:
                return ElementTree.Element("nothing")
            raise _damaged(self.file, f"the part {name!r} is missing") from error
        if info.file_size > LARGEST_PART:
            raise _damaged(self.file, f"the part {name!r} has {info.file_size / 1e6:.0f} MB")
        try:
            content = self.archive.read(info)
        except UNREADABLE as error:
            raise _damaged(self.file, f"the part {name!r} cannot be read") from error
        # Entities can expand without end, and no spreadsheet needs them.
        if b"<!DOCTYPE" in content or b"<!ENTITY" in content or b"<\0!\0D\0" in content:
            raise _damaged(self.file, f"the part {name!r} has a document type")
        try:
            return ElementTree.fromstring(content)
        except (ElementTree.ParseError, ValueError, LookupError) as error:
            raise _damaged(self.file, f"the part {name!r} is no XML") from error

    def _rows(self, root: ElementTree.Element) -> Iterator[XlsxRow]:
        number = 0
        for row in _all(root, "row"):
            number = own if (own := _whole(row.get("r", ""))) is not None else number + 1
            cells = dict(self._cells(row))
            if cells:
                yield number, tuple(cells.get(column, "") for column in range(max(cells) + 1))

    def _cells(self, row: ElementTree.Element) -> Iterator[tuple[int, str]]:
        """Column, counted from 0, and text of every cell with a text."""
        column = -1
        for cell in row:
            place = CELL.fullmatch(cell.get("r", ""))
            column = _column(place[1]) if place else column + 1
            if column >= MOST_COLUMNS:
                raise _damaged(self.file, f"it has more than {MOST_COLUMNS:,} columns")
            if text := self._value(cell).strip():
                yield column, text

    def _value(self, cell: ElementTree.Element) -> str:
        kind, value = cell.get("t", "n"), "".join(part.text or "" for part in cell if _name(part) == "v")
        match kind:
            case "s":
                index = _whole(value)
                return self._texts[index] if index is not None and index < len(self._texts) else ""
            case "inlineStr":
                return _text(cell)
            case "b":
                return "TRUE" if value == "1" else "FALSE"
            case "n" if _whole(cell.get("s", "")) in self._date_styles:
                return _date(value, self._epoch)
        return value


def _name(element: ElementTree.Element) -> str:
    """Without its namespace, of which there are two: for the strict and the usual form of the format."""
    return element.tag.rpartition("}")[2]


def _all(root: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    return [element for element in root.iter() if _name(element) == name]


def _text(element: ElementTree.Element) -> str:
    """Every text in an element, but no reading aids."""
    aids = {text for aid in _all(element, "rPh") for text in _all(aid, "t")}
    return "".join(text.text or "" for text in _all(element, "t") if text not in aids)


def _whole(text: str) -> int | None:
    """A whole number of at most nine digits; None for anything else."""
    return int(text) if WHOLE.fullmatch(text) else None


def _column(letters: str) -> int:
    index = 0
    for letter in letters:
        index = 26 * index + ord(letter) - ord("A") + 1
    return index - 1


def _is_date(number_format: str, codes: Mapping[str, str]) -> bool:
    code = QUOTED.sub("", codes.get(number_format, "")).lower()
    return _whole(number_format) in DATES or "y" in code or "d" in code


def _date(value: str, epoch: datetime.date) -> str:
    try:
        days = int(float(value))
    except (ValueError, OverflowError):
        return value
    return (epoch + datetime.timedelta(days=days)).isoformat() if 0 <= days <= LAST_DAY else value

"""A CSV file that is being read: rows with the lines on which they begin, and the errors of those that do not fit."""

from __future__ import annotations

import csv
import io
import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from msgspec import Struct
from msgspec.structs import replace

from estimative.priors.errors import Issue, Place, ascii_safe, enumerated, invalid, nearest, quote

type CsvRow = tuple[int, list[str]]
"""The line on which a row begins, counted from 1, and its cells."""

DELIMITERS = ",;\t|"
"""What may stand between cells; the line of columns decides."""
QUOTED = re.compile(r'"[^"]*"')
DECLARED = re.compile(r"sep=(.)", re.IGNORECASE)
"""A first line by which Excel names what stands between cells."""
MOST_LINES = 5
"""Lines that an error of many rows names."""
MOST_VALUES = 3
"""Wrong values of one column that have an error each."""


class CsvTable(Struct, frozen=True, kw_only=True):
    """A CSV file whose line of columns has been read."""

    file: str
    line: int
    """Of the columns."""
    columns: tuple[str, ...]
    delimiter: str
    rows: Iterator[CsvRow]
    """Those with a text in them."""

    def find(self, name: str, synonyms: Iterable[str] = ()) -> list[int]:
        """Return where a column is: by its very name, else whatever its capitals and signs, else by a synonym."""
        loose = list(map(folded, self.columns))
        exact = [at for at, column in enumerate(self.columns) if column == name]
        known = {folded(synonym) for synonym in synonyms}
        return (
            exact
            or [at for at, column in enumerate(loose) if column == folded(name)]
            or [at for at, column in enumerate(loose) if column in known]
        )

    def positions(self, names: Iterable[str]) -> tuple[dict[str, int], list[Issue]]:
        """Return where each column is, and an error for each that is missing or there twice."""
        places: dict[str, int] = {}
        issues: list[Issue] = []
        for name in dict.fromkeys(names):
            found = self.find(name)
            if len(found) == 1:
                places[name] = found[0]
            else:
                issues.append(self.ambiguous(name, found) if found else self.missing(name))
        return places, issues

    def missing(self, name: str, suggestion: str = "") -> Issue:
        """Return the error of a column that is not there; by default the nearest name is suggested."""
        present = enumerated([quote(column) for column in self.columns])
        near = suggestion or ascii_safe(nearest(name, self.columns) or "")
        message = f"the column {quote(name)} is missing; the file has {present}"
        return Issue(code="missing-column", message=message, place=self._place(name), suggestion=near)

    def ambiguous(self, name: str, found: Sequence[int]) -> Issue:
        """Return the error of several columns that could be one."""
        titles = [self.columns[at] for at in found]
        message, fix = f"the column {quote(name)} is there twice", ""
        if len(set(titles)) > 1:
            message = f"{' and '.join(map(quote, titles))} could each be the column {quote(name)}"
            fix = f"Rename the right one to {quote(name)}."
        return Issue(code="duplicate-column", message=message, place=self._place(name), suggestion=fix)

    def uneven(self, line: int, cells: Sequence[str]) -> Issue:
        """Return the error of a row with more or fewer cells than there are columns."""
        number = f"{len(cells)} {'cell' if len(cells) == 1 else 'cells'}"
        message = f"this row has {number}, the first line {len(self.columns)}"
        return Issue(code="uneven-row", message=message, place=Place(file=self.file, line=line))

    def _place(self, name: str) -> Place:
        return Place(file=self.file, line=self.line, key=ascii_safe(name))


def csv_table(text: str, *, file: str, row: str) -> CsvTable:
    """Read the line of columns, whatever stands between them; `row` says what each row after it is.

    Lines before it that are empty or begin with # are skipped, and blanks around cells are none of their text.

    Raises
    ------
    InvalidInput
        If there is no such line.
    """
    skipped, delimiter = _opening(text)
    rows = csv_rows(text, file=file, delimiter=delimiter, skipped=skipped)
    if (first := next(rows, None)) is None:
        allowed = f"a line with the names of the columns, then one line per {row}"
        raise invalid("the file is empty", code="empty-file", file=file, allowed=allowed)
    line, cells = first
    filled = ((at, row_cells) for at, row_cells in rows if any(row_cells))
    return CsvTable(file=file, line=line, columns=tuple(cells), delimiter=delimiter, rows=filled)


def csv_rows(text: str, *, file: str, delimiter: str = ",", skipped: int = 0) -> Iterator[CsvRow]:
    """Yield the rows of a CSV text, the line of columns first; empty lines are skipped.

    Parameters
    ----------
    skipped
        The number of lines before the first row.

    Raises
    ------
    InvalidInput
        On the first row that is not CSV, with the line on which it begins, after all rows before it.
    """
    lines = io.StringIO(text, newline=None)
    for _ in range(skipped):
        next(lines)
    reader = csv.reader(lines, strict=True, skipinitialspace=True, delimiter=delimiter)
    line = skipped + 1
    try:
        for cells in reader:
            if cells:
                yield line, [cell.strip() for cell in cells]
            # A cell may hold line ends: the number of the reader is that of the last line of a row.
            line = skipped + reader.line_num + 1
    except csv.Error as error:
        raise invalid(f"this row is not CSV: {error}", code="not-csv", file=file, line=line) from error


def gathered(issues: Iterable[Issue]) -> list[Issue]:
    """Return one error for each kind of mistake in each column: the first, which says how many rows more have it.

    A few values that are wrong each in many rows are one error each; many different ones are one error together.
    """
    ordered = sorted(issues, key=_line)
    kinds: dict[tuple[str, str], dict[str, list[Issue]]] = defaultdict(lambda: defaultdict(list))
    for issue in ordered:
        kinds[issue.code, issue.place.key][issue.value].append(issue)
    groups = [
        group
        for kind in kinds.values()
        for group in (kind.values() if len(kind) <= MOST_VALUES else [sorted(chain(*kind.values()), key=_line)])
    ]
    return [_first(group) for group in sorted(groups, key=lambda group: ordered.index(group[0]))]


def _line(issue: Issue) -> float:
    return issue.place.line or math.inf


def _first(kind: Sequence[Issue]) -> Issue:
    first, *others = kind
    lines = [str(issue.place.line) for issue in others]
    if not lines:
        return first
    named = ", ".join([*lines[:MOST_LINES], *(["..."] if len(lines) > MOST_LINES else [])])
    rows = f"1 more row has such an error (line {named})" if len(lines) == 1 else ""
    rows = rows or f"{len(lines):,} more rows have such errors (lines {named})"
    return replace(first, message=f"{first.message}; {rows}")


def folded(column: str) -> str:
    """Return the name of a column without capitals, and with one _ for all signs between words."""
    return re.sub(r"[\W_]+", "_", column.casefold().replace("%", " percent ")).strip("_")


def _opening(text: str) -> tuple[int, str]:
    """Return how many lines come before that of the columns, and what stands between cells."""
    for at, line in enumerate(io.StringIO(text, newline=None)):
        if declared := DECLARED.fullmatch(line.strip("\n")):
            return at + 1, declared[1]
        if line.strip() and not line.startswith("#"):
            plain = QUOTED.sub("", line)
            return at, max(DELIMITERS, key=plain.count)
    return 0, ","

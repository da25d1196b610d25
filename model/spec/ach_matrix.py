"""A matrix of competing hypotheses, read from a table: a row for each item of evidence, a column for each hypothesis.

Heuer (1999), Psychology of Intelligence Analysis, chapter 8. Each rating says how consistent an item is with a
hypothesis. Programs for the method and spreadsheets add columns, such as source or credibility, and rows of totals.
"""

from __future__ import annotations

import datetime
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

from msgspec import Struct
from msgspec.structs import replace

from estimative.model.spec.events import MOST_STATES
from estimative.model.spec.evidence_file import GRADE
from estimative.priors.csv_reader import folded
from estimative.priors.errors import InvalidInput, Issue, Place, enumerated, invalid, nearest_word, quote
from estimative.priors.ratio_scale import ACH
from estimative.priors.spreadsheet import Row, Spreadsheet, column_letters

SIGNS = {"++": "very consistent", "+": "consistent", "0": "neutral", "-": "inconsistent", "--": "very inconsistent"}
OTHERS = {
    "strongly consistent": "very consistent",
    "highly consistent": "very consistent",
    "strongly inconsistent": "very inconsistent",
    "highly inconsistent": "very inconsistent",
}
SILENT = ("na", "n/a", "n.a.", "n. a.", "#n/a", "not applicable")
"""Ratings that say nothing about a hypothesis, as an empty cell does."""
RATINGS: Mapping[str, str] = {
    **{word: band.words[0] for band in ACH.bands for word in band.words},
    **SIGNS,
    **OTHERS,
    **dict.fromkeys(SILENT, ""),
}
"""The word of the ACH scale that each rating stands for; empty for one that says nothing."""
ALLOWED = "CC, C, N, I, II or NA; the same as words, such as very consistent; or ++, +, 0, -, --; or an empty cell"
ITEM = ("evidence", "item", "items", "item of evidence", "items of evidence", "evidence item", "argument")
"""Titles of the column of items; without one it is the first."""
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "number": ("no", "nr", "id", "number", "order", "order added"),
    "source": ("source", "sources", "source name", "information source"),
    "origin": ("origin",),
    "date": ("date", "date of evidence", "date of information", "date/time", "date or time"),
    "grade": ("grade", "admiralty", "admiralty code", "source grade"),
    "locator": ("locator", "page", "reference"),
    "credibility": ("credibility", "cred", "source credibility", "reliability", "source reliability"),
    "relevance": ("relevance", "relevancy", "weight"),
    "type": ("type", "evidence type", "type of evidence", "source type"),
    "notes": ("notes", "note", "comment", "comments", "remark", "remarks", "code", "codes", "flag", "flags"),
    "score": ("score", "inconsistency score", "weighted inconsistency score", "diagnosticity", "total"),
}
"""Columns beside the hypotheses that matrices have, by what is in them."""
COMMON = ("type", "notes")
"""Columns whose names may also be those of hypotheses: they are if every text below is a rating."""
KEPT = ("credibility", "relevance", "type", "notes", "date", "grade")
"""Columns of which a text that has no place in a scenario is kept as a comment."""
TOTAL = re.compile(r"(weighted )?(inconsistency|consistency)( scores?| counts?)?|scores?|totals?|sums?|rank(ing)?")
DATES = ("%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y", "%d %B %Y", "%d %b %Y", "%B %d, %Y")
"""How dates are read; with slashes and the year last, day and month cannot be told apart."""
MOST_PLACES = 4
"""Further cells that an error of many names."""


class Rating(Struct, frozen=True, kw_only=True):
    """What a cell says about an item under a hypothesis."""

    written: str
    """As in the cell; empty where nobody rated it."""
    word: str
    """Of the ACH scale; empty where it says nothing."""


class RatedItem(Struct, frozen=True, kw_only=True):
    """One row: an item of evidence with a rating for each hypothesis."""

    row: int
    title: str
    ratings: tuple[Rating, ...]
    """In the order of the hypotheses."""
    source: str = ""
    origin: str = ""
    locator: str = ""
    grade: str = ""
    """An Admiralty code."""
    date: datetime.date | None = None
    remarks: tuple[tuple[str, str], ...] = ()
    """What else the row says: the title of a column, and its text."""


class AchMatrix(Struct, frozen=True, kw_only=True):
    """Hypotheses and rated items."""

    hypotheses: tuple[str, ...]
    items: tuple[RatedItem, ...]
    notes: tuple[str, ...]
    """How the table was read, where that is not evident: a sentence each."""


def read_matrix(sheet: Spreadsheet, *, today: datetime.date) -> AchMatrix:
    """Read a matrix from a table.

    Raises
    ------
    InvalidInput
        With every cell that is no rating, every hypothesis that is there twice, and whatever else is wrong.
    """
    header, *rows = sheet.rows
    columns = _Columns.of(header, rows)
    issues = list(columns.errors(sheet, header, rows))
    if issues:  # with other columns, every cell would mean something else
        raise InvalidInput(issues)
    reader = _Reader(sheet=sheet, header=header, columns=columns, today=today)
    items = tuple(reader.items(rows))
    issues = [*reader.issues, *reader.rating_errors()]
    if not items and not issues:
        allowed = "a row for each item of evidence, below that of the hypotheses"
        raise invalid("the matrix has no item of evidence", code="too-few", file=sheet.file, allowed=allowed)
    if issues:
        raise InvalidInput(sorted(issues, key=lambda issue: reader.order.get(issue.place, 0)))
    titles = tuple(_plain(header.cell(at)) for at in columns.hypotheses)
    return AchMatrix(hypotheses=titles, items=items, notes=(*sheet.notes, *reader.notes(items)))


def _plain(text: str) -> str:
    """A text on one line."""
    return " ".join(text.split())


class _Columns(Struct, frozen=True, kw_only=True):
    """What is in each column, counted from 0."""

    item: int
    hypotheses: tuple[int, ...]
    others: Mapping[int, str]
    """What is in the columns beside."""

    @classmethod
    def of(cls, header: Row, rows: Sequence[Row]) -> _Columns:
        named = {at: folded(title) for at, title in enumerate(header.cells)}
        known = {folded(synonym): kind for kind, synonyms in COLUMNS.items() for synonym in synonyms}
        kinds = {at: "number" if header.cell(at) == "#" else known.get(title, "") for at, title in named.items()}
        others = {at: kind for at, kind in kinds.items() if kind and not (kind in COMMON and _is_rated(rows, at))}
        items = [at for at in named if named[at] in set(map(folded, ITEM))]
        rest = [at for at in named if at not in others]
        item = next(iter(items or rest), 0)
        filled = {at for at in rest if header.cell(at) or any(row.cell(at) for row in rows)}
        return cls(item=item, hypotheses=tuple(at for at in rest if at != item and at in filled), others=others)

    def errors(self, sheet: Spreadsheet, header: Row, rows: Sequence[Row]) -> Iterator[Issue]:
        """Yield the errors of the row of hypotheses, and of rows of another length."""
        titles: dict[str, int] = {}
        for at in self.hypotheses:
            place, title = sheet.place(header.number, at), _plain(header.cell(at))
            if not title:
                message = "the hypothesis of this column is missing"
                yield Issue(code="missing-value", message=message, place=place, allowed="a title in the first row")
            elif (first := titles.setdefault(title.casefold(), at)) != at:
                message = f"the hypothesis {quote(title)} is there twice, first in column {column_letters(first)}"
                yield Issue(code="duplicate-name", message=message, place=place)
        count, place = len(self.hypotheses), sheet.place(header.number)
        if count < 2:
            message = f"the matrix has {'one hypothesis' if count else 'no hypothesis'}"
            fix = "The first row has a title for each, the first column the items of evidence."
            yield Issue(code="too-few", message=message, place=place, allowed="two or more", suggestion=fix)
        elif count > MOST_STATES:
            message, fix = f"the matrix has {count} hypotheses", "Join those that you would not tell apart."
            yield Issue(code="too-many", message=message, place=place, allowed=f"at most {MOST_STATES}", suggestion=fix)
        if not sheet.workbook:  # a workbook has no cells at the end of a row that are empty
            yield from _uneven(sheet, header, rows)


def _is_rated(rows: Sequence[Row], column: int) -> bool:
    texts = {row.cell(column).casefold() for row in rows} - {""}
    return texts <= RATINGS.keys() and not texts <= set(SILENT)


def _uneven(sheet: Spreadsheet, header: Row, rows: Sequence[Row]) -> Iterator[Issue]:
    for row in rows:
        if len(row.cells) != len(header.cells):
            cells = f"{len(row.cells)} {'cell' if len(row.cells) == 1 else 'cells'}"
            message = f"this row has {cells}, the first one {len(header.cells)}"
            fix = "Put a text that contains the sign between cells into double quotes."
            yield Issue(code="uneven-row", message=message, place=sheet.place(row.number), suggestion=fix)


class _Reader:
    """Rows that are being read; collects what is wrong with them."""

    def __init__(self, *, sheet: Spreadsheet, header: Row, columns: _Columns, today: datetime.date) -> None:
        self.sheet, self.header, self.columns, self.today = sheet, header, columns, today
        self.issues: list[Issue] = []
        self.order: dict[Place, int] = {}
        """Of the places of errors: by row, then by column."""
        self.unknown: dict[str, list[Place]] = defaultdict(list)
        """Cells that are no rating, by their text."""
        self.written: dict[str, dict[str, list[Place]]] = {"signs": defaultdict(list), "words": defaultdict(list)}
        """Cells with a rating, by its notation and its text."""
        self.totals = 0
        self.empty = 0

    def items(self, rows: Sequence[Row]) -> Iterator[RatedItem]:
        for row in rows:
            title = _plain(row.cell(self.columns.item))
            if TOTAL.fullmatch(title.casefold().strip(" :")):
                self.totals += 1
                continue
            ratings = tuple(self._rating(row, at) for at in self.columns.hypotheses)
            if not title:
                message = "the item of evidence is missing"
                self._error(row, self.columns.item, message, allowed="a text", code="missing-value")
            elif not any(rating.written for rating in ratings):
                self._error(row, None, "no hypothesis is rated in this row", allowed=ALLOWED, code="missing-value")
            else:
                self.empty += sum(not rating.written for rating in ratings)
            yield self._item(row, title, ratings)

    def _item(self, row: Row, title: str, ratings: tuple[Rating, ...]) -> RatedItem:
        cells = {at: _plain(row.cell(at)) for at in self.columns.others}
        text: dict[str, str] = {}
        for at, kind in self.columns.others.items():
            text[kind] = text.get(kind) or cells[at]  # of several columns of a kind, the first with a text
        date = self._date(row, text.get("date", ""))
        grades = [text.get(kind, "") for kind in ("grade", "credibility")]
        grade = next((code.upper() for code in grades if GRADE.fullmatch(code.upper())), "")
        used = {text["date"]} if date else set()
        remarks = tuple(
            (self.header.cell(at), cells[at])
            for at, kind in self.columns.others.items()
            if kind in KEPT and cells[at] and cells[at] not in used and cells[at].upper() != grade
        )
        return RatedItem(
            row=row.number,
            title=title,
            ratings=ratings,
            source=text.get("source", ""),
            origin=text.get("origin", ""),
            locator=text.get("locator", ""),
            grade=grade,
            date=date,
            remarks=remarks,
        )

    def _rating(self, row: Row, column: int) -> Rating:
        # Programs put ' before a sign, so that it is taken for no formula; a minus may be the typographic one.
        written = _plain(row.cell(column)).removeprefix("'").replace("\N{MINUS SIGN}", "-").strip()
        wanted, place = written.casefold(), self._place(row, column)
        if wanted not in RATINGS:
            if wanted:
                self.unknown[written].append(place)
            return Rating(written=written, word="")
        if wanted not in SILENT:
            self.written["signs" if wanted in SIGNS else "words"][written].append(place)
        return Rating(written=written, word=RATINGS[wanted])

    def _date(self, row: Row, text: str) -> datetime.date | None:
        if (date := _date_of(text)) and date > self.today:
            allowed = f"at the latest today, {self.today.isoformat()}"
            message = f"{date.isoformat()} is after today"
            column = next(at for at, kind in self.columns.others.items() if kind == "date")
            self._error(row, column, message, allowed=allowed, code="not-a-date")
        return date

    def _error(self, row: Row, column: int | None, message: str, *, allowed: str, code: str) -> None:
        self.issues.append(Issue(code=code, message=message, place=self._place(row, column), allowed=allowed))

    def _place(self, row: Row, column: int | None) -> Place:
        place = self.sheet.place(row.number, column)
        self.order[place] = MOST_STATES * 100 * row.number + (column or 0)
        return place

    def rating_errors(self) -> Iterator[Issue]:
        """Yield one error for each text that is no rating, and for each whose notation is not that of the others."""
        words = [word for word in RATINGS if len(word) > 2]
        for written, places in self.unknown.items():
            message = f"{quote(written)} is no rating{_also(places)}"
            near = nearest_word(written, words) or ""
            yield Issue(code="not-a-choice", message=message, place=places[0], allowed=ALLOWED, suggestion=near)
        # Where others write C and I, a minus may as well stand for "not rated".
        few, many = sorted(self.written.values(), key=lambda texts: sum(map(len, texts.values())))
        for written, places in few.items() if many else ():
            example = next(iter(many))
            message = f"{quote(written)} is of another notation than the other ratings, such as {quote(example)}"
            fix = "Write all of them as letters or words, or all as signs."
            yield Issue(code="not-a-choice", message=message + _also(places), place=places[0], suggestion=fix)

    def notes(self, items: Sequence[RatedItem]) -> Iterator[str]:
        """Yield what a reader should know about how the rows were read."""
        if self.empty:
            yield f"{_counted(self.empty, 'empty cell')}: taken as not rated, which says nothing about the hypothesis."
        if self.totals:
            yield f"Left out {_counted(self.totals, 'row')} of totals."
        titles = dict.fromkeys(title for item in items for title, _ in item.remarks)
        if titles:
            names = enumerated([quote(title) for title in titles])
            yield f"Kept as comments, and not used in the computation: {names}."


def _date_of(text: str) -> datetime.date | None:
    for form in DATES:
        with suppress(ValueError):
            return datetime.datetime.strptime(text, form).replace(tzinfo=datetime.UTC).date()
    return None


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _also(places: Sequence[Place]) -> str:
    """Further places of the same mistake."""
    others = [replace(place, file="") for place in places[1:]]
    if not others:
        return ""
    more = [f"{len(others) - MOST_PLACES:,} more"] if len(others) > MOST_PLACES else []
    return f"; also in {', '.join([*(str(place) for place in others[:MOST_PLACES]), *more])}"

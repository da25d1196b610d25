"""A track record: the probabilities that analysts gave to questions, and what happened."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from estimative.priors.csv_reader import CsvRow, csv_rows, header, missing_columns, uneven_row
from estimative.priors.errors import InvalidInput, Issue, Place, quote, unknown_name
from estimative.priors.frozen import FrozenDict
from estimative.priors.toml_document import read_text
from estimative.priors.toml_table import bounds, number_within

COLUMNS = ("analyst", "question", "probability", "outcome")
OUTCOMES: Mapping[str, bool | None] = FrozenDict(
    {"1": True, "yes": True, "true": True, "0": False, "no": False, "false": False, "": None}
)
"""The meaning of an outcome in small letters; None while it is not known yet."""
NUMBER = re.compile(r"(\+?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*(%?)", re.ASCII | re.IGNORECASE)
"""A number, perhaps a percentage; `float` alone would read 0_7 as 7."""


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """The probability that one analyst gave to one question."""

    analyst: str
    question: str
    probability: float
    """That the answer is yes."""
    happened: bool | None
    """None while the question is not resolved."""


@dataclass(frozen=True, kw_only=True)
class Record:
    """Judgements of compared analysts: at least one resolved question for each, and one judgement per question."""

    file: str
    """The path, as the user gave it."""
    analysts: tuple[str, ...]
    """In the order in which they are compared."""
    judgements: tuple[Judgement, ...]
    """In the order of the file."""

    def resolved(self, analyst: str) -> tuple[Judgement, ...]:
        """Return an analyst's judgements on resolved questions."""
        return tuple(j for j in self.judgements if j.analyst == analyst and j.happened is not None)


def read_record(path: Path, analysts: Sequence[str]) -> Record:
    """Read the track record in a CSV file with the columns analyst, question, probability and outcome.

    Parameters
    ----------
    analysts
        The names of the compared prior sets; each must have a resolved question, and nobody else may have a row.

    Raises
    ------
    InvalidInput
        As `read_text`; or with every error of the columns; or with every error of the rows, in the order of lines.
    """
    file, names = str(path), tuple(dict.fromkeys(analysts))
    rows, issues = _rows(read_text(path), file)
    if not issues:  # a row that could not be read may have what would seem to be missing
        issues += _missing(rows, names, file)
    issues += [*_invalid_cells(rows, names), *_duplicates(rows), *_contradictions(rows)]
    if issues:
        raise InvalidInput(sorted(issues, key=lambda issue: issue.place.line or math.inf))
    return Record(file=file, analysts=names, judgements=tuple(row.judgement() for row in rows))


@dataclass(frozen=True, kw_only=True)
class _Row:
    """The cells of one row, without the blanks around them."""

    file: str
    line: int
    analyst: str
    question: str
    probability: str
    outcome: str

    @property
    def happened(self) -> bool | None:
        return OUTCOMES.get(self.outcome.lower())

    def judgement(self) -> Judgement:
        """Return the judgement of a row without errors."""
        probability = float(self.probability)
        return Judgement(analyst=self.analyst, question=self.question, probability=probability, happened=self.happened)

    def place(self, key: str) -> Place:
        return Place(file=self.file, line=self.line, key=key)

    def error(self, key: str, *, code: str, message: str, allowed: str = "", suggestion: str = "") -> Issue:
        """Return an error in a cell of this row."""
        value = quote(cell) if (cell := getattr(self, key)) else ""
        place = self.place(key)
        return Issue(code=code, message=message, place=place, value=value, allowed=allowed, suggestion=suggestion)

    def mismatch(self, key: str, *, code: str, allowed: str, suggestion: str = "") -> Issue:
        """Return the error of a cell that is not what is allowed, or that is empty."""
        if not (cell := getattr(self, key)):
            return self.error(key, code="missing-value", message=f"the {key} is missing", allowed=allowed)
        message = f"{quote(cell)} is not {allowed}"
        return self.error(key, code=code, message=message, allowed=allowed, suggestion=suggestion)


def _rows(text: str, file: str) -> tuple[list[_Row], list[Issue]]:
    """Return the rows with all their cells, and the errors of the others; raise InvalidInput for invalid columns."""
    rows: list[_Row] = []
    issues: list[Issue] = []
    lines = csv_rows(text, file=file, spaced=True)
    columns = _columns(lines, file)
    try:
        for line, cells in lines:
            if len(cells) != len(columns):
                issues.append(uneven_row(cells, columns, file=file, line=line))
                continue
            values = dict(zip(columns, map(str.strip, cells), strict=True))
            rows.append(_Row(file=file, line=line, **{name: values[name] for name in COLUMNS}))
    except InvalidInput as error:
        issues.extend(error.issues)
    return rows, issues


def _columns(lines: Iterator[CsvRow], file: str) -> list[str]:
    """Return the names of the columns; raise InvalidInput unless each that is read is there once."""
    line, cells = header(lines, file=file, row="judgement")
    columns = [cell.strip() for cell in cells]
    issues = missing_columns(columns, COLUMNS, file=file, line=line)
    for name in COLUMNS:
        if columns.count(name) > 1:
            place = Place(file=file, line=line, key=name)
            issues.append(
                Issue(code="duplicate-column", message=f"the column {quote(name)} is there twice", place=place)
            )
    if issues:
        raise InvalidInput(issues)
    return columns


def _missing(rows: Sequence[_Row], analysts: Sequence[str], file: str) -> Iterator[Issue]:
    """Yield the error of a file without rows, or of each analyst without a resolved question."""
    if not rows:
        yield Issue(code="empty-file", message="the file has no judgement", place=Place(file=file))
        return
    resolved = {row.analyst for row in rows if row.outcome}
    for name in analysts:
        if name not in resolved:
            message = f"{quote(name)} has no resolved question, so that there is no score to weight the analyst by"
            yield Issue(code="no-resolved-question", message=message, place=Place(file=file, key="analyst"))


def _invalid_cells(rows: Iterable[_Row], analysts: Sequence[str]) -> Iterator[Issue]:
    """Yield the errors that a cell has by itself."""
    for row in rows:
        if row.analyst not in analysts:
            if row.analyst:
                yield unknown_name(row.place("analyst"), row.analyst, analysts, "the name of a compared prior set")
            else:
                yield row.mismatch("analyst", code="", allowed="the name of a compared prior set")
        if not row.question:
            yield row.mismatch("question", code="", allowed="a question")
        if (suggestion := _suggestion(row.probability)) is not None:
            code = "out-of-range" if NUMBER.fullmatch(row.probability) else "not-a-number"
            yield row.mismatch("probability", code=code, allowed=bounds(0, 1), suggestion=suggestion)
        if row.outcome.lower() not in OUTCOMES:
            allowed = f"{', '.join(filter(None, OUTCOMES))}, or nothing while it is open"
            message = f"{quote(row.outcome)} is not an outcome"
            yield row.error("outcome", code="not-a-choice", message=message, allowed=allowed)


def _suggestion(probability: str) -> str | None:
    """Return what was probably meant by a probability that is invalid, perhaps nothing; None for a valid one."""
    if (match := NUMBER.fullmatch(probability)) is None:
        return ""
    value = float(match[1])
    if match[2]:
        return f"{value / 100:.12g}" if value <= 100 else ""
    # A large number without a percent sign could be a percentage or a slip: no suggestion.
    return None if number_within(value, 0, 1) else ""


def _duplicates(rows: Iterable[_Row]) -> Iterator[Issue]:
    first: dict[tuple[str, str], int] = {}
    for row in rows:
        line = first.setdefault((row.analyst, row.question), row.line)
        if line != row.line and row.question:
            message = f"{quote(row.analyst)} has already judged {quote(row.question)} on line {line}"
            yield row.error("question", code="duplicate-row", message=message)


def _contradictions(rows: Iterable[_Row]) -> Iterator[Issue]:
    """Yield the errors of outcomes that differ from the first one of the same question."""
    first: dict[str, _Row] = {}
    for row in rows:
        if row.happened is None or not row.question:
            continue
        before = first.setdefault(row.question, row)
        if before.happened != row.happened:
            message = (
                f"{quote(row.outcome)} contradicts {quote(before.outcome)} on line {before.line}, of the same question"
            )
            yield row.error("outcome", code="contradiction", message=message)

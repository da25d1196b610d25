"""A track record: what analysts said of questions, and what came about since."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from estimative.priors.csv_reader import CsvRow, csv_rows, first_row, lacking, uneven
from estimative.priors.errors import InvalidInput, Issue, listed, nearest
from estimative.priors.frozen import FrozenDict
from estimative.priors.toml_document import read_text
from estimative.priors.toml_table import bounds, number_within, shown

COLUMNS = ("analyst", "question", "probability", "outcome")
OUTCOMES: Mapping[str, bool | None] = FrozenDict(
    {"1": True, "yes": True, "true": True, "0": False, "no": False, "false": False, "": None}
)
"""What an outcome in small letters means; an empty one, that nobody knows yet."""
NUMBER = re.compile(r"(\+?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*(%?)", re.ASCII | re.IGNORECASE)
"""A number, perhaps a percentage; `float` alone would take 0_7 for 7."""


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
    """Judgements of compared analysts, each analyst with at least one resolved question, and one judgement on each."""

    file: str
    """As the user named it."""
    analysts: tuple[str, ...]
    """In the order in which they are compared."""
    judgements: tuple[Judgement, ...]
    """In the order of the file."""

    def resolved(self, analyst: str) -> tuple[Judgement, ...]:
        """An analyst's judgements on resolved questions."""
        return tuple(said for said in self.judgements if said.analyst == analyst and said.happened is not None)


def read_record(path: Path, analysts: Sequence[str]) -> Record:
    """The track record in a CSV file with the columns analyst, question, probability and outcome.

    Parameters
    ----------
    analysts
        The names of the compared prior sets; each must have a resolved question, and nobody else may have a row.

    Raises
    ------
    Faulty
        As `read_text`; with every fault of the columns; or with every fault of the rows, in the order of their lines.
    """
    file, names = str(path), tuple(dict.fromkeys(analysts))
    rows, issues = _rows(read_text(path), file)
    if not issues:  # rows that could not be read may have held what would seem to be missing
        issues += _missing(rows, names, file)
    issues += [*_in_cells(rows, names), *_said_twice(rows), *_contradicted(rows)]
    if issues:
        raise InvalidInput(sorted(issues, key=lambda fault: fault.line or math.inf))
    return Record(file=file, analysts=names, judgements=tuple(row.judgement() for row in rows))


@dataclass(frozen=True, kw_only=True)
class _Row:
    """What was said in one row, word for word but for the blanks around it."""

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
        """What a row without faults means."""
        probability = float(self.probability)
        return Judgement(analyst=self.analyst, question=self.question, probability=probability, happened=self.happened)

    def fault(self, key: str, *, found: str, expected: str, near: Iterable[str] = ()) -> Issue:
        """A fault in a cell of this row; `near` are the names that the cell could stand for."""
        close = nearest(getattr(self, key), near)
        return Issue(file=self.file, line=self.line, key=key, found=found, expected=expected, nearest=close)


def _rows(text: str, file: str) -> tuple[list[_Row], list[Issue]]:
    """The rows with all their cells, and the faults of the others; raises Faulty where the columns are faulty."""
    rows: list[_Row] = []
    issues: list[Issue] = []
    lines = csv_rows(text, file=file, spaced=True)
    columns = _columns(lines, file)
    try:
        for line, cells in lines:
            if len(cells) != len(columns):
                issues.append(uneven(columns, file=file, line=line))
                continue
            said = dict(zip(columns, map(str.strip, cells), strict=True))
            rows.append(_Row(file=file, line=line, **{name: said[name] for name in COLUMNS}))
    except InvalidInput as error:
        issues.extend(error.issues)
    return rows, issues


def _columns(lines: Iterator[CsvRow], file: str) -> list[str]:
    """The names of the columns; raises Faulty unless each that is read stands there once."""
    line, cells = first_row(lines, file=file, then="judgement")
    columns = [cell.strip() for cell in cells]
    twice = [name for name in COLUMNS if columns.count(name) > 1]
    issues = [
        *lacking(columns, COLUMNS, file=file, line=line),
        *(Issue(file=file, line=line, key=name, found="this column twice", expected="it once") for name in twice),
    ]
    if issues:
        raise InvalidInput(issues)
    return columns


def _missing(rows: Sequence[_Row], analysts: Sequence[str], file: str) -> Iterator[Issue]:
    """The faults of a file without rows, or of analysts without an outcome; a misspelt one is a fault of its own."""
    if not rows:
        yield Issue(file=file, found="columns without a row", expected="a line a judgement")
        return
    resolved = {row.analyst for row in rows if row.outcome}
    for name in analysts:
        if name not in resolved:
            expected = "at least one: weights come from scores"
            yield Issue(file=file, key="analyst", found=f"no resolved question of {shown(name)}", expected=expected)


def _in_cells(rows: Iterable[_Row], analysts: Sequence[str]) -> Iterator[Issue]:
    """The faults that a cell has by itself."""
    for row in rows:
        if row.analyst not in analysts:
            expected = f"the name of a compared prior set: {listed(analysts)}"
            yield row.fault("analyst", found=shown(row.analyst or None), expected=expected, near=analysts)
        if not row.question:
            yield row.fault("question", found="nothing", expected="a question")
        if (advice := _advice(row.probability)) is not None:
            yield row.fault("probability", found=shown(row.probability or None), expected=bounds(0, 1) + advice)
        if row.outcome.lower() not in OUTCOMES:
            known = [word for word in OUTCOMES if word]
            expected = f"{listed(known)}, or nothing while it is open"
            yield row.fault("outcome", found=shown(row.outcome), expected=expected)


def _advice(said: str) -> str | None:
    """None where a probability was said; otherwise what to write instead, empty where nobody can tell."""
    if (match := NUMBER.fullmatch(said)) is None:
        return ""
    value = float(match[1])
    if match[2]:
        return f": write {value / 100:.12g}" if value <= 100 else ""
    return None if number_within(value, 0, 1) else ""


def _said_twice(rows: Iterable[_Row]) -> Iterator[Issue]:
    first: dict[tuple[str, str], int] = {}
    for row in rows:
        line = first.setdefault((row.analyst, row.question), row.line)
        if line != row.line and row.question:
            expected = f"one judgement of an analyst on a question; {shown(row.analyst)} has one on line {line}"
            yield row.fault("question", found=f"{shown(row.question)} again", expected=expected)


def _contradicted(rows: Iterable[_Row]) -> Iterator[Issue]:
    """The faults of outcomes that differ from the first one told of the same question."""
    first: dict[str, _Row] = {}
    for row in rows:
        if row.happened is None or not row.question:
            continue
        told = first.setdefault(row.question, row)
        if told.happened != row.happened:
            expected = f"{shown(told.outcome)}, as on line {told.line} of the same question"
            yield row.fault("outcome", found=shown(row.outcome), expected=expected)

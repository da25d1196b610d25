"""A track record: the probabilities that analysts gave to questions, and what happened."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from math import isclose
from pathlib import Path

from msgspec import Struct

from estimative.priors.csv_reader import csv_table, gathered
from estimative.priors.errors import InvalidInput, Issue, Place, quote, unknown_name
from estimative.priors.forecast_rows import ALLOWED_OUTCOMES, COLUMNS, NEEDED, OPEN, VOID, Row, moment, read_rows
from estimative.priors.state_probability import StateProbability, answer_place, answer_probabilities
from estimative.priors.state_rows import forecasts_in, state_errors
from estimative.priors.structs import same_without
from estimative.priors.toml_document import read_text
from estimative.priors.toml_table import bounds, number_within

LARGEST = 10 << 20
"""Bytes: some 100,000 forecasts."""


class Judgement(Struct, frozen=True, kw_only=True):
    """The probability that one analyst gave to one question, or those given to the states of one."""

    analyst: str
    question: str
    probability: float | None
    """That the answer is yes; None of a question with several states."""
    happened: bool | None
    """None while the question is not resolved, and for one that never will be. Of states: True once one holds."""
    states: tuple[StateProbability, ...] = ()
    """In the order of the file; empty of a question with the answer yes or no."""
    state: str = ""
    """The one that holds; empty while that is not known."""
    void: bool = False
    """Whether the question never will be resolved."""
    made: datetime.datetime | None = None
    """When; None where the file does not say."""
    closed: datetime.datetime | None = None
    """When the question was closed or resolved; None where the file does not say."""
    line: int = 0
    """Of the file."""

    def __eq__(self, other: object) -> bool:
        return same_without(self, other, "closed", "line")

    def __hash__(self) -> int:
        return hash((self.analyst, self.question))

    @property
    def probabilities(self) -> tuple[float, ...]:
        """Those of all answers; of no and yes where there are no other states."""
        return answer_probabilities(self.probability, self.states)

    @property
    def answer(self) -> int:
        """The place of what happened among these answers; of what is resolved only."""
        return answer_place(self.happened, self.state, self.states)


class Record(Struct, frozen=True, kw_only=True):
    """Judgements of analysts, of each analyst on each question the one that counts."""

    file: str
    """The path, as the user gave it."""
    analysts: tuple[str, ...]
    """In the order in which they are compared."""
    judgements: tuple[Judgement, ...]
    """In the order of the file."""
    superseded: tuple[Judgement, ...] = ()
    """Those that a later one of the same analyst on the same question replaced."""
    late: tuple[Judgement, ...] = ()
    """Those that were made after the question was closed."""

    def resolved(self, analyst: str) -> tuple[Judgement, ...]:
        """Return an analyst's judgements on resolved questions."""
        return tuple(j for j in self.judgements if j.analyst == analyst and j.happened is not None)


def read_record(path: Path, analysts: Sequence[str] | None = None) -> Record:
    """Read the track record in a CSV file; its columns are those of `COLUMNS`, and perhaps `date` and `closed`.

    Parameters
    ----------
    analysts
        The names of the compared prior sets; each must have a resolved question, and nobody else may have a row.
        By default all who are in the file, by name; who or what is not named there is the file's, or the row's.

    Raises
    ------
    InvalidInput
        As `read_text`; or with every error of the columns; or with every error of the rows, in the order of lines.
    """
    table = csv_table(read_text(path, largest=LARGEST), file=str(path), row="judgement")
    rows, issues = read_rows(table, NEEDED if analysts is None else COLUMNS)
    names = tuple(dict.fromkeys(analysts or sorted({row.analyst for row in rows})))
    if not issues:  # a row that could not be read may have what would seem to be missing
        issues += _missing(rows, analysts or (), table.file)
    issues += [*_invalid_cells(rows, names), *_contradictions(rows)]
    current, earlier = _current(rows)
    issues += _repeated(current)
    if issues := issues or list(state_errors(rows)):
        raise InvalidInput(gathered(issues))
    return Record(
        file=table.file,
        analysts=names,
        judgements=_judgements(current),
        superseded=_judgements(earlier),
        late=_judgements(row for row in rows if row.late),
    )


def _judgements(rows: Iterable[Row]) -> tuple[Judgement, ...]:
    """Return the judgements of rows without errors."""
    return tuple(_judgement(own) for own in forecasts_in(rows))


def _judgement(rows: Sequence[Row]) -> Judgement:
    """Return the judgement of one row, or of one for each state."""
    first, yes = rows[0], next((row.state for row in rows if row.answer is True), "")
    answer = first.answer if isinstance(first.answer, bool) else None
    return Judgement(
        analyst=first.analyst,
        question=first.question,
        probability=None if first.state else float(first.value or 0),
        happened=(True if yes else None) if first.state else answer,
        states=_distribution(rows) if first.state else (),
        state=yes,
        void=first.answer == VOID,
        made=first.made,
        closed=moment(first.closed),
        line=first.line,
    )


def _distribution(rows: Sequence[Row]) -> tuple[StateProbability, ...]:
    """Return the probabilities of the states, which add up to 1 though they may have been rounded."""
    total = sum(row.value or 0.0 for row in rows)
    total = 1.0 if isclose(total, 1.0) else total  # probabilities in full keep all their digits
    return tuple(StateProbability(state=row.state, probability=(row.value or 0.0) / total) for row in rows)


def _missing(rows: Sequence[Row], analysts: Sequence[str], file: str) -> Iterator[Issue]:
    """Yield the error of a file without rows, or of each analyst without a resolved question."""
    if not rows:
        yield Issue(code="empty-file", message="the file has no judgement", place=Place(file=file))
        return
    resolved = {row.analyst for row in rows if row.answer not in (OPEN, VOID) and not row.late}
    for name in analysts:
        if name not in resolved:
            message = f"{quote(name)} has no resolved question, so that there is no score to weight the analyst by"
            place = Place(file=file, key="analyst")
            yield Issue(code="no-resolved-question", message=message, place=place, value=quote(name))


def _invalid_cells(rows: Iterable[Row], analysts: Sequence[str]) -> Iterator[Issue]:
    """Yield the errors that a cell has by itself."""
    known = frozenset(analysts)
    for row in rows:
        if not row.analyst:
            yield row.mismatch("analyst", code="", allowed="the name of whoever judged")
        elif row.analyst not in known:
            yield unknown_name(row.place("analyst"), row.analyst, analysts, "the name of a compared prior set")
        if not row.question:
            yield row.mismatch("question", code="", allowed="a question")
        if not number_within(row.value, 0, 1):
            code = "not-a-number" if row.value is None else "out-of-range"
            yield row.mismatch("probability", code=code, allowed=bounds(0, 1), suggestion=_fraction(row))
        if row.answer is None:
            message = f"{quote(row.outcome)} is not an outcome"
            yield row.error("outcome", code="not-a-choice", message=message, allowed=ALLOWED_OUTCOMES)
        for key in ("date", "closed"):
            if (text := getattr(row, key)) and moment(text) is None:
                allowed = "a date such as 2026-11-01, or 2026-11-01 14:30"
                yield row.mismatch(key, code="not-a-date", allowed=allowed)


def _fraction(row: Row) -> str:
    """Return what to write for a percentage without its sign; empty where nothing is probable."""
    if row.value is None or row.percent or "%" in row.probability or not 1 < row.value <= 100:
        return ""
    text = f"{row.value / 100:.12g}"
    return f'Write {text} or {row.probability}%; if all are percentages, name the column "percent".'


def _current(rows: Iterable[Row]) -> tuple[list[Row], list[Row]]:
    """Return the rows that count, and those that were replaced by a later one; late ones are in neither.

    Of rows of which none is the last, all seem to count.
    """
    pairs: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for row in rows:
        if not row.late:
            pairs[row.analyst, row.question, row.state].append(row)
    last: set[int] = set()
    for own in pairs.values():
        times = [row.made for row in own if row.made]
        dated = len(times) == len(own) and times.count(max(times)) == 1
        last |= {row.line for row in own if not dated or row.made == max(times)}
    every = [row for own in pairs.values() for row in own]
    ordered = sorted(every, key=lambda row: row.line)
    return [row for row in ordered if row.line in last], [row for row in ordered if row.line not in last]


def _repeated(rows: Iterable[Row]) -> Iterator[Issue]:
    """Yield the errors of rows of which it is unknown which one counts."""
    first: dict[tuple[str, str, str], int] = {}
    for row in rows:
        line = first.setdefault((row.analyst, row.question, row.state), row.line)
        if line != row.line and row.question and row.analyst:
            what = f"{quote(row.state)} of {quote(row.question)}" if row.state else quote(row.question)
            message = f"{quote(row.analyst)} has already judged {what} on line {line}"
            fix = 'Say in a column "date" when each was made, with the time if need be: then the last one counts.'
            yield row.error("question", code="duplicate-row", message=message, suggestion=fix)


def _contradictions(rows: Iterable[Row]) -> Iterator[Issue]:
    """Yield the errors of outcomes that differ from the first one of the same question."""
    first: dict[tuple[str, str], Row] = {}
    for row in rows:
        if row.answer in (None, OPEN) or not row.question:
            continue
        before = first.setdefault((row.question, row.state), row)
        if before.answer != row.answer:
            message = (
                f"{quote(row.outcome)} contradicts {quote(before.outcome)} on line {before.line}, of the same question"
            )
            yield row.error("outcome", code="contradiction", message=message)

"""Reading a file of forecasts from elsewhere: its rows become forecasts, or every error in them is reported."""

from __future__ import annotations

import datetime
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import isclose
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from estimative.model.outside.columns import Cell, moment, order_of, probability, unit_of
from estimative.model.outside.csv_forms import QUESTION_FILES, read_csv, read_questions
from estimative.model.outside.imported import (
    DateOrder,
    Form,
    ImportedForecast,
    ImportedForecasts,
    ImportedQuestion,
    Target,
    Unit,
)
from estimative.model.outside.json_forms import read_json
from estimative.model.outside.rows import Answered, Row, Table
from estimative.model.outside.text import read_source
from estimative.priors.csv_reader import gathered
from estimative.priors.errors import InvalidInput, Issue, Place, invalid, quote, unknown_name
from estimative.priors.forecast_rows import OPEN, OUTCOMES, VOID
from estimative.priors.state_rows import ROUNDING

YES_NO = ("no", "yes")
FIRST_OPTIONS = ({"a", "b"}, {"yes", "no"})
"""Pairs of options that mean yes and no: the Good Judgment Project calls them a and b."""
INCOMPLETE = "without a probability for every option"
REPEATED = "replaced by a later row of the same forecaster and time"


class Reading(Struct, frozen=True, kw_only=True):
    """What a user says about a file; what is None or empty, the file says itself."""

    form: Form | None = None
    unit: Unit | None = None
    dates: DateOrder | None = None
    questions: Path | None = None
    """A file with questions and answers; by default that which a site gives with its forecasts, if it is there."""
    targets: Mapping[str, Target] = field(default_factory=dict)
    """By the id of the question."""


def read_forecasts(path: Path, reading: Reading, now: datetime.datetime) -> ImportedForecasts:
    """Read a file of forecasts.

    Parameters
    ----------
    now
        When it is imported, with the user's offset from UTC.

    Raises
    ------
    InvalidInput
        With every error of the file, of that with its questions, and of what is said about them.
    """
    source, file = read_source(path), str(path)
    read = read_json if source.text.lstrip()[:1] in ("[", "{") else read_csv
    table = read(source.text, file=file, form=reading.form)
    if not table.rows and not table.issues:
        reasons = ", ".join(f"{count} {reason}" for reason, count in table.skipped.items())
        message = f"the file has no forecast{f'; its rows are left out: {reasons}' if reasons else ''}"
        raise invalid(message, code="no-forecasts", file=file)
    table.questions |= _described(path, reading, table.form)
    interpreted = _Interpreted.of(table, reading)
    questions = _Questions.of(table, interpreted, reading.targets, file)
    forecasts = _forecasts(table, interpreted, questions.named)
    if issues := [*table.issues, *interpreted.issues, *questions.issues]:
        raise InvalidInput(gathered(dict.fromkeys(issues)))
    return ImportedForecasts(
        name=path.name,
        source_digest=hashlib.sha256(source.raw).hexdigest(),
        imported=now,
        form=table.form,
        unit=interpreted.unit,
        dates=interpreted.orders.get(file, "iso"),
        encoding=source.encoding,
        questions=tuple(questions.named[name] for name in sorted(questions.named)),
        forecasts=tuple(forecasts),
        skipped=dict(sorted(table.skipped.items())),
    )


def _described(path: Path, reading: Reading, form: Form) -> dict[str, Answered]:
    """The questions in the file beside the forecasts; of a site's own file only if it is there."""
    file = reading.questions
    if file is None and form in ("metaculus", "gjp"):
        file = next((path.with_name(n) for n in QUESTION_FILES if n != path.name and path.with_name(n).is_file()), None)
    return read_questions(read_source(file).text, file=str(file)) if file else {}


class _Interpreted(Struct, kw_only=True):
    """The unit of probabilities and the order of dates, as whole columns decide them."""

    unit: Unit
    orders: Mapping[str, DateOrder]
    """By file: that of the questions may have dates of its own."""
    issues: list[Issue]

    @classmethod
    def of(cls, table: Table, reading: Reading) -> _Interpreted:
        unit, unit_issues = unit_of(
            _probabilities(table.rows), stated=reading.unit, usual=None if table.form == "plain" else "fraction"
        )
        by_file: dict[str, list[Cell]] = defaultdict(list)
        for cell in _dates(table):
            by_file[cell.file].append(cell)
        orders = {file: order_of(cells, stated=reading.dates) for file, cells in by_file.items()}
        date_issues = [issue for _, issues in orders.values() for issue in issues]
        return cls(
            unit=unit,
            orders={file: order for file, (order, _) in orders.items()},
            issues=[*unit_issues, *date_issues],
        )

    def time(self, cell: Cell) -> datetime.datetime | None:
        """The time in a cell; None where it is an error, which is kept."""
        parsed = moment(cell, self.orders.get(cell.file, "iso"))
        if isinstance(parsed, Issue):
            self._keep(parsed, "ambiguous-dates", "mixed-dates")
            return None
        return parsed

    def probability(self, cell: Cell) -> float | None:
        """The probability in a cell; None where it is an error, which is kept."""
        parsed = probability(cell, self.unit)
        if isinstance(parsed, Issue):
            self._keep(parsed, "ambiguous-unit", "wrong-unit")
            return None
        return parsed

    def _keep(self, issue: Issue, *causes: str) -> None:
        """Keep an error, unless it follows from one of a whole column."""
        if not any(known.code in causes for known in self.issues):
            self.issues.append(issue)


def _probabilities(rows: Iterable[Row]) -> Iterator[Cell]:
    for row in rows:
        if row.listed:
            yield from (replace(row.probability, text=text) for text in row.listed)
        else:
            yield row.probability


def _dates(table: Table) -> Iterator[Cell]:
    for row in table.rows:
        yield from (cell for cell in (row.time, row.end, row.closed) if cell and not cell.missing)
    yield from (each.closed for each in table.questions.values() if each.closed)


class _Questions(Struct, kw_only=True):
    """The questions of a file."""

    named: dict[str, ImportedQuestion] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)

    @classmethod
    def of(cls, table: Table, interpreted: _Interpreted, targets: Mapping[str, Target], file: str) -> _Questions:
        rows: dict[str, list[Row]] = defaultdict(list)
        for row in table.rows:
            rows[row.question].append(row)
        made = cls()
        for name in targets:
            if name not in rows:
                made.issues.append(unknown_name(Place(file=file, key="question"), name, sorted(rows), "a question"))
        for name, own in rows.items():
            made._add(name, own, table.questions.get(name, Answered()), interpreted, targets.get(name))
        return made

    def _add(
        self, name: str, rows: Sequence[Row], described: Answered, interpreted: _Interpreted, target: Target | None
    ) -> None:
        answers = _answers(rows, described)
        answer, void = self._answer(rows, described, answers)
        if target and target.option and target.option not in answers:
            place = Place(file=rows[0].time.file, key="question")
            self.issues.append(unknown_name(place, target.option, answers, f"an answer of {quote(name)}"))
        cells = [described.closed, *(row.closed for row in rows)]
        closed = next((cell for cell in cells if cell and not cell.missing), None)
        time = interpreted.time(closed) if closed else None
        self.named[name] = ImportedQuestion(
            id=name,
            title=described.title,
            answers=answers,
            answer=answer,
            void=void,
            closed=time.date() if time else None,
            target=target,
        )

    def _answer(self, rows: Sequence[Row], described: Answered, answers: Sequence[str]) -> tuple[str, bool]:
        """The answer that holds, and whether there will never be one."""
        parsed: dict[str, Cell] = {}
        if described.answer:
            parsed[self._word(described.answer, answers, "")] = described.answer
        for row in rows:
            if row.outcome and (word := self._word(row.outcome, answers, row.option)):
                parsed.setdefault(word, row.outcome)
        parsed.pop("", None)
        if len(parsed) > 1:
            (first, _), (second, cell) = list(parsed.items())[:2]
            message = f"the answer is {quote(second)}, but other rows of the question say {quote(first)}"
            self.issues.append(cell.issue(message, code="contradiction", allowed="one answer to a question"))
        word = next(iter(parsed), "")
        return ("", True) if word == VOID else (word, False)

    def _word(self, cell: Cell, answers: Sequence[str], option: str) -> str:
        """The answer that a cell names; empty where it names none yet."""
        text = cell.text.strip()
        by_name = {answer.casefold(): answer for answer in answers}
        meaning = OUTCOMES.get(text.lower())
        if meaning in (OPEN, VOID):
            return VOID if meaning == VOID else ""
        if option and isinstance(meaning, bool):  # of a row for one option
            named = _yes_of(answers, option)
            return named if meaning else ("" if len(answers) > 2 else answers[1 - answers.index(named)])
        if text.casefold() in by_name:
            return by_name[text.casefold()]
        if tuple(answers) == YES_NO and (isinstance(meaning, bool) or text.lower() in ("a", "b")):
            return "yes" if meaning is True or text.lower() == "a" else "no"
        message, allowed = f"{quote(text)} is no answer to the question", ", ".join([*answers, VOID])
        self.issues.append(cell.issue(message, code="not-a-choice", allowed=allowed))
        return ""


def _answers(rows: Sequence[Row], described: Answered) -> tuple[str, ...]:
    """The possible answers: no and yes, or the options."""
    longest = max(len(row.listed) for row in rows)
    if longest:
        return described.options if len(described.options) >= longest else tuple(str(n + 1) for n in range(longest))
    options = tuple(sorted({row.option for row in rows if row.option}))
    if not options or {option.lower() for option in options} in FIRST_OPTIONS:
        return YES_NO
    return options


def _yes_of(answers: Sequence[str], option: str) -> str:
    """The answer that an option is: of a and b, the first means yes."""
    if option in answers:
        return option
    return "yes" if option.lower() in ("a", "yes") else "no"


def _forecasts(
    table: Table, interpreted: _Interpreted, questions: Mapping[str, ImportedQuestion]
) -> list[ImportedForecast]:
    """The forecasts by question, forecaster and time; of several at one time the last row counts."""
    groups: dict[tuple[str, str, datetime.datetime], dict[str, tuple[Row, ...]]] = defaultdict(dict)
    for row in table.rows:
        if time := interpreted.time(row.time):
            group = groups[row.question, row.forecaster, time]
            named = row.group or ("options" if row.option else "")
            group[named] = (*group.pop(named, ()), row)
    made: list[ImportedForecast] = []
    for (question, forecaster, time), by_group in groups.items():
        *earlier, rows = by_group.values()
        if replaced := len(earlier) + _again(rows):
            table.skip(REPEATED, replaced)
        shares = _shares(table, interpreted, rows, questions[question])
        if shares is None:
            continue
        crowd = rows[-1].crowd
        if (cell := rows[-1].end) and (end := interpreted.time(cell)):
            made.append(_ended(question, forecaster, end, crowd=crowd))
        made.append(
            ImportedForecast(question=question, forecaster=forecaster, time=time, probabilities=shares, crowd=crowd)
        )
    return sorted(made, key=lambda each: (each.question, each.forecaster, each.time, each.probabilities is not None))


def _ended(question: str, forecaster: str, time: datetime.datetime, *, crowd: bool) -> ImportedForecast:
    return ImportedForecast(question=question, forecaster=forecaster, time=time, probabilities=None, crowd=crowd)


def _again(rows: Sequence[Row]) -> int:
    """How many rows of one forecast another one of the same option replaces."""
    return len(rows) - len({row.option for row in rows})


def _shares(
    table: Table, interpreted: _Interpreted, rows: Sequence[Row], question: ImportedQuestion
) -> tuple[float | None, ...] | None:
    """The probability of each answer; None where the rows are no whole forecast."""
    last = rows[-1]
    if last.listed:
        return _distribution(interpreted, _listed(interpreted, last, len(question.answers)), last)
    given = {_yes_of(question.answers, row.option or "yes"): interpreted.probability(row.probability) for row in rows}
    if any(value is None for value in given.values()):
        return None
    if question.answers == YES_NO:
        yes = given["yes"] if "yes" in given else 1 - (given["no"] or 0.0)
        if len(given) > 1 and not isclose(sum(value or 0.0 for value in given.values()), 1, abs_tol=2 * ROUNDING):
            _distribution(interpreted, [given["no"], given["yes"]], last)  # keeps the error
        return (1 - (yes or 0.0), yes or 0.0)
    if set(given) < set(question.answers):
        table.skip(INCOMPLETE)
        return None
    return _distribution(interpreted, [given[answer] for answer in question.answers], last)


def _listed(interpreted: _Interpreted, row: Row, count: int) -> list[float | None]:
    """The entries of a list; None where an option was not on offer."""
    cells = [replace(row.probability, text=text) for text in row.listed]
    values = [None if cell.missing else interpreted.probability(cell) for cell in cells]
    return [*values, *([None] * (count - len(values)))]


def _distribution(
    interpreted: _Interpreted, values: Sequence[float | None], row: Row
) -> tuple[float | None, ...] | None:
    """Values scaled to a sum of 1; None where they add up to something else, which is an error."""
    total = sum(value or 0.0 for value in values)
    if abs(total - 1) > ROUNDING * len(values):
        message = f"the probabilities of the options add up to {total:.6g}"
        interpreted.issues.append(row.probability.issue(message, code="not-a-distribution", allowed="a sum of 1"))
        return None
    total = 1.0 if isclose(total, 1.0) else total
    return tuple(None if value is None else value / total for value in values)

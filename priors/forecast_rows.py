"""The rows of a file of forecasts, as people, libraries and forecasting sites write them."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from estimative.priors.csv_reader import CsvTable
from estimative.priors.errors import InvalidInput, Issue, Place, nearest, quote
from estimative.priors.frozen import FrozenDict

COLUMNS = ("analyst", "question", "probability", "outcome")
NEEDED = ("probability", "outcome")
"""To score forecasts by themselves."""
SYNONYMS: Mapping[str, tuple[str, ...]] = FrozenDict(
    {
        "analyst": ("forecaster", "forecaster_id", "user", "user_id", "username", "expert", "participant", "prior_set"),
        "question": ("question_id", "question_title", "ifp", "ifp_id", "market", "market_id"),
        "state": ("answer_option",),
        "probability": ("prob", "p", "forecast", "prediction", "probability_yes", "prob_yes", "p_yes", "credence"),
        "percent": ("probability_percent", "forecast_percent", "percentage"),
        "outcome": ("resolution", "result", "happened", "occurred", "actual"),
        "date": ("forecast_date", "prediction_date", "made", "timestamp", "created", "created_at", "time"),
        "closed": ("close", "closes", "closed_at", "close_date", "close_time", "closing_date", "resolution_date"),
    }
)
"""Every column that is read, and the names that forecasting sites and libraries give it."""
OPEN, VOID = "open", "void"
OUTCOMES: Mapping[str, bool | str] = FrozenDict(
    {
        **dict.fromkeys(("1", "1.0", "yes", "y", "true", "t"), True),
        **dict.fromkeys(("0", "0.0", "no", "n", "false", "f"), False),
        **dict.fromkeys(
            ("", "na", "n/a", "nan", "none", "null", "<na>", "-", "?", "open", "unresolved", "pending"), OPEN
        ),
        **dict.fromkeys(("void", "voided", "annulled", "ambiguous", "cancelled", "canceled"), VOID),
    }
)
"""The meaning of an outcome in small letters, as people and libraries write it."""
ALLOWED_OUTCOMES = "yes or no (1 or 0, true or false), void, or nothing while it is open"
NUMBER = re.compile(r"(\+?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*(%?)", re.ASCII | re.IGNORECASE)
"""A number, perhaps a percentage; `float` alone would read 0_7 as 7."""
LAST_MOMENT = datetime.time(23, 59, 59, 999999)


class Row(Struct, frozen=True, kw_only=True):
    """The cells of one row."""

    file: str
    line: int
    analyst: str
    question: str
    probability: str
    outcome: str
    date: str = ""
    closed: str = ""
    state: str = ""
    """One of several that the question has; empty where the answer is yes or no."""
    percent: bool = False
    """Whether the probability is one of 100."""

    @property
    def answer(self) -> bool | str | None:
        """None for one that is not allowed."""
        return OUTCOMES.get(self.outcome.lower())

    @property
    def made(self) -> datetime.datetime | None:
        return moment(self.date)

    @property
    def late(self) -> bool:
        """Whether it was made after the question was closed; a question is open all day of the date on which it is."""
        closed = moment(self.closed, LAST_MOMENT)
        return self.made is not None and closed is not None and self.made > closed

    @property
    def value(self) -> float | None:
        """The probability; None where no number is there, and perhaps beyond 1."""
        if (match := NUMBER.fullmatch(self.probability)) is None:
            return None
        return float(match[1]) / (100 if match[2] or self.percent else 1)

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


def moment(text: str, default: datetime.time = datetime.time.min) -> datetime.datetime | None:
    """Return the time that a date stands for, perhaps with a time of day, in UTC by default; None for no such text."""
    try:
        parsed = datetime.datetime.fromisoformat(text)
        if len(text) <= len("2026-11-01"):
            parsed = datetime.datetime.combine(parsed, default)
        return parsed.replace(tzinfo=parsed.tzinfo or datetime.UTC).astimezone(datetime.UTC)
    except (ValueError, OverflowError):
        return None


def read_rows(table: CsvTable, needed: Sequence[str]) -> tuple[list[Row], list[Issue]]:
    """Return the rows with all their cells, and the errors of the others; raise InvalidInput for invalid columns."""
    rows: list[Row] = []
    issues: list[Issue] = []
    places = _columns(table, needed)
    percent = places.pop("percent", None)
    places = places if percent is None else {**places, "probability": percent}
    try:
        for line, cells in table.rows:
            if len(cells) != len(table.columns):
                issues.append(table.uneven(line, cells))
                continue
            texts = {"analyst": Path(table.file).stem, "question": f"line {line}"}
            texts |= {name: cells[at] for name, at in places.items()}
            if table.delimiter != ",":  # then a comma may stand in a number
                texts["probability"] = texts["probability"].replace(",", ".")
            rows.append(Row(file=table.file, line=line, percent=percent is not None, **texts))
    except InvalidInput as error:
        issues.extend(error.issues)
    return rows, issues


def _columns(table: CsvTable, needed: Sequence[str]) -> dict[str, int]:
    """Return where each column is; raise InvalidInput unless each that is needed is there once."""
    found = {name: table.find(name, synonyms) for name, synonyms in SYNONYMS.items()}
    if found["probability"]:
        found["percent"] = []
    others = [column for at, column in enumerate(table.columns) if [at] not in found.values()]
    absent = [name for name in needed if not found[name] and not (name == "probability" and found["percent"])]
    issues = [table.missing(name, _renaming(name, others)) for name in absent]
    issues += [table.ambiguous(name, places) for name, places in found.items() if len(places) > 1]
    if issues:
        raise InvalidInput(issues)
    return {name: places[0] for name, places in found.items() if places}


def _renaming(name: str, others: Sequence[str]) -> str:
    near = nearest(name, others)
    return f"Rename {quote(near) if near else 'the column that has it'} to {quote(name)}."

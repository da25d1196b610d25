"""Probabilities and dates in columns: what one cell does not show, the column as a whole decides."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Sequence

from msgspec import Struct

from estimative.model.outside.imported import DateOrder, Unit
from estimative.priors.errors import Issue, Place, quote

MISSING = frozenset(("", "na", "n/a", "nan", "none", "null", "<na>", "-", "?", "nil"))
"""Cells without a value, in small letters."""
NUMBER = re.compile(r"([+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:e[+-]?\d+)?)\s*(%?)", re.ASCII | re.IGNORECASE)
"""A number with a decimal point or comma, perhaps a percentage."""
SLASHED = re.compile(r"(\d{1,4})([/.-])(\d{1,2})\2(\d{1,4})(?:[T ,]+(.*))?", re.ASCII | re.DOTALL)
"""Three parts of a date, perhaps a time of day."""
CLOCK = re.compile(
    r"(\d{1,2}):(\d\d)(?::(\d\d)(?:\.\d*)?)?\s*([ap]\.?m\.?)?\s*(?:utc|z|gmt)?", re.ASCII | re.IGNORECASE
)
EPOCH = re.compile(r"\d{9,14}(?:\.\d*)?(?:e[+]?\d+)?", re.ASCII | re.IGNORECASE)
"""Seconds or milliseconds since 1970."""
MILLISECONDS = 1e11
"""Larger numbers are milliseconds: as seconds they would be dates after the year 5000."""
FIRST_YEAR, LAST_YEAR = 1900, 2200
MONTHS = 12


class Cell(Struct, frozen=True):
    """A cell with its place."""

    text: str
    file: str
    line: int | None
    key: str

    @property
    def missing(self) -> bool:
        """Whether it has no value."""
        return self.text.strip().lower() in MISSING

    def issue(self, message: str, *, code: str, allowed: str = "", suggestion: str = "") -> Issue:
        """The error of this cell."""
        place = Place(file=self.file, line=self.line, key=self.key)
        return Issue(
            code=code, message=message, place=place, value=quote(self.text), allowed=allowed, suggestion=suggestion
        )


class Number(Struct, frozen=True):
    """A number as it is written."""

    value: float
    percent: bool
    """Whether it has the sign."""


def number(text: str) -> Number | None:
    """The number in a cell; None where there is none."""
    match = NUMBER.fullmatch(text.strip())
    return Number(float(match[1].replace(",", ".")), bool(match[2])) if match else None


def unit_of(cells: Iterable[Cell], *, stated: Unit | None, usual: Unit | None) -> tuple[Unit, list[Issue]]:
    """Whether a column has fractions or percentages, and its errors.

    Parameters
    ----------
    stated
        By the user.
    usual
        By the documentation of a site; it decides where the column does not.
    """
    known = [(cell, parsed) for cell in cells if not cell.missing and (parsed := number(cell.text)) is not None]
    signed = next((cell for cell, parsed in known if parsed.percent), None)
    plain = next((cell for cell, parsed in known if not parsed.percent), None)
    if stated == "fraction" and signed:
        message = f"{quote(signed.text)} is a percentage, but the unit is stated as fraction"
        return "fraction", [signed.issue(message, code="wrong-unit", allowed="fractions from 0 to 1")]
    if stated or not known:
        return stated or usual or "fraction", []
    if signed and plain:
        message = f"some cells have a percent sign, {quote(signed.text)}, and others have none"
        return "percent", [_ambiguous(plain, message)]
    if signed:
        return "percent", []
    return _unsigned([(cell, parsed.value) for cell, parsed in known], usual)


def _unsigned(known: Sequence[tuple[Cell, float]], usual: Unit | None) -> tuple[Unit, list[Issue]]:
    """The unit of a column of numbers without the sign of percent."""
    large = next((cell for cell, value in known if 1 < value <= 100), None)
    inner = next((cell for cell, value in known if 0 < value < 1), None)
    one = next((cell for cell, value in known if value == 1), None)
    if large and inner:
        message = f"{quote(large.text)} can be no fraction, and {quote(inner.text)} is a strange percentage"
        return "percent", [_ambiguous(large, message)]
    if large:
        return "percent", []
    if one and not inner and not usual:
        message = f"all cells are 0 or 1, so that {quote(one.text)} may be 100% or 1%"
        return "fraction", [_ambiguous(one, message)]
    return "fraction", []


def _ambiguous(cell: Cell, message: str) -> Issue:
    fix = "State the unit of the column: percent or fraction."
    return cell.issue(message, code="ambiguous-unit", allowed="one unit in the whole column", suggestion=fix)


def probability(cell: Cell, unit: Unit) -> float | Issue:
    """The probability in a cell, from 0 to 1; or its error."""
    parsed = number(cell.text)
    allowed = "a number from 0 to 1" if unit == "fraction" else "a percentage from 0 to 100"
    if parsed is None:
        return cell.issue(f"{quote(cell.text)} is not {allowed}", code="not-a-number", allowed=allowed)
    value = parsed.value / 100 if unit == "percent" else parsed.value
    if not 0 <= value <= 1:
        return cell.issue(f"{quote(cell.text)} is not {allowed}", code="out-of-range", allowed=allowed)
    return value


def order_of(cells: Iterable[Cell], *, stated: DateOrder | None) -> tuple[DateOrder, list[Issue]]:
    """Whether dates such as 9/3/2011 begin with the month or the day, and the errors of a column where that is open."""
    parts = [(cell, match) for cell in cells if (match := _parts(cell.text))]
    if stated or not parts:
        return stated or "iso", []
    if all(match[2] == "." for _, match in parts):  # nobody writes the month first with dots
        return "dmy", []
    day_first = next((cell for cell, match in parts if int(match[1]) > MONTHS), None)
    month_first = next((cell for cell, match in parts if int(match[3]) > MONTHS), None)
    if day_first and month_first:
        message = f"{quote(day_first.text)} begins with the day, and {quote(month_first.text)} with the month"
        return "iso", [month_first.issue(message, code="mixed-dates", allowed="one order in the whole file")]
    if not (day_first or month_first):
        first = parts[0][0]
        message = f"in {quote(first.text)} the month may be the first number or the second, as in all dates of the file"
        fix = "State the order of dates: mdy (month first) or dmy (day first)."
        return "iso", [first.issue(message, code="ambiguous-dates", suggestion=fix)]
    return ("dmy" if day_first else "mdy"), []


def _parts(text: str) -> re.Match[str] | None:
    """The parts of a date that does not begin with the year."""
    match = SLASHED.fullmatch(text.strip())
    return match if match and len(match[1]) <= 2 else None


def moment(cell: Cell, order: DateOrder) -> datetime.datetime | Issue:
    """The time in a cell, in UTC, which is meant where no offset is given; or its error."""
    text = cell.text.strip()
    try:
        parsed = _epoch(text) or _ordered(text, order) or _iso(text)
    except (ValueError, OverflowError):
        parsed = None
    if parsed and FIRST_YEAR <= parsed.year <= LAST_YEAR:
        return parsed
    allowed = "a date such as 2026-11-01 or 2026-11-01 14:30, or seconds or milliseconds since 1970"
    if cell.missing:
        return cell.issue("the time is missing", code="missing-value", allowed=allowed)
    return cell.issue(f"{quote(cell.text)} is not a date", code="not-a-date", allowed=allowed)


def _epoch(text: str) -> datetime.datetime | None:
    if not EPOCH.fullmatch(text):
        return None
    seconds = float(text)
    return datetime.datetime.fromtimestamp(seconds / 1000 if seconds > MILLISECONDS else seconds, datetime.UTC)


def _iso(text: str) -> datetime.datetime:
    plain = re.sub(r"\s*(?:UTC|GMT)$", "+00:00", text)
    if match := re.fullmatch(r"(\d{4})([/.])(\d{1,2})\2(\d{1,2})(.*)", plain, re.ASCII | re.DOTALL):
        plain = f"{match[1]}-{int(match[3]):02}-{int(match[4]):02}{match[5]}"
    parsed = datetime.datetime.fromisoformat(plain)
    return parsed.replace(tzinfo=parsed.tzinfo or datetime.UTC).astimezone(datetime.UTC)


def _ordered(text: str, order: DateOrder) -> datetime.datetime | None:
    """The time of a date that begins with the month or the day; None for another one."""
    if (match := _parts(text)) is None or order == "iso":
        return None
    first, second, year = int(match[1]), int(match[3]), int(match[4])
    month, day = (first, second) if order == "mdy" else (second, first)
    date = datetime.datetime(year + 2000 if year < 100 else year, month, day, tzinfo=datetime.UTC)
    return date + _time_of_day(match[5])


def _time_of_day(text: str | None) -> datetime.timedelta:
    if not text or not text.strip():
        return datetime.timedelta()
    if (match := CLOCK.fullmatch(text.strip())) is None:
        raise ValueError(text)
    hour, half = int(match[1]), (match[4] or "").lower()[:1]
    hour = hour % 12 + (12 if half == "p" else 0) if half else hour
    clock = datetime.time(hour, int(match[2]), int(match[3] or 0))
    return datetime.timedelta(hours=clock.hour, minutes=clock.minute, seconds=clock.second)

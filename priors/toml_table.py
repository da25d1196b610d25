"""A TOML table that is being read: it returns checked values and collects errors."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import Struct, field

from estimative.priors.errors import (
    InvalidInput,
    Issue,
    Place,
    ascii_safe,
    listed,
    nearest,
    nearest_word,
    quote,
    unknown_name,
)
from estimative.priors.toml_document import KeyPath, TomlFile

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
"""A valid name of a factor, an event, an outcome, an item of evidence."""
STATE = re.compile(rf"{NAME.pattern}\+?")
"""A valid name of a state of an event; that of a range without an upper end has a plus at its end: "100+"."""
LITERAL = re.compile(rf"{NAME.pattern}(={STATE.pattern})?")
"""A name, or a state of an event: "event=state"."""
JOINED = re.compile(r"\+(?=[A-Za-z0-9])")
"""Between the names of the parents in a row of a table."""
A_STATE = "a letter or digit, then letters, digits, _ or -, at most 64"
A_NAME = "a name: a letter or digit, then letters, digits, _ or -, at most 64"
"""NAME in prose."""


class Table(Struct, eq=False):
    """A cursor over one TOML table.

    Each getter marks its key as read. On a mistake it adds an issue and returns a stand-in of the right type, so that
    reading goes on to the next mistake. Nothing may be built from the values before `raise_issues`.
    """

    file: TomlFile
    data: dict[str, Any]
    path: KeyPath = ()
    issues: list[Issue] = field(default_factory=list)
    _read: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, file: TomlFile) -> Table:
        return cls(file, dict(file.data))

    def place(self, *keys: str | int) -> Place:
        path = (*self.path, *keys)
        return Place(file=self.file.name, line=self.file.line(path), key=ascii_safe(".".join(map(str, path))))

    def error(
        self,
        *keys: str | int,
        code: str,
        message: str,
        value: object = None,
        allowed: str | tuple[str, ...] = "",
        suggestion: str = "",
    ) -> None:
        """Add an error at a key of this table, or at the table itself."""
        place, text = self.place(*keys), "" if value is None else quote(value)
        self.add(Issue(code=code, message=message, place=place, value=text, allowed=allowed, suggestion=suggestion))

    def add(self, issue: Issue) -> None:
        if issue not in self.issues:  # a table may be read twice
            self.issues.append(issue)

    def add_at(self, issue: Issue, *keys: str | int) -> None:
        """Add an issue whose key counts from a key of this table, where it gets its file and line."""
        # A number is taken for a position in an array; for an entry of that name the line is then that of its table.
        below = (int(part) if part.isdigit() else part for part in issue.place.key.split(".") if part)
        self.add(issue.moved(self.place(*keys, *below)))

    def mismatch(
        self, *keys: str | int, value: object, allowed: str, code: str = "wrong-type", suggestion: str = ""
    ) -> None:
        """Add the error of a value that is not what is allowed, or that is missing."""
        if value is None:
            self.error(*keys, code="missing-key", message=f'"{ascii_safe(str(keys[-1]))}" is missing', allowed=allowed)
        else:
            message = f"{quote(value)} is not {allowed}"
            self.error(*keys, code=code, message=message, value=value, allowed=allowed, suggestion=suggestion)

    def raise_issues(self) -> None:
        """Raise InvalidInput with all issues, by file and line, if there are any."""
        if self.issues:
            files = list(dict.fromkeys((self.file.name, *(issue.place.file for issue in self.issues))))
            order = {file: position for position, file in enumerate(files)}
            raise InvalidInput(sorted(self.issues, key=lambda i: (order[i.place.file], i.place.line or math.inf)))

    def __contains__(self, key: str) -> bool:
        return key in self.data

    def value(self, key: str) -> Any:
        self._read.add(key)
        return self.data.get(key)

    def text(self, key: str, *, default: str | None = None) -> str:
        """Return a string with something in it; required unless there is a default."""
        value = self.value(key)
        if value is None and default is not None:
            return default
        if isinstance(value, str) and value.strip():
            return value.strip()
        if isinstance(value, str):
            self.error(key, code="missing-value", message="the text is empty", value=value)
        else:
            self.mismatch(key, value=value, allowed="a text")
        return ""

    def choice(self, key: str, options: Iterable[str], *, default: str | None = None) -> str:
        """Return one of a closed list of words."""
        known = tuple(options)
        value = self.value(key)
        if value is None and default is not None:
            return default
        if isinstance(value, str) and value in known:
            return value
        if value is None:
            self.mismatch(key, value=None, allowed=listed(known))
        else:
            near = nearest_word(value, known) if isinstance(value, str) else None
            what = "the only value allowed here" if len(known) == 1 else "one of the values allowed here"
            message = f"{quote(value)} is not {what}"
            self.error(key, code="not-a-choice", message=message, value=value, allowed=known, suggestion=near or "")
        # A stand-in of the right type: what depends on it is still checked.
        return known[0]

    def number(
        self,
        key: str,
        *,
        low: float = -math.inf,
        high: float = math.inf,
        open_ends: bool = False,
        default: float | None = None,
    ) -> float:
        """Return a finite number within its bounds, `low` and `high` themselves included unless `open_ends`."""
        value = self.value(key)
        if value is None and default is not None:
            return default
        if number_within(value, low, high, open_ends=open_ends):
            return float(value)
        code = "out-of-range" if number_within(value, -math.inf, math.inf) else "not-a-number"
        allowed = bounds(low, high, open_ends=open_ends)
        self.mismatch(key, value=value, allowed=allowed, code=code, suggestion=_fraction(value, low, high))
        return math.nan

    def integer(self, key: str, *, low: int = 0) -> int:
        value = self.value(key)
        if isinstance(value, int) and not isinstance(value, bool) and value >= low:
            return value
        self.mismatch(key, value=value, allowed=f"a whole number of at least {low}", code="not-a-number")
        return low

    def flag(self, key: str) -> bool:
        value = self.value(key)
        if not isinstance(value, bool):
            self.mismatch(key, value=value, allowed="true or false")
        return value is True

    def date(self, key: str, *, required: bool = True) -> datetime.date | None:
        value = self.value(key)
        if value is None and not required:
            return None
        # A datetime is a date in Python, but its time of day would be lost.
        if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
            return value
        self.mismatch(key, value=value, allowed="a date such as 2026-11-01, without quotes", code="not-a-date")
        return None

    def dates(self, key: str) -> tuple[datetime.date, ...]:
        """Return a list of dates; absent means empty."""
        value = self.value(key)
        if value is None:
            return ()
        if isinstance(value, list) and all(type(entry) is datetime.date for entry in value):
            return tuple(value)
        self.mismatch(
            key, value=value, allowed="a list of dates such as [2026-11-01], without quotes", code="not-a-date"
        )
        return ()

    def numbers(self, key: str) -> tuple[float, ...]:
        """Return a list of finite numbers; absent means empty."""
        value = self.value(key)
        if value is None:
            return ()
        if isinstance(value, list) and all(number_within(entry, -math.inf, math.inf) for entry in value):
            return tuple(map(float, value))
        self.mismatch(key, value=value, allowed="a list of numbers such as [0, 1, 10]", code="not-a-number")
        return ()

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of strings; absent means empty."""
        value = self.value(key)
        if value is None:
            return ()
        if isinstance(value, list) and all(isinstance(entry, str) for entry in value):
            return tuple(value)
        self.mismatch(key, value=value, allowed="a list of texts")
        return ()

    def table(self, key: str) -> Table:
        """Return the table under a key; absent means empty."""
        value = self.value(key)
        if value is not None and not isinstance(value, dict):
            self.mismatch(key, value=value, allowed="a table")
        return self._below(value if isinstance(value, dict) else {}, key)

    def tables(self, key: str) -> Iterator[Table]:
        """Yield the entries of an array of tables; absent means none."""
        value = self.value(key)
        if value is not None and not isinstance(value, list):
            self.mismatch(key, value=value, allowed=f"an array of tables, [[{self.place(key).key}]]")
        for index, entry in enumerate(value if isinstance(value, list) else []):
            if isinstance(entry, dict):
                yield self._below(entry, key, index)
            else:
                self.mismatch(key, index, value=entry, allowed="a table")

    def named_tables(self) -> Iterator[tuple[str, Table]]:
        """Yield the tables below this one with their names, each name checked."""
        for name in self.names():
            below = self.table(name)
            if isinstance(self.data[name], dict):
                yield name, below

    def names(self, pattern: re.Pattern[str] = NAME) -> Iterator[str]:
        """Yield the keys of this table, each checked to be a name; with `LITERAL` or a state of an event."""
        for name in self.data:
            if not pattern.fullmatch(name):
                allowed = f"{A_NAME}; or a state of an event, event=state" if pattern is LITERAL else A_NAME
                self.mismatch(name, value=name, allowed=allowed, code="bad-name")
            yield name

    def check_name(self, key: str, name: str) -> None:
        """Add an error if a text that was read under a key is not a name; empty stands for an error before."""
        if name and not NAME.fullmatch(name):
            self.mismatch(key, value=name, allowed=A_NAME, code="bad-name")

    def check_known(self, key: str, name: str, known: Iterable[str], what: str) -> None:
        """Add an error if a name under a key is not one of the known names."""
        if name not in (names := tuple(known)):
            self.add(unknown_name(self.place(key), name, names, what))

    def no_more(self) -> None:
        """Add an error for every key that was not read."""
        for key in self.data:
            if key not in self._read:
                known = tuple(sorted(self._read))
                near = nearest(key, known) or ""
                message = f"{quote(key)} is not a key of this table"
                self.error(key, code="unknown-key", message=message, allowed=known, suggestion=near)

    def _below(self, data: dict[str, Any], *keys: str | int) -> Table:
        return Table(self.file, data, (*self.path, *keys), self.issues)


def number_within(value: object, low: float, high: float, *, open_ends: bool = False) -> bool:
    """Return whether a TOML value is a finite number within bounds; true and false are not numbers."""
    # In Python, True is an int.
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    # A TOML integer can be too large for a float.
    try:
        number = float(value)
    except OverflowError:
        return False
    return math.isfinite(number) and (low < number < high if open_ends else low <= number <= high)


def _fraction(value: object, low: float, high: float) -> str:
    """Return what was probably meant by a percentage where a share of 1 is wanted; else nothing."""
    percentage = (low, high) == (0, 1) and number_within(value, 2, 100)
    return f"{float(str(value)) / 100:.12g}" if percentage else ""


def bounds(low: float, high: float, *, open_ends: bool = False) -> str:
    """Return the range of a number in prose."""
    if math.isinf(low) and math.isinf(high):
        return "a finite number"
    if math.isinf(high):
        return f"a finite number {'above' if open_ends else 'of at least'} {low:g}"
    return f"a number {'strictly between' if open_ends else 'between'} {low:g} and {high:g}"

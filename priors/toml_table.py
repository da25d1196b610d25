"""A TOML table in the act of being read: it hands out checked values and collects the faults."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from estimative.priors.errors import InvalidInput, Issue, listed, nearest
from estimative.priors.toml_document import KeyPath, TomlFile

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
"""How a factor, an event, an outcome, an item of evidence may be named."""
A_NAME = "a name: a letter, then letters, digits, _ or -, at most 64"
"""NAME in prose."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where an entry is: a file, a key and a line."""

    file: str
    """The path, as the user gave it."""
    key: str
    """The dotted path of the entry; nothing in it can steer a terminal."""
    line: int | None
    """Counted from 1; None for an entry that no line of the file holds."""

    def fault(self, found: str, expected: str, *, near: Iterable[str] = (), name: str = "") -> Issue:
        """A fault here; `near` are the names that a misspelt `name` could stand for."""
        return Issue(
            file=self.file,
            line=self.line,
            key=self.key,
            found=found,
            expected=expected,
            nearest=nearest(name, near) if name else None,
        )


@dataclass(eq=False)
class Table:
    """A cursor over one TOML table.

    Each getter marks its key as asked for, and on a mistake notes a fault and returns a stand-in of the right
    type, so that reading goes on to the next mistake. Nothing may be built from the values before `stop_if_faulty`.
    """

    file: TomlFile
    data: dict[str, Any]
    path: KeyPath = ()
    issues: list[Issue] = field(default_factory=list)
    _asked: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, file: TomlFile) -> Table:
        return cls(file, dict(file.data))

    def place(self, *keys: str | int) -> Place:
        path = (*self.path, *keys)
        return Place(file=self.file.name, key=ascii_safe(".".join(map(str, path))), line=self.file.line(path))

    def fault(self, *keys: str | int, found: str, expected: str, near: Iterable[str] = (), name: str = "") -> None:
        """Note a fault at a key of this table, or at the table itself."""
        fault = self.place(*keys).fault(found, expected, near=near, name=name)
        if fault not in self.issues:  # a table may be looked at twice
            self.issues.append(fault)

    def stop_if_faulty(self) -> None:
        if self.issues:
            files = list(dict.fromkeys((self.file.name, *(fault.file for fault in self.issues))))
            raise InvalidInput(sorted(self.issues, key=lambda f: (files.index(f.file), f.line or math.inf)))

    def __contains__(self, key: str) -> bool:
        return key in self.data

    def value(self, key: str) -> Any:
        self._asked.add(key)
        return self.data.get(key)

    def text(self, key: str, *, default: str | None = None) -> str:
        """A string with something in it; required unless there is a default."""
        value = self.value(key)
        if value is None and default is not None:
            return default
        if isinstance(value, str) and value.strip():
            return value.strip()
        self.fault(key, found=shown(value), expected="a text")
        return ""

    def choice(self, key: str, options: Iterable[str], *, default: str | None = None) -> str:
        """One of a closed list of words."""
        known = tuple(options)
        value = self.value(key)
        if value is None and default is not None:
            return default
        if isinstance(value, str) and value in known:
            return value
        name = value if isinstance(value, str) else ""
        self.fault(key, found=shown(value), expected=listed(known), near=known, name=name)
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
        """A finite number within its bounds, `low` and `high` themselves included unless `open_ends`."""
        value = self.value(key)
        if value is None and default is not None:
            return default
        if number_within(value, low, high, open_ends=open_ends):
            return float(value)
        self.fault(key, found=shown(value), expected=bounds(low, high, open_ends=open_ends))
        return math.nan

    def whole(self, key: str, *, low: int = 0) -> int:
        value = self.value(key)
        if isinstance(value, int) and not isinstance(value, bool) and value >= low:
            return value
        self.fault(key, found=shown(value), expected=f"a whole number of at least {low}")
        return low

    def flag(self, key: str) -> bool:
        value = self.value(key)
        if not isinstance(value, bool):
            self.fault(key, found=shown(value), expected="true or false")
        return value is True

    def date(self, key: str, *, required: bool = True) -> datetime.date | None:
        value = self.value(key)
        if value is None and not required:
            return None
        if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
            return value
        self.fault(key, found=shown(value), expected="a date such as 2026-11-01, without quotes")
        return None

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of strings; absent means empty."""
        value = self.value(key)
        if value is None:
            return ()
        if isinstance(value, list) and all(isinstance(entry, str) for entry in value):
            return tuple(value)
        self.fault(key, found=shown(value), expected="a list of texts")
        return ()

    def table(self, key: str) -> Table:
        """The table under a key; absent means empty."""
        value = self.value(key)
        if value is not None and not isinstance(value, dict):
            self.fault(key, found=shown(value), expected="a table")
        return self._below(value if isinstance(value, dict) else {}, key)

    def tables(self, key: str) -> Iterator[Table]:
        """The entries of an array of tables; absent means none."""
        value = self.value(key)
        if value is not None and not isinstance(value, list):
            self.fault(key, found=shown(value), expected=f"an array of tables, [[{self.place(key).key}]]")
        for index, entry in enumerate(value if isinstance(value, list) else []):
            if isinstance(entry, dict):
                yield self._below(entry, key, index)
            else:
                self.fault(key, index, found=shown(entry), expected="a table")

    def named_tables(self) -> Iterator[tuple[str, Table]]:
        """The tables below this one with their names, each name checked."""
        for name in self.names():
            below = self.table(name)
            if isinstance(self.data[name], dict):
                yield name, below

    def names(self) -> Iterator[str]:
        """The keys of this table, each checked to be a name."""
        for name in self.data:
            if not NAME.fullmatch(name):
                self.fault(name, found=shown(name), expected=A_NAME)
            yield name

    def known(self, key: str, name: str, known: Iterable[str], what: str) -> bool:
        """Whether a name that stands under a key is one of the known ones; a fault where it is not."""
        names = tuple(known)
        if name not in names:
            self.fault(key, found=shown(name), expected=f"the name of {what}: {listed(names)}", near=names, name=name)
        return name in names

    def no_more(self) -> None:
        """Note a fault for every key that nobody asked for."""
        for key in self.data:
            if key not in self._asked:
                known = sorted(self._asked)
                self.fault(key, found="an unknown key", expected=listed(known, 16), near=known, name=key)

    def _below(self, data: dict[str, Any], *keys: str | int) -> Table:
        return Table(self.file, data, (*self.path, *keys), self.issues)


def number_within(value: object, low: float, high: float, *, open_ends: bool = False) -> bool:
    """Whether a TOML value is a finite number within bounds (a truth value is no number)."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        number = float(value)
    except OverflowError:
        return False
    return math.isfinite(number) and (low < number < high if open_ends else low <= number <= high)


def bounds(low: float, high: float, *, open_ends: bool = False) -> str:
    """The range of a number in prose."""
    if math.isinf(low) and math.isinf(high):
        return "a finite number"
    if math.isinf(high):
        return f"a finite number {'above' if open_ends else 'of at least'} {low:g}"
    return f"a number {'strictly between' if open_ends else 'between'} {low:g} and {high:g}"


def shown(value: object) -> str:
    """A value from a file, short enough for a message; control characters appear as escapes."""
    if value is None:
        return "nothing"
    if isinstance(value, datetime.date | datetime.time):
        return str(value)
    text = {True: "true", False: "false"}[value] if isinstance(value, bool) else ascii_safe(repr(value))
    return text if len(text) <= 60 else text[:57] + "..."


def ascii_safe(text: str) -> str:
    """Text with every character that could steer a terminal (controls, direction marks) shown as its escape."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)

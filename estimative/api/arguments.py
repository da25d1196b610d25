"""Arguments as people write them: each is read, or refused with what is expected."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from contextlib import suppress
from numbers import Real

from estimative.priors.errors import InvalidInput, invalid, quote
from estimative.workflows.suppositions import StatementText, Values

type Day = datetime.date | str
"""A date, or its text: "2026-11-01"."""


def read_day(name: str, value: Day | None) -> datetime.date | None:
    """Return a date.

    Raises
    ------
    InvalidInput
        If it is neither a date nor the text of one.
    """
    if isinstance(value, datetime.datetime):
        return value.date()
    if value is None or isinstance(value, datetime.date):
        return value
    if isinstance(value, str):
        with suppress(ValueError):
            return datetime.date.fromisoformat(value.strip())
    raise _refused(name, value, "a date", 'datetime.date(2026, 11, 1) or "2026-11-01"')


def read_days(name: str, values: Iterable[Day]) -> tuple[datetime.date, ...]:
    """Return several dates.

    Raises
    ------
    InvalidInput
        If it is no list, or something in it is no date.
    """
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise _refused(name, values, "a list of dates", 'several dates, such as ["2026-11-01", "2026-12-01"]')
    return tuple(day for value in values if (day := read_day(name, value)))


def read_pairs[Value](name: str, values: Mapping[str, Value] | None, example: str) -> Mapping[str, Value]:
    """Return a mapping by name; an empty one where there is none.

    Raises
    ------
    InvalidInput
        If it is no mapping.
    """
    if values is None:
        return {}
    if not isinstance(values, Mapping):
        raise _refused(name, values, "a mapping by name", f"a dictionary such as {example}")
    return values


def read_sweep(sweep: tuple[str, Values] | None) -> tuple[str, Values] | None:
    """Return a factor and its values.

    Raises
    ------
    InvalidInput
        If these are not two things.
    """
    if sweep is None or (isinstance(sweep, tuple | list) and len(sweep) == 2):
        return sweep
    raise _refused("sweep", sweep, "a factor with its values", '("factor", [0.1, 0.5, 0.9])')


def read_edits(name: str, values: Mapping[str, StatementText] | None) -> Mapping[str, StatementText]:
    """Return statements by the name of the input.

    Raises
    ------
    InvalidInput
        If it is no mapping, or a statement is of another type.
    """
    edits = read_pairs(name, values, '{"events.x": "likely", "factors.y": 0.7}')
    for key, value in edits.items():
        if not _is_statement(value):
            raise _refused(f"{name}, {key}", value, "a statement", 'a number, a text such as "likely", or a dictionary')
    return edits


def _is_statement(value: object) -> bool:
    if isinstance(value, Mapping):
        return all(map(_is_statement, value.values()))
    return isinstance(value, str | Real) and not isinstance(value, bool)


def _refused(name: str, value: object, what: str, allowed: str) -> InvalidInput:
    message = f"{quote(value)} is not {what}"
    return invalid(message, code="misuse", key=name, value=quote(value), allowed=allowed)

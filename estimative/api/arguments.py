"""Arguments as people write them: each is read, or refused with what is expected."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from inspect import Parameter, signature
from numbers import Real
from os import PathLike
from pathlib import Path
from typing import Any

from estimative.priors.errors import InvalidInput, Place, invalid, quote, unknown_name
from estimative.workflows.cluster import as_executor
from estimative.workflows.suppositions import StatementText, Values

type Day = datetime.date | str
"""A date, or its text: "2026-11-01"."""
SETTINGS = ("method", "seed", "draws", "allow_unconverged", "executor", "progress")
"""The arguments of `fit` that other functions pass on to it."""


def read_settings(function: Callable[..., object], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return fields of `Settings` from the arguments of a function that it passes on.

    Raises
    ------
    InvalidInput
        With every name that is neither an argument of the function nor one of `SETTINGS`.
    """
    parameters = signature(function).parameters.values()
    own = [parameter.name for parameter in parameters if parameter.kind is Parameter.KEYWORD_ONLY]
    allowed, what = dict.fromkeys([*own, *SETTINGS]), f"an argument of {function.__name__}"
    if unknown := [name for name in given if name not in SETTINGS]:
        raise InvalidInput(unknown_name(Place(), name, allowed, what) for name in unknown)
    fields = {"with_unconverged" if name == "allow_unconverged" else name: value for name, value in given.items()}
    return {**fields, "executor": as_executor(fields["executor"])} if "executor" in fields else fields


def read_name(name: str, value: str) -> str:
    """Return a name.

    Raises
    ------
    InvalidInput
        If it is no text.
    """
    if isinstance(value, str):
        return value
    raise refused(name, value, "a name", "a text")


def read_names(name: str, values: str | Iterable[str]) -> tuple[str, ...]:
    """Return several names; a single text is the only one.

    Raises
    ------
    InvalidInput
        If it is no list, or something in it is no text.
    """
    if not isinstance(values, Iterable):
        raise refused(name, values, "a list of names", "a text, or a list of texts")
    return tuple(read_name(name, value) for value in ([values] if isinstance(values, str) else values))


def read_path(name: str, value: str | Path) -> Path:
    """Return a path.

    Raises
    ------
    InvalidInput
        If it is neither a path nor the text of one.
    """
    if isinstance(value, str | PathLike):
        return Path(value)
    raise refused(name, value, "a path", 'a path or its text, such as "report.html"')


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
    raise refused(name, value, "a date", 'datetime.date(2026, 11, 1) or "2026-11-01"')


def read_days(name: str, values: Iterable[Day]) -> tuple[datetime.date, ...]:
    """Return several dates.

    Raises
    ------
    InvalidInput
        If it is no list, or something in it is no date.
    """
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise refused(name, values, "a list of dates", 'several dates, such as ["2026-11-01", "2026-12-01"]')
    return tuple(day for value in values if (day := read_day(name, value)))


def read_pairs[Value](name: str, values: Mapping[str, Value] | None, example: str) -> Mapping[str, Value]:
    """Return a mapping by name; an empty one where there is none.

    Raises
    ------
    InvalidInput
        If it is no mapping, or something in it has another key than a name.
    """
    if values is None:
        return {}
    if not isinstance(values, Mapping):
        raise refused(name, values, "a mapping by name", f"a dictionary such as {example}")
    return {read_name(name, key): value for key, value in values.items()}


def read_sweep(sweep: tuple[str, Values] | None) -> tuple[str, Values] | None:
    """Return a factor and its values.

    Raises
    ------
    InvalidInput
        If these are not a name and numbers or their range.
    """
    if sweep is None:
        return None
    if isinstance(sweep, tuple | list) and len(sweep) == 2 and isinstance(sweep[0], str):
        factor, values = sweep
        if isinstance(values, str):
            return factor, values
        with suppress(TypeError, ValueError):
            return factor, [*map(float, values)]
    raise refused("sweep", sweep, "a factor with its values", '("factor", [0.1, 0.5, 0.9])')


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
            raise refused(f"{name}, {key}", value, "a statement", 'a number, a text such as "likely", or a dictionary')
    return edits


def _is_statement(value: object) -> bool:
    if isinstance(value, Mapping):
        return all(map(_is_statement, value.values()))
    return isinstance(value, str | Real) and not isinstance(value, bool)


def refused(name: str, value: object, what: str, allowed: str) -> InvalidInput:
    """Return the error of an argument that is not what it should be."""
    message = f"{quote(value)} is not {what}"
    return invalid(message, code="misuse", key=name, value=quote(value), allowed=allowed)

"""Results as tidy tables: one row a thing, named columns; for CSV, Excel and data frames."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct
from msgspec.structs import asdict

from estimative.model.inference.mc_estimate import MCEstimate

type Cell = str | float | int | bool | None


class Sheet(Struct, frozen=True, kw_only=True):
    """A table with raw numbers."""

    name: str
    """At most 31 characters, as Excel asks."""
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def sheet(name: str, things: Iterable[Mapping[str, object]]) -> Sheet:
    """A table of things; columns in the order of first mention, empty where a thing lacks one."""
    rows = [dict(_flat(thing)) for thing in things]
    columns = tuple(dict.fromkeys(column for row in rows for column in row))
    return Sheet(name=name, columns=columns, rows=tuple(tuple(row.get(c) for c in columns) for row in rows))


def _flat(thing: Mapping[str, object]) -> Iterator[tuple[str, Cell]]:
    for name, value in thing.items():
        yield from cells(name, value)


def cells(name: str, value: object) -> Iterator[tuple[str, Cell]]:
    """The cells of one value: a result with parts becomes `name_part`, an estimate `name` and `name_se`."""
    match value:
        case MCEstimate():
            yield from ((name, value.value), (f"{name}_se", value.se))
        case Mapping():
            for key, part in value.items():
                yield from cells(f"{name}_{key}", part)
        case datetime.date():
            yield name, value.isoformat()
        case tuple() | list() | frozenset():
            yield name, "; ".join(map(str, value))
        case Struct():
            for field, part in asdict(value).items():
                own = name and field == "value"
                yield from cells(name if own else f"{name}_{field}".lstrip("_"), part)
        case str() | float() | int() | None:
            yield name, value
        case _:
            yield name, str(value)

"""Fields of a Struct that are left out when it is printed or compared."""

from __future__ import annotations

from typing import Any

from msgspec import Struct
from msgspec.structs import asdict


def fields_without(thing: Struct, *names: str) -> dict[str, Any]:
    """Return the values of all fields but these."""
    return {name: value for name, value in asdict(thing).items() if name not in names}


def same_without(thing: Struct, other: object, *names: str) -> bool:
    """Whether another thing is of the same type and equal in all fields but these."""
    return type(other) is type(thing) and fields_without(thing, *names) == fields_without(other, *names)


def repr_without(thing: Struct, *names: str) -> str:
    """Return the usual `repr` without some fields."""
    fields = ", ".join(f"{name}={value!r}" for name, value in fields_without(thing, *names).items())
    return f"{type(thing).__name__}({fields})"

"""Write values as TOML that reads back equal and cannot steer a terminal."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def number(value: float) -> str:
    """Return the shortest decimal that reads back as the same float; whole numbers without a point."""
    integer = value.is_integer() and abs(value) < 1e15 and not (value == 0 and math.copysign(1, value) < 0)
    return str(int(value)) if integer else repr(value)


def numbers(values: Iterable[float]) -> str:
    return f"[{', '.join(map(number, values))}]"


def text(value: str) -> str:
    """Return a basic string on one line; the unprintable is escaped, a lone surrogate the replacement character."""
    return '"' + "".join(_ESCAPES.get(c) or _character(c) for c in value) + '"'


def key(name: str) -> str:
    return name if _BARE_KEY.fullmatch(name) else text(name)


def dotted(names: Iterable[str]) -> str:
    return ".".join(map(key, names))


def inline(pairs: Iterable[tuple[str, str]]) -> str:
    """Return an inline table of keys and values that are written already."""
    return "{ " + ", ".join(f"{key(name)} = {value}" for name, value in pairs) + " }"


def value(data: object) -> str:
    """Return plain data as TOML: texts, numbers, and lists and mappings of them.

    Raises
    ------
    TypeError
        If there is anything else in it.
    """
    match data:
        case str():
            return text(data)
        case bool():
            return str(data).lower()
        case int() | float():
            return number(float(data))
        case Mapping():
            return inline((str(name), value(part)) for name, part in data.items())
        case list() | tuple():
            return f"[{', '.join(map(value, data))}]"
    raise TypeError(f"{type(data).__name__} has no form in TOML")


def _character(c: str) -> str:
    if c.isprintable():
        return c
    if "\ud800" <= c <= "\udfff":  # TOML cannot write one
        return "\N{REPLACEMENT CHARACTER}"
    return f"\\u{ord(c):04x}" if ord(c) < 0x10000 else f"\\U{ord(c):08x}"

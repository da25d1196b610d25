"""How values are written in TOML, so that they read back equal and cannot steer a terminal on the way."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def number(value: float) -> str:
    """The shortest decimal that reads back as the same float; whole numbers without a point."""
    whole = value.is_integer() and abs(value) < 1e15 and not (value == 0 and math.copysign(1, value) < 0)
    return str(int(value)) if whole else repr(value)


def numbers(values: Iterable[float]) -> str:
    return f"[{', '.join(map(number, values))}]"


def text(value: str) -> str:
    """A basic string on one line; everything unprintable is an escape, a lone surrogate the replacement character."""
    return '"' + "".join(_ESCAPES.get(c) or _character(c) for c in value) + '"'


def key(name: str) -> str:
    return name if _BARE_KEY.fullmatch(name) else text(name)


def dotted(names: Iterable[str]) -> str:
    return ".".join(map(key, names))


def inline(pairs: Iterable[tuple[str, str]]) -> str:
    """An inline table of keys and of values already written."""
    return "{ " + ", ".join(f"{key(name)} = {value}" for name, value in pairs) + " }"


def _character(c: str) -> str:
    if c.isprintable():
        return c
    if "\ud800" <= c <= "\udfff":  # TOML has no way to write one
        return "\N{REPLACEMENT CHARACTER}"
    return f"\\u{ord(c):04x}" if ord(c) < 0x10000 else f"\\U{ord(c):08x}"

"""Names for a scenario, made from names in other programs: safe, unique, and as near to the original as they can be."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

LONGEST = 64
SIGNS = {"<=": "le", ">=": "ge", "<": "lt", ">": "gt", "+": "_plus", "%": "_percent", "&": "_and_"}
"""Signs that make a difference: "<5" and ">5" are two states."""


def safe_name(text: str, taken: Collection[str], *, fallback: str) -> str:
    """Return a name of letters, digits, _ and - that is not taken.

    Parameters
    ----------
    fallback
        For a text of which nothing is left, such as one in another script.
    """
    for sign, word in SIGNS.items():
        text = text.replace(sign, word)
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    name = re.sub(r"[^A-Za-z0-9_-]+", "_", plain).strip("_-")[:LONGEST] or fallback
    return unique(name, taken)


def unique(name: str, taken: Collection[str]) -> str:
    """Return a name, with a number where it is taken."""
    number, candidate = 2, name
    while candidate in taken:
        ending = f"_{number}"
        candidate, number = name[: LONGEST - len(ending)] + ending, number + 1
    return candidate

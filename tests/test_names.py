"""The names in the code are the field's terms, not fillers."""

from __future__ import annotations

import keyword
import tokenize
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROOMS = ("estimative", "reports", "model", "priors")
FILLERS = frozenset({"found", "told", "one", "said", "whole", "shown", "reckoned", "kept", "held", "asked"})
"""Names that could stand for anything."""
LIMIT = 2.0
"""Per 1,000 identifiers."""


def identifiers(path: Path) -> Counter[str]:
    """How often each name occurs in a file, without keywords."""
    with path.open("rb") as file:
        tokens = [token.string for token in tokenize.tokenize(file.readline) if token.type == tokenize.NAME]
    return Counter(name for name in tokens if not keyword.iskeyword(name))


def test_fewer_than_two_names_in_a_thousand_are_fillers() -> None:
    """`found`, `told`, `one` and their like are rare in every room."""
    for room in ROOMS:
        counts = sum((identifiers(path) for path in (ROOT / room).rglob("*.py")), Counter[str]())
        fillers = {name: counts[name] for name in FILLERS if counts[name]}
        share = 1000 * sum(fillers.values()) / counts.total()
        assert share < LIMIT, f"{room}: {share:.1f} per 1,000 ({fillers})"

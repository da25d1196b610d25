"""The names of ranges of numbers."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise


def range_names(edges: Sequence[float]) -> tuple[str, ...]:
    """Return the names of the ranges between edges, and of that above the last one: "0-1", "1-10", "10+"."""
    if not edges:
        return ()
    return (*(f"{_name(low)}-{_name(high)}" for low, high in pairwise(edges)), f"{_name(edges[-1])}+")


def _name(edge: float) -> str:
    """An edge as a part of a name, which has neither a point nor a sign."""
    return f"{edge:.12g}".replace("-", "minus").replace("+", "").replace(".", "_")


def range_title(index: int, edges: Sequence[float], unit: str) -> str:
    """Return the title of one of the ranges: "1 to 10 million euros"."""
    of = f" {unit}" if unit else ""
    if index >= len(edges) - 1:
        return f"over {edges[-1]:,.12g}{of}"
    return f"{edges[index]:,.12g} to {edges[index + 1]:,.12g}{of}"

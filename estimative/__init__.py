"""Put a probability on a scenario and defend it.

>>> import estimative as es
>>> fit = es.fit("coordinated-attack", "baseline")
>>> fit.report("report.html")

The functions and types are those of `estimative.api`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from estimative.api import (
        Answer,
        Fit,
        InvalidInput,
        attribute,
        batch,
        compare,
        fit,
        history,
        import_forecasts,
        load,
        open,  # noqa: A004 - as the command
        pool,
        score,
    )

__all__ = [
    "Answer",
    "Fit",
    "InvalidInput",
    "attribute",
    "batch",
    "compare",
    "fit",
    "history",
    "import_forecasts",
    "load",
    "open",
    "pool",
    "score",
]


def __getattr__(name: str) -> Any:
    """Import on first use: the command line starts at once because it imports nothing that it does not need."""
    if name not in __all__:
        raise AttributeError(f"module 'estimative' has no attribute {name!r}")
    return getattr(import_module("estimative.api"), name)


def __dir__() -> list[str]:
    return __all__

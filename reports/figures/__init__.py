"""Pictures of results: plain data first, drawn only where a picture is wanted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from estimative.reports.blocks import Picture
    from estimative.reports.context import Context

type Figures = Mapping[str, Callable[[Any, Context], Picture]]
"""By the name of a file: what draws a result. Each raises NothingToPlot where there is nothing."""


def figures(*names: str) -> Figures:
    """The figures of these names; each is a function in the module of its name, which is imported when it is drawn."""
    return {name: partial(_draw, name) for name in names}


def _draw(name: str, result: Any, context: Context) -> Picture:
    picture: Picture = getattr(import_module(f"estimative.reports.figures.{name}"), name)(result, context)
    return picture

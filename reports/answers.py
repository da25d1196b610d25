"""Every kind of answer: its document, its tables and its figures. One entry a kind; formats and faces read it here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, cached_property, partial
from importlib import import_module
from typing import Any, Protocol

from msgspec import Struct

from estimative.reports.blocks import Document, Heading, Picture
from estimative.reports.context import Context
from estimative.reports.figures import Figures
from estimative.reports.sheets import Sheet


class Kind(Struct, frozen=True, kw_only=True):
    """How answers of one kind are shown; each function takes the result and the context."""

    document: Callable[[Any, Context], Document]
    sheets: Callable[[Any, Context], tuple[Sheet, ...]]
    figures: Figures
    """By the name of its file; the first is what `plot` draws. Each raises NothingToPlot where it has nothing."""


KINDS = (
    "batch",
    "calibrate",
    "compare",
    "diff",
    "evidence",
    "fit",
    "history",
    "pool",
    "report",
    "resolve",
    "roll",
    "runs",
    "score",
    "sensitivity",
    "status",
    "trace",
    "whatif",
    "withdraw",
)
"""Each is the `kind` of a result, and a module of `documents` with `document`, `sheets` and `FIGURES`."""


@cache
def kind_of(name: str) -> Kind:
    """The kind of that name. Its module is imported on first use: a command loads only what it shows."""
    module = import_module(f"estimative.reports.documents.{name}")
    return Kind(document=module.document, sheets=module.sheets, figures=module.FIGURES)


class Showable(Protocol):
    """A result of any kind."""

    @property
    def kind(self) -> str: ...
    @property
    def converged(self) -> bool: ...


class Answer(Struct, frozen=True, kw_only=True, dict=True):
    """A result, and what is needed to show it."""

    result: Showable
    context: Context

    @cached_property
    def kind(self) -> Kind:
        """How results of its kind are shown."""
        return kind_of(self.result.kind)

    @property
    def document(self) -> Document:
        """The answer in words."""
        return self.kind.document(self.result, self.context)

    @property
    def compact(self) -> bool:
        """Whether its document is meant to fit on one page."""
        return self.context.brief

    @property
    def opening(self) -> Document:
        """Its beginning: up to the second part, for where there is room for one screen."""
        parts = [at for at, block in enumerate(self.document) if isinstance(block, Heading) and block.level == 2]
        return self.document[: parts[2]] if len(parts) > 2 else self.document

    @property
    def sheets(self) -> tuple[Sheet, ...]:
        """The answer in tables."""
        return self.kind.sheets(self.result, self.context)

    @property
    def figures(self) -> Mapping[str, Callable[[], Picture]]:
        """The answer in pictures, each drawn when it is called."""
        return {name: partial(draw, self.result, self.context) for name, draw in self.kind.figures.items()}

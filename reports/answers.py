"""Every kind of answer: its document, its tables and its figures. One entry a kind; formats and faces read it here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, Protocol

from estimative.model.analysis.evidence import EvidenceResult
from estimative.model.analysis.sensitivity import SensitivityResult
from estimative.model.analysis.trace import TraceResult
from estimative.model.analysis.what_if_result import WhatIfResult
from estimative.model.disagreement.comparison import CompareResult
from estimative.model.disagreement.diff_result import DiffResult
from estimative.model.inference.fit_result import FitResult
from estimative.model.pool_result import PoolResult
from estimative.model.record.run_list import RunList
from estimative.model.record.score import ResolveResult, ScoreResult
from estimative.model.report_result import ReportResult
from estimative.reports.blocks import Document, Heading, Picture
from estimative.reports.context import Context
from estimative.reports.documents import (
    compare,
    diff,
    evidence,
    fit,
    pool,
    report,
    runs,
    score,
    sensitivity,
    trace,
    whatif,
)
from estimative.reports.sheets import Sheet


@dataclass(frozen=True, kw_only=True)
class Kind:
    """How answers of one kind are shown; each function takes the result and the context."""

    document: Callable[[Any, Context], Document]
    sheets: Callable[[Any, Context], tuple[Sheet, ...]]
    figures: Mapping[str, Callable[[Any, Context], Picture]]
    """By the name of its file; the first is what `plot` draws. Each raises NothingToPlot where it has nothing."""


KINDS: Mapping[type, Kind] = {
    CompareResult: Kind(document=compare.document, sheets=compare.sheets, figures=compare.FIGURES),
    DiffResult: Kind(document=diff.document, sheets=diff.sheets, figures=diff.FIGURES),
    PoolResult: Kind(document=pool.document, sheets=pool.sheets, figures=pool.FIGURES),
    FitResult: Kind(document=fit.document, sheets=fit.sheets, figures=fit.FIGURES),
    SensitivityResult: Kind(document=sensitivity.document, sheets=sensitivity.sheets, figures=sensitivity.FIGURES),
    EvidenceResult: Kind(document=evidence.document, sheets=evidence.sheets, figures=evidence.FIGURES),
    WhatIfResult: Kind(document=whatif.document, sheets=whatif.sheets, figures=whatif.FIGURES),
    TraceResult: Kind(document=trace.document, sheets=trace.sheets, figures=trace.FIGURES),
    ReportResult: Kind(document=report.document, sheets=report.sheets, figures=report.FIGURES),
    ScoreResult: Kind(document=score.document, sheets=score.sheets, figures=score.FIGURES),
    ResolveResult: Kind(document=score.confirmation, sheets=score.confirmation_sheets, figures={}),
    RunList: Kind(document=runs.document, sheets=runs.sheets, figures={}),
}


class Showable(Protocol):
    """A result of any kind."""

    @property
    def converged(self) -> bool: ...


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A result, and what is needed to show it."""

    result: Showable
    context: Context

    @cached_property
    def kind(self) -> Kind:
        """The entry of its type."""
        return KINDS[type(self.result)]

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

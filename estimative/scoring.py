"""The command `score`: how the judgements fared of which it is known what came about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from estimative.model.record.resolution_log import ResolutionLog
from estimative.model.record.resolutions import Entry, contradictions, current_entries, open_runs
from estimative.model.record.run_store import Store
from estimative.output import Form, tell, write_figure
from estimative.priors.errors import InvalidInput, Issue, Place, listed, nearest, quote
from estimative.reports.score.document import document
from estimative.reports.score.rows import csv_of
from estimative.reports.score.summarizing import summarize


@dataclass(frozen=True, kw_only=True)
class Request:
    """What was asked for on the command line."""

    analysts: tuple[str, ...]
    """Names of prior sets; everyone's if none is named."""
    svg: Path | None


def score_and_tell(request: Request, form: Form, runs: Path | None) -> None:
    """Score, print, draw.

    Raises
    ------
    Faulty
        If the ledger is not as it was written or contradicts itself, or an analyst is not in it.
    """
    store = Store.at(runs)
    ledger = ResolutionLog.beside(store.folder)
    entries = ledger.read()
    issues = [
        *contradictions(current_entries(entries), str(ledger.path)),
        *_unknown(request.analysts, entries, str(ledger.path)),
    ]
    if issues:
        raise InvalidInput(issues)
    found = summarize(
        entries,
        ledger=str(ledger.path),
        open_runs=len(open_runs(_of(request.analysts, entries), store.list())),
        analysts=tuple(dict.fromkeys(request.analysts)),
    )
    tell(found, form, document, csv_of)
    if request.svg:
        from estimative.reports.figures.calibration import calibration

        write_figure(request.svg, calibration, found)


def _of(analysts: Sequence[str], entries: Sequence[Entry]) -> list[Entry]:
    return [entry for entry in entries if not analysts or entry.resolution.forecast.prior_set in analysts]


def _unknown(analysts: Sequence[str], entries: Sequence[Entry], file: str) -> list[Issue]:
    known = sorted({entry.resolution.forecast.prior_set for entry in entries})
    return [
        Issue(
            code="unknown-name",
            message=f"{quote(name)} has no resolved judgement",
            place=Place(file=file, key="--analyst"),
            allowed=f"the name of a prior set whose judgements are resolved: {listed(known)}",
            suggestion=nearest(name, known) or "",
        )
        for name in analysts
        if name not in known
    ]

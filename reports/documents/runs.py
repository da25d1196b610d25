"""The document of a list of saved runs."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from estimative.model.record.manifest import Manifest
from estimative.model.record.run_list import RunList
from estimative.reports.blocks import Block, Document, Paragraph, Table
from estimative.reports.context import Context
from estimative.reports.figures import figures
from estimative.reports.phrases import judged, listed, plain, plural
from estimative.reports.sheets import Sheet, sheet

MOST_RUNS = 500
"""Runs that are listed, the newest."""


def document(result: RunList, context: Context) -> Document:
    """How many runs there are, and each in a row."""
    passed_over = tuple(_unreadable(result.unreadable))
    if not result.runs and result.passed_over:
        others = plural(result.passed_over, "other run", "other runs")
        return (Paragraph(text=f"No such run in {result.folder}, which has {others}."), *passed_over)
    if not result.runs:
        return (Paragraph(text=f"No runs in {result.folder}. Save one: estimative fit."), *passed_over)
    total = plural(len(result.runs) + result.passed_over, "run", "runs")
    lead = Paragraph(text=f"{f'{len(result.runs)} of ' if result.passed_over else ''}{total} in {result.folder}")
    shown = result.runs[:MOST_RUNS]
    labelled, names = any(run.label for run in shown), short_ids([run.id for run in result.runs])
    header = ("Run", *(("Label",) if labelled else ()), "Question", "As of", "Prior set", "Result")
    return (
        lead,
        Table(
            header=header,
            rows=tuple((names[run.id], *_row(run, context, labelled=labelled)) for run in shown),
            text_columns=frozenset(range(len(header))),
            nowrap_columns=frozenset({0, header.index("As of")}),
        ),
        *_older(len(result.runs) - len(shown)),
        *passed_over,
    )


def _older(count: int) -> Iterator[Block]:
    if count:
        what = plural(count, "older run is", "older runs are")
        yield Paragraph(text=f"{what} not listed. Ask for one scenario, analyst or label; JSON has all.")


def _unreadable(ids: Sequence[str]) -> Iterator[Block]:
    if ids:
        what = plural(len(ids), "run is", "runs are")
        yield Paragraph(text=f"{what} damaged or of another version, and not shown: {listed(ids)}.")


def _row(run: Manifest, context: Context, *, labelled: bool) -> tuple[str, ...]:
    label = (run.label,) if labelled else ()
    return (*label, plain(run.question), run.as_of.isoformat(), run.prior_set, summary(run, context))


def short_ids(runs: Sequence[str]) -> dict[str, str]:
    """The time in each id, which names the run as well where no other begins so; else the whole id."""
    ids = sorted(runs)
    return {run: time if _alone(time := run.partition("-")[0], ids) else run for run in ids}


def _alone(beginning: str, ids: Sequence[str]) -> bool:
    """Whether no more than one of sorted ids begins so."""
    second = bisect_left(ids, beginning) + 1
    return second == len(ids) or not ids[second].startswith(beginning)


def summary(run: Manifest, context: Context) -> str:
    """The headline with its word: "almost no chance (0.41%)"."""
    if run.headline is None:
        return "did not converge"
    number = judged(run.headline, context.scale)
    return number if run.converged else f"{number}, did not converge"


def sheets(result: RunList, context: Context) -> tuple[Sheet, ...]:
    """The manifests."""
    names = [name for name in Manifest.__struct_fields__ if name != "schema_version"]
    return (sheet("runs", [{name: getattr(run, name) for name in names} for run in result.runs]),)


FIGURES = figures()

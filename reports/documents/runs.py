"""The document of a list of saved runs."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import fields

from estimative.model.record.run_list import RunList
from estimative.model.record.run_store import Manifest
from estimative.reports.blocks import Block, Document, Paragraph, Table
from estimative.reports.context import Context
from estimative.reports.figures import figures
from estimative.reports.phrases import judged, listed, plain, plural
from estimative.reports.sheets import Sheet, sheet


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
    labelled, names = any(run.label for run in result.runs), short_ids([run.id for run in result.runs])
    header = ("Run", *(("Label",) if labelled else ()), "Question", "As of", "Prior set", "Result")
    return (
        lead,
        Table(
            header=header,
            rows=tuple((names[run.id], *_row(run, context, labelled=labelled)) for run in result.runs),
            text_columns=frozenset(range(len(header))),
            nowrap_columns=frozenset({0, header.index("As of")}),
        ),
        *passed_over,
    )


def _unreadable(ids: Sequence[str]) -> Iterator[Block]:
    if ids:
        what = plural(len(ids), "run is", "runs are")
        yield Paragraph(text=f"{what} damaged or of another version, and not shown: {listed(ids)}.")


def _row(run: Manifest, context: Context, *, labelled: bool) -> tuple[str, ...]:
    label = (run.label,) if labelled else ()
    return (*label, plain(run.question), run.as_of.isoformat(), run.prior_set, summary(run, context))


def short_ids(ids: Sequence[str]) -> dict[str, str]:
    """By id, the time in it, which names the run as well where no other was saved at that time."""
    ordered, short = sorted(ids), {}
    for run in ids:
        time = run.partition("-")[0]
        # Those that begin with the time follow each other, so that the second of them is enough to know.
        second = bisect_left(ordered, time) + 1
        alone = second == len(ordered) or not ordered[second].startswith(time)
        short[run] = time if alone else run
    return short


def summary(run: Manifest, context: Context) -> str:
    """The headline with its word: "almost no chance (0.41%)"."""
    if run.headline is None:
        return "did not converge"
    number = judged(run.headline, context.scale)
    return number if run.converged else f"{number}, did not converge"


def sheets(result: RunList, context: Context) -> tuple[Sheet, ...]:
    """The manifests."""
    names = [field.name for field in fields(Manifest) if field.name != "schema_version"]
    return (sheet("runs", [{name: getattr(run, name) for name in names} for run in result.runs]),)


FIGURES = figures()

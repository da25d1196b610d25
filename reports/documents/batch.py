"""The document of a batch: what could not be fitted, what did not converge, outliers, then every result."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from estimative.model.inference.mc_estimate import MCEstimate
from estimative.model.record.batch_result import FAR, FEWEST, BatchResult, BatchRow
from estimative.priors.errors import Issue, ascii_safe
from estimative.reports.blocks import Block, Caution, Heading, Listing, Paragraph, Table, collected
from estimative.reports.context import Context
from estimative.reports.documents.runs import short_ids
from estimative.reports.figures import figures
from estimative.reports.number_format import percent
from estimative.reports.phrases import judged, listed, plain, plural
from estimative.reports.sheets import Sheet, sheet

MOST = 50
"""Rows of a table, and errors; the rest is in the tables of CSV and Excel."""
FEW = 2
"""Errors of one combination."""
OUTLIER_RULE = (
    "An outlier is a result whose log-odds are far from the median of all converged results on the same question: more "
    f"than {FAR:g} robust standard deviations (1.4826 times the median absolute deviation), among at least {FEWEST} "
    "results. It is a reason to look at the inputs, not an error."
)


@collected
def document(result: BatchResult, context: Context) -> Iterator[Block]:
    """The count of each kind, then the rows that need attention, then all rows by question."""
    names = short_ids(list(dict.fromkeys(row.run for row in result.rows if row.run)))
    yield Heading(text="Batch", level=1)
    yield Paragraph(text=_lead(result), strong=True)
    yield Paragraph(text=_saved(result))
    yield from _broken(result)
    if failed := result.of("not converged"):
        yield Heading(text="Did not converge")
        yield Paragraph(text="To see which checks failed, and what to try: estimative runs show RUN.")
        yield from _table(failed, context, names)
    if outliers := result.outliers:
        yield Heading(text="Outliers")
        yield from _table(outliers, context, names)
        yield Paragraph(text=OUTLIER_RULE)
    converged = result.of("converged")
    if converged:
        yield from _questions(converged)
        yield Heading(text="Results")
        yield from _table(converged, context)


def _lead(result: BatchResult) -> str:
    total = plural(len(result.rows), "combination", "combinations")
    failed, broken, outliers = len(result.of("not converged")), len(result.broken), len(result.outliers)
    converged = len(result.of("converged"))
    parts = [
        "all converged" if converged == len(result.rows) else f"{converged} converged",
        *([f"{failed} did not converge"] if failed else []),
        *([f"{broken} could not be fitted"] if broken else []),
    ]
    far = f" {plural(outliers, 'result is an outlier', 'results are outliers')}." if outliers else ""
    return f"{total} in {ascii_safe(result.source)}: {listed(parts)}.{far}"


def _saved(result: BatchResult) -> str:
    runs = {row.run: row.saved_before for row in result.rows if row.run}
    if not runs:
        return "No run is saved."
    before = sum(runs.values())
    text = f"{plural(len(runs), 'run is', 'runs are')} saved in {result.folder}."
    if not before:
        return text
    every = before == len(runs)
    return f"{text} {'All' if every else f'{before:,} of them'} had been saved before, and did not have to be fitted."


def _broken(result: BatchResult) -> Iterator[Block]:
    if not result.broken:
        return
    groups: dict[tuple[Issue, ...], list[BatchRow]] = defaultdict(list)
    for row in result.broken:
        groups[row.errors].append(row)
    points = [f"{_names(rows)}: {_errors(errors)}" for errors, rows in groups.items()]
    more = [f"{len(points) - MOST} more."] if len(points) > MOST else []
    yield Heading(text="Could not be fitted")
    yield Caution(text="Correct these errors, then repeat the command: what is saved is not fitted again.")
    yield Listing(points=(*points[:MOST], *more))


def _names(rows: Sequence[BatchRow]) -> str:
    """Which combination it is, and how many others have the same errors."""
    first = rows[0]
    parts = (first.scenario, first.priors and f"with {first.priors}", first.variant and f"variant {first.variant}")
    name = " ".join(filter(None, parts)) or "A row of the table"
    return (
        ascii_safe(name)
        if len(rows) == 1
        else f"{ascii_safe(name)}, and {plural(len(rows) - 1, 'more combination', 'more combinations')}"
    )


def _errors(errors: Sequence[Issue]) -> str:
    more = len(errors) - FEW
    rest = [f"And {plural(more, 'more error', 'more errors')}: see estimative check."] if more > 0 else []
    return " ".join([*map(str, errors[:FEW]), *rest])


def _questions(rows: Sequence[BatchRow]) -> Iterator[Block]:
    """Where several results answer one question: the lowest, the median and the highest."""
    questions: dict[tuple[str, str], list[BatchRow]] = defaultdict(list)
    for row in rows:
        if row.probability:
            questions[row.question].append(row)
    several = [own for own in questions.values() if len(own) > 1]
    if not several:
        return
    yield Heading(text="By question")
    yield Table(
        header=("Question", "Results", "Lowest", "Median", "Highest"),
        rows=tuple(_range(own) for own in several[:MOST]),
    )


def _range(rows: Sequence[BatchRow]) -> tuple[str, ...]:
    numbers = sorted((row.probability for row in rows if row.probability), key=lambda number: number.value)
    left, right = numbers[(len(numbers) - 1) // 2], numbers[len(numbers) // 2]
    middle = MCEstimate(value=(left.value + right.value) / 2, own_variance=max(left.se, right.se) ** 2)
    return (plain(rows[0].title), str(len(numbers)), percent(numbers[0]), percent(middle), percent(numbers[-1]))


def _table(rows: Sequence[BatchRow], context: Context, names: Mapping[str, str] | None = None) -> Iterator[Block]:
    """Rows, each with the name of its run where names are given; the question above them if it is the same for all."""
    varied, several = any(row.variant for row in rows), len({row.question for row in rows}) > 1
    header = (
        *(("Run",) if names else ()),
        *(("Question",) if several else ()),
        "Prior set",
        *(("Variant",) if varied else ()),
        "As of",
        "Result",
    )
    lines = [
        (*((names[row.run],) if names else ()), *_row(row, context, varied=varied, several=several))
        for row in rows[:MOST]
    ]
    if len(rows) > MOST:
        lines.append((f"{len(rows) - MOST} more", *("" for _ in header[1:])))
    if not several:
        yield Paragraph(text=f"{plain(rows[0].title)}:")
    unbroken = {header.index("As of"), *((0,) if names else ())}
    yield Table(
        header=header,
        rows=tuple(lines),
        text_columns=frozenset(range(len(header))),
        nowrap_columns=frozenset(unbroken),
    )


def _row(row: BatchRow, context: Context, *, varied: bool, several: bool) -> tuple[str, ...]:
    question = (plain(row.title),) if several else ()
    variant = (row.variant,) if varied else ()
    day = row.as_of.isoformat() if row.as_of else ""
    base = row.prior_set.removesuffix(f"-{row.variant}") if row.variant else row.prior_set
    return (*question, base, *variant, day, _result(row, context))


def _result(row: BatchRow, context: Context) -> str:
    if row.probability is None:
        return "did not converge" if row.status == "not converged" else "not known well enough"
    text = judged(row.probability, context.scale)
    text = text if row.status == "converged" else f"{text}, did not converge"
    return f"{text}, z = {row.z:+.1f}" if row.z is not None and row.outlying else text


def sheets(result: BatchResult, context: Context) -> tuple[Sheet, ...]:
    """Every combination: those that could not be fitted or did not converge first, then outliers; and all errors."""
    order = {"broken": 0, "not converged": 1, "converged": 3}
    rows = sorted(result.rows, key=lambda row: 2 if row.outlying else order[row.status])
    issues = [
        {"file": issue.place.file, "line": issue.place.line, "key": issue.place.key, "error": str(issue)}
        for issue in result.issues
    ]
    return (
        sheet("batch", [_cells(row) for row in rows]),
        *((sheet("errors", issues),) if issues else ()),
    )


def _cells(row: BatchRow) -> dict[str, object]:
    return {
        "status": row.status,
        "outlier": row.outlying,
        "scenario": row.scenario,
        "priors": row.priors,
        "variant": row.variant,
        "as_of": row.as_of,
        "outcome": row.outcome,
        "title": row.title,
        "prior_set": row.prior_set,
        "probability": row.probability,
        "z": row.z,
        "run": row.run,
        "saved_before": row.saved_before,
        "method": row.method,
        "seed": row.seed,
        "draws": row.draws,
        "errors": "\n".join(map(str, row.errors)),
    }


FIGURES = figures()

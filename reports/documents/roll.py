"""The document of an edition: what time changed, what each analyst has not answered, and what to do next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from estimative.model.record.edition import Aged, AnalystFile, Edition, Unanswered
from estimative.reports import phrases
from estimative.reports.blocks import Block, Heading, Listing, Paragraph, Table, collected
from estimative.reports.context import Context
from estimative.reports.figures import figures
from estimative.reports.phrases import date, listed, plain, plural, quoted
from estimative.reports.sheets import Sheet, sheet

FIGURES = figures()


@collected
def document(result: Edition, context: Context) -> Iterator[Block]:
    """What was written, what changed by time alone, and who has to answer what."""
    scenario = result.scenario
    yield Heading(text=f"{plain(scenario.title)}: edition of {date(scenario.as_of)}", level=1)
    yield Paragraph(text=f"From {date(result.before)}; the horizon is still {date(scenario.until)}.")
    yield Heading(text="Changed by time")
    points = list(_changes(result))
    yield Listing(points=tuple(points)) if points else Paragraph(text="Only the date of the assessment.")
    yield Heading(text="Not answered yet")
    yield from _questions(result.analysts)
    yield Heading(text="Files")
    yield Listing(points=tuple(plain(file) for file in result.files))
    yield Paragraph(
        text="Next: add new evidence there, answer what is asked, check the folder, fit, and compare: diff."
    )


def _changes(result: Edition) -> Iterator[str]:
    for row in result.lengthened:
        years = f"{row.before:.4g} to {row.after:.4g} years"
        count = f"the count stays {row.count}; change it if the event has happened since"
        yield f"Exposure {quoted(plain(row.title))}: {years}; {count}."
    if result.passed:
        yield f"Checkpoints that are over: {listed([date(day) for day in result.passed])}."
    yield from map(_aged, result.aged)


def _aged(row: Aged) -> str:
    if row.after == 0 and row.expires:
        return f"Evidence {quoted(plain(row.title))} expired on {date(row.expires)} and no longer counts."
    return (
        f"Evidence {quoted(plain(row.title))} fades: {100 * row.before:.0f}% of its weight, now {100 * row.after:.0f}%."
    )


def _questions(analysts: Sequence[AnalystFile]) -> Iterator[Block]:
    if not analysts:
        yield Paragraph(text="No prior sets were given, so that nobody is asked.")
    for analyst in analysts:
        name = phrases.analyst(analyst.name, analyst.analyst)
        asked = [item for item in analyst.unanswered if not item.suggested]
        suggested = [item for item in analyst.unanswered if item.suggested]
        if not analyst.unanswered:
            yield Paragraph(text=f"{name}: every item is answered.")
        if asked:
            items = plural(len(asked), "item", "items")
            yield Paragraph(text=f"{name}: {items} without an answer; the new file asks for each, marked TO DO.")
            yield _table(asked)
        if suggested:
            items = plural(len(suggested), "item", "items")
            yield Paragraph(text=f"{name}: {items} without an answer; what the scenario suggests counts meanwhile.")
            yield _table(suggested)


def _table(items: Sequence[Unanswered]) -> Table:
    rows = tuple((item.id, plain(item.title), str(item.date or "-")) for item in items)
    return Table(header=("Item", "Title", "Date"), rows=rows, text_columns=frozenset({0, 1, 2}))


def sheets(result: Edition, context: Context) -> tuple[Sheet, ...]:
    """What changed by time, and what is not answered, as tables."""
    asked = [
        {
            "prior_set": analyst.name,
            "item": item.id,
            "title": item.title,
            "date": item.date,
            "suggested": item.suggested,
        }
        for analyst in result.analysts
        for item in analyst.unanswered
    ]
    return (
        sheet("unanswered", asked),
        sheet("aged", [{"": row} for row in result.aged]),
        sheet("exposure", [{"": row} for row in result.lengthened]),
    )

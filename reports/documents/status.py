"""The document of a status: what needs attention, what is due next, and the last assessment of every question."""

from __future__ import annotations

from collections.abc import Iterator

from estimative.model.record.due import Due
from estimative.model.record.status import Assessed, Attention, QuestionStatus, StatusResult
from estimative.reports.blocks import Block, Heading, Listing, Paragraph, Table, collected
from estimative.reports.context import Context
from estimative.reports.figures import figures
from estimative.reports.number_format import percent
from estimative.reports.phrases import date, phrase, plain, plural, quoted
from estimative.reports.sheets import Sheet, sheet

FIGURES = figures()
MOST_DUE, MOST_QUESTIONS = 8, 40
"""Days and questions that a table shows; the JSON has all."""
WHAT = {
    "checkpoint": "checkpoint",
    "horizon": "horizon ends: record what happened",
    "review": "priors to be reviewed",
    "expires": "evidence has expired",
    "half": "evidence has lost half of its weight",
}


@collected
def document(result: StatusResult, context: Context) -> Iterator[Block]:
    """What to do, what is coming, and where every question stands."""
    yield Heading(text=f"Status on {date(result.day)}", level=1)
    open_ = [question for question in result.questions if not question.resolved]
    total = f"{plural(len(result.questions), 'question', 'questions')}, {len(open_)} open"
    yield Paragraph(text=f"{total}. Runs: {plain(result.folder)}.")
    yield from _attention(result)
    due = [(due, question) for question in open_ for due in question.due]
    if due:
        yield Heading(text="Due next")
        yield _due(sorted(due, key=lambda pair: pair[0].date)[:MOST_DUE])
    if result.questions:
        yield Heading(text="Questions")
        yield _questions(result, context)
        if (rest := len(result.questions) - MOST_QUESTIONS) > 0:
            yield Paragraph(text=f"And {plural(rest, 'more question', 'more questions')}; the JSON has all.")
    if result.unreadable:
        yield Paragraph(text=f"{plural(len(result.unreadable), 'run', 'runs')} cannot be read: see estimative runs.")


def _attention(result: StatusResult) -> Iterator[Block]:
    points = [
        f"{quoted(plain(question.title))}: {attention(each)}"
        for question in result.questions
        for each in question.attention
    ]
    points += [f"Contradiction: {issue.message}." for issue in result.contradictions]
    points += [f"Error in a file of the project: {issue}" for issue in result.errors]
    yield Heading(text="Needs attention")
    yield Listing(points=tuple(points)) if points else Paragraph(text="Nothing.")


def attention(row: Attention) -> str:
    """What somebody should do, as the rest of a sentence."""
    since = date(row.date) if row.date else ""
    match row.kind:
        case "unresolved":
            return f"the horizon passed on {since}. Record what happened: resolve."
        case "review":
            return f"{plain(row.prior_set)} was to be reviewed by {since}."
        case "checkpoint":
            return f"a checkpoint passed on {since}. Write the next edition, and fit: roll, fit."
        case "evidence":
            return f"the evidence {quoted(plain(row.title))} has lost weight on {since}, since the last assessment."
        case "unconverged":
            return f"the last run of {plain(row.prior_set)} did not converge."
        case "changed":
            return f"the files of {plain(row.prior_set)} changed since its last run: fit."
        case "new":
            return f"{plain(row.prior_set)} has no run yet: fit."


def _due(rows: list[tuple[Due, QuestionStatus]]) -> Table:
    return Table(
        header=("Date", "Question", "What"),
        rows=tuple((str(due.date), plain(question.title), what_is_due(due)) for due, question in rows),
        text_columns=frozenset({0, 1, 2}),
        nowrap_columns=frozenset({0}),
    )


def what_is_due(due: Due) -> str:
    """What there is to do on a day, in a table or in a calendar."""
    return f"{WHAT[due.kind]}: {quoted(plain(due.title))}" if due.title else WHAT[due.kind]


def _questions(result: StatusResult, context: Context) -> Table:
    rows = [
        (plain(question.title), str(question.until), *_assessed(each, context), "resolved" if question.resolved else "")
        for question in result.questions[:MOST_QUESTIONS]
        for each in question.assessments or (None,)
    ]
    return Table(
        header=("Question", "Until", "Prior set", "As of", "Days", "Result", ""),
        rows=tuple(rows),
        text_columns=frozenset({0, 1, 2, 3, 5, 6}),
        nowrap_columns=frozenset({1, 3}),
    )


def _assessed(row: Assessed | None, context: Context) -> tuple[str, ...]:
    if row is None:
        return "-", "-", "-", "no run"
    result = f"{percent(row.headline)}, {phrase(row.headline, context.scale)}" if row.headline else "not converged"
    return plain(row.prior_set), str(row.as_of), str(row.age), result


def sheets(result: StatusResult, context: Context) -> tuple[Sheet, ...]:
    """Every question by analyst, what needs attention, and what is due."""

    def named(question: QuestionStatus) -> dict[str, object]:
        return {"scenario": question.scenario, "outcome": question.outcome, "until": question.until}

    return (
        sheet(
            "questions",
            [
                {**named(question), "title": question.title, "resolved": question.resolved, "": each}
                for question in result.questions
                for each in question.assessments
            ],
        ),
        sheet("attention", [{**named(q), "": each} for q in result.questions for each in q.attention]),
        sheet("due", [{**named(q), "": each} for q in result.questions for each in q.due]),
    )

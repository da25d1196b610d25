"""What an import of forecasts did, in a few lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from estimative.model.outside.imported import DateOrder, ImportedForecasts
from estimative.reports.phrases import listed, plural

SITES = {
    "metaculus": "Metaculus",
    "manifold": "Manifold",
    "polymarket": "Polymarket",
    "gjp": "the Good Judgment Project",
    "plain": "forecasts of any origin",
}
ORDERS: Mapping[DateOrder, str] = {"mdy": "; dates begin with the month", "dmy": "; dates begin with the day"}
ENCODINGS = {"cp1252": "; text in Windows-1252", "utf-16": "; text in UTF-16"}
SAVED = {
    "new": "Imported",
    "unchanged": "Already imported, nothing changed:",
    "replaced": "Imported again, in place of the earlier import of the same file:",
}
MOST_NAMED = 5


def lines(imported: ImportedForecasts, saved: str) -> Iterator[str]:
    """What was imported, how it was read, what was left out, and what is still unknown."""
    made = sum(forecast.probabilities is not None for forecast in imported.forecasts)
    forecasts, people = plural(made, "forecast", "forecasts"), plural(imported.forecasters, "forecaster", "forecasters")
    questions = plural(len(imported.questions), "question", "questions")
    yield f"{SAVED[saved]} {forecasts} by {people} on {questions}."
    unit = "percentages" if imported.unit == "percent" else "fractions"
    how = f"{ORDERS.get(imported.dates, '')}{ENCODINGS.get(imported.encoding, '')}"
    yield f"Read as a file of {SITES[imported.form]}; probabilities are {unit}{how}."
    for reason, count in imported.skipped.items():
        yield f"Left out: {plural(count, 'row', 'rows')} {reason}."
    yield from _open(imported)


def _open(imported: ImportedForecasts) -> Iterator[str]:
    """The questions whose answer is not known from the file, or not since when."""
    own = [question for question in imported.questions if question.target is None]
    unknown = [question.id for question in own if not (question.answer or question.void)]
    undated = [question.id for question in own if question.answer and question.closed is None]
    if unknown:
        yield f"The file gives no answer to {_named(unknown)}: not scored yet."
        yield "Import it again with the outcome of a scenario that it asks for, or with a file of answers."
    if undated:
        yield f"The file does not say when {_named(undated)} closed: scored by the last forecast, not day by day."
    mapped = len(imported.questions) - len(own)
    if mapped:
        verb = "is" if mapped == 1 else "are"
        yield f"{plural(mapped, 'question', 'questions')} {verb} answered by resolving the scenario."


def _named(names: list[str]) -> str:
    return listed([*names[:MOST_NAMED], *([f"{len(names) - MOST_NAMED:,} more"] if len(names) > MOST_NAMED else [])])

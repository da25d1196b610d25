"""The document of a resolution: what was recorded, and the forecast it is about."""

from __future__ import annotations

from estimative.model.record.score import ResolveResult
from estimative.model.record.scored_forecast import ScoredForecast
from estimative.reports.blocks import Document, Paragraph
from estimative.reports.context import Context
from estimative.reports.documents.score import percent
from estimative.reports.figures import figures
from estimative.reports.phrases import date, listed, plain, plural, sentence
from estimative.reports.sheets import Sheet, sheet


def document(result: ResolveResult, context: Context) -> Document:
    """What was recorded, the forecast it is about, and the line by which it can be recognised."""
    entry = result.entry
    corrected = f", correcting line {entry.corrects}" if entry.corrects else ""
    recorded = f"Recorded as line {entry.line} of {result.log}{corrected}. Its digest: {entry.digest}."
    return (Paragraph(text=recorded_as(result), strong=True), Paragraph(text=recorded))


def recorded_as(result: ResolveResult) -> str:
    """What happened, and which probability the run gave to it."""
    row, title = ScoredForecast.of(result.entry), sentence(result.title)
    forecast = f"The forecast of {row.analyst} was {percent(row)}"
    resolution = result.entry.resolution
    days = plural(resolution.lead, "day", "days")
    match resolution.occurred:
        case True:
            return f"{title}: happened on {date(resolution.date)}. {forecast}, {days} ahead."
        case False:
            met = f", although its condition was met ({listed([plain(name) for name in result.given])})"
            # What was settled when the question was asked can be known before its horizon.
            ahead = "ahead" if resolution.date < result.entry.forecast.until else "before the horizon"
            return f"{title}: did not happen{met if result.given else ''}. {forecast}, {days} {ahead}."
        case _:
            return f"{title}: void, so it is counted but not scored. {forecast}."


def sheets(result: ResolveResult, context: Context) -> tuple[Sheet, ...]:
    """The recorded line."""
    return (sheet("resolution", [{"": ScoredForecast.of(result.entry)}]),)


FIGURES = figures()

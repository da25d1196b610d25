"""The document of a resolution: what was recorded, and the forecast it is about."""

from __future__ import annotations

from collections.abc import Iterator

from estimative.model.record.consistency import DecidedOutcome
from estimative.model.record.resolutions import WORDS
from estimative.model.record.score import ResolveResult
from estimative.model.record.scored_forecast import ScoredForecast
from estimative.reports.blocks import Block, Paragraph, Table, collected
from estimative.reports.context import Context
from estimative.reports.documents.score import forecast_cells, percent
from estimative.reports.figures import figures
from estimative.reports.number_format import rounded
from estimative.reports.phrases import date, listed, plain, plural, sentence
from estimative.reports.sheets import Sheet, sheet

MOST_OTHERS = 20
"""Other runs that are listed."""


@collected
def document(result: ResolveResult, context: Context) -> Iterator[Block]:
    """What was recorded, the forecast it is about, and the line by which it can be recognised."""
    entry = result.entry
    yield Paragraph(text=recorded_as(result), strong=True)
    if entry.resolution.state and entry.resolution.occurred:
        yield _states(result)
    yield from _others(result)
    if result.decided:
        decided = listed([_decided(outcome) for outcome in result.decided])
        yield Paragraph(text=f"This decides outcomes that are not recorded yet: {decided}.")
    for issue in result.inconsistent:
        yield Paragraph(text=f"Contradiction: {issue.message}. Correct that line as well.")
    yield Paragraph(text=_lines_of(result))


def _others(result: ResolveResult) -> Iterator[Block]:
    """The other runs that are resolved by the same answer, and those that are not."""
    if result.others:
        shown = result.others[:MOST_OTHERS]
        rows = tuple(
            (row.run.partition("-")[0], row.analyst, percent(row), _result_of(row))
            for row in map(ScoredForecast.of, shown)
        )
        answers = plural(len(result.others), "other run of this question is", "other runs of this question are")
        yield Paragraph(text=f"{answers} resolved with it:")
        yield Table(header=("Run", "Analyst", "Forecast", "Result"), rows=rows, text_columns=frozenset({0, 1, 3}))
        if rest := len(result.others) - len(shown):
            yield Paragraph(text=f"{plural(rest, 'more', 'more')} not listed; JSON has all.")
    if result.left_out:
        runs = plural(len(result.left_out), "run is", "runs are")
        yield Paragraph(text=f"{runs} left out, made when the answer was known or without this outcome.")


def _result_of(row: ScoredForecast) -> str:
    return row.state or WORDS[row.occurred]


def recorded_as(result: ResolveResult) -> str:
    """What happened, and which probability the run gave to it."""
    row, title = ScoredForecast.of(result.entry), sentence(result.title)
    forecast = f"The forecast of {row.analyst} was {percent(row)}"
    resolution = result.entry.resolution
    days = plural(resolution.lead, "day", "days")
    # What was settled when the question was asked can be known before its horizon.
    ahead = "ahead" if resolution.date < result.entry.forecast.until else "before the horizon"
    condition = f" ({listed([plain(name) for name in result.given])})" if result.given else ""
    if resolution.state:
        return _state_recorded(result, f"{days} {ahead}", condition)
    match resolution.occurred:
        case True:
            return f"{title}: happened on {date(resolution.date)}. {forecast}, {days} ahead."
        case False:
            met = f", although its condition was met{condition}" if condition else ""
            return f"{title}: did not happen{met}. {forecast}, {days} {ahead}."
        case _:
            forecast = "" if row.states else f" {forecast}."
            return f"{title}: void, so it is counted but not scored.{forecast}"


def _state_recorded(result: ResolveResult, lead: str, condition: str) -> str:
    """Which state holds, or that the condition of the event was not met."""
    row, title, resolution = ScoredForecast.of(result.entry), sentence(result.title), result.entry.resolution
    if not resolution.occurred:
        return f"{title}: its condition was not met{condition}, so it is counted but not scored."
    under = f" under its condition{condition}" if condition else ""
    state = f"{title}: {plain(result.state_titles[resolution.state])}, certain on {date(resolution.date)}"
    return f"{state}. The forecast of {row.analyst} for this state{under} was {percent(row)}, {lead}."


def _lines_of(result: ResolveResult) -> str:
    """The lines of the log, and the digest of the last one."""
    entries = (result.entry, *result.others)
    corrected = [entry.corrects for entry in entries if entry.corrects]
    joint = "to" if len(result.others) > 1 else "and"
    what = f"lines {entries[0].line} {joint} {entries[-1].line}" if result.others else f"line {entries[0].line}"
    old = f", correcting {'lines' if len(corrected) > 1 else 'line'} {listed(list(map(str, corrected)))}"
    whose = "The digest of the last" if result.others else "Its digest"
    return f"Recorded as {what} of {result.log}{old if corrected else ''}. {whose}: {entries[-1].digest}."


def _states(result: ResolveResult) -> Table:
    """All states with their probabilities."""
    resolution = result.entry.resolution
    return Table(
        header=("State", "Forecast", "Holds"),
        rows=tuple(
            (
                result.state_titles[each.state],
                f"{rounded(each.probability, each.se, places=2)}%",
                "yes" if each.state == resolution.state else "",
            )
            for each in resolution.forecast.states
        ),
        text_columns=frozenset({0, 2}),
    )


def _decided(outcome: DecidedOutcome) -> str:
    return f"{plain(outcome.title)} ({outcome.id}): {outcome.word}"


def sheets(result: ResolveResult, context: Context) -> tuple[Sheet, ...]:
    """The recorded lines."""
    entries = (result.entry, *result.others)
    return (sheet("resolution", [{"": forecast_cells(ScoredForecast.of(entry))} for entry in entries]),)


FIGURES = figures()

"""The outcomes by dates before the horizon, and when the headline happens, if at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from estimative.model.inference.by_date import ByDate, DatedOutcome, When
from estimative.model.inference.fit_result import FitResult
from estimative.model.inference.mc_estimate import MCEstimate
from estimative.model.spec.events import event_of
from estimative.reports import phrases
from estimative.reports.blocks import Block, Heading, Paragraph, Table
from estimative.reports.context import Context
from estimative.reports.documents.interval_plot import interval_plot, interval_row
from estimative.reports.number_format import percent
from estimative.reports.phrases import date, listed, plain, quoted

MAX_DATES = 6
"""Of the columns of a table; the JSON has all."""
NOTE = (
    "By a date: an event given others happens on the day when the last of them has; one that is decided at the horizon "
    "has not happened before. Median date and range: if it happens by the horizon."
)
EXCLUDED = (
    " What excludes or drives an event and takes time counts as it is at the horizon, at earlier dates too: an event "
    "that another one excludes later has not happened before either."
)


def dates(result: FitResult, context: Context, pictures: Sequence[Block] = ()) -> Iterator[Block]:
    """The headline over time, then every outcome by each date; nothing where no dates were asked for."""
    if not result.dates:
        return
    yield Heading(text="By date")
    headline = result.dates.get(result.scenario.headline)
    if headline:
        if headline.when:
            yield Paragraph(text=when(headline.when), strong=True)
        yield from pictures or _plot(headline, result, context)
    yield _table(result, context)
    yield Paragraph(text=f"{NOTE}{EXCLUDED if _waits_for_the_horizon(context) else ''}")
    left_out = [quoted(context.scenario.outcomes[name].title) for name in result.outcomes if name not in result.dates]
    if left_out:
        yield Paragraph(text=f"Not computed by date, since too many events matter: {listed(left_out)}.")


def _waits_for_the_horizon(context: Context) -> bool:
    """Whether an event is excluded or driven by what takes time."""
    scenario = context.scenario
    names = {name for e in scenario.events.values() for name in (*e.unless, *(driver.name for driver in e.drivers))}
    return not scenario.timed.isdisjoint(map(event_of, names))


def by_dates(result: FitResult, context: Context) -> str:
    """The headline by each date in one sentence, and when it happens."""
    dated = result.dates[result.scenario.headline]
    shown = [row for row in dated.by if row.posterior]
    parts = [f"{percent(row.posterior)} by {date(row.date)}" for row in shown[-MAX_DATES:] if row.posterior]
    title = phrases.sentence(context.scenario.outcomes[result.scenario.headline].title)
    return f"{title}: {listed(parts)}.{f' {when(dated.when)}' if dated.when else ''}"


def when(dated: When) -> str:
    """When an outcome happens, if at all."""
    never = MCEstimate(value=1 - dated.by_horizon.value, own_variance=(dated.by_horizon.se or 0.0) ** 2)
    if dated.at_horizon.value > 0.999 * dated.by_horizon.value:
        return f"If it happens, it is on the last day, when it is decided. Not by the horizon: {percent(never)}."
    if dated.p05 == dated.p95:
        return f"If it happens, it is on {date(dated.p05)}. Not by the horizon: {percent(never)}."
    return (
        f"If it happens, the median date is {date(dated.p50)}, and 90% of the probability is between "
        f"{date(dated.p05)} and {date(dated.p95)}. Not by the horizon: {percent(never)}."
    )


def _plot(headline: DatedOutcome, result: FitResult, context: Context) -> Iterator[Block]:
    """A line for each date, in characters."""
    rows = [interval_row(date(row.date), row.posterior, row.prior) for row in headline.by if row.posterior]
    mass = result.headline.posterior.interval.mass
    yield interval_plot(rows, mass, context.scale)


def _table(result: FitResult, context: Context) -> Table:
    found = next(iter(result.dates.values())).by[-MAX_DATES:]
    rows = [
        (plain(context.scenario.outcomes[name].title), *map(_cell, outcome.by[-MAX_DATES:]))
        for name, outcome in result.dates.items()
    ]
    return Table(header=("Outcome, by", *(row.date.isoformat() for row in found)), rows=tuple(rows))


def _cell(row: ByDate) -> str:
    return percent(row.posterior) if row.posterior else "-"

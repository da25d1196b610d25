"""The headline over time: its probability by each date until the horizon."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from estimative.model.inference.by_date import ByDate, DatedOutcome
from estimative.model.inference.fit_result import FitResult
from estimative.model.spec.scenario import Scenario, years_between
from estimative.reports.context import Context
from estimative.reports.figures.axes import ProbabilityAxis
from estimative.reports.figures.chart import Chart
from estimative.reports.figures.curve import Curve, Point
from estimative.reports.figures.sources import caution, source
from estimative.reports.figures.style import BAND, CURVE, NothingToPlot
from estimative.reports.number_format import percent
from estimative.reports.phrases import date, interval_kind, quoted

MOST_TICKS = 8


def dates(result: FitResult, context: Context) -> Chart:
    """The headline over time, with its interval.

    Raises
    ------
    NothingToPlot
        If no dates were asked for, or the headline is impossible before the horizon.
    """
    found = result.dates.get(result.scenario.headline)
    points = tuple(_points(found, context.scenario)) if found else ()
    if not found or not points:
        raise NothingToPlot("The result has no dates before the horizon.")
    number = result.headline.posterior
    title = quoted(context.scenario.outcomes[result.scenario.headline].title)
    return Chart(
        content=Curve(
            points=points,
            baseline=number.value,
            axis=ProbabilityAxis(words=context.scale),
            label="Date",
            others=None,
            heading="",
            key=((CURVE, "probability by then"), (BAND, interval_kind(number.interval))),
            sentences=tuple(_sentences(found)),
            ticks=tuple(_ticks(context.scenario)),
        ),
        title=f"{title}: {points[0].text} by {date(found.curve[0].date)}, {points[-1].text} by the horizon",
        caption="The line is the probability that it has come about by a date, the band its credible interval, given "
        "the uncertainty in the inputs. The horizontal line is the result: by the horizon.",
        caution=caution(result),
        source=source(result.scenario, [result.prior_set], result.computation),
    )


def _points(found: DatedOutcome, scenario: Scenario) -> Iterator[Point]:
    for row in found.curve:
        if row.posterior and row.posterior.value > 0:
            ends = row.posterior.interval
            yield Point(
                at=years_between(scenario.as_of, row.date),
                value=row.posterior.value,
                low=ends.low,
                high=ends.high,
                text=percent(row.posterior),
            )


def _ticks(scenario: Scenario) -> Iterator[tuple[float, str]]:
    """The beginnings of years, or of months where there are few years."""
    first, last = scenario.as_of, scenario.until
    step = 12 if (last - first).days > 2 * 366 else 3 if (last - first).days > 200 else 1
    months = range(first.year * 12 + first.month, last.year * 12 + last.month)
    days = [datetime.date(month // 12, month % 12 + 1, 1) for month in months if month % step == 0]
    for day in days[:: -(-len(days) // MOST_TICKS)] if days else []:
        yield years_between(first, day), str(day.year) if step == 12 else f"{day:%b %Y}"


def _sentences(found: DatedOutcome) -> Iterator[str]:
    for row in found.by:
        yield f"By {date(row.date)}: {_number(row)}."


def _number(row: ByDate) -> str:
    return percent(row.posterior) if row.posterior else "not known well enough"

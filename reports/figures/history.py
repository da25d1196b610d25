"""The headline over time, as it was judged: by one analyst with its interval, or by several."""

from __future__ import annotations

from typing import TYPE_CHECKING

from estimative.reports.figures.axes import ProbabilityAxis
from estimative.reports.figures.chart import Chart
from estimative.reports.figures.sources import caution, source
from estimative.reports.figures.style import NothingToPlot
from estimative.reports.figures.timeline import Day, Line, Timeline
from estimative.reports.number_format import percent
from estimative.reports.phrases import date, interval_kind, quoted

if TYPE_CHECKING:
    from estimative.model.disagreement.history import HistoryResult, Series
    from estimative.reports.context import Context


def history(result: HistoryResult, context: Context) -> Chart:
    """Each analyst's probability over time.

    Raises
    ------
    NothingToPlot
        If nobody has a number on two days.
    """
    lines = tuple(line for series in result.series if len((line := _line(series)).days) > 1)
    if not lines:
        raise NothingToPlot("No analyst has a number on two days.")
    first, last = lines[0].days[0], lines[0].days[-1]
    title = quoted(context.scenario.outcomes[result.scenario.headline].title)
    ends = f"from {first.text} on {date(first.date)} to {last.text} on {date(last.date)}"
    shown = next(m.headline for m in result.series[0].moments if m.headline)
    how = "fitted again as of each day, by the priors of today" if result.replayed else "as the saved runs have it"
    return Chart(
        content=Timeline(
            lines=lines, axis=ProbabilityAxis(words=context.scale), interval=interval_kind(shown.interval)
        ),
        title=f"{title}: {ends}" if len(lines) == 1 else f"{title}: {len(lines)} analysts over time",
        caption=f"The probability from each day on, {how}.",
        caution=caution(result),
        source=source(result.scenario, [series.prior_set for series in result.series], result.computation),
    )


def _line(series: Series) -> Line:
    days = [
        Day(
            date=moment.date,
            value=number.value,
            low=number.interval.low,
            high=number.interval.high,
            text=percent(number),
        )
        for moment in series.moments
        if (number := moment.headline)
    ]
    return Line(name=series.prior_set.name, days=tuple(days))

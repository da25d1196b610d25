"""A number in ranges: its cumulative distribution, at the edges of the ranges."""

from __future__ import annotations

from collections.abc import Iterator

from estimative.model.inference.fit_result import FitResult
from estimative.model.inference.number_ranges import RangedNumber
from estimative.reports.context import Context
from estimative.reports.figures.axes import ProbabilityAxis
from estimative.reports.figures.chart import Chart
from estimative.reports.figures.curve import Curve, Point
from estimative.reports.figures.sources import caution, source
from estimative.reports.figures.style import BAND, CURVE, NothingToPlot
from estimative.reports.number_format import percent, rounded
from estimative.reports.phrases import interval_kind, quoted

MEDIAN = 0.5


def numbers(result: FitResult, context: Context) -> Chart:
    """The first number in ranges, with the interval of its distribution.

    Raises
    ------
    NothingToPlot
        If there is none, or its distribution is not known well enough at two edges.
    """
    name = next(iter(result.numbers), "")
    points = tuple(_points(result.numbers[name])) if name else ()
    if len(points) < 2:
        raise NothingToPlot("The result has no number in ranges.")
    row, event = result.numbers[name], context.scenario.events[name]
    unit = f" ({row.unit})" if row.unit else ""
    return Chart(
        content=Curve(
            points=points,
            baseline=MEDIAN,
            axis=ProbabilityAxis(words=context.scale),
            label=f"At most{unit}",
            others=None,
            heading="",
            key=((CURVE, "probability of at most so much"), (BAND, interval_kind(result.headline.posterior.interval))),
            sentences=tuple(_sentences(row)),
            ticks=tuple((float(at), f"{edge:,.12g}") for at, edge in enumerate(row.edges[1:], start=1)),
        ),
        title=f"{quoted(event.title)}: {_median(row)}",
        caption="Each dot is the probability of at most so much, its band the credible interval, given the uncertainty "
        "in the inputs. The dashed line is one half: where it is crossed is the median.",
        caution=caution(result),
        source=source(result.scenario, [result.prior_set], result.computation),
    )


def _points(row: RangedNumber) -> Iterator[Point]:
    for at, number in enumerate(row.posterior.at_most, start=1):
        if number and 0 < number.value < 1:
            ends = number.interval
            yield Point(at=at, value=number.value, low=ends.low, high=ends.high, text=percent(number))


def _median(row: RangedNumber) -> str:
    """The median in words."""
    value, unit = row.posterior.quantiles[1].value, f" {row.unit}" if row.unit else ""
    if value is None:
        return f"the median is over {row.edges[-1]:,.12g}{unit}"
    return f"the median is {rounded(value.value, max(value.se or 0.0, 0.01 * abs(value.value)))}{unit}"


def _sentences(row: RangedNumber) -> Iterator[str]:
    for edge, number in zip(row.edges[1:], row.posterior.at_most, strict=True):
        yield f"At most {edge:,.12g}: {percent(number) if number else 'not known well enough'}."

"""The sweep: every probability along a factor that an intervention sets."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from estimative.reports.figures.axes import ProbabilityAxis, log_odds
from estimative.reports.figures.bars import BarRow, Bars, End, visible
from estimative.reports.figures.chart import Chart
from estimative.reports.figures.curve import Curve, Point
from estimative.reports.figures.sources import caution, source
from estimative.reports.figures.style import BAND, BASELINE, CURVE, DARK, LIGHT, NothingToPlot
from estimative.reports.number_format import SIGNIFICANT_SE, interval, percent, percent_range
from estimative.reports.phrases import interval_kind, outcome_title, plural, quoted, title_of

if TYPE_CHECKING:
    from estimative.model.analysis.what_if_result import SweepPoint, WhatIfResult
    from estimative.model.inference.estimates import ProbabilityEstimate
    from estimative.reports.context import Context

MAX_ROWS = 10

type Numbers = Sequence[tuple[float, ProbabilityEstimate]]
"""Values of the factor, each with a probability."""
type Along = tuple[str, Numbers]
"""A title and its numbers."""


def sweep(result: WhatIfResult, context: Context) -> Chart:
    """The headline along the sweep, and every other outcome and event in small.

    Raises
    ------
    NothingToPlot
        If nothing was swept, or the headline is impossible everywhere.
    """
    if not result.sweep or not result.has_results:
        raise NothingToPlot("The result has no sweep.")
    points, headline = sorted(result.sweep.points, key=lambda point: point.value), result.scenario.headline
    main = [(point.value, point.outcomes[headline]) for point in points if headline in point.outcomes]
    before = result.headline.before
    if not main or not before:
        raise NothingToPlot("The condition of the headline is impossible at every value.")
    factor = title_of(result.sweep.factor, context.scenario)
    axis, others = ProbabilityAxis(words=context.scale), list(_others(points, result, context))
    rows = visible(sorted(_rows(others), key=_size), axis, most=MAX_ROWS)
    return Chart(
        content=Curve(
            points=tuple(_point(at, number) for at, number in main),
            baseline=before.value,
            axis=axis,
            label="Degree of the factor (0 to 1)",
            others=Bars(rows=rows, axis=axis, legend=((DARK, "rises"), (LIGHT, "falls"))) if rows else None,
            heading="What else responds, from the lowest degree to the highest",
            key=(
                (CURVE, "result"),
                (BAND, interval_kind(main[0][1].interval)),
                (BASELINE, f"as assessed: {percent(before)}"),
            ),
            sentences=tuple(_sentences(main, others)),
        ),
        title=_title(main, quoted(factor)),
        caption="Each point is the probability if the factor were set to that degree from now on. Events still to come "
        f"respond; what is settled now, and the evidence about today, do not.{_supposed(result)}"
        f"{_rest(len(others) - len(rows))}",
        caution=caution(result),
        source=source(result.scenario, [result.fit.prior_set], result.computation),
    )


def _point(at: float, number: ProbabilityEstimate) -> Point:
    ends = number.interval
    return Point(at=at, value=number.value, low=ends.low, high=ends.high, text=percent(number))


def _others(points: Sequence[SweepPoint], result: WhatIfResult, context: Context) -> Iterator[Along]:
    """Every other outcome, then every event under its own condition."""
    scenario = context.scenario
    for name in scenario.outcomes:
        if name != result.scenario.headline:
            yield outcome_title(name, scenario), [(p.value, p.outcomes[name]) for p in points if name in p.outcomes]
    for name in scenario.ordered_literals:
        given = scenario.event(name).given or scenario.event(name).unless
        title = f"{title_of(name, scenario)}{' (where its condition holds)' if given else ''}"
        yield title, [(p.value, p.events[name]) for p in points if name in p.events]


def _rows(others: Sequence[Along]) -> Iterator[BarRow]:
    """From the first value to the last, where these differ by more than their errors."""
    for title, numbers in others:
        if numbers and _way(numbers[0][1], numbers[-1][1]):
            first, last = numbers[0][1], numbers[-1][1]
            text, look = percent_range(first, last), DARK if last.value > first.value else LIGHT
            end = End(value=last.value, look=look, text=text)
            yield BarRow(label=title, start=first.value, ends=(end,), sentence=f"{title}: {text}.")


def _size(row: BarRow) -> float:
    return -abs(log_odds(row.ends[0].value) - log_odds(row.start))


def _rest(count: int) -> str:
    outcomes = plural(count, "other outcome or event responds", "other outcomes and events respond")
    return f" {outcomes} less or not at all." if count else ""


def _supposed(result: WhatIfResult) -> str:
    return " The other assumptions of this what-if hold at every point." if result.assumptions else ""


def _title(numbers: Numbers, factor: str) -> str:
    """Where the result goes along the sweep, as far as the errors permit."""
    (low, first), (high, last) = numbers[0], numbers[-1]
    if len(numbers) == 1:
        return f"With {factor} at {low:g}, the result is {percent(first)}"
    along, ways = (
        f"as {factor} goes from {low:g} to {high:g}",
        {_way(a, b) for (_, a), (_, b) in pairwise(numbers)} - {0},
    )
    verb = {0: "stays near", 1: "rises", -1: "falls"}[_way(first, last)] if len(ways) < 2 else "goes up and down"
    if verb == "stays near" or percent(first) == percent(last):
        return f"The result stays near {percent(first)} {along}"
    return f"The result {verb} from {percent(first)} to {percent(last)} {along}"


def _way(first: ProbabilityEstimate, second: ProbabilityEstimate) -> int:
    """1 up, -1 down, 0 where the errors do not say."""
    difference = second.value - first.value
    return 0 if abs(difference) <= SIGNIFICANT_SE * math.hypot(first.se, second.se) else (1 if difference > 0 else -1)


def _sentences(main: Numbers, others: Sequence[Along]) -> Iterator[str]:
    for at, number in main:
        yield f"At {at:g}: {percent(number)}, {interval_kind(number.interval)} {interval(number.interval)}."
    for title, numbers in others:
        ends = numbers[:: max(len(numbers) - 1, 1)]
        yield f"{title}: {' and '.join(f'{percent(n)} at {at:g}' for at, n in ends) or 'impossible'}."

"""The sweep: every probability along a factor that an intervention sets."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from estimative.reports.figures.axes import ProbabilityAxis
from estimative.reports.figures.chart import Chart
from estimative.reports.figures.panels import Panel, Panels, Point
from estimative.reports.figures.sources import caution, source
from estimative.reports.figures.style import BAND, BASELINE, CURVE, NothingToPlot
from estimative.reports.number_format import SIGNIFICANT_SE, interval, percent
from estimative.reports.phrases import interval_kind, plural, quoted, title_of

if TYPE_CHECKING:
    from estimative.model.analysis.what_if_result import SweepPoint, WhatIfResult
    from estimative.model.inference.estimates import ProbabilityEstimate
    from estimative.reports.context import Context

MAX_PANELS = 9

type Numbers = Sequence[tuple[float, ProbabilityEstimate]]
"""Values of the factor, each with a probability."""
type Curve = tuple[str, Numbers]
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
    others = list(_others(points, result, context))
    chosen = [curve for curve in others if _responds(curve[1])][:MAX_PANELS]
    return Chart(
        content=Panels(
            main=_panel("Result", main),
            baseline=before.value,
            others=tuple(_panel(*curve) for curve in chosen),
            axis=ProbabilityAxis(words=context.scale),
            label="Degree of the factor (0 to 1)",
            heading="Outcomes and events that respond, events where their condition holds",
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
        f"{_rest(len(others) - len(chosen))}",
        caution=caution(result),
        source=source(result.scenario, [result.fit.prior_set], result.computation),
    )


def _panel(title: str, numbers: Numbers) -> Panel:
    return Panel(
        title=title,
        points=tuple(
            Point(at=at, value=n.value, text=percent(n), low=n.interval.low, high=n.interval.high) for at, n in numbers
        ),
    )


def _others(points: Sequence[SweepPoint], result: WhatIfResult, context: Context) -> Iterator[Curve]:
    """Every other outcome, then every event under its own condition."""
    scenario = context.scenario
    for name in scenario.outcomes:
        if name != result.scenario.headline:
            yield title_of(name, scenario), [(p.value, p.outcomes[name]) for p in points if name in p.outcomes]
    for name in scenario.order:
        yield title_of(name, scenario), [(p.value, p.events[name]) for p in points if name in p.events]


def _responds(numbers: Numbers) -> bool:
    return any(_way(numbers[0][1], number) for _, number in numbers)


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
    if verb == "stays near":
        return f"The result stays near {percent(first)} {along}"
    return f"The result {verb} from {percent(first)} to {percent(last)} {along}"


def _way(first: ProbabilityEstimate, second: ProbabilityEstimate) -> int:
    """1 up, -1 down, 0 where the errors do not say."""
    difference = second.value - first.value
    return 0 if abs(difference) <= SIGNIFICANT_SE * math.hypot(first.se, second.se) else (1 if difference > 0 else -1)


def _sentences(main: Numbers, others: Sequence[Curve]) -> Iterator[str]:
    for at, number in main:
        yield f"At {at:g}: {percent(number)}, {interval_kind(number.interval)} {interval(number.interval)}."
    for title, numbers in others:
        ends = numbers[:: max(len(numbers) - 1, 1)]
        yield f"{title}: {' and '.join(f'{percent(n)} at {at:g}' for at, n in ends) or 'impossible'}."

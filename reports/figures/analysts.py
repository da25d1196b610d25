"""The analysts: what each of them makes of the same question."""

from __future__ import annotations

from typing import TYPE_CHECKING

from estimative.reports.figures.axes import ProbabilityAxis
from estimative.reports.figures.chart import Chart
from estimative.reports.figures.intervals import Intervals
from estimative.reports.figures.outcomes import interval_key, left_out, probability_row
from estimative.reports.figures.sources import caution, source
from estimative.reports.figures.style import NothingToPlot
from estimative.reports.number_format import percent
from estimative.reports.phrases import by_horizon, inner, outcome_title

if TYPE_CHECKING:
    from estimative.model.disagreement.comparison import CompareResult
    from estimative.reports.context import Context

MAX_ANALYSTS = 16


def analysts(result: CompareResult, context: Context) -> Chart:
    """The headline by each analyst, the highest first.

    Raises
    ------
    NothingToPlot
        If no analyst has numbers.
    """
    headline = result.scenario.headline
    numbers = {name: analyst.outcomes[headline] for name, analyst in result.analysts.items() if analyst.outcomes}
    if not numbers:
        raise NothingToPlot("No analyst has numbers.")
    names = sorted(numbers, key=lambda name: -numbers[name].posterior.value)
    rows = tuple(probability_row(_named(result, name), numbers[name], context) for name in names[:MAX_ANALYSTS])
    high, low = names[0], names[-1]
    ends = f"from {percent(numbers[low].posterior)} ({low}) to {percent(numbers[high].posterior)} ({high})"
    return Chart(
        content=Intervals(rows=rows, axis=ProbabilityAxis(words=context.scale), legend=interval_key(numbers[high])),
        title=f"The analysts range {ends}" if len(names) > 1 else f"{high}: {percent(numbers[high].posterior)}",
        caption=f"Each dot is one analyst's probability that "
        f"{inner(outcome_title(headline, context.scenario))}{by_horizon(headline, context.scenario)}, its line the "
        "credible interval. The ring below shows both before the evidence."
        f"{left_out(len(names) - len(rows), 'probability', rows)}",
        caution=caution(result),
        source=source(result.scenario, [a.fit.prior_set for a in result.analysts.values()], result.computation),
    )


def _named(result: CompareResult, name: str) -> str:
    """A prior set with its analyst."""
    analyst = result.analysts[name].fit.prior_set.analyst
    return f"{name} ({analyst})" if analyst and analyst != name else name

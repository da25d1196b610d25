"""The factors: the degree of each, before the evidence and after it."""

from __future__ import annotations

from estimative.model.inference.fit_result import FitResult, QuantityResult
from estimative.reports.context import Context
from estimative.reports.figures.axes import NumberAxis
from estimative.reports.figures.chart import Chart
from estimative.reports.figures.intervals import IntervalRow, Intervals
from estimative.reports.figures.sources import caution, source
from estimative.reports.figures.style import PRIOR, SPAN, NothingToPlot
from estimative.reports.number_format import SIGNIFICANT_SE
from estimative.reports.phrases import plural, quoted, title_of

MAX_FACTORS = 15
LEAST_MOVE = 0.005
"""A smaller change of a degree is no change for a reader."""


def factors(result: FitResult, context: Context) -> Chart:
    """Every uncertain factor on the axis from 0 to 1, the one that the evidence moved most first.

    Raises
    ------
    NothingToPlot
        If no factor is uncertain, or the result has no numbers.
    """
    numbers = {name: result.quantities.get(f"factors.{name}") for name in context.scenario.factors}
    known = {name: number for name, number in numbers.items() if number and not number.constant}
    if not known:
        raise NothingToPlot("The result has no uncertain factor.")
    names = sorted(known, key=lambda name: -abs(_move(known[name])))
    cut = len(numbers) - len(names[:MAX_FACTORS])
    rest = f" {plural(cut, 'other factor is', 'other factors are')} not shown." if cut else ""
    return Chart(
        content=Intervals(
            rows=tuple(_row(name, known[name], context) for name in names[:MAX_FACTORS]),
            axis=NumberAxis(label="Degree (0 to 1)", low=0.0, high=1.0),
            legend=((SPAN, "mean degree, 5% to 95% point"), (PRIOR, "before the evidence")),
        ),
        title=_title(known, context),
        caption="Each dot is the mean degree of a factor and its line reaches from the 5% to the 95% point. The ring "
        f"below shows both before the evidence.{rest}",
        caution=caution(result),
        source=source(result.scenario, [result.prior_set], result.computation),
    )


def _move(number: QuantityResult) -> float:
    return number.posterior.mean - number.prior.mean


def _row(name: str, number: QuantityResult, context: Context) -> IntervalRow:
    before, after = number.prior, number.posterior
    ends = f"{after.p05:.2f} to {after.p95:.2f}"
    label = title_of(name, context.scenario)
    return IntervalRow(
        label=label,
        value=f"{after.mean:.2f}",
        value_detail=ends,
        point=after.mean,
        low=after.p05,
        high=after.p95,
        prior=before.mean,
        prior_low=before.p05,
        prior_high=before.p95,
        sentence=f"{label}: {after.mean:.2f} ({ends}); before the evidence {before.mean:.2f} "
        f"({before.p05:.2f} to {before.p95:.2f}).",
    )


def _title(known: dict[str, QuantityResult], context: Context) -> str:
    """The factor that the evidence moved most."""
    name = max(known, key=lambda name: abs(_move(known[name])))
    number, move = known[name], _move(known[name])
    if abs(move) <= max(SIGNIFICANT_SE * number.posterior.se, LEAST_MOVE):
        return "The evidence moves no factor"
    verb = "raises" if move > 0 else "lowers"
    ends = f"from {number.prior.mean:.2f} to {number.posterior.mean:.2f}"
    return f"The evidence {verb} {quoted(title_of(name, context.scenario))} most: {ends}"

"""The tornado: the result with each input fixed low and high."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from estimative.model.analysis.sensitivity import SensitivityResult
from estimative.model.analysis.tornado import Tornado, TornadoRange
from estimative.reports.context import Context
from estimative.reports.figures.axes import ProbabilityAxis, bounded
from estimative.reports.figures.bars import BarRow, Bars, End, visible
from estimative.reports.figures.chart import Chart, Key
from estimative.reports.figures.sources import caution, source
from estimative.reports.figures.style import BASELINE, DARK, LIGHT, NothingToPlot
from estimative.reports.number_format import percent, percent_range, significant
from estimative.reports.phrases import capital, input_value, plural, unknown_name

MAX_INPUTS, MAX_WEIGHTS = 10, 4


def tornado(result: SensitivityResult, context: Context) -> Chart:
    """The inputs that move the headline most.

    Raises
    ------
    NothingToPlot
        If nothing was varied, or the headline is certain or impossible.
    """
    ranges, headline = result.tornado, result.headline
    if not ranges or not headline:
        raise NothingToPlot("The result has no tornado.")
    if not ranges.quantities and not ranges.weights:
        raise NothingToPlot("Every input is a constant, so none was varied.")
    if not bounded(headline.posterior.value):
        raise NothingToPlot("The headline is certain or impossible: no input can move it.")
    axis = ProbabilityAxis(words=context.scale)
    rows = _rows(ranges, headline.posterior.value, context)
    chosen = [visible(group, axis, most=most) for group, most in zip(rows, (MAX_INPUTS, MAX_WEIGHTS), strict=True)]
    if not any(chosen):
        raise NothingToPlot("No input moves the result enough to be seen.")
    plot = Bars(
        rows=tuple(_with_headings(chosen, ranges)),
        axis=axis,
        legend=_key(ranges, percent(headline.posterior)),
        baseline=headline.posterior.value,
    )
    cut = sum(map(len, rows)) - sum(map(len, chosen))
    return Chart(
        content=plot,
        title=_title(ranges, context),
        caption=_caption(ranges, cut),
        caution=caution(result),
        source=source(result.scenario, [result.fit.prior_set], result.computation),
    )


def _rows(ranges: Tornado, headline: float, context: Context) -> tuple[Sequence[BarRow], Sequence[BarRow]]:
    quantities = [_row(row, headline, context) for row in ranges.quantities]
    return quantities, [_row(row, headline, context) for row in ranges.weights]


def _row(row: TornadoRange, headline: float, context: Context) -> BarRow:
    label = capital(unknown_name(row.name, context.assessment))
    low, high = (input_value(row.name, value, context.scenario) for value in (row.low, row.high))
    return BarRow(
        label=label,
        detail="" if (row.low, row.high) == (0, 1) else f"fixed at {low} and {high}",
        start=headline,
        ends=(
            End(value=row.at_low.value, look=LIGHT, text=percent(row.at_low)),
            End(value=row.at_high.value, look=DARK, text=percent(row.at_high)),
        ),
        sentence=f"{label}: {percent(row.at_low)} at {low}, {percent(row.at_high)} at {high}.",
    )


def _with_headings(groups: Sequence[Sequence[BarRow]], ranges: Tornado) -> Iterator[BarRow]:
    headings = ("", "Weights of evidence, at 0 and at 1")
    for heading, rows in zip(headings, groups, strict=True):
        yield from (replace(row, heading="" if at else heading) for at, row in enumerate(rows))


def _key(ranges: Tornado, headline: str) -> Key:
    low, high = _ends(ranges)
    return (
        (LIGHT, f"input low ({low} point)"),
        (DARK, f"input high ({high} point)"),
        (BASELINE, f"result: {headline}"),
    )


def _ends(ranges: Tornado) -> tuple[str, str]:
    return f"{100 * ranges.low_quantile:g}%", f"{100 * ranges.high_quantile:g}%"


def _title(ranges: Tornado, context: Context) -> str:
    """The input that moves the headline most."""
    first = next((row for row in ranges.quantities if significant(row.shift)), None)
    if not first:
        return "No input moves the result by more than its error"
    name, (low, high) = (
        unknown_name(first.name, context.assessment),
        sorted((first.at_low, first.at_high), key=lambda e: e.value),
    )
    return f"{capital(name)} drives the result most: {percent_range(low, high)}"


def _caption(ranges: Tornado, cut: int) -> str:
    low, high = _ends(ranges)
    lead = (
        f"Each bar shows how far the result moves when one input is fixed at the {low} and at the {high} point of its "
        "prior, everything else as assessed. The longer the bar, the more the result depends on that input."
    )
    if not cut:
        return lead
    return f"{lead} {plural(cut, 'input', 'inputs')} with a smaller effect {'is' if cut == 1 else 'are'} not shown."

"""The curves: the result along each of the inputs that move it most, one at a time."""

from __future__ import annotations

import math
from collections.abc import Sequence

from estimative.model.analysis.curves import CurvePoint, InputCurve
from estimative.model.analysis.sensitivity import SensitivityResult
from estimative.reports.context import Context
from estimative.reports.figures.axes import ProbabilityAxis, bounded
from estimative.reports.figures.chart import Chart
from estimative.reports.figures.multiples import LINE, Multiple, Multiples
from estimative.reports.figures.sources import caution, source
from estimative.reports.figures.style import BASELINE, NothingToPlot
from estimative.reports.number_format import percent, percent_range, plain_percent
from estimative.reports.phrases import bare_value, capital, unknown_name


def curves(result: SensitivityResult, context: Context) -> Chart:
    """The result along each input, all on one axis of probability.

    Raises
    ------
    NothingToPlot
        If no input has a curve, or the headline is certain or impossible.
    """
    if not result.curves or not result.headline:
        raise NothingToPlot("The result has no curves.")
    headline = result.headline.posterior
    if not bounded(headline.value):
        raise NothingToPlot("The headline is certain or impossible: no input can move it.")
    curves = result.curves.curves
    return Chart(
        content=Multiples(
            curves=tuple(_multiple(curve, context) for curve in curves),
            baseline=headline.value,
            axis=ProbabilityAxis(words=context.scale),
            key=((LINE, "result"), (BASELINE, f"as assessed: {percent(headline)}")),
        ),
        title=_title(curves[0], context),
        caption=_caption(curves),
        caution=caution(result),
        source=source(result.scenario, [result.fit.prior_set], result.computation),
    )


def _multiple(curve: InputCurve, context: Context) -> Multiple:
    title, values = capital(unknown_name(curve.name, context.assessment)), [point.value for point in curve.points]
    texts = [bare_value(curve.name, value, context.scenario) for value in values]
    numbers = (f"{percent(point.probability)} at {text}" for point, text in zip(curve.points, texts, strict=True))
    return Multiple(
        title=title,
        points=tuple((_place(curve, point), point.probability.value) for point in curve.points),
        ends=(texts[0].partition(" ")[0], texts[-1]),  # one unit is enough
        sentence=f"{title}: {', '.join(numbers)}.",
    )


def _place(curve: InputCurve, point: CurvePoint) -> float:
    return math.log(point.value) if curve.logarithmic else point.value


def _title(curve: InputCurve, context: Context) -> str:
    """How far the input that moves the headline most can take it."""
    low, high = sorted((curve.points[0].probability, curve.points[-1].probability), key=lambda end: end.value)
    name = capital(unknown_name(curve.name, context.assessment))
    return f"{name} alone takes the result from {percent_range(low, high)}"


def _caption(curves: Sequence[InputCurve]) -> str:
    ends = [curve.points[at].quantile for curve in curves for at in (0, -1)]
    low, high = plain_percent(min(ends)), plain_percent(max(ends))
    factors = " Ratios, rates and errors rise by equal factors." if any(curve.logarithmic for curve in curves) else ""
    return (
        f"Each curve moves one input alone over its prior, from the {low} to the {high} point, the others as assessed; "
        f"every point is a fit. All curves share the axis of probability.{factors}"
    )

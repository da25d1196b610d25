"""One input at a time: the result along each of the inputs that move it most."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from estimative.model.analysis.curves import CurvePoint, InputCurve, InputCurves
from estimative.model.assessment import Assessment
from estimative.model.inference.estimates import ProbabilityEstimate
from estimative.model.spec.scenario import Scenario
from estimative.reports.blocks import (
    Block,
    Figure,
    Heading,
    Listing,
    Paragraph,
    Slider,
    Sliders,
    Stop,
    Table,
    collected,
)
from estimative.reports.context import Context
from estimative.reports.number_format import percent, plain_percent
from estimative.reports.phrases import bare_value, capital, input_value, judged, listed, unknown_name

TITLE = "One input at a time"
READ = (
    "Each curve moves one input alone, the others as assessed. Effects of several inputs at once do not add up. The "
    "result as assessed averages over the whole prior, so it is not the result in the middle."
)
SHOWN = {"Low": 0.05, "Middle": 0.5, "High": 0.95}
"""Columns of the table, by the quantile of the prior."""


@collected
def document(result: InputCurves, context: Context, figures: Sequence[Block] = ()) -> Iterator[Block]:
    """The finding, how to read it, and the figures; without any, the result with each input low, middle and high."""
    yield Heading(text=TITLE)
    yield Paragraph(text=farthest(result.curves[0], context.assessment), strong=True)
    yield Paragraph(text=READ)
    table = _table(result, context.assessment)
    yield from [replace(each, instead=table) if isinstance(each, Figure) else each for each in figures] or [table]
    if points := list(_absent(result.curves, context.assessment)):
        yield Paragraph(text="Left out, because no fit converged with the input fixed there:")
        yield Listing(points=tuple(points))


def _table(result: InputCurves, assessment: Assessment) -> Table:
    header = [f"{name} ({plain_percent(quantile)} point)" for name, quantile in SHOWN.items()]
    rows = (
        (capital(unknown_name(curve.name, assessment)), *_cells(curve, assessment.scenario)) for curve in result.curves
    )
    return Table(header=("Input", *header), rows=tuple(rows))


def farthest(curve: InputCurve, assessment: Assessment) -> str:
    """How far an input alone takes the result, from one end of its curve to the other."""
    first, last = curve.points[0], curve.points[-1]
    low, high = (
        input_value(curve.name, first.value, assessment.scenario),
        bare_value(curve.name, last.value, assessment.scenario),
    )
    return (
        f"Farthest: {unknown_name(curve.name, assessment)}. Alone it takes the result from "
        f"{percent(first.probability)} at {low} to {percent(last.probability)} at {high}."
    )


def _cells(curve: InputCurve, scenario: Scenario) -> Iterator[str]:
    """The result and the value at each quantile of the table; a dash where no fit converged."""
    points = {point.quantile: point for point in curve.points}
    for quantile in SHOWN.values():
        yield _cell(curve.name, points[quantile], scenario) if quantile in points else "-"


def _cell(name: str, point: CurvePoint, scenario: Scenario) -> str:
    return f"{percent(point.probability)} at {bare_value(name, point.value, scenario)}"


def _absent(curves: Sequence[InputCurve], assessment: Assessment) -> Iterator[str]:
    for curve in curves:
        if curve.absent:
            values = listed([bare_value(curve.name, value, assessment.scenario) for value in curve.absent])
            yield f"{capital(unknown_name(curve.name, assessment))}, at {values}"


def sliders(result: InputCurves, assessed: ProbabilityEstimate, context: Context) -> Sliders:
    """The same points, to be chosen one by one.

    Parameters
    ----------
    assessed
        The headline, which is shown before a slider is moved.
    """
    return Sliders(
        title="Move one input yourself",
        lead="Move a slider to see the result with that input at another value of its prior, the others as assessed. "
        "One slider counts at a time: moving another one puts the first back. Every number was computed beforehand; "
        "combinations of inputs need a what-if.",
        unmoved=judged(assessed, context.scale),
        sliders=tuple(_slider(curve, context) for curve in result.curves),
    )


def _slider(curve: InputCurve, context: Context) -> Slider:
    middle = min(range(len(curve.points)), key=lambda at: abs(curve.points[at].quantile - SHOWN["Middle"]))
    return Slider(
        label=capital(unknown_name(curve.name, context.assessment)),
        stops=tuple(_stop(curve.name, point, context) for point in curve.points),
        start=middle,
    )


def _stop(name: str, point: CurvePoint, context: Context) -> Stop:
    value = input_value(name, point.value, context.scenario)
    return Stop(
        at=f"{value}, the {plain_percent(point.quantile)} point of its prior",
        answer=judged(point.probability, context.scale),
    )


def rows(result: InputCurves) -> list[Mapping[str, object]]:
    """Each point of each curve, as a row of a sheet."""
    return [
        {"name": curve.name, "quantile": point.quantile, "at": point.value, "probability": point.probability}
        for curve in result.curves
        for point in curve.points
    ]

"""Curves: the headline along one input at a time, refitted at values across its prior."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import batched

from msgspec import Struct
from msgspec.structs import replace

from estimative.model.analysis.tornado import Tornado, TornadoRange
from estimative.model.inference.effort import Effort, effort_of
from estimative.model.inference.mc_estimate import MCEstimate
from estimative.model.inference.progress import Progress, ProgressCounter, no_progress
from estimative.model.inference.refit import Fitted, Fitter, Refit, Refitter
from estimative.priors.distributions import LogNormal

MOST_CURVES = 12
"""Of the inputs that move the headline most."""
QUANTILES = (0.01, 0.2, 0.35, 0.5, 0.65, 0.8, 0.99)
"""Of its prior, at which an input is fixed besides the two ends of its range in the tornado."""
SIGNIFICANT = 2.0
"""Standard errors that a range has to be wide: an input that moves nothing has no curve."""


class CurvePoint(Struct, frozen=True, kw_only=True):
    """The headline with an input fixed at a value."""

    quantile: float
    """Of the input's prior, at this value."""
    value: float
    """On the input's own scale."""
    probability: MCEstimate


class InputCurve(Struct, frozen=True, kw_only=True):
    """The headline along one input, everything else as assessed."""

    name: str
    """Of the quantity."""
    logarithmic: bool
    """Whether the values are ratios, rates or errors, whose steps are factors."""
    points: tuple[CurvePoint, ...]
    """In rising order of the value."""
    absent: tuple[float, ...]
    """The values at which no fit converged; none of them is among the points."""


class InputCurves(Struct, frozen=True, kw_only=True):
    """The curves of the inputs that move the headline most, in the order of the tornado."""

    curves: tuple[InputCurve, ...]
    effort: Effort
    """The fits besides those of the tornado. What did not converge is absent from the curves."""


def input_curves(
    fitter: Fitter, fitted: Fitted, tornado: Tornado, *, progress: Progress = no_progress
) -> InputCurves | None:
    """Refit the headline along each of the widest inputs of a tornado, from the proposal of the fit.

    Parameters
    ----------
    tornado
        Of the same fit, converged: the two ends of its ranges are points of the curves.

    Returns
    -------
    The curves; None where no input moves the headline, or where the fit has no proposal to start from.
    """
    widest = [row for row in tornado.quantities if _moves(row)][:MOST_CURVES]
    if not widest or not fitted.proposal:
        return None
    assessment = fitted.assessment
    values = [assessment.priors[row.name].family.quantile(share) for row in widest for share in QUANTILES]
    names = [row.name for row in widest for _ in QUANTILES]
    variants = [assessment.with_fixed(name, value) for name, value in zip(names, values, strict=True)]
    counter = ProgressCounter(progress, len(variants))
    refitter = Refitter.between(fitter, [fitted])
    nearby = refitter.each_nearby(variants, counter)
    refits = [refit and replace(refit, probability=refitter.anchored(refit)[0]) for refit in nearby]
    groups = zip(widest, batched(values, len(QUANTILES)), batched(refits, len(QUANTILES)), strict=True)
    curves = tuple(
        _curve(row, tornado, at, found, logarithmic=isinstance(assessment.priors[row.name].family, LogNormal))
        for row, at, found in groups
    )
    return InputCurves(curves=curves, effort=effort_of([refit for refit in refits if refit]))


def _moves(row: TornadoRange) -> bool:
    return row.shift is None or abs(row.shift.value) > SIGNIFICANT * row.shift.se


def _curve(
    row: TornadoRange, tornado: Tornado, values: Sequence[float], refits: Sequence[Refit | None], *, logarithmic: bool
) -> InputCurve:
    points = [*_ends(row, tornado), *_between(values, refits)]
    return InputCurve(
        name=row.name,
        logarithmic=logarithmic,
        points=tuple(sorted(points, key=lambda point: point.quantile)),
        absent=tuple(value for value, refit in zip(values, refits, strict=True) if not _converged(refit)),
    )


def _ends(row: TornadoRange, tornado: Tornado) -> Iterator[CurvePoint]:
    """The fits of the tornado: what both show has one number."""
    yield CurvePoint(quantile=tornado.low_quantile, value=row.low, probability=row.at_low.without_draws())
    yield CurvePoint(quantile=tornado.high_quantile, value=row.high, probability=row.at_high.without_draws())


def _between(values: Sequence[float], refits: Sequence[Refit | None]) -> Iterator[CurvePoint]:
    for quantile, value, refit in zip(QUANTILES, values, refits, strict=True):
        if refit and _converged(refit):
            yield CurvePoint(quantile=quantile, value=value, probability=refit.probability.without_draws())


def _converged(refit: Refit | None) -> bool:
    return bool(refit and refit.verdict.passed)

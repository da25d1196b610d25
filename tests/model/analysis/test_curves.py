"""The curves: the headline along one input at a time, against full fits with that input as a constant."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import pytest
from msgspec.structs import replace
from scipy.stats import norm

from estimative.model.analysis.curves import QUANTILES, CurvePoint, InputCurve, InputCurves, input_curves
from estimative.model.analysis.tornado import Tornado, tornado
from estimative.model.assessment import Assessment
from estimative.model.inference.progress import ProgressCounter
from estimative.model.inference.refit import Fitted, Refit, Refitter
from estimative.model.spec.events import Event
from estimative.priors.statements import BetaStated, LognormalStated
from estimative.workflows.inputs import load
from tests.examples import later
from tests.leak import assessed as leaked
from tests.prior_sets import assessed
from tests.scenarios import scenario_of
from tests.whatifs import JOINT, beta, fit

FEW = 4
"""Curves of the built-in example whose points are fitted in full: as many as take some seconds."""


def curved(assessment: Assessment) -> tuple[Tornado, InputCurves]:
    fitter, fitted = fit(assessment)
    ranges = tornado(fitter, fitted)
    found = input_curves(fitter, fitted, ranges)
    assert found
    return ranges, found


@pytest.fixture(scope="module")
def states(tmp_path_factory: pytest.TempPathFactory) -> tuple[Assessment, Tornado, InputCurves]:
    """Events with states, whose shares are uncertain."""
    assessment = leaked(tmp_path_factory.mktemp("leak"))
    return assessment, *curved(assessment)


def far_from_full_fits(assessment: Assessment, curves: Sequence[InputCurve]) -> list[tuple[str, float]]:
    """The points that differ from a full fit, on other random numbers, by more than their errors."""
    return [
        (curve.name, point.quantile)
        for curve in curves
        for point in curve.points
        if not _agrees(point, fit(assessment.with_fixed(curve.name, point.value), seed=2)[1])
    ]


def _agrees(point: CurvePoint, full: Fitted) -> bool:
    assert full.posterior.verdict.passed
    number = full.posterior.mc_estimate("outcome", full.assessment.scenario.headline)
    error = math.hypot(number.se, point.probability.se)
    return abs(number.value - point.probability.value) <= JOINT * error + 1e-9


@pytest.mark.calibration
def test_every_point_is_a_fit_with_the_input_as_a_constant() -> None:
    """In the built-in example, over the whole of the prior."""
    assessment = load("coordinated-attack", "baseline").assessment
    _, found = curved(assessment)
    assert far_from_full_fits(assessment, found.curves[:FEW]) == []


@pytest.mark.parametrize("count", [1, later(6)])
def test_points_of_a_scenario_with_states_are_such_fits_too(
    states: tuple[Assessment, Tornado, InputCurves], count: int
) -> None:
    """Inputs that have a curve; shares of states have none, since one of them alone cannot be moved."""
    assessment, _, found = states
    assert len(found.curves) == 6
    assert far_from_full_fits(assessment, found.curves[:count]) == []
    assert not {curve.name for curve in found.curves} & set(assessment.structure.quantities.shares)


def test_the_widest_inputs_have_curves(states: tuple[Assessment, Tornado, InputCurves]) -> None:
    """In the order of the tornado, each over the quantiles of its prior; ratios and rates on a logarithmic axis.

    The last ones move nothing, and have none.
    """
    assessment, ranges, found = states
    quantities = assessment.structure.quantities
    widest = [row.name for row in ranges.quantities if row.name not in quantities.shares]
    assert [curve.name for curve in found.curves] == widest[: len(found.curves)]
    quantiles = sorted((*QUANTILES, ranges.low_quantile, ranges.high_quantile))
    for curve in found.curves:
        family = assessment.priors[curve.name].family
        assert [point.quantile for point in curve.points] == quantiles
        assert [point.value for point in curve.points] == [family.quantile(share) for share in quantiles]
        assert curve.logarithmic == (curve.name in quantities.ratios)
        assert (curve.absent, all(point.probability.se > 0 for point in curve.points)) == ((), True)
    assert {curve.logarithmic for curve in found.curves} == {True, False}
    assert (found.effort.fits, found.effort.failed) == (len(found.curves) * len(QUANTILES), 0)


def test_there_are_no_more_curves_than_can_be_read(
    states: tuple[Assessment, Tornado, InputCurves], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The widest, as many as there may be."""
    assessment, _, every = states
    monkeypatch.setattr("estimative.model.analysis.curves.MOST_CURVES", 2)
    _, found = curved(assessment)
    assert found.curves == every.curves[:2]


def test_the_ends_of_the_tornado_are_points(states: tuple[Assessment, Tornado, InputCurves]) -> None:
    """One quantity has one number, whichever figure shows it."""
    _, ranges, found = states
    rows = {row.name: row for row in ranges.quantities}
    for curve in found.curves:
        row = rows[curve.name]
        points = {point.quantile: point for point in curve.points}
        low, high = points[ranges.low_quantile], points[ranges.high_quantile]
        assert (low.value, low.probability, high.value, high.probability) == (
            row.low,
            row.at_low,
            row.high,
            row.at_high,
        )


def test_a_curve_is_known_in_closed_form_where_the_headline_is_an_input() -> None:
    """The chance of an event is the probability of that event; a rate is one over the time that is left."""
    chance = scenario_of(Event(id="e", title=""))
    _, found = curved(assessed(chance, {"events.e": BetaStated(a=2, b=5)}))
    assert [p.probability.value for p in found.curves[0].points] == pytest.approx(
        [p.value for p in found.curves[0].points]
    )
    rate = scenario_of(Event(id="e", title="", form="rate"))
    _, found = curved(assessed(rate, {"events.e": LognormalStated(mu=-2, sigma=0.5)}))
    [curve] = found.curves
    assert curve.logarithmic
    assert [p.value for p in curve.points] == pytest.approx(
        [math.exp(-2 + 0.5 * norm.ppf(p.quantile)) for p in curve.points]
    )
    years = (chance.until - chance.as_of).days / 365.25
    expected = [-math.expm1(-years * p.value) for p in curve.points]
    assert [p.probability.value for p in curve.points] == pytest.approx(expected, rel=1e-3)


def test_what_moves_nothing_has_no_curve() -> None:
    """An event beside the headline; and where there are only constants, or no proposal, there are no curves at all."""
    scenario = scenario_of(Event(id="e", title=""), Event(id="d", title=""))
    _, found = curved(assessed(scenario, {"events.e": beta(2, 5), "events.d": beta(3, 3)}))
    assert [curve.name for curve in found.curves] == ["events.e"]
    fitter, fitted = fit(assessed(scenario, {"events.e": 0.2, "events.d": beta(3, 3)}))
    assert input_curves(fitter, fitted, tornado(fitter, fitted)) is None
    fitter, fitted = fit(assessed(scenario, {"events.e": beta(2, 5), "events.d": 0.3}))
    assert input_curves(fitter, replace(fitted, proposal=None), tornado(fitter, fitted)) is None


def test_a_point_that_does_not_converge_is_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    """The curve has its value in a list of its own, and the effort counts the fit as failed."""
    fitter, fitted = fit(assessed(scenario_of(Event(id="e", title="")), {"events.e": beta(2, 5)}))
    ranges, each = tornado(fitter, fitted), Refitter.each_nearby

    def failing(self: Refitter, them: Sequence[Assessment], counter: ProgressCounter) -> Iterator[Refit | None]:
        for at, refit in enumerate(each(self, them, counter)):
            assert refit
            yield (None, replace(refit, verdict=replace(refit.verdict, passed=False)), refit)[min(at, 2)]

    monkeypatch.setattr(Refitter, "each_nearby", failing)
    found = input_curves(fitter, fitted, ranges)
    assert found
    [curve] = found.curves
    family = fitted.assessment.priors["events.e"].family
    assert curve.absent == tuple(family.quantile(share) for share in QUANTILES[:2])
    assert not {point.value for point in curve.points} & set(curve.absent)
    assert len(curve.points) == len(QUANTILES)
    assert (found.effort.fits, found.effort.failed) == (len(QUANTILES) - 1, 1)


def test_what_is_impossible_at_a_value_has_no_refit() -> None:
    """Where the headline's condition cannot hold there is nothing to show, and no error either."""
    scenario = scenario_of(Event(id="e", title=""), Event(id="d", title="", form="table"), all=("e",), given=("d",))
    fitter, fitted = fit(assessed(scenario, {"events.e": beta(2, 5), "tables.d.none": beta(3, 3)}))
    never = fitted.assessment.with_fixed("tables.d.none", 0.0)
    refitter = Refitter.between(fitter, [fitted])
    assert list(refitter.each_nearby([never], ProgressCounter(lambda done, total: None, 1))) == [None]


def test_progress_counts_the_fits_that_the_tornado_lacks() -> None:
    """The last one says that all are done."""
    seen: list[tuple[int, int]] = []
    fitter, fitted = fit(assessed(scenario_of(Event(id="e", title="")), {"events.e": beta(2, 5)}))
    input_curves(fitter, fitted, tornado(fitter, fitted), progress=lambda done, total: seen.append((done, total)))
    assert seen == [(done, len(QUANTILES)) for done in range(1, len(QUANTILES) + 1)]

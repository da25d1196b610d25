"""Answers from the draws of another fit: against full fits, their errors against their spread, and what they refuse."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

import estimative as es
from estimative.model.assessment import Assessment
from estimative.model.inference.reweighting import Reweighting
from estimative.priors.statements import BetaStated, Quantiles
from estimative.workflows.session import Session, Settings, open_session
from estimative.workflows.suppositions import edited
from tests.examples import later, repetitions
from tests.prior_sets import assessed
from tests.small import HELD, weather

SCENARIOS = (("coordinated-attack", "baseline"), ("salad-bars", None))


def session(assessment: Assessment, seed: int = 1) -> Session:
    return open_session(assessment, Settings(method="importance", seed=seed))


@cache
def shipped(scenario: str, prior_set: str | None) -> Session:
    return session(es.load(scenario, prior_set))


@pytest.fixture(scope="module", params=[later(SCENARIOS[0]), SCENARIOS[1]], ids=[name for name, _ in SCENARIOS])
def base(request: pytest.FixtureRequest) -> Session:
    return shipped(*request.param)


def reweighting(base: Session) -> Reweighting:
    return Reweighting(fitter=base.fitter, fitted=base.fitted)


def moved(assessment: Assessment, name: str) -> Assessment:
    """One input, with its median at the 80% point of what it was."""
    family = assessment.priors[name].family
    return edited(assessment, [(name, {"p05": family.quantile(0.2), "p95": family.quantile(0.99)})])


def test_unchanged_it_is_the_fit_itself(base: Session) -> None:
    found = reweighting(base).answer(base.assessment)
    full = base.fitted.posterior
    assert found.verdict.passed
    assert len(found.numbers) > 5
    for key, number in found.numbers.items():
        other = full.estimates[key]
        assert number.value == other.value
        assert (number.interval.low, number.interval.high) == (other.interval.low, other.interval.high)
        assert number.se == pytest.approx(other.se)
    for name, summary in found.factors.items():
        assert summary.mean == pytest.approx(full.summarize_quantity(name).mean, abs=1e-12)


def test_weights_alone_give_the_fit_within_the_error(base: Session) -> None:
    found, full = reweighting(base).weighed(base.assessment), base.fitted.posterior.estimates
    for key, number in found.estimates.items():
        assert abs(number.value - full[key].value) < 5 * np.hypot(number.se, full[key].se) + 1e-12


def test_a_small_change_is_known_better_than_either_answer() -> None:
    """The noise of the draws that both have in common cancels."""
    base = shipped("coordinated-attack", "baseline")
    family = base.assessment.priors["factors.alignment"].family
    near = {"p05": family.quantile(0.06), "p95": family.quantile(0.96)}
    number = reweighting(base).answer(edited(base.assessment, [("factors.alignment", near)])).numbers
    key = ("outcome", "coordinated_attack")
    assert number[key].se < 1.1 * base.fitted.posterior.estimates[key].se
    assert number[key].se < 0.8 * reweighting(base).weighed(base.assessment).estimates[key].se


@pytest.mark.parametrize("place", [0, *map(later, (1, -1))])
def test_a_moved_prior_gives_what_a_full_fit_gives(base: Session, place: int) -> None:
    names = [n for n in base.assessment.uncertain if n not in base.assessment.structure.quantities.shares]
    assessment = moved(base.assessment, names[place])
    found, full = reweighting(base).answer(assessment), session(assessment).fitted.posterior
    assert reweighting(base).covers(assessment)
    assert found.numbers
    for key, number in found.numbers.items():
        other = full.estimates[key]
        assert abs(number.value - other.value) < 5 * np.hypot(number.se, other.se) + 1e-12
        for end in ("low", "high"):
            # From fewer draws: their ends have errors of their own.
            error = getattr(number.interval, f"{end}_se") + getattr(other.interval, f"{end}_se")
            assert abs(getattr(number.interval, end) - getattr(other.interval, end)) < 6 * error + 1e-9
    for name in assessment.scenario.factors:
        quantity, summary = full.summarize_quantity(f"factors.{name}"), found.factors[f"factors.{name}"]
        assert abs(quantity.mean - summary.mean) < 0.25 * max(quantity.sd, 1e-9) + 1e-9


@repetitions(8, 60)
def test_the_error_that_is_stated_is_the_spread_over_seeds(repetitions: int) -> None:
    scenario = weather()
    uncertain = {
        "factors.damp": Quantiles(points=((0.05, 0.2), (0.95, 0.8))),
        "events.rain": Quantiles(points=((0.05, 0.1), (0.95, 0.5))),
        "effects.rain.damp": Quantiles(points=((0.05, 2.0), (0.95, 10.0))),
    }
    assessment = assessed(scenario, {**HELD, **uncertain})
    other = assessed(scenario, {**HELD, **uncertain, "events.rain": Quantiles(points=((0.05, 0.2), (0.95, 0.6)))})
    seeds = range(1, 1 + repetitions)
    found = [reweighting(session(assessment, seed)).answer(other).numbers["outcome", "flood"] for seed in seeds]
    spread = np.std([number.value for number in found], ddof=1)
    stated = np.mean([number.se for number in found])
    # With 60 seeds the ratio has a standard error of 9%.
    assert spread / stated == pytest.approx(1, abs=0.3 * (60 / repetitions) ** 0.5)


def test_far_away_there_is_no_number() -> None:
    base = shipped("coordinated-attack", "baseline")
    changes = [(f"factors.{name}", {"p05": 0.985, "p95": 0.999}) for name in base.assessment.scenario.factors]
    found = reweighting(base).answer(edited(base.assessment, changes))
    assert not found.verdict.passed
    assert not found.numbers


def test_what_was_fixed_is_not_covered_once_it_is_uncertain() -> None:
    whole = session(assessed(weather(), {**HELD, "factors.damp": BetaStated(a=2, b=3), "events.rain": 0.3}))
    fixed = edited(whole.assessment, [("factors.damp", 0.5)])
    base = session(fixed)
    assert reweighting(base).covers(fixed)
    assert not reweighting(base).covers(whole.assessment)
    # The other way round the draws do.
    assert reweighting(whole).covers(fixed)

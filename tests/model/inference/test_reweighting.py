"""Answers from the draws of another fit: against full fits, their errors against their spread, and what they refuse."""

from __future__ import annotations

import numpy as np
import pytest

import estimative as es
from estimative.model.assessment import Assessment
from estimative.model.inference.reweighting import Reweighting
from estimative.workflows.session import Session, Settings, open_session
from estimative.workflows.suppositions import edited

SCENARIOS = (("coordinated-attack", "baseline"), ("salad-bars", None))


def session(assessment: Assessment, seed: int = 1) -> Session:
    return open_session(assessment, Settings(method="importance", seed=seed))


@pytest.fixture(scope="module", params=SCENARIOS, ids=[name for name, _ in SCENARIOS])
def base(request: pytest.FixtureRequest) -> Session:
    return session(es.load(*request.param))


def reweighting(base: Session) -> Reweighting:
    return Reweighting(fitter=base.fitter, fitted=base.fitted)


def moved(assessment: Assessment, name: str) -> Assessment:
    """One input, with its median at the 80% point of what it was."""
    family = assessment.priors[name].family
    return edited(assessment, [(name, {"p05": family.quantile(0.2), "p95": family.quantile(0.99)})])


def test_unchanged_it_is_the_fit_itself_within_its_error(base: Session) -> None:
    found = reweighting(base).of(base.assessment)
    full = base.fitted.posterior.estimates
    assert found.verdict.passed
    for key, number in found.shown.items():
        assert abs(number.value - full[key].value) < 5 * np.hypot(number.se, full[key].se) + 1e-12


@pytest.mark.parametrize("place", [0, 1, -1])
def test_a_moved_prior_gives_what_a_full_fit_gives(base: Session, place: int) -> None:
    names = [n for n in base.assessment.uncertain if n not in base.assessment.structure.quantities.shares]
    assessment = moved(base.assessment, names[place])
    found, full = reweighting(base).of(assessment), session(assessment).fitted.posterior
    assert reweighting(base).covers(assessment)
    assert found.shown
    for key, number in found.shown.items():
        other = full.estimates[key]
        assert abs(number.value - other.value) < 5 * np.hypot(number.se, other.se) + 1e-12
        for end in ("low", "high"):
            # From fewer draws: their ends have errors of their own.
            error = getattr(number.interval, f"{end}_se") + getattr(other.interval, f"{end}_se")
            assert abs(getattr(number.interval, end) - getattr(other.interval, end)) < 6 * error + 1e-9
    for name in assessment.scenario.factors:
        quantity, summary = full.summarize_quantity(f"factors.{name}"), found.summarize_quantity(f"factors.{name}")
        assert abs(quantity.mean - summary.mean) < 0.25 * max(quantity.sd, 1e-9) + 1e-9


def test_the_error_that_is_stated_is_the_spread_over_seeds() -> None:
    assessment = es.load("coordinated-attack", "baseline")
    other = moved(assessment, "events.request")
    found = []
    for seed in range(1, 25):
        base = session(assessment, seed)
        found.append(reweighting(base).of(other).shown["outcome", "coordinated_attack"])
    spread = np.std([number.value for number in found], ddof=1)
    stated = np.mean([number.se for number in found])
    # With 24 seeds the ratio has a standard error of 15%.
    assert 0.55 < spread / stated < 1.5


def test_far_away_there_is_no_number() -> None:
    base = session(es.load("coordinated-attack", "baseline"))
    changes = [(f"factors.{name}", {"p05": 0.985, "p95": 0.999}) for name in base.assessment.scenario.factors]
    found = reweighting(base).of(edited(base.assessment, changes))
    assert not found.verdict.passed
    assert not found.shown


def test_what_was_fixed_is_not_covered_once_it_is_uncertain() -> None:
    assessment = es.load("coordinated-attack", "baseline")
    fixed = edited(assessment, [("factors.alignment", 0.5)])
    base = session(fixed)
    assert reweighting(base).covers(fixed)
    assert not reweighting(base).covers(assessment)
    # The other way round the draws do.
    assert reweighting(session(assessment)).covers(fixed)

"""Posteriors of a few draws made by hand, whose every number can be computed by hand."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pytest
from msgspec.structs import replace
from numpy.typing import ArrayLike

from estimative.model.assessment import Assessment
from estimative.model.inference.fit import by_importance
from estimative.model.inference.posterior import AGREEMENT, Agreement, Posterior, agreement
from estimative.model.inference.prior_predictive import prior_of, prior_predictive
from estimative.priors.statements import BetaStated, LognormalStated, Statement
from tests.oracle import Oracle
from tests.small import HELD, drawn, small, weather

WEIGHTS = (0.5, 0.3, 0.2)
RAIN = (0.1, 0.4, 0.8)
"""The probability of rain at the middle of all drivers, of three draws."""


def made(assessment: Assessment, rain: ArrayLike = RAIN, weights: ArrayLike = WEIGHTS) -> Posterior:
    """A posterior of draws that differ in the probability of rain alone."""
    return drawn(assessment, {"events.rain": rain}, weights)


def oracles(assessment: Assessment) -> list[Oracle]:
    return [Oracle(scenario=assessment.scenario, values={**HELD, "events.rain": rain}) for rain in RAIN]


def test_probabilities_are_means_over_the_draws() -> None:
    """Every outcome and event has the weighted mean of its probabilities at the draws."""
    assessment = small()
    estimates = made(assessment).all_estimates
    for name in ("rain", "flood"):
        at_draws = [oracle.event(name) for oracle in oracles(assessment)]
        assert estimates["outcome", name].value == pytest.approx(np.dot(WEIGHTS, at_draws))
        assert estimates["event", name].value == pytest.approx(np.dot(WEIGHTS, at_draws))


def test_conditions_reweigh_the_draws() -> None:
    """A conditional outcome is a ratio of two means: draws at which the condition is likelier count for more."""
    scenario = weather()
    assessment = small({"events.flood": LognormalStated(mu=0, sigma=1)}, scenario=scenario)
    rates, rain = np.array([0.1, 1.0]), np.array([0.1, 0.9])
    posterior = drawn(assessment, {"events.flood": rates, "events.rain": rain}, (0.5, 0.5))
    result = posterior.all_estimates["outcome", "flood_if_rain"].value
    odds = rain / (1 - rain) * HELD["evidence.puddle"]
    rained = odds / (1 + odds)
    flooded = -np.expm1(-rates * scenario.years)
    assert result == pytest.approx(rained @ flooded / rained.sum())
    assert result > flooded.mean()


def test_quantities_are_on_their_own_scale() -> None:
    """Degrees are given as degrees and ratios as ratios, not as logarithms."""
    posterior = made(small())
    assert posterior.quantity("events.rain") == pytest.approx(RAIN)
    assert posterior.quantity("effects.rain.damp") == pytest.approx([3.0] * 3)
    summary = posterior.summarize_quantity("events.rain")
    assert summary.mean == pytest.approx(0.5 * 0.1 + 0.3 * 0.4 + 0.2 * 0.8)
    assert (summary.p05, summary.p50, summary.p95) == pytest.approx((0.1, 0.1, 0.8))


def test_the_headline_is_the_scenarios() -> None:
    """The headline of a posterior is the outcome that the scenario names."""
    posterior = made(small())
    assert posterior.headline is posterior.estimates["outcome", "flood"]


def test_too_few_draws_are_judged_in_the_name_of_the_headline() -> None:
    """A verdict on three weighted draws names the lack of draws, and the headline as that which is uncertain."""
    assessment = small({"events.rain": BetaStated(a=2, b=6)})
    failed = {check.name: check.where for check in made(assessment).verdict.failed}
    assert failed == {"ESS": "", "tail ESS": "flood", "relative error of the headline": "flood"}


@pytest.mark.parametrize(
    ("free", "where"),
    [
        ({"events.rain": BetaStated(a=2, b=6)}, "events.rain"),
        ({"evidence.cloud": LognormalStated(mu=0, sigma=1)}, "outcome "),
    ],
)
def test_a_verdict_on_chains_looks_at_quantities_and_probabilities(free: Mapping[str, Statement], where: str) -> None:
    """Chains that disagree are detected at the quantity where they do, and at the probabilities that depend on it."""
    apart = np.random.default_rng(1).uniform(0.1, 0.2, 400) + np.repeat([0.0, 0.5], 200)
    verdict = drawn(small(free), {"events.rain": apart}, np.full(400, 1 / 400), method="nuts", chains=2).verdict
    rhat = next(check for check in verdict.failed if check.name == "R-hat")
    assert rhat.where.startswith(where)


def test_agreement_is_reported_at_the_outcome_furthest_apart() -> None:
    """Two fits are compared at the outcome where they differ most in joint standard errors."""
    equal, rng = np.full(1000, 1e-3), np.random.default_rng(8)
    first = made(small(), rain=rng.uniform(0.1, 0.14, 1000), weights=equal)
    second = made(small(), rain=rng.uniform(0.3, 0.36, 1000), weights=equal)
    result = agreement(first, second)
    ratios = {}
    for name in ("flood", "rain", "flood_if_rain"):
        one, other = first.estimates["outcome", name], second.estimates["outcome", name]
        error = math.hypot(one.se, other.se)
        ratios[name] = abs(one.value - other.value) / error if error else 0.0
    assert result.ratio == pytest.approx(max(ratios.values()))
    assert result.outcome == max(ratios, key=ratios.__getitem__)
    assert result.difference < 0
    assert not result.agree


def test_agreement_does_not_depend_on_the_order() -> None:
    """Which of two fits comes first changes the sign of their difference, and nothing else."""
    first, second = made(small(), rain=(0.1, 0.2, 0.3)), made(small(), rain=(0.2, 0.3, 0.4))
    there, back = agreement(first, second), agreement(second, first)
    assert there == replace(back, difference=-back.difference)


@pytest.mark.parametrize(
    ("difference", "error", "agree"),
    [
        (0.04, 0.01, True),
        (-0.04, 0.01, True),
        (0.0401, 0.01, False),
        (-0.0401, 0.01, False),
        (0, 0, True),
        (0.1, 0, False),
    ],
)
def test_agreement_is_within_four_joint_errors(difference: float, error: float, agree: bool) -> None:
    """Fits agree up to four joint standard errors; where there is no error, only if they are equal."""
    assert AGREEMENT == 4
    assert Agreement.of("flood", difference, error).agree is agree


def test_a_fit_agrees_with_itself() -> None:
    """Exact answers agree: everything held fixed, the difference is none."""
    assessment = small()
    result = agreement(by_importance(assessment, seed=1), by_importance(assessment, seed=2))
    assert (result.ratio, result.agree) == (0.0, True)


def test_before_the_evidence_is_the_prior() -> None:
    """Before the evidence, an event without drivers has the mean of its prior, within the error reported."""
    assessment = small({"events.rain": BetaStated(a=2, b=6), "effects.rain.damp": LognormalStated(mu=0, sigma=0.5)})
    rain = prior_predictive(assessment, seed=3).estimates["outcome", "rain"]
    assert rain.value == pytest.approx(0.25, abs=4 * rain.se)
    assert 0 < rain.se < 0.01


def test_before_the_evidence_no_evidence_counts() -> None:
    """The answers before the evidence are the same digits with the evidence and without it."""
    statements = {"events.rain": BetaStated(a=2, b=6)}
    seeing = prior_predictive(small(statements), seed=4, count=100)
    blind = prior_predictive(small(statements, scenario=weather(evidence=())), seed=4, count=100)
    assert {key: estimate.value for key, estimate in seeing.all_estimates.items()} == {
        key: estimate.value for key, estimate in blind.all_estimates.items()
    }


def test_without_evidence_after_is_before() -> None:
    """Where nothing was seen, the answers after the evidence are those before it, within their joint errors."""
    assessment = small(
        {"events.rain": BetaStated(a=2, b=6), "events.flood": LognormalStated(mu=-2, sigma=1)},
        scenario=weather(evidence=()),
    )
    after, before = by_importance(assessment, seed=5), prior_predictive(assessment, seed=5)
    assert after.estimates.keys() == before.estimates.keys()
    for key, estimate in after.estimates.items():
        other = before.estimates[key]
        assert abs(estimate.value - other.value) <= 4 * math.hypot(estimate.se, other.se)


def test_the_seed_fixes_what_is_said_before_the_evidence() -> None:
    """The same seed gives the same answers before the evidence, another seed others."""
    assessment = small({"events.rain": BetaStated(a=2, b=6)})
    first, again, other = (
        prior_predictive(assessment, seed=seed, count=100).all_estimates["outcome", "rain"].value for seed in (6, 6, 7)
    )
    assert first == again != other


def test_without_evidence_there_is_one_number() -> None:
    """What is before the evidence is what is after it, to the last digit; with evidence, it has draws of its own."""
    statements = {"events.rain": BetaStated(a=2, b=6)}
    blind = by_importance(small(statements, scenario=weather(evidence=())), seed=2)
    seeing = by_importance(small(statements), seed=2)
    assert prior_of(blind).all_estimates == blind.all_estimates
    assert prior_of(seeing).all_estimates == prior_predictive(seeing.assessment, seed=2).all_estimates

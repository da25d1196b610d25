"""Draws that are shared by many assessments: their weights are those of draws of one's own."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from estimative.model.analysis.structural import linked
from estimative.model.assessment import Assessment, assess
from estimative.model.inference import headline
from estimative.model.inference import importance_sampling as importance
from estimative.model.inference.batch import Batch, evaluate_batch
from estimative.model.inference.common_draws import CommonDraws
from estimative.model.inference.fit import by_importance
from estimative.model.inference.prior_transform import integrated_dimensions, prior_transform
from estimative.model.inference.proposal import Gaussian
from estimative.model.inference.refit import Fitted, Fitter, Refitter
from estimative.model.inference.weighted_batch import weigh_batch
from estimative.model.likelihood.variable_elimination import Contradiction
from estimative.model.spec.quantities import Quantities
from estimative.priors.quantile_fit import Support
from estimative.priors.statements import BetaStated, LognormalStated, Statement
from tests.examples import examples, repetitions
from tests.prior_sets import prior_set_for
from tests.small import small
from tests.strategies import Valued, valued_scenarios

OPEN: dict[str, Statement] = {
    "factors.damp": BetaStated(a=2, b=2),
    "events.rain": BetaStated(a=2, b=5),
    "effects.rain.damp": LognormalStated(mu=1.5, sigma=0.5),
}


@pytest.fixture(scope="module")
def whole() -> Assessment:
    return small(OPEN)


@pytest.fixture(scope="module")
def fitter(whole: Assessment) -> Fitter:
    return Fitter(assessments=(whole,), seed=1, method="importance")


@pytest.fixture(scope="module")
def fitted(whole: Assessment, fitter: Fitter) -> Fitted:
    return fitter.fit(whole)


@pytest.fixture(scope="module")
def common(fitted: Fitted) -> CommonDraws:
    assert fitted.proposal
    normals = importance.standard_normals(fitted.proposal.transform.dimension, seed=5, draws=3000)
    return CommonDraws.of(fitted.assessment, fitted.proposal.transform, fitted.proposal.components, normals)


def test_weights_are_those_of_a_batch_of_its_own(whole: Assessment, fitted: Fitted, common: CommonDraws) -> None:
    """Where nothing is constant, draws, likelihood and weights are those of a batch from the same mixture."""
    assert fitted.proposal
    for assessment in (whole, small({**OPEN, "factors.damp": BetaStated(a=3, b=1.5)})):
        transform = prior_transform(assessment, fitted.proposal.transform.dimensions)
        normals = importance.standard_normals(transform.dimension, seed=5, draws=3000)
        own = weigh_batch(assessment, transform, fitted.proposal.components, normals)
        shared = common.weigh(assessment, transform)
        assert shared.batch.log_likelihood == pytest.approx(own.batch.log_likelihood, rel=1e-12)
        assert shared.weights == pytest.approx(own.weights, rel=1e-9)
        assert shared.k_hat == pytest.approx(own.k_hat)
        assert list(shared.strata) == list(own.strata)


def test_what_is_constant_is_left_out_of_the_density(common: CommonDraws) -> None:
    """The density of the other coordinates is that of the Gaussians without the coordinates left out."""
    for left_out in ([0], [1, 2]):
        fixed, kept = np.array(left_out), np.setdiff1d(np.arange(3), left_out)
        expected = np.zeros(common.z.shape[1])
        total = sum(count for _, count in common.mixture)
        for gaussian, count in common.mixture:
            root = np.eye(3) if gaussian.root is None else gaussian.root
            part = Gaussian.of(gaussian.mean[kept], (root @ root.T)[np.ix_(kept, kept)])
            expected += count / total * np.exp(part.log_density(common.z[kept]))
        assert common._log_density(fixed) == pytest.approx(np.log(expected), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(("name", "value"), [("factors.damp", 0.9), ("events.rain", 0.6), ("effects.rain.damp", 9.0)])
def test_a_constant_is_answered_from_the_same_draws(
    whole: Assessment, fitter: Fitter, fitted: Fitted, name: str, value: float
) -> None:
    """With a quantity fixed, the headline is that of a fit of its own, within four joint errors."""
    fixed = whole.with_fixed(name, value)
    quick, own = Refitter.between(fitter, [fitted]).reweight(fixed), by_importance(fixed, seed=8).headline
    assert quick is not None
    assert quick.verdict.passed
    assert quick.probability.value == pytest.approx(own.value, abs=4 * np.hypot(quick.probability.se, own.se))


def test_proposals_move_to_where_the_posterior_is(whole: Assessment, fitter: Fitter, fitted: Fitted) -> None:
    """A posterior that the draws at hand do not cover is reached by moved proposals, and their answer is right."""
    far = small({**OPEN, "factors.damp": BetaStated(a=60, b=2), "effects.rain.damp": LognormalStated(mu=6, sigma=0.1)})
    distant = small({**OPEN, "factors.damp": BetaStated(a=1, b=40)})
    near = Fitter(assessments=(distant, far), seed=1, method="importance")
    refitter = Refitter.between(near, [near.fit(distant)])
    quick, moved, own = refitter.reweight(far), refitter.approach(far), by_importance(far, seed=8).headline
    assert quick is not None
    assert moved is not None
    assert moved.probability.se < quick.probability.se
    assert moved.probability.value == pytest.approx(own.value, abs=4 * np.hypot(moved.probability.se, own.se))


@repetitions(12, 60)
def test_errors_leave_out_what_is_fixed_by_design(whole: Assessment, repetitions: int) -> None:
    """Over many seeds, answers from two distant proposals vary by as much as they say."""
    values, errors = [], []
    ends = [whole, small({**OPEN, "factors.damp": BetaStated(a=12, b=2), "events.rain": BetaStated(a=9, b=3)})]
    between = small({**OPEN, "factors.damp": BetaStated(a=5, b=2), "events.rain": BetaStated(a=4, b=4)})
    for seed in range(repetitions):
        fitter = Fitter(assessments=(*ends, between), seed=seed, method="importance", draws=2000)
        refit = Refitter.between(fitter, [fitter.fit(end) for end in ends]).reweight(between)
        assert refit is not None
        values.append(refit.probability.value)
        errors.append(refit.probability.se)
    # The standard deviation of sixty numbers is known to within a tenth, most of the time.
    slack = 0.25 * np.sqrt(60 / repetitions)
    assert np.sqrt(np.mean(np.square(errors))) / np.std(values, ddof=1) == pytest.approx(1.0, abs=slack)


def test_what_the_proposals_differ_by_is_no_error(whole: Assessment, common: CommonDraws) -> None:
    """How many draws come from each proposal is fixed, so that the influences of each one's draws sum to nothing."""
    weighted = common.weigh(whole, common.transform)
    yes = np.random.default_rng(1).uniform(size=len(weighted.weights)) + weighted.strata
    estimate = headline._conditional(weighted, yes, np.ones(len(yes)))
    assert estimate is not None
    assert len(set(weighted.strata)) > 1
    assert np.bincount(weighted.strata, estimate.influence) == pytest.approx(0, abs=1e-12)


def test_no_more_rows_are_kept_than_fit_in_memory(
    whole: Assessment, common: CommonDraws, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Degrees under another prior are kept for later, up to a limit, and are the same either way."""
    transform = prior_transform(small({**OPEN, "factors.damp": BetaStated(a=3, b=7)}), common.transform.dimensions)
    kept = common.weigh(whole, transform).weights
    assert len(common._rows) > 0
    monkeypatch.setattr("estimative.model.inference.common_draws.MAX_ROWS", 0)
    fresh = replace(common, z=common.z.copy())
    assert list(fresh.weigh(whole, transform).weights) == list(kept)
    assert not fresh._rows


def uncertain(scene: Valued, values: Mapping[str, float], date: datetime.date | None) -> Assessment:
    """Of a random scenario, with priors around some values, stated on a day."""
    supports = {quantity.name: quantity.support for quantity in Quantities(scene.scenario).all.values()}

    def around(name: str, value: float) -> Statement:
        if supports[name] is Support.RATIO:
            return LognormalStated(mu=np.log(value), sigma=0.4)
        share = min(max(value, 0.05), 0.95)
        return BetaStated(a=8 * share, b=8 * (1 - share))

    priors = {name: around(name, value) for name, value in values.items()}
    weights = {"relevance": scene.relevance, "independence": scene.independence}
    return assess(scene.scenario, prior_set_for(scene.scenario, priors, **weights, date=date))


@st.composite
def changed(draw: st.DrawFn, base: Assessment, other: Assessment) -> Assessment:
    """With priors of another assessment, quantities and weights held, items left out, or another link."""
    inputs = sorted({*map(base.structure.quantities.input_of, base.priors), *base.weights})
    found = base.with_priors_of(other, draw(st.sets(st.sampled_from(inputs), max_size=2)))
    for name in draw(st.sets(st.sampled_from([*base.uncertain, *base.weights, ""]), max_size=2)) - {""}:
        found = found.with_fixed(name, 0.3)
    if base.scenario.evidence:
        found = found.without_evidence(draw(st.sets(st.sampled_from([*base.scenario.evidence]), max_size=2)))
    return linked(found, draw(st.sampled_from(["log_odds", "log_odds", "noisy_or"])))


def numbers_of(batch: Batch) -> list[list[float]]:
    return [part.tolist() for part in (batch.log_likelihood, *batch.log_tilts, batch.log_given)]


@settings(examples(30), suppress_health_check=[*HealthCheck])
@given(scene=valued_scenarios(most_events=5, most_states=3), data=st.data())
def test_what_differs_from_the_base_alone_is_computed_and_nothing_less(scene: Valued, data: st.DataObject) -> None:
    """Whatever changes, every number is that of an evaluation from nothing, to the last bit."""
    days = (None, scene.stated_from)
    base, other = (uncertain(scene, values, day) for values, day in zip(scene.draws, days, strict=True))
    variants = [data.draw(changed(base, other)) for _ in range(4)]
    space = integrated_dimensions((base, other, *variants))
    transform = prior_transform(base, space)
    normals = np.random.default_rng(1).standard_normal((transform.dimension, 5))
    common = CommonDraws.of(base, transform, (), normals)
    for variant in (base, *variants):
        own = prior_transform(variant, space)
        try:
            expected = evaluate_batch(variant, own, normals)
        except Contradiction:
            assume(False)
        assert numbers_of(common.evaluate(variant, own, common.theta(own))) == numbers_of(expected)

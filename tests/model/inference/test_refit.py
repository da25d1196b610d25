"""Many fits of one scenario: on common random numbers, from each other's proposals, as good as fits of their own."""

from __future__ import annotations

import math

import numpy as np
import pytest
from msgspec.structs import replace
from scipy.special import logit

from estimative.model.assessment import Assessment, assess, differences
from estimative.model.inference import importance_sampling as importance
from estimative.model.inference import refit
from estimative.model.inference.diagnostics import Verdict
from estimative.model.inference.fit import by_importance
from estimative.model.inference.headline import estimate_headline
from estimative.model.inference.posterior import posterior_of
from estimative.model.inference.prior_transform import prior_transform
from estimative.model.inference.progress import ProgressCounter, no_progress
from estimative.model.inference.proposal import Gaussian
from estimative.model.inference.refit import Fitted, Fitter, Refitter
from estimative.model.spec.events import Event
from estimative.model.spec.scenario_file import find_scenario, read_scenario
from estimative.priors.catalog import find_prior_set, shipped_prior_sets
from estimative.priors.prior_set_file import read_prior_set
from estimative.priors.statements import BetaStated, LognormalStated
from tests.model.inference.test_common_draws import OPEN
from tests.prior_sets import assessed
from tests.scenarios import scenario_of
from tests.small import small
from tests.tasks import CountingThreads

FLAGSHIP = "coordinated-attack"


@pytest.fixture(scope="module")
def analysts() -> dict[str, Assessment]:
    """The shipped prior sets of the flagship scenario."""
    scenario = read_scenario(find_scenario(FLAGSHIP))
    sets = {name: read_prior_set(find_prior_set(name, FLAGSHIP)) for name in shipped_prior_sets()[FLAGSHIP]}
    return {name: assess(scenario, one) for name, one in sets.items()}


@pytest.fixture(scope="module")
def pair(analysts: dict[str, Assessment]) -> tuple[Fitter, list[Fitted]]:
    """Two analysts, both fitted."""
    fitter = Fitter(assessments=(analysts["rutte"], analysts["critics"]), seed=1)
    return fitter, [fitter.fit(one) for one in fitter.assessments]


def test_a_mixture_of_analysts_is_fitted_at_once(pair: tuple[Fitter, list[Fitted]]) -> None:
    """Between two analysts of the flagship, the proposals of both serve nearly every mixture without adapting.

    What fails lacks draws, in a refit's half-sized batch, and is left to a fit of its own; none misses the posterior.
    """
    fitter, ends = pair
    a, b = fitter.assessments
    rng, differing = np.random.default_rng(4), differences([a, b])
    mixtures = [
        a.with_priors_of(b, set(rng.permutation(differing)[: rng.integers(1, len(differing))])) for _ in range(8)
    ]
    result = verdicts(Refitter.between(fitter, ends), mixtures)
    assert sum(verdict.passed for verdict in result) >= 7
    lacking = {check.name for verdict in result for check in verdict.failed}
    assert lacking <= {"ESS", "relative error of the headline"}
    alone = [effective(verdicts(Refitter.between(fitter, [end]), mixtures)) for end in ends]
    assert min(alone) < effective(result), "better than one of them alone"


def verdicts(refitter: Refitter, mixtures: list[Assessment]) -> list[Verdict]:
    return [quick.verdict for mixture in mixtures if (quick := refitter.reweight(mixture))]


def effective(result: list[Verdict]) -> float:
    """The least of the effective numbers of draws."""
    return min(check.value for verdict in result for check in verdict.checks if check.name == "ESS")


def test_a_refit_agrees_with_a_fit_of_its_own(pair: tuple[Fitter, list[Fitted]]) -> None:
    """A mixture's headline from carried proposals is that of a fit from its own prior, within four joint errors."""
    fitter, ends = pair
    (a, b), refitter = fitter.assessments, Refitter.between(fitter, ends)
    rng, differing = np.random.default_rng(5), differences([a, b])
    for count in (12, len(differing)):
        mixed = a.with_priors_of(b, set(rng.permutation(differing)[:count]))
        quick, own = refitter.reweight(mixed), by_importance(mixed, seed=77).headline
        assert quick is not None
        error = np.hypot(quick.log_odds.se, own.se / (own.value * (1 - own.value)))
        assert quick.log_odds.value == pytest.approx(float(logit(own.value)), abs=4 * error)


def two(held: float | None = None) -> Assessment:
    """A degree, whose dimension comes first, left open or held, and a yearly rate."""
    scenario = scenario_of(Event(id="e", title="", form="rate"), Event(id="d", title=""), any=("e", "d"))
    degree = BetaStated(a=2, b=3) if held is None else held
    return assessed(scenario, {"events.e": LognormalStated(mu=-2.0, sigma=0.7), "events.d": degree})


def test_noise_is_common_whatever_is_held() -> None:
    """A space has a dimension for what anybody leaves open, so that each draw has the same random numbers for all."""
    free, held = two(), two(held=0.4)
    quantity = free.structure.quantities.ratios["events.e"]
    fitter = Fitter(assessments=(free, held), seed=3)
    one, other = (fitter.fit(each).posterior.quantity("events.e") for each in (free, held))
    assert np.corrcoef(np.log(one), np.log(other))[0, 1] > 0.9
    alone = importance.sample_posterior(held, importance.fit_proposal(held, seed=3), seed=3).theta.log_ratio[quantity]
    assert abs(np.corrcoef(np.log(one), alone)[0, 1]) < 0.2, "in a space of its own"


def test_who_is_fitted_by_nuts_lends_no_proposals() -> None:
    """Without proposals nothing is fitted quickly: it is then left to the thorough way."""
    fitter = Fitter(assessments=(two(),), seed=1, method="importance")
    assert Refitter(fitter=fitter, ends=()).reweight(two()) is None


def test_a_thorough_refit_shares_no_random_numbers() -> None:
    """A fit with other draws keeps its error to itself."""
    fitter = Fitter(assessments=(two(),), seed=1, method="importance")
    result = Refitter(fitter=fitter, ends=()).refit(two())
    own = fitter.fit(two()).posterior.headline
    assert not result.log_odds.influence.any()
    assert result.log_odds.se == pytest.approx(own.se / (own.value * (1 - own.value)), rel=1e-9)


def test_the_headline_alone_is_that_of_the_whole_posterior() -> None:
    """From the same proposals and random numbers, the quick way and the whole way agree to the last digits."""
    one = two()
    ready = importance.fit_proposal(one, seed=1)
    posterior = posterior_of(one, importance.sample_posterior(one, ready, seed=1, draws=4000), seed=1)
    quick = estimate_headline(one, ready, importance.standard_normals(ready.transform.dimension, seed=1, draws=4000))
    assert quick.probability.value == pytest.approx(posterior.headline.value, rel=1e-12)
    # The quick way leaves out of its error what the numbers of draws from each proposal fix by design.
    assert 0.8 * posterior.headline.se < quick.probability.se <= posterior.headline.se
    # A proposal that is at hand has no pilot of this assessment, and no checks of one; the headline has no interval.
    left_out = ("pilot", "tail")
    shared = [check for check in posterior.verdict.checks if not any(word in check.name for word in left_out)]
    assert [check.name for check in quick.verdict.checks] == [check.name for check in shared]
    for check, same in zip(quick.verdict.checks, shared, strict=True):
        close = 0.01 if check.name.startswith("relative error") else 1e-9
        assert check.margin == pytest.approx(same.margin, rel=close), check.name
    assert len(shared) == len(posterior.verdict.checks) - 4
    bare = importance.sample_posterior(one, replace(ready, pilot=None), seed=1, draws=4000)
    assert len(posterior_of(one, bare, seed=1).verdict.checks) == len(shared) + 1


def test_a_proposal_knows_what_is_held() -> None:
    """A Gaussian given some coordinates is the conditional one of the others, beside standard normals for these."""
    rng = np.random.default_rng(2)
    root = np.linalg.cholesky(np.cov(rng.standard_normal((4, 50)) + rng.standard_normal(50)))
    whole, held = Gaussian(mean=rng.standard_normal(4), root=root), np.array([1, 3])
    result = whole.condition_on(held, np.array([0.7, -1.2]))
    covariance = root @ root.T
    precision = np.linalg.inv(covariance)
    free = np.array([0, 2])
    apart = np.array([0.7, -1.2]) - whole.mean[held]
    expected = whole.mean[free] - np.linalg.solve(precision[np.ix_(free, free)], precision[np.ix_(free, held)] @ apart)
    assert result.root is not None
    spread = result.root @ result.root.T
    assert result.mean[free] == pytest.approx(expected)
    assert result.mean[held] == pytest.approx(0.0)
    assert spread[np.ix_(free, free)] == pytest.approx(np.linalg.inv(precision[np.ix_(free, free)]))
    assert spread[np.ix_(held, held)] == pytest.approx(np.eye(2))
    assert spread[np.ix_(held, free)] == pytest.approx(0.0)


def test_holding_a_quantity_is_fitted_at_once(analysts: dict[str, Assessment]) -> None:
    """A quantity held at either end of its prior is reached from the proposals at hand, where that quantity stands."""
    whole = analysts["moscow"]
    fitter = Fitter(assessments=(whole,), seed=1)
    fitted = fitter.fit(whole)
    ready = fitted.proposal
    assert ready
    names = ["factors.alignment", "events.attack", "factors.mistrust", "effects.attack.plan"]
    held = [whole.with_fixed(name, whole.priors[name].family.quantile(p)) for name in names for p in (0.05, 0.95)]
    refitter = Refitter.between(fitter, [fitted])
    assert all(verdict.passed for verdict in verdicts(refitter, held))
    for one, p in zip(held[:2], (-1.6449, 1.6449), strict=True):
        space = prior_transform(one, fitter.dimensions)
        places = np.flatnonzero(space.constant & ~ready.transform.constant)
        assert len(places) == 1
        assert ready.transform.normals_of(space, places) == pytest.approx([p], abs=1e-3)


def test_an_analyst_among_others_has_the_numbers_of_the_analyst_alone() -> None:
    """To the last digit, whatever the others are uncertain about; and refits start from there all the same."""
    sure, unsure = small({**OPEN, "events.rain": 0.3}), small(OPEN)
    fitter = Fitter(assessments=(sure, unsure), seed=4, method="importance")
    fits = [fitter.fit_alone(each) for each in (sure, unsure)]
    for each, found in zip((sure, unsure), fits, strict=True):
        assert found.posterior.headline == by_importance(each, seed=4).headline
    refitter = Refitter.between(fitter, fits)
    for each, found in zip((sure, unsure), fits, strict=True):
        refit = refitter.reweight(each)
        assert refit is not None
        assert refit.verdict.passed
        error = math.hypot(refit.probability.se, found.posterior.headline.se)
        assert refit.probability.value == pytest.approx(found.posterior.headline.value, abs=4 * error)


def test_a_proposal_in_a_larger_space_is_the_prior_along_the_rest() -> None:
    """Its other coordinates have their mean and covariance, in their own order."""
    covariance = np.array([[2.0, 0.3], [0.3, 1.5]])
    larger = Gaussian.of(np.array([1.0, -1.0]), covariance, share=0.5).embed(np.array([0, 2]), 4)
    assert larger.root is not None
    expected = np.eye(4)
    expected[np.ix_([0, 2], [0, 2])] = covariance
    assert larger.root @ larger.root.T == pytest.approx(expected)
    assert (list(larger.mean), larger.share) == ([1, 0, -1, 0], 0.5)


@pytest.mark.parametrize(("long", "tasks"), [(0.0, 8 - refit.PROBES), (math.inf, 0)])
def test_threads_are_used_where_refits_are_long(monkeypatch: pytest.MonkeyPatch, long: float, tasks: int) -> None:
    """By the time of the first ones; the numbers are the same to the last digit, and in the same order."""
    monkeypatch.setattr(refit, "LONG", long)
    whole = small(OPEN)
    variants = [whole.with_fixed("factors.damp", place / 10) for place in range(1, 9)]
    plain = Fitter(assessments=(whole,), seed=2, method="importance")
    fitted = plain.fit(whole)
    with CountingThreads(2) as executor:
        numbers = []
        for fitter in (plain, replace(plain, executor=executor)):
            refits = Refitter.between(fitter, [fitted]).each(variants, ProgressCounter(no_progress, len(variants)))
            numbers.append([each.probability for each in refits])
        assert executor.tasks == tasks
    assert numbers[0] == numbers[1]

"""Pools of whole assessments: each way against its closed form where beta priors meet cases."""

from __future__ import annotations

import math

import pytest
from scipy.special import betaln, expit, logit

from estimative.model.assessment import Assessment
from estimative.model.disagreement.analysts import fit_analyst
from estimative.model.disagreement.pool import POOLS, Pool, Pooling, UndefinedBecause, consensus, pool
from estimative.model.inference.fit import by_importance
from estimative.model.inference.mc_estimate import delta_method
from estimative.model.inference.refit import Fitter
from estimative.model.spec.events import Event
from estimative.model.spec.evidence import Cases, Trials
from estimative.priors.statements import BetaStated
from tests.prior_sets import assessed
from tests.scenarios import SAID, scenario_of

ERRORS = 4
SHAPES = {"one": (1.0, 4.0), "two": (6.0, 3.0), "three": (2.0, 9.0)}
WEIGHTS = {"one": 2.0, "two": 1.0, "three": 1.0}


def analyst(name: str, a: float, b: float, *, low: float = 0.0, high: float = 1.0) -> Assessment:
    """A beta prior for an event that happened in 7 of 12 cases, which count 0.4."""
    cases = Cases(id="cases", about="e", trials=(Trials(at={}, successes=7.0, of=12.0),), **SAID)
    scenario = scenario_of(Event(id="e", title=""), evidence=(cases,))
    stated = BetaStated(a=a, b=b, low=low, high=high)
    return assessed(scenario, {"events.e": stated}, relevance={"cases": 0.4}, name=name)


def mean(a: float, b: float) -> float:
    """After the cases."""
    return (a + 2.8) / (a + b + 4.8)


def mass(a: float, b: float) -> float:
    return math.exp(betaln(a + 2.8, b + 2.0) - betaln(a, b))


def expected(weights: dict[str, float]) -> dict[tuple[str, str], float]:
    """Each pool in closed form."""
    total = sum(weights.values())
    shares = {name: weight / total for name, weight in weights.items()}
    pooled = [sum(share * SHAPES[name][i] for name, share in shares.items()) for i in (0, 1)]
    masses = {name: share * mass(*SHAPES[name]) for name, share in shares.items()}
    return {
        ("linear", "posteriors"): sum(share * mean(*SHAPES[name]) for name, share in shares.items()),
        ("logarithmic", "posteriors"): float(
            expit(sum(share * float(logit(mean(*SHAPES[name]))) for name, share in shares.items()))
        ),
        ("linear", "priors"): sum(one * mean(*SHAPES[name]) for name, one in masses.items()) / sum(masses.values()),
        ("logarithmic", "priors"): mean(*pooled),
    }


def pooling(*analysts: Assessment, weights: dict[str, float], factor: float | None = None) -> Pooling:
    fitter = Fitter(assessments=analysts, seed=1)
    fitted = {assessment.prior_set.name: fit_analyst(fitter, assessment).fitted for assessment in analysts}
    return pool(fitter, fitted, weights, extremizing=factor)


@pytest.fixture(scope="module")
def result() -> Pooling:
    """Of three analysts, the first counting twice."""
    return pooling(*(analyst(name, *shape) for name, shape in SHAPES.items()), weights=WEIGHTS, factor=1.5)


def pools(result: Pooling) -> dict[tuple[str, str], Pool]:
    return {(one.form, one.level): one for one in result.outcomes["o"]}


def test_all_four_pools_are_there_in_order(result: Pooling) -> None:
    """Two forms at two levels make four pools of each outcome."""
    assert tuple(pools(result)) == POOLS


@pytest.mark.parametrize("way", POOLS)
def test_a_pool_is_its_closed_form(result: Pooling, way: tuple[str, str]) -> None:
    """Answers or priors, linear or logarithmic: what beta posteriors come to, within the error."""
    one = pools(result)[way].probability
    assert one is not None
    assert one.value == pytest.approx(expected(WEIGHTS)[way], abs=ERRORS * one.se)
    assert 0 < one.se < 0.005


@pytest.mark.parametrize("way", POOLS)
@pytest.mark.parametrize("left_out", SHAPES)
def test_without_one_is_the_pool_of_the_others(result: Pooling, way: tuple[str, str], left_out: str) -> None:
    """Leaving one out gives the pool that the others have by themselves."""
    one = pools(result)[way].without[left_out]
    assert one is not None
    others = {name: weight for name, weight in WEIGHTS.items() if name != left_out}
    assert one.value == pytest.approx(expected(others)[way], abs=ERRORS * one.se)


def test_a_pool_of_one_is_that_one() -> None:
    """Whatever the way of pooling, to the last digits."""
    two = {name: analyst(name, *SHAPES[name]) for name in list(SHAPES)[:2]}
    pooled = pooling(*two.values(), weights=dict.fromkeys(two, 1.0))
    for name, other in zip(two, reversed(two), strict=True):
        alone = by_importance(two[other], seed=1).headline
        for one in pooled.outcomes["o"]:
            number = one.without[name]
            assert number is not None
            assert number.value == pytest.approx(alone.value, abs=1e-12)


@pytest.mark.parametrize("kind", ["linear", "logarithmic"])
def test_the_order_of_pooling_and_learning_matters(result: Pooling, kind: str) -> None:
    """Pooling answers is not learning from pooled priors: they differ by more than their joint error."""
    after, before = (pools(result)[kind, stage].probability for stage in ("posteriors", "priors"))
    assert after is not None
    assert before is not None
    gap = delta_method(after.value - before.value, [(1.0, after), (-1.0, before)])
    assert abs(gap.value) > ERRORS * gap.se


def test_each_pool_is_extremized_by_the_factor(result: Pooling) -> None:
    """Its log-odds times the factor; nothing where that was not asked for."""
    for one in result.outcomes["o"]:
        assert one.probability is not None
        assert one.extremized is not None
        assert float(logit(one.extremized.value)) == pytest.approx(1.5 * float(logit(one.probability.value)))
    plain = pooling(*(analyst(name, *SHAPES[name]) for name in ("one", "two")), weights={"one": 1, "two": 1})
    assert all(one.extremized is None for one in plain.outcomes["o"])


def test_weights_after_the_evidence(result: Pooling) -> None:
    """Each analyst has the weight times the marginal likelihood, normalised."""
    assert result.posterior_weights is not None
    masses = {name: WEIGHTS[name] * mass(*shape) for name, shape in SHAPES.items()}
    for name, one in result.posterior_weights.items():
        assert one.value == pytest.approx(masses[name] / sum(masses.values()), abs=ERRORS * one.se)


def test_two_without_one_are_the_other() -> None:
    """Of two analysts, leaving one out gives the other's own answer in every way; with all weight gone, none."""
    two = [analyst(name, *SHAPES[name]) for name in ("one", "two")]
    for one in pooling(*two, weights={"one": 1, "two": 3}).outcomes["o"]:
        alone = one.without["one"]
        assert alone is not None
        assert alone.value == pytest.approx(mean(*SHAPES["two"]), abs=ERRORS * alone.se)
    for one in pooling(*two, weights={"one": 1, "two": 0}).outcomes["o"]:
        assert one.without["one"] is None
        assert one.without["two"] is not None


def test_priors_that_exclude_each_other_have_no_logarithmic_pool() -> None:
    """That pool is undefined because of the quantity; the three others are defined."""
    low, high = analyst("low", 2, 2, high=0.3), analyst("high", 2, 2, low=0.6)
    result = pools(pooling(low, high, weights={"low": 1, "high": 1}))
    undefined = result["logarithmic", "priors"]
    assert undefined.probability is None
    expected = UndefinedBecause(reason="priors-exclude-each-other", inputs=("events.e",))
    assert undefined.undefined_because == expected
    others = [row.undefined_because for way, row in result.items() if way != ("logarithmic", "priors")]
    assert others == [None, None, None]


def test_the_consensus_is_an_assessment_like_any_other() -> None:
    """It states the pooled priors of the same scenario, so that it can be fitted and compared."""
    two = {name: analyst(name, *SHAPES[name]) for name in ("one", "two")}
    result = consensus(two, {"one": 0.5, "two": 0.5})
    family = result.priors["events.e"].family
    assert (family.a, family.b) == (pytest.approx(3.5), pytest.approx(3.5))  # type: ignore[union-attr]
    assert result.structure is two["one"].structure
    assert result.weight == pytest.approx(two["one"].weight)

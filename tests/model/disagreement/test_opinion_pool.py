"""Opinion pools against their published formulas and against conjugate cases that are known exactly."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import betaln, expit, logit

from estimative.model.disagreement import opinion_pool as opinion
from estimative.model.disagreement.analysts import comparable_evidence
from estimative.model.inference.estimates import Undefined
from estimative.model.inference.mc_estimate import MCEstimate
from estimative.model.inference.posterior import Posterior
from estimative.model.inference.refit import Fitter
from estimative.model.spec.events import Event
from estimative.model.spec.evidence import Cases, Trials
from estimative.priors.statements import BetaStated
from tests.prior_sets import assessed
from tests.scenarios import SAID, scenario_of
from tests.small import drawn, small, weather

PROBABILITIES = st.floats(0.001, 0.999)
EQUAL = {"a": 0.5, "b": 0.5}
ERRORS = 4


def exact(**values: float) -> dict[str, MCEstimate]:
    return {name: MCEstimate(value=value) for name, value in values.items()}


def noisy(seed: int, **values: float) -> dict[str, MCEstimate]:
    """Probabilities with influences that are partly shared."""
    rng = np.random.default_rng(seed)
    shared = rng.normal(size=50)
    return {
        name: MCEstimate(value=value, influence=1e-4 * value * (shared + rng.normal(size=50)))
        for name, value in values.items()
    }


@st.composite
def weighings(draw: st.DrawFn) -> tuple[dict[str, MCEstimate], dict[str, float]]:
    values = draw(st.lists(PROBABILITIES, min_size=1, max_size=5))
    raw = draw(st.lists(st.floats(0.01, 10), min_size=len(values), max_size=len(values)))
    names = [f"a{index}" for index in range(len(values))]
    weights = opinion.normalised(dict(zip(names, raw, strict=True)))
    return {name: MCEstimate(value=value) for name, value in zip(names, values, strict=True)}, weights


def posterior(*chances: float) -> Posterior:
    """Draws at which it rains with these probabilities."""
    count = len(chances)
    return drawn(small(scenario=weather(())), {"events.rain": chances}, [1 / count] * count)


@given(weighings())
def test_the_linear_pool_is_the_weighted_mean(case: tuple[dict[str, MCEstimate], dict[str, float]]) -> None:
    """Stone (1961): the sum of weight times probability."""
    result, weights = case
    mean = sum(weights[name] * one.value for name, one in result.items())
    posteriors = {name: posterior(one.value) for name, one in result.items()}
    assert opinion.linear(posteriors, opinion.certain(weights), "rain").value == pytest.approx(mean, rel=1e-12)


@given(weighings())
def test_the_logarithmic_pool_is_the_normalised_geometric_mean(
    case: tuple[dict[str, MCEstimate], dict[str, float]],
) -> None:
    """Genest & Zidek (1986): product of p^w over itself plus the product of (1 - p)^w."""
    result, weights = case
    yes = math.prod(one.value ** weights[name] for name, one in result.items())
    no = math.prod((1 - one.value) ** weights[name] for name, one in result.items())
    assert opinion.logarithmic(result, weights).value == pytest.approx(yes / (yes + no), rel=1e-9)


@given(weighings())
def test_the_logarithmic_pool_lies_among_its_members(case: tuple[dict[str, MCEstimate], dict[str, float]]) -> None:
    """It is no more extreme than its most extreme member, and unanimity is kept."""
    result, weights = case
    values = [one.value for one in result.values()]
    assert min(values) - 1e-12 <= opinion.logarithmic(result, weights).value <= max(values) + 1e-12


@given(PROBABILITIES, PROBABILITIES, st.floats(0.05, 20))
def test_the_logarithmic_pool_is_externally_bayesian(one: float, other: float, ratio: float) -> None:
    """Pooling, then learning from a common likelihood ratio, is learning, then pooling (Genest 1984)."""
    weights = {"a": 0.3, "b": 0.7}

    def updated(p: float) -> float:
        return float(expit(logit(p) + math.log(ratio)))

    before = updated(opinion.logarithmic(exact(a=one, b=other), weights).value)
    after = opinion.logarithmic(exact(a=updated(one), b=updated(other)), weights).value
    assert before == pytest.approx(after, rel=1e-9)


def test_certainty_decides_the_logarithmic_pool() -> None:
    """Whoever is certain has a veto, unless they have no weight; two opposite certainties have no pool."""
    assert opinion.logarithmic(exact(a=0.0, b=0.9), EQUAL).value == 0
    assert opinion.logarithmic(exact(a=1.0, b=0.1), EQUAL).value == 1
    assert opinion.logarithmic(exact(a=0.0, b=0.9), {"a": 0.0, "b": 1.0}).value == pytest.approx(0.9)
    with pytest.raises(Undefined):
        opinion.logarithmic(exact(a=0.0, b=1.0), EQUAL)


@given(PROBABILITIES, st.floats(0.2, 4))
def test_extremizing_is_that_of_satopaa(p: float, factor: float) -> None:
    """p^a / (p^a + (1 - p)^a)."""
    published = p**factor / (p**factor + (1 - p) ** factor)
    assert opinion.extremized(MCEstimate(value=p), factor).value == pytest.approx(published, rel=1e-9)


def test_extremizing_leaves_certainty_alone() -> None:
    """What is certain cannot become more so."""
    assert [opinion.extremized(MCEstimate(value=p), 2.5).value for p in (0.0, 1.0)] == [0, 1]
    assert opinion.extremized(MCEstimate(value=0.3), 1).value == pytest.approx(0.3)


WAYS = {
    "logarithmic": lambda result: opinion.logarithmic(result, {"a": 0.3, "b": 0.7}),
    "extremized": lambda result: opinion.extremized(opinion.logarithmic(result, {"a": 0.3, "b": 0.7}), 1.7),
}


@pytest.mark.parametrize("way", WAYS)
def test_errors_are_those_of_the_derivatives(way: str) -> None:
    """A pool's influence by draw is what its value changes by when each member moves by its own."""
    result = noisy(4, a=0.2, b=0.6)
    pooled = WAYS[way](result)
    for index in range(0, 50, 7):
        moved = {name: MCEstimate(value=one.value + one.influence[index]) for name, one in result.items()}
        assert WAYS[way](moved).value - pooled.value == pytest.approx(pooled.influence[index], rel=1e-2, abs=1e-9)


def test_the_error_of_a_linear_pool_is_that_of_its_draws_and_weights() -> None:
    """Draws that the members share are added before they are squared, and updated weights bring errors of their own."""
    one, other = np.array([0.1, 0.2, 0.3, 0.4]), np.array([0.5, 0.7, 0.6, 0.9])
    posteriors = {"a": posterior(*one), "b": posterior(*other)}
    result = opinion.linear(posteriors, opinion.certain(EQUAL), "rain")
    shared = (one - one.mean() + other - other.mean()) / 2 / 4
    assert result.se == pytest.approx(float(np.sqrt(np.square(shared).sum())))
    shares = {
        "a": MCEstimate(value=0.5, influence=np.full(4, 0.01)),
        "b": MCEstimate(value=0.5, influence=np.full(4, -0.01)),
    }
    unsure = opinion.linear(posteriors, shares, "rain")
    assert unsure.influence == pytest.approx(shared + 0.01 * (one.mean() - other.mean()))


def test_leaving_one_out_shares_the_weight_among_the_others() -> None:
    """The others keep their proportions; where nobody who counts is left, there are no weights."""
    assert opinion.without({"a": 0.5, "b": 0.3, "c": 0.2}, "a") == pytest.approx({"b": 0.6, "c": 0.4})
    assert opinion.without({"a": 1.0, "b": 0.0}, "a") is None


def test_weights_learn_by_bayes() -> None:
    """Weight times marginal likelihood, over the sum; however small the likelihoods are."""
    marginals = {"a": MCEstimate(value=-900.0), "b": MCEstimate(value=-900.0 + math.log(3))}
    result = opinion.updated(marginals, {"a": 0.6, "b": 0.4})
    assert {name: one.value for name, one in result.items()} == pytest.approx({"a": 1 / 3, "b": 2 / 3})


def conjugate(a: float, b: float) -> tuple[float, float]:
    """Mean and log marginal likelihood of Beta(a, b) after 7 of 12 cases that count 0.4."""
    yes, no = 0.4 * 7, 0.4 * 5
    return (a + yes) / (a + b + yes + no), float(betaln(a + yes, b + no) - betaln(a, b))


def test_the_mixture_of_priors_is_updated_as_a_whole() -> None:
    """Two beta priors: the posterior of their mixture weighs both by their marginal likelihoods."""
    shapes, weights = {"a": (1.0, 4.0), "b": (6.0, 3.0)}, {"a": 0.7, "b": 0.3}
    cases = Cases(id="cases", about="e", trials=(Trials(at={}, successes=7.0, of=12.0),), **SAID)
    scenario = scenario_of(Event(id="e", title=""), evidence=(cases,))
    assessments = {
        name: assessed(scenario, {"events.e": BetaStated(a=a, b=b)}, relevance={"cases": 0.4})
        for name, (a, b) in shapes.items()
    }
    fitter = Fitter(assessments=tuple(assessments.values()), seed=2)
    fitted = {name: fitter.fit(one) for name, one in assessments.items()}
    posteriors = {name: one.posterior for name, one in fitted.items()}
    scores = zip(fitted, comparable_evidence(fitter, list(fitted.values())), strict=True)
    marginals = {name: one for name, one in scores if one is not None}
    result = opinion.linear(posteriors, opinion.updated(marginals, weights), "o")
    masses = {name: weights[name] * math.exp(conjugate(*shape)[1]) for name, shape in shapes.items()}
    expected = sum(mass * conjugate(*shapes[name])[0] for name, mass in masses.items()) / sum(masses.values())
    assert result.value == pytest.approx(expected, abs=ERRORS * result.se)
    assert 0 < result.se < 0.01 * expected


def test_the_linear_pool_under_a_condition_weighs_by_the_condition() -> None:
    """An analyst who holds the condition for improbable counts less in what follows under it."""
    stated = {"a": {"events.rain": 0.1, "events.flood": 2.0}, "b": {"events.rain": 0.5, "events.flood": 0.05}}
    posteriors = {name: drawn(small(scenario=weather(())), values, [0.5, 0.5]) for name, values in stated.items()}
    yes, condition = (
        sum(float(one.query_probabilities("outcome", "flood_if_rain")[side][0]) for one in posteriors.values())
        for side in (0, 1)
    )
    result = opinion.linear(posteriors, opinion.certain(EQUAL), "flood_if_rain")
    assert condition == pytest.approx(0.6)
    assert result.value == pytest.approx(yes / condition)
    plain = sum(one.estimates["outcome", "flood_if_rain"].value for one in posteriors.values()) / 2
    assert result.value < 0.7 * plain


def test_who_has_no_weight_has_nothing_to_learn() -> None:
    """An analyst without weight gets none, however well the priors predicted the evidence."""
    marginals = {"a": MCEstimate(value=0.0), "b": MCEstimate(value=800.0)}
    result = opinion.updated(marginals, {"a": 1.0, "b": 0.0})
    assert {name: one.value for name, one in result.items()} == {"a": 1.0, "b": 0.0}

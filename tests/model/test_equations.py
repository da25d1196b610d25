"""The equations against their brute-force definition."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from hypothesis import HealthCheck, assume, given, settings

from estimative.model.inference.nuts import PYTENSOR
from estimative.model.likelihood.backend import NUMPY
from estimative.model.likelihood.equations import Theta, log_likelihood
from estimative.model.likelihood.layout_builder import structure_of
from estimative.model.likelihood.queries import evaluate_queries, targets
from estimative.model.likelihood.variable_elimination import SumProduct, by_elimination, by_enumeration
from estimative.model.spec.scenario import Scenario
from estimative.model.spec.scenario_file import find_scenario, read_scenario
from tests.strategies import Valued, everything, valued, valued_scenarios

RELATIVE = 1e-10
"""Sums of at most 256 products of some ten doubles keep twelve digits and more."""

random_examples = settings(
    max_examples=120, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)


def close(numbers: object) -> object:
    return pytest.approx(numbers, rel=RELATIVE, abs=RELATIVE)


@random_examples
@given(scene=valued_scenarios())
def test_log_likelihood_is_the_sum_over_all_joint_states(scene: Valued) -> None:
    """The log-likelihood is that of a sum over every joint state, however the events are summed out."""
    expected = [oracle.log_likelihood for oracle in scene.oracles]
    assume(all(map(math.isfinite, expected)))
    structure = structure_of(scene.scenario)
    for summing in (by_elimination, by_enumeration):
        found = log_likelihood(NUMPY, structure, scene.theta, summing)
        assert np.broadcast_to(found, len(expected)) == close(expected)


@random_examples
@given(scene=valued_scenarios())
def test_answers_are_shares_of_the_joint_states(scene: Valued) -> None:
    """Every outcome, event and link has the probability that its joint states have together."""
    check_answers(scene, evidence=False)
    assume(all(math.isfinite(oracle.log_likelihood) for oracle in scene.oracles))
    check_answers(scene, evidence=True)


def check_answers(scene: Valued, *, evidence: bool) -> None:
    asked = targets(scene.scenario)
    found = evaluate_queries(structure_of(scene.scenario), scene.theta, asked, evidence=evidence)
    for target, parts, wholes in zip(asked, found.yes, found.given, strict=True):
        for oracle, part, whole in zip(scene.oracles, parts, wholes, strict=True):
            answers: dict[str, Callable[..., float]] = {
                "outcome": oracle.outcome,
                "event": oracle.event,
                "link": oracle.link,
            }
            expected = answers[target.kind](target.id, evidence=evidence)
            if math.isnan(expected):
                assert whole <= RELATIVE, "the condition is impossible"
            else:
                assert part / whole == close(expected)


def shipped(name: str) -> Scenario:
    return read_scenario(find_scenario(name))


FIXED: dict[str, Callable[[], Scenario]] = {
    "everything": everything,
    "asia": lambda: shipped("asia"),
    "coordinated-attack": lambda: shipped("coordinated-attack"),
}


@pytest.mark.parametrize("name", FIXED)
def test_fixed_scenarios_agree_with_the_oracle(name: str) -> None:
    """The shipped scenarios, and one with everything in it, have the likelihood and the answers of a plain sum."""
    scene = valued(FIXED[name](), seed=1)
    check_answers(scene, evidence=True)
    check_answers(scene, evidence=False)
    for summing in (by_elimination, by_enumeration):
        found = log_likelihood(NUMPY, structure_of(scene.scenario), scene.theta, summing)
        assert found == close([oracle.log_likelihood for oracle in scene.oracles])


@pytest.mark.parametrize("summing", [by_enumeration, by_elimination])
@pytest.mark.parametrize("name", FIXED)
def test_pytensor_evaluates_the_same_equations(name: str, summing: SumProduct) -> None:
    """A PyTensor graph of the equations has the values that the oracle gives, at each of several points."""
    scene = valued(FIXED[name](), seed=2, draws=3)
    evaluate = graph(scene, summing)
    for index, oracle in enumerate(scene.oracles):
        theta = scene.theta
        found = evaluate(theta.degree[:, index], theta.log_ratio[:, index], theta.weight)
        assert float(found) == close(oracle.log_likelihood)


def graph(scene: Valued, summing: SumProduct) -> Callable[..., object]:
    """The compiled log-likelihood, of (degree, log ratio, weight)."""
    theta = scene.theta
    given_ = [pt.vector(shape=(len(part),), dtype="float64") for part in (theta.degree, theta.log_ratio, theta.weight)]
    symbols = Theta(degree=given_[0], log_ratio=given_[1], weight=given_[2])
    total = log_likelihood(PYTENSOR, structure_of(scene.scenario), symbols, summing)
    return pytensor.function(given_, total, mode="FAST_COMPILE", on_unused_input="ignore")

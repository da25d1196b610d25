"""The likelihood and the answers, against a brute-force sum over every joint state."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from hypothesis import assume, given, settings

from estimative.model.inference.nuts import PYTENSOR
from estimative.model.likelihood.backend import NUMPY
from estimative.model.likelihood.equations import Theta, log_likelihood
from estimative.model.likelihood.layout_builder import structure_of
from estimative.model.likelihood.queries import evaluate_queries, targets
from estimative.model.likelihood.variable_elimination import SumProduct, by_elimination, by_enumeration
from estimative.model.spec.scenario import Scenario
from estimative.model.spec.scenario_file import find_scenario, read_scenario
from tests.oracle import Oracle
from tests.strategies import Valued, everything, valued, valued_scenarios

RELATIVE = 1e-10
"""Sums of at most 256 products of about ten doubles are accurate to twelve digits."""


def close(numbers: object) -> object:
    return pytest.approx(numbers, rel=RELATIVE, abs=RELATIVE)


@settings(max_examples=60)
@given(scene=valued_scenarios())
def test_likelihood_and_answers_are_sums_over_the_joint_states(scene: Valued) -> None:
    """Likelihood, outcomes, events and links are sums over all joint states, before the evidence and after it."""
    oracles = scene.oracles
    check_answers(scene, oracles, evidence=False)
    assume(all(math.isfinite(oracle.log_likelihood) for oracle in oracles))
    check_likelihood(scene, oracles)
    check_answers(scene, oracles, evidence=True)


def check_likelihood(scene: Valued, oracles: Sequence[Oracle]) -> None:
    """Both algorithms give the oracle's log-likelihood at every draw."""
    expected = [oracle.log_likelihood for oracle in oracles]
    for sum_product in (by_elimination, by_enumeration):
        result = log_likelihood(NUMPY, structure_of(scene.scenario), scene.theta, sum_product)
        assert np.broadcast_to(result, len(expected)) == close(expected)


def check_answers(scene: Valued, oracles: Sequence[Oracle], *, evidence: bool) -> None:
    """Every target has the oracle's probability at every draw."""
    every = targets(scene.scenario)
    result = evaluate_queries(structure_of(scene.scenario), scene.theta, every, evidence=evidence)
    for target, yes_draws, given_draws in zip(every, result.yes, result.given, strict=True):
        for oracle, yes, condition in zip(oracles, yes_draws, given_draws, strict=True):
            expected = getattr(oracle, target.kind)(target.id, evidence=evidence)
            if math.isnan(expected):
                assert condition <= RELATIVE, "the condition is impossible"
            else:
                assert yes / condition == close(expected)


def shipped(name: str) -> Scenario:
    return read_scenario(find_scenario(name))


FIXED: dict[str, Callable[[], Scenario]] = {
    "everything": everything,
    "asia": lambda: shipped("asia"),
    "coordinated-attack": lambda: shipped("coordinated-attack"),
}


@pytest.mark.parametrize("name", FIXED)
def test_fixed_scenarios_agree_with_the_oracle(name: str) -> None:
    """The shipped scenarios, and one with all kinds of evidence, have the likelihood and answers of a plain sum."""
    scene = valued(FIXED[name](), seed=1)
    oracles = scene.oracles
    check_answers(scene, oracles, evidence=False)
    check_likelihood(scene, oracles)
    check_answers(scene, oracles, evidence=True)


@pytest.mark.parametrize("sum_product", [by_enumeration, by_elimination])
@pytest.mark.parametrize("name", FIXED)
def test_pytensor_evaluates_the_same_equations(name: str, sum_product: SumProduct) -> None:
    """A PyTensor graph of the equations has the oracle's value at several points, by either algorithm."""
    scene = valued(FIXED[name](), seed=2, draws=3)
    evaluate = graph(scene, sum_product)
    for index, oracle in enumerate(scene.oracles):
        theta = scene.theta
        value = evaluate(theta.degree[:, index], theta.log_ratio[:, index], theta.weight)
        assert float(value) == close(oracle.log_likelihood)


def graph(scene: Valued, sum_product: SumProduct) -> Callable[..., object]:
    """Compile the log-likelihood as a function of degrees, log ratios and weights."""
    theta = scene.theta
    inputs = [pt.vector(shape=(len(part),), dtype="float64") for part in (theta.degree, theta.log_ratio, theta.weight)]
    symbols = Theta(degree=inputs[0], log_ratio=inputs[1], weight=inputs[2])
    total = log_likelihood(PYTENSOR, structure_of(scene.scenario), symbols, sum_product)
    return pytensor.function(inputs, total, mode="FAST_COMPILE", on_unused_input="ignore")

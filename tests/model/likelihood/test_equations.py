"""The likelihood and the answers, against a brute-force sum over every joint state."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from hypothesis import assume, given, settings

from estimative.model.inference.nuts import PYTENSOR
from estimative.model.likelihood.backend import NUMPY
from estimative.model.likelihood.equations import Theta, log_likelihood
from estimative.model.likelihood.layout import Numbers
from estimative.model.likelihood.layout_builder import structure_of
from estimative.model.likelihood.queries import evaluate_queries, targets
from estimative.model.likelihood.variable_elimination import SumProduct, by_elimination, by_enumeration
from estimative.model.spec.scenario import Scenario
from estimative.model.spec.scenario_file import find_scenario, read_scenario
from tests.oracle import Oracle
from tests.scenarios import losses, repeating
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


@settings(max_examples=60)
@given(scene=valued_scenarios(most_events=4, most_states=6))
def test_events_with_states_are_summed_out_too(scene: Valued) -> None:
    """Two to six states, in all forms, as parents and conditions, in outcomes, with evidence about them."""
    assume(any(event.states for event in scene.scenario.events.values()))
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
    "salad-bars": lambda: shipped("salad-bars"),
    "losses": losses,
    "repeating": repeating,
    "repeating, after an incident": lambda: repeating("incident"),
    "repeating, after a breach": lambda: repeating("breach"),
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


def spread_of(scene: Valued, sd: float) -> Numbers:
    """Standard deviations of the log ratios that can be integrated out, 0 for all others; dims (ratio)."""
    structure = structure_of(scene.scenario)
    spread = np.zeros(len(scene.theta.log_ratio))
    spread[structure.integrated] = sd * np.random.default_rng(3).uniform(0.5, 1.5, len(structure.integrated))
    return spread


def test_ratios_are_integrated_out() -> None:
    """The likelihood without an uncertain ratio or error is its mean over that ratio's prior."""
    scene = valued(everything(), seed=1, draws=1)
    structure = structure_of(scene.scenario)
    names = list(structure.quantities.ratios)
    nodes, shares = np.polynomial.hermite_e.hermegauss(60)
    for place in structure.integrated:
        spread = np.zeros(len(names))
        spread[place] = 0.5
        result = log_likelihood(NUMPY, structure, replace(scene.theta, log_ratio_sd=spread))
        [oracle] = scene.oracles
        middle = oracle.values[names[place]]
        moved = [replace(oracle, values={**oracle.values, names[place]: middle * math.exp(0.5 * z)}) for z in nodes]
        expected = np.logaddexp.reduce(np.log(shares / shares.sum()) + [one.log_likelihood for one in moved])
        assert float(result[0]) == pytest.approx(expected, abs=1e-5), names[place]


@pytest.mark.parametrize("name", ["everything", "coordinated-attack"])
def test_pytensor_integrates_the_same_ratios_out(name: str) -> None:
    """With ratios integrated out, too, a PyTensor graph has NumPy's value, and a gradient that is that of its value."""
    scene = valued(FIXED[name](), seed=2, draws=3)
    structure, theta = structure_of(scene.scenario), scene.theta
    evaluate = graph(scene, by_enumeration, gradient=True)
    spread = spread_of(scene, 0.6)
    expected = log_likelihood(NUMPY, structure, replace(theta, log_ratio_sd=spread))
    step = 1e-6 * np.random.default_rng(4).standard_normal(len(theta.degree))
    for index, value in enumerate(expected):
        degree, log_ratio = theta.degree[:, index], theta.log_ratio[:, index]
        result, slope, _ = evaluate(degree, log_ratio, theta.weight, spread)
        assert float(result) == close(value)
        ends = [float(evaluate(degree + side * step, log_ratio, theta.weight, spread)[0]) for side in (-0.5, 0.5)]
        assert float(slope @ step) == pytest.approx(ends[1] - ends[0], rel=1e-4, abs=1e-9)


@pytest.mark.parametrize("sd", [0.0, 2.5])
@pytest.mark.parametrize(("degree", "log_sd"), [(0.5, 0.0), (1e-290, -10.0), (1 - 1e-16, 30.0)])
def test_gradients_are_finite_wherever_a_chain_may_come(degree: float, log_sd: float, sd: float) -> None:
    """At the ends of the degrees, however far off the evidence is, value and gradients are numbers."""
    scene = valued(everything(), seed=2, draws=1)
    theta, spread = scene.theta, spread_of(scene, sd)
    log_ratio = theta.log_ratio[:, 0].copy()
    log_ratio[structure_of(scene.scenario).integrated] = log_sd
    found = graph(scene, by_enumeration, gradient=True)(
        np.full(len(theta.degree), degree), log_ratio, theta.weight, spread
    )
    assert all(np.isfinite(part).all() for part in found)


def graph(scene: Valued, sum_product: SumProduct, *, gradient: bool = False) -> Callable[..., Sequence[Numbers]]:
    """Compile the log-likelihood as a function of degrees, log ratios and weights.

    With `gradient` it also takes the spreads of ratios that are integrated out, and returns the gradients by degrees
    and by log ratios beside the value.
    """
    theta = scene.theta
    parts = [theta.degree, theta.log_ratio, theta.weight, *([theta.log_ratio] if gradient else [])]
    inputs = [pt.vector(shape=(len(part),), dtype="float64") for part in parts]
    symbols = Theta(
        degree=inputs[0], log_ratio=inputs[1], weight=inputs[2], log_ratio_sd=inputs[3] if gradient else None
    )
    total = log_likelihood(PYTENSOR, structure_of(scene.scenario), symbols, sum_product)
    outputs = [total, *pytensor.grad(total, inputs[:2])] if gradient else total
    return pytensor.function(inputs, outputs, mode="FAST_COMPILE", on_unused_input="ignore")

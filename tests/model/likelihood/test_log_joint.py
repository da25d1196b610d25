"""The likelihood and the answers, against a brute-force sum over every joint state."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import assume, given
from msgspec.structs import replace

from estimative.model.likelihood.backend import NUMPY
from estimative.model.likelihood.layout import Numbers
from estimative.model.likelihood.layout_builder import structure_of
from estimative.model.likelihood.log_joint import log_likelihood
from estimative.model.likelihood.queries import evaluate_queries, targets
from estimative.model.spec.scenario import Scenario
from estimative.model.spec.scenario_file import find_scenario, read_scenario
from tests.examples import examples, later
from tests.oracle import Oracle
from tests.scenarios import losses, repeating
from tests.strategies import Valued, everything, valued, valued_scenarios

RELATIVE = 1e-10
"""Sums of at most 256 products of about ten doubles are accurate to twelve digits."""


def close(numbers: object) -> object:
    return pytest.approx(numbers, rel=RELATIVE, abs=RELATIVE)


@examples(12)
@given(scene=valued_scenarios())
def test_likelihood_and_answers_are_sums_over_the_joint_states(scene: Valued) -> None:
    """Likelihood, outcomes, events and links are sums over all joint states, before the evidence and after it."""
    oracles = scene.oracles
    check_answers(scene, oracles, evidence=False)
    assume(all(math.isfinite(oracle.log_likelihood) for oracle in oracles))
    check_likelihood(scene, oracles)
    check_answers(scene, oracles, evidence=True)


@examples(12)
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
    """The equations give the oracle's log-likelihood at every draw."""
    expected = [oracle.log_likelihood for oracle in oracles]
    result = log_likelihood(NUMPY, structure_of(scene.scenario), scene.theta)
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


def spread_of(scene: Valued, sd: float) -> Numbers:
    """Standard deviations of the log ratios that can be integrated out, 0 for all others; dims (ratio)."""
    structure = structure_of(scene.scenario)
    spread = np.zeros(len(scene.theta.log_ratio))
    spread[structure.integrated] = sd * np.random.default_rng(3).uniform(0.5, 1.5, len(structure.integrated))
    return spread


INTEGRATED = ("i1", "m1", "f1", "f2", "f3", "f4")
"""Of the scenario with everything: what uncertain ratios and errors the likelihood is integrated over."""


@pytest.mark.parametrize("name", [later(name) if name in ("f1", "f2") else name for name in INTEGRATED])
def test_ratios_are_integrated_out(name: str) -> None:
    """The likelihood without an uncertain ratio or error is its mean over that ratio's prior."""
    scene = valued(everything(), seed=1, draws=1)
    structure = structure_of(scene.scenario)
    names = list(structure.quantities.ratios)
    assert {names[place] for place in structure.integrated} == {f"evidence.{item}" for item in INTEGRATED}
    place = names.index(f"evidence.{name}")
    nodes, shares = np.polynomial.hermite_e.hermegauss(60)
    spread = np.zeros(len(names))
    spread[place] = 0.5
    result = log_likelihood(NUMPY, structure, replace(scene.theta, log_ratio_sd=spread))
    [oracle] = scene.oracles
    middle = oracle.values[names[place]]
    moved = [replace(oracle, values={**oracle.values, names[place]: middle * math.exp(0.5 * z)}) for z in nodes]
    expected = np.logaddexp.reduce(np.log(shares / shares.sum()) + [one.log_likelihood for one in moved])
    assert float(result[0]) == pytest.approx(expected, abs=1e-5)

"""Joint states drawn given the evidence, compared with a list of all states."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest

from estimative.model.likelihood import state_sampling
from estimative.model.likelihood.backend import NUMPY
from estimative.model.likelihood.bayes_net import EVERYTHING, Query
from estimative.model.likelihood.layout_builder import structure_of
from estimative.model.likelihood.soft_evidence import soft_evidence
from estimative.model.likelihood.state_sampling import sample_states
from estimative.model.likelihood.terms import terms
from estimative.model.likelihood.variable_elimination import by_elimination
from tests.strategies import everything, valued

DRAWS = 20_000
ERRORS = 4.5
"""For some hundred frequencies at fixed seeds."""


@pytest.mark.parametrize("negated", [None, False, True])
@pytest.mark.parametrize("seed", [1, 2])
def test_states_are_as_frequent_as_they_are_probable(
    seed: int, negated: bool | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every pair of events, given the evidence, and given that a query holds too."""
    monkeypatch.setattr(state_sampling, "MAX_CELLS", 1 << 18)  # in several parts
    scene = valued(everything(), seed=seed)
    structure = structure_of(scene.scenario)
    network = structure.network
    chances, soft = terms(NUMPY, structure, scene.theta).probabilities, soft_evidence(NUMPY, structure, scene.theta)
    outcome = next(iter(scene.scenario.outcomes.values()))
    free = [name for name in outcome.events if name not in network.certain]
    query = EVERYTHING if negated is None else Query.where(any=free, negated=negated)
    chances, soft = np.repeat(chances[:, :1], DRAWS, axis=1), soft.part(slice(0, 1))
    soft = type(soft)(
        events=soft.events,
        log_no=np.repeat(soft.log_no, DRAWS, axis=1),
        log_yes=np.repeat(soft.log_yes, DRAWS, axis=1),
    )
    states = sample_states(network, chances, soft, np.random.default_rng(seed), query)
    names = list(states)
    pairs = list(pairwise(names))
    queries = [
        query.and_(Query.where(all=[n for n, s in zip(pair, state, strict=True) if s],
                               none=[n for n, s in zip(pair, state, strict=True) if not s]))
        for pair in pairs
        for state in product((0, 1), repeat=2)
    ]  # fmt: skip
    one = soft.part(slice(0, 1))
    base, *masses = by_elimination(NUMPY, network, chances[:, :1], one, [query, *queries])[:, 0]
    expected = np.exp(np.array(masses) - base)
    found = [np.mean((states[a] == s) & (states[b] == t)) for a, b in pairs for s, t in product((0, 1), repeat=2)]
    error = np.sqrt(expected * (1 - expected) / DRAWS)
    assert np.all(abs(np.array(found) - expected) <= ERRORS * error + 1e-9)
    assert set(network.certain) <= set(names)
    assert all((states[name] == happened).all() for name, happened in network.certain.items())

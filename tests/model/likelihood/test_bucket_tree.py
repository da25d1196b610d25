"""All marginals from two passes are those of one elimination each."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from estimative.model.likelihood import variable_elimination
from estimative.model.likelihood.backend import NUMPY
from estimative.model.likelihood.bayes_net import EVERYTHING
from estimative.model.likelihood.layout_builder import structure_of
from estimative.model.likelihood.queries import targets
from estimative.model.likelihood.soft_evidence import soft_evidence
from estimative.model.likelihood.terms import terms
from estimative.model.likelihood.variable_elimination import by_elimination
from tests.examples import examples
from tests.strategies import Valued, valued_scenarios


@examples(12)
@given(scene=valued_scenarios(most_events=6, most_states=3))
def test_marginals_are_those_of_single_eliminations(scene: Valued) -> None:
    """Whatever the scenario and its evidence, calibrated tables give each query the mass that it has alone."""
    structure = structure_of(scene.scenario)
    chances = terms(NUMPY, structure, scene.theta).probabilities
    evidence = soft_evidence(NUMPY, structure, scene.theta)
    queries = [EVERYTHING, *(query for target in targets(scene.scenario) for query in (target.yes, target.given))]
    alone = np.concatenate([by_elimination(NUMPY, structure.network, chances, evidence, [query]) for query in queries])
    with pytest.MonkeyPatch.context() as patch:
        # Otherwise one elimination answers all of so few events.
        patch.setattr(variable_elimination, "MAX_SCOPE", 0)
        found = by_elimination(NUMPY, structure.network, chances, evidence, queries)
    possible = np.isfinite(alone)
    np.testing.assert_array_equal(np.isfinite(found), possible)
    np.testing.assert_allclose(found[possible], alone[possible], rtol=0, atol=1e-9)

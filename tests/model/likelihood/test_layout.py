"""The layout gives every name of a scenario its position, and every table its probabilities."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from msgspec.structs import asdict

from estimative.model.likelihood.backend import NUMPY
from estimative.model.likelihood.failures import failure_of
from estimative.model.likelihood.layout_builder import structure_of
from estimative.model.likelihood.soft_evidence import soft_evidence
from estimative.model.likelihood.terms import terms
from estimative.model.spec.evidence import Forecast, Indicator, Testimony
from tests.examples import examples
from tests.strategies import Valued, everything, valued, valued_scenarios


@examples(16)
@given(scene=valued_scenarios())
def test_tables_hold_the_probabilities_of_the_oracle(scene: Valued) -> None:
    """P(event | parents) at an event's cells is the oracle's, for every state of its parents; no and yes sum to one."""
    structure = structure_of(scene.scenario)
    probabilities = terms(NUMPY, structure, scene.theta).probabilities
    for name, event in scene.scenario.events.items():
        parents = structure.network.parents[name]
        table = probabilities[structure.network.cells[name]]
        assert table.sum(axis=len(parents)) == pytest.approx(1.0, abs=1e-12)
        for values in product((0, 1), repeat=len(parents)):
            state = {
                **dict.fromkeys(scene.scenario.events, False),
                **dict(zip(parents, map(bool, values), strict=True)),
            }
            expected = [oracle.chance(event, state)[1] for oracle in scene.oracles]
            assert np.broadcast_to(table[(*values, 1)], len(expected)) == pytest.approx(expected, rel=1e-10)


PLACES = ("happened", "failed", "not_happened")


def test_every_item_of_evidence_has_its_place() -> None:
    """Each kind of evidence is laid out once, under the position that the scenario gives the item."""
    structure = structure_of(everything())
    parts = (
        structure.indicators,
        structure.event_indicators,
        structure.measurements,
        structure.forecasts,
        structure.poisson_counts,
        structure.binomial_cases,
    )
    names = list(structure.scenario.evidence)
    placed = {names[position] for part in parts for position in part.item}
    observed = {name for name, item in structure.scenario.evidence.items() if item.kind == "observation"}
    assert placed == set(names) - observed
    assert set(structure.network.certain) == {structure.scenario.evidence[name].about for name in observed}


def test_soft_evidence_is_about_the_events_of_indicators_and_testimony() -> None:
    """An item changes the likelihood of its own event only: an indicator that of the state it supports."""
    scene = valued(everything(), seed=1)
    structure = structure_of(scene.scenario)
    items = [item for item in scene.scenario.evidence.values() if isinstance(item, Indicator | Testimony)]
    about = {item.about for item in items if item.about in scene.scenario.events}
    evidence = soft_evidence(NUMPY, structure, scene.theta)
    failures = {failure_of(item.about) for item in items if item.given}
    assert set(evidence.events) == about | failures == set(structure.soft_evidence_events)
    laid_out = structure.event_indicators
    supports = {item.id: item.supports if isinstance(item, Indicator) else item.claims for item in items}
    names = [list(scene.scenario.evidence)[position] for position in laid_out.item]
    assert laid_out.sign.tolist() == [1 if supports[name] else -1 for name in names]
    for column, name in enumerate(names):
        item = scene.scenario.evidence[name]
        nodes = {field: matrix[:, column] for field, matrix in asdict(laid_out).items() if field in PLACES}
        placed = {field: [evidence.events[node] for node in np.flatnonzero(values)] for field, values in nodes.items()}
        assert placed == {
            "happened": [item.about],
            "failed": [failure_of(item.about)] if item.given else [],
            "not_happened": [] if item.given else [item.about],
        }


def test_a_forecast_with_its_own_horizon_has_its_own_node() -> None:
    """A forecast of a rate over another span is about a copy of the event that nothing depends on."""
    scenario = everything()
    structure = structure_of(scenario)
    copies = set(structure.network.parents) - set(scenario.events) - set(structure.soft_evidence_events)
    spans = [item for item in scenario.evidence.values() if isinstance(item, Forecast) and item.until is not None]
    assert len(copies) == len({(item.about, item.date, item.until) for item in spans}) > 0
    assert not any(copy in parents for copy in copies for parents in structure.network.parents.values())

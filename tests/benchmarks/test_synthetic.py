"""Synthetic scenarios have the sizes that they are asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.shipped_networks import random_network
from benchmarks.synthetic import analysts, case_files, dense, many_factors
from estimative.model.networks.network import network_of
from estimative.model.spec.evidence import Cases
from estimative.model.spec.scenario_file import read_scenario


def test_many_factors_drive_a_tenth_as_many_events() -> None:
    """Every factor drives one event and has an indicator; each event but the first depends on the one before."""
    scenario = many_factors(30).scenario
    assert (len(scenario.factors), len(scenario.events), len(scenario.evidence)) == (30, 3, 30)
    assert [len(event.drivers) for event in scenario.events.values()] == [10, 11, 11]


def test_dense_events_have_up_to_a_dozen_parents() -> None:
    """The first event has none, and from the thirteenth on each has twelve."""
    parents = [
        sum(driver.name != "pressure" for driver in event.drivers) for event in dense(15).scenario.events.values()
    ]
    assert parents == [*range(13), 12, 12]


def test_analysts_differ_on_one_factor() -> None:
    """Each has a name and a median of the factor of their own."""
    made = analysts(4)
    assert len({assessment.prior_set.name for assessment in made}) == 4
    assert len({assessment.priors["factors.pressure"].family for assessment in made}) == 4
    assert len({assessment.priors["events.event_0"].family for assessment in made}) == 1


@pytest.mark.parametrize(("levels", "patterns"), [(2, 16), (16, 300)])
def test_case_rows_share_a_pattern_or_do_not(tmp_path: Path, levels: int, patterns: int) -> None:
    """All rows are counted, in as many trials as there are patterns."""
    path, prior_set = case_files(tmp_path, 300, levels=levels)
    cases = read_scenario(path).evidence["cases"]
    assert isinstance(cases, Cases)
    assert len(cases.trials) == patterns
    assert sum(trial.of for trial in cases.trials) == 300
    assert 0 < sum(trial.successes for trial in cases.trials) < 300
    assert prior_set.scenario == "synthetic"


def test_random_networks_are_sound() -> None:
    """Every table has as many numbers as it needs, each row adds up to one, and the seed decides."""
    network = random_network(20, seed=1)
    assert len(network.nodes) == 20
    assert network_of("random", list(network.nodes.values()), "file").rescaled == 0
    assert network == random_network(20, seed=1) != random_network(20, seed=2)

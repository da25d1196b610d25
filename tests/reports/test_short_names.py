"""Quantities where there is little room."""

from __future__ import annotations

import pytest

import estimative as es
from estimative.reports.short_names import short_names

EXPECTED = {
    "coordinated-attack": {
        "factors.mistrust": "Mistrust between Beijing and Moscow",
        "events.request": "Beijing asks Moscow to attack NATO",
        "effects.attack.plan": "A concrete joi… → Russia attacks…",
        "evidence.arms_build_up": "Weight of China's military build-up continues",
    },
    "asia": {
        "tables.lung_cancer.smoker": "The patient has l…: The patient sm…",
        "tables.lung_cancer.none": "The patient has l…: none",
        "tables.smoker.none": "The patient smokes",
    },
    "salad-bars": {
        "evidence.banquets.common": "Nobody fell ill a…: A common sourc…",
        "evidence.laboratory.if_no": "The commune runs…: if not so",
    },
}
SETS = {"asia": "uncertain", "coordinated-attack": "baseline", "salad-bars": "baseline"}


@pytest.mark.parametrize("scenario", EXPECTED)
def test_a_quantity_has_a_short_name(scenario: str) -> None:
    """Its title, cause and event of an effect, the state or the case."""
    expected = EXPECTED[scenario]
    assert short_names(list(expected), es.load(scenario, SETS[scenario]).scenario) == expected


@pytest.mark.parametrize("scenario", SETS)
def test_no_two_have_the_same(scenario: str) -> None:
    """Where titles begin alike, their ends are shown."""
    assessment = es.load(scenario, SETS[scenario])
    names = list(assessment.structure.quantities.all)
    labels = short_names(names, assessment.scenario)
    assert len(set(labels.values())) == len(names)
    if scenario == "asia":
        assert labels["tables.lung_cancer.none"] == "The patient has l…: none"
        assert labels["tables.either.none"] == "…is or lung cancer: none"

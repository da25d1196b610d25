"""Answers are those of the version before: nothing but the mathematics may move a digit."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from estimative.model.assessment import Assessment, assess
from estimative.model.inference.fit import by_importance
from estimative.model.spec.scenario_file import find_scenario, read_scenario
from estimative.priors.catalog import find_prior_set
from estimative.priors.prior_set_file import read_prior_set
from tests.random_files import PRIORS, SCENARIO, random_files

ANSWERS = json.loads(Path(__file__).with_name("answers.json").read_text(encoding="utf-8"))
"""By prior set or random file, every probability by importance sampling, seed 1; computed by the version before."""
SHIPPED = {
    "coordinated-attack": ["baseline", "critics", "moscow", "rhetoric", "rutte"],
    "asia": ["textbook", "uncertain"],
    "salad-bars": ["baseline", "conflict"],
}


def answers(assessment: Assessment, draws: int) -> dict[str, float]:
    """Every probability of a fit at the seed of the stored answers."""
    posterior = by_importance(assessment, seed=1, draws=draws)
    return {f"{sort}.{name}": estimate.value for (sort, name), estimate in posterior.estimates.items()}


@pytest.mark.parametrize(("scenario", "name"), [(s, name) for s, names in SHIPPED.items() for name in names])
def test_shipped_prior_sets_have_the_answers_of_the_version_before(scenario: str, name: str) -> None:
    """To 1e-12 at the same seed."""
    assessment = assess(read_scenario(find_scenario(scenario)), read_prior_set(find_prior_set(name, scenario)))
    assert answers(assessment, 8000) == pytest.approx(ANSWERS[f"{scenario}/{name}"], rel=0, abs=1e-12)


@pytest.mark.parametrize("seed", range(20))
def test_random_scenarios_have_the_answers_of_the_version_before(seed: int, tmp_path: Path) -> None:
    """To 1e-12 at the same seed."""
    for file, text in random_files(seed).items():
        (tmp_path / file).write_text(text, encoding="utf-8")
    assessment = assess(read_scenario(tmp_path / SCENARIO), read_prior_set(tmp_path / PRIORS))
    assert answers(assessment, 2000) == pytest.approx(ANSWERS[f"random{seed}"], rel=0, abs=1e-12)

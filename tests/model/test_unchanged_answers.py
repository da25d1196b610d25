"""Answers are those of the version before: nothing but the mathematics may move them.

Processors round in different ways, and a fit that adapts can then take other draws. Therefore answers may differ by
their simulation error, which a change of the mathematics exceeds.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from estimative.model.assessment import Assessment, assess
from estimative.model.inference.fit import by_importance
from estimative.model.spec.scenario_file import find_scenario, read_scenario
from estimative.priors.catalog import find_prior_set
from estimative.priors.prior_set_file import read_prior_set
from tests.examples import later
from tests.random_files import PRIORS, SCENARIO, random_files

ANSWERS = json.loads(Path(__file__).with_name("answers.json").read_text(encoding="utf-8"))
"""By prior set or random file, every probability by importance sampling, seed 1; computed by the version before."""
SHIPPED = {
    "coordinated-attack": ["baseline", "critics", "moscow", "rhetoric", "rutte"],
    "asia": ["textbook", "uncertain"],
    "salad-bars": ["baseline", "conflict"],
}
RESEMBLING = {"critics", "moscow", "rhetoric", "rutte"}
"""Prior sets that differ from others of the flagship in numbers alone."""


ROUNDING = 5
"""Standard errors of simulation, by which answers may differ: on another processor a fit may take other draws."""


def check_answers(assessment: Assessment, draws: int, expected: Mapping[str, float]) -> None:
    """Compare every probability of a fit, at the seed of the stored answers, with these."""
    posterior = by_importance(assessment, seed=1, draws=draws)
    found = {f"{sort}.{name}": estimate for (sort, name), estimate in posterior.estimates.items()}
    assert found.keys() == expected.keys()
    for name, estimate in found.items():
        assert estimate.value == pytest.approx(expected[name], rel=1e-10, abs=ROUNDING * estimate.se + 1e-12), name


@pytest.mark.parametrize(
    ("scenario", "name"),
    [
        later(scenario, name) if name in RESEMBLING else (scenario, name)
        for scenario, names in SHIPPED.items()
        for name in names
    ],
)
def test_shipped_prior_sets_have_the_answers_of_the_version_before(scenario: str, name: str) -> None:
    """At the same seed."""
    assessment = assess(read_scenario(find_scenario(scenario)), read_prior_set(find_prior_set(name, scenario)))
    check_answers(assessment, 8000, ANSWERS[f"{scenario}/{name}"])


@pytest.mark.parametrize("seed", [*range(6), *map(later, range(6, 20))])
def test_random_scenarios_have_the_answers_of_the_version_before(seed: int, tmp_path: Path) -> None:
    """At the same seed."""
    for file, text in random_files(seed).items():
        (tmp_path / file).write_text(text, encoding="utf-8")
    assessment = assess(read_scenario(tmp_path / SCENARIO), read_prior_set(tmp_path / PRIORS))
    check_answers(assessment, 2000, ANSWERS[f"random{seed}"])

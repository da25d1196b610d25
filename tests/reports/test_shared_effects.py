"""One statement about several states of an event: one unknown, under one name."""

from __future__ import annotations

import tomllib
from pathlib import Path

from estimative.priors.resolved_prior_set import resolved
from estimative.reports.phrases import unknown_name
from estimative.reports.short_names import short_names
from tests.command import Desk
from tests.leak import PRIORS, SCENARIO, assessed

NAME = "effects.actor.controls.insider"
BOTH = "effect of “Controls” on “Who took the file: An employee” and “Who took the file: state”"
SHARED = PRIORS.replace("controls = { insider = 4, state = { p05 = 1.2, p95 = 3 } }", "controls = { p05 = 2, p95 = 8 }")


def test_its_name_has_every_state(tmp_path: Path) -> None:
    """One statement is named by all its states, one for each state by that state."""
    shared, apart = assessed(tmp_path, priors=SHARED), assessed(tmp_path)
    assert unknown_name(NAME, shared) == f"the {BOTH}"
    assert unknown_name(NAME, apart) == "the effect of “Controls” on “Who took the file: An employee”"
    assert short_names([NAME], shared.scenario)[NAME].startswith("Controls")


def test_sensitivity_names_it_by_every_state(tmp_path: Path) -> None:
    """In the tornado and among the other structures."""
    desk = Desk.at(tmp_path)
    desk.write("leak.toml", SCENARIO)
    desk.write("shared.toml", SHARED)
    text = desk.run("sensitivity", "-s", "leak.toml", "-p", "shared.toml", "--method", "importance", "-f", "md").out
    assert text.count(f"| The {BOTH} |") >= 2
    assert "on “Who took the file: An employee” |" not in text


def test_what_was_understood_has_the_fitted_distribution(tmp_path: Path) -> None:
    """`check --resolved` writes the distribution of the one unknown, which reads back."""
    assessment = assessed(tmp_path, priors=SHARED)
    text = resolved(assessment.prior_set, assessment.priors)
    family = assessment.priors[NAME].family
    assert tomllib.loads(text)["effects"]["actor"]["controls"] == {"lognormal": [family.mu, family.sigma]}
    again = assessed(tmp_path, priors=text)
    assert again.priors[NAME].family == family

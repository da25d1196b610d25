"""Evidence stated as two chances instead of a ratio."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from estimative.model.assessment import assess, differences, pairs_of
from estimative.model.inference.fit import by_importance
from estimative.model.inference.prior_transform import prior_transform
from estimative.model.likelihood.backend import NUMPY
from estimative.model.likelihood.layout_builder import structure_of
from estimative.model.likelihood.log_joint import log_likelihood
from estimative.model.spec.scenario_file import read_scenario
from estimative.priors.errors import InvalidInput
from estimative.priors.prior_set_file import read_prior_set
from tests.recorded import points_of, recorded_likelihood, slopes

SCENARIO = """
[scenario]
id = "dam"
title = "A dam"
question = "Does it break?"
as_of = 2026-01-01
until = 2027-01-01
headline = "breaks"
[[scenario.sources]]
id = "log"
title = "The log"
[factors.wear]
title = "Wear"
low = "new"
high = "worn"
[events.break]
title = "It breaks"
drivers = { wear = "raises" }
[outcomes.breaks]
title = "It breaks"
all = ["break"]
[evidence.seep]
kind = "indicator"
about = "break"
supports = "yes"
title = "Water seeps"
source = "log"
[evidence.denial]
kind = "testimony"
about = "break"
claims = "no"
title = "The owner denies it"
source = "log"
[evidence.paint]
kind = "indicator"
about = "wear"
supports = "low"
title = "Fresh paint"
source = "log"
"""
PRIORS = """
[prior_set]
name = "a"
analyst = "A"
scenario = "dam"
[factors]
wear = {{ beta = [2, 3] }}
[events]
break = {{ beta = [2, 4] }}
[effects.break]
wear = {{ lognormal = [1, 0.5] }}
[motives]
denial = 0.3
[evidence]
{evidence}
"""
PAIRS = """
seep = { if_yes = { beta = [6, 4] }, if_no = 0.2 }
denial = { if_yes = 0.1, if_no = { beta = [5, 5] } }
paint = { if_high = 0.2, if_low = { beta = [4, 3] } }
"""
RATIOS = "seep = 3\ndenial = 2\npaint = 2"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "dam.toml").write_text(SCENARIO, encoding="utf-8")
    for name, evidence in (("pairs", PAIRS), ("ratios", RATIOS)):
        (tmp_path / f"{name}.toml").write_text(PRIORS.format(evidence=evidence), encoding="utf-8")
    return tmp_path


def test_the_answer_is_that_of_the_definition(folder: Path) -> None:
    """Chances in either state weigh as their ratio, and with a motive as what it leaves of them."""
    rng, count = np.random.default_rng(1), 400_000
    wear, base, effect = rng.beta(2, 3, count), rng.beta(2, 4, count), rng.normal(1, 0.5, count)
    seep, denial, paint = (
        rng.beta(6, 4, count) / 0.2,
        (0.3 + 0.7 * rng.beta(5, 5, count)) / 0.37,
        rng.beta(4, 3, count) / 0.2,
    )
    chance = 1 / (1 + (1 - base) / base * np.exp(-effect * (wear - 0.5)))
    news = np.sqrt(seep / denial)
    weight = paint ** (0.5 - wear)
    yes, total = weight * chance * news, weight * (chance * news + (1 - chance) / news)
    value = yes.sum() / total.sum()
    error = np.sqrt(np.square(yes - value * total).sum()) / total.sum()
    fitted = by_importance(
        assess(read_scenario(folder / "dam.toml"), read_prior_set(folder / "pairs.toml")), seed=1
    ).headline
    assert fitted.value == pytest.approx(value, abs=4 * (fitted.se**2 + error**2) ** 0.5)


def test_the_recorded_likelihood_is_the_same(folder: Path) -> None:
    """What is recorded for NUTS has NumPy's value and slopes, at a draw from the prior."""
    assessment = assess(read_scenario(folder / "dam.toml"), read_prior_set(folder / "pairs.toml"))
    transform = prior_transform(assessment)
    theta = transform.theta(np.random.default_rng(2).standard_normal((transform.dimension, 1)))
    [point] = points_of(theta).T
    value, gradient = recorded_likelihood(assessment.structure, theta)(point)
    assert value == pytest.approx(float(log_likelihood(NUMPY, assessment.structure, theta)[0]), rel=1e-12)
    assert gradient == pytest.approx(slopes(assessment.structure, theta, point), rel=1e-6, abs=1e-8)


def test_a_ratio_is_the_same_beside_an_analyst_with_chances(folder: Path) -> None:
    """An analyst who states ratios has the same answer in the layout that another's chances need."""
    scenario, own, other = (
        read_scenario(folder / "dam.toml"),
        *(read_prior_set(folder / f"{name}.toml") for name in ("ratios", "pairs")),
    )
    common = structure_of(scenario, pairs_of(scenario, [own, other]))
    alone, beside = (by_importance(assess(scenario, own, structure=each), seed=1) for each in (None, common))
    assert beside.headline.value == pytest.approx(alone.headline.value, rel=1e-12)


def test_one_way_replaces_the_other(folder: Path) -> None:
    """A set that extends another may state a ratio where that has chances."""
    child = '[prior_set]\nname = "c"\nanalyst = "C"\nscenario = "dam"\nextends = "pairs.toml"\n[evidence]\nseep = 3\n'
    (folder / "child.toml").write_text(child, encoding="utf-8")
    statements = read_prior_set(folder / "child.toml").statements
    assert "evidence.seep" in statements
    assert "evidence.seep.if_yes" not in statements
    assert "evidence.denial.if_yes" in statements


@pytest.mark.parametrize(
    ("evidence", "message"),
    [
        (PAIRS.replace("if_no = 0.2 }", "if_no = 0.9 }"), "below 1, though the item supports"),
        (PAIRS.replace(", if_no = 0.2 }", " }"), '"if_no" is missing'),
        (PAIRS.replace("if_yes = 0.1", "if_yes = 1.5"), "1.5 is not a number between 0 and 1"),
    ],
)
def test_chances_that_cannot_be_are_errors(folder: Path, evidence: str, message: str) -> None:
    """A chance in the wrong order, alone, or beyond 1."""
    (folder / "bad.toml").write_text(PRIORS.format(evidence=evidence), encoding="utf-8")
    with pytest.raises(InvalidInput, match=message):
        assess(read_scenario(folder / "dam.toml"), read_prior_set(folder / "bad.toml"))


def test_two_chances_are_one_input(folder: Path) -> None:
    """Analysts who differ about an item differ in one input, however each of them states it; it changes as a whole."""
    scenario = read_scenario(folder / "dam.toml")
    sets = [read_prior_set(folder / f"{name}.toml") for name in ("pairs", "ratios")]
    structure = structure_of(scenario, pairs_of(scenario, sets))
    first, second = (assess(scenario, each, structure=structure) for each in sets)
    assert differences([first, second]) == ("evidence.seep", "evidence.denial", "evidence.paint")
    changed = first.with_priors_of(second, differences([first, second]))
    assert {name: prior.family for name, prior in changed.priors.items()} == {
        name: prior.family for name, prior in second.priors.items()
    }
    assert first.median("evidence.seep") == pytest.approx(0.607 / 0.2, rel=0.01)
    assert second.median("evidence.seep") == pytest.approx(3)

"""How often events that repeat occur, against a sum over every number of occurrences."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from estimative.model.assessment import Assessment, assess
from estimative.model.inference.draws import Draws
from estimative.model.inference.fit import by_importance
from estimative.model.inference.occurrences import occurrences
from estimative.model.inference.prior_predictive import prior_predictive
from estimative.model.inference.target_estimates import mean_verdict
from estimative.model.likelihood.theta import Theta
from estimative.model.spec.scenario_file import read_scenario
from estimative.priors.prior_set_file import read_prior_set

SCENARIO = """\
[scenario]
id = "gate"
title = "The gate"
question = "Is there a breach?"
as_of = 2026-01-01
until = 2027-12-31
headline = "breach"
[[scenario.sources]]
id = "log"
title = "The log"
[events.drill]
title = "The guard was drilled"
when = "now"
[events.incident]
title = "An incident"
form = "rate"
drivers = { drill = "lowers" }
[events.breach]
title = "A breach"
given = ["incident"]
repeats = true
drivers = { drill = "lowers" }
[outcomes.breach]
title = "A breach"
all = ["breach"]
[evidence.noise]
kind = "indicator"
about = "breach"
supports = "yes"
title = "A noise"
source = "log"
"""
PRIORS = """\
[prior_set]
name = "p"
analyst = "P"
scenario = "gate"
[events]
drill = 0.4
incident = 1.5
breach = 0.3
[effects.incident]
drill = 2
[effects.breach]
drill = 3
[evidence]
noise = 5
"""


WITHOUT_EFFECT = PRIORS.replace("[effects.breach]\ndrill = 3\n", "")


def assessed(folder: Path, scenario: str = SCENARIO, priors: str = PRIORS) -> Assessment:
    (folder / "s.toml").write_text(scenario, encoding="utf-8")
    (folder / "p.toml").write_text(priors, encoding="utf-8")
    return assess(read_scenario(folder / "s.toml"), read_prior_set(folder / "p.toml"))


UNDRILLED = SCENARIO.replace('repeats = true\ndrivers = { drill = "lowers" }', 'repeats = true\nunless = ["drill"]')


def joint(years: float, ratio: float, *, possible: bool) -> dict[tuple[int, int], float]:
    """The probability of each number of incidents and breaches, with noise of a likelihood ratio."""
    masses: dict[tuple[int, int], float] = {}
    for drilled, share in ((0, 0.6), (1, 0.4)):
        mean, odds = years * 1.5 / 2**drilled, 0.3 / 0.7 / 3**drilled
        chance = odds / (1 + odds) if possible or not drilled else 0.0
        for incidents in range(40):
            some = math.exp(-mean) * mean**incidents / math.factorial(incidents)
            for breaches in range(incidents + 1):
                follow = math.comb(incidents, breaches) * chance**breaches * (1 - chance) ** (incidents - breaches)
                told = ratio if breaches else 1.0
                masses[incidents, breaches] = masses.get((incidents, breaches), 0.0) + share * some * follow * told
    total = math.fsum(masses.values())
    return {numbers: mass / total for numbers, mass in masses.items()}


@pytest.mark.parametrize("possible", [True, False])
def test_numbers_of_occurrences_are_those_of_a_plain_sum(tmp_path: Path, possible: bool) -> None:
    """Before the evidence and after it; an event moves the rate and the chance of what repeats, or excludes it."""
    assessment = assessed(tmp_path, *((SCENARIO, PRIORS) if possible else (UNDRILLED, WITHOUT_EFFECT)))
    posterior = by_importance(assessment, seed=1, draws=400)
    found = occurrences(assessment, posterior, prior_predictive(assessment, seed=1))
    assert list(found) == ["incident", "breach"]
    for index, name in enumerate(found):
        for count, ratio in ((found[name].prior, 1.0), (found[name].posterior, 5.0)):
            numbers = joint(assessment.scenario.years, ratio, possible=possible)
            expected = math.fsum(p * pair[index] for pair, p in numbers.items())
            assert count.expected.value == pytest.approx(expected, rel=1e-9)
            for least, estimate in enumerate(count.at_least, start=1):
                chance = math.fsum(p for pair, p in numbers.items() if pair[index] >= least)
                assert estimate.value == pytest.approx(chance, rel=1e-9)
            assert len(count.at_least) == 5


def test_what_was_observed_is_not_counted_again(tmp_path: Path) -> None:
    """Of an incident that has happened, how often it happens again is not asked; breaches may still follow."""
    seen = '[evidence.seen]\nkind = "observation"\nabout = "incident"\nhappened = true\ntitle = "It"\nsource = "log"\n'
    assessment = assessed(tmp_path, SCENARIO + seen)
    found = occurrences(assessment, by_importance(assessment, seed=1, draws=400), prior_predictive(assessment, seed=1))
    assert list(found) == ["breach"]
    assert np.isfinite(found["breach"].posterior.expected.value)


def test_an_expected_number_that_rests_on_a_few_draws_is_not_shown() -> None:
    """Its mean is checked like a probability: one draw with nearly all of it is not enough."""
    theta = Theta(degree=np.zeros((0, 2000)), log_ratio=np.zeros((0, 2000)), weight=np.zeros(0))
    draws = Draws(method="importance", theta=theta, weights=np.full(2000, 1 / 2000), chains=1, diagnostics={})
    rng = np.random.default_rng(1)
    even, wild = rng.gamma(5, size=2000), rng.pareto(0.8, size=2000)
    for series, passed in ((even, True), (wild, False)):
        error = float(series.std() / 2000**0.5 / series.mean())
        assert mean_verdict(series, draws, error).passed == passed

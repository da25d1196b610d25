"""Simulated evidence has the distribution that the likelihood of its kind has, at its weight."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from estimative.model.assessment import Assessment
from estimative.model.inference.simulated_evidence import Simulator, World
from estimative.model.likelihood.layout import Numbers
from estimative.model.spec.evidence import (
    Cases,
    Evidence,
    Exposure,
    Forecast,
    Indicator,
    Measurement,
    Observation,
    Testimony,
    Trials,
)
from estimative.priors.statements import LognormalStated, Statement
from tests.prior_sets import assessed
from tests.small import HELD, weather

WORLDS = 120
ERRORS = 4.5
"""Standard errors by which a mean may be off: by chance once in 150,000 comparisons."""
OWN: Any = {"title": "", "source": ""}
TALK = Testimony(id="talk", about="rain", claims=True, motive="damp", **OWN)
CLOUD = Indicator(id="cloud", about="damp", supports=True, **OWN)
PUDDLE = Indicator(id="puddle", about="rain", supports=True, **OWN)
GAUGE = Measurement(id="gauge", about="damp", value=40, unit="", at_low=0, at_high=100, **OWN)
WEBSITE = Forecast(id="website", about="rain", probability=0.3, **OWN)
RECORD = Exposure(id="record", about="flood", count=2, years=30, **OWN)
DAYS = Cases(id="days", about="rain", trials=(Trials(at={"damp": 0.5}, successes=1, of=5),), **OWN)
SEEN = Observation(id="seen", about="rain", happened=True, **OWN)
RATIOS = {"evidence.talk": 3.0, "evidence.gauge": 10.0, "evidence.website": 0.5}
RATE, YEARS, CHANCE = HELD["events.flood"], 2.0, HELD["events.rain"]


def assessment(
    items: Sequence[Evidence], also: Mapping[str, Statement | float] | None = None, **weights: float
) -> Assessment:
    said = {**HELD, **RATIOS, **(also or {})}
    names = {item.id for item in items if not isinstance(item, Exposure | Cases | Observation)}
    stated = {name: s for name, s in said.items() if not name.startswith("evidence.") or name[9:] in names}
    relevance = {item.id: 1.0 for item in items if isinstance(item, Exposure | Cases)}
    return assessed(weather(items), stated, relevance={**relevance, **weights})


def worlds(subject: Assessment, count: int = WORLDS) -> list[World]:
    simulator = Simulator.of(subject)
    return [simulator.world(np.random.default_rng([1, at])) for at in range(count)]


def assert_mean(values: Sequence[float] | Numbers, mean: float) -> None:
    numbers = np.asarray(values, dtype=float)
    assert abs(numbers.mean() - mean) < ERRORS * numbers.std() / math.sqrt(len(numbers)) + 1e-9


def rain(world: World) -> bool:
    return bool(world.states["rain"][0])


def test_events_happen_with_their_chances() -> None:
    """Each given its parents; here the flood needs rain, whose clock it does not share."""
    every = worlds(assessment([]))
    assert_mean([rain(world) for world in every], CHANCE)
    floods = [bool(world.states["flood"][0]) for world in every if rain(world)]
    assert_mean(floods, -math.expm1(-RATE * YEARS))
    assert not any(world.states["flood"][0] for world in every if not rain(world))


@pytest.mark.parametrize("weight", [1.0, 0.5])
def test_an_indicator_points_the_right_way_as_often_as_its_ratio_says(weight: float) -> None:
    """R^w times as often as the wrong way, whether the event happens or not."""
    every = worlds(assessment([PUDDLE], puddle=weight))
    right = [(world.assessment.structure.event_indicators.sign[0] > 0) == rain(world) for world in every]
    ratio = HELD["evidence.puddle"] ** weight
    assert_mean(right, ratio / (1 + ratio))
    for happens in (True, False):
        assert_mean([r for r, world in zip(right, every, strict=True) if rain(world) == happens], ratio / (1 + ratio))


def test_a_statement_is_discounted_by_the_motive_of_its_speaker() -> None:
    """A speaker with motive m says so 1 / (m + (1 - m) / R) times as often if it is so."""
    right = [(w.assessment.structure.event_indicators.sign[0] > 0) == rain(w) for w in worlds(assessment([TALK]))]
    ratio = 1 / (0.5 + 0.5 / RATIOS["evidence.talk"])
    assert_mean(right, ratio / (1 + ratio))


def test_an_indicator_about_a_factor_follows_its_degree() -> None:
    """R^(x - 1/2) against its inverse."""
    subject = assessment([CLOUD], {"factors.damp": 0.9, "evidence.cloud": 16.0})
    ratio = 16 ** (2 * 0.4)
    high = [world.assessment.structure.indicators.sign[0] > 0 for world in worlds(subject)]
    assert_mean(high, ratio / (1 + ratio))


@pytest.mark.parametrize("weight", [1.0, 0.25])
def test_numbers_have_their_error_at_their_weight(weight: float) -> None:
    """Measurements and forecasts: the error over the root of the weight."""
    structures = [w.assessment.structure for w in worlds(assessment([GAUGE, WEBSITE], gauge=weight, website=weight))]
    for values, mean, error in (
        ([s.measurements.value[0] for s in structures], 50.0, 10.0),
        ([s.forecasts.logit[0] for s in structures], math.log(CHANCE / (1 - CHANCE)), 0.5),
    ):
        assert_mean(values, mean)
        assert_mean(np.square(np.array(values) - mean), error**2 / weight)


@pytest.mark.parametrize("weight", [1.0, 0.5])
def test_counts_and_cases_are_those_of_the_share_that_counts(weight: float) -> None:
    """A half of the years and of the cases, at full weight."""
    structures = [w.assessment.structure for w in worlds(assessment([RECORD, DAYS], record=weight, days=weight))]
    counts = weight * np.array([s.poisson_counts.count[0] for s in structures])
    assert_mean(counts, weight * 30 * RATE)
    assert_mean(np.square(counts - weight * 30 * RATE), weight * 30 * RATE)
    yes, no = (
        weight * np.array([getattr(s.binomial_cases, name)[0] for s in structures])
        for name in ("successes", "failures")
    )
    assert_mean(yes, weight * 5 * CHANCE)
    assert set(yes + no) == ({5} if weight == 1 else {2, 3})
    for numbers in (counts, yes, no):
        assert np.array_equal(numbers, np.round(numbers))


def test_an_observation_is_the_state_of_its_event() -> None:
    """In every world, whichever it is."""
    every = worlds(assessment([SEEN]), 60)
    assert {rain(world) for world in every} == {True, False}
    assert all(world.assessment.structure.network.certain == {"rain": rain(world)} for world in every)


def test_an_observation_on_which_clocks_depend_stays_as_it_is() -> None:
    """Every world has the event as it was observed."""
    flood = Observation(id="seen", about="flood", happened=True, **OWN)
    subject = assessment([flood])
    fixed = Simulator(assessment=subject, fixed=frozenset({"flood"}))
    assert [item.how for item in fixed.items] == ["as-observed"]
    for at in range(20):
        world = fixed.world(np.random.default_rng(at))
        assert world.states["flood"][0] == 1
        assert world.states["rain"][0] == 1


def test_truths_are_weighted_by_what_an_uncertain_ratio_adds() -> None:
    """R^(1/2) + R^(-1/2) moves a lognormal ratio to a mixture of two, in closed form."""
    mu, sigma = math.log(3), 0.9
    every = worlds(assessment([PUDDLE], {"evidence.puddle": LognormalStated(mu=mu, sigma=sigma)}))
    share = 1 / (1 + math.exp(-mu))
    values = [
        float(world.theta.log_ratio[world.assessment.structure.quantities.ratios["evidence.puddle"], 0])
        for world in every
    ]
    assert_mean(values, mu + (2 * share - 1) * sigma**2 / 2)
    assert all(world.ess < 2000 for world in every)


def test_every_item_says_how_it_is_simulated() -> None:
    """By its kind and its weight; what does not count is not simulated."""
    items = [PUDDLE, GAUGE, WEBSITE, RECORD, DAYS, SEEN, CLOUD]
    subject = assessment(items, website=0.5, days=0.5, cloud=0.0)
    assert {item.id: item.how for item in Simulator.of(subject).items} == {
        "puddle": "both-ways",
        "gauge": "sampled",
        "website": "reweighted",
        "record": "sampled",
        "days": "share",
        "seen": "sampled",
        "cloud": "not-counted",
    }

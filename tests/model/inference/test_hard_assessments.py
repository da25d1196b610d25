"""Assessments with an answer that is easily got wrong, or refused without need; the right answer is known."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable

import numpy as np
import pytest
from msgspec.structs import replace
from numpy.typing import NDArray
from scipy import stats
from scipy.special import expit, log_expit, logit

from estimative.model.assessment import Assessment
from estimative.model.inference.estimates import ProbabilityEstimate
from estimative.model.inference.fit import by_importance
from estimative.model.inference.posterior import Posterior
from estimative.model.inference.prior_predictive import prior_predictive
from estimative.model.likelihood.variable_elimination import Contradiction
from estimative.model.spec.events import Driver, Event, Outcome
from estimative.model.spec.evidence import (
    Cases,
    Evidence,
    Forecast,
    Indicator,
    Measurement,
    Observation,
    Testimony,
    Trials,
)
from estimative.model.spec.scenario import Scenario
from estimative.priors.statements import BetaStated, LognormalStated, Statement, Uniform
from tests.examples import later
from tests.prior_sets import assessed
from tests.scenarios import SAID, scenario_of

type Numbers = NDArray[np.float64]

ERRORS = 4.0
"""Standard errors: passed by chance but once in 16,000, and the seeds are fixed."""
YEARS = (datetime.date(2029, 1, 1) - datetime.date(2026, 1, 1)).days / 365.25
NORMALS = np.linspace(-10, 10, 401)
MASS = stats.norm.pdf(NORMALS) * (NORMALS[1] - NORMALS[0])


def is_right(estimate: ProbabilityEstimate, expected: float) -> bool:
    """Whether an estimate is within its error, and its error small."""
    return abs(estimate.value - expected) < ERRORS * estimate.se and estimate.se < 0.05 * expected


def scenario_with(
    *events: Event, also: tuple[Outcome, ...] = (), factors: tuple[str, ...] = (), evidence: tuple[Evidence, ...] = ()
) -> Scenario:
    """A scenario with further outcomes beside the headline, which is that the first event happens."""
    bare = scenario_of(*events, factors=factors)
    outcomes = {**bare.outcomes, **{outcome.id: outcome for outcome in also}}
    return replace(bare, outcomes=outcomes, evidence={item.id: item for item in evidence})


def rate(name: str, *given: str) -> Event:
    return Event(id=name, title="", form="rate", given=given, clock="start" if given else None)


def mean_chance(prior: LognormalStated) -> float:
    """P(an event of such a rate)."""
    return float(MASS @ -np.expm1(-YEARS * np.exp(prior.mu + prior.sigma * NORMALS)))


# Modes far out in the prior


LEAK, CRACK = LognormalStated(mu=-13.0, sigma=2.0), LognormalStated(mu=-14.0, sigma=2.0)


def two_ways_to_flood() -> Assessment:
    """Two rare ways, and a forecast that one of them will be taken: either may be it."""
    forecast = Forecast(id="forecast", about="flood", probability=0.12, **SAID)
    flood = Outcome(id="flood", title="", any=("leak", "crack"))
    scenario = scenario_with(rate("leak"), rate("crack"), also=(flood,), evidence=(forecast,))
    error = LognormalStated(mu=-0.5, sigma=0.02)
    return assessed(scenario, {"events.leak": LEAK, "events.crack": CRACK, "evidence.forecast": error})


def two_ways_by_quadrature() -> tuple[float, float]:
    """P(leak), P(crack)."""
    leak, crack = (YEARS * np.exp(prior.mu + prior.sigma * NORMALS) for prior in (LEAK, CRACK))
    hazard = leak[:, None] + crack
    apart = logit(0.12) - np.log(-np.expm1(-hazard)) - hazard
    weights = MASS[:, None] * MASS * stats.norm.pdf(apart, scale=math.exp(-0.5))
    weights /= weights.sum()
    return float(weights.sum(axis=1) @ -np.expm1(-leak)), float(weights.sum(axis=0) @ -np.expm1(-crack))


@pytest.mark.parametrize("seed", [1, later(2), later(3)])
def test_neither_of_two_rare_ways_is_missed(seed: int) -> None:
    """Where one of two rare things is said to be likely, each has its share, however little prior mass there is."""
    posterior = by_importance(two_ways_to_flood(), seed=seed)
    assert posterior.verdict.passed
    for name, expected in zip(("leak", "crack"), two_ways_by_quadrature(), strict=True):
        assert is_right(posterior.estimates["event", name], expected), name


def test_two_gauges_that_contradict_each_other_are_fitted() -> None:
    """Two exact measurements of one factor, of uncertain errors, leave two places for it: the answer has both."""
    common = {"about": "f", "unit": "m", "at_low": 0.0, "at_high": 1.0, **SAID}
    gauges = (Measurement(id="one", value=0.2, **common), Measurement(id="two", value=0.8, **common))
    event = Event(id="e", title="", drivers=(Driver(name="f", sign=1),))
    said: dict[str, Statement | float] = {"factors.f": BetaStated(a=2, b=2), "events.e": 0.3, "effects.e.f": 30.0}
    said |= {"evidence.one": LognormalStated(mu=-4.0, sigma=1.2), "evidence.two": LognormalStated(mu=-4.5, sigma=1.2)}
    posterior = by_importance(assessed(scenario_of(event, factors=("f",), evidence=gauges), said), seed=1)
    x = np.linspace(0, 1, 2001)[1:-1, None]
    weights = stats.beta.pdf(x[:, 0], 2, 2)
    for value, mu in ((0.2, -4.0), (0.8, -4.5)):
        weights *= stats.norm.pdf(value, x, np.exp(mu + 1.2 * NORMALS)) @ MASS
    assert posterior.verdict.passed
    assert is_right(
        posterior.headline, float(weights @ expit(logit(0.3) + math.log(30) * (x[:, 0] - 0.5)) / weights.sum())
    )


@pytest.mark.parametrize("seed", [1, 2])
def test_a_prior_left_far_behind_is_left(seed: int) -> None:
    """A thousand cases far from a narrow prior give the conjugate posterior, with its interval."""
    cases = Cases(id="cases", about="e", trials=(Trials(at={}, successes=12.0, of=900.0),), **SAID)
    scenario = scenario_of(Event(id="e", title=""), evidence=(cases,))
    assessment = assessed(scenario, {"events.e": BetaStated(a=40, b=45)}, relevance={"cases": 1.0})
    posterior, exact = by_importance(assessment, seed=seed), stats.beta(52, 933)
    assert posterior.verdict.passed
    assert is_right(posterior.headline, exact.mean())
    interval = posterior.headline.interval
    assert abs(interval.low - exact.ppf(0.05)) < ERRORS * interval.low_se
    assert abs(interval.high - exact.ppf(0.95)) < ERRORS * interval.high_se


def pinned() -> Assessment:
    """A forecast that leaves no room, and cases that put the event's chance elsewhere at either end of its driver."""
    trials = (Trials(at={"f": 0.0}, successes=1.0, of=5000.0), Trials(at={"f": 1.0}, successes=2000.0, of=5000.0))
    cases = Cases(id="cases", about="e", trials=trials, **SAID)
    forecast = Forecast(id="forecast", about="e", probability=0.002, **SAID)
    event = Event(id="e", title="", drivers=(Driver(name="f", sign=1),))
    scenario = scenario_of(event, factors=("f",), evidence=(cases, forecast))
    said = {
        "factors.f": Uniform(low=0, high=1),
        "events.e": Uniform(low=0, high=1),
        "effects.e.f": LognormalStated(mu=0, sigma=1),
        "evidence.forecast": 0.001,
    }
    return assessed(scenario, said, relevance={"cases": 1.0})


def pinned_factor() -> float:
    """The mean of the factor: given the other two, the forecast leaves it a single value."""
    base, effect = np.linspace(-8, -1, 300)[:, None], np.linspace(4, 12, 300)
    f = 0.5 + (logit(0.002) - base) / effect
    # A uniform probability has log-odds of logistic density; dividing by the effect is d f / d logit.
    log_weights = log_expit(base) + log_expit(-base) + stats.norm.logpdf(effect) - np.log(effect)
    for end, successes in ((-0.5, 1.0), (0.5, 2000.0)):
        log_odds = base + end * effect
        log_weights = log_weights + successes * log_expit(log_odds) + (5000 - successes) * log_expit(-log_odds)
    weights = np.where((f >= 0) & (f <= 1), np.exp(log_weights - log_weights.max()), 0.0)
    return float((weights * f).sum() / weights.sum())


def test_a_narrow_forecast_beside_cases_is_no_contradiction() -> None:
    """What is possible only in a thin curved sliver of the prior is not said to be impossible.

    Its headline is right. What is spread along a sliver a thousand times longer than thick is known to a third only.
    """
    posterior = by_importance(pinned(), seed=1, draws=8000)
    assert posterior.headline.value == pytest.approx(0.002, rel=1e-3)
    assert posterior.summarize_quantity("factors.f").mean == pytest.approx(pinned_factor(), rel=0.35)


# Rare conditions


WIDE = LognormalStated(mu=-8.0, sigma=3.5)


STEPS = rate("first"), rate("second", "first"), rate("third", "second")
"""Each after the one before, at a rate of which next to nothing is known."""
STEPS_STATED = {f"events.{step.id}": WIDE for step in STEPS}


def fall() -> Assessment:
    """Something ordinary, and a fall after the last step."""
    events = Event(id="calm", title=""), *STEPS, Event(id="fall", title="", given=("third",))
    scenario = scenario_with(*events, also=(Outcome(id="fall_if_third", title="", all=("fall",), given=("third",)),))
    return assessed(
        scenario, {**STEPS_STATED, "events.calm": BetaStated(a=3, b=2), "events.fall": BetaStated(a=0.4, b=4)}
    )


@pytest.mark.parametrize("seed", [later(1), 2])
def test_what_comes_after_a_rare_condition_is_known_as_well(seed: int) -> None:
    """Under a condition that hardly ever holds, answers are right, at whatever seed."""
    posterior = by_importance(fall(), seed=seed)
    assert posterior.verdict.passed
    assert is_right(posterior.estimates["outcome", "fall_if_third"], 0.4 / 4.4)
    assert is_right(posterior.estimates["link", "third"], mean_chance(WIDE))
    assert is_right(posterior.headline, 0.6)


def test_what_few_draws_bear_is_left_out() -> None:
    """With too few draws a conditional outcome is left out by itself, with its verdict, and never wrong."""
    for seed in range(1, 6):
        posterior = by_importance(fall(), seed=seed, draws=4000)
        assert posterior.verdict.passed
        assert ("outcome", "fall_if_third") in posterior.all_estimates
        assert ("outcome", "fall_if_third") not in posterior.estimates
        [reason] = [one.reason for one in posterior.omissions() if one.id == "fall_if_third"]
        assert reason == "not converged"


@pytest.mark.parametrize("seed", [1, later(2)])
def test_what_is_rare_before_the_evidence_is_known_as_well(seed: int) -> None:
    """The prior predictive of three rare steps is the product of their chances, and evidence apart leaves it so."""
    apart = Indicator(id="sign", about="f", supports=True, **SAID)
    scenario = scenario_of(*STEPS, factors=("f",), evidence=(apart,), all=("third",))
    said = {**STEPS_STATED, "factors.f": BetaStated(a=2, b=2), "evidence.sign": 2.5}
    assessment, expected = assessed(scenario, said), mean_chance(WIDE) ** 3
    before, after = prior_predictive(assessment, seed=seed), by_importance(assessment, seed=seed)
    assert ("outcome", "o") not in before.unreliable
    assert is_right(before.estimates["outcome", "o"], expected)
    assert after.verdict.passed
    assert is_right(after.headline, expected)


# Observations


def test_a_condition_observed_away_leaves_the_rest() -> None:
    """An outcome whose condition was seen not to hold is left out, with the reason; the others are answered."""
    calm = Observation(id="calm", about="storm", happened=False, **SAID)
    events = Event(id="delay", title=""), Event(id="storm", title=""), Event(id="wreck", title="", given=("storm",))
    also = Outcome(id="wreck_if_storm", title="", all=("wreck",), given=("storm",))
    scenario = scenario_with(*events, also=(also,), evidence=(calm,))
    said = {"events.delay": BetaStated(a=2, b=3), "events.storm": BetaStated(a=2, b=2), "events.wreck": 0.3}
    posterior = by_importance(assessed(scenario, said), seed=1)
    assert posterior.verdict.passed
    assert is_right(posterior.headline, 0.4)
    left_out = {(one.kind, one.id): one.reason for one in posterior.omissions()}
    assert left_out == dict.fromkeys([("outcome", "wreck_if_storm"), ("link", "wreck")], "impossible condition")
    with pytest.raises(Contradiction):
        by_importance(assessed(replace(scenario, headline="wreck_if_storm"), said), seed=1)


# Uncertain ratios


def heard(item: Indicator | Testimony, ratio: Statement | float) -> Posterior:
    """An event of one in ten, and one item about it."""
    motive = {"motives.item": 0.0} if isinstance(item, Testimony) else {}
    scenario = scenario_of(Event(id="e", title=""), evidence=(item,))
    return by_importance(assessed(scenario, {"events.e": 0.1, "evidence.item": ratio, **motive}), seed=1)


VAGUE = LognormalStated(mu=math.log(10), sigma=1.4)
SIGN = Indicator(id="item", about="e", supports=True, **SAID)
WORD = Testimony(id="item", about="e", claims=True, **SAID)
WAYS: dict[str, Callable[[], Posterior]] = {
    "uncertain sign": lambda: heard(SIGN, VAGUE),
    "sign": lambda: heard(SIGN, 10.0),
    "uncertain word": lambda: heard(WORD, VAGUE),
    "word": lambda: heard(WORD, 10.0),
}


@pytest.mark.parametrize("way", WAYS)
def test_an_uncertain_ratio_counts_as_its_median(way: str) -> None:
    """However one is told of it, and however unsure one is of its strength, news of ratio ten has one effect."""
    headline = WAYS[way]().headline
    assert headline.value == pytest.approx(1 / 1.9, abs=ERRORS * headline.se + 1e-9)
    assert headline.se < 0.01


def test_news_that_may_speak_either_way_raises_nothing() -> None:
    """Fifty indicators as likely to speak for a factor as against it leave its mean where it was."""
    signs = tuple(Indicator(id=f"s{index}", about="f", supports=True, **SAID) for index in range(50))
    event = Event(id="e", title="", drivers=(Driver(name="f", sign=1),))
    said = {"factors.f": BetaStated(a=2, b=2), "events.e": 0.5, "effects.e.f": 4.0}
    said |= {f"evidence.{sign.id}": LognormalStated(mu=0, sigma=0.8) for sign in signs}
    posterior = by_importance(assessed(scenario_of(event, factors=("f",), evidence=signs), said), seed=1)
    factor = posterior.summarize_quantity("factors.f")
    assert posterior.verdict.passed
    assert factor.mean == pytest.approx(0.5, abs=ERRORS * factor.se)
    assert factor.se < 0.01
    assert is_right(posterior.headline, 0.5)


def test_what_one_report_says_of_two_things_counts_in_full() -> None:
    """Of one origin, only what is about the same subject is discounted."""
    items = {
        name: Indicator(id=name, about=about, supports=True, origin="report", **SAID)
        for name, about in (("of_a", "a"), ("of_b", "b"), ("of_b_again", "b"))
    }
    events = Event(id="a", title=""), Event(id="b", title="")
    said = {"events.a": 0.2, "events.b": 0.2, **{f"evidence.{name}": 9.0 for name in items}}
    estimates = by_importance(assessed(scenario_of(*events, evidence=tuple(items.values())), said), seed=1).estimates
    for name in ("a", "b"):
        assert estimates["event", name].value == pytest.approx(9 / 13)

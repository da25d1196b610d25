"""Events by a date before the horizon: against shorter horizons, against dates drawn one by one, and at both ends."""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from estimative.model.inference.by_date import Series
from estimative.model.inference.draws import Draws
from estimative.model.likelihood.dated_network import Dating
from estimative.model.likelihood.layout import Numbers
from estimative.model.likelihood.layout_builder import structure_of
from estimative.model.likelihood.theta import Theta
from estimative.model.spec.dating import dated_by
from estimative.model.spec.events import Driver, Event, event_of
from estimative.model.spec.evidence import Indicator
from estimative.model.spec.scenario import Scenario
from tests.examples import examples, repetitions
from tests.oracle import Oracle
from tests.scenarios import SAID, repeating, scenario_of
from tests.strategies import Valued, scenarios, theta_of, valued, valued_scenarios, values_of


def by(scenario: Scenario, theta: Theta, span: float, *, evidence: bool = True) -> dict[str, Numbers]:
    """P(outcome | its condition by the date) at each draw; nan where that is impossible, and none that is too large."""
    dating = Dating(structure=structure_of(scenario))
    count = theta.degree.shape[-1]
    draws = Draws(method="importance", theta=theta, weights=np.full(count, 1 / count), chains=1, diagnostics={})
    split = {name: dating.patterns(outcome) for name, outcome in scenario.outcomes.items()}
    patterns = {name: cases for name, cases in split.items() if cases is not None}
    found = Series.of(dating, list(patterns.values()), draws, [span], evidence=evidence)
    yes, given_ = found.yes[0], found.given[0]
    with np.errstate(invalid="ignore"):
        return dict(zip(patterns, np.where(given_ > 1e-12, yes / given_, np.nan), strict=True))


def decided_early(scenario: Scenario, name: str) -> bool:
    """Whether no event of an outcome is decided at the horizon only."""
    events = scenario.outcomes[name].events
    return all(dated_by(event, scenario.events, scenario.past) is not None for event in events)


@examples(10)
@given(scene=valued_scenarios(most_events=5, most_states=3))
def test_by_the_horizon_is_by_the_horizon(scene: Valued) -> None:
    """All rates have run for their whole span then, whatever the evidence; events decided there are left out."""
    oracles = scene.oracles
    assume(all(math.isfinite(oracle.log_likelihood) for oracle in oracles))
    found = by(scene.scenario, scene.theta, 1.0)
    for name in scene.scenario.outcomes:
        if name in found and decided_early(scene.scenario, name):
            expected = [oracle.outcome(name) for oracle in oracles]
            assert found[name] == pytest.approx(expected, rel=1e-8, abs=1e-9, nan_ok=True)


def timeless(scenario: Scenario) -> Scenario:
    """Without evidence, and without drivers and exclusions that take time: of these the horizon counts."""
    events = {
        name: replace(
            event,
            drivers=tuple(d for d in event.drivers if event_of(d.name) not in scenario.timed),
            unless=tuple(other for other in event.unless if event_of(other) not in scenario.timed),
        )
        for name, event in scenario.events.items()
    }
    return replace(scenario, events=events, evidence={})


@st.composite
def short_and_long(draw: st.DrawFn) -> tuple[Valued, float]:
    scenario = timeless(draw(scenarios(most_events=5, most_items=0)))
    return draw(values_of(scenario)), draw(st.sampled_from([0.1, 0.5, 0.9]))


@settings(examples(10), suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(pair=short_and_long())
def test_before_the_evidence_a_date_is_as_good_as_a_horizon(pair: tuple[Valued, float]) -> None:
    """The probability by a date is that of a scenario which ends there."""
    scene, share = pair
    scenario = scene.scenario
    assume(any(event.takes_time for event in scenario.events.values()))
    days = round(share * (scenario.until - scenario.as_of).days)
    short = replace(scenario, until=scenario.as_of + datetime.timedelta(days=days))
    found = by(scenario, scene.theta, days / (scenario.until - scenario.as_of).days, evidence=False)
    for name in scenario.outcomes:
        if name in found and decided_early(scenario, name):
            expected = [
                Oracle(scenario=short, values=values, stated_years=scene.stated_years).outcome(name)
                for values in scene.draws
            ]
            assert found[name] == pytest.approx(expected, rel=1e-7, abs=1e-9, nan_ok=True)


def waits() -> Scenario:
    """Rates that wait for others, what happens on their days, what excludes them, and evidence about some."""
    plan = Driver(name="plan", sign=1)
    events = (
        Event(id="attack", title="", given=("landing",), drivers=(Driver(name="blockade", sign=1), plan)),
        Event(id="landing", title="", form="rate", given=("blockade", "plan"), drivers=(plan,)),
        Event(id="blockade", title="", form="rate", unless=("truce",), drivers=(plan,)),
        Event(id="quake", title="", form="rate"),
        Event(id="rescue", title="", given=("quake", "attack")),
        Event(id="vote", title=""),
        Event(id="plan", title="", when="now"),
        Event(id="truce", title="", when="now"),
    )
    evidence = (
        Indicator(id="i1", about="attack", supports=True, **SAID),
        Indicator(id="i2", about="blockade", supports=False, **SAID),
    )
    return scenario_of(*events, evidence=evidence, any=("attack", "rescue", "quake"), none=("vote", "truce"))


def simulated(scenario: Scenario, values: Mapping[str, float], count: int) -> tuple[dict[str, Numbers], Numbers]:
    """The date of each event, infinite where it does not happen, and the weight of the evidence; one draw at a time.

    Occurrences of what repeats are drawn as dates, at most 30 of them.
    """
    rng, years = np.random.default_rng(11), scenario.years
    dates: dict[str, Numbers] = {}
    occurrences: dict[str, Numbers] = {}
    for name in scenario.order:
        event = scenario.events[name]
        happened = {other: np.isfinite(found) for other, found in dates.items()}
        possible = np.ones(count, dtype=bool)
        for other in event.given:
            possible &= happened[other]
        for other in event.unless:
            possible &= ~happened[other]
        moved = np.ones(count)
        for driver in event.drivers:
            lever = values[f"factors.{driver.name}"] - 0.5 if driver.name in scenario.factors else happened[driver.name]
            moved *= values[f"effects.{name}.{driver.name}"] ** (driver.sign * lever)
        latest = np.max([np.zeros(count), *(dates[other] for other in event.given)], axis=0)
        base = values[f"events.{name}"]
        if event.form == "rate":
            waited = [dates[other] for other in event.given if scenario.events[other].form == "rate"]
            start = np.max([np.zeros(count), *waited], axis=0)
            found = np.sort(rng.exponential(1, (30, count)).cumsum(axis=0) / (base * moved), axis=0) + start
            occurrences[name] = np.where(possible & (found < years), found, np.inf)
            dates[name] = occurrences[name][0]
            continue
        chance = base * moved / (base * moved + 1 - base)
        if event.repeats:
            before = next(other for other in event.given if other in occurrences)
            follow = possible & (rng.uniform(size=(30, count)) < chance)
            occurrences[name] = np.sort(np.where(follow, occurrences[before], np.inf), axis=0)
            dates[name] = occurrences[name][0]
            continue
        yes = possible & (rng.uniform(size=count) < chance)
        timed = any(dated_by(other, scenario.events, ()) for other in event.given)
        day = latest if timed else np.zeros(count) if event.when == "now" else np.full(count, years)
        dates[name] = np.where(yes, day, np.inf)
    weight = np.ones(count)
    for item in scenario.evidence.values():
        if isinstance(item, Indicator):
            seen = np.isfinite(dates[item.about]) == item.supports
            weight *= np.where(seen, values[f"evidence.{item.id}"], 1.0)
    return dates, weight


@repetitions(100_000, 400_000)
@pytest.mark.parametrize("span", [0.25, 0.8])
@pytest.mark.parametrize("kind", ["waits", "repeats"])
def test_dates_drawn_one_by_one_agree(kind: str, span: float, repetitions: int) -> None:
    """After evidence about the horizon, too."""
    noise = Indicator(id="noise", about="breach", supports=False, **SAID)
    scenario = waits() if kind == "waits" else replace(repeating(), evidence={"noise": noise})
    values = dict(valued(scenario, seed=4, draws=1).draws[0])
    values.update({"events.incident": 2.0, "events.breach": 0.5, "events.fine": 0.6} if kind == "repeats" else {})
    theta = theta_of([Oracle(scenario=scenario, values=values)])
    dates, weight = simulated(scenario, values, repetitions)
    outcome = scenario.outcomes["o"]
    day = span * scenario.years
    yes = np.ones(repetitions, dtype=bool)
    for name in outcome.all:
        yes &= dates[name] <= day
    if outcome.any:
        yes &= np.any([dates[name] <= day for name in outcome.any], axis=0)
    for name in outcome.none:
        yes &= ~(dates[name] <= day)
    share = float(weight @ yes / weight.sum())
    error = float(np.sqrt(np.square(weight * (yes - share)).sum()) / weight.sum())
    assert by(scenario, theta, span)["o"][0] == pytest.approx(share, abs=4.5 * error)
    assert share > 10 * error, "the test can tell"


def test_before_anything_could_happen_only_what_is_settled_has() -> None:
    """At the start every rate has run for no time, and what is decided at the horizon is not."""
    scenario = replace(waits(), evidence={})
    names = ("attack", "landing", "vote", "plan")
    outcomes = {name: replace(scenario.outcomes["o"], id=name, all=(name,), any=(), none=()) for name in names}
    scenario = replace(scenario, outcomes=outcomes, headline="plan")
    scene = valued(scenario, seed=4, draws=1)
    theta = theta_of([Oracle(scenario=scenario, values=scene.draws[0])])
    found = {name: float(chance[0]) for name, chance in by(scenario, theta, 0.0).items()}
    assert found == {"attack": 0, "landing": 0, "vote": 0, "plan": pytest.approx(scene.draws[0]["events.plan"])}

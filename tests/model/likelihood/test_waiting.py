"""Rates that run from when a condition is met, and evidence about an event under its condition."""

from __future__ import annotations

import datetime
import math

import numpy as np
import pytest
from msgspec.structs import replace

from estimative.model.likelihood.bayes_net import EVERYTHING, Query
from estimative.model.likelihood.layout_builder import structure_of
from estimative.model.likelihood.queries import Target, evaluate_queries
from estimative.model.likelihood.theta import Theta
from estimative.model.spec.events import Clock, Event
from estimative.model.spec.evidence import Evidence, Indicator, Observation, Testimony
from estimative.model.spec.quantities import Quantities
from estimative.model.spec.scenario import Scenario
from estimative.priors.errors import InvalidInput
from tests.oracle import Oracle
from tests.scenarios import SAID, scenario_of
from tests.strategies import theta_of

YEARS = (datetime.date(2029, 1, 1) - datetime.date(2026, 1, 1)).days / 365.25


def rate(name: str, *given: str, clock: Clock | None = None) -> Event:
    return Event(id=name, title="", form="rate", given=given, clock=clock)


def theta_at(scenario: Scenario, **values: float) -> Theta:
    """Rates, chances and ratios by the last part of their names."""
    names = {name: values[name.rpartition(".")[2]] for name in Quantities(scenario).all}
    return theta_of([Oracle(scenario=scenario, values=names)])


def chance(scenario: Scenario, event: str, *given: str, **values: float) -> float:
    """P(event | given events, evidence)."""
    condition = Query.where(all=given) if given else EVERYTHING
    target = Target(kind="event", id=event, yes=Query.where(all=(event, *given)), given=condition)
    found = evaluate_queries(structure_of(scenario), theta_at(scenario, **values), (target,))
    return float(found.yes[0, 0] / found.given[0, 0])


def simulated(scenario: Scenario, event: str, rates: dict[str, float], count: int = 400_000) -> tuple[float, float]:
    """P(event | all it is given) from dates drawn one by one, and the error of that."""
    rng, dates = np.random.default_rng(7), {}
    for name in scenario.order:
        start = np.max([np.zeros(count), *(dates[other] for other in scenario.events[name].given)], axis=0)
        takes = scenario.events[name].form == "rate"
        dates[name] = start + (rng.exponential(1 / rates[name], count) if takes else 0)
    condition = np.all([dates[other] < scenario.years for other in scenario.events[event].given], axis=0)
    share = float(np.mean(dates[event][condition] < scenario.years))
    return share, math.sqrt(share * (1 - share) / condition.sum())


def test_a_rate_runs_from_when_its_condition_is_met() -> None:
    """After a rare cause, which may come on any day, half of the time is left on average: 34%, not 59%."""
    scenario = scenario_of(rate("b", "a"), rate("a"))
    hazard = 0.3 * YEARS
    found = chance(scenario, "b", "a", a=1e-9, b=0.3)
    assert found == pytest.approx(1 - (1 - math.exp(-hazard)) / hazard, rel=1e-8)
    assert found == pytest.approx(0.34, abs=0.005)
    from_start = scenario_of(rate("b", "a", clock="start"), rate("a"))
    assert chance(from_start, "b", "a", a=1e-9, b=0.3) == pytest.approx(-math.expm1(-hazard), rel=1e-12)


@pytest.mark.parametrize("other", [0.3, 0.3 + 1e-12, 0.3 + 1e-7, 0.31, 3.0, 50.0])
def test_rates_that_are_nearly_equal_need_no_care(other: float) -> None:
    """The chance of both is the closed form of two waits, also in the limit of equal rates."""
    scenario = scenario_of(rate("b", "a"), rate("a"))
    found = chance(scenario, "b", a=0.3, b=other)
    x, gap = 0.3 * YEARS, (other - 0.3) * YEARS
    # The second has not come: x exp(-x) (1 - exp(-gap)) / gap.
    between = x * math.exp(-x) * (-math.expm1(-gap) / gap if gap else 1.0)
    assert found == pytest.approx(1 - math.exp(-x) - between, rel=1e-9)


@pytest.mark.parametrize("event", ["b", "c", "d", "last"])
def test_chains_and_several_conditions_agree_with_simulated_dates(event: str) -> None:
    """The dates of a chain add up, and of several conditions the latest counts; what takes no time adds none."""
    step = Event(id="step", title="", given=("b",))
    scenario = scenario_of(
        rate("last", "c", "d"), rate("c", "step", "a"), step, rate("b", "a"), rate("a"), rate("d")
    )  # fmt: skip
    rates = {"a": 0.5, "b": 0.9, "c": 0.5, "d": 0.4, "last": 1.1, "step": 0.25}
    share, error = simulated(scenario, event, rates)
    found = chance(scenario, event, *scenario.events[event].given, **rates)
    assert abs(found - share) < 4 * error


def test_nothing_waits_for_what_has_happened() -> None:
    """A condition that was observed was met before the scenario's day, so that the whole horizon is left."""
    seen = Observation(id="o", about="a", happened=True, **SAID)
    scenario = scenario_of(rate("b", "a"), rate("a"), evidence=(seen,))
    assert chance(scenario, "b", a=0.1, b=0.3) == pytest.approx(-math.expm1(-0.3 * YEARS), rel=1e-12)


ERRORS = {
    "of odds": ((Event(id="a", title="", clock="start"),), "events.a.clock"),
    "without a condition": ((rate("a", clock="condition"),), "events.a.clock"),
    "under what takes no time": ((rate("a", "b", clock="condition"), Event(id="b", title="")), "events.a.clock"),
    "side by side": ((rate("a"), rate("b", "a"), rate("c", "a")), "events.c.given"),
    "too many": (tuple(rate(f"e{i}", *([f"e{i - 1}"] if i else [])) for i in range(6)), "events.e5.given"),
}


@pytest.mark.parametrize("name", ERRORS)
def test_clocks_that_are_not_computed_are_errors(name: str) -> None:
    """A clock without a condition, events that wait side by side, and long chains are refused, each once."""
    events, key = ERRORS[name]
    with pytest.raises(InvalidInput) as caught:
        scenario_of(*events)
    assert [issue.place.key for issue in caught.value.issues] == [key]
    side_by_side = (rate("a"), rate("b", "a"), rate("c", "a", clock="start"))
    assert scenario_of(*side_by_side).order


SEEN = Indicator(id="i", about="b", supports=True, **SAID)
SAYS = Testimony(id="i", about="b", claims=True, motive="vanity", **SAID)


@pytest.mark.parametrize("item", [SEEN, SAYS])
def test_an_item_with_given_says_nothing_about_the_condition(item: Indicator | Testimony) -> None:
    """Where the condition is not met the item counts nothing; where it is met it multiplies the odds by its ratio."""
    values = {"a": 0.4, "b": 0.2, "u": 0.1, "i": 9.0, "vanity": 0.0}
    odds = {given: joint_odds(replace(item, given=given), values) for given in (True, False)}
    root = math.sqrt(9.0)
    possible, b = 0.4 * 0.9, 0.2
    met = possible * (b * root + (1 - b) / root)
    assert odds[True] == pytest.approx((met / (1 - possible), b * root / ((1 - b) / root)), rel=1e-12)
    met_plain = met / ((1 - possible) / root)
    assert odds[False] == pytest.approx((met_plain, b * root / ((1 - b) / root)), rel=1e-12)


def joint_odds(item: Evidence, values: dict[str, float]) -> tuple[float, float]:
    """The odds of the condition, and of the event where its condition is met."""
    b = Event(id="b", title="", given=("a",), unless=("u",))
    scenario = scenario_of(b, *(Event(id=n, title="") for n in "au"), factors=("vanity",), evidence=(item,))
    condition = Query.where(all=["a"], none=["u"])
    both = condition.and_(Query.where(all=["b"]))
    targets = (
        Target(kind="event", id="a", yes=condition, given=EVERYTHING),
        Target(kind="event", id="b", yes=both, given=condition),
    )
    found = evaluate_queries(structure_of(scenario), theta_at(scenario, **values), targets)
    met, happens = (found.yes / found.given)[:, 0]
    return float(met / (1 - met)), float(happens / (1 - happens))


@pytest.mark.parametrize("about", ["a", "x"])
def test_an_item_cannot_be_restricted_to_a_condition_that_is_not_there(about: str) -> None:
    """An item with `given` about a factor, or an event without given, is an error."""
    item = Indicator(id="i", about=about, supports=True, given=True, **SAID)
    with pytest.raises(InvalidInput) as caught:
        scenario_of(Event(id="a", title=""), factors=("x",), evidence=(item,))
    assert [issue.place.key for issue in caught.value.issues] == ["evidence.i.given"]

"""Events that repeat: against dates drawn one by one, at extremes, and the mistakes one can make."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

from estimative.model.likelihood.backend import NUMPY
from estimative.model.likelihood.repeating import Repeating, repeated_chances
from estimative.model.spec.events import Event
from estimative.model.spec.scenario import Scenario
from estimative.priors.errors import InvalidInput
from tests.oracle import Oracle
from tests.scenarios import repeating, scenario_of

ONE_ROW = Repeating(
    events=("incident", "breach"),
    driving=(),
    rate=np.array([0]),
    happens=np.array([[1]]),
    fails=np.array([0]),
    observed=False,
)


def test_each_occurrence_may_lead_to_the_event() -> None:
    """Three incidents a year, each leading to a breach with 10%: 45% in two years, by simulated incidents too."""
    years = 2.0
    hazard, local = np.array([[3 * years]]), np.array([[0.9], [0.1]])
    yes, no = repeated_chances(NUMPY, ONE_ROW, hazard, local)
    some = -np.expm1(-3 * years)
    assert yes[0, 0] * some == pytest.approx(-np.expm1(-0.6), rel=1e-14)
    assert yes[0, 0] + no[0, 0] == pytest.approx(1, rel=1e-14)
    rng = np.random.default_rng(3)
    incidents = rng.poisson(3 * years, 400_000)
    breaches = rng.binomial(incidents, 0.1)
    simulated = breaches[incidents > 0] > 0
    assert yes[0, 0] == pytest.approx(simulated.mean(), abs=5 * simulated.std() / simulated.size**0.5)
    after, _ = repeated_chances(NUMPY, replace(ONE_ROW, observed=True), hazard, local)
    assert after[0, 0] == pytest.approx((breaches > 0).mean(), abs=0.004), "incidents may not come again"


@pytest.mark.parametrize("chance", [0.0, 1e-300, 1e-9, 0.3, 1 - 1e-9, 1.0])
@pytest.mark.parametrize("expected", [0.0, 1e-300, 1e-9, 1.0, 700.0, 1e6])
def test_extremes_keep_their_digits(expected: float, chance: float) -> None:
    """A rare rate event is followed with the chance of one occurrence, and a certain follower always follows."""
    yes, no = repeated_chances(NUMPY, ONE_ROW, np.array([[expected]]), np.array([[1 - chance], [chance]]))
    assert yes[0, 0] + no[0, 0] == pytest.approx(1, rel=1e-9)
    if expected <= 1e-9:
        assert yes[0, 0] == pytest.approx(chance, rel=1e-8)
    if chance in (0.0, 1.0):
        assert (yes[0, 0], no[0, 0]) == (chance, 1 - chance)


def test_what_repeats_with_what_repeats() -> None:
    """Fines follow breaches, which follow incidents: all dates drawn one by one."""
    scenario = repeating()
    values = {
        "factors.haste": 0.5, "events.incident": 1.2, "events.breach": 0.3, "events.fine": 0.4, "events.drill": 1e-12,
        "effects.incident.haste": 1.0, "effects.incident.drill": 2.0, "effects.breach.haste": 1.0,
        "effects.fine.drill": 2.0, "evidence.told": 1.0,
    }  # fmt: skip
    rng = np.random.default_rng(5)
    incidents = rng.poisson(1.2 * scenario.years, 400_000)
    breaches = rng.binomial(incidents, 0.3)
    fines = rng.binomial(breaches, 0.4)
    oracle = Oracle(scenario=scenario, values=values)
    for name, counts in (("incident", incidents), ("breach", breaches), ("fine", fines)):
        assert oracle.event(name, evidence=False) == pytest.approx((counts > 0).mean(), abs=0.004)


def incidents(*events: Event) -> Scenario:
    names = tuple(name for event in events for name in event.literals)
    return scenario_of(*events, Event(id="incident", title="", form="rate"), any=names)


BREACH = Event(id="breach", title="", given=("incident",), repeats=True)


@pytest.mark.parametrize(
    ("events", "key", "code"),
    [
        ([replace(BREACH, given=())], "breach.repeats", "contradiction"),
        ([replace(BREACH, form="rate", clock="start")], "breach.repeats", "wrong-form"),
        ([replace(BREACH, states=("small", "large"))], "breach.repeats", "wrong-form"),
        ([BREACH, replace(BREACH, id="injury")], "injury.repeats", "side-by-side"),
        ([replace(BREACH, given=("incident", "theft")), Event(id="theft", title="", form="rate")],
         "breach.repeats", "contradiction"),
        ([replace(BREACH, given=("theft",)), Event(id="theft", title="", form="rate", given=("incident",))],
         "breach.repeats", "contradiction"),
        ([BREACH, Event(id="theft", title="", form="rate", given=("incident",))], "breach.repeats", "side-by-side"),
        ([BREACH, Event(id="fine", title="", form="rate", given=("breach",))], "fine.clock", "contradiction"),
    ],
)  # fmt: skip
def test_errors_of_events_that_repeat(events: list[Event], key: str, code: str) -> None:
    """Each has one error that says what is wrong."""
    with pytest.raises(InvalidInput) as caught:
        incidents(*events)
    assert [(issue.place.key, issue.code) for issue in caught.value.issues] == [(f"events.{key}", code)]

"""Scenarios made in code, as small as a test needs them."""

from __future__ import annotations

import datetime
from typing import Any

from estimative.model.spec.events import Driver, Event, Factor, Outcome
from estimative.model.spec.evidence import Cases, Evidence, Forecast, Observation, Trials
from estimative.model.spec.scenario import Scenario

SAID: dict[str, Any] = {"title": "", "source": ""}
"""What an item of evidence has to say besides."""


def scenario_of(
    *events: Event, factors: tuple[str, ...] = (), evidence: tuple[Evidence, ...] = (), **outcome: tuple[str, ...]
) -> Scenario:
    """Events with factors and evidence; the headline is that the first event happens, unless something else is said."""
    return Scenario(
        id="s",
        title="",
        question="",
        as_of=datetime.date(2026, 1, 1),
        until=datetime.date(2029, 1, 1),
        headline="o",
        factors={name: Factor(id=name, title="", low="", high="") for name in factors},
        events={event.id: event for event in events},
        outcomes={"o": Outcome(id="o", title="", **(outcome or {"all": (events[0].id,)}))},
        evidence={item.id: item for item in evidence},
    )


def repeating(*observed: str) -> Scenario:
    """Breaches that may follow each incident, fines that may follow each breach, all driven by an event; a forecast."""
    drivers = (Driver(name="haste", sign=1), Driver(name="drill", sign=-1))
    events = (
        Event(id="fine", title="", given=("breach",), repeats=True, drivers=drivers[1:]),
        Event(id="breach", title="", given=("incident",), unless=("drill",), repeats=True, drivers=drivers[:1]),
        Event(id="incident", title="", form="rate", drivers=drivers),
        Event(id="drill", title="", when="now"),
    )
    seen = [Observation(id=f"seen_{name}", about=name, happened=True, **SAID) for name in observed]
    said = Forecast(id="told", about="incident", probability=0.6, until=datetime.date(2030, 1, 1), **SAID)
    listed = Cases(id="past", about="breach", trials=(Trials(at={"haste": 1.0}, successes=1.0, of=9.0),), **SAID)
    return scenario_of(*events, factors=("haste",), evidence=(said, listed, *seen))

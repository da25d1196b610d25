"""Scenarios made in code, as small as a test needs them."""

from __future__ import annotations

import datetime
from typing import Any

from estimative.model.spec.events import Event, Factor, Outcome
from estimative.model.spec.evidence import Evidence
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

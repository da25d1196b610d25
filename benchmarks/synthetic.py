"""Synthetic scenarios of any size, with priors, to measure how the cost of a fit grows."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from estimative.model.assessment import Assessment, assess
from estimative.model.spec.events import Driver, Event, Factor, Outcome, Source
from estimative.model.spec.evidence import Indicator
from estimative.model.spec.quantities import Quantities, QuantityName
from estimative.model.spec.scenario import Scenario
from estimative.priors.frozen import FrozenDict
from estimative.priors.prior_set import PriorSet
from estimative.priors.statements import Quantiles, Stated, Statement

AS_OF = datetime.date(2026, 1, 1)
UNTIL = datetime.date(2029, 12, 31)
SOURCE = Source(id="source", title="Made for measuring")
FACTORS = 4

STATEMENTS: Mapping[str, Statement] = {
    "factors": Quantiles(points=((0.05, 0.15), (0.5, 0.5), (0.95, 0.85))),
    "events": Quantiles(points=((0.05, 0.1), (0.5, 0.3), (0.95, 0.6))),
    "effects": Quantiles(points=((0.05, 1.2), (0.95, 5.0))),
    "evidence": Quantiles(points=((0.05, 1.2), (0.95, 2.0))),
}
"""By the section of a quantity's name."""


def chain(events: int) -> Assessment:
    """Chain odds events, each driven by the one before and by a factor, with an indicator about every third."""
    factor = _factor("pressure")
    names = [f"event_{index}" for index in range(events)]
    linked = [
        Event(id=name, title=name, drivers=tuple(_raising(driver) for driver in (factor.id, *before)))
        for name, before in zip(names, [(), *((name,) for name in names)], strict=False)
    ]
    indicators = [_indicator(f"sign_of_{name}", about=name, supports=True) for name in names[::3]]
    return _assessment([factor], linked, indicators)


def pile(items: int) -> Assessment:
    """Build one event driven by four factors, with indicators about each in turn: two for high to one for low."""
    factors = [_factor(f"factor_{index}") for index in range(FACTORS)]
    event = Event(id="event", title="event", drivers=tuple(_raising(factor.id) for factor in factors))
    indicators = [
        _indicator(f"sign_{index}", about=factors[index % FACTORS].id, supports=index // FACTORS % 3 != 2)
        for index in range(items)
    ]
    return _assessment(factors, [event], indicators)


def _factor(name: str) -> Factor:
    return Factor(id=name, title=name, low="none", high="all")


def _raising(name: str) -> Driver:
    return Driver(name=name, sign=1)


def _indicator(name: str, *, about: str, supports: bool) -> Indicator:
    return Indicator(id=name, about=about, title=name, source=SOURCE.id, supports=supports)


def _assessment(factors: list[Factor], events: list[Event], evidence: list[Indicator]) -> Assessment:
    """Assess a scenario whose headline is the last event."""
    scenario = Scenario(
        id="synthetic",
        title="Made for measuring",
        question="How long does it take?",
        as_of=AS_OF,
        until=UNTIL,
        headline="last",
        sources={SOURCE.id: SOURCE},
        factors={factor.id: factor for factor in factors},
        events={event.id: event for event in events},
        outcomes={"last": Outcome(id="last", title="The last event", all=(events[-1].id,))},
        evidence={item.id: item for item in evidence},
    )
    return assess(scenario, _priors(scenario))


def _priors(scenario: Scenario) -> PriorSet:
    statements = {
        name: Stated(statement=STATEMENTS[QuantityName.parse(name).section]) for name in Quantities(scenario).all
    }
    return PriorSet(
        name="synthetic",
        analyst="nobody",
        scenario=scenario.id,
        scenario_digest=None,
        date=None,
        rationale="",
        lineage=(),
        statements=FrozenDict(statements),
        relevance=FrozenDict({}),
        independence=FrozenDict({}),
        confidence=None,
        places=FrozenDict({}),
        file="(made in code)",
    )

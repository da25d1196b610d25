"""Synthetic scenarios of any size, with priors, to measure how the cost of a fit grows."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path

from msgspec.structs import replace

from estimative.model.assessment import Assessment, assess
from estimative.model.spec.events import Driver, Event, Factor, Outcome, Source
from estimative.model.spec.evidence import Cases, Indicator
from estimative.model.spec.quantities import Quantities, QuantityName
from estimative.model.spec.scenario import Scenario
from estimative.model.spec.scenario_file import read_scenario
from estimative.priors.frozen import FrozenDict
from estimative.priors.prior_set import PriorSet
from estimative.priors.statements import Quantiles, Stated, Statement

AS_OF = datetime.date(2026, 1, 1)
UNTIL = datetime.date(2029, 12, 31)
SOURCE = Source(id="source", title="Made for measuring")
FACTORS = 4
CASE_RELEVANCE = 0.01
"""So that fifty thousand cases do not settle everything."""

STATEMENTS: Mapping[str, Statement] = {
    "factors": Quantiles(points=((0.05, 0.15), (0.5, 0.5), (0.95, 0.85))),
    "events": Quantiles(points=((0.05, 0.1), (0.5, 0.3), (0.95, 0.6))),
    "effects": Quantiles(points=((0.05, 1.2), (0.95, 5.0))),
    "evidence": Quantiles(points=((0.05, 1.2), (0.95, 2.0))),
}
"""By the section of a quantity's name."""

CASE_SCENARIO = """
[scenario]
id = "synthetic"
title = "Made for measuring"
question = "How long does it take?"
as_of = 2026-01-01
until = 2029-12-31
headline = "last"

[[scenario.sources]]
id = "source"
title = "Made for measuring"

[factors]
{factors}

[events.event]
title = "event"
drivers = {{ {drivers} }}

[outcomes.last]
title = "The last event"
all = ["event"]

[evidence.cases]
kind = "cases"
about = "event"
title = "cases"
source = "source"
file = "cases.csv"
outcome = "outcome"
counts = {{ yes = 1, no = 0 }}

[evidence.cases.at]
{columns}
"""


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


def many_factors(count: int) -> Assessment:
    """Chain events, each driven by ten factors of its own, with an indicator about every factor."""
    factors = [_factor(f"factor_{index}") for index in range(count)]
    events: list[Event] = []
    for index in range(0, count, 10):
        drivers = [event.id for event in events[-1:]] + [factor.id for factor in factors[index : index + 10]]
        name = f"event_{index // 10}"
        events.append(Event(id=name, title=name, drivers=tuple(map(_raising, drivers))))
    indicators = [_indicator(f"sign_of_{factor.id}", about=factor.id, supports=True) for factor in factors]
    return _assessment(factors, events, indicators)


def dense(events: int, parents: int = 12) -> Assessment:
    """Make events that each depend on the dozen before, with an indicator about every third."""
    factor, names = _factor("pressure"), [f"event_{index}" for index in range(events)]
    linked = [
        Event(id=name, title=name, drivers=tuple(map(_raising, names[max(0, index - parents) : index] or [factor.id])))
        for index, name in enumerate(names)
    ]
    indicators = [_indicator(f"sign_of_{name}", about=name, supports=True) for name in names[::3]]
    return _assessment([factor], linked, indicators)


def analysts(count: int) -> list[Assessment]:
    """Give a chain of five events to so many analysts, who differ on the factor."""
    first = chain(5)
    return [
        assess(
            first.scenario, _with_pressure(first.prior_set, index, 0.2 + 0.4 * index / count), structure=first.structure
        )
        for index in range(count)
    ]


def _with_pressure(prior_set: PriorSet, index: int, median: float) -> PriorSet:
    points = ((0.05, median / 2), (0.5, median), (0.95, (1 + median) / 2))
    statements = {**prior_set.statements, "factors.pressure": Stated(statement=Quantiles(points=points))}
    return replace(prior_set, name=f"analyst_{index}", statements=FrozenDict(statements))


def case_files(folder: Path, rows: int, *, levels: int) -> tuple[Path, PriorSet]:
    """Write a scenario whose event has a file of cases, and return it with its priors.

    Parameters
    ----------
    levels
        Of each of four factors. With two there are sixteen patterns of them; with 16 no two of 65,536 rows are alike.
    """
    factors = [f"factor_{index}" for index in range(FACTORS)]
    lines = [",".join((*factors, "outcome"))]
    for row in range(rows):
        cells = [str(row // levels**index % levels) for index in range(FACTORS)]
        lines.append(",".join((*cells, "yes" if row * 7919 % 10 < 3 else "no")))
    (folder / "cases.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    path = folder / "cases.toml"
    path.write_text(_case_scenario(factors, levels), encoding="utf-8")
    return path, _priors(read_scenario(path))


def _case_scenario(factors: list[str], levels: int) -> str:
    values = ", ".join(f'"{level}" = {level / (levels - 1)}' for level in range(levels))
    columns = "\n".join(f'{name} = {{ column = "{name}", values = {{ {values} }} }}' for name in factors)
    return CASE_SCENARIO.format(
        factors="\n".join(f'{name} = {{ title = "{name}", low = "none", high = "all" }}' for name in factors),
        drivers=", ".join(f'{name} = "raises"' for name in factors),
        columns=columns,
    )


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
    cases = [item.id for item in scenario.evidence.values() if isinstance(item, Cases)]
    return PriorSet(
        name="synthetic",
        analyst="nobody",
        scenario=scenario.id,
        scenario_digest=None,
        date=None,
        rationale="",
        lineage=(),
        statements=FrozenDict(statements),
        relevance=FrozenDict(dict.fromkeys(cases, CASE_RELEVANCE)),
        independence=FrozenDict({}),
        confidence=None,
        places=FrozenDict({}),
        file="(made in code)",
    )

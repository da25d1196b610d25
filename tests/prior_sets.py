"""Prior sets and assessments made in code."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from estimative.model.assessment import Assessment, assess
from estimative.model.spec.quantities import Quantities
from estimative.model.spec.scenario import Scenario
from estimative.priors.frozen import FrozenDict
from estimative.priors.prior_set import PriorSet
from estimative.priors.quantile_fit import Support
from estimative.priors.statements import Constant, Stated, Statement


def prior_set_for(
    scenario: Scenario,
    statements: Mapping[str, Statement | float],
    *,
    relevance: Mapping[str, float] | None = None,
    independence: Mapping[str, float] | None = None,
    name: str = "made",
    date: datetime.date | None = None,
) -> PriorSet:
    """What is said of each quantity; a bare number holds it fixed."""
    return PriorSet(
        name=name,
        analyst="Nobody",
        scenario=scenario.id,
        scenario_digest=None,
        date=date,
        rationale="",
        lineage=(),
        statements=FrozenDict({name: _stated(statement) for name, statement in statements.items()}),
        relevance=FrozenDict(relevance or {}),
        independence=FrozenDict(independence or {}),
        confidence=None,
        places=FrozenDict({}),
        file="(made)",
    )


def assessed(
    scenario: Scenario,
    statements: Mapping[str, Statement | float],
    *,
    relevance: Mapping[str, float] | None = None,
    independence: Mapping[str, float] | None = None,
    name: str = "made",
) -> Assessment:
    """A scenario with what is said of each of its quantities."""
    said = prior_set_for(scenario, statements, relevance=relevance, independence=independence, name=name)
    return assess(scenario, said)


def all_at(scenario: Scenario, value: float) -> dict[str, float]:
    """Degrees and probabilities at a value, and every ratio at its inverse."""
    quantities = Quantities(scenario).all.values()
    return {q.name: 1 / value if q.support is Support.RATIO else value for q in quantities}


def _stated(statement: Statement | float) -> Stated:
    return Stated(statement=Constant(value=float(statement)) if isinstance(statement, int | float) else statement)

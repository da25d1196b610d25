"""What the author of a scenario suggests about its evidence, for analysts who have not stated it themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from estimative.model.spec.quantities import WEIGHTS, Quantities, QuantityName
from estimative.model.spec.scenario import Scenario
from estimative.priors.errors import InvalidInput, Issue, Place
from estimative.priors.frozen import FrozenDict
from estimative.priors.prior_set import SCENARIO, PriorSet
from estimative.priors.quantile_fit import fit
from estimative.priors.statements import Constant, Stated


def suggestions(scenario: Scenario) -> Mapping[str, Stated]:
    """Return what the scenario suggests, by quantity or weight of evidence."""
    items = (*scenario.evidence.values(), *scenario.indicators.values())
    return {name: replace(stated, taken_from=SCENARIO) for item in items for name, stated in item.suggests.items()}


def completed(prior_set: PriorSet, scenario: Scenario) -> PriorSet:
    """Return a prior set with what the scenario suggests where it is silent."""
    suggested = {
        name: stated
        for name, stated in suggestions(scenario).items()
        if name not in prior_set.statements and name.removeprefix("relevance.") not in prior_set.relevance
    }
    weights = {name: stated for name, stated in suggested.items() if QuantityName.parse(name).section in WEIGHTS}
    statements = {name: stated for name, stated in suggested.items() if name not in weights}
    numbers = {
        QuantityName.parse(name).subject: stated.statement.value
        for name, stated in weights.items()
        if isinstance(stated.statement, Constant)
    }
    places = {name: stated.place for name, stated in suggested.items() if stated.place}
    return replace(
        prior_set,
        statements=FrozenDict({**prior_set.statements, **statements}),
        shares=FrozenDict({**prior_set.shares, **weights}),
        relevance=FrozenDict({**prior_set.relevance, **numbers}),
        places=FrozenDict({**prior_set.places, **places}),
    )


def suggestion_errors(scenario: Scenario) -> Iterator[Issue]:
    """Yield the errors of suggestions that do not suit their quantity."""
    quantities = Quantities(scenario)
    wanted = {**quantities.all, **quantities.indicator_quantities}
    for name, stated in suggestions(scenario).items():
        if name in wanted:
            try:
                fit(stated, wanted[name].support)
            except InvalidInput as error:
                place = stated.place or Place(key=name)
                yield from (issue.moved(place) for issue in error.issues)

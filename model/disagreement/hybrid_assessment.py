"""Assessments between an earlier one and a later one: what changed is as it was, or as it is now, thing by thing.

The things are the structure of the scenario as a whole (its dates, factors, events and outcomes), each item of evidence
that is new, gone or another, and each quantity or weight of which something else is stated. A quantity that only one of
the two asks for goes with whatever needs it; so does an item with a structure, if it fits no other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain, combinations, product

from estimative.model.assessment import Assessment
from estimative.model.disagreement.assessment_diff import Altered, alterations
from estimative.model.disagreement.attribution import blocked
from estimative.model.disagreement.shapley import Coalition
from estimative.model.likelihood.layout import Structure, structure_of
from estimative.model.spec.evidence import Evidence, Observation
from estimative.model.spec.quantities import QuantityName
from estimative.model.spec.scenario import Scenario
from estimative.priors.errors import InvalidInput
from estimative.priors.frozen import FrozenDict
from estimative.priors.quantile_fit import Prior

SCENARIO = "scenario"
"""The structure, and the block that it makes up alone."""
ITEMS = "items"
"""The block of the evidence; its items are "items.x"."""
OF_ITEMS = frozenset({"evidence", "motives"})
"""Sections of quantities that items of evidence ask for."""


@dataclass(frozen=True, kw_only=True)
class HybridAssessment:
    """Two assessments of scenarios that lead with the same question."""

    first: Assessment
    second: Assessment

    @cached_property
    def blocks(self) -> Mapping[str, Sequence[str]]:
        """What changed, by block: all that a mixture can take from the second assessment."""
        structural = [SCENARIO] if self._structural or self.travelling else []
        items = [f"{ITEMS}.{name}" for name in self.moved if name not in self.travelling]
        return {SCENARIO: structural, ITEMS: items, **blocked([*self._requantified(), *self._reweighed()])}

    @cached_property
    def moved(self) -> tuple[str, ...]:
        """The items of evidence that are new, gone, or another in what the equations read."""
        return tuple(dict.fromkeys(one.id for one in self._read if one.section == "evidence"))

    @cached_property
    def travelling(self) -> frozenset[str]:
        """Those of them that change with the structure: they do not fit the other one, or not each other halfway."""
        observed = [name for name in self.moved if any(isinstance(item, Observation) for item in self._versions(name))]
        together = [*((name,) for name in self.moved), *combinations(observed, 2)]
        return frozenset(chain.from_iterable(names for names in together if not self._exchangeable(names)))

    def mixture(self, coalition: Coalition) -> Assessment:
        """The first assessment, but for what a coalition takes from the second."""
        structure = self._structure(coalition)
        priors = {name: self._prior(name, coalition) for name in structure.quantities.all}
        unweighed = replace(self.first.prior_set, relevance=FrozenDict({}), independence=FrozenDict({}))
        found = Assessment(
            structure=structure,
            prior_set=unweighed,
            priors=FrozenDict(priors),
            indicator_priors=FrozenDict({}),
        )
        for name in found.weights:
            found = found.with_fixed(name, self._weight(name, coalition))
        return found

    @cached_property
    def _read(self) -> tuple[Altered, ...]:
        return tuple(one for one in alterations(self.first.scenario, self.second.scenario) if one.read)

    @property
    def _structural(self) -> bool:
        return any(one.section != "evidence" for one in self._read)

    def _side(self, later: bool) -> Assessment:
        return self.second if later else self.first

    def _versions(self, item: str) -> Iterator[Evidence]:
        """An item as it was and as it is, where it was and is."""
        found = (side.scenario.evidence.get(item) for side in (self.first, self.second))
        return (version for version in found if version)

    def _exchangeable(self, items: Collection[str]) -> bool:
        """Whether some items can be as they were or as they are, each by itself, in either structure."""
        states = product((False, True), repeat=len(items))
        return all(
            self._possible(later, dict(zip(items, state, strict=True)))
            for later, state in product((False, True), states)
        )

    def _possible(self, later: bool, items: Mapping[str, bool]) -> bool:
        try:
            self._scenario(later, items)
        except InvalidInput:
            return False
        return True

    def _scenario(self, later: bool, items: Mapping[str, bool]) -> Scenario:
        """The structure of one of the two, with the evidence that did not move, and with some that did.

        Parameters
        ----------
        items
            Whether an item that moved is as it is now; those that are not named are left out.
        """
        one, other = self.first.scenario, self.second.scenario
        names = dict.fromkeys((*one.evidence, *other.evidence))
        stands = {name: items.get(name, True) for name in names if name in items or name not in self.moved}
        evidence = {name: self._side(now).scenario.evidence.get(name) for name, now in stands.items()}
        return replace(
            self._side(later).scenario,
            evidence={name: item for name, item in evidence.items() if item},
            sources={**one.sources, **other.sources},
            indicators={},
        )

    def _structure(self, coalition: Coalition) -> Structure:
        """Of the scenario that a coalition makes, whatever it has in priors."""
        makers = frozenset({SCENARIO, *(self._bringing(item) for item in self.moved)})
        key = coalition & makers
        if key not in self._structures:
            items = {item: self._bringing(item) in key for item in self.moved}
            self._structures[key] = structure_of(self._scenario(SCENARIO in key, items))
        return self._structures[key]

    @cached_property
    def _structures(self) -> dict[Coalition, Structure]:
        return {}

    def _bringing(self, item: str) -> str:
        """What an item that moved changes with."""
        return SCENARIO if item in self.travelling else f"{ITEMS}.{item}"

    def _prior(self, name: str, coalition: Coalition) -> Prior:
        """Of a quantity that both ask for, that of its own side; of another, that of whatever asks for it."""
        if name in self._common:
            return self._side(name in coalition).priors[name]
        parsed = QuantityName.parse(name)
        asking = self._bringing(parsed.subject) if parsed.section in OF_ITEMS else SCENARIO
        return self._side(asking in coalition).priors[name]

    @cached_property
    def _common(self) -> frozenset[str]:
        """Quantities that both ask for in the same sense."""
        one, other = (side.structure.quantities.all for side in (self.first, self.second))
        return frozenset(
            name
            for name in one.keys() & other.keys()
            if (one[name].support, one[name].unit) == (other[name].support, other[name].unit)
        )

    def _requantified(self) -> Iterator[str]:
        """Quantities that both ask for, with another prior."""
        for name, prior in self.first.priors.items():
            if name in self._common and prior.family != self.second.priors[name].family:
                yield name

    def _reweighed(self) -> Iterator[str]:
        """Weights that both could state, with another number."""
        for name in self.first.weights:
            if name in self.second.weights and _weight(self.first, name) != _weight(self.second, name):
                yield name

    def _weight(self, name: str, coalition: Coalition) -> float:
        """Of a weight that both could state, that of its own side; of another, that of whoever could, or else 0."""
        stating = [side for side in (self.first, self.second) if name in side.weights]
        if len(stating) == 2:
            return _weight(self._side(name in coalition), name)
        return _weight(stating[0], name) if stating else 0.0


def _weight(assessment: Assessment, name: str) -> float:
    """A weight of evidence; an independence that is not stated is 0."""
    parsed, own = QuantityName.parse(name), assessment.prior_set
    if parsed.section == "relevance":
        return own.relevance[parsed.subject]
    return own.independence.get(parsed.subject, 0.0)

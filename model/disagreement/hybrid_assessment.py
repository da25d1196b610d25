"""Assessments between an earlier one and a later one: each change is made or not, one by one.

The changes are the passing of time (the day of the assessment, and exposure that runs until then), the structure of the
scenario as one unit (its horizon, factors, events and outcomes), each item of evidence that is new, removed or changed,
and each quantity or weight with another statement. A quantity that only one of the two assessments has goes with
whatever needs it; so does an item with a structure, if it fits no other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain, combinations, product

from msgspec import Struct
from msgspec.structs import replace

from estimative.model.assessment import Assessment
from estimative.model.disagreement.assessment_diff import FieldChange, scenario_changes
from estimative.model.disagreement.attribution import blocked
from estimative.model.disagreement.shapley import Coalition
from estimative.model.likelihood.layout import Structure
from estimative.model.likelihood.layout_builder import structure_of
from estimative.model.spec.evidence import Evidence, Exposure, Observation
from estimative.model.spec.exposure import lengthened
from estimative.model.spec.quantities import QuantityName
from estimative.model.spec.scenario import Scenario
from estimative.priors.errors import InvalidInput
from estimative.priors.frozen import FrozenDict
from estimative.priors.quantile_fit import Prior

TIME = "time"
"""Name of the passing of time, and of the block that it makes up alone."""
SCENARIO = "scenario"
"""Name of the structure, and of the block that it makes up alone."""
ITEMS = "items"
"""The block of the evidence; its items are "items.x"."""
ROUNDED_YEARS = 0.002
"""Files hold years of exposure with three digits behind the point."""
OF_ITEMS = frozenset({"evidence", "motives"})
"""Sections of quantities that belong to items of evidence."""


class HybridAssessment(Struct, frozen=True, kw_only=True, dict=True):
    """Two assessments of scenarios with the same headline."""

    first: Assessment
    second: Assessment

    @cached_property
    def blocks(self) -> Mapping[str, Sequence[str]]:
        """The changes by block: all that a mixture can take from the second assessment."""
        structural = [SCENARIO] if self._structural or self.structural_items else []
        apart = self.structural_items | self._lengthened
        items = [f"{ITEMS}.{name}" for name in self.changed if name not in apart]
        priors = blocked([*self._changed_priors(), *self._changed_weights()])
        return {TIME: [TIME] if self._passing else [], SCENARIO: structural, ITEMS: items, **priors}

    @cached_property
    def changed(self) -> tuple[str, ...]:
        """The items of evidence that are new, removed, or changed in a field that the equations use."""
        return tuple(dict.fromkeys(change.id for change in self._relevant if change.section == "evidence"))

    @cached_property
    def structural_items(self) -> frozenset[str]:
        """Those of them that change with the structure: they do not fit the other structure, or not each other."""
        observed = [name for name in self.changed if any(isinstance(i, Observation) for i in self._versions(name))]
        together = [*((name,) for name in self.changed), *combinations(observed, 2)]
        return frozenset(chain.from_iterable(names for names in together if not self._exchangeable(names)))

    def mixture(self, coalition: Coalition) -> Assessment:
        """The first assessment with the changes of a coalition, which come from the second."""
        structure = self._structure(coalition)
        priors = {name: self._prior(name, coalition) for name in structure.quantities.all}
        unweighed = replace(self.first.prior_set, relevance=FrozenDict({}), independence=FrozenDict({}))
        mixture = Assessment(
            structure=structure,
            prior_set=unweighed,
            priors=FrozenDict(priors),
            indicator_priors=FrozenDict({}),
        )
        for name in mixture.weights:
            mixture = mixture.with_fixed(name, self._weight(name, coalition))
        return mixture

    @cached_property
    def _relevant(self) -> tuple[FieldChange, ...]:
        changes = scenario_changes(self.first.scenario, self.second.scenario)
        return tuple(change for change in changes if change.affects_result)

    @cached_property
    def _structural(self) -> bool:
        changed = [change for change in self._relevant if change.section != "evidence"]
        return any(change.field != "as_of" or not self._apart for change in changed)

    @cached_property
    def _passing(self) -> bool:
        """Whether time has passed in a way that changes numbers, by itself."""
        changed = any(change.section == "scenario" and change.field == "as_of" for change in self._relevant)
        return self._apart and (changed or bool(self._lengthened))

    @cached_property
    def _apart(self) -> bool:
        """Whether either day fits either horizon, so that time and horizon can change one by one."""
        first, second = self.first.scenario, self.second.scenario
        return max(first.as_of, second.as_of) < min(first.until, second.until)

    @cached_property
    def _lengthened(self) -> frozenset[str]:
        """Exposure that ran until the earlier day and runs until the later one, with the same count."""
        before, after = self.first.scenario, self.second.scenario
        longer = lengthened(before, after.as_of) if self._apart else {}
        return frozenset(
            name
            for name, row in longer.items()
            if name in self.changed
            and isinstance(later := after.evidence.get(name), Exposure)
            and (later.about, later.count) == (before.evidence[name].about, row.count)
            and abs(later.years - row.after) < ROUNDED_YEARS
        )

    def _side(self, later: bool) -> Assessment:
        return self.second if later else self.first

    def _versions(self, item: str) -> Iterator[Evidence]:
        """An item before and after, where it exists."""
        versions = (side.scenario.evidence.get(item) for side in (self.first, self.second))
        return (version for version in versions if version)

    def _exchangeable(self, items: Collection[str]) -> bool:
        """Whether each of some items can be changed by itself, in either structure, on either day."""
        states = product((False, True), repeat=len(items))
        either = product((False, True), (False, True) if self._apart else (None,), states)
        return all(
            self._possible(later, later if day is None else day, dict(zip(items, state, strict=True)))
            for later, day, state in either
        )

    def _possible(self, later: bool, day: bool, items: Mapping[str, bool]) -> bool:
        try:
            self._scenario(later, day, items)
        except InvalidInput:
            return False
        return True

    def _scenario(self, later: bool, day: bool, items: Mapping[str, bool]) -> Scenario:
        """The structure of one of the two, with the evidence that did not change, and with some that did.

        Parameters
        ----------
        day
            Whether it is as of the later day.
        items
            Whether an item that changed has its later version; those that are not named are left out.
        """
        before, after = self.first.scenario, self.second.scenario
        names = dict.fromkeys((*before.evidence, *after.evidence))
        chosen = {name: items.get(name, True) for name in names if name in items or name not in self.changed}
        evidence = {name: self._side(new).scenario.evidence.get(name) for name, new in chosen.items()}
        return replace(
            self._side(later).scenario,
            evidence={name: item for name, item in evidence.items() if item},
            as_of=self._side(day).scenario.as_of,
            checkpoints=(),
            sources={**before.sources, **after.sources},
            indicators={},
            later={},
        )

    def _structure(self, coalition: Coalition) -> Structure:
        """The structure of the scenario of a coalition; it does not depend on the coalition's priors."""
        makers = frozenset({SCENARIO, TIME, *(self._player_of(item) for item in self.changed)})
        key = coalition & makers
        if key not in self._structures:
            items = {item: self._player_of(item) in key for item in self.changed}
            day = (TIME if self._passing else SCENARIO) in key
            scenario = self._scenario(SCENARIO in key, day, items)
            pairs = self.first.structure.quantities.pairs | self.second.structure.quantities.pairs
            self._structures[key] = structure_of(scenario, pairs & scenario.evidence.keys())
        return self._structures[key]

    @cached_property
    def _structures(self) -> dict[Coalition, Structure]:
        return {}

    def _player_of(self, item: str) -> str:
        """The player that an item that changed belongs to."""
        if item in self.structural_items:
            return SCENARIO
        return TIME if item in self._lengthened else f"{ITEMS}.{item}"

    def _prior(self, name: str, coalition: Coalition) -> Prior:
        """The prior of a quantity: a player by itself where both assessments have it, else part of what needs it."""
        if name in self._common:
            return self._side(self._input_of(name) in coalition).priors[name]
        parsed = QuantityName.parse(name)
        owner = self._player_of(parsed.subject) if parsed.section in OF_ITEMS else SCENARIO
        return self._side(owner in coalition).priors[name]

    @cached_property
    def _common(self) -> frozenset[str]:
        """Quantities that both assessments have, with the same support and unit, and that are stated with the same."""
        before, after = (side.structure.quantities for side in (self.first, self.second))
        return frozenset(
            name
            for name in before.all.keys() & after.all.keys()
            if (before.all[name].support, before.all[name].unit) == (after.all[name].support, after.all[name].unit)
            and before.inputs[before.all[name].input] == after.inputs.get(after.all[name].input)
        )

    def _input_of(self, name: str) -> str:
        """The player that a quantity of both assessments belongs to: the shares of an event are one."""
        return self.first.structure.quantities.all[name].input

    def _changed_priors(self) -> Iterator[str]:
        """What both assessments state, with another prior."""
        changed = [
            self._input_of(name)
            for name, prior in self.first.priors.items()
            if name in self._common and _moves(prior, self.second.priors[name])
        ]
        yield from dict.fromkeys(changed)

    def _changed_weights(self) -> Iterator[str]:
        """Weights that both assessments can state, with another value."""
        for name in self.first.weights:
            if name in self.second.weights and stated_weight(self.first, name) != stated_weight(self.second, name):
                yield name

    def _weight(self, name: str, coalition: Coalition) -> float:
        """A weight: a player by itself where both assessments can state it, else of the one that can, or 0."""
        stating = [side for side in (self.first, self.second) if name in side.weights]
        if len(stating) == 2:
            return stated_weight(self._side(name in coalition), name)
        return stated_weight(stating[0], name) if stating else 0.0


def _moves(first: Prior, second: Prior) -> bool:
    """Whether one prior in the place of another can change a number."""
    return (first.family, first.stated_from) != (second.family, second.stated_from)


def stated_weight(assessment: Assessment, name: str) -> float:
    """Return the relevance or independence that an assessment's prior set states, by its name."""
    parsed = QuantityName.parse(name)
    return assessment.prior_set.weight(parsed.section, parsed.subject)

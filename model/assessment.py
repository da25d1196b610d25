"""An assessment: a scenario as one analyst sees it. The only place where scenario and prior set meet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from estimative.model.likelihood.layout import Numbers, Structure, structure_of
from estimative.model.likelihood.variable_elimination import Contradiction
from estimative.model.spec.evidence import Cases, Evidence, Exposure, Observation
from estimative.model.spec.quantities import Quantity, state_labels
from estimative.model.spec.scenario import Scenario
from estimative.priors.distributions import LogNormal, ScaledBeta
from estimative.priors.errors import InvalidInput, Issue, nearest
from estimative.priors.frozen import FrozenDict
from estimative.priors.prior_set import PriorSet
from estimative.priors.quantile_fit import Prior, fit
from estimative.priors.toml_table import ascii_safe


@dataclass(frozen=True, kw_only=True)
class Assessment:
    """Every quantity of a scenario with its prior, and how much each item of evidence counts."""

    structure: Structure
    prior_set: PriorSet
    priors: Mapping[str, Prior]
    """By the quantity's name, in the order of the structure."""
    indicator_priors: Mapping[str, Prior]
    """Of seeing each indicator, at either end of what it is about: "indicators.x.if_yes". No answer depends on them."""
    left_out: frozenset[str] = frozenset()
    """Evidence that does not count, as if the scenario did not have it."""
    conditioned_events: frozenset[str] = frozenset()
    """Events that are taken as known without having been observed."""

    def __repr__(self) -> str:
        without = f", without {len(self.left_out)} items" if self.left_out else ""
        given = f", given {len(self.conditioned_events)} events" if self.conditioned_events else ""
        return f"Assessment({self.scenario!r}, {self.prior_set!r}{without}{given})"

    @property
    def scenario(self) -> Scenario:
        return self.structure.scenario

    @cached_property
    def degree_parameters(self) -> Numbers:
        """a, b, lower, upper of each degree; dims (parameter, degree)."""
        families = [self._family(name, ScaledBeta) for name in self.structure.quantities.degrees]
        return np.array([(f.a, f.b, f.lower, f.upper) for f in families], dtype=float).reshape(-1, 4).T

    @cached_property
    def ratio_parameters(self) -> Numbers:
        """mu and sigma of each log ratio; dims (parameter, ratio)."""
        families = [self._family(name, LogNormal) for name in self.structure.quantities.ratios]
        return np.array([(f.mu, f.sigma) for f in families], dtype=float).reshape(-1, 2).T

    @cached_property
    def weight(self) -> Numbers:
        """How much each item counts: relevance, times (1 + (n - 1) k) / n for n items of one origin; dims (item)."""
        return np.array([self._weight(item) for item in self.scenario.evidence.values()], dtype=float)

    @cached_property
    def constants(self) -> tuple[str, ...]:
        """The quantities that were held fixed."""
        return tuple(name for name, prior in self.priors.items() if prior.family.constant)

    def with_priors_of(self, other: Assessment, names: Collection[str]) -> Assessment:
        """The same, but for some quantities and weights of evidence, which are as another analyst has them.

        Parameters
        ----------
        names
            Of quantities, and "relevance.x" and "independence.x".
        """
        priors = {name: (other if name in names else self).priors[name] for name in self.priors}
        own, others = self.prior_set, other.prior_set
        prior_set = replace(
            own,
            relevance=_mixed("relevance", own.relevance, others.relevance, names),
            independence=_mixed("independence", own.independence, others.independence, names),
        )
        return replace(self, prior_set=prior_set, priors=FrozenDict(priors))

    @property
    def weights(self) -> tuple[str, ...]:
        """The weights of evidence that a prior set fixes: "relevance.x", "independence.x"."""
        relevance = [f"relevance.{i.id}" for i in self.scenario.evidence.values() if isinstance(i, Cases | Exposure)]
        return (*relevance, *(f"independence.{origin}" for origin in self.scenario.origins))

    def with_fixed(self, name: str, value: float) -> Assessment:
        """The same, with a quantity held at a value on its own scale, or with another weight of evidence."""
        section, _, rest = name.partition(".")
        own = self.prior_set
        if section == "relevance":
            return replace(self, prior_set=replace(own, relevance={**own.relevance, rest: value}))
        if section == "independence":
            return replace(self, prior_set=replace(own, independence={**own.independence, rest: value}))
        constant = type(self.priors[name].family).held(value)
        prior = replace(self.priors[name], family=constant)
        return replace(self, priors=FrozenDict({**self.priors, name: prior}))

    def without_evidence(self, items: Collection[str]) -> Assessment:
        """The same, with evidence left out: what else was told by the same origin counts as if told by so many less."""
        left_out = self.left_out | frozenset(items)
        seen = {item.about: item.id for item in self.scenario.evidence.values() if isinstance(item, Observation)}
        certain = self.structure.network.certain.items()
        counted = {
            event: state
            for event, state in certain
            if event in self.conditioned_events or seen.get(event) not in left_out
        }
        return replace(self._knowing(counted), left_out=left_out)

    def conditioned_on(self, events: Mapping[str, bool]) -> Assessment:
        """The same, some events being known to have happened (True) or not (False).

        Raises
        ------
        Contradiction
            If one is known to be otherwise.
        """
        certain = self.structure.network.certain
        for event, state in events.items():
            if certain.get(event, state) != state:
                raise Contradiction(f"{event} known to be otherwise", key="given")
        if not events:
            return self
        return replace(
            self._knowing({**certain, **events}), conditioned_events=self.conditioned_events | frozenset(events)
        )

    def _knowing(self, certain: Mapping[str, bool]) -> Assessment:
        structure = replace(self.structure, network=replace(self.structure.network, certain=certain))
        return replace(self, structure=structure)

    @cached_property
    def items_per_origin(self) -> Mapping[str, int]:
        """How many items that count tell the story of each origin."""
        counted = (item for item in self.scenario.evidence.values() if item.id not in self.left_out)
        return Counter(item.origin for item in counted if item.origin)

    def _family[Family: ScaledBeta | LogNormal](self, name: str, kind: type[Family]) -> Family:
        family = self.priors[name].family
        assert isinstance(family, kind)
        return family

    def _weight(self, item: Evidence) -> float:
        if item.id in self.left_out:
            return 0.0
        relevance = self.prior_set.relevance.get(item.id, 1.0)
        told = self.items_per_origin.get(item.origin, 1)
        independence = self.prior_set.independence.get(item.origin, 0.0)
        return relevance * (1 + (told - 1) * independence) / told


def assess(scenario: Scenario, prior_set: PriorSet, *, structure: Structure | None = None) -> Assessment:
    """Bring a scenario and a prior set together.

    Parameters
    ----------
    structure
        That of the scenario, where it is at hand from another prior set.

    Raises
    ------
    Faulty
        With every quantity that is missing, that nobody asked for, or whose statement cannot be what it should.
    """
    structure = structure or structure_of(scenario)
    quantities = structure.quantities
    wanted = {**quantities.all, **quantities.indicator_quantities}
    issues = list(_mismatches(scenario, prior_set)) or [*_unasked(wanted, prior_set), *_weights(scenario, prior_set)]
    if prior_set.scenario != scenario.id:
        raise InvalidInput(issues)
    priors = dict(_fitted(quantities.all, prior_set, issues))
    indicator_priors = dict(_fitted(quantities.indicator_quantities, prior_set, issues))
    issues.extend(_turned(scenario, prior_set, indicator_priors))
    if issues:
        raise InvalidInput(issues)
    return Assessment(
        structure=structure,
        prior_set=prior_set,
        priors=FrozenDict(priors),
        indicator_priors=FrozenDict(indicator_priors),
    )


def _fitted(wanted: Mapping[str, Quantity], prior_set: PriorSet, issues: list[Issue]) -> Iterator[tuple[str, Prior]]:
    for name, quantity in wanted.items():
        if name not in prior_set.statements:
            issues.append(_missing(quantity, prior_set))
            continue
        try:
            yield name, fit(prior_set.statements[name], quantity.support)
        except InvalidInput as error:
            issues.extend(error.issues)


def _turned(scenario: Scenario, prior_set: PriorSet, indicator_priors: Mapping[str, Prior]) -> Iterator[Issue]:
    """Indicators that speak against what the scenario says they support."""
    for indicator in scenario.indicators.values():
        top, bottom = (f"indicators.{indicator.id}.if_{end}" for end in state_labels(indicator.about, scenario))
        more, less = (top, bottom) if indicator.supports else (bottom, top)
        if (
            more in indicator_priors
            and less in indicator_priors
            and indicator_priors[more].family.mean <= indicator_priors[less].family.mean
        ):
            found = f"{indicator_priors[more].family.mean:.2g} on average, not above {less} ({indicator_priors[less].family.mean:.2g})"
            end = state_labels(indicator.about, scenario)[not indicator.supports]
            expected = f"more, since the scenario says that it supports {end!r}"
            yield _fault(prior_set, more, found=found, expected=expected)


def _mixed(
    section: str, own: Mapping[str, float], other: Mapping[str, float], names: Collection[str]
) -> Mapping[str, float]:
    """Shares, some of them another's; one that is not stated is not stated there either."""
    chosen = {**own, **other}
    return {
        name: source[name]
        for name in chosen
        if name in (source := other if f"{section}.{name}" in names else own)
    }  # fmt: skip


def differences(assessments: Sequence[Assessment]) -> tuple[str, ...]:
    """What these assessments of one scenario do not all agree on: quantities by their priors, weights by their values.

    A weight is named "relevance.x" or "independence.x", as in a prior set.
    """
    first = assessments[0]
    quantities = [name for name in first.priors if len({one.priors[name].family for one in assessments}) > 1]
    relevance = [
        f"relevance.{item.id}"
        for item in first.scenario.evidence.values()
        if len({one.prior_set.relevance.get(item.id) for one in assessments}) > 1
    ]
    independence = [
        f"independence.{origin}"
        for origin in first.scenario.origins
        if len({one.prior_set.independence.get(origin, 0.0) for one in assessments}) > 1
    ]
    return (*quantities, *relevance, *independence)


def _mismatches(scenario: Scenario, prior_set: PriorSet) -> Iterator[Issue]:
    if prior_set.scenario != scenario.id:
        expected = f"{scenario.id!r}; or name the file of {prior_set.scenario!r} with --scenario"
        yield _fault(prior_set, "prior_set.scenario", found=repr(prior_set.scenario), expected=expected)
    elif prior_set.scenario_digest not in (None, scenario.digest):
        yield _fault(
            prior_set,
            "prior_set.scenario_digest",
            found=repr(prior_set.scenario_digest),
            expected=f"{scenario.digest!r}: the scenario has changed since these priors were stated",
        )


def _unasked(wanted: Mapping[str, Quantity], prior_set: PriorSet) -> Iterator[Issue]:
    for name in prior_set.statements:
        if name not in wanted:
            yield _unknown(prior_set, name, wanted, "a quantity that the scenario asks for")


def _weights(scenario: Scenario, prior_set: PriorSet) -> Iterator[Issue]:
    weighed = [item.id for item in scenario.evidence.values() if isinstance(item, Exposure | Cases)]
    for name in weighed:
        if name not in prior_set.relevance:
            expected = "how relevant this evidence is, a number between 0 and 1"
            yield _fault(prior_set, f"relevance.{name}", found="nothing", expected=expected)
    for name in prior_set.relevance:
        if name not in weighed:
            known = [f"relevance.{known}" for known in weighed]
            yield _unknown(prior_set, f"relevance.{name}", known, "evidence of kind exposure or cases")
    for name in prior_set.independence:
        if name not in scenario.origins:
            known = [f"independence.{known}" for known in scenario.origins]
            yield _unknown(prior_set, f"independence.{name}", known, "an origin that several items share")


def _missing(quantity: Quantity, prior_set: PriorSet) -> Issue:
    return _fault(prior_set, quantity.name, found="nothing", expected=f"a prior ({ascii_safe(quantity.title)})")


def _unknown(prior_set: PriorSet, name: str, known: Iterable[str], what: str) -> Issue:
    """A name that the scenario does not know; the nearest one shares its section."""
    section, _, rest = name.partition(".")
    others = [other.partition(".")[2] for other in known if other.startswith(f"{section}.")]
    reordered = (other for other in others if "+" in rest and sorted(other) == sorted(rest))
    near = next(reordered, None) or nearest(rest, others)
    return _fault(prior_set, name, found="a name that the scenario does not know", expected=what, near=near)


def _fault(prior_set: PriorSet, key: str, *, found: str, expected: str, near: str | None = None) -> Issue:
    place = prior_set.places.get(key)
    file, line = (place.file, place.line) if place else (prior_set.file, None)
    return Issue(file=file, line=line, key=key, found=found, expected=expected, nearest=near)

"""An assessment: a scenario with one analyst's priors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from math import prod

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray

from estimative.model.likelihood.impossible_outcomes import impossible_outcomes
from estimative.model.likelihood.layout import EventIndicators, Index, Numbers, Structure
from estimative.model.likelihood.layout_builder import structure_of
from estimative.model.likelihood.queries import check_structure
from estimative.model.likelihood.variable_elimination import Contradiction
from estimative.model.spec.evidence import Cases, Evidence, Exposure, Indicator, Observation, Testimony
from estimative.model.spec.prior_matching import matched_priors, superfluous, with_short_rows
from estimative.model.spec.quantities import PAIR, QuantityName
from estimative.model.spec.scenario import Scenario, years_between
from estimative.model.spec.suggestions import completed
from estimative.model.spec.warnings import warnings_of
from estimative.priors.distributions import LogNormal, ScaledBeta
from estimative.priors.errors import Issue
from estimative.priors.frozen import FrozenDict
from estimative.priors.prior_set import PriorSet
from estimative.priors.quantile_fit import Prior

MAX_SIGMA = 50.0
"""Of the logarithm of a likelihood ratio that is integrated over."""


class Assessment(Struct, frozen=True, kw_only=True, dict=True):
    """Every quantity of a scenario with its prior, and how much each item of evidence counts."""

    structure: Structure
    prior_set: PriorSet
    priors: Mapping[str, Prior]
    """By the quantity's name, in the order of the structure."""
    indicator_priors: Mapping[str, Prior]
    """The probabilities of observing indicators: "indicators.x.if_yes". No answer depends on them."""
    left_out: frozenset[str] = frozenset()
    """Evidence that is ignored, as if the scenario did not have it."""
    conditioned_events: frozenset[str] = frozenset()
    """Events that are conditioned on without having been observed."""

    def __repr__(self) -> str:
        without = f", without {len(self.left_out)} items" if self.left_out else ""
        given = f", given {len(self.conditioned_events)} events" if self.conditioned_events else ""
        return f"Assessment({self.scenario!r}, {self.prior_set!r}{without}{given})"

    @property
    def scenario(self) -> Scenario:
        return self.structure.scenario

    @property
    def warnings(self) -> tuple[Issue, ...]:
        """Probable mistakes in the scenario and in the priors."""
        of_parts = warnings_of(self.scenario, self.prior_set, {**self.priors, **self.indicator_priors})
        impossible = impossible_outcomes(self.structure)
        return (*superfluous(self.structure.quantities, self.prior_set), *impossible, *of_parts)

    @cached_property
    def degree_parameters(self) -> Numbers:
        """a, b, lower, upper of each degree; dims (parameter, degree)."""
        # The shape is stated, so that a scenario without degrees has an array of four empty rows.
        families = [self._family(name, ScaledBeta) for name in self.structure.quantities.degrees]
        return np.array([(f.a, f.b, f.lower, f.upper) for f in families], dtype=float).reshape(-1, 4).T

    @cached_property
    def ratio_parameters(self) -> Numbers:
        """mu and sigma of each log ratio; dims (parameter, ratio)."""
        families = [self._family(name, LogNormal) for name in self.structure.quantities.ratios]
        return np.array([(f.mu, f.sigma) for f in families], dtype=float).reshape(-1, 2).T

    @cached_property
    def weight(self) -> Numbers:
        """How much each item counts: relevance, times (1 + (n - 1) k) / n for n items of one origin, times what has not
        faded; dims (item)."""
        return np.array([self._weight(item) for item in self.scenario.evidence.values()], dtype=float)

    @cached_property
    def share(self) -> Numbers | None:
        """How much of the time that it is stated for is left for the chance in each row; see `layout.Anytime`."""
        anytime = self.structure.anytime
        if anytime is None:
            return None
        return anytime.share(np.array([self.stated_years(name) for name in anytime.events]))

    def stated_years(self, event: str) -> float:
        """Return the time for which the chance of an event is stated that may happen anytime, in years."""
        start = self.priors[f"events.{event}"].stated_from or self.scenario.as_of
        return years_between(start, self.scenario.until)

    def median(self, name: str) -> float:
        """The median of an input's prior, on its own scale; of an item stated as two chances, their ratio."""
        median = self.priors[name].family.quantile(0.5)
        item = self.scenario.evidence.get(QuantityName.parse(name).subject)
        if not (name.startswith("evidence.") and isinstance(item, Indicator | Testimony)):
            return median
        if item.id not in self.structure.quantities.pairs:
            return median
        yes, no = (self.priors[f"{name}.{key}"].family.quantile(0.5) for key in PAIR)
        supports = item.supports if isinstance(item, Indicator) else item.claims
        return median * (yes / no if supports else no / yes)

    def marginal(self, name: str) -> ScaledBeta | LogNormal:
        """The distribution of a quantity before the evidence; of a share, that of the share of its state."""
        quantities = self.structure.quantities
        if name not in quantities.shares:
            return self.priors[name].family
        names = quantities.inputs[quantities.all[name].input]
        own, *before = (self._family(stick, ScaledBeta) for stick in quantities.shares[name])
        broken = (self._family(stick, ScaledBeta) for stick in reversed(names))
        last = next((stick for stick in broken if not stick.constant), None)
        if own.constant or last is None:
            return ScaledBeta.fixed(own.mean * prod(1 - stick.mean for stick in before))
        # Each share of a Dirichlet distribution is a beta, the sum of all concentrations being that of the first stick.
        return ScaledBeta(a=own.a, b=last.a + last.b - own.a)

    def by_state(self, name: str) -> Mapping[str, float]:
        """Of an input that is stated for each state: the mean share of each, or the median of each other quantity."""
        quantities = self.structure.quantities
        names = quantities.inputs[name]
        if names[0] not in quantities.shares:
            return {quantities.all[each].state: self.median(each) for each in names}
        shares = {quantities.all[each].state: self.marginal(each).mean for each in names}
        left = 1 - sum(shares.values())
        return {state: shares.get(state, left) for state in quantities.all[names[0]].states}

    @cached_property
    def uncertain(self) -> tuple[str, ...]:
        """The quantities that are not fixed; one unknown under several names is there once, under its own."""
        return tuple(name for name, prior in self.priors.items() if not prior.family.constant and not prior.same_as)

    def shared(self, name: str) -> tuple[str, ...]:
        """Return the quantities that one statement about several states makes one unknown, this one included."""
        entry = self.structure.quantities.input_of(name)
        names = self.structure.quantities.inputs.get(entry, ())
        roots = {each: self.priors[each].same_as or each for each in names}
        return tuple(each for each in names if roots[each] == roots[name])

    @cached_property
    def degree_source(self) -> Index:
        """Where each degree is taken from: its own position, or that of the quantity that it is the same as."""
        return self._source(self.structure.quantities.degrees)

    @cached_property
    def ratio_source(self) -> Index:
        """Where each log ratio is taken from."""
        return self._source(self.structure.quantities.ratios)

    def _source(self, positions: Mapping[str, int]) -> Index:
        return np.array([positions[self.priors[name].same_as or name] for name in positions], dtype=np.intp)

    @cached_property
    def integrated(self) -> Index:
        """The log ratios that the likelihood can be integrated over: not those that are one unknown with another."""
        return np.setdiff1d(self.structure.integrated, _tied_positions(self.ratio_source))

    @cached_property
    def integrated_items(self) -> Index:
        """The items about events that the likelihood can be integrated over, as positions in `EventIndicators`.

        Those whose ratio, and whose own motive, is one unknown with another are not among them, nor those that are
        stated as two chances, nor ratios so uncertain that floats cannot hold the integrals.
        """
        items, ratios = self.structure.event_indicators, _tied_positions(self.ratio_source)
        tied = np.isin(items.ratio, ratios) | (self.ratio_parameters[1, items.ratio] > MAX_SIGMA)
        motives = items.own_motive & np.isin(items.motive, _tied_positions(self.degree_source))
        tied[len(items.ratio) - len(motives) :] |= motives | (~items.own_motive & ~self._uncertain_rows(items))
        tied |= items.chances.supported != len(self.degree_source)
        # What an item says about several states is integrated over together.
        return np.flatnonzero(~np.isin(items.item, items.item[tied]))

    def _uncertain_rows(self, items: EventIndicators) -> NDArray[np.bool_]:
        """Whether some ratio of an item is uncertain, else there is nothing to integrate; dims (testimony)."""
        uncertain = items.item[self.ratio_parameters[1, items.ratio] > 0]
        return np.isin(items.item[len(items.item) - len(items.motive) :], uncertain)

    @cached_property
    def used(self) -> Mapping[str, Prior]:
        """The priors that count: of an item of evidence those of its ratio, or those of its two chances."""
        return {name: prior for name, prior in self.priors.items() if not prior.unused}

    @cached_property
    def constants(self) -> tuple[str, ...]:
        """The quantities that are fixed."""
        return tuple(name for name, prior in self.used.items() if prior.family.constant)

    def with_priors_of(self, other: Assessment, names: Collection[str]) -> Assessment:
        """Return the assessment with some priors and weights of evidence of another analyst.

        Parameters
        ----------
        names
            Names of quantities, and of weights: "relevance.x" and "independence.x".
        """
        input_of = self.structure.quantities.input_of
        priors = {name: (other if input_of(name) in names else self).priors[name] for name in self.priors}
        own, others = self.prior_set, other.prior_set
        prior_set = replace(
            own,
            relevance=_mixed("relevance", own.relevance, others.relevance, names),
            independence=_mixed("independence", own.independence, others.independence, names),
        )
        return replace(self, prior_set=prior_set, priors=_tied(priors))

    @property
    def weights(self) -> tuple[str, ...]:
        """The weights of evidence that a prior set fixes: "relevance.x", "independence.x"."""
        relevance = [f"relevance.{i.id}" for i in self.scenario.evidence.values() if isinstance(i, Cases | Exposure)]
        return (*relevance, *(f"independence.{origin}" for origin in self.scenario.origins))

    def with_fixed(self, name: str, value: float) -> Assessment:
        """Return the assessment with a quantity fixed at a value on its own scale, or with another weight."""
        parsed, own = QuantityName.parse(name), self.prior_set
        if parsed.is_weight:
            return replace(self, prior_set=own.with_weight(parsed.section, parsed.subject, value))
        root = self.priors[name].same_as or name
        constant = type(self.priors[root].family).fixed(value)
        prior = replace(self.priors[root], family=constant)
        return replace(self, priors=_tied({**self.priors, root: prior}))

    def without_evidence(self, items: Collection[str]) -> Assessment:
        """Return the assessment without some evidence; other items of the same origin then share it among fewer.

        What waits for an event waits for it again where its observation is left out.
        """
        left_out = self.left_out | frozenset(items)
        seen = {item.about: item.id for item in self.scenario.evidence.values() if isinstance(item, Observation)}
        certain = self.structure.network.certain.items()
        # An observation that is left out makes its event uncertain again.
        counted = {
            event: state
            for event, state in certain
            if event in self.conditioned_events or seen.get(event) not in left_out
        }
        past = self.scenario.past_without(left_out)
        return replace(self._with_past(past)._knowing(counted), left_out=left_out)

    @property
    def before_evidence(self) -> Assessment:
        """The assessment without any evidence, and without what is conditioned on."""
        return self.without_evidence(self.scenario.evidence)._knowing({})

    def conditioned_on(self, events: Mapping[str, bool]) -> Assessment:
        """Return the assessment given that some events have happened (True) or not (False).

        Raises
        ------
        Contradiction
            If one is known to be different.
        """
        certain = self.structure.network.certain
        for event, state in events.items():
            if certain.get(event, state) != state:
                raise Contradiction(f"{event} is known to be different", key="given")
        if not events:
            return self
        return replace(
            self._knowing({**certain, **events}), conditioned_events=self.conditioned_events | frozenset(events)
        )

    def _with_past(self, past: frozenset[str]) -> Assessment:
        if past == self.structure.past:
            return self
        structure = structure_of(self.scenario, self.structure.quantities.pairs, past=past)
        return replace(self, structure=replace(structure, link=self.structure.link))

    def _knowing(self, certain: Mapping[str, bool]) -> Assessment:
        structure = replace(self.structure, network=replace(self.structure.network, certain=certain))
        return replace(self, structure=structure)

    @cached_property
    def items_per_origin(self) -> Mapping[tuple[str, str], int]:
        """The number of items of each origin about one subject that are not left out, by origin and subject."""
        day = self.scenario.as_of
        items = (item for item in self.scenario.evidence.values() if not item.expired(day))
        counted = (item for item in items if item.id not in self.left_out)
        return Counter((item.origin, item.about) for item in counted if item.origin)

    def _family[Family: ScaledBeta | LogNormal](self, name: str, kind: type[Family]) -> Family:
        family = self.priors[name].family
        assert isinstance(family, kind)
        return family

    def _weight(self, item: Evidence) -> float:
        if item.id in self.left_out:
            return 0.0
        relevance = self.prior_set.relevance.get(item.id, 1.0)
        # With k = 0 the n items of an origin about one subject count as one, with k = 1 as n. What one report says
        # about two subjects does not repeat itself.
        n = self.items_per_origin.get((item.origin, item.about), 1)
        independence = self.prior_set.independence.get(item.origin, 0.0)
        return relevance * (1 + (n - 1) * independence) / n * item.left(self.scenario.as_of)


def assess(scenario: Scenario, prior_set: PriorSet, *, structure: Structure | None = None) -> Assessment:
    """Combine a scenario and a prior set.

    Parameters
    ----------
    structure
        Of the scenario, if it has been built for another prior set already.

    Raises
    ------
    InvalidInput
        With every quantity that is missing, unknown to the scenario, or stated in a way that does not suit it.
    """
    prior_set = with_short_rows(completed(prior_set, scenario), scenario)
    pairs = pairs_of(scenario, [prior_set])
    if structure is None or not pairs <= structure.quantities.pairs:
        structure = structure_of(scenario, pairs | (structure.quantities.pairs if structure else frozenset()))
        check_structure(structure)
    priors, indicator_priors = matched_priors(structure.quantities, prior_set)
    return Assessment(structure=structure, prior_set=prior_set, priors=priors, indicator_priors=indicator_priors)


def _tied_positions(source: Index) -> Index:
    """Positions of quantities that are one unknown with another."""
    tied = np.flatnonzero(source != np.arange(len(source)))
    return np.concatenate([tied, source[tied]])


def _tied(priors: Mapping[str, Prior]) -> Mapping[str, Prior]:
    """Return priors in which quantities that are one unknown have one distribution."""
    return FrozenDict(
        {name: replace(p, family=priors[p.same_as].family) if p.same_as else p for name, p in priors.items()}
    )


def _mixed(
    section: str, own: Mapping[str, float], other: Mapping[str, float], names: Collection[str]
) -> Mapping[str, float]:
    """Return weights, some of them of another analyst; one that the other does not state is then not stated."""
    chosen = {**own, **other}
    return {
        name: source[name]
        for name in chosen
        if name in (source := other if f"{section}.{name}" in names else own)
    }  # fmt: skip


def with_pairs(assessment: Assessment, pairs: frozenset[str]) -> Assessment:
    """Return an assessment in whose layout more items of evidence may be stated as two chances."""
    own, known = assessment.structure.quantities.pairs, assessment.scenario.evidence.keys()
    wanted = own | (pairs & known)
    if wanted == own:
        return assessment
    return assess(assessment.scenario, assessment.prior_set, structure=structure_of(assessment.scenario, wanted))


def pairs_of(scenario: Scenario, prior_sets: Iterable[PriorSet]) -> frozenset[str]:
    """Return the items of evidence for which some prior set states two chances instead of a ratio."""
    stated = {name for prior_set in prior_sets for name in prior_set.statements}
    return frozenset(
        item for item in possible_pairs(scenario) if any(f"evidence.{item}.{key}" in stated for key in PAIR)
    )


def possible_pairs(scenario: Scenario) -> tuple[str, ...]:
    """Return the items of evidence that may be stated as two chances instead of a ratio."""
    return tuple(
        item.id
        for item in scenario.evidence.values()
        if isinstance(item, Indicator | Testimony)
        and not (item.about in scenario.events and scenario.events[item.about].states)
    )


def _own(prior: Prior) -> object:
    """What a prior states by itself: the quantity that it is the same as, or a distribution, and from when on."""
    return prior.same_as or prior.family, prior.stated_from


def differences(assessments: Sequence[Assessment]) -> tuple[str, ...]:
    """Return the names of quantities and weights on which these assessments of one scenario differ.

    A weight is named "relevance.x" or "independence.x", as in a prior set.
    """
    first = assessments[0]
    different = [name for name in first.priors if len({_own(a.priors[name]) for a in assessments}) > 1]
    # An item that somebody states as two chances is one input.
    quantities = list(dict.fromkeys(map(first.structure.quantities.input_of, different)))
    relevance = [
        f"relevance.{item.id}"
        for item in first.scenario.evidence.values()
        if len({a.prior_set.relevance.get(item.id) for a in assessments}) > 1
    ]
    independence = [
        f"independence.{origin}"
        for origin in first.scenario.origins
        if len({a.prior_set.independence.get(origin, 0.0) for a in assessments}) > 1
    ]
    return (*quantities, *relevance, *independence)

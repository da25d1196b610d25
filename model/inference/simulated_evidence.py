"""Simulated worlds: true quantities and events drawn from the prior, and the scenario's evidence given the truth.

The posterior of an assessment is proportional to p(theta) P(events | theta) times the likelihood of each item to the
power of its weight. A truth and evidence are drawn from the one joint distribution whose posterior that is:

- A measurement, a forecast: a normal number around its expected value, with the standard deviation error / sqrt(w).
- Counts and cases of weight w: those of a share w of the years and of the cases, at full weight. Power w of the
  likelihood of c events in T years is that of w c events in w T years (Ibrahim & Chen 2000, Statistical Science 15).
- An indicator or a statement says what it says in the scenario, or the opposite. The two likelihoods are R^(w/2) and
  R^(-w/2), so that its chances have the ratio R^w.
- An observed event: its true state.

The likelihoods of what an item could say may have a sum that depends on the truth: R^(w/2) + R^(-w/2) where the ratio R
is uncertain, error^(1 - w) where a measurement counts less than fully. Truths are drawn from the prior, weighted by the
product of these sums (sampling importance resampling: Rubin 1988, Bayesian Statistics 3); it is 1 where every item has
its full weight and a ratio without uncertainty.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray
from scipy.special import expit, gammaln

from estimative.model.assessment import Assessment
from estimative.model.inference.prior_transform import prior_transform
from estimative.model.inference.threads import one_blas_thread
from estimative.model.likelihood.backend import NUMPY
from estimative.model.likelihood.item_likelihoods import (
    binomial_log_odds,
    forecast_deviation,
    indicator_log_ratios,
    measurement_deviation,
    poisson_log_mean,
    state_case_chances,
)
from estimative.model.likelihood.layout import (
    BinomialCases,
    EventIndicators,
    Forecasts,
    Measurements,
    Numbers,
    PoissonCounts,
    StateCases,
    Structure,
)
from estimative.model.likelihood.nodes import nodes_of
from estimative.model.likelihood.soft_evidence import half_log_ratios
from estimative.model.likelihood.state_sampling import States, sample_prior_states
from estimative.model.likelihood.terms import Terms, terms
from estimative.model.likelihood.theta import Theta
from estimative.model.likelihood.variable_elimination import Contradiction
from estimative.model.spec.evidence import (
    Cases,
    Evidence,
    Exposure,
    Forecast,
    Indicator,
    Observation,
    Testimony,
)
from estimative.model.spec.scenario import Scenario
from estimative.priors.frozen import FrozenDict

CANDIDATES = 2000
"""Draws from the prior among which a truth is chosen, ..."""
MOST_CANDIDATES = 64_000
"""... and at most, where an event that is known to have happened is rare."""
LEAST_ESS = 50.0
"""Effective number of the candidates below which more are drawn."""
LARGEST_COUNT = 1e15
"""Beyond, counts are no exact floats."""

type How = Literal["sampled", "share", "reweighted", "both-ways", "as-observed", "left-out", "not-counted"]
"""How an item was simulated. "sampled": from its own distribution. "share": that of the share of its years or cases
that counts. "reweighted": at its weight, with truths weighted accordingly. "both-ways": as it stands, or its opposite.
"as-observed": every world has the event as it was observed. "left-out": it has no distribution. "not-counted": its
weight is 0."""


class SimulatedItem(Struct, frozen=True, kw_only=True):
    """An item of evidence, and how it was simulated."""

    id: str
    weight: float
    """Power of its likelihood."""
    how: How


class World(Struct, frozen=True, kw_only=True):
    """The truth, and the assessment with the evidence that was simulated given the truth."""

    theta: Theta
    """dims (quantity, 1)."""
    states: States
    """Of every event; dims (1)."""
    assessment: Assessment
    ess: float
    """Effective number of prior draws among which the truth was chosen."""

    def __repr__(self) -> str:
        return f"World({self.assessment!r})"


class Simulator(Struct, frozen=True, kw_only=True):
    """Simulates worlds of one assessment."""

    assessment: Assessment
    """Without the items that have no distribution."""
    fixed: frozenset[str]
    """Events known for certain whose state is the same in every world."""

    def __repr__(self) -> str:
        return f"Simulator({self.assessment!r})"

    @classmethod
    def of(cls, assessment: Assessment) -> Simulator:
        """Prepare the simulation: find what can be simulated, and what cannot."""
        evidence = assessment.scenario.evidence.values()
        improper = [item.id for item in evidence if isinstance(item, Forecast) and item.quantiles]
        seen = {
            item.about for item in evidence if isinstance(item, Observation) and _can_differ(item, assessment.scenario)
        }
        free = seen - assessment.conditioned_events
        proper = assessment.without_evidence(improper) if improper else assessment
        return cls(assessment=proper, fixed=frozenset(assessment.structure.network.certain) - free)

    @property
    def items(self) -> tuple[SimulatedItem, ...]:
        """Every item of the scenario, and how it is simulated."""
        pairs = zip(self.assessment.scenario.evidence.values(), self.assessment.weight.tolist(), strict=True)
        return tuple(SimulatedItem(id=item.id, weight=weight, how=self._how(item, weight)) for item, weight in pairs)

    def _how(self, item: Evidence, weight: float) -> How:
        if isinstance(item, Forecast) and item.quantiles:
            return "left-out"
        if not weight:
            return "not-counted"
        if isinstance(item, Indicator | Testimony):
            return "both-ways"
        if isinstance(item, Observation):
            return "as-observed" if item.about in self.fixed else "sampled"
        if weight == 1:
            return "sampled"
        return "share" if isinstance(item, Exposure | Cases) else "reweighted"

    def world(self, rng: np.random.Generator) -> World:
        """Draw a truth and its evidence.

        Raises
        ------
        Contradiction
            If no draw from the prior agrees with what is known for certain.
        """
        with one_blas_thread(), np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            theta, states, ess = self._truth(rng)
            structure = _Evidence(assessment=self.assessment, theta=theta, states=states, rng=rng).structure(self.fixed)
        return World(theta=theta, states=states, assessment=replace(self.assessment, structure=structure), ess=ess)

    def _truth(self, rng: np.random.Generator) -> tuple[Theta, States, float]:
        """Quantities and events, dims (quantity, 1) and (1), and the effective number of candidates."""
        structure, transform = self.assessment.structure, prior_transform(self.assessment)
        count = CANDIDATES
        while True:
            theta = transform.theta(rng.standard_normal((transform.dimension, count)))
            shared = terms(NUMPY, structure, theta)
            states = sample_prior_states(structure.network, shared.probabilities, rng)
            log_total = self._log_total(shared, states)
            possible = np.isfinite(log_total)
            weights = np.exp(log_total - log_total[possible].max()) if possible.any() else np.zeros(count)
            ess = float(weights.sum() ** 2 / np.square(weights).sum()) if possible.any() else 0.0
            if ess >= LEAST_ESS or 4 * count > MOST_CANDIDATES:
                break
            count *= 4
        if not ess:
            raise Contradiction("no simulated world agrees with what was observed")
        chosen = int(rng.choice(count, p=weights / weights.sum()))
        one = slice(chosen, chosen + 1)
        return theta.at(one), {event: state[one] for event, state in states.items()}, ess

    def _log_total(self, shared: Terms, states: States) -> Numbers:
        """ln of the product over items of the sum of the likelihoods of all that it could say; dims (draw).

        -inf where the truth disagrees with what is known for certain, or no forecast could be made.
        """
        structure, theta = self.assessment.structure, shared.theta
        total: Numbers = np.zeros(theta.degree.shape[1])
        for part, deviation in _normal_items(structure, shared):
            weight = theta.weight[part.item]
            counted = weight > 0
            total += (1 - weight[counted]) @ theta.log_ratio[part.error[counted]]
            total[~np.isfinite(deviation[counted]).all(axis=0)] = -np.inf
        for _, log_ratio in _two_sided(structure, shared, states):
            total += np.logaddexp(log_ratio, -log_ratio)
        for name in self.fixed:
            event, state = structure.network.place(name)
            total[(states[event] == state) != structure.network.certain[name]] = -np.inf
        return total


class _Evidence(Struct, frozen=True, kw_only=True):
    """Draws the evidence of one world."""

    assessment: Assessment
    theta: Theta
    states: States
    rng: np.random.Generator

    def structure(self, fixed: frozenset[str]) -> Structure:
        """The structure of the assessment with the simulated evidence in the place of its own."""
        own = self.assessment.structure
        shared = terms(NUMPY, own, self.theta)
        flips = self._flips(shared)
        return replace(
            own,
            network=replace(own.network, certain=self._certain(fixed)),
            indicators=replace(own.indicators, sign=own.indicators.sign * flips[own.indicators.item]),
            event_indicators=replace(own.event_indicators, sign=_flipped(own.event_indicators, flips)),
            measurements=self._measurements(own.measurements),
            forecasts=self._forecasts(own.forecasts, shared),
            poisson_counts=self._poisson_counts(own.poisson_counts, shared),
            binomial_cases=self._binomial_cases(own.binomial_cases, shared),
            state_cases=self._state_cases(own.state_cases, shared),
        )

    def _flips(self, shared: Terms) -> Numbers:
        """1 for what an item says, -1 for the opposite; dims (item of the scenario)."""
        flips: Numbers = np.ones(len(self.assessment.weight))
        for item, log_ratio in _two_sided(self.assessment.structure, shared, self.states):
            flips[item] = 1.0 if self.rng.random() < expit(2 * float(log_ratio[0])) else -1.0
        return flips

    def _certain(self, fixed: frozenset[str]) -> Mapping[str, bool]:
        network = self.assessment.structure.network

        def state(name: str) -> bool:
            event, place = network.place(name)
            return bool(self.states[event][0] == place)

        return FrozenDict({name: known if name in fixed else state(name) for name, known in network.certain.items()})

    def _error(self, items: Measurements | Forecasts) -> Numbers:
        """Random errors at the items' weights, 0 of those that do not count; dims (item)."""
        weight, sd = self.theta.weight[items.item], np.exp(self.theta.log_ratio[items.error, 0])
        scale = np.divide(sd, np.sqrt(weight), out=np.zeros_like(sd), where=weight > 0)
        return np.asarray(scale * self.rng.standard_normal(len(sd)))

    def _measurements(self, items: Measurements) -> Measurements:
        deviation = measurement_deviation(NUMPY, self.assessment.structure, self.theta)[:, 0]
        return replace(items, value=items.value - deviation + self._error(items))

    def _forecasts(self, items: Forecasts, shared: Terms) -> Forecasts:
        single = len(items.target)
        if not single:
            return items
        deviation = forecast_deviation(NUMPY, self.assessment.structure, shared)[:single, 0]
        counted = self.theta.weight[items.item[:single]] > 0
        simulated = items.logit - deviation + self._error(items)[:single]
        return replace(items, logit=np.where(counted, simulated, items.logit))

    def _poisson_counts(self, items: PoissonCounts, shared: Terms) -> PoissonCounts:
        if not len(items.item):
            return items
        weight = self.theta.weight[items.item]
        mean = weight * np.exp(poisson_log_mean(NUMPY, self.assessment.structure, shared)[:, 0])
        count = _scaled(self.rng.poisson(np.minimum(mean, LARGEST_COUNT)), weight)
        return replace(items, count=count, log_factorial=gammaln(count + 1))

    def _binomial_cases(self, items: BinomialCases, shared: Terms) -> BinomialCases:
        if not len(items.item):
            return items
        weight = self.theta.weight[items.item]
        trials = self._trials(weight * (items.successes + items.failures))
        chance = expit(binomial_log_odds(NUMPY, self.assessment.structure, shared)[:, 0])
        successes = self.rng.binomial(trials, chance)
        return replace(items, successes=_scaled(successes, weight), failures=_scaled(trials - successes, weight))

    def _state_cases(self, items: StateCases, shared: Terms) -> StateCases:
        counts, first = [], 0
        for chances, own in zip(
            state_case_chances(NUMPY, self.assessment.structure, shared), items.counts, strict=True
        ):
            weight = self.theta.weight[items.item[first : first + len(own)]]
            trials = self._trials(weight * own.sum(axis=1))
            chance = np.stack([each[:, 0] for each in chances], axis=1)
            drawn = self.rng.multinomial(trials, chance / chance.sum(axis=1, keepdims=True))
            counts.append(_scaled(drawn, weight[:, None]))
            first += len(own)
        return replace(items, counts=tuple(counts))

    def _trials(self, number: Numbers) -> NDArray[np.int64]:
        """Whole numbers of cases with these means: rounding at random depends on no quantity, so it says nothing."""
        return np.asarray(np.floor(number + self.rng.random(len(number))).astype(np.int64))


def _scaled(counts: NDArray[np.int64], weight: Numbers) -> Numbers:
    """What has, at the weight of its item, the likelihood of these counts; 0 for items that do not count."""
    numbers: Numbers = counts.astype(float)
    scaled: Numbers = np.divide(numbers, weight, out=np.zeros_like(numbers), where=weight > 0)
    return scaled


def _flipped(items: EventIndicators, flips: Numbers) -> Numbers:
    return np.asarray(items.sign * flips[items.item])


def _normal_items(structure: Structure, shared: Terms) -> Iterator[tuple[Measurements | Forecasts, Numbers]]:
    """Items with a normal error, with their deviations; dims (item, draw)."""
    if len(structure.measurements.item):
        yield structure.measurements, measurement_deviation(NUMPY, structure, shared.theta)
    if len(structure.forecasts.item) and shared.theta.weight[structure.forecasts.item].any():
        yield structure.forecasts, forecast_deviation(NUMPY, structure, shared)


def _two_sided(structure: Structure, shared: Terms, states: States) -> Iterator[tuple[int, Numbers]]:
    """Items whose likelihood is known up to a constant, each with its ln likelihood as it stands; dims (draw).

    What it is of the opposite is the negative.
    """
    items = structure.indicators
    if len(items.item):
        yield from zip(items.item.tolist(), indicator_log_ratios(NUMPY, structure, shared), strict=True)
    about_events = structure.event_indicators
    if len(about_events.item):
        claims = _claims(structure, shared, states)
        for item in np.unique(about_events.item).tolist():
            yield item, claims[about_events.item == item].sum(axis=0)


def _claims(structure: Structure, shared: Terms, states: States) -> Numbers:
    """ln likelihood of what items say about events, and states of events, at their true states; dims (claim, draw)."""
    items, half = structure.event_indicators, half_log_ratios(NUMPY, structure, shared.theta)
    places = map(structure.network.place, structure.soft_evidence_events)
    so = np.array([states[event] == state for event, state in places], dtype=float)
    return np.asarray(half * (items.happened.T @ so - items.failed.T @ so - items.not_happened.T @ (1 - so)))


def _can_differ(item: Observation, scenario: Scenario) -> bool:
    """Whether all else stays as it is if an observation is another: no clock starts or stops by it."""
    other = replace(item, happened=not item.happened)
    changed = replace(scenario, evidence=FrozenDict({**scenario.evidence, item.id: other}))
    return list(nodes_of(scenario, scenario.past)) == list(nodes_of(changed, changed.past))

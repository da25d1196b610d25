"""Analysis of competing hypotheses: the posterior of the states of an event, beside the count of inconsistencies.

Heuer (1999), Psychology of Intelligence Analysis, chapter 8, counts the items that are inconsistent with a hypothesis;
one that is very inconsistent counts twice. That is a likelihood: with the ratings of the ACH scale, each count divides
the odds by the square root of 10. It leaves out the shares before the evidence and how consistent the other items are,
and counts in full what items of one origin repeat. For two hypotheses that the count and the posterior rank
differently, the log-odds are the sum of these terms, so that the one that reverses the order can be named.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Literal

import numpy as np

from estimative.model.assessment import Assessment
from estimative.model.inference.fit_result import Probability, reliable
from estimative.model.inference.mc_estimate import MCEstimate, delta_method, mc_estimate
from estimative.model.inference.posterior import Posterior
from estimative.model.inference.prior_predictive import PriorPredictive
from estimative.model.inference.target_estimates import TargetEstimates
from estimative.model.spec.events import Event
from estimative.model.spec.evidence import Evidence, Indicator, Testimony
from estimative.model.spec.quantities import QuantityName
from estimative.priors.distributions import Family, LogNormal
from estimative.priors.ratio_scale import RATIO_SCALES, RatioBand
from estimative.priors.statements import RatioWord

SIGNIFICANT = 2.0
"""Standard errors by which log-odds have to differ from 0 for two hypotheses to have an order."""
ROUNDING = 1e-9
"""Natural log-odds that are none."""
NODES = 48
"""Of each quadrature."""

type Step = Literal["inconsistent", "consistent", "numbers", "origins", "prior", "other"]
"""What leads from the classic count to the posterior, in this order: see `Reversal`."""
STEPS: tuple[Step, ...] = ("inconsistent", "consistent", "numbers", "origins", "prior", "other")


@dataclass(frozen=True, kw_only=True)
class Hypothesis:
    """A state of the event, and how it ranks by both methods."""

    state: str
    probability: Probability | None
    """None where it is not known well enough."""
    inconsistencies: int
    """The classic count: 1 for each inconsistent item, 2 for each very inconsistent one."""
    weighted: float
    """The same, each item counted as much as it counts in the posterior: items of one origin less than in full."""
    rank: int
    """By probability; 1 is the most probable. Those that the simulation error does not tell apart share a rank."""
    classic_rank: int
    """By the classic count; 1 has the fewest inconsistencies, and hypotheses with as many have the same rank."""


@dataclass(frozen=True, kw_only=True)
class RatedEvidence:
    """An item with its likelihood under each hypothesis."""

    name: str
    weight: float
    """How much it counts: its part of what items of one origin count together, 1 for an item by itself."""
    likelihoods: Mapping[str, float]
    """By state: the median, of which only ratios matter, of the item in full."""
    words: Mapping[str, str]
    """By state, where a word was stated."""
    separation: float
    """How far it separates the hypotheses, as much as it counts: natural log of the largest ratio of likelihoods."""


@dataclass(frozen=True, kw_only=True)
class Contribution:
    """What an item adds to the natural log-odds of the more probable of two hypotheses."""

    name: str
    full: float
    """If it counted in full."""
    counted: float
    """As much as it counts."""


@dataclass(frozen=True, kw_only=True)
class Reversal:
    """Two hypotheses that the classic count and the posterior rank differently, in natural log-odds.

    The log-odds are the sum of the terms. "inconsistent": ratings as inconsistent, each item in full. With the words of
    the ACH scale that is the difference of the classic counts. "consistent": ratings as neutral or consistent, which
    the count leaves out. "numbers": likelihoods that were stated as numbers. "origins": what items of one origin repeat
    is taken off. "prior": the shares before the evidence. "other": all other evidence and inputs.
    """

    preferred: str
    """By the classic count: it has fewer inconsistencies."""
    more_probable: str
    log_odds: MCEstimate
    """Of the more probable hypothesis against the preferred one, after the evidence."""
    terms: Mapping[Step, MCEstimate]
    reversed_by: Step
    """The term with which the sum of those before it changes its sign for good."""
    decisive: tuple[str, ...]
    """Terms, origins ("origin.x") and items ("evidence.x") without which the order would be that of the count, the
    largest first."""
    items: tuple[Contribution, ...]
    """Those that distinguish the two, the largest first."""


@dataclass(frozen=True, kw_only=True)
class CompetingHypotheses:
    """The states of an event as competing hypotheses."""

    event: str
    hypotheses: tuple[Hypothesis, ...]
    """The most probable first."""
    items: tuple[RatedEvidence, ...]
    """In the order of the scenario."""
    reversals: tuple[Reversal, ...]
    """Where the two rankings differ: the first of each, then neighbours by probability."""

    @property
    def counted(self) -> bool:
        """Whether any likelihood was stated as a word, so that there is a classic count."""
        return any(item.words for item in self.items)


def competing_hypotheses(posterior: Posterior, prior: PriorPredictive) -> tuple[CompetingHypotheses, ...]:
    """Compare both rankings for each event with states that items of evidence are about as a whole.

    Parameters
    ----------
    prior
        Of the same assessment.
    """
    events = posterior.assessment.scenario.events.values()
    return tuple(
        _Comparison(posterior, prior, event).result() for event in events if _rated(posterior.assessment, event)
    )


def _rated(assessment: Assessment, event: Event) -> tuple[Evidence, ...]:
    """The items about an event or one of its states, if some are about it as a whole."""
    items = [
        item
        for item in assessment.scenario.evidence.values()
        if isinstance(item, Indicator | Testimony) and item.id not in assessment.left_out
    ]
    mine = tuple(item for item in items if item.about in (event.id, *event.literals))
    return mine if event.states and any(item.about == event.id for item in mine) else ()


class _Comparison:
    """One event of one posterior."""

    def __init__(self, posterior: Posterior, prior: PriorPredictive, event: Event) -> None:
        self.posterior, self.prior, self.event = posterior, prior, event
        self.assessment = posterior.assessment
        self.evidence = _rated(self.assessment, event)
        positions = {name: at for at, name in enumerate(self.assessment.scenario.evidence)}
        self.weights = {item.id: float(self.assessment.weight[positions[item.id]]) for item in self.evidence}
        self.full = {item.id: self._likelihoods(item, 1.0) for item in self.evidence}
        self.actual = {item.id: self._likelihoods(item, self.weights[item.id]) for item in self.evidence}
        self.words = {item.id: dict(self._words(item)) for item in self.evidence}

    def result(self) -> CompetingHypotheses:
        hypotheses = self._hypotheses()
        order = [hypothesis.state for hypothesis in hypotheses]
        items = tuple(self._item(item.id, order) for item in self.evidence)
        return CompetingHypotheses(
            event=self.event.id, hypotheses=hypotheses, items=items, reversals=tuple(self._reversals(hypotheses))
        )

    def _hypotheses(self) -> tuple[Hypothesis, ...]:
        shown = reliable(self.posterior, self.prior)
        states = sorted(self.event.states)
        known = {state: shown.get(("event", f"{self.event.id}={state}")) for state in states}
        value = {state: number.posterior.value if number else -1.0 for state, number in known.items()}
        counts = {state: sum(self._count(item.id, state) for item in self.evidence) for state in states}
        order = sorted(states, key=lambda state: -value[state])
        ranks = self._ranks(order, value)
        return tuple(
            Hypothesis(
                state=state,
                probability=known[state],
                inconsistencies=counts[state],
                weighted=math.fsum(self.weights[i.id] * self._count(i.id, state) for i in self.evidence),
                rank=ranks[state],
                classic_rank=1 + sum(other < counts[state] for other in counts.values()),
            )
            for state in order
        )

    def _ranks(self, order: Sequence[str], value: Mapping[str, float]) -> Mapping[str, int]:
        ranks: dict[str, int] = {}
        for at, state in enumerate(order):
            before = order[at - 1] if at else ""
            alike = before and (value[state] == value[before] or (value[state] > 0 and self._alike(before, state)))
            ranks[state] = ranks[before] if alike else at + 1
        return ranks

    def _alike(self, upper: str, lower: str) -> bool:
        """Whether the probabilities of two states differ by no more than the simulation error."""
        log_odds = self._log_odds(self.posterior, upper, lower)
        return log_odds.value <= max(SIGNIFICANT * log_odds.se, ROUNDING)

    def _count(self, item: str, state: str) -> int:
        """What a rating adds to the classic count."""
        band = self._band(item, state)
        return band.inconsistent if band else 0

    def _word(self, item: str, state: str) -> str:
        """The preferred word for what was stated, perhaps as a code."""
        band = self._band(item, state)
        return band.words[0] if band else ""

    def _band(self, item: str, state: str) -> RatioBand | None:
        word = self.words[item].get(state)
        return RATIO_SCALES[word.scale].band(word.term) if word else None

    def _words(self, item: Evidence) -> Iterator[tuple[str, RatioWord]]:
        for state in self.event.states:
            prior = self.assessment.priors.get(f"evidence.{item.id}.{state}")
            if prior and isinstance(prior.stated.statement, RatioWord):
                yield state, prior.stated.statement

    def _likelihoods(self, item: Evidence, weight: float) -> Mapping[str, float]:
        """Natural log of the likelihood under each state, as it counts in the odds of two states.

        An indicator counts as its median, a testimony as its expectation over the motive of the speaker. One whose
        motive is a factor, or which is stated as two chances, is left to the other terms.
        """
        if isinstance(item, Testimony):
            return self._testimony(item, weight)
        medians = self.assessment.median
        if item.about == self.event.id:
            return {s: weight * math.log(medians(f"evidence.{item.id}.{s}")) for s in self.event.states}
        assert isinstance(item, Indicator)
        ratio = weight * math.log(medians(f"evidence.{item.id}")) * (1 if item.supports else -1)
        return {s: ratio * (f"{self.event.id}={s}" == item.about) for s in self.event.states}

    def _testimony(self, item: Testimony, weight: float) -> Mapping[str, float]:
        name, priors = f"evidence.{item.id}", self.assessment.priors
        if item.motive is not None or item.id in self.assessment.structure.quantities.pairs:
            return dict.fromkeys(self.event.states, 0.0)
        if item.about == self.event.id:
            said = {QuantityName.parse(each).key: priors[each].family for each in priors if each.startswith(f"{name}.")}
            return _expected(said, priors[f"motives.{item.id}"].family, weight, self.event.states)
        # A ratio is the inverse of a likelihood under the states that are denied.
        state, family = item.about.partition("=")[2], priors[name].family
        assert isinstance(family, LogNormal)
        denied = LogNormal(mu=-family.mu, sigma=family.sigma)
        expected = _expected({state: denied}, priors[f"motives.{item.id}"].family, weight, self.event.states)
        return {each: -value if item.claims else value for each, value in expected.items()}

    def _item(self, name: str, order: Sequence[str]) -> RatedEvidence:
        values = self.actual[name].values()
        return RatedEvidence(
            name=name,
            weight=self.weights[name],
            likelihoods={state: math.exp(self.full[name][state]) for state in order},
            words={state: self._word(name, state) for state in order if state in self.words[name]},
            separation=max(values) - min(values),
        )

    def _reversals(self, hypotheses: Sequence[Hypothesis]) -> Iterator[Reversal]:
        """The first of each ranking, and neighbours by probability that the classic count ranks the other way."""
        known = [h for h in hypotheses if h.probability and 0 < h.probability.posterior.value < 1]
        first = min(known, key=lambda h: (h.inconsistencies, h.rank), default=None)
        pairs = [(known[0], first)] if known and first else []
        for upper, lower in dict.fromkeys([*((a.state, b.state) for a, b in pairs), *_neighbours(known)]):
            counts = {h.state: h.inconsistencies for h in known}
            if counts[lower] < counts[upper] and (reversal := self._reversal(upper, lower)):
                yield reversal

    def _reversal(self, upper: str, lower: str) -> Reversal | None:
        log_odds = self._log_odds(self.posterior, upper, lower)
        prior = self._prior_log_odds(upper, lower)
        if prior is None or self._alike(upper, lower):
            return None

        def total(wanted: Callable[[str, str], bool]) -> float:
            """Of the ratings in full that are wanted, by item and state."""
            signs = ((upper, 1), (lower, -1))
            return math.fsum(
                sign * self.full[item.id][s] for item in self.evidence for s, sign in signs if wanted(item.id, s)
            )

        items = [self._contribution(item.id, upper, lower) for item in self.evidence]
        fixed = {
            "inconsistent": total(lambda item, s: self._count(item, s) > 0),
            "consistent": total(lambda item, s: s in self.words[item] and self._count(item, s) == 0),
            "numbers": total(lambda item, s: s not in self.words[item]),
            "origins": math.fsum(item.counted - item.full for item in items),
        }
        exact = math.fsum(fixed.values())
        rest = delta_method(log_odds.value - prior.value - exact, [(1.0, log_odds), (-1.0, prior)])
        terms: dict[Step, MCEstimate] = {
            **{step: MCEstimate(value=fixed[step]) for step in STEPS if step in fixed},
            "prior": prior,
            "other": rest,
        }
        ranked = sorted(items, key=lambda item: -abs(item.counted))
        return Reversal(
            preferred=lower,
            more_probable=upper,
            log_odds=log_odds,
            terms=terms,
            reversed_by=_crossing(terms),
            decisive=tuple(self._decisive(log_odds.value, terms, items)),
            items=tuple(item for item in ranked if item.full or item.counted),
        )

    def _contribution(self, name: str, upper: str, lower: str) -> Contribution:
        full, actual = self.full[name], self.actual[name]
        return Contribution(name=name, full=full[upper] - full[lower], counted=actual[upper] - actual[lower])

    def _decisive(
        self, log_odds: float, terms: Mapping[Step, MCEstimate], items: Sequence[Contribution]
    ) -> Iterator[str]:
        """What alone makes the more probable hypothesis so: without it, the log-odds would not be above 0."""
        parts = {step: terms[step].value for step in ("consistent", "prior", "other")}
        for item in items:
            evidence = self.assessment.scenario.evidence[item.name]
            parts[f"evidence.{item.name}"] = item.counted
            if self.assessment.items_per_origin.get((evidence.origin, evidence.about), 1) > 1:
                origin = f"origin.{evidence.origin}"
                parts[origin] = parts.get(origin, 0.0) + item.counted - item.full
        largest = sorted(parts.items(), key=lambda part: -part[1])
        yield from (name for name, value in largest if log_odds - value <= 0)

    def _log_odds(self, draws: TargetEstimates, upper: str, lower: str) -> MCEstimate:
        """Natural log-odds of one state against another."""
        yes = [draws.query_probabilities("event", f"{self.event.id}={state}")[0] for state in (upper, lower)]
        means = [float(draws.draws.weights @ series) for series in yes]
        value = math.log(means[0]) - math.log(means[1])
        return mc_estimate(value, yes[0] / means[0] - yes[1] / means[1], draws.draws)

    def _prior_log_odds(self, upper: str, lower: str) -> MCEstimate | None:
        """The same before the evidence, exact where the event depends on nothing; None where one is impossible."""
        event = self.event
        if not (event.drivers or event.given or event.unless or event.table_parents):
            entry = f"tables.{event.id}.none" if event.form == "table" else f"events.{event.id}"
            means = {state: self.assessment.marginal(f"{entry}.{state}").mean for state in event.share_states[1:]}
            means[event.share_states[0]] = 1 - math.fsum(means.values())
            if min(means[upper], means[lower]) <= 0:
                return None
            return MCEstimate(value=math.log(means[upper]) - math.log(means[lower]))
        estimate = self._log_odds(self.prior, upper, lower)
        return MCEstimate(value=estimate.value, own_variance=estimate.se**2)


def _expected(said: Mapping[str, Family], motive: Family, weight: float, states: Sequence[str]) -> Mapping[str, float]:
    """Natural log of what a statement is expected to say about each state, over motive and likelihoods.

    m + (1 - m) L counts to the power of w/2 if its state holds, and of -w/2 if not: by quadrature over both.
    """
    roots, weights = np.polynomial.legendre.leggauss(NODES)
    normals, masses = np.polynomial.hermite_e.hermegauss(NODES)
    m = np.array([motive.quantile(float((1 + root) / 2)) for root in roots])[:, None]
    holds, fails = {}, {}
    for state, family in said.items():
        assert isinstance(family, LogNormal)
        counted = weight / 2 * np.log(m + (1 - m) * np.exp(family.mu + family.sigma * normals))
        holds[state], fails[state] = (np.exp(sign * counted) @ (masses / masses.sum()) for sign in (1, -1))

    def total(holding: str) -> float:
        factors = [holds[state] if state == holding else fails[state] for state in said]
        return float(np.log(weights @ np.prod(factors, axis=0) / 2))

    return {state: total(state) for state in states}


def _neighbours(known: Sequence[Hypothesis]) -> list[tuple[str, str]]:
    return [(upper.state, lower.state) for upper, lower in pairwise(known)]


def _crossing(terms: Mapping[Step, MCEstimate]) -> Step:
    """The last term with which the running sum becomes positive."""
    sums = list(accumulate(terms[step].value for step in STEPS))
    last = max((at for at, value in enumerate(sums) if value <= 0), default=-1)
    return STEPS[min(last + 1, len(STEPS) - 1)]

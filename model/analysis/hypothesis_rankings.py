"""Rank the states of events by their probability and by the classic count, and find what reverses the order."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, pairwise
from typing import Literal

from estimative.model.analysis.competing_hypotheses import (
    STEPS,
    CompetingHypotheses,
    Contribution,
    Hypothesis,
    RatedEvidence,
    Reversal,
    Step,
)
from estimative.model.analysis.state_likelihoods import log_likelihoods
from estimative.model.assessment import Assessment
from estimative.model.inference.fit_result import reliable
from estimative.model.inference.mc_estimate import MCEstimate, delta_method, mc_estimate
from estimative.model.inference.posterior import Posterior
from estimative.model.inference.prior_predictive import PriorPredictive
from estimative.model.inference.target_estimates import TargetEstimates
from estimative.model.spec.events import Event
from estimative.model.spec.evidence import Evidence, Indicator, Testimony
from estimative.priors.ratio_scale import RATIO_SCALES, RatioBand
from estimative.priors.statements import RatioWord

SIGNIFICANT = 2.0
"""Standard errors by which log-odds have to differ from 0 for two hypotheses to have an order."""
ROUNDING = 1e-9
"""Natural log-odds that are none."""


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
        self.full = {item.id: log_likelihoods(self.assessment, item, event, 1.0) for item in self.evidence}
        self.actual = {
            item.id: log_likelihoods(self.assessment, item, event, self.weights[item.id]) for item in self.evidence
        }
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
        prior = self._prior_log_odds(upper, lower)
        if prior is None or self._alike(upper, lower):
            return None
        log_odds = self._log_odds(self.posterior, upper, lower)
        items = [self._contribution(item.id, upper, lower) for item in self.evidence]
        terms = self._terms(upper, lower, log_odds, prior, items)
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

    def _terms(
        self, upper: str, lower: str, log_odds: MCEstimate, prior: MCEstimate, items: Sequence[Contribution]
    ) -> Mapping[Step, MCEstimate]:
        """The terms of the log-odds, what is left being the last."""
        ratings: dict[Step, float] = dict.fromkeys(("inconsistent", "consistent", "numbers"), 0.0)
        for item in self.evidence:
            for state, sign in ((upper, 1), (lower, -1)):
                ratings[self._rating(item.id, state)] += sign * self.full[item.id][state]
        fixed = {**ratings, "origins": math.fsum(item.counted - item.full for item in items)}
        rest = log_odds.value - prior.value - math.fsum(fixed.values())
        return {
            **{step: MCEstimate(value=value) for step, value in fixed.items()},
            "prior": prior,
            "other": delta_method(rest, [(1.0, log_odds), (-1.0, prior)]),
        }

    def _rating(self, item: str, state: str) -> Literal["inconsistent", "consistent", "numbers"]:
        """To which term a likelihood belongs."""
        if state not in self.words[item]:
            return "numbers"
        return "inconsistent" if self._count(item, state) else "consistent"

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


def _neighbours(known: Sequence[Hypothesis]) -> list[tuple[str, str]]:
    return [(upper.state, lower.state) for upper, lower in pairwise(known)]


def _crossing(terms: Mapping[Step, MCEstimate]) -> Step:
    """The last term with which the running sum becomes positive."""
    sums = list(accumulate(terms[step].value for step in STEPS))
    last = max((at for at, value in enumerate(sums) if value <= 0), default=-1)
    return STEPS[min(last + 1, len(STEPS) - 1)]

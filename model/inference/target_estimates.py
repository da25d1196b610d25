"""Every probability that draws imply, each with its own verdict: what cannot be relied on is left out by itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Literal

import numpy as np
from msgspec import Struct

from estimative.model.inference.diagnostics import Verdict, ess_estimator, judge_probability, judge_series
from estimative.model.inference.draws import Draws
from estimative.model.inference.estimates import ProbabilityEstimate, Undefined, estimate_probability
from estimative.model.inference.mc_estimate import MCEstimate, mc_estimate
from estimative.model.inference.psis import tail_shape
from estimative.model.likelihood.bayes_net import EVERYTHING, Query
from estimative.model.likelihood.layout import Numbers
from estimative.model.likelihood.queries import QueryProbabilities, Target
from estimative.model.likelihood.variable_elimination import Contradiction

MAX_TILTS = 6
"""Rare queries that one fit gets draws for."""
ROUNDING = 1e-12
"""Relative, of a sum over the states of an event."""

type TargetKey = tuple[str, str]
"""Kind ("outcome", "event", "link") and id."""


class Omission(Struct, frozen=True, kw_only=True):
    """A probability that is not shown."""

    kind: str
    """"outcome", "event" or "link"."""
    id: str
    reason: Literal["impossible condition", "not converged"]
    verdict: Verdict | None
    """Of a probability that did not converge, by itself."""


class TargetEstimates(Struct, frozen=True, kw_only=True, dict=True):
    """Draws, with every target's probability at each."""

    draws: Draws
    targets: tuple[Target, ...]
    """Outcomes, events and links, in the order of `probabilities`."""
    probabilities: QueryProbabilities
    """Of every target at every draw; dims (target, draw)."""

    @property
    def headline_key(self) -> TargetKey:
        """Of the outcome that a report leads with."""
        raise NotImplementedError

    @cached_property
    def all_estimates(self) -> Mapping[TargetKey, ProbabilityEstimate]:
        """Every target's probability; one whose condition is impossible is left out.

        Raises
        ------
        Contradiction
            If the condition of the headline is impossible.
        """
        estimates: dict[TargetKey, ProbabilityEstimate] = {}
        for index, target in enumerate(self.targets):
            yes, given = self.probabilities.yes[index], self.probabilities.given[index]
            key = target.kind, target.id
            try:
                estimates[key] = estimate_probability(yes, self.draws, ess_estimator(self.draws.method), given=given)
            except Undefined:
                if key == self.headline_key:
                    reason, place = "an impossible condition", f"outcomes.{target.id}.given"
                    raise Contradiction(reason, key=place) from None
        return estimates

    @cached_property
    def verdicts(self) -> Mapping[TargetKey, Verdict]:
        """The checks of every probability by itself, under its own condition."""
        return {
            key: verdict_of(estimate, *self.query_probabilities(*key), self.draws)
            for key, estimate in self.all_estimates.items()
        }

    @property
    def estimates(self) -> Mapping[TargetKey, ProbabilityEstimate]:
        """Every target's probability that passed its checks; the headline in any case."""
        return {
            key: estimate
            for key, estimate in self.all_estimates.items()
            if key == self.headline_key or self.verdicts[key].passed
        }

    @property
    def unreliable(self) -> tuple[TargetKey, ...]:
        """The targets that did not pass."""
        return tuple(key for key, verdict in self.verdicts.items() if not verdict.passed)

    def omissions(self) -> Iterator[Omission]:
        """What `estimates` leaves out."""
        for target in self.targets:
            key = target.kind, target.id
            if key not in self.all_estimates:
                yield Omission(kind=target.kind, id=target.id, reason="impossible condition", verdict=None)
            elif key not in self.estimates:
                verdict = self.verdicts[key]
                yield Omission(kind=target.kind, id=target.id, reason="not converged", verdict=verdict)

    @property
    def rare_queries(self) -> tuple[Query, ...]:
        """What draws have to be likely to answer where the targets did not pass, the least certain first."""
        uncertain = sorted(self.unreliable, key=lambda key: -relative_se(self.all_estimates[key]))
        chosen = [self.targets[self._index(*key)] for key in uncertain]
        queries = [query for target in chosen for query in (target.yes, target.given)]
        # Queries hold arrays, which have no hash.
        different = {(query.scope, query.accepted.tobytes()): query for query in queries if query is not EVERYTHING}
        return tuple(different.values())[:MAX_TILTS]

    def query_probabilities(self, kind: str, name: str) -> tuple[Numbers, Numbers]:
        """Return P(target and condition) and P(condition) at each draw; dims (draw) each."""
        index = self._index(kind, name)
        return self.probabilities.yes[index], self.probabilities.given[index]

    def mc_estimate(self, kind: str, name: str) -> MCEstimate:
        """Return the probability of a target with the influence of each draw, for differences between fits."""
        return mc_estimate(self.all_estimates[kind, name].value, self.deviation(kind, name), self.draws)

    def deviation(self, kind: str, name: str) -> Numbers:
        """Compute each draw's deviation from a target's probability, for `mc_estimate`; dims (draw).

        (yes - p given) / E[given], the linearised ratio of two means; its weighted mean is 0.
        """
        yes, given = self.query_probabilities(kind, name)
        value, base = self.all_estimates[kind, name].value, float(self.draws.weights @ given)
        return np.asarray((yes - value * given) / base)

    def conditional(self, kind: str, name: str) -> Numbers:
        """P(target | condition, theta), 0 where the condition is impossible; dims (draw)."""
        return _ratio(*self.query_probabilities(kind, name))

    def _index(self, kind: str, name: str) -> int:
        return next(i for i, target in enumerate(self.targets) if (target.kind, target.id) == (kind, name))


def verdict_of(estimate: ProbabilityEstimate, yes: Numbers, given: Numbers, draws: Draws) -> Verdict:
    """Check whether draws support the probability that was estimated from them.

    Parameters
    ----------
    yes, given
        P(yes and condition | theta) and P(condition | theta); dims (draw).
    """
    if estimate.se == 0:
        return Verdict.of(draws.method, ())
    if draws.method == "nuts":
        return judge_series(_ratio(yes, given), draws, relative_se(estimate))
    k_hat = max(_tail_shape(yes, draws), _tail_shape(given, draws))
    return judge_probability(k_hat, estimate.ess, estimate.interval.ess, relative_se(estimate))


def supported(yes: Numbers, given: Numbers, draws: Draws) -> ProbabilityEstimate | None:
    """Estimate a probability; None where its condition is impossible or the draws do not support it."""
    try:
        estimate = estimate_probability(yes, draws, ess_estimator(draws.method), given=given)
    except Undefined:
        return None
    return estimate if verdict_of(estimate, yes, given, draws).passed else None


def mean_verdict(series: Numbers, draws: Draws, relative_error: float) -> Verdict:
    """Check whether draws support the mean of a series of positive numbers; dims (draw)."""
    if draws.method == "nuts":
        return judge_series(series, draws, relative_error)
    ess = ess_estimator(draws.method)(series, draws)
    return judge_probability(_tail_shape(series, draws), ess, ess, relative_error)


def _ratio(yes: Numbers, given: Numbers) -> Numbers:
    """P(yes | condition, theta), 0 where the condition is impossible; dims (draw)."""
    return np.divide(yes, given, out=np.zeros_like(yes), where=given > 0)


def _tail_shape(series: Numbers, draws: Draws) -> float:
    """Pareto k of the weights times a probability; most conditions are certain, and have that of the weights."""
    constant = series.max() - series.min() <= ROUNDING * series.max()
    return draws.k_hat if constant else tail_shape(draws.weights * series)


def relative_se(estimate: ProbabilityEstimate) -> float:
    """The standard error over the value, 0 for a value of 0."""
    return estimate.se / estimate.value if estimate.value > 0 else 0.0

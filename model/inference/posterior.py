"""A posterior: an assessment after the evidence, with everything that is asked of it, before and after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from estimative.model.assessment import Assessment
from estimative.model.inference import diagnostics as convergence
from estimative.model.inference.diagnostics import Verdict
from estimative.model.inference.draws import Draws, Method
from estimative.model.inference.estimates import (
    EssEstimator,
    ProbabilityEstimate,
    QuantitySummary,
    Undefined,
    estimate_probability,
    summarize_quantity,
    weighted_ess,
)
from estimative.model.inference.mc_estimate import MCEstimate, mc_estimate
from estimative.model.inference.prior_transform import prior_transform
from estimative.model.likelihood.equations import Theta
from estimative.model.likelihood.layout import Numbers
from estimative.model.likelihood.queries import QueryProbabilities, Target, evaluate_queries, targets
from estimative.model.likelihood.variable_elimination import Contradiction

PRIOR_DRAWS = 5000
AGREEMENT = 4.0
"""Joint standard errors by which two methods may differ: once in 16,000 by chance."""


@dataclass(frozen=True, kw_only=True)
class Posterior:
    """Draws with what they say."""

    assessment: Assessment
    draws: Draws
    targets: tuple[Target, ...]
    probabilities: QueryProbabilities
    """Of every target at every draw, after the evidence."""
    seed: int

    @property
    def method(self) -> Method:
        return self.draws.method

    @cached_property
    def estimates(self) -> Mapping[tuple[str, str], ProbabilityEstimate]:
        """Of every target, by sort and id; a link whose condition cannot be so has none.

        Raises
        ------
        Contradiction
            If the condition of an outcome cannot be so.
        """
        return _estimates(self.targets, self.probabilities, self.draws, convergence.ess_estimator(self.method))

    @property
    def headline(self) -> ProbabilityEstimate:
        return self.estimates["outcome", self.assessment.scenario.headline]

    def mc_estimate(self, sort: str, name: str) -> MCEstimate:
        """The probability of a target with the noise of each draw."""
        return mc_estimate(self.estimates[sort, name].value, self.deviation(sort, name), self.draws)

    def deviation(self, sort: str, name: str) -> Numbers:
        """What each draw adds to the error of a target's probability, before it is weighed; dims (draw)."""
        yes, given = self.query_probabilities(sort, name)
        value, base = self.estimates[sort, name].value, float(self.draws.weights @ given)
        return np.asarray((yes - value * given) / base)

    def query_probabilities(self, sort: str, name: str) -> tuple[Numbers, Numbers]:
        """Of a target and of its condition, dims (draw) each."""
        return _chances(self.targets, self.probabilities, sort, name)

    def summarize_quantity(self, name: str) -> QuantitySummary:
        """How a quantity is distributed after the evidence."""
        return summarize_quantity(self.quantity(name), self.draws, convergence.ess_estimator(self.method))

    def quantity(self, name: str) -> Numbers:
        """The draws of a quantity on its own scale (a ratio as a ratio); dims (draw)."""
        return _quantity(self.assessment, self.draws.theta, name)

    @cached_property
    def verdict(self) -> Verdict:
        """Whether these draws can be believed."""
        headline = self.headline
        relative = headline.se / headline.value if headline.value > 0 else 0.0
        name = self.assessment.scenario.headline
        if self.method == "importance":
            return convergence.judge_importance(self.draws.diagnostics, self.draws.effective, name, relative)
        free = [name for name, prior in self.assessment.priors.items() if not prior.family.constant]
        series = {name: self.quantity(name) for name in free}
        for index, target in enumerate(self.targets):
            series[f"{target.kind} {target.id}"] = _chance(self.probabilities, index)
        return convergence.judge_nuts(self.draws, series, name, relative)


@dataclass(frozen=True, kw_only=True)
class PriorPredictive:
    """The same questions before the evidence: plain draws from the prior."""

    draws: Draws
    targets: tuple[Target, ...]
    probabilities: QueryProbabilities

    @cached_property
    def estimates(self) -> Mapping[tuple[str, str], ProbabilityEstimate]:
        """As those of a posterior."""
        return _estimates(self.targets, self.probabilities, self.draws, weighted_ess)

    def query_probabilities(self, sort: str, name: str) -> tuple[Numbers, Numbers]:
        """Of a target and of its condition, dims (draw) each."""
        return _chances(self.targets, self.probabilities, sort, name)


def _chances(
    asked: tuple[Target, ...], probabilities: QueryProbabilities, sort: str, name: str
) -> tuple[Numbers, Numbers]:
    index = next(i for i, target in enumerate(asked) if (target.kind, target.id) == (sort, name))
    return probabilities.yes[index], probabilities.given[index]


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """The outcome at which two methods differ most, in terms of their errors."""

    outcome: str
    difference: float
    """In probability."""
    joint_se: float
    agree: bool
    """Whether they differ by at most AGREEMENT joint standard errors."""

    @classmethod
    def of(cls, outcome: str, difference: float, joint_se: float) -> Agreement:
        agree = _ratio(difference, joint_se) <= AGREEMENT
        return cls(outcome=outcome, difference=difference, joint_se=joint_se, agree=agree)

    @property
    def ratio(self) -> float:
        """The difference in joint Monte Carlo standard errors."""
        return _ratio(self.difference, self.joint_se)


def _ratio(difference: float, joint_se: float) -> float:
    if joint_se > 0:
        return abs(difference) / joint_se
    return 0.0 if abs(difference) < 1e-9 else float("inf")


def posterior_of(assessment: Assessment, draws: Draws, *, seed: int) -> Posterior:
    """Reckon every target at every draw."""
    asked = targets(assessment.scenario)
    probabilities = evaluate_queries(assessment.structure, draws.theta, asked)
    posterior = Posterior(assessment=assessment, draws=draws, targets=asked, probabilities=probabilities, seed=seed)
    return drop_undefined(posterior) if assessment.conditioned_events else posterior


def drop_undefined(posterior: Posterior) -> Posterior:
    """The same without outcomes whose condition cannot be so, unless that is the headline."""
    headline = ("outcome", posterior.assessment.scenario.headline)
    kept = [
        index
        for index, target in enumerate(posterior.targets)
        if (target.kind, target.id) == headline or posterior.draws.weights @ posterior.probabilities.given[index] > 0
    ]
    probabilities = posterior.probabilities
    return replace(
        posterior,
        targets=tuple(posterior.targets[index] for index in kept),
        probabilities=replace(probabilities, yes=probabilities.yes[kept], given=probabilities.given[kept]),
    )


def prior_predictive(assessment: Assessment, *, seed: int, count: int = PRIOR_DRAWS) -> PriorPredictive:
    """The answers that the priors alone give."""
    space = prior_transform(assessment)
    rng = np.random.default_rng([seed, 1])
    theta = space.theta(rng.standard_normal((space.dimension, count)))
    asked = targets(assessment.scenario)
    draws = Draws(
        method="importance",
        theta=theta,
        weights=np.full(count, 1 / count),
        chains=1,
        diagnostics={},
    )
    return PriorPredictive(
        draws=draws, targets=asked, probabilities=evaluate_queries(assessment.structure, theta, asked, evidence=False)
    )


def _estimates(
    asked: tuple[Target, ...], probabilities: QueryProbabilities, draws: Draws, effective: EssEstimator
) -> dict[tuple[str, str], ProbabilityEstimate]:
    found: dict[tuple[str, str], ProbabilityEstimate] = {}
    for index, target in enumerate(asked):
        try:
            estimate = estimate_probability(
                probabilities.yes[index], draws, effective, given=probabilities.given[index]
            )
        except Undefined:
            if target.kind == "outcome":
                raise Contradiction("a condition that cannot be so", key=f"outcomes.{target.id}.given") from None
            continue
        found[target.kind, target.id] = estimate
    return found


def agreement(first: Posterior, second: Posterior) -> Agreement:
    """How far two fits of one assessment are apart, at the outcome where it is most in terms of their errors."""
    apart = []
    for key, one in first.estimates.items():
        if key[0] == "outcome":
            other = second.estimates[key]
            error = (one.se**2 + other.se**2) ** 0.5
            apart.append(Agreement.of(key[1], one.value - other.value, error))
    return max(apart, key=lambda entry: entry.ratio)


def _chance(probabilities: QueryProbabilities, index: int) -> Numbers:
    yes, given = probabilities.yes[index], probabilities.given[index]
    chance: Numbers = np.divide(yes, given, out=np.zeros_like(yes), where=given > 0)
    return chance


def _quantity(assessment: Assessment, theta: Theta, name: str) -> Numbers:
    quantities = assessment.structure.quantities
    if name in quantities.degrees:
        return np.asarray(theta.degree[quantities.degrees[name]])
    return np.asarray(np.exp(theta.log_ratio[quantities.ratios[name]]))

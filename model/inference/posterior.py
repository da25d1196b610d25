"""The posterior of an assessment, and its prior predictive: draws, and the probabilities that they imply."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from estimative.model.assessment import Assessment
from estimative.model.inference.diagnostics import Verdict, ess_estimator, judge_importance, judge_nuts
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
from estimative.model.inference.threads import one_blas_thread
from estimative.model.likelihood.equations import Theta
from estimative.model.likelihood.layout import Numbers
from estimative.model.likelihood.queries import QueryProbabilities, Target, evaluate_queries, targets
from estimative.model.likelihood.variable_elimination import Contradiction

PRIOR_DRAWS = 5000
AGREEMENT = 4.0
"""Joint standard errors by which two methods may differ: by chance once in 16,000 comparisons."""


@dataclass(frozen=True, kw_only=True)
class Posterior:
    """The posterior of an assessment: draws of the quantities, and every probability at each draw.

    The events are summed out exactly, so that P(target | evidence) is the mean over the draws of
    P(target | theta, evidence): a Rao-Blackwellised estimate, with far less noise than counting simulated events.
    """

    assessment: Assessment
    draws: Draws
    targets: tuple[Target, ...]
    """Outcomes, events and links, in the order of `probabilities`."""
    probabilities: QueryProbabilities
    """Of every target at every draw, given the evidence; dims (target, draw)."""
    seed: int

    def __repr__(self) -> str:
        scenario, prior_set = self.assessment.scenario, self.assessment.prior_set
        try:
            headline = f"headline {100 * self.headline.value:.3g}%"
        except Contradiction:
            headline = "headline undefined"
        return f"Posterior({scenario.id}, {prior_set.name}: {self.draws.count} {self.method} draws, {headline})"

    @property
    def method(self) -> Method:
        return self.draws.method

    @cached_property
    def estimates(self) -> Mapping[tuple[str, str], ProbabilityEstimate]:
        """Every target's probability, by kind ("outcome", "event", "link") and id.

        A link whose condition is impossible is left out.

        Raises
        ------
        Contradiction
            If the condition of an outcome is impossible.
        """
        return _estimates(self.targets, self.probabilities, self.draws, ess_estimator(self.method))

    @property
    def headline(self) -> ProbabilityEstimate:
        """The probability that a report leads with."""
        return self.estimates["outcome", self.assessment.scenario.headline]

    def mc_estimate(self, kind: str, name: str) -> MCEstimate:
        """Return the probability of a target with the influence of each draw, for differences between fits."""
        return mc_estimate(self.estimates[kind, name].value, self.deviation(kind, name), self.draws)

    def deviation(self, kind: str, name: str) -> Numbers:
        """Compute each draw's deviation from a target's probability, for `mc_estimate`; dims (draw).

        (yes - p given) / E[given], the linearised ratio of two means; its weighted mean is 0.
        """
        yes, given = self.query_probabilities(kind, name)
        value, base = self.estimates[kind, name].value, float(self.draws.weights @ given)
        return np.asarray((yes - value * given) / base)

    def query_probabilities(self, kind: str, name: str) -> tuple[Numbers, Numbers]:
        """Return P(target and condition) and P(condition) at each draw, given the evidence; dims (draw) each."""
        return _query_probabilities(self.targets, self.probabilities, kind, name)

    def summarize_quantity(self, name: str) -> QuantitySummary:
        """Summarize the posterior of a quantity, by its name in the prior set."""
        return summarize_quantity(self.quantity(name), self.draws, ess_estimator(self.method))

    def quantity(self, name: str) -> Numbers:
        """Return the draws of a quantity on its own scale (a ratio as a ratio); dims (draw)."""
        return _quantity(self.assessment, self.draws.theta, name)

    @cached_property
    def verdict(self) -> Verdict:
        """The method's convergence checks on these draws."""
        headline = self.headline
        relative_se = headline.se / headline.value if headline.value > 0 else 0.0
        name = self.assessment.scenario.headline
        if self.method == "importance":
            return judge_importance(self.draws.diagnostics, self.draws.ess, name, relative_se)
        uncertain = [name for name, prior in self.assessment.priors.items() if not prior.family.constant]
        series = {name: self.quantity(name) for name in uncertain}
        # A chain may mix in every parameter and still not in a rare outcome, so probabilities are checked too.
        for index, target in enumerate(self.targets):
            series[f"{target.kind} {target.id}"] = _conditional(self.probabilities, index)
        return judge_nuts(self.draws, series, name, relative_se)


@dataclass(frozen=True, kw_only=True)
class PriorPredictive:
    """The same probabilities before the evidence, at plain draws from the prior."""

    draws: Draws
    """Equally weighted."""
    targets: tuple[Target, ...]
    probabilities: QueryProbabilities
    """Of every target at every draw, without any evidence; dims (target, draw)."""

    def __repr__(self) -> str:
        return f"PriorPredictive({len(self.targets)} targets, {self.draws.count} draws from the prior)"

    @cached_property
    def estimates(self) -> Mapping[tuple[str, str], ProbabilityEstimate]:
        """Every target's probability, by kind and id; see `Posterior.estimates`."""
        return _estimates(self.targets, self.probabilities, self.draws, weighted_ess)

    def query_probabilities(self, kind: str, name: str) -> tuple[Numbers, Numbers]:
        """Return P(target and condition) and P(condition) at each draw; dims (draw) each."""
        return _query_probabilities(self.targets, self.probabilities, kind, name)


def _query_probabilities(
    targets: tuple[Target, ...], probabilities: QueryProbabilities, kind: str, name: str
) -> tuple[Numbers, Numbers]:
    index = next(i for i, target in enumerate(targets) if (target.kind, target.id) == (kind, name))
    return probabilities.yes[index], probabilities.given[index]


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """How far two methods' fits differ, at the outcome where they differ most for their errors."""

    outcome: str
    difference: float
    """In probability: the first method's less the second's."""
    joint_se: float
    """Root of the sum of the squared standard errors: the two methods share no draws."""
    agree: bool
    """Whether they differ by at most AGREEMENT joint standard errors."""

    @classmethod
    def of(cls, outcome: str, difference: float, joint_se: float) -> Agreement:
        """Compare a difference with its joint standard error."""
        agree = _ratio(difference, joint_se) <= AGREEMENT
        return cls(outcome=outcome, difference=difference, joint_se=joint_se, agree=agree)

    @property
    def ratio(self) -> float:
        """The difference in joint Monte Carlo standard errors."""
        return _ratio(self.difference, self.joint_se)


def _ratio(difference: float, joint_se: float) -> float:
    if joint_se > 0:
        return abs(difference) / joint_se
    # Both exact: equal up to rounding, or different beyond doubt.
    return 0.0 if abs(difference) < 1e-9 else float("inf")


def posterior_of(assessment: Assessment, draws: Draws, *, seed: int) -> Posterior:
    """Evaluate every target at every draw.

    Raises
    ------
    Contradiction
        If the evidence is impossible at every draw.
    """
    chosen = targets(assessment.scenario)
    probabilities = evaluate_queries(assessment.structure, draws.theta, chosen)
    posterior = Posterior(assessment=assessment, draws=draws, targets=chosen, probabilities=probabilities, seed=seed)
    # Conditioning may make other outcomes' conditions impossible; without it, that is an error of the scenario.
    return drop_undefined(posterior) if assessment.conditioned_events else posterior


def drop_undefined(posterior: Posterior) -> Posterior:
    """Drop the outcomes whose condition is impossible, but not the headline: without it there is no answer."""
    headline = ("outcome", posterior.assessment.scenario.headline)
    defined = [
        index
        for index, target in enumerate(posterior.targets)
        if (target.kind, target.id) == headline or posterior.draws.weights @ posterior.probabilities.given[index] > 0
    ]
    probabilities = posterior.probabilities
    return replace(
        posterior,
        targets=tuple(posterior.targets[index] for index in defined),
        probabilities=replace(probabilities, yes=probabilities.yes[defined], given=probabilities.given[defined]),
    )


def prior_predictive(assessment: Assessment, *, seed: int, count: int = PRIOR_DRAWS) -> PriorPredictive:
    """Evaluate every target at draws from the prior, before any evidence.

    Parameters
    ----------
    seed
        Its draws are independent of those of a fit with the same seed.
    count
        Number of draws.
    """
    transform = prior_transform(assessment)
    # A stream of its own: streams 2 and 3 belong to resampling and to the last batch.
    rng = np.random.default_rng([seed, 1])
    theta = transform.theta(rng.standard_normal((transform.dimension, count)))
    chosen = targets(assessment.scenario)
    with one_blas_thread():
        probabilities = evaluate_queries(assessment.structure, theta, chosen, evidence=False)
    draws = Draws(method="importance", theta=theta, weights=np.full(count, 1 / count), chains=1, diagnostics={})
    return PriorPredictive(draws=draws, targets=chosen, probabilities=probabilities)


def _estimates(
    targets: tuple[Target, ...], probabilities: QueryProbabilities, draws: Draws, ess: EssEstimator
) -> dict[tuple[str, str], ProbabilityEstimate]:
    estimates: dict[tuple[str, str], ProbabilityEstimate] = {}
    for index, target in enumerate(targets):
        try:
            estimate = estimate_probability(probabilities.yes[index], draws, ess, given=probabilities.given[index])
        except Undefined:
            if target.kind == "outcome":
                raise Contradiction("an impossible condition", key=f"outcomes.{target.id}.given") from None
            continue
        estimates[target.kind, target.id] = estimate
    return estimates


def agreement(first: Posterior, second: Posterior) -> Agreement:
    """Compare two fits of one assessment at the outcome where they differ most for their errors."""
    comparisons = []
    for (kind, name), estimate in first.estimates.items():
        if kind == "outcome":
            other = second.estimates[kind, name]
            joint_se = (estimate.se**2 + other.se**2) ** 0.5
            comparisons.append(Agreement.of(name, estimate.value - other.value, joint_se))
    return max(comparisons, key=lambda comparison: comparison.ratio)


def _conditional(probabilities: QueryProbabilities, index: int) -> Numbers:
    """P(target | condition, theta, evidence), 0 where the condition is impossible; dims (draw)."""
    yes, given = probabilities.yes[index], probabilities.given[index]
    conditional: Numbers = np.divide(yes, given, out=np.zeros_like(yes), where=given > 0)
    return conditional


def _quantity(assessment: Assessment, theta: Theta, name: str) -> Numbers:
    quantities = assessment.structure.quantities
    if name in quantities.degrees:
        return np.asarray(theta.degree[quantities.degrees[name]])
    return np.asarray(np.exp(theta.log_ratio[quantities.ratios[name]]))

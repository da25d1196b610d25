"""The posterior of an assessment: draws, and the probabilities that they imply."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property

import numpy as np
from msgspec import Struct

from estimative.model.assessment import Assessment
from estimative.model.inference.diagnostics import Verdict, ess_estimator, judge_importance, judge_nuts
from estimative.model.inference.draws import Draws, Method
from estimative.model.inference.estimates import ProbabilityEstimate, QuantitySummary, summarize_quantity
from estimative.model.inference.target_estimates import TargetEstimates, TargetKey, relative_se
from estimative.model.likelihood.layout import Numbers
from estimative.model.likelihood.queries import evaluate_queries, targets
from estimative.model.likelihood.theta import Theta
from estimative.model.likelihood.variable_elimination import Contradiction

AGREEMENT = 4.0
"""Joint standard errors by which two methods may differ: by chance once in 16,000 comparisons."""


class Posterior(TargetEstimates, frozen=True, kw_only=True):
    """The posterior of an assessment: draws of the quantities, and every probability at each draw.

    The events are summed out exactly, so that P(target | evidence) is the mean over the draws of
    P(target | theta, evidence): a Rao-Blackwellised estimate, with far less noise than counting simulated events.
    """

    assessment: Assessment
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

    @property
    def headline_key(self) -> TargetKey:
        return "outcome", self.assessment.scenario.headline

    @property
    def headline(self) -> ProbabilityEstimate:
        """The probability that a report leads with."""
        return self.all_estimates[self.headline_key]

    def summarize_quantity(self, name: str) -> QuantitySummary:
        """Summarize the posterior of a quantity, by its name in the prior set."""
        return summarize_quantity(self.quantity(name), self.draws, ess_estimator(self.method))

    def quantity(self, name: str) -> Numbers:
        """Return the draws of a quantity on its own scale (a ratio as a ratio); dims (draw)."""
        return quantity_values(self.assessment, self.draws.theta, name)

    @cached_property
    def verdict(self) -> Verdict:
        """The method's convergence checks on these draws, and on the headline."""
        headline, name = self.headline, self.assessment.scenario.headline
        uncertain = self.assessment.uncertain
        if not uncertain or (
            self.method == "importance" and all(estimate.se == 0 for estimate in self.all_estimates.values())
        ):
            return Verdict.of(self.method, ())  # exact answers converge at any number of draws
        if self.method == "importance":
            error, tail_ess = relative_se(headline), headline.interval.ess
            return judge_importance(self.draws.diagnostics, self.draws.ess, name, error, tail_ess)
        series = {name: self.quantity(name) for name in uncertain}
        # A chain may mix in every parameter and still not in a rare outcome.
        series[f"outcome {name}"] = self.conditional(*self.headline_key)
        return judge_nuts(self.draws, series, name, relative_se(headline))


class Agreement(Struct, frozen=True, kw_only=True):
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
    # Equal up to rounding; where both are exact, different beyond doubt otherwise.
    if abs(difference) < 1e-12 or (joint_se == 0 and abs(difference) < 1e-9):
        return 0.0
    return abs(difference) / joint_se if joint_se > 0 else float("inf")


def posterior_of(assessment: Assessment, draws: Draws, *, seed: int) -> Posterior:
    """Evaluate every target at every draw.

    Raises
    ------
    Contradiction
        If the evidence is impossible at every draw.
    """
    chosen = targets(assessment.scenario)
    probabilities = evaluate_queries(assessment.structure, draws.theta, chosen)
    return Posterior(assessment=assessment, draws=draws, targets=chosen, probabilities=probabilities, seed=seed)


def common_outcomes(posteriors: Sequence[Posterior]) -> tuple[str, ...]:
    """The outcomes that are known well enough by every one of several posteriors of one scenario."""
    known = [posterior.estimates for posterior in posteriors]
    outcomes = posteriors[0].assessment.scenario.outcomes if posteriors else ()
    return tuple(name for name in outcomes if all(("outcome", name) in each for each in known))


def agreement(first: Posterior, second: Posterior) -> Agreement:
    """Compare two fits of one assessment at the outcome where they differ most for their errors."""
    comparisons = []
    others = second.estimates
    for (kind, name), estimate in first.estimates.items():
        if kind == "outcome" and (other := others.get((kind, name))):
            joint_se = (estimate.se**2 + other.se**2) ** 0.5
            comparisons.append(Agreement.of(name, estimate.value - other.value, joint_se))
    return max(comparisons, key=lambda comparison: comparison.ratio)


def quantity_values(assessment: Assessment, theta: Theta, name: str) -> Numbers:
    """Values of a quantity at draws, on its own scale: of a share the share, not the stick; dims (draw)."""
    quantities = assessment.structure.quantities
    if name in quantities.shares:
        own, *before = (theta.degree[quantities.degrees[stick]] for stick in quantities.shares[name])
        return np.asarray(own * math.prod(1 - stick for stick in before))
    if name in quantities.degrees:
        return np.asarray(theta.degree[quantities.degrees[name]])
    return np.asarray(np.exp(theta.log_ratio[quantities.ratios[name]]))

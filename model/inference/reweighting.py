"""Posteriors of assessments near a fitted one, by weighing its draws again: tens of milliseconds instead of a fit.

The weights say for themselves how far another assessment is away (Pareto k, effective sample size): each probability
has its own verdict, and one that fails is not shown. A difference between two of these posteriors has little noise,
since they have their draws in common.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from estimative.model.assessment import Assessment
from estimative.model.inference import importance_sampling as importance
from estimative.model.inference.common_draws import CommonDraws
from estimative.model.inference.conditional_draws import sample_integrated
from estimative.model.inference.diagnostics import Verdict
from estimative.model.inference.draws import Draws
from estimative.model.inference.estimates import ProbabilityEstimate, QuantitySummary
from estimative.model.inference.posterior import Posterior, posterior_of
from estimative.model.inference.prior_transform import Dimensions, integrated_dimensions, prior_transform
from estimative.model.inference.refit import DRAWS, Fitted, Fitter
from estimative.model.inference.target_estimates import TargetEstimates, TargetKey
from estimative.model.likelihood.layout import Index, Numbers
from estimative.model.likelihood.queries import QueryProbabilities, Target, targets

SPREAD_DRAWS = 1000
"""From which intervals and quantities are taken: their ends are read off a curve, where the errors hardly show."""


@dataclass(frozen=True, kw_only=True)
class Reweighted(TargetEstimates):
    """The posterior of an assessment by weights on the draws of another one's fit."""

    assessment: Assessment
    verdict: Verdict
    """Of the draws, and of the headline."""
    spread: Posterior
    """Of equally weighted draws, by which intervals are made."""

    def __repr__(self) -> str:
        return f"Reweighted({self.assessment!r}, {self.verdict!r})"

    @property
    def headline_key(self) -> TargetKey:
        return "outcome", self.assessment.scenario.headline

    @cached_property
    def shown(self) -> Mapping[TargetKey, ProbabilityEstimate]:
        """The probabilities that passed their checks; none where the headline's draws did not."""
        if not self.verdict.passed:
            return {}
        return {
            key: replace(estimate, sd=spread.sd, interval=spread.interval)
            for key, estimate in self.estimates.items()
            if (spread := self.spread.all_estimates.get(key))
        }

    def summarize_quantity(self, name: str) -> QuantitySummary:
        """Summarize the posterior of a quantity, by its name in the prior set."""
        return self.spread.summarize_quantity(name)


@dataclass(frozen=True, kw_only=True)
class Reweighting:
    """Weighs the draws of a fit for assessments near it."""

    fitter: Fitter
    fitted: Fitted

    def __repr__(self) -> str:
        return f"Reweighting({self.fitted!r})"

    def covers(self, assessment: Assessment) -> bool:
        """Whether the draws vary everything that is uncertain in an assessment."""
        if self.fitted.proposal is None or assessment.structure.quantities.pairs != self._pairs:
            return False
        joint = integrated_dimensions((*self.fitter.assessments, assessment))
        return _same(joint, self.fitter.dimensions)

    def of(self, assessment: Assessment) -> Reweighted:
        """Estimate every probability and quantity of an assessment that the draws cover.

        Raises
        ------
        Contradiction
            If the evidence is impossible at every draw.
        Undefined
            If the headline's condition is.
        """
        transform = prior_transform(assessment, self.fitter.dimensions)
        weighted = self._common.weigh(assessment, transform, importance.queries_of(self._targets))
        chances = np.exp(weighted.batch.log_tilts[1:])
        draws = Draws(
            method="importance",
            theta=self._common.theta(transform),
            weights=weighted.weights,
            chains=1,
            diagnostics=weighted.diagnostics,
        )
        rng = np.random.default_rng([self.fitter.seed, 11])
        chosen = _systematic(weighted.weights, SPREAD_DRAWS)
        theta, _ = sample_integrated(
            assessment, transform.theta(weighted.batch.z[:, chosen]), transform.event_items, rng
        )
        even = Draws(
            method="importance", theta=theta, weights=np.full(len(chosen), 1 / len(chosen)), chains=1, diagnostics={}
        )
        return Reweighted(
            assessment=assessment,
            draws=draws,
            targets=self._targets,
            probabilities=QueryProbabilities(
                yes=chances[::2], given=chances[1::2], log_evidence=weighted.batch.log_likelihood
            ),
            verdict=importance.headline_of(assessment, weighted).verdict,
            spread=posterior_of(assessment, even, seed=self.fitter.seed),
        )

    @property
    def _pairs(self) -> frozenset[str]:
        return self.fitted.assessment.structure.quantities.pairs

    @cached_property
    def _targets(self) -> tuple[Target, ...]:
        return targets(self.fitted.assessment.scenario)

    @cached_property
    def _common(self) -> CommonDraws:
        assert self.fitted.proposal is not None
        base = prior_transform(self.fitted.assessment, self.fitter.dimensions)
        normals = importance.standard_normals(base.dimension, seed=self.fitter.seed, draws=DRAWS)
        return CommonDraws.of(base, self.fitted.proposal.components, normals)


def _systematic(weights: Numbers, count: int) -> Index:
    """Places of draws, each as often as its weight asks for (systematic resampling, Kitagawa 1996)."""
    cumulative = np.cumsum(weights)
    places = np.searchsorted(cumulative, (np.arange(count) + 0.5) / count * cumulative[-1])
    return np.asarray(np.minimum(places, len(weights) - 1))


def _same(first: Dimensions, second: Dimensions) -> bool:
    parts = ("degrees", "ratios", "integrated", "items")
    return all(np.array_equal(getattr(first, part), getattr(second, part)) for part in parts)

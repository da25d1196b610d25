"""Posteriors of assessments near a fitted one, by weighing its draws again: tens of milliseconds instead of a fit.

The weights say for themselves how far another assessment is away (Pareto k, effective sample size): each probability
has its own verdict, and one that fails is not shown. A difference between two of these posteriors has little noise,
since they have their draws in common.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from scipy.special import expit, logit

from estimative.model.assessment import Assessment
from estimative.model.inference import importance_sampling as importance
from estimative.model.inference.common_draws import CommonDraws
from estimative.model.inference.conditional_draws import sample_integrated
from estimative.model.inference.diagnostics import Verdict
from estimative.model.inference.draws import Draws
from estimative.model.inference.estimates import ProbabilityEstimate, QuantitySummary
from estimative.model.inference.headline import headline_of, queries_of
from estimative.model.inference.mc_estimate import MCEstimate
from estimative.model.inference.moved import moved
from estimative.model.inference.posterior import Posterior, posterior_of
from estimative.model.inference.prior_transform import Dimensions, integrated_dimensions, prior_transform
from estimative.model.inference.refit import DRAWS, Fitted, Fitter
from estimative.model.inference.target_estimates import TargetEstimates, TargetKey
from estimative.model.likelihood.layout import Index, Numbers
from estimative.model.likelihood.queries import QueryProbabilities, Target, targets

SPREAD_DRAWS = 500
"""From which intervals and quantities are taken."""


class Reweighted(TargetEstimates, frozen=True, kw_only=True):
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


class QuickAnswer(Struct, frozen=True, kw_only=True):
    """What changes in a fit when its assessment does, from the draws at hand."""

    verdict: Verdict
    numbers: Mapping[TargetKey, ProbabilityEstimate]
    """The probabilities that passed their checks; none where the headline's draws did not."""
    factors: Mapping[str, QuantitySummary]
    """By the name of the quantity; none where there are no probabilities."""

    def __repr__(self) -> str:
        return f"QuickAnswer({len(self.numbers)} numbers, {self.verdict!r})"


class Reweighting(Struct, frozen=True, kw_only=True, dict=True):
    """Weighs the draws of a fit for assessments near it.

    The fit itself is weighed in the same way, and its numbers are moved by the difference between the two: the draws
    that both have in common are a control variate (Owen 2013, Monte Carlo, ch. 8.9), whose noise cancels. Where nothing
    has changed, the answer is that of the fit, to the last digit.
    """

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

    def answer(self, assessment: Assessment) -> QuickAnswer:
        """Estimate every probability and factor of an assessment that the draws cover.

        Raises
        ------
        Contradiction
            If the evidence is impossible at every draw.
        Undefined
            If the headline's condition is.
        """
        found = self.weighed(assessment)
        if not found.verdict.passed:
            return QuickAnswer(verdict=found.verdict, numbers={}, factors={})
        numbers = {key: self._moved(key, found) for key in found.estimates if key in found.spread.all_estimates}
        factors = [f"factors.{name}" for name in assessment.scenario.factors]
        return QuickAnswer(
            verdict=found.verdict,
            numbers=numbers,
            factors={name: self._moved_quantity(name, found.spread) for name in factors},
        )

    def weighed(self, assessment: Assessment) -> Reweighted:
        """The posterior of an assessment, by weights alone; errors as of `answer`."""
        transform = prior_transform(assessment, self.fitter.dimensions)
        weighted = self._common.weigh(assessment, transform)
        chances = np.exp(weighted.batch.log_tilts[1:])
        draws = Draws(
            method="importance",
            theta=weighted.theta,
            weights=weighted.weights,
            chains=1,
            diagnostics=weighted.diagnostics,
        )
        rng = np.random.default_rng([self.fitter.seed, 11])
        chosen = _systematic(weighted.weights, SPREAD_DRAWS)
        theta, _ = sample_integrated(assessment, weighted.theta.at(chosen), transform.event_items, rng)
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
            verdict=headline_of(assessment, weighted).verdict,
            spread=posterior_of(assessment, even, seed=self.fitter.seed),
        )

    def _moved(self, key: TargetKey, found: Reweighted) -> ProbabilityEstimate:
        """The fit's probability, moved by the difference in log-odds between two estimates from the same draws."""
        spread, before = found.spread.all_estimates[key], self._reference
        own = replace(found.all_estimates[key], sd=spread.sd, interval=spread.interval)
        full, start = self.fitted.posterior.estimates.get(key), before.spread.all_estimates.get(key)
        if full is None or start is None or key not in before.all_estimates:
            return own
        now, then = found.mc_estimate(*key), before.mc_estimate(*key)
        number = moved(MCEstimate(value=full.value, own_variance=full.se**2), then, now)
        if number is now:
            return own
        low, high = (
            _moved_chance(getattr(full.interval, end), getattr(start.interval, end), getattr(spread.interval, end))
            for end in ("low", "high")
        )
        return replace(
            own,
            value=number.value,
            se=number.se,
            interval=replace(spread.interval, low=low, high=high),
        )

    def _moved_quantity(self, name: str, spread: Posterior) -> QuantitySummary:
        """The fit's summary of a factor, moved by the difference between two summaries from the same draws."""
        (full, before), now = self._summaries(name), spread.summarize_quantity(name)

        def moved(part: str) -> float:
            return float(min(max(getattr(full, part) + getattr(now, part) - getattr(before, part), 0.0), 1.0))

        return replace(now, mean=moved("mean"), p05=moved("p05"), p50=moved("p50"), p95=moved("p95"))

    def _summaries(self, name: str) -> tuple[QuantitySummary, QuantitySummary]:
        """Of a factor by the fit, and by the fit weighed as others are."""
        if name not in self._known:
            posteriors = self.fitted.posterior, self._reference.spread
            full, before = (posterior.summarize_quantity(name) for posterior in posteriors)
            self._known[name] = full, before
        return self._known[name]

    @cached_property
    def _known(self) -> dict[str, tuple[QuantitySummary, QuantitySummary]]:
        return {}

    @cached_property
    def _reference(self) -> Reweighted:
        """The fit itself, weighed as others are."""
        return self.weighed(self.fitted.assessment)

    @property
    def _pairs(self) -> frozenset[str]:
        return self.fitted.assessment.structure.quantities.pairs

    @cached_property
    def _targets(self) -> tuple[Target, ...]:
        return targets(self.fitted.assessment.scenario)

    @cached_property
    def _common(self) -> CommonDraws:
        assert self.fitted.proposal is not None
        base = self.fitted.assessment
        transform = prior_transform(base, self.fitter.dimensions)
        normals = importance.standard_normals(transform.dimension, seed=self.fitter.seed, draws=DRAWS)
        return CommonDraws.of(base, transform, self.fitted.proposal.components, normals, queries_of(self._targets))


def _moved_chance(full: float, before: float, now: float) -> float:
    """A probability, moved by the difference in log-odds between two others; the later of them where there is none."""
    if not all(0 < chance < 1 for chance in (full, before, now)):
        return now
    return full if before == now else float(expit(logit(full) + logit(now) - logit(before)))


def _systematic(weights: Numbers, count: int) -> Index:
    """Places of draws, each as often as its weight asks for (systematic resampling, Kitagawa 1996)."""
    cumulative = np.cumsum(weights)
    places = np.searchsorted(cumulative, (np.arange(count) + 0.5) / count * cumulative[-1])
    return np.asarray(np.minimum(places, len(weights) - 1))


def _same(first: Dimensions, second: Dimensions) -> bool:
    parts = ("degrees", "ratios", "integrated", "items")
    return all(np.array_equal(getattr(first, part), getattr(second, part)) for part in parts)

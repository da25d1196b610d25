"""Analysts side by side: what each concludes, how far apart they are, and whose priors predicted the evidence best."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

import numpy as np
from msgspec import Struct

from estimative.model.assessment import Assessment
from estimative.model.disagreement.divergence import Sample, overlap, superiority, wasserstein
from estimative.model.inference import importance_sampling as importance
from estimative.model.inference.diagnostics import PARETO_K
from estimative.model.inference.fit_result import Probability, reliable
from estimative.model.inference.info import FitInfo
from estimative.model.inference.mc_estimate import MCEstimate
from estimative.model.inference.posterior import Posterior, common_outcomes
from estimative.model.inference.prior_predictive import PriorPredictive, prior_of
from estimative.model.inference.refit import Fitted, Fitter
from estimative.model.likelihood.layout import Numbers
from estimative.model.spec.evidence import Indicator, Testimony
from estimative.priors.errors import Issue


class FittedAnalyst(Struct, frozen=True, kw_only=True):
    """One analyst of several, before the evidence and after it."""

    fitted: Fitted
    prior: PriorPredictive

    @property
    def name(self) -> str:
        """The name of the prior set."""
        return self.fitted.assessment.prior_set.name

    @property
    def converged(self) -> bool:
        """Whether the fit passed its verdict."""
        return self.fitted.posterior.verdict.passed

    @property
    def outcomes(self) -> Mapping[str, Probability]:
        """The probability of each outcome that is known well enough, before the evidence and after it."""
        numbers = reliable(self.fitted.posterior, self.prior)
        return {name: number for (kind, name), number in numbers.items() if kind == "outcome"}


class LeftOut(Struct, frozen=True, kw_only=True):
    """An analyst who is not part of a result, because of errors in the file."""

    analyst: str
    """The name of the prior set; of a file that cannot be read, its name without the ending."""
    file: str
    errors: tuple[Issue, ...]


class AnalystResult(Struct, frozen=True, kw_only=True):
    """One analyst's fit and probabilities."""

    fit: FitInfo
    outcomes: Mapping[str, Probability]
    """Empty if the fit did not converge, unless that was asked for; without those that are not known well enough."""

    @classmethod
    def of(cls, analyst: FittedAnalyst, *, with_unconverged: bool) -> AnalystResult:
        """The numbers of a fitted analyst that may be shown."""
        show = analyst.converged or with_unconverged
        return cls(fit=FitInfo.of(analyst.fitted.posterior), outcomes=analyst.outcomes if show else {})


class Pair(Struct, frozen=True, kw_only=True):
    """Two analysts and one outcome."""

    outcome: str
    first: str
    second: str
    difference: MCEstimate
    """Probability by the first less that by the second."""
    superiority: MCEstimate
    """Probability that a draw of the first's probability is above an independent draw of the second's."""
    overlap: MCEstimate
    """Overlapping coefficient of the two posteriors, from 0 to 1."""
    wasserstein: MCEstimate
    """Wasserstein-1 distance of the two posteriors, on the scale of probability."""


class LogEvidence(Struct, frozen=True, kw_only=True):
    """Natural log Bayes factors of an analyst's priors against those of the first analyst shown.

    A Bayes factor is the ratio of two marginal likelihoods: of the probabilities that two priors gave the evidence.
    None stands for what the draws cannot estimate.
    """

    all_evidence: MCEstimate | None
    """Not a fair comparison: indicators and testimony have likelihood ratios but no probability of their own, so that
    larger ratios may raise it, and so may a low weight for evidence that was predicted badly."""
    comparable: MCEstimate | None
    """Of the evidence that compares the analysts on equal terms: see `comparable_evidence`."""


def fit_analyst(fitter: Fitter, assessment: Assessment) -> FittedAnalyst:
    """Fit one of several analysts; its numbers are those of a fit of this one alone.

    Raises
    ------
    Contradiction
        If the evidence, or the condition of an outcome, is impossible under the priors.
    """
    fitted = fitter.fit_alone(assessment)
    analyst = FittedAnalyst(fitted=fitted, prior=prior_of(fitted.posterior))
    analyst.fitted.posterior.all_estimates, analyst.prior.all_estimates  # noqa: B018 - an impossible condition shows here
    return analyst


def compare_pairs(analysts: Sequence[FittedAnalyst]) -> tuple[Pair, ...]:
    """Compare each analyst with each other one, outcome by outcome."""
    outcomes = common_outcomes([analyst.fitted.posterior for analyst in analysts])
    return tuple(pair for outcome in outcomes for pair in _pairs(outcome, analysts))


def _pairs(outcome: str, analysts: Sequence[FittedAnalyst]) -> Iterator[Pair]:
    """Compare all of them on one outcome; what needs one analyst alone is computed once."""
    names = [analyst.name for analyst in analysts]
    posteriors = [analyst.fitted.posterior for analyst in analysts]
    estimates = [posterior.mc_estimate("outcome", outcome) for posterior in posteriors]
    samples = [Sample.of(posterior, outcome) for posterior in posteriors]
    for first, second in combinations(range(len(analysts)), 2):
        a, b = estimates[first], estimates[second]
        both = samples[first], samples[second]
        # There is a pair for every two analysts: with the draws of each, hundreds of analysts would fill the memory.
        yield Pair(
            outcome=outcome,
            first=names[first],
            second=names[second],
            difference=(a - b).without_draws(),
            superiority=superiority(*both).without_draws(),
            overlap=overlap(*both).without_draws(),
            wasserstein=wasserstein(*both).without_draws(),
        )


def log_evidence(fitter: Fitter, analysts: Sequence[FittedAnalyst]) -> dict[str, LogEvidence]:
    """How well each analyst's priors predicted the evidence, against the first analyst."""
    fitted = [analyst.fitted for analyst in analysts]
    everything = [_log_marginal(item.posterior) for item in fitted]
    comparable = comparable_evidence(fitter, fitted)
    return {
        analyst.name: LogEvidence(
            all_evidence=_difference(total, everything[0]), comparable=_difference(part, comparable[0])
        )
        for analyst, total, part in zip(analysts, everything, comparable, strict=True)
    }


def comparable_evidence(fitter: Fitter, fitted: Sequence[Fitted]) -> list[MCEstimate | None]:
    """Log marginal likelihood, natural, of the evidence that compares analysts on equal terms.

    That is the evidence whose probability the equations give, not only a likelihood ratio, and which all of these
    analysts weigh alike. An item of a weight below one counts as that power of its likelihood: no probability, but the
    same function of the quantities for everybody. Without such evidence all are at 0; None stands for what the draws
    cannot estimate.
    """
    alike = _comparable([item.assessment for item in fitted])
    return [_log_marginal_of(fitter, item, alike) if alike.any() else MCEstimate(value=0.0) for item in fitted]


def _comparable(assessments: Sequence[Assessment]) -> Numbers:
    """1 for an item whose probability the equations give, and that all weigh alike; dims (item)."""
    if not assessments:
        return np.zeros(0)
    items = assessments[0].scenario.evidence.values()
    complete = np.array([not isinstance(item, Indicator | Testimony) for item in items], dtype=float)
    weights = np.array([assessment.weight for assessment in assessments])
    alike: Numbers = complete * (np.ptp(weights, axis=0) == 0)
    return alike


def _log_marginal(posterior: Posterior) -> MCEstimate | None:
    draws = posterior.draws
    if draws.method != "importance" or not posterior.verdict.passed:
        return None
    return MCEstimate(value=draws.diagnostics["log_marginal_likelihood"], influence=draws.weights - 1 / draws.count)


def _log_marginal_of(fitter: Fitter, fitted: Fitted, alike: Numbers) -> MCEstimate | None:
    if fitted.proposal is None:
        return None
    weight, count = fitted.assessment.weight * alike, fitter.draws or importance.DRAWS
    estimate, shape = importance.log_marginal_likelihood(
        fitted.assessment, fitted.proposal, weight, seed=fitter.seed, draws=count
    )
    return estimate if shape < PARETO_K else None


def _difference(number: MCEstimate | None, reference: MCEstimate | None) -> MCEstimate | None:
    if number is None or reference is None:
        return None
    return number - reference

"""The result of a fit: every probability and every quantity, before the evidence and after it."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping, Sequence
from typing import Literal

from msgspec import Struct, field

from estimative.model.assessment import Assessment
from estimative.model.inference.by_date import DatedOutcome, by_dates
from estimative.model.inference.estimates import ProbabilityEstimate, QuantitySummary
from estimative.model.inference.info import Computation, FitInfo, PriorSetInfo, Result, ScenarioInfo
from estimative.model.inference.number_ranges import RangedNumber, ranged_numbers
from estimative.model.inference.occurrences import Occurrences, occurrences
from estimative.model.inference.posterior import Agreement, Posterior, agreement
from estimative.model.inference.prior_conflict import conflicts, prior_p_values
from estimative.model.inference.prior_influence import PriorInfluence, prior_influence
from estimative.model.inference.prior_predictive import PriorPredictive
from estimative.model.inference.target_estimates import Omission, TargetKey
from estimative.model.inference.threads import one_blas_thread
from estimative.priors.distributions import Family
from estimative.priors.errors import Issue
from estimative.priors.quantile_fit import MissedQuantile


class Probability(Struct, frozen=True, kw_only=True):
    """A probability before the evidence (prior predictive) and after it."""

    prior: ProbabilityEstimate
    posterior: ProbabilityEstimate


class EventProbability(Probability, frozen=True, kw_only=True):
    """The probability of an event: overall, and under its own condition."""

    conditional: Probability | None
    """Given all it is `given`, nothing it is `unless`; None if impossible or not known well enough; the overall one
    without a condition."""


class QuantityResult(Struct, frozen=True, kw_only=True):
    """The prior and the posterior of a quantity, on its own scale."""

    prior: QuantitySummary
    posterior: QuantitySummary
    constant: bool
    misfit: float
    """Largest distance, in cumulative probability, between a stated quantile and the fitted prior."""
    missed: tuple[MissedQuantile, ...]
    """The stated quantiles that the fitted prior is far from."""


def check_time(moment: datetime.datetime) -> None:
    """Refuse a time that other time zones cannot express, with ValueError."""
    if not datetime.MINYEAR < moment.year < datetime.MAXYEAR:
        raise ValueError(f"{moment.year} is not the year of a run")


class Run(Struct, frozen=True, kw_only=True):
    """The identity of a saved run."""

    id: str
    created: datetime.datetime

    def __post_init__(self) -> None:
        """Refuse a time that other time zones cannot express."""
        check_time(self.created)


class FitResult(Result, frozen=True, kw_only=True):
    """The result of fitting one assessment by one method or two.

    It holds no numbers where no method passed its verdict, or two that passed disagree, unless they were requested. A
    method that fails beside one that passed leaves the numbers of the other standing.
    """

    kind: Literal["fit"] = "fit"
    scenario: ScenarioInfo
    prior_set: PriorSetInfo
    run: Run
    method: str
    """The method behind the numbers: the first that passed its verdict."""
    outcomes: Mapping[str, Probability]
    events: Mapping[str, EventProbability]
    """In topological order: each event after those it depends on."""
    quantities: Mapping[str, QuantityResult]
    """By the name in the prior set file."""
    weights: Mapping[str, float]
    """Power of each evidence item's likelihood: its relevance, reduced where several items share an origin."""
    log_marginal_likelihood: float | None
    """Natural logarithm of P(evidence), up to the scenario's constant; only importance sampling estimates it."""
    influence: PriorInfluence | None
    """How much of the headline comes from the priors."""
    fits: Mapping[str, FitInfo]
    """By method."""
    agreement: Agreement | None
    """Of two methods that both passed."""
    occurrences: Mapping[str, Occurrences] = field(default_factory=dict)
    """How often events that repeat occur, and those that they repeat with; each after the one before."""
    numbers: Mapping[str, RangedNumber] = field(default_factory=dict)
    """Events that are numbers in ranges."""
    dates: Mapping[str, DatedOutcome] = field(default_factory=dict)
    """Outcomes by dates before the horizon, where any were asked for."""
    omitted: tuple[Omission, ...] = ()
    """Probabilities that are not shown, although the headline is: outcomes, events and links."""
    prior_p_values: Mapping[str, float] = field(default_factory=dict)
    """How surprising each item with data is under the priors: two-sided prior predictive p-values by item."""
    warnings: tuple[Issue, ...] = ()
    """What is probably not as it was meant, in the scenario and in the priors."""

    def __post_init__(self) -> None:
        if self.withheld and (self.outcomes or self.events or self.quantities):
            raise ValueError("numbers of a fit that did not converge")
        if self.outcomes and self.scenario.headline not in self.outcomes:
            raise ValueError("the headline is not among the outcomes")

    def __repr__(self) -> str:
        headline = f"headline {100 * self.headline.posterior.value:.3g}%" if self.outcomes else "no numbers"
        status = "converged" if self.converged else "not converged"
        return f"FitResult({self.scenario.id}, {self.prior_set.name}: {headline} by {self.method}, {status})"

    @property
    def has_results(self) -> bool:
        """Whether there are numbers to show."""
        return bool(self.outcomes)

    @property
    def headline(self) -> Probability:
        """The probability that a report leads with."""
        return self.outcomes[self.scenario.headline]


@one_blas_thread()
def fit_result(
    posteriors: Sequence[Posterior],
    prior: PriorPredictive,
    run: Run,
    computation: Computation,
    *,
    with_unconverged: bool = False,
    warnings: tuple[Issue, ...] = (),
    by: Collection[datetime.date] = (),
) -> FitResult:
    """Collect the numbers of one or two fits of an assessment.

    Parameters
    ----------
    posteriors
        By importance sampling, by NUTS, or both in this order; the numbers are those of `answer_of`.
    prior
        Of the same assessment.
    with_unconverged
        Include the numbers of fits that did not converge.
    warnings
        Of the day on which it was fitted, which come before those of the assessment.
    by
        Dates by which the outcomes are reported, beside the checkpoints of the scenario.
    """
    answer = answer_of(posteriors)
    passed = [posterior for posterior in posteriors if posterior.verdict.passed]
    match = agreement(*passed) if len(passed) == 2 else None
    converged = bool(passed) and (match is None or match.agree)
    show = converged or with_unconverged
    p_values = prior_p_values(answer.assessment)
    dates = sorted({*by, *answer.assessment.scenario.checkpoints})
    return FitResult(
        converged=converged,
        with_unconverged=with_unconverged,
        computation=computation,
        scenario=ScenarioInfo.of(answer.assessment),
        prior_set=PriorSetInfo.of(answer.assessment),
        run=run,
        method=answer.method,
        outcomes=_outcomes(answer, prior) if show else {},
        events=event_probabilities(answer, prior) if show else {},
        quantities=_quantities(answer) if show else {},
        weights=_weights(answer.assessment),
        log_marginal_likelihood=_log_marginal_likelihood(posteriors) if show else None,
        influence=prior_influence(answer, prior) if show else None,
        fits={posterior.method: FitInfo.of(posterior) for posterior in posteriors},
        agreement=match,
        occurrences=occurrences(answer.assessment, answer, prior) if show else {},
        numbers=ranged_numbers(answer.assessment.scenario, prior, answer) if show else {},
        dates=by_dates(answer.assessment, answer, prior, dates) if show and dates else {},
        omitted=omissions(answer, prior) if show else (),
        warnings=(*warnings, *answer.assessment.warnings, *conflicts(answer.assessment, p_values)),
        prior_p_values=p_values,
    )


def answer_of(posteriors: Sequence[Posterior]) -> Posterior:
    """Choose the fit that numbers are taken from: the first that passed its verdict, else the last.

    Importance sampling comes first. NUTS confirms it, so that every command gives the same number at the same seed.
    """
    return next((posterior for posterior in posteriors if posterior.verdict.passed), posteriors[-1])


def _outcomes(posterior: Posterior, prior: PriorPredictive) -> dict[str, Probability]:
    return {name: number for (kind, name), number in reliable(posterior, prior).items() if kind == "outcome"}


def reliable(posterior: Posterior, prior: PriorPredictive) -> Mapping[TargetKey, Probability]:
    """Every probability that is known well enough both before the evidence and after it; the headline in any case.

    Where the fit as a whole did not pass, its numbers are shown on request only, and then all of them.
    """
    before, after = prior.estimates, posterior.estimates if posterior.verdict.passed else posterior.all_estimates
    return {key: Probability(prior=before[key], posterior=after[key]) for key in after if key in before}


def omissions(posterior: Posterior, prior: PriorPredictive) -> tuple[Omission, ...]:
    """What `reliable` leaves out."""
    shown = reliable(posterior, prior)
    every = {(each.kind, each.id): each for each in (*prior.omissions(), *posterior.omissions())}
    return tuple(omission for key, omission in every.items() if key not in shown)


def event_probabilities(posterior: Posterior, prior: PriorPredictive) -> dict[str, EventProbability]:
    """Every event before the evidence and after it, each after those it depends on."""
    scenario, shown = posterior.assessment.scenario, reliable(posterior, prior)
    results = {}
    for name in scenario.ordered_literals:
        if overall := shown.get(("event", name)):
            has_condition = scenario.event(name).given or scenario.event(name).unless
            conditional = shown.get(("link", name)) if has_condition else overall
            results[name] = EventProbability(prior=overall.prior, posterior=overall.posterior, conditional=conditional)
    return results


def _quantities(posterior: Posterior) -> dict[str, QuantityResult]:
    return {name: quantity_result(posterior, name) for name in posterior.assessment.used}


def quantity_result(posterior: Posterior, name: str) -> QuantityResult:
    """A quantity before the evidence and after it."""
    prior, family = posterior.assessment.priors[name], posterior.assessment.marginal(name)
    before, constant = summary_of(family), family.constant
    return QuantityResult(
        prior=before,
        posterior=before if constant else posterior.summarize_quantity(name),
        constant=constant,
        misfit=prior.misfit,
        missed=prior.missed,
    )


def summary_of(family: Family) -> QuantitySummary:
    """Compute the exact mean, standard deviation and quantiles of a prior, on the quantity's own scale."""
    p05, p50, p95 = (family.quantile(share) for share in (0.05, 0.5, 0.95))
    return QuantitySummary(mean=family.mean, sd=family.sd, p05=p05, p50=p50, p95=p95, se=0.0)


def _weights(assessment: Assessment) -> dict[str, float]:
    return {name: float(w) for name, w in zip(assessment.scenario.evidence, assessment.weight, strict=True)}


def _log_marginal_likelihood(posteriors: Sequence[Posterior]) -> float | None:
    weighted = next((posterior for posterior in posteriors if posterior.method == "importance"), None)
    return weighted.draws.diagnostics["log_marginal_likelihood"] if weighted else None

"""One probability from several analysts: linear and logarithmic pools, of their posteriors and of their priors."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from estimative.model.assessment import Assessment, assess
from estimative.model.disagreement import opinion_pool
from estimative.model.disagreement.analysts import comparable_evidence
from estimative.model.disagreement.opinion_pool import Weights, normalised
from estimative.model.inference import importance_sampling
from estimative.model.inference.estimates import Undefined
from estimative.model.inference.mc_estimate import MCEstimate, delta_method
from estimative.model.inference.posterior import Posterior, common_outcomes
from estimative.model.inference.progress import ProgressCounter, no_progress
from estimative.model.inference.refit import Fitted, Fitter, Refitter
from estimative.model.likelihood.queries import outcome_target
from estimative.priors.errors import InvalidInput
from estimative.priors.frozen import FrozenDict
from estimative.priors.log_pool import pooled_prior_set

type Form = Literal["linear", "logarithmic"]
type Level = Literal["posteriors", "priors"]
"""Whether the analysts' answers after the evidence are pooled, or their priors before it."""
type Reason = Literal["opposite-certainties", "no-marginal-likelihood", "priors-exclude-each-other", "did-not-converge"]

POOLS: tuple[tuple[Form, Level], ...] = (
    ("linear", "posteriors"),
    ("logarithmic", "posteriors"),
    ("linear", "priors"),
    ("logarithmic", "priors"),
)
CONSENSUS = "pool"
"""Name of the prior set that is the logarithmic pool of the analysts'."""


class UndefinedBecause(Struct, frozen=True, kw_only=True):
    """Why a pool does not exist."""

    reason: Reason
    inputs: tuple[str, ...] = ()
    """On which the analysts' priors exclude each other."""


class Pool(Struct, frozen=True, kw_only=True):
    """One way to pool, for one outcome."""

    form: Form
    level: Level
    probability: MCEstimate | None
    """None where the pool is undefined."""
    extremized: MCEstimate | None
    """None where that was not asked for, or the pool is undefined."""
    without: Mapping[str, MCEstimate | None]
    """By the analyst who is left out; None where the pool of the others is undefined."""
    undefined_because: UndefinedBecause | None


class Pooling(Struct, frozen=True, kw_only=True):
    """Several analysts' answers combined."""

    posterior_weights: Mapping[str, MCEstimate] | None
    """Weight times marginal likelihood, normalised: the analysts' weights after the evidence if they are taken as rival
    models, of which one is right. None where a marginal likelihood is unknown."""
    outcomes: Mapping[str, tuple[Pool, ...]]
    """In the order of POOLS."""


class PoolUndefined(Exception):
    """A pool does not exist, with the reason."""

    def __init__(self, because: UndefinedBecause) -> None:
        self.because = because
        super().__init__(because.reason)


class _Pooler(Struct, frozen=True, kw_only=True, dict=True):
    """The analysts, and every pool of their priors that was fitted."""

    fitter: Fitter
    analysts: Mapping[str, Fitted]

    def probability(self, form: Form, level: Level, weights: Weights, outcome: str) -> MCEstimate:
        """The probability of an outcome by one way to pool.

        Raises
        ------
        PoolUndefined
            With the reason.
        """
        ways: Mapping[tuple[Form, Level], Callable[[Weights, str], MCEstimate]] = {
            ("linear", "posteriors"): self._linear_of_posteriors,
            ("logarithmic", "posteriors"): self._logarithmic_of_posteriors,
            ("linear", "priors"): self._linear_of_priors,
            ("logarithmic", "priors"): self._logarithmic_of_priors,
        }
        pooled = ways[form, level](weights, outcome)
        # A weighted mean may leave [0, 1] by rounding.
        return delta_method(min(max(pooled.value, 0.0), 1.0), [(1.0, pooled)])

    def _linear_of_posteriors(self, weights: Weights, outcome: str) -> MCEstimate:
        return opinion_pool.linear(self._posteriors, opinion_pool.certain(weights), outcome)

    def _logarithmic_of_posteriors(self, weights: Weights, outcome: str) -> MCEstimate:
        try:
            answers = {name: self.analysts[name].posterior.mc_estimate("outcome", outcome) for name in weights}
            return opinion_pool.logarithmic(answers, weights)
        except Undefined as error:
            raise PoolUndefined(UndefinedBecause(reason="opposite-certainties")) from error

    def _linear_of_priors(self, weights: Weights, outcome: str) -> MCEstimate:
        if self.marginals is None:
            raise PoolUndefined(UndefinedBecause(reason="no-marginal-likelihood"))
        return opinion_pool.linear(self._posteriors, opinion_pool.updated(self.marginals, weights), outcome)

    def _logarithmic_of_priors(self, weights: Weights, outcome: str) -> MCEstimate:
        key = tuple(sorted(weights.items()))
        if key not in self._fitted:
            self._fitted[key] = self._consensus(weights)
        pooled = self._fitted[key]
        if isinstance(pooled, UndefinedBecause):
            raise PoolUndefined(pooled)
        return pooled[outcome]

    @cached_property
    def _posteriors(self) -> Mapping[str, Posterior]:
        return {name: analyst.posterior for name, analyst in self.analysts.items()}

    def _consensus(self, weights: Weights) -> Mapping[str, MCEstimate] | UndefinedBecause:
        """The outcomes of the pool of the priors after the evidence, or why there is none."""
        alone, *others = (name for name, weight in weights.items() if weight > 0)
        if not others:
            posterior = self._posteriors[alone]
            outcomes = (name for kind, name in posterior.all_estimates if kind == "outcome")
            return {name: posterior.mc_estimate("outcome", name) for name in outcomes}
        try:
            pooled = consensus({name: self.analysts[name].assessment for name in weights}, weights)
        except InvalidInput as error:
            inputs = tuple(issue.place.key for issue in error.issues)
            return UndefinedBecause(reason="priors-exclude-each-other", inputs=inputs)
        (refit,) = self._refitter.each([pooled], ProgressCounter(no_progress, 1))
        if not refit.verdict.passed:
            return UndefinedBecause(reason="did-not-converge")
        pairs = zip(self._refitter.targets, refit.others, strict=True)
        return {target.id: estimate for target, estimate in pairs if estimate is not None}

    @cached_property
    def _refitter(self) -> Refitter:
        """Starts from the analysts, between whom a pool of their priors lies."""
        scenario = next(iter(self.analysts.values())).assessment.scenario
        targets = [outcome_target(outcome) for outcome in scenario.outcomes.values()]
        return Refitter.between(self.fitter, list(self.analysts.values()), targets, draws=importance_sampling.DRAWS)

    @cached_property
    def marginals(self) -> Mapping[str, MCEstimate] | None:
        """Log marginal likelihoods of the evidence that compares analysts on equal terms; None where one is unknown."""
        numbers = dict(zip(self.analysts, comparable_evidence(self.fitter, list(self.analysts.values())), strict=True))
        known = {name: number for name, number in numbers.items() if number is not None}
        return known if len(known) == len(numbers) else None

    @cached_property
    def _fitted(self) -> dict[tuple[tuple[str, float], ...], Mapping[str, MCEstimate] | UndefinedBecause]:
        return {}


def consensus(analysts: Mapping[str, Assessment], weights: Weights) -> Assessment:
    """The assessment of a team that agrees on the logarithmic pool of its priors before it sees the evidence.

    Raises
    ------
    InvalidInput
        If there is no such pool, with every quantity on which analysts exclude each other.
    """
    first = next(iter(analysts.values()))
    pooled = pooled_prior_set(
        [assessment.prior_set for assessment in analysts.values()],
        {name: assessment.priors for name, assessment in analysts.items()},
        weights,
        name=CONSENSUS,
    )
    # No answer depends on the chances of seeing an indicator, so those of the first analyst will do.
    indicators = {name: prior.stated for name, prior in first.indicator_priors.items()}
    complete = replace(pooled, statements=FrozenDict({**pooled.statements, **indicators}))
    if first.structure.anytime:
        complete = replace(complete, date=_mean_date(analysts, weights))
    return assess(first.scenario, complete, structure=first.structure)


def _mean_date(analysts: Mapping[str, Assessment], weights: Weights) -> datetime.date:
    """The weighted mean of the dates of prior sets: from then on the pooled chances of what may happen anytime run."""
    dates = {name: each.prior_set.date or each.scenario.as_of for name, each in analysts.items()}
    return datetime.date.fromordinal(round(sum(weights[name] * day.toordinal() for name, day in dates.items())))


def pool(fitter: Fitter, analysts: Mapping[str, Fitted], weights: Weights, *, extremizing: float | None) -> Pooling:
    """Pool analysts in every way, all of them and with each one left out.

    Parameters
    ----------
    weights
        At least 0, not all 0.
    extremizing
        The factor that the log-odds of each pool are multiplied by, if that is wanted.
    """
    weights = normalised(weights)
    pooler = _Pooler(fitter=fitter, analysts=analysts)
    outcomes = common_outcomes([fitted.posterior for fitted in analysts.values()])
    return Pooling(
        posterior_weights=opinion_pool.updated(pooler.marginals, weights) if pooler.marginals else None,
        outcomes={
            outcome: tuple(_pool(pooler, form, level, weights, outcome, extremizing) for form, level in POOLS)
            for outcome in outcomes
        },
    )


def _pool(pooler: _Pooler, form: Form, level: Level, weights: Weights, outcome: str, extremizing: float | None) -> Pool:
    pooled, because = _attempt(pooler, form, level, weights, outcome)
    others = {name: opinion_pool.without(weights, name) for name in weights}
    return Pool(
        form=form,
        level=level,
        probability=pooled,
        extremized=opinion_pool.extremized(pooled, extremizing) if pooled and extremizing is not None else None,
        without={
            name: _attempt(pooler, form, level, left, outcome)[0] if left else None for name, left in others.items()
        },
        undefined_because=because,
    )


def _attempt(
    pooler: _Pooler, form: Form, level: Level, weights: Weights, outcome: str
) -> tuple[MCEstimate | None, UndefinedBecause | None]:
    try:
        return pooler.probability(form, level, weights, outcome), None
    except PoolUndefined as undefined:
        return None, undefined.because

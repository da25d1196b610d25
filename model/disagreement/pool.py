"""One answer from several analysts: both kinds of pool, of the answers after the evidence and of the priors before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from estimative.model.assessment import Assessment, assess
from estimative.model.disagreement import opinion_pool as opinion
from estimative.model.disagreement.analysts import figures
from estimative.model.disagreement.opinion_pool import Weights, normalised
from estimative.model.inference.estimates import Undefined
from estimative.model.inference.mc_estimate import MCEstimate
from estimative.model.inference.posterior import Posterior
from estimative.model.inference.refit import Fitted, Fitter
from estimative.priors.errors import InvalidInput
from estimative.priors.frozen import FrozenDict
from estimative.priors.log_pool import pooled_prior_set

type Kind = Literal["linear", "logarithmic"]
type Stage = Literal["after", "before"]
"""Whether answers are pooled after the evidence, or priors before it."""

POOLS: tuple[tuple[Kind, Stage], ...] = (
    ("linear", "after"),
    ("logarithmic", "after"),
    ("linear", "before"),
    ("logarithmic", "before"),
)
CONSENSUS = "pool"
"""Name of the prior set that is the logarithmic pool of the analysts'."""


@dataclass(frozen=True, kw_only=True)
class Pool:
    """One way to pool, for one outcome."""

    kind: Kind
    stage: Stage
    probability: MCEstimate | None
    """None where there is no such pool."""
    extremized: MCEstimate | None
    """None where that was not asked for, or there is no such pool."""
    without: Mapping[str, MCEstimate | None]
    """By the analyst who is left out; None where there is no pool of the others."""
    lacking: str
    """Why there is no such pool; empty where there is one."""


@dataclass(frozen=True, kw_only=True)
class Pooling:
    """Several analysts' answers and what they come to together."""

    weights: Weights
    learnt: Mapping[str, MCEstimate] | None
    """The weights after the evidence, were the analysts rival models."""
    outcomes: Mapping[str, tuple[Pool, ...]]
    """In the order of POOLS."""


class PoolUndefined(Exception):
    """There is no such pool, and why."""


@dataclass(frozen=True, kw_only=True)
class _Pooler:
    """The analysts, and every pool of theirs that was fitted."""

    fitter: Fitter
    analysts: Mapping[str, Fitted]

    def probability(self, kind: Kind, stage: Stage, weights: Weights, outcome: str) -> MCEstimate:
        """By one way to pool.

        Raises
        ------
        _None
            With the reason.
        """
        ways: Mapping[tuple[Kind, Stage], Callable[[Weights, str], MCEstimate]] = {
            ("linear", "after"): self._of_answers,
            ("logarithmic", "after"): self._of_log_odds,
            ("linear", "before"): self._of_mixture,
            ("logarithmic", "before"): self._of_consensus,
        }
        return ways[kind, stage](weights, outcome)

    def _of_answers(self, weights: Weights, outcome: str) -> MCEstimate:
        return opinion.linear(self._posteriors, opinion.certain(weights), outcome)

    def _of_log_odds(self, weights: Weights, outcome: str) -> MCEstimate:
        try:
            answers = {name: self.analysts[name].posterior.mc_estimate("outcome", outcome) for name in weights}
            return opinion.logarithmic(answers, weights)
        except Undefined as error:
            raise PoolUndefined("one is certain of it and another of its opposite") from error

    def _of_mixture(self, weights: Weights, outcome: str) -> MCEstimate:
        if self.marginals is None:
            raise PoolUndefined(
                "it takes the marginal likelihood of every analyst, which only importance sampling gives"
            )
        return opinion.linear(self._posteriors, opinion.learnt(self.marginals, weights), outcome)

    @cached_property
    def _posteriors(self) -> Mapping[str, Posterior]:
        return {name: analyst.posterior for name, analyst in self.analysts.items()}

    def _of_consensus(self, weights: Weights, outcome: str) -> MCEstimate:
        key = tuple(sorted(weights.items()))
        if key not in self._fitted:
            self._fitted[key] = self._consensus(weights)
        found = self._fitted[key]
        if isinstance(found, str):
            raise PoolUndefined(found)
        return found.posterior.mc_estimate("outcome", outcome)

    def _consensus(self, weights: Weights) -> Fitted | str:
        """The pool of the priors after the evidence, or why there is none."""
        try:
            fitted = self.fitter.fit(consensus({name: self.analysts[name].assessment for name in weights}, weights))
        except InvalidInput as error:
            excluded = [f"{issue.place.key}: {issue.message}" for issue in error.issues]
            return f"some priors exclude each other ({'; '.join(excluded)})"
        return fitted if fitted.posterior.verdict.passed else "its fit did not converge"

    @cached_property
    def marginals(self) -> Mapping[str, MCEstimate] | None:
        """Of what compares the analysts on equal terms; None where the draws cannot tell it."""
        found = dict(zip(self.analysts, figures(self.fitter, list(self.analysts.values())), strict=True))
        known = {name: one for name, one in found.items() if one is not None}
        return known if len(known) == len(found) else None

    @cached_property
    def _fitted(self) -> dict[tuple[tuple[str, float], ...], Fitted | str]:
        return {}


def consensus(analysts: Mapping[str, Assessment], weights: Weights) -> Assessment:
    """The assessment of a team that has agreed on the logarithmic pool of its priors, before it looks at the evidence.

    Raises
    ------
    Faulty
        If there is no such pool, with every quantity on which analysts exclude each other.
    """
    first = next(iter(analysts.values()))
    pooled = pooled_prior_set(
        [one.prior_set for one in analysts.values()],
        {name: one.priors for name, one in analysts.items()},
        weights,
        name=CONSENSUS,
    )
    # What the chances of seeing an indicator are has no bearing on any answer: those of the first will do.
    watched = {name: first.prior_set.statements[name] for name in first.indicator_priors}
    complete = replace(pooled, statements=FrozenDict({**pooled.statements, **watched}))
    return assess(first.scenario, complete, structure=first.structure)


def pool(fitter: Fitter, analysts: Mapping[str, Fitted], weights: Weights, *, extremizing: float | None) -> Pooling:
    """Pool analysts in every way, each of them left out in turn besides.

    Parameters
    ----------
    weights
        At least 0, not all 0.
    extremizing
        What the log-odds of each pool are multiplied by, if that is wanted.
    """
    shares = normalised(weights)
    pooler = _Pooler(fitter=fitter, analysts=analysts)
    outcomes = next(iter(analysts.values())).assessment.scenario.outcomes
    return Pooling(
        weights=shares,
        learnt=opinion.learnt(pooler.marginals, shares) if pooler.marginals else None,
        outcomes={
            outcome: tuple(_pool(pooler, kind, stage, shares, outcome, extremizing) for kind, stage in POOLS)
            for outcome in outcomes
        },
    )


def _pool(pooler: _Pooler, kind: Kind, stage: Stage, weights: Weights, outcome: str, extremizing: float | None) -> Pool:
    found, lacking = _tried(pooler, kind, stage, weights, outcome)
    left = {name: opinion.without(weights, name) for name in weights}
    return Pool(
        kind=kind,
        stage=stage,
        probability=found,
        extremized=opinion.extremized(found, extremizing) if found and extremizing is not None else None,
        without={
            name: _tried(pooler, kind, stage, others, outcome)[0] if others else None for name, others in left.items()
        },
        lacking=lacking,
    )


def _tried(pooler: _Pooler, kind: Kind, stage: Stage, weights: Weights, outcome: str) -> tuple[MCEstimate | None, str]:
    try:
        return pooler.probability(kind, stage, weights, outcome), ""
    except PoolUndefined as reason:
        return None, str(reason)

"""Adaptive importance sampling in the space where the prior is N(0, I). NumPy only: a fit takes a fraction of a second.

The proposal is a mixture of the prior (which bounds the weights), a Gaussian fitted to the posterior, and a Gaussian
fitted to the posterior tilted by the headline, so that the draws on which a rare headline hangs are not rare. It is
fitted in rounds, every earlier draw being weighed by the mixture of all proposals so far (AMIS: Cornuet, Marin, Mira &
Robert 2012, Scand. J. Statist. 39). Draws that a proposal was fitted to would bias the answer: it comes from fresh
draws of the last mixture alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from estimative.model.assessment import Assessment
from estimative.model.inference import diagnostics as convergence
from estimative.model.inference.batch import Batch, concatenate_batches, evaluate_batch, sample_likelihood_ratios
from estimative.model.inference.diagnostics import Verdict
from estimative.model.inference.draws import Draws
from estimative.model.inference.estimates import ROUNDING, Undefined
from estimative.model.inference.laplace import laplace
from estimative.model.inference.mc_estimate import MCEstimate
from estimative.model.inference.prior_transform import Dimensions, PriorTransform, prior_transform
from estimative.model.inference.proposal import Gaussian, Mixture, draws_of, fitted, mixed, parts_of, split
from estimative.model.inference.psis import smooth_weights
from estimative.model.likelihood.layout import Numbers

DRAWS = 8000
ROUND = 1500
ROUNDS = 2
PRIOR_SHARE = 0.15
OUTSTANDING = 5.0
"""Times the mean weight."""


@dataclass(frozen=True, kw_only=True)
class FittedProposal:
    """What a fit leaves for others like it: a space of standard normals, and proposals there."""

    transform: PriorTransform
    components: tuple[Gaussian, ...]
    """Besides the prior."""


def sample(assessment: Assessment, *, seed: int, draws: int = DRAWS, rounds: int = ROUNDS) -> Draws:
    """Draw from the posterior of an assessment.

    Parameters
    ----------
    seed
        The same seed gives the same draws.
    draws
        In the last batch, from which every answer is taken.
    rounds
        Of fitting the proposal before that.
    """
    return sample_posterior(assessment, fit_proposal(assessment, seed=seed, rounds=rounds), seed=seed, draws=draws)


def sample_posterior(assessment: Assessment, ready: FittedProposal, *, seed: int, draws: int = DRAWS) -> Draws:
    """The last batch: from the mixture of the prior and proposals that were fitted to other draws than these.

    Parameters
    ----------
    seed
        Assessments with spaces of the same dimensions and equally many proposals get common random numbers from it:
        each draw the same standard normals, in the same place.
    """
    rng = _last(seed)
    found = _weighted(assessment, ready, rng.standard_normal((ready.transform.dimension, draws)))
    return Draws(
        method="importance",
        theta=sample_likelihood_ratios(assessment, ready.transform.theta(found.batch.z), rng),
        weights=found.weights,
        chains=1,
        diagnostics={
            "pareto_k": found.shape,
            "pareto_k_headline": found.tilted_shape,
            "log_marginal_likelihood": _log_mean(found.log_weights),
        },
    )


@dataclass(frozen=True, kw_only=True)
class Headline:
    """The probability of the headline, and whether the draws behind it can be believed."""

    probability: MCEstimate
    verdict: Verdict


def standard_normals(dimension: int, *, seed: int, draws: int) -> Numbers:
    """The random numbers of a last batch; dims (free, draw)."""
    return _last(seed).standard_normal((dimension, draws))


def estimate_headline(assessment: Assessment, ready: FittedProposal, common: Numbers) -> Headline:
    """The headline alone, for those who fit many assessments.

    Parameters
    ----------
    common
        The `noise` that they share; dims (free, draw).

    Raises
    ------
    Undefined
        If the headline's condition is impossible at every draw.
    """
    found = _weighted(assessment, ready, common)
    yes, given = np.exp(found.batch.log_tilt), np.exp(found.batch.log_given)
    base = float(found.weights @ given)
    if not base > 0:
        raise Undefined
    value = float(found.weights @ yes) / base
    certain = np.ptp(yes) <= ROUNDING * yes.max() and np.ptp(given) <= ROUNDING * given.max()
    probability = MCEstimate(value=value, influence=found.weights * (yes - value * given) / base * (not certain))
    relative = probability.se / value if value > 0 else 0.0
    shapes = {"pareto_k": found.shape, "pareto_k_headline": found.tilted_shape}
    effective = float(1 / np.square(found.weights).sum())
    name = assessment.scenario.headline
    return Headline(probability=probability, verdict=convergence.judge_importance(shapes, effective, name, relative))


def log_marginal_likelihood(
    assessment: Assessment, ready: FittedProposal, weight: Numbers, *, seed: int, draws: int = DRAWS
) -> tuple[MCEstimate, float]:
    """The log marginal likelihood if the items of evidence counted otherwise, from the same draws as `drawn`.

    Parameters
    ----------
    weight
        How much each item counts; dims (item).

    Returns
    -------
    The natural logarithm, and the Pareto k of the weights: below 0.7 it can be relied on.
    """
    counted = replace(ready, transform=replace(ready.transform, weight=weight))
    found = _weighted(assessment, counted, standard_normals(ready.transform.dimension, seed=seed, draws=draws))
    return MCEstimate(value=_log_mean(found.log_weights), influence=found.weights - 1 / draws), found.shape


def _last(seed: int) -> np.random.Generator:
    """Of the last batch; those of adapting are others."""
    return np.random.default_rng([seed, 3])


@dataclass(frozen=True, kw_only=True)
class _Weighted:
    """The last batch with its weights."""

    batch: Batch
    log_weights: Numbers
    """As they are; dims (draw)."""
    weights: Numbers
    """Smoothed, summing to one; dims (draw)."""
    shape: float
    """Pareto k of the weights."""
    tilted_shape: float
    """That of the weights times the probability of the headline."""


def _weighted(assessment: Assessment, ready: FittedProposal, common: Numbers) -> _Weighted:
    """Draws from the mixture of prior and proposals, from standard normal noise with dims (free, draw)."""
    draws = common.shape[1]
    first = int(PRIOR_SHARE * draws)
    counts = [first, *split(draws - first, len(ready.components))]
    proposals = [Gaussian.standard(ready.transform.dimension), *ready.components]
    mixture = list(zip(proposals, counts, strict=True))
    batch = evaluate_batch(assessment, ready.transform, draws_of(mixture, common))
    log_weights = batch.log_posterior - mixed(parts_of(batch.z, mixture), mixture)
    smooth, shape = _judged(log_weights)
    _, tilted_shape = _judged(log_weights + batch.log_tilt)
    return _Weighted(
        batch=batch, log_weights=log_weights, weights=np.exp(smooth), shape=shape, tilted_shape=tilted_shape
    )


def _log_mean(log_weights: Numbers) -> float:
    return float(np.logaddexp.reduce(log_weights) - np.log(len(log_weights)))


def _judged(log_weights: Numbers) -> tuple[Numbers, float]:
    """Smoothed log weights and their k-hat: -infinite where no weight stands out, since then there is no tail to judge.

    The prior's part of the mixture bounds the weights; to what lies between such bounds a Pareto distribution does not
    apply, and may be fitted with any shape.
    """
    smooth, shape = smooth_weights(log_weights)
    highest = float(np.exp(smooth.max()) * len(smooth))
    return smooth, shape if highest > OUTSTANDING else -np.inf


def fit_proposal(
    assessment: Assessment, *, seed: int, rounds: int = ROUNDS, dimensions: Dimensions | None = None
) -> FittedProposal:
    """Fit the proposals: to the posterior, and to the posterior tilted by the headline.

    Parameters
    ----------
    dimensions
        Of the space; those of the assessment itself if nothing is said.
    """
    space = prior_transform(assessment, dimensions or dimensions_of([assessment]))
    rng = np.random.default_rng(seed)
    return FittedProposal(transform=space, components=tuple(_adapted(assessment, space, rng, rounds)))


def dimensions_of(assessments: Sequence[Assessment]) -> Dimensions:
    """Every quantity that one of these assessments leaves open, but for those that are integrated out."""
    return Dimensions.of(assessments, without=assessments[0].structure.indicators.ratio)


def _adapted(assessment: Assessment, space: PriorTransform, rng: np.random.Generator, rounds: int) -> list[Gaussian]:
    def posterior(z: Numbers) -> Numbers:
        return evaluate_batch(assessment, space, z).log_posterior

    def tilted(z: Numbers) -> Numbers:
        batch = evaluate_batch(assessment, space, z)
        return batch.log_posterior + batch.log_tilt

    mode, covariance = laplace(posterior, np.zeros(space.dimension))
    tilted_mode, tilted_covariance = laplace(tilted, mode)
    proposals = [Gaussian.of(mode, covariance), Gaussian.of(tilted_mode, tilted_covariance)]
    pool = _Pool.started(_drawn(assessment, space, first := [(Gaussian.standard(space.dimension), ROUND)], rng), first)
    for _ in range(rounds):
        latest = list(zip(proposals, split(ROUND, len(proposals)), strict=True))
        pool = pool.with_more(_drawn(assessment, space, latest, rng), latest)
        log_weights = pool.batch.log_posterior - pool.log_density
        proposals = [
            fitted(pool.batch.z, log_weights, covariance),
            fitted(pool.batch.z, log_weights + pool.batch.log_tilt, tilted_covariance),
        ]
    return proposals


@dataclass(frozen=True, kw_only=True)
class _Pool:
    """All draws so far, and the density of each under every proposal so far, which is the costly part."""

    batch: Batch
    mixture: Mixture
    parts: Numbers
    """ln density of each proposal at each draw; dims (proposal, draw)."""

    @classmethod
    def started(cls, batch: Batch, mixture: Mixture) -> _Pool:
        return cls(batch=batch, mixture=mixture, parts=parts_of(batch.z, mixture))

    def with_more(self, batch: Batch, mixture: Mixture) -> _Pool:
        """Earlier draws meet the new proposals, new draws meet them all."""
        whole = [*self.mixture, *mixture]
        earlier = np.concatenate([self.parts, parts_of(self.batch.z, mixture)])
        return _Pool(
            batch=concatenate_batches([self.batch, batch]),
            mixture=whole,
            parts=np.concatenate([earlier, parts_of(batch.z, whole)], axis=1),
        )

    @property
    def log_density(self) -> Numbers:
        """Of the mixture of all proposals; dims (draw)."""
        return mixed(self.parts, self.mixture)


def _drawn(assessment: Assessment, space: PriorTransform, mixture: Mixture, rng: np.random.Generator) -> Batch:
    count = sum(count for _, count in mixture)
    return evaluate_batch(assessment, space, draws_of(mixture, rng.standard_normal((space.dimension, count))))

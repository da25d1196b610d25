"""Adaptive importance sampling in the space where the prior is N(0, I); NumPy only, a fraction of a second a fit.

The proposal is a mixture of three parts: the prior, a Gaussian fitted to the posterior, and a Gaussian fitted to the
posterior tilted by the headline's probability. The prior is the defensive component (Hesterberg 1995, Technometrics
37): with a share a of the draws, no weight exceeds likelihood / a, however badly the Gaussians fit. The tilted Gaussian
puts draws where a rare headline is likely, since its probability depends on few of the posterior's own draws.

The Gaussians are fitted in rounds; every earlier draw is weighed by the mixture of all proposals so far (AMIS: Cornuet,
Marin, Mira & Robert 2012, Scand. J. Statist. 39). Draws to which a proposal was fitted would bias the answer, so every
answer comes from a fresh last batch of the final mixture alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from estimative.model.assessment import Assessment
from estimative.model.inference.batch import Batch, concatenate_batches, evaluate_batch, sample_likelihood_ratios
from estimative.model.inference.diagnostics import Verdict, judge_importance
from estimative.model.inference.draws import Draws
from estimative.model.inference.estimates import ROUNDING, Undefined
from estimative.model.inference.laplace import laplace
from estimative.model.inference.mc_estimate import MCEstimate
from estimative.model.inference.prior_transform import Dimensions, PriorTransform, prior_transform
from estimative.model.inference.proposal import (
    Gaussian,
    Mixture,
    component_log_densities,
    fit_gaussian,
    mixture_log_density,
    split_evenly,
    transform_by_mixture,
)
from estimative.model.inference.weighted_batch import weigh_batch
from estimative.model.likelihood.layout import Numbers

DRAWS = 8000
"""In the last batch."""
ROUND = 1500
"""Draws in each round of fitting."""
ROUNDS = 2


@dataclass(frozen=True, kw_only=True)
class FittedProposal:
    """A fitted proposal, from which posteriors near its own can be sampled without fitting again."""

    transform: PriorTransform
    """The space of standard normals, and the map from it to the quantities of an assessment."""
    components: tuple[Gaussian, ...]
    """Gaussians in that space; the prior is always part of the mixture and not listed."""

    def __repr__(self) -> str:
        return f"FittedProposal({len(self.components)} Gaussians and the prior, {self.transform!r})"


def sample(assessment: Assessment, *, seed: int, draws: int = DRAWS, rounds: int = ROUNDS) -> Draws:
    """Draw from the posterior of an assessment.

    Parameters
    ----------
    seed
        The same seed gives the same draws.
    draws
        Size of the last batch, from which every answer is taken.
    rounds
        Of fitting the proposal before that.

    Raises
    ------
    Contradiction
        If the evidence is impossible at every draw.
    """
    return sample_posterior(assessment, fit_proposal(assessment, seed=seed, rounds=rounds), seed=seed, draws=draws)


def sample_posterior(assessment: Assessment, proposal: FittedProposal, *, seed: int, draws: int = DRAWS) -> Draws:
    """Draw the last batch from a fitted proposal, which was fitted to other draws than these.

    Parameters
    ----------
    seed
        Assessments whose spaces have the same dimensions and whose proposals have equally many components get common
        random numbers from it: draw i of each is made of the same standard normals.

    Raises
    ------
    Contradiction
        If the evidence is impossible at every draw.
    """
    rng = _last_batch_rng(seed)
    weighted = weigh_batch(
        assessment, proposal.transform, proposal.components, rng.standard_normal((proposal.transform.dimension, draws))
    )
    return Draws(
        method="importance",
        theta=sample_likelihood_ratios(assessment, proposal.transform.theta(weighted.batch.z), rng),
        weights=weighted.weights,
        chains=1,
        diagnostics={
            "pareto_k": weighted.k_hat,
            "pareto_k_headline": weighted.tilted_k_hat,
            "log_marginal_likelihood": weighted.log_marginal_likelihood,
        },
    )


@dataclass(frozen=True, kw_only=True)
class Headline:
    """The probability of the headline, and the verdict on the draws behind it."""

    probability: MCEstimate
    verdict: Verdict


def standard_normals(dimension: int, *, seed: int, draws: int) -> Numbers:
    """Draw the standard normals of a last batch, to be shared by many fits; dims (free, draw)."""
    return _last_batch_rng(seed).standard_normal((dimension, draws))


def estimate_headline(assessment: Assessment, proposal: FittedProposal, normals: Numbers) -> Headline:
    """Estimate the headline alone, for those who fit many assessments.

    Parameters
    ----------
    normals
        The `standard_normals` that all these fits share; dims (free, draw).

    Raises
    ------
    Undefined
        If the headline's condition is impossible at every draw.
    Contradiction
        If the evidence is impossible at every draw.
    """
    weighted = weigh_batch(assessment, proposal.transform, proposal.components, normals)
    yes, given = np.exp(weighted.batch.log_tilt), np.exp(weighted.batch.log_given)
    base = float(weighted.weights @ given)
    if not base > 0:
        raise Undefined
    value = float(weighted.weights @ yes) / base
    # A headline that is the same at every draw is exact; its influence would be rounding noise.
    constant = np.ptp(yes) <= ROUNDING * yes.max() and np.ptp(given) <= ROUNDING * given.max()
    influence = weighted.weights * (yes - value * given) / base * (not constant)
    probability = MCEstimate(value=value, influence=influence)
    relative_se = probability.se / value if value > 0 else 0.0
    diagnostics = {"pareto_k": weighted.k_hat, "pareto_k_headline": weighted.tilted_k_hat}
    ess = float(1 / np.square(weighted.weights).sum())
    verdict = judge_importance(diagnostics, ess, assessment.scenario.headline, relative_se)
    return Headline(probability=probability, verdict=verdict)


def log_marginal_likelihood(
    assessment: Assessment, proposal: FittedProposal, weight: Numbers, *, seed: int, draws: int = DRAWS
) -> tuple[MCEstimate, float]:
    """Estimate ln P(evidence) if the items of evidence had other weights, on the draws of `sample_posterior`.

    Parameters
    ----------
    weight
        Power of each item's likelihood; dims (item).

    Returns
    -------
    log_marginal_likelihood
        Natural logarithm.
    k_hat
        Pareto k of the weights; below 0.7 the estimate is reliable.
    """
    transform = replace(proposal.transform, weight=weight)
    normals = standard_normals(transform.dimension, seed=seed, draws=draws)
    weighted = weigh_batch(assessment, transform, proposal.components, normals)
    # The derivative of ln(mean w) by each draw's weight is its normalised weight, centred.
    return MCEstimate(value=weighted.log_marginal_likelihood, influence=weighted.weights - 1 / draws), weighted.k_hat


def _last_batch_rng(seed: int) -> np.random.Generator:
    """The generator of a last batch, independent of the one that fits the proposal."""
    return np.random.default_rng([seed, 3])


def fit_proposal(
    assessment: Assessment, *, seed: int, rounds: int = ROUNDS, dimensions: Dimensions | None = None
) -> FittedProposal:
    """Fit a proposal to an assessment: one Gaussian to its posterior, one to the posterior tilted by the headline.

    Parameters
    ----------
    dimensions
        Of the space; by default those of the assessment itself.

    Raises
    ------
    Contradiction
        If the evidence is impossible at every draw.
    """
    transform = prior_transform(assessment, dimensions or dimensions_of([assessment]))
    rng = np.random.default_rng(seed)
    return FittedProposal(transform=transform, components=tuple(_fit_components(assessment, transform, rng, rounds)))


def dimensions_of(assessments: Sequence[Assessment]) -> Dimensions:
    """Collect every quantity that is uncertain in one of these assessments, but for those integrated out."""
    return Dimensions.of(assessments, without=assessments[0].structure.indicators.ratio)


def _fit_components(
    assessment: Assessment, transform: PriorTransform, rng: np.random.Generator, rounds: int
) -> list[Gaussian]:
    def posterior(z: Numbers) -> Numbers:
        return evaluate_batch(assessment, transform, z).log_posterior

    def tilted(z: Numbers) -> Numbers:
        batch = evaluate_batch(assessment, transform, z)
        return batch.log_posterior + batch.log_tilt

    # From the prior's median; the tilted mode is then looked for near the posterior's.
    mode, covariance = laplace(posterior, np.zeros(transform.dimension))
    tilted_mode, tilted_covariance = laplace(tilted, mode)
    components = [Gaussian.of(mode, covariance), Gaussian.of(tilted_mode, tilted_covariance)]
    # The first round is drawn from the prior: a Laplace approximation can sit on one of several modes.
    prior = [(Gaussian.standard(transform.dimension), ROUND)]
    history = _History.start(_sample_batch(assessment, transform, prior, rng), prior)
    for _ in range(rounds):
        latest = list(zip(components, split_evenly(ROUND, len(components)), strict=True))
        history = history.extend(_sample_batch(assessment, transform, latest, rng), latest)
        log_weights = history.batch.log_posterior - history.log_density
        components = [
            # The Laplace covariances stay the shrinkage targets in every round, whatever the draws suggest.
            fit_gaussian(history.batch.z, log_weights, covariance),
            fit_gaussian(history.batch.z, log_weights + history.batch.log_tilt, tilted_covariance),
        ]
    return components


@dataclass(frozen=True, kw_only=True)
class _History:
    """All draws so far, and their density under every proposal so far, which is what costs time."""

    batch: Batch
    mixture: Mixture
    components: Numbers
    """ln density of each proposal at each draw; dims (proposal, draw)."""

    @classmethod
    def start(cls, batch: Batch, mixture: Mixture) -> _History:
        return cls(batch=batch, mixture=mixture, components=component_log_densities(batch.z, mixture))

    def extend(self, batch: Batch, mixture: Mixture) -> _History:
        """Add draws: earlier draws are evaluated under the new proposals only, new draws under all."""
        proposals = [*self.mixture, *mixture]
        earlier = np.concatenate([self.components, component_log_densities(self.batch.z, mixture)])
        return _History(
            batch=concatenate_batches([self.batch, batch]),
            mixture=proposals,
            components=np.concatenate([earlier, component_log_densities(batch.z, proposals)], axis=1),
        )

    @property
    def log_density(self) -> Numbers:
        """Of the mixture of all proposals so far; dims (draw)."""
        return mixture_log_density(self.components, self.mixture)


def _sample_batch(
    assessment: Assessment, transform: PriorTransform, mixture: Mixture, rng: np.random.Generator
) -> Batch:
    count = sum(count for _, count in mixture)
    normals = rng.standard_normal((transform.dimension, count))
    return evaluate_batch(assessment, transform, transform_by_mixture(mixture, normals))

"""The last batch of importance sampling: draws from a mixture, with Pareto-smoothed weights and their diagnostics."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from estimative.model.assessment import Assessment
from estimative.model.inference.batch import Batch, evaluate_batch
from estimative.model.inference.prior_transform import PriorTransform
from estimative.model.inference.proposal import (
    Gaussian,
    Mixture,
    component_log_densities,
    mixture_log_density,
    transform_by_mixture,
    with_prior,
)
from estimative.model.inference.psis import bounded_k_hat, smooth_bounded
from estimative.model.inference.smc import Tempered
from estimative.model.likelihood.bayes_net import Query
from estimative.model.likelihood.layout import Index, Numbers
from estimative.model.likelihood.theta import Theta

FAR_ABOVE = 50.0
"""Times the mean weight: draws there are so rare that the answer could not do without them."""


class WeightedBatch(Struct, frozen=True, kw_only=True):
    """A last batch with its importance weights."""

    batch: Batch
    theta: Theta
    """The quantities at the draws, but for those integrated out."""
    log_weights: Numbers
    """Raw; dims (draw)."""
    weights: Numbers
    """Pareto-smoothed, summing to one; dims (draw)."""
    k_hat: float
    """Pareto k of the weights."""
    tilted_k_hat: float
    """Pareto k of the weights times the probability of the headline."""
    strata: Index
    """The proposal, by its number in the mixture, that each draw comes from; dims (draw)."""
    beyond: float
    """The share of the weight where the prior's quantile function is cut off."""

    @property
    def diagnostics(self) -> dict[str, float]:
        """What the weights show of their own convergence, by the names that a verdict asks for."""
        return {"pareto_k": self.k_hat, "pareto_k_headline": self.tilted_k_hat, "beyond": self.beyond}

    @property
    def log_marginal_likelihood(self) -> float:
        """ln of the mean raw weight: an estimate of ln P(evidence)."""
        return float(np.logaddexp.reduce(self.log_weights) - np.log(len(self.log_weights)))


def weigh_batch(
    assessment: Assessment,
    transform: PriorTransform,
    components: Sequence[Gaussian],
    normals: Numbers,
    tilts: Sequence[Query] = (),
) -> WeightedBatch:
    """Turn standard normals into draws from the mixture of the prior and some Gaussians, and weigh them.

    Parameters
    ----------
    components
        Gaussians in the space of the transform, fitted to other draws.
    normals
        dims (free, draw).
    tilts
        Queries whose probabilities are wanted besides the headline's.

    Raises
    ------
    Contradiction
        If the evidence is impossible at every draw.
    """
    mixture = with_prior(components, transform.dimension, normals.shape[1])
    z = transform_by_mixture(mixture, normals)
    theta = transform.theta(z)
    batch = evaluate_batch(assessment, transform, z, tilts, theta)
    log_density = mixture_log_density(component_log_densities(z, mixture), mixture)
    return weighted(batch, theta, batch.log_posterior - log_density, mixture, transform)


def weighted(
    batch: Batch, theta: Theta, log_weights: Numbers, mixture: Mixture, transform: PriorTransform
) -> WeightedBatch:
    """Smooth the weights of a batch, and look at their tails.

    Parameters
    ----------
    theta
        The quantities at the draws.
    mixture
        That the draws come from, one proposal after the other.
    log_weights
        ln of the posterior's density over that of the proposal, up to a constant; dims (draw).
    """
    # The marginal likelihood is the mean of the raw weights; all other answers use the smoothed ones.
    smoothed, k_hat = smooth_bounded(log_weights)
    weights = np.exp(smoothed)
    return WeightedBatch(
        batch=batch,
        theta=theta,
        log_weights=log_weights,
        weights=weights,
        k_hat=k_hat,
        strata=np.repeat(np.arange(len(mixture)), [count for _, count in mixture]),
        tilted_k_hat=bounded_k_hat(log_weights + batch.log_tilts[0]),
        beyond=float(weights @ transform.beyond(batch.z)),
    )


def unreached(
    weighted: WeightedBatch, transform: PriorTransform, components: Sequence[Gaussian], pilot: Tempered
) -> float:
    """The share of a pilot's particles at which a weight would be far above the mean: modes that the mixture misses.

    No draw of the mixture shows a mode to which it has no component; the pilot, which found its particles without the
    mixture, does.
    """
    mixture = with_prior(components, transform.dimension, len(weighted.log_weights))
    particles = pilot.particles
    log_density = mixture_log_density(component_log_densities(particles.z, mixture), mixture)
    log_weights = particles.log_density(1.0) - log_density - weighted.log_marginal_likelihood
    return float(np.mean(log_weights > np.log(FAR_ABOVE)))

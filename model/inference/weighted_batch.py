"""The last batch of importance sampling: draws from a mixture, with Pareto-smoothed weights and their diagnostics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from estimative.model.assessment import Assessment
from estimative.model.inference.batch import Batch, evaluate_batch
from estimative.model.inference.prior_transform import PriorTransform
from estimative.model.inference.proposal import (
    Gaussian,
    component_log_densities,
    mixture_log_density,
    split_evenly,
    transform_by_mixture,
)
from estimative.model.inference.psis import smooth_weights
from estimative.model.likelihood.layout import Numbers

PRIOR_SHARE = 0.15
"""Of the draws that come from the prior."""
OUTSTANDING = 5.0
"""Times the mean weight: below this no weight stands out."""


@dataclass(frozen=True, kw_only=True)
class WeightedBatch:
    """A last batch with its importance weights."""

    batch: Batch
    log_weights: Numbers
    """Raw; dims (draw)."""
    weights: Numbers
    """Pareto-smoothed, summing to one; dims (draw)."""
    k_hat: float
    """Pareto k of the weights."""
    tilted_k_hat: float
    """Pareto k of the weights times the probability of the headline."""

    @property
    def log_marginal_likelihood(self) -> float:
        """ln of the mean raw weight: an estimate of ln P(evidence)."""
        return float(np.logaddexp.reduce(self.log_weights) - np.log(len(self.log_weights)))


def weigh_batch(
    assessment: Assessment, transform: PriorTransform, components: Sequence[Gaussian], normals: Numbers
) -> WeightedBatch:
    """Turn standard normals into draws from the mixture of the prior and some Gaussians, and weigh them.

    Parameters
    ----------
    components
        Gaussians in the space of the transform, fitted to other draws.
    normals
        dims (free, draw).

    Raises
    ------
    Contradiction
        If the evidence is impossible at every draw.
    """
    draws = normals.shape[1]
    from_prior = int(PRIOR_SHARE * draws)
    counts = [from_prior, *split_evenly(draws - from_prior, len(components))]
    # Fixed counts instead of random component labels: stratification lowers the variance, and draws stay aligned
    # between fits that share their normals.
    proposals = [Gaussian.standard(transform.dimension), *components]
    mixture = list(zip(proposals, counts, strict=True))
    batch = evaluate_batch(assessment, transform, transform_by_mixture(mixture, normals))
    log_density = mixture_log_density(component_log_densities(batch.z, mixture), mixture)
    log_weights = batch.log_posterior - log_density
    # The marginal likelihood is the mean of the raw weights; all other answers use the smoothed ones.
    smoothed, k_hat = _smooth(log_weights)
    _, tilted_k_hat = _smooth(log_weights + batch.log_tilt)
    return WeightedBatch(
        batch=batch, log_weights=log_weights, weights=np.exp(smoothed), k_hat=k_hat, tilted_k_hat=tilted_k_hat
    )


def _smooth(log_weights: Numbers) -> tuple[Numbers, float]:
    """Smooth log weights; k-hat is -infinite where no weight stands out, since there is no tail to estimate.

    The prior's share in the mixture bounds the weights. A generalised Pareto distribution does not describe weights
    near such a bound, and could be fitted to them with any shape.
    """
    smoothed, k_hat = smooth_weights(log_weights)
    highest = float(np.exp(smoothed.max()) * len(smoothed))
    return smoothed, k_hat if highest > OUTSTANDING else -np.inf

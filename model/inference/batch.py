"""A batch of draws in the space of standard normals, and the log densities of the model there.

The likelihood ratio of an indicator about a factor enters its log-likelihood linearly, and ln LR has a normal prior: it
is integrated out in closed form (`_marginalize_ratios`), so that a thousand indicators do not add a thousand dimensions
to the proposal. Its posterior draws are added afterwards, from its conditional (`sample_likelihood_ratios`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from estimative.model.assessment import Assessment
from estimative.model.inference.prior_transform import PriorTransform
from estimative.model.inference.proposal import half_squares
from estimative.model.likelihood.backend import NUMPY
from estimative.model.likelihood.equations import Theta, indicator_strength, log_joint
from estimative.model.likelihood.layout import Numbers
from estimative.model.likelihood.queries import headline_target
from estimative.model.likelihood.variable_elimination import Contradiction, by_elimination

IMPOSSIBLE = -1e6
"""Log-likelihood of a draw at which the evidence is impossible: negligible weight, yet finite, so that sums work."""


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Draws with the log densities there; dims (free, draw) for `z`, (draw) for all others."""

    z: Numbers
    """Standard normals under the prior."""
    log_prior: Numbers
    """ln N(z | 0, I), up to a constant."""
    log_likelihood: Numbers
    log_tilt: Numbers
    """ln P(headline and its condition | theta, evidence)."""
    log_given: Numbers
    """ln P(condition of the headline | theta, evidence); 0 where it has none."""

    @property
    def log_posterior(self) -> Numbers:
        """Up to a constant."""
        return self.log_prior + self.log_likelihood


def evaluate_batch(assessment: Assessment, transform: PriorTransform, z: Numbers) -> Batch:
    """Evaluate the model at points of the space of standard normals, dims (free, draw).

    Raises
    ------
    Contradiction
        If the evidence is impossible at every one of them.
    """
    structure, theta = assessment.structure, _marginalize_ratios(assessment, transform.theta(z))
    target = headline_target(structure.scenario)
    with np.errstate(over="ignore"):  # odds beyond the floats: the probability is 0 or 1, as it should be
        # One elimination answers the evidence and both queries of the headline.
        likelihood, tilted, given = log_joint(NUMPY, structure, theta, by_elimination, [target.yes, target.given])
    possible = np.isfinite(likelihood)
    if possible.size and not possible.any():
        raise Contradiction("evidence that contradicts itself: possible at no value of the quantities")
    likelihood = np.where(possible, likelihood, IMPOSSIBLE)
    return Batch(
        z=z,
        log_prior=half_squares(z),
        log_likelihood=likelihood,
        log_tilt=_log_conditional(tilted, likelihood),
        log_given=_log_conditional(given, likelihood),
    )


def _log_conditional(log_joint_mass: Numbers, log_likelihood: Numbers) -> Numbers:
    """ln P(query | theta, evidence) from ln P(query, evidence | theta); dims (draw)."""
    # Rounding may leave a certain query slightly above 0.
    return np.where(np.isfinite(log_joint_mass), np.minimum(log_joint_mass - log_likelihood, 0.0), IMPOSSIBLE)


def _marginalize_ratios(assessment: Assessment, theta: Theta) -> Theta:
    """Set each indicator's ratio where its likelihood equals the mean over its prior.

    With ln LR ~ N(mu, sigma^2), E[exp(s ln LR)] = exp(s mu + s^2 sigma^2 / 2): the likelihood of a ratio fixed at
    ln LR = mu + s sigma^2 / 2.
    """
    ratio = assessment.structure.indicators.ratio
    variance = np.square(assessment.ratio_parameters[1, ratio, None])
    log_ratio = theta.log_ratio.copy()
    log_ratio[ratio] += indicator_strength(NUMPY, assessment.structure, theta) * variance / 2
    return replace(theta, log_ratio=log_ratio)


def sample_likelihood_ratios(assessment: Assessment, theta: Theta, rng: np.random.Generator) -> Theta:
    """Draw each indicator's ratio from its posterior given all else: ln LR ~ N(mu + s sigma^2, sigma^2)."""
    ratio = assessment.structure.indicators.ratio
    sigma = assessment.ratio_parameters[1, ratio, None]
    strength = indicator_strength(NUMPY, assessment.structure, theta)
    log_ratio = theta.log_ratio.copy()
    # These ratios are not dimensions of the space, so theta has them at their prior mean mu.
    log_ratio[ratio] += sigma * (sigma * strength + rng.standard_normal(strength.shape))
    return replace(theta, log_ratio=log_ratio)


def concatenate_batches(batches: Sequence[Batch]) -> Batch:
    """Join batches along the draws."""
    return Batch(
        z=np.concatenate([batch.z for batch in batches], axis=1),
        log_prior=np.concatenate([batch.log_prior for batch in batches]),
        log_likelihood=np.concatenate([batch.log_likelihood for batch in batches]),
        log_tilt=np.concatenate([batch.log_tilt for batch in batches]),
        log_given=np.concatenate([batch.log_given for batch in batches]),
    )

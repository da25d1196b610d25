"""A batch of draws in the space of standard normals, and what the equations say at each.

The likelihood ratio of an indicator about a factor is integrated out exactly (see `_integrated`), so that a thousand
such items are no thousand dimensions; its posterior draws are added at the end (see `redrawn`).
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

NEVER = -1e6
"""The log-likelihood of a draw at which the evidence is impossible: low enough to weigh nothing, and still a number."""


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Draws with the logarithms of what is wanted there; dims (free, draw) and (draw)."""

    z: Numbers
    log_prior: Numbers
    log_likelihood: Numbers
    log_tilt: Numbers
    """ln P(headline and its condition | quantities, evidence)."""
    log_given: Numbers
    """ln P(condition of the headline | quantities, evidence); 0 where it has none."""

    @property
    def log_posterior(self) -> Numbers:
        return self.log_prior + self.log_likelihood


def evaluate_batch(assessment: Assessment, space: PriorTransform, z: Numbers) -> Batch:
    """The equations at points of the space, dims (free, draw).

    Raises
    ------
    Contradiction
        If the evidence is impossible at every one of them.
    """
    structure, theta = assessment.structure, _integrated(assessment, space.theta(z))
    asked = headline_target(structure.scenario)
    with np.errstate(over="ignore"):
        likelihood, tilted, given = log_joint(NUMPY, structure, theta, by_elimination, [asked.yes, asked.given])
    possible = np.isfinite(likelihood)
    if possible.size and not possible.any():
        raise Contradiction("evidence that contradicts itself: possible at no value of the quantities")
    likelihood = np.where(possible, likelihood, NEVER)
    return Batch(
        z=z,
        log_prior=half_squares(z),
        log_likelihood=likelihood,
        log_tilt=_under(tilted, likelihood),
        log_given=_under(given, likelihood),
    )


def _under(log_mass: Numbers, log_likelihood: Numbers) -> Numbers:
    """ln of the probability of something given the evidence; rounding may leave it a hair above 0."""
    return np.where(np.isfinite(log_mass), np.minimum(log_mass - log_likelihood, 0.0), NEVER)


def _integrated(assessment: Assessment, theta: Theta) -> Theta:
    """Put each of these ratios where its likelihood is the mean over its prior.

    For ln LR ~ N(mu, sigma^2) the mean of exp(s ln LR) is exp(s mu + s^2 sigma^2 / 2): that of ln LR held at
    mu + s sigma^2 / 2.
    """
    ratio = assessment.structure.indicators.ratio
    variance = np.square(assessment.ratio_parameters[1, ratio, None])
    log_ratio = theta.log_ratio.copy()
    log_ratio[ratio] += indicator_strength(NUMPY, assessment.structure, theta) * variance / 2
    return replace(theta, log_ratio=log_ratio)


def sample_likelihood_ratios(assessment: Assessment, theta: Theta, rng: np.random.Generator) -> Theta:
    """Draw each of these ratios from its posterior given all else: ln LR ~ N(mu + s sigma^2, sigma^2)."""
    ratio = assessment.structure.indicators.ratio
    sigma = assessment.ratio_parameters[1, ratio, None]
    strength = indicator_strength(NUMPY, assessment.structure, theta)
    log_ratio = theta.log_ratio.copy()
    log_ratio[ratio] += sigma * (sigma * strength + rng.standard_normal(strength.shape))
    return replace(theta, log_ratio=log_ratio)


def concatenate_batches(batches: Sequence[Batch]) -> Batch:
    """One batch after the other."""
    return Batch(
        z=np.concatenate([batch.z for batch in batches], axis=1),
        log_prior=np.concatenate([batch.log_prior for batch in batches]),
        log_likelihood=np.concatenate([batch.log_likelihood for batch in batches]),
        log_tilt=np.concatenate([batch.log_tilt for batch in batches]),
        log_given=np.concatenate([batch.log_given for batch in batches]),
    )

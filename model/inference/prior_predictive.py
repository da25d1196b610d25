"""The probabilities before any evidence, by draws from the prior."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from estimative.model.assessment import Assessment
from estimative.model.inference.batch import evaluate_batch
from estimative.model.inference.conditional_draws import sample_integrated
from estimative.model.inference.draws import Draws
from estimative.model.inference.gaussian_mixture import fit_mixture
from estimative.model.inference.posterior import Posterior
from estimative.model.inference.prior_transform import PriorTransform, integrated_dimensions, prior_transform
from estimative.model.inference.proposal import Gaussian
from estimative.model.inference.smc import PARTICLES, temper
from estimative.model.inference.target_estimates import TargetEstimates, TargetKey
from estimative.model.inference.threads import one_blas_thread
from estimative.model.inference.weighted_batch import weigh_batch
from estimative.model.likelihood.bayes_net import Query
from estimative.model.likelihood.layout import Numbers
from estimative.model.likelihood.queries import evaluate_queries, targets
from estimative.model.likelihood.theta import Theta

DRAWS = 5000
MORE_DRAWS = (20_000, 80_000)
"""With draws where rare targets are likely, if plain draws from the prior leave some of them uncertain."""


class PriorPredictive(TargetEstimates, frozen=True, kw_only=True):
    """The same probabilities as those of a posterior before the evidence."""

    headline_id: str

    def __repr__(self) -> str:
        return f"PriorPredictive({len(self.targets)} targets, {self.draws.count} draws from the prior)"

    @property
    def headline_key(self) -> TargetKey:
        return "outcome", self.headline_id


def prior_of(posterior: Posterior) -> PriorPredictive:
    """The probabilities before the evidence; where none counts, the posterior's own: one quantity, one number."""
    assessment = posterior.assessment
    if assessment.weight.any() or assessment.conditioned_events or not assessment.uncertain:
        return prior_predictive(assessment, seed=posterior.seed)
    return PriorPredictive(
        draws=posterior.draws,
        targets=posterior.targets,
        probabilities=posterior.probabilities,
        headline_id=posterior.assessment.scenario.headline,
    )


def prior_predictive(assessment: Assessment, *, seed: int, count: int | None = None) -> PriorPredictive:
    """Evaluate every target at draws from the prior, before any evidence.

    Parameters
    ----------
    seed
        Its draws are independent of those of a fit with the same seed.
    count
        Number of draws. By default `DRAWS`, or as many as the checks need, some of them where rare targets are likely;
        a number that is given is final.
    """
    with one_blas_thread():
        rng = np.random.default_rng([seed, 1])  # streams 2 and 3 belong to resampling and to the last batch
        # Where nothing is uncertain, all draws are the same.
        blind = assessment.before_evidence
        result = _plain(blind, rng, count or (DRAWS if assessment.uncertain else 1))
        for more in MORE_DRAWS if count is None else ():
            if not result.unreliable:
                break
            result = _tilted(blind, result.rare_queries, rng, more)
    return result


def _plain(blind: Assessment, rng: np.random.Generator, count: int) -> PriorPredictive:
    transform = prior_transform(blind)
    theta = transform.theta(rng.standard_normal((transform.dimension, count)))
    return _at(blind, theta, np.full(count, 1 / count))


def _tilted(blind: Assessment, tilts: Sequence[Query], rng: np.random.Generator, count: int) -> PriorPredictive:
    """Draw from a mixture of the prior and of Gaussians fitted to it where each of some queries is likely."""
    transform = prior_transform(blind, integrated_dimensions([blind]))
    components = [component for tilt in tilts for component in _tilt(blind, transform, tilt, rng)]
    weighted = weigh_batch(blind, transform, components, rng.standard_normal((transform.dimension, count)))
    theta, _ = sample_integrated(blind, weighted.theta, transform.event_items, rng)
    return _at(blind, theta, weighted.weights)


def _tilt(blind: Assessment, transform: PriorTransform, tilt: Query, rng: np.random.Generator) -> tuple[Gaussian, ...]:
    def from_prior(z: Numbers) -> tuple[Numbers, Numbers]:
        batch = evaluate_batch(blind, transform, z, [tilt])
        return batch.log_prior, batch.log_tilts[1]

    particles = temper(from_prior, rng.standard_normal((transform.dimension, PARTICLES)), rng).particles
    return fit_mixture(particles.z, np.full(PARTICLES, 1 / PARTICLES))


def _at(blind: Assessment, theta: Theta, weights: Numbers) -> PriorPredictive:
    chosen = targets(blind.scenario)
    probabilities = evaluate_queries(blind.structure, theta, chosen, evidence=False)
    draws = Draws(method="importance", theta=theta, weights=weights, chains=1, diagnostics={})
    headline = blind.scenario.headline
    return PriorPredictive(draws=draws, targets=chosen, probabilities=probabilities, headline_id=headline)

"""Adaptive importance sampling in the space where the prior is N(0, I); NumPy only, a fraction of a second a fit.

A pilot (`smc`) carries particles from the prior to the posterior and finds its modes. Mixtures of Gaussians are fitted
to the particles, and to the posterior tilted by the probability of the headline and of other rare targets, which depend
on few of the posterior's own draws. The prior is the defensive component (Hesterberg 1995, Technometrics 37): with a
share a of the draws, no weight exceeds likelihood / a, however badly the Gaussians fit.

The mixtures are moved in rounds; every earlier draw is weighed by the mixture of all proposals so far (AMIS: Cornuet,
Marin, Mira & Robert 2012, Scand. J. Statist. 39). Draws to which a proposal was fitted would bias the answer, so every
answer comes from a fresh last batch of the final mixture alone.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from estimative.model.assessment import Assessment
from estimative.model.inference.batch import Batch, concatenate_batches, evaluate_batch
from estimative.model.inference.conditional_draws import sample_integrated
from estimative.model.inference.draws import Draws
from estimative.model.inference.gaussian_mixture import fit_gaussian, fit_mixture, responsibilities, update_mixture
from estimative.model.inference.mc_estimate import MCEstimate
from estimative.model.inference.prior_transform import (
    Dimensions,
    PriorTransform,
    integrated_dimensions,
    prior_transform,
)
from estimative.model.inference.proposal import (
    Gaussian,
    Mixture,
    component_log_densities,
    mixture_log_density,
    tempered_weights,
    transform_by_mixture,
    with_prior,
)
from estimative.model.inference.smc import Tempered, temper
from estimative.model.inference.weighted_batch import WeightedBatch, unreached, weigh_batch
from estimative.model.likelihood.bayes_net import Query
from estimative.model.likelihood.layout import Numbers
from estimative.model.likelihood.queries import headline_target

MIN_SD = 1e-12
"""Of a dimension in which all particles are at one place."""
ENOUGH = 0.25
"""Share of a pilot's particles that have to be effective under a tilt; else they are carried there."""
MAX_NUMBERS = 40_000_000
"""In the draws of one batch, over all dimensions."""
DRAWS = 8000
"""In the last batch."""


class Effort(Struct, frozen=True, kw_only=True):
    """How much is done for one fit."""

    draws: int
    """In the last batch, from which every answer is taken."""
    particles: int
    """In the pilot."""
    last_moves: int
    """The most Markov chain steps of the pilot at the posterior itself."""
    rounds: int
    """Of fitting the proposal after the pilot."""
    round_draws: int
    """In each of them."""
    split: bool
    """Whether a round may add components, instead of moving the pilot's, and tilted pilots start from the prior."""


FIRST = Effort(draws=DRAWS, particles=1000, last_moves=40, rounds=2, round_draws=1500, split=False)
LADDER = (
    FIRST,
    Effort(draws=4 * DRAWS, particles=2000, last_moves=150, rounds=4, round_draws=4000, split=True),
    Effort(draws=16 * DRAWS, particles=4000, last_moves=400, rounds=6, round_draws=12000, split=True),
)
"""What is tried in turn until a fit passes its checks."""
MORE = 4
"""Times the draws from the same proposal, where that is all that some probabilities lack."""
STEPS = 2
"""Of moving a proposal towards another posterior."""
CERTAIN = Effort(draws=500, particles=200, last_moves=2, rounds=1, round_draws=200, split=False)
"""Where nothing is uncertain: every draw is the answer, and analyses want some to work on."""


class FittedProposal(Struct, frozen=True, kw_only=True):
    """A fitted proposal, from which posteriors near its own can be sampled without fitting again."""

    transform: PriorTransform
    """The space of standard normals, and the map from it to the quantities of an assessment."""
    components: tuple[Gaussian, ...]
    """Gaussians in that space; the prior is always part of the mixture and not listed."""
    pilot: Tempered | None = None
    """To which the Gaussians were fitted; None where they come from other fits."""
    tilts: tuple[Query, ...] = ()
    """The headline and other queries that are likely under some of the Gaussians."""

    def embedded(self, assessment: Assessment, dimensions: Dimensions) -> FittedProposal:
        """The same in a space with more dimensions, along which draws have the prior."""
        own, transform = self.transform.dimensions, prior_transform(assessment, dimensions)
        degrees, ratios = np.isin(dimensions.degrees, own.degrees), np.isin(dimensions.ratios, own.ratios)
        places = np.flatnonzero(np.concatenate([degrees, ratios]))
        components = tuple(component.embed(places, transform.dimension) for component in self.components)
        return FittedProposal(transform=transform, components=components, tilts=self.tilts)

    def __repr__(self) -> str:
        return f"FittedProposal({len(self.components)} Gaussians and the prior, {self.transform!r})"


def sample_posterior(assessment: Assessment, proposal: FittedProposal, *, seed: int, draws: int = DRAWS) -> Draws:
    """Draw the last batch from a fitted proposal, which was fitted to other draws than these.

    In very many dimensions it has fewer draws than asked for, so that they fit in memory.

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
    draws = min(draws, max(DRAWS, MAX_NUMBERS // max(proposal.transform.dimension, 1)))
    weighted = weigh_batch(
        assessment, proposal.transform, proposal.components, rng.standard_normal((proposal.transform.dimension, draws))
    )
    items = proposal.transform.event_items
    theta, log_factor = sample_integrated(assessment, weighted.theta, items, rng, proposal.tilts)
    weights = weighted.weights * np.exp(log_factor)
    return Draws(
        method="importance",
        theta=theta,
        weights=weights / weights.sum(),
        chains=1,
        diagnostics={
            **weighted.diagnostics,
            "log_marginal_likelihood": weighted.log_marginal_likelihood,
            **(_pilot_diagnostics(weighted, proposal, proposal.pilot) if proposal.pilot else {}),
        },
    )


def single_draw(assessment: Assessment) -> Draws:
    """Return the one draw of an assessment in which nothing is uncertain.

    Raises
    ------
    Contradiction
        If the evidence is impossible.
    """
    transform = prior_transform(assessment)
    z = np.zeros((transform.dimension, 1))
    batch = evaluate_batch(assessment, transform, z)
    return Draws(
        method="importance",
        theta=transform.theta(z),
        weights=np.ones(1),
        chains=1,
        diagnostics={"log_marginal_likelihood": float(batch.log_likelihood[0])},
    )


def _pilot_diagnostics(weighted: WeightedBatch, proposal: FittedProposal, pilot: Tempered) -> dict[str, float]:
    return {
        "unreached": unreached(weighted, proposal.transform, proposal.components, pilot),
        "pilot_memory": pilot.memory,
        "pilot_difference": pilot.log_ratio - weighted.log_marginal_likelihood,
    }


def standard_normals(dimension: int, *, seed: int, draws: int) -> Numbers:
    """Draw the standard normals of a last batch, to be shared by many fits; dims (free, draw)."""
    return _last_batch_rng(seed).standard_normal((dimension, draws))


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
    assessment: Assessment,
    *,
    seed: int,
    effort: Effort = FIRST,
    dimensions: Dimensions | None = None,
    tilts: Sequence[Query] = (),
) -> FittedProposal:
    """Fit a proposal to an assessment: Gaussians to its posterior, and to the posterior tilted by the headline.

    Parameters
    ----------
    dimensions
        Of the space; by default those of the assessment itself.
    tilts
        Queries, besides the headline, that are so rare that they need draws where they are likely.

    Raises
    ------
    Contradiction
        If the evidence is impossible at every draw.
    """
    transform = prior_transform(assessment, dimensions or integrated_dimensions([assessment]))
    rng = np.random.default_rng(seed)
    components, pilot = _fit_components(assessment, transform, rng, effort, tilts)
    queries = headline_target(assessment.scenario).yes, *tilts
    return FittedProposal(transform=transform, components=components, pilot=pilot, tilts=queries)


def moved(assessment: Assessment, proposal: FittedProposal, normals: Numbers) -> FittedProposal:
    """Add a Gaussian near an assessment's posterior to a proposal, and one near the posterior given the headline.

    Each part of the random numbers, dims (free, draw), moves them one step.
    """
    components = proposal.components
    for part in np.split(normals, STEPS, axis=1):
        weighted = weigh_batch(assessment, proposal.transform, components, part)
        targets = weighted.log_weights, weighted.log_weights + weighted.batch.log_tilts[0]
        nearer = (fit_gaussian(weighted.batch.z, tempered_weights(target)) for target in targets)
        components = (*proposal.components, *nearer)
    return replace(proposal, components=components)


def _fit_components(
    assessment: Assessment,
    transform: PriorTransform,
    rng: np.random.Generator,
    effort: Effort,
    tilts: Sequence[Query],
) -> tuple[tuple[Gaussian, ...], Tempered]:
    """Fit Gaussians to the posterior and to the posterior tilted by the headline; also return the pilot."""
    pilot = _pilot(assessment, transform, effort, rng)
    tilted = [_tilted(assessment, transform, pilot, tilts, tilt, effort, rng) for tilt in range(1 + len(tilts))]
    groups = [_equal_mixture(pilot.particles.z), *tilted]
    history: _History | None = None
    for _ in range(effort.rounds):
        mixture = with_prior(_pooled(groups), transform.dimension, effort.round_draws)
        batch = _sample_batch(assessment, transform, mixture, tilts, rng)
        history = history.extend(batch, mixture) if history else _History.start(batch, mixture)
        log_weights = history.batch.log_posterior - history.log_density
        targets = [log_weights, *(log_weights + history.batch.log_tilts)]
        groups = [
            fit_mixture(history.batch.z, weights) if effort.split else update_mixture(group, history.batch.z, weights)
            for group, weights in zip(groups, map(tempered_weights, targets), strict=True)
        ]
    return _pooled(groups), pilot


def _tilted(
    assessment: Assessment,
    transform: PriorTransform,
    pilot: Tempered,
    tilts: Sequence[Query],
    tilt: int,
    effort: Effort,
    rng: np.random.Generator,
) -> tuple[Gaussian, ...]:
    """Fit Gaussians to the posterior tilted by a query."""

    def towards(z: Numbers) -> tuple[Numbers, Numbers]:
        batch = evaluate_batch(assessment, transform, z, tilts)
        if effort.split:
            return batch.log_prior, batch.log_likelihood + batch.log_tilts[tilt]
        return batch.log_posterior, batch.log_tilts[tilt]

    z = pilot.particles.z
    if effort.split:
        # From the posterior it is a short way, but a mode that matters for the tilt alone would be missed.
        return _equal_mixture(temper(towards, rng.standard_normal(z.shape), rng).particles.z)
    log_weights = towards(z)[1]
    weights = np.exp(log_weights - log_weights.max())
    weights /= weights.sum()
    if 1 / np.square(weights).sum() >= ENOUGH * len(weights):
        return fit_mixture(z, weights)
    return _equal_mixture(temper(towards, z, rng).particles.z)


def _pilot(assessment: Assessment, transform: PriorTransform, effort: Effort, rng: np.random.Generator) -> Tempered:
    def from_prior(z: Numbers) -> tuple[Numbers, Numbers]:
        batch = evaluate_batch(assessment, transform, z)
        return batch.log_prior, batch.log_likelihood

    start = rng.standard_normal((transform.dimension, effort.particles))
    return temper(from_prior, start, rng, last_moves=effort.last_moves)


def overdispersed(assessment: Assessment, *, seed: int, count: int) -> tuple[PriorTransform, Numbers]:
    """Find points far apart in the posterior, from which chains may start.

    Returns
    -------
    The space of standard normals, and particles of a pilot in it, dims (free, point): from each of its modes in turn,
    the one that is farthest from those already chosen.
    """
    transform, rng = prior_transform(assessment, integrated_dimensions([assessment])), np.random.default_rng(seed)
    z = _pilot(assessment, transform, FIRST, rng).particles.z
    modes = responsibilities(_equal_mixture(z), z).argmax(axis=0)
    scaled = z / np.maximum(z.std(axis=1, keepdims=True), MIN_SD)
    chosen, distance = [0], np.full(z.shape[1], np.inf)
    for point in range(1, count):
        distance = np.minimum(distance, np.square(scaled - scaled[:, chosen[-1:]]).sum(axis=0))
        mode = (modes[0] + point) % (modes.max() + 1)
        chosen.append(int(np.argmax(np.where(modes == mode, distance, -1.0))))
    return transform, z[:, chosen]


def _equal_mixture(z: Numbers) -> tuple[Gaussian, ...]:
    return fit_mixture(z, np.full(z.shape[1], 1 / z.shape[1]))


def _pooled(groups: Sequence[tuple[Gaussian, ...]]) -> tuple[Gaussian, ...]:
    """Join mixtures; each gets the same number of draws, since the shares of each sum to one."""
    return tuple(component for group in groups for component in group)


class _History(Struct, frozen=True, kw_only=True):
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
    assessment: Assessment,
    transform: PriorTransform,
    mixture: Mixture,
    tilts: Sequence[Query],
    rng: np.random.Generator,
) -> Batch:
    count = sum(count for _, count in mixture)
    normals = rng.standard_normal((transform.dimension, count))
    return evaluate_batch(assessment, transform, transform_by_mixture(mixture, normals), tilts)

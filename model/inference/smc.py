"""Sequential Monte Carlo: particles that are carried from one distribution to another by tempering.

From the prior to the posterior, the likelihood is raised to powers from 0 to 1; at each power the particles are
reweighted, resampled, and moved by Markov chain steps (Del Moral, Doucet & Jasra 2006, JRSS B 68; Neal 2001). Modes far
from each other keep their share of the particles, which no climb from one starting point does. The product of the mean
weights estimates the marginal likelihood, independently of whatever is fitted to the particles afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray

from estimative.model.inference.gaussian_mixture import fit_gaussian, fit_mixture, log_mixture
from estimative.model.inference.proposal import Gaussian, half_squares
from estimative.model.likelihood.layout import Index, Numbers

PARTICLES = 1000
KEPT = 0.5
"""The share of effective particles at which a power is chosen."""
MOVES = (2, 40)
"""The fewest and the most Markov chain steps at each power; at the last one, `temper` may be given more."""
FORGOTTEN = 0.05
"""Correlation with their places before the steps, in every dimension, at which particles have moved far enough: ..."""
NOISE = 3.0
"""... and standard errors of a correlation of 0, the largest of many of which is never near 0."""
ACCEPTANCE = 0.3
"""The step is shortened where fewer proposals are accepted, and lengthened where more are."""
SHORTEST = 0.02
"""Step."""
SETTLED = 3.5
"""Standard errors by which means and variances may move at power 1, once the particles have forgotten their start."""
PATIENCE = 6
"""Markov chain steps after which a mixture is fitted to particles that remember their start; at power 1 at once."""
WHOLE_SHARE = 0.2
"""Of proposals from one Gaussian for all particles, beside a mixture for their modes."""
FREEDOM = 5.0
"""Degrees of freedom of the t distribution that proposals are drawn from."""
MAX_POWERS = 200
"""A target that needs more is not reached."""

type LogDensities = Callable[[Numbers], tuple[Numbers, Numbers]]
"""Points, dims (free, point) -> ln density at power 0, and what is added at power 1, dims (point) each."""


class Particles(Struct, frozen=True, kw_only=True):
    """Equally weighted draws, with the two log densities that they were carried between; dims (particle)."""

    z: Numbers
    """dims (free, particle)."""
    start: Numbers
    increment: Numbers

    def log_density(self, power: float) -> Numbers:
        """At a power of the increment; dims (particle)."""
        return np.asarray(self.start + power * self.increment)

    def chosen(self, index: Index) -> Particles:
        """Some of the particles, possibly several times; dims (particle)."""
        return Particles(z=self.z[:, index], start=self.start[index], increment=self.increment[index])

    def where(self, accepted: NDArray[np.bool_], other: Particles) -> Particles:
        """The particles of another where a mask is true."""
        return Particles(
            z=np.where(accepted, other.z, self.z),
            start=np.where(accepted, other.start, self.start),
            increment=np.where(accepted, other.increment, self.increment),
        )


class Tempered(Struct, frozen=True, kw_only=True):
    """Particles at power 1."""

    particles: Particles
    log_ratio: float
    """ln of the ratio of the normalising constants at power 1 and at power 0."""
    memory: float
    """The largest correlation, over dimensions, of the particles before and after the steps at power 1."""


def temper(
    log_densities: LogDensities, z: Numbers, rng: np.random.Generator, *, last_moves: int = MOVES[1]
) -> Tempered:
    """Carry draws of one distribution to another.

    Parameters
    ----------
    z
        Equally weighted draws at power 0; dims (free, particle).
    last_moves
        The most Markov chain steps at power 1.
    """
    particles = Particles(z=z, **dict(zip(("start", "increment"), log_densities(z), strict=True)))
    power, log_ratio, step, memory = 0.0, 0.0, 1.0, 0.0
    for _ in range(MAX_POWERS):
        raised = _next_power(particles.increment, power)
        weights = (raised - power) * particles.increment
        log_ratio += float(np.logaddexp.reduce(weights) - np.log(len(weights)))
        particles = particles.chosen(_resample(weights, rng))
        power = raised
        most = last_moves if power >= 1 else MOVES[1]
        particles, step, memory = _move(log_densities, particles, power, step, rng, most)
        if power >= 1:
            break
    # Particles that never came to power 1 fail as those that did not move there.
    return Tempered(particles=particles, log_ratio=log_ratio, memory=memory if power >= 1 else 1.0)


def _next_power(increment: Numbers, power: float) -> float:
    """The largest power at which enough particles stay effective, by bisection."""
    raised = increment - increment.max()

    def effective(next_power: float) -> float:
        weights = np.exp((next_power - power) * raised)
        return float(weights.sum() ** 2 / np.square(weights).sum())

    if effective(1.0) >= KEPT * len(increment):
        return 1.0
    low, high = power, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if effective(middle) >= KEPT * len(increment) else (low, middle)
    return max(low, float(np.nextafter(power, 1.0)))


def _resample(log_weights: Numbers, rng: np.random.Generator) -> Index:
    """Systematic resampling: one uniform number, and the particles evenly spaced by their weights."""
    weights = np.exp(log_weights - log_weights.max())
    count = len(weights)
    levels = (rng.random() + np.arange(count)) / count
    return np.minimum(np.searchsorted(np.cumsum(weights) / weights.sum(), levels), count - 1)


def _move(
    log_densities: LogDensities, particles: Particles, power: float, step: float, rng: np.random.Generator, most: int
) -> tuple[Particles, float, float]:
    """Take Markov chain steps that leave the distribution at a power unchanged.

    Returns
    -------
    The particles, the adapted step, and how much they remember of where they started.
    """
    equal = np.full(particles.z.shape[1], 1 / particles.z.shape[1])
    reference = fit_gaussian(particles.z, equal)
    mixture: tuple[Gaussian, ...] = ()
    start, memory, since = particles.z, 1.0, 0
    for index in range(most):
        if since == PATIENCE or (since == 0 and power >= 1):
            # Proposals that know modes and ridges let particles change between them.
            mixture = (*fit_mixture(particles.z, equal), replace(reference, share=WHOLE_SHARE))
        if mixture and index % 2:
            particles = _independence(log_densities, particles, power, mixture, rng)
        else:
            particles, accepted = _crank_nicolson(log_densities, particles, power, reference, step, rng)
            step = min(max(step * (1.5 if accepted > ACCEPTANCE else 0.6), SHORTEST), 1.0)
        since, memory = since + 1, _memory(start, particles.z)
        if since < MOVES[0] or memory > FORGOTTEN + NOISE / particles.z.shape[1] ** 0.5:
            continue
        if power < 1 or _drift(start, particles.z) <= SETTLED:
            return particles, step, memory
        # Not where the target is yet: the places that have been reached are the start of the next steps.
        start, memory, since = particles.z, 1.0, 0
        reference = fit_gaussian(particles.z, equal)
    return particles, step, memory


def _drift(start: Numbers, now: Numbers) -> float:
    """How far means and variances have moved, in their standard errors: the largest, over the dimensions."""
    centre = start.mean(axis=1, keepdims=True)
    moved = np.concatenate([now - start, np.square(now - centre) - np.square(start - centre)])
    errors = moved.std(axis=1) / np.sqrt(moved.shape[1])
    return float(
        np.max(np.divide(abs(moved.mean(axis=1)), errors, out=np.zeros(len(moved)), where=errors > 0), initial=0.0)
    )


def _memory(start: Numbers, now: Numbers) -> float:
    """The largest correlation of places before and after, over the dimensions; dims (free, particle) each."""
    first, last = (z - z.mean(axis=1, keepdims=True) for z in (start, now))
    scale = np.sqrt(np.square(first).sum(axis=1) * np.square(last).sum(axis=1))
    products = np.einsum("ij,ij->i", first, last)
    return float(np.max(np.divide(products, scale, out=np.zeros_like(scale), where=scale > 0), initial=0.0))


def _crank_nicolson(
    log_densities: LogDensities,
    particles: Particles,
    power: float,
    reference: Gaussian,
    step: float,
    rng: np.random.Generator,
) -> tuple[Particles, float]:
    """One preconditioned Crank-Nicolson step of each particle; also returns the share that was accepted.

    The step leaves a multivariate t distribution with the reference's location and scale unchanged (Cotter et al. 2013,
    Statistical Science 28, for the normal; Grumitt, Karamanis & Seljak 2024 for t), so that it is accepted by the ratio
    of the target's density to the reference's: nearly always, at full step, where the reference fits. A normal
    reference would leave particles in its tails stuck.
    """
    centre = reference.mean[:, None]
    dimension, count = particles.z.shape
    scale = (FREEDOM + _distance(reference, particles.z)) / 2 / rng.standard_gamma((FREEDOM + dimension) / 2, count)
    noise = reference.transform(rng.standard_normal(particles.z.shape)) - centre
    z = centre + np.sqrt(1 - step**2) * (particles.z - centre) + step * np.sqrt(scale) * noise
    start, increment = log_densities(z)
    proposed = Particles(z=z, start=start, increment=increment)
    gain = proposed.log_density(power) - particles.log_density(power)
    gain -= _log_t(_distance(reference, z), dimension) - _log_t(_distance(reference, particles.z), dimension)
    accepted = np.log(rng.random(len(gain))) < gain
    return particles.where(accepted, proposed), float(accepted.mean())


def _independence(
    log_densities: LogDensities,
    particles: Particles,
    power: float,
    mixture: Sequence[Gaussian],
    rng: np.random.Generator,
) -> Particles:
    """Propose a draw of a mixture to each particle, wherever it is (Tierney 1994, Annals of Statistics 22)."""
    shares = np.array([component.share for component in mixture])
    labels = rng.choice(len(mixture), particles.z.shape[1], p=shares / shares.sum())
    normals = rng.standard_normal(particles.z.shape)
    z = np.empty_like(normals)
    for label, component in enumerate(mixture):
        z[:, labels == label] = component.transform(normals[:, labels == label])
    start, increment = log_densities(z)
    proposed = Particles(z=z, start=start, increment=increment)
    gain = proposed.log_density(power) - particles.log_density(power)
    gain -= log_mixture(mixture, z) - log_mixture(mixture, particles.z)
    return particles.where(np.log(rng.random(len(gain))) < gain, proposed)


def _distance(reference: Gaussian, z: Numbers) -> Numbers:
    """Squared Mahalanobis distance from the reference's centre; dims (particle)."""
    assert reference.inverse_root is not None
    return np.asarray(-2 * half_squares(reference.inverse_root @ (z - reference.mean[:, None])))


def _log_t(distance: Numbers, dimension: int) -> Numbers:
    """ln density of the multivariate t at squared distances, up to a constant."""
    return -0.5 * (FREEDOM + dimension) * np.log1p(distance / FREEDOM)

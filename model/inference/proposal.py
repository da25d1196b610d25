"""Gaussian proposals, their mixtures, and how one is fitted to weighted draws."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from estimative.model.likelihood.layout import Index, Numbers

LEAST_EFFECTIVE = 100
"""A target is flattened until so many draws count, before a Gaussian is fitted to it."""


@dataclass(frozen=True, kw_only=True)
class Gaussian:
    """A multivariate normal proposal; without a root it is N(0, I), the prior."""

    mean: Numbers
    """dims (free)."""
    root: Numbers | None = None
    """Lower Cholesky factor of the covariance; dims (free, free)."""

    @classmethod
    def of(cls, mean: Numbers, covariance: Numbers) -> Gaussian:
        return cls(mean=mean, root=np.linalg.cholesky(covariance))

    @classmethod
    def standard(cls, dimension: int) -> Gaussian:
        """The prior."""
        return cls(mean=np.zeros(dimension))

    @cached_property
    def inverse(self) -> Numbers | None:
        """Of the root."""
        return None if self.root is None else np.linalg.inv(self.root)

    def condition_on(self, held: Index, values: Numbers) -> Gaussian:
        """Where some coordinates have these values: the others conditionally, and the held ones N(0, 1) beside them.

        Parameters
        ----------
        held
            Which coordinates; dims (held).
        values
            Theirs; dims (held).
        """
        if self.root is None or not len(held):
            return self
        covariance = self.root @ self.root.T
        gain = np.linalg.solve(covariance[np.ix_(held, held)], covariance[held]).T
        mean = self.mean + gain @ (values - self.mean[held])
        rest = covariance - gain @ covariance[held]
        mean[held], rest[held], rest[:, held] = 0.0, 0.0, 0.0
        rest[held, held] = 1.0
        return Gaussian.of(mean, rest)

    def moved(self, noise: Numbers) -> Numbers:
        """Draws, from standard normal noise; dims (free, draw)."""
        return noise if self.root is None else self.mean[:, None] + self.root @ noise

    def log_density(self, z: Numbers) -> Numbers:
        """Up to the constant that all Gaussians of one dimension share; dims (draw)."""
        if self.inverse is None:
            return half_squares(z)
        scaled = self.inverse @ z - (self.inverse @ self.mean)[:, None]
        return np.asarray(np.log(np.diag(self.inverse)).sum() + half_squares(scaled))


type Mixture = list[tuple[Gaussian, int]]
"""Proposals, each with its number of draws."""


def half_squares(z: Numbers) -> Numbers:
    """-z'z / 2; dims (free, draw) -> (draw)."""
    return np.asarray(-0.5 * np.einsum("ij,ij->j", z, z))


def split(total: int, parts: int) -> list[int]:
    """A number of draws shared out as evenly as whole numbers allow."""
    return [total // parts + (index < total % parts) for index in range(parts)]


def draws_of(mixture: Mixture, noise: Numbers) -> Numbers:
    """Draws, proposal after proposal, from standard normal noise; dims (free, draw)."""
    ends = np.cumsum([count for _, count in mixture])
    parts = np.split(noise, ends[:-1], axis=1)
    return np.concatenate([gaussian.moved(part) for (gaussian, _), part in zip(mixture, parts, strict=True)], axis=1)


def parts_of(z: Numbers, mixture: Mixture) -> Numbers:
    """ln density of each proposal at each draw; dims (proposal, draw)."""
    return np.stack([gaussian.log_density(z) for gaussian, _ in mixture])


def mixed(parts: Numbers, mixture: Mixture) -> Numbers:
    """ln of the density that draws of a mixture have as a whole; dims (proposal, draw) -> (draw)."""
    counts = np.array([count for _, count in mixture])
    shares = parts + np.log(counts / counts.sum())[:, None]
    highest = shares.max(axis=0)
    return np.asarray(highest + np.log(np.exp(shares - highest).sum(axis=0)))


def fitted(z: Numbers, log_weights: Numbers, prior_guess: Numbers) -> Gaussian:
    """A Gaussian with the moments of weighted draws, its covariance shrunk to a guess where draws are few.

    It is a little wider than they are, the more so the fewer dimensions there are: tails that the proposal does not
    reach give few but heavy weights, while width costs little efficiency in few dimensions.
    """
    weights = _flattened(log_weights)
    effective = 1 / np.square(weights).sum()
    mean = z @ weights
    centred = z - mean[:, None]
    covariance = (centred * weights) @ centred.T
    shrinkage = len(z) / (len(z) + effective)
    widening = 1 + 0.25 / max(len(z), 1)
    return Gaussian.of(mean, widening * ((1 - shrinkage) * covariance + shrinkage * prior_guess))


def _flattened(log_weights: Numbers) -> Numbers:
    """Normalised weights, raised to the largest power of at most 1 at which enough draws count."""
    raised = log_weights - log_weights.max()
    power = 1.0
    for _ in range(30):
        weights = np.exp(power * raised)
        weights /= weights.sum()
        if 1 / np.square(weights).sum() >= LEAST_EFFECTIVE:
            break
        power *= 0.7
    return weights

"""Gaussian proposals in the space of standard normals, their mixtures, and how one is fitted to weighted draws."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from estimative.model.likelihood.layout import Index, Numbers

MIN_EFFECTIVE = 100
"""A target is tempered until this many draws are effective, before a Gaussian is fitted to it."""


class Gaussian(Struct, frozen=True, kw_only=True, dict=True):
    """A multivariate normal proposal; without a root it is N(0, I), the prior."""

    mean: Numbers
    """dims (free)."""
    root: Numbers | None = None
    """Lower Cholesky factor of the covariance; dims (free, free)."""
    share: float = 1.0
    """Of the draws of a mixture, relative to the shares of its other components."""

    @classmethod
    def of(cls, mean: Numbers, covariance: Numbers, *, share: float = 1.0) -> Gaussian:
        """Build a proposal from its mean, dims (free), and covariance, dims (free, free)."""
        return cls(mean=mean, root=np.linalg.cholesky(covariance), share=share)

    @classmethod
    def standard(cls, dimension: int) -> Gaussian:
        """Build the prior, N(0, I)."""
        return cls(mean=np.zeros(dimension))

    @cached_property
    def inverse_root(self) -> Numbers | None:
        """The inverse of the root; inverted once, since a proposal is evaluated at many batches."""
        return None if self.root is None else np.linalg.inv(self.root)

    def condition_on(self, fixed: Index, values: Numbers) -> Gaussian:
        """Condition on some coordinates, and make these independent N(0, 1).

        For a fit in which a quantity has become a constant: the others move as they would given its value, while its
        own coordinate, which no longer matters, gets its prior and costs no efficiency.

        Parameters
        ----------
        fixed
            Which coordinates; dims (fixed).
        values
            Their values; dims (fixed).
        """
        if self.root is None or not len(fixed):
            return self
        covariance = self.root @ self.root.T
        gain = np.linalg.solve(covariance[np.ix_(fixed, fixed)], covariance[fixed]).T
        mean = self.mean + gain @ (values - self.mean[fixed])
        conditional = covariance - gain @ covariance[fixed]
        # Independent of the rest and standard normal: exactly what the prior is along a dimension without effect.
        mean[fixed], conditional[fixed], conditional[:, fixed] = 0.0, 0.0, 0.0
        conditional[fixed, fixed] = 1.0
        return Gaussian.of(mean, conditional, share=self.share)

    def embed(self, places: Index, dimension: int) -> Gaussian:
        """Put the coordinates at some places of a larger space, dims (free), and N(0, 1) at all others."""
        if self.root is None:
            return replace(Gaussian.standard(dimension), share=self.share)
        mean, root = np.zeros(dimension), np.eye(dimension)
        mean[places], root[np.ix_(places, places)] = self.mean, self.root
        return Gaussian(mean=mean, root=root, share=self.share)

    def transform(self, normals: Numbers) -> Numbers:
        """Turn standard normals into draws of the proposal; dims (free, draw)."""
        return normals if self.root is None else self.mean[:, None] + self.root @ normals

    def log_density(self, z: Numbers) -> Numbers:
        """Compute ln density up to the constant that all Gaussians of one dimension share; dims (draw)."""
        if self.inverse_root is None:
            return half_squares(z)
        scaled = self.inverse_root @ z - (self.inverse_root @ self.mean)[:, None]
        return np.asarray(np.log(self.inverse_root.diagonal()).sum() + half_squares(scaled))


type Mixture = list[tuple[Gaussian, int]]
"""Proposals, each with its number of draws: a stratified sample, proportional to the mixture's shares."""


def half_squares(z: Numbers) -> Numbers:
    """Compute -z'z / 2, ln of the standard normal density up to a constant; dims (free, draw) -> (draw)."""
    return np.asarray(-0.5 * np.einsum("ij,ij->j", z, z))


PRIOR_SHARE = 0.15
"""Of the draws of a mixture that come from the prior."""


def with_prior(components: Sequence[Gaussian], dimension: int, draws: int) -> Mixture:
    """Divide draws between the prior and some components, by their shares.

    Fixed numbers instead of random labels: stratification lowers the variance, and the draws of two fits stay aligned.
    """
    from_prior = int(PRIOR_SHARE * draws)
    shares = np.array([component.share for component in components])
    # Rounded so that the numbers add up.
    ends = np.rint(np.cumsum(shares) / shares.sum() * (draws - from_prior)).astype(int)
    counts = [from_prior, *np.diff(ends, prepend=0).tolist()]
    return list(zip([Gaussian.standard(dimension), *components], counts, strict=True))


def transform_by_mixture(mixture: Mixture, normals: Numbers) -> Numbers:
    """Turn standard normals into draws, one proposal after the other; dims (free, draw)."""
    ends = np.cumsum([count for _, count in mixture])
    parts = np.split(normals, ends[:-1], axis=1)
    return np.concatenate(
        [gaussian.transform(part) for (gaussian, _), part in zip(mixture, parts, strict=True)], axis=1
    )


def component_log_densities(z: Numbers, mixture: Mixture) -> Numbers:
    """Compute ln density of each proposal at each draw; dims (free, draw) -> (proposal, draw)."""
    return np.stack([gaussian.log_density(z) for gaussian, _ in mixture])


def mixture_log_density(components: Numbers, mixture: Mixture) -> Numbers:
    """Combine ln densities of the proposals into that of the mixture; dims (proposal, draw) -> (draw).

    Weighing each draw by the whole mixture instead of its own proposal (the balance heuristic, Veach & Guibas 1995,
    SIGGRAPH) keeps its weight small wherever any component covers it.
    """
    counts = np.array([count for _, count in mixture])
    with np.errstate(divide="ignore"):  # a component without draws has no share
        shares = components + np.log(counts / counts.sum())[:, None]
    highest = shares.max(axis=0)
    return np.asarray(highest + np.log(np.exp(shares - highest).sum(axis=0)))


def tempered_weights(log_weights: Numbers) -> Numbers:
    """Normalise weights raised to the largest power of at most 1 at which enough draws are effective; dims (draw).

    A first round may miss the posterior so far that a handful of draws has all the weight. Moments of the tempered
    weights move the proposal part of the way, and the next round does the rest.
    """
    raised = log_weights - log_weights.max()
    power = 1.0
    for _ in range(30):
        weights = np.exp(power * raised)
        weights /= weights.sum()
        if 1 / np.square(weights).sum() >= MIN_EFFECTIVE:
            break
        power *= 0.7
    return weights

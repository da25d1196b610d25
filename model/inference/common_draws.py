"""One matrix of draws for many assessments: weighing them for another one costs what differs in it.

All assessments of a family have their quantities as functions of the same standard normals. A draw therefore serves
each of them, with another weight. Where a quantity is a constant, its coordinate does not matter, and draws are weighed
by the proposal's density over all other coordinates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import expit

from estimative.model.assessment import Assessment
from estimative.model.inference.batch import evaluate_batch
from estimative.model.inference.beta_quantiles import beta_log_odds, cubics
from estimative.model.inference.prior_transform import PriorTransform
from estimative.model.inference.proposal import (
    Gaussian,
    Mixture,
    component_log_densities,
    half_squares,
    mixture_log_density,
    transform_by_mixture,
    with_prior,
)
from estimative.model.inference.weighted_batch import WeightedBatch, weighted
from estimative.model.likelihood.bayes_net import Query
from estimative.model.likelihood.layout import Index, Numbers
from estimative.model.likelihood.theta import Theta

MAX_ROWS = 1000
"""Of a degree at all draws that are kept for assessments to come: 32 MB."""


@dataclass(frozen=True, kw_only=True, eq=False)
class CommonDraws:
    """Draws from a mixture of the prior and some Gaussians."""

    base: PriorTransform
    """Of an assessment from which others differ little."""
    mixture: Mixture
    z: Numbers
    """dims (free, draw)."""

    def __repr__(self) -> str:
        return f"CommonDraws({self.z.shape[1]} draws, {len(self.mixture)} proposals)"

    @classmethod
    def of(cls, base: PriorTransform, components: Sequence[Gaussian], normals: Numbers) -> CommonDraws:
        """Turn standard normals, dims (free, draw), into draws from a mixture of the prior and these components."""
        mixture = with_prior(components, len(normals), normals.shape[1])
        return cls(base=base, mixture=mixture, z=transform_by_mixture(mixture, normals))

    def weigh(self, assessment: Assessment, transform: PriorTransform, queries: Sequence[Query]) -> WeightedBatch:
        """Weigh the draws for an assessment whose space has the same dimensions.

        Raises
        ------
        Contradiction
            If the evidence is impossible at every draw.
        """
        fixed = np.flatnonzero(transform.constant)
        batch = evaluate_batch(assessment, transform, self.z, queries, self.theta(transform))
        log_prior = self._log_prior - half_squares(self.z[fixed])
        log_weights = log_prior + batch.log_likelihood - self._log_density(fixed)
        return weighted(batch, log_weights, self.mixture, transform)

    def theta(self, transform: PriorTransform) -> Theta:
        """The quantities of an assessment; only those with another prior than at the base are computed."""
        own = transform.degree_parameters[:2, transform.free_degrees]
        share = self._share
        changed = np.flatnonzero((own != self.base.degree_parameters[:2, self.base.free_degrees]).any(axis=0))
        if changed.size:
            share = share.copy()
            for row in changed.tolist():
                share[row] = self._row(row, *own[:, row].tolist())
        return transform.theta_of_shares(share, self.z[len(share) :])

    def _row(self, row: int, a: float, b: float) -> Numbers:
        """The places of a degree between its bounds under Beta(a, b); dims (draw)."""
        if (row, a, b) in self._rows:
            return self._rows[row, a, b]
        share = np.asarray(expit(beta_log_odds(cubics(a, b), self.z[row])))
        if len(self._rows) < MAX_ROWS:
            self._rows[row, a, b] = share
        return share

    @cached_property
    def _rows(self) -> dict[tuple[int, float, float], Numbers]:
        return {}

    @cached_property
    def _share(self) -> Numbers:
        """The places of the degrees between their bounds, at the base; dims (free degree, draw)."""
        return np.asarray(expit(self.base.log_odds(self.z[: len(self.base.free_degrees)])))

    @cached_property
    def _log_prior(self) -> Numbers:
        return half_squares(self.z)

    def _log_density(self, fixed: Index) -> Numbers:
        """ln of the mixture's density over all other coordinates, up to a constant; dims (draw)."""
        if not fixed.size:
            return self._whole_density
        parts = [whole - self._given_the_rest(place, fixed) for place, whole in enumerate(self._log_densities)]
        return mixture_log_density(np.stack(parts), self.mixture)

    @cached_property
    def _whole_density(self) -> Numbers:
        return mixture_log_density(self._log_densities, self.mixture)

    @cached_property
    def _log_densities(self) -> Numbers:
        """Of each proposal; dims (proposal, draw)."""
        return component_log_densities(self.z, self.mixture)

    def _given_the_rest(self, proposal: int, fixed: Index) -> Numbers:
        """ln of a proposal's density of some coordinates given all others; dims (draw).

        With Q the inverse of the covariance and u = Q (z - m), the coordinates S have, given the rest, the precision
        Q_SS, and differ from their mean by Q_SS^-1 u_S.
        """
        precision, pull = self._precisions[proposal]
        own = np.linalg.cholesky(precision[np.ix_(fixed, fixed)])
        return np.asarray(np.log(np.diag(own)).sum() + half_squares(np.linalg.solve(own, pull[fixed])))

    @cached_property
    def _precisions(self) -> list[tuple[Numbers, Numbers]]:
        """Of each proposal Q, dims (free, free), and u, dims (free, draw)."""
        pairs = []
        for gaussian, _ in self.mixture:
            inverse = np.eye(len(self.z)) if gaussian.inverse_root is None else gaussian.inverse_root
            precision = inverse.T @ inverse
            pairs.append((precision, precision @ (self.z - gaussian.mean[:, None])))
        return pairs

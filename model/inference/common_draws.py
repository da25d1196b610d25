"""One matrix of draws for many assessments: weighing them for another one costs what differs in it.

All assessments of a family have their quantities as functions of the same standard normals. A draw therefore serves
each of them, with another weight. Where a quantity is a constant, its coordinate does not matter, and draws are weighed
by the proposal's density over all other coordinates.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from msgspec import Struct
from scipy.special import expit

from estimative.model.assessment import Assessment
from estimative.model.inference.batch import Batch, evaluate_batch, queries_of_batch
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
from estimative.model.likelihood.backend import NUMPY
from estimative.model.likelihood.bayes_net import Query
from estimative.model.likelihood.joint_parts import NOTHING, JointParts, joint_parts
from estimative.model.likelihood.layout import Index, Numbers
from estimative.model.likelihood.log_joint import draws_at_once
from estimative.model.likelihood.theta import Theta

MAX_ROWS = 1000
"""Of a degree at all draws that are kept for assessments to come: 32 MB."""


class CommonDraws(Struct, frozen=True, kw_only=True, eq=False, dict=True):
    """Draws from a mixture of the prior and some Gaussians."""

    base: Assessment
    """From which others differ little."""
    transform: PriorTransform
    """Of the base."""
    queries: tuple[Query, ...]
    """Whose probabilities are wanted besides the headline's."""
    mixture: Mixture
    z: Numbers
    """dims (free, draw)."""

    def __repr__(self) -> str:
        return f"CommonDraws({self.z.shape[1]} draws, {len(self.mixture)} proposals)"

    @classmethod
    def of(
        cls,
        base: Assessment,
        transform: PriorTransform,
        components: Sequence[Gaussian],
        normals: Numbers,
        queries: Sequence[Query] = (),
    ) -> CommonDraws:
        """Turn standard normals, dims (free, draw), into draws from a mixture of the prior and these components."""
        mixture = with_prior(components, len(normals), normals.shape[1])
        z = transform_by_mixture(mixture, normals)
        return cls(base=base, transform=transform, queries=tuple(queries), mixture=mixture, z=z)

    def weigh(self, assessment: Assessment, transform: PriorTransform) -> WeightedBatch:
        """Weigh the draws for an assessment whose space has the same dimensions.

        Raises
        ------
        Contradiction
            If the evidence is impossible at every draw.
        """
        fixed = np.flatnonzero(transform.constant)
        theta = self.theta(transform)
        batch = self.evaluate(assessment, transform, theta)
        log_prior = self._log_prior - half_squares(self.z[fixed])
        log_weights = log_prior + batch.log_likelihood - self._log_density(fixed)
        return weighted(batch, theta, log_weights, self.mixture, transform)

    def evaluate(self, assessment: Assessment, transform: PriorTransform, theta: Theta) -> Batch:
        """Evaluate an assessment at the draws, where its quantities are `theta`; errors as of `weigh`."""
        known = NOTHING
        if self._parts:
            known = self._parts.known_at(assessment.structure, theta, self.transform.same(transform))
        return evaluate_batch(assessment, transform, self.z, self.queries, theta, known)

    @cached_property
    def _parts(self) -> JointParts | None:
        """The parts of the log joint at the base; None where not all draws are evaluated at once."""
        structure, theta = self.base.structure, self._theta
        if draws_at_once(structure, theta):
            return None
        with np.errstate(over="ignore"):  # odds beyond the floats: the probability is 0 or 1, as it should be
            return joint_parts(NUMPY, structure, theta, queries_of_batch(structure.scenario, self.queries))

    def theta(self, transform: PriorTransform) -> Theta:
        """The quantities of an assessment; only those with another prior than at the base are computed."""
        same = self.transform.same(transform)
        degree, log_ratio = self._theta.degree, self._theta.log_ratio
        if not same.degree.all():
            degree = degree.copy()
            for place in np.flatnonzero(~same.degree).tolist():
                degree[place] = self._degree(transform, int(transform.degree_source[place]))
        if not same.log_ratio.all():
            log_ratio = log_ratio.copy()
            for place in np.flatnonzero(~same.log_ratio).tolist():
                log_ratio[place] = self._log_ratio(transform, int(transform.ratio_source[place]))
        weighed = np.flatnonzero(transform.weight != self.transform.weight)
        known = same.in_items(transform.indicators, weighed)
        return transform.theta_of(degree, log_ratio, self._theta.event_items if known else None)

    def _degree(self, transform: PriorTransform, place: int) -> Numbers:
        """A degree under the priors of an assessment; dims (draw), or none where it is not a dimension."""
        a, b, lower, upper = transform.degree_parameters[:, place]
        row = self._row_of_degree.get(place)
        return np.asarray(lower if row is None or lower == upper else lower + (upper - lower) * self._row(row, a, b))

    def _log_ratio(self, transform: PriorTransform, place: int) -> Numbers:
        """A log ratio under the priors of an assessment; dims (draw), or none where it is not a dimension."""
        mu, sigma = transform.ratio_parameters[:, place]
        row = self._row_of_ratio.get(place)
        return np.asarray(mu if row is None else mu + sigma * self.z[row])

    @cached_property
    def _row_of_degree(self) -> dict[int, int]:
        return {place: row for row, place in enumerate(self.transform.free_degrees.tolist())}

    @cached_property
    def _row_of_ratio(self) -> dict[int, int]:
        return {place: len(self._row_of_degree) + row for row, place in enumerate(self.transform.free_ratios.tolist())}

    @cached_property
    def _theta(self) -> Theta:
        """The quantities at the base."""
        return self.transform.theta(self.z)

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

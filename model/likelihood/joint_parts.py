"""The parts of the log joint at some draws, so that near assessments are evaluated by what differs in them.

Assessments of a family differ in a prior, a weight or an item. Most of what the log joint is the sum of is then the
same at the same draws, to the last bit, and is taken from where it was computed first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from msgspec import Struct, field
from msgspec.structs import replace
from numpy.typing import NDArray

from estimative.model.likelihood.backend import Array, Backend
from estimative.model.likelihood.bayes_net import EVERYTHING, Query
from estimative.model.likelihood.item_likelihoods import ITEM_KINDS
from estimative.model.likelihood.layout import Index, Items, Structure
from estimative.model.likelihood.soft_evidence import soft_evidence
from estimative.model.likelihood.terms import Terms, terms
from estimative.model.likelihood.theta import Theta
from estimative.model.likelihood.variable_elimination import SoftEvidence, by_elimination


class Known(Struct, frozen=True, kw_only=True):
    """Parts that need no computing; None, or absent, are those that do."""

    terms: Terms | None = None
    items: Mapping[str, Array] = field(default_factory=dict)
    soft: SoftEvidence | None = None
    log_masses: Array | None = None


class JointParts(Struct, frozen=True, kw_only=True):
    """All that the log joint is the sum of, and where it was evaluated."""

    structure: Structure
    theta: Theta
    terms: Terms
    items: Mapping[str, Array]
    """Log-likelihood of all items of a kind, for those that need no sum over events; dims ([draw]) each."""
    soft: SoftEvidence
    log_masses: Array
    """ln of the sums over events, of everything and of each query; dims (1 + query[, draw])."""

    def __repr__(self) -> str:
        return f"JointParts({self.structure!r}, {self.theta!r})"

    @property
    def log_joint(self) -> Array:
        """ln P(evidence | theta), then ln P(evidence, query | theta) of each query; dims (1 + query[, draw])."""
        return self.log_masses + sum(self.items.values())

    def known_at(self, structure: Structure, theta: Theta, same: Same) -> Known:
        """Return the parts that are as here for another assessment of the scenario, at the same draws and queries."""
        own = self.structure
        # To leave an observation out changes the network alone; what has happened already changes all rows.
        if structure.linear_predictors is not own.linear_predictors or structure.link != own.link:
            return Known()
        weighed = np.flatnonzero(theta.weight != self.theta.weight)
        by_terms = same.in_terms(structure) and _equal(theta.share, self.theta.share)
        soft = theta.event_items is self.theta.event_items and same.in_items(structure.event_indicators, weighed)
        summed_out = by_terms and soft and structure.network.certain == own.network.certain
        return Known(
            terms=replace(self.terms, theta=theta) if by_terms else None,
            items={
                kind: total
                for kind, total in self.items.items()
                if same.in_items(getattr(structure, kind), weighed) and (by_terms or not ITEM_KINDS[kind].by_terms)
            },
            soft=self.soft if soft else None,
            log_masses=self.log_masses if summed_out else None,
        )


class Same(Struct, frozen=True, kw_only=True):
    """Which quantities have the same value at every draw, and the same spread where they are integrated out."""

    degree: NDArray[np.bool_]
    """dims (degree)."""
    log_ratio: NDArray[np.bool_]
    """dims (ratio)."""

    def in_terms(self, structure: Structure) -> bool:
        """Whether all those are from which the network's probabilities follow."""
        sticks = (rows.entry.ravel() for rows in structure.table_categories)
        degrees = np.concatenate([structure.odds_base, structure.effect_factor, *sticks])
        return self._has(degrees, np.concatenate([structure.rate_base, structure.effect_ratio]))

    def in_items(self, items: Items, weighed: Index) -> bool:
        """Whether all those are that some items depend on, apart from those of the events, and all of their weights.

        Parameters
        ----------
        weighed
            Items of evidence that have another weight; dims (item).
        """
        return not np.isin(items.item, weighed).any() and self._has(*items.quantities)

    def _has(self, degrees: Index, ratios: Index) -> bool:
        # A position behind the last degree stands for 1.
        stated = degrees[degrees < len(self.degree)]
        return bool(self.degree[stated].all() and self.log_ratio[ratios].all())


def _equal(share: Array | None, other: Array | None) -> bool:
    if share is None or other is None:
        return share is other
    return np.array_equal(share, other)


NOTHING = Known()


def joint_parts(
    backend: Backend, structure: Structure, theta: Theta, queries: Sequence[Query], known: Known = NOTHING
) -> JointParts:
    """Compute the parts of the log joint that are not known, the events summed out exactly."""
    shared = known.terms or terms(backend, structure, theta)
    counting = {kind: items for kind, items in ITEM_KINDS.items() if theta.weight[getattr(structure, kind).item].any()}
    items = {
        kind: known.items[kind] if kind in known.items else each.log_density(backend, structure, shared).sum(axis=0)
        for kind, each in counting.items()
    }
    soft = known.soft or soft_evidence(backend, structure, theta)
    log_masses = known.log_masses
    if log_masses is None:
        log_masses = by_elimination(backend, structure.network, shared.probabilities, soft, [EVERYTHING, *queries])
    return JointParts(
        structure=structure,
        theta=theta,
        terms=shared,
        items=items,
        soft=soft,
        log_masses=log_masses,
    )

"""Exact sums over the events of a network, by variable elimination (Zhang & Poole 1994, Canadian AI).

One event after another is summed out; the cost is linear in the number of events for chains and trees, and of many
queries that of two passes (`bucket_tree`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import prod

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from estimative.model.likelihood.backend import NUMPY, TINY, Array, Backend
from estimative.model.likelihood.bayes_net import Network, Query
from estimative.model.likelihood.bucket_tree import Marginals, calibrate
from estimative.model.likelihood.elimination_order import elimination_order, eliminations, widest_table
from estimative.model.likelihood.factor_product import Factor, align, multiply

MAX_SCOPE = 1 << 7
"""Queries are answered together while the events that they mention have at most so many joint states."""
MAX_CELLS = 1 << 26
"""Of a table, for all draws that are evaluated at once: half a gigabyte."""


class SoftEvidence(Struct, frozen=True, kw_only=True):
    """Virtual evidence: the log-likelihood of the evidence under either state of each event.

    Pearl 1988, Probabilistic Reasoning in Intelligent Systems, ch. 2.
    """

    events: tuple[str, ...] = ()
    log_no: Array = None
    """Natural logarithm, if the event does not happen; dims (event[, draw])."""
    log_yes: Array = None
    """Natural logarithm, if it happens; dims (event[, draw])."""

    def and_(self, other: SoftEvidence) -> SoftEvidence:
        """Both; they have the same draws."""
        if not (self.events and other.events):
            return self if self.events else other
        no, yes = (np.concatenate(pair) for pair in ((self.log_no, other.log_no), (self.log_yes, other.log_yes)))
        return SoftEvidence(events=(*self.events, *other.events), log_no=no, log_yes=yes)

    def part(self, draws: slice | NDArray[np.intp]) -> SoftEvidence:
        """The same at some of the draws."""
        if not self.events:
            return self
        return SoftEvidence(events=self.events, log_no=self.log_no[:, draws], log_yes=self.log_yes[:, draws])


NO_SOFT_EVIDENCE = SoftEvidence()


class Contradiction(ValueError):
    """Evidence that no joint state of the events satisfies, or a condition that never holds."""

    def __init__(self, reason: str, *, key: str = "evidence") -> None:
        self.reason, self.key = reason, key
        super().__init__(reason)


def by_elimination(
    backend: Backend, network: Network, probabilities: Array, evidence: SoftEvidence, queries: Sequence[Query]
) -> Array:
    """Compute ln of the sum over each query's states of P(state) P(evidence | state), by variable elimination.

    Parameters
    ----------
    probabilities
        The local probabilities that the network's cells point to; dims (entry[, draw]).
    evidence
        Besides what the network holds as certain.

    Returns
    -------
    Natural logarithms: -inf of what is impossible, a very low number where slopes are wanted; dims (query[, draw]).
    """
    if size := _draws_at_once(network, probabilities, evidence, queries):
        parts = [
            by_elimination(backend, network, probabilities[:, part], evidence.part(part), queries)
            for part in (slice(start, start + size) for start in range(0, probabilities.shape[1], size))
        ]
        return np.concatenate(parts, axis=1)
    resolved = [network.resolve(query) for query in queries]
    marginals = _marginals(backend, network, probabilities, evidence, resolved)
    answers = _from_marginals(network, resolved, marginals) if marginals else {}
    left = [index for index in range(len(queries)) if index not in answers]
    for scope, positions in _group_by_scope([resolved[index] for index in left], network):
        members = [left[position] for position in positions]
        free = tuple(event for event in scope if event not in network.fixed)
        joint, log_scale = _joint_table(backend, network, probabilities, evidence, free)
        expanded = (resolved[member].expand(scope, network.sizes) for member in members)
        masks = np.stack([restrict(accepted, scope, network).ravel() for accepted in expanded])
        flat = joint.reshape((masks.shape[1], *joint.shape[len(free) :]))
        masses = backend.combine(masks.astype(float), flat)
        log_masses = backend.log_mass(masses) + log_scale[None]
        answers.update({member: log_masses[index] for index, member in enumerate(members)})
    return backend.stack([answers[index] for index in range(len(queries))])


def _marginals(
    backend: Backend, network: Network, probabilities: Array, evidence: SoftEvidence, queries: Sequence[Query]
) -> Marginals | None:
    """The marginals of all tables; None where one elimination answers all queries, or they need too much memory."""
    events = tuple(dict.fromkeys(event for query in queries for event in query.scope))
    if backend is not NUMPY or probabilities.ndim < 2 or network.table_size(events) <= MAX_SCOPE:
        return None
    factors, log_scale = factors_of(backend, network, probabilities, evidence, events)
    steps = list(eliminations(network, [scope for scope, _ in factors], ()))
    cells = sum(network.table_size(scope) for _, scope in steps)
    if cells * probabilities.shape[1] > MAX_CELLS:
        return None
    return calibrate(network, factors, [event for event, _ in steps], log_scale)


def _from_marginals(network: Network, queries: Sequence[Query], marginals: Marginals) -> dict[int, Array]:
    """Answer the queries whose events share a table, by their position."""
    answers: dict[int, Array] = {}
    for index, query in enumerate(queries):
        joint = marginals.of(tuple(event for event in query.scope if event not in network.fixed))
        if joint is not None:
            mask = restrict(query.accepted, query.scope, network)
            answers[index] = NUMPY.log_mass(joint[mask].sum(axis=0)) + marginals.log_mass
    return answers


def _draws_at_once(
    network: Network, probabilities: Array, evidence: SoftEvidence, queries: Sequence[Query]
) -> int | None:
    """As many draws as fit in memory beside the largest table; None where all do."""
    if probabilities.ndim < 2 or probabilities.shape[1] == 1:
        return None
    if probabilities.shape[1] * prod(network.sizes.values()) <= MAX_CELLS:
        return None
    scopes = [scope for scope, _ in _group_by_scope([network.resolve(query) for query in queries], network)]
    cells = max(network.table_size(widest_table(network, evidence.events, scope)) for scope in scopes)
    size = max(MAX_CELLS // cells, 1)
    return size if size < probabilities.shape[1] else None


def _group_by_scope(queries: Sequence[Query], network: Network) -> Iterable[tuple[tuple[str, ...], list[int]]]:
    """Group queries so that one elimination answers each group, over a joint table that stays small."""
    groups: list[tuple[tuple[str, ...], list[int]]] = []
    for index, query in enumerate(queries):
        for position, (scope, members) in enumerate(groups):
            union = tuple(dict.fromkeys((*scope, *query.scope)))
            if network.table_size(union) <= max(MAX_SCOPE, network.table_size(scope)):
                groups[position] = (union, [*members, index])
                break
        else:
            groups.append((query.scope, [index]))
    return groups


def _joint_table(
    backend: Backend, network: Network, probabilities: Array, evidence: SoftEvidence, scope: tuple[str, ...]
) -> tuple[Array, Array]:
    """Sum out all events but those in scope.

    Returns
    -------
    The joint mass of the events in scope, in their order, divided by a scale; and ln of that scale, dims ([draw]).
    """
    factors, log_scale = factors_of(backend, network, probabilities, evidence, scope)
    for event in elimination_order(network, [members for members, _ in factors], scope):
        involved, table = multiply(network, [factor for factor in factors if event in factor[0]])
        table = table.sum(axis=involved.index(event))
        remaining = tuple(name for name in involved if name != event)
        # Rescaled after every sum: the product of forty small probabilities would underflow.
        highest = backend.maximum(table.max(axis=tuple(range(len(remaining)))) if remaining else table, TINY)
        log_scale = log_scale + backend.log(highest)
        factors = [factor for factor in factors if event not in factor[0]]
        factors.append((remaining, table / highest))
    # Without events there is a single state, of mass 1 at scale exp(0).
    if not factors:
        return log_scale + 1, log_scale
    product_scope, table = multiply(network, factors)
    ordered = tuple(sorted(scope, key=network.position.__getitem__))
    return _transpose(align((product_scope, table), ordered), ordered, scope), log_scale


def factors_of(
    backend: Backend, network: Network, probabilities: Array, evidence: SoftEvidence, scope: tuple[str, ...]
) -> tuple[list[Factor], Array]:
    """The factors whose product is the joint mass of all events that matter, and ln of its scale, dims ([draw])."""
    events = network.ancestry((*scope, *evidence.events, *network.certain))
    factors = [_conditional_table(network, probabilities, event) for event in events]
    log_scale = (0 * probabilities[:1]).sum(axis=0)
    for index, name in enumerate(evidence.events):
        no, yes = evidence.log_no[index], evidence.log_yes[index]
        event, state = network.place(name)
        # A certain event has no axis any more; its evidence is a constant factor.
        if event in network.fixed:
            log_scale = log_scale + (yes if network.fixed[event] == state else no)
            continue
        # Scaled before exponentiation: strong evidence would overflow or underflow.
        highest = backend.maximum(no, yes)
        log_scale = log_scale + highest
        scaled = backend.exp(backend.stack([no - highest, yes - highest]))
        factors.append(((event,), scaled[(np.arange(network.sizes[event]) == state).astype(np.intp)]))
    like = (1,) * (probabilities.ndim - 1)
    for event, allowed in network.allowed.items():
        if event not in network.fixed:
            factors.append(((event,), allowed.astype(float).reshape(-1, *like)))
    return factors, log_scale


def _conditional_table(network: Network, probabilities: Array, event: str) -> Factor:
    """P(event | parents), at the states of certain events."""
    scope = (*network.parents[event], event)
    cells = restrict(network.cells[event], scope, network)
    free = tuple(name for name in scope if name not in network.fixed)
    ordered = tuple(sorted(free, key=network.position.__getitem__))
    return ordered, probabilities[np.transpose(cells, [free.index(name) for name in ordered])]


def restrict(table: Array, scope: tuple[str, ...], network: Network) -> Array:
    """Take the part of a table over events that agrees with what is certain."""
    return table[tuple(network.fixed.get(name, slice(None)) for name in scope)]


def _transpose(table: Array, current: tuple[str, ...], wanted: tuple[str, ...]) -> Array:
    """Bring the events' axes into another order; a draw axis stays last."""
    if current == wanted:
        return table
    axes = [current.index(name) for name in wanted]
    return table.transpose((*axes, *range(len(axes), table.ndim)))

"""SumProduct binary events out of a network exactly, in two ways that give the same masses.

`by_elimination` sums one event after another (Zhang & Poole 1994) and costs time linear in the number of events for
chains and trees; `by_enumeration` adds up the joint states one by one, in fewer but larger array operations.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import prod

import numpy as np

from estimative.model.likelihood.backend import TINY, Array, Backend
from estimative.model.likelihood.bayes_net import Network, Query

LOWEST = -1e6
"""Stands for the greatest of log masses that are all -inf."""
WIDEST = 7
"""Queries are answered together while they mention at most so many events."""
MAX_STATES = 1 << 10
"""Joint states that are listed; a network with more is summed by elimination."""


@dataclass(frozen=True, kw_only=True)
class SoftEvidence:
    """What the evidence says about events themselves."""

    events: tuple[str, ...] = ()
    log_no: Array = None
    """Log-likelihood if the event does not happen; dims (event[, draw])."""
    log_yes: Array = None


NO_SOFT_EVIDENCE = SoftEvidence()

type SumProduct = Callable[[Backend, Network, Array, SoftEvidence, Sequence[Query]], Array]
"""(backend, network, chances, what is told, queries) -> natural log of each query's mass, dims (query[, draw])."""


def by_elimination(
    backend: Backend, network: Network, chances: Array, told: SoftEvidence, queries: Sequence[Query]
) -> Array:
    """ln of the sum over the query's states of P(state) P(told | state); dims (query[, draw])."""
    answers: dict[int, Array] = {}
    for scope, members in _gathered(queries):
        free = tuple(event for event in scope if event not in network.certain)
        joint, log_scale = _joint(backend, network, chances, told, free)
        masks = np.stack([_restricted(queries[member].widened(scope), scope, network).ravel() for member in members])
        flat = joint.reshape((masks.shape[1], *joint.shape[len(free) :]))
        masses = backend.combine(masks.astype(float), flat)
        logs = backend.log_mass(masses) + log_scale[None]
        answers.update({member: logs[index] for index, member in enumerate(members)})
    return backend.stack([answers[index] for index in range(len(queries))])


def by_enumeration(
    backend: Backend, network: Network, chances: Array, told: SoftEvidence, queries: Sequence[Query]
) -> Array:
    """As `by_elimination`; whatever has more than `MAX_STATES` joint states is left to that."""
    cells = [_root_cell(network, query) for query in queries]
    if not told.events and not network.certain and None not in cells:
        return backend.log_mass(chances[np.array(cells)])
    answers: dict[int, Array] = {}
    for events, members in _by_ancestry(network, told, queries):
        chosen = [queries[member] for member in members]
        logs = _listed(backend, network, chances, told, events, chosen)
        answers.update({member: logs[index] for index, member in enumerate(members)})
    return backend.stack([answers[index] for index in range(len(queries))])


def _root_cell(network: Network, query: Query) -> int | None:
    """Where the chance of one state of one event without parents stands; None for any other query."""
    if len(query.scope) != 1 or network.parents[query.scope[0]] or query.accepted.sum() != 1:
        return None
    return int(network.cells[query.scope[0]][query.accepted][0])


def _listed(
    backend: Backend,
    network: Network,
    chances: Array,
    told: SoftEvidence,
    events: tuple[str, ...],
    queries: Sequence[Query],
) -> Array:
    if not events:
        return backend.stack([(0 * chances[:1]).sum(axis=0) for _ in queries])
    if (states := network.states(events, MAX_STATES)) is None:
        return by_elimination(backend, network, chances, told, queries)
    if len(states) == 0:
        raise Contradiction("no joint state of the events is possible")
    log_chances = backend.log_mass(chances)
    log_mass = _state_logs(log_chances, network, events, states)
    if told.events:
        happened = states[:, [events.index(event) for event in told.events]].astype(float)
        log_mass = log_mass + backend.combine(happened, told.log_yes) + backend.combine(1 - happened, told.log_no)
    highest = backend.maximum(log_mass.max(axis=0), LOWEST)
    masks = np.stack([_accepts(query, events, states) for query in queries]).astype(float)
    masses = backend.combine(masks, backend.exp(log_mass - highest))
    return backend.log_mass(masses) + highest


class Contradiction(ValueError):
    """What cannot be so: evidence that no joint state of the events satisfies, a condition that never holds."""

    def __init__(self, reason: str, *, key: str = "evidence") -> None:
        self.reason, self.key = reason, key
        super().__init__(reason)


def _state_logs(log_chances: Array, network: Network, events: tuple[str, ...], states: Array) -> Array:
    """ln P(state); dims (state[, draw])."""
    columns = []
    for event in events:
        along = [states[:, events.index(name)] for name in (*network.parents[event], event)]
        columns.append(network.cells[event][tuple(along)])
    return log_chances[np.stack(columns, axis=1)].sum(axis=1)


def _accepts(query: Query, events: tuple[str, ...], states: Array) -> Array:
    return query.accepted[tuple(states[:, events.index(event)] for event in query.scope)] * np.ones(len(states))


def _gathered(queries: Sequence[Query]) -> Iterable[tuple[tuple[str, ...], list[int]]]:
    """Queries grouped so that each group mentions few events in all."""
    groups: list[tuple[tuple[str, ...], list[int]]] = []
    for index, query in enumerate(queries):
        for position, (scope, members) in enumerate(groups):
            union = tuple(dict.fromkeys((*scope, *query.scope)))
            if len(union) <= max(WIDEST, len(scope)):
                groups[position] = (union, [*members, index])
                break
        else:
            groups.append((query.scope, [index]))
    return groups


def _by_ancestry(
    network: Network, told: SoftEvidence, queries: Sequence[Query]
) -> Iterable[tuple[tuple[str, ...], list[int]]]:
    """Queries grouped by the events that matter for them."""
    relevant = {i: network.ancestry((*q.scope, *told.events, *network.certain)) for i, q in enumerate(queries)}
    members = sorted(relevant, key=lambda index: relevant[index])
    return [(events, list(group)) for events, group in groupby(members, key=lambda index: relevant[index])]


type _Factor = tuple[tuple[str, ...], Array]
"""Events in topological order, and a table with an axis of length 2 for each[, then draw]."""


def _joint(
    backend: Backend, network: Network, chances: Array, told: SoftEvidence, keep: tuple[str, ...]
) -> tuple[Array, Array]:
    """The joint mass of the kept events, in their order, and the log of the scale it is told in."""
    events = network.ancestry((*keep, *told.events, *network.certain))
    factors = [_conditional(network, chances, event) for event in events]
    log_scale = (0 * chances[:1]).sum(axis=0)
    for index, event in enumerate(told.events):
        no, yes = told.log_no[index], told.log_yes[index]
        if event in network.certain:
            log_scale = log_scale + (yes if network.certain[event] else no)
            continue
        highest = backend.maximum(no, yes)
        log_scale = log_scale + highest
        factors.append(((event,), backend.exp(backend.stack([no - highest, yes - highest]))))
    for event in _order([scope for scope, _ in factors], keep):
        touching = [factor for factor in factors if event in factor[0]]
        scope, table = _product(network, touching)
        table = table.sum(axis=scope.index(event))
        scope = tuple(name for name in scope if name != event)
        highest = backend.maximum(table.max(axis=tuple(range(len(scope)))) if scope else table, TINY)
        log_scale = log_scale + backend.log(highest)
        factors = [factor for factor in factors if event not in factor[0]]
        factors.append((scope, table / highest))
    if not factors:
        return log_scale + 1, log_scale
    scope, table = _product(network, factors)
    spread = _aligned((scope, table), keep_order := tuple(sorted(keep, key=network.position.__getitem__)))
    return _transposed(spread, keep_order, keep), log_scale


def _conditional(network: Network, chances: Array, event: str) -> _Factor:
    """P(event | parents), with what is certain already filled in."""
    scope = (*network.parents[event], event)
    cells = _restricted(network.cells[event], scope, network)
    free = tuple(name for name in scope if name not in network.certain)
    ordered = tuple(sorted(free, key=network.position.__getitem__))
    return ordered, chances[np.transpose(cells, [free.index(name) for name in ordered])]


def _restricted(table: Array, scope: tuple[str, ...], network: Network) -> Array:
    """The part of a table over events that agrees with what is certain."""
    return table[tuple(int(network.certain[name]) if name in network.certain else slice(None) for name in scope)]


def _product(network: Network, factors: Sequence[_Factor]) -> _Factor:
    union = {name for scope, _ in factors for name in scope}
    ordered = tuple(sorted(union, key=network.position.__getitem__))
    return ordered, prod((_aligned(factor, ordered) for factor in factors[1:]), start=_aligned(factors[0], ordered))


def _aligned(factor: _Factor, scope: tuple[str, ...]) -> Array:
    """A factor's table with an axis (of length 1 where it does not care) for each event of a wider scope."""
    inside, table = factor
    return table[tuple(slice(None) if name in inside else None for name in scope)] if scope else table


def _transposed(table: Array, have: tuple[str, ...], want: tuple[str, ...]) -> Array:
    if have == want:
        return table
    axes = [have.index(name) for name in want]
    return table.transpose((*axes, *range(len(axes), table.ndim)))


def _order(scopes: list[tuple[str, ...]], keep: tuple[str, ...]) -> list[str]:
    """In which order to sum events out: always the one that leaves the smallest table behind."""
    neighbours: dict[str, set[str]] = {}
    for scope in scopes:
        for name in scope:
            neighbours.setdefault(name, set()).update(scope)
    order = []
    waiting = {name for name in neighbours if name not in keep}
    while waiting:
        event = min(sorted(waiting), key=lambda name: len(neighbours[name]))
        around = neighbours.pop(event) - {event}
        for name in around:
            neighbours[name] = (neighbours[name] | around) - {event}
        waiting.remove(event)
        order.append(event)
    return order

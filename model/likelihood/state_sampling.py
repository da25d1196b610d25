"""Joint states of the events, drawn from their distribution given the evidence at each draw of the quantities."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from estimative.model.likelihood.backend import NUMPY
from estimative.model.likelihood.bayes_net import EVERYTHING, Network, Query
from estimative.model.likelihood.elimination_order import elimination_order
from estimative.model.likelihood.factor_product import Factor, multiply
from estimative.model.likelihood.layout import Numbers
from estimative.model.likelihood.variable_elimination import MAX_CELLS, SoftEvidence, factors_of, restrict

type States = Mapping[str, NDArray[np.intp]]
"""The state of each event, 1 where a binary one happens and 0 where not; dims (draw)."""


def sample_states(
    network: Network,
    probabilities: Numbers,
    evidence: SoftEvidence,
    rng: np.random.Generator,
    query: Query = EVERYTHING,
) -> States:
    """Draw one joint state at each draw of the quantities, given the evidence and that a query holds.

    Events are summed out one after the other, then drawn in the opposite order, each given those that were summed out
    after it (Dawid 1992, Statistics and Computing 2).

    Parameters
    ----------
    probabilities
        Local probabilities; dims (entry, draw).
    evidence
        Besides what the network holds as certain.

    Returns
    -------
    States of the events that the evidence and the query depend on. Where both together are impossible, they mean
    nothing.
    """
    draws = probabilities.shape[1]
    factors = _all_factors(network, probabilities[:, :1], evidence.part(slice(0, 1)), query)
    size = max(MAX_CELLS // max(sum(table.size for _, _, table in _eliminate(network, factors)), 1), 1)
    parts = [
        _sample(network, probabilities[:, part], evidence.part(part), rng, query)
        for part in (slice(start, start + size) for start in range(0, draws, size))
    ]
    return {event: np.concatenate([part[event] for part in parts]) for event in parts[0]}


def sample_prior_states(network: Network, probabilities: Numbers, rng: np.random.Generator) -> States:
    """Draw one joint state at each draw of the quantities before any evidence, each event given its parents.

    Parameters
    ----------
    probabilities
        Local probabilities; dims (entry, draw).

    Returns
    -------
    States of all events, also of those on which no evidence bears.
    """
    draws = np.arange(probabilities.shape[1])
    states: dict[str, NDArray[np.intp]] = {}
    for event, parents in network.parents.items():
        rows = np.broadcast_to(
            network.cells[event][tuple(states[parent] for parent in parents)], (len(draws), network.sizes[event])
        )
        cumulative = np.cumsum(probabilities[rows, draws[:, None]], axis=1)
        states[event] = (cumulative[:, :-1] <= rng.random((len(draws), 1)) * cumulative[:, -1:]).sum(axis=1)
    return states


def holds(network: Network, query: Query, states: States) -> NDArray[np.bool_]:
    """Whether a query holds in joint states of all events; dims (draw)."""
    resolved = network.resolve(query)
    draws = len(next(iter(states.values())))
    return np.broadcast_to(resolved.accepted[tuple(states[event] for event in resolved.scope)], draws)


def _sample(
    network: Network, probabilities: Numbers, evidence: SoftEvidence, rng: np.random.Generator, query: Query
) -> dict[str, NDArray[np.intp]]:
    draws = np.arange(probabilities.shape[1])
    states = {event: np.full(len(draws), state) for event, state in network.fixed.items()}
    for event, scope, table in reversed(_eliminate(network, _all_factors(network, probabilities, evidence, query))):
        others = [states[name] for name in scope if name != event]
        place = scope.index(event)
        rows = [np.take(table, state, axis=place)[*others, draws] for state in range(table.shape[place])]
        cumulative = np.cumsum(rows, axis=0)
        states[event] = (cumulative[:-1] <= rng.random(len(draws)) * cumulative[-1]).sum(axis=0)
    return states


def _all_factors(network: Network, probabilities: Numbers, evidence: SoftEvidence, query: Query) -> list[Factor]:
    query = network.resolve(query)
    factors, _ = factors_of(NUMPY, network, probabilities, evidence, query.scope)
    free = tuple(event for event in query.scope if event not in network.fixed)
    ordered = tuple(sorted(free, key=network.position.__getitem__))
    if free:
        accepted = restrict(query.accepted, query.scope, network).astype(float)
        factors.append((ordered, np.transpose(accepted, [free.index(name) for name in ordered])[..., None]))
    return factors


def _eliminate(network: Network, factors: list[Factor]) -> list[tuple[str, tuple[str, ...], Numbers]]:
    """Each event in the order of elimination, with the table that it is summed out of and the events of its axes."""
    steps = []
    for event in elimination_order(network, [members for members, _ in factors], ()):
        scope, table = multiply(network, [factor for factor in factors if event in factor[0]])
        steps.append((event, scope, table))
        summed = table.sum(axis=scope.index(event))
        # Rescaled after every sum: the product of many small probabilities would underflow.
        highest = summed.max(axis=tuple(range(len(scope) - 1)))
        factors = [factor for factor in factors if event not in factor[0]]
        factors.append((tuple(name for name in scope if name != event), summed / np.where(highest > 0, highest, 1.0)))
    return steps

"""In which order events are summed out, and how large the tables get, known before any is made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from estimative.model.likelihood.bayes_net import Network

type Scope = tuple[str, ...]


def elimination_order(network: Network, scopes: Iterable[Scope], keep: Scope) -> list[str]:
    """Order the events to sum out greedily: next the one with the smallest table, so that tables stay small.

    The min-weight heuristic, of binary events that of the fewest neighbours; ties go to the first name, so that the
    order, and with it rounding, is always the same.
    """
    return [event for event, _ in eliminations(network, scopes, keep)]


def widest_table(network: Network, evidence: Iterable[str], scope: Scope) -> Scope:
    """Find the events of the largest table that is made when all events but those in scope are summed out.

    Parameters
    ----------
    evidence
        Events that virtual evidence is about.
    """
    free = tuple(event for event in scope if event not in network.fixed)
    events = network.ancestry((*free, *evidence, *network.certain))
    scopes = [tuple(n for n in (*network.parents[event], event) if n not in network.fixed) for event in events]
    return max((table for _, table in eliminations(network, scopes, free)), key=network.table_size, default=free)


def eliminations(network: Network, scopes: Iterable[Scope], keep: Scope) -> Iterator[tuple[str, Scope]]:
    """Yield each event with the events of the table that it is summed out of."""
    neighbours: dict[str, set[str]] = {}
    for scope in scopes:
        for name in scope:
            neighbours.setdefault(name, set()).update(scope)
    weights = {name: network.table_size(neighbours[name]) for name in neighbours if name not in keep}
    while weights:
        event = min(weights, key=lambda name: (weights[name], name))
        table = neighbours.pop(event)
        del weights[event]
        for name in table - {event}:
            neighbours[name] = (neighbours[name] | table) - {event}
            if name in weights:
                weights[name] = network.table_size(neighbours[name])
        yield event, tuple(sorted(table))

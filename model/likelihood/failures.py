"""Failures: nodes for "the condition of an event was met, and it did not happen", which some items are about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from msgspec.structs import replace

from estimative.model.likelihood.bayes_net import Cells, Network
from estimative.model.spec.events import Event, event_of


def failure_of(event: str) -> str:
    """Return the name of the node of an event's failure."""
    return f"{event} fails"  # no event has a name with a space


def subject_of(node: str) -> str:
    """Return the event that a node is about: itself, one of its states, or its failure."""
    return event_of(node.removesuffix(failure_of("")))


def with_failures(network: Network, events: Mapping[str, Event], names: Iterable[str]) -> Network:
    """Add the nodes of some failures to a network; those that it has stay as they are.

    Parameters
    ----------
    names
        Of binary events, or states of others.
    """
    parents, cells = dict(network.parents), dict(network.cells)
    for name in names:
        event = events[event_of(name)]
        scope = tuple(dict.fromkeys(map(event_of, (*event.given, *event.unless, event.id))))
        parents[failure_of(name)] = scope
        cells[failure_of(name)] = _cells(name, event, scope, network)
    return replace(network, parents=parents, cells=cells)


def _cells(name: str, event: Event, scope: Sequence[str], network: Network) -> Cells:
    """The table of a failure: certain or impossible."""
    fails = network.condition(event.given, event.unless, scope)
    at, state = network.place(name)
    axis = np.arange(network.sizes[at]) != state
    fails = fails & axis.reshape([-1 if other == at else 1 for other in scope])
    certain, impossible = network.impossible + 1, network.impossible
    return np.stack([np.where(fails, impossible, certain), np.where(fails, certain, impossible)], axis=-1)

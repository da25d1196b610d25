"""Failures: nodes for "the condition of an event was met, and it did not happen", which some items are about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from estimative.model.likelihood.bayes_net import Cells, Network
from estimative.model.spec.events import Event


def failure_of(event: str) -> str:
    """Return the name of the node of an event's failure."""
    return f"{event} fails"  # no event has a name with a space


def with_failures(network: Network, events: Iterable[Event]) -> Network:
    """Add the nodes of some events' failures to a network; those that it has stay as they are."""
    parents, cells = dict(network.parents), dict(network.cells)
    for event in events:
        parents[failure_of(event.id)] = (*event.given, *event.unless, event.id)
        cells[failure_of(event.id)] = _cells(event, network.impossible)
    return replace(network, parents=parents, cells=cells)


def _cells(event: Event, impossible: int) -> Cells:
    """The table of a failure: certain or impossible."""
    cells = np.empty((2,) * (len(event.given) + len(event.unless) + 2), dtype=np.intp)
    cells[..., 0], cells[..., 1] = impossible + 1, impossible
    cells[(1,) * len(event.given) + (0,) * len(event.unless) + (0,)] = impossible, impossible + 1
    return cells

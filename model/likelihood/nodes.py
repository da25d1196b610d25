"""Nodes: the events in the network, with the span of their clocks and what these wait for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

import numpy as np

from estimative.model.likelihood.waiting import Waiting
from estimative.model.spec.clock import all_awaited, awaited, driving
from estimative.model.spec.events import Event, event_of
from estimative.model.spec.evidence import Forecast
from estimative.model.spec.scenario import Scenario, years_between

type RowOf = Mapping[tuple[int, ...], int]
"""The row for each combination of what drives an event being so or not, or of the states of a table's parents."""


@dataclass(frozen=True)
class Node:
    """An event in the network, or a copy of it over another span of time."""

    name: str
    event: Event
    years: float
    parents: tuple[str, ...]
    """Names of nodes: what the event depends on, and what drives the events that it waits for."""
    driving: tuple[str, ...]
    """What selects a row: the events, or states of events, that drive it, and those that drive what it awaits; of a
    table, its parents."""
    awaited: Mapping[str, str] = field(default_factory=dict)
    """What it waits for, directly or not: event -> node."""

    def waiting(self, events: Mapping[str, Event], row_of: Mapping[str, RowOf], first: int) -> Waiting:
        """Return the rates of the node and of all it waits for, at each joint state of the events that drive them.

        Parameters
        ----------
        row_of
            Of each node, by its name.
        first
            The first row of rate form.
        """
        members = {**self.awaited, self.event.id: self.name}
        order = tuple(members)
        before = [[order.index(other) for other in awaited(name, events) if other in members] for name in order]
        rows = []
        for name, member in members.items():
            columns = [self.driving.index(driver) for driver in driving([name], events)]
            rows.append([row_of[member][tuple(s[c] for c in columns)] - first for s in joint_states(self.driving)])
        return Waiting.of(before, np.array(rows, dtype=np.intp))


def nodes_of(scenario: Scenario) -> Iterator[Node]:
    """Yield the events in topological order, then copies of some for forecasts over another span of time."""
    for name in scenario.order:
        yield _node(scenario, name, {}, scenario.years, scenario.past)
    for item in scenario.evidence.values():
        if isinstance(item, Forecast):
            copies, years = dict(copies_for(item, scenario)), years_between(*scenario.span(item))
            for name in copies:
                # Its author may not have known yet what has been observed since.
                yield _node(scenario, name, copies, years, frozenset())


def _node(scenario: Scenario, name: str, copies: Mapping[str, str], years: float, past: Iterable[str]) -> Node:
    event, before = scenario.events[name], all_awaited(name, scenario.events, past)
    parents = dict.fromkeys((*scenario.parents(name), *map(event_of, driving(before, scenario.events))))
    return Node(
        name=copies.get(name, name),
        event=event,
        years=years,
        parents=tuple(copies.get(parent, parent) for parent in parents),
        driving=event.table_parents or driving([*before, name], scenario.events),
        awaited={other: copies.get(other, other) for other in before},
    )


def copies_for(item: Forecast, scenario: Scenario) -> tuple[tuple[str, str], ...]:
    """Return the events that need a copy for a forecast, each with the name of its copy.

    An event that takes time has another chance over another span, and so has all that depends on it. Nothing else
    depends on the copies.
    """
    start, end = scenario.span(item)
    if (start, end) == (scenario.as_of, scenario.until):
        return ()
    needed = _ancestry(scenario, scenario.subjects(item)) & scenario.timed
    return tuple((name, f"{name} from {start} to {end}") for name in scenario.order if name in needed)


def _ancestry(scenario: Scenario, events: Iterable[str]) -> set[str]:
    found: set[str] = set()
    stack = list(events)
    while stack:
        if (event := stack.pop()) not in found:
            found.add(event)
            stack.extend(scenario.parents(event))
    return found


def renamed(name: str, copies: Mapping[str, str]) -> str:
    """Return an event, or a state of one, with the name of the event's copy."""
    event, equals, state = name.partition("=")
    return f"{copies.get(event, event)}{equals}{state}"


def joint_states(names: Sequence[str]) -> Iterator[tuple[int, ...]]:
    """Yield the combinations of some events, or states of events, being so or not."""
    return product((0, 1), repeat=len(names))

"""Nodes: the events in the network, with the span of their clocks, what these wait for and what they repeat with."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import product

import numpy as np
from msgspec import Struct, field

from estimative.model.likelihood.repeating import Repeating
from estimative.model.likelihood.waiting import Waiting
from estimative.model.spec.clock import all_awaited, awaited, driving
from estimative.model.spec.events import Event, event_of
from estimative.model.spec.evidence import Forecast
from estimative.model.spec.repeats import occurrences_before
from estimative.model.spec.scenario import Scenario, years_between

type RowOf = Mapping[tuple[int, ...], int]
"""The row for each combination of what drives an event being so or not, or of the states of a table's parents."""


class Node(Struct, frozen=True):
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
    repeated: Mapping[str, str] = field(default_factory=dict)
    """What it repeats with, from the rate event on: event -> node."""
    observed: bool = False
    """Whether the last of these has happened already."""

    def waiting(self, events: Mapping[str, Event], row_of: Mapping[str, RowOf]) -> Waiting:
        """Return the rates of the node and of all it waits for, at each joint state of the events that drive them.

        Parameters
        ----------
        row_of
            Of each node, by its name.
        """
        members = {**self.awaited, self.event.id: self.name}
        order = tuple(members)
        before = [[order.index(other) for other in awaited(name, events) if other in members] for name in order]
        rows = [self._rows(name, row_of[member], events) for name, member in members.items()]
        return Waiting.of(before, np.array(rows, dtype=np.intp))

    def repeating(
        self,
        events: Mapping[str, Event],
        row_of: Mapping[str, RowOf],
        chances: Mapping[str, Mapping[tuple[int, ...], Sequence[int]]],
    ) -> Repeating:
        """Return the rate and the chances of the node and of all it repeats with, at the same joint states.

        Parameters
        ----------
        row_of
            Of each node, by its name.
        chances
            Of each node of odds form, where its local probabilities are.
        """
        (rate, first), *between = self.repeated.items()
        found = [self._rows(name, chances[node], events) for name, node in (*between, (self.event.id, self.name))]
        return Repeating(
            events=(*self.repeated.values(), self.name),
            driving=self.driving,
            rate=np.array(self._rows(rate, row_of[first], events), dtype=np.intp),
            happens=np.array([[yes for _, yes in rows] for rows in found], dtype=np.intp),
            fails=np.array([no for no, _ in found[-1]], dtype=np.intp),
            observed=self.observed,
        )

    def _rows[Value](self, name: str, of: Mapping[tuple[int, ...], Value], events: Mapping[str, Event]) -> list[Value]:
        """What an event that this one depends on has at each joint state of what drives this one."""
        columns = [self.driving.index(driver) for driver in driving([name], events)]
        return [of[tuple(state[column] for column in columns)] for state in joint_states(self.driving)]


def nodes_of(scenario: Scenario, past: Collection[str]) -> Iterator[Node]:
    """Yield the events in topological order, then copies of some for forecasts over another span of time.

    Parameters
    ----------
    past
        Events that have happened already, so that nothing waits for them.
    """
    for name in scenario.order:
        yield _node(scenario, name, {}, scenario.years, past)
    for item in scenario.evidence.values():
        if isinstance(item, Forecast):
            copies, years = dict(copies_for(item, scenario)), years_between(*scenario.span(item))
            for name in copies:
                # Its author may not have known yet what has been observed since.
                yield _node(scenario, name, copies, years, frozenset())


def _node(scenario: Scenario, name: str, copies: Mapping[str, str], years: float, past: Collection[str]) -> Node:
    event, before = scenario.events[name], all_awaited(name, scenario.events, past)
    repeated = occurrences_before(name, scenario.events)
    together = (*before, *repeated)
    parents = dict.fromkeys((*scenario.parents(name), *map(event_of, driving(together, scenario.events))))
    return Node(
        name=copies.get(name, name),
        event=event,
        years=years,
        parents=tuple(copies.get(parent, parent) for parent in parents),
        driving=event.table_parents or driving([*together, name], scenario.events),
        awaited={other: copies.get(other, other) for other in before},
        repeated={other: copies.get(other, other) for other in repeated},
        observed=bool(repeated) and repeated[-1] in past,
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

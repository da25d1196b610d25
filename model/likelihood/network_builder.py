"""Build the network of a scenario: every event's table, over positions in the vector of local probabilities."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import log

import numpy as np
from msgspec import Struct

from estimative.model.likelihood.bayes_net import Cells, Network
from estimative.model.likelihood.layout import Anytime, Categories
from estimative.model.likelihood.nodes import Node, RowOf, joint_states, nodes_of
from estimative.model.likelihood.positions import Rows
from estimative.model.likelihood.repeating import Repeating
from estimative.model.likelihood.waiting import Waiting
from estimative.model.spec.clock import driving
from estimative.model.spec.events import OTHERWISE, Driver, Event, Form, event_of
from estimative.model.spec.evidence import Observation
from estimative.model.spec.quantities import combinations
from estimative.model.spec.scenario import Scenario
from estimative.priors.errors import InvalidInput, Issue

MAX_ROWS = 1 << 14
"""Combinations of what drives events, over all events: most of a minute and 4 GB for a fit."""


class NetworkParts(Struct, frozen=True, kw_only=True):
    """The network, and what its local probabilities are computed from."""

    network: Network
    rows: list[Row]
    odds: tuple[Categories, ...]
    tables: tuple[Categories, ...]
    anytime: Anytime | None
    rate_rows: Mapping[str, RowOf]
    waiting: tuple[Waiting, ...]
    repeating: tuple[Repeating, ...]


class Row(Struct, frozen=True, kw_only=True):
    """A linear predictor before it is packed into arrays."""

    base: int
    design: Mapping[int, float]
    """Effect -> entry of the design matrix; all others are 0."""
    log_years: float | None = None
    """Of a row of rate form."""


class NetworkBuilder(Struct, frozen=True, kw_only=True):
    """What the tables refer to; used once for each scenario."""

    scenario: Scenario
    base: Mapping[tuple[str, str], int]
    """The position of the baseline of each event and state."""
    effects: Mapping[tuple[str, str, str], int]
    """The position of each effect, by event, driver and state."""
    degrees: Mapping[str, int]
    past: frozenset[str]
    """Events that have happened already."""

    def build(self) -> NetworkParts:
        """Build the network over positions in the vector of local probabilities, with what they are computed from."""
        nodes, rows, positions = {node.name: node for node in nodes_of(self.scenario, self.past)}, list[Row](), Rows()
        check_rows(self.scenario, nodes.values())
        # All rows of odds form before those of rate form, so that one slice separates them.
        row_of: dict[str, RowOf] = {}
        binary: list[Node] = []
        for name, node in _of_form("odds", nodes):
            row_of[name] = self._odds_rows(node.event, rows, positions)
            binary += [node] * len(row_of[name]) if _shares_rows(node.event) else []
        odds_rows = len(rows)
        for name, node in _of_form("rate", nodes):
            row_of[name] = self._rate_rows(node.event, node.years, rows, first=odds_rows)
        for name, node in _of_form("table", nodes):
            row_of[name] = self._table_rows(node.event, positions)
        timed = {name: node for name, node in nodes.items() if node.awaited}
        timed.update((name, node) for name, node in nodes.items() if node.repeated)
        derived = {name: {key: at for at, key in enumerate(joint_states(node.driving))} for name, node in timed.items()}
        local = positions.arrange(len(rows) - odds_rows, {name: len(keys) for name, keys in derived.items()})

        def places(node: Node) -> Mapping[tuple[int, ...], Sequence[int]]:
            return {key: local.of_row(node.event, at) for key, at in row_of[node.name].items()}

        cells = {}
        for name, node in nodes.items():
            derived_places = {key: local.derived(name, at) for key, at in derived.get(name, {}).items()}
            cells[name] = self._cells(node, derived_places or places(node), local.impossible)
        events = self.scenario.events
        waiting = [node.waiting(events, row_of) for node in timed.values() if node.awaited]
        chances = {name: places(node) for name, node in _of_form("odds", nodes)}
        repeating = [node.repeating(events, row_of, chances) for node in timed.values() if node.repeated]
        return NetworkParts(
            network=self._network(nodes, cells, local.impossible),
            rows=rows,
            odds=positions.categories("odds"),
            tables=positions.categories("table"),
            anytime=_anytime(binary, chances),
            rate_rows={name: row_of[name] for name, _ in _of_form("rate", nodes)},
            waiting=tuple(waiting),
            repeating=tuple(repeating),
        )

    def _network(self, nodes: Mapping[str, Node], cells: Mapping[str, Cells], impossible: int) -> Network:
        names = {
            f"{name}={state}": (name, node.event.node_states.index("" if state == OTHERWISE else state))
            for name, node in nodes.items()
            if node.event.states
            for state in (*node.event.states, *((OTHERWISE,) if "" in node.event.node_states else ()))
        }
        items = self.scenario.evidence.values()
        certain = {item.about: item.happened for item in items if isinstance(item, Observation)}
        parents = {name: node.parents for name, node in nodes.items()}
        return Network(parents=parents, cells=cells, impossible=impossible, names=names, certain=certain)

    def _odds_rows(self, event: Event, rows: list[Row], positions: Rows) -> RowOf:
        """Append a row for each combination of what drives an event and each of its states but the first."""
        names = driving([event.id], self.scenario.events)
        positions_of = {}
        for states in joint_states(names):
            active = {*(name for name, state in zip(names, states, strict=True) if state), *self.scenario.factors}
            first = len(rows)
            for state in changing(event):
                design = {}
                for driver in event.drivers:
                    if driver.name in active and (size := bears(driver, event, state)):
                        design[self.effects[event.id, driver.name, driver.state]] = size
                rows.append(Row(base=self.base[event.id, state], design=design))
            positions_of[states] = positions.add("odds", event, list(range(first, len(rows))))
        return positions_of

    def _rate_rows(self, event: Event, years: float, rows: list[Row], *, first: int) -> RowOf:
        """Append a row for each combination of what drives an event of form "rate"; count from the first of these."""
        names = driving([event.id], self.scenario.events)
        positions_of = {}
        for states in joint_states(names):
            active = {*(name for name, state in zip(names, states, strict=True) if state), *self.scenario.factors}
            design = {self.effects[event.id, d.name, ""]: 1.0 for d in event.drivers if d.name in active}
            positions_of[states] = len(rows) - first
            rows.append(Row(base=self.base[event.id, ""], design=design, log_years=log(years)))
        return positions_of

    def _table_rows(self, event: Event, positions: Rows) -> RowOf:
        """Add the sticks of each row of a table, by the states of the parents."""
        return {
            states: positions.add(
                "table",
                event,
                [self.degrees[share_name(f"tables.{event.id}.{row}", state)] for state in changing(event)],
            )
            for row, states in combinations(event, self.scenario.events)
        }

    def _cells(self, node: Node, local: Mapping[tuple[int, ...], Sequence[int]], impossible: int) -> Cells:
        """Fill the conditional probability table by position, the states of the event along the last axis."""
        event, events = node.event, self.scenario.events
        parents = tuple(dict.fromkeys((*self.scenario.parents(event.id), *map(event_of, node.driving))))
        sizes = [len(events[name].node_states) for name in parents]
        cells = np.empty((*sizes, len(event.node_states)), dtype=np.intp)
        # A state that stands for an unmet condition is impossible where the condition is met.
        unnamed = [impossible] * (len(event.node_states) - len(next(iter(local.values()))))
        for states in np.ndindex(*sizes):
            state = dict(zip(parents, states, strict=True))

            def holds(name: str, state: Mapping[str, int] = state) -> bool:
                at, wanted = self.scenario.state_places.get(name, (name, 1))
                return state[at] == wanted

            if not all(map(holds, event.given)) or any(map(holds, event.unless)):
                # Where `given` or `unless` forbid the event, its cells point to the constants 1 and 0.
                cells[states] = [impossible + 1, *[impossible] * (len(event.node_states) - 1)]
                continue
            if event.form == "table":
                key = tuple(state[name] for name in event.table_parents)
            else:
                key = tuple(int(holds(name)) for name in node.driving)
            cells[states] = [*unnamed, *local[key]]
        return cells


def check_rows(scenario: Scenario, nodes: Iterable[Node]) -> None:
    """Refuse a scenario with too many rows: they are counted, since to build them takes seconds.

    Raises
    ------
    InvalidInput
        With the event that is driven by the most.
    """
    events = scenario.events
    rows = sum(_row_count(node.event, events) for node in nodes if node.event.form != "table")
    if rows <= MAX_ROWS:
        return
    widest = max(events, key=lambda name: len(driving([name], events)))
    issue = Issue(
        code="too-wide",
        message=f"the events have {rows:,} combinations of what drives them, each with a probability of its own",
        place=scenario.place(f"events.{widest}"),
        allowed=f"at most {MAX_ROWS:,} combinations in all",
        suggestion="Let fewer events drive an event, or let several of them drive one event in between.",
    )
    raise InvalidInput([issue])


def _row_count(event: Event, events: Mapping[str, Event]) -> int:
    """As many as `_odds_rows` and `_rate_rows` append."""
    return len(changing(event)) << len(driving([event.id], events))


def _shares_rows(event: Event) -> bool:
    """Whether the rows of an event are among those of binary events: see `Rows.add`."""
    return len(event.states) in (0, 2) and not event.ordered


def _anytime(nodes: Sequence[Node], chances: Mapping[str, Mapping[tuple[int, ...], Sequence[int]]]) -> Anytime | None:
    """Return which rows are of events that may happen on any day.

    Parameters
    ----------
    nodes
        Of each row of odds form with two states, in their order.
    chances
        Where the local probabilities of each node are.
    """
    events = tuple(dict.fromkeys(node.event.id for node in nodes if node.event.timing == "anytime"))
    if not events:
        return None
    return Anytime(
        events=events,
        owner=np.array([events.index(n.event.id) if n.event.id in events else -1 for n in nodes], dtype=np.intp),
        years=np.array([node.years for node in nodes]),
        fails={name: {key: states[0] for key, states in chances[name].items()} for name in events},
    )


def _of_form(form: Form, nodes: Mapping[str, Node]) -> Iterator[tuple[str, Node]]:
    return ((name, node) for name, node in nodes.items() if node.event.form == form)


def changing(event: Event) -> tuple[str, ...]:
    """The states of an event that have a baseline: all but the first; of a binary event that it happens."""
    return event.share_states[1:] or ("",)


def bears(driver: Driver, event: Event, state: str) -> float:
    """How a driver enters the predictor of a state: against the first, or that a later one holds."""
    if not driver.state:
        return 1.0
    return float(driver.state == state) - float(driver.state == event.share_states[0])


def share_name(name: str, state: str) -> str:
    """The quantity that is the share of a state, or the chance of a binary event."""
    return f"{name}.{state}" if state else name

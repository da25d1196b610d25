"""The events by a date before the horizon.

The network of the scenario is about the horizon, and so is the evidence. Given what has happened by the horizon, each
group of related events with dates of their own has one more variable: which of its members have happened by the date,

P(these by the date | those by the horizon) = P(these by the date) P(those by the horizon | these by the date) / total.

Both factors come from the same process, over the time until the date and over the rest. Rates that wait for each other
are a Markov chain (see `waiting`). Events that repeat each other are thinned Poisson processes, of which one event has
happened where at least one occurrence has gone so far. The rest follows: see `dating`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, reduce
from itertools import combinations, product
from math import prod

import numpy as np
from msgspec import Struct

from estimative.model.likelihood.backend import NUMPY, TINY
from estimative.model.likelihood.bayes_net import EVERYTHING, Query
from estimative.model.likelihood.layout import Index, Numbers, Structure
from estimative.model.likelihood.nodes import joint_states
from estimative.model.likelihood.repeating import Repeating
from estimative.model.likelihood.terms import Terms
from estimative.model.likelihood.waiting import MOST, chain_transitions
from estimative.model.spec.clock import driving
from estimative.model.spec.dating import DateGroup, date_groups, dated_by
from estimative.model.spec.events import Outcome, event_of
from estimative.model.spec.scenario import Scenario

MOST_CELLS = 1 << 12
"""Of the tables of the groups that an outcome depends on, taken together."""

MOST_PATTERNS = 1 << 12
"""Combinations of rows and states of these groups."""

type Members = frozenset[int]
"""Positions of members of a group."""
type Case = tuple[int, int, int]
"""A group, a row of its table, and which of its members have happened by the date, each by its position."""


class DatedGroup(Struct, frozen=True, kw_only=True, dict=True):
    """A group of events with dates of their own, as a node of the network."""

    group: DateGroup
    scenario: Scenario
    chain: Repeating | None = None
    """Of members that repeat with each other: the rows of the last."""

    @property
    def node(self) -> str:
        """Its name in the network."""
        return f"dates of {' and '.join(self.group.members)}"

    @cached_property
    def states(self) -> tuple[Members, ...]:
        """The sets of members that may have happened by a date, none of them first."""
        places = range(len(self.group.members))
        sets = [frozenset(some) for size in range(len(places) + 1) for some in combinations(places, size)]
        return tuple(each for each in sets if all(self.before(member) <= each for member in each))

    def before(self, member: int) -> Members:
        """What must have happened before a member."""
        names = self.group.before[self.group.members[member]]
        return frozenset(map(self.group.members.index, names))

    @cached_property
    def driving(self) -> tuple[str, ...]:
        """The events, and states of events, that drive its members, and what these repeat with."""
        return self.chain.driving if self.chain else driving(self.group.members, self.scenario.events)

    @cached_property
    def named(self) -> tuple[str, ...]:
        """Its members, and the events and states that they are given, excluded by or driven by."""
        events = [self.scenario.events[name] for name in self.group.members]
        conditions = [name for event in events for name in (*event.given, *event.unless)]
        return tuple(dict.fromkeys((*self.group.members, *conditions, *self.driving)))

    @cached_property
    def parents(self) -> tuple[str, ...]:
        """The events of these."""
        return tuple(dict.fromkeys(map(event_of, self.named)))

    def possible(self, holds: Mapping[str, bool]) -> Members:
        """The members whose condition is met by what is so of other events."""
        members = []
        for place, name in enumerate(self.group.members):
            event = self.scenario.events[name]
            given = [other for other in event.given if other not in self.group.members]
            if all(holds[other] for other in given) and not any(holds[other] for other in event.unless):
                members.append(place)
        return frozenset(members)

    def shares(self, row: Row, expected: Sequence[Numbers], span: float) -> Numbers:
        """P(each state by the date | the members that happened by the horizon).

        Parameters
        ----------
        expected
            Of each member: how often it is expected over the horizon (one that waits: once it runs); dims (draw).
        span
            The share of the horizon that is over at the date.

        Returns
        -------
        dims (state, draw).
        """
        means = [mean if place in row.possible else 0.0 * mean for place, mean in enumerate(expected)]
        alone = self.chain is not None or len(means) == 1
        masses = self._thinned(means, row.happened, span) if alone else self._chain(means, row, span)
        total = masses.sum(axis=0)
        nothing = np.zeros_like(masses)
        nothing[0] = 1.0
        return np.divide(masses, total, out=nothing, where=total > 0)

    def _thinned(self, means: Sequence[Numbers], happened: Members, span: float) -> Numbers:
        """The states are levels: so many members have happened."""
        falling = [*means, 0.0 * means[0]]

        def level(number: int, share: float) -> Numbers:
            """P(occurrences go so far and no farther, over a share of the horizon)."""
            farther = np.exp(-share * falling[number])
            return farther if number == 0 else farther * -np.expm1(-share * (falling[number - 1] - falling[number]))

        last = len(happened)
        masses = [level(number, span) * level(last, 1 - span) for number in range(last)]
        masses.append(level(last, span) * np.exp(-(1 - span) * falling[last]))
        return np.array([*masses, *([0.0 * falling[0]] * (len(self.states) - last - 1))])

    def _chain(self, means: Sequence[Numbers], row: Row, span: float) -> Numbers:
        """The states of the Markov chain, from the start to the date and from there to the horizon."""
        places = range(len(means))
        running = [[m not in state and self.before(m) <= state for m in places] for state in self.states]
        follows = [[before < after and len(after - before) == 1 for after in self.states] for before in self.states]
        chain, hazard = (np.array(running, dtype=float), np.array(follows, dtype=float)), np.minimum(means, MOST)
        first = chain_transitions(NUMPY, *chain, hazard * span)[0]
        rest = chain_transitions(NUMPY, *chain, hazard * (1 - span))[:, self.states.index(row.happened)]
        # The rates of what has happened are common factors; what is left of them is the share of time.
        size, most = np.array([len(state) for state in self.states]), len(row.happened)
        within = np.array([state <= row.happened for state in self.states])
        weight = np.where(within, span**size * (1 - span) ** np.maximum(most - size, 0), 0.0)
        return np.asarray(first * rest * weight[:, None])


class Row(Struct, frozen=True):
    """What the table of a group depends on."""

    driven: tuple[bool, ...]
    """Whether each that drives its members is so."""
    possible: Members
    happened: Members
    """By the horizon."""


class Pattern(Struct, frozen=True, kw_only=True):
    """One case of an outcome by a date: what is so at the horizon, and what of that has happened by the date."""

    cases: tuple[Case, ...]
    """One for each group that matters."""
    yes: Query
    """The outcome then, and its condition."""
    given: Query
    """Its condition then."""


class Dating(Struct, frozen=True, kw_only=True, dict=True):
    """The dates of a scenario's events."""

    structure: Structure

    @property
    def scenario(self) -> Scenario:
        return self.structure.scenario

    @cached_property
    def groups(self) -> tuple[DatedGroup, ...]:
        scenario = self.scenario
        chains = {chain.events[-1]: chain for chain in self.structure.repeating}
        found = date_groups(scenario.order, scenario.events, self.structure.past)
        return tuple(DatedGroup(group=group, scenario=scenario, chain=chains.get(group.members[-1])) for group in found)

    def patterns(self, outcome: Outcome) -> tuple[Pattern, ...] | None:
        """Split an outcome by what its dates depend on; None where that are too many cases.

        Its probability by a date is the sum over the patterns of the probability of each and of the shares of its
        states, see `DatedGroup.shares`.
        """
        queries = self._outcome(outcome)
        nodes = [group.node for group in self.groups]
        needed = [at for at, node in enumerate(nodes) if any(node in query.scope for query in queries)]
        if prod(self._cells(self.groups[at]) for at in needed) > MOST_CELLS:
            return None
        cases = [list(self._cases(at)) for at in needed]
        if prod(map(len, cases)) > MOST_PATTERNS:
            return None
        patterns = (self._pattern(queries, chosen) for chosen in product(*cases))
        # Rows of groups with common parents exclude each other for the most part.
        return tuple(pattern for pattern in patterns if pattern.given.accepted.any())

    def _cells(self, group: DatedGroup) -> int:
        return prod(self.structure.network.sizes[name] for name in group.parents)

    def _cases(self, at: int) -> Iterator[Case]:
        """The rows of a group's table, with the states that may have been reached by a date."""
        group = self.groups[at]
        for number, row in enumerate(self.tables[at][1]):
            for state, members in enumerate(group.states):
                if members <= row.happened:
                    yield at, number, state

    def _pattern(self, queries: Sequence[Query], cases: Sequence[Case]) -> Pattern:
        parts = []
        for at, number, _ in cases:
            parts.append(Query(scope=self.groups[at].parents, accepted=self.tables[at][0] == number))
        yes, given = (
            _all([*parts, query.given({self.groups[at].node: state for at, _, state in cases})]) for query in queries
        )
        return Pattern(cases=tuple(cases), yes=yes, given=given)

    @cached_property
    def tables(self) -> tuple[tuple[Index, list[Row]], ...]:
        """Of each group the row for each joint state of its parents, and the rows."""
        return tuple(map(self._table, self.groups))

    def shares(self, span: float, shared: Terms) -> tuple[Numbers, ...]:
        """Return the shares of each group's states by a date; dims (row, state, draw) each.

        Parameters
        ----------
        span
            The share of the horizon that is over at the date, in [0, 1].
        """
        hazard, draws = np.exp(shared.log_hazard), shared.probabilities.shape[-1]
        found = []
        for group, (_, rows) in zip(self.groups, self.tables, strict=True):
            parts = [group.shares(row, self._expected(group, row, hazard, shared.probabilities), span) for row in rows]
            found.append(np.array([np.broadcast_to(part, (len(group.states), draws)) for part in parts]))
        return tuple(found)

    def _table(self, group: DatedGroup) -> tuple[Index, list[Row]]:
        network, rows = self.structure.network, dict[Row, int]()
        sizes = [network.sizes[name] for name in group.parents]
        table = np.empty(sizes, dtype=np.intp)
        for states in np.ndindex(*sizes):
            state = dict(zip(group.parents, states, strict=True))

            def so(name: str, state: Mapping[str, int] = state) -> bool:
                event, wanted = network.place(name)
                return state[event] == wanted

            holds = {name: so(name) for name in group.named}
            happened = frozenset(place for place, name in enumerate(group.group.members) if holds[name])
            driven = tuple(holds[name] for name in group.driving)
            row = Row(driven, group.possible(holds), happened if happened in group.states else frozenset())
            table[states] = rows.setdefault(row, len(rows))
        return table, list(rows)

    def _expected(self, group: DatedGroup, row: Row, hazard: Numbers, local: Numbers) -> list[Numbers]:
        """How often each member is expected over the horizon; dims (draw) each."""
        if group.chain:
            at = list(joint_states(group.driving)).index(tuple(map(int, row.driven)))
            means = [mean[at] for mean in group.chain.expected(NUMPY, hazard, local)]
            return means[-len(group.group.members) :]
        driven = dict(zip(group.driving, map(int, row.driven), strict=True))
        own = {name: driving([name], self.scenario.events) for name in group.group.members}
        rows, anytime = self.structure.rate_rows, self.structure.anytime

        def expected(name: str, states: tuple[int, ...]) -> Numbers:
            if name in rows:
                return np.asarray(hazard[rows[name][states]])
            assert anytime
            return np.asarray(-np.log(np.maximum(local[anytime.fails[name][states]], TINY)))

        return [expected(name, tuple(driven[driver] for driver in drivers)) for name, drivers in own.items()]

    def _outcome(self, outcome: Outcome) -> tuple[Query, Query]:
        """Return the queries "the outcome by the date, under its condition by then" and "its condition by the date"."""
        given = [*map(self._happened, outcome.given), *(_negated(self._happened(name)) for name in outcome.unless)]
        required = [self._happened(name) for name in outcome.all]
        excluded = [_negated(self._happened(name)) for name in outcome.none]
        anything = [_negated(_all([_negated(self._happened(name)) for name in outcome.any]))] if outcome.any else []
        condition = _all(given)
        return _all([condition, *required, *excluded, *anything]), condition

    def _happened(self, name: str) -> Query:
        """An event has happened, or a state of one holds, by the date."""
        dates = dated_by(event_of(name), self.scenario.events, self.structure.past)
        if dates is None:
            return NEVER
        parts = [] if name in dates else [Query.where(all=[name])]
        for group in self.groups:
            needed = frozenset(place for place, member in enumerate(group.group.members) if member in dates)
            if needed:
                accepted = np.array([needed <= state for state in group.states])
                parts.append(Query(scope=(group.node,), accepted=accepted))
        return _all(parts)


NEVER = Query(scope=(), accepted=np.zeros((), dtype=bool))


def _all(parts: Sequence[Query]) -> Query:
    return reduce(Query.and_, parts, EVERYTHING)


def _negated(query: Query) -> Query:
    return Query(scope=query.scope, accepted=~query.accepted)

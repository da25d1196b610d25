"""The binary events of a scenario as a Bayesian network over positions in one vector of local probabilities."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import product

import numpy as np
from numpy.typing import NDArray

type Cells = NDArray[np.intp]
"""A conditional probability table by reference: positions in the vector of local probabilities."""


@dataclass(frozen=True, kw_only=True)
class Query:
    """A set of joint states of some events, such as "a and b happened, c did not"."""

    scope: tuple[str, ...]
    """The events that the query mentions."""
    accepted: NDArray[np.bool_]
    """True for each joint state that belongs to the query; one axis of length 2 (no, yes) for each event in scope."""

    @classmethod
    def where(
        cls, *, all: Iterable[str] = (), any: Iterable[str] = (), none: Iterable[str] = (), negated: bool = False
    ) -> Query:
        """Select the states in which all, at least one and none of the named events happened.

        Parameters
        ----------
        all, any, none
            Names of events. An empty `any` demands nothing.
        negated
            Select all other states instead.
        """
        required, alternatives, excluded = tuple(all), tuple(any), tuple(none)
        # A dictionary keeps the order of the names; a set would make sums, and their rounding, depend on the hash seed.
        scope = tuple(dict.fromkeys((*required, *alternatives, *excluded)))
        happened = dict(zip(scope, np.indices((2,) * len(scope)).astype(bool), strict=True))
        accepted = np.ones((2,) * len(scope), dtype=bool)
        for name in required:
            accepted = accepted & happened[name]
        for name in excluded:
            accepted = accepted & ~happened[name]
        if alternatives:
            accepted = accepted & np.logical_or.reduce([happened[name] for name in alternatives])
        return cls(scope=scope, accepted=~accepted if negated else accepted)

    def and_(self, other: Query) -> Query:
        """Intersect two queries."""
        scope = tuple(dict.fromkeys((*self.scope, *other.scope)))
        return Query(scope=scope, accepted=self.expand(scope) & other.expand(scope))

    def expand(self, scope: tuple[str, ...]) -> NDArray[np.bool_]:
        """Express the same states over a wider scope; one axis of length 2 for each event of it."""
        shape = (2,) * len(self.scope) + (1,) * (len(scope) - len(self.scope))
        axes = (*self.scope, *(name for name in scope if name not in self.scope))
        table = self.accepted.reshape(shape)
        return np.broadcast_to(np.transpose(table, [axes.index(name) for name in scope]), (2,) * len(scope))


EVERYTHING = Query(scope=(), accepted=np.ones((), dtype=bool))
"""Accepts every state: its mass is the probability of the evidence."""


@dataclass(frozen=True, kw_only=True)
class Network:
    """A Bayesian network of binary events.

    `cells[e]` has one axis of length 2 for each parent of e, then one for e itself. Its entries are positions in the
    vector of local probabilities (`equations.local_probabilities`), so that `probabilities[cells[e]]` is
    P(e | parents). The network is therefore the same for every draw; only the vector changes.
    """

    parents: Mapping[str, tuple[str, ...]]
    """In topological order."""
    cells: Mapping[str, Cells]
    impossible: int
    """The position whose probability is 0."""
    certain: Mapping[str, bool] = field(default_factory=dict)
    """Events known to have happened (True) or not (False)."""

    @cached_property
    def unobserved(self) -> Network:
        """The same network before any event was observed."""
        return replace(self, certain={})

    @cached_property
    def position(self) -> Mapping[str, int]:
        """The topological position of each event."""
        return {event: index for index, event in enumerate(self.parents)}

    def ancestry(self, events: Iterable[str]) -> tuple[str, ...]:
        """Find the smallest ancestral set of some events: themselves and all they depend on, in topological order.

        All other events sum to one and can be dropped ("barren nodes", Shachter 1986).
        """
        members: set[str] = set()
        stack = list(events)
        while stack:
            if (event := stack.pop()) not in members:
                members.add(event)
                stack.extend(self.parents[event])
        return tuple(sorted(members, key=self.position.__getitem__))

    def states(self, events: tuple[str, ...], limit: int) -> NDArray[np.intp] | None:
        """List every joint state of an ancestral set that is possible, whatever the probabilities.

        Returns
        -------
        1 where an event happens, 0 where not, dims (state, event); None where there are more than `limit` states.
        """
        states: list[tuple[int, ...]] = [()]
        for event in events:
            # Grown event by event and pruned at once: the product of all states may be far larger.
            columns = [events.index(parent) for parent in self.parents[event]]
            states = [
                (*state, value)
                for state, value in product(states, (0, 1))
                if self.cells[event][(*(state[column] for column in columns), value)] != self.impossible
                and self.certain.get(event, bool(value)) == bool(value)
            ]
            if len(states) > limit:
                return None
        return np.array(states, dtype=np.intp).reshape(len(states), len(events))

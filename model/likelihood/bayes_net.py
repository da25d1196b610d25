"""The events of a scenario as a Bayesian network over positions in one vector of local probabilities.

An event has states, of which exactly one holds; a binary event has two, that it does not happen and that it does. The
state of an event with more than two has a name of its own, "event=state", and stands wherever a binary event can.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from math import prod

import numpy as np
from msgspec import Struct, field
from msgspec.structs import replace
from numpy.typing import NDArray

type Cells = NDArray[np.intp]
"""A conditional probability table by reference: positions in the vector of local probabilities."""


class Query(Struct, frozen=True, kw_only=True):
    """A set of joint states of some events, such as "a and b happened, c did not"."""

    scope: tuple[str, ...]
    """The events that the query mentions."""
    accepted: NDArray[np.bool_]
    """True for each joint state that belongs to the query; one axis for each event in scope, as long as it has states:
    2 (no, yes) of a binary event."""

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
        sizes = {**self.sizes, **other.sizes}
        return Query(scope=scope, accepted=self.expand(scope, sizes) & other.expand(scope, sizes))

    def given(self, states: Mapping[str, int]) -> Query:
        """Keep what agrees with the states of some events, as a query about the others."""
        scope = tuple(name for name in self.scope if name not in states)
        index = tuple(states.get(name, slice(None)) for name in self.scope)
        return Query(scope=scope, accepted=self.accepted[index])

    @property
    def sizes(self) -> Mapping[str, int]:
        """How many states each event in scope has."""
        return dict(zip(self.scope, self.accepted.shape, strict=True))

    def expand(self, scope: tuple[str, ...], sizes: Mapping[str, int] | None = None) -> NDArray[np.bool_]:
        """Express the same states over a wider scope; one axis for each event of it.

        Parameters
        ----------
        sizes
            How many states the other events have; by default 2.
        """
        known = {**(sizes or {}), **self.sizes}
        axes = (*self.scope, *(name for name in scope if name not in self.scope))
        table = self.accepted.reshape(self.accepted.shape + (1,) * (len(scope) - len(self.scope)))
        shape = tuple(known.get(name, 2) for name in scope)
        return np.broadcast_to(np.transpose(table, [axes.index(name) for name in scope]), shape)


EVERYTHING = Query(scope=(), accepted=np.ones((), dtype=bool))
"""Accepts every state: its mass is the probability of the evidence."""


type Place = tuple[str, int]
"""An event, and one of its states."""


class Network(Struct, frozen=True, kw_only=True, dict=True):
    """A Bayesian network of events.

    `cells[e]` has one axis for each parent of e, then one for e itself, as long as they have states. Its entries are
    positions in the vector of local probabilities (`terms.local_probabilities`), so that `probabilities[cells[e]]`
    is P(e | parents). The network is therefore the same for every draw; only the vector changes.
    """

    parents: Mapping[str, tuple[str, ...]]
    """In topological order."""
    cells: Mapping[str, Cells]
    impossible: int
    """The position whose probability is 0."""
    names: Mapping[str, Place] = field(default_factory=dict)
    """Of states of events with more than two: "event=state"."""
    certain: Mapping[str, bool] = field(default_factory=dict)
    """Binary events known to have happened (True) or not (False), and states known to hold or not."""

    def place(self, name: str) -> Place:
        """Return the event and the state that a name stands for; of a binary event, that it happened."""
        return self.names.get(name, (name, 1))

    @cached_property
    def sizes(self) -> Mapping[str, int]:
        """How many states each event has."""
        return {event: cells.shape[-1] for event, cells in self.cells.items()}

    def table_size(self, events: Iterable[str]) -> int:
        """The number of joint states of some events."""
        return prod(self.sizes[event] for event in events)

    def condition(self, given: Iterable[str], unless: Iterable[str], scope: Sequence[str]) -> NDArray[np.bool_]:
        """Whether all that is given is so and nothing else that excludes it; one axis for each event in scope."""
        holds = np.ones(tuple(self.sizes[event] for event in scope), dtype=bool)
        for names, wanted in ((given, True), (unless, False)):
            for event, state in map(self.place, names):
                axis = (np.arange(self.sizes[event]) == state) == wanted
                holds &= axis.reshape([-1 if other == event else 1 for other in scope])
        return holds

    @cached_property
    def allowed(self) -> Mapping[str, NDArray[np.bool_]]:
        """Which states of an event agree with what is certain; events without any restriction are left out."""
        masks: dict[str, NDArray[np.bool_]] = {}
        for name, holds in self.certain.items():
            event, state = self.place(name)
            mask = (np.arange(self.sizes[event]) == state) == holds
            masks[event] = masks.get(event, np.ones_like(mask)) & mask
        return masks

    @cached_property
    def fixed(self) -> Mapping[str, int]:
        """The state of each event of which only one is left."""
        return {event: int(mask.argmax()) for event, mask in self.allowed.items() if mask.sum() == 1}

    def resolve(self, query: Query) -> Query:
        """Express a query that names states of events over the events themselves."""
        if not any(name in self.names for name in query.scope):
            return query
        scope = tuple(dict.fromkeys(self.place(name)[0] for name in query.scope))
        states = dict(zip(scope, np.indices(tuple(self.sizes[event] for event in scope)), strict=True))
        at = [
            (states[event] == state).astype(np.intp) if name in self.names else states[name]
            for name, (event, state) in ((name, self.place(name)) for name in query.scope)
        ]
        return Query(scope=scope, accepted=query.accepted[tuple(at)])

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
        stack = [self.place(event)[0] for event in events]
        while stack:
            if (event := stack.pop()) not in members:
                members.add(event)
                stack.extend(self.parents[event])
        return tuple(sorted(members, key=self.position.__getitem__))

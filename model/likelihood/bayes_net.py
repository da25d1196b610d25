"""The events as a network: which depends on which, and where in the vector of chances each entry stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import product

import numpy as np
from numpy.typing import NDArray

type Cells = NDArray[np.intp]


@dataclass(frozen=True, kw_only=True)
class Query:
    """Some joint states of some events."""

    scope: tuple[str, ...]
    accepted: NDArray[np.bool_]
    """One axis of length 2 for each event of the scope: True where the state is meant."""

    @classmethod
    def where(
        cls, *, all: Iterable[str] = (), any: Iterable[str] = (), none: Iterable[str] = (), negated: bool = False
    ) -> Query:
        """The states in which all of these, at least one of these (if there are any), and none of these happened."""
        every, some, no = tuple(all), tuple(any), tuple(none)
        scope = tuple(dict.fromkeys((*every, *some, *no)))
        grid = dict(zip(scope, np.indices((2,) * len(scope)).astype(bool), strict=True))
        accepted = np.ones((2,) * len(scope), dtype=bool)
        for name in every:
            accepted = accepted & grid[name]
        for name in no:
            accepted = accepted & ~grid[name]
        if some:
            accepted = accepted & np.logical_or.reduce([grid[name] for name in some])
        return cls(scope=scope, accepted=~accepted if negated else accepted)

    def and_(self, other: Query) -> Query:
        """The states that both mean."""
        scope = tuple(dict.fromkeys((*self.scope, *other.scope)))
        return Query(scope=scope, accepted=self.widened(scope) & other.widened(scope))

    def widened(self, scope: tuple[str, ...]) -> NDArray[np.bool_]:
        """The same states told over a wider scope."""
        shape = (2,) * len(self.scope) + (1,) * (len(scope) - len(self.scope))
        axes = (*self.scope, *(name for name in scope if name not in self.scope))
        table = self.accepted.reshape(shape)
        return np.broadcast_to(np.transpose(table, [axes.index(name) for name in scope]), (2,) * len(scope))


EVERYTHING = Query(scope=(), accepted=np.ones((), dtype=bool))


@dataclass(frozen=True, kw_only=True)
class Network:
    """Binary events in an acyclic network.

    `cells[e]` has one axis of length 2 for each parent of e, then one for e itself; its entries are positions in
    the vector of chances (`equations.chances`), so that `chances[cells[e]]` is P(e | parents).
    """

    parents: Mapping[str, tuple[str, ...]]
    """In topological order."""
    cells: Mapping[str, Cells]
    impossible: int
    """The position whose chance is 0."""
    certain: Mapping[str, bool] = field(default_factory=dict)
    """Events known to have happened (True) or not (False)."""

    @cached_property
    def unobserved(self) -> Network:
        """The same network before anything was observed."""
        return replace(self, certain={})

    @cached_property
    def position(self) -> Mapping[str, int]:
        return {event: index for index, event in enumerate(self.parents)}

    def ancestry(self, events: Iterable[str]) -> tuple[str, ...]:
        """These events and all they depend on, in topological order: the rest sums to one."""
        wanted: set[str] = set()
        stack = list(events)
        while stack:
            if (event := stack.pop()) not in wanted:
                wanted.add(event)
                stack.extend(self.parents[event])
        return tuple(sorted(wanted, key=self.position.__getitem__))

    def states(self, events: tuple[str, ...], limit: int) -> NDArray[np.intp] | None:
        """Every joint state of an ancestral set that its structure allows; dims (state, event).

        None where there are more than `limit`.
        """
        listed: list[tuple[int, ...]] = [()]
        for event in events:
            columns = [events.index(parent) for parent in self.parents[event]]
            listed = [
                (*state, value)
                for state, value in product(listed, (0, 1))
                if self.cells[event][(*(state[column] for column in columns), value)] != self.impossible
                and self.certain.get(event, bool(value)) == bool(value)
            ]
            if len(listed) > limit:
                return None
        return np.array(listed, dtype=np.intp).reshape(len(listed), len(events))

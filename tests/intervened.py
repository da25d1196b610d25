"""What follows when things are set by hand, by brute force: a sum over every joint state of the events."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from msgspec.structs import replace

from estimative.model.likelihood.bayes_net import Query
from estimative.model.spec.events import Event
from estimative.model.spec.evidence import Observation
from estimative.model.spec.scenario import Scenario
from tests.oracle import Oracle, State, possible


@dataclass(frozen=True, kw_only=True)
class Intervened:
    """One value for every quantity, as things are; then factors and events are set, then some events are seen.

    P'(state) = P(its settled events | evidence) x what its other events have by the chances as they are set, times the
    likelihood of what is told of those that are not set, as a share of all that goes with these settled events.
    """

    oracle: Oracle
    factors: Mapping[str, float] = field(default_factory=dict)
    events: Mapping[str, bool] = field(default_factory=dict)
    given: Mapping[str, bool] = field(default_factory=dict)

    def probability(self, query: Query) -> float:
        """P'(query and what is given)."""
        return math.fsum(
            mass
            for state, mass in self._masses
            if all(state[name] == happened for name, happened in self.given.items())
            and query.accepted[tuple(int(state[name]) for name in query.scope)]
        )

    @property
    def contradicts(self) -> bool:
        """Whether some settled events that may be so leave no room for what has been observed of events to come."""
        coming = self._coming
        return any(share > 0 and coming[now] == 0 for now, share in self._shares.items())

    @cached_property
    def _masses(self) -> list[tuple[State, float]]:
        shares, coming = self._shares, self._coming
        return [
            (state, shares[now] * raw / coming[now] if coming[now] > 0 else 0.0)
            for state, now, raw in self._raw
        ]  # fmt: skip

    @cached_property
    def _shares(self) -> dict[tuple[bool, ...], float]:
        """P(settled events | evidence), as things are."""
        everything = self.oracle.mass(lambda _: True)
        found = dict.fromkeys((now for _, now, _ in self._raw), 0.0)
        for now in found:
            mass = self.oracle.mass(lambda state, now=now: self._now(state) == now)
            found[now] = mass / everything if everything > 0 else 0.0
        return found

    @cached_property
    def _coming(self) -> dict[tuple[bool, ...], float]:
        """What all states with the same settled events have together."""
        found: dict[tuple[bool, ...], list[float]] = {}
        for _, now, raw in self._raw:
            found.setdefault(now, []).append(raw)
        return {now: math.fsum(masses) for now, masses in found.items()}

    @cached_property
    def _raw(self) -> list[tuple[State, tuple[bool, ...], float]]:
        """Each state, its settled events, and how its events to come go with them."""
        return [(state, self._now(state), self._told(state) * self._chance(state)) for state in self.oracle.states()]

    def _now(self, state: State) -> tuple[bool, ...]:
        return tuple(state[name] for name in self.oracle.scenario.events if name in self._settled)

    @cached_property
    def _settled(self) -> set[str]:
        return settled_in(self.oracle.scenario)

    def _chance(self, state: State) -> float:
        """Of the events to come, given those that are settled."""
        coming = [event for name, event in self.oracle.scenario.events.items() if name not in self._settled]
        return math.prod(self._of_event(event, state) for event in coming)

    def _of_event(self, event: Event, state: State) -> float:
        if event.id not in self.events:
            return self._changed.chance(event, state)[state[event.id]]
        return float(state[event.id] == (self.events[event.id] and possible(event, state)))

    @cached_property
    def _changed(self) -> Oracle:
        return replace(
            self.oracle, values={**self.oracle.values, **{f"factors.{k}": v for k, v in self.factors.items()}}
        )

    def _told(self, state: State) -> float:
        """Of the events to come that are not set; of the values as they are, not as they are set."""
        coming = set(self.oracle.scenario.events) - self._settled
        return self.oracle.told(state, about=coming - self.events.keys())


def settled_in(scenario: Scenario) -> set[str]:
    """What is settled now, what has been observed, and whatever that depends on."""
    stack = [item.about for item in scenario.evidence.values() if isinstance(item, Observation)]
    found = {event.id for event in scenario.events.values() if event.when == "now"}
    while stack:
        found.add(name := stack.pop())
        stack.extend(scenario.parents(name))
    return found

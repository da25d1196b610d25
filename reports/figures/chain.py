"""The chain of events: which event depends on which by the scenario's conditions, and the probability of each path."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from estimative.model.inference.estimates import Estimate


class Branch(Struct, frozen=True, kw_only=True):
    """One of the two ways on from an event."""

    event: str
    happens: bool


class Link(Struct, frozen=True, kw_only=True):
    """An event with its condition and its probabilities."""

    given: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    step: Estimate | None
    """Under its condition; None where that is impossible."""
    overall: Estimate

    @property
    def condition(self) -> tuple[Branch, ...]:
        """What has to be so; nothing where it cannot be."""
        if self.step is None:
            return ()
        given = (Branch(event=name, happens=True) for name in self.given)
        return (*given, *(Branch(event=name, happens=False) for name in self.unless))


class Place(Struct, frozen=True, kw_only=True):
    """The place of an event in the tree: at the end of the longest path that its condition implies."""

    name: str
    link: Link
    path: tuple[Branch, ...]
    """From the root on; empty for an event that depends on no other."""
    also: tuple[Branch, ...]
    """What the condition asks for beyond the path."""
    implied: frozenset[Branch]
    """All that is so whenever the event can happen."""
    before: Estimate | None
    """Probability of the condition; None where it does not follow."""

    def after(self, *, happens: bool) -> tuple[Branch, ...]:
        """The path over one of its branches."""
        return (*self.path, Branch(event=self.name, happens=happens))

    def step(self, *, happens: bool) -> Estimate | None:
        """Probability of a branch under the event's condition."""
        step = self.link.step
        return Estimate(value=step.value if happens else 1 - step.value, se=step.se) if step else None

    def reached(self, *, happens: bool) -> Estimate | None:
        """Probability of the whole path up to the end of a branch."""
        return self.link.overall if happens else self.before and _rest(self.before, self.link.overall)


def _rest(total: Estimate, part: Estimate) -> Estimate:
    """A difference; its two errors as if independent, so that it is rather less exact."""
    error = min(math.hypot(total.se or 0.0, part.se or 0.0), 1.0)
    return Estimate(value=max(total.value - part.value, 0.0), se=error)


type Chain = Mapping[str, Place]
"""Places by event, each after those on its path."""


def chain_of(links: Mapping[str, Link]) -> Chain:
    """Place every event once, where its condition puts it."""
    placed: dict[str, Place] = {}
    waiting = dict(links)
    while waiting:
        ready = (name for name, link in waiting.items() if not waiting.keys() & _needs(link) - {name})
        name = next(ready, next(iter(waiting)))
        placed[name] = _place(name, waiting.pop(name), placed)
    return placed


def _needs(link: Link) -> set[str]:
    return {branch.event for branch in link.condition}


def _place(name: str, link: Link, placed: Chain) -> Place:
    """On the longest path that the condition implies; of several, on the one over the event named last."""
    implied = _implied(link.condition, placed)
    forks = (branch for branch in link.condition if branch.event in placed and placed[branch.event].link.step)
    paths = (placed[branch.event].after(happens=branch.happens) for branch in forks)
    possible = [path for path in paths if implied.issuperset(_so_on(path, placed))]
    path = max(reversed(possible), key=len, default=())
    also = tuple(branch for branch in dict.fromkeys(link.condition) if branch not in _so_on(path, placed))
    before = _before(link, path, also, placed)
    return Place(name=name, link=link, path=path, also=also, implied=implied, before=before)


def _implied(condition: Iterable[Branch], placed: Chain) -> frozenset[Branch]:
    """The condition and what has to be so for it: whatever happened was possible."""
    branches = frozenset(condition)
    return branches.union(*(placed[b.event].implied for b in branches if b.happens and b.event in placed))


def _so_on(path: Sequence[Branch], placed: Chain) -> frozenset[Branch]:
    """What is so at the end of a path."""
    return frozenset(path).union(*(placed[branch.event].implied for branch in path))


def _before(link: Link, path: Sequence[Branch], also: Sequence[Branch], placed: Chain) -> Estimate | None:
    """Probability of the condition: that of the path where it is all, else from the event's own two numbers."""
    if not path and not also:
        return Estimate(value=1.0, se=0.0)
    if not also and (reached := placed[path[-1].event].reached(happens=path[-1].happens)):
        return reached
    step, overall = link.step, link.overall
    if not step or not step.value:
        return None
    total = min(overall.value / step.value, 1.0)
    errors = [(n.se or 0.0) / n.value for n in (overall, step)] if total else []
    return Estimate(value=total, se=min(total * math.hypot(*errors), 1.0))


def below(chain: Chain, path: tuple[Branch, ...]) -> Iterator[Place]:
    """The events at the end of a path."""
    return (place for place in chain.values() if place.path == path)


def longest(chain: Chain) -> tuple[Place, ...]:
    """The most events of which each needs the one before; of several as long, the first."""
    return max((_needed(place, chain) for place in chain.values()), key=len)


def _needed(place: Place, chain: Chain) -> tuple[Place, ...]:
    if not place.path or not place.path[-1].happens:
        return (place,)
    return (*_needed(chain[place.path[-1].event], chain), place)

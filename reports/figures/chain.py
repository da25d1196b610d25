"""The chain of events: what hangs on what by the scenario's own conditions, and how probable each way is."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from estimative.reports.summary import Event, Number
from estimative.reports.wording import listed


@dataclass(frozen=True, kw_only=True)
class Branch:
    """One of the two ways on from an event."""

    event: str
    happens: bool


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where an event hangs in the tree: on the last of its ways that its condition takes it to."""

    name: str
    event: Event
    way: tuple[Branch, ...]
    """Branches on which it hangs, from the root on; none where it hangs on no other event."""
    besides: tuple[Branch, ...]
    """What else has to be so."""
    implied: frozenset[Branch]
    """All that is so whenever it can happen."""
    before: Number | None
    """Probability that its condition is so; None where it cannot be told."""

    @property
    def depth(self) -> int:
        return len(self.way)

    def on(self, *, happens: bool) -> tuple[Branch, ...]:
        """The way that leads over it."""
        return (*self.way, Branch(event=self.name, happens=happens))

    def step(self, *, happens: bool) -> Number | None:
        """Probability of a branch where its condition is so; None where that cannot be."""
        link = self.event.given_previous
        if not link:
            return None
        return Number(value=link.probability if happens else 1 - link.probability, se=link.se)

    def reached(self, *, happens: bool) -> Number | None:
        """Probability that the way is gone up to a branch's end; None where it cannot be told."""
        own = Number(value=self.event.probability, se=self.event.se)
        return own if happens else self.before and _rest(self.before, own)


def _rest(whole: Number, part: Number) -> Number:
    """What is left; the two errors as if independent, though they go together, so that it is rather less exact."""
    return Number(value=max(whole.value - part.value, 0.0), se=min(math.hypot(whole.se, part.se), 1.0))


type Chain = Mapping[str, Place]
"""Places by event, none before one that it hangs on."""


def chain_of(events: Mapping[str, Event]) -> Chain:
    """Every event once, where its condition puts it."""
    placed: dict[str, Place] = {}
    waiting = dict(events)
    while waiting:
        ready = (name for name, event in waiting.items() if not waiting.keys() & _asked(event) - {name})
        name = next(ready, next(iter(waiting)))
        placed[name] = _place(name, waiting.pop(name), placed)
    return placed


def _asked(event: Event) -> set[str]:
    """The events that it is conditional on."""
    return {branch.event for branch in _condition(event)}


def _condition(event: Event) -> tuple[Branch, ...]:
    link = event.given_previous
    if not link:
        return ()
    given = (Branch(event=name, happens=True) for name in link.given)
    return (*given, *(Branch(event=name, happens=False) for name in link.unless))


def _place(name: str, event: Event, placed: Chain) -> Place:
    """On the longest way that the condition implies; of several as long, on the one over the event named last."""
    condition = _condition(event)
    implied = _implied(condition, placed)
    ways = (placed[one.event].on(happens=one.happens) for one in condition if _forks(one.event, placed))
    possible = [way for way in ways if implied.issuperset(_needed(way, placed))]
    way = max(reversed(possible), key=len, default=())
    besides = tuple(one for one in dict.fromkeys(condition) if one not in _needed(way, placed))
    before = _before(event, way, besides, placed)
    return Place(name=name, event=event, way=way, besides=besides, implied=implied, before=before)


def _forks(name: str, placed: Chain) -> bool:
    """Whether there are ways on from an event: not from one whose condition cannot be so."""
    return name in placed and placed[name].event.given_previous is not None


def _implied(condition: Iterable[Branch], placed: Chain) -> frozenset[Branch]:
    """The condition and what has to be so for it: whatever happened was possible."""
    found = frozenset(condition)
    return found.union(*(placed[one.event].implied for one in found if one.happens and one.event in placed))


def _needed(way: Sequence[Branch], placed: Chain) -> frozenset[Branch]:
    """What is so at the end of a way."""
    return frozenset(way).union(*(placed[branch.event].implied for branch in way))


def _before(event: Event, way: Sequence[Branch], besides: Sequence[Branch], placed: Chain) -> Number | None:
    """How probable the condition is: that of the way where there is no other, else what the event's own numbers say."""
    if not way and not besides:
        return Number(value=1.0, se=0.0)
    if not besides and (reached := placed[way[-1].event].reached(happens=way[-1].happens)):
        return reached
    link = event.given_previous
    if not link or not link.probability:
        return None
    whole = min(event.probability / link.probability, 1.0)
    error = whole * math.hypot(event.se / event.probability, link.se / link.probability) if whole else 0.0
    return Number(value=whole, se=min(error, 1.0))


def below(chain: Chain, way: tuple[Branch, ...]) -> Iterator[Place]:
    """The events that hang at the end of a way."""
    return (place for place in chain.values() if place.way == way)


def longest(chain: Chain) -> tuple[Place, ...]:
    """The most events of which each waits for the one before to happen; of several as many, the first."""
    chains = (_happening(place, chain) for place in chain.values())
    return max(chains, key=len)


def _happening(place: Place, chain: Chain) -> tuple[Place, ...]:
    """The events up to this one, as long as each has to have happened."""
    if not place.way or not place.way[-1].happens:
        return (place,)
    return (*_happening(chain[place.way[-1].event], chain), place)


def worded(branches: Sequence[Branch]) -> str:
    """A condition in words: "if a happens, and neither b nor c does"; empty where there is none."""
    yes = [one.event for one in branches if one.happens]
    no = [one.event for one in branches if not one.happens]
    positive = [f"{listed(yes)} {'happens' if len(yes) == 1 else 'happen'}"] if yes else []
    negative = [_negative(no, again="does" if yes else "happens")] if no else []
    return f"if {', and '.join([*positive, *negative])}" if branches else ""


def _negative(names: Sequence[str], *, again: str) -> str:
    match names:
        case [one]:
            return f"{one} does not" if again == "does" else f"{one} does not happen"
        case [one, other]:
            return f"neither {one} nor {other} {again}"
        case _:
            return f"none of {listed(names)} {again}"

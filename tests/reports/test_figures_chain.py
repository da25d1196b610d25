"""The tree of events, against listing every state."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimative.model.inference.estimates import Estimate
from estimative.model.spec.scenario import Scenario
from estimative.reports.figures.chain import Branch, Chain, Link, below, chain_of, longest
from estimative.reports.figures.tree import worded
from tests.small import weather


@dataclass(frozen=True, kw_only=True)
class Listed:
    """An event as a scenario has it."""

    chance: float
    given: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()


type Events = Mapping[str, Listed]
FLAGSHIP: Events = {
    "plan": Listed(chance=0.1),
    "invasion": Listed(chance=0.2),
    "request": Listed(chance=0.3, given=("invasion",)),
    "attack": Listed(chance=0.4, given=("invasion", "request")),
    "unasked": Listed(chance=0.05, given=("invasion",), unless=("request",)),
    "mistake": Listed(chance=0.15, given=("invasion",), unless=("attack", "unasked")),
}
"""Conditions as those of the shipped scenario."""


def possible(event: Listed, state: Mapping[str, bool]) -> bool:
    """Whether its condition holds in a state."""
    return all(state[name] for name in event.given) and not any(state[name] for name in event.unless)


def probability(events: Events, holds: Callable[[Mapping[str, bool]], bool]) -> float:
    """Of whatever holds in some states, by listing them all."""
    total = 0.0
    for values in product((True, False), repeat=len(events)):
        state = dict(zip(events, values, strict=True))
        chances = (event.chance if possible(event, state) else 0.0 for event in events.values())
        weight = math.prod(p if value else 1 - p for p, value in zip(chances, values, strict=True))
        total += weight if holds(state) else 0.0
    return total


def links(events: Events, *, backwards: bool = False) -> dict[str, Link]:
    """With the probabilities that follow."""
    result = {name: _link(events, name, event) for name, event in events.items()}
    return dict(reversed(result.items())) if backwards else result


def _link(events: Events, name: str, event: Listed) -> Link:
    overall = probability(events, lambda state: state[name])
    can_be = probability(events, lambda state: possible(event, state)) > 0
    step = Estimate(value=event.chance, se=0.0) if can_be else None
    return Link(given=event.given, unless=event.unless, step=step, overall=Estimate(value=overall, se=0.0))


def gone(path: tuple[Branch, ...], state: Mapping[str, bool], events: Events) -> bool:
    """Whether a path is gone in a state: at every branch its event was possible, and happened or did not."""
    return all(state[branch.event] == branch.happens and possible(events[branch.event], state) for branch in path)


@st.composite
def scenarios(draw: st.DrawFn) -> Events:
    """Up to six events, each on conditions among those before it."""
    events: dict[str, Listed] = {}
    for name in "abcdef"[: draw(st.integers(1, 6))]:
        roles = {other: draw(st.sampled_from(["given", "unless", "none"])) for other in events}
        events[name] = Listed(
            chance=draw(st.sampled_from([0.0, 0.2, 0.5, 1.0])),
            given=tuple(other for other, role in roles.items() if role == "given"),
            unless=tuple(other for other, role in roles.items() if role == "unless"),
        )
    return events


@given(scenarios(), st.booleans())
def test_the_probability_of_a_path_is_that_of_the_states_on_it(events: Events, backwards: bool) -> None:
    """Each branch is as probable as all states in which its event was possible and happened, or did not."""
    for name, place in chain_of(links(events, backwards=backwards)).items():
        for happens in (True, False) if place.link.step else ():
            number = place.reached(happens=happens)
            if number is None:
                assert events[name].chance == 0
                continue
            branch = (Branch(event=name, happens=happens),)
            expected = probability(events, lambda state, branch=branch: gone(branch, state, events))
            assert number.value == pytest.approx(expected, abs=1e-9)


@given(scenarios(), st.booleans())
def test_an_event_can_happen_at_its_place_and_nowhere_else(events: Events, backwards: bool) -> None:
    """Its condition holds in just the states on its path in which the rest of its condition holds."""
    for name, place in chain_of(links(events, backwards=backwards)).items():
        if place.link.step:
            apart = probability(
                events,
                lambda state, name=name, place=place: (
                    (gone(place.path, state, events) and all(state[b.event] == b.happens for b in place.also))
                    != possible(events[name], state)
                ),
            )
            assert apart == pytest.approx(0, abs=1e-12)


@given(scenarios(), st.booleans())
def test_every_event_has_one_place_after_those_on_its_path(events: Events, backwards: bool) -> None:
    """Going down all paths from the root one meets each event once."""
    chain = chain_of(links(events, backwards=backwards))

    def met(path: tuple[Branch, ...]) -> list[str]:
        places = list(below(chain, path))
        further = [name for place in places for happens in (True, False) for name in met(place.after(happens=happens))]
        return [*(place.name for place in places), *further]

    assert sorted(met(())) == sorted(events)
    names = list(chain)
    for place in chain.values():
        assert all(names.index(branch.event) < names.index(place.name) for branch in place.path)


@given(scenarios())
def test_the_order_of_the_file_changes_no_path(events: Events) -> None:
    """Whether an event comes before or after what it depends on, its place is the same."""
    forwards, backwards = (chain_of(links(events, backwards=turned)) for turned in (False, True))
    assert {name: place.path for name, place in forwards.items()} == {
        name: place.path for name, place in backwards.items()
    }


def path(chain: Chain, name: str) -> str:
    """In short: "invasion yes, request no"."""
    return ", ".join(f"{branch.event} {'yes' if branch.happens else 'no'}" for branch in chain[name].path)


def test_conditions_like_those_of_the_shipped_scenario_make_a_tree() -> None:
    """An attack needs a request, an unasked one that there is none; what needs neither is on the invasion."""
    chain = chain_of(links(FLAGSHIP))
    assert {name: path(chain, name) for name in chain} == {
        "plan": "",
        "invasion": "",
        "request": "invasion yes",
        "attack": "invasion yes, request yes",
        "unasked": "invasion yes, request no",
        "mistake": "invasion yes",
    }
    assert {branch.event for branch in chain["mistake"].also} == {"attack", "unasked"}
    assert not [name for name, place in chain.items() if place.also and name != "mistake"]
    assert [place.name for place in longest(chain)] == ["invasion", "request", "attack"]


def test_what_is_implied_need_not_be_named() -> None:
    """What happened was possible: its own condition goes without saying, whether a scenario names it or not."""
    events: Events = {
        "a": Listed(chance=0.2),
        "b": Listed(chance=0.3),
        "c": Listed(chance=0.4, given=("a", "b")),
        "d": Listed(chance=0.5, given=("c",)),
        "e": Listed(chance=0.5, given=("a", "b", "c", "d")),
    }
    chain = chain_of(links(events))
    assert [path(chain, name) for name in "cde"] == ["b yes", "b yes, c yes", "b yes, c yes, d yes"]
    assert [[branch.event for branch in chain[name].also] for name in "cde"] == [["a"], [], []]


def test_a_condition_on_an_unknown_event_or_in_a_circle_ends_nothing() -> None:
    """Every event has a place all the same, and the condition is stated in words."""
    number = Estimate(value=0.1, se=0.0)
    odd = Link(given=("b", "gone"), unless=("a",), step=number, overall=Estimate(value=0.01, se=0.0))
    chain = chain_of({"b": odd, "a": odd})
    assert set(chain) == {"a", "b"}
    assert {branch.event for place in chain.values() for branch in place.also} >= {"gone"}


WORDED = {
    "a": "Only if \u201ca\u201d happens",
    "!a": "Only if \u201ca\u201d does not happen",
    "!a b": "Only if \u201cb\u201d happens and \u201ca\u201d does not happen",
    "": "",
}


@pytest.mark.parametrize("text", WORDED)
def test_a_condition_reads_as_a_sentence(text: str) -> None:
    """What happens comes before what does not."""
    scenario: Scenario = weather()
    branches = [Branch(event=name.removeprefix("!"), happens=name[0] != "!") for name in text.split()]
    assert worded(branches, scenario) == WORDED[text]

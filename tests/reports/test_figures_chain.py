"""What hangs on what in the tree of events, against listing every state."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimative.reports.figures.chain import Branch, Chain, below, chain_of, longest, worded
from estimative.reports.summary import Event, Link
from tests.summaries import numbers


@dataclass(frozen=True, kw_only=True)
class Told:
    """An event as a scenario has it."""

    chance: float
    given: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()


type Story = Mapping[str, Told]
FLAGSHIP: Story = {
    "plan": Told(chance=0.1),
    "invasion": Told(chance=0.2),
    "request": Told(chance=0.3, given=("invasion",)),
    "attack": Told(chance=0.4, given=("invasion", "request")),
    "unasked": Told(chance=0.05, given=("invasion",), unless=("request",)),
    "mistake": Told(chance=0.15, given=("invasion",), unless=("attack", "unasked")),
}
"""Conditions as those of the shipped scenario."""


def possible(one: Told, state: Mapping[str, bool]) -> bool:
    return all(state[name] for name in one.given) and not any(state[name] for name in one.unless)


def probability(story: Story, holds: Callable[[Mapping[str, bool]], bool]) -> float:
    """Of whatever holds in some states, by listing them all."""
    total = 0.0
    for values in product((True, False), repeat=len(story)):
        state = dict(zip(story, values, strict=True))
        chances = (one.chance if possible(one, state) else 0.0 for one in story.values())
        weight = math.prod(p if value else 1 - p for p, value in zip(chances, values, strict=True))
        total += weight if holds(state) else 0.0
    return total


def events(story: Story, *, backwards: bool = False) -> dict[str, Event]:
    """With the numbers that follow."""
    found = {name: _event(story, name, one) for name, one in story.items()}
    return dict(reversed(found.items())) if backwards else found


def _event(story: Story, name: str, one: Told) -> Event:
    overall = probability(story, lambda state: state[name])
    can_be = probability(story, lambda state: possible(one, state)) > 0
    link = Link(**numbers(one.chance, 0, 0, 1, 0), given=one.given, unless=one.unless)
    return Event(**numbers(overall, 0, 0, 1, 0), title=name, when="horizon", given_previous=link if can_be else None)


def gone(way: tuple[Branch, ...], state: Mapping[str, bool], story: Story) -> bool:
    """Whether a way is gone in a state: at every branch its event was possible, and happened or did not."""
    return all(state[branch.event] == branch.happens and possible(story[branch.event], state) for branch in way)


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """Up to six events, each on conditions among those before it."""
    found: dict[str, Told] = {}
    for name in "abcdef"[: draw(st.integers(1, 6))]:
        roles = {other: draw(st.sampled_from(["given", "unless", "none"])) for other in found}
        found[name] = Told(
            chance=draw(st.sampled_from([0.0, 0.2, 0.5, 1.0])),
            given=tuple(other for other, role in roles.items() if role == "given"),
            unless=tuple(other for other, role in roles.items() if role == "unless"),
        )
    return found


@settings(max_examples=60, deadline=None)
@given(stories(), st.booleans())
def test_the_numbers_of_a_way_are_those_of_the_states_that_go_it(story: Story, backwards: bool) -> None:
    """Each branch is as probable as all states in which its event was possible and happened, or did not."""
    for name, place in chain_of(events(story, backwards=backwards)).items():
        if not place.event.given_previous:
            continue
        for happens in (True, False):
            number = place.reached(happens=happens)
            if number is None:
                assert story[name].chance == 0
                continue
            branch = (Branch(event=name, happens=happens),)
            assert number.value == pytest.approx(
                probability(story, lambda state, branch=branch: gone(branch, state, story)), abs=1e-9
            )


@settings(max_examples=60, deadline=None)
@given(stories(), st.booleans())
def test_an_event_can_happen_where_it_hangs_and_nowhere_else(story: Story, backwards: bool) -> None:
    """Its condition is so in just the states that go its way and in which the rest that is told of it is so."""
    for name, place in chain_of(events(story, backwards=backwards)).items():
        if not place.event.given_previous:
            continue

        def hangs(state: Mapping[str, bool], way: tuple[Branch, ...] = place.way) -> bool:
            return gone(way, state, story)

        def besides(state: Mapping[str, bool], rest: tuple[Branch, ...] = place.besides) -> bool:
            return all(state[one.event] == one.happens for one in rest)

        apart = probability(
            story,
            lambda state, name=name: (hangs(state) and besides(state)) != possible(story[name], state),
        )
        assert apart == pytest.approx(0, abs=1e-12)


@settings(max_examples=60, deadline=None)
@given(stories(), st.booleans())
def test_every_event_stands_once_and_after_what_it_hangs_on(story: Story, backwards: bool) -> None:
    """Going down all ways from the root one meets each event once."""
    chain = chain_of(events(story, backwards=backwards))

    def met(way: tuple[Branch, ...]) -> list[str]:
        found = []
        for place in below(chain, way):
            found += [place.name, *met(place.on(happens=True)), *met(place.on(happens=False))]
        return found

    assert sorted(met(())) == sorted(story)
    names = list(chain)
    for place in chain.values():
        assert all(names.index(branch.event) < names.index(place.name) for branch in place.way)


def way(chain: Chain, name: str) -> str:
    """In short: "invasion yes, request no"."""
    return ", ".join(f"{branch.event} {'yes' if branch.happens else 'no'}" for branch in chain[name].way)


def test_conditions_like_the_flagship_s_make_a_tree() -> None:
    """An attack hangs on a request, an unasked one on there being none; what needs both not to be, on the invasion."""
    chain = chain_of(events(FLAGSHIP))
    assert {name: way(chain, name) for name in chain} == {
        "plan": "",
        "invasion": "",
        "request": "invasion yes",
        "attack": "invasion yes, request yes",
        "unasked": "invasion yes, request no",
        "mistake": "invasion yes",
    }
    assert worded(chain["mistake"].besides) == "if neither attack nor unasked happens"
    assert not [name for name, place in chain.items() if place.besides and name != "mistake"]
    assert [place.name for place in longest(chain)] == ["invasion", "request", "attack"]


@settings(max_examples=60, deadline=None)
@given(stories())
def test_the_order_of_the_file_changes_no_way(story: Story) -> None:
    """Whether an event stands before or after what it hangs on, it hangs on the same."""
    forwards, backwards = (chain_of(events(story, backwards=turned)) for turned in (False, True))
    assert {name: place.way for name, place in forwards.items()} == {
        name: place.way for name, place in backwards.items()
    }


def test_what_is_implied_need_not_be_named_and_is_not_said_again() -> None:
    """What happened was possible: its own condition goes without saying, whether a scenario names it or not."""
    story: Story = {
        "a": Told(chance=0.2),
        "b": Told(chance=0.3),
        "c": Told(chance=0.4, given=("a", "b")),
        "d": Told(chance=0.5, given=("c",)),
        "e": Told(chance=0.5, given=("a", "b", "c", "d")),
    }
    chain = chain_of(events(story))
    assert [way(chain, name) for name in "cde"] == ["b yes", "b yes, c yes", "b yes, c yes, d yes"]
    assert {name: worded(chain[name].besides) for name in "cde"} == {"c": "if a happens", "d": "", "e": ""}


def test_an_event_that_is_not_told_is_a_condition_all_the_same() -> None:
    """A condition on what has no numbers here stands in words; one on itself or in a circle ends nothing."""
    story: Story = {"a": Told(chance=0.2), "b": Told(chance=0.1, given=("a",))}
    told = events(story)
    link = told["b"].given_previous
    assert link
    round_about = Link(**numbers(0.1, 0, 0, 1, 0), given=("b", "gone"), unless=("a",))
    odd = Event(**numbers(0.01, 0, 0, 1, 0), title="", when="now", given_previous=round_about)
    chain = chain_of({"b": odd, "a": odd})
    assert set(chain) == {"a", "b"}
    assert {one.event for place in chain.values() for one in place.besides} >= {"gone"}


WORDED = {
    "a": "if a happens",
    "a b": "if a and b happen",
    "!a": "if a does not happen",
    "!a !b": "if neither a nor b happens",
    "!a !b !c": "if none of a, b and c happens",
    "a !b": "if a happens, and b does not",
    "a b !c !d": "if a and b happen, and neither c nor d does",
    "": "",
}


@pytest.mark.parametrize("said", WORDED)
def test_a_condition_reads_as_a_sentence(said: str) -> None:
    """Singular and plural, what happens before what does not."""
    branches = [Branch(event=one.removeprefix("!"), happens=one[0] != "!") for one in said.split()]
    assert worded(branches) == WORDED[said]

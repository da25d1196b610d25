"""Queries are sets of joint states, and a network knows which events and states matter."""

from __future__ import annotations

from itertools import product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from estimative.model.likelihood.bayes_net import EVERYTHING, Query
from estimative.model.likelihood.layout_builder import structure_of
from estimative.model.spec.events import Driver, Event
from tests.scenarios import scenario_of

EVENTS = ("a", "b", "c", "d")
subsets = st.lists(st.sampled_from(EVENTS), unique=True)
queries = st.builds(
    lambda all_, any_, none, negated: Query.where(all=all_, any=any_, none=none, negated=negated),
    subsets,
    subsets,
    subsets,
    st.booleans(),
)


def accepts(query: Query, state: dict[str, int]) -> bool:
    return bool(query.accepted[tuple(state[name] for name in query.scope)])


def states() -> list[dict[str, int]]:
    """List every joint state of the events."""
    return [dict(zip(EVENTS, values, strict=True)) for values in product((0, 1), repeat=len(EVENTS))]


@given(all_=subsets, any_=subsets, none=subsets)
def test_a_query_accepts_what_its_words_say(all_: list[str], any_: list[str], none: list[str]) -> None:
    """All of these, at least one of those where there are any, and none of the others; negated, every other state."""
    query, negated = (Query.where(all=all_, any=any_, none=none, negated=negated) for negated in (False, True))
    for state in states():
        expected = all(state[name] for name in all_) and not any(state[name] for name in none)
        expected = expected and (not any_ or any(state[name] for name in any_))
        assert accepts(query, state) == expected
        assert accepts(negated, state) != expected


@given(first=queries, second=queries)
def test_and_is_the_intersection(first: Query, second: Query) -> None:
    """A state belongs to both queries if and only if it belongs to their intersection, in either order."""
    for state in states():
        both = accepts(first, state) and accepts(second, state)
        assert accepts(first.and_(second), state) == accepts(second.and_(first), state) == both
    assert np.array_equal(first.and_(EVERYTHING).accepted, first.accepted)


@given(query=queries, scope=st.permutations(EVENTS))
def test_a_wider_scope_has_the_same_states(query: Query, scope: list[str]) -> None:
    """Expanded to more events, in any order, a query accepts the same states."""
    expanded = Query(scope=tuple(scope), accepted=query.expand(tuple(scope)))
    assert all(accepts(expanded, state) == accepts(query, state) for state in states())


CHAIN = scenario_of(
    Event(id="a", title=""),
    Event(id="b", title="", drivers=(Driver(name="a", sign=1),)),
    Event(id="c", title="", given=("b",)),
    Event(id="d", title="", drivers=(Driver(name="a", sign=1),)),
)


def test_ancestry_is_what_events_depend_on() -> None:
    """An event's ancestral set is itself and all it depends on, each after its parents, without barren events."""
    network = structure_of(CHAIN).network
    assert network.ancestry(["c"]) == ("a", "b", "c")
    assert network.ancestry(["d", "a"]) == ("a", "d")
    assert network.ancestry([]) == ()

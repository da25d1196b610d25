"""What the state of an event says of other answers, against a list of all worlds."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given, reject
from hypothesis import strategies as st
from msgspec.structs import replace

from estimative.model.record.consistency import decided_outcomes, facts, inconsistencies
from estimative.model.record.resolutions import Resolution
from estimative.model.spec.events import OTHERWISE, PARTS, Outcome
from estimative.model.spec.scenario import Scenario
from estimative.priors.errors import InvalidInput
from tests.leak import SCENARIO, assessed
from tests.oracle import conditioned
from tests.scores_made import entry, resolution, state_resolution, states

type World = Mapping[str, bool]


@cache
def scenario() -> Scenario:
    """The leak; its severity has the condition that the file is sold."""
    with TemporaryDirectory() as folder:
        return assessed(Path(folder), SCENARIO).scenario


def worlds() -> Iterator[World]:
    """Everything that can be so: a severity only of a sale."""
    events = scenario().events
    for sale, actor, severity, reaction in itertools.product(
        (False, True), events["actor"].states, ("", *events["severity"].states), events["reaction"].states
    ):
        if sale == bool(severity):
            holds = {f"actor={actor}", f"severity={severity}", f"reaction={reaction}", *(["sale"] if sale else [])}
            yield {name: name in holds for name in scenario().literals}


def answer(outcome: Outcome, world: World) -> str:
    """The answer to an outcome in a world."""
    if not conditioned(outcome, world):
        return "void"
    every = all(world[name] for name in outcome.all) and not any(world[name] for name in outcome.none)
    return "yes" if every and (not outcome.any or any(world[name] for name in outcome.any)) else "no"


def state_of(event: str, state: str) -> Resolution:
    """The answer that an event of the leak has this state."""
    own = scenario().events[event].states
    named = tuple(replace(one, state=name) for one, name in zip(states(*[1 / len(own)] * len(own)), own, strict=True))
    answered = state_resolution(1, (0.5, 0.5), "s0", scenario="leak", event=event)
    forecast = replace(answered.forecast, states=named)
    return replace(answered, forecast=forecast, state=state, occurred=True if state in own else None)


def possible(given_state: Resolution) -> list[World]:
    """The worlds in which an event has this state, or its condition is not met."""
    event, state = given_state.forecast.event, given_state.state
    own = [f"{event}={name}" for name in scenario().events[event].states]
    if state == OTHERWISE:
        return [world for world in worlds() if not any(world[name] for name in own)]
    return [world for world in worlds() if world[f"{event}={state}"]]


STATES = [
    ("actor", "insider"), ("actor", "state"), ("severity", "major"), ("severity", OTHERWISE), ("reaction", "note"),
]  # fmt: skip
LITERALS = st.lists(
    st.sampled_from(["sale", "actor=insider", "actor=state", "severity=minor", "severity=major", "reaction=note"]),
    max_size=2,
    unique=True,
).map(tuple)
OUTCOMES = st.builds(Outcome, id=st.just("o"), title=st.just("O"), **dict.fromkeys(PARTS, LITERALS))


@pytest.mark.parametrize(("event", "state"), STATES)
def test_facts_are_what_all_worlds_share(event: str, state: str) -> None:
    """What follows from a state is exactly what is so in every world with it."""
    resolved = state_of(event, state)
    shared = {
        name: values.pop()
        for name in scenario().literals
        if len(values := {world[name] for world in possible(resolved)}) == 1
    }
    assert facts(scenario(), resolved) == shared


@example(("actor", "state"), Outcome(id="o", title="O", any=("sale",), given=("sale",)), False)
@given(st.sampled_from(STATES), OUTCOMES, st.booleans())
def test_an_answer_is_refused_only_where_no_world_has_it(pair: tuple[str, str], outcome: Outcome, so: bool) -> None:
    """An answer that some world has is never refused; with at most one name in the outcome, every other one is."""
    resolved = state_of(*pair)
    answers = {answer(outcome, world) for world in possible(resolved)}
    try:
        changed = replace(scenario(), outcomes={"o": outcome}, headline="o")
    except InvalidInput:
        reject()
    earlier = entry(3, replace(resolution(2, so), forecast=resolution(2, scenario="leak", outcome="o").forecast))
    issues = list(inconsistencies(changed, resolved, [earlier], "log"))
    if ("yes" if so else "no") in answers:
        assert not issues
    elif len(outcome.names) <= 1:
        [issue] = issues
        assert f"line 3 answers o with {'yes' if so else 'no'}" in str(issue)
    decided = [each.word for each in decided_outcomes(changed, resolved, ["o"])]
    assert not decided or set(decided) == answers
    if len(outcome.names) <= 1:
        assert bool(decided) == (len(answers) == 1)


def test_what_a_condition_excludes_cannot_bring_the_outcome_about() -> None:
    """A yes, where an insider did not do it and the sale, the only other way, must not have happened."""
    outcome = Outcome(id="o", title="O", any=("sale", "actor=insider"), unless=("sale",))
    changed = replace(scenario(), outcomes={"o": outcome}, headline="o")
    earlier = entry(3, replace(resolution(2, True), forecast=resolution(2, scenario="leak", outcome="o").forecast))
    [issue] = inconsistencies(changed, state_of("actor", "state"), [earlier], "log")
    assert "line 3 answers o with yes" in str(issue)


def test_states_exclude_each_other() -> None:
    """A state contradicts another one that excludes its condition; what is void or of another scenario does not."""
    changed = replace(
        scenario(),
        events={**scenario().events, "severity": replace(scenario().events["severity"], given=("actor=state",))},
    )
    major, insider = state_of("severity", "major"), state_of("actor", "insider")
    [issue] = inconsistencies(changed, major, [entry(4, insider)], "log")
    assert "the answer about the state of severity is major, but line 4 answers the state of actor with insider" in str(
        issue
    )
    assert not list(inconsistencies(changed, major, [entry(4, state_of("actor", "state"))], "log"))
    assert not list(inconsistencies(changed, major, [entry(4, replace(insider, state="", occurred=None))], "log"))
    other = replace(insider, forecast=replace(insider.forecast, scenario="another"))
    assert not list(inconsistencies(changed, major, [entry(4, other)], "log"))


def test_the_condition_of_a_condition_follows() -> None:
    """A severity is one of a sale, and where only a foreign state would sell, it excludes every other actor."""
    sale = replace(scenario().events["sale"], given=("actor=state",))
    changed = replace(scenario(), events={**scenario().events, "sale": sale})
    known = facts(changed, state_of("severity", "major"))
    assert (known["sale"], known["actor=state"], known["actor=insider"]) == (True, True, False)
    assert list(
        inconsistencies(changed, state_of("severity", "major"), [entry(4, state_of("actor", "insider"))], "log")
    )

"""Sums over many events are exact and of linear cost, and impossible evidence is reported."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from estimative.model.likelihood.backend import NUMPY
from estimative.model.likelihood.bayes_net import EVERYTHING, Query
from estimative.model.likelihood.layout_builder import structure_of
from estimative.model.likelihood.log_joint import log_likelihood
from estimative.model.likelihood.queries import evaluate_queries, targets
from estimative.model.likelihood.soft_evidence import soft_evidence
from estimative.model.likelihood.terms import terms
from estimative.model.likelihood.theta import Theta
from estimative.model.likelihood.variable_elimination import Contradiction, by_elimination
from estimative.model.spec.events import Driver, Event, Outcome
from estimative.model.spec.evidence import Evidence, Indicator, Observation
from estimative.model.spec.scenario import Scenario
from tests.strategies import Valued, valued

RELATIVE = 1e-12
"""Sixty small sums and products of doubles: sixty times the rounding of a double, 60 x 2e-16."""


def scenario_of(events: Sequence[Event], evidence: Sequence[Evidence] = ()) -> Scenario:
    return Scenario(
        id="network",
        title="",
        question="",
        as_of=datetime.date(2026, 1, 1),
        until=datetime.date(2027, 1, 1),
        headline="last",
        events={event.id: event for event in events},
        outcomes={"last": Outcome(id="last", title="", all=(events[-1].id,))},
        evidence={item.id: item for item in evidence},
    )


def indicators(names: Sequence[str]) -> list[Evidence]:
    """Make an indicator about each event, for and against in turn."""
    return [
        Indicator(id=f"sign_{name}", about=name, supports=index % 2 == 0, title="", source="")
        for index, name in enumerate(names)
    ]


def chain(length: int) -> Scenario:
    """Make a chain in which each event raises the odds of the next; every third has an indicator, the last included."""
    events = [
        Event(id=f"e{i}", title="", drivers=(Driver(name=f"e{i - 1}", sign=1),) if i else ()) for i in range(length)
    ]
    return scenario_of(events, indicators([f"e{i}" for i in range(length - 1, 0, -3)]))


def branching(size: int) -> Scenario:
    """Make a binary tree in which each event depends on the event above it; the leaves have indicators."""
    events = [
        Event(id=f"e{i}", title="", form="table", table_parents=(f"e{(i - 1) // 2}",) if i else ()) for i in range(size)
    ]
    return scenario_of(events, indicators([f"e{i}" for i in range(size // 2, size)]))


def gathering(size: int) -> Scenario:
    """Make a binary tree in which each event depends on the two below it."""
    events = [
        Event(
            id=f"e{i}",
            title="",
            form="table",
            table_parents=tuple(f"e{child}" for child in (2 * i + 1, 2 * i + 2) if child < size),
        )
        for i in range(size)
    ]
    return scenario_of(events[::-1])


def chance_in_chain(values: Mapping[str, float], index: int, before: bool) -> float:
    """P(event | whether the event before it happened)."""
    base = values[f"events.e{index}"]
    odds = base / (1 - base) * (values[f"effects.e{index}.e{index - 1}"] if before else 1.0)
    return odds / (1 + odds)


def likelihood(scenario: Scenario, values: Mapping[str, float], event: str, happened: bool) -> float:
    """P(indicator of an event | whether it happened), up to a constant: half of its ratio, in logarithms, each way."""
    item = scenario.evidence.get(f"sign_{event}")
    if not isinstance(item, Indicator):
        return 1.0
    return values[f"evidence.{item.id}"] ** (0.5 if item.supports == happened else -0.5)


def branch_masses(scenario: Scenario, values: Mapping[str, float], fixed: str = "") -> float:
    """P(evidence), or P(evidence and an event), by recursion down a chain or a branching tree."""
    size = len(scenario.events)
    children: dict[int, list[int]] = {i: [] for i in range(size)}
    for i in range(1, size):
        children[int(scenario.parents(f"e{i}")[0][1:])].append(i)

    @cache
    def below(index: int, above: bool) -> float:
        """P(indicators of an event and of all below it | whether the event above it happened)."""
        return sum(chance(index, above, here) * from_here(index, here) for here in (False, True))

    def from_here(index: int, here: bool) -> float:
        if fixed == f"e{index}" and not here:
            return 0.0
        mass = likelihood(scenario, values, f"e{index}", here)
        for child in children[index]:
            mass *= below(child, here)
        return mass

    def chance(index: int, above: bool, here: bool) -> float:
        if scenario.events[f"e{index}"].form == "odds":
            yes = chance_in_chain(values, index, above) if index else values["events.e0"]
        else:
            yes = values[f"tables.e{index}.{f'e{(index - 1) // 2}' if above else 'none'}"]
        return yes if here else 1 - yes

    return below(0, False)


def chance_in_gathering(values: Mapping[str, float], size: int, index: int) -> float:
    """P(event): the two trees below it are independent of each other."""
    below = [child for child in (2 * index + 1, 2 * index + 2) if child < size]
    total = 0.0
    for state in range(1 << len(below)):
        happened = [child for place, child in enumerate(below) if state >> place & 1]
        mass = 1.0
        for child in below:
            p = chance_in_gathering(values, size, child)
            mass *= p if child in happened else 1 - p
        total += mass * values[f"tables.e{index}.{'+'.join(f'e{child}' for child in happened) or 'none'}"]
    return total


@pytest.mark.parametrize("scenario", [chain(40), branching(60)], ids=["chain of 40", "tree of 60"])
def test_long_chains_and_trees_are_exact(scenario: Scenario) -> None:
    """A chain of 40 events and a binary tree of 60 have the likelihood and answers of a recursion."""
    scene = valued(scenario, seed=3)
    structure = structure_of(scenario)
    totals = [branch_masses(scenario, values) for values in scene.draws]
    result = log_likelihood(NUMPY, structure, scene.theta)
    assert np.exp(result) == pytest.approx(totals, rel=RELATIVE)
    every = targets(scenario)
    answers = evaluate_queries(structure, scene.theta, every)
    for target, shares in zip(every, answers.yes, strict=True):
        event = target.id if target.kind == "event" else list(scenario.events)[-1]
        parts = [branch_masses(scenario, values, event) for values in scene.draws]
        assert shares == pytest.approx(np.divide(parts, totals), rel=RELATIVE), event


def test_events_that_gather_are_exact() -> None:
    """Of sixty events that each depend on two others, the last has the probability of a recursion."""
    scenario = gathering(60)
    scene = valued(scenario, seed=4)
    [answer] = evaluate_queries(structure_of(scenario), scene.theta, targets(scenario)[:1]).yes
    expected = [chance_in_gathering(values, 60, 0) for values in scene.draws]
    assert answer == pytest.approx(expected, rel=RELATIVE)


class Counted(np.ndarray[Any, Any]):
    """An array that counts the elements read by arithmetic on it."""

    touched = 0

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        plain = [each.view(np.ndarray) if isinstance(each, Counted) else each for each in inputs]
        Counted.touched += sum(np.size(each) for each in plain)
        result = getattr(ufunc, method)(*plain, **options)
        return np.asarray(result).view(Counted)


def work(scenario: Scenario, query: Query = EVERYTHING) -> int:
    """Count the elements read by a sum over all events of a scenario, at a single draw."""
    scene = valued(scenario, seed=5, draws=1)
    structure = structure_of(scenario)
    chances = terms(NUMPY, structure, scene.theta).probabilities.view(Counted)
    Counted.touched = 0
    by_elimination(NUMPY, structure.network, chances, soft_evidence(NUMPY, structure, scene.theta), [query])
    return Counted.touched


@pytest.mark.parametrize("build", [chain, branching])
def test_elimination_is_linear_work(build: Any) -> None:
    """Twice as many events in a chain or a tree cost elimination twice the work, not four times."""
    small, middle, large = (work(build(size)) for size in (16, 31, 61))
    # A tolerance of a twentieth, since the ends of a chain and the last row of a tree cost less.
    assert large - middle == pytest.approx(2 * (middle - small), rel=0.05)
    assert large < 61 * 50, "a few small tables for each event"


def test_barren_events_cost_nothing() -> None:
    """Events that neither the evidence nor the query depends on are not summed over."""
    query = Query.where(all=["e3"])
    short, long = (
        work(scenario_of(list(chain(length).events.values()), indicators(["e2"])), query) for length in (4, 40)
    )
    assert short == long


def alarm(*, fire: float, observed: tuple[str, ...] = ("smoke",)) -> tuple[Valued, Theta]:
    """Observe smoke, which needs fire: fire has probability `fire` at the first draw, 0.25 at the second."""
    events = [
        Event(id="fire", title="", form="table"),
        Event(id="smoke", title="", form="table", table_parents=("fire",)),
    ]
    scenario = scenario_of(
        events, [Observation(id=f"o_{name}", about=name, happened=True, title="", source="") for name in observed]
    )
    scene = valued(scenario, seed=7)
    draws = tuple(
        {"tables.fire.none": chance, "tables.smoke.none": 0.0, "tables.smoke.fire": 0.5} for chance in (fire, 0.25)
    )
    scene = replace(scene, draws=draws)
    return scene, scene.theta


def test_impossible_evidence_is_a_contradiction() -> None:
    """Evidence that is impossible at every draw is a contradiction."""
    scene, theta = alarm(fire=0.0)
    theta = replace(theta, degree=theta.degree[:, :1], log_ratio=theta.log_ratio[:, :1])
    with pytest.raises(Contradiction, match="contradicts itself"):
        evaluate_queries(structure_of(scene.scenario), theta, targets(scene.scenario))


def test_impossible_draws_have_no_probability() -> None:
    """A draw at which the evidence is impossible has log-evidence -inf and probability 0 of everything."""
    scene, theta = alarm(fire=0.0)
    result = evaluate_queries(structure_of(scene.scenario), theta, targets(scene.scenario))
    assert result.log_evidence == pytest.approx([-np.inf, np.log(0.25 * 0.5)])
    assert result.yes.tolist() == [[0.0, 1.0]] * 3
    assert result.given.tolist() == [[0.0, 1.0]] * 3


def test_nothing_is_contradicted_before_the_evidence() -> None:
    """Without the evidence, an observation that the priors exclude does not matter."""
    scene, theta = alarm(fire=0.0)
    result = evaluate_queries(structure_of(scene.scenario), theta, targets(scene.scenario), evidence=False)
    assert result.yes[1].tolist() == [0.0, 0.25]


def test_the_impossible_has_no_mass() -> None:
    """The log-likelihood is -inf, not NaN, where a table entry of 0 excludes the observation."""
    scene, theta = alarm(fire=0.0, observed=("smoke", "fire"))
    result = log_likelihood(NUMPY, structure_of(scene.scenario), theta)
    assert result == pytest.approx([-np.inf, np.log(0.25 * 0.5)])


def test_a_network_without_a_possible_state_has_no_mass() -> None:
    """The mass of a network without any possible state is 0."""
    events = [Event(id="rain", title=""), Event(id="flood", title="", given=("rain",))]
    scene = valued(scenario_of(events), seed=8)
    structure = structure_of(scene.scenario)
    impossible = replace(structure.network, certain={"rain": False, "flood": True})
    chances = terms(NUMPY, structure, scene.theta).probabilities
    evidence = soft_evidence(NUMPY, structure, scene.theta)
    assert by_elimination(NUMPY, impossible, chances, evidence, [EVERYTHING]).tolist() == [[-np.inf, -np.inf]]

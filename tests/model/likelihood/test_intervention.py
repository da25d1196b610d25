"""Setting things by hand, against a sum over every joint state, and against what can be reckoned on paper."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

from estimative.model.likelihood.bayes_net import EVERYTHING, Query
from estimative.model.likelihood.intervention import Intervention, InterventionBase, check_intervention
from estimative.model.likelihood.layout import Structure
from estimative.model.likelihood.layout_builder import structure_of
from estimative.model.likelihood.queries import QueryProbabilities, Target, evaluate_queries, targets
from estimative.model.likelihood.theta import Theta
from estimative.model.likelihood.variable_elimination import Contradiction
from estimative.model.spec.events import Driver, Event
from estimative.model.spec.evidence import Indicator, Observation
from estimative.model.spec.quantities import Quantities
from estimative.model.spec.scenario import Scenario
from estimative.model.spec.scenario_file import find_scenario, read_scenario
from tests.examples import examples
from tests.intervened import Intervened, settled_in
from tests.scenarios import SAID, scenario_of
from tests.strategies import Valued, everything, scenarios, valued, values_of

RELATIVE = 1e-10
"""Sums of at most 256 products of some ten doubles keep twelve digits and more."""
NOTHING = Intervention()


def evaluate_under(
    structure: Structure,
    theta: Theta,
    chosen: tuple[Target, ...],
    intervention: Intervention,
    given: Mapping[str, bool] | None = None,
) -> QueryProbabilities:
    """Evaluate targets under a single intervention."""
    return InterventionBase.of(structure, theta, chosen, given or {}).under(intervention)


def close(numbers: Any) -> Any:
    return pytest.approx(numbers, rel=RELATIVE, abs=RELATIVE)


class Scene(Struct, frozen=True, kw_only=True, dict=True):
    """A scenario with values, what is set in it by hand, and what is then seen."""

    valued: Valued
    intervention: Intervention
    given: Mapping[str, bool]

    @cached_property
    def oracles(self) -> tuple[Intervened, ...]:
        factors, events = self.intervention.factors, self.intervention.events
        return tuple(
            Intervened(oracle=oracle, factors=factors, events=events, given=self.given)
            for oracle in self.valued.oracles
        )

    def probabilities(self, chosen: tuple[Target, ...] | None = None) -> QueryProbabilities:
        """By the package."""
        scenario = self.valued.scenario
        chosen = targets(scenario) if chosen is None else chosen
        return evaluate_under(structure_of(scenario), self.valued.theta, chosen, self.intervention, self.given)


@st.composite
def scenes(draw: st.DrawFn, *, given_events: int = 2) -> Scene:
    """Random scenarios, and whatever may be set and seen there; the evidence is possible in all draws."""
    settled = draw(settled_scenarios())
    assume(all(math.isfinite(oracle.log_likelihood) for oracle in settled.oracles))
    scenario = settled.scenario
    which = draw(st.sampled_from(["factors", "events", "both"]))
    degrees = st.floats(0, 1) | st.sampled_from([0.0, 1.0])
    factors = draw(some(scenario.factors if which != "events" else (), degrees, 3))
    events = draw(some(settable(scenario) if which != "factors" else (), st.booleans(), 3))
    given_ = draw(st.just({}) | some(scenario.events, st.booleans(), given_events))
    scene = Scene(valued=settled, intervention=Intervention(factors=factors, events=events), given=given_)
    assume(not any(oracle.contradicts for oracle in scene.oracles))
    assume(any(oracle.probability(EVERYTHING) > 0 for oracle in scene.oracles))
    return scene


def some(names: Any, values: st.SearchStrategy[Any], most: int) -> st.SearchStrategy[dict[str, Any]]:
    """Values for a few names; for none where there are none."""
    if not (names and most):
        return st.just({})
    return st.dictionaries(st.sampled_from(list(names)), values, min_size=1, max_size=most)


def driver(name: str, sign: Any = 1) -> Driver:
    return Driver(name=name, sign=sign)


@st.composite
def settled_scenarios(draw: st.DrawFn) -> Valued:
    """Random scenarios in which most of what can be settled is, and drives something that is not."""
    scenario = draw(scenarios(least_events=3, most_events=5))
    events = dict(scenario.events)
    for name in scenario.order:
        can = not events[name].takes_time and all(events[p].when == "now" for p in scenario.parents(name))
        settled = can and draw(st.integers(0, 3)) > 0
        events[name] = replace(
            events[name], when="now" if settled else "horizon", timing=None if settled else events[name].timing
        )
    now = [name for name in scenario.order if events[name].when == "now"]
    coming = [name for name in scenario.order if events[name].when == "horizon" and events[name].form != "table"]
    if now and coming:
        event, name = events[draw(st.sampled_from(coming))], draw(st.sampled_from(now))
        known = {parent.name for parent in event.drivers}
        more = () if name in known else (driver(name, draw(st.sampled_from([1, -1]))),)
        events[event.id] = replace(event, drivers=(*event.drivers, *more))
    return draw(values_of(replace(scenario, events=events)))


def settable(scenario: Scenario) -> list[str]:
    settled = settled_in(scenario)
    return [name for name in scenario.events if name not in settled]


@examples(8)
@given(scene=scenes())
def test_answers_are_shares_of_the_joint_states(scene: Scene) -> None:
    """Whatever is set and then seen, every target and its condition has what its joint states have together."""
    check(scene)


def check(scene: Scene) -> None:
    chosen, result = targets(scene.valued.scenario), scene.probabilities()
    for index, target in enumerate(chosen):
        assert result.yes[index] == close([oracle.probability(target.yes) for oracle in scene.oracles])
        assert result.given[index] == close([oracle.probability(target.given) for oracle in scene.oracles])
    assert (result.yes <= result.given).all()
    assert (result.given <= 1).all()


FIXED: list[tuple[str, Intervention, Mapping[str, bool]]] = [
    ("everything", Intervention(factors={"calm": 0.0}), {}),
    ("everything", Intervention(events={"war": True}), {"truce": False}),
    ("everything", Intervention(factors={"alarm": 1.0}, events={"crisis": True, "truce": False}), {"plan": True}),
    ("flagship", Intervention(factors={"deterrence": 0.9, "mistrust": 0.1}), {"invasion": True}),
    ("flagship", Intervention(events={"request": True}), {"invasion": True, "attack": False}),
    ("flagship", Intervention(events={"invasion": True, "attack": False}), {}),
    ("asia", Intervention(events={"either": True}), {"dyspnoea": True}),
]


@pytest.mark.parametrize(("name", "intervention", "given_"), FIXED)
def test_fixed_scenarios(name: str, intervention: Intervention, given_: Mapping[str, bool]) -> None:
    """The shipped scenarios, and one with every kind of evidence, have the answers of a brute-force sum."""
    shipped = {"flagship": "coordinated-attack", "asia": "asia"}
    scenario = read_scenario(find_scenario(shipped[name])) if name in shipped else everything()
    unobserved = {key: item for key, item in scenario.evidence.items() if not isinstance(item, Observation)}
    scenario = replace(scenario, evidence=unobserved)  # what led to an observed event cannot be set
    if name == "asia":
        scenario = replace(scenario, events={k: replace(e, when="horizon") for k, e in scenario.events.items()})
    check(Scene(valued=valued(scenario, seed=3, draws=3), intervention=intervention, given=given_))


@examples(8)
@given(scene=settled_scenarios())
def test_setting_nothing_changes_nothing(scene: Valued) -> None:
    """An intervention that sets nothing leaves every answer as it is."""
    assume(all(math.isfinite(oracle.log_likelihood) for oracle in scene.oracles))
    structure, chosen = structure_of(scene.scenario), targets(scene.scenario)
    check_same(
        evaluate_under(structure, scene.theta, chosen, NOTHING), evaluate_queries(structure, scene.theta, chosen)
    )


def check_same(result: QueryProbabilities, expected: QueryProbabilities) -> None:
    assert result.yes == close(expected.yes)
    assert result.given == close(expected.given)
    assert result.log_evidence == close(expected.log_evidence)


@examples(8)
@given(scene=settled_scenarios(), value=st.floats(0, 1) | st.sampled_from([0.0, 1.0]))
def test_setting_a_factor_where_it_is_changes_nothing(scene: Valued, value: float) -> None:
    """A factor that has one value in all draws, set to that value, leaves every answer as it is."""
    assume(scene.scenario.factors)
    factor = next(iter(scene.scenario.factors))
    known = replace(scene, draws=tuple({**values, f"factors.{factor}": value} for values in scene.draws))
    assume(all(math.isfinite(oracle.log_likelihood) for oracle in known.oracles))
    structure, chosen = structure_of(scene.scenario), targets(scene.scenario)
    result = evaluate_under(structure, known.theta, chosen, Intervention(factors={factor: value}))
    check_same(result, evaluate_queries(structure, known.theta, chosen))


@examples(8)
@given(scene=scenes(given_events=0))
def test_what_is_settled_does_not_respond(scene: Scene) -> None:
    """Nothing that is set has an effect on an event that is settled, or on how probable the evidence is."""
    scenario = scene.valued.scenario
    settled = [name for name, event in scenario.events.items() if event.when == "now"]
    chosen = tuple(Target(kind="event", id=name, yes=Query.where(all=[name]), given=EVERYTHING) for name in settled)
    together = Target(kind="outcome", id="", yes=Query.where(all=settled[:6]), given=Query.where(none=settled[6:9]))
    chosen = (*chosen, together)
    expected = evaluate_queries(structure_of(scenario), scene.valued.theta, chosen)
    check_same(scene.probabilities(chosen), expected)


@examples(8)
@given(scene=scenes(), happens=st.booleans())
def test_a_set_event_happens_where_it_can_or_never(scene: Scene, happens: bool) -> None:
    """An event set to happen does so wherever `given` and `unless` allow it and nowhere else; set not to, never."""
    scenario = scene.valued.scenario
    assume(coming := settable(scenario))
    event = scenario.events[coming[0]]
    events = {**scene.intervention.events, event.id: happens}
    scene = replace(scene, intervention=replace(scene.intervention, events=events))
    assume(any(oracle.probability(EVERYTHING) > 0 for oracle in scene.oracles))
    can = Query.where(all=event.given, none=event.unless)
    result = scene.probabilities((Target(kind="event", id=event.id, yes=Query.where(all=[event.id]), given=can),))
    possible_mass = scene.probabilities((Target(kind="event", id="", yes=can, given=EVERYTHING),))
    assert result.yes[0] == close(possible_mass.yes[0] if happens else np.zeros_like(possible_mass.yes[0]))
    both = Target(kind="event", id="", yes=Query.where(all=[event.id, *event.given], none=event.unless), given=can)
    assert scene.probabilities((both,)).yes[0] == close(result.yes[0])


HALF = {
    "events.x": 0.25, "events.y": 0.25, "events.c": 0.5, "factors.c": 0.5,
    "effects.x.c": 9.0, "effects.y.c": 9.0, "effects.y.x": 3.0,
}  # fmt: skip
"""C is as likely as not, x has odds of 1 to 3 without it and 3 to 1 with it, and y the same, times 3 after x."""


def confounded(*, when: str, evidence: tuple[Indicator, ...] = ()) -> Scenario:
    """C drives x and y, and x drives y; C is an event, settled or to come, or a factor."""
    x = Event(id="x", title="", drivers=(driver("c"),))
    y = Event(id="y", title="", drivers=(driver("c"), driver("x")))
    if when == "factor":
        return scenario_of(y, x, factors=("c",), evidence=evidence)
    return scenario_of(y, x, Event(id="c", title="", when=when), evidence=evidence)  # type: ignore[arg-type]


def confounded_draws(when: str, evidence: tuple[Indicator, ...] = (), **ratios: float) -> Valued:
    """One draw where C is an event; where it is a factor, two draws, with C at its ends and the same odds."""
    scenario = confounded(when=when, evidence=evidence)
    values = {name: HALF[name] for name in HALF if name in Quantities(scenario).all} | ratios
    if when != "factor":
        return Valued(scenario=scenario, draws=(values,), relevance={}, independence={})
    middle = {**values, "events.x": 0.5, "events.y": 0.5}
    draws = tuple({**middle, "factors.c": end} for end in (0.0, 1.0))
    return Valued(scenario=scenario, draws=draws, relevance={}, independence={})


def answer(scene: Valued, query: Query, intervention: Intervention, given_: Mapping[str, bool]) -> float:
    """P(query | given) once things are set, over draws of equal weight."""
    chosen = (Target(kind="event", id="", yes=query, given=EVERYTHING),)
    result = evaluate_under(structure_of(scene.scenario), scene.theta, chosen, intervention, given_)
    return float(result.yes[0].sum() / result.given[0].sum())


DO_X, X = Intervention(events={"x": True}), {"x": True}
Y, C = Query.where(all=["y"]), Query.where(all=["c"])


@pytest.mark.parametrize("when", ["now", "horizon", "factor"])
def test_doing_is_not_seeing(when: str) -> None:
    """Where C drives x and y, seeing x speaks for C and so for y; making x happen says nothing about C."""
    scene = confounded_draws(when)
    after = 0.9, 0.5  # of y after x, with C and without
    assert answer(scene, Y, NOTHING, {}) == close(0.5 * (0.75 * 0.9 + 0.25 * 0.75) + 0.5 * (0.25 * 0.5 + 0.75 * 0.25))
    assert answer(scene, Y, DO_X, {}) == close(0.5 * after[0] + 0.5 * after[1])
    assert answer(scene, Y, NOTHING, X) == close(0.75 * after[0] + 0.25 * after[1])


def test_what_is_set_comes_before_what_is_seen() -> None:
    """Made to happen, x says nothing about C, but a y seen after that does; seen alone, both of them speak for it."""
    scene = confounded_draws("now")
    assert answer(scene, C, DO_X, {}) == close(0.5)
    assert answer(scene, C, DO_X, {"y": True}) == close(0.9 / (0.9 + 0.5))
    assert answer(scene, C, NOTHING, {"x": True, "y": True}) == close(0.75 * 0.9 / (0.75 * 0.9 + 0.25 * 0.5))
    assert answer(scene, C, DO_X, {"y": False}) == close(0.1 / (0.1 + 0.5))


def sign(about: str, origin: str = "") -> Indicator:
    return Indicator(id="sign", about=about, supports=True, origin=origin, **SAID)


def test_what_was_said_of_a_set_event_speaks_of_today_alone() -> None:
    """A sign that x is coming speaks for C, set or not; once x is set it says no more about x."""
    scene = confounded_draws("now", (sign("x"),), **{"evidence.sign": 4.0})
    with_c, without_c = 1 + 3 * 0.75, 1 + 3 * 0.25  # the likelihood of the sign
    c = with_c / (with_c + without_c)
    assert answer(scene, C, NOTHING, {}) == close(c)
    for happens, (high, low) in {True: (0.9, 0.5), False: (0.75, 0.25)}.items():
        do = Intervention(events={"x": happens})
        assert answer(scene, C, do, {}) == close(c)
        assert answer(scene, Y, do, {}) == close(c * high + (1 - c) * low)


def test_what_was_said_of_another_event_still_counts() -> None:
    """A sign that y is coming counts by the same ratio once x is set, for each C by itself."""
    scene = confounded_draws("now", (sign("y"),), **{"evidence.sign": 4.0})
    before = [0.75 * 0.9 + 0.25 * 0.75, 0.25 * 0.5 + 0.75 * 0.25]  # y, with C and without, x being open
    likelihood = [1 + 3 * y for y in before]
    c = likelihood[0] / sum(likelihood)
    after = [4 * y / (4 * y + 1 - y) for y in (0.9, 0.5)]
    assert answer(scene, Y, DO_X, {}) == close(c * after[0] + (1 - c) * after[1])


def test_a_set_factor_moves_events_to_come_alone() -> None:
    """A factor drives an event that is settled and one that is not: set, it moves the second, and not by the first."""
    now = Event(id="n", title="", when="now", drivers=(driver("f"),))
    later = Event(id="h", title="", drivers=(driver("f"), driver("n", -1)))
    scenario = scenario_of(later, now, factors=("f",))
    values = {"factors.f": 0.0, "events.n": 0.5, "events.h": 0.5, "effects.n.f": 9.0, "effects.h.f": 9.0}
    scene = Valued(scenario=scenario, draws=({**values, "effects.h.n": 3.0},), relevance={}, independence={})
    do = Intervention(factors={"f": 1.0})
    assert answer(scene, Query.where(all=["n"]), do, {}) == close(0.25), "odds of 1 to 3, as they were"
    assert answer(scene, Query.where(all=["h"]), do, {}) == close(0.25 * 0.5 + 0.75 * 0.75)


def test_the_evidence_stays_what_it_is() -> None:
    """What is set changes nothing in how probable the evidence was."""
    scene = valued(everything(), seed=5)
    structure, chosen = structure_of(scene.scenario), targets(scene.scenario)
    plain = evaluate_queries(structure, scene.theta, chosen).log_evidence
    for do in (Intervention(factors={"calm": 1.0}), Intervention(events={"crisis": False}), NOTHING):
        assert evaluate_under(structure, scene.theta, chosen, do).log_evidence == close(plain)


def test_the_draws_stay_what_they_are() -> None:
    """Setting a factor leaves the draws, from which other things are reckoned, untouched."""
    scene = valued(everything(), seed=5)
    structure, theta = structure_of(scene.scenario), scene.theta
    evaluate_under(structure, theta, targets(scene.scenario), Intervention(factors={"calm": 1.0}))
    assert np.array_equal(theta.degree, scene.theta.degree)


IMPOSSIBLE: list[tuple[Intervention, Mapping[str, bool]]] = [
    (Intervention(events={"x": False}), {"x": True}),
    (Intervention(events={"x": True}), {"x": False}),
    (Intervention(events={"x": False}), {"z": True}),
    (NOTHING, {"x": False, "z": True}),
]


@pytest.mark.parametrize(("intervention", "given_"), IMPOSSIBLE)
def test_what_cannot_be_seen_after_that_is_a_contradiction(
    intervention: Intervention, given_: Mapping[str, bool]
) -> None:
    """What is seen must be possible once things are set."""
    scenario = scenario_of(Event(id="x", title=""), Event(id="z", title="", given=("x",)))
    with pytest.raises(Contradiction) as caught:
        Scene(valued=valued(scenario, seed=1), intervention=intervention, given=given_).probabilities()
    assert caught.value.key == "given"


def test_what_has_been_observed_cannot_be_undone() -> None:
    """To set an event that must have happened for one that was observed is a contradiction."""
    x, z = Event(id="x", title=""), Event(id="z", title="", given=("x",))
    scenario = scenario_of(x, z, evidence=(Observation(id="seen", about="z", happened=True, **SAID),))
    scene = Scene(valued=valued(scenario, seed=1), intervention=Intervention(events={"x": False}), given={})
    with pytest.raises(Contradiction):
        scene.probabilities()


def test_a_draw_at_which_nothing_is_possible_counts_for_nothing() -> None:
    """What is seen may be impossible in some draws: these have no part in any answer."""
    t = Event(id="t", title="", form="table")
    scenario = scenario_of(t, Event(id="u", title=""))
    draws = ({"tables.t.none": 0.0, "events.u": 0.3}, {"tables.t.none": 0.4, "events.u": 0.3})
    scene = Valued(scenario=scenario, draws=draws, relevance={}, independence={})
    result = Scene(valued=scene, intervention=Intervention(events={"u": True}), given={"t": True}).probabilities()
    assert result.given[0] == close([0.0, 0.4])
    assert result.yes[0] == close([0.0, 0.4])


def crowd(count: int, **fields: Any) -> Scenario:
    """An event to come that so many settled events drive."""
    names = [f"n{index}" for index in range(count)]
    last = Event(id="h", title="", drivers=tuple(map(driver, names)))
    return scenario_of(last, *(Event(id=name, title="", when="now") for name in names), **fields)


def errors_of(scenario: Scenario, intervention: Intervention) -> list[tuple[str, str]]:
    return [(issue.place.key, issue.message) for issue in check_intervention(intervention, structure_of(scenario))]


SEEN = Observation(id="seen", about="o", happened=True, **SAID)
SETTLED = '"n" is settled already, though unknown, so that nothing can change it'
OBSERVED = '"o" has been observed, so that it cannot be set'


def test_what_is_settled_or_seen_cannot_be_set() -> None:
    """An event that is settled, or observed, is refused with a word on why; everything else can be set."""
    n, o, h = Event(id="n", title="", when="now"), Event(id="o", title=""), Event(id="h", title="")
    scenario = scenario_of(h, n, o, factors=("f",), evidence=(SEEN,))
    assert errors_of(scenario, NOTHING) == []
    assert errors_of(scenario, Intervention(factors={"f": 1.0}, events={"h": True})) == []
    everything_ = Intervention(events={"n": True, "o": False, "h": False})
    assert errors_of(scenario, everything_) == [("n", SETTLED), ("o", OBSERVED)]
    [first, second] = check_intervention(everything_, structure_of(scenario))
    assert first.suggestion == "Condition on the event instead, to see what follows if it is so."
    assert str(second) == f"o: {OBSERVED}. Allowed: an event still to come."


def test_what_led_to_the_observed_cannot_be_set() -> None:
    """Whatever something observed depends on, however far back, is settled with it; what follows from it is not."""
    a, b = Event(id="a", title=""), Event(id="b", title="", drivers=(driver("a"),))
    o, after = Event(id="o", title="", unless=("b",)), Event(id="h", title="", given=("o",))
    n = Event(id="n", title="", when="now", drivers=())
    known = Observation(id="known", about="n", happened=False, **SAID)
    scenario = scenario_of(after, o, b, a, n, evidence=(SEEN, known))
    led = "is settled, because an observed event depends on it"
    do = Intervention(events=dict.fromkeys(("a", "b", "o", "h", "n"), True))
    assert errors_of(scenario, do) == [
        ("a", f'"a" {led}'),
        ("b", f'"b" {led}'),
        ("o", OBSERVED),
        ("n", OBSERVED.replace('"o"', '"n"')),
    ]


def test_what_led_to_the_observed_does_not_respond() -> None:
    """A factor that is set moves what is still to come, and not what led to something that has been observed."""
    a = Event(id="a", title="", drivers=(driver("f"),))
    o, h = Event(id="o", title="", given=("a",)), Event(id="h", title="", drivers=(driver("f"), driver("a")))
    b = Event(id="b", title="", drivers=(driver("f"),))
    sees = Observation(id="seen", about="o", happened=False, **SAID)
    values = dict.fromkeys(("events.a", "events.o", "events.h", "events.b", "factors.f"), 0.5)
    values |= {"effects.a.f": 9.0, "effects.h.f": 9.0, "effects.b.f": 9.0, "effects.h.a": 3.0}
    scenario = scenario_of(h, o, a, b, factors=("f",), evidence=(sees,))
    scene = Valued(scenario=scenario, draws=(values,), relevance={}, independence={})
    do = Intervention(factors={"f": 1.0})
    p = 0.25 / 0.75  # of a, since o did not follow
    assert answer(scene, Query.where(all=["a"]), do, {}) == close(p)
    assert answer(scene, Query.where(all=["b"]), do, {}) == close(0.75), "it led to nothing that was observed"
    assert answer(scene, Query.where(all=["h"]), do, {}) == close(p * 0.9 + (1 - p) * 0.75)


def test_settled_drivers_can_be_kept_apart_up_to_six() -> None:
    """Seven settled events that drive events to come are too many; six are not, and others make no more."""
    do = Intervention(events={"h": True})
    assert errors_of(crowd(6), do) == []
    beside = [
        Event(id="idle", title="", when="now"),
        Event(id="mark", title="", when="now", drivers=(driver("idle"),)),
    ]
    assert errors_of(replace(crowd(6), events={**crowd(6).events, **{event.id: event for event in beside}}), do) == []
    assert errors_of(crowd(7), do) == [("n0", "7 events that are settled now drive events to come")]


def test_where_nothing_is_set_nothing_is_errors_of() -> None:
    """However many settled events drive events to come, to set nothing is no trouble."""
    assert errors_of(crowd(7), NOTHING) == []


def test_an_observed_event_need_not_be_kept_apart() -> None:
    """A settled event that has been observed does not count among those that are kept apart."""
    seen = Observation(id="seen", about="n0", happened=True, **SAID)
    assert errors_of(crowd(7, evidence=(seen,)), Intervention(events={"h": True})) == []


def test_six_settled_drivers_are_reckoned() -> None:
    """With as many settled drivers as are allowed, each of their states is kept apart."""
    check(Scene(valued=valued(crowd(6), seed=2), intervention=Intervention(events={"h": True}), given={"n3": True}))


def test_an_intervention_is_true_if_it_sets_something() -> None:
    """An intervention that sets nothing is false."""
    assert not Intervention()
    assert Intervention(factors={"f": 0.0})
    assert Intervention(events={"e": False})

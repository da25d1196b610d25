"""An assessment supposed otherwise: evidence left out, a quantity held, an event observed."""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

import estimative as es
from estimative.model.assessment import Assessment, assess
from estimative.model.inference.fit import by_importance
from estimative.model.inference.fit_result import FitResult
from estimative.model.likelihood.backend import NUMPY
from estimative.model.likelihood.log_joint import log_likelihood
from estimative.model.likelihood.queries import evaluate_queries, targets
from estimative.model.likelihood.variable_elimination import Contradiction
from estimative.model.spec.clock import awaited
from estimative.model.spec.events import Event
from estimative.model.spec.evidence import Forecast, Indicator, Observation
from estimative.model.spec.quantities import Quantities
from estimative.model.spec.repeats import occurrences_before
from estimative.model.spec.scenario import Scenario
from estimative.priors.distributions import LogNormal, ScaledBeta
from estimative.priors.errors import InvalidInput
from estimative.priors.quantile_fit import Support
from estimative.priors.statements import BetaStated, LognormalStated, Statement
from tests.examples import examples
from tests.oracle import Oracle
from tests.prior_sets import all_at, assessed, prior_set_for
from tests.scenarios import SAID, scenario_of
from tests.small import weather
from tests.strategies import Valued, everything, valued, valued_scenarios

RELATIVE = 1e-10


def assessment_of(scene: Valued) -> Assessment:
    """Everything held at the values of the first draw."""
    shares = {"relevance": scene.relevance, "independence": scene.independence}
    return assess(scene.scenario, prior_set_for(scene.scenario, scene.draws[0], **shares, date=scene.stated_from))


def check(supposed: Assessment, oracle: Oracle, values: Valued) -> None:
    """Likelihood and answers are those of a plain sum over the states of a scenario made to be as is supposed."""
    theta = replace(values.theta, weight=supposed.weight)
    first = theta.at(slice(0, 1))
    found = log_likelihood(NUMPY, supposed.structure, first)
    assert np.broadcast_to(found, 1) == pytest.approx([oracle.log_likelihood], rel=RELATIVE, abs=RELATIVE)
    asked = targets(supposed.scenario)
    probabilities = evaluate_queries(supposed.structure, first, asked)
    answers = {"outcome": oracle.outcome, "event": oracle.event, "link": oracle.link}
    for index, target in enumerate(asked):
        expected = answers[target.kind](target.id)
        if not math.isnan(expected):
            share = probabilities.yes[index, 0] / probabilities.given[index, 0]
            assert share == pytest.approx(expected, rel=RELATIVE, abs=RELATIVE)


def lacking(scenario: Scenario, items: object) -> Scenario:
    """The scenario file without these items."""
    return replace(scenario, evidence={k: item for k, item in scenario.evidence.items() if k not in items})  # type: ignore[operator]


@examples(8)
@given(scene=valued_scenarios(most_events=5, draws=1), data=st.data())
def test_what_is_left_out_is_as_if_it_were_not_in_the_scenario(scene: Valued, data: st.DataObject) -> None:
    """Evidence left out has no part in likelihood or answers, and what shares its origin counts for more."""
    [full] = scene.oracles
    assume(scene.scenario.evidence)
    assume(math.isfinite(full.log_likelihood))
    items = data.draw(st.sets(st.sampled_from(list(scene.scenario.evidence)), min_size=1))
    supposed = assessment_of(scene).without_evidence(items)
    check(supposed, replace(full, scenario=lacking(scene.scenario, items)), scene)


@pytest.mark.parametrize("item", everything().evidence)
def test_each_item_can_be_left_out(item: str) -> None:
    """Each kind of evidence, left out, is as if it had not been in the scenario, the observation included."""
    scene = valued(everything(), seed=4, draws=1)
    [full] = scene.oracles
    check(assessment_of(scene).without_evidence([item]), replace(full, scenario=lacking(scene.scenario, [item])), scene)


@settings(examples(3), suppress_health_check=[*HealthCheck])  # few scenarios have such events
@given(scene=valued_scenarios(most_events=6, draws=1).filter(lambda scene: unseen_awaited(scene.scenario)))
def test_what_waits_for_an_event_waits_without_its_observation(scene: Valued) -> None:
    """On random scenarios, with a date of an event that others wait for, or repeat with, observed and left out."""
    [full], [name, *_] = scene.oracles, unseen_awaited(scene.scenario)
    assume(math.isfinite(full.log_likelihood))
    try:
        scenario = observed(scene.scenario, {name: True})
    except InvalidInput:
        assume(False)
    shares = {"relevance": scene.relevance, "independence": scene.independence}
    seen = assess(scenario, prior_set_for(scenario, scene.draws[0], **shares, date=scene.stated_from))
    check(seen.without_evidence([f"saw_{name}"]), full, scene)


def unseen_awaited(scenario: Scenario) -> list[str]:
    """Events that others wait for, or repeat with, and of which nothing is known."""
    events = scenario.events
    followed = {other for name in events for other in (*awaited(name, events), *occurrences_before(name, events))}
    known = {item.about for item in scenario.evidence.values() if isinstance(item, Observation)}
    return sorted(followed - known)


FOLLOWERS = {
    "waits": Event(id="flood", title="", form="rate", given=("rain",)),
    "repeats": Event(id="flood", title="", given=("rain",), repeats=True),
}


@pytest.mark.parametrize("follower", FOLLOWERS.values(), ids=FOLLOWERS)
def test_without_its_observation_an_event_is_awaited_again(follower: Event) -> None:
    """Likelihood, answers, the prior, dates and counts are then those of a scenario in which nobody observed it."""
    rain, seen = Event(id="rain", title="", form="rate"), Observation(id="seen", about="rain", happened=True, **SAID)
    made = weather([])
    events = {event.id: event for event in (rain, follower)}
    blank = replace(made, events=events, outcomes={name: made.outcomes[name] for name in ("flood", "rain")})
    known = assessed(replace(blank, evidence={"seen": seen}), all_at(blank, 0.3))
    reference, left_out, with_it = (
        es.fit(assessment, by=[datetime.date(2027, 1, 1)]).result
        for assessment in (assessed(blank, all_at(blank, 0.3)), known.without_evidence(["seen"]), known)
    )
    assert left_out.outcomes == reference.outcomes
    assert left_out.dates == reference.dates
    assert left_out.occurrences == reference.occurrences
    assert before(with_it) == before(reference)
    assert with_it.events != reference.events


def before(result: FitResult) -> object:
    """Every number before the evidence."""
    outcomes = {name: each.prior for name, each in result.outcomes.items()}
    dates = {name: [by.prior for by in each.by] for name, each in result.dates.items()}
    counts = {name: each.prior for name, each in result.occurrences.items() if name != "rain"}
    return outcomes, dates, counts


def test_what_is_left_out_stays_out() -> None:
    """Leaving out one item, then another, is leaving out both, in either order, and twice is once."""
    scene = valued(everything(), seed=4, draws=1)
    whole = assessment_of(scene)
    both = whole.without_evidence(["i1", "o1"])
    for other in (
        whole.without_evidence(["i1"]).without_evidence(["o1"]),
        whole.without_evidence(["o1"]).without_evidence(["i1", "o1"]),
    ):
        assert (other.left_out, other.structure.network.certain) == (frozenset({"i1", "o1"}), {})
        assert list(other.weight) == list(both.weight)
    assert whole.left_out == frozenset(), "nothing is changed where it stands"
    assert whole.structure.network.certain == {"panic": True}
    assert both.with_priors_of(whole, set(whole.priors)).left_out == both.left_out


def shared(count: int) -> Scenario:
    items = [Indicator(id=f"i{k}", about="e", supports=True, origin="tale", **SAID) for k in range(count)]
    lone = Indicator(id="lone", about="e", supports=True, origin="own", **SAID)
    return scenario_of(Event(id="e", title=""), evidence=(*items, lone))


@pytest.mark.parametrize("independence", [0.0, 0.3, 1.0])
def test_a_story_that_fewer_tell(independence: float) -> None:
    """Of n items of one origin, n - m left out, each of the others counts (1 + (m - 1) k) / m."""
    scenario = shared(3)
    whole = assessed(scenario, all_at(scenario, 0.5), independence={"tale": independence})
    for left in (3, 2, 1):
        out = [f"i{k}" for k in range(left, 3)]
        each = (1 + (left - 1) * independence) / left
        assert whole.without_evidence(out).weight == pytest.approx([*[each] * left, *[0.0] * (3 - left), 1.0])
    assert whole.without_evidence(["lone"]).weight[-1] == 0


@examples(8)
@given(scene=valued_scenarios(most_events=5, draws=1), data=st.data())
def test_what_is_observed_is_as_if_the_scenario_said_so(scene: Valued, data: st.DataObject) -> None:
    """Observing events is as an item of evidence for each of them that says so.

    Not where something waits for an event, or repeats with it: by an item it has happened already, and nothing waits.
    """
    [full] = scene.oracles
    events = scene.scenario.events
    assume(not any(awaited(name, events) or event.repeats for name, event in events.items()))
    known = {i.about: i.happened for i in scene.scenario.evidence.values() if isinstance(i, Observation)}
    open_ = [name for name in scene.scenario.events if name not in known]
    seen = data.draw(st.dictionaries(st.sampled_from(open_), st.booleans(), max_size=3) if open_ else st.just({}))
    try:
        scenario = observed(scene.scenario, seen)
    except InvalidInput:
        assume(False)
    oracle = replace(full, scenario=scenario)
    assume(math.isfinite(oracle.log_likelihood))
    check(assessment_of(scene).conditioned_on(seen), oracle, scene)


def observed(scenario: Scenario, seen: Mapping[str, bool]) -> Scenario:
    """The scenario file with an observation for each of these."""
    items = [Observation(id=f"saw_{name}", about=name, happened=state, **SAID) for name, state in seen.items()]
    return replace(scenario, evidence={**scenario.evidence, **{item.id: item for item in items}})


def test_what_is_known_can_be_observed_again_but_not_otherwise() -> None:
    """To observe what is known adds nothing; to observe the opposite is a contradiction that names the event."""
    whole = assessment_of(valued(everything(), seed=4, draws=1))
    assert whole.conditioned_on({}) is whole
    assert whole.conditioned_on({"panic": True}).structure.network.certain == {"panic": True}
    twice = whole.conditioned_on({"war": False}).conditioned_on({"plan": True})
    assert twice.structure.network.certain == {"panic": True, "war": False, "plan": True}
    with pytest.raises(Contradiction, match="panic is known to be different") as caught:
        whole.conditioned_on({"plan": True, "panic": False})
    assert caught.value.key == "given"
    with pytest.raises(Contradiction, match="war is known to be different"):
        twice.conditioned_on({"war": True})
    assert whole.without_evidence(["o1"]).conditioned_on({"panic": False}).structure.network.certain == {"panic": False}


def test_what_is_observed_is_no_item() -> None:
    """An event observed without an item that says so is known whatever is left out."""
    whole = assessment_of(valued(everything(), seed=4, draws=1)).conditioned_on({"war": False})
    assert whole.without_evidence(["i1"]).structure.network.certain == {"panic": True, "war": False}
    assert whole.without_evidence(whole.scenario.evidence).structure.network.certain == {"war": False}


def test_what_is_observed_stays_when_evidence_is_left_out() -> None:
    """An event observed for itself stays observed when an item, or another item, is left out after that."""
    whole = assessment_of(valued(everything(), seed=4, draws=1))
    otherwise = whole.without_evidence(["o1"]).conditioned_on({"panic": False})
    assert otherwise.without_evidence(["i1"]).structure.network.certain == {"panic": False}


def open_priors(scenario: Scenario) -> dict[str, Statement]:
    """A prior that leaves it open on every quantity."""
    ratio, degree = LognormalStated(mu=0.2, sigma=0.4), BetaStated(a=2, b=3)
    return {q.name: ratio if q.support is Support.RATIO else degree for q in Quantities(scenario).all.values()}


@pytest.mark.parametrize(("name", "value"), [("factors.calm", 0.3), ("factors.calm", 0.0), ("evidence.m1", 2.5)])
def test_holding_is_a_constant_prior(name: str, value: float) -> None:
    """A quantity held at a value is as if the prior set had stated that number, and nothing else is changed."""
    scenario = everything()
    shares = {"relevance": {"x1": 0.5, "c1": 0.5}, "independence": {"tip": 0.2}}
    held = assessed(scenario, open_priors(scenario), **shares).with_fixed(name, value)
    stated = assessed(scenario, {**open_priors(scenario), name: value}, **shares)
    assert held.constants == stated.constants == (name,)
    assert np.array_equal(held.degree_parameters, stated.degree_parameters)
    assert np.array_equal(held.ratio_parameters, stated.ratio_parameters)
    assert np.array_equal(held.weight, stated.weight)
    assert list(held.priors) == list(stated.priors)
    assert held.priors[name].family == (ScaledBeta if "factors" in name else LogNormal).fixed(value)


@pytest.mark.parametrize(
    ("name", "value"), [("relevance.x1", 0.2), ("independence.tip", 1.0), ("independence.tale", 0.7)]
)
def test_holding_a_weight_is_stating_it(name: str, value: float) -> None:
    """A weight of evidence held at a value is as if the prior set had stated that number."""
    scenario = everything()
    shares = {"relevance": {"x1": 0.5, "c1": 0.5}, "independence": {"tip": 0.2}}
    whole = assessed(scenario, open_priors(scenario), **shares)
    section, _, item = name.partition(".")
    stated = assessed(scenario, open_priors(scenario), **{**shares, section: {**shares[section], item: value}})
    assert np.array_equal(whole.with_fixed(name, value).weight, stated.weight)
    assert not np.array_equal(whole.weight, stated.weight)
    assert set(whole.weights) == {"relevance.x1", "relevance.c1", "independence.tale", "independence.tip"}


@pytest.mark.filterwarnings("ignore:invalid value")
def test_a_forecast_of_the_impossible_can_be_left_out() -> None:
    """A forecast contradicts priors by which its event cannot happen; left out, it contradicts nothing."""
    never = Event(id="never", title="", form="table")
    forecast = Forecast(id="forecast", about="never", probability=0.3, **SAID)
    scenario = scenario_of(Event(id="e", title=""), never, evidence=(forecast,))
    whole = assessed(scenario, {"events.e": BetaStated(a=2, b=3), "tables.never.none": 0.0, "evidence.forecast": 0.5})
    with pytest.raises(Contradiction):
        by_importance(whole, seed=1)
    found = by_importance(whole.without_evidence(["forecast"]), seed=1).headline
    assert found.value == pytest.approx(0.4, abs=4 * found.se)

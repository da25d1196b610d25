"""What if: fits of what is supposed, against what can be reckoned on paper, and against fits of another file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace
from scipy.special import expit, logit

from estimative.model.analysis.what_if import level, sweep, under, what_if
from estimative.model.assessment import Assessment
from estimative.model.inference.draws import Draws
from estimative.model.inference.posterior import Posterior, posterior_of
from estimative.model.inference.prior_predictive import prior_predictive
from estimative.model.inference.refit import Fitted, Fitter
from estimative.model.likelihood import queries
from estimative.model.likelihood.intervention import Intervention
from estimative.model.likelihood.variable_elimination import Contradiction
from estimative.model.spec.events import Driver, Event
from estimative.model.spec.evidence import Cases, Observation, Trials
from estimative.model.spec.quantities import Quantities
from estimative.model.spec.scenario import Scenario
from estimative.priors.errors import InvalidInput
from estimative.priors.quantile_fit import Support
from estimative.priors.statements import LognormalStated, Statement
from tests.examples import later
from tests.prior_sets import assessed
from tests.scenarios import SAID, scenario_of
from tests.small import small
from tests.strategies import Valued, everything
from tests.whatifs import JOINT, beta, change, fit, supposing

DRAWS = 3000
"""Of fits that are set against each other, within the errors that these leave."""
SHARES: dict[str, Any] = {"relevance": {"x1": 0.5, "c1": 0.5}, "independence": {"tale": 0.3, "tip": 0.5}}


def cases(name: str, successes: float, of: float, origin: str = "") -> Cases:
    return Cases(id=name, about="e", trials=(Trials(at={}, successes=successes, of=of),), origin=origin, **SAID)


@pytest.mark.parametrize("out", [[], ["tale1"], ["tale2"], ["own"], ["tale1", "tale2"], ["tale1", "tale2", "own"]])
def test_cases_left_out_are_successes_and_failures_less(out: list[str]) -> None:
    """Cases add to a beta prior what they weigh; left out they add nothing, and the other of their origin adds more."""
    items = {"tale1": (3.0, 4.0), "tale2": (1.0, 6.0), "own": (2.0, 3.0)}
    origin = {"tale1": "tale", "tale2": "tale", "own": ""}
    scenario = scenario_of(
        Event(id="e", title=""), evidence=tuple(cases(k, *counts, origin[k]) for k, counts in items.items())
    )
    relevance = {"tale1": 0.9, "tale2": 0.6, "own": 0.5}
    whole = assessed(scenario, {"events.e": beta(2, 3)}, relevance=relevance, independence={"tale": 0.2})

    def expected(left: Sequence[str]) -> float:
        told = sum(origin[k] == "tale" for k in left)
        weight = {k: relevance[k] * ((1 + (told - 1) * 0.2) / told if origin[k] else 1.0) for k in left}
        a = 2 + sum(weight[k] * items[k][0] for k in left)
        return a / (5 + sum(weight[k] * items[k][1] for k in left))

    fitter, before = fit(whole)
    found = change(what_if(fitter, before, supposing(whole.without_evidence(out))), "event", "e")
    truth = expected([k for k in items if k not in out]) - expected(list(items))
    assert found.difference.value == pytest.approx(truth, abs=JOINT * found.difference.se)
    assert bool(out) == (found.difference.se > 0)


def lamp(*, when: str = "now", evidence: tuple[Observation, ...] = ()) -> Scenario:
    """A light that shines more often when it is switched on, and a moth that comes to the light."""
    switched = Event(id="switched", title="", when=when)  # type: ignore[arg-type]
    shines = Event(id="shines", title="", form="table", table_parents=("switched",))
    moth = Event(id="moth", title="", form="table", table_parents=("shines",))
    return scenario_of(moth, shines, switched, evidence=evidence)


LAMP = {
    "events.switched": 0.25, "tables.shines.none": 0.1, "tables.shines.switched": 0.9,
    "tables.moth.none": 0.2, "tables.moth.shines": 0.6,
}  # fmt: skip
SEEN = Observation(id="seen", about="shines", happened=True, **SAID)


def answers(posterior: Posterior) -> dict[str, float]:
    return {name: posterior.estimates["event", name].value for name in ("switched", "shines", "moth")}


def test_an_observation_left_out_leaves_the_chances_as_they_were() -> None:
    """Light that was seen speaks for the switch by Bayes' rule; that observation left out, the switch is as before."""
    whole = assessed(lamp(evidence=(SEEN,)), LAMP)
    fitter, before = fit(whole)
    assert answers(before.posterior) == pytest.approx({"switched": 0.75, "shines": 1.0, "moth": 0.6})
    found = what_if(fitter, before, supposing(whole.without_evidence(["seen"])))
    assert answers(found.after) == pytest.approx({"switched": 0.25, "shines": 0.3, "moth": 0.2 + 0.4 * 0.3})
    assert change(found, "event", "switched").shift.value == pytest.approx(float(logit(0.25) - logit(0.75)))  # type: ignore[union-attr]
    assert change(found, "event", "shines").shift is None, "from certainty"


def test_a_condition_may_make_the_sum_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is given ties its causes together; if their table is too large, that is an error."""
    whole = assessed(lamp(), LAMP)
    fitter, before = fit(whole)
    monkeypatch.setattr(queries, "MAX_TABLE", 1)
    with pytest.raises(InvalidInput, match="depend on each other so closely"):
        what_if(fitter, before, supposing(whole, shines=True))


def test_the_sum_before_the_evidence_may_be_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was seen parts the moth from the switch; the answer before the evidence needs them in one table."""
    monkeypatch.setattr(queries, "MAX_TABLE", 2)
    with pytest.raises(InvalidInput, match="depend on each other so closely"):
        assessed(lamp(evidence=(SEEN,)), LAMP)


def test_seeing_it_is_the_observation() -> None:
    """Light that is given is light that was observed; light that is made tells nothing of the switch."""
    whole = assessed(lamp(), LAMP)
    fitter, before = fit(whole)
    seen = what_if(fitter, before, supposing(whole, shines=True)).after
    assert answers(seen) == pytest.approx(answers(fit(assessed(lamp(evidence=(SEEN,)), LAMP))[1].posterior))
    made = what_if(fitter, before, supposing(whole, Intervention(events={"shines": True}))).after
    assert answers(made) == pytest.approx({"switched": 0.25, "shines": 1.0, "moth": 0.6})
    dark = what_if(fitter, before, supposing(whole, Intervention(events={"shines": False}), moth=True)).after
    assert answers(dark) == pytest.approx({"switched": 0.25, "shines": 0.0, "moth": 1.0})


def fog() -> Assessment:
    """A factor of uncertain degree drives x and y; u has nothing to do with either."""
    events = [Event(id=name, title="", drivers=(Driver(name="f", sign=1),)) for name in ("y", "x")]
    scenario = scenario_of(*events, Event(id="u", title=""), factors=("f",))
    held = {"events.x": 0.3, "events.y": 0.4, "effects.x.f": 30.0, "effects.y.f": 20.0}
    return assessed(scenario, {"factors.f": beta(2, 2), "events.u": beta(2, 5), **held})


def chances(degree: Any) -> tuple[Any, Any]:
    """P(x), P(y) at a degree of the fog's factor."""
    lever = degree - 0.5
    return expit(logit(0.3) + np.log(30) * lever), expit(logit(0.4) + np.log(20) * lever)


NODES, WEIGHTS = np.polynomial.legendre.leggauss(200)
DEGREES = (NODES + 1) / 2
DENSITY = WEIGHTS / 2 * 6 * DEGREES * (1 - DEGREES)
"""Of Beta(2, 2) at the nodes; sums to one."""


def test_what_is_seen_after_an_intervention_still_teaches() -> None:
    """Once something else is set by hand, x seen to happen moves the factor's degree, and y with it, as it would."""
    whole = fog()
    fitter, before = fit(whole)
    x, y = chances(DEGREES)
    do = what_if(fitter, before, supposing(whole, Intervention(events={"u": True}), x=True))
    alone = what_if(fitter, before, supposing(whole, x=True))
    truth = DENSITY @ (x * y) / (DENSITY @ x)
    for found in (do, alone):
        estimate = found.after.estimates["event", "y"]
        assert estimate.value == pytest.approx(truth, abs=JOINT * estimate.se)
        difference = change(found, "event", "y").difference
        assert difference.value == pytest.approx(truth - DENSITY @ y, abs=JOINT * difference.se)
        assert abs(difference.value) > 20 * difference.se


def test_what_is_seen_after_the_factor_is_set_teaches_nothing() -> None:
    """Once the factor itself is set, y has the chance that goes with it, whatever x does."""
    whole = fog()
    fitter, before = fit(whole)
    do = Intervention(factors={"f": 0.9})
    for given in ({}, {"x": True}, {"x": False}):
        found = what_if(fitter, before, supposing(whole, do, **given)).after.estimates["event", "y"]
        assert found.value == pytest.approx(float(chances(0.9)[1]), rel=1e-9)


def test_the_level_of_a_factor_is_that_of_today() -> None:
    """Where a factor stands today is told under what is given, by its mean and error; a factor held has no error."""
    whole = fog()
    fitter, before = fit(whole)
    x, _ = chances(DEGREES)
    under_x = what_if(fitter, before, supposing(whole, Intervention(events={"u": True}), x=True)).after
    for posterior, weight in ((before.posterior, 1.0), (under_x, x)):
        found = level(posterior, "f")
        truth = float(DENSITY @ (weight * DEGREES) / (DENSITY @ (weight * np.ones_like(DEGREES))))
        assert found.value == pytest.approx(truth, abs=JOINT * found.se)
        assert 0 < found.se < 0.01
    held = what_if(fitter, before, supposing(whole.with_fixed("factors.f", 0.3))).after
    assert (level(held, "f").value, level(held, "f").se) == (0.3, 0.0)


def statements(scenario: Scenario) -> dict[str, Statement]:
    """A prior that leaves it open on every quantity."""
    ratio = LognormalStated(mu=0.3, sigma=0.4)
    return {q.name: ratio if q.support is Support.RATIO else beta(2, 3) for q in Quantities(scenario).all.values()}


def everything_assessed(*, lacking: Sequence[str] = (), **held: float) -> Assessment:
    """The scenario with everything in it, or a file that lacks some items."""
    scenario = everything()
    scenario = replace(scenario, evidence={k: v for k, v in scenario.evidence.items() if k not in lacking})
    relevance = {k: v for k, v in SHARES["relevance"].items() if k in scenario.evidence}
    independence = {k: v for k, v in SHARES["independence"].items() if k in scenario.origins}
    return assessed(scenario, {**statements(scenario), **held}, relevance=relevance, independence=independence)


type Known = tuple[Assessment, Fitter, Fitted]


@pytest.fixture(scope="module")
def known() -> Known:
    """Everything, and what it is compared with."""
    whole = everything_assessed()
    return whole, *fit(whole, draws=DRAWS)


@pytest.fixture(scope="module")
def unseen() -> Known:
    """The same without the observation, so that everything can be set."""
    whole = everything_assessed().without_evidence(["o1"])
    return whole, *fit(whole, draws=DRAWS)


def check_agree(one: Mapping[Any, Any], other: Mapping[Any, Any]) -> None:
    """Every target within the joint error."""
    assert one.keys() == other.keys()
    for key, first in one.items():
        error = float(np.hypot(first.se, other[key].se))
        assert first.value == pytest.approx(other[key].value, abs=JOINT * error + 1e-9), key


@pytest.mark.parametrize("item", ["i2", "o1", *map(later, ["f4", "i1", "t1", "t2", "c1"])])
def test_without_an_item_it_is_the_file_without_it(item: str, known: Known) -> None:
    """A fit without an item agrees with a fit of the scenario and the prior set that never had it."""
    whole, fitter, before = known
    after = what_if(fitter, before, supposing(whole.without_evidence([item]))).after
    check_agree(after.estimates, fit(everything_assessed(lacking=[item]), seed=2, draws=DRAWS)[1].posterior.estimates)


def test_without_all_evidence_it_is_the_prior(known: Known) -> None:
    """With every item left out, the answers are those that the priors alone give."""
    whole, fitter, before = known
    after = what_if(fitter, before, supposing(whole.without_evidence(whole.scenario.evidence))).after
    check_agree(after.estimates, prior_predictive(whole, seed=3).estimates)


def test_a_held_quantity_is_a_constant_prior(known: Known) -> None:
    """A fit with a quantity held is, draw by draw, that of a prior set which states the number."""
    whole, fitter, before = known
    stated = everything_assessed(**{"factors.calm": 0.8})
    held = what_if(fitter, before, supposing(whole.with_fixed("factors.calm", 0.8))).after
    assert held.estimates == fitter.fit(stated).posterior.estimates
    assert np.ptp(held.quantity("factors.calm")) == 0


def test_what_is_given_is_an_observation_in_the_file(known: Known) -> None:
    """Events that are given are as events that the scenario says were observed, unless another waits for their date."""
    whole, fitter, before = known
    found = what_if(fitter, before, supposing(whole, war=False, plan=False)).after
    seen = [
        Observation(id="o2", about="war", happened=False, **SAID),
        Observation(id="o3", about="plan", happened=False, **SAID),
    ]
    scenario = replace(everything(), evidence={**everything().evidence, **{item.id: item for item in seen}})
    check_agree(
        found.estimates,
        fit(assessed(scenario, statements(scenario), **SHARES), seed=2, draws=DRAWS)[1].posterior.estimates,
    )


def test_nothing_supposed_is_nothing_changed(known: Known) -> None:
    """Where nothing is otherwise, the posterior is the same one, and every difference is 0 without an error."""
    whole, fitter, before = known
    found = what_if(fitter, before, supposing(whole))
    assert found.after is found.start is found.before is before.posterior
    assert [(one.sort, one.id) for one in found.changes] == list(before.posterior.estimates)
    for one in found.changes:
        assert (one.difference.value, one.difference.se) == (0.0, 0.0)
        assert one.shift is None or (one.shift.value, one.shift.se) == (0.0, 0.0)


@pytest.mark.parametrize(
    "do", [Intervention(factors={"calm": 0.1, "alarm": 0.9}), Intervention(events={"crisis": True, "war": False})]
)
def test_an_intervention_leaves_what_is_settled(do: Intervention, unseen: Known) -> None:
    """What is settled now has the probability that it had; what is to come has another, on the same draws."""
    whole, fitter, before = unseen
    found = what_if(fitter, before, supposing(whole, do))
    plan, war = change(found, "event", "plan").difference, change(found, "event", "war").difference
    assert (plan.value, plan.se) == (0.0, 0.0), "what only rounding makes is no difference"
    assert abs(war.value) > 5 * war.se
    assert found.after.draws is before.posterior.draws


def test_an_intervention_comes_after_what_else_is_supposed(known: Known) -> None:
    """Evidence left out and a factor set go together: the set factor acts on the draws without the evidence."""
    whole, fitter, before = known
    do = Intervention(factors={"calm": 0.1})
    left = whole.without_evidence(["i2", "o1"])
    found = what_if(fitter, before, supposing(left, do)).after
    alone = what_if(fitter, before, supposing(left)).after
    assert found.estimates == under(alone, do, {}).estimates
    assert found.assessment is left
    later = what_if(fitter, before, supposing(left, do, plan=True))
    assert later.start.assessment is left, "what is given comes later"
    assert later.start.draws.theta is later.after.draws.theta


@pytest.mark.parametrize("given", [{}, later({"plan": True}), {"crisis": True, "truce": False}])
@pytest.mark.parametrize("beside", [Intervention(events={"truce": False}), Intervention(factors={"alarm": 0.2})])
def test_a_sweep_passes_through_the_what_ifs(given: Mapping[str, bool], beside: Intervention, unseen: Known) -> None:
    """At each of its values a sweep is the what-if with the factor set there, beside whatever else is supposed."""
    if "truce" in beside.events and "truce" in given:
        beside = Intervention(events={"war": False})
    check_sweep(unseen, beside, given)


def test_a_sweep_by_itself(unseen: Known) -> None:
    """A sweep needs nothing else to be supposed."""
    check_sweep(unseen, Intervention(), {})


def test_a_sweep_under_a_condition(unseen: Known) -> None:
    """Beside nothing else, too, the factor is set first and what is given is seen after that."""
    check_sweep(unseen, Intervention(), {"war": True})


def check_sweep(unseen: Known, beside: Intervention, given: Mapping[str, bool]) -> None:
    whole, fitter, before = unseen
    supposed = supposing(whole, beside, **given)
    found = sweep(what_if(fitter, before, supposed).start, supposed, "calm", [0.0, 0.4, 1.0])
    assert (found.factor, found.values) == ("calm", (0.0, 0.4, 1.0))
    for value, posterior in zip(found.values, found.posteriors, strict=True):
        do = Intervention(factors={**beside.factors, "calm": value}, events=beside.events)
        expected = what_if(fitter, before, supposing(whole, do, **given)).after
        for key, estimate in expected.all_estimates.items():
            assert posterior.all_estimates[key].value == pytest.approx(estimate.value, rel=1e-9, abs=1e-12)
        assert posterior.draws.diagnostics == pytest.approx(expected.draws.diagnostics)
    settled = {("event", "plan"), ("event", "panic")}
    moved = [key for key in found.posteriors[0].all_estimates if key not in settled]
    assert any(len({one.all_estimates[key].value for one in found.posteriors}) == 3 for key in moved)


def test_a_swept_factor_may_be_set_besides() -> None:
    """The values of the sweep go before a value that is supposed for the same factor."""
    whole = fog()
    supposed = supposing(whole, Intervention(factors={"f": 0.1}))
    [found] = sweep(fit(whole, draws=1000)[1].posterior, supposed, "f", [0.9]).posteriors
    assert found.estimates["event", "y"].value == pytest.approx(float(chances(0.9)[1]), rel=1e-9)


IMPOSSIBLE = [
    (Intervention(), {"x": False, "z": True}),
    (Intervention(events={"x": False}), {"z": True}),
    (Intervention(factors={}, events={"z": True}), {"x": True, "z": False}),
]


@pytest.mark.parametrize(("do", "given"), IMPOSSIBLE)
def test_what_is_given_must_be_possible(do: Intervention, given: Mapping[str, bool]) -> None:
    """What is given must be able to happen in the world that is supposed."""
    scenario = scenario_of(Event(id="x", title=""), Event(id="z", title="", given=("x",)))
    whole = assessed(scenario, {"events.x": beta(2, 3), "events.z": 0.5})
    fitter, before = fit(whole, draws=1000)
    with pytest.raises(Contradiction):
        what_if(fitter, before, supposing(whole, do, **given))


def test_what_is_given_must_be_possible_at_a_draw_that_weighs() -> None:
    """A condition that only draws without weight can bear is impossible."""
    scenario = scenario_of(Event(id="t", title="", form="table"), Event(id="u", title=""))
    whole = assessed(scenario, {"tables.t.none": 0.5, "events.u": 0.5})
    draws = tuple({"tables.t.none": chance, "events.u": 0.5} for chance in (0.0, 0.4))
    theta = Valued(scenario=scenario, draws=draws, relevance={}, independence={}).theta
    weighed = Draws(method="importance", theta=theta, weights=np.array([1.0, 0.0]), chains=1, diagnostics={})
    with pytest.raises(Contradiction) as caught:
        under(posterior_of(whole, weighed, seed=1), Intervention(events={"u": True}), {"t": True})
    assert caught.value.key == "given"


def test_a_link_that_cannot_be_so_has_no_change() -> None:
    """Of a link whose condition is impossible after the change there is none; all else is told."""
    scenario = scenario_of(Event(id="x", title=""), Event(id="z", title="", given=("x",)))
    whole = assessed(scenario, {"events.x": beta(2, 3), "events.z": 0.5})
    fitter, before = fit(whole, draws=1000)
    found = what_if(fitter, before, supposing(whole, Intervention(events={"x": False})))
    told = [(one.sort, one.id) for one in found.changes]
    assert told == [("outcome", "o"), ("event", "x"), ("event", "z")]
    assert change(found, "event", "z").difference.value == -before.posterior.estimates["event", "z"].value


@pytest.mark.parametrize(
    ("do", "given"), [(Intervention(events={"rain": False}), {}), (Intervention(), {"rain": False})]
)
def test_a_conditional_outcome_that_cannot_be_so_has_no_change(do: Intervention, given: Mapping[str, bool]) -> None:
    """Where there is no rain there is no probability of a flood if it rains, and all else is told."""
    whole = small()
    fitter, before = fit(whole, draws=1000)
    found = what_if(fitter, before, supposing(whole, do, **given))
    told = [(one.sort, one.id) for one in found.changes]
    assert ("outcome", "flood_if_rain") not in told
    assert {("outcome", "flood"), ("outcome", "rain"), ("event", "rain"), ("event", "flood")} <= set(told)

"""How sure a what-if is: errors of differences on common draws, and verdicts under a condition."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from msgspec.structs import replace
from scipy.special import expit, logit

from estimative.model.analysis.what_if import Supposition, WhatIf, level, under, what_if
from estimative.model.assessment import Assessment
from estimative.model.inference.mc_estimate import delta_method, log_odds
from estimative.model.inference.posterior import Posterior
from estimative.model.inference.refit import Fitted, Fitter
from estimative.model.likelihood.intervention import Intervention
from estimative.model.spec.events import Event
from estimative.model.spec.evidence import Cases, Trials
from estimative.priors.statements import LognormalStated
from tests.examples import later
from tests.prior_sets import assessed
from tests.scenarios import SAID, scenario_of
from tests.small import HELD, drawn, small
from tests.whatifs import JOINT, beta, change, fit, supposing


def toss() -> Assessment:
    """x has been as frequent as its cases say; y depends on x."""
    x = Event(id="x", title="")
    y = Event(id="y", title="", form="table", table_parents=("x",))
    trials = Trials(at={}, successes=2.0, of=8.0)
    known = Cases(id="known", about="x", trials=(trials,), **SAID)
    priors = {"events.x": beta(2, 2), "tables.y.none": beta(2, 6), "tables.y.x": beta(6, 3)}
    return assessed(scenario_of(y, x, evidence=(known,)), priors, relevance={"known": 1.0})


LOW, HIGH = 2 / 8, 6 / 9
"""Means of y without x and with it."""


def y_at(x: float) -> float:
    return LOW + (HIGH - LOW) * x


BEFORE = y_at(4 / 12)
SUPPOSED: dict[str, tuple[Callable[[Assessment], Supposition], float]] = {
    "x happens": (lambda whole: supposing(whole, Intervention(events={"x": True})), HIGH),
    "no cases": (lambda whole: supposing(whole.without_evidence(["known"])), y_at(0.5)),
    "x held": (lambda whole: supposing(whole.with_fixed("events.x", 0.2)), y_at(0.2)),
    "x seen": (lambda whole: supposing(whole, x=True), HIGH),
    "x held and happens": (
        lambda whole: supposing(whole.with_fixed("events.x", 0.2), Intervention(events={"x": True})),
        HIGH,
    ),
}


@pytest.fixture(scope="module", params=[8, later(60)])
def repeated(request: pytest.FixtureRequest) -> dict[str, list[WhatIf]]:
    """Each supposition under many seeds."""
    whole = toss()
    found: dict[str, list[WhatIf]] = {name: [] for name in SUPPOSED}
    for seed in range(request.param):
        fitter, before = fit(whole, seed=seed, draws=800)
        for name, (suppose, _) in SUPPOSED.items():
            found[name].append(what_if(fitter, before, suppose(whole)))
    return found


@pytest.mark.parametrize("name", SUPPOSED)
def test_differences_err_as_they_say(name: str, repeated: dict[str, list[WhatIf]]) -> None:
    """Over many seeds, differences of probabilities and of log-odds lie about the truth as far as their errors say."""
    truth = SUPPOSED[name][1]
    changes = [change(one, "event", "y") for one in repeated[name]]
    expected = {"difference": truth - BEFORE, "shift": float(logit(truth) - logit(BEFORE))}
    for what, value in expected.items():
        noisy = [getattr(one, what) for one in changes]
        z = np.array([(one.value - value) / one.se for one in noisy])
        assert np.sqrt(np.mean(z**2)) == pytest.approx(1.0, abs=JOINT / np.sqrt(2 * len(z)))
        assert abs(z.mean()) < JOINT / np.sqrt(len(z))


@pytest.mark.parametrize("name", SUPPOSED)
def test_common_draws_make_differences_surer(name: str, repeated: dict[str, list[WhatIf]]) -> None:
    """Before and after share their random numbers: the difference errs by less than that of two strangers."""
    told = np.array([change(one, "event", "y").difference.se for one in repeated[name]])
    strangers = np.array(
        [np.hypot(*(each.estimates["event", "y"].se for each in (one.before, one.after))) for one in repeated[name]]
    )
    assert told.mean() < 0.9 * strangers.mean()
    values = [[each.estimates["event", "y"].value for each in (one.before, one.after)] for one in repeated[name]]
    apart = np.array([after - values[index - 1][0] for index, (_, after) in enumerate(values)])
    together = np.array([after - before for before, after in values])
    assert together.std() < apart.std()


def test_chains_are_shared_too() -> None:
    """A factor set where it stands in every draw of a chain changes nothing, and there is no error in nothing."""
    rng = np.random.default_rng(1)
    whole = small()
    chains = drawn(whole, {"events.rain": rng.beta(2, 6, 400)}, np.full(400, 1 / 400), method="nuts", chains=4)
    before = Fitted(posterior=chains, proposal=None)
    do = Intervention(factors={"damp": HELD["factors.damp"]})
    found = what_if(Fitter(assessments=(whole,), seed=1), before, supposing(whole, do))
    difference = change(found, "outcome", "flood").difference
    assert (difference.value, difference.se) == pytest.approx((0.0, 0.0), abs=1e-9)


def test_what_is_given_weighs_the_draws_of_a_chain_too() -> None:
    """Under a condition each draw of a chain counts by its chance there: for answers, and for where a factor stands."""
    whole, damp = small(), np.random.default_rng(1).beta(2, 3, 400)
    chains = drawn(whole, {"factors.damp": damp}, np.full(400, 1 / 400), method="nuts", chains=4)
    found = under(chains, Intervention(events={"flood": True}), {"rain": True})
    rain = expit(logit(HELD["events.rain"]) + np.log(HELD["effects.rain.damp"]) * (damp - 0.5))
    rain = 4 * rain / (4 * rain + 1 - rain)  # of the puddle
    assert level(found, "damp").value == pytest.approx(float(rain @ damp / rain.sum()))
    share = found.estimates["event", "flood"].value
    assert (share, found.estimates["event", "rain"].value) == pytest.approx((1.0, 1.0))
    assert np.ptp(found.draws.weights) == 0, "a chain's draws have no weights"
    influence = rain * (damp - rain @ damp / rain.sum()) / rain.mean()
    independent = float(np.sqrt(np.square(influence).mean() / 400))
    assert level(found, "damp").se == pytest.approx(independent, rel=0.3), "these draws are independent"


def test_both_ways_of_telling_a_paired_error_agree() -> None:
    """On the very same draws, the errors of a difference and of a shift are those of common random numbers."""
    whole = toss()
    fitter, before = fit(whole)
    found = what_if(fitter, before, supposing(whole, Intervention(events={"x": True})))
    one, other = found.before.mc_estimate("event", "y"), found.after.mc_estimate("event", "y")
    told = change(found, "event", "y")
    assert told.difference.se == pytest.approx(delta_method(0.0, [(1.0, other), (-1.0, one)]).se, rel=1e-9)
    shifted = delta_method(0.0, [(1.0, log_odds(other)), (-1.0, log_odds(one))])
    assert told.shift is not None
    assert told.shift.se == pytest.approx(shifted.se, rel=1e-9)


def gamble(sigma: float) -> Assessment:
    """An event of so uncertain a rate, and two that depend on nothing."""
    scenario = scenario_of(Event(id="u", title=""), Event(id="n", title=""), Event(id="r", title="", form="rate"))
    said = {"events.u": beta(4, 6), "events.n": 0.5, "events.r": LognormalStated(mu=-20.0, sigma=sigma)}
    return assessed(scenario, said)


DO_N = Intervention(events={"n": True})


def shape(posterior: Posterior) -> float:
    return next(check.value for check in posterior.verdict.checks if check.name == "Pareto k")


def test_a_condition_that_few_draws_bear_is_not_believed() -> None:
    """What is given after an intervention reweighs the draws, and the verdict is on the weights that this leaves."""
    for sigma, passed in ((0.1, True), (4.0, False)):
        whole = gamble(sigma)
        fitter, before = fit(whole, draws=8000)
        assert before.posterior.verdict.passed
        found = what_if(fitter, before, supposing(whole, DO_N, r=True)).after
        assert found.verdict.passed == passed
        assert (shape(found) < 0.7) == passed
        assert what_if(fitter, before, supposing(whole, DO_N)).after.verdict.passed, "without a condition"


def test_a_condition_never_makes_a_verdict_better() -> None:
    """The worse of the two shapes is told: that of the draws before the condition, and that after it."""
    whole = gamble(0.1)
    fitter, before = fit(whole)
    draws = replace(before.posterior.draws, diagnostics={**before.posterior.draws.diagnostics, "pareto_k": 0.9})
    poor = replace(before, posterior=replace(before.posterior, draws=draws))
    found = what_if(fitter, poor, supposing(whole, DO_N, r=True)).after
    assert shape(found) == 0.9
    assert before.posterior.draws.diagnostics["pareto_k"] < 0.7, "nothing is changed where it stands"


def test_the_effective_draws_are_those_under_the_condition() -> None:
    """Where the condition leaves fewer than 400 effective draws the verdict says so."""
    whole = gamble(2.5)
    fitter, before = fit(whole, draws=8000)
    found = what_if(fitter, before, supposing(whole, DO_N, r=True)).after
    weights = found.draws.weights * found.query_probabilities("event", "r")[0]
    assert (effective := weights.sum() ** 2 / np.square(weights).sum()) < 200
    [told] = [check for check in found.verdict.checks if check.name == "ESS"]
    assert told.value == pytest.approx(effective, rel=0.2)
    assert not told.passed

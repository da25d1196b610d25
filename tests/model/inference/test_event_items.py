"""Fits whose items about events are integrated over, against closed forms and against fits that sample them."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from estimative.model.assessment import Assessment
from estimative.model.inference.fit import by_importance
from estimative.model.inference.importance_sampling import fit_proposal, sample_posterior
from estimative.model.inference.item_prior import ItemPrior, expectation
from estimative.model.inference.posterior import Posterior, posterior_of
from estimative.model.inference.prior_transform import Dimensions, integrated_dimensions
from estimative.model.spec.events import Driver, Event
from estimative.model.spec.evidence import Indicator, Testimony
from estimative.priors.statements import BetaStated, ByState, Constant, LognormalStated, SameAs, StateCounts
from tests.examples import later
from tests.prior_sets import assessed
from tests.scenarios import SAID, scenario_of

ERRORS = 4
COUNT = 12


def spoken_of(chance: float, sigma: float) -> Assessment:
    """An event of known probability about which many have spoken, most of them that it is so."""
    items = [Testimony(id=f"t{index}", about="e", claims=index % 4 > 0, **SAID) for index in range(COUNT)]
    scenario = scenario_of(Event(id="e", title=""), evidence=tuple(items))
    stated = {f"evidence.t{index}": LognormalStated(mu=1.0, sigma=sigma) for index in range(COUNT)}
    motives = {f"motives.t{index}": BetaStated(a=3, b=4) for index in range(COUNT)}
    return assessed(scenario, {"events.e": chance, **stated, **motives})


@pytest.mark.parametrize("seed", [1, *map(later, (2, 3))])
@pytest.mark.parametrize(("chance", "sigma"), [(0.2, 0.5), (0.2, 1.5), (1e-4, 0.5), (1e-5, 1.5)])
def test_many_statements_have_the_answer_of_the_integral(chance: float, sigma: float, seed: int) -> None:
    """Also where the event is so rare that only draws given the event show what it depends on."""
    found = by_importance(spoken_of(chance, sigma), seed=seed, draws=8000)
    assert found.verdict.passed
    right, wrong = expectation(ItemPrior(power=1.0, mu=1.0, sigma=sigma, motive=(3.0, 4.0, 0.0, 1.0)))
    log_odds = math.log(chance / (1 - chance)) + (COUNT - 2 * COUNT // 4) * (right - wrong)
    estimate = found.estimates["outcome", "o"]
    assert abs(estimate.value - 1 / (1 + math.exp(-log_odds))) < ERRORS * estimate.se
    assert estimate.se < 0.05 * estimate.value


def test_hundreds_of_statements_add_no_dimension() -> None:
    """Each uncertain in its ratio and its motive: what is sampled are the other quantities."""
    items = [Testimony(id=f"t{index}", about="e", claims=index % 2 > 0, **SAID) for index in range(200)]
    scenario = scenario_of(
        Event(id="e", title="", drivers=(Driver(name="f", sign=1),)), factors=("f",), evidence=tuple(items)
    )
    stated = {f"evidence.{item.id}": LognormalStated(mu=1.0, sigma=0.5) for item in items}
    motives = {f"motives.{item.id}": BetaStated(a=3, b=4) for item in items}
    own = {"events.e": BetaStated(a=2, b=8), "factors.f": BetaStated(a=2, b=2), "effects.e.f": 3.0}
    assessment = assessed(scenario, {**own, **stated, **motives})
    proposal = fit_proposal(assessment, seed=1)
    assert proposal.transform.dimension == 2
    found = posterior_of(assessment, sample_posterior(assessment, proposal, seed=1, draws=1000), seed=1)
    assert found.draws.theta.log_ratio.shape == (201, 1000)
    # As many for as against: the odds are those of before, but for the events' own uncertainty.
    expected = by_importance(assessment.without_evidence(scenario.evidence), seed=1).estimates["outcome", "o"]
    estimate = found.estimates["outcome", "o"]
    assert abs(estimate.value - expected.value) < ERRORS * math.hypot(estimate.se, expected.se)


def mixed() -> Assessment:
    """Indicators and statements with and without `given`, of factors and of people's own motives, some of them tied."""
    events = (
        Event(id="goal", title="", given=("start",), unless=("stop",), drivers=(Driver(name="f", sign=1),)),
        Event(id="start", title="", drivers=(Driver(name="f", sign=-1),)),
        Event(id="stop", title="", given=("start",)),
    )
    items = (
        Indicator(id="i1", about="goal", supports=True, given=True, **SAID),
        Indicator(id="i2", about="start", supports=False, **SAID),
        Testimony(id="t1", about="goal", claims=True, given=True, motive="f", **SAID),
        Testimony(id="t2", about="goal", claims=False, **SAID),
        Testimony(id="t3", about="stop", claims=True, motive="f", **SAID),
        Testimony(id="t4", about="start", claims=True, **SAID),
    )
    scenario = scenario_of(*events, factors=("f",), evidence=items)
    ratios = {
        f"evidence.{name}": LognormalStated(mu=0.8 + 0.2 * index, sigma=0.5 + 0.15 * index)
        for index, name in enumerate(("i1", "i2", "t1", "t2", "t3"))
    }
    stated = {
        "factors.f": BetaStated(a=2, b=3),
        "events.goal": BetaStated(a=2, b=9),
        "events.start": BetaStated(a=3, b=6),
        "events.stop": BetaStated(a=2, b=5),
        "effects.goal.f": LognormalStated(mu=1.5, sigma=0.5),
        "effects.start.f": LognormalStated(mu=0.5, sigma=0.3),
        "motives.t2": BetaStated(a=2, b=4),
        "motives.t4": BetaStated(a=2, b=2),
        "evidence.t4": SameAs(name="evidence.t3"),
    }
    return assessed(scenario, {**ratios, **stated})


def several() -> Assessment:
    """Items about an event with states as a whole, about one of its states, and about one that has a condition."""
    events = (
        Event(id="goal", title="", drivers=(Driver(name="actor=b", sign=1),)),
        Event(id="actor", title="", states=("c", "a", "b"), drivers=(Driver(name="f", sign=1, state="a"),)),
        Event(id="size", title="", given=("actor=a",), states=("small", "large"), ordered=True),
    )
    items = (
        Indicator(id="i1", about="actor", supports=True, **SAID),
        Indicator(id="i2", about="actor=b", supports=False, **SAID),
        Testimony(id="t1", about="actor", claims=True, claimed="b", **SAID),
        Testimony(id="t2", about="size", claims=True, claimed="large", motive="f", **SAID),
    )
    scenario = scenario_of(*events, factors=("f",), evidence=items)

    def ratio(mu: float, sigma: float) -> LognormalStated:
        return LognormalStated(mu=mu, sigma=sigma)

    stated = {
        "factors.f": BetaStated(a=2, b=3),
        "events.goal": BetaStated(a=2, b=6),
        "events.actor": ByState(parts=tuple((name, Constant(value=1 / 3)) for name in "abc"), worth=6),
        "events.size": StateCounts(counts=(("small", 4), ("large", 2))),
        "effects.goal.actor=b": ratio(1.0, 0.4),
        "effects.actor.f": ratio(0.8, 0.3),
        "evidence.i1": ByState(parts=(("a", ratio(-1, 0.7)), ("b", Constant(value=1)), ("c", ratio(-0.5, 0.9)))),
        "evidence.i2": ratio(0.8, 0.6),
        "evidence.t1": ByState(parts=(("a", ratio(-1.5, 0.8)), ("c", ratio(-0.3, 0.5)))),
        "evidence.t2": ByState(parts=(("small", ratio(-1, 0.6)),)),
        "motives.t1": BetaStated(a=2, b=3),
    }
    return assessed(scenario, stated)


def sampled(assessment: Assessment, *, integrated: bool, seed: int) -> Posterior:
    """A fit with many draws, of all quantities or of those that cannot be integrated over."""
    dimensions = (integrated_dimensions if integrated else Dimensions.of)([assessment])
    proposal = fit_proposal(assessment, seed=seed, dimensions=dimensions)
    return posterior_of(assessment, sample_posterior(assessment, proposal, seed=seed, draws=10_000), seed=seed)


@pytest.mark.parametrize(("make", "count"), [(mixed, 4), (several, 8)])
def test_integrating_and_sampling_agree(make: Callable[[], Assessment], count: int) -> None:
    """On every probability, and on mean and spread of every quantity."""
    assessment = make()
    one, other = sampled(assessment, integrated=True, seed=1), sampled(assessment, integrated=False, seed=2)
    assert len(assessment.integrated_items) == count, "of the first, t3 and t4 are one unknown"
    for key, estimate in one.estimates.items():
        joint_se = math.hypot(estimate.se, other.estimates[key].se)
        assert abs(estimate.value - other.estimates[key].value) < ERRORS * joint_se, key
    for name in assessment.uncertain:
        for power in (1, 2):
            (mean, se), (expected, error) = (moment(each, name, power) for each in (one, other))
            assert abs(mean - expected) < ERRORS * math.hypot(se, error), (name, power)


def moment(posterior: Posterior, name: str, power: int) -> tuple[float, float]:
    """Of a quantity, on the log scale where it is a ratio; with its standard error."""
    values, weights = posterior.quantity(name), posterior.draws.weights
    values = (np.log(values) if name.startswith(("evidence", "effects")) else values) ** power
    mean = float(weights @ values)
    return mean, float(np.sqrt(weights**2 @ (values - mean) ** 2))

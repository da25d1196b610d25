"""The same scenario with another structure: against scenarios that are so, and the other link by brute force."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from msgspec.structs import replace
from scipy.special import logit

from estimative.model.analysis.structural import Alternative, StructuralAlternatives, linked, structural_alternatives
from estimative.model.assessment import Assessment
from estimative.model.spec.events import Driver, Event
from estimative.model.spec.evidence import Cases, Trials
from estimative.model.spec.scenario import Scenario
from estimative.priors.statements import BetaStated, LognormalStated, Statement
from tests.examples import examples
from tests.held import headline_of, held, seen, sound
from tests.noisy_or import NoisyOr, leak_of, none_acts
from tests.oracle import Oracle
from tests.prior_sets import assessed
from tests.scenarios import SAID, scenario_of
from tests.strategies import Valued, valued_scenarios
from tests.whatifs import fit

ERRORS = 4
"""Standard errors: passed by chance but once in 16,000, and the seeds are fixed."""


def others(assessment: Assessment, seed: int = 1) -> StructuralAlternatives:
    return structural_alternatives(*fit(assessment, seed=seed))


def without_driver(oracle: Oracle, event: str, driver: str) -> Oracle:
    """A scenario that never had this arrow, and cases that do not tell of it."""
    scenario = oracle.scenario
    own = scenario.events[event]
    changed = replace(own, drivers=tuple(one for one in own.drivers if one.name != driver))
    evidence = {
        name: replace(item, trials=tuple(without(trials, driver) for trials in item.trials))
        if isinstance(item, Cases) and item.about == event
        else item
        for name, item in scenario.evidence.items()
    }
    return replace(oracle, scenario=replace(scenario, events={**scenario.events, event: changed}, evidence=evidence))


def without(trials: Trials, driver: str) -> Trials:
    return replace(trials, at={name: degree for name, degree in trials.at.items() if name != driver})


def noisy(oracle: Oracle) -> NoisyOr:
    shares = {
        "relevance": oracle.relevance,
        "independence": oracle.independence,
        "stated_years": oracle.stated_years,
    }
    return NoisyOr(scenario=oracle.scenario, values=oracle.values, **shares)


@given(scene=valued_scenarios(most_events=4))
@settings(examples(8), suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
def test_held_scenarios_agree_with_a_sum_over_states(scene: Valued) -> None:
    """On random scenarios: each effect removed is a scenario without the arrow, and the other link is a noisy-OR."""
    oracle = scene.oracles[0]
    expected = {
        f"effects.{event.id}.{driver.name}": without_driver(oracle, event.id, driver.name)
        for event in scene.scenario.events.values()
        for driver in event.drivers
    }
    assume(expected)
    assume(all(map(sound, (oracle, noisy(oracle), *expected.values()))))
    found = others(held(scene))
    start = headline_of(oracle)
    assert {one.name for one in found.effects_removed} == set(expected)
    for one, other in [(found.noisy_or, noisy(oracle)), *((one, expected[one.name]) for one in found.effects_removed)]:
        chance = headline_of(other)
        assert one.probability.value == pytest.approx(chance, rel=1e-7)
        assert one.shift is not None
        assert one.shift.value == pytest.approx(float(logit(chance) - logit(start)), abs=1e-6)
        assert one.shift.se == pytest.approx(0, abs=1e-9)
    assert found.noisy_or.name == "noisy_or"
    assert found.effort.fits == 2 + len(expected)
    shifts = [abs(one.shift.value) for one in found.effects_removed if one.shift]
    assert shifts == sorted(shifts, reverse=True), "the most telling first"


# Open priors

OPEN: Mapping[str, Statement | float] = {
    "factors.f": BetaStated(a=5, b=2),
    "factors.g": BetaStated(a=2, b=2),
    "events.e": BetaStated(a=3, b=9),
    "events.d": BetaStated(a=2, b=3),
    "effects.e.f": LognormalStated(mu=2.0, sigma=0.4),
    "effects.e.g": LognormalStated(mu=0.7, sigma=0.4),
    "effects.e.d": LognormalStated(mu=1.5, sigma=0.5),
    "evidence.word": 3.0,
}


def driven(*drivers: str) -> Scenario:
    """An event with some of three drivers, and evidence about it."""
    signs = {"f": 1, "g": -1, "d": 1}
    event = Event(id="e", title="", drivers=tuple(Driver(name=name, sign=signs[name]) for name in drivers))
    cases = Cases(id="cases", about="e", trials=(Trials(at={}, successes=2.0, of=12.0),), **SAID)
    return scenario_of(event, Event(id="d", title=""), factors=("f", "g"), evidence=(seen("word", "e"), cases))


def stated(*drivers: str) -> Assessment:
    gone = {f"effects.e.{name}" for name in ("f", "g", "d") if name not in drivers}
    said = {name: statement for name, statement in OPEN.items() if name not in gone}
    return assessed(driven(*drivers), said, relevance={"cases": 0.7})


def test_an_effect_removed_is_a_scenario_without_it() -> None:
    """With open priors and evidence: the headline is that of a scenario that never had the arrow, fitted by itself."""
    found = {one.name: one for one in others(stated("f", "g", "d")).effects_removed}
    for name in ("f", "g", "d"):
        rest = [other for other in ("f", "g", "d") if other != name]
        own = fit(stated(*rest), seed=77)[1].posterior.headline
        removed = found[f"effects.e.{name}"].probability
        assert removed.value == pytest.approx(own.value, abs=ERRORS * math.hypot(removed.se, own.se)), name
        assert removed.se < 0.01


def test_a_shift_is_more_certain_than_its_ends() -> None:
    """All structures are fitted on common random numbers: what they share cancels."""
    headline = fit(stated("f", "g", "d"))[1].posterior.headline
    found = others(stated("f", "g", "d"))
    for one in (found.noisy_or, *found.effects_removed):
        ends = [end.se / (end.value * (1 - end.value)) for end in (one.probability, headline)]
        assert one.shift is not None
        assert one.shift.se < 0.9 * math.hypot(*ends), one.name
        expected = float(logit(one.probability.value) - logit(headline.value))
        assert one.shift.value == pytest.approx(expected, abs=ERRORS * math.hypot(*ends))


def test_the_other_link_is_fitted_and_not_merely_read_off() -> None:
    """With a beta prior on the factor and cases elsewhere on it, the headline is an integral under the other link."""
    event = Event(id="e", title="", drivers=(Driver(name="f", sign=1), Driver(name="g", sign=1)))
    cases = Cases(id="cases", about="e", trials=(Trials(at={"f": 1.0, "g": 1.0}, successes=7.0, of=10.0),), **SAID)
    scenario = scenario_of(event, factors=("f", "g"), evidence=(cases,))
    said = {
        "events.e": BetaStated(a=2, b=6),
        "factors.f": 0.9,
        "factors.g": 1.0,
        "effects.e.f": 8.0,
        "effects.e.g": 5.0,
    }
    found = others(assessed(scenario, said, relevance={"cases": 1.0})).noisy_or
    nodes, weights = np.polynomial.legendre.leggauss(200)
    base = (nodes + 1) / 2
    density = weights * base * (1 - base) ** 5
    leaks = [leak_of(b, ((8.0, 0.5), (5.0, 0.5))) for b in base]
    top = np.array([1 - none_acts(leak, ((8.0, 1.0), (5.0, 1.0))) for leak in leaks])
    own = np.array([1 - none_acts(leak, ((8.0, 0.9), (5.0, 1.0))) for leak in leaks])
    likelihood = density * top**7 * (1 - top) ** 3
    expected = float(likelihood @ own / likelihood.sum())
    assert found.probability.value == pytest.approx(expected, abs=ERRORS * found.probability.se)
    assert found.probability.se < 0.01


# Linking


def test_linking_changes_the_link_and_nothing_else() -> None:
    """Priors and weights are as they were, the first assessment is left alone, and the way back leads to it."""
    before = stated("f", "g", "d")
    after = linked(before, "noisy_or")
    assert (before.structure.link, after.structure.link) == ("log_odds", "noisy_or")
    assert after.priors is before.priors
    assert list(after.weight) == list(before.weight)
    there, back = (fit(one)[1].posterior.headline for one in (before, linked(after, "log_odds")))
    assert back == there
    assert fit(after)[1].posterior.headline.value != pytest.approx(there.value, rel=1e-3)


def test_without_effects_the_links_agree() -> None:
    """Where nothing drives anything there is no arrow to remove, and the other link is the same to the last digits."""
    found = others(assessed(scenario_of(Event(id="e", title="")), {"events.e": BetaStated(a=2, b=5)}))
    assert found.effects_removed == ()
    assert found.noisy_or.shift is not None
    assert (found.noisy_or.shift.value, found.noisy_or.shift.se) == pytest.approx((0, 0), abs=1e-9)


def test_an_effect_that_is_none_already_is_not_missed() -> None:
    """A ratio of 1 may go without anything changing."""
    event = Event(id="e", title="", drivers=(Driver(name="f", sign=1),))
    said = {"events.e": 0.3, "factors.f": 0.8, "effects.e.f": 1.0}
    (one,) = others(assessed(scenario_of(event, factors=("f",)), said)).effects_removed
    assert one.shift is not None
    assert one.shift.value == pytest.approx(0, abs=1e-12)


def test_of_a_certain_headline_no_shift_is_told() -> None:
    """Of a probability of 1 under one structure there are no log-odds; a shift without bounds comes first."""
    certain = others(assessed(scenario_of(Event(id="e", title="", form="table")), {"tables.e.none": 1.0}))
    assert certain.noisy_or == Alternative(name="noisy_or", probability=certain.noisy_or.probability, shift=None)
    assert certain.noisy_or.probability.value == 1
    drivers = (Driver(name="f", sign=-1), Driver(name="g", sign=1))
    event = Event(id="e", title="", form="rate", drivers=drivers)
    said = {"events.e": 30.0, "factors.f": 1.0, "factors.g": 0.5, "effects.e.f": 1e4, "effects.e.g": 2.0}
    found = others(assessed(scenario_of(event, factors=("f", "g")), said))
    first, second = found.effects_removed
    assert (first.name, first.probability.value, first.shift) == ("effects.e.f", 1.0, None)
    assert second.shift is not None


def test_progress_is_told_of_every_fit() -> None:
    """Each fit counts, and the last one says that all are done."""
    told: list[tuple[int, int]] = []
    found = structural_alternatives(
        *fit(stated("f", "g", "d")), progress=lambda done, total: told.append((done, total))
    )
    assert told == [(done, 5) for done in range(1, 6)]
    assert found.effort.fits == 5
    assert found.effort.converged

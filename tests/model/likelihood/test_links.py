"""The noisy-OR link, against the definition of a noisy-OR and a root search for its leak."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace
from scipy.special import logit

from estimative.model.likelihood.backend import NUMPY
from estimative.model.likelihood.layout import Structure
from estimative.model.likelihood.layout_builder import structure_of
from estimative.model.likelihood.links import by_noisy_or
from estimative.model.likelihood.log_joint import log_likelihood
from estimative.model.likelihood.queries import evaluate_queries, targets
from estimative.model.likelihood.terms import terms
from estimative.model.spec.events import Driver, Event
from estimative.model.spec.evidence import Cases, Exposure, Trials
from estimative.model.spec.scenario import Scenario
from tests.examples import examples
from tests.held import seen
from tests.noisy_or import NoisyOr, leak_of, none_acts
from tests.oracle import Oracle
from tests.recorded import points_of, recorded_likelihood, slopes
from tests.scenarios import SAID, scenario_of
from tests.strategies import Valued, everything, theta_of, valued, valued_scenarios

RELATIVE = 1e-9
"""The brute-force formula loses digits where it subtracts a small probability from 1."""


def noisy_or_structure(scenario: Scenario) -> Structure:
    return replace(structure_of(scenario), link="noisy_or")


def noisy_or_oracles(scene: Valued) -> list[NoisyOr]:
    """Make one oracle for each draw."""
    shares = {
        "relevance": scene.relevance,
        "independence": scene.independence,
        "stated_years": scene.stated_years,
    }
    return [NoisyOr(scenario=scene.scenario, values=values, **shares) for values in scene.draws]


def close(numbers: object) -> object:
    return pytest.approx(numbers, rel=RELATIVE, abs=RELATIVE)


def chance(scenario: Scenario, values: Mapping[str, float]) -> float:
    """Compute the probability of the headline by the noisy-OR."""
    theta = theta_of([Oracle(scenario=scenario, values=values)])
    result = evaluate_queries(noisy_or_structure(scenario), theta, targets(scenario)[:1])
    return float(result.yes[0, 0] / result.given[0, 0])


def driven(*drivers: tuple[str, int], form: str = "odds", events: tuple[str, ...] = ()) -> Scenario:
    """Make an event with drivers; those named in `events` are events, the others factors."""
    event = Event(id="e", title="", form=form, drivers=tuple(Driver(name=name, sign=sign) for name, sign in drivers))
    others = [Event(id=name, title="", form="table") for name in events]
    return scenario_of(event, *others, factors=tuple(name for name, _ in drivers if name not in events))


def values_of(
    scenario: Scenario, base: float, ratios: Mapping[str, float], at: Mapping[str, float]
) -> dict[str, float]:
    """Name a baseline, effects, and the drivers' degrees: an event has happened (1) or not (0)."""
    effects = {f"effects.e.{name}": ratio for name, ratio in ratios.items()}
    places = {f"factors.{n}" if n in scenario.factors else f"tables.{n}.none": value for n, value in at.items()}
    return {"events.e": base, **effects, **places}


# One event


@pytest.mark.parametrize("base", [1e-6, 0.02, 0.3, 0.9, 1 - 1e-6])
def test_in_the_middle_the_chance_is_the_stated_baseline(base: float) -> None:
    """With every factor at 1/2 and no driving event, the probability is the baseline, whatever the ratios."""
    scenario = driven(("f", 1), ("g", -1), ("h", 1), ("d", 1), ("c", -1), events=("d", "c"))
    ratios = {"f": 50.0, "g": 8.0, "h": 0.1, "d": 900.0, "c": 30.0}
    rest = {"f": 0.5, "g": 0.5, "h": 0.5, "d": 0.0, "c": 0.0}
    assert chance(scenario, values_of(scenario, base, ratios, rest)) == pytest.approx(base, rel=1e-11)


def test_a_cause_alone_multiplies_the_odds_by_its_ratio() -> None:
    """With no other cause active, moving a driver from 0 to 1 multiplies the odds by its ratio, or divides them."""
    for sign, ratio in ((1, 6.0), (-1, 6.0), (1, 0.25), (-1, 0.25)):
        scenario = driven(("f", sign), ("g", 1), ("d", 1), events=("d",))
        at = [
            chance(scenario, values_of(scenario, 0.2, {"f": ratio, "g": 3.0, "d": 9.0}, {"f": x, "g": 0.0, "d": 0.0}))
            for x in (0.0, 1.0)
        ]
        assert float(logit(at[1]) - logit(at[0])) == pytest.approx(sign * math.log(ratio), rel=1e-10)


def test_together_causes_do_less_than_their_product() -> None:
    """Two independent causes raise the odds by more than either ratio and less than their product."""
    scenario = driven(("f", 1), ("g", 1))

    def odds(f: float, g: float) -> float:
        p = chance(scenario, values_of(scenario, 0.05, {"f": 5.0, "g": 4.0}, {"f": f, "g": g}))
        return p / (1 - p)

    leak, both = odds(0, 0), odds(1, 1)
    assert 5 * leak < both < 20 * leak
    absent = (1 + leak) / ((1 + 5 * leak) * (1 + 4 * leak))
    assert both == pytest.approx((1 - absent) / absent, rel=1e-10)


def test_a_single_lowering_event_is_the_same_for_both_links() -> None:
    """Where the absence of one event is the only cause, its happening divides the odds by the ratio."""
    scenario = driven(("d", -1), events=("d",))
    p = chance(scenario, values_of(scenario, 0.4, {"d": 7.0}, {"d": 1.0}))
    assert p / (1 - p) == pytest.approx(0.4 / 0.6 / 7, rel=1e-11)


DRIVERS = (("f", 1), ("g", -1), ("d", 1), ("c", -1))
degrees = st.floats(0, 1) | st.sampled_from([0.0, 0.5, 1.0])
log_ratios = st.floats(-4, 4)


@given(
    base=st.floats(1e-4, 0.999),
    logs=st.tuples(*[log_ratios] * 4),
    at=st.tuples(degrees, degrees, st.sampled_from([0.0, 1.0]), st.sampled_from([0.0, 1.0])),
)
def test_the_chance_is_the_brute_force_formula(base: float, logs: tuple[float, ...], at: tuple[float, ...]) -> None:
    """1 - (1 - l) prod (1 - c)^u, with u the driver or its absence, and a leak from a root search."""
    scenario = driven(*DRIVERS, events=("d", "c"))
    names = [name for name, _ in DRIVERS]
    values = values_of(
        scenario, base, dict(zip(names, map(math.exp, logs), strict=True)), dict(zip(names, at, strict=True))
    )
    causes, at_rest = [], []
    for (name, sign), log_ratio, degree in zip(DRIVERS, logs, at, strict=True):
        middle, up = 0.5 if name in scenario.factors else 0.0, sign * log_ratio >= 0
        causes.append((math.exp(abs(log_ratio)), degree if up else 1 - degree))
        at_rest.append((math.exp(abs(log_ratio)), middle if up else 1 - middle))
    expected = 1 - none_acts(leak_of(base, tuple(at_rest)), tuple(causes))
    assert chance(scenario, values) == pytest.approx(expected, rel=1e-8)


@given(base=st.floats(1e-4, 0.999), logs=st.tuples(log_ratios, log_ratios), steps=st.tuples(degrees, degrees, degrees))
def test_more_of_a_cause_is_never_less(base: float, logs: tuple[float, ...], steps: tuple[float, ...]) -> None:
    """The probability rises along a raising driver, and falls if its ratio is below 1, whatever the other cause."""
    scenario = driven(("f", 1), ("g", -1))
    ratios = dict(zip(("f", "g"), map(math.exp, logs), strict=True))
    low, high = sorted(steps[:2])
    lower, upper = (chance(scenario, values_of(scenario, base, ratios, {"f": x, "g": steps[2]})) for x in (low, high))
    assert (upper - lower) * logs[0] >= -1e-12
    if high - low > 0.01 and abs(logs[0]) > 0.01:
        assert lower != upper


@pytest.mark.parametrize("base", [-40.0, -12.0, 0.0, 9.0, 30.0])
@pytest.mark.parametrize("strength", [0.0, 1e-6, 2.0, 7.0, 12.0])
def test_newton_steps_solve_for_the_leak_at_any_baseline(base: float, strength: float) -> None:
    """The hazards of leak and causes at rest add up to that of the baseline, for extreme baselines too."""
    scenario = driven(("f", 1), ("g", -1), ("h", 1))
    structure = noisy_or_structure(scenario)
    theta = theta_of([
        Oracle(
            scenario=scenario,
            values=values_of(scenario, 0.5, dict.fromkeys("fgh", math.exp(strength)), dict.fromkeys("fgh", 0.5)),
        )
    ])  # fmt: skip
    shared = terms(NUMPY, structure, theta)
    baseline = np.array([[base]])
    rows = by_noisy_or(NUMPY, structure, structure.linear_predictors, baseline, shared.log_effect, shared.covariate)
    assert rows == pytest.approx(np.array([[base]]), rel=1e-11, abs=1e-11)


def test_without_effects_both_links_are_the_same() -> None:
    """Where nothing drives an event, or every ratio is 1, its probability is the baseline in every state."""
    alone = scenario_of(Event(id="e", title=""))
    assert chance(alone, {"events.e": 0.137}) == pytest.approx(0.137, rel=1e-12)
    scenario = driven(*DRIVERS, events=("d", "c"))
    values = values_of(scenario, 0.137, dict.fromkeys("fgdc", 1.0), {"f": 0.9, "g": 0.8, "d": 0.6, "c": 0.7})
    assert chance(scenario, values) == pytest.approx(0.137, rel=1e-12)
    rate = driven(("f", 1), form="rate")
    values = values_of(rate, 0.2, {"f": 1.0}, {"f": 0.9})
    assert chance(rate, values) == pytest.approx(-math.expm1(-0.2 * rate.years), rel=1e-12)


# Rates


def hazard(scenario: Scenario, rate: float, ratios: Mapping[str, float], at: Mapping[str, float]) -> float:
    """Compute the hazard per year."""
    return -math.log1p(-chance(scenario, values_of(scenario, rate, ratios, at))) / scenario.years


def test_causes_of_a_rate_add_to_it() -> None:
    """Each fully active cause adds w - 1 times the rate without any cause: raising or lowering, factor or event."""
    scenario = driven(("f", 1), ("g", -1), ("d", 1), form="rate", events=("d",))
    ratios, rate = {"f": 5.0, "g": 3.0, "d": 4.0}, 0.02
    rest = {"f": 0.5, "g": 0.5, "d": 0.0}
    assert hazard(scenario, rate, ratios, rest) == pytest.approx(rate, rel=1e-11)
    leak = rate / (1 + 4 * 0.5 + 2 * 0.5)
    for f, g, d in ((0.0, 1.0, 0.0), (1.0, 1.0, 0.0), (0.0, 0.0, 0.0), (0.2, 0.7, 1.0)):
        total = hazard(scenario, rate, ratios, {"f": f, "g": g, "d": d})
        assert total == pytest.approx(leak * (1 + 4 * f + 2 * (1 - g) + 3 * d), rel=1e-11)


def test_a_cause_alone_multiplies_the_rate_by_its_ratio() -> None:
    """With no other cause active, moving a driver from 0 to 1 multiplies the rate, as with the log link."""
    for sign, ratio in ((1, 6.0), (-1, 6.0), (1, 0.25)):
        scenario = driven(("f", sign), ("g", 1), form="rate")
        ends = [hazard(scenario, 0.03, {"f": ratio, "g": 3.0}, {"f": x, "g": 0.0}) for x in (0.0, 1.0)]
        assert math.log(ends[1] / ends[0]) == pytest.approx(sign * math.log(ratio), rel=1e-10)


# Evidence


def test_exposure_counts_at_the_factors_own_degrees() -> None:
    """Exposure is Poisson at the rate of the factors' own degrees, without driving events."""
    item = Exposure(id="x", about="e", count=3, years=40.0, **SAID)
    scenario = replace(driven(("f", 1), ("d", -1), form="rate", events=("d",)), evidence={"x": item})
    values = values_of(scenario, 0.05, {"f": 4.0, "d": 2.0}, {"f": 0.8, "d": 0.5})
    theta = theta_of([Oracle(scenario=scenario, values=values, relevance={"x": 0.7})])
    result = log_likelihood(NUMPY, noisy_or_structure(scenario), theta)
    mean = 40 * 0.05 * (1 + 3 * 0.8 + 1) / (1 + 3 * 0.5 + 1)
    assert result == pytest.approx([0.7 * (3 * math.log(mean) - mean - math.log(6))], rel=1e-11)


def test_cases_are_binomial_at_the_drivers_of_their_rows() -> None:
    """Cases take the drivers of their rows: a factor not named is at its middle, an event not named is absent."""
    trials = (Trials(at={"f": 1.0, "d": 1.0}, successes=2.0, of=5.0), Trials(at={}, successes=1.5, of=4.0))
    item = Cases(id="c", about="e", trials=trials, **SAID)
    scenario = replace(driven(("f", 1), ("g", -1), ("d", 1), events=("d",)), evidence={"c": item})
    values = values_of(scenario, 0.3, {"f": 4.0, "g": 6.0, "d": 3.0}, {"f": 0.1, "g": 0.9, "d": 0.5})
    theta = theta_of([Oracle(scenario=scenario, values=values, relevance={"c": 0.5})])
    result = log_likelihood(NUMPY, noisy_or_structure(scenario), theta)
    leak = leak_of(0.3, ((4.0, 0.5), (6.0, 0.5), (3.0, 0.0)))
    p = 1 - none_acts(leak, ((4.0, 1.0), (6.0, 0.5), (3.0, 1.0)))
    expected = 2 * math.log(p) + 3 * math.log(1 - p) + 1.5 * math.log(0.3) + 2.5 * math.log(0.7)
    assert result == pytest.approx([0.5 * expected], rel=1e-9)


@examples(12)
@given(scene=valued_scenarios(most_events=6))
def test_the_likelihood_is_the_sum_over_all_joint_states(scene: Valued) -> None:
    """With the noisy-OR too, likelihood and answers are sums over all joint states."""
    oracles = noisy_or_oracles(scene)
    expected = [oracle.log_likelihood for oracle in oracles]
    assume(all(map(math.isfinite, expected)))
    result = log_likelihood(NUMPY, noisy_or_structure(scene.scenario), scene.theta)
    assert np.broadcast_to(result, len(expected)) == close(expected)
    every = targets(scene.scenario)
    probabilities = evaluate_queries(noisy_or_structure(scene.scenario), scene.theta, every)
    for index, target in enumerate(every):
        for draw, oracle in enumerate(oracles):
            answer = getattr(oracle, target.kind)(target.id)
            if not math.isnan(answer):
                assert probabilities.yes[index, draw] == close(answer * probabilities.given[index, draw])


def test_everything_agrees_with_brute_force() -> None:
    """A scenario with every form of event and every kind of evidence has the likelihood of a sum over all states."""
    scene = valued(everything(), seed=1)
    result = log_likelihood(NUMPY, noisy_or_structure(scene.scenario), scene.theta)
    assert result == close([oracle.log_likelihood for oracle in noisy_or_oracles(scene)])
    usual = log_likelihood(NUMPY, structure_of(scene.scenario), scene.theta)
    assert abs(result - usual).min() > 0.01, "the links differ"


# Recorded


def test_slopes_are_those_of_the_numbers() -> None:
    """The gradient by every quantity is that of NumPy's likelihood by differences, and finite."""
    item = Cases(id="c", about="e", trials=(Trials(at={"f": 0.9}, successes=2.0, of=5.0),), **SAID)
    scenario = replace(driven(("f", 1), ("g", -1)), evidence={"c": item, "i": seen("i", "e")})
    structure = noisy_or_structure(scenario)
    points = [values_of(scenario, 0.3, {"f": w, "g": 3.0}, {"f": 0.7, "g": 0.2}) for w in (4.0, 0.4, 1.0)]
    theta = theta_of(
        [Oracle(scenario=scenario, values={**point, "evidence.i": 2.5}, relevance={"c": 0.8}) for point in points]
    )
    evaluate = recorded_likelihood(structure, theta)
    for point, ratio in zip(points_of(theta).T, (4.0, 0.4, 1.0), strict=True):
        _, gradient = evaluate(point)
        assert np.isfinite(gradient).all()
        if ratio != 1.0:  # where the gradient has a kink
            assert gradient == pytest.approx(slopes(structure, theta, point), abs=1e-7)

"""The other link: causes that act alone, against the definition of a noisy-OR and a search for its leak."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from pytensor.compile.mode import Mode
from scipy.special import logit

from estimative.model.inference.nuts import PYTENSOR
from estimative.model.likelihood.backend import NUMPY
from estimative.model.likelihood.equations import Theta, log_likelihood, terms
from estimative.model.likelihood.layout import Structure
from estimative.model.likelihood.layout_builder import structure_of
from estimative.model.likelihood.links import by_noisy_or
from estimative.model.likelihood.queries import evaluate_queries, targets
from estimative.model.likelihood.variable_elimination import by_elimination, by_enumeration
from estimative.model.spec.events import Driver, Event
from estimative.model.spec.evidence import Cases, Exposure, Trials
from estimative.model.spec.scenario import Scenario
from tests.held import seen
from tests.noisy_or import NoisyOr, leak_of, none_acts
from tests.oracle import Oracle
from tests.scenarios import SAID, scenario_of
from tests.strategies import Valued, everything, theta_of, valued, valued_scenarios

RELATIVE = 1e-9
"""The brute force loses digits where it takes a small chance from 1."""

random_examples = settings(
    max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)


def other(scenario: Scenario) -> Structure:
    return replace(structure_of(scenario), link="noisy_or")


def noisy(scene: Valued) -> list[NoisyOr]:
    """One for each draw."""
    shares = {"relevance": scene.relevance, "independence": scene.independence}
    return [NoisyOr(scenario=scene.scenario, values=values, **shares) for values in scene.draws]


def close(numbers: object) -> object:
    return pytest.approx(numbers, rel=RELATIVE, abs=RELATIVE)


def chance(scenario: Scenario, values: Mapping[str, float]) -> float:
    """Of the headline, by the noisy-OR."""
    theta = theta_of([Oracle(scenario=scenario, values=values)])
    found = evaluate_queries(other(scenario), theta, targets(scenario)[:1])
    return float(found.yes[0, 0] / found.given[0, 0])


def driven(*drivers: tuple[str, int], form: str = "odds", events: tuple[str, ...] = ()) -> Scenario:
    """An event with drivers, of which these are events; the rest are factors."""
    event = Event(id="e", title="", form=form, drivers=tuple(Driver(name=name, sign=sign) for name, sign in drivers))
    others = [Event(id=name, title="", form="table") for name in events]
    return scenario_of(event, *others, factors=tuple(name for name, _ in drivers if name not in events))


def said(scenario: Scenario, base: float, ratios: Mapping[str, float], at: Mapping[str, float]) -> dict[str, float]:
    """A baseline, effects, and where the drivers stand: an event has happened (1) or not (0)."""
    effects = {f"effects.e.{name}": ratio for name, ratio in ratios.items()}
    places = {f"factors.{n}" if n in scenario.factors else f"tables.{n}.none": value for n, value in at.items()}
    return {"events.e": base, **effects, **places}


# One event


@pytest.mark.parametrize("base", [1e-6, 0.02, 0.3, 0.9, 1 - 1e-6])
def test_in_the_middle_the_chance_is_the_stated_baseline(base: float) -> None:
    """With every factor at 1/2 and no driving event, ratios do not matter, however large or small they are."""
    scenario = driven(("f", 1), ("g", -1), ("h", 1), ("d", 1), ("c", -1), events=("d", "c"))
    ratios = {"f": 50.0, "g": 8.0, "h": 0.1, "d": 900.0, "c": 30.0}
    rest = {"f": 0.5, "g": 0.5, "h": 0.5, "d": 0.0, "c": 0.0}
    assert chance(scenario, said(scenario, base, ratios, rest)) == pytest.approx(base, rel=1e-11)


def test_a_cause_alone_multiplies_the_odds_by_its_ratio() -> None:
    """With nothing else at work, a driver's way from one end to the other is its odds ratio, up or down."""
    for sign, ratio in ((1, 6.0), (-1, 6.0), (1, 0.25), (-1, 0.25)):
        scenario = driven(("f", sign), ("g", 1), ("d", 1), events=("d",))
        at = [
            chance(scenario, said(scenario, 0.2, {"f": ratio, "g": 3.0, "d": 9.0}, {"f": x, "g": 0.0, "d": 0.0}))
            for x in (0.0, 1.0)
        ]
        assert float(logit(at[1]) - logit(at[0])) == pytest.approx(sign * math.log(ratio), rel=1e-10)


def test_together_causes_do_less_than_their_product() -> None:
    """Each of two causes that act alone adds a hazard: below the product of odds ratios, above either by itself."""
    scenario = driven(("f", 1), ("g", 1))

    def odds(f: float, g: float) -> float:
        p = chance(scenario, said(scenario, 0.05, {"f": 5.0, "g": 4.0}, {"f": f, "g": g}))
        return p / (1 - p)

    leak, both = odds(0, 0), odds(1, 1)
    assert 5 * leak < both < 20 * leak
    absent = (1 + leak) / ((1 + 5 * leak) * (1 + 4 * leak))
    assert both == pytest.approx((1 - absent) / absent, rel=1e-10)


def test_a_single_lowering_event_is_the_same_for_both_links() -> None:
    """Where the lack of one event is the only cause, its happening divides the odds by the ratio."""
    scenario = driven(("d", -1), events=("d",))
    found = chance(scenario, said(scenario, 0.4, {"d": 7.0}, {"d": 1.0}))
    assert found / (1 - found) == pytest.approx(0.4 / 0.6 / 7, rel=1e-11)


DRIVERS = (("f", 1), ("g", -1), ("d", 1), ("c", -1))
degrees = st.floats(0, 1) | st.sampled_from([0.0, 0.5, 1.0])
log_ratios = st.floats(-4, 4)


@random_examples
@given(
    base=st.floats(1e-4, 0.999),
    logs=st.tuples(*[log_ratios] * 4),
    at=st.tuples(degrees, degrees, st.sampled_from([0.0, 1.0]), st.sampled_from([0.0, 1.0])),
)
def test_the_chance_is_the_brute_force_formula(base: float, logs: tuple[float, ...], at: tuple[float, ...]) -> None:
    """1 - (1 - l) prod (1 - c)^u, with u the driver or its lack, and a leak that a root search finds."""
    scenario = driven(*DRIVERS, events=("d", "c"))
    names = [name for name, _ in DRIVERS]
    values = said(scenario, base, dict(zip(names, map(math.exp, logs), strict=True)), dict(zip(names, at, strict=True)))
    causes, at_rest = [], []
    for (name, sign), log_ratio, degree in zip(DRIVERS, logs, at, strict=True):
        middle, up = 0.5 if name in scenario.factors else 0.0, sign * log_ratio >= 0
        causes.append((math.exp(abs(log_ratio)), degree if up else 1 - degree))
        at_rest.append((math.exp(abs(log_ratio)), middle if up else 1 - middle))
    expected = 1 - none_acts(leak_of(base, tuple(at_rest)), tuple(causes))
    assert chance(scenario, values) == pytest.approx(expected, rel=1e-8)


@random_examples
@given(base=st.floats(1e-4, 0.999), logs=st.tuples(log_ratios, log_ratios), steps=st.tuples(degrees, degrees, degrees))
def test_more_of_a_cause_is_never_less(base: float, logs: tuple[float, ...], steps: tuple[float, ...]) -> None:
    """The chance rises along a raising driver, and falls where its ratio is below 1, whatever else is at work."""
    scenario = driven(("f", 1), ("g", -1))
    ratios = dict(zip(("f", "g"), map(math.exp, logs), strict=True))
    low, high = sorted(steps[:2])
    one, two = (chance(scenario, said(scenario, base, ratios, {"f": x, "g": steps[2]})) for x in (low, high))
    assert (two - one) * logs[0] >= -1e-12
    if high - low > 0.01 and abs(logs[0]) > 0.01:
        assert one != two


@pytest.mark.parametrize("base", [-40.0, -12.0, 0.0, 9.0, 30.0])
@pytest.mark.parametrize("strength", [0.0, 1e-6, 2.0, 7.0, 12.0])
def test_the_leak_is_found_for_any_baseline(base: float, strength: float) -> None:
    """Newton's steps arrive: the hazards of leak and causes at rest add up to that of the baseline, far out too."""
    scenario = driven(("f", 1), ("g", -1), ("h", 1))
    structure = other(scenario)
    theta = theta_of([
        Oracle(
            scenario=scenario,
            values=said(scenario, 0.5, dict.fromkeys("fgh", math.exp(strength)), dict.fromkeys("fgh", 0.5)),
        )
    ])  # fmt: skip
    found = terms(NUMPY, structure, theta)
    baseline = np.array([[base]])
    rows = by_noisy_or(NUMPY, structure, structure.linear_predictors, baseline, found.log_effect, found.covariate)
    assert rows == pytest.approx(np.array([[base]]), rel=1e-11, abs=1e-11)


def test_without_effects_both_links_are_one() -> None:
    """Where nothing drives an event, or every ratio is 1, its chance is the baseline in every state."""
    alone = scenario_of(Event(id="e", title=""))
    assert chance(alone, {"events.e": 0.137}) == pytest.approx(0.137, rel=1e-12)
    scenario = driven(*DRIVERS, events=("d", "c"))
    values = said(scenario, 0.137, dict.fromkeys("fgdc", 1.0), {"f": 0.9, "g": 0.8, "d": 0.6, "c": 0.7})
    assert chance(scenario, values) == pytest.approx(0.137, rel=1e-12)
    rate = driven(("f", 1), form="rate")
    values = said(rate, 0.2, {"f": 1.0}, {"f": 0.9})
    assert chance(rate, values) == pytest.approx(-math.expm1(-0.2 * rate.years), rel=1e-12)


# Rates


def hazard(scenario: Scenario, rate: float, ratios: Mapping[str, float], at: Mapping[str, float]) -> float:
    """Per year."""
    return -math.log1p(-chance(scenario, said(scenario, rate, ratios, at))) / scenario.years


def test_causes_of_a_rate_add_to_it() -> None:
    """Each cause at full work adds w - 1 times the rate that is there without any: up, down, of factors and events."""
    scenario = driven(("f", 1), ("g", -1), ("d", 1), form="rate", events=("d",))
    ratios, rate = {"f": 5.0, "g": 3.0, "d": 4.0}, 0.02
    rest = {"f": 0.5, "g": 0.5, "d": 0.0}
    assert hazard(scenario, rate, ratios, rest) == pytest.approx(rate, rel=1e-11)
    leak = rate / (1 + 4 * 0.5 + 2 * 0.5)
    for f, g, d in ((0.0, 1.0, 0.0), (1.0, 1.0, 0.0), (0.0, 0.0, 0.0), (0.2, 0.7, 1.0)):
        found = hazard(scenario, rate, ratios, {"f": f, "g": g, "d": d})
        assert found == pytest.approx(leak * (1 + 4 * f + 2 * (1 - g) + 3 * d), rel=1e-11)


def test_a_cause_alone_multiplies_the_rate_by_its_ratio() -> None:
    """With nothing else at work, as with the log link."""
    for sign, ratio in ((1, 6.0), (-1, 6.0), (1, 0.25)):
        scenario = driven(("f", sign), ("g", 1), form="rate")
        ends = [hazard(scenario, 0.03, {"f": ratio, "g": 3.0}, {"f": x, "g": 0.0}) for x in (0.0, 1.0)]
        assert math.log(ends[1] / ends[0]) == pytest.approx(sign * math.log(ratio), rel=1e-10)


# Evidence


def test_exposure_counts_at_the_factors_own_degrees() -> None:
    """Events of a Poisson process come at the rate of the degrees as they are, no driving event having happened."""
    item = Exposure(id="x", about="e", count=3, years=40.0, **SAID)
    scenario = replace(driven(("f", 1), ("d", -1), form="rate", events=("d",)), evidence={"x": item})
    values = said(scenario, 0.05, {"f": 4.0, "d": 2.0}, {"f": 0.8, "d": 0.5})
    theta = theta_of([Oracle(scenario=scenario, values=values, relevance={"x": 0.7})])
    found = log_likelihood(NUMPY, other(scenario), theta, by_elimination)
    mean = 40 * 0.05 * (1 + 3 * 0.8 + 1) / (1 + 3 * 0.5 + 1)
    assert found == pytest.approx([0.7 * (3 * math.log(mean) - mean - math.log(6))], rel=1e-11)


def test_cases_stand_where_their_rows_say() -> None:
    """A row's drivers stand at its degrees: a factor not named at its middle, an event not named at none."""
    trials = (Trials(at={"f": 1.0, "d": 1.0}, successes=2.0, of=5.0), Trials(at={}, successes=1.5, of=4.0))
    item = Cases(id="c", about="e", trials=trials, **SAID)
    scenario = replace(driven(("f", 1), ("g", -1), ("d", 1), events=("d",)), evidence={"c": item})
    values = said(scenario, 0.3, {"f": 4.0, "g": 6.0, "d": 3.0}, {"f": 0.1, "g": 0.9, "d": 0.5})
    theta = theta_of([Oracle(scenario=scenario, values=values, relevance={"c": 0.5})])
    found = log_likelihood(NUMPY, other(scenario), theta, by_elimination)
    leak = leak_of(0.3, ((4.0, 0.5), (6.0, 0.5), (3.0, 0.0)))
    p = 1 - none_acts(leak, ((4.0, 1.0), (6.0, 0.5), (3.0, 1.0)))
    expected = 2 * math.log(p) + 3 * math.log(1 - p) + 1.5 * math.log(0.3) + 2.5 * math.log(0.7)
    assert found == pytest.approx([0.5 * expected], rel=1e-9)


@random_examples
@given(scene=valued_scenarios(most_events=6))
def test_the_likelihood_is_the_sum_over_all_joint_states(scene: Valued) -> None:
    """With the other link too, likelihood and answers are those of a plain sum, however the events are summed out."""
    oracles = noisy(scene)
    expected = [oracle.log_likelihood for oracle in oracles]
    assume(all(map(math.isfinite, expected)))
    for summing in (by_elimination, by_enumeration):
        found = log_likelihood(NUMPY, other(scene.scenario), scene.theta, summing)
        assert np.broadcast_to(found, len(expected)) == close(expected)
    asked = targets(scene.scenario)
    probabilities = evaluate_queries(other(scene.scenario), scene.theta, asked)
    for index, target in enumerate(asked):
        for draw, oracle in enumerate(oracles):
            answer = getattr(oracle, target.kind)(target.id)
            if not math.isnan(answer):
                assert probabilities.yes[index, draw] == close(answer * probabilities.given[index, draw])


def test_everything_agrees_with_brute_force() -> None:
    """A scenario with every form of event and every kind of evidence has the likelihood of a plain sum."""
    scene = valued(everything(), seed=1)
    found = log_likelihood(NUMPY, other(scene.scenario), scene.theta, by_elimination)
    assert found == close([oracle.log_likelihood for oracle in noisy(scene)])
    usual = log_likelihood(NUMPY, structure_of(scene.scenario), scene.theta, by_elimination)
    assert abs(found - usual).min() > 0.01, "the links differ"


# PyTensor


def symbols(theta: Theta) -> list[pt.TensorVariable]:
    """Of degrees, log ratios and weights."""
    return [pt.vector(shape=(len(part),), dtype="float64") for part in (theta.degree, theta.log_ratio, theta.weight)]


def test_pytensor_evaluates_the_same_link() -> None:
    """A PyTensor graph of the likelihood has the value of a plain sum."""
    scene = valued(everything(), seed=2, draws=3)
    theta, given_ = scene.theta, symbols(scene.theta)
    total = log_likelihood(
        PYTENSOR, other(scene.scenario), Theta(**dict(zip(PARTS, given_, strict=True))), by_enumeration
    )
    evaluate = pytensor.function(given_, total, mode="FAST_COMPILE", on_unused_input="ignore")
    for index, oracle in enumerate(noisy(scene)):
        found = evaluate(theta.degree[:, index], theta.log_ratio[:, index], theta.weight)
        assert float(found) == close(oracle.log_likelihood)


PARTS = ("degree", "log_ratio", "weight")
PLAIN = Mode(linker="py", optimizer=None)
"""As the graph is written: to rewrite one with slopes takes longer than to evaluate it a few times."""


def test_slopes_are_those_of_the_numbers() -> None:
    """The likelihood's slope along every quantity, for the sampler, is that of NumPy's likelihood; none is missing."""
    item = Cases(id="c", about="e", trials=(Trials(at={"f": 0.9}, successes=2.0, of=5.0),), **SAID)
    scenario = replace(driven(("f", 1), ("g", -1)), evidence={"c": item, "i": seen("i", "e")})
    structure = other(scenario)
    points = [said(scenario, 0.3, {"f": w, "g": 3.0}, {"f": 0.7, "g": 0.2}) for w in (4.0, 0.4, 1.0)]
    theta = theta_of(
        [Oracle(scenario=scenario, values={**point, "evidence.i": 2.5}, relevance={"c": 0.8}) for point in points]
    )
    given_ = symbols(theta)
    total = log_likelihood(PYTENSOR, structure, Theta(**dict(zip(PARTS, given_, strict=True))), by_enumeration)
    slopes = pytensor.grad(total, given_[:2])
    evaluate = pytensor.function(given_, slopes, mode=PLAIN, on_unused_input="ignore")
    for index, ratio in enumerate((4.0, 0.4, 1.0)):
        point = theta.degree[:, index], theta.log_ratio[:, index], theta.weight
        found = evaluate(*point)
        assert all(np.isfinite(slope).all() for slope in found)
        if ratio != 1.0:  # there the slope turns
            expected = [numeric(structure, point, part) for part in (0, 1)]
            assert [list(slope) for slope in found] == [pytest.approx(list(slope), abs=1e-7) for slope in expected]


def numeric(structure: Structure, point: tuple[np.ndarray, ...], part: int) -> np.ndarray:
    """Slopes of the NumPy likelihood along degrees (0) or log ratios (1), by central differences."""
    step = 1e-5
    moved = []
    for sign in (1, -1):
        parts = [np.repeat(one[:, None], len(point[part]), axis=1) for one in point[:2]]
        parts[part] = parts[part] + sign * step * np.eye(len(point[part]))
        theta = Theta(degree=parts[0], log_ratio=parts[1], weight=point[2])
        moved.append(log_likelihood(NUMPY, structure, theta, by_elimination))
    return (moved[0] - moved[1]) / (2 * step)

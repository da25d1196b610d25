"""What looking for an indicator is worth: against brute force over the states, closed forms, and its own errors."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import groupby

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace
from scipy.special import expit, logit, roots_jacobi
from scipy.stats import beta

from estimative.model.analysis.information_value import IndicatorValue, InformationValue, information_value, mean_power
from estimative.model.analysis.what_if import observing
from estimative.model.assessment import Assessment
from estimative.model.inference.draws import Draws
from estimative.model.inference.posterior import Posterior, posterior_of
from estimative.model.likelihood.theta import Theta
from estimative.model.spec.events import Driver, Event
from estimative.model.spec.evidence import Observation
from estimative.model.spec.scenario import Scenario
from estimative.priors.distributions import ScaledBeta
from estimative.priors.statements import BetaStated, Statement, Uniform
from tests.examples import examples, repetitions
from tests.held import by_hand, seen
from tests.oracle import Oracle, State, conditioned
from tests.prior_sets import assessed
from tests.scenarios import SAID, scenario_of
from tests.strategies import Valued, valued_scenarios

ERRORS = 4
"""Standard errors: passed by chance but once in 16,000, and the seeds are fixed."""


def looking(scenario: Scenario, *about: str) -> Scenario:
    """The same, with one thing to look for about each of these: `w0`, `w1`, ..."""
    indicators = [seen(f"w{index}", name) for index, name in enumerate(about)]
    return replace(scenario, indicators={one.id: one for one in indicators})


def single(found: InformationValue) -> IndicatorValue:
    (sight,) = found.indicators
    return sight


def entropy(p: float) -> float:
    return -math.fsum(q * math.log(q) for q in (p, 1 - p) if q > 0)


# By hand


def known(chance: float, yes: float, no: float) -> InformationValue:
    """One event of a known chance, and an indicator of it."""
    scenario = looking(scenario_of(Event(id="e", title="")), "e")
    said = {"events.e": chance, "indicators.w0.if_yes": yes, "indicators.w0.if_no": no}
    return information_value(fitted(assessed(scenario, said)))


def fitted(assessment: Assessment, draws: int = 10) -> Posterior:
    """Equally weighted draws of what is held anyway."""
    degrees, ratios = assessment.degree_parameters[2], assessment.ratio_parameters[0]
    theta = Theta(
        degree=np.repeat(degrees[:, None], draws, axis=1),
        log_ratio=np.repeat(ratios[:, None], draws, axis=1),
        weight=assessment.weight,
    )
    return posterior_of(assessment, drawn(theta, np.full(draws, 1 / draws)), seed=0)


def drawn(theta: Theta, weights: np.ndarray) -> Draws:
    diagnostics = {"pareto_k": 0.0, "pareto_k_headline": 0.0}
    return Draws(method="importance", theta=theta, weights=weights, chains=1, diagnostics=diagnostics)


def test_an_indicator_of_the_headline_itself_is_bayes_theorem() -> None:
    """A chance of 0.3, a sight of 0.8 if it is so and 0.1 if not: all by hand, and without error."""
    found = known(0.3, 0.8, 0.1)
    sight = single(found)
    chance = 0.3 * 0.8 + 0.7 * 0.1
    if_seen, if_not = 0.24 / chance, 0.06 / (1 - chance)
    after = chance * entropy(if_seen) + (1 - chance) * entropy(if_not)
    assert sight.name == "w0"
    assert (found.entropy, found.variance) == pytest.approx((entropy(0.3), 0.21))
    assert sight.p_observed.value == pytest.approx(chance, rel=1e-12)
    assert sight.p_if_observed is not None
    assert sight.p_if_absent is not None
    assert (sight.p_if_observed.value, sight.p_if_absent.value) == pytest.approx((if_seen, if_not), rel=1e-12)
    assert sight.expected_information_gain.value == pytest.approx(entropy(0.3) - after, rel=1e-10)
    assert sight.evsi.value == pytest.approx(chance * (1 - chance) * (if_seen - if_not) ** 2, rel=1e-10)
    assert sight.evppi.value == pytest.approx(0.21, rel=1e-10), "to know the event is to know the headline"
    numbers = (
        sight.p_observed,
        sight.p_if_observed,
        sight.p_if_absent,
        sight.expected_information_gain,
        sight.evsi,
        sight.evppi,
    )
    assert [number.se for number in numbers] == pytest.approx([0.0] * 6, abs=1e-12)


def test_what_can_hardly_be_missed_or_seen_has_one_sequel() -> None:
    """A sight that is certain to a float cannot be missed, one below all floats cannot be seen: nothing follows it."""
    surely = single(known(0.3, math.nextafter(1, 0), 1 - 1e-15))
    assert (surely.p_if_absent, surely.p_observed.value) == (None, pytest.approx(1))
    never = single(known(0.3, 5e-324 * 2, 5e-324))
    assert (never.p_if_observed, never.p_observed.value) == (None, 0)
    for sight in (surely, never):
        assert (sight.expected_information_gain.value, sight.evsi.value) == pytest.approx((0, 0), abs=1e-12)


def test_an_event_that_is_known_tells_nothing() -> None:
    """Of an event that was observed a sight says nothing more of the headline."""
    seen_already = Observation(id="o", about="d", happened=False, **SAID)
    event = Event(id="e", title="", drivers=(Driver(name="d", sign=1),))
    scenario = looking(scenario_of(event, Event(id="d", title=""), evidence=(seen_already,)), "d")
    said = {"events.e": 0.2, "events.d": 0.5, "effects.e.d": 9.0, **likelihoods(0.9, 0.2)}
    sight = single(information_value(fitted(assessed(scenario, said))))
    assert sight.p_observed.value == pytest.approx(0.2)
    assert (sight.expected_information_gain.value, sight.evsi.value, sight.evppi.value) == pytest.approx(
        (0, 0, 0), abs=1e-12
    )


def test_an_indicator_with_given_says_nothing_where_its_event_is_impossible() -> None:
    """Where the condition is not met, it is observed with the geometric mean of its two chances, also in a what-if."""
    events = (Event(id="e", title="", given=("c",)), Event(id="c", title=""))
    plain = looking(scenario_of(*events), "e")
    indicators = {name: replace(one, given=True) for name, one in plain.indicators.items()}
    said = {"events.e": 0.2, "events.c": 0.4, **likelihoods(0.9, 0.1)}
    posterior = fitted(assessed(replace(plain, indicators=indicators), said))
    observed = 0.4 * (0.2 * 0.9 + 0.8 * 0.1) + 0.6 * math.sqrt(0.9 * 0.1)
    sight = single(information_value(posterior))
    assert sight.p_observed.value == pytest.approx(observed, rel=1e-12)
    assert sight.p_if_observed is not None
    assert sight.p_if_observed.value == pytest.approx(0.4 * 0.2 * 0.9 / observed, rel=1e-12)
    after = observing(posterior, {"w0": True})
    assert after.all_estimates[("outcome", "o")].value == pytest.approx(0.4 * 0.2 * 0.9 / observed, rel=1e-12)


def likelihoods(top: float | Statement, bottom: float | Statement, *, end: str = "yes", name: str = "w0") -> dict:
    other = {"yes": "no", "high": "low"}[end]
    return {f"indicators.{name}.if_{end}": top, f"indicators.{name}.if_{other}": bottom}


def test_a_headline_under_a_condition_is_looked_at_under_it() -> None:
    """P(e | c), and a sight of a third event that both hang on: every number is that of the world where c is so."""
    drivers = (Driver(name="d", sign=1),)
    events = (Event(id="e", title="", given=("c",), drivers=drivers), Event(id="c", title="", drivers=drivers))
    scenario = looking(scenario_of(*events, Event(id="d", title=""), all=("e",), given=("c",)), "d")
    said = {"events.e": 0.2, "events.c": 0.3, "events.d": 0.4, "effects.e.d": 6.0, "effects.c.d": 3.0}
    found = information_value(fitted(assessed(scenario, {**said, **likelihoods(0.7, 0.25)})))
    condition, headline = (float(expit(logit(0.3) + math.log(3)))), float(expit(logit(0.2) + math.log(6)))
    given_yes = 0.4 * condition / (0.4 * condition + 0.6 * 0.3)
    p = given_yes * headline + (1 - given_yes) * 0.2
    chance = given_yes * 0.7 + (1 - given_yes) * 0.25
    if_seen = (given_yes * 0.7 * headline + (1 - given_yes) * 0.25 * 0.2) / chance
    sight = single(found)
    assert found.entropy == pytest.approx(entropy(p))
    assert found.variance == pytest.approx(p * (1 - p))
    assert sight.p_observed.value == pytest.approx(chance)
    assert sight.p_if_observed is not None
    assert sight.p_if_observed.value == pytest.approx(if_seen)
    assert sight.evppi.value == pytest.approx(given_yes * (1 - given_yes) * (headline - 0.2) ** 2)


def test_a_factor_is_known_under_the_condition() -> None:
    """The ceiling of a factor is over the degrees that it has where the condition is so."""
    driver = (Driver(name="f", sign=1),)
    events = Event(id="e", title="", given=("c",), drivers=driver), Event(id="c", title="", drivers=driver)
    scenario = looking(scenario_of(*events, factors=("f",), all=("e",), given=("c",)), "f")
    said = {"events.e": 0.2, "events.c": 0.3, "effects.e.f": 6.0, "effects.c.f": 50.0}
    said |= likelihoods(0.7, 0.25, end="high")
    draws = tuple({**said, "factors.f": x} for x in (0.1, 0.5, 0.8))
    found = single(
        information_value(
            by_hand(Valued(scenario=scenario, draws=draws, relevance={}, independence={}), [0.5, 0.3, 0.2])
        )
    )
    design = [-0.4, 0.0, 0.3]
    shares = np.array([0.5, 0.3, 0.2]) * expit(logit(0.3) + math.log(50) * np.array(design))
    shares /= shares.sum()
    chances = expit(logit(0.2) + math.log(6) * np.array(design))
    assert found.evppi.value == pytest.approx(float(shares @ np.square(chances - shares @ chances)))


# Brute force over states


class Brute(Struct, frozen=True, kw_only=True):
    """A few draws with weights, every state of the events listed, and how probable a sight is in each."""

    draws: Sequence[tuple[float, Oracle]]
    """Weights that sum to one."""
    sight: Callable[[Oracle, State], float]

    def mean(self, headline: bool, share: Callable[[Oracle, State], float]) -> float:
        """E[share of (the headline and) its condition]."""
        total = []
        for weight, oracle in self.draws:
            outcome = oracle.scenario.outcomes[oracle.scenario.headline]
            everything = oracle.mass(lambda _: True)
            for state in oracle.states():
                if conditioned(outcome, state) and (not headline or comes_about(oracle, state)):
                    mass = oracle.mass(lambda other, state=state: other == state) / everything
                    total.append(weight * mass * share(oracle, state))
        return math.fsum(total)

    def numbers(self) -> tuple[float, float, float, float]:
        """P(headline, sight), P(condition, sight), P(headline), P(condition)."""
        return (
            self.mean(True, self.sight),
            self.mean(False, self.sight),
            self.mean(True, lambda *_: 1.0),
            self.mean(False, lambda *_: 1.0),
        )


def comes_about(oracle: Oracle, state: State) -> bool:
    outcome = oracle.scenario.outcomes[oracle.scenario.headline]
    some = not outcome.any or any(state[name] for name in outcome.any)
    return some and all(state[name] for name in outcome.all) and not any(state[name] for name in outcome.none)


@examples(12)
@given(scene=valued_scenarios(most_events=4, draws=3), data=st.data())
def test_random_scenarios_agree_with_a_sum_over_states(scene: Valued, data: st.DataObject) -> None:
    """Every number is that of weighted draws and listed states; what could be known bounds what a sight tells."""
    scenario = scene.scenario
    about = data.draw(st.sampled_from([*scenario.events, *scenario.factors]))
    bottom, top = sorted(data.draw(st.lists(st.floats(0.02, 0.98), min_size=2, max_size=2, unique=True)))
    assume(top - bottom > 1e-3)
    weights = data.draw(st.lists(st.floats(0.1, 1), min_size=3, max_size=3))
    assume(all(math.isfinite(oracle.log_likelihood) for oracle in scene.oracles))
    assume(all(oracle.condition(name) > 1e-6 for oracle in scene.oracles for name in scenario.outcomes))
    factor = about in scenario.factors
    brute = Brute(
        draws=[(weight / sum(weights), oracle) for weight, oracle in zip(weights, scene.oracles, strict=True)],
        sight=lambda oracle, state: (
            bottom ** (1 - oracle.values[f"factors.{about}"]) * top ** oracle.values[f"factors.{about}"]
            if factor
            else (top if state[about] else bottom)
        ),
    )
    yes_seen, given_seen, yes, condition = brute.numbers()
    p = yes / condition
    assume(1e-6 < p < 1 - 1e-6)
    watched = looking(scenario, about)
    ends = likelihoods(top, bottom, end="high" if factor else "yes")
    found = information_value(
        by_hand(replace(scene, scenario=watched, draws=tuple({**d, **ends} for d in scene.draws)), weights)
    )
    sight = single(found)
    assert found.variance == pytest.approx(p * (1 - p), rel=1e-8)
    chance = given_seen / condition
    if_seen, if_not = yes_seen / given_seen, (yes - yes_seen) / (condition - given_seen)
    assert sight.p_observed.value == pytest.approx(chance, rel=1e-8)
    assert sight.p_if_observed is not None
    assert sight.p_if_absent is not None
    assert (sight.p_if_observed.value, sight.p_if_absent.value) == pytest.approx((if_seen, if_not), rel=1e-8)
    information = entropy(p) - chance * entropy(if_seen) - (1 - chance) * entropy(if_not)
    assert sight.expected_information_gain.value == pytest.approx(information, abs=1e-9)
    assert sight.evsi.value == pytest.approx(chance * (1 - chance) * (if_seen - if_not) ** 2, abs=1e-9)
    if factor:
        assert sight.evppi.value == pytest.approx(between_degrees(brute, f"factors.{about}"), abs=1e-8)
    assert sight.evsi.value <= sight.evppi.value + 1e-8
    assert sight.evppi.value <= found.variance + 1e-8


def between_degrees(brute: Brute, name: str) -> float:
    """Variance of the headline's chance between what the degrees of a factor may be."""
    ordered = sorted(brute.draws, key=lambda pair: pair[1].values[name])
    parts = []
    for _, group in groupby(ordered, key=lambda pair: pair[1].values[name]):
        part = replace(brute, draws=list(group))
        parts.append((part.mean(True, lambda *_: 1.0), part.mean(False, lambda *_: 1.0)))
    yes, condition = (math.fsum(column) for column in zip(*parts, strict=True))
    return math.fsum(given_ * (one / given_ - yes / condition) ** 2 for one, given_ in parts) / condition


# Likelihoods with priors of their own


def quadrature(function: Callable[[np.ndarray], np.ndarray], family: ScaledBeta) -> float:
    """The mean of a smooth function of a degree: Gauss-Jacobi."""
    nodes, weights = roots_jacobi(60, family.b - 1, family.a - 1)
    values = family.lower + (family.upper - family.lower) * (nodes + 1) / 2
    return float((weights * function(values)).sum() / weights.sum())


POWERS = np.array([0.0, 1e-9, 0.2, 0.5, 0.9, 1.0])
FAMILIES = {
    "beta": ScaledBeta(a=2.0, b=5.0),
    "heaped at both ends": ScaledBeta(a=0.3, b=0.4),
    "strong": ScaledBeta(a=300.0, b=20.0),
    "PERT": ScaledBeta(a=2.6, b=3.4, lower=0.1, upper=0.7),
    "stretched": ScaledBeta(a=1.3, b=0.8, lower=0.02, upper=0.99),
    "up from zero": ScaledBeta(a=2.0, b=3.0, upper=0.4),
    "up to one": ScaledBeta(a=4.0, b=2.0, lower=0.6),
}


@pytest.mark.parametrize("name", FAMILIES)
def test_mean_power_is_the_mean_of_the_power(name: str) -> None:
    """E[p^power] of each family is that of a quadrature; from zero up, of the beta function itself."""
    family = FAMILIES[name]
    if family.lower == 0:  # a power of zero has a slope that quadrature does not follow
        a, width = family.a, family.upper

        def moment(power: float) -> float:
            ratio = (
                math.lgamma(a + power) - math.lgamma(a) + math.lgamma(a + family.b) - math.lgamma(a + family.b + power)
            )
            return width**power * math.exp(ratio)

        expected = [moment(power) for power in POWERS]
    else:
        expected = [quadrature(lambda p, power=power: p**power, family) for power in POWERS]
    assert mean_power(family, POWERS) == pytest.approx(expected, rel=1e-8)
    assert mean_power(family, np.array([1.0])) == pytest.approx([family.mean], rel=1e-10)


def test_a_constant_has_its_own_powers() -> None:
    """Of a probability held fixed the mean of the power is the power."""
    assert mean_power(ScaledBeta.fixed(0.3), POWERS) == pytest.approx(0.3**POWERS, rel=1e-12)


@pytest.mark.parametrize(
    "family",
    [
        ScaledBeta(a=11.0, b=43.0, lower=0.03, upper=0.094),
        ScaledBeta(a=45.5, b=22.6, lower=3.5e-5, upper=0.966),
        ScaledBeta(a=1.0, b=1.0, lower=0.17886, upper=0.54954),
    ],
)
def test_mean_power_of_strong_stretched_betas(family: ScaledBeta) -> None:
    """Also of strong betas far from zero, and of uniform ones near a power of zero."""
    powers = np.array([1e-12, *POWERS])
    expected = [quadrature(lambda p, power=power: p**power, family) for power in powers]
    assert mean_power(family, powers) == pytest.approx(expected, rel=1e-8)


def test_likelihoods_about_an_event_count_by_their_means() -> None:
    """A sight of an event is linear in its two probabilities: only their means matter."""
    scenario = looking(scenario_of(Event(id="e", title="")), "e")
    stated = likelihoods(BetaStated(a=3, b=2), Uniform(low=0.1, high=0.3))
    open_ = single(information_value(fitted(assessed(scenario, {"events.e": 0.3, **stated}))))
    assert open_.expected_information_gain.value == pytest.approx(
        single(known(0.3, 0.6, 0.2)).expected_information_gain.value, rel=1e-10
    )
    assert open_.p_observed.value == pytest.approx(0.3 * 0.6 + 0.7 * 0.2)


def test_likelihoods_about_a_factor_count_by_their_mean_powers() -> None:
    """At a degree x a sight is as probable as the mean of h^x times that of l^(1 - x)."""
    event = Event(id="e", title="", drivers=(Driver(name="f", sign=1),))
    scenario = looking(scenario_of(event, factors=("f",)), "f")
    stated = likelihoods(BetaStated(a=6, b=2), BetaStated(a=2, b=3, low=0.1, high=0.4), end="high")
    said = {"events.e": 0.3, "factors.f": 0.7, "effects.e.f": 5.0, **stated}
    sight = single(information_value(fitted(assessed(scenario, said))))
    top = quadrature(lambda p: p**0.7, ScaledBeta(a=6.0, b=2.0))
    bottom = quadrature(lambda p: p**0.3, ScaledBeta(a=2.0, b=3.0, lower=0.1, upper=0.4))
    assert sight.p_observed.value == pytest.approx(top * bottom, rel=1e-6)
    assert sight.expected_information_gain.value == pytest.approx(0, abs=1e-12), (
        "a factor that is known has nothing to tell"
    )
    assert sight.evppi.value == pytest.approx(0, abs=1e-12)


# Draws


SHARES = (2.0, 3.0)
BASE = (3.0, 5.0)
LOG_RATIO = math.log(8)


def driven(*about: str) -> Assessment:
    """An event with a baseline and a factor that are open, and likelihoods that are not."""
    event = Event(id="e", title="", drivers=(Driver(name="f", sign=1),))
    scenario = looking(scenario_of(event, factors=("f",)), *about)
    stated = {
        "factors.f": BetaStated(a=SHARES[0], b=SHARES[1]),
        "events.e": BetaStated(a=BASE[0], b=BASE[1]),
        "effects.e.f": 8.0,
    }
    for index, name in enumerate(about):
        stated |= likelihoods(0.9, 0.2, end="high" if name == "f" else "yes", name=f"w{index}")
    return assessed(scenario, stated)


def sampled(assessment: Assessment, rng: np.random.Generator, count: int) -> Posterior:
    """Draws from other distributions than the priors, with the weights that make up for it."""
    order = list(assessment.structure.quantities.degrees)
    wide = {"factors.f": (1.5, 1.5), "events.e": (2.0, 3.0)}
    degrees, log_weights = np.zeros((2, count)), np.zeros(count)
    for name, (a, b) in {"factors.f": SHARES, "events.e": BASE}.items():
        values = rng.beta(*wide[name], size=count)
        degrees[order.index(name)] = values
        log_weights += beta.logpdf(values, a, b) - beta.logpdf(values, *wide[name])
    weights = np.exp(log_weights - log_weights.max())
    theta = Theta(degree=degrees, log_ratio=np.full((1, count), LOG_RATIO), weight=assessment.weight)
    return posterior_of(assessment, drawn(theta, weights / weights.sum()), seed=0)


def truth() -> dict[str, float]:
    """What the draws estimate, by quadrature over factor and baseline."""
    x, wx = jacobi(*SHARES)
    b, wb = jacobi(*BASE)
    p = expit(logit(b)[:, None] + LOG_RATIO * (x - 0.5)[None, :])
    by_degree = wb @ p
    mean = float(by_degree @ wx)
    look = 0.2 ** (1 - x) * 0.9**x
    chance, yes = float(look @ wx), float((look * by_degree) @ wx)
    if_seen, if_not = yes / chance, (mean - yes) / (1 - chance)
    after = chance * entropy(if_seen) + (1 - chance) * entropy(if_not)
    basis = np.polynomial.legendre.legvander(2 * x - 1, 4) * np.sqrt(wx)[:, None]
    smooth = basis @ np.linalg.lstsq(basis, by_degree * np.sqrt(wx), rcond=None)[0] / np.sqrt(wx)
    return {
        "p_observed": chance,
        "p_if_observed": if_seen,
        "p_if_absent": if_not,
        "expected_information_gain": entropy(mean) - after,
        "evsi": chance * (1 - chance) * (if_seen - if_not) ** 2,
        "evppi": float(wx @ np.square(by_degree - mean)),
        "within degrees": float((wb @ np.square(p - by_degree)) @ wx),
        "missed by the polynomial": float(wx @ np.square(by_degree - smooth)),
    }


def jacobi(a: float, b: float) -> tuple[np.ndarray, np.ndarray]:
    nodes, weights = roots_jacobi(60, b - 1, a - 1)
    return (nodes + 1) / 2, weights / weights.sum()


NUMBERS = ("p_observed", "p_if_observed", "p_if_absent", "expected_information_gain", "evsi", "evppi")


def numbers(sight: IndicatorValue) -> np.ndarray:
    return np.array([(getattr(sight, name).value, getattr(sight, name).se) for name in NUMBERS])


@repetitions(80, 300)
def test_numbers_of_draws_lie_around_the_truth_as_told(repetitions: int) -> None:
    """Over many batches of weighted draws, each number's mean is the integral's and its spread the error it tells."""
    rng, assessment = np.random.default_rng(12), driven("f")
    runs = np.array([numbers(single(information_value(sampled(assessment, rng, 2000)))) for _ in range(repetitions)])
    expected = truth()
    assert expected["missed by the polynomial"] < 1e-3 * expected["evppi"]
    for index, name in enumerate(NUMBERS):
        values, told = runs[:, index, 0], runs[:, index, 1]
        spread = values.std(ddof=1)
        assert spread == pytest.approx(told.mean(), rel=ERRORS / math.sqrt(2 * (repetitions - 1))), name
        bias = 5 * expected["within degrees"] / 2000 if name == "evppi" else 0.0  # five coefficients fit some noise
        assert values.mean() == pytest.approx(expected[name], abs=ERRORS * spread / math.sqrt(repetitions) + bias), name


def test_the_most_telling_comes_first() -> None:
    """Indicators are ranked by their information, whatever their order in the scenario."""
    found = information_value(sampled(driven("f", "e"), np.random.default_rng(3), 500))
    assert [sight.name for sight in found.indicators] == ["w1", "w0"]
    assert found.indicators[0].expected_information_gain.value > found.indicators[1].expected_information_gain.value
    assert found.indicators[0].evppi.value == pytest.approx(found.variance)
    turned = information_value(sampled(driven("e", "f"), np.random.default_rng(3), 500))
    assert [sight.name for sight in turned.indicators] == ["w0", "w1"]


def test_a_sight_and_its_lack_average_to_the_headline() -> None:
    """What is expected after looking is what is believed before it."""
    posterior = sampled(driven("f"), np.random.default_rng(5), 300)
    sight = single(information_value(posterior))
    assert sight.p_if_observed is not None
    assert sight.p_if_absent is not None
    expected = (
        sight.p_observed.value * sight.p_if_observed.value + (1 - sight.p_observed.value) * sight.p_if_absent.value
    )
    assert expected == pytest.approx(posterior.headline.value, rel=1e-12)


def test_chains_have_errors_of_their_own() -> None:
    """Of Markov chains no error is shared draw by draw, and autocorrelation counts."""
    assessment = driven("f")
    rng, count = np.random.default_rng(7), 4000
    walk = np.zeros((4, count // 4))
    for step in range(1, count // 4):
        walk[:, step] = 0.9 * walk[:, step - 1] + math.sqrt(1 - 0.81) * rng.standard_normal(4)
    order = list(assessment.structure.quantities.degrees)
    degrees = np.full((2, count), 0.4)
    degrees[order.index("factors.f")] = expit(walk.ravel())
    theta = Theta(degree=degrees, log_ratio=np.full((1, count), LOG_RATIO), weight=assessment.weight)
    equal = np.full(count, 1 / count)
    chains = replace(drawn(theta, equal), method="nuts", chains=4)
    found = single(information_value(posterior_of(assessment, chains, seed=0)))
    naive = single(information_value(posterior_of(assessment, drawn(theta, equal), seed=0)))
    assert not found.expected_information_gain.influence.any()
    assert found.expected_information_gain.se > 2 * naive.expected_information_gain.se


def test_without_indicators_there_is_nothing_to_look_for() -> None:
    """A scenario that names none has an empty list, and a headline to learn about all the same."""
    found = information_value(fitted(assessed(scenario_of(Event(id="e", title="")), {"events.e": 0.3})))
    assert (found.indicators, found.variance) == ((), pytest.approx(0.21))

"""Pooling: the product of several analysts' densities, each to the power of its weight."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace
from numpy.typing import NDArray
from scipy import integrate, stats
from scipy.special import expit, logit

from estimative.model.assessment import Assessment, assess
from estimative.model.spec.scenario_file import read_scenario, shipped_scenarios
from estimative.priors.beta_product import Product
from estimative.priors.catalog import shipped_prior_sets
from estimative.priors.distributions import Family, LogNormal, ScaledBeta
from estimative.priors.errors import InvalidInput, Place
from estimative.priors.log_pool import Pooled, pooled, pooled_prior_set, pooled_priors, pooled_shares
from estimative.priors.prior_set import Confidence, PriorSet
from estimative.priors.prior_set_file import read_prior_set
from estimative.priors.quantile_fit import SHAPES, Prior, Support, fit
from estimative.priors.resolved_prior_set import resolved
from estimative.priors.statements import BetaStated, Constant, LognormalStated, Stated, Statement
from tests.examples import examples, later

type Floats = NDArray[np.float64]

NAMES = "abcd"
SHAPE = st.floats(math.log(0.05), math.log(300)).map(math.exp)
RATIOS = st.builds(LogNormal, mu=st.floats(-10, 10), sigma=st.floats(0.01, 5))
WEIGHTS = st.lists(st.floats(0.01, 1), min_size=3, max_size=3).map(lambda raw: [each / math.fsum(raw) for each in raw])
ENDS = st.sampled_from([(0.0, 1.0), (0.2, 0.9), (0.1, 0.7), (0.0, 0.7), (0.3, 1.0)])


def degrees(shapes: st.SearchStrategy[float] = SHAPE) -> st.SearchStrategy[ScaledBeta]:
    """Any two of them overlap."""
    return st.builds(lambda a, b, ends: ScaledBeta(a=a, b=b, lower=ends[0], upper=ends[1]), shapes, shapes, ENDS)


def pool(families: Sequence[Family], weights: Sequence[float]) -> Pooled:
    """Of analysts a, b, c ..."""
    named: Mapping[str, Family] = dict(zip(NAMES, families, strict=False))
    return pooled(named, dict(zip(NAMES, weights, strict=False)), quantity="factors.x")


def pool_of_degrees(families: Sequence[ScaledBeta], weights: Sequence[float]) -> tuple[ScaledBeta, float]:
    result = pool(families, weights)
    assert isinstance(result.family, ScaledBeta)
    return result.family, result.misfit


def log_pdf(family: Family, x: Floats) -> Floats:
    if isinstance(family, LogNormal):
        return np.asarray(stats.lognorm.logpdf(x, family.sigma, scale=math.exp(family.mu)))
    return np.asarray(stats.beta.logpdf(x, family.a, family.b, family.lower, family.upper - family.lower))


def check_proportional(families: Sequence[Family], weights: Sequence[float], x: Floats) -> None:
    """The logarithms of the pool's density and of the product differ by the same number everywhere."""
    result = pool(families, weights)
    product = sum(weight * log_pdf(family, x) for family, weight in zip(families, weights, strict=True))
    apart = log_pdf(result.family, x) - product
    assert result.misfit == 0
    assert np.ptp(apart) < 1e-6 * (1 + np.ptp(product))


@given(ratios=st.lists(RATIOS, min_size=3, max_size=3), weights=WEIGHTS)
def test_ratios(ratios: list[LogNormal], weights: list[float]) -> None:
    """The pool of lognormal densities is their product, and again lognormal."""
    check_proportional(ratios, weights, np.exp(np.linspace(-5, 5, 50)))


def test_ratios_by_hand() -> None:
    """Twice as precise counts four times, at equal weights."""
    result = pool([LogNormal(mu=0, sigma=0.5), LogNormal(mu=1, sigma=1)], [0.5, 0.5]).family
    assert isinstance(result, LogNormal)
    assert (result.mu, result.sigma) == pytest.approx((0.2, math.sqrt(1 / 2.5)))


@given(shapes=st.lists(st.tuples(SHAPE, SHAPE), min_size=3, max_size=3), ends=ENDS, weights=WEIGHTS)
def test_degrees_of_one_support(
    shapes: list[tuple[float, float]], ends: tuple[float, float], weights: list[float]
) -> None:
    """The pool of beta densities between the same ends is their product, and again a beta between those ends."""
    families = [ScaledBeta(a=a, b=b, lower=ends[0], upper=ends[1]) for a, b in shapes]
    check_proportional(families, weights, np.linspace(*ends, 52)[1:-1])


def test_degrees_by_hand() -> None:
    """Shapes are weighted means."""
    families = [ScaledBeta(a=2, b=5, lower=0.1, upper=0.8), ScaledBeta(a=6, b=1, lower=0.1, upper=0.8)]
    result, misfit = pool_of_degrees(families, [0.75, 0.25])
    assert (result.a, result.b, result.lower, result.upper, misfit) == (3, 4, 0.1, 0.8, 0)


@examples(20)
@given(families=st.lists(degrees(st.floats(1, 60)), min_size=3, max_size=3), weights=WEIGHTS)
def test_degrees_of_different_supports(families: list[ScaledBeta], weights: list[float]) -> None:
    """The pool ends where the supports part, and has the mean, the variance and the distance of a fine sum."""
    assume(len({(family.lower, family.upper) for family in families}) > 1)
    result, misfit = pool_of_degrees(families, weights)
    assert result.lower == max(family.lower for family in families)
    assert result.upper == min(family.upper for family in families)
    edges = np.linspace(result.lower, result.upper, 20_001)
    x = (edges[1:] + edges[:-1]) / 2
    logs = sum(weight * log_pdf(family, x) for family, weight in zip(families, weights, strict=True))
    mass = np.exp(logs - np.max(logs))
    mass /= mass.sum()
    mean = float(mass @ x)
    assert (result.mean, result.sd) == pytest.approx((mean, math.sqrt(mass @ (x - mean) ** 2)), rel=1e-4)
    cdf = stats.beta.cdf(edges[1:], result.a, result.b, result.lower, result.upper - result.lower)
    assert misfit == pytest.approx(np.abs(np.cumsum(mass) - cdf).max(), abs=2e-4)


@examples(20)
@given(families=st.lists(degrees(st.floats(0.05, 6)), min_size=3, max_size=3), weights=WEIGHTS)
def test_densities_that_are_infinite_at_an_end(families: list[ScaledBeta], weights: list[float]) -> None:
    """Singularities at the ends count in full: the moments are those that QUADPACK finds with algebraic weights."""
    assume(len({(family.lower, family.upper) for family in families}) > 1)
    result, _ = pool_of_degrees(families, weights)
    mean, variance = moments_by_quadpack(families, weights, result)
    assert (result.mean, result.sd) == pytest.approx((mean, math.sqrt(variance)), rel=1e-6)


def moments_by_quadpack(
    families: Sequence[ScaledBeta], weights: Sequence[float], result: ScaledBeta
) -> tuple[float, float]:
    """Mean and variance of the product of densities on the support of the pool."""
    terms = list(zip(families, weights, strict=True))
    below = sum(weight * (family.a - 1) for family, weight in terms if family.lower == result.lower)
    above = sum(weight * (family.b - 1) for family, weight in terms if family.upper == result.upper)

    def smooth(x: Floats | float) -> Floats:
        lows = sum(w * (f.a - 1) * np.log(x - f.lower) for f, w in terms if f.lower < result.lower)
        highs = sum(w * (f.b - 1) * np.log(f.upper - x) for f, w in terms if f.upper > result.upper)
        return np.asarray(lows + highs)

    x = np.linspace(result.lower, result.upper, 1001)[1:-1]
    peak = np.max(smooth(x) + below * np.log(x - result.lower) + above * np.log(result.upper - x))

    def integral(of: Callable[[float], float]) -> float:
        value, _ = integrate.quad(
            lambda x: of(x) * math.exp(smooth(x) - peak),
            result.lower,
            result.upper,
            weight="alg",
            wvar=(below, above),
            limit=500,
            epsabs=0,
            epsrel=1e-9,
        )
        return float(value)

    total = integral(lambda x: 1.0)
    mean = integral(lambda x: x) / total
    return mean, integral(lambda x: (x - mean) ** 2) / total


@given(a=SHAPE, b=SHAPE, weight=st.floats(0.01, 0.99))
def test_a_support_within_a_uniform(a: float, b: float, weight: float) -> None:
    """A uniform over all only flattens: the pool with a beta on [0.2, 0.9] is a beta there, without a misfit."""
    result, misfit = pool_of_degrees(
        [ScaledBeta(a=1, b=1), ScaledBeta(a=a, b=b, lower=0.2, upper=0.9)], [1 - weight, weight]
    )
    assert (result.a, result.b) == pytest.approx((1 + weight * (a - 1), 1 + weight * (b - 1)), rel=1e-7)
    assert misfit < 1e-8


def test_mass_that_sits_at_an_end() -> None:
    """Mass that is closer to an end than floats can resolve counts in full."""
    result, misfit = pool_of_degrees([ScaledBeta(a=0.01, b=1), ScaledBeta(a=0.01, b=1, upper=0.5)], [0.5, 0.5])
    assert (result.a, result.b, result.lower, result.upper) == pytest.approx((0.01, 1, 0, 0.5))
    assert misfit < 1e-8
    result, misfit = pool_of_degrees([ScaledBeta(a=1, b=0.01), ScaledBeta(a=1, b=0.01, lower=0.5)], [0.5, 0.5])
    assert (result.a, result.b, result.lower, result.upper) == pytest.approx((1, 0.01, 0.5, 1))
    assert misfit < 1e-8


@pytest.mark.parametrize("size", [1e5, 1e9])
def test_a_narrow_prior_beside_a_wide_one(size: float) -> None:
    """A prior narrow against the other's support is widened by its weight, and keeps its place."""
    result, misfit = pool_of_degrees(
        [ScaledBeta(a=size, b=size), ScaledBeta(a=2, b=3, lower=0.2, upper=0.9)], [0.25, 0.75]
    )
    assert (result.mean, result.sd) == pytest.approx((0.5, math.sqrt(1 / (8 * 0.25 * size))), rel=20 / size**0.5)
    assert misfit < 0.2 / size**0.5


def test_shapes_stay_within_what_may_be_stated() -> None:
    """Where the moments ask for a shape that no prior may have, it has the nearest, and the misfit shows it."""
    split = [ScaledBeta(a=0.01, b=0.01, upper=0.6), ScaledBeta(a=0.01, b=30, upper=0.9)]
    result, misfit = pool_of_degrees(split, [0.9, 0.1])
    assert result.a == SHAPES[0]
    assert misfit > 0.001
    narrow = [ScaledBeta(a=1e9, b=0.02), ScaledBeta(a=1e9, b=2, upper=0.6)]
    assert pool_of_degrees(narrow, [0.5, 0.5])[0].a == SHAPES[1]


ANY = st.one_of(
    st.lists(RATIOS, min_size=3, max_size=3),
    st.lists(degrees(), min_size=3, max_size=3),
    st.lists(st.floats(0.01, 100).map(LogNormal.fixed) | RATIOS, min_size=3, max_size=3),
    st.lists(st.floats(0.3, 0.7).map(ScaledBeta.fixed) | degrees(), min_size=3, max_size=3),
)


@given(families=ANY, weights=WEIGHTS)
def test_unanimity(families: list[Family], weights: list[float]) -> None:
    """Analysts who all believe the same believe it together, to the last digit."""
    assert pool([families[0]] * 3, weights) == Pooled(family=families[0], misfit=0)


@pytest.mark.parametrize("value", [0.0, 1.0, 0.3])
def test_unanimity_about_the_ends(value: float) -> None:
    """So do analysts who are all certain, even of 0 or 1."""
    assert pool([ScaledBeta.fixed(value)] * 2, [0.5, 0.5]) == Pooled(family=ScaledBeta.fixed(value), misfit=0)


@given(families=ANY, weights=WEIGHTS)
def test_symmetry(families: list[Family], weights: list[float]) -> None:
    """The order of the analysts does not matter, to the last digit."""
    pairs = list(zip(families, weights, strict=True))
    result = [pool(*zip(*order, strict=True)) for order in itertools.permutations(pairs)]
    assert result == [result[0]] * 6


@given(families=st.lists(degrees(), min_size=3, max_size=3), weights=WEIGHTS)
def test_symmetry_of_a_product(families: list[ScaledBeta], weights: list[float]) -> None:
    """Nor does rounding depend on the order where a product has to be integrated."""
    pairs = list(zip(families, weights, strict=True))
    result = [Product.of(*zip(*order, strict=True)) for order in itertools.permutations(pairs)]
    assert result == [result[0]] * 6


@given(families=ANY)
def test_a_weight_of_one(families: list[Family]) -> None:
    """Whoever has all the weight is the pool."""
    assert pool(families, [0, 1, 0]) == Pooled(family=families[1], misfit=0)


def test_a_weight_of_zero_excludes_nobody() -> None:
    """What an analyst of weight 0 believes does not count, not even where others think it impossible or certain."""
    there, elsewhere = ScaledBeta(a=2, b=3, upper=0.4), ScaledBeta(a=2, b=3, lower=0.5)
    assert pool([there, elsewhere], [1, 0]).family == there
    assert pool([there, ScaledBeta.fixed(0.9)], [1, 0]).family == there
    assert pool([LogNormal(mu=1, sigma=2), LogNormal.fixed(3)], [1, 0]).family == LogNormal(mu=1, sigma=2)
    assert pool([LogNormal(mu=1, sigma=2), ScaledBeta.fixed(0.5)], [1, 0]).family == LogNormal(mu=1, sigma=2)


def test_constants_of_a_ratio() -> None:
    """Constants have a geometric mean, weighted among those who hold one, and whoever leaves it open adds nothing."""
    assert pool([LogNormal.fixed(2), LogNormal.fixed(8)], [0.5, 0.5]).family == LogNormal.fixed(4)
    doubled = pool([LogNormal.fixed(1), LogNormal.fixed(16), LogNormal(mu=3, sigma=1)], [0.3, 0.1, 0.6]).family
    assert isinstance(doubled, LogNormal)
    assert (doubled.median, doubled.sigma) == pytest.approx((2, 0))


def test_constants_of_a_degree() -> None:
    """Constants have the mean of their log-odds, weighted among those who hold one."""
    odds_of_two = pool([ScaledBeta.fixed(0.5), ScaledBeta.fixed(0.8), ScaledBeta(a=1, b=9)], [0.25, 0.25, 0.5]).family
    assert isinstance(odds_of_two, ScaledBeta)
    assert odds_of_two.constant
    assert odds_of_two.lower == pytest.approx(2 / 3)


@pytest.mark.parametrize("spread", [1e-2, 1e-4])
def test_constants_are_the_limit_of_narrow_ratios(spread: float) -> None:
    """Distributions that get narrower together have a pool that gets nearer to that of the constants."""
    open_to_all = LogNormal(mu=3, sigma=1)
    narrow = pool([LogNormal(mu=0, sigma=spread), LogNormal(mu=1, sigma=spread), open_to_all], [0.2, 0.3, 0.5]).family
    held = pool([LogNormal.fixed(1), LogNormal.fixed(math.e), open_to_all], [0.2, 0.3, 0.5]).family
    assert isinstance(narrow, LogNormal)
    assert isinstance(held, LogNormal)
    assert (narrow.mu, narrow.sigma) == pytest.approx((held.mu, 0), abs=3 * spread)
    assert held.mu == pytest.approx(0.6)


@pytest.mark.parametrize("spread", [later(1e-2), 1e-3])
def test_constants_are_the_limit_of_narrow_degrees(spread: float) -> None:
    """So do those whose log-odds are normal, multiplied on a fine grid with a beta that somebody leaves open."""
    open_to_all = ScaledBeta(a=2, b=7)
    log_odds = np.linspace(-4, 4, 2_000_001)
    x = expit(log_odds)
    logs = 0.5 * (log_pdf(open_to_all, x) + np.log(x * (1 - x)))
    for weight, value in ((0.2, 0.3), (0.3, 0.6)):
        logs += weight * stats.norm.logpdf(log_odds, logit(value), spread)
    mass = np.exp(logs - logs.max())
    held = pool([ScaledBeta.fixed(0.3), ScaledBeta.fixed(0.6), open_to_all], [0.2, 0.3, 0.5]).family
    assert held.constant
    assert mass @ x / mass.sum() == pytest.approx(held.mean, abs=5 * spread**2)


@given(values=st.lists(st.floats(0.001, 0.999), min_size=3, max_size=3), weights=WEIGHTS)
def test_constants_can_be_stated(values: list[float], weights: list[float]) -> None:
    """A pool of constants stays between them, and is a number that can be stated."""
    held = pool([ScaledBeta.fixed(value) for value in values], weights).family
    assert min(values) <= held.mean <= max(values)
    ratio = pool([LogNormal.fixed(value) for value in values], weights).family
    assert isinstance(ratio, LogNormal)
    assert fit(Constant(value=ratio.median), Support.RATIO).family == ratio


@given(
    shapes=st.lists(st.tuples(SHAPE, SHAPE), min_size=3, max_size=3),
    weights=WEIGHTS,
    count=st.integers(0, 40),
    of=st.integers(40, 90),
)
def test_external_bayesianity_of_degrees(
    shapes: list[tuple[float, float]], weights: list[float], count: int, of: int
) -> None:
    """To pool betas and then to count successes is to count successes and then to pool."""

    def updated(family: ScaledBeta) -> ScaledBeta:
        return ScaledBeta(a=family.a + count, b=family.b + of - count)

    families = [ScaledBeta(a=a, b=b) for a, b in shapes]
    first, _ = pool_of_degrees(families, weights)
    last, _ = pool_of_degrees([updated(family) for family in families], weights)
    assert (updated(first).a, updated(first).b) == pytest.approx((last.a, last.b))


@given(ratios=st.lists(RATIOS, min_size=3, max_size=3), weights=WEIGHTS, seen=st.floats(-10, 10))
def test_external_bayesianity_of_ratios(ratios: list[LogNormal], weights: list[float], seen: float) -> None:
    """Nor does it matter when a measurement of the logarithm, with a standard deviation of 1, is taken in."""

    def updated(family: LogNormal) -> LogNormal:
        precision = family.sigma**-2 + 1
        return LogNormal(mu=(family.mu * family.sigma**-2 + seen) / precision, sigma=precision**-0.5)

    first, last = pool(ratios, weights).family, pool([updated(ratio) for ratio in ratios], weights).family
    assert isinstance(first, LogNormal)
    assert isinstance(last, LogNormal)
    assert (updated(first).mu, updated(first).sigma) == pytest.approx((last.mu, last.sigma))


HELD_0, HELD_1, HALF = ScaledBeta.fixed(0.0), ScaledBeta.fixed(1.0), ScaledBeta.fixed(0.5)
LOW, MIDDLE, HIGH = (
    ScaledBeta(a=2, b=3, upper=0.2),
    ScaledBeta(a=2, b=3, lower=0.1),
    ScaledBeta(a=2, b=3, lower=0.5, upper=0.9),
)


@pytest.mark.parametrize(
    ("families", "result"),
    [
        ([LOW, HIGH], "a in [0, 0.2] and b in [0.5, 0.9]"),
        ([LOW, MIDDLE, HIGH], "a in [0, 0.2] and c in [0.5, 0.9]"),
        ([LOW, HIGH, replace(HIGH, upper=1.0)], "a in [0, 0.2], b in [0.5, 0.9] and c in [0.5, 1]"),
        ([LOW, ScaledBeta(a=1, b=1, lower=0.2)], "a in [0, 0.2] and b in [0.2, 1]"),
        ([LOW, HALF], "a in [0, 0.2] and b at 0.5"),
        ([HALF, LOW, MIDDLE], "a at 0.5 and b in [0, 0.2]"),
        ([HELD_0, HALF], "a at 0 and b at 0.5"),
        ([ScaledBeta.fixed(0.7), HALF, HELD_1], "a at 0.7, b at 0.5 and c at 1"),
        ([HELD_0, HELD_1], "a at 0 and b at 1"),
        ([HELD_0, MIDDLE], "a at 0 and b in [0.1, 1]"),
        ([ScaledBeta.fixed(0.2), LOW, ScaledBeta(a=1, b=1, lower=0.2)], "b in [0, 0.2] and c in [0.2, 1]"),
        ([ScaledBeta.fixed(0.05), ScaledBeta.fixed(0.15), MIDDLE], "a at 0.05 and c in [0.1, 1]"),
    ],
)
def test_priors_that_exclude_each_other(families: list[ScaledBeta], result: str) -> None:
    """A quantity about which analysts exclude each other has no pool, and the error names those who do."""
    with pytest.raises(InvalidInput) as caught:
        pool(families, [1 / len(families)] * len(families))
    [issue] = caught.value.issues
    assert (issue.code, issue.place) == ("no-overlap", Place(file="(pool)", key="factors.x"))
    assert issue.message.endswith(f": {result}")


def test_constants_at_the_end_of_a_support() -> None:
    """A constant at the end of what another thinks possible is possible."""
    assert pool([HELD_0, ScaledBeta(a=2, b=3)], [0.5, 0.5]).family == HELD_0
    assert pool([ScaledBeta.fixed(0.2), LOW], [0.5, 0.5]).family == ScaledBeta.fixed(0.2)


def test_an_error_cannot_steer_a_terminal() -> None:
    """A name in an error shows what is unprintable as escapes."""
    with pytest.raises(InvalidInput) as caught:
        pooled({"a\x1b": LOW, "b": HIGH}, {"a\x1b": 0.5, "b": 0.5}, quantity="factors.x")
    assert r": a\x1b in [0, 0.2] and b in [0.5, 0.9]" in str(caught.value)


@pytest.mark.parametrize(
    "weights",
    [
        {"a": 1.0},
        {"a": 0.5, "b": 0.25, "c": 0.25},
        {"a": 0.5, "b": 0.6},
        {"a": 1.5, "b": -0.5},
        {"a": math.nan, "b": 1.0},
        {"a": 0.0, "b": 0.0},
    ],
)
def test_weights_that_are_none(weights: dict[str, float]) -> None:
    """Weights are those of the analysts, not negative, and sum to one."""
    with pytest.raises(ValueError, match="weights"):
        pooled({"a": LOW, "b": LOW}, weights, quantity="factors.x")


def test_two_families() -> None:
    """A degree and a ratio have no pool, nor have priors of different quantities."""
    with pytest.raises(ValueError, match=r"factors\.x is a degree to some and a ratio to others"):
        pool([LOW, LogNormal.fixed(1)], [0.5, 0.5])
    with pytest.raises(ValueError, match="different quantities"):
        pooled_priors({"a": {"factors.x": prior(0.5)}, "b": {"factors.y": prior(0.5)}}, {"a": 0.5, "b": 0.5})


def prior(statement: Statement | float, support: Support = Support.DEGREE) -> Prior:
    return fit(Constant(value=statement) if isinstance(statement, int | float) else statement, support)


def test_all_errors_at_once() -> None:
    """Every quantity without a pool is reported, in the order of the quantities."""
    low, high = prior(BetaStated(a=1, b=1, high=0.3)), prior(BetaStated(a=1, b=1, low=0.6))
    one = {"factors.x": low, "factors.y": prior(0.4), "factors.z": prior(0)}
    other = {"factors.x": high, "factors.y": prior(0.4), "factors.z": prior(1)}
    with pytest.raises(InvalidInput) as caught:
        pooled_priors({"one": one, "other": other}, {"one": 0.5, "other": 0.5})
    errors = [(issue.place.key, issue.message.rpartition(": ")[2]) for issue in caught.value.issues]
    assert errors == [
        ("factors.x", "one in [0, 0.3] and other in [0.6, 1]"),
        ("factors.z", "one at 0 and other at 1"),
    ]
    alone = pooled_priors({"one": one, "other": other}, {"one": 1.0, "other": 0.0})
    assert {quantity: result.family for quantity, result in alone.items()} == {q: p.family for q, p in one.items()}


def test_shares() -> None:
    """Relevance and independence are weighted means; who says nothing of an origin means 0; weight 0 says nothing."""
    shares = {"a": {"x": 0.4, "y": 0.1}, "b": {"x": 0.8}, "c": {"z": 1.0}}
    result = pooled_shares(shares, {"a": 0.75, "b": 0.25, "c": 0.0})
    assert result == pytest.approx({"x": 0.5, "y": 0.075})
    assert pooled_shares({"a": {"x": 0.1}, "b": {"x": 0.1}}, {"a": 0.3, "b": 0.7}) == {"x": 0.1}


SHIPPED = shipped_prior_sets()["coordinated-attack"]
SCENARIO = read_scenario(shipped_scenarios()["coordinated-attack"])


@pytest.fixture(scope="module")
def voices() -> list[Assessment]:
    """The shipped prior sets of the flagship."""
    return [assess(SCENARIO, read_prior_set(path)) for path in SHIPPED.values()]


def pool_of(voices: Sequence[Assessment], weights: Mapping[str, float] | None = None) -> PriorSet:
    priors = {voice.prior_set.name: {**voice.priors, **voice.indicator_priors} for voice in voices}
    even = dict.fromkeys(priors, 1 / len(priors))
    return pooled_prior_set([voice.prior_set for voice in voices], priors, weights or even, name="pool")


def test_the_shipped_sets_have_a_pool(voices: list[Assessment]) -> None:
    """What the pool of the shipped sets states is fitted by its own families, without a misfit."""
    pool = pool_of(voices)
    assessment = assess(SCENARIO, pool)
    assert assessment.priors.keys() == voices[0].priors.keys()
    assert {prior.misfit for prior in assessment.priors.values()} == {0}
    weights = {voice.prior_set.name: 0.2 for voice in voices}
    pools = pooled_priors({voice.prior_set.name: voice.priors for voice in voices}, weights)
    assert {q: p.family for q, p in assessment.priors.items()} == {q: p.family for q, p in pools.items()}
    # Some sets state these two by their ends, others do not.
    missed = {quantity for quantity, each in pools.items() if each.misfit}
    assert missed == {"factors.escalation_risk", "factors.domestic_constraints"}
    assert max(each.misfit for each in pools.values()) < 0.02


def test_what_a_pool_says_of_itself(voices: list[Assessment]) -> None:
    """A pool names the sets and their weights, the heaviest first, and has no file, lineage or confidence."""
    thirds = {"baseline": 1 / 3, "critics": 2 / 3, "moscow": 0.0, "rhetoric": 0.0, "rutte": 0.0}
    pool = pool_of(voices, thirds)
    assert (pool.name, pool.scenario, pool.scenario_digest) == ("pool", "coordinated-attack", None)
    assert pool.analyst == "Logarithmic pool of critics (2/3) and baseline (1/3)"
    assert (pool.lineage, pool.confidence, pool.date, pool.places, pool.file) == ((), None, None, {}, "(pool)")
    assert pool.statements["effects.request.plan"].because == "logarithmic pool of 2 analysts"
    assert pool.shares["relevance.offshore_wars"] == Stated(
        statement=Constant(value=0.03), because="weighted mean of 2 analysts"
    )
    odd = pool_of(voices, {"baseline": 0.333, "critics": 0.667, "moscow": 0.0, "rhetoric": 0.0, "rutte": 0.0})
    assert odd.analyst == "Logarithmic pool of critics (0.667) and baseline (0.333)"
    alone = pool_of(voices, {"baseline": 0.0, "critics": 1.0, "moscow": 0.0, "rhetoric": 0.0, "rutte": 0.0})
    assert alone.analyst == "Logarithmic pool of critics (1)"
    assert alone.statements["factors.mistrust"].because == "logarithmic pool of 1 analyst"


def test_a_pool_says_how_far_it_misses(voices: list[Assessment]) -> None:
    """A misfit that shows in three decimals is in the reason of the statement."""
    because = pool_of(voices).statements["factors.escalation_risk"].because
    pools = pooled_priors({v.prior_set.name: v.priors for v in voices}, {v.prior_set.name: 0.2 for v in voices})
    misfit = pools["factors.escalation_risk"].misfit
    assert because == f"logarithmic pool of 5 analysts, missed by up to {misfit:.3f} in probability"


def test_shares_of_the_shipped_sets(voices: list[Assessment]) -> None:
    """Relevance and independence of the pool are the means of the five."""
    pool = pool_of(voices)
    assert pool.relevance == pytest.approx(
        {"main_island_at_peace": 0.4, "offshore_wars": 0.03, "second_front_cases": 0.27}
    )
    assert pool.independence["rutte-claim"] == pytest.approx((0.1 + 0.1 + 0 + 0 + 0.4) / 5)
    assert assess(SCENARIO, pool).weight == pytest.approx(np.mean([voice.weight for voice in voices], axis=0))


def test_who_has_all_the_weight_is_the_pool(voices: list[Assessment]) -> None:
    """With all weight on one set, the pool is assessed as that set is."""
    for voice in voices:
        names = [each.prior_set.name for each in voices]
        result = assess(SCENARIO, pool_of(voices, {name: float(name == voice.prior_set.name) for name in names}))
        assert np.array_equal(result.degree_parameters, voice.degree_parameters)
        assert np.array_equal(result.ratio_parameters, voice.ratio_parameters)
        assert np.array_equal(result.weight, voice.weight)


def test_the_digest_of_a_pool(voices: list[Assessment]) -> None:
    """The digest of a pool does not depend on the order of the sets, and follows the weights and the statements."""
    weights = {"baseline": 0.3, "critics": 0.3, "moscow": 0.2, "rhetoric": 0.1, "rutte": 0.1}
    digest = pool_of(voices, weights).digest
    backwards = dict(reversed(weights.items()))
    assert pool_of(voices[::-1], backwards).digest == digest
    assert pool_of(voices, {**weights, "moscow": 0.1, "rutte": 0.2}).digest != digest
    changed = replace(voices[0], priors={**voices[0].priors, "factors.mistrust": prior(0.5)})
    assert pool_of([changed, *voices[1:]], weights).digest != digest


def test_a_pool_can_be_written_and_read(voices: list[Assessment], tmp_path: Path) -> None:
    """A pool written as a file is read back as the same priors."""
    assessment = assess(SCENARIO, pool_of(voices))
    path = tmp_path / "pool.toml"
    path.write_text(resolved(assessment.prior_set, assessment.priors))
    again = assess(SCENARIO, read_prior_set(path))
    assert np.array_equal(again.degree_parameters, assessment.degree_parameters)
    assert np.array_equal(again.ratio_parameters, assessment.ratio_parameters)
    assert np.array_equal(again.weight, assessment.weight)
    assert again.prior_set.digest == assessment.prior_set.digest


def test_forms_of_statement(voices: list[Assessment]) -> None:
    """Constants are stated as such, degrees as betas between their ends, ratios as lognormals."""
    held = {
        "factors.mistrust": prior(0.5),
        "factors.alignment": prior(BetaStated(a=2, b=3, low=0.1, high=0.9)),
        "effects.request.plan": prior(0.3, Support.RATIO),
        "effects.request.mistrust": prior(LognormalStated(mu=0.5, sigma=1), Support.RATIO),
    }
    one = voices[0].prior_set
    pool = pooled_prior_set([one], {one.name: held}, {one.name: 1.0}, name="alone")
    assert {quantity: stated.statement for quantity, stated in pool.statements.items()} == {
        "factors.mistrust": Constant(value=0.5),
        "factors.alignment": BetaStated(a=2, b=3, low=0.1, high=0.9),
        "effects.request.plan": Constant(value=0.3),
        "effects.request.mistrust": LognormalStated(mu=0.5, sigma=1),
    }


def test_sets_that_cannot_be_pooled(voices: list[Assessment]) -> None:
    """Sets of one name cannot be distinguished, and sets of two scenarios have nothing in common."""
    one, other, *_ = (voice.prior_set for voice in voices)
    priors = {voice.prior_set.name: {**voice.priors, **voice.indicator_priors} for voice in voices}
    even = {one.name: 0.5, other.name: 0.5}
    for second in (replace(other, name=one.name), replace(other, scenario="asia")):
        with pytest.raises(ValueError, match="share a name, or that are not of one scenario"):
            pooled_prior_set([one, second], priors, even, name="pool")


def test_a_pool_keeps_what_it_was_made_for(voices: list[Assessment]) -> None:
    """A pool is for the scenario its sets were made for, where any of them says which; confidence is not pooled."""
    sets = [replace(voices[0].prior_set, confidence=Confidence(level="high")), voices[1].prior_set]
    sets[1] = replace(sets[1], scenario_digest=SCENARIO.digest)
    priors = {voice.prior_set.name: voice.priors for voice in voices}
    pool = pooled_prior_set(sets, priors, {each.name: 0.5 for each in sets}, name="pool")
    assert (pool.scenario_digest, pool.confidence) == (SCENARIO.digest, None)

"""How far apart two posteriors are, against slow sums, closed forms and simulated errors."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from numpy.typing import ArrayLike, NDArray
from scipy import stats
from scipy.special import expit, logit

from estimative.model.disagreement.divergence import Sample, overlap, superiority, wasserstein
from estimative.model.inference.draws import Draws
from estimative.model.inference.estimates import Undefined
from estimative.model.inference.grid import REACH, Grid
from estimative.model.inference.mc_estimate import MCEstimate, mc_estimate
from estimative.model.likelihood.theta import Theta
from tests.examples import examples, later, repetitions
from tests.small import drawn, small

type Numbers = NDArray[np.float64]
type Measure = Callable[[Sample, Sample], MCEstimate]

MEASURES: dict[str, Measure] = {"superiority": superiority, "wasserstein": wasserstein, "overlap": overlap}
each_measure = pytest.mark.parametrize("measure", MEASURES.values(), ids=MEASURES)

each_seed = pytest.mark.parametrize("seed", [0, *map(later, (1, 2, 3, 4))])

ERRORS = 4
"""Standard errors: passed by chance but once in 16,000, and the seeds are fixed."""
COUNT = 1000
CUT = 2 * stats.norm.sf(REACH)
"""Mass of a Gaussian kernel beyond its end."""


def draws_of(weights: ArrayLike, chains: int = 1) -> Draws:
    weighed = np.asarray(weights, dtype=float)
    nothing = np.empty((0, len(weighed)))
    return Draws(
        method="importance" if chains == 1 else "nuts",
        theta=Theta(degree=nothing, log_ratio=nothing, weight=np.empty(0)),
        weights=weighed / weighed.sum(),
        chains=chains,
        diagnostics={},
    )


def sample_of(
    chance: ArrayLike, weights: ArrayLike | None = None, *, under: ArrayLike = 1.0, chains: int = 1
) -> Sample:
    """Draws of these weights, each counting as much as the condition is probable there."""
    values = np.asarray(chance, dtype=float)
    draws = draws_of(np.ones(len(values)) if weights is None else weights, chains)
    tilted = draws.weights * np.asarray(under)
    return Sample(chance=values, weights=tilted / tilted.sum(), draws=draws)


def normal(seed: int, mean: float, sd: float, count: int = 8000) -> Sample:
    """A normal distribution of the log-odds, in weighted draws of a wider one, of which three quarters count."""
    x = np.random.default_rng([seed, 7]).normal(0.0, 1.3, count)
    return sample_of(expit(mean + sd * x), np.exp(stats.norm.logpdf(x) - stats.norm.logpdf(x, 0, 1.3)))


LATTICE = [0.0, 1e-300, 1e-9, 0.2, 0.3, 0.3 * (1 + 1e-15), 0.5, 0.7, 1 - 1e-9, 1 - 1e-15, 1.0]
"""Probabilities that tie, that tie but for rounding, and that have no log-odds."""


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Sample, Sample]:
    """Two samples of as many draws, some without weight."""
    count = draw(st.integers(1, 12))
    chances = st.lists(
        st.sampled_from(LATTICE) | st.integers(1, 99).map(lambda n: n / 100), min_size=count, max_size=count
    )
    weights = st.lists(st.integers(0, 3), min_size=count, max_size=count).filter(any)
    a, b = (sample_of(draw(chances), draw(weights)) for _ in range(2))
    return a, b


def random_pairs(test: Callable[[tuple[Sample, Sample]], None]) -> Callable[[], None]:
    return examples(25)(given(pair=pairs())(test))


def pair_by_pair(a: Sample, b: Sample) -> float:
    """The probability of superiority as it is defined."""
    total = 0.0
    for chance, weight in zip(a.chance, a.weights, strict=True):
        tie = np.isclose(chance, b.chance, rtol=1e-12, atol=0)
        total += weight * (b.weights @ np.where(tie, 0.5, chance > b.chance))
    return total


@random_pairs
def test_superiority_is_the_sum_over_all_pairs(pair: tuple[Sample, Sample]) -> None:
    """Sorting gives what going through all pairs of draws gives, ties counting one half."""
    assert superiority(*pair).value == pytest.approx(pair_by_pair(*pair), abs=1e-12)


@random_pairs
def test_the_distance_is_that_between_two_cumulative_distributions(pair: tuple[Sample, Sample]) -> None:
    """The Wasserstein-1 distance is that of SciPy."""
    a, b = pair
    expected = stats.wasserstein_distance(a.chance, b.chance, a.weights, b.weights)
    assert wasserstein(a, b).value == pytest.approx(expected, abs=1e-12)


@random_pairs
def test_neither_of_two_comes_first(pair: tuple[Sample, Sample]) -> None:
    """Exchanged, superiority is the rest to one, distance and overlap are as before, and every error is the same."""
    a, b = pair
    assert superiority(a, b).value + superiority(b, a).value == pytest.approx(1, abs=1e-12)
    assert wasserstein(a, b).value == pytest.approx(wasserstein(b, a).value, abs=1e-12)
    assert overlap(a, b).value == pytest.approx(overlap(b, a).value, abs=1e-12)
    for measure in MEASURES.values():
        assert 0 <= measure(a, b).value <= 1
        assert measure(a, b).se == pytest.approx(measure(b, a).se, abs=1e-12)


@random_pairs
def test_nothing_is_apart_from_itself(pair: tuple[Sample, Sample]) -> None:
    """A posterior beside itself: superior by one half, no distance, all in common, and all of it without an error."""
    a, _ = pair
    for twin in (a, replace(a, draws=replace(a.draws))):
        for measure, expected in ((superiority, 0.5), (wasserstein, 0.0), (overlap, 1.0)):
            result = measure(a, twin)
            assert result.value == pytest.approx(expected, abs=1e-9)
            assert result.se == pytest.approx(0, abs=1e-9)


def test_rounding_is_no_distance() -> None:
    """Weights summed in another order are at no distance, and what rounding makes of it has no error."""
    rng = np.random.default_rng(1)
    places, weights = rng.integers(1, 9, 500) / 10, rng.uniform(size=500)
    order = rng.permutation(500)
    result = wasserstein(sample_of(places, weights), sample_of(places[order], weights[order]))
    assert (result.value, result.se) == pytest.approx((0, 0), abs=1e-12)


@each_seed
@pytest.mark.parametrize(("mean", "sd"), [(0.0, 1.0), (0.7, 1.0), (-1.0, 2.0)])
def test_superiority_of_two_normals(mean: float, sd: float, seed: int) -> None:
    """The log-odds of two normals differ by a normal, whose mass above 0 is the probability of superiority."""
    result = superiority(normal(seed, mean, sd), normal(seed + 100, 0, 1))
    exact = stats.norm.cdf(mean / math.hypot(sd, 1))
    assert abs(result.value - exact) < ERRORS * result.se
    assert 0 < result.se < 0.01


def common_to_normals(apart: float, sd: float, other: float) -> float:
    """The integral of the lower of N(0, sd^2) and N(apart, other^2), by a sum finer than either."""
    x = np.linspace(-12, 12, 400_001)
    return float(np.minimum(stats.norm.pdf(x, 0, sd), stats.norm.pdf(x, apart, other)).sum() * (x[1] - x[0]))


def smoothing_bias(apart: float, sd: float, other: float, count: float) -> float:
    """By how much more two normals have in common once each is wider by Silverman's bandwidth."""
    wider = math.hypot(1, 0.9 * count**-0.2)
    return abs(common_to_normals(apart, sd * wider, other * wider) - common_to_normals(apart, sd, other))


@each_seed
@pytest.mark.parametrize("apart", [0.5, 1.0, 2.0, 4.0])
def test_overlap_of_two_normals_as_wide(apart: float, seed: int) -> None:
    """Two normals of one variance have 2 Phi(-|d| / 2) in common, which is result but for error and smoothing."""
    a, b = normal(seed, 0, 1), normal(seed + 100, apart, 1)
    exact = 2 * stats.norm.cdf(-apart / 2)
    assert exact == pytest.approx(common_to_normals(apart, 1, 1), abs=1e-6)
    result = overlap(a, b)
    bias = smoothing_bias(apart, 1, 1, 1 / np.square(a.weights).sum())
    assert abs(result.value - exact) < ERRORS * result.se + bias
    assert ERRORS * result.se + bias < 0.05


@each_seed
@pytest.mark.parametrize("sd", [0.3, 0.1, 0.03])
def test_overlap_of_normals_of_unlike_width(sd: float, seed: int) -> None:
    """What a narrow distribution has in common with a wide one about it is result, however little it is."""
    a, b = normal(seed, 0, sd), normal(seed + 100, 0.5, 1)
    result = overlap(a, b)
    bias = smoothing_bias(0.5, sd, 1, 1 / np.square(a.weights).sum())
    assert abs(result.value - common_to_normals(0.5, sd, 1)) < ERRORS * result.se + bias
    assert ERRORS * result.se + bias < result.value / 4


@pytest.mark.parametrize("count", [4000, 8000])
def test_equal_distributions_overlap_nearly_whole(count: int) -> None:
    """Independent draws of one distribution have more than 0.95 in common, and never more than all."""
    rng = np.random.default_rng(5)
    result = [overlap(*(sample_of(expit(rng.standard_normal(count))) for _ in range(2))).value for _ in range(20)]
    assert 0.95 < min(result) < max(result) <= 1


def kernel_density(sample: Sample) -> Callable[[Numbers], Numbers]:
    """SciPy's density of the log-odds, with Silverman's bandwidth computed directly."""
    x, weights = logit(sample.chance), sample.weights
    order = np.argsort(x)
    low, high = (x[order][np.searchsorted(np.cumsum(weights[order]), share)] for share in (0.25, 0.75))
    width = min(math.sqrt(np.cov(x, aweights=weights, ddof=0)), (high - low) / 1.34)
    bandwidth = 0.9 * width * (1 / np.square(weights).sum()) ** -0.2
    return stats.gaussian_kde(x, bandwidth / math.sqrt(np.cov(x, aweights=weights)), weights).pdf  # type: ignore[no-any-return]


def skewed(seed: int, apart: float, width: float = 1.0, count: int = 250) -> Sample:
    """A few draws of two humps, weighted and under a condition."""
    rng = np.random.default_rng([seed, 8])
    x = apart + width * np.where(rng.uniform(size=count) < 0.7, rng.normal(-1, 0.4, count), rng.normal(1, 1, count))
    return sample_of(expit(x), rng.uniform(size=count), under=expit(x))


@each_seed
@pytest.mark.parametrize(("apart", "width"), [(0.0, 1.0), (0.5, 1.0), (2.0, 1.0), (0.5, 0.05)])
def test_overlap_of_kernel_densities(apart: float, width: float, seed: int) -> None:
    """The overlap is that of SciPy's kernel densities at Silverman's bandwidth, up to the resolution of the grid.

    Binning at an eighth of the bandwidth puts straight lines in place of the kernel, off by up to the square of the
    step over 8 times its second derivative, whose integral is 4 phi(1).
    """
    a, b = skewed(seed, 0), skewed(seed + 100, apart, width)
    x = np.linspace(-8, 10, 10_001)
    expected = np.minimum(kernel_density(a)(x), kernel_density(b)(x)).sum() * (x[1] - x[0])
    slack = 4 * stats.norm.pdf(1) / 8**3 + 2 * CUT
    assert overlap(a, b).value == pytest.approx(expected, abs=slack)


def test_densities_on_the_grid() -> None:
    """Binned and smoothed draws have the density that SciPy gives them, up to a straight line between two nodes."""
    sample, bandwidth = skewed(3, 0), 0.3
    grid = Grid.over(-8, 10, bandwidth / 8)
    x, weights = logit(sample.chance), sample.weights
    density = grid.smooth(grid.bin(x, weights), bandwidth) / grid.step
    kernel = stats.gaussian_kde(x, bandwidth / math.sqrt(np.cov(x, aweights=weights)), weights)
    slack = (stats.norm.pdf(0) / 8**3 + 2 * stats.norm.pdf(REACH)) / bandwidth
    np.testing.assert_allclose(density, kernel(grid.nodes), atol=slack)
    assert slack < density.max() / 50
    assert density.sum() * grid.step == pytest.approx(1)


def test_reading_is_the_transpose_of_binning() -> None:
    """Heights read at places, weighted, are the masses binned from there times the heights, beyond the grid none."""
    rng = np.random.default_rng(9)
    grid = Grid.over(-1, 1, 0.1)
    places, weights, heights = rng.normal(0, 1, 50), rng.uniform(size=50), rng.uniform(size=grid.size)
    assert weights @ grid.interpolate(heights, places) == pytest.approx(grid.bin(places, weights) @ heights)
    assert grid.bin(np.array([-1.0, 1.0, 1.5]), np.ones(3)).sum() == pytest.approx(2)


@cache
def shared(seed: int) -> tuple[Numbers, Numbers, Numbers]:
    """Two normal quantities and the weights with which draws of a wider proposal represent them."""
    rng = np.random.default_rng([seed, 3])
    x, y = rng.normal(-0.3, 1.3, COUNT), rng.standard_normal(COUNT)
    return x, y, np.exp(stats.norm.logpdf(x) - stats.norm.logpdf(x, -0.3, 1.3))


def first(seed: int, case: str) -> Sample:
    """One analyst, of whose draws some are at 0, or weigh by a condition, or are no more than chains."""
    x, _, weights = shared(seed)
    match case:
        case "chains":
            return sample_of(expit(autoregressive(seed)), chains=4)
        case "mass at 0 and 1":
            return sample_of(np.where(x < -0.8, 0.0, np.where(x > 1.2, 1.0, expit(x))), weights)
        case "condition":
            return sample_of(expit(x), weights, under=expit(1 - 1.5 * x))
    return sample_of(expit(x), weights)


def second(seed: int, case: str) -> Sample:
    """Another, higher and less sure, who with the same random numbers would move much as the first."""
    x, y, weights = shared(seed)
    moved = 0.6 + 1.3 * (0.95 * x + 0.31 * y)
    match case:
        case "chains":
            return sample_of(expit(0.6 + 1.3 * autoregressive(seed)), chains=4)
        case "mass at 0 and 1":
            return sample_of(np.where(x < -1.1, 0.0, np.where(x > 0.9, 1.0, expit(moved))), weights)
        case "width":
            return sample_of(expit(1.5 * (moved - 0.6)), weights)
        case "condition":
            return sample_of(expit(moved), weights, under=expit(1 - 1.2 * x + 0.3 * y))
    return sample_of(expit(moved), weights * np.exp(0.2 * x))


def autoregressive(seed: int, chains: int = 4, memory: float = 0.6) -> Numbers:
    """Chains of N(0, 1), one after the other."""
    noise = np.random.default_rng([seed, 4]).standard_normal((COUNT // chains, chains))
    x = np.empty_like(noise)
    x[0] = noise[0]
    for step in range(1, len(x)):
        x[step] = memory * x[step - 1] + math.sqrt(1 - memory**2) * noise[step]
    return x.T.ravel()


def simulated(measure: Measure, case: str, repetitions: int, *, common: bool) -> tuple[Numbers, Numbers]:
    """Values and errors of many pairs; dims (replication)."""
    offset = 0 if common else repetitions
    result = [measure(first(seed, case), second(seed + offset, case)) for seed in range(repetitions)]
    return np.array([f.value for f in result]), np.array([f.se for f in result])


def check_spread(values: Numbers, errors: Numbers) -> None:
    """Values spread as their errors say, but for four relative standard errors of a standard deviation."""
    assert np.std(values) == pytest.approx(np.mean(errors), rel=ERRORS / math.sqrt(2 * len(values)))


CASES = ["weights", "width", "condition", "mass at 0 and 1"]


@repetitions(40, 400)
@each_measure
@pytest.mark.parametrize("case", [*CASES, "chains"])
def test_errors_of_independent_draws(measure: Measure, case: str, repetitions: int) -> None:
    """Where the two share no random numbers, the values vary by as much as their errors say."""
    check_spread(*simulated(measure, case, repetitions, common=False))


@repetitions(40, 400)
@each_measure
@pytest.mark.parametrize("case", CASES)
def test_errors_of_draws_on_common_random_numbers(measure: Measure, case: str, repetitions: int) -> None:
    """Where the two share their random numbers, draw by draw, the errors show how much of the noise cancels."""
    check_spread(*simulated(measure, case, repetitions, common=True))


def unpaired(measure: Measure) -> Measure:
    """As if the draws of the second had nothing to do with those of the first: theirs come in another order."""

    def measured(a: Sample, b: Sample) -> MCEstimate:
        draws = replace(b.draws, weights=np.roll(b.draws.weights, 1))
        return measure(a, Sample(chance=np.roll(b.chance, 1), weights=np.roll(b.weights, 1), draws=draws))

    return measured


@repetitions(40, 400)
@each_measure
@pytest.mark.parametrize("case", CASES)
def test_variances_must_not_be_added_where_noise_is_shared(measure: Measure, case: str, repetitions: int) -> None:
    """Errors as of independent draws are right where they are independent, and a third too large where not, or more."""
    check_spread(*simulated(unpaired(measure), case, repetitions, common=False))
    values, errors = simulated(unpaired(measure), case, repetitions, common=True)
    assert np.mean(errors) > 4 / 3 * np.std(values)


def reweighed(sample: Sample, index: int, factor: float) -> Sample:
    """One draw counting more or less than before."""
    weights = np.where(np.arange(len(sample.weights)) == index, factor, 1) * sample.weights
    return replace(sample, weights=weights / weights.sum())


@each_measure
@pytest.mark.parametrize("case", CASES)
def test_influences_are_derivatives(measure: Measure, case: str) -> None:
    """What a draw's weight moves a measure by, for both at once and with its sign, is the draw's influence.

    Each draw's also moves the bandwidths a little, which the influence on an overlap leaves out.
    """
    a, b = first(1, case), second(1, case)
    influence, step = measure(a, b).influence, 1e-4
    slack = 0.25 * np.std(influence) if measure is overlap else 1e-9
    for index in range(0, COUNT, 50):
        up, down = (measure(reweighed(a, index, 1 + h), reweighed(b, index, 1 + h)).value for h in (step, -step))
        assert (up - down) / (2 * step) == pytest.approx(influence[index], abs=slack)


@each_measure
def test_chains_add_their_variance(measure: Measure) -> None:
    """Chains share no random numbers with anyone: the squares of the errors add, beside chains or weighted draws."""
    chains, weighted = first(1, "chains"), second(1, "weights")
    result = measure(chains, weighted)
    assert result.own_variance > 0
    assert result.se**2 == pytest.approx(result.own_variance + np.square(result.influence).sum())
    assert not measure(chains, second(2, "chains")).influence.any()


def test_two_outcomes_of_the_same_chains_share_their_noise() -> None:
    """What two outcomes have from the same chains cancels as far as it is the same."""
    chains = first(1, "chains")
    moved = replace(chains, chance=expit(0.1 + 1.1 * logit(chains.chance)))
    same, apart = wasserstein(moved, chains), wasserstein(moved, replace(chains, draws=replace(chains.draws)))
    assert same.value == apart.value
    assert 0 < same.se < apart.se / 4


STATED = {"events.rain": [0.1, 0.2, 0.4, 0.3], "events.flood": [0.3, 0.1, 0.2, 0.4]}


def test_the_sample_of_an_outcome() -> None:
    """An outcome without a condition has its probability at each draw, and each draw its weight."""
    posterior = drawn(small(), STATED, [0.1, 0.2, 0.3, 0.4])
    sample = Sample.of(posterior, "flood")
    np.testing.assert_allclose(sample.chance, posterior.query_probabilities("outcome", "flood")[0])
    np.testing.assert_allclose(sample.weights, [0.1, 0.2, 0.3, 0.4])
    assert sample.draws is posterior.draws


def test_the_sample_of_an_outcome_under_a_condition() -> None:
    """Under a condition a draw weighs as much as the condition is probable there, and has its probability under it."""
    posterior = drawn(small(), STATED, [0.1, 0.2, 0.3, 0.4])
    sample = Sample.of(posterior, "flood_if_rain")
    rain = posterior.query_probabilities("outcome", "rain")[0]
    np.testing.assert_allclose(sample.chance, posterior.query_probabilities("outcome", "flood")[0] / rain)
    np.testing.assert_allclose(sample.chance, 1 - np.exp(-2 * np.array(STATED["events.flood"])), rtol=0.01)
    np.testing.assert_allclose(sample.weights, posterior.draws.weights * rain / (posterior.draws.weights @ rain))


@pytest.mark.parametrize("outcome", ["flood", "flood_if_rain"])
@pytest.mark.parametrize("method", ["importance", "nuts"])
def test_the_mean_of_a_sample_is_the_estimate(method: str, outcome: str) -> None:
    """The mean of a sample, and its error, are those with which the posterior reports the outcome."""
    rng = np.random.default_rng(6)
    weights = np.full(400, 1 / 400) if method == "nuts" else rng.dirichlet(np.ones(400))
    values = {"events.rain": rng.uniform(size=400), "events.flood": rng.uniform(size=400)}
    posterior = drawn(small(), values, weights, method=method, chains=4 if method == "nuts" else 1)
    sample, expected = Sample.of(posterior, outcome), posterior.all_estimates["outcome", outcome]
    mean = sample.weights @ sample.chance
    result = mc_estimate(mean, sample.deviation(sample.chance), sample.draws)
    assert (result.value, result.se) == pytest.approx((expected.value, expected.se))


def test_a_draw_without_the_condition_weighs_nothing() -> None:
    """A draw at which the condition is impossible has weight 0; with no other draw, the probability is undefined."""
    posterior = drawn(small(), STATED, np.full(4, 0.25))
    wet = np.array([0.0, 1.0, 1.0, 0.0])
    dry = replace(
        posterior.probabilities, yes=posterior.probabilities.yes * wet, given=posterior.probabilities.given * wet
    )
    sample = Sample.of(replace(posterior, probabilities=dry), "flood_if_rain")
    assert ((sample.weights > 0) == wet).all()
    assert ((sample.chance >= 0) & (sample.chance <= 1)).all()
    other = replace(sample, chance=np.where(wet, sample.chance, 0.9))
    for measure in MEASURES.values():
        assert measure(sample, other).value == pytest.approx(measure(sample, sample).value)
        assert measure(sample, other).se == pytest.approx(0, abs=1e-12)
    never = replace(posterior.probabilities, given=np.zeros_like(posterior.probabilities.given))
    with pytest.raises(Undefined):
        Sample.of(replace(posterior, probabilities=never), "flood_if_rain")


def test_points() -> None:
    """Of distributions that are one point, two at one place have all in common, any others nothing."""
    point, near, other, spread = ([0.3] * 4, [0.3 * (1 + 1e-14)] * 4, [0.31] * 4, [0.2, 0.3, 0.3, 0.4])
    expected = [(near, 0.5, 0.0, 1.0), (other, 0.0, 0.01, 0.0), (spread, 0.5, 0.05, 0.0)]
    for chance, *values in expected:
        result = [measure(sample_of(point), sample_of(chance)) for measure in MEASURES.values()]
        assert [f.value for f in result] == pytest.approx(values, abs=1e-12)
    assert [measure(sample_of(point), sample_of(other)).se for measure in MEASURES.values()] == [0, 0, 0]


def test_points_but_for_rounding_or_draws_of_no_weight() -> None:
    """A distribution is one point if its draws differ as floats do, or where they weigh nothing."""
    point, rounded = sample_of([0.3] * 4), sample_of(0.3 * (1 + 1e-15 * np.arange(4)))
    for near in (rounded, sample_of([0.3, 0.3, 0.3, 0.9], [1, 1, 1, 0])):
        assert overlap(point, near).value == 1
        assert overlap(near, sample_of([0.2, 0.3, 0.3, 0.4])).value == 0


def test_more_than_half_at_one_place() -> None:
    """Where most draws are at one place, and the quartiles the same, all of the draws set how smooth the density is."""
    others = [0.1, 0.2, 0.4, 0.5]
    assert overlap(sample_of([0.30] * 6 + others), sample_of([0.31] * 6 + others)).value > 0.95
    nearly = sample_of([0.3, 0.3 * (1 + 1e-11)], [1, 1e-30])
    assert overlap(nearly, nearly).value == pytest.approx(1)


def test_distributions_that_do_not_meet() -> None:
    """Where no draw of one is near any of the other, they have nothing in common, and one is surely above."""
    low, high = normal(1, -20, 1), normal(2, 20, 1)
    for measure, expected in ((overlap, 0), (superiority, 0)):
        assert (measure(low, high).value, measure(low, high).se) == pytest.approx((expected, 0), abs=1e-12)
    assert superiority(high, low).value == pytest.approx(1)


def test_mass_at_the_ends() -> None:
    """Mass at probability 0 or 1 is in common as far as both have it, and so is what lies between."""
    between = expit(np.random.default_rng(2).standard_normal(100))
    chance = np.concatenate([[0.0, 1.0], between])
    a = sample_of(chance, np.concatenate([[20, 40], np.full(100, 0.4)]))
    b = sample_of(chance, np.concatenate([[50, 10], np.full(100, 0.4)]))
    assert overlap(a, b).value == pytest.approx(0.2 + 0.1 + 0.4)
    inside = sample_of(chance, np.concatenate([[0, 0], np.ones(100)]))
    assert overlap(a, inside).value == pytest.approx(0.4)
    assert overlap(sample_of(np.ones(5)), sample_of(np.zeros(5))).value == 0
    assert overlap(sample_of(np.ones(5)), sample_of(np.full(5, 1 - 1e-16))).value == 1
    assert overlap(sample_of(np.zeros(5)), sample_of(np.full(5, 1e-16))).value == 0
    rare = np.array([0.0, 0.0, 1e-14, 2e-14, 3e-14])
    assert overlap(sample_of(rare), sample_of(rare * 1e-5)).value == pytest.approx(0.4)


def test_rare_events_are_told_apart() -> None:
    """Two probabilities of which both round to 0 at six digits are as far apart as their log-odds."""
    a, b = normal(1, -20, 1), normal(2, -25, 1)
    assert overlap(a, b).value == pytest.approx(2 * stats.norm.cdf(-2.5), abs=0.01)
    assert superiority(a, b).value > 0.99


def with_draw(sample: Sample, chance: float, weight: float) -> Sample:
    """One draw more."""
    weights = np.append(sample.weights, weight)
    return sample_of(np.append(sample.chance, chance), weights / weights.sum())


@pytest.mark.parametrize(("weight", "other"), [(1e-9, 1e-9), (1e-4, 0.0)])
def test_a_far_draw_takes_no_room(weight: float, other: float) -> None:
    """A draw far off does not blur the rest if it is the one side's alone, or weighs next to nothing."""
    a, b = normal(1, 0, 1e-3), normal(2, 2e-3, 1e-3)
    result = overlap(with_draw(a, 1e-250, weight), with_draw(b, 1e-250, other))
    assert result.value == pytest.approx(overlap(a, b).value, abs=result.se / 4)

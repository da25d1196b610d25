"""Smoothed densities, against slow sums, a library and densities that are known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import ArrayLike, NDArray
from scipy import stats
from scipy.special import expit, logit

from estimative.model.inference.density import NODES, TAIL, WeightedSample, degree_densities, log_odds_densities

type Numbers = NDArray[np.float64]

GRAIN = 0.01
"""Of the highest density: what the grid, its straight lines and the end of the kernel may cost."""
ERRORS = 5
"""Standard errors, for the worst of 121 places."""
COUNT = 4000


def weighed(values: ArrayLike, weights: ArrayLike | None = None) -> WeightedSample:
    """Values of these weights, or of equal ones."""
    places = np.asarray(values, dtype=float)
    return WeightedSample.of(places, np.ones(len(places)) if weights is None else np.asarray(weights, dtype=float))


def normal(seed: int, mean: float, sd: float, count: int = COUNT) -> WeightedSample:
    """A normal distribution, in weighted draws of one 1.3 times as wide."""
    x = np.random.default_rng([seed, 11]).normal(0.0, 1.3, count)
    return weighed(mean + sd * x, np.exp(stats.norm.logpdf(x) - stats.norm.logpdf(x, 0, 1.3)))


def beta(seed: int, a: float, b: float, count: int = COUNT) -> WeightedSample:
    """A beta distribution."""
    return weighed(np.random.default_rng([seed, 12]).beta(a, b, count))


def sums(sample: WeightedSample, places: Numbers) -> Numbers:
    """A kernel density by summing over every draw at every place."""
    kernels = stats.norm.pdf(places[:, None], sample.values[None, :], sample.bandwidth)
    return np.asarray(kernels @ sample.weights)


SAMPLES = st.lists(
    st.tuples(st.integers(-40, 40).map(lambda n: n / 8), st.integers(0, 3)), min_size=2, max_size=40
).filter(lambda pairs: any(weight for _, weight in pairs))


def test_a_draw_without_weight_is_none() -> None:
    """What weighs nothing is left out, even where it is no number, and the rest sums to one."""
    result = weighed([0.1, math.nan, 0.3], [1, 0, 3])
    assert result.values.tolist() == [0.1, 0.3]
    assert result.weights.tolist() == [0.25, 0.75]


@given(SAMPLES, st.integers(1, 99))
def test_a_quantile_has_its_share_below_it(pairs: list[tuple[float, int]], hundredths: int) -> None:
    """It is the lowest value at or below which so much of the weight lies."""
    share = (hundredths - 0.5) / 100  # no sum of integer weights comes to that
    total = sum(weight for _, weight in pairs)
    below = (v for v, weight in sorted(pairs) if weight and sum(w for u, w in pairs if u <= v) >= share * total - 1e-9)
    assert weighed(*zip(*pairs, strict=True)).quantile(share) == next(below)


@given(SAMPLES)
def test_the_spread_is_that_of_repeated_draws(pairs: list[tuple[float, int]]) -> None:
    """A draw of weight 3 spreads as three draws do."""
    repeated = [value for value, weight in pairs for _ in range(weight)]
    assert weighed(*zip(*pairs, strict=True)).sd == pytest.approx(np.std(repeated), abs=1e-12)


def test_the_bandwidth_is_silvermans() -> None:
    """0.9 times the lesser of standard deviation and quartiles over 1.34, by the fifth root of the number of draws."""
    values = np.random.default_rng(3).standard_t(3, 501)
    low, high = np.quantile(values, [0.25, 0.75])
    width = min(np.std(values), (high - low) / 1.34)
    assert weighed(values).bandwidth == pytest.approx(0.9 * width * 501**-0.2, rel=0.01)
    assert width < np.std(values)


def test_a_draw_that_was_resampled_is_one_draw() -> None:
    """Repeating every draw makes nothing smoother; of unequal weights, the effective number counts."""
    values = np.random.default_rng(4).normal(size=300)
    assert weighed(np.repeat(values, 7)).ess == pytest.approx(300)
    assert weighed(np.repeat(values, 7)).bandwidth == pytest.approx(weighed(values).bandwidth)
    assert weighed([1.0, 2.0, 3.0], [2, 1, 1]).ess == pytest.approx(16 / 6)


def test_half_of_the_draws_in_one_place_leave_a_bandwidth() -> None:
    """Where the quartiles meet, the standard deviation takes over."""
    assert weighed([*[0.0] * 80, *range(20)]).bandwidth > 0


@pytest.mark.parametrize("seed", range(3))
def test_densities_are_those_of_a_library(seed: int) -> None:
    """Both heights are those of SciPy's weighted estimate with the same bandwidth; equal weights give others."""
    before, after = normal(seed, -2.0, 1.5), normal(seed + 10, -3.0, 0.6)
    result = log_odds_densities(before, after)
    assert result is not None
    for sample, heights in zip((before, after), result[1:], strict=True):
        sd = float(np.sqrt(np.cov(sample.values, aweights=sample.weights)))
        kernel = stats.gaussian_kde(sample.values, bw_method=sample.bandwidth / sd, weights=sample.weights)
        assert heights == pytest.approx(kernel(result[0]), abs=GRAIN * heights.max())
        assert heights != pytest.approx(sums(weighed(sample.values), result[0]), abs=GRAIN * heights.max())


@settings(deadline=None, max_examples=40)
@given(SAMPLES, SAMPLES)
def test_few_draws_are_smoothed_like_many(one: list[tuple[float, int]], other: list[tuple[float, int]]) -> None:
    """Of any sample the density is the sum of its kernels, on a grid that covers both samples, and never negative."""
    before, after = (weighed(*zip(*pairs, strict=True)) for pairs in (one, other))
    result = log_odds_densities(before, after)
    if result is None:
        assert 0.0 in (np.ptp(before.values), np.ptp(after.values))
        return
    places, *heights = result
    lowest, highest = (end(np.concatenate([before.values, after.values])) for end in (np.min, np.max))
    assert places[0] < lowest
    assert places[-1] > highest
    for sample, height in zip((before, after), heights, strict=True):
        assert height.min() >= 0
        assert height == pytest.approx(sums(sample, places), abs=GRAIN * sums(sample, sample.values).max())


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (normal(1, 0.0, 1.0), normal(2, 1.0, 0.5)),
        (normal(3, -9.0, 2.0), normal(4, -4.0, 0.3)),
        (normal(5, 0.0, 1.0, 30), normal(6, 0.0, 1.0)),
    ],
)
def test_a_density_of_log_odds_integrates_to_one(before: WeightedSample, after: WeightedSample) -> None:
    """But for what the grid leaves out at either end."""
    result = log_odds_densities(before, after)
    assert result is not None
    places, *heights = result
    assert len(places) == NODES
    assert np.ptp(np.diff(places)) < 1e-9
    for height in heights:
        assert np.trapezoid(height, places) == pytest.approx(1, abs=2 * TAIL + 0.002)


@pytest.mark.parametrize(("a", "b"), [(1, 1), (0.5, 0.5), (1, 4), (6, 1), (3, 3), (40, 60)])
def test_a_density_of_degrees_integrates_to_one(a: float, b: float) -> None:
    """Over 0 to 1, however much of it lies at an end."""
    result = degree_densities(beta(1, a, b), beta(2, 2, 2))
    assert result is not None
    places, *heights = result
    assert (places[0], places[-1], len(places)) == (0, 1, NODES)
    for height in heights:
        assert np.trapezoid(height, places) == pytest.approx(1, abs=0.005)


@pytest.mark.parametrize(("a", "b"), [(1, 1), (1, 4), (6, 1), (3, 3)])
def test_what_would_leave_the_scale_is_turned_back(a: float, b: float) -> None:
    """The density is the sum of kernels at every draw and at its images beyond 0 and 1."""
    sample = beta(5, a, b, 500)
    result = degree_densities(sample, sample)
    assert result is not None
    places, height, same = result
    images = sum(sums(sample, image) for image in (places, -places, 2 - places))
    assert height == pytest.approx(images, abs=GRAIN * height.max())
    assert height.tolist() == same.tolist()


def test_a_uniform_density_is_not_halved_at_its_ends() -> None:
    """There it is as high as anywhere, which without images it is not."""
    sample = beta(6, 1, 1, 20_000)
    result = degree_densities(sample, sample)
    assert result is not None
    assert result[1][[0, -1]] == pytest.approx(1, abs=0.15)
    assert sums(sample, np.array([0.0, 1.0])) == pytest.approx(0.5, abs=0.1)


def test_log_odds_leave_out_what_is_certain() -> None:
    """A probability of 0 or 1 has none; the others keep their weights in proportion."""
    result = weighed([0.0, 0.2, 0.5, 1.0], [5, 1, 3, 7]).log_odds
    assert result.values == pytest.approx(logit([0.2, 0.5]))
    assert result.weights.tolist() == [0.25, 0.75]


@pytest.mark.parametrize("value", [0.0, 1e-9, 0.1, 0.3, 0.5, 0.999, 1.0])
def test_what_is_the_same_at_every_draw_has_no_density(value: float) -> None:
    """Neither where it is so to the last bit nor where rounding makes it differ; nor where there is no draw at all."""
    spread = beta(7, 2, 2)
    for step in (0.0, 2e-16):
        point = weighed(np.clip(value * (1 + step * np.arange(-500, 500) / 250), 0, 1))
        for samples in ((spread, point), (point, spread), (point, point)):
            assert degree_densities(*samples) is None
            assert log_odds_densities(*(one.log_odds for one in samples)) is None


@pytest.mark.parametrize("size", [1e-9, 1e-3, 1.0, 8.0])
def test_any_spread_is_drawn(size: float) -> None:
    """However narrow or wide: the smallest is still a thousand times what rounding does."""
    sample = normal(8, -3.0, size)
    result = log_odds_densities(sample, sample)
    assert result is not None
    assert np.trapezoid(result[1], result[0]) == pytest.approx(1, abs=0.005)


def error_of(true: Numbers, sample: WeightedSample) -> Numbers:
    """Standard error of a kernel density from so many draws, where the true one is known (Silverman 1986, eq. 3.11)."""
    kish = float(1 / np.square(sample.weights).sum())
    return np.asarray(np.sqrt(true / (2 * math.sqrt(math.pi) * kish * sample.bandwidth)))


@pytest.mark.parametrize("seed", range(4))
def test_a_known_density_of_log_odds_is_found(seed: int) -> None:
    """The density of normal log-odds is found within its error, once widened by the bandwidth; another one is not."""
    sample = normal(seed, -2.5, 0.8)
    result = log_odds_densities(sample, WeightedSample.of(expit(sample.values), sample.weights).log_odds)
    assert result is not None
    places, height, same = result
    assert height == pytest.approx(same)
    true = stats.norm.pdf(places, -2.5, math.hypot(0.8, sample.bandwidth))
    slack = ERRORS * error_of(true, sample) + GRAIN * true.max()
    assert (abs(height - true) <= slack).all()
    assert not (abs(height - stats.norm.pdf(places, -2.3, 0.8)) <= slack).all()


@pytest.mark.parametrize("seed", range(4))
def test_a_known_density_of_degrees_is_found(seed: int) -> None:
    """So it is of degrees, up to half the squared bandwidth times the curvature (Silverman 1986, eq. 3.9)."""
    sample = beta(seed, 3, 4)
    result = degree_densities(sample, sample)
    assert result is not None
    places, height, _ = result
    true = stats.beta.pdf(places, 3, 4)
    bias = sample.bandwidth**2 / 2 * abs(np.gradient(np.gradient(true, places), places)).max()
    slack = ERRORS * error_of(true, sample) + GRAIN * true.max() + bias
    assert (abs(height - true) <= slack).all()
    assert not (abs(height - stats.beta.pdf(places, 4, 3)) <= slack).all()

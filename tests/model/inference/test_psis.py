"""Pareto-smoothed weights against those of ArviZ."""

from __future__ import annotations

import math

import numpy as np
import pytest
from arviz_stats.base import array_stats
from numpy.typing import NDArray

from estimative.model.inference.psis import smooth_bounded, smooth_weights

type Numbers = NDArray[np.float64]

AGREEMENT = 1e-10
"""The same definitions evaluated in another order: differences are rounding, times the thousands of terms of a sum."""


def log_weights(kind: str, draws: int) -> Numbers:
    rng = np.random.default_rng([len(kind), draws])
    match kind:
        case "light":
            return np.log(rng.uniform(size=draws))
        case "normal":
            return rng.normal(scale=2.0, size=draws)
        case "shifted":
            return rng.exponential(scale=0.6, size=draws) - 5000
        case "unreliable":
            return rng.exponential(scale=0.95, size=draws)
        case _:
            return rng.exponential(scale=2.5, size=draws)


@pytest.mark.parametrize("kind", ["light", "normal", "shifted", "unreliable", "hopeless"])
@pytest.mark.parametrize("draws", [60, 224, 226, 1000, 10_000])
def test_weights_and_shape_are_those_of_arviz(kind: str, draws: int) -> None:
    """The smoothed log weights and k-hat are those of ArviZ, for tails of any weight and samples of any size.

    Not so with fewer than 30 draws: in a tail of five ArviZ takes the first quartile for the minimum, and gives up.
    """
    raw = log_weights(kind, draws)
    expected, shape = array_stats.psislw(-raw)
    result, found_shape = smooth_weights(raw)
    assert result == pytest.approx(expected, abs=AGREEMENT)
    assert found_shape == pytest.approx(float(shape), abs=AGREEMENT)
    assert not np.allclose(result, raw - np.logaddexp.reduce(raw), atol=1e-6), "something was smoothed"


@pytest.mark.parametrize("shape", [0.3, 0.6, 0.9])
def test_the_shape_is_that_of_the_tail(shape: float) -> None:
    """k-hat is the shape of the Pareto distribution that the weights were drawn from."""
    draws = 100_000
    rng = np.random.default_rng(1)
    _, result = smooth_weights(shape * rng.exponential(size=draws))
    # The standard error of a generalised Pareto's shape from n exceedances is (1 + k) / sqrt(n) (Smith 1987); here n is
    # 3 sqrt(100,000) = 948. Four of them, and the pull of the weak prior towards 0.5, at most 10 / (n + 10).
    assert result == pytest.approx(shape, abs=4 * (1 + shape) / math.sqrt(948) + 0.5 * 10 / 958)


@pytest.mark.parametrize("kind", ["light", "hopeless"])
def test_smoothing_keeps_order_and_mass(kind: str) -> None:
    """Smoothed weights sum to one, rank the draws as before, and move none but the largest fifth at most."""
    raw = log_weights(kind, 1000)
    result, _ = smooth_weights(raw)
    assert np.exp(result).sum() == pytest.approx(1, abs=1e-12)
    order = np.argsort(raw)
    assert (np.diff(result[order]) >= 0).all()
    untouched = order[: 1000 - int(3 * math.sqrt(1000))]
    assert np.ptp((result - raw)[untouched]) < 1e-12


def test_no_weight_exceeds_the_largest() -> None:
    """Smoothing lets no draw weigh more, against the draws it leaves alone, than the heaviest did before."""
    raw = log_weights("hopeless", 1000)
    result, _ = smooth_weights(raw)
    lightest = int(np.argmin(raw))
    assert result.max() - result[lightest] <= raw.max() - raw[lightest] + 1e-12


def test_equal_weights_have_no_tail() -> None:
    """Equal weights stay equal, and their shape is minus infinity: nothing could be more reliable."""
    result, shape = smooth_weights(np.full(1000, -3.0))
    assert shape == -math.inf
    assert np.exp(result) == pytest.approx(np.full(1000, 1e-3), rel=1e-12)


def test_too_few_draws_have_no_shape() -> None:
    """Fewer than 25 draws have a tail of fewer than five: their shape is infinite, their weights only normalised."""
    raw = log_weights("normal", 24)
    result, shape = smooth_weights(raw)
    assert shape == math.inf
    assert result == pytest.approx(raw - np.logaddexp.reduce(raw), abs=1e-12)


def test_one_draw_that_outweighs_all_is_unreliable() -> None:
    """Where a single draw carries the answer, k-hat is above every limit."""
    _, shape = smooth_weights(np.concatenate([np.zeros(999), [20.0]]))
    assert shape > 1


@pytest.mark.parametrize("possible", [1, 3, 20])
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_hardly_any_possible_draw_is_unreliable(possible: int) -> None:
    """Where only a few draws are possible at all, k-hat is above every limit and the weights are numbers."""
    rng = np.random.default_rng(2)
    result, shape = smooth_weights(np.concatenate([np.full(1000 - possible, -1e6), rng.normal(size=possible)]))
    assert np.isfinite(np.exp(result)).all()
    assert np.exp(result).sum() == pytest.approx(1)
    assert shape > 0.7


def plateau(outliers: int, times: float = 10.0) -> Numbers:
    """Weights that are nearly even, but for a few that stand out."""
    raw = np.random.default_rng(3).normal(scale=0.001, size=10_000)
    raw[:outliers] += math.log(times)
    return raw


def test_outliers_without_weight_do_no_harm() -> None:
    """A plateau with a few outliers has no tail that a Pareto describes; it counts only if they hold much weight."""
    result, shape = smooth_bounded(plateau(4))
    assert smooth_weights(plateau(4))[1] > 0.7
    assert shape == -math.inf
    assert np.exp(result).sum() == pytest.approx(1)
    assert smooth_bounded(plateau(40))[1] == smooth_weights(plateau(40))[1] > 0.7


@pytest.mark.parametrize(("outliers", "times"), [(6, 300.0), (15, 300.0), (20, 30.0)])
def test_outliers_with_weight_are_not_smoothed_away(outliers: int, times: float) -> None:
    """Draws that stand out and hold much of the weight are no plateau, even if smoothing would take it from them."""
    assert smooth_bounded(plateau(outliers, times))[1] > 0.7


@pytest.mark.parametrize("kind", ["unreliable", "hopeless"])
def test_a_heavy_tail_stays_one(kind: str) -> None:
    """Where the weights that stand out hold much of the weight, the shape is that of their tail."""
    raw = log_weights(kind, 10_000)
    result, shape = smooth_bounded(raw)
    expected, expected_shape = smooth_weights(raw)
    assert shape == expected_shape > 0.7
    assert np.array_equal(result, expected)

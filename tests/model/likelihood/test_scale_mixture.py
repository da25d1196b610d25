"""A normal density with an uncertain standard deviation, against sums over a fine grid."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats
from scipy.optimize import brentq

from estimative.model.likelihood.backend import NUMPY
from estimative.model.likelihood.scale_mixture import (
    sample_log_sd,
    scale_mixture_log_density,
    tabulated_log_density,
)

type Numbers = NDArray[np.float64]

DEVIATIONS = np.array([0.0, 1e-9, -0.01, 0.3, 1.0, -3.0, 20.0, -400.0, 1e4, 1e7])


def on_a_grid(deviation: float, mu: float, sigma: float, power: float) -> tuple[Numbers, Numbers]:
    """ln sd, and ln of likelihood^power times prior per unit of ln sd, around where that is highest."""

    def rise(x: float) -> float:
        return power * ((deviation * math.exp(-x)) ** 2 - 1) - (x - mu) / sigma**2

    # Below the lower end the likelihood rises by more than the prior falls; above the upper end both fall.
    top = brentq(rise, mu - sigma**2 - 1, max(mu, math.log(max(abs(deviation), 1e-300))) + 1)
    x = np.linspace(top - 14 * sigma, top + 14 * sigma, 40_001)
    return x, power * stats.norm.logpdf(deviation, scale=np.exp(x)) + stats.norm.logpdf(x, mu, sigma)


@pytest.mark.parametrize("power", [0.2, 1.0])
@pytest.mark.parametrize("mu", [-3.0, 1.5])
@pytest.mark.parametrize(("sigma", "close"), [(0.001, 1e-5), (0.1, 1e-5), (0.5, 1e-5), (1.0, 1e-5), (2.0, 3e-3)])
def test_the_integral_is_that_of_a_fine_sum(sigma: float, close: float, mu: float, power: float) -> None:
    """However far a value is from what was expected, its density is the integral over the standard deviation."""
    result = scale_mixture_log_density(NUMPY, DEVIATIONS, np.array(mu), np.array(sigma), np.array(power))
    for deviation, value in zip(DEVIATIONS, result, strict=True):
        x, log_density = on_a_grid(deviation, mu, sigma, power)
        expected = np.logaddexp.reduce(log_density) + math.log(x[1] - x[0])
        assert value == pytest.approx(expected, rel=1e-12, abs=close), deviation


def test_a_known_error_gives_the_normal_density() -> None:
    """Without a spread the density is the plain normal's, to its power; at power 0 it is 1, whatever the spread."""
    near = DEVIATIONS[abs(DEVIATIONS) < 100]
    plain = scale_mixture_log_density(NUMPY, near, np.array(0.4), np.array(0.0), np.array(0.7))
    # As good as the trapezoidal rule is for a normal.
    assert plain == pytest.approx(0.7 * stats.norm.logpdf(near, scale=math.exp(0.4)), rel=1e-12, abs=3e-7)
    for sigma in (0.0, 0.6, 2.0):
        nothing = scale_mixture_log_density(NUMPY, DEVIATIONS, np.array(0.4), np.array(sigma), np.array(0.0))
        assert nothing == pytest.approx(np.zeros(len(DEVIATIONS)), abs=1e-6)


def test_items_and_draws_are_told_apart() -> None:
    """Each item has its own mean, spread and power, whatever the draw."""
    rng = np.random.default_rng(1)
    deviation, mu, sigma, power = (
        rng.normal(size=(3, 5)),
        rng.normal(size=3),
        np.array([0.0, 0.4, 1.5]),
        np.array([1.0, 0.0, 0.5]),
    )
    together = scale_mixture_log_density(NUMPY, deviation, mu[:, None], sigma[:, None], power[:, None])
    for index in np.ndindex(3, 5):
        item = index[0]
        alone = scale_mixture_log_density(NUMPY, deviation[index], mu[item], sigma[item], power[item])
        assert together[index] == pytest.approx(float(alone), abs=1e-12)


@pytest.mark.parametrize("deviation", [0.0, 0.3, 40.0, 1e5])
@pytest.mark.parametrize(("sigma", "power"), [(0.2, 1.0), (0.9, 0.3), (2.0, 1.0)])
def test_drawn_errors_have_their_distribution(deviation: float, sigma: float, power: float) -> None:
    """Draws of ln sd given a deviation have the distribution that the fine sum gives."""
    rng, mu = np.random.default_rng(2), -0.5
    draws = sample_log_sd(
        np.full((1, 20_000), deviation), np.full((1, 20_000), mu), np.array([sigma]), np.array([power]), rng
    )
    x, log_density = on_a_grid(deviation, mu, sigma, power)
    shares = np.cumsum(np.exp(log_density - np.logaddexp.reduce(log_density)))
    # Kolmogorov-Smirnov at a level met once in a million.
    assert stats.kstest(draws[0], lambda at: np.interp(at, x, shares)).pvalue > 1e-6


@pytest.mark.parametrize("power", [0.0, 0.2, 1.0])
@pytest.mark.parametrize("sigma", [0.0, 0.001, 0.3, 2.0])
def test_tables_have_the_densities_of_the_integral(sigma: float, power: float) -> None:
    """Interpolated densities are those of the integral: near, far, beyond the table, and when asked for again."""
    rng = np.random.default_rng(4)
    far = np.exp(rng.uniform(-20, 14, 300)) * rng.choice([-1, 1], 300)
    deviation = np.stack([np.concatenate([DEVIATIONS, rng.normal(size=300)]), np.concatenate([DEVIATIONS, far])])
    mu, both = np.full(deviation.shape, 0.7), np.ones(2)
    expected = scale_mixture_log_density(NUMPY, deviation, mu, np.array(sigma), np.array(power))
    for _ in range(2):
        found = tabulated_log_density(deviation, mu, sigma * both, power * both)
        # Without a spread, or without power, the answer is exact, and the quadrature approximates it.
        close = 1e-7 if sigma and power else 1e-6
        assert found == pytest.approx(expected, rel=close, abs=close)

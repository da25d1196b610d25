"""Numbers with their noise: errors of functions of estimates that share random numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import expit, logit

from estimative.model.inference.draws import Draws
from estimative.model.inference.estimates import Undefined
from estimative.model.inference.mc_estimate import MCEstimate, delta_method, log_odds, mc_estimate
from estimative.model.likelihood.theta import Theta

REPETITIONS = 2000


def weighted(count: int, rng: np.random.Generator) -> Draws:
    """Importance draws with uneven weights, and of no quantity."""
    weights = rng.exponential(size=count)
    theta = Theta(degree=np.zeros((0, count)), log_ratio=np.zeros((0, count)), weight=np.zeros(0))
    return Draws(method="importance", theta=theta, weights=weights / weights.sum(), chains=1, diagnostics={})


def test_the_error_is_the_root_of_both_variances() -> None:
    """Influences of shared draws and the variance of own chains add up."""
    result = MCEstimate(value=1.0, influence=np.array([0.3, 0.0, 0.4]), own_variance=0.75)
    assert result.se == pytest.approx(1.0)
    assert MCEstimate(value=2.0).se == 0


def test_what_is_shared_cancels_and_what_is_not_adds() -> None:
    """Of a difference, equal influences leave nothing; own variances add with the square of the derivative."""
    shared = np.array([0.3, -0.1])
    one = MCEstimate(value=1.0, influence=shared, own_variance=0.04)
    other = MCEstimate(value=3.0, influence=shared, own_variance=0.05)
    result = delta_method(-2.0, [(1.0, one), (-1.0, other)])
    assert (result.value, result.se) == (-2.0, pytest.approx(0.3))
    assert delta_method(5.0, [(2.0, one), (1.0, other)]).own_variance == pytest.approx(4 * 0.04 + 0.05)


def test_chains_and_shared_draws_go_together() -> None:
    """A number from chains has no influence by draw, and can be set against one that has."""
    result = delta_method(
        0.0, [(1.0, MCEstimate(value=1.0, influence=np.ones(4))), (-1.0, MCEstimate(value=1.0, own_variance=5.0))]
    )
    assert result.se == pytest.approx(3.0)


def test_the_difference_of_two_means_on_common_draws_errs_as_told() -> None:
    """Over many repetitions, a difference of weighted means spreads as far as the error it carries says."""
    rng = np.random.default_rng(3)
    values, reported, naive = [], [], []
    for _ in range(REPETITIONS):
        common = rng.normal(size=400)
        ones = [expit(common + 0.2 * rng.normal(size=400)), expit(0.5 + common + 0.2 * rng.normal(size=400))]
        draws = weighted(400, rng)
        result = [mc_estimate(float(draws.weights @ one), one - draws.weights @ one, draws) for one in ones]
        gap = delta_method(result[0].value - result[1].value, [(1.0, result[0]), (-1.0, result[1])])
        values.append(gap.value)
        reported.append(gap.se)
        naive.append(math.hypot(result[0].se, result[1].se))
    spread = float(np.std(values, ddof=1))
    assert np.mean(reported) == pytest.approx(spread, rel=4 / math.sqrt(2 * REPETITIONS))
    assert np.mean(naive) > 2 * spread, "as if the two had nothing in common"


def test_fits_with_other_numbers_of_draws_share_no_noise() -> None:
    """Where one of two fits needed more draws, their errors add in squares; those of one fit cancel all the same."""
    few = MCEstimate(value=0.5, influence=np.array([0.03, -0.04]))
    many = MCEstimate(value=0.3, influence=np.array([0.0, 0.03, 0.04, 0.0]))
    assert delta_method(0.2, [(1.0, few), (-1.0, many)]).se == pytest.approx(0.05 * math.sqrt(2))
    assert delta_method(0.5, [(1.0, few), (-1.0, many), (1.0, many)]).se == pytest.approx(0.05)


def test_log_odds_have_the_error_of_their_derivative() -> None:
    """d logit p / dp = 1 / (p (1 - p))."""
    result = log_odds(MCEstimate(value=0.2, influence=np.array([0.003, 0.004])))
    assert result.value == pytest.approx(float(logit(0.2)))
    assert result.se == pytest.approx(0.005 / 0.16)


@pytest.mark.parametrize("certain", [0.0, 1.0])
def test_certainty_has_no_log_odds(certain: float) -> None:
    """Of 0 and 1 they are infinite."""
    with pytest.raises(Undefined):
        log_odds(MCEstimate(value=certain))

"""Proper scores over several states, against a library, brute force and their own definition of propriety."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimative.model.record.scoring_rules import brier_score, logarithmic_score, ranked_probability_score

type Rule = Callable[[Sequence[float], int], float]

RULES: dict[str, Rule] = {
    "brier": brier_score,
    "logarithmic": logarithmic_score,
    "ranked": ranked_probability_score,
}
SHARES = st.lists(st.floats(0.001, 1), min_size=2, max_size=8).map(lambda n: tuple(x / sum(n) for x in n))


@st.composite
def forecasts(draw: st.DrawFn) -> tuple[tuple[float, ...], int]:
    """Probabilities, and which state holds."""
    shares = draw(SHARES)
    return shares, draw(st.integers(0, len(shares) - 1))


@pytest.mark.calibration  # the library compiles for seconds when it is imported
@given(forecasts())
def test_scores_are_those_of_a_library(forecast: tuple[tuple[float, ...], int]) -> None:
    """scoringrules gives the same: its ranked score is not divided by K - 1, and it scores states one by one."""
    import scoringrules

    shares, place = forecast
    happened = np.eye(len(shares))[place]
    assert brier_score(shares, place) == pytest.approx(scoringrules.brier_score(happened, np.array(shares)).sum() / 2)
    log = scoringrules.log_score(happened, np.array(shares))[place]
    assert logarithmic_score(shares, place) == pytest.approx(log)
    ranked = scoringrules.rps_score(place + 1, np.array(shares)) / (len(shares) - 1)
    assert ranked_probability_score(shares, place) == pytest.approx(ranked)


@given(forecasts())
def test_the_ranked_score_is_a_mean_of_brier_scores(forecast: tuple[tuple[float, ...], int]) -> None:
    """Each question "is it a later state than k?" has a Brier score, and the ranked score is their mean."""
    shares, place = forecast
    scores = [(sum(shares[k + 1 :]) - (place > k)) ** 2 for k in range(len(shares) - 1)]
    assert ranked_probability_score(shares, place) == pytest.approx(sum(scores) / len(scores), abs=1e-12)


def test_a_ranked_score_by_hand() -> None:
    """Of 0.1, 0.2, 0.7 with the first state: cumulated 0.1 and 0.3 instead of 1 and 1, so (0.81 + 0.49) / 2."""
    assert ranked_probability_score((0.1, 0.2, 0.7), 0) == pytest.approx(0.65)
    assert brier_score((0.1, 0.2, 0.7), 0) == pytest.approx((0.81 + 0.04 + 0.49) / 2)
    assert logarithmic_score((0.1, 0.2, 0.7), 0) == pytest.approx(math.log(10))


@given(st.floats(0, 1), st.booleans())
def test_two_states_are_yes_and_no(p: float, happened: bool) -> None:
    """With two states both distances are the Brier score, and the logarithmic score is that of yes or no."""
    for rule in (brier_score, ranked_probability_score):
        assert rule((1 - p, p), int(happened)) == pytest.approx((p - happened) ** 2, abs=1e-12)
    given_to_it = p if happened else 1 - p
    assert logarithmic_score((1 - p, p), int(happened)) == (-math.log(given_to_it) if given_to_it else math.inf)


@given(forecasts())
def test_scores_have_their_range(forecast: tuple[tuple[float, ...], int]) -> None:
    """Certainty that was right scores 0, certainty of the farthest state scores 1, or infinitely; others between."""
    shares, place = forecast
    sure = tuple(float(at == place) for at in range(len(shares)))
    assert [rule(sure, place) for rule in RULES.values()] == [0, 0, 0]
    wrong, last = (1.0, *[0.0] * (len(shares) - 1)), len(shares) - 1
    assert [rule(wrong, last) for rule in RULES.values()] == [1, math.inf, 1]
    assert all(0 <= rule(shares, place) <= 1 for rule in (brier_score, ranked_probability_score))


def expected(rule: Rule, stated: Sequence[float], true: Sequence[float]) -> float:
    """The mean score of a forecast where states come with their true probabilities."""
    return sum(p * rule(stated, place) for place, p in enumerate(true))


@pytest.mark.parametrize("name", RULES)
@given(st.integers(0, 10**6))
def test_nothing_scores_better_than_the_truth(name: str, seed: int) -> None:
    """The expected score is least for the true probabilities: each score is strictly proper."""
    chance = np.random.default_rng(seed)
    true, other = chance.dirichlet([1, 1, 1, 1], size=2) * 0.99 + 0.0025
    excess = expected(RULES[name], other, true) - expected(RULES[name], true, true)
    assert excess > 1e-3 * float(np.square(other - true).sum())


def test_a_linear_score_would_reward_exaggeration() -> None:
    """The check of propriety finds what is not proper: 1 - p rewards certainty of the most probable state."""
    true = (0.6, 0.3, 0.1)
    assert expected(lambda p, at: 1 - p[at], (1, 0, 0), true) < expected(lambda p, at: 1 - p[at], true, true)


@given(forecasts(), st.integers(0, 10**6))
def test_order_counts_for_the_ranked_score_alone(forecast: tuple[tuple[float, ...], int], seed: int) -> None:
    """Listing states in another order changes neither the Brier nor the logarithmic score; turned round, none."""
    shares, place = forecast
    order = random.Random(seed).sample(range(len(shares)), len(shares))
    mixed, at = tuple(shares[k] for k in order), order.index(place)
    for rule in (brier_score, logarithmic_score):
        assert rule(mixed, at) == pytest.approx(rule(shares, place))
    turned = ranked_probability_score(shares[::-1], len(shares) - 1 - place)
    assert turned == pytest.approx(ranked_probability_score(shares, place))


def test_near_misses_cost_less_where_states_are_ordered() -> None:
    """Probability next to the state that holds is better than as much far away, and only the ranked score sees it."""
    near, far = (0.1, 0.9, 0.0), (0.1, 0.0, 0.9)
    assert ranked_probability_score(near, 0) < ranked_probability_score(far, 0)
    assert brier_score(near, 0) == brier_score(far, 0)

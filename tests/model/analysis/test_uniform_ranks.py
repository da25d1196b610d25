"""Ranks: p-values and bands are exact; deviations are named by their direction. Frequencies: the same."""

from __future__ import annotations

import numpy as np
import pytest

from estimative.model.analysis.reliability import number_that_happen, reliability
from estimative.model.analysis.uniform_ranks import BINS, bands, uniformity
from estimative.model.inference.ranks import relative_ranks

RANKS = 200


def test_p_values_of_uniform_ranks_are_uniform() -> None:
    """At most a share p of them is at most p, and nearly that share."""
    rng = np.random.default_rng(1)
    every = [uniformity(rng.random(RANKS).tolist()) for _ in range(700)]
    alone, together = (np.array([getattr(each, name) for each in every]) for name in ("band_p_value", "p_value"))
    for level in (0.01, 0.05, 0.2, 0.5):
        error = np.sqrt(level * (1 - level) / len(every))
        assert level - 0.06 < np.mean(alone <= level) < level + 4 * error
        assert np.mean(together <= level) < level + 4 * error


def test_bands_hold_all_points_with_their_probability() -> None:
    """Simulated counts stay inside as often as the exact recursion says."""
    band = bands(RANKS, 0.95)
    counts = np.random.default_rng(2).multinomial(RANKS, np.full(BINS, 1 / BINS), size=20_000).cumsum(axis=1)[:, :-1]
    inside = ((counts >= band.low) & (counts <= band.high)).all(axis=1).mean()
    assert 0.945 < inside < 0.965


@pytest.mark.parametrize(
    ("a", "b", "deviation"),
    [(0.6, 0.6, "too-narrow"), (1.8, 1.8, "too-wide"), (1.7, 1.0, "too-low"), (1.0, 1.7, "too-high")],
)
def test_deviations_are_named_by_their_direction(a: float, b: float, deviation: str) -> None:
    """Ranks at the ends: too narrow; in the middle: too wide; high ranks: posteriors too low."""
    result = uniformity(np.random.default_rng(3).beta(a, b, RANKS).tolist())
    assert result.p_value < 1e-4
    assert result.deviation == deviation


def test_ranks_of_ties_are_uniform() -> None:
    """A truth that equals every draw has any rank."""
    rng = np.random.default_rng(4)
    same = [relative_ranks({"x": np.zeros(6)}, rng)["x"] for _ in range(RANKS)]
    assert uniformity(same).p_value > 0.01
    assert relative_ranks({"x": np.array([2.0, 0, 1, 3])}, rng)["x"] == pytest.approx(0.625, abs=0.125)


def test_the_number_of_events_is_that_of_the_binomial_distribution() -> None:
    """Where all chances are the same."""
    assert number_that_happen(np.full(4, 0.5)) == pytest.approx(np.array([1, 4, 6, 4, 1]) / 16)
    assert number_that_happen(np.array([0.0, 1.0, 0.2])) == pytest.approx([0, 0.8, 0.2, 0])


def test_right_probabilities_pass() -> None:
    """The share of p-values of at most 5% is at most 5%, apart from chance."""
    rng = np.random.default_rng(5)
    p = rng.beta(1, 4, RANKS)
    values = [reliability(p, rng.random(RANKS) < p).p_value for _ in range(150)]
    assert np.mean(np.array(values) <= 0.05) < 0.05 + 4 * np.sqrt(0.05 * 0.95 / 150)


@pytest.mark.parametrize(
    ("true", "departure"),
    [
        (lambda p: 0.2 + 0.8 * p, "too-low"),
        (lambda p: 0.5 * p, "too-high"),
        (lambda p: p + 0.8 * (p.mean() - p), "too-extreme"),
        (lambda p: (p > p.mean()).astype(float), "too-cautious"),
    ],
)
def test_wrong_probabilities_are_named_by_their_direction(true: object, departure: str) -> None:
    """Happens more often, less often, or depends less or more on the probability than stated."""
    rng = np.random.default_rng(6)
    p = rng.beta(1.5, 1.5, 400)
    result = reliability(p, rng.random(400) < true(p))  # type: ignore[operator]
    assert result.p_value < 1e-3
    assert result.departure == departure


def test_probabilities_that_ignore_evidence_are_noticed() -> None:
    """They are right on average, and wrong in groups of worlds with the same evidence."""
    rng = np.random.default_rng(7)
    chance = rng.beta(1, 1, RANKS)
    result = reliability(np.full(RANKS, 0.5), rng.random(RANKS) < chance, evidence=chance)
    assert result.overall.p_value > 0.01
    assert result.p_value < 1e-4
    assert result.departure == "wrong-evidence"

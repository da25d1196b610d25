"""Cumulative Jensen-Shannon distances, against ArviZ's."""

from __future__ import annotations

import numpy as np
import pytest
from arviz_stats.base import array_stats

from estimative.model.analysis.cumulative_distance import Sorted


@pytest.mark.parametrize("ties", [False, True])
def test_distances_are_those_of_arviz(ties: bool) -> None:
    """Of several samples at once, each is the larger one of ArviZ's distances from below and from above."""
    rng = np.random.default_rng(1)
    values = rng.gamma(2.0, size=(3, 500))
    if ties:
        values = np.round(values)
    weights = rng.dirichlet(np.ones(500), size=3)
    found = Sorted.of(values).distance(weights)
    for one, own, distance in zip(values, weights, found, strict=True):
        both = [array_stats._cjs_dist(sign * one, own) for sign in (1, -1)]
        assert distance == pytest.approx(max(both), rel=1e-6)


def test_equal_values_cannot_be_moved() -> None:
    """The distribution of a number that never varies is the same under all weights."""
    weights = np.random.default_rng(2).dirichlet(np.ones(50))
    assert Sorted.of(np.full(50, 3.0)).distance(weights) == 0.0


def test_equal_weights_move_nothing() -> None:
    """Under equal weights the distance is that between two ways to count steps, which shrinks with the draws."""
    few, many = (Sorted.of(np.arange(count) / count).distance(np.full(count, 1 / count)) for count in (100, 10_000))
    assert many < few < 0.01

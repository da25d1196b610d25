"""Mixtures fitted to draws of which it is known how many modes they have."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from estimative.model.inference.gaussian_mixture import fit_mixture

type Numbers = NDArray[np.float64]

COUNT = 2000
EQUAL = np.full(COUNT, 1 / COUNT)


def normal(dimension: int, seed: int) -> Numbers:
    return np.random.default_rng(seed).standard_normal((dimension, COUNT))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_two_modes_in_one_of_twenty_coordinates_are_found(seed: int) -> None:
    """Two modes that only one coordinate shows are told apart, with their shares."""
    z = normal(20, seed)
    upper = np.arange(COUNT) % 10 < 3
    z[7] = 0.4 * z[7] + np.where(upper, 2.5, -2.5)
    low, high = sorted(fit_mixture(z, EQUAL), key=lambda component: component.mean[7])
    assert (low.mean[7], high.mean[7]) == pytest.approx((-2.5, 2.5), abs=0.1)
    assert (low.share, high.share) == pytest.approx((0.7, 0.3), abs=0.01)
    assert high.root is not None
    assert (high.root @ high.root.T)[7, 7] == pytest.approx(0.4**2, rel=0.3)


@pytest.mark.parametrize("dimension", [1, 5, 20])
def test_one_component_serves_normal_draws(dimension: int) -> None:
    """Draws of one normal, however correlated, are not split, and have its mean and its covariance, slightly wider."""
    root = np.linalg.cholesky(0.6 + 0.4 * np.eye(dimension))
    [component] = fit_mixture(1.5 + root @ normal(dimension, 4), EQUAL)
    assert component.root is not None
    assert component.mean == pytest.approx(np.full(dimension, 1.5), abs=0.12)
    spread = component.root @ component.root.T
    assert np.diag(spread) == pytest.approx(np.full(dimension, 1 + 0.25 / dimension), rel=0.15)


def test_weights_count() -> None:
    """A mode without weight gets no component; weighted draws count as often as their weights say."""
    z = normal(4, 5)
    upper = np.arange(COUNT) % 4 < 2
    z[2] += np.where(upper, 6.0, -6.0)
    [only] = fit_mixture(z, np.where(upper, 2 / COUNT, 0.0))
    assert only.mean[2] == pytest.approx(6.0, abs=0.15)
    shares = [component.share for component in fit_mixture(z, np.where(upper, 1.8, 0.2) / COUNT)]
    assert sorted(shares) == pytest.approx([0.1, 0.9], abs=0.01)

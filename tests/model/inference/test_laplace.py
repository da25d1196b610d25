"""The Gaussian at a mode: exact for Gaussians, near the mode of what is none."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from estimative.model.inference.laplace import MIN_CURVATURE, LogDensity, laplace

type Numbers = NDArray[np.float64]


def gaussian(mean: Numbers, covariance: Numbers) -> LogDensity:
    inverse = np.linalg.inv(covariance)

    def log_density(z: Numbers) -> Numbers:
        centred = z - mean[:, None]
        return np.asarray(-0.5 * np.einsum("ij,ik,kj->j", centred, inverse, centred) - 17.0)

    return log_density


def covariance_of(dimension: int, seed: int) -> Numbers:
    """Eigenvalues between 0.05 and 5, in random directions."""
    rng = np.random.default_rng(seed)
    axes, _ = np.linalg.qr(rng.normal(size=(dimension, dimension)))
    return np.asarray((axes * np.geomspace(0.05, 5, dimension)) @ axes.T)


@pytest.mark.parametrize("dimension", [1, 2, 7, 40])
def test_a_gaussian_is_found_exactly(dimension: int) -> None:
    """Of a Gaussian the mode is its mean and the curvature its covariance, from wherever the climb starts."""
    rng = np.random.default_rng(dimension)
    mean, covariance = rng.normal(size=dimension), covariance_of(dimension, dimension)
    mode, result = laplace(gaussian(mean, covariance), np.zeros(dimension))
    # Second differences over steps of 0.05 leave about 1e-16 x 1e3 / 0.05^2 of rounding, times 20 of curvature.
    assert mode == pytest.approx(mean, abs=1e-6)
    assert result == pytest.approx(covariance, abs=1e-6)


def test_a_start_at_the_mode_stays_there() -> None:
    """A climb that starts at the mode ends there, with the covariance all the same."""
    mean, covariance = np.array([1.0, -2.0]), np.array([[1.0, 0.6], [0.6, 0.5]])
    mode, result = laplace(gaussian(mean, covariance), mean)
    assert mode.tolist() == mean.tolist()
    assert result == pytest.approx(covariance, abs=1e-6)


def test_the_mode_of_a_skewed_density() -> None:
    """Of a skewed density (a log-gamma in each of two directions) the mode is found, and the curvature there."""
    shapes = np.array([3.0, 8.0])

    def log_density(z: Numbers) -> Numbers:
        return np.asarray((shapes[:, None] * z - np.exp(z)).sum(axis=0))

    mode, covariance = laplace(log_density, np.zeros(2))
    assert log_density(mode[:, None]) > log_density(np.zeros((2, 1))) + 1
    # d/dz = a - exp z vanishes at ln a, where the curvature is a. The climb stops at gains under 1e-3, which at that
    # curvature is a distance of sqrt(2e-3 / a); third differences add a / 2 x 0.05^2 / a.
    assert mode == pytest.approx(np.log(shapes), abs=float(np.sqrt(2e-3 / 3)))
    assert np.diag(covariance) == pytest.approx(1 / shapes, rel=0.05)
    assert covariance[0, 1] == pytest.approx(0, abs=1e-6)


def test_a_climb_does_not_descend() -> None:
    """Where a full step would overshoot, the climb still ends higher than it began: here on a Student's t density."""

    def log_density(z: Numbers) -> Numbers:
        return np.asarray(-1.5 * np.log1p(np.square((z - 4.0) / 0.5) / 2).sum(axis=0))

    start = np.zeros(1)
    mode, _ = laplace(log_density, start)
    assert log_density(mode[:, None]) > log_density(start[:, None])
    assert mode == pytest.approx([4.0], abs=0.05)


def test_flat_and_hollow_directions_are_held() -> None:
    """A direction without curvature, or curved upwards, gets a covariance that is finite and positive all the same."""
    for log_density in (lambda z: 0.0 * z[0] - 0.5 * z[1] ** 2, lambda z: 0.05 * z[0] ** 2 - 0.5 * z[1] ** 2):
        _, covariance = laplace(log_density, np.zeros(2))
        assert np.linalg.eigvalsh(covariance) == pytest.approx([1.0, 1 / MIN_CURVATURE], rel=1e-6)


def test_many_dimensions_are_taken_one_by_one() -> None:
    """Beyond 160 dimensions only the curvature along each of them is taken, and the mode still found."""
    mean = np.linspace(-1, 1, 170)
    mode, covariance = laplace(gaussian(mean, np.diag(np.full(170, 0.5))), np.zeros(170))
    assert mode == pytest.approx(mean, abs=1e-6)
    assert covariance == pytest.approx(np.diag(np.full(170, 0.5)), abs=1e-6)

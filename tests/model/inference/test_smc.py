"""Particles carried to distributions whose normalising constants, means and modes are known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from estimative.model.inference import smc
from estimative.model.inference.proposal import half_squares
from estimative.model.inference.smc import PARTICLES, LogDensities, temper

type Numbers = NDArray[np.float64]


def standard(dimension: int, seed: int) -> tuple[Numbers, np.random.Generator]:
    rng = np.random.default_rng(seed)
    return rng.standard_normal((dimension, PARTICLES)), rng


VALUES, ERRORS = np.array([0.4, -1.0, 2.5, 0.0, 3.0]), np.array([0.05, 0.3, 0.02, 2.0, 0.5])


def gauged(z: Numbers) -> tuple[Numbers, Numbers]:
    """Standard normals, each measured with an error."""
    return half_squares(z), stats.norm.logpdf(VALUES[:, None], z, ERRORS[:, None]).sum(axis=0)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_normalising_constant_is_that_of_the_closed_form(seed: int) -> None:
    """Measured with errors, standard normals have a known marginal likelihood, and known means and spreads."""
    result = temper(gauged, *standard(5, seed))
    expected = stats.norm.logpdf(VALUES, 0, np.sqrt(1 + ERRORS**2)).sum()
    # A dozen powers, at each of which half of the 1000 particles are effective: sqrt(12 / 1000) is one standard error.
    assert result.log_ratio == pytest.approx(expected, abs=4 * math.sqrt(12 / PARTICLES))
    precision = 1 + ERRORS**-2
    z = result.particles.z
    assert z.mean(axis=1) * np.sqrt(precision) == pytest.approx(VALUES / ERRORS**2 / np.sqrt(precision), abs=0.25)
    assert z.std(axis=1) * np.sqrt(precision) == pytest.approx(np.ones(5), rel=0.15)
    start, increment = gauged(z)
    assert result.particles.log_density(1.0) == pytest.approx(start + increment)


def two_places(apart: float, share: float) -> LogDensities:
    """A target with two places far from each other in the first of its coordinates, the others standard normal."""

    def log_densities(z: Numbers) -> tuple[Numbers, Numbers]:
        places = np.logaddexp(
            math.log(share) + stats.norm.logpdf(z[0], apart, 0.2),
            math.log(1 - share) + stats.norm.logpdf(z[0], -apart, 0.2),
        )
        return half_squares(z), places - stats.norm.logpdf(z[0])

    return log_densities


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("apart", [1.5, 3.0])
def test_modes_keep_their_shares(apart: float, seed: int) -> None:
    """Neither of two modes that no step can cross between gets lost, and each has its share of the particles."""
    result = temper(two_places(apart, 0.3), *standard(6, seed))
    assert (result.particles.z[0] > 0).mean() == pytest.approx(0.3, abs=0.1)
    assert result.log_ratio == pytest.approx(0.0, abs=0.4)


def test_nothing_to_carry_is_left_alone() -> None:
    """Where both distributions are the same, their constants are too, and particles still come from it."""
    result = temper(lambda z: (half_squares(z), np.zeros(z.shape[1])), *standard(3, 4))
    assert result.log_ratio == pytest.approx(0.0, abs=1e-12)
    assert stats.kstest(result.particles.z[1], stats.norm.cdf).pvalue > 1e-4


def test_a_pilot_that_stops_early_remembers_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    """Particles that never came to the last power count as particles that did not move, however far they moved."""
    assert temper(gauged, *standard(5, 1)).memory < 0.5
    monkeypatch.setattr(smc, "MAX_POWERS", 2)
    assert temper(gauged, *standard(5, 1)).memory == 1.0

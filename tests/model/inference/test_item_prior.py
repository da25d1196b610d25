"""Items about events integrated over their ratios and motives, against SciPy's integrals."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from scipy import stats
from scipy.special import expit, logit

from estimative.model.inference.event_items import INDICATOR
from estimative.model.inference.item_prior import (
    ItemPrior,
    expectation,
    expectation_by_motive,
    hermite,
    interpolate,
    sample_item,
)

OWN = [
    ItemPrior(power=1.0, mu=1.0, sigma=0.5, motive=(2.0, 5.0, 0.0, 1.0)),
    ItemPrior(power=0.4, mu=9.2, sigma=0.9, motive=(0.5, 8.0, 0.0, 1.0)),
    ItemPrior(power=1.0, mu=0.3, sigma=3.0, motive=(3.0, 1.5, 0.2, 0.9)),
    ItemPrior(power=1.0, mu=2.0, sigma=0.0, motive=(2.0, 2.0, 0.0, 1.0)),
    ItemPrior(power=1.0, mu=1.5, sigma=1.2, motive=(1.0, 1.0, 0.3, 0.3)),
    ItemPrior(power=1.0, mu=1.5, sigma=12.0, motive=(2.0, 2.0, 0.0, 1.0)),
    ItemPrior(power=0.7, mu=1.5, sigma=0.8, motive=INDICATOR),
]
FACTORS = [
    ItemPrior(power=1.0, mu=1.0, sigma=0.5, motive=None),
    ItemPrior(power=1.0, mu=9.2, sigma=0.0, motive=None),
    ItemPrior(power=0.3, mu=3.0, sigma=2.5, motive=None),
]


def ratio(prior: ItemPrior, normal: np.ndarray, m: np.ndarray) -> np.ndarray:
    """R of a testimony: 1 / (m + (1 - m) / LR)."""
    return np.asarray(1 / (m + (1 - m) * np.exp(-prior.mu - prior.sigma * normal)))


def integral(prior: ItemPrior, power: float, m: float | None = None) -> float:
    """E[R^power] at Gauss' nodes, over the ratio, and over quantiles of an own motive."""
    shift = power * prior.sigma
    z, weights = gauss(min(0, shift) - 9, max(0, shift) + 9)
    if m is not None or prior.motive is None or prior.motive[2] == prior.motive[3]:
        motive = m if m is not None else prior.motive[2] if prior.motive else 0.0
        return float(weights @ ratio(prior, z, np.array(motive)) ** power)
    a, b, lower, upper = prior.motive
    y, shares = gauss(-9, 9)
    quantiles = np.where(y < 0, stats.beta.ppf(stats.norm.cdf(y), a, b), stats.beta.isf(stats.norm.sf(y), a, b))
    return float(shares @ ratio(prior, z, (lower + (upper - lower) * quantiles)[:, None]) ** power @ weights)


legendre = cache(np.polynomial.legendre.leggauss)


def gauss(low: float, high: float) -> tuple[np.ndarray, np.ndarray]:
    """Nodes in a span, and their weights times the standard normal density."""
    nodes, weights = legendre(500)
    z = (low + high) / 2 + (high - low) / 2 * nodes
    return z, (high - low) / 2 * weights * stats.norm.pdf(z)


@pytest.mark.parametrize("prior", OWN, ids=str)
def test_expectations_are_integrals(prior: ItemPrior) -> None:
    """Over the ratio and the motive, of a likelihood that is centred between both states of the event."""
    expected = [np.log(integral(prior, sign * prior.power / 2)) for sign in (1, -1)]
    assert expectation(prior) == pytest.approx(expected, abs=2e-6)


def test_an_indicator_counts_as_its_median() -> None:
    """However uncertain its ratio is: both states gain as much from the uncertainty."""
    prior = ItemPrior(power=0.8, mu=1.3, sigma=2.0, motive=INDICATOR)
    right, wrong = expectation(prior)
    assert right - wrong == pytest.approx(0.8 * 1.3, rel=1e-12)
    assert right + wrong == pytest.approx((0.8 * 2.0) ** 2 / 4, rel=1e-12)


@pytest.mark.parametrize("prior", FACTORS, ids=str)
def test_tables_by_motive_are_integrals(prior: ItemPrior) -> None:
    """Between the nodes of the table too, also where hardly anything is left of the speaker's good faith."""
    values, slopes = expectation_by_motive(prior)
    table = hermite(values, slopes)
    for log_odds in (-33.3, -14.1, -9.37, -2.6, -0.1, 1.13, 6.7, 31.0):
        m = float(expit(log_odds))
        expected = [np.log(integral(prior, sign * prior.power / 2, m)) for sign in (1, -1)]
        found = interpolate(table, np.array([log_odds]))[:, 0]
        assert found == pytest.approx(expected, abs=3e-6)


@pytest.mark.parametrize("sign", [1, -1, 0])
@pytest.mark.parametrize("prior", [prior for prior in OWN if prior.sigma < 5], ids=str)
def test_draws_follow_the_prior_times_the_likelihood(prior: ItemPrior, sign: int) -> None:
    """Compared with draws of the prior that are weighed by the likelihood."""
    count, rng = 20_000, np.random.default_rng(3)
    log_ratio, motive = sample_item(prior, sign, count, rng)
    assert prior.motive is not None
    a, b, lower, upper = prior.motive
    normals, motives = rng.standard_normal(100_000), lower + (upper - lower) * rng.beta(a, b, 100_000)
    weights = ratio(prior, normals, motives) ** (sign * prior.power / 2)
    for drawn, from_prior in ((log_ratio, prior.mu + prior.sigma * normals), (motive, motives)):
        for power in (1, 2):
            expected, error = weighed_mean(from_prior**power, weights)
            error = np.hypot(error, (drawn**power).std() / count**0.5)
            assert abs((drawn**power).mean() - expected) <= 4 * error + 1e-9


def weighed_mean(values: np.ndarray, weights: np.ndarray) -> tuple[float, float]:
    """The mean of weighed draws, and its standard error."""
    shares = weights / weights.sum()
    mean = float(shares @ values)
    return mean, float(np.sqrt((shares**2) @ (values - mean) ** 2))


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("prior", [FACTORS[0], FACTORS[2]], ids=str)
def test_draws_at_a_given_motive(prior: ItemPrior, sign: int) -> None:
    """Where the motive is a factor, the ratio is drawn given its degree."""
    count, rng = 20_000, np.random.default_rng(5)
    for m in (0.0, 0.03, 0.6, 1 - 1e-9):
        factor = np.full(count, logit(np.clip(m, 1e-300, 1 - 2.0**-53)))
        log_ratio, motive = sample_item(prior, sign, count, rng, factor)
        assert motive == pytest.approx(m, abs=1e-12)
        normals = rng.standard_normal(100_000)
        weights = ratio(prior, normals, np.array(m)) ** (sign * prior.power / 2)
        expected, error = weighed_mean(normals, weights)
        drawn = (log_ratio - prior.mu) / prior.sigma
        assert abs(drawn.mean() - expected) <= 4 * np.hypot(error, drawn.std() / count**0.5)


def test_very_uncertain_ratios_can_be_drawn() -> None:
    """The tilted prior of a ratio of spread e^12 lies six standard deviations away."""
    prior = ItemPrior(power=1.0, mu=0.0, sigma=12.0, motive=INDICATOR)
    log_ratio, _ = sample_item(prior, 1, 20_000, np.random.default_rng(1))
    # ln LR ~ N(mu + sigma^2 / 2, sigma^2).
    assert abs(log_ratio.mean() - 72.0) < 4 * 12 / 20_000**0.5
    assert log_ratio.std() == pytest.approx(12.0, rel=0.03)

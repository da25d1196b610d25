"""Numbers from draws, and whether the errors reported with them are the errors they have."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats
from scipy.special import expit

from estimative.model.inference.diagnostics import chain_ess, judge_probability
from estimative.model.inference.draws import Draws
from estimative.model.inference.estimates import (
    ProbabilityEstimate,
    estimate_probability,
    summarize_quantity,
    weighted_ess,
)
from estimative.model.likelihood.theta import Theta

type Numbers = NDArray[np.float64]

REPLICATIONS = 200
COUNT = 2000
COVERED = 0.9545
"""Of a normal distribution within two standard deviations."""
SLACK = 4 * math.sqrt(COVERED * (1 - COVERED) / REPLICATIONS)
"""Four standard errors of a share of 200 replications: 0.06."""
SD_SLACK = 4 / math.sqrt(2 * REPLICATIONS)
"""Four relative standard errors of a standard deviation from 200 replications: 0.2."""


def draws_of(weights: Numbers, chains: int = 1) -> Draws:
    nothing = np.empty((0, len(weights)))
    return Draws(
        method="importance" if chains == 1 else "nuts",
        theta=Theta(degree=nothing, log_ratio=nothing, weight=np.empty(0)),
        weights=weights / weights.sum(),
        chains=chains,
        diagnostics={},
    )


def weighted(seed: int, shift: float = -1.0) -> tuple[Numbers, Draws]:
    """Draws of a normal proposal, weighted to stand for N(0, 1)."""
    x = np.random.default_rng([seed, 1]).normal(shift, 1.3, COUNT)
    return x, draws_of(np.exp(stats.norm.logpdf(x) - stats.norm.logpdf(x, shift, 1.3)))


def chained(seed: int, chains: int = 4, memory: float = 0.6) -> tuple[Numbers, Draws]:
    """Chains of an autoregressive process whose distribution is N(0, 1); one chain after the other."""
    noise = np.random.default_rng([seed, 2]).standard_normal((COUNT // chains, chains))
    x = np.empty_like(noise)
    x[0] = noise[0]
    for step in range(1, len(x)):
        x[step] = memory * x[step - 1] + math.sqrt(1 - memory**2) * noise[step]
    return x.T.ravel(), draws_of(np.ones(COUNT), chains)


@dataclass(frozen=True)
class Case:
    """What is asked of x ~ N(0, 1): the mean of `yes`, or of `yes` under `given`."""

    yes: Callable[[Numbers], Numbers]
    given: Callable[[Numbers], Numbers] | None = None

    def estimate(self, drawn: tuple[Numbers, Draws]) -> ProbabilityEstimate:
        x, draws = drawn
        given = None if self.given is None else self.given(x)
        return estimate_probability(self.yes(x), draws, weighted_ess if draws.chains == 1 else chain_ess, given=given)

    def under(self, x: Numbers) -> Numbers:
        return np.ones_like(x) if self.given is None else self.given(x)

    @property
    def mean(self) -> float:
        return _integral(self.yes) / _integral(self.under)

    def quantile(self, share: float) -> float:
        """Of yes / given, which rises with x, each x weighing as much as `given` there."""
        below = np.cumsum(MASS * self.under(GRID))
        return float(np.interp(share * below[-1], below, self.yes(GRID) / self.under(GRID)))


GRID = np.linspace(-9, 9, 20_001)
MASS = stats.norm.pdf(GRID) * (GRID[1] - GRID[0])
"""Of x, a grid so fine that sums over it are integrals to eight digits."""


def _integral(function: Callable[[Numbers], Numbers]) -> float:
    return float(MASS @ function(GRID))


CASES = {
    "mean": Case(lambda x: expit(2 * x - 1)),
    "condition": Case(lambda x: expit(2 * x - 1) * expit(1 - 1.5 * x), lambda x: expit(1 - 1.5 * x)),
}
SOURCES = {"weighted draws": weighted, "chains": chained}


@cache
def replicated(case: str, source: str) -> list[ProbabilityEstimate]:
    return [CASES[case].estimate(SOURCES[source](seed)) for seed in range(REPLICATIONS)]


def check_errors(values: list[float], errors: list[float], expected: float) -> None:
    """The errors reported are as large as the errors made: on average, and in how often two of them reach the truth."""
    off = np.subtract(values, expected)
    assert np.std(values) == pytest.approx(np.mean(errors), rel=SD_SLACK)
    assert np.mean(np.abs(off) <= 2 * np.array(errors)) == pytest.approx(COVERED, abs=SLACK)
    assert abs(off.mean()) < 4 * np.std(values) / math.sqrt(REPLICATIONS) + np.mean(errors) / 10, "no bias of note"


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("case", CASES)
def test_means_are_off_by_what_their_errors_say(case: str, source: str) -> None:
    """The mean, and the ratio of means under a condition, are off by their standard error: 95% within two of them."""
    estimates = replicated(case, source)
    check_errors([e.value for e in estimates], [e.se for e in estimates], CASES[case].mean)


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("end", ["low", "high"])
def test_interval_ends_are_off_by_what_their_errors_say(case: str, source: str, end: str) -> None:
    """The ends of the credible interval are the 5% and 95% quantiles, off by their own standard errors."""
    intervals = [estimate.interval for estimate in replicated(case, source)]
    expected = CASES[case].quantile(0.05 if end == "low" else 0.95)
    check_errors([getattr(i, end) for i in intervals], [getattr(i, f"{end}_se") for i in intervals], expected)
    assert {(i.kind, i.mass) for i in intervals} == {("eti", 0.90)}


def test_the_spread_under_a_condition_weighs_by_the_condition() -> None:
    """The standard deviation under a condition is that of draws that weigh as much as the condition is probable."""
    case = CASES["condition"]
    mean, whole = case.mean, _integral(case.under)
    exact = math.sqrt(_integral(lambda x: case.under(x) * np.square(expit(2 * x - 1) - mean)) / whole)
    result = [estimate.sd for estimate in replicated("condition", "weighted draws")]
    assert np.mean(result) == pytest.approx(exact, abs=4 * np.std(result) / math.sqrt(REPLICATIONS) + 1e-3)
    plain = math.sqrt(_integral(lambda x: np.square(expit(2 * x - 1) - CASES["mean"].mean)))
    assert abs(plain - exact) > 0.01, "another answer than without the condition"


@pytest.mark.parametrize("source", SOURCES)
def test_errors_as_of_independent_equal_draws_are_too_small(source: str) -> None:
    """An error that takes all draws for independent and equally weighty is less than four fifths of the error made."""
    estimates = replicated("mean", source)
    naive = np.mean([estimate.sd for estimate in estimates]) / math.sqrt(COUNT)
    assert naive < 0.8 * np.std([estimate.value for estimate in estimates])


def test_what_counts_is_told() -> None:
    """The effective number of draws is the variance of the quantity over the square of the error."""
    for source in SOURCES:
        estimate = replicated("mean", source)[0]
        assert (estimate.sd / estimate.se) ** 2 == pytest.approx(estimate.ess, rel=1e-6)
        assert estimate.ess < 0.6 * COUNT


def test_equal_independent_draws_all_count() -> None:
    """Independent draws of equal weight count one each."""
    x = np.random.default_rng(3).standard_normal(500)
    assert weighted_ess(x, draws_of(np.ones(500))) == pytest.approx(500)
    assert weighted_ess(x, draws_of(np.repeat([1.0, 0.0], 250))) == pytest.approx(250)


@pytest.mark.parametrize("chains", [1, 4])
def test_a_constant_has_no_error(chains: int) -> None:
    """What is the same at every draw has no error, no spread, and an interval of one point."""
    draws = draws_of(np.random.default_rng(4).uniform(size=400) if chains == 1 else np.ones(400), chains)
    counting = weighted_ess if chains == 1 else chain_ess
    estimate = estimate_probability(np.full(400, 0.3), draws, counting, given=np.full(400, 0.6))
    assert (estimate.value, estimate.se, estimate.sd, estimate.ess) == (0.5, 0.0, 0.0, 400)
    assert (estimate.interval.low, estimate.interval.high) == (0.5, 0.5)
    assert (estimate.interval.low_se, estimate.interval.high_se) == (0.0, 0.0)


def test_draws_without_the_condition_say_nothing() -> None:
    """A draw at which the condition is impossible moves neither the value nor the interval."""
    draws = draws_of(np.ones(6))
    yes, given = np.array([0.1, 0.2, 0.3, 0.0, 0.0, 0.0]), np.array([0.5, 0.5, 0.5, 0.0, 0.0, 0.0])
    estimate = estimate_probability(yes, draws, weighted_ess, given=given)
    assert estimate.value == pytest.approx(0.4)
    assert (estimate.interval.low, estimate.interval.high) == pytest.approx((0.2, 0.6))
    assert estimate.sd == pytest.approx(np.std([0.2, 0.4, 0.6]))


def test_the_spread_of_a_quantity() -> None:
    """A quantity's mean, deviation and quantiles are those that the weighted draws stand for."""
    spreads = [summarize_quantity(x, draws, weighted_ess) for x, draws in map(weighted, range(REPLICATIONS))]
    check_errors([s.mean for s in spreads], [s.se for s in spreads], 0.0)
    for name, expected in {"sd": 1.0, "p05": -1.645, "p50": 0.0, "p95": 1.645}.items():
        result = [getattr(s, name) for s in spreads]
        # Four standard errors of the mean over replications, and a bias of the order 1 / draws.
        slack = 4 * np.std(result) / math.sqrt(REPLICATIONS) + 5e-3
        assert np.mean(result) == pytest.approx(expected, abs=slack), name


def test_an_end_that_few_draws_support_is_known_as_such() -> None:
    """A proposal far on one side has many draws for the mean, and few below the lower end of the interval."""
    x, draws = weighted(1, shift=1.6)
    interval = estimate_probability(expit(x), draws, weighted_ess).interval
    assert weighted_ess(x, draws) > 400 > interval.ess
    assert interval.ess == pytest.approx(weighted_ess(expit(x) <= interval.low, draws))
    failed = judge_probability(0.1, 1000, interval.ess, 0.01).failed
    assert [check.name for check in failed] == ["tail ESS"]

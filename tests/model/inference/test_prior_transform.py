"""Quantities as functions of standard normals, against the quantile function itself."""

from __future__ import annotations

import datetime
import math

import numpy as np
import pytest
from msgspec.structs import replace
from numpy.typing import NDArray
from scipy import stats
from scipy.special import betainccinv, betaincinv, betaln, expit, log_expit, log_ndtr, ndtr

from estimative.model.assessment import Assessment
from estimative.model.inference.beta_quantiles import REACH
from estimative.model.inference.fit import by_importance
from estimative.model.inference.prior_transform import PriorTransform, prior_transform
from estimative.model.spec.events import Driver, Event, Factor, Outcome
from estimative.model.spec.evidence import Cases, Trials
from estimative.model.spec.quantities import Quantities
from estimative.model.spec.scenario import Scenario
from estimative.priors.statements import BetaStated, LognormalStated, Statement
from tests.prior_sets import assessed

type Numbers = NDArray[np.float64]

CLOSE = 1e-7
"""On the log-odds scale: cubic Hermite interpolation is off by h^4 / 384 times the fourth derivative, h = 1/15."""
SHAPES = [
    (1.0, 1.0), (0.5, 33.5), (33.5, 0.5), (0.5, 0.5), (2.0, 5.0), (20.0, 80.0), (0.9, 1e3), (1e4, 1e4), (1e6, 3.0),
    (1e7, 2e8), (1.0, 1e5), (0.5, 1e6),
]  # fmt: skip
BENT = [(0.2, 0.2), (0.1, 3.0), (0.15, 0.5)]
"""Shapes so far below 1 that the quantiles bend within a few nodes: there six digits are left."""


def scenario_of(factors: int) -> Scenario:
    names = [f"f{index}" for index in range(factors)]
    event = Event(id="e", title="", drivers=tuple(Driver(name=name, sign=1) for name in names))
    return Scenario(
        id="s",
        title="",
        question="",
        as_of=datetime.date(2026, 1, 1),
        until=datetime.date(2027, 1, 1),
        headline="o",
        factors={name: Factor(id=name, title="", low="", high="") for name in names},
        events={"e": event},
        outcomes={"o": Outcome(id="o", title="", all=("e",))},
    )


def with_factors(stated: list[Statement | float], effect: Statement | float = 2.0) -> Assessment:
    scenario = scenario_of(len(stated))
    statements = dict(zip((f"factors.f{index}" for index in range(len(stated))), stated, strict=True))
    effects = {name: effect for name in Quantities(scenario).all if name.startswith("effects.")}
    return assessed(scenario, {**statements, "events.e": 0.25, **effects})


def log_odds(a: float, b: float, z: Numbers) -> Numbers:
    """Of the Beta(a, b) quantile at Phi(z), each of u and 1 - u from the tail in which it is small."""
    u = np.where(z < 0, betaincinv(a, b, ndtr(z)), 1 - betainccinv(a, b, ndtr(-z)))
    rest = np.where(z < 0, betainccinv(b, a, ndtr(z)), betaincinv(b, a, ndtr(-z)))
    u = np.where(z < 0, u, 1 - rest)
    rest = np.where(z < 0, 1 - u, rest)
    return np.asarray(np.log(u) - np.log(rest))


def interpolated(space: PriorTransform, z: Numbers) -> Numbers:
    """Log-odds at the same z of every free degree; dims (degree, draw)."""
    return space.log_odds(np.tile(z, (len(space.free_degrees), 1)))


@pytest.mark.parametrize(("a", "b"), SHAPES)
def test_quantiles_are_those_of_the_beta(a: float, b: float) -> None:
    """Between its nodes too, the table gives the log-odds of the Beta quantile to seven digits, far into both tails."""
    check_quantiles(a, b, CLOSE)


@pytest.mark.parametrize(("a", "b"), BENT)
def test_quantiles_that_bend_are_close(a: float, b: float) -> None:
    """The quantiles of a Beta that heaps its mass at an end are reported to six digits of log-odds."""
    check_quantiles(a, b, 10 * CLOSE)


def check_quantiles(a: float, b: float, tolerance: float) -> None:
    space = prior_transform(with_factors([BetaStated(a=a, b=b)]))
    z = np.random.default_rng(1).uniform(-6, 6, 2000)
    expected = log_odds(a, b, z)
    held = (expected > -600) & (expected < 600)
    assert held.mean() > 0.6
    assert interpolated(space, z)[0][held] == pytest.approx(expected[held], abs=tolerance, rel=tolerance)


TAILS = [(1.0, 1.0), (0.5, 33.5), (2.0, 5.0), (60.5, 12.0), (0.9, 1e3), (1e4, 1e4), (0.3, 40.0)]


@pytest.mark.parametrize("end", [-1, 1])
@pytest.mark.parametrize(("a", "b"), TAILS)
def test_quantiles_far_out_have_their_share_beyond(a: float, b: float, end: int) -> None:
    """Up to 30 standard deviations out, the mass of the Beta beyond a quantile is that of the normal beyond z."""
    z = np.linspace(6.0, 30.0, 500)
    [found] = interpolated(prior_transform(with_factors([BetaStated(a=a, b=b)])), end * z)
    near, far = (a, b) if end < 0 else (b, a)
    # Log-odds of the distance from the end that is near: both Betas are the same, mirrored.
    within = -end * found
    known = within > -600  # nearer to the end is cut off
    assert known.any()
    beyond = log_lower_tail(near, far, within[known])
    # In z: what the table is off by, over how fast the mass falls there.
    assert (beyond - log_ndtr(-z[known])) / z[known] == pytest.approx(np.zeros(known.sum()), abs=2e-5)


def log_lower_tail(a: float, b: float, log_odds_of_end: Numbers) -> Numbers:
    """ln of the regularised incomplete beta function at given log-odds, where it is far too small for a float.

    x^a (1 - x)^b / (a B(a, b)) times 2F1(a + b, 1; a + 1; x), whose terms are all positive.
    """
    x = expit(log_odds_of_end)
    total, term = np.ones_like(x), np.ones_like(x)
    for n in range(100_000):
        term = term * (a + b + n) / (a + 1 + n) * x
        total += term
        if (term < 1e-16 * total).all():
            break
    log_front = a * log_expit(log_odds_of_end) + b * log_expit(-log_odds_of_end) - math.log(a) - betaln(a, b)
    return np.asarray(log_front + np.log(total))


def test_weight_out_of_reach_fails_the_verdict() -> None:
    """A prior so narrow, and evidence so far from it, that the answer would lie beyond the table: no answer."""
    many = Cases(id="many", about="e", trials=(Trials(at={}, successes=0.0, of=1e9),), title="", source="")
    scenario = replace(scenario_of(0), evidence={"many": many})
    assessment = assessed(scenario, {"events.e": BetaStated(a=1e6, b=1e6)}, relevance={"many": 1.0})
    space = prior_transform(assessment)
    assert space.beyond(np.array([[-REACH - 1, -REACH + 1, 0.0, REACH]])).tolist() == [True, False, False, True]
    posterior = by_importance(assessment, seed=1, draws=4000)
    assert posterior.draws.diagnostics["beyond"] > 0.5
    assert "weight beyond the prior's reach" in {check.name for check in posterior.verdict.failed}


def test_the_map_rises() -> None:
    """A greater score is never a smaller degree."""
    space = prior_transform(with_factors([BetaStated(a=a, b=b) for a, b in SHAPES]))
    z = np.linspace(-REACH - 1, REACH + 1, 4001)
    assert (np.diff(interpolated(space, z), axis=1) >= 0).all()


@pytest.mark.parametrize(("a", "b"), [(0.01, 0.01), (1e9, 1e9), (1.0, 1e9), (1e9, 0.5)])
def test_the_extreme_shapes_are_numbers(a: float, b: float) -> None:
    """The widest and the narrowest Beta that may be stated give degrees within [0, 1] and no NaN, out to any score."""
    check_numbers(a, b)


LOST = "a median nearer to an end than a float can tell from it is lost on the other side: log-odds of -inf, then NaN"


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize(("a", "b"), [(0.0102, 1.01), (1.01, 0.0102), (0.02, 1e3), (0.01, 1e9)])
def test_shapes_that_heap_at_one_end_are_numbers(a: float, b: float) -> None:
    """A Beta whose median cannot be reported from 0 (or 1) gives degrees within [0, 1] and no NaN."""
    check_numbers(a, b)


def check_numbers(a: float, b: float) -> None:
    space = prior_transform(with_factors([BetaStated(a=a, b=b)]))
    degree = space.theta(np.linspace(-40, 40, 8001)[None]).degree[0]
    assert ((degree >= 0) & (degree <= 1)).all()
    assert (np.diff(degree) >= 0).all()


def test_normal_draws_become_draws_of_the_priors() -> None:
    """Standard normal draws become draws of each prior, stretched betas and lognormals alike, and a constant stays."""
    stated: list[Statement | float] = [BetaStated(a=2, b=5, low=0.2, high=0.7), 0.4, BetaStated(a=0.5, b=33.5)]
    assessment = with_factors(stated, effect=LognormalStated(mu=0.7, sigma=0.4))
    space = prior_transform(assessment)
    assert space.dimension == 2 + 3
    theta = space.theta(np.random.default_rng(2).standard_normal((space.dimension, 20_000)))
    positions = assessment.structure.quantities
    first, held, last = (theta.degree[positions.degrees[f"factors.f{index}"]] for index in range(3))
    assert set(held) == {0.4}
    # Kolmogorov-Smirnov at a level met once in a million.
    assert stats.kstest((first - 0.2) / 0.5, stats.beta(2, 5).cdf).pvalue > 1e-6
    assert stats.kstest(last, stats.beta(0.5, 33.5).cdf).pvalue > 1e-6
    ratio = theta.log_ratio[positions.ratios["effects.e.f1"]]
    assert stats.kstest(ratio, stats.norm(0.7, 0.4).cdf).pvalue > 1e-6
    assert stats.kstest(last, stats.beta(0.5, 30).cdf).pvalue < 1e-6, "another shape would show"


def test_nothing_free_is_no_dimension() -> None:
    """An assessment of constants alone has no dimension, and its one point holds every constant."""
    assessment = with_factors([0.4, 0.6])
    space = prior_transform(assessment)
    assert space.dimension == 0
    theta = space.theta(np.zeros((0, 3)))
    assert theta.degree.tolist() == [[0.4] * 3, [0.6] * 3, [0.25] * 3]
    assert np.exp(theta.log_ratio) == pytest.approx(np.full((2, 3), 2.0))

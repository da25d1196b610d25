"""Fitting: from a statement to the family that it is taken to mean."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import get_args

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from scipy.special import betaincinv

from estimative.priors.distributions import LogNormal, ScaledBeta
from estimative.priors.errors import InvalidInput
from estimative.priors.quantile_fit import FITS, SHAPES, Prior, Support, fit
from estimative.priors.statements import (
    BetaStated,
    ByState,
    Constant,
    Count,
    FourSteps,
    Interval,
    LognormalStated,
    Moments,
    Quantiles,
    SameAs,
    StateCounts,
    Stated,
    Statement,
    ThreePoint,
    Uniform,
    Word,
)
from estimative.priors.verbal_scale import SCALES
from tests.examples import examples
from tests.priors.strategies import statements

PERCENTS = st.lists(st.integers(1, 99), min_size=2, max_size=5, unique=True).map(sorted)
SHAPE = st.floats(math.log(0.05), math.log(1e6)).map(math.exp)


def degree(statement: Statement) -> ScaledBeta:
    family = fit(statement, Support.DEGREE).family
    assert isinstance(family, ScaledBeta)
    return family


def ratio(statement: Statement) -> LogNormal:
    family = fit(statement, Support.RATIO).family
    assert isinstance(family, LogNormal)
    return family


def quantiles_at(p: list[float], q: list[float]) -> Quantiles:
    return Quantiles(points=tuple(zip(p, q, strict=True)))


@examples(150)
@given(percents=PERCENTS, a=SHAPE, b=SHAPE)
def test_the_quantiles_of_a_beta_give_that_beta(percents: list[int], a: float, b: float) -> None:
    """Whatever beta the quantiles were taken from, any two or more of them lead back to it."""
    p = [percent / 100 for percent in percents]
    q = [float(x) for x in betaincinv(a, b, p)]
    # Quantiles that differ by rounding, or that round to 0 or 1, no longer know where they come from.
    assume(q[0] > 1e-12 and 1 - q[-1] > 1e-9)
    assume(all(after - before > 1e-7 * min(after, 1 - before) for before, after in pairwise(q)))
    prior = fit(quantiles_at(p, q), Support.PROBABILITY)
    assert prior.misfit <= 1e-6
    assert [prior.family.cdf(x) for x in q] == pytest.approx(p, abs=1e-6)


@pytest.mark.parametrize("percents", [(5, 95), (5, 50, 95), (10, 25, 50, 75, 90)])
@given(a=st.floats(0.3, 300), b=st.floats(0.3, 300))
def test_the_shapes_come_back(percents: tuple[int, ...], a: float, b: float) -> None:
    """From quantiles well apart the shapes themselves come back, to six digits."""
    p = [percent / 100 for percent in percents]
    q = [float(x) for x in betaincinv(a, b, p)]
    assume(1 - q[-1] > 1e-8)  # nearer to 1 a float has not six digits left of the distance
    family = degree(quantiles_at(p, q))
    assert (family.a, family.b) == pytest.approx((a, b), rel=1e-6)


@given(percents=PERCENTS, mu=st.floats(-10, 10), sigma=st.floats(0.01, 5))
def test_the_quantiles_of_a_lognormal_give_that_lognormal(percents: list[int], mu: float, sigma: float) -> None:
    """Any two or more quantiles of a lognormal lead back to it."""
    p = [percent / 100 for percent in percents]
    family = ratio(quantiles_at(p, [LogNormal(mu=mu, sigma=sigma).quantile(x) for x in p]))
    assert (family.mu, family.sigma) == pytest.approx((mu, sigma), rel=1e-6, abs=1e-6)


@given(low=st.floats(0.001, 0.999), high=st.floats(0.001, 0.999), mass=st.floats(0.05, 0.99))
def test_an_interval_is_met_exactly(low: float, high: float, mass: float) -> None:
    """An interval leaves half of the rest below it and half above, or it is too extreme to be fitted and says so."""
    low, high = sorted((low, high))
    assume(high - low > 1e-3)
    try:
        family = degree(Interval(low=low, high=high, mass=mass))
    except InvalidInput as error:
        assume("is too extreme" not in str(error))
        raise
    assert family.cdf(low) == pytest.approx((1 - mass) / 2, abs=1e-6)
    assert family.cdf(high) == pytest.approx((1 + mass) / 2, abs=1e-6)


def logit(p: float) -> float:
    return math.log(p) - math.log1p(-p)


@examples(20)
@given(values=st.lists(st.floats(0.01, 0.99), min_size=3, max_size=3, unique=True).map(sorted))
def test_no_shape_fits_better(values: list[float]) -> None:
    """Three quantiles that no beta has are met in log-odds so that no small change of a shape brings them nearer."""
    assume(values[1] - values[0] > 0.01 and values[2] - values[1] > 0.01)
    p = [0.05, 0.5, 0.95]

    def miss(family: ScaledBeta) -> float:
        return sum((logit(family.quantile(x)) - logit(q)) ** 2 for x, q in zip(p, values, strict=True))

    try:
        family = degree(quantiles_at(p, values))
    except InvalidInput:
        return
    for da, db in [(1.01, 1), (0.99, 1), (1, 1.01), (1, 0.99), (1.01, 1.01), (0.99, 0.99), (1.01, 0.99), (0.99, 1.01)]:
        assert miss(family) <= miss(ScaledBeta(a=family.a * da, b=family.b * db)) + 1e-9


@given(values=st.lists(st.floats(0.01, 100), min_size=3, max_size=3, unique=True).map(sorted))
def test_no_lognormal_fits_better(values: list[float]) -> None:
    """Nor does a small change of a lognormal bring the logarithms of three quantiles nearer."""
    assume(values[1] > 1.05 * values[0] and values[2] > 1.05 * values[1])
    p = [0.05, 0.5, 0.95]

    def miss(family: LogNormal) -> float:
        return sum(math.log(family.quantile(x) / q) ** 2 for x, q in zip(p, values, strict=True))

    family = ratio(quantiles_at(p, values))
    for shift, stretch in [(0.01, 1), (-0.01, 1), (0, 1.01), (0, 0.99)]:
        changed = LogNormal(mu=family.mu + shift * family.sigma, sigma=family.sigma * stretch)
        assert miss(family) <= miss(changed) + 1e-9


def test_misfit() -> None:
    """The misfit is the largest distance in probability between what was stated and the fit."""
    statement = quantiles_at([0.05, 0.5, 0.95], [0.1, 0.15, 0.9])
    prior = fit(statement, Support.DEGREE)
    assert prior.misfit == pytest.approx(max(abs(prior.family.cdf(q) - p) for p, q in statement.points), abs=1e-9)
    assert prior.misfit > 0.04
    assert fit(quantiles_at([0.05, 0.95], [0.1, 0.9]), Support.DEGREE).misfit == 0
    assert fit(quantiles_at([0.05, 0.5, 0.95], [1, 9, 10]), Support.RATIO).misfit > 0.04


def test_reference_classes() -> None:
    """A reference class is Jeffreys' prior after its cases."""
    assert degree(Count(count=0, of=33)) == ScaledBeta(a=0.5, b=33.5)
    assert degree(Count(count=2.5, of=4)) == ScaledBeta(a=3, b=2)


def test_three_points() -> None:
    """Three points are the beta of PERT: its mean weighs the mode four times, and it ends where they end."""
    family = degree(ThreePoint(low=0.1, mode=0.2, high=0.7))
    assert family.mean == pytest.approx((0.1 + 4 * 0.2 + 0.7) / 6)
    assert (family.lower, family.upper) == (0.1, 0.7)
    assert family.lower + 0.6 * (family.a - 1) / (family.a + family.b - 2) == pytest.approx(0.2)


def four_steps(low: float, best: float, high: float, sure: float) -> FourSteps:
    return FourSteps(low=low, best=best, high=high, sure=sure)


def test_four_steps_are_brought_to_90_percent() -> None:
    """The ends of four steps move away from the best estimate, by 0.9 divided by how sure the analyst is."""
    stated = quantiles_at([0.05, 0.5, 0.95], [0.3 - 0.1 * 1.5, 0.3, 0.3 + 0.2 * 1.5])
    chance, same = degree(four_steps(0.2, 0.3, 0.5, 0.6)), degree(stated)
    assert (chance.a, chance.b) == pytest.approx((same.a, same.b))
    stated = quantiles_at([0.05, 0.5, 0.95], [2 * (1 / 2) ** 1.5, 2, 2 * 3**1.5])
    theirs, ours = ratio(stated), ratio(four_steps(1, 2, 6, 0.6))
    assert (ours.mu, ours.sigma) == pytest.approx((theirs.mu, theirs.sigma))


def test_four_steps_at_90_percent_are_quantiles() -> None:
    """Who is 90% sure has stated the quantiles 5%, 50% and 95%."""
    prior, stated = (
        fit(statement, Support.DEGREE)
        for statement in (four_steps(0.1, 0.3, 0.4, 0.9), quantiles_at([0.05, 0.5, 0.95], [0.1, 0.3, 0.4]))
    )
    assert prior.family.quantile(0.5) == pytest.approx(stated.family.quantile(0.5))
    assert prior.misfit == pytest.approx(stated.misfit)


@pytest.mark.parametrize("sure", [0.6, 0.75])
def test_four_steps_stay_within_0_and_1(sure: float) -> None:
    """An end moves at most half of its way to 0 or 1."""
    stated = quantiles_at([0.05, 0.5, 0.95], [0.05, 0.6, 0.95])
    bounded, same = degree(four_steps(0.1, 0.6, 0.9, 0.5)), degree(stated)
    assert (bounded.a, bounded.b) == pytest.approx((same.a, same.b))
    mirrored = degree(four_steps(0.05, 0.4, 0.6, sure))
    family = degree(four_steps(0.4, 0.6, 0.95, sure))
    assert (family.a, family.b) == pytest.approx((mirrored.b, mirrored.a), rel=1e-4)


@given(low=st.floats(0.01, 0.3), best=st.floats(0.31, 0.6), high=st.floats(0.61, 0.99), sure=st.floats(0.5, 0.95))
def test_less_sure_is_wider(low: float, best: float, high: float, sure: float) -> None:
    """The less sure of the same ends an analyst is, the wider is the prior of a ratio."""
    assert ratio(four_steps(low, best, high, sure)).sigma > ratio(four_steps(low, best, high, sure + 0.04)).sigma


@pytest.mark.parametrize(
    ("statement", "support", "message"),
    [
        (four_steps(0, 0.2, 0.4, 0.8), Support.DEGREE, "not all values are strictly between 0 and 1"),
        (four_steps(0.1, 0.2, 1, 0.8), Support.DEGREE, "not all values are strictly between 0 and 1"),
        (four_steps(0, 2, 3, 0.8), Support.RATIO, "not all values are above 0"),
        (
            four_steps(0.5, 0.75, math.nextafter(1, 0), 0.8),
            Support.DEGREE,
            "not all values are strictly between 0 and 1",
        ),
    ],
)
def test_four_steps_that_no_prior_has(statement: FourSteps, support: Support, message: str) -> None:
    """Ends that the quantity cannot have, or not after rounding, are errors."""
    with pytest.raises(InvalidInput, match=message):
        fit(statement, support)


@given(mean=st.floats(0.01, 0.99), share=st.floats(0.01, 0.7))
def test_moments_of_a_degree(mean: float, share: float) -> None:
    """A degree stated by mean and standard deviation has them."""
    sd = share * math.sqrt(mean * (1 - mean))
    family = degree(Moments(mean=mean, sd=sd))
    assert (family.mean, family.sd) == pytest.approx((mean, sd))


@given(mean=st.floats(1e-6, 1e6), relative=st.floats(1e-4, 10))
def test_moments_of_a_ratio(mean: float, relative: float) -> None:
    """A ratio stated by mean and standard deviation has them."""
    family = ratio(Moments(mean=mean, sd=mean * relative))
    assert (family.mean, family.sd) == pytest.approx((mean, mean * relative))


@pytest.mark.parametrize("word", [Word(term=term, scale=scale.id) for scale in SCALES.values() for term in scale.words])
def test_words(word: Word) -> None:
    """A word puts 90 % between the ends of its band, and half the rest on either side; all of it at 0 and 1."""
    band = SCALES[word.scale].band(word.term)
    assert band is not None
    prior = fit(word, Support.PROBABILITY)
    below, above = prior.family.cdf(band.low), 1 - prior.family.cdf(band.high)
    beside = (0.0, 0.1) if band.low == 0 else (0.1, 0.0) if band.high == 1 else (0.05, 0.05)
    assert (below, above) == pytest.approx(beside, abs=1e-9)
    assert prior.misfit == 0


def test_families_by_name() -> None:
    """A family stated by name is that family."""
    assert degree(BetaStated(a=2, b=5, low=0.1, high=0.9)) == ScaledBeta(a=2, b=5, lower=0.1, upper=0.9)
    assert degree(Uniform(low=0.2, high=0.4)) == ScaledBeta(a=1, b=1, lower=0.2, upper=0.4)
    assert ratio(LognormalStated(mu=0.5, sigma=2)) == LogNormal(mu=0.5, sigma=2)


def test_constants() -> None:
    """A constant is held: a degree by equal ends, a ratio by a spread of 0."""
    assert degree(Constant(value=1)) == ScaledBeta(a=1, b=1, lower=1, upper=1)
    assert ratio(Constant(value=3)) == LogNormal(mu=math.log(3), sigma=0)


NEXT = math.nextafter(0.5, 1)


@pytest.mark.parametrize("support", Support)
@examples(75)
@given(statement=statements)
@example(Constant(value=8e307))
@example(Quantiles(points=((0.01, 1.35e-229), (0.02, 0.5))))
@example(Quantiles(points=((0.05, 0.5), (0.5, NEXT), (0.95, math.nextafter(NEXT, 1)))))
@example(Quantiles(points=((0.05, 1e300), (0.95, math.nextafter(1e300, 2e300)))))
@example(Quantiles(points=((0.05, 1e200), (0.5, NEXT * 2e200), (0.95, 2e200 * math.nextafter(NEXT, 1)))))
@example(Quantiles(points=((0.05, 1e-300), (0.5, 1e-299), (0.95, 0.5))))
@example(Quantiles(points=((0.05, 1e-5), (0.95, math.nextafter(1e-5, 1)))))
@example(Quantiles(points=((0.52, 7.4e-294), (0.54, 2.7e-266))))
@example(Moments(mean=1e-300, sd=1e300))
@example(Moments(mean=0.5, sd=1e-200))
def test_every_statement_is_fitted_or_invalid(support: Support, statement: Statement) -> None:
    """Any statement about any quantity either becomes a usable prior or is an error; nothing else happens."""
    try:
        prior = fit(statement, support)
    except InvalidInput:
        return
    check_usable(prior, support)


def check_usable(prior: Prior, support: Support) -> None:
    assert isinstance(prior.family, support.family)
    assert 0 <= prior.misfit <= 1
    if isinstance(prior.family, ScaledBeta):
        assert SHAPES[0] <= min(prior.family.a, prior.family.b) <= max(prior.family.a, prior.family.b) <= SHAPES[1]
    else:
        assert abs(prior.family.mu) < 700
        assert 0 < prior.family.quantile(1e-15) <= prior.family.quantile(1 - 1e-15) < math.inf


def test_a_quantity_without_any_statement() -> None:
    """Every kind of statement with a distribution can be made about a degree or a ratio; both can be held fixed."""
    assert {kind for kind, _ in FITS} == set(get_args(Statement.__value__)) - {SameAs, ByState, StateCounts}
    assert {family for kind, family in FITS if kind is Constant} == {ScaledBeta, LogNormal}


def test_an_error_in_code_has_no_file() -> None:
    """A statement made in code that does not suit its quantity is an error as well."""
    with pytest.raises(InvalidInput, match=r"^0 is not a number above 0\.$"):
        fit(Stated(statement=Constant(value=0)), Support.RATIO)


def test_a_prior_has_its_statement() -> None:
    """A prior has the statement that it was fitted to."""
    stated = Stated(statement=Constant(value=0.5), because="a reason")
    assert fit(stated, Support.DEGREE).stated is stated


def test_hard_quantiles() -> None:
    """Quantiles that put nearly all mass at the ends, or that lie close together, are fitted exactly too."""
    hard = [
        ((0.14, 0.3), (160, 0.0239)),
        ((0.68, 0.95), (0.0318, 76)),
        ((0.05, 0.15), (0.0866, 0.0214)),
        ((0.16, 0.18), (1.46, 43)),
        ((0.38, 0.39), (0.532, 46454)),
        ((0.46, 0.93, 0.96), (0.03578, 0.5526)),
        ((0.07, 0.08, 0.33), (1917, 0.03199)),
        ((0.76, 0.89, 0.92), (0.02322, 2.074)),
    ]
    for p, shapes in hard:
        q = betaincinv(*shapes, p)
        family = degree(quantiles_at(list(p), [float(x) for x in q]))
        assert np.abs([family.cdf(x) - y for x, y in zip(q, p, strict=True)]).max() < 1e-6

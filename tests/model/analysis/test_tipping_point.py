"""What would change the word: against roots found by themselves, and errors by repetition."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise

import numpy as np
import pytest
from msgspec.structs import replace
from scipy.optimize import brentq
from scipy.special import expit, logit, roots_jacobi
from scipy.stats import beta

from estimative.model.analysis.tipping_point import (
    Crossing,
    FactorReach,
    TippingPoints,
    thresholds_of,
    tipping_points,
    with_mean,
)
from estimative.model.assessment import Assessment
from estimative.model.inference.estimates import Undefined
from estimative.model.spec.events import Driver, Event
from estimative.priors.distributions import ScaledBeta
from estimative.priors.statements import BetaStated, Statement
from estimative.priors.verbal_scale import ICD203, find_scale
from tests.examples import later, repetitions
from tests.held import seen
from tests.prior_sets import assessed
from tests.scenarios import scenario_of
from tests.whatifs import fit

ERRORS = 4
"""Standard errors: passed by chance but once in 16,000, and the seeds are fixed."""
type Said = Mapping[str, Statement | float]


def tipped(assessment: Assessment, seed: int = 1) -> TippingPoints:
    return tipping_points(*fit(assessment, seed=seed))


def driven(said: Said, *, sign: int = 1, told: bool = False, supports: bool = True) -> Assessment:
    """An event and the one factor that drives it; perhaps a sign of the event."""
    event = Event(id="e", title="", drivers=(Driver(name="f", sign=1 if sign > 0 else -1),))
    evidence = (replace(seen("i", "e"), supports=supports),) if told else ()
    return assessed(scenario_of(event, factors=("f",), evidence=evidence), said)


def reach(found: TippingPoints, factor: str = "f") -> FactorReach:
    return next(one for one in found.factors if one.name == factor)


def moves(found: FactorReach) -> dict[float, Crossing]:
    return {move.threshold: move for move in found.crossings}


def test_edges_are_the_borders_of_the_scale() -> None:
    """The ends of the words' bands, each once and rising."""
    assert thresholds_of(ICD203) == (0.01, 0.05, 0.2, 0.45, 0.55, 0.8, 0.95, 0.99)


@pytest.mark.parametrize("name", ["icd203", "phia"])
def test_the_word_changes_at_every_threshold_and_nowhere_else(name: str) -> None:
    """Just below and just above each threshold the words differ, and between two thresholds there is one word."""
    scale = find_scale(name)
    thresholds = thresholds_of(scale)
    for threshold in thresholds:
        assert scale.word(threshold - 1e-6).text != scale.word(threshold + 1e-6).text
    for low, high in pairwise((0.0, *thresholds, 1.0)):
        inside = np.linspace(low + 1e-6, high - 1e-6, 50)
        assert len({scale.word(float(p)).text for p in inside}) == 1


# New evidence


def test_the_ratio_is_the_way_to_the_edge_in_log_odds() -> None:
    """For each border: its log-odds less the headline's; with the error of these alone."""
    found = tipped(driven({"events.e": 0.3, "factors.f": 0.5, "effects.e.f": 2.0}))
    assert [edge.probability for edge in found.thresholds] == list(thresholds_of(ICD203))
    for edge in found.thresholds:
        assert edge.log_bayes_factor.value == pytest.approx(float(logit(edge.probability) - logit(0.3)), abs=1e-12)
        assert edge.log_bayes_factor.se == pytest.approx(0, abs=1e-12)
    fitter, fitted = fit(driven({"events.e": BetaStated(a=2, b=5), "factors.f": 0.5, "effects.e.f": 2.0}))
    free, headline = tipping_points(fitter, fitted), fitted.posterior.headline
    assert headline.se > 0
    slope = 1 / (headline.value * (1 - headline.value))
    for edge in free.thresholds:
        assert edge.log_bayes_factor.value == pytest.approx(float(logit(edge.probability) - logit(headline.value)))
        assert edge.log_bayes_factor.se == pytest.approx(headline.se * slope, rel=1e-9)


def test_such_evidence_brings_the_headline_there() -> None:
    """An indicator of the headline with that likelihood ratio puts it on the border."""
    said = {"events.e": 0.3, "factors.f": 0.9, "effects.e.f": 4.0}
    for edge in tipped(driven(said)).thresholds:
        ratio = edge.log_bayes_factor.value
        told = fit(driven({**said, "evidence.i": math.exp(abs(ratio))}, told=True, supports=ratio > 0))[1].posterior
        assert told.headline.value == pytest.approx(edge.probability, rel=1e-9)


# Another prior


def chance(mean: float, prior: ScaledBeta, *, base: float, log_ratio: float, told: float = 1.0) -> float:
    """The headline with the factor's mean moved, the prior being as strong: by quadrature, the sign weighing in."""
    share, strength = (mean - prior.lower) / (prior.upper - prior.lower), prior.a + prior.b
    a, b = share * strength, (1 - share) * strength
    nodes, weights = roots_jacobi(80, b - 1, a - 1)
    p = expit(logit(base) + log_ratio * (prior.lower + (prior.upper - prior.lower) * (nodes + 1) / 2 - 0.5))
    likelihood = weights * (p * told + 1 - p)
    return float((weights * p * told).sum() / likelihood.sum())


CASES: Mapping[str, tuple[ScaledBeta, Said, dict[str, float]]] = {
    "raises": (
        ScaledBeta(a=2.0, b=3.0),
        {"factors.f": BetaStated(a=2, b=3), "events.e": 0.2, "effects.e.f": 60.0},
        {"base": 0.2, "log_ratio": math.log(60)},
    ),
    "lowers": (
        ScaledBeta(a=6.0, b=3.0),
        {"factors.f": BetaStated(a=6, b=3), "events.e": 0.6, "effects.e.f": 60.0},
        {"base": 0.6, "log_ratio": -math.log(60)},
    ),
    "stretched": (
        ScaledBeta(a=2.0, b=2.0, lower=0.2, upper=0.7),
        {"factors.f": BetaStated(a=2, b=2, low=0.2, high=0.7), "events.e": 0.15, "effects.e.f": 900.0},
        {"base": 0.15, "log_ratio": math.log(900)},
    ),
    "with a sign of the event": (
        ScaledBeta(a=3.0, b=3.0),
        {"factors.f": BetaStated(a=3, b=3), "events.e": 0.1, "effects.e.f": 60.0, "evidence.i": 8.0},
        {"base": 0.1, "log_ratio": math.log(60), "told": 8.0},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_moved_mean_is_where_a_root_search_finds_it(name: str) -> None:
    """The prior mean that brings the headline to a border, its strength kept, against quadrature and root finding."""
    prior, said, about = CASES[name]
    found = tipped(driven(said, sign=1 if about["log_ratio"] > 0 else -1, told="told" in about))
    one = reach(found)
    assert one.prior_mean == pytest.approx(prior.mean)
    check_ends(one, prior, about)
    inside = [prior.lower + share * (prior.upper - prior.lower) for share in (1e-6, 1 - 1e-6)]
    crossed = {edge: move.prior_mean for edge, move in moves(one).items() if move.reachable}
    assert len(crossed) >= 2
    for edge, mean in crossed.items():
        root = brentq(lambda mean, edge=edge: chance(mean, prior, **about) - edge, *inside, xtol=1e-12)
        assert mean is not None
        assert mean.value == pytest.approx(root, abs=ERRORS * mean.se), edge
        assert 0 < mean.se < 0.02


def check_ends(one: FactorReach, prior: ScaledBeta, about: Mapping[str, float]) -> None:
    """Held at an end of its prior the factor has one value; what lies beyond both ends is out of its reach."""
    told = about.get("told", 1.0)
    ends = []
    for end, number in ((prior.lower, one.at_low), (prior.upper, one.at_high)):
        p = float(expit(logit(about["base"]) + about["log_ratio"] * (end - 0.5)))
        ends.append(p * told / (p * told + 1 - p))
        assert number.value == pytest.approx(ends[-1], abs=ERRORS * number.se + 1e-9)
    for edge, move in moves(one).items():
        assert move.reachable == (min(ends) <= edge <= max(ends))
        assert (move.prior_mean is not None) == move.reachable, "on the way from one end to the other it is somewhere"


def held_at(x: float, ratio: float) -> float:
    return float(expit(logit(0.3) + math.log(ratio) * (x - 0.5)))


@pytest.mark.parametrize("at", [0.0, 0.5, 0.62, 1.0])
@pytest.mark.parametrize("ratio", [2.0, later(16.0), 100.0])
def test_a_constant_is_moved_as_a_value(at: float, ratio: float) -> None:
    """What is held has no spread to keep: it is held elsewhere, exactly where the log-odds are those of the border."""
    found = reach(tipped(driven({"events.e": 0.3, "factors.f": at, "effects.e.f": ratio})))
    assert found.prior_mean == at
    assert (found.at_low.value, found.at_high.value) == pytest.approx((held_at(0, ratio), held_at(1, ratio)))
    for edge, move in moves(found).items():
        root = 0.5 + float(logit(edge) - logit(0.3)) / math.log(ratio)
        assert move.reachable == (0 <= root <= 1)
        assert (move.prior_mean is not None) == move.reachable
        if move.prior_mean is not None:
            assert move.prior_mean.value == pytest.approx(root, abs=1e-9)
            assert move.prior_mean.se == pytest.approx(0, abs=1e-9)


def test_a_factor_that_does_not_matter_reaches_nothing() -> None:
    """Whatever an idle factor is, the headline stays where it is."""
    event = Event(id="e", title="")
    scenario = scenario_of(event, factors=("f", "g"))
    found = tipped(assessed(scenario, {"events.e": 0.3, "factors.f": BetaStated(a=2, b=2), "factors.g": 0.4}))
    assert [one.name for one in found.factors] == ["f", "g"]
    for one in found.factors:
        assert (one.at_low.value, one.at_high.value) == pytest.approx((0.3, 0.3), rel=1e-9)
        assert all(move.prior_mean is None and not move.reachable for move in one.crossings)


def there_and_back(at: float | Statement) -> FactorReach:
    """A factor that brings one event on, and then another that prevents it."""
    drivers = (Driver(name="f", sign=1),)
    events = Event(id="e", title="", drivers=drivers), Event(id="d", title="", drivers=drivers)
    said = {"events.e": 0.5, "events.d": 0.05, "effects.e.f": 1e4, "effects.d.f": 1e5, "factors.f": at}
    return reach(tipped(assessed(scenario_of(*events, factors=("f",), all=("e",), none=("d",)), said)))


def there(x: float) -> float:
    """Its headline at a degree."""
    e, d = (expit(logit(base) + math.log(ratio) * (x - 0.5)) for base, ratio in ((0.5, 1e4), (0.05, 1e5)))
    return float(e * (1 - d))


def test_the_nearest_of_two_crossings_is_told() -> None:
    """Where a border is crossed there and back, the nearer of the two ways is told, to the last digits."""
    crossings = [brentq(lambda x: there(x) - 0.2, *pair, xtol=1e-13) for pair in ((0.1, 0.55), (0.65, 0.9))]
    for at in (0.15, 0.25, 0.78, 0.85):
        found = moves(there_and_back(at))[0.2]
        nearest = min(crossings, key=lambda crossing: abs(crossing - at))
        assert found.prior_mean is not None
        assert found.prior_mean.value == pytest.approx(nearest, abs=1e-9), at


def test_what_is_held_reaches_further_than_what_is_spread() -> None:
    """A border that the headline crosses at single degrees alone, and on average at none, is reached by holding."""
    found = moves(there_and_back(BetaStated(a=2, b=2)))
    nodes, weights = np.polynomial.legendre.leggauss(200)
    x, heights = (nodes + 1) / 2, [there(x) for x in (nodes + 1) / 2]
    means = np.linspace(0.05, 0.95, 19)
    averages = [np.average(heights, weights=weights * beta.pdf(x, 4 * mean, 4 - 4 * mean)) for mean in means]
    top = max(there(place / 10) for place in range(11))
    assert 0.2 < max(averages) < 0.45
    assert 0.55 < top < 0.8
    assert found[0.2].prior_mean is not None
    for edge, held in ((0.45, True), (0.55, True), (0.8, False)):
        assert (found[edge].prior_mean, found[edge].reachable) == (None, held)


def test_moving_keeps_all_but_the_mean() -> None:
    """Ends and strength of a moved prior are as before, and so is every other prior."""
    said = {"events.e": 0.2, "factors.f": BetaStated(a=2, b=4, low=0.1, high=0.8), "effects.e.f": 5.0}
    before = driven(said)
    after = with_mean(before, "factors.f", 0.6)
    family = after.priors["factors.f"].family
    assert isinstance(family, ScaledBeta)
    assert (family.mean, family.a + family.b, family.lower, family.upper) == pytest.approx((0.6, 6.0, 0.1, 0.8))
    assert {name: prior for name, prior in after.priors.items() if name != "factors.f"} == {
        name: prior for name, prior in before.priors.items() if name != "factors.f"
    }
    assert before.priors["factors.f"].family.mean == pytest.approx(0.1 + 0.7 / 3), "the first is left as it was"


# Errors


@repetitions(6, 20)
def test_a_moved_mean_lies_around_the_root_as_told(repetitions: int) -> None:
    """Over many seeds a moved mean is the root on average, and spreads as its error says."""
    prior, said, about = CASES["raises"]
    runs = [moves(reach(tipped(driven(said), seed=seed))) for seed in range(repetitions)]
    compared = 0
    for edge in (0.2, 0.45):
        means = [run[edge].prior_mean for run in runs]
        values = np.array([mean.value for mean in means if mean])
        told = math.sqrt(np.mean([mean.se**2 for mean in means if mean]))
        root = brentq(lambda mean, edge=edge: chance(mean, prior, **about) - edge, 0.1, 0.9)
        assert len(values) == repetitions
        assert values.mean() == pytest.approx(root, abs=ERRORS * told / math.sqrt(repetitions))
        assert values.std(ddof=1) == pytest.approx(told, rel=ERRORS / math.sqrt(2 * (repetitions - 1)))
        compared += 1
    assert compared == 2


# The rest


def test_a_certain_headline_has_no_tipping_points() -> None:
    """No evidence of any strength moves what is certain."""
    with pytest.raises(Undefined):
        tipped(assessed(scenario_of(Event(id="e", title="", form="table")), {"tables.e.none": 1.0}))


@pytest.mark.parametrize("at", [0.5, 0.62])
def test_progress_ends_when_all_fits_are_done(at: float) -> None:
    """Each fit counts, never more than there are to do, and the last one says that all are done."""
    told: list[tuple[int, int]] = []
    fitter, whole = fit(driven({"events.e": 0.3, "factors.f": at, "effects.e.f": 100.0}))
    found = tipping_points(fitter, whole, progress=lambda done, total: told.append((done, total)))
    assert [done for done, _ in told] == list(range(1, found.effort.fits + 1))
    assert all(done <= total for done, total in told)
    assert told[-1][0] == told[-1][1]


def test_every_fit_is_counted_with_its_verdict() -> None:
    """A factor is held at seven values, its mean moved to six, and to one more for each step of closing in."""
    idle = tipped(assessed(scenario_of(Event(id="e", title=""), factors=("f",)), {"events.e": 0.3, "factors.f": 0.42}))
    assert (idle.effort.fits, idle.effort.by_method) == (13, {"importance": 13})
    assert idle.effort.converged
    found = tipped(driven({"events.e": 0.3, "factors.f": 0.42, "effects.e.f": 100.0}))
    crossed = sum(move.prior_mean is not None for move in reach(found).crossings)
    assert 13 + crossed <= found.effort.fits <= 13 + 4 * crossed

"""The tornado: every quantity held low and high, against closed forms and the oracle."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from msgspec.structs import replace
from scipy.special import expit, logit, roots_jacobi
from scipy.stats import beta, norm

from estimative.model.analysis.tornado import Tornado, TornadoRange, tornado
from estimative.model.assessment import Assessment
from estimative.model.spec.events import Driver, Event
from estimative.model.spec.evidence import Cases, Trials
from estimative.priors.statements import BetaStated, LognormalStated, Statement
from tests.examples import examples
from tests.held import headline_of, held, seen, sound
from tests.oracle import Oracle
from tests.prior_sets import assessed
from tests.scenarios import SAID, scenario_of
from tests.strategies import Valued, valued_scenarios
from tests.whatifs import fit

ERRORS = 4
"""Standard errors: passed by chance but once in 16,000, and the seeds are fixed."""
LOW, HIGH = 0.05, 0.95


def turned(assessment: Assessment, seed: int = 1) -> Tornado:
    return tornado(*fit(assessment, seed=seed))


def ranges(found: Tornado) -> dict[str, TornadoRange]:
    return {one.name: one for one in (*found.quantities, *found.weights)}


def driven(said: Mapping[str, Statement | float]) -> Assessment:
    """An event with a factor that raises it and one that lowers it."""
    drivers = (Driver(name="f", sign=1), Driver(name="g", sign=-1))
    return assessed(scenario_of(Event(id="e", title="", drivers=drivers), factors=("f", "g")), said)


OPEN: Mapping[str, Statement | float] = {
    "factors.f": BetaStated(a=2, b=3),
    "factors.g": BetaStated(a=2, b=2, low=0.2, high=0.7),
    "events.e": BetaStated(a=4, b=8),
    "effects.e.f": LognormalStated(mu=1.2, sigma=0.5),
    "effects.e.g": 3.0,
}


def integral(held_at: Mapping[str, float]) -> float:
    """The headline of `OPEN` with some of it held: over the product of four quadratures."""
    nodes = {name: quadrature(name) for name in ("factors.f", "factors.g", "events.e", "effects.e.f")}
    nodes |= {name: (np.array([value]), np.ones(1)) for name, value in held_at.items()}
    (f, wf), (g, wg), (b, wb), (w, ww) = nodes.values()
    log_odds = (
        logit(b)[:, None, None, None]
        + (np.log(w)[:, None] * (f - 0.5))[None, :, :, None]
        - math.log(3) * (g - 0.5)[None, None, None, :]
    )
    return float(np.einsum("bwfg,b,w,f,g->", expit(log_odds), wb, ww, wf, wg))


def quadrature(name: str) -> tuple[np.ndarray, np.ndarray]:
    match OPEN[name]:
        case BetaStated(a=a, b=b, low=low, high=high):
            nodes, weights = roots_jacobi(30, b - 1, a - 1)
            return low + (high - low) * (nodes + 1) / 2, weights / weights.sum()
        case LognormalStated(mu=mu, sigma=sigma):
            nodes, weights = np.polynomial.hermite_e.hermegauss(30)
            return np.exp(mu + sigma * nodes), weights / weights.sum()
        case other:
            raise AssertionError(other)


QUANTILES: Mapping[str, Callable[[float], float]] = {
    "factors.f": lambda p: float(beta.ppf(p, 2, 3)),
    "factors.g": lambda p: 0.2 + 0.5 * float(beta.ppf(p, 2, 2)),
    "events.e": lambda p: float(beta.ppf(p, 4, 8)),
    "effects.e.f": lambda p: math.exp(1.2 + 0.5 * float(norm.ppf(p))),
}


def test_held_quantities_have_the_headline_of_an_integral_over_the_rest() -> None:
    """Each is held at its 5th and 95th percentile, on its own scale, everything else being as uncertain as it was."""
    found = turned(driven(OPEN))
    assert set(ranges(found)) == set(QUANTILES)
    for name, quantile in QUANTILES.items():
        one = ranges(found)[name]
        assert (one.low, one.high) == pytest.approx((quantile(LOW), quantile(HIGH)), rel=1e-9)
        ends = [integral({name: value}) for value in (one.low, one.high)]
        assert one.at_low.value == pytest.approx(ends[0], abs=ERRORS * one.at_low.se + 1e-9)
        assert one.at_high.value == pytest.approx(ends[1], abs=ERRORS * one.at_high.se + 1e-9)
        assert one.shift is not None
        expected = float(logit(ends[1]) - logit(ends[0]))
        assert one.shift.value == pytest.approx(expected, abs=ERRORS * one.shift.se + 1e-9)
        assert one.shift.se < 0.03
    lowering = ranges(found)["factors.g"].shift
    assert lowering is not None
    assert lowering.value < 0


def test_what_both_ends_share_cancels() -> None:
    """A swing is more certain than the two probabilities would be if each had random numbers of its own."""
    one = ranges(turned(driven(OPEN)))["factors.g"]
    assert one.shift is not None
    ends = [end.se / (end.value * (1 - end.value)) for end in (one.at_low, one.at_high)]
    assert one.shift.se < 0.5 * math.hypot(*ends)


def test_the_widest_comes_first_whichever_way_it_goes() -> None:
    """Swings are sorted by their size, not by their sign; constants are named and not varied."""
    found = turned(driven(OPEN))
    sizes = [abs(one.shift.value) for one in found.quantities if one.shift]
    assert sizes == sorted(sizes, reverse=True)
    known = {
        name: abs(logit(integral({name: q(HIGH)})) - logit(integral({name: q(LOW)}))) for name, q in QUANTILES.items()
    }
    assert [one.name for one in found.quantities] == sorted(known, key=lambda name: -known[name])
    assert found.constants == ("effects.e.g",)
    assert (found.weights, found.effort.fits) == ((), 2 * 4)
    assert found.effort.converged


def test_held_evidence_reweighs_the_rest() -> None:
    """With a beta prior, cases and an event's indicator, which counts as its median, every end of a swing is known."""
    cases = Cases(id="c", about="e", trials=(Trials(at={}, successes=6.0, of=20.0),), **SAID)
    scenario = scenario_of(Event(id="e", title=""), evidence=(cases, seen("i", "e")))
    said = {"events.e": BetaStated(a=2, b=2), "evidence.i": LognormalStated(mu=0.8, sigma=0.6)}
    found = turned(assessed(scenario, said, relevance={"c": 0.5}))

    def chance(mean: float, ratio: float) -> float:
        return mean * ratio / (mean * ratio + 1 - mean)

    median = math.exp(0.8)
    for sign, end in ((-1, "low"), (1, "high")):
        share = LOW if sign < 0 else HIGH
        counted = 20 * max(sign, 0)
        expected = {
            "evidence.i": chance((2 + 3) / (4 + 10), math.exp(0.8 + 0.6 * float(norm.ppf(share)))),
            "events.e": chance(float(beta.ppf(share, 2, 2)), median),
            "relevance.c": chance((2 + 0.3 * counted) / (4 + counted), median),
        }
        assert set(ranges(found)) == set(expected)
        for name, value in expected.items():
            number = getattr(ranges(found)[name], f"at_{end}")
            assert number.value == pytest.approx(value, abs=ERRORS * number.se + 1e-9)
    assert (ranges(found)["relevance.c"].low, ranges(found)["relevance.c"].high) == (0, 1)


@given(scene=valued_scenarios(most_events=4))
@settings(examples(5), suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
def test_weights_of_evidence_are_held_at_nothing_and_at_all(scene: Valued) -> None:
    """On random scenarios: relevance and independence at 0 and 1 have the headline of a sum over states."""
    ends: dict[str, list[Oracle]] = {}
    oracle = scene.oracles[0]
    for name in scene.relevance:
        ends[f"relevance.{name}"] = [replace(oracle, relevance={**scene.relevance, name: v}) for v in (0.0, 1.0)]
    for name in scene.independence:
        both = [replace(oracle, independence={**scene.independence, name: v}) for v in (0.0, 1.0)]
        ends[f"independence.{name}"] = both
    assume(ends)
    assume(all(map(sound, (oracle, *(end for pair in ends.values() for end in pair)))))
    found = turned(held(scene))
    assert found.quantities == ()
    assert set(found.constants) == set(oracle.values)
    assert {one.name for one in found.weights} == set(ends)
    for one in found.weights:
        low, high = map(headline_of, ends[one.name])
        assert (one.at_low.value, one.at_high.value) == pytest.approx((low, high), rel=1e-8)
        assert one.shift is not None
        assert one.shift.value == pytest.approx(float(logit(high) - logit(low)), abs=1e-7)
        assert one.shift.se == pytest.approx(0, abs=1e-9)
    assert found.effort.fits == 2 * len(ends)


def test_a_swing_without_bounds_comes_first() -> None:
    """Where the headline is certain at one end the swing has no number, and is wider than all that have one."""
    scenario = scenario_of(Event(id="e", title="", form="rate"), Event(id="d", title=""), any=("e", "d"))
    said = {"events.d": BetaStated(a=1, b=3), "events.e": LognormalStated(mu=0.5, sigma=2.0)}
    found = turned(assessed(scenario, said))
    first, second = found.quantities
    assert (first.name, first.shift, first.at_high.value) == ("events.e", None, 1.0)
    assert 0 < first.at_low.value < 1
    assert second.shift is not None


def test_progress_is_told_of_every_fit() -> None:
    """Each fit counts, and the last one says that all are done."""
    told: list[tuple[int, int]] = []
    tornado(*fit(driven(OPEN)), progress=lambda done, total: told.append((done, total)))
    assert told == [(done, 8) for done in range(1, 9)]


def test_a_change_is_that_between_the_two_numbers_beside_it() -> None:
    """In log-odds, to the last digits; and what changes nothing stands at the number of the fit, within its error."""
    fitter, fitted = fit(driven({**OPEN, "effects.e.g": 1.0}), seed=3)
    found = ranges(tornado(fitter, fitted))
    for one in found.values():
        assert one.shift is not None
        assert logit(one.at_high.value) - logit(one.at_low.value) == pytest.approx(one.shift.value, abs=1e-9)
    headline = fitted.posterior.headline
    assert found["factors.g"].at_low.value == pytest.approx(headline.value, abs=headline.se)

"""Sobol' indices of the headline: against shares of variance known by integration, and their errors by repetition."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace
from scipy.special import expit, logit, roots_jacobi
from scipy.stats import norm, t

from estimative.model.analysis.sobol import POINTS, REPLICATES, Sobol, sobol, why_undefined
from estimative.model.assessment import Assessment
from estimative.model.inference.mc_estimate import MCEstimate
from estimative.model.spec.events import Driver, Event
from estimative.model.spec.evidence import Measurement, Observation
from estimative.model.spec.scenario import Scenario
from estimative.priors.statements import BetaStated, LognormalStated
from estimative.reports.documents import sensitivity
from tests import leak
from tests.documents import texts_of
from tests.examples import repetitions
from tests.held import seen
from tests.prior_sets import assessed
from tests.scenarios import SAID, scenario_of

ERRORS = float(t.isf(norm.sf(4), REPLICATES - 1))
"""Standard errors, themselves estimated from a few replicates: passed by chance as seldom as four known ones."""


def firsts(found: Sobol) -> dict[str, MCEstimate]:
    return {one.name: one.S1 for one in found.indices}


def totals(found: Sobol) -> dict[str, MCEstimate]:
    return {one.name: one.ST for one in found.indices}


def check(numbers: dict[str, MCEstimate], expected: dict[str, float], bias: float = 0.0) -> None:
    assert set(numbers) == set(expected)
    for name, number in numbers.items():
        assert number.value == pytest.approx(expected[name], abs=ERRORS * number.se + bias), name


def beta_nodes(a: float, b: float, count: int = 60) -> tuple[np.ndarray, np.ndarray]:
    """Gauss-Jacobi: degrees and their shares."""
    nodes, weights = roots_jacobi(count, b - 1, a - 1)
    return (nodes + 1) / 2, weights / weights.sum()


def normal_nodes(count: int = 40) -> tuple[np.ndarray, np.ndarray]:
    nodes, weights = np.polynomial.hermite_e.hermegauss(count)
    return nodes, weights / weights.sum()


def variance(values: np.ndarray, weights: np.ndarray) -> float:
    return float(weights @ np.square(values - weights @ values))


# In closed form


def two_factors() -> Scenario:
    drivers = (Driver(name="f", sign=1), Driver(name="g", sign=-1))
    return scenario_of(Event(id="e", title="", drivers=drivers), factors=("f", "g"))


def linear() -> Assessment:
    """Log-odds that are a sum: of the baseline's, and of two factors times what is held."""
    said = {
        "factors.f": BetaStated(a=2, b=5),
        "factors.g": BetaStated(a=1.5, b=1.2, low=0.1, high=0.9),
        "events.e": BetaStated(a=20, b=60),
        "effects.e.f": 40.0,
        "effects.e.g": 5.0,
    }
    return assessed(two_factors(), said)


def linear_parts() -> dict[str, float]:
    """The variance of each summand."""
    shares, weights = beta_nodes(20, 60)

    def of_beta(a: float, b: float) -> float:
        return a * b / ((a + b) ** 2 * (a + b + 1))

    return {
        "factors.f": math.log(40) ** 2 * of_beta(2, 5),
        "factors.g": math.log(5) ** 2 * 0.8**2 * of_beta(1.5, 1.2),
        "events.e": variance(logit(shares), weights),
    }


def test_what_adds_up_has_its_share_of_the_variance() -> None:
    """Of a sum of independent parts, first and total indices are each part's variance over that of the whole."""
    found = sobol(linear(), seed=1)
    assert found is not None
    parts = linear_parts()
    whole = sum(parts.values())
    expected = {name: part / whole for name, part in parts.items()}
    check(firsts(found), expected)
    check(totals(found), expected)
    assert max(one.ST.se for one in found.indices) < 0.01
    assert found.sum_S1.value == pytest.approx(1, abs=ERRORS * found.sum_S1.se)
    assert found.without_effect == ()
    heaviest = 4  # no kurtosis of a part, and so none of the sum, is larger
    assert found.sd == pytest.approx(math.sqrt(whole), rel=4 * math.sqrt((heaviest - 1) / (4 * REPLICATES * POINTS)))


def product() -> Assessment:
    """A factor times the logarithm of its effect, and nothing else."""
    scenario = scenario_of(Event(id="e", title="", drivers=(Driver(name="f", sign=1),)), factors=("f",))
    said = {
        "factors.f": BetaStated(a=4, b=2),
        "events.e": 0.3,
        "effects.e.f": LognormalStated(mu=1.0, sigma=0.8),
    }
    return assessed(scenario, said)


def product_shares() -> tuple[dict[str, float], dict[str, float]]:
    """First and total indices of (x - 1/2) l, the two being independent."""
    mean, var = 4 / 6 - 0.5, 4 * 2 / (36 * 7)
    parts = {"factors.f": 1.0**2 * var, "effects.e.f": 0.8**2 * mean**2}
    together = 0.8**2 * var
    whole = sum(parts.values()) + together
    return (
        {name: part / whole for name, part in parts.items()},
        {name: (part + together) / whole for name, part in parts.items()},
    )


def test_what_multiplies_is_in_the_totals_alone() -> None:
    """Of a product, the interaction counts for both totals and for no first index."""
    found = sobol(product(), seed=1)
    assert found is not None
    first, total = product_shares()
    check(firsts(found), first)
    check(totals(found), total)
    assert sum(first.values()) < 0.9
    assert found.sum_S1.value == pytest.approx(sum(first.values()), abs=ERRORS * found.sum_S1.se)


def test_three_quantities_agree_with_nested_integration() -> None:
    """Either of two events, driven by one factor: indices are those of integrals within integrals."""
    driver = (Driver(name="f", sign=1),)
    events = Event(id="e", title="", drivers=driver), Event(id="d", title="", form="rate", drivers=driver)
    scenario = scenario_of(*events, factors=("f",), any=("e", "d"))
    said = {
        "factors.f": BetaStated(a=2, b=2),
        "events.e": BetaStated(a=3, b=6),
        "events.d": LognormalStated(mu=-2.5, sigma=0.5),
        "effects.e.f": 40.0,
        "effects.d.f": 20.0,
    }
    found = sobol(assessed(scenario, said), seed=2)
    assert found is not None
    (x, wx), (b, wb), (z, wz) = beta_nodes(2, 2, 40), beta_nodes(3, 6, 40), normal_nodes()
    lever = (x - 0.5)[:, None, None]
    p = expit(logit(b)[None, :, None] + math.log(40) * lever)
    rate = np.exp(-2.5 + 0.5 * z[None, None, :] + math.log(20) * lever)
    hazard = scenario.years * rate - np.log1p(-p)
    values = hazard + np.log(-np.expm1(-hazard))
    weights = {"factors.f": wx, "events.e": wb, "events.d": wz}
    joint = wx[:, None, None] * wb[None, :, None] * wz[None, None, :]
    whole = variance(values.ravel(), joint.ravel())
    first, total = {}, {}
    for axis, (name, own) in enumerate(weights.items()):
        others = np.moveaxis(joint, axis, 0)[0] / own[0]
        by_own = np.array([(np.moveaxis(values, axis, 0)[i] * others).sum() for i in range(len(own))])
        first[name] = variance(by_own, own) / whole
        averaged = np.tensordot(own, np.moveaxis(values, axis, 0), axes=1)
        total[name] = 1 - variance(averaged.ravel(), others.ravel()) / whole
    check(firsts(found), first)
    check(totals(found), total)
    assert 1 - sum(first.values()) > 0.01, "something of it is interaction"
    assert [one.name for one in found.indices] == sorted(total, key=lambda name: -total[name])


# What matters


def crowded(*, about: str = "e") -> Assessment:
    """What matters for one event beside all that does not: another event, its factor, evidence about factors."""
    driver = (Driver(name="f", sign=1),)
    events = Event(id="e", title="", drivers=driver), Event(id="d", title="", drivers=(Driver(name="h", sign=1),))
    evidence = (
        seen("sign", "f"),
        Measurement(id="gauge", about="f", value=1.0, unit="m", at_low=0.0, at_high=2.0, **SAID),
        seen("word", about),
    )
    scenario = scenario_of(*events, factors=("f", "h", "idle"), evidence=evidence)
    open_ = BetaStated(a=2, b=3)
    degrees = ["factors.f", "factors.h", "factors.idle", "events.e", "events.d"]
    ratios = ["effects.d.h", "evidence.sign", "evidence.gauge", "evidence.word"]
    ratio = LognormalStated(mu=0.5, sigma=0.4)
    return assessed(
        scenario, {**dict.fromkeys(degrees, open_), **dict.fromkeys(ratios, ratio), "effects.e.f": 4.0}
    )  # fmt: skip


def test_untouched_are_those_that_cannot_matter() -> None:
    """Another event with all its own, idle factors, and what is told of factors move no chance at given values."""
    found = sobol(crowded(), seed=1, points=64)
    assert found is not None
    assert set(totals(found)) == {"factors.f", "events.e", "evidence.word"}, "what is told of the event itself counts"
    untouched = ("factors.h", "factors.idle", "events.d", "effects.d.h", "evidence.sign", "evidence.gauge")
    assert found.without_effect == untouched, "in the order of the prior set, constants left aside"
    assert found.evaluations == REPLICATES * 64 * (3 + 2)


def test_untouched_are_those_that_cancel() -> None:
    """What is told of another event, and what moves the condition of a headline alone, changes nothing at a draw."""
    elsewhere = sobol(crowded(about="d"), seed=1, points=64)
    assert elsewhere is not None
    assert set(totals(elsewhere)) == {"factors.f", "events.e"}
    events = Event(id="e", title="", given=("c",)), Event(id="c", title="")
    scenario = scenario_of(*events, Event(id="b", title=""), any=("e", "b"), given=("c",))
    said = dict.fromkeys(["events.e", "events.c", "events.b"], BetaStated(a=2, b=3))
    found = sobol(assessed(scenario, said), seed=1, points=64)
    assert found is not None
    assert set(totals(found)) == {"events.e", "events.b"}
    assert found.without_effect == ("events.c",)


def test_what_has_a_say_in_one_draw_of_many_is_found() -> None:
    """A quantity that matters only where another is not next to nothing is not taken for one that never does."""
    entries = {"tables.e.none": 0.3, "tables.e.d": BetaStated(a=2, b=2), "tables.d.none": BetaStated(a=0.02, b=2.0)}
    table = Event(id="e", title="", form="table", table_parents=("d",))
    assessment = assessed(scenario_of(table, Event(id="d", title="", form="table")), entries)
    for seed in range(6):
        found = sobol(assessment, seed=seed, points=16)
        assert found is not None
        assert set(totals(found)) == {"tables.e.d", "tables.d.none"}


def test_a_condition_does_not_count() -> None:
    """Of a headline under a condition it is the log-odds where the condition is so that are shared out."""
    driver = (Driver(name="f", sign=1),)
    events = Event(id="e", title="", given=("c",), drivers=driver), Event(id="c", title="", drivers=driver)
    scenario = scenario_of(*events, factors=("f",), all=("e",), given=("c",))
    said = {"events.e": BetaStated(a=20, b=60), "events.c": 0.3, "effects.e.f": 40.0, "effects.c.f": 9.0}
    found = sobol(assessed(scenario, {**said, "factors.f": BetaStated(a=2, b=5)}), seed=1)
    assert found is not None
    parts = {name: part for name, part in linear_parts().items() if name != "factors.g"}
    expected = {name: part / sum(parts.values()) for name, part in parts.items()}
    check(firsts(found), expected)
    check(totals(found), expected)


# What is asked of the machinery


def test_the_same_seed_gives_the_same_indices() -> None:
    """Seeds fix everything, and other seeds give other numbers."""
    one, again, other = (sobol(product(), seed=seed, points=32) for seed in (1, 1, 2))
    assert one == again
    assert one is not None
    assert other is not None
    assert one.indices[0].ST.value != other.indices[0].ST.value


@repetitions(16, 32)
def test_errors_are_those_of_repetition(repetitions: int) -> None:
    """Over many seeds, indices lie around the truth as far as their errors say."""
    runs = [found for seed in range(repetitions) if (found := sobol(product(), seed=seed, points=64))]
    expected, spread = product_shares(), 4 / math.sqrt(2 * (repetitions - 1))
    for numbers, shares in zip((firsts, totals), expected, strict=True):
        for name, share in shares.items():
            values = np.array([numbers(run)[name].value for run in runs])
            told = math.sqrt(np.mean([numbers(run)[name].se ** 2 for run in runs]))
            assert values.std(ddof=1) == pytest.approx(told, rel=spread), name
            assert values.mean() == pytest.approx(share, abs=4 * told / math.sqrt(repetitions) + 0.1 * told), name
    sums = np.array([run.sum_S1.value for run in runs])
    told = math.sqrt(np.mean([run.sum_S1.se**2 for run in runs]))
    assert sums == pytest.approx([sum(first.value for first in firsts(run).values()) for run in runs])
    assert sums.std(ddof=1) == pytest.approx(told, rel=spread)


# Where there is nothing to share out


def undefined(assessment: Assessment) -> str:
    """Why there are no indices."""
    assert sobol(assessment, seed=1, points=64) is None
    return why_undefined(assessment, seed=1)


def test_a_headline_that_does_not_vary_has_no_indices() -> None:
    """Constants, a certainty, and quantities that cannot matter leave no variance."""
    scenario = scenario_of(Event(id="e", title=""), Event(id="d", title=""))
    assert undefined(assessed(scenario, {"events.e": 0.3, "events.d": 0.2})) == "constant"
    assert undefined(assessed(scenario, {"events.e": 0.3, "events.d": BetaStated(a=2, b=3)})) == "constant"
    table = scenario_of(Event(id="e", title="", form="table"))
    assert undefined(assessed(table, {"tables.e.none": 1.0})) == "certain"
    happened = Observation(id="o", about="e", happened=True, **SAID)
    seen_already = replace(scenario, evidence={"o": happened})
    open_ = dict.fromkeys(["events.e", "events.d"], BetaStated(a=2, b=3))
    assert undefined(assessed(seen_already, open_)) == "certain"


def test_a_single_quantity_accounts_for_everything() -> None:
    """Where only one thing is open, both its indices are 1."""
    scenario = scenario_of(Event(id="e", title=""))
    found = sobol(assessed(scenario, {"events.e": BetaStated(a=2, b=3)}), seed=1, points=64)
    assert found is not None
    check(firsts(found), {"events.e": 1.0}, bias=1e-9)
    check(totals(found), {"events.e": 1.0}, bias=1e-9)


def test_a_headline_that_is_certain_at_a_draw_has_no_indices() -> None:
    """Log-odds that are infinite somewhere have no variance to share out."""
    scenario = scenario_of(Event(id="e", title="", form="rate"), Event(id="d", title=""), any=("e", "d"))
    said = {"events.e": LognormalStated(mu=0.0, sigma=2.5), "events.d": BetaStated(a=2, b=3)}
    assert undefined(assessed(scenario, said)) == "certain"


def test_shares_of_states_have_no_indices(tmp_path: Path) -> None:
    """They are not independent, and the document names that case alone."""
    assessment = leak.assessed(tmp_path)
    assert undefined(assessment) == "shares"
    text = "".join(texts_of(tuple(sensitivity.sobol(None, "shares", assessment))))
    assert "uncertain shares of states, which are not independent" in text
    assert "does not vary" not in text

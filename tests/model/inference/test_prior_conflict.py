"""Prior predictive p-values, against their laws in closed form."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from estimative.model.inference.prior_conflict import DRAWS, conflicts, prior_p_values
from estimative.model.spec.events import Driver, Event
from estimative.model.spec.evidence import Cases, Exposure, Trials
from estimative.priors.statements import BetaStated, LognormalStated, Statement
from tests.prior_sets import assessed
from tests.scenarios import SAID, scenario_of

TRIALS = 10
"""That count: of four times as many, a quarter."""
ERRORS = 4.0


def p_cases(successes: float, of: float, relevance: float, prior: Statement | float) -> float:
    """Of a reference class."""
    item = Cases(id="c", about="e", trials=(Trials(at={}, successes=successes, of=of),), **SAID)
    scenario = scenario_of(Event(id="e", title=""), evidence=(item,))
    return prior_p_values(assessed(scenario, {"events.e": prior}, relevance={"c": relevance}))["c"]


def p_count(count: int, years: float, relevance: float, rate: Statement | float) -> float:
    """Of events that were counted."""
    item = Exposure(id="x", about="e", count=count, years=years, **SAID)
    scenario = scenario_of(Event(id="e", title="", form="rate"), evidence=(item,))
    return prior_p_values(assessed(scenario, {"events.e": rate}, relevance={"x": relevance}))["x"]


def two_sided(lower: float, upper: float) -> float:
    return min(1.0, 2 * min(lower, upper))


@pytest.mark.parametrize("relevance", [1.0, 0.5, 0.25])
@pytest.mark.parametrize("seen", [0, 1, 4, 10])
def test_relevant_cases_are_a_share_of_the_cases(seen: int, relevance: float) -> None:
    """At whole numbers the p-value is that of the binomial or Poisson law of the share that counts."""
    law, rare = stats.binom(TRIALS, 0.3), stats.poisson(TRIALS * 0.3)
    found = p_cases(seen / relevance, TRIALS / relevance, relevance, 0.3)
    assert found == pytest.approx(two_sided(law.cdf(seen), law.sf(seen - 1)))
    found = p_count(round(seen / relevance), TRIALS / relevance, relevance, 0.3)
    assert found == pytest.approx(two_sided(rare.cdf(seen), rare.sf(seen - 1)))


def test_fractions_lie_between_whole_numbers() -> None:
    """Of 7 cases of which a quarter counts, the p-value lies between those of one case and of two; of none it is 1."""
    low, middle, high = (p_cases(4 * seen, 40, 0.25, 0.02) for seen in (2.0, 1.75, 1.0))
    assert low < middle < high
    assert p_cases(9, 10, 1e-9, 0.02) == pytest.approx(1.0, abs=1e-6)
    assert p_count(9, 10, 1e-9, 0.02) == pytest.approx(1.0, abs=1e-6)


PRIORS: dict[str, tuple[Statement | float, NDArray[np.float64]]] = {
    "certain": (0.3, stats.binom(TRIALS, 0.3).pmf(np.arange(TRIALS + 1))),
    "narrow": (BetaStated(a=20, b=60), stats.betabinom(TRIALS, 20, 60).pmf(np.arange(TRIALS + 1))),
    "wide": (BetaStated(a=1, b=1), stats.betabinom(TRIALS, 1, 1).pmf(np.arange(TRIALS + 1))),
}
"""A prior, and the law of the cases that count under it."""


def excess(p_values: NDArray[np.float64], law: NDArray[np.float64]) -> float:
    """By how many standard errors P(p <= a) is above a, at the a for which it is most."""
    reached = np.array([law[p_values <= p * (1 + 1e-9)].sum() for p in p_values])
    error = 2 * np.sqrt(p_values / 2 / DRAWS)
    return float(np.max((reached - p_values) / error))


@pytest.mark.parametrize("prior", PRIORS)
def test_p_values_are_at_most_as_often_small_as_they_say(prior: str) -> None:
    """Under the priors, a p-value of at most a is no more probable than a; one that ignores relevance is."""
    stated, law = PRIORS[prior]
    discounted, whole = (
        np.array([p_cases(4 * seen, 4 * TRIALS, relevance, stated) for seen in range(TRIALS + 1)])
        for relevance in (0.25, 1.0)
    )
    assert excess(discounted, law) < ERRORS
    if prior == "certain":
        assert excess(whole, law) > ERRORS


def test_p_values_of_many_cases_are_nearly_uniform() -> None:
    """Where many cases count, under any prior, P(p <= a) is nearly a."""
    count = 60
    found = np.array([p_cases(2 * seen, 2 * count, 0.5, BetaStated(a=2, b=2)) for seen in range(count + 1)])
    law = stats.betabinom(count, 2, 2).pmf(np.arange(count + 1))
    for level in (0.05, 0.2, 0.5):
        assert law[found <= level].sum() == pytest.approx(level, abs=0.05)


def test_cases_that_differ_are_no_more_surprising_than_cases_alike() -> None:
    """Of cases with different chances the p-value is at least that of the sum of their binomials, and near it."""
    rows = (Trials(at={"d": 0.0}, successes=5.0, of=10.0), Trials(at={"d": 1.0}, successes=6.0, of=10.0))
    event = Event(id="e", title="", drivers=(Driver(name="d", sign=1),))
    scenario = scenario_of(event, Event(id="d", title=""), evidence=(Cases(id="c", about="e", trials=rows, **SAID),))
    found = prior_p_values(
        assessed(scenario, {"events.e": 0.2, "events.d": 0.5, "effects.e.d": 2.0}, relevance={"c": 1.0})
    )["c"]
    first, second = (stats.binom(10, p).pmf(np.arange(11)) for p in (0.2, 1 / 3))
    exact = 2 * np.convolve(first, second)[11:].sum()
    assert exact < found < 1.3 * exact


def test_an_uncertain_rate_spreads_the_counts() -> None:
    """Of a rate that is uncertain, the p-value is the mean over it."""
    rates = stats.lognorm(0.5, scale=0.2).ppf((np.arange(4000) + 0.5) / 4000)
    law = stats.poisson(0.5 * 20 * rates)
    expected = 2 * float(law.sf(4).mean())
    found = p_count(10, 20.0, 0.5, LognormalStated(mu=float(np.log(0.2)), sigma=0.5))
    assert found == pytest.approx(expected, abs=ERRORS * 2 * (expected / 2 / DRAWS) ** 0.5)


def test_cases_of_little_relevance_give_no_warning() -> None:
    """Cases that contradict the priors are named in a warning if all of them count, and not if few of them do."""
    item = Cases(id="c", about="e", trials=(Trials(at={}, successes=9, of=20),), **SAID)
    scenario = scenario_of(Event(id="e", title=""), evidence=(item,))
    for relevance, codes in ((1.0, ["prior-conflict"]), (0.1, [])):
        whole = assessed(scenario, {"events.e": 0.1}, relevance={"c": relevance})
        assert [issue.code for issue in conflicts(whole, prior_p_values(whole))] == codes

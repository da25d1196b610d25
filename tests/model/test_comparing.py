"""Comparisons of analysts: on common random numbers, and with evidence that is known in closed form."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import betaln

from estimative.model.assessment import Assessment
from estimative.model.disagreement.analysts import DECIBANS, Comparison, compare
from estimative.model.inference.refit import Fitter
from estimative.model.spec.events import Event
from estimative.model.spec.evidence import Cases, Evidence, Indicator, Trials
from estimative.priors.statements import BetaStated, LognormalStated
from tests.prior_sets import assessed
from tests.scenarios import SAID, scenario_of

ERRORS = 4
CASES = Cases(id="cases", about="e", trials=(Trials(at={}, successes=7.0, of=12.0),), **SAID)
SIGN = Indicator(id="sign", about="f", supports=True, **SAID)


def analyst(
    name: str, a: float, b: float, *, relevance: float = 0.4, sign: float | None = None, held: float | None = None
) -> Assessment:
    """A beta prior, or a constant, for an event with cases; perhaps a factor that matters to nothing, with a sign."""
    evidence: tuple[Evidence, ...] = (CASES,) if sign is None else (CASES, SIGN)
    scenario = scenario_of(Event(id="e", title=""), factors=("f",), evidence=evidence)
    stated = {
        "events.e": BetaStated(a=a, b=b) if held is None else held,
        "factors.f": 0.5,
        **({} if sign is None else {"evidence.sign": LognormalStated(mu=math.log(sign), sigma=0.3)}),
    }
    return assessed(scenario, stated, relevance={"cases": relevance}, name=name)


def compared(*analysts: Assessment, seed: int = 1) -> Comparison:
    return compare(Fitter(assessments=analysts, seed=seed), analysts)


def log_evidence(a: float, b: float, relevance: float = 0.4) -> float:
    """Of 7 of 12 cases, natural."""
    return float(betaln(a + 7 * relevance, b + 5 * relevance) - betaln(a, b))


def test_equal_analysts_differ_in_nothing() -> None:
    """On common random numbers equal priors give equal draws: no difference, no distance, and no error of either."""
    (pair,) = compared(analyst("one", 2, 5), analyst("two", 2, 5)).pairs
    assert (pair.difference.value, pair.difference.se) == (0, 0)
    assert (pair.superiority.value, pair.wasserstein.value) == (pytest.approx(0.5), pytest.approx(0))
    assert pair.overlap.value == pytest.approx(1)


def test_a_difference_is_known_better_than_its_ends() -> None:
    """What common random numbers share cancels from the difference of two analysts who are near each other."""
    found = compared(analyst("one", 2, 5), analyst("two", 2.2, 5))
    (pair,) = found.pairs
    ends = [one.fitted.posterior.headline.se for one in found.analysts.values()]
    assert pair.difference.se < 0.5 * math.hypot(*ends)
    expected = (2 + 2.8) / (7 + 4.8) - (2.2 + 2.8) / (7.2 + 4.8)
    assert pair.difference.value == pytest.approx(expected, abs=ERRORS * pair.difference.se)


def test_every_pair_of_every_outcome_is_compared_once() -> None:
    """Three analysts make three pairs, in the order in which they were named."""
    found = compared(analyst("c", 1, 1), analyst("a", 2, 5), analyst("b", 5, 2))
    assert [(pair.first, pair.second) for pair in found.pairs] == [("c", "a"), ("c", "b"), ("a", "b")]
    assert list(found.analysts) == list(found.foresight) == ["c", "a", "b"]
    assert found.pairs[2].superiority.value < 0.2


def test_foresight_is_the_ratio_of_marginal_likelihoods() -> None:
    """In decibans against the first analyst, as the beta functions give it, within its error."""
    found = compared(analyst("one", 1, 4), analyst("two", 6, 3), analyst("sure", 1, 1, held=0.5))
    first, second, third = (found.foresight[name] for name in ("one", "two", "sure"))
    expected = DECIBANS * (log_evidence(6, 3) - log_evidence(1, 4))
    for measured in (second.everything, second.figures):
        assert measured is not None
        assert measured.value == pytest.approx(expected, abs=ERRORS * measured.se)
        assert 0 < measured.se < 0.1
    assert third.figures is not None
    certain = DECIBANS * (12 * 0.4 * math.log(0.5) - log_evidence(1, 4))
    assert third.figures.value == pytest.approx(certain, abs=ERRORS * third.figures.se)
    assert first.everything is not None
    assert (first.everything.value, first.everything.se) == (0, 0)


def test_no_credit_is_due_for_larger_ratios() -> None:
    """An indicator's ratio moves the marginal likelihood of all evidence, and leaves that of the figures alone."""
    found = compared(analyst("one", 1, 4, sign=2), analyst("two", 1, 4, sign=9)).foresight["two"]
    assert found.figures is not None
    assert found.everything is not None
    assert found.figures.value == pytest.approx(0, abs=1e-9)
    assert found.everything.value == pytest.approx(DECIBANS * 0.5 * math.log(9 / 2), abs=1e-9)


def test_figures_that_count_differently_are_left_out() -> None:
    """Evidence that analysts weigh differently does not compare them: nothing is left that does, and all are at 0."""
    found = compared(analyst("one", 1, 4), analyst("two", 1, 4, relevance=0.9)).foresight["two"]
    assert found.figures is not None
    assert found.everything is not None
    assert (found.figures.value, found.figures.se) == (0, 0)
    assert found.everything.value < -1


def test_a_fit_that_failed_is_compared_with_nobody() -> None:
    """What did not converge has no pair and no foresight, unless it is allowed."""
    analysts = (analyst("one", 1, 4), analyst("two", 2, 2), analyst("three", 0.01, 80))
    fitter = Fitter(assessments=analysts, seed=1, method="importance", draws=100)
    found = compare(fitter, analysts)
    assert not any(one.converged for one in found.analysts.values()), "a hundred draws are too few"
    assert found.pairs == ()
    assert all(one.everything is None for one in found.foresight.values())
    assert len(compare(fitter, analysts, allow_unconverged=True).pairs) == 3


def test_errors_of_differences_are_those_of_repetition() -> None:
    """Over many seeds, a difference spreads as far as its error says."""
    pairs = [compared(analyst("one", 2, 5), analyst("two", 3, 5), seed=seed).pairs[0] for seed in range(60)]
    spread = np.std([pair.difference.value for pair in pairs], ddof=1)
    told = np.mean([pair.difference.se for pair in pairs])
    assert spread == pytest.approx(told, rel=ERRORS / math.sqrt(2 * 59))

"""Comparisons of analysts: on common random numbers, and with evidence whose probability is known in closed form."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import betaln

from estimative.model.assessment import Assessment
from estimative.model.disagreement.analysts import (
    AnalystResult,
    FittedAnalyst,
    LogEvidence,
    Pair,
    compare_pairs,
    fit_analyst,
    log_evidence,
)
from estimative.model.inference.refit import Fitter
from estimative.model.spec.events import Event
from estimative.model.spec.evidence import Cases, Evidence, Indicator, Trials
from estimative.priors.statements import BetaStated, LognormalStated
from tests.examples import repetitions
from tests.prior_sets import assessed
from tests.scenarios import SAID, scenario_of

ERRORS = 4
"""Standard errors that a random deviation stays within: a fixed seed passes or fails for good."""
CASES = Cases(id="cases", about="e", trials=(Trials(at={}, successes=7.0, of=12.0),), **SAID)
SIGN = Indicator(id="sign", about="f", supports=True, **SAID)


def analyst(
    name: str, a: float, b: float, *, relevance: float = 0.4, sign: float | None = None, fixed: float | None = None
) -> Assessment:
    """A beta prior, or a constant, for an event with cases; perhaps a factor without effect, with an indicator."""
    evidence: tuple[Evidence, ...] = (CASES,) if sign is None else (CASES, SIGN)
    scenario = scenario_of(Event(id="e", title=""), factors=("f",), evidence=evidence)
    stated = {
        "events.e": BetaStated(a=a, b=b) if fixed is None else fixed,
        "factors.f": 0.8,
        **({} if sign is None else {"evidence.sign": LognormalStated(mu=math.log(sign), sigma=0.3)}),
    }
    return assessed(scenario, stated, relevance={"cases": relevance}, name=name)


def fitted(*assessments: Assessment, seed: int = 1) -> list[FittedAnalyst]:
    fitter = Fitter(assessments=assessments, seed=seed)
    return [fit_analyst(fitter, assessment) for assessment in assessments]


def pairs(*assessments: Assessment, seed: int = 1) -> tuple[Pair, ...]:
    return compare_pairs(fitted(*assessments, seed=seed))


def evidence(*assessments: Assessment) -> dict[str, LogEvidence]:
    return log_evidence(Fitter(assessments=assessments, seed=1), fitted(*assessments))


def log_marginal(a: float, b: float, relevance: float = 0.4) -> float:
    """Natural log probability of 7 of 12 cases."""
    return float(betaln(a + 7 * relevance, b + 5 * relevance) - betaln(a, b))


def test_equal_analysts_do_not_differ() -> None:
    """On common random numbers equal priors give equal draws: no difference, no distance, and no error of either."""
    (pair,) = pairs(analyst("one", 2, 5), analyst("two", 2, 5))
    assert (pair.difference.value, pair.difference.se) == (0, 0)
    assert (pair.superiority.value, pair.wasserstein.value) == (pytest.approx(0.5), pytest.approx(0))
    assert pair.overlap.value == pytest.approx(1)


def test_a_pair_does_not_keep_its_draws() -> None:
    """A pair has values and errors alone, so that the memory for many analysts does not grow with pairs times draws."""
    (pair,) = pairs(analyst("one", 2, 5), analyst("two", 3, 5))
    for estimate in (pair.difference, pair.superiority, pair.overlap, pair.wasserstein):
        assert estimate.se > 0
        assert estimate.influence.size == 1


def test_a_difference_has_a_smaller_error_than_its_ends() -> None:
    """What common random numbers share cancels from the difference between two similar analysts."""
    analysts = fitted(analyst("one", 2, 5), analyst("two", 2.2, 5))
    (pair,) = compare_pairs(analysts)
    ends = [each.fitted.posterior.headline.se for each in analysts]
    assert pair.difference.se < 0.5 * math.hypot(*ends)
    expected = (2 + 2.8) / (7 + 4.8) - (2.2 + 2.8) / (7.2 + 4.8)
    assert pair.difference.value == pytest.approx(expected, abs=ERRORS * pair.difference.se)


def test_every_pair_is_compared_once() -> None:
    """Three analysts make three pairs, in the order in which they were given."""
    rows = pairs(analyst("c", 1, 1), analyst("a", 2, 5), analyst("b", 5, 2))
    assert [(pair.first, pair.second) for pair in rows] == [("c", "a"), ("c", "b"), ("a", "b")]
    assert rows[2].superiority.value < 0.2
    assert compare_pairs([]) == ()


def test_log_evidence_is_the_ratio_of_marginal_likelihoods() -> None:
    """Against the first analyst, as the beta functions give it, within its error."""
    result = evidence(analyst("one", 1, 4), analyst("two", 6, 3), analyst("sure", 1, 1, fixed=0.5))
    first, second, third = (result[name] for name in ("one", "two", "sure"))
    expected = log_marginal(6, 3) - log_marginal(1, 4)
    for number in (second.all_evidence, second.comparable):
        assert number is not None
        assert number.value == pytest.approx(expected, abs=ERRORS * number.se)
        assert 0 < number.se < 0.03
    assert third.comparable is not None
    certain = 12 * 0.4 * math.log(0.5) - log_marginal(1, 4)
    assert third.comparable.value == pytest.approx(certain, abs=ERRORS * third.comparable.se)
    assert first.all_evidence is not None
    assert (first.all_evidence.value, first.all_evidence.se) == (0, 0)


def test_larger_likelihood_ratios_earn_no_credit() -> None:
    """An indicator's ratio changes the marginal likelihood of all evidence, not that of the comparable evidence."""
    result = evidence(analyst("one", 1, 4, sign=2), analyst("two", 1, 4, sign=9))["two"]
    assert result.comparable is not None
    assert result.all_evidence is not None
    assert result.comparable.value == pytest.approx(0, abs=1e-5)
    assert result.all_evidence.value == pytest.approx(0.3 * math.log(9 / 2), abs=1e-5)


def test_evidence_that_analysts_weigh_differently_is_not_comparable() -> None:
    """Without comparable evidence all analysts are at 0."""
    result = evidence(analyst("one", 1, 4), analyst("two", 1, 4, relevance=0.9))["two"]
    assert result.comparable is not None
    assert result.all_evidence is not None
    assert (result.comparable.value, result.comparable.se) == (0, 0)
    assert result.all_evidence.value < -0.2


def test_a_failed_fit_has_no_probability_unless_asked_for() -> None:
    """Its result holds the verdict; the probabilities only on request."""
    assessment = analyst("three", 0.01, 80)
    failed = fit_analyst(Fitter(assessments=(assessment,), seed=1, method="importance", draws=100), assessment)
    assert not failed.converged, "a hundred draws are too few"
    assert AnalystResult.of(failed, with_unconverged=False).outcomes == {}
    assert set(AnalystResult.of(failed, with_unconverged=True).outcomes) == {"o"}
    assert AnalystResult.of(failed, with_unconverged=False).fit.verdict.failed


@repetitions(12, 60)
def test_errors_of_differences_are_those_of_repetition(repetitions: int) -> None:
    """Over many seeds, a difference spreads as far as its error says."""
    one, two = analyst("one", 2, 5), analyst("two", 3, 5)
    differences = [pairs(one, two, seed=seed)[0].difference for seed in range(repetitions)]
    spread = np.std([number.value for number in differences], ddof=1)
    mean_error = np.mean([number.se for number in differences])
    assert spread == pytest.approx(mean_error, rel=ERRORS / math.sqrt(2 * (repetitions - 1)))

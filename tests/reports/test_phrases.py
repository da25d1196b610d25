"""Phrases that documents share: counts, lists, conditions, words of probability, verdicts."""

from __future__ import annotations

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from estimative.model.inference.diagnostics import Check, Direction, Verdict
from estimative.model.inference.effort import Effort
from estimative.model.inference.estimates import Interval, ProbabilityEstimate
from estimative.model.inference.fit import by_importance
from estimative.model.inference.info import FitInfo, PriorSetInfo
from estimative.model.inference.posterior import Agreement
from estimative.model.spec.scenario_file import find_scenario, read_scenario
from estimative.priors.prior_set import Confidence
from estimative.reports import phrases
from estimative.reports.documents.common import reservation
from tests.prior_sets import all_at, assessed
from tests.small import small, weather


def estimate(value: float, se: float = 0.0, *, low: float = 0.1, high: float = 0.2) -> ProbabilityEstimate:
    interval = Interval(mass=0.9, low=low, high=high, low_se=0.0004, high_se=0.0004, ess=1000.0)
    return ProbabilityEstimate(value=value, se=se, sd=0.05, interval=interval, ess=1000.0)


def check(value: float | None, limit: float, direction: Direction, *, where: str = "") -> Check:
    return Check(name="k", value=value, limit=limit, direction=direction, passed=False, where=where)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "below 1% (0%)"),
        (0.01, "almost no chance (1.00%)"),
        (0.05, "very unlikely (5.00%)"),
        (0.2, "unlikely (20.0%)"),
        (0.45, "roughly even chance (45.0%)"),
        (0.55, "likely (55.0%)"),
        (0.8, "very likely (80.0%)"),
        (0.95, "almost certain (95.0%)"),
        (0.99, "almost certain (99.0%)"),
        (1.0, "above 99% (100%)"),
    ],
)
def test_a_probability_at_a_threshold_takes_the_upper_word(value: float, text: str) -> None:
    """A probability at the threshold of two bands has the upper word, with its number next to it."""
    assert phrases.judged(estimate(value)) == text


def test_the_interval_is_called_credible() -> None:
    """An interval is named by its mass and its kind; where nothing is uncertain there is none."""
    assert phrases.spread_of(estimate(0.06, low=0.012, high=0.149)) == (
        "90% credible interval, given the uncertainty in the inputs: 1.20% to 14.9%."
    )
    assert phrases.interval_kind(Interval(mass=0.895, low=0, high=1, low_se=0, high_se=0, ess=1000.0)).startswith(
        "89.5% credible"
    )
    assert "no interval" in phrases.spread_of(estimate(0.1, low=0.1, high=0.1))


@pytest.mark.parametrize(
    ("declared", "text"),
    [
        (("low", "", "", ""), "Analytic confidence: low."),
        (("low", "one dive.", "", "it may change"), "Analytic confidence: low. One dive. It may change."),
        (("high", "", "Checked twice.", ""), "Analytic confidence: high. Checked twice."),
    ],
)
def test_confidence_has_its_reasons(declared: tuple[str, str, str, str], text: str) -> None:
    """Each reason for the analytic confidence is a sentence, and missing ones are left out."""
    level, information_base, rigour, volatility = declared
    stated = Confidence(level=level, information_base=information_base, rigour=rigour, volatility=volatility)
    assert phrases.confidence(stated) == text


def test_confidence_of_another_analyst_is_that_of_the_other() -> None:
    """A set that extends another may take its confidence over."""
    taken = Confidence(level="low", information_base="one dive.", taken_from="mate")
    assert phrases.confidence(taken) == "Analytic confidence: low, taken from mate. One dive."


def test_confidence_that_nobody_declared_is_not_made_up() -> None:
    """Where no analytic confidence is declared, the document says so."""
    assert phrases.confidence(None) == "The analyst has not declared an analytic confidence."


@pytest.mark.parametrize(("count", "text"), [(0, "0 draws"), (1, "1 draw"), (2, "2 draws"), (10_000, "10,000 draws")])
def test_a_count_agrees_with_its_noun(count: int, text: str) -> None:
    """One is singular; zero and many are plural."""
    assert phrases.plural(count, "draw", "draws") == text


@pytest.mark.parametrize(
    ("names", "text"), [((), ""), (("a",), "a"), (("a", "b"), "a and b"), (("a", "b", "c"), "a, b and c")]
)
def test_names_are_listed_in_prose(names: tuple[str, ...], text: str) -> None:
    """Names are separated by commas, the last two by `and`."""
    assert phrases.listed(names) == text


def test_a_condition_names_what_happened_and_what_did_not() -> None:
    """The condition of an event names what it is given, then what forbids it; without either it is a dash."""
    scenario = weather()
    assert phrases.condition((), (), scenario) == "-"
    assert phrases.condition(("wind", "hail"), ("snow",), scenario) == "wind; hail; not: snow"


def fit_info(*checks: Check, draws: int = 10_000, ess: float = 5_215.0) -> FitInfo:
    prior_set = PriorSetInfo.of(small())
    verdict = Verdict.of("importance", checks)
    return FitInfo(prior_set=prior_set, method="importance", draws=draws, ess=ess, verdict=verdict)


def test_a_verdict_says_what_failed_and_what_is_needed() -> None:
    """A failed verdict has each failed check with its value, its place and its limit, and no other."""
    passed = Check.of("R-hat", 1.001, 1.01, "at most")
    rhat = Check.of("R-hat", 1.08, 1.01, "at most", "factors.wear")
    tail = Check.of("Pareto k", float("inf"), 0.7, "below")
    assert phrases.verdict(fit_info(passed, rhat, tail)) == (
        "Importance sampling: did not converge (R-hat 1.08 for factors.wear; needs at most 1.01; "
        "Pareto k infinite; needs below 0.7)"
    )


def test_a_verdict_that_passed_has_its_draws() -> None:
    """A verdict that passed says how many draws there were and how many of them count."""
    good = Check.of("R-hat", 1.001, 1.01, "at most")
    text = "Importance sampling: converged (10,000 draws; effective sample size 5,215 for the headline)"
    assert phrases.verdict(fit_info(good)) == text
    assert "(1 draw;" in phrases.verdict(fit_info(good, draws=1))


def test_what_has_no_uncertain_input_is_computed_exactly() -> None:
    """However many draws it has: they are all the same. Without intervals, there is nothing to say of intervals."""
    exact = replace(fit_info(draws=500), exact=True)
    assert phrases.verdict(exact).startswith("Computed exactly")
    assert "no probability has an interval" in reservation([exact, exact]).text
    assert "The interval reflects" in reservation([exact, fit_info()]).text
    assert FitInfo.of(by_importance(assessed(weather(), all_at(weather(), 0.3)), seed=1)).exact


@given(value=st.floats(0.7, 0.8), above=st.booleans())
@example(value=0.70000001, above=True)
@example(value=0.79999999, above=False)
def test_a_failed_check_does_not_look_passed(value: float, above: bool) -> None:
    """The value of a failed check, as it is shown, is on the wrong side of its limit, and not the limit itself."""
    limit = 0.7 if above else 0.8
    assume(value != limit)
    shown = float(phrases.failure(check(value, limit, "at most" if above else "at least")).split()[1].rstrip(";"))
    assert shown > limit if above else shown < limit


@pytest.mark.parametrize(
    ("difference", "error", "agree", "text"),
    [
        (0.0, 0.0, True, "agree."),
        (0.1, 0.0, False, "disagree."),
        (-0.01, 0.005, True, "agree: at most 2.0 joint standard errors apart (outcome closed)."),
        (-0.05, 0.005, False, "disagree: 10.0 joint standard errors apart (outcome closed)."),
    ],
)
def test_methods_agree_or_disagree(difference: float, error: float, agree: bool, text: str) -> None:
    """Whether the methods agree is shown in their joint standard errors, without a sign."""
    result = Agreement(agree=agree, outcome="closed", difference=difference, joint_se=error)
    assert phrases.agreement(result) == f"The two methods {text}"


@pytest.mark.parametrize(
    ("by_method", "failed", "text"),
    [
        ({}, 0, "No further fit was needed."),
        ({"importance": 1}, 0, "1 fit by importance sampling; it converged."),
        ({"importance": 1}, 1, "1 fit by importance sampling; it did not converge."),
        ({"importance": 7}, 0, "7 fits by importance sampling; all converged."),
        (
            {"importance": 1, "nuts": 1},
            1,
            "2 fits (1 by importance sampling and 1 by NUTS); 1 of them did not converge.",
        ),
        ({"nuts": 3}, 3, "3 fits by NUTS; none converged."),
    ],
)
def test_fits_are_counted_once(by_method: dict[str, int], failed: int, text: str) -> None:
    """The number of fits is said once, and again only by method where there are several."""
    effort = Effort(fits=sum(by_method.values()), by_method=by_method, failed=failed, worst=())
    assert phrases.fits(effort) == text


@pytest.mark.parametrize(
    ("name", "value", "text", "bare"),
    [
        ("events.attack", 0.0134, "1.3%", "1.3%"),
        ("events.attack", 0.997, "100%", "100%"),
        ("events.invasion", 0.02, "0.02 per year", "0.02 per year"),
        ("events.invasion", 172.4, "170 per year", "170 per year"),
        ("effects.attack.plan", 12.0008, "a ratio of 12", "12"),
        ("effects.attack.plan", 99.7, "a ratio of 100", "100"),
        ("factors.alignment", 0.15, "0.15", "0.15"),
    ],
)
def test_a_value_of_an_input_has_two_digits(name: str, value: float, text: str, bare: str) -> None:
    """Never a power of ten where a reader expects a number; without its noun where there is little room."""
    scenario = read_scenario(find_scenario("coordinated-attack"))
    assert phrases.input_value(name, value, scenario) == text
    assert phrases.bare_value(name, value, scenario) == bare

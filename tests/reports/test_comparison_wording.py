"""From the numbers of a comparison to words, phrase by phrase."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimative.model.disagreement.analysts import LogEvidence
from estimative.model.inference.mc_estimate import MCEstimate
from estimative.reports import wording
from estimative.reports.comparison import wording as words
from estimative.reports.comparison.summarizing import foresight
from estimative.reports.comparison.summary import Attribution, Effort
from estimative.reports.summary import Check
from tests.comparisons import EFFORT, LOG_ODDS, SHARES, decomposition, number, share, turned


def attribution(shares: Mapping[str, float], *, orders: int = 0) -> Attribution:
    """A difference between an engineer and a sceptic, shared out."""
    return Attribution(
        first="engineer", second="sceptic", decomposition=decomposition(shares, orders=orders), effort=EFFORT
    )


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("factors.wear", "wear"),
        ("events.leak", "the baseline of leak"),
        ("effects.closing.wear", "the effect of wear on closing"),
        ("tables.flood.rain+melt", "the chance of flood given rain+melt"),
        ("evidence.dive", "the weight of dive"),
        ("motives.diver", "the motive behind diver"),
        ("relevance.closures", "the relevance of closures"),
        ("independence.dive", "the independence of dive"),
        ("mood", "mood"),
    ],
)
def test_a_quantity_is_spoken_of_by_what_it_does(name: str, told: str) -> None:
    """What can be disagreed on is told in words, not by its name in the file."""
    assert wording.spoken(name) == told


@pytest.mark.parametrize(
    ("value", "error", "told"),
    [
        (1.22, 0.01, "+5.3 ± 0.04"),
        (-1.22, 0.01, "-5.3 ± 0.04"),
        (0.0, 0.01, "0 ± 0.04"),
        (0.0, 0.0, "0"),
        (0.5, 0.0, "+2.17"),
        (0.001, 0.01, "less than 0.1"),
    ],
)
def test_log_odds_are_told_in_decibans(value: float, error: float, told: str) -> None:
    """Log-odds are told in decibans with sign and error; nothing has no sign, and what is too small no error."""
    assert wording.decibans(number(value, error)) == told


@given(se=st.floats(1e-4, 0.1), sampling=st.floats(1e-4, 0.1))
def test_both_errors_count(se: float, sampling: float) -> None:
    """The error of a share is that of Monte Carlo and that of sampling orders together."""
    one = replace(share("factors.wear", 1.0, se=se), sampling_error=sampling)
    told = wording.decibans(one.share, sampling_error=one.sampling_error).partition(" ± ")[2]
    assert float(told) == pytest.approx(4.3429 * math.hypot(se, sampling), rel=0.51)
    assert float(told) == float(f"{4.342944819 * math.hypot(se, sampling):.1g}")


@pytest.mark.parametrize(
    ("value", "error", "told"),
    [
        (0.0, 0.0, "0"),
        (1.0, 0.0, "1.00"),
        (0.004, 0.001, "below 0.01"),
        (0.996, 0.001, "above 0.99"),
        (0.004, 0.02, "less than 0.1"),
        (0.43712, 0.0001, "0.44"),
        (0.43712, 0.02, "0.4"),
    ],
)
def test_a_share_of_one_is_told_to_two_decimals(value: float, error: float, told: str) -> None:
    """A number from 0 to 1 has two decimals at most; one near an end is not called the end, nor nearer than it is."""
    assert words.share_of_one(number(value, error)) == told


def test_what_the_draws_cannot_tell_is_unknown() -> None:
    """A marginal likelihood that is not known is called unknown, another told with its error."""
    assert words.foresaw(None) == "unknown"
    assert words.foresaw(number(-5.71, 0.09)) == "-5.7 ± 0.09"


def test_foresight_is_told_against_the_first_who_is_told() -> None:
    """Where the first analyst is withheld, the next is nought and the others are reckoned from there."""
    second = LogEvidence(everything=None, figures=MCEstimate(value=2.0, influence=np.array([0.1, 0.1])))
    third = LogEvidence(everything=None, figures=MCEstimate(value=-1.5, influence=np.array([0.1, 0.4])))
    assert foresight(second, second).figures == number(0.0, 0.0)
    found = foresight(third, second)
    assert found.everything is None
    assert found.figures
    assert found.figures.value == -3.5
    assert found.figures.se == pytest.approx(0.3)


def test_a_difference_is_told_from_the_higher_analyst() -> None:
    """Of a negative gap the second analyst is told first, and every share changes its sign."""
    down = attribution(turned(SHARES))
    up = words.oriented(down)
    assert (up.first, up.second) == ("sceptic", "engineer")
    assert up.decomposition.gap.value == -down.decomposition.gap.value
    for one, other in zip(up.decomposition.quantities, down.decomposition.quantities, strict=True):
        assert one.share.value == -other.share.value
        assert one.first_in.value == -other.first_in.value
        assert one.last_in.value == -other.last_in.value
    assert words.oriented(attribution(SHARES)) == attribution(SHARES)


ODDS = "engineer gives the headline {0} times the odds that sceptic gives it. "
WHOLE = ODDS + "Of this factor of {0}, whose parts multiply, "


@pytest.mark.parametrize(
    ("shares", "factor", "told"),
    [
        ({}, "", "engineer and sceptic agree on everything."),
        ({"factors.wear": 1.0}, "2.7", WHOLE + "wear accounts for 2.72."),
        (
            {"factors.wear": 0.7, "events.leak": 1.4},
            "8.2",
            WHOLE + "the baseline of leak accounts for 4.06 and wear for 2.01.",
        ),
        (
            {"factors.wear": 0.7, "events.leak": 1.4, "evidence.dive": 0.001},
            "8.2",
            WHOLE + "the baseline of leak accounts for 4.06, wear for 2.01 and what else they disagree on for 1.00.",
        ),
        (
            {"factors.wear": 0.7, "events.leak": -0.4},
            "1.35",
            WHOLE + "wear accounts for 2.01. Against it works the baseline of leak (0.67).",
        ),
        (
            {"factors.wear": 0.7, "events.leak": -0.2, "evidence.dive": -0.1},
            "1.49",
            WHOLE + "wear accounts for 2.01. "
            "Against it work the baseline of leak (0.82) and the weight of dive (0.90).",
        ),
        (
            {"factors.wear": 0.001, "events.leak": 0.0},
            "1.00",
            ODDS + "Nothing they disagree on accounts for it by itself.",
        ),
    ],
)
def test_a_difference_is_told_by_its_largest_parts(shares: dict[str, float], factor: str, told: str) -> None:
    """The parts that are clear of noise are named with their factors, the largest first, then what works against."""
    assert words.attribution(attribution(shares)) == told.format(factor)


def test_a_sentence_names_five_quantities() -> None:
    """However much two analysts disagree on, a sentence names five quantities and takes the rest together."""
    told = words.attribution(attribution({f"factors.f{index}": 0.1 * (index + 1) for index in range(8)}))
    assert re.findall(r"f\d", told) == ["f7", "f6", "f5", "f4", "f3"]
    assert "and what else they disagree on for 1.82." in told


@given(values=st.lists(LOG_ODDS, min_size=1, max_size=9))
def test_factors_multiply_to_the_whole(values: list[float]) -> None:
    """The factors in the sentence, those against it included, multiply to the whole, as far as digits go."""
    shares = {f"factors.f{index}": value for index, value in enumerate(values)}
    found = words.oriented(attribution(shares))
    told = words.attribution(found)
    parts = re.findall(r"(?: for | \()([\d.,]*\d)", told)
    product = math.prod(float(part.replace(",", "")) for part in parts)
    if parts and "less than" not in told:
        loss = 0.02 * len(parts) + found.decomposition.gap.value * 0.001
        assert math.log(product) == pytest.approx(found.decomposition.gap.value, abs=0.1 + loss)


@pytest.mark.parametrize(
    ("shares", "told"),
    [
        ({}, "nothing by itself"),
        ({"factors.wear": 0.003}, "nothing by itself"),
        ({"factors.wear": 1.0, "events.leak": -1.2}, "the baseline of leak -5.21, wear +4.34"),
    ],
)
def test_main_shares_are_the_largest_either_way(shares: dict[str, float], told: str) -> None:
    """What does most is named first, whichever way it works; what is lost in noise is not named."""
    assert words.main_shares(decomposition(shares)) == told


def test_a_spread_is_told_as_a_deviation_and_a_factor() -> None:
    """How far analysts are apart is told as a standard deviation in decibans, and as a factor in the odds."""
    assert words.spread(number(1.21, 0.01), 3) == (
        "Between the 3 analysts the log-odds of the headline have a standard deviation of 4.8 decibans: a factor of "
        "3.0 in the odds."
    )
    assert "deviation of 0 decibans: a factor of 1.00 " in words.spread(number(0.0, 0.0), 3)
    assert "deviation of 0 decibans" in words.spread(number(-1e-9, 0.0), 3)


def test_agreeing_names_what_brings_analysts_together() -> None:
    """The quantities whose agreement takes away most of the variance are named, and what one alone would leave."""
    assert words.agreeing(decomposition({"factors.wear": 0.5, "events.leak": 0.4, "evidence.dive": -0.1})) == (
        "What would bring them together most, if they agreed on it: wear (62.5 % of the variance) and the baseline "
        "of leak (50.0 % of the variance). If they agreed on wear and on nothing else, the standard deviation would be "
        "1.0 decibans. Agreeing on the weight of dive would drive them further apart."
    )
    assert words.agreeing(decomposition({"factors.wear": 0.001})).startswith("No single quantity")
    assert words.agreeing(decomposition({})).startswith("No single quantity")


@pytest.mark.parametrize(("alone", "told"), [(0.0, "3.88"), (0.6, "1.94"), (0.8, "0"), (0.9, "0")])
def test_what_is_left_is_a_standard_deviation(alone: float, told: str) -> None:
    """What agreement on one thing alone would leave is a standard deviation in decibans, never below nought."""
    one = replace(share("factors.wear", 0.5), first_in=number(alone))
    assert words.left(one, number(0.8)) == told


def test_without_variance_there_are_no_shares() -> None:
    """Where analysts come to the same number by different ways, shares of the variance are dashes."""
    some = share("factors.wear", 0.0)
    assert words.part_of(some, number(0.0)) == "-"
    assert words.together([some, some], number(0.0)) == "-"
    assert words.together([share("factors.wear", 0.1), share("factors.rain", 0.3)], number(0.5)) == "80 %"


def check(value: float | None, *, limit: float = 0.7, passed: bool = True) -> Check:
    """A check of an effort."""
    return Check(name="Pareto k", value=value, limit=limit, direction="below", passed=passed, where="")


@pytest.mark.parametrize(
    ("effort", "orders", "told"),
    [
        (EFFORT, 16, "Blocks' shares are taken over all orders; those within a block are averages over 16 "),
        (
            EFFORT,
            0,
            "Shares are taken over all orders. 412 fits (410 by importance sampling and 2 by NUTS), and every ",
        ),
        (replace(EFFORT, fits=1, by_method={"nuts": 1}), 0, "1 fit (1 by NUTS), and every one converged."),
        (replace(EFFORT, failed=1), 0, "and 1 fit did not converge."),
        (replace(EFFORT, failed=2), 0, "and 2 fits did not converge."),
        (replace(EFFORT, worst=()), 0, "and every one converged."),
        (replace(EFFORT, worst=(check(None, passed=False),)), 0, "worst: Pareto k infinite (below 0.7 is needed)."),
        (replace(EFFORT, worst=(check(None),)), 0, "At worst: Pareto k: no weight stood out."),
        (replace(EFFORT, fits=0, by_method={}, worst=()), 0, "Nothing had to be fitted anew."),
        (replace(EFFORT, worst=(check(0.0),)), 0, "At worst: Pareto k 0 (below 0.7 is needed)."),
        (replace(EFFORT, worst=(check(0.0000123),)), 0, "At worst: Pareto k 0.000012 (below 0.7 is needed)."),
        (replace(EFFORT, worst=(check(-0.456), check(1234.5))), 0, "k -0.46 (below 0.7 is needed); Pareto k 1,234 ("),
    ],
)
def test_an_effort_is_told_with_how_it_went(effort: Effort, orders: int, told: str) -> None:
    """The fits behind a decomposition are counted by method, with those that failed and each check at its worst."""
    assert told in words.effort(effort, orders)
    assert words.effort(effort, orders).endswith(".")
    assert ("At worst" in words.effort(effort, orders)) == bool(effort.worst)

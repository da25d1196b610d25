"""From numbers to words, phrase by phrase."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from estimative.priors.prior_set import LEVELS
from estimative.priors.verbal_scale import ICD203
from estimative.reports import document, wording
from estimative.reports.blocks import Block, Caution, Heading, Listing, Paragraph
from estimative.reports.summary import Agreement, Check, Confidence, Dependence, Summary
from tests.reports_made import full
from tests.summaries import CASES, FAILED, IMPORTANCE, interval, probability, summaries

SIZES = st.floats(-12, 12).map(lambda power: 10.0**power)
VALUES = st.one_of(SIZES, SIZES.map(lambda size: -size), st.floats(0, 1))
ERRORS = st.one_of(st.just(0.0), SIZES)
LEVEL = re.compile(r"\b(low|moderate|high)\b")
WORDS = re.compile("|".join(rf"\b{word}\b" for word in sorted(ICD203.words, key=len, reverse=True)))


def unit(shown: str, value: float, error: float) -> float:
    """What the last digit told of a number counts; zeros before the decimal point may stand for digits not told."""
    if "." in shown:
        return 10.0 ** -len(shown.partition(".")[2])
    return 10.0 ** max(
        0,
        math.floor(math.log10(abs(value)) + 1e-9) - 2 if value else 0,
        math.ceil(math.log10(error) - 1e-9) if error else 0,
    )


def most_digits(shown: str) -> int:
    """The significant digits of a number as shown, zeros before the decimal point left out."""
    digits = shown.replace(",", "").lstrip("-")
    return len(digits.replace(".", "").lstrip("0") if "." in digits else digits.rstrip("0"))


@given(value=VALUES, error=ERRORS)
def test_a_number_is_shown_to_half_its_last_digit(value: float, error: float) -> None:
    """What is shown differs from the value by at most half of its last digit; what is too small is below its bound."""
    shown = wording.rounded(value, error).replace(",", "")
    if shown.startswith("less than "):
        assert abs(value) <= float(shown.removeprefix("less than ")) / 2 * (1 + 1e-9)
    else:
        assert abs(float(shown) - value) <= unit(shown, value, error) / 2 * (1 + 1e-6)


@given(value=VALUES, error=SIZES)
def test_no_digit_is_finer_than_the_error(value: float, error: float) -> None:
    """The last digit of a number counts at least one standard error, and so does the bound of one too small to tell."""
    shown = wording.rounded(value, error).removeprefix("less than ").replace(",", "")
    if "." in shown:
        assert unit(shown, value, error) >= error * (1 - 1e-6)
    else:
        assert float(shown) % max(1.0, 10.0 ** math.ceil(math.log10(error) - 1e-9)) == 0


@given(value=VALUES, error=ERRORS)
def test_three_significant_digits_are_the_most(value: float, error: float) -> None:
    """However exact a number is, three of its digits are told."""
    assert most_digits(wording.rounded(value, error).removeprefix("less than ")) <= 3


@pytest.mark.parametrize(
    ("value", "error", "shown"),
    [
        (0.0, 0.0, "0 %"),
        (1.0, 0.0, "100 %"),
        (0.0613, 0.0008, "6.1 %"),
        (0.0613, 0.001, "6.1 %"),
        (0.0613, 0.0011, "6 %"),
        (0.5, 0.0, "50.0 %"),
        (0.00042, 0.000009, "0.042 %"),
        (1e-7, 0.0, "0.0000100 %"),
        (1e-7, 1e-5, "less than 0.001 %"),
        (0.003, 0.08, "less than 10 %"),
        (0.96, 0.0004, "96.0 %"),
    ],
)
def test_a_probability_is_told_in_per_cent(value: float, error: float, shown: str) -> None:
    """A probability is told in per cent, to the digit that its error supports."""
    assert wording.percent(value, error) == shown


@pytest.mark.parametrize(
    ("value", "error", "shown"),
    [
        (0.0, 0.0, "0"),
        (-0.0, 0.0, "0"),
        (1.0, 0.0, "1.00"),
        (9.996, 0.0, "10.0"),
        (0.99996, 0.0, "1.00"),
        (1234.0, 0.0, "1,230"),
        (1234.0, 60.0, "1,200"),
        (-0.26, 0.1, "-0.3"),
        (6.0, 8.0, "10"),
        (999.96, 0.0, "1,000"),
        (0.5, 0.1, "0.5"),
    ],
)
def test_a_plain_number_is_told_to_its_error(value: float, error: float, shown: str) -> None:
    """A number without error is told to three digits, one with an error to that error."""
    assert wording.rounded(value, error) == shown


def test_infinity_is_told_in_a_word() -> None:
    """Infinity is told in a word, and what is not a number is not called infinite."""
    assert wording.rounded(math.inf, 0.0) == "infinite"
    assert "infinite" not in wording.rounded(math.nan, 0.0)


def test_an_interval_is_told_by_its_ends() -> None:
    """An interval is told by both ends, each to the digit that its own error supports."""
    assert wording.span(interval(0.012, 0.149, error=0.0004)) == "1.2 to 14.9 %"
    assert wording.span(replace(interval(0.0012, 0.149, error=0.0), high_se=0.002)) == "0.120 to 15 %"


def test_an_interval_is_named_by_mass_and_kind() -> None:
    """An interval is called a credible interval, with its mass and its kind."""
    assert wording.kind_of(interval(0.1, 0.2)) == "90 % equal-tailed credible interval"
    assert wording.kind_of(replace(interval(0.1, 0.2), mass=0.895)) == "89.5 % equal-tailed credible interval"


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (0.0, "below 1 % (0 %)"),
        (0.01, "almost no chance (1.00 %)"),
        (0.05, "very unlikely (5.00 %)"),
        (0.2, "unlikely (20.0 %)"),
        (0.45, "roughly even chance (45.0 %)"),
        (0.55, "likely (55.0 %)"),
        (0.8, "very likely (80.0 %)"),
        (0.95, "almost certain (95.0 %)"),
        (0.99, "almost certain (99.0 %)"),
        (1.0, "above 99 % (100 %)"),
    ],
)
def test_a_probability_on_a_border_takes_the_upper_word(value: float, told: str) -> None:
    """A probability on the border of two bands is told with the upper word, and its number beside it."""
    assert wording.judged(probability(value)) == told


@pytest.mark.parametrize("value", [0.0099996, 0.04996, 0.1996, 0.4499, 0.5499, 0.7996, 0.9499, 0.99003])
def test_word_and_number_do_not_contradict_each_other(value: float) -> None:
    """The word beside a number is one that the number, as it is shown, may have."""
    number = probability(value, 0.001)
    shown = float(wording.percent(value, 0.001).removesuffix(" %")) / 100
    bands = {str(ICD203.word(min(max(shown + step, 0.0), 1.0))) for step in (-1e-9, 0.0, 1e-9)}
    assert any(band in wording.judged(number) for band in bands), wording.judged(number)
    assert "below 1 % (1.0 %)" not in wording.judged(number)
    assert "above 99 % (99.0 %)" not in wording.judged(number)


def test_the_key_judgement_says_what_by_when() -> None:
    """The key judgement is one sentence with the outcome, the horizon, the word and the number."""
    told = wording.key_judgement("the county closes the bridge.", probability(0.0613, 0.0008), "2027-12-31")
    assert told == "The county closes the bridge by 2027-12-31: very unlikely (6.1 %)."


def test_an_exact_number_is_called_exact() -> None:
    """Where there is no Monte Carlo error the number is called exact; where there is one it is told."""
    assert wording.uncertainty(probability(0.3)).endswith("The number itself is exact.")
    assert wording.uncertainty(probability(0.3, 0.002)).endswith("has a Monte Carlo standard error of 0.2 %.")


@pytest.mark.parametrize(
    ("declared", "told"),
    [
        (("low", "", "", ""), "low."),
        (("low", "one dive.", "", "it may change"), "low. One dive. It may change."),
        (("high", "", "Checked twice.", ""), "high. Checked twice."),
    ],
)
def test_confidence_is_told_with_its_reasons(declared: tuple[str, str, str, str], told: str) -> None:
    """Analytic confidence is told as a declaration, each of its reasons a sentence, missing ones left out."""
    level, information_base, rigour, volatility = declared
    stated = Confidence(level=level, information_base=information_base, rigour=rigour, volatility=volatility)
    assert wording.confidence(stated) == f"Analytic confidence, as the analyst declares it: {told}"


def test_confidence_that_nobody_declared_is_not_made_up() -> None:
    """Where no analytic confidence is declared, the report says so."""
    assert wording.confidence(None) == "The analyst has declared no analytic confidence."


def dependence(share: float | None = 0.43, *, shift: float = 3.08, free: int = 2, untouched: int = 1) -> Dependence:
    """How much of a headline is prior."""
    return Dependence(
        prior_share=share, sd_before=1.0, sd_after=0.5, shift_decibans=shift, free=free, untouched=untouched
    )


@pytest.mark.parametrize("shift", [3.08, -3.08])
def test_the_evidence_moves_the_odds_up_or_down(shift: float) -> None:
    """The direction in which the evidence moved the headline is told in a word, its size without a sign."""
    told = wording.prior_dependence(dependence(shift=shift))
    assert ("up" if shift > 0 else "down") in told
    assert "3.1 decibans" in told
    assert "-3.1" not in told


@pytest.mark.parametrize("share", [0.0, 0.2499, 0.25, 0.5, 0.75, 0.999, 1.0, 1.0001, 3.0])
def test_any_share_of_the_prior_is_told_in_one_sentence(share: float) -> None:
    """However much of the prior remains, one sentence says so, with the share in it."""
    told = wording.prior_dependence(dependence(share))
    assert told.count(". ") == 0
    assert f"{100 * share:.0f} %" in told


def test_a_headline_without_spread_has_no_prior_share() -> None:
    """Where constants alone lie behind the headline, no share is told."""
    assert "%" not in wording.prior_dependence(dependence(None))


@pytest.mark.parametrize("counts", [(1, 0), (1, 1), (2, 0), (2, 1), (2, 2)])
def test_one_free_quantity_is_told_in_the_singular(counts: tuple[int, int]) -> None:
    """A single free quantity is told in the singular and needs no plural pronoun."""
    free, untouched = counts
    told = wording.prior_dependence(dependence(free=free, untouched=untouched))
    assert ("quantities" in told) == (free != 1)
    if free == 1:
        assert "their" not in told


@pytest.mark.parametrize(("count", "told"), [(0, "0 draws"), (1, "1 draw"), (2, "2 draws"), (10_000, "10,000 draws")])
def test_a_count_agrees_with_its_noun(count: int, told: str) -> None:
    """One is singular; nought and many are plural."""
    assert wording.plural(count, "draw", "draws") == told


@pytest.mark.parametrize(
    ("names", "told"), [((), ""), (("a",), "a"), (("a", "b"), "a and b"), (("a", "b", "c"), "a, b and c")]
)
def test_names_are_listed_in_prose(names: tuple[str, ...], told: str) -> None:
    """Names are parted by commas, the last two by `and`."""
    assert wording.listed(names) == told


@pytest.mark.parametrize(
    ("required", "excluded", "told"),
    [((), (), "-"), (("a",), (), "a"), ((), ("b",), "no b"), (("a", "c"), ("b", "d"), "a, c, no b, no d")],
)
def test_a_condition_is_told_by_what_happened_and_what_did_not(
    required: tuple[str, ...], excluded: tuple[str, ...], told: str
) -> None:
    """A link's condition names what it needs, then what forbids it; without either it is a dash."""
    assert wording.condition(required, excluded) == told


def test_a_verdict_says_what_failed_and_what_is_needed() -> None:
    """A verdict that failed tells each failed check with its value, its place and its limit, and no other."""
    told = wording.verdict("nuts", FAILED)
    assert told == (
        "NUTS: did not converge (R-hat 1.08 at factors.wear, at most 1.01 is needed; "
        "bulk ESS 57.2 at factors.wear, at least 400 is needed; Pareto k infinite, below 0.7 is needed)"
    )


def test_a_verdict_that_passed_tells_its_draws() -> None:
    """A verdict that passed tells how many draws there were and how many of them count."""
    assert wording.verdict("importance", IMPORTANCE) == (
        "importance sampling: converged (10,000 draws, effectively 5,215 for the headline)"
    )
    assert "1 draw," in wording.verdict("importance", replace(IMPORTANCE, draws=1, effective=1.0))


@given(value=st.floats(0.7, 0.8), above=st.booleans())
def test_a_failed_check_does_not_look_passed(value: float, above: bool) -> None:
    """The value of a failed check, as it is shown, lies on the wrong side of the limit shown beside it, or on it."""
    limit = 0.7 if above else 0.8
    check = Check(
        name="k", value=value, limit=limit, direction="at most" if above else "at least", passed=False, where=""
    )
    assume(value != limit)
    shown = float(wording.failure(check).split()[1].rstrip(","))
    assert shown >= limit if above else shown <= limit


@pytest.mark.parametrize(("value", "limit", "direction"), [(1.0104, 1.01, "at most"), (399.7, 400.0, "at least")])
def test_a_failed_check_near_its_limit_can_be_told_from_it(value: float, limit: float, direction: str) -> None:
    """A check that failed by little is shown with the digits in which it differs from its limit."""
    check = Check(name="k", value=value, limit=limit, direction=direction, passed=False, where="")
    assert not wording.failure(check).startswith(f"k {limit:g},")


def agreement(difference: float, error: float, *, holds: bool) -> Agreement:
    """Two methods, so far apart."""
    return Agreement(holds=holds, outcome="closed", difference=difference, joint_se=error)


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (agreement(0.0, 0.0, holds=True), "agree exactly."),
        (agreement(0.1, 0.0, holds=False), "disagree."),
        (agreement(-0.01, 0.005, holds=True), "agree: at most 2.0 joint standard errors apart (at closed)."),
        (agreement(-0.05, 0.005, holds=False), "disagree: 10.0 joint standard errors apart (at closed)."),
    ],
)
def test_methods_agree_or_disagree(found: Agreement, told: str) -> None:
    """Whether the methods agree is told in their joint standard errors, without a sign."""
    assert wording.agreement(found) == f"The two methods {told}"


def texts(block: Block) -> list[str]:
    """The running text of a block; that of a table has no sentences."""
    match block:
        case Heading() | Paragraph() | Caution():
            return [block.text]
        case Listing():
            return list(block.points)
        case _:
            return []


def sentences(summary: Summary) -> list[str]:
    """Every sentence of every document about a summary."""
    documents = [document.brief(summary), full(summary)]
    paragraphs = [text for told in documents for block in told for text in texts(block)]
    return [sentence for text in paragraphs for sentence in re.split(r"(?<=[.!?]) ", text)]


@pytest.mark.parametrize("name", CASES)
def test_no_sentence_mixes_likelihood_and_confidence(name: str) -> None:
    """No sentence holds a word of estimative probability and a level of confidence (ICD 203, D.6.e(2)(b))."""
    assert not [s for s in sentences(CASES[name]) if WORDS.search(s.lower()) and LEVEL.search(s.lower())]


@pytest.mark.parametrize(("level", "value"), list(product(LEVELS, (0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.97))))
def test_no_word_of_the_scale_meets_a_level_of_confidence(level: str, value: float) -> None:
    """Whatever the headline and the confidence are, they are told in different sentences."""
    summary = CASES["full"]
    changed = replace(
        summary,
        outcomes={"closed": replace(summary.outcomes["closed"], probability=value, term=str(ICD203.word(value)))},
        prior_set=replace(
            summary.prior_set, confidence=Confidence(level=level, information_base="", rigour="", volatility="")
        ),
    )
    told = sentences(changed)
    assert any(level in sentence for sentence in told)
    assert any(WORDS.search(sentence.lower()) for sentence in told)
    assert not [s for s in told if WORDS.search(s.lower()) and LEVEL.search(s.lower())]


@settings(max_examples=25, deadline=None)
@given(summary=summaries())
def test_an_interval_is_never_called_a_confidence_interval(summary: Summary) -> None:
    """The words "confidence interval" are nowhere, and every interval in a sentence is called credible."""
    for sentence in sentences(summary):
        assert "confidence interval" not in sentence.lower()
        if "equal-tailed" in sentence:
            assert "credible interval" in sentence

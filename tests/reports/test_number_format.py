"""Numbers as text: no digit finer than its error, and none that misleads."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from estimative.model.inference.estimates import Interval
from estimative.model.inference.mc_estimate import MCEstimate
from estimative.reports import number_format
from estimative.reports.number_format import rounded

SIZES = st.floats(-12, 12).map(lambda power: 10.0**power)
VALUES = st.one_of(SIZES, SIZES.map(lambda size: -size), st.floats(0, 1))
ERRORS = st.one_of(st.just(0.0), SIZES)


def number(value: float, error: float = 0.0) -> MCEstimate:
    return MCEstimate(value=value, own_variance=error**2)


def unit(shown: str, value: float, error: float) -> float:
    """What the last digit that is shown counts; zeros before the decimal point may stand for rounded digits."""
    if "." in shown:
        return 10.0 ** -len(shown.partition(".")[2])
    return 10.0 ** max(
        0,
        math.floor(math.log10(abs(value)) + 1e-9) - 2 if value else 0,
        math.floor(math.log10(error) + 1e-9) if error else 0,
    )


@given(value=VALUES, error=ERRORS)
def test_a_number_is_shown_to_half_its_last_digit(value: float, error: float) -> None:
    """What is shown differs from the value by at most half of its last digit; what is too small is below its bound."""
    shown = rounded(value, error).replace(",", "")
    if shown.startswith("less than "):
        assert abs(value) <= float(shown.removeprefix("less than ")) * (1 + 1e-9)
    else:
        assert abs(float(shown) - value) <= unit(shown, value, error) / 2 * (1 + 1e-6)


@given(value=VALUES, error=SIZES)
def test_the_last_digit_is_the_first_of_the_error(value: float, error: float) -> None:
    """The last digit of a number has the place of the error's first; the bound of one that is too small is an error."""
    text = rounded(value, error)
    shown = text.removeprefix("less than ").replace(",", "")
    if text.startswith("less than "):
        assert float(shown) >= error * (1 - 1e-6)
    elif error <= 1e-12 * abs(value):
        assert text == rounded(value, 0.0)
    elif "." in shown:
        assert unit(shown, value, error) > error / 10 * (1 - 1e-6)
    else:
        assert float(shown) % max(1.0, 10.0 ** math.floor(math.log10(error) + 1e-9)) == 0


@given(value=VALUES, error=ERRORS)
def test_three_significant_digits_are_the_most(value: float, error: float) -> None:
    """However exact a number is, three of its digits are shown, and none as an exponent."""
    shown = rounded(value, error).removeprefix("less than ")
    digits = shown.replace(",", "").lstrip("-")
    assert "e" not in digits
    assert len(digits.replace(".", "").lstrip("0") if "." in digits else digits.rstrip("0")) <= 3


@pytest.mark.parametrize(
    ("value", "error", "shown"),
    [
        (0.0, 0.0, "0%"),
        (1.0, 0.0, "100%"),
        (0.0613, 0.0008, "6.13%"),
        (0.0474, 0.0010, "4.7%"),
        (0.9996, 0.0, "99.96%"),
        (0.99954, 0.00008, "99.95%"),
        (0.99996, 0.0002, "over 99.9%"),
        (0.0613, 0.001, "6.1%"),
        (0.0613, 0.0011, "6.1%"),
        (0.5, 0.0, "50.0%"),
        (0.00042, 0.000009, "0.0420%"),
        (1e-7, 0.0, "0.0000100%"),
        (1e-7, 1e-5, "less than 0.001%"),
        (0.003, 0.08, "less than 10%"),
        (0.96, 0.0004, "96.0%"),
    ],
)
def test_a_probability_is_shown_in_percent(value: float, error: float, shown: str) -> None:
    """A probability is shown in percent, to the digit that its error supports."""
    assert number_format.percent(number(value, error)) == shown


@pytest.mark.parametrize(
    ("value", "error", "shown"),
    [
        (0.0, 0.0, "0"),
        (-0.0, 0.0, "0"),
        (1.0, 0.0, "1.00"),
        (9.996, 0.0, "10.0"),
        (0.99996, 0.0, "1.00"),
        (1234.0, 0.0, "1,230"),
        (1234.0, 60.0, "1,230"),
        (1234.0, 120.0, "1,200"),
        (-0.26, 0.1, "-0.3"),
        (6.0, 8.0, "less than 10"),
        (999.96, 0.0, "1,000"),
        (0.5, 0.1, "0.5"),
        (math.inf, 0.0, "infinite"),
        (math.nan, 0.0, "unknown"),
    ],
)
def test_a_plain_number_is_shown_to_its_error(value: float, error: float, shown: str) -> None:
    """A number without error is shown to three digits, one with an error to that error."""
    assert rounded(value, error) == shown


def test_an_interval_is_shown_by_its_ends() -> None:
    """Each end to the digit that its own error supports; ends that coincide are exact."""
    both = Interval(mass=0.9, low=0.012, high=0.149, low_se=0.0004, high_se=0.0004, ess=1000.0)
    assert number_format.interval(both) == "1.20% to 14.9%"
    assert number_format.interval(replace(both, low=0.0012, low_se=0.0, high_se=0.002)) == "0.120% to 14.9%"
    assert number_format.interval(replace(both, low=0.149)) == "exact"


def test_a_difference_of_log_odds_is_shown_as_decibans_or_as_a_factor() -> None:
    """Ten decibans are a factor of ten on the odds; a factor below 1 is shown as what it divides by."""
    for sign in (1, -1):
        ten = number(sign * math.log(10), 0.01)
        assert number_format.plain_decibans(ten) == f"{'+' if sign > 0 else '-'}10.0"
        assert number_format.decibans(ten) == f"{'+' if sign > 0 else '-'}10.0 \u00b1 0.04"
        assert number_format.multiple(ten) == "10.0"
    assert number_format.factor(number(-math.log(10))) == "0.100"
    assert number_format.multiple(number(1000.0)) == "over 1,000,000,000,000"


def test_a_change_within_its_error_is_no_change() -> None:
    """Its table cell is 0, and it is not significant; a number without bound is."""
    small = number(0.003, 0.01)
    assert number_format.change(small.value, small.se) == "0"
    assert not number_format.significant(small)
    assert number_format.significant(number(-0.03, 0.01))
    assert number_format.significant(None)

"""Numbers as text: no digit finer than its error, probabilities in percent, log-odds in decibans."""

from __future__ import annotations

import math
from typing import Protocol

from estimative.model.inference.estimates import ROUNDING, Interval

DECIBANS = 10 / math.log(10)
"""In one natural unit of log-odds (Good 1950)."""
MAX_FACTOR = 1e12
"""A larger factor on the odds is not worth its digits."""
LARGEST_PLACE = 308
"""Floats have no larger power of ten."""
FINEST_PLACE = -9
"""Exponent of the last decimal: what is smaller than a billionth is shown as less than that."""
MAX_DIGITS = 3
"""Significant digits of a number without error."""
SIGNIFICANT_SE = 2.0
"""Standard errors that a number has to be away from zero before a sentence relies on its sign."""


class Uncertain(Protocol):
    """A number with its standard error."""

    @property
    def value(self) -> float: ...
    @property
    def se(self) -> float: ...


def rounded(value: float, error: float, *, places: int = 0, signed: bool = False) -> str:
    """A number to the place of the first digit of its error.

    Parameters
    ----------
    places
        Shift of the decimal point: 2 shows a probability in percent.
    signed
        Put a plus before a positive number.
    """
    if not (math.isfinite(value) and math.isfinite(error)):
        return "infinite" if math.isinf(value) else "unknown"
    last = _last_place(value, error, places)
    number, decimals = round(value * 10.0**places, -last) + 0.0, max(0, -last)
    if value != 0 and (number == 0 or abs(value) < error):
        return f"less than {_bound(last, error * 10.0**places)}"
    return f"{number:{'+' if signed and number else ''},.{decimals}f}"


def _bound(last: int, error: float) -> str:
    """A power of ten that counts at least the last place and the error."""
    place = max(last, math.ceil(math.log10(error) - 1e-9)) if error > 0 else last
    return f"{10.0**place:,.{max(0, -place)}f}"


def _last_place(value: float, error: float, places: int) -> int:
    """The exponent of the last digit that is shown."""
    scaled, uncertainty = value * 10.0**places, abs(error) * 10.0**places
    finest = max(_finest(scaled, MAX_DIGITS), FINEST_PLACE)
    # An error that the arithmetic cannot carry is rounding noise.
    if uncertainty <= ROUNDING * abs(scaled):
        return finest
    return max(finest, math.floor(math.log10(uncertainty) + 1e-9))


def _finest(value: float, digits: int) -> int:
    """The exponent of the last of so many significant digits, of the number as it is after rounding to them."""
    if not value:
        return 0
    finest = math.floor(math.log10(abs(value)) + 1e-12) - digits + 1
    carried = abs(round(value, -finest)) >= 10.0 ** min(finest + digits, LARGEST_PLACE) * (1 - 1e-12)
    return finest + carried


def one_digit(value: float) -> str:
    """A positive number to one significant digit, as errors are shown."""
    finest = _finest(value, 1)
    return f"{round(value, -finest):.{max(0, -finest)}f}"


def two_digits(value: float) -> str:
    """A number to two significant digits."""
    return rounded(value, 10.0 ** (math.floor(math.log10(abs(value))) - 1) if value else 0.0)


def significant(number: Uncertain | None) -> bool:
    """Whether a number is away from zero by more than its error; one without bound (None) is."""
    return number is None or abs(number.value) > SIGNIFICANT_SE * number.se


def percent(number: Uncertain) -> str:
    """A probability in percent: "0.42%"."""
    return _percent(number.value, number.se)


def _percent(value: float, error: float) -> str:
    """A probability in percent, its digits counted from the nearer end: "0.04%", and "99.96%"."""
    rest = 1 - value
    if not (math.isfinite(error) and ROUNDING < rest < 0.05):
        return f"{rounded(value, error, places=2)}%"
    last = min(_last_place(value, 0.0, 2), math.floor(math.log10(100 * rest) + 1e-9))
    if error > ROUNDING:
        last = max(last, math.floor(math.log10(100 * error) + 1e-9))
    decimals = max(0, -last)
    if rest < error or round(100 * rest, decimals) == 0:
        bound = float(_bound(last, 100 * error))
        return f"over {100 - bound:.{max(0, -math.floor(math.log10(bound)))}f}%"
    return f"{100 * value:.{decimals}f}%"


def plain_percent(value: float) -> str:
    """A probability without error in percent: "5%"."""
    return f"{100 * value:.10g}%"


def percent_range(low: Uncertain, high: Uncertain) -> str:
    """Two probabilities: "0.05% to 1.2%"."""
    return f"{percent(low)} to {percent(high)}"


def interval(interval: Interval) -> str:
    """The ends of a credible interval: "0.05% to 1.2%"; "exact" where they coincide."""
    if interval.low == interval.high:
        return "exact"
    return f"{_percent(interval.low, interval.low_se)} to {_percent(interval.high, interval.high_se)}"


def decibans(number: Uncertain, *, sampling_error: float = 0.0) -> str:
    """Natural log-odds in decibans with their error: "+5.3 \u00b1 0.05"."""
    return with_error(DECIBANS * number.value, DECIBANS * math.hypot(number.se, sampling_error))


def plain_decibans(number: Uncertain) -> str:
    """Natural log-odds in decibans, to the digits of their error: "+5.3"."""
    return rounded(DECIBANS * number.value, DECIBANS * number.se, signed=True)


def change(value: float, error: float) -> str:
    """A signed number in a table, to the digits of its error: "+5.3"; 0 where the error is larger than the number."""
    text = rounded(value, error, signed=True)
    return "0" if text.startswith("less") else text


def change_in_decibans(number: Uncertain) -> str:
    """A difference in natural log-odds in a table, in decibans."""
    return change(DECIBANS * number.value, DECIBANS * number.se)


def with_error(value: float, error: float) -> str:
    """A signed number with its error; an exact one alone."""
    text = rounded(value, error, signed=True)
    return text if error <= ROUNDING * abs(value) or text.startswith("less") else f"{text} \u00b1 {one_digit(error)}"


def beside_error(value: float, error: float, *, signed: bool = False) -> str:
    """A number to the place of the first digit of the error that stands beside it, also where it is smaller: "0.00"."""
    last = _last_place(value, error, 0)
    decimals, number = max(0, -last), round(value, -last) + 0.0
    return f"{number:{'+' if signed and number else ''},.{decimals}f}"


def odds_factor(log_odds: float, error: float) -> str:
    """The factor on the odds that a difference in natural log-odds stands for: "3.4"."""
    value = math.exp(log_odds)
    return rounded(value, value * error)


def multiple(number: Uncertain) -> str:
    """The factor, 1 or more, by which a difference in natural log-odds multiplies or divides the odds: "3.4"."""
    size = abs(number.value)
    return odds_factor(size, number.se) if size <= math.log(MAX_FACTOR) else f"over {MAX_FACTOR:,.0f}"


def factor(number: Uncertain) -> str:
    """The factor on the odds that a difference in natural log-odds stands for, to the digits of its error."""
    return odds_factor(number.value, number.se)

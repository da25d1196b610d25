"""From numbers to words: digits by the error, probability words by the scale, sentences by grammar."""

from __future__ import annotations

import math
from collections.abc import Sequence

from estimative.model.spec.quantities import QuantityName
from estimative.priors.verbal_scale import ICD203, Phrase, Scale
from estimative.reports.summary import (
    Agreement,
    Check,
    Confidence,
    Dependence,
    Effort,
    Interval,
    Number,
    Probability,
    Verdict,
)

DECIBANS = 10 / math.log(10)
"""For each unit of log-odds."""
MOST_DECIMALS = -9
"""What is smaller than a billionth is told as that."""
MOST_DIGITS = 3
"""Significant digits of a number without error."""


def rounded(value: float, error: float, *, places: int = 0, signed: bool = False) -> str:
    """A number with no digit finer than its error: the last one shown counts at least one standard error.

    Parameters
    ----------
    places
        Shift of the decimal point: 2 tells a probability in per cent.
    signed
        Put a plus before what is above 0.
    """
    if not (math.isfinite(value) and math.isfinite(error)):
        return "infinite" if math.isinf(value) else "unknown"
    number, finest = shown(value, error, places=places), _last_place(value, error, places)
    decimals = max(0, -finest)
    if number == 0 and value != 0:
        return f"less than {10.0**finest:,.{decimals}f}"
    return f"{number:{'+' if signed and number else ''},.{decimals}f}"


def shown(value: float, error: float, *, places: int = 0) -> float:
    """The number that `rounded` shows."""
    return round(value * 10.0**places, -_last_place(value, error, places)) + 0.0


def _last_place(value: float, error: float, places: int) -> int:
    """The exponent of the last digit shown."""
    scaled, uncertainty = value * 10.0**places, abs(error) * 10.0**places
    finest = max(_finest(scaled, MOST_DIGITS), MOST_DECIMALS)
    return max(finest, math.ceil(math.log10(uncertainty) - 1e-9)) if uncertainty > 0 else finest


def _finest(value: float, digits: int) -> int:
    """The exponent of the last of so many significant digits, of the number that is left after rounding to them."""
    if not value:
        return 0
    finest = math.floor(math.log10(abs(value)) + 1e-12) - digits + 1
    carried = abs(round(value, -finest)) >= 10.0 ** (finest + digits) * (1 - 1e-12)
    return finest + carried


def percent(value: float, error: float) -> str:
    """A probability in per cent: "0.41 %"."""
    return f"{rounded(value, error, places=2)} %"


def term(value: float, error: float, scale: Scale = ICD203) -> str:
    """The word of a scale for a probability as it is shown, so that word and number cannot contradict."""
    return str(phrase(value, error, scale))


def phrase(value: float, error: float, scale: Scale = ICD203) -> Phrase:
    """The same, with whether the probability lies in the word's band."""
    return scale.word(min(max(shown(value, error, places=2) / 100, 0.0), 1.0))


def one_digit(value: float) -> str:
    """A number above 0 to one significant digit, as errors are told."""
    finest = _finest(value, 1)
    return f"{round(value, -finest):.{max(0, -finest)}f}"


def percent_with_error(value: float, error: float) -> str:
    """A probability with its Monte Carlo standard error in per cent: "0.41 \u00b1 0.005 %"; an exact one without."""
    if error == 0:
        return percent(value, error)
    return f"{rounded(value, error, places=2)} \u00b1 {one_digit(100 * error)} %"


def span(interval: Interval) -> str:
    """The ends of a credible interval in per cent: "0.05 to 1.2 %"."""
    if interval.low == interval.high:
        return "none: exact"
    low = rounded(interval.low, interval.low_se, places=2)
    high = rounded(interval.high, interval.high_se, places=2)
    return f"{low} to {high} %"


def kind_of(interval: Interval) -> str:
    """What an interval is: "90 % equal-tailed credible interval"."""
    names = {"eti": "equal-tailed"}
    return f"{100 * interval.mass:g} % {names[interval.kind]} credible interval"


def judged(number: Probability) -> str:
    """A word with its number in brackets: "very unlikely (6.1 %)"."""
    return f"{number.term} ({percent(number.probability, number.se)})"


def key_judgement(title: str, number: Probability, until: str) -> str:
    """The headline as a sentence: word, number, horizon."""
    return f"{_sentence_start(title)} by {until}: {judged(number)}."


def uncertainty(number: Probability) -> str:
    """What surrounds the headline: the credible interval and the Monte Carlo error."""
    error = "is exact" if number.se == 0 else f"has a Monte Carlo standard error of {one_digit(100 * number.se)} %"
    if number.interval.low == number.interval.high:
        return f"The analyst leaves nothing open about it, so that there is no interval. The number itself {error}."
    spread = f"{_capital(kind_of(number.interval))} over what the analyst leaves open: {span(number.interval)}"
    return f"{spread}. The number itself {error}."


def confidence(declared: Confidence | None) -> str:
    """The declared analytic confidence in a sentence of its own."""
    if declared is None:
        return "The analyst has declared no analytic confidence."
    reasons = [text.rstrip(". ") for text in (declared.information_base, declared.rigour, declared.volatility) if text]
    because = f" {'. '.join(map(_capital, reasons))}." if reasons else ""
    return f"Analytic confidence, as the analyst declares it: {declared.level}.{because}"


def prior_dependence(found: Dependence) -> str:
    """How much of the answer is prior, in one sentence."""
    if found.prior_share is None:
        return "The priors leave nothing open about the headline: every quantity behind it is a constant."
    share = f"{100 * found.prior_share:.0f} %"
    moved = f"{'up' if found.shift_decibans >= 0 else 'down'} by {abs(found.shift_decibans):.1f} decibans"
    free = plural(found.free, "free quantity", "free quantities")
    stayed = f"{found.untouched} of {free} stayed where the priors were"
    lead = f"{_amount(found.prior_share)}: {share} of the prior variance of the headline's log-odds remains"
    return f"{lead}, the evidence moved its odds {moved}, and {stayed}."


AMOUNTS = (
    (0.25, "Little of the answer is prior"),
    (0.5, "Less than half of the answer is prior"),
    (0.75, "More of the answer is prior than not"),
    (1.1, "Most of the answer is prior"),
    (math.inf, "The evidence has widened what the priors left open"),
)
"""By the share of the prior variance that remains."""


def _amount(share: float) -> str:
    return next(text for limit, text in AMOUNTS if share < limit)


METHODS = {"nuts": "NUTS", "importance": "importance sampling"}


def verdict(method: str, found: Verdict) -> str:
    """What came of a method's checks, in a line."""
    if found.passed:
        draws = plural(found.draws, "draw", "draws")
        effective = f"{found.effective:,.0f}"
        return f"{METHODS.get(method, method)}: converged ({draws}, effectively {effective} for the headline)"
    failures = "; ".join(failure(check) for check in found.checks if not check.passed)
    return f"{METHODS.get(method, method)}: did not converge ({failures})"


def failure(check: Check) -> str:
    """What a check found, and what it should have: "R-hat 1.08 at factors.alignment, at most 1.01 is needed"."""
    where = f" at {check.where}" if check.where else ""
    found = "infinite" if check.value is None else _told_apart(check.value, check.limit)
    return f"{check.name} {found}{where}, {check.direction} {check.limit:g} is needed"


def _told_apart(value: float, limit: float) -> str:
    """A value with as many digits, three or more, as tell it from a limit."""
    texts = (f"{value:.{digits}g}" for digits in range(3, 17))
    return next((text for text in texts if float(text) != limit), f"{value:g}")


def agreement(found: Agreement) -> str:
    """Whether the two methods agree."""
    if found.joint_se == 0:
        return "The two methods agree exactly." if found.holds else "The two methods disagree."
    ratio = abs(found.difference) / found.joint_se
    where = f"at most {ratio:.1f} joint standard errors apart (at {found.outcome})"
    return (
        f"The two methods agree: {where}."
        if found.holds
        else f"The two methods disagree: {where.removeprefix('at most ')}."
    )


def decibans(number: Number, *, sampling_error: float = 0.0) -> str:
    """Log-odds in decibans with their error: "+5.3 ± 0.05"."""
    error = DECIBANS * math.hypot(number.se, sampling_error)
    return with_error(DECIBANS * number.value, error)


def plain_decibans(number: Number) -> str:
    """Log-odds in decibans, to the digits of their error."""
    return rounded(DECIBANS * number.value, DECIBANS * number.se, signed=True)


def plain_factor(number: Number) -> str:
    """What a difference in log-odds multiplies the odds by."""
    return odds_factor(number.value, number.se)


def with_error(value: float, error: float) -> str:
    """A signed number with its error; one without error alone."""
    told = rounded(value, error, signed=True)
    return told if error == 0 or told.startswith("less") else f"{told} ± {one_digit(error)}"


def odds_factor(log_odds: float, error: float) -> str:
    """What a difference in log-odds multiplies the odds by: "3.4"."""
    value = math.exp(log_odds)
    return rounded(value, value * error)


def fits(found: Effort) -> str:
    """How many fits stand behind a result, by which method, and how well they went."""
    if not found.fits:
        return "Nothing had to be fitted anew."
    by = listed([f"{count:,} by {METHODS.get(method, method)}" for method, count in found.by_method.items()])
    went = "every one converged" if not found.failed else f"{plural(found.failed, 'fit', 'fits')} did not converge"
    worst = f" At worst: {'; '.join(map(_checked, found.worst))}." if found.worst else ""
    return f"{plural(found.fits, 'fit', 'fits')} ({by}), and {went}.{worst}"


def _checked(check: Check) -> str:
    """How near a check came to its limit."""
    needed = f"({check.direction} {check.limit:g} is needed)"
    if check.value is None:
        return f"{check.name}: no weight stood out" if check.passed else f"{check.name} infinite {needed}"
    return f"{check.name} {f'{check.value:,.0f}' if check.value >= 100 else _two_digits(check.value)} {needed}"


def _two_digits(value: float) -> str:
    return rounded(value, 10.0 ** (math.floor(math.log10(abs(value))) - 1) if value else 0.0)


def spoken(name: str) -> str:
    """What can be disagreed on, in prose: "the effect of plan on attack"."""
    parsed = QuantityName.parse(name)
    first, second = parsed.subject, parsed.key
    match parsed.section:
        case "factors":
            return first
        case "events":
            return f"the baseline of {first}"
        case "effects":
            return f"the effect of {second} on {first}"
        case "tables":
            return f"the chance of {first} given {second}"
        case "evidence":
            return f"the weight of {first}"
        case "motives":
            return f"the motive behind {first}"
        case "relevance":
            return f"the relevance of {first}"
        case "independence":
            return f"the independence of {first}"
        case _:
            return name


def plural(count: int, one: str, many: str) -> str:
    """A count with its noun."""
    return f"{count:,} {one if count == 1 else many}"


def listed(names: Sequence[str]) -> str:
    """Names in prose: "a, b and c"."""
    return ", ".join(names[:-1]) + " and " + names[-1] if len(names) > 1 else "".join(names)


def condition(given: Sequence[str], unless: Sequence[str]) -> str:
    """The condition of a link: "invasion, no request"; a dash where there is none."""
    return ", ".join([*given, *(f"no {name}" for name in unless)]) or "-"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _sentence_start(title: str) -> str:
    return _capital(title.rstrip("."))

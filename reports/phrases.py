"""Phrases that several documents share: counts, lists, dates, names of inputs, words of probability, verdicts."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from math import isfinite

from estimative.model.assessment import Assessment
from estimative.model.inference.diagnostics import Check
from estimative.model.inference.effort import Effort
from estimative.model.inference.estimates import Interval, ProbabilityEstimate
from estimative.model.inference.info import FitInfo
from estimative.model.inference.posterior import Agreement
from estimative.model.spec.events import OTHERWISE
from estimative.model.spec.evidence import Evidence, Forecast, Measurement
from estimative.model.spec.quantities import PAIR, QuantityName
from estimative.model.spec.repeats import repeats_with
from estimative.model.spec.scenario import Scenario
from estimative.priors.prior_set import SCENARIO, Confidence
from estimative.priors.toml_table import JOINED
from estimative.priors.verbal_scale import ICD203, Phrase, Scale
from estimative.reports.number_format import SIGNIFICANT_SE, Uncertain, interval, percent, two_digits

CAUTION = "Some of these numbers come from fits that did not converge. Do not rely on them."
WITHHELD = "Not every fit converged. Results that depend on a failed fit are not shown."
METHODS = {"nuts": "NUTS", "importance": "importance sampling"}
LOWERED = frozenset({"A", "An", "The", "No", "Some", "At", "More", "Any"})
"""First words of a title that are no names."""


MOST_NAMED = 20
"""In one sentence."""


CASES = (*PAIR, "if_high", "if_low")
"""In which an item has a chance: an event happens or not, a factor is high or low."""


VALUE_NOUNS = ("a ratio of ", "an error of ", "a relative likelihood of ")


DEVIATIONS = {
    "too-low": "posteriors are too low (biased)",
    "too-high": "posteriors are too high (biased)",
    "too-narrow": "posteriors are too narrow (over-confident)",
    "too-wide": "posteriors are too wide (under-confident)",
}
"""What the ranks of true values say of posteriors."""
DEPARTURES = {
    "too-low": "happens more often than stated",
    "too-high": "happens less often than stated",
    "too-extreme": "probabilities are too extreme (over-confident)",
    "too-cautious": "probabilities are too close to their mean (under-confident)",
    "wrong-evidence": "probabilities do not follow the evidence",
}
"""What the frequencies of an event say of its probabilities."""
LEAST_P = 1e-4


def p_value(value: float) -> str:
    """A p-value to two digits: "p = 0.031"; a very small one as "p < 0.0001"."""
    return f"p < {LEAST_P:.4f}" if value < LEAST_P else f"p = {value:.2g}"


def plural(count: int, one: str, many: str) -> str:
    """A count with its noun: "1 fit", "12 fits"."""
    return f"{count:,} {one if count == 1 else many}"


def listed(names: Sequence[str]) -> str:
    """Names in a sentence: "a, b and c"."""
    return ", ".join(names[:-1]) + " and " + names[-1] if len(names) > 1 else "".join(names)


def shortened(names: Sequence[str]) -> str:
    """The same, the first twenty of many."""
    more = [f"{len(names) - MOST_NAMED:,} more"] if len(names) > MOST_NAMED else []
    return listed([*names[:MOST_NAMED], *more])


def date(day: datetime.date) -> str:
    """A date in a sentence: "31 December 2030"."""
    return f"{day.day} {day:%B %Y}"


def capital(text: str) -> str:
    """The text with a capital first letter."""
    return text[:1].upper() + text[1:]


def sentence(title: str) -> str:
    """A title as the start of a sentence, without its full stop."""
    return capital(plain(title))


def plain(title: str) -> str:
    """A title or description on one line, without its full stop."""
    return " ".join(title.split()).rstrip(".")


def by_horizon(outcome: str, scenario: Scenario) -> str:
    """ " by 31 December 2030", by when an outcome is to happen; empty for one that is settled already."""
    return "" if scenario.settled(outcome) else f" by {date(scenario.until)}"


def proposition(outcome: str, scenario: Scenario) -> str:
    """An outcome as the start of a sentence, with the day by which it is to happen."""
    return f"{sentence(scenario.outcomes[outcome].title)}{by_horizon(outcome, scenario)}"


def inner(title: str) -> str:
    """A title within a sentence: an article at its start loses its capital."""
    text = plain(title)
    first = text.split(" ", 1)[0]
    return text[:1].lower() + text[1:] if first in LOWERED else text


def quoted(title: str) -> str:
    """A title in quotation marks."""
    return f"\u201c{plain(title)}\u201d"


def analyst(prior_set: str, name: str) -> str:
    """The name of a prior set, and whose it is where that says more."""
    return prior_set if name in {"", prior_set} else f"{prior_set} ({plain(name)})"


def first_paragraph(text: str) -> str:
    """What is before the first empty line, on one line."""
    return " ".join(text.strip().split("\n\n")[0].split())


def title_of(name: str, scenario: Scenario) -> str:
    """The title of an event, factor, item, indicator or outcome; the name itself where it has none.

    An outcome may have the name of an event: see `outcome_title`.
    """
    sections = (scenario.events, scenario.factors, scenario.evidence, scenario.indicators, scenario.outcomes)
    if name in scenario.state_places:
        return plain(scenario.event_title(name))
    return next((plain(section[name].title) for section in sections if name in section), name)


def outcome_title(name: str, scenario: Scenario) -> str:
    """The title of an outcome."""
    return plain(scenario.outcomes[name].title)


def input_name(name: str, scenario: Scenario) -> str:
    """A quantity or a weight of evidence in a sentence: "the effect of \u201cX\u201d on \u201cY\u201d"."""
    if by_state := _state_input(name, scenario):
        return by_state
    parsed = QuantityName.parse(name)
    subject, key = parsed.subject, parsed.key

    def title(name: str) -> str:
        return quoted(title_of(name, scenario))

    match parsed.section:
        case "factors":
            return quoted(title_of(subject, scenario))
        case "events":
            what = "yearly rate" if scenario.events[subject].form == "rate" else "chance"
            before = repeats_with(scenario.events[subject], scenario.events)
            return f"the {what} of {title(subject)}" + (f" after each {title(before)}" if before else "")
        case "effects":
            driver, _, state = key.partition(".")
            return f"the effect of {title(driver)} on {title(f'{subject}={state}' if state else subject)}"
        case "tables":
            return f"the chance of {title(subject)}, {table_row(key, scenario)}"
        case "evidence" if key:
            return f"the chance of {title(subject)} {case_of(name, scenario)}"
        case "evidence":
            return f"the {what_of_item(subject, scenario)} of {title(subject)}"
        case "motives":
            return f"the motive behind {title(subject)}"
        case "relevance":
            return f"the relevance of {title(subject)}"
        case "independence":
            return f"the independence of the items of origin {subject}"
        case "indicators":
            return f"the chance of seeing {title(subject)}" + (f" {case_of(name, scenario)}" if key else "")
    return name


def what_of_item(name: str, scenario: Scenario) -> str:
    """What is uncertain about an item of evidence: the error of a measurement or a forecast, else its weight."""
    return "error" if isinstance(scenario.evidence[name], Measurement | Forecast) else "weight"


def _state_input(name: str, scenario: Scenario) -> str:
    """The share of a state, or what an item says about one; empty for any other input."""
    parsed = QuantityName.parse(name)
    match parsed.section:
        case "events" | "tables" if scenario.events[parsed.subject].states:
            row, _, state = parsed.key.rpartition(".") if parsed.section == "tables" else ("", "", parsed.key)
            what = "share" if state else "shares"
            title = title_of(f"{parsed.subject}={state}" if state else parsed.subject, scenario)
            return f"the {what} of {quoted(title)}" + (f", {table_row(row, scenario)}" if row else "")
        case "evidence" if parsed.key and parsed.key not in PAIR:
            item = scenario.evidence[parsed.subject]
            return f"how likely {quoted(item.title)} is {case_of(name, scenario)}"
    return ""


def unknown_name(name: str, assessment: Assessment) -> str:
    """A quantity as one unknown: an effect that several states of an event share, with all of these states."""
    parsed, scenario = QuantityName.parse(name), assessment.scenario
    shared = assessment.shared(name) if parsed.section == "effects" else ()
    if len(shared) < 2:
        return input_name(name, scenario)
    named = {QuantityName.parse(each).key.partition(".")[2] for each in shared}
    states = [state for state in scenario.events[parsed.subject].states if state in named]
    titles = [quoted(title_of(f"{parsed.subject}={state}", scenario)) for state in states]
    return f"the effect of {quoted(title_of(parsed.key.partition('.')[0], scenario))} on {listed(titles)}"


def case_of(name: str, scenario: Scenario) -> str:
    """The case in which an item or indicator has a stated chance or likelihood: "if \u201cX\u201d is so"."""
    parsed = QuantityName.parse(name)
    items = scenario.indicators if parsed.section == "indicators" else scenario.evidence
    about, key = items[parsed.subject].about, parsed.key
    if key in CASES:
        ends = ("is high", "is low") if about in scenario.factors else ("is so", "is not so")
        return f"if {quoted(title_of(about, scenario))} {ends[CASES.index(key) % 2]}"
    if key == OTHERWISE:
        return "where the condition is not met"
    return f"under {quoted(title_of(f'{about}={key}', scenario))}"


def whose(taken_from: str) -> str:
    """Whose a statement is, in brackets; nothing where it is the analyst's own."""
    if not taken_from:
        return ""
    return " (suggested by the scenario)" if taken_from == SCENARIO else f" (from {taken_from})"


def input_value(name: str, value: float, scenario: Scenario) -> str:
    """A value of an input on its own scale: "11%", "0.02 per year", "a ratio of 3", "0.7"."""
    parsed = QuantityName.parse(name)
    number, share = _brief(value), f"{_brief(100 * value)}%"
    match parsed.section:
        case "events" if scenario.events[parsed.subject].form == "rate":
            return f"{number} per year"
        case "evidence" if parsed.key in PAIR:
            return share
        case "evidence" if parsed.key:
            return f"a relative likelihood of {number}"
        case "events" | "tables" | "motives" | "indicators":
            return share
        case "effects":
            return f"a ratio of {number}"
        case "evidence":
            return _evidence_value(scenario.evidence[parsed.subject], number)
    return number


def bare_value(name: str, value: float, scenario: Scenario) -> str:
    """The same without its noun, where there is little room or the noun was said before: "3" for "a ratio of 3"."""
    text = input_value(name, value, scenario)
    return next((text.removeprefix(noun) for noun in VALUE_NOUNS if text.startswith(noun)), text)


def _brief(value: float) -> str:
    """Two digits, also of a large number: "0.02", "170"."""
    text = f"{value:.2g}"
    return f"{float(text):,.0f}" if abs(float(text)) >= 100 else text


def _evidence_value(item: Evidence, number: str) -> str:
    match item:
        case Measurement():
            return f"an error of {number} {item.unit}"
        case Forecast():
            return f"an error of {number} in log-odds"
        case _:
            return f"a ratio of {number}"


def table_row(key: str, scenario: Scenario) -> str:
    """A row of a table in a sentence: "given \u201cX\u201d and \u201cY\u201d"."""
    parents = [] if key == "none" else JOINED.split(key)
    return (
        f"given {listed([quoted(title_of(p, scenario)) for p in parents])}" if parents else "given none of its parents"
    )


def condition(given: Sequence[str], unless: Sequence[str], scenario: Scenario) -> str:
    """The condition of an event, by titles; a dash where there is none."""
    parts = [*(title_of(name, scenario) for name in given), *(f"not: {title_of(name, scenario)}" for name in unless)]
    return "; ".join(parts) or "-"


def phrase(number: Uncertain, scale: Scale = ICD203) -> Phrase:
    """The word of a scale for a probability, taken before rounding."""
    return scale.word(min(max(number.value, 0.0), 1.0))


def judged(number: Uncertain, scale: Scale = ICD203) -> str:
    """A word with its number: "very unlikely (6.1%)"; and the next word where the error reaches it."""
    word = phrase(number, scale)
    ends = (number.value - SIGNIFICANT_SE * number.se, number.value + SIGNIFICANT_SE * number.se)
    others = [str(scale.word(min(max(end, 0.0), 1.0))) for end in ends]
    other = next((text for text in others if text != str(word)), None)
    if other is None:
        return f"{word} ({percent(number)})"
    return f"{word} ({percent(number)}; so close to the threshold that it may be \u201c{other}\u201d)"


def interval_kind(interval: Interval) -> str:
    """The kind of an interval: "90% credible interval"."""
    return f"{100 * interval.mass:g}% credible interval"


def spread_of(number: ProbabilityEstimate) -> str:
    """The credible interval in a sentence of its own."""
    if number.interval.low == number.interval.high:
        return "No uncertain input bears on it, so there is no interval."
    return f"{interval_kind(number.interval)}, given the uncertainty in the inputs: {interval(number.interval)}."


def confidence(declared: Confidence | None) -> str:
    """The declared analytic confidence, in a sentence of its own."""
    if declared is None:
        return "The analyst has not declared an analytic confidence."
    reasons = [text.rstrip(". ") for text in (declared.information_base, declared.rigour, declared.volatility) if text]
    return " ".join([f"{confidence_level(declared)}.", *(f"{capital(reason)}." for reason in reasons)])


def confidence_level(declared: Confidence) -> str:
    """The level, and whose it is where the analyst has only taken it over."""
    source = f", taken from {plain(declared.taken_from)}" if declared.taken_from else ""
    return f"Analytic confidence: {declared.level}{source}"


def verdict(info: FitInfo) -> str:
    """The result of a method's checks, in a line."""
    method = METHODS.get(info.method, info.method)
    if info.exact and info.converged:
        return "Computed exactly: no input is uncertain, so that there is nothing to sample"
    if info.converged:
        draws = plural(info.draws, "draw", "draws")
        return f"{capital(method)}: converged ({draws}; effective sample size {info.ess:,.0f} for the headline)"
    return f"{capital(method)}: did not converge ({'; '.join(map(failure, info.verdict.failed))})"


def failure(check: Check) -> str:
    """The value of a check and its limit: "R-hat 1.08 for factors.alignment; needs at most 1.01"."""
    where = f" for {check.where}" if check.where else ""
    value = "infinite" if check.value is None else _distinct(check.value, check.limit)
    return f"{check.name} {value}{where}; needs {check.direction} {check.limit:g}"


def _distinct(value: float, limit: float) -> str:
    """A value with as many digits, three or more, as tell it from a limit."""
    texts = (f"{value:.{digits}g}" for digits in range(3, 17))
    return next((text for text in texts if float(text) != limit), f"{value:g}")


def agreement(result: Agreement) -> str:
    """Whether the two methods agree."""
    verb = "agree" if result.agree else "disagree"
    if not isfinite(result.ratio) or result.joint_se == 0:
        return f"The two methods {verb}."
    least = "at most " if result.agree else ""
    return f"The two methods {verb}: {least}{result.ratio:.1f} joint standard errors apart (outcome {result.outcome})."


def fits(effort: Effort) -> str:
    """How many fits stand behind a result, by which method, and how well they converged."""
    if not effort.fits:
        return "No further fit was needed."
    methods = {METHODS.get(method, method): count for method, count in effort.by_method.items()}
    by = listed([f"{count:,} by {name}" for name, count in methods.items()])
    by = f"by {next(iter(methods))}" if len(methods) == 1 else f"({by})"
    closest = "Closest to a limit" if effort.converged else "Furthest from passing"
    worst = f" {closest}: {'; '.join(map(_checked, effort.worst))}." if effort.worst else ""
    return f"{plural(effort.fits, 'fit', 'fits')} {by}; {_went(effort)}.{worst}"


def _went(effort: Effort) -> str:
    if effort.fits == 1:
        return "it converged" if effort.converged else "it did not converge"
    if effort.converged:
        return "all converged"
    return "none converged" if effort.failed == effort.fits else f"{effort.failed:,} of them did not converge"


def _checked(check: Check) -> str:
    """How close a check came to its limit."""
    needed = f"(needs {check.direction} {check.limit:g})"
    if check.value is None:
        return f"{check.name}: no weight is outstanding" if check.passed else f"{check.name} infinite {needed}"
    value = f"{check.value:,.0f}" if check.value >= 100 else two_digits(check.value)
    return f"{check.name} {value} {needed}"

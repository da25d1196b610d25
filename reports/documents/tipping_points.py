"""What would change the word: new evidence about the result, or another prior of a factor."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from estimative.model.analysis.evidence_weight import EvidenceWeights
from estimative.model.analysis.tipping_point import Crossing, FactorReach, Threshold, TippingPoints, thresholds_of
from estimative.model.spec.scenario import Scenario
from estimative.priors.verbal_scale import ICD203, Scale
from estimative.reports.blocks import Block, Heading, Paragraph, Table
from estimative.reports.context import Context
from estimative.reports.number_format import (
    MAX_FACTOR,
    multiple,
    percent,
    plain_decibans,
    plain_percent,
    rounded,
    significant,
)
from estimative.reports.phrases import listed, quoted, title_of

STRENGTHS = (
    (3.0, "hardly worth a mention"),
    (20.0, "positive"),
    (150.0, "strong"),
    (math.inf, "very strong"),
)
"""Words for a likelihood ratio up to so much (Kass & Raftery 1995, J. Am. Stat. Assoc. 90)."""
EPSILON = 1e-6
"""Distance from a threshold, in probability, at which the words on its two sides are looked up."""
RATIO = "Likelihood ratio: of new evidence about the result itself; its words are those of Kass and Raftery (1995)."
ENDS = " Result at its ends: with the factor known to be at the lower and at the upper end of its prior."
MEANS = (
    " Prior mean at each threshold: where the result would cross it if the prior moved, as strong as it is, and all "
    "else stayed as assessed."
)


def tipping_points(result: TippingPoints, evidence: EvidenceWeights | None, context: Context) -> Iterator[Block]:
    """Which new evidence, or which other prior of a factor, would change the word."""
    scale = _scale_of(result.thresholds, context.scale)
    yield Heading(text="What would change the word")
    yield Paragraph(text=nearest_threshold(result.thresholds, evidence, context), strong=True)
    yield Table(
        header=("Threshold", "Below it", "Above it", "Decibans", "Likelihood ratio", "Such evidence is"),
        rows=tuple(
            (
                plain_percent(row.probability),
                *_words(row.probability, scale),
                plain_decibans(row.log_bayes_factor),
                needed(row),
                strength(row),
            )
            for row in result.thresholds
        ),
        text_columns=frozenset({1, 2, 5}),
    )
    yield from _factors(result.factors, context.scenario)


def _factors(rows: Sequence[FactorReach], scenario: Scenario) -> Iterator[Block]:
    """What each factor can do alone; where none crosses a threshold, the column of crossings is left out."""
    if not rows:
        yield Paragraph(text=RATIO)
        return
    crossed = any(crossing.reachable for row in rows for crossing in row.crossings)
    columns = 4 if crossed else 3
    yield Paragraph(text=able(rows, scenario))
    yield Table(
        header=("Factor", "Prior mean", "Result at its ends", "Prior mean at each threshold")[:columns],
        rows=tuple(_factor_row(row, scenario)[:columns] for row in rows),
        text_columns=frozenset({0, 3}),
    )
    yield Paragraph(text=f"{RATIO}{ENDS}{MEANS if crossed else ''}")


def _scale_of(rows: Sequence[Threshold], scale: Scale) -> Scale:
    """The scale that is shown where the thresholds are its own; otherwise that of the default analysis."""
    own = tuple(row.probability for row in rows) == thresholds_of(scale)
    return scale if own else ICD203


def _words(threshold: float, scale: Scale) -> tuple[str, str]:
    """The words on the two sides of a threshold."""
    return scale.word(threshold - EPSILON).text, scale.word(threshold + EPSILON).text


def nearest_threshold(rows: Sequence[Threshold], evidence: EvidenceWeights | None, context: Context) -> str:
    """What it takes to reach the nearest threshold."""
    row = min(rows, key=lambda row: abs(row.log_bayes_factor.value))
    below, above = (quoted(word) for word in _words(row.probability, _scale_of(rows, context.scale)))
    limit = plain_percent(row.probability)
    if not significant(row.log_bayes_factor):
        return f"The result is at {limit}, between {below} and {above}, within its error."
    up = row.log_bayes_factor.value > 0
    happens, fails = ("it happens", "it does not") if up else ("it does not happen", "it does")
    word = f"{above}, from {limit}" if up else f"{below}, below {limit}"
    lead = (
        f"The nearest other word is {word}: new evidence that is "
        f"{multiple(row.log_bayes_factor)} times as probable if {happens} as if {fails} would bring the result there."
    )
    return f"{lead}{_compared(row, evidence, context.scenario)}"


def _compared(row: Threshold, evidence: EvidenceWeights | None, scenario: Scenario) -> str:
    """How many times the strongest item that takes; empty where there is nothing to compare with."""
    groups = [group for group in evidence.groups if significant(group.marginal_last)] if evidence else []
    if not groups:
        return ""
    strongest = max(groups, key=lambda group: abs(group.marginal_last.value))
    weight, distance = strongest.marginal_last, row.log_bayes_factor
    times = abs(distance.value / weight.value)
    if times > MAX_FACTOR:
        return ""
    error = math.hypot(distance.se, times * weight.se) / abs(weight.value)
    title = quoted(scenario.evidence[strongest.items[0]].title)
    return f" That is {rounded(times, error)} times the weight of the strongest evidence, {title}."


def needed(row: Threshold) -> str:
    """The likelihood ratio that brings the headline to a threshold: "4.3 for"."""
    return f"{multiple(row.log_bayes_factor)} {'for' if row.log_bayes_factor.value > 0 else 'against'}"


def strength(row: Threshold) -> str:
    """The word of Kass and Raftery for that ratio."""
    ratio = math.exp(min(abs(row.log_bayes_factor.value), 700.0))
    return next(word for limit, word in STRENGTHS if ratio < limit)


def able(factors: Sequence[FactorReach], scenario: Scenario) -> str:
    """Which factors could change the word alone."""
    names = [quoted(title_of(row.name, scenario)) for row in factors if any(c.reachable for c in row.crossings)]
    if not names:
        return "No factor could change the word alone, even if it were known to be at one of its ends."
    return f"{'Of the factors, only ' if len(names) < len(factors) else ''}{listed(names)} could change the word alone."


def _factor_row(row: FactorReach, scenario: Scenario) -> tuple[str, ...]:
    ends = f"{percent(row.at_low)} to {percent(row.at_high)}"
    crossings = [_crossing(crossing) for crossing in row.crossings if crossing.reachable]
    return title_of(row.name, scenario), f"{row.prior_mean:.2f}", ends, "; ".join(crossings) or "none is crossed"


def _crossing(row: Crossing) -> str:
    limit = plain_percent(row.threshold)
    if row.prior_mean is None:
        return f"{limit}: only if the value is known"
    return f"{limit}: {rounded(row.prior_mean.value, max(row.prior_mean.se, 0.01))}"

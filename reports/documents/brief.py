"""The brief: one page for a principal, before everything else."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from estimative.model.analysis.evidence import EvidenceResult
from estimative.model.inference.mc_estimate import MCEstimate
from estimative.model.report_result import OtherResult, ReportResult
from estimative.model.spec.scenario import Scenario
from estimative.reports import phrases
from estimative.reports.blocks import (
    Block,
    Columns,
    Figure,
    Heading,
    IntervalPlot,
    Listing,
    Paragraph,
    Picture,
    collected,
)
from estimative.reports.context import Context
from estimative.reports.documents import common, evidence, fit
from estimative.reports.documents.ageing import later
from estimative.reports.documents.dates import by_dates
from estimative.reports.documents.hypotheses import in_a_line, states_of, with_states
from estimative.reports.documents.interval_plot import interval_plot, interval_row
from estimative.reports.documents.sensitivity import moved
from estimative.reports.documents.tipping_points import nearest_threshold
from estimative.reports.number_format import SIGNIFICANT_SE, percent, significant
from estimative.reports.phrases import capital, date, listed, plain, plural, unknown_name

MAX_INPUTS, MAX_INDICATORS, MAX_DISSENT = 3, 3, 4
MAX_EVENTS = 3
"""With states, of which the brief gives the probabilities."""
CONFIDENCE_LENGTH = 420
"""Characters of the reasons for the analytic confidence; the full report has all of them."""


@collected
def document(result: ReportResult, context: Context) -> Iterator[Block]:
    """Question, judgement, what it depends on, what would change it, who disagrees, what has changed."""
    scenario = result.fit.scenario
    yield Heading(text=scenario.title, level=1)
    yield Paragraph(
        text=f"{phrases.first_paragraph(scenario.question)} {common.frame(scenario, [result.fit.prior_set])}"
    )
    yield from later(scenario)
    yield from fit.cautions(result.fit, context)
    if result.fit.has_results:
        yield from judgement(result, context)
        yield Columns(parts=(tuple(_depends(result, context)), tuple(_changes(result, context))))
        yield from standing(result, context)


def judgement(result: ReportResult, context: Context) -> Iterator[Block]:
    """The judgement, its uncertainty, the picture, the confidence."""
    headline = result.fit.headline
    yield Heading(text="Key judgement")
    yield Paragraph(text=common.judgement(result.fit.scenario.headline, headline, context), strong=True)
    yield Paragraph(text=f"{phrases.spread_of(headline.posterior)} {fit.moved(result.fit, context.scenario)}")
    yield Paragraph(text=_confidence(result))
    if result.fit.scenario.headline in result.fit.dates:
        yield Paragraph(text=by_dates(result.fit, context))
    for event in islice(with_states(result.fit, context.scenario), MAX_EVENTS):
        yield Paragraph(text=in_a_line(event, states_of(event, result.fit)))
    yield Figure(name="scale", draw=lambda: _scale(result, context), instead=_plot(result, context))


def _scale(result: ReportResult, context: Context) -> Picture:
    from estimative.reports.figures.scale import scale

    return scale(result.fit, context, {other.prior_set: other.headline for other in result.dissent})


def _plot(result: ReportResult, context: Context) -> IntervalPlot:
    """The same in characters: this prior set, and below it the others."""
    headline, mass = result.fit.headline, result.fit.headline.posterior.interval.mass
    own = interval_row(result.fit.prior_set.name, headline.posterior, headline.prior)
    others = sorted(result.dissent, key=lambda other: -other.headline.value)[:MAX_DISSENT]
    rows = (own, *(interval_row(other.prior_set, other.headline) for other in others))
    return interval_plot(rows, mass, context.scale)


def _confidence(result: ReportResult) -> str:
    """The level, and as many sentences of the reasons as fit."""
    text = phrases.confidence(result.fit.prior_set.confidence)
    if len(text) <= CONFIDENCE_LENGTH:
        return text
    end = text.rfind(". ", 0, CONFIDENCE_LENGTH)
    return text[: end + 1] if end > 0 else text[:CONFIDENCE_LENGTH].rsplit(" ", 1)[0] + " \u2026"


def _depends(result: ReportResult, context: Context) -> Iterator[Block]:
    yield Heading(text="What it depends on most", level=3)
    yield Listing(points=tuple(_inputs(result, context)))
    yield Heading(text="Strongest evidence", level=3)
    yield Listing(points=tuple(_evidence(result.evidence, context.scenario)))


def _inputs(result: ReportResult, context: Context) -> Iterator[str]:
    tornado = result.sensitivity.tornado if result.sensitivity else None
    rows = [row for row in tornado.quantities if significant(row.shift)][:MAX_INPUTS] if tornado else []
    if not rows:
        yield "No input moves the result by more than its error." if tornado else "Not computed."
    for row in rows:
        yield f"{capital(unknown_name(row.name, context.assessment))}. {moved(row, context.scenario)}"


def _evidence(result: EvidenceResult | None, scenario: Scenario) -> Iterator[str]:
    if result is None or result.weights is None:
        yield "Not computed."
    elif not result.weights.groups:
        yield "No evidence was used."
    else:
        yield from evidence.strongest(result.weights, scenario)


def _changes(result: ReportResult, context: Context) -> Iterator[Block]:
    yield Heading(text="What would change the judgement", level=3)
    yield Listing(points=(*_thresholds(result.evidence, context), *_turning(result, context)))
    yield Heading(text="What to look for", level=3)
    yield Listing(points=tuple(_indicators(result.evidence, context.scenario)))


def _thresholds(result: EvidenceResult | None, context: Context) -> Iterator[str]:
    points = result.tipping_points if result else None
    if points is None:
        yield "Not computed."
        return
    if points.thresholds:
        yield nearest_threshold(points.thresholds, None, context)


def _turning(result: ReportResult, context: Context) -> Iterator[str]:
    """Which inputs give another word at one end of their priors."""
    tornado = result.sensitivity.tornado if result.sensitivity else None
    if tornado is None or not tornado.quantities:
        return
    word = phrases.phrase(result.fit.headline.posterior, context.scale).text
    rows = [
        row for row in tornado.quantities if any(word not in _words(end, context) for end in (row.at_low, row.at_high))
    ]
    names = [unknown_name(row.name, context.assessment) for row in rows[:MAX_INPUTS]]
    if len(rows) > MAX_INPUTS:
        names.append(plural(len(rows) - MAX_INPUTS, "other input", "other inputs"))
    if names:
        yield f"Another word would follow from the low or high end of the prior of {listed(names)}."
    else:
        yield "No single input gives another word at the low or high end of its prior."


def _words(number: MCEstimate, context: Context) -> set[str]:
    """The words for a probability and for the ends of its error."""
    margin = SIGNIFICANT_SE * number.se
    values = (number.value - margin, number.value, number.value + margin)
    return {context.scale.word(min(max(value, 0.0), 1.0)).text for value in values}


def _indicators(result: EvidenceResult | None, scenario: Scenario) -> Iterator[str]:
    values = result.information.indicators if result and result.information else ()
    if not values:
        yield "The scenario names no indicators."
        return
    lines = [
        f"{plain(scenario.indicators[value.name].title)}: {seen} if observed, {unseen} if absent."
        for value in values
        if value.p_if_observed and value.p_if_absent
        for seen, unseen in [(percent(value.p_if_observed), percent(value.p_if_absent))]
        if seen != unseen
    ]
    yield from lines[:MAX_INDICATORS] or ["No indicator that the scenario names would move the result."]


def standing(result: ReportResult, context: Context) -> Iterator[Block]:
    """Who disagrees, and what has changed since the last assessment."""
    yield Heading(text="Dissent and change")
    yield Paragraph(text=_dissent(result, context))
    yield Paragraph(text=_since(result))


def _dissent(result: ReportResult, context: Context) -> str:
    if not result.dissent:
        return "Dissent: no other analyst's assessment of this scenario is saved."
    rows = sorted(result.dissent, key=lambda other: -other.headline.value)[:MAX_DISSENT]
    more = len(result.dissent) - len(rows)
    names = "; ".join(_other(row, context) for row in rows)
    return f"Other analysts: {names}{f'; and {more} more' if more else ''}."


def _other(row: OtherResult, context: Context) -> str:
    """Who got which number, and of which day where the scenario was another version."""
    older = "" if row.same_scenario else f" on {date(row.created.date())}, for another version of the scenario"
    return f"{phrases.analyst(row.prior_set, row.analyst)}: {phrases.judged(row.headline, context.scale)}{older}"


def _since(result: ReportResult) -> str:
    previous: OtherResult | None = result.previous
    if previous is None:
        return "Change: this is the first saved assessment with this prior set."
    day, number = date(previous.created.date()), percent(previous.headline)
    if previous.same_inputs:
        return f"Change: the assessment of {day}, with the same scenario and priors, gave {number}."
    changed = "the priors have" if previous.same_scenario else "the scenario has"
    return f"Change: the assessment of {day} gave {number}; {changed} changed since."

"""The full report: the brief first, then everything that it rests on, in the order in which readers ask."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from msgspec.structs import replace

from estimative.model.inference.diagnostics import Check
from estimative.model.report_result import OtherResult, ReportResult, Reproduction
from estimative.model.spec.evidence import Evidence
from estimative.model.spec.scenario import Scenario
from estimative.priors.statement_syntax import say
from estimative.priors.verbal_scale import Scale
from estimative.reports import phrases
from estimative.reports.blocks import (
    Block,
    Code,
    Document,
    Figure,
    Heading,
    Listing,
    PageBreak,
    Paragraph,
    Picture,
    Table,
)
from estimative.reports.context import Context
from estimative.reports.documents import brief, compare, curves, evidence, fit, history, sensitivity
from estimative.reports.documents.competing_hypotheses import competing_hypotheses
from estimative.reports.documents.dates import dates
from estimative.reports.documents.hypotheses import hypotheses
from estimative.reports.documents.indicators import indicators
from estimative.reports.documents.state_weights import state_weights
from estimative.reports.documents.tipping_points import tipping_points
from estimative.reports.figures import Figures
from estimative.reports.number_format import interval, percent, plain_percent, rounded
from estimative.reports.phrases import METHODS, capital, input_name, listed, plain, whose
from estimative.reports.sheets import Sheet

MODEL = (
    (
        "Factors are degrees between 0 and 1 that nobody observes. Each raises or lowers the odds of the events that "
        "name it, by a ratio that the analyst states. The contributions multiply."
    ),
    (
        "The probability of an event, given its condition, is a baseline whose log-odds its factors and earlier events "
        "move. Where the scenario says so, it is a yearly rate or an entry of a table instead."
    ),
    (
        "Evidence enters as a likelihood. An indicator or a testimony has a likelihood ratio for what it is about; a "
        "speaker with a motive counts for less. A measurement is normal around the value that the factor implies, a "
        "forecast around the log-odds of the probability. Counts are Poisson, past cases Bernoulli."
    ),
    "Events are summed out exactly; only the inputs are sampled. A probability is the mean over the draws.",
)
ASSUMPTIONS = (
    "Events follow their given order. A cause that the scenario does not name is part of an event's baseline.",
    (
        "Given factors and events, evidence of different origins is independent. Several items of one origin count for "
        "less than as many separate items."
    ),
    "The priors of different inputs are independent of one another.",
)
GUIDELINES = (
    ("Model: data, likelihood, priors, prior predictive", "Method; Inputs; the prior column of Outcomes"),
    ("Computation: software, convergence, effective sample size", "Method, with every check; How to reproduce"),
    ("Posterior: summaries, intervals", "Outcomes; Chain of events; Factors; Inputs"),
    ("Posterior predictive check", "Not done: the items of evidence are few and unlike each other"),
    ("Decisions, Bayes factors", "Not used: the report informs decisions and takes none"),
    ("Sensitivity: to priors, to other analysts, to structure", "What drives the result; Dissent"),
    ("Reproduction: files, versions, seed", "How to reproduce"),
)
"""Kruschke (2021), by step; where this report has it."""
GRADES = (
    "Grades are Admiralty codes: of the source from A (completely reliable) to E (unreliable), of the information from "
    "1 (confirmed) to 5 (improbable); F and 6 mean that it cannot be judged. Counts: how much an item counts, by the "
    "analyst's choice of relevance and by the number of items of one origin."
)
MIN_SHARE = 0.01
"""Of the posterior: a smaller share is not mentioned."""


def document(result: ReportResult, context: Context) -> Document:
    """The brief and, unless that is all that is wanted, everything that it rests on."""
    return brief.document(result, context) if context.brief else tuple(_document(result, context))


def _document(result: ReportResult, context: Context) -> Iterator[Block]:
    yield from brief.document(result, context)
    yield PageBreak()
    if result.fit.has_results:
        yield from _results(result, context)
        yield from _analyses(result, context)
    if result.fit.warnings:
        yield Heading(text="Warnings")
        yield Listing(points=tuple(map(str, result.fit.warnings)))
    yield from _method(result)
    yield from _sources(context.scenario)
    if result.reproduction:
        yield from _reproduction(result, result.reproduction)
    if result.fit.has_results:
        yield from _inputs(result, context)
    yield from _guidelines()


def _results(result: ReportResult, context: Context) -> Iterator[Block]:
    yield Heading(text="Outcomes")
    yield from _figures("outcomes", result, context)
    yield fit.outcomes_table(result.fit, context)
    yield from fit.omitted(result.fit, context.scenario)
    if text := spread_over_words(result.quantiles.get(result.fit.scenario.headline, ()), context.scale):
        yield Paragraph(text=text)
    yield Paragraph(text=_scale(context.scale))
    yield from hypotheses(
        result.fit, context, tuple(_figures("numbers", result, context)) if result.fit.numbers else ()
    )
    yield from fit.chain(result.fit, context.scenario, _figures("tree", result, context))
    yield from dates(result.fit, context, tuple(_figures("dates", result, context)) if result.fit.dates else ())
    if context.scenario.factors:
        yield Heading(text="Factors")
        yield from _figures("factors", result, context)
        yield fit.factors_table(result.fit, context.scenario)


def _figures(name: str, result: ReportResult, context: Context) -> Iterator[Block]:
    """A figure of one of the parts, by its name."""
    parts: list[tuple[object, Figures]] = [
        (result.fit, fit.FIGURES),
        (result.evidence, evidence.FIGURES),
        (result.sensitivity, sensitivity.FIGURES),
        (result.comparison, compare.FIGURES),
    ]
    for part, figures in parts:
        if part and name in figures:
            yield Figure(name=name, draw=partial(figures[name], part, context))


def spread_over_words(quantiles: Sequence[float], scale: Scale) -> str:
    """How the posterior of a probability spreads over the words of a scale; empty where it has no spread.

    Parameters
    ----------
    quantiles
        At equal steps of posterior mass.
    """
    if not quantiles or quantiles[0] == quantiles[-1]:
        return ""
    words = [str(scale.word(value)) for value in quantiles]
    shares = {word: words.count(word) / len(words) for word in dict.fromkeys(words)}
    parts = [f"{100 * share:.0f}% for \u201c{word}\u201d" for word, share in shares.items() if share >= MIN_SHARE]
    return f"Allowing for the uncertainty in the inputs, the credibility is {listed(parts)}."


def _scale(scale: Scale) -> str:
    source = f" ({scale.source.rstrip('.')})" if scale.source else ""
    rule = " ".join(scale.rule.split()).rstrip(".")
    return f"Words of probability: {scale.title}{source}.{f' {rule}.' if rule else ''}"


def _analyses(result: ReportResult, context: Context) -> Iterator[Block]:
    yield Heading(text="Evidence")
    yield from _evidence(result, context)
    yield from competing_hypotheses(result.evidence.competing if result.evidence else (), context)
    yield Heading(text="What drives the result")
    yield from _drivers(result, context)
    yield from _one_at_a_time(result, context)
    if result.refused:
        yield Paragraph(text=f"Not computed: {'; '.join(reason.rstrip('.') for reason in result.refused)}.")
    yield Heading(text="Dissent")
    if result.comparison:
        yield from _below(compare.parts(result.comparison, context))
    else:
        yield from _dissent(result.dissent, context)
    yield from _history(result, context)
    yield Heading(text="How much comes from the priors")
    yield from fit.influence(result.fit, context)
    yield Heading(text="Assumptions of the model")
    yield Listing(points=ASSUMPTIONS)


def _history(result: ReportResult, context: Context) -> Iterator[Block]:
    """The judgement over time, from saved runs, where there are any of another day."""
    if result.history:
        yield Heading(text="History")
        yield from history.plot(result.history, context)
        yield from _below(history.over_time(result.history, context))


def _evidence(result: ReportResult, context: Context) -> Iterator[Block]:
    scenario, part = context.scenario, result.evidence
    if not scenario.evidence:
        yield Paragraph(text="No evidence was used: the result follows from the priors.")
        return
    if part and part.weights:
        yield from _figures("evidence", result, context)
        yield from _below(evidence.weights(part.weights, result.fit.headline, scenario, rows=8))
        yield from _below(state_weights(part.weights, scenario))
        yield from _below(evidence.tensions(part.weights, scenario))
    yield Heading(text="Items of evidence", level=3)
    yield _items(scenario, result.fit.weights)
    yield Paragraph(text=GRADES)
    if part and part.tipping_points:
        yield from _below(tipping_points(part.tipping_points, part.weights, context))
    if part and part.information:
        yield from _below(indicators(part.information, context, details=2))


def _below(blocks: Iterable[Block]) -> Iterator[Block]:
    """The same blocks with every heading a level further down."""
    for block in blocks:
        yield replace(block, level=block.level + 1) if isinstance(block, Heading) else block


def _items(scenario: Scenario, weights: Mapping[str, float]) -> Table:
    rows = [
        (plain(item.title), _source(item), item.grade or "-", _counts(item, weights[name], scenario))
        for name, item in scenario.evidence.items()
    ]
    header = ("Item", "Source", "Grade", "Counts")
    return Table(header=header, rows=tuple(rows), text_columns=frozenset({0, 1, 2}))


def _counts(item: Evidence, weight: float, scenario: Scenario) -> str:
    """How much an item counts, and whether that is because of its age."""
    age = "expired" if item.expired(scenario.as_of) else "faded" if item.left(scenario.as_of) < 1 else ""
    return f"{weight:.2g} ({age})" if age else f"{weight:.2g}"


def _source(item: Evidence) -> str:
    return ", ".join(part for part in (item.source, item.locator, str(item.date or "")) if part)


def _drivers(result: ReportResult, context: Context) -> Iterator[Block]:
    part = result.sensitivity
    if part is None or part.tornado is None:
        yield Paragraph(text="Not computed.")
        return
    yield Paragraph(text=sensitivity.most_influential(part.tornado, context.assessment), strong=True)
    yield from _figures("tornado", result, context)
    if part.sobol:
        yield Paragraph(text=sensitivity.explained(part.sobol))
    if part.power_scaling:
        yield Paragraph(text=sensitivity.responds(part.power_scaling, context.assessment))
    if part.structure:
        yield Paragraph(text=sensitivity.noisy_or(part.structure.noisy_or))


def _one_at_a_time(result: ReportResult, context: Context) -> Iterator[Block]:
    """The curves of single inputs; in a page also as sliders."""
    part = result.sensitivity
    if part and part.curves and part.headline:
        yield from curves.document(part.curves, context, tuple(_figures("curves", result, context)))
        if not context.static:
            yield curves.sliders(part.curves, part.headline.posterior, context)


def _dissent(others: Sequence[OtherResult], context: Context) -> Iterator[Block]:
    if not others:
        yield Paragraph(text="No other analyst's assessment of this scenario is saved.")
        return
    ordered = sorted(others, key=lambda other: -other.headline.value)
    mass = ordered[0].headline.interval.mass
    yield Table(
        header=("Analyst", "Probability", f"{plain_percent(mass)} interval", "Word", "Assessed"),
        rows=tuple(_other(other, context.scale) for other in ordered),
        text_columns=frozenset({0, 3, 4}),
    )


def _other(row: OtherResult, scale: Scale) -> tuple[str, ...]:
    assessed = f"{row.created.date().isoformat()}{'' if row.same_scenario else ', another version'}"
    name, word = phrases.analyst(row.prior_set, row.analyst), str(phrases.phrase(row.headline, scale))
    return name, percent(row.headline), interval(row.headline.interval), word, assessed


def _method(result: ReportResult) -> Iterator[Block]:
    yield Heading(text="Method")
    yield Listing(points=MODEL)
    yield from fit.method(result.fit)
    rows = [(METHODS[name], *_check(check)) for name, part in result.fit.fits.items() for check in part.verdict.checks]
    yield Table(
        header=("Method", "Check", "Value", "Needed", "Result"), rows=tuple(rows), text_columns=frozenset({0, 1, 4})
    )


def _check(check: Check) -> tuple[str, str, str, str]:
    where = f" ({check.where})" if check.where else ""
    value = ("-" if check.passed else "infinite") if check.value is None else rounded(check.value, 0.0)
    return f"{check.name}{where}", value, f"{check.direction} {check.limit:g}", "passed" if check.passed else "failed"


def _sources(scenario: Scenario) -> Iterator[Block]:
    if scenario.sources:
        yield Heading(text="Sources")
        yield Listing(
            points=tuple(
                f"{name}: " + ". ".join(str(part).rstrip(".") for part in (s.title, s.publisher, s.date, s.url) if part)
                for name, s in scenario.sources.items()
            )
        )


def _reproduction(result: ReportResult, reproduction: Reproduction) -> Iterator[Block]:
    yield Heading(text="How to reproduce")
    yield Paragraph(text="These commands repeat the run from its own copies of its files:")
    yield Code(lines=reproduction.commands)
    rows = tuple((file.name, file.sha256) for file in reproduction.files)
    yield Table(header=("File", "SHA-256"), rows=rows, text_columns=frozenset({0, 1}))


def _inputs(result: ReportResult, context: Context) -> Iterator[Block]:
    priors = context.assessment.priors
    yield Heading(text="Inputs")
    yield Paragraph(
        text="Every input as it was stated, with its mean before \u2192 after the evidence, and the reason given. In "
        "brackets: the prior set that it was taken from, or that the author of the scenario suggested it."
    )
    rows = [
        (
            capital(input_name(name, context.scenario)),
            say(priors[name].stated.statement) + whose(priors[name].stated.taken_from),
            f"{rounded(row.prior.mean, row.prior.se)} \u2192 {rounded(row.posterior.mean, row.posterior.se)}",
            plain(priors[name].stated.because),
        )
        for name, row in result.fit.quantities.items()
    ]
    header = ("Input", "Stated", "Mean", "Reason")
    yield Table(header=header, rows=tuple(rows), text_columns=frozenset({0, 1, 3}))


def _guidelines() -> Iterator[Block]:
    yield Heading(text="Bayesian analysis reporting guidelines")
    yield Table(header=("Step (Kruschke 2021)", "Where"), rows=GUIDELINES, text_columns=frozenset({0, 1}))


def sheets(result: ReportResult, context: Context) -> tuple[Sheet, ...]:
    """The tables of all parts."""
    parts = (
        fit.sheets(result.fit, context),
        evidence.sheets(result.evidence, context) if result.evidence else (),
        sensitivity.sheets(result.sensitivity, context) if result.sensitivity else (),
        compare.sheets(result.comparison, context) if result.comparison else (),
    )
    return tuple(sheet for part in parts for sheet in part)


def _part(name: str, figures: Figures) -> Figures:
    """The figures of a part, drawn from the report; NothingToPlot where the report lacks the part."""

    def drawn(draw: Callable[[Any, Context], Picture], result: ReportResult, context: Context) -> Picture:
        part = getattr(result, name)
        if part is None:
            from estimative.reports.figures.style import NothingToPlot

            raise NothingToPlot("It was not computed.")
        return draw(part, context)

    return {figure: partial(drawn, draw) for figure, draw in figures.items()}


FIGURES: Figures = {
    **_part("fit", fit.FIGURES),
    **_part("evidence", evidence.FIGURES),
    **_part("sensitivity", sensitivity.FIGURES),
    **_part("comparison", compare.FIGURES),
    **_part("history", history.FIGURES),
}

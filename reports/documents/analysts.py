"""What the documents about several analysts share: who they are, their probabilities, who is highest and lowest."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from estimative.model.disagreement.analysts import AnalystResult, LeftOut
from estimative.model.disagreement.comparison import CompareResult
from estimative.model.inference.estimates import ProbabilityEstimate
from estimative.model.inference.fit_result import Probability
from estimative.model.inference.info import FitInfo, ScenarioInfo
from estimative.model.inference.mc_estimate import MCEstimate, delta_method, log_odds
from estimative.model.pool_result import PoolResult
from estimative.priors.verbal_scale import Scale
from estimative.reports import phrases
from estimative.reports.blocks import Block, Caution, Heading, IntervalPlot, Listing, Paragraph, Table
from estimative.reports.context import Context
from estimative.reports.documents.ageing import later
from estimative.reports.documents.interval_plot import interval_plot, interval_row
from estimative.reports.number_format import factor, interval, percent, percent_range, plain_percent
from estimative.reports.phrases import date, listed, plain

type Analysts = Mapping[str, AnalystResult]


def introduction(scenario: ScenarioInfo, analysts: Analysts, what: str) -> Iterator[Block]:
    """The question and the horizon."""
    yield Heading(text=f"{scenario.title}: {len(analysts)} analysts {what}", level=1)
    yield Paragraph(text=phrases.first_paragraph(scenario.question))
    yield Paragraph(text=f"As of {date(scenario.as_of)}, until {date(scenario.until)}.")
    yield from later(scenario)


def fits(analysts: Analysts) -> dict[str, FitInfo]:
    """Each analyst's fit, by name."""
    return {name: analyst.fit for name, analyst in analysts.items()}


def members(analysts: Analysts) -> Listing:
    """Who each analyst is, and with what confidence."""
    return Listing(points=tuple(_member(name, analyst.fit) for name, analyst in analysts.items()))


def _member(name: str, fit: FitInfo) -> str:
    who = f"{name}: {plain(fit.prior_set.analyst)}" if fit.prior_set.analyst else name
    confidence = fit.prior_set.confidence
    return f"{who}. {phrases.confidence_level(confidence)}" if confidence else who


def probability(analyst: AnalystResult, outcome: str) -> str:
    """An analyst's probability of an outcome; a dash where it is not known well enough."""
    number = analyst.outcomes.get(outcome)
    return percent(number.posterior) if number else "-"


def by_probability(analysts: Analysts, outcome: str) -> dict[str, Probability]:
    """The probability of an outcome by each analyst with numbers, the highest first."""
    rows = [(name, analyst.outcomes[outcome]) for name, analyst in analysts.items() if outcome in analyst.outcomes]
    return dict(sorted(rows, key=lambda row: -row[1].posterior.value))


def extremes(rows: Mapping[str, Probability], scale: Scale, difference: MCEstimate | None = None) -> str:
    """Who is highest, who is lowest, and the factor between their odds; `rows` come highest first.

    Parameters
    ----------
    difference
        Of the two analysts' log-odds, where it is known better than from their probabilities.
    """
    (high, top), *_, (low, bottom) = rows.items()
    lead = f"Highest: {high}, {phrases.judged(top.posterior, scale)}. Lowest: {low}, "
    lead += f"{phrases.judged(bottom.posterior, scale)}."
    if not (bottom.posterior.value > 0 and top.posterior.value < 1):
        return lead
    between = difference or _odds_between(top.posterior, bottom.posterior)
    return f"{lead} The odds of {high} are {factor(between)} times the odds of {low}."


def _odds_between(high: ProbabilityEstimate, low: ProbabilityEstimate) -> MCEstimate:
    """The difference in log-odds; its error as if the two shared no random numbers, which is too large if they do."""
    ends = [log_odds(MCEstimate(value=end.value, own_variance=end.se**2)) for end in (high, low)]
    return delta_method(ends[0].value - ends[1].value, [(1.0, ends[0]), (-1.0, ends[1])])


def reach(rows: Mapping[str, Probability]) -> str:
    """From the lowest to the highest probability."""
    ends = [row.posterior for row in rows.values()]
    return percent_range(ends[-1], ends[0])


def probabilities_plot(rows: Mapping[str, Probability], scale: Scale) -> IntervalPlot:
    """Each analyst's probability and interval."""
    mass = next(iter(rows.values())).posterior.interval.mass
    bars = tuple(interval_row(name, row.posterior, row.prior) for name, row in rows.items())
    return interval_plot(bars, mass, scale)


def probabilities_table(rows: Mapping[str, Probability], scale: Scale) -> Table:
    """Each analyst's probability, interval, prior and word."""
    mass = next(iter(rows.values())).posterior.interval.mass
    return Table(
        header=("Analyst", "Probability", f"{plain_percent(mass)} interval", "Prior", f"{scale.title} word"),
        rows=tuple(
            (
                name,
                percent(row.posterior),
                interval(row.posterior.interval),
                percent(row.prior),
                str(phrases.phrase(row.posterior, scale)),
            )
            for name, row in rows.items()
        ),
        text_columns=frozenset({0, 4}),
    )


def outcome_rows(analysts: Analysts, context: Context) -> list[dict[str, object]]:
    """Every probability as a row of a sheet: by outcome and analyst."""
    return [
        {
            "outcome": outcome,
            "title": plain(context.scenario.outcomes[outcome].title),
            "analyst": name,
            "": row,
            "word": str(phrases.phrase(row.posterior, context.scale)),
        }
        for outcome in context.scenario.outcomes
        for name, row in by_probability(analysts, outcome).items()
    ]


def left_out(others: Sequence[LeftOut]) -> Iterator[Block]:
    """Whose files could not be used; nothing where all could."""
    if others:
        files = listed([other.file for other in others])
        yield Caution(text=f"Left out, because of errors in the file: {files}.")


def left_out_rows(result: CompareResult | PoolResult) -> Iterator[dict[str, object]]:
    """A row of a sheet for each analyst without numbers, with the reason."""
    for other in result.left_out:
        yield {"analyst": other.analyst, "left_out": other.errors}
    for name, analyst in result.analysts.items():
        if not analyst.outcomes:
            yield {"analyst": name, "left_out": phrases.verdict(analyst.fit)}


def standard_deviation(variance: MCEstimate) -> MCEstimate:
    """The square root of a variance."""
    sd = math.sqrt(max(variance.value, 0.0))
    return delta_method(sd, [(1 / (2 * sd), variance)] if sd > 0 else [])

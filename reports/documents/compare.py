"""The document of a comparison: who says what, who is highest and lowest, and why they differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from estimative.model.disagreement.analysts import LogEvidence, Pair
from estimative.model.disagreement.comparison import CompareResult
from estimative.model.inference.mc_estimate import MCEstimate, delta_method
from estimative.reports.blocks import Block, Heading, Paragraph, Table, collected
from estimative.reports.context import Context
from estimative.reports.documents import analysts, attribution, common, team_attribution
from estimative.reports.figures import figures
from estimative.reports.number_format import decibans, factor, rounded, significant, with_error
from estimative.reports.phrases import capital, plain, proposition
from estimative.reports.sheets import Sheet, sheet


@collected
def document(result: CompareResult, context: Context) -> Iterator[Block]:
    """The analysts' numbers first, then why they differ, then the pairs, then how they were computed."""
    yield from analysts.introduction(result.scenario, result.analysts, "compared")
    yield from analysts.left_out(result.left_out)
    yield from common.cautions(result, analysts.fits(result.analysts), context.scenario)
    yield from parts(result, context)
    if result.reported:
        yield from _other_outcomes(result, context)
    if len(result.reported) > 1:
        yield from _pairs(result)
        yield from _predicted(result.log_bayes_factors)
    yield from common.method(analysts.fits(result.analysts), result.scenario, result.computation)
    if result.reported:
        yield common.reservation(analysts.fits(result.analysts).values())


def parts(result: CompareResult, context: Context) -> Iterator[Block]:
    """Who says what, and why they differ."""
    if result.reported:
        yield from summary(result, context)
    yield analysts.members(result.analysts)
    if result.attribution:
        yield from attribution.pair(result.attribution, context)
    if result.team:
        yield from team_attribution.team(result.team, context)


def summary(result: CompareResult, context: Context) -> Iterator[Block]:
    """Who is highest, who is lowest, by which factor; each analyst as a plot and in a table."""
    scenario = result.scenario
    rows = analysts.by_probability(result.analysts, scenario.headline)
    difference = attribution.upward(result.attribution).decomposition.total if result.attribution else None
    text = analysts.extremes(rows, context.scale, difference) if len(rows) > 1 else ""
    yield Paragraph(text=f"{proposition(scenario.headline, context.scenario)}. {text}".strip(), strong=True)
    yield analysts.probabilities_plot(rows, context.scale)
    yield analysts.probabilities_table(rows, context.scale)


def _other_outcomes(result: CompareResult, context: Context) -> Iterator[Block]:
    outcomes = [outcome for outcome in context.scenario.outcomes if outcome != result.scenario.headline]
    if not outcomes:
        return
    yield Heading(text="Other outcomes")
    names = list(analysts.by_probability(result.analysts, result.scenario.headline))
    rows = [
        (
            plain(context.scenario.outcomes[outcome].title),
            *(analysts.probability(result.analysts[name], outcome) for name in names),
        )
        for outcome in outcomes
    ]
    yield Table(header=("Outcome", *names), rows=tuple(rows))


def _pairs(result: CompareResult) -> Iterator[Block]:
    yield Heading(text="Pair by pair")
    yield Table(
        header=("First", "Second", "Difference", "First higher", "Overlap", "Distance"),
        rows=tuple(_pair(pair) for pair in result.pairs if pair.outcome == result.scenario.headline),
        text_columns=frozenset({0, 1}),
    )
    yield Paragraph(text=PAIRS)


PAIRS = (
    "Difference: the probability of the first less that of the second, in percentage points. First higher: the "
    "probability that the first analyst's probability is above the second's, given the uncertainty in the inputs of "
    "both. Overlap: of the two distributions, from 0 to 1. Distance: between them (Wasserstein-1), in percentage "
    "points."
)


def _pair(pair: Pair) -> tuple[str, ...]:
    return (
        pair.first,
        pair.second,
        with_error(100 * pair.difference.value, 100 * pair.difference.se),
        _unit_interval(pair.superiority),
        _unit_interval(pair.overlap),
        rounded(pair.wasserstein.value, pair.wasserstein.se, places=2),
    )


def _unit_interval(number: MCEstimate) -> str:
    """A number from 0 to 1 to two decimals at most; a number near an end is not rounded to it."""
    if number.se <= 0.005 and 0 < number.value < 1 and min(number.value, 1 - number.value) < 0.005:
        return "below 0.01" if number.value < 0.5 else "above 0.99"
    return rounded(number.value, max(number.se, 0.01))


def _predicted(factors: Mapping[str, LogEvidence]) -> Iterator[Block]:
    """Whose priors predicted the evidence better."""
    yield Heading(text="Whose priors predicted the evidence better")
    first = next(iter(factors))
    yield Paragraph(text=_best({name: row.comparable for name, row in factors.items()}, first))
    yield Table(
        header=("Analyst", "Comparable evidence", "All evidence"),
        rows=tuple(
            (name, *("reference" if name == first else _decibans(n) for n in (row.comparable, row.all_evidence)))
            for name, row in factors.items()
        ),
    )
    yield Paragraph(
        text=f"Log Bayes factors against {first}, in decibans. Comparable evidence has a probability of its own under "
        "every analyst (measurements, forecasts, cases, counts, observations), and all analysts weigh it alike; only "
        "this column is a fair comparison. Indicators and testimony have likelihood ratios only, so larger ratios may "
        "raise the other column without any merit."
    )


def _best(comparable: Mapping[str, MCEstimate | None], first: str) -> str:
    """Whose priors gave the comparable evidence the highest probability, if that is clear."""
    known = {name: number for name, number in comparable.items() if number is not None}
    if len(known) < len(comparable):
        return "The draws do not show this for every analyst."
    best, second, *_ = sorted(known, key=lambda name: -known[name].value)
    lead = delta_method(known[best].value - known[second].value, [(1.0, known[best]), (-1.0, known[second])])
    if not lead.value or not significant(lead):
        return "On comparable evidence, no analyst clearly predicted best."
    rival = second if best == first else first
    times = factor(lead if best == first else known[best])
    return f"{capital(best)} predicted the comparable evidence best: it was {times} times as probable as under {rival}."


def _decibans(number: MCEstimate | None) -> str:
    return "unknown" if number is None else decibans(number)


def sheets(result: CompareResult, context: Context) -> tuple[Sheet, ...]:
    """Probabilities, pairs, Bayes factors and shares as tables."""
    pair, team = result.attribution, result.team
    parts = {f"{pair.first} less {pair.second}": pair.decomposition} if pair else {}
    if team:
        parts = {"variance between analysts": team.variance} | {
            f"{name} less pool": decomposition for name, decomposition in team.against_pool.items()
        }
    return (
        sheet("analysts", [*analysts.outcome_rows(result.analysts, context), *analysts.left_out_rows(result)]),
        sheet("pairs", [{"": pair} for pair in result.pairs]),
        sheet("Bayes factors", [{"analyst": name, "": row} for name, row in result.log_bayes_factors.items()]),
        attribution.share_sheet("shares", parts, context),
    )


FIGURES = figures("analysts", "waterfall", "agreement")

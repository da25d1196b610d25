"""The document of an evidence analysis: what the evidence did, what would change the word, what to look for."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from estimative.model.analysis.evidence import EvidenceResult
from estimative.model.analysis.evidence_weight import Conflict, EvidenceGroup, EvidenceWeight, EvidenceWeights
from estimative.model.inference.fit_result import Probability
from estimative.model.inference.mc_estimate import MCEstimate
from estimative.model.spec.scenario import Scenario
from estimative.reports import phrases
from estimative.reports.blocks import Block, Heading, Listing, Paragraph, Table, collected
from estimative.reports.context import Context
from estimative.reports.documents import common
from estimative.reports.documents.competing_hypotheses import competing_hypotheses
from estimative.reports.documents.competing_hypotheses import sheets as hypotheses_sheets
from estimative.reports.documents.indicators import indicators
from estimative.reports.documents.state_weights import state_rows, state_weights
from estimative.reports.documents.tipping_points import tipping_points
from estimative.reports.figures import figures
from estimative.reports.number_format import (
    DECIBANS,
    change_in_decibans,
    decibans,
    factor,
    multiple,
    percent,
    plain_decibans,
    rounded,
    significant,
)
from estimative.reports.phrases import listed, plain, quoted
from estimative.reports.sheets import Sheet, sheet

LEAST_WEIGHT = math.log(1.1)
"""In log-odds: an item that does less is not called strong."""
LEAST_INTERACTION = 1 / DECIBANS
"""In log-odds; a smaller difference between a weight alone and given the rest is not worth a word."""
SHARE = 0.5
"""Of the smaller one of the two weights: the same."""


@collected
def document(result: EvidenceResult, context: Context) -> Iterator[Block]:
    """What the evidence did, item by item; tipping points; indicators; conflicts; method."""
    scenario = context.scenario
    yield from common.introduction(result.scenario, result.fit.prior_set, "what the evidence does")
    yield from common.cautions(result, {"The fit": result.fit}, context.scenario)
    if result.headline:
        yield Paragraph(text=common.judgement(scenario.headline, result.headline, context), strong=True)
        if result.weights:
            yield from weights(result.weights, result.headline, scenario)
            yield from state_weights(result.weights, scenario)
        yield from competing_hypotheses(result.competing, context)
        if result.tipping_points:
            yield from tipping_points(result.tipping_points, result.weights, context)
        if result.information:
            yield from indicators(result.information, context)
        if result.weights:
            yield from tensions(result.weights, scenario)
            yield from steps(result.weights, scenario)
    yield from common.method({"Fit": result.fit}, result.scenario, result.computation)
    efforts = {"Weights of evidence": result.weights, "Tipping points": result.tipping_points}
    yield Listing(points=tuple(f"{name}: {phrases.fits(part.effort)}" for name, part in efforts.items() if part))


def weights(
    result: EvidenceWeights, headline: Probability, scenario: Scenario, *, rows: int = common.MAX_ROWS
) -> Iterator[Block]:
    """What the evidence did in total, its strongest items, and the weight of each group."""
    yield Heading(text="What the evidence did")
    if not result.groups:
        yield Paragraph(text="There is no evidence. The result follows from the priors.")
        return
    yield Paragraph(text=total(result, headline), strong=True)
    yield Listing(points=tuple(strongest(result, scenario)))
    ranked = sorted(result.groups, key=lambda group: -abs(group.marginal_last.value))
    table = _table([(group_title(row, scenario), _grade(row, scenario), row) for row in ranked])
    yield common.shortened(table, rows=rows)
    yield Paragraph(
        text="Weights in decibans: the change in the log-odds of the result (10 decibans multiply the odds by 10). "
        "Alone: as the only evidence. Given rest: added after all other evidence; the factor is what that does to the "
        "odds. 0: less than its error. Items of one origin count as one group."
    )
    if texts := tuple(together(result.groups, scenario)):
        yield Paragraph(text=" ".join(texts))


def total(result: EvidenceWeights, headline: Probability) -> str:
    """The probability before and after the evidence, and the factor on the odds."""
    lead = f"Before the evidence: {percent(headline.prior)}. With it: {percent(headline.posterior)}."
    if not significant(result.total):
        return f"{lead} In total, the evidence did not change the odds by more than the error."
    verb = "raised" if result.total.value > 0 else "lowered"
    size = rounded(DECIBANS * abs(result.total.value), DECIBANS * result.total.se)
    return f"{lead} In total, the evidence {verb} the odds by a factor of {multiple(result.total)} ({size} decibans)."


def strongest(result: EvidenceWeights, scenario: Scenario) -> Iterator[str]:
    """The strongest group for and the strongest against, given the rest."""
    clear = [group for group in result.groups if significant(group.marginal_last)]
    for name, sign, verb in (("for", 1, "multiplies"), ("against", -1, "divides")):
        row = max(clear, key=lambda group: sign * group.marginal_last.value, default=None)
        if row and sign * row.marginal_last.value > LEAST_WEIGHT:
            size = multiple(row.marginal_last)
            yield f"Strongest {name}: {group_title(row, scenario)}. Given the rest, it {verb} the odds by {size}."
        else:
            yield f"Strongest {name}: no item changes the odds by a tenth."


def group_title(group: EvidenceGroup, scenario: Scenario) -> str:
    """The title of an item, or of the first of several and how many others there are."""
    title = quoted(scenario.evidence[group.items[0]].title)
    more = len(group.items) - 1
    return f"{title} and {more} more of the same origin" if more else title


def _grade(group: EvidenceGroup, scenario: Scenario) -> str:
    return (scenario.evidence[group.items[0]].grade or "-") if len(group.items) == 1 else ""


def _table(rows: Sequence[tuple[str, str, EvidenceWeight]]) -> Table:
    """Titles and grades with their weights."""
    return Table(
        header=("Evidence", "Grade", "Alone", "Given rest", "Factor"),
        rows=tuple(
            (
                title,
                grade,
                change_in_decibans(row.marginal_first),
                change_in_decibans(row.marginal_last),
                factor(row.marginal_last),
            )
            for title, grade, row in rows
        ),
        text_columns=frozenset({0, 1}),
    )


def steps(result: EvidenceWeights, scenario: Scenario) -> Iterator[Block]:
    """All groups in the order of the scenario, each with what it adds; and the items of groups of several."""
    if not result.groups:
        return
    yield Heading(text="All evidence, step by step")
    rows = [(group_title(g, scenario), change_in_decibans(g.step), _probability(g.running)) for g in result.groups]
    yield Table(header=("Evidence, in the order of the scenario", "Adds", "Result so far"), rows=tuple(rows))
    yield Paragraph(
        text="Adds: decibans, when this evidence is added to that above it. The last row is the result: the error "
        f"of the separate fits, {decibans(result.residual)} decibans, was spread over the steps."
    )
    if result.items:
        yield Heading(text="Items of one origin, each by itself", level=3)
        items = [scenario.evidence[row.name] for row in result.items]
        yield _table([(plain(i.title), i.grade or "-", row) for i, row in zip(items, result.items, strict=True)])
        if any(map(_counted_already, result.items)):
            yield Paragraph(
                text="Items of one origin share their weight, so each adds less once the others are counted."
            )


def _probability(log_odds: MCEstimate) -> str:
    """A probability from its natural log-odds."""
    p = 1 / (1 + math.exp(min(-log_odds.value, 700.0)))
    return percent(MCEstimate(value=p, own_variance=(p * (1 - p) * log_odds.se) ** 2))


def together(groups: Sequence[EvidenceGroup], scenario: Scenario) -> Iterator[str]:
    """Which groups weigh less, and which more, than they would if they were independent; nothing where none does."""
    rows = sorted(filter(_interacts, groups), key=lambda group: -abs(group.interaction.value))
    if not rows:
        return
    yield "Items that are independent given the result weigh the same alone and given the rest: their weights add."
    less = [row for row in rows if _counted_already(row)]
    more = [row for row in rows if not _counted_already(row)]
    if less:
        yield (
            f"Less given the rest: {listed([_both_weights(row, scenario) for row in less])}. Once the rest is known, "
            "they say less about the result, as reports of one thing do, or different signs of one cause."
        )
    if more:
        yield (
            f"More given the rest, or the other way: {listed([_both_weights(row, scenario) for row in more])}. What "
            "they say about the result depends on the rest."
        )


def _both_weights(row: EvidenceGroup, scenario: Scenario) -> str:
    alone, last = plain_decibans(row.marginal_first), plain_decibans(row.marginal_last)
    return f"{group_title(row, scenario)} ({alone} alone, {last} given the rest)"


def _interacts(row: EvidenceGroup) -> bool:
    """Whether it is clear, and worth a word, that a group and the rest are not independent given the result."""
    size = max(LEAST_INTERACTION, SHARE * min(abs(row.marginal_first.value), abs(row.marginal_last.value)))
    return significant(row.interaction) and abs(row.interaction.value) > size


def _counted_already(row: EvidenceWeight) -> bool:
    """Whether it weighs less given the rest, in the same direction."""
    alone, last = row.marginal_first.value, row.marginal_last.value
    return significant(row.interaction) and alone * last >= 0 and abs(last) < abs(alone)


def tensions(result: EvidenceWeights, scenario: Scenario) -> Iterator[Block]:
    """Groups that move the result in opposite directions, and groups that are improbable together."""
    groups = {group.name: group for group in result.groups}
    points = []
    if result.opposition:
        up, down = groups[result.opposition.raises], groups[result.opposition.lowers]
        points.append(
            f"Opposite directions: {group_title(up, scenario)} ({plain_decibans(up.marginal_last)} decibans) and "
            f"{group_title(down, scenario)} ({plain_decibans(down.marginal_last)}), given the rest."
        )
    if result.conflict:
        points.append(_conflict(result.conflict, groups, scenario))
    if points:
        yield Heading(text="Conflicts in the evidence")
        yield Listing(points=tuple(points))


def _conflict(result: Conflict, groups: Mapping[str, EvidenceGroup], scenario: Scenario) -> str:
    first, second = (group_title(groups[name], scenario) for name in (result.first, result.second))
    return (
        f"Strongest conflict: {first} and {second}. Under these priors, both together are {multiple(result.measure)} "
        "times less probable than if they were independent."
    )


def sheets(result: EvidenceResult, context: Context) -> tuple[Sheet, ...]:
    """Weights, thresholds, factors and indicators as tables; weights and shifts in natural log-odds."""
    scenario = context.scenario
    rows = (*result.weights.groups, *result.weights.items) if result.weights else ()
    reaches = result.tipping_points.factors if result.tipping_points else ()
    crossings = [{"factor": row.name, "": crossing} for row in reaches for crossing in row.crossings]
    return (
        sheet("weights", [{**_titles(row, scenario), "": row} for row in rows]),
        sheet("states", list(state_rows(result.weights)) if result.weights else []),
        sheet("thresholds", [{"": row} for row in (result.tipping_points.thresholds if result.tipping_points else ())]),
        sheet("crossings", crossings),
        sheet(
            "indicators",
            [
                {"title": plain(scenario.indicators[row.name].title), "": row}
                for row in (result.information.indicators if result.information else ())
            ],
        ),
        *hypotheses_sheets(result.competing, context),
    )


def _titles(row: EvidenceWeight, scenario: Scenario) -> Mapping[str, object]:
    items = row.items if isinstance(row, EvidenceGroup) else (row.name,)
    return {"titles": tuple(plain(scenario.evidence[name].title) for name in items)}


FIGURES = figures("evidence")

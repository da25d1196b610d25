"""The evidence: the weight of each group of items, given all the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from estimative.reports.figures.axes import NumberAxis
from estimative.reports.figures.bars import BarRow, Bars, End, visible
from estimative.reports.figures.chart import Chart
from estimative.reports.figures.sources import caution, not_shown, source
from estimative.reports.figures.style import DARK, LIGHT, NothingToPlot
from estimative.reports.figures.text import minus
from estimative.reports.number_format import DECIBANS, plain_decibans, significant
from estimative.reports.phrases import quoted, title_of

if TYPE_CHECKING:
    from estimative.model.analysis.evidence import EvidenceResult
    from estimative.model.analysis.evidence_weight import EvidenceGroup
    from estimative.model.spec.scenario import Scenario
    from estimative.reports.context import Context

MAX_GROUPS = 10
CAPTION = (
    "Each bar shows how far one item of evidence, or several of one origin, moves the log-odds of the result once all "
    "other evidence is known. 10 decibans multiply the odds by 10."
)


def evidence(result: EvidenceResult, context: Context) -> Chart:
    """Every group of evidence by the decibans that it adds to the headline, the heaviest first.

    Raises
    ------
    NothingToPlot
        If there is no evidence, or no weight that can be seen.
    """
    groups = result.weights.groups if result.weights else ()
    if not groups:
        raise NothingToPlot("The result has no weights of evidence.")
    axis = NumberAxis(label="Weight given the rest (decibans)", signed=True)
    ranked = sorted(groups, key=lambda group: -abs(group.marginal_last.value))
    rows = visible([_row(group, context.scenario) for group in ranked], axis, most=MAX_GROUPS)
    if not rows:
        raise NothingToPlot("No item of evidence moves the result.")
    return Chart(
        content=Bars(
            rows=rows, axis=axis, legend=((DARK, "raises the result"), (LIGHT, "lowers the result")), baseline=0.0
        ),
        title=_title(ranked[0], context.scenario),
        caption=f"{CAPTION}{not_shown(len(groups) - len(rows), 'group')}",
        caution=caution(result),
        source=source(result.scenario, [result.fit.prior_set], result.computation),
    )


def _row(group: EvidenceGroup, scenario: Scenario) -> BarRow:
    weight, alone = (minus(plain_decibans(number)) for number in (group.marginal_last, group.marginal_first))
    label, value = title_of(group.items[0], scenario), DECIBANS * group.marginal_last.value
    more = f"{len(group.items) - 1} more of the same origin; " if len(group.items) > 1 else ""
    return BarRow(
        label=label,
        detail=f"{more}alone: {alone}",
        start=0.0,
        ends=(End(value=value, look=DARK if value >= 0 else LIGHT, text=weight),),
        sentence=f"{label} ({more}alone: {alone}): {weight} decibans given the rest.",
    )


def _title(group: EvidenceGroup, scenario: Scenario) -> str:
    """The heaviest group."""
    if not significant(group.marginal_last):
        return "No single item of evidence moves the result by more than its error"
    verb = "raises" if group.marginal_last.value > 0 else "lowers"
    name = quoted(title_of(group.items[0], scenario))
    return f"{name} {verb} the result most: {minus(plain_decibans(group.marginal_last))} decibans"

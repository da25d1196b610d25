"""The agreement: on what several analysts would have to agree to come together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from estimative.reports.figures.axes import NumberAxis
from estimative.reports.figures.bars import BarRow, Bars, End, visible
from estimative.reports.figures.chart import Chart
from estimative.reports.figures.sources import caution, not_shown, source
from estimative.reports.figures.style import DARK, LIGHT, NothingToPlot
from estimative.reports.figures.text import minus
from estimative.reports.number_format import SIGNIFICANT_SE, rounded
from estimative.reports.phrases import capital, input_name, plural

if TYPE_CHECKING:
    from estimative.model.disagreement.attribution import Decomposition, Share
    from estimative.model.disagreement.comparison import CompareResult
    from estimative.model.spec.scenario import Scenario
    from estimative.reports.context import Context

MAX_INPUTS = 12
CAPTION = (
    "Each bar shows how much of the variance between the analysts' log-odds goes away when they agree on one input, "
    "averaged over all orders in which they can agree (Shapley). They agree on the logarithmic pool of the priors."
)
DIGIT = 0.1
"""Percentage points: the last digit of a share."""


def agreement(result: CompareResult, context: Context) -> Chart:
    """The variance between analysts, divided among the inputs that they disagree on.

    Raises
    ------
    NothingToPlot
        If no variance was divided, or there is none.
    """
    team = result.team
    if not team or not team.variance.inputs or not team.variance.total.value > 0:
        raise NothingToPlot("No variance between analysts was attributed to inputs.")
    axis = NumberAxis(label="Share of the variance between analysts", suffix="%")
    ranked = sorted(team.variance.inputs, key=lambda share: -abs(share.share.value))
    rows = visible(_rows(ranked, team.variance, context.scenario), axis, most=MAX_INPUTS)
    return Chart(
        content=Bars(
            rows=rows, axis=axis, legend=((DARK, "brings them together"), (LIGHT, "drives them apart")), baseline=0.0
        ),
        title=_title(rows[0], ranked[0], len(team.against_pool)),
        caption=f"{CAPTION}{not_shown(len(ranked) - len(rows), 'input')}",
        caution=caution(result),
        source=source(
            result.scenario, [result.analysts[name].fit.prior_set for name in team.against_pool], result.computation
        ),
    )


def _rows(shares: Sequence[Share], variance: Decomposition, scenario: Scenario) -> list[BarRow]:
    rows = []
    for share in shares:
        percent, label = 100 * share.share.value / variance.total.value, capital(input_name(share.name, scenario))
        error = 100 * share.se / variance.total.value
        text = f"{minus(rounded(percent, max(error, DIGIT))).replace('less than ', '< ')}%"
        end = End(value=percent, look=DARK if percent >= 0 else LIGHT, text=text)
        rows.append(BarRow(label=label, start=0.0, ends=(end,), sentence=f"{label}: {text}."))
    return rows


def _title(row: BarRow, share: Share, count: int) -> str:
    """What separates the analysts most."""
    if share.share.value <= SIGNIFICANT_SE * share.se:
        return f"No single input separates the {plural(count, 'analyst', 'analysts')}"
    return f"{row.label} separates the {count} analysts most: {row.ends[0].text} of the variance"

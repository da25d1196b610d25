"""The waterfall: from one analyst's probability to another's, input by input."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from estimative.reports.figures.axes import ProbabilityAxis, bounded, log_odds, probability
from estimative.reports.figures.bars import BarRow, Bars, End
from estimative.reports.figures.chart import Chart
from estimative.reports.figures.sources import caution, source
from estimative.reports.figures.style import DARK, LIGHT, NothingToPlot
from estimative.reports.figures.text import minus
from estimative.reports.number_format import DECIBANS, SIGNIFICANT_SE, percent, rounded
from estimative.reports.phrases import capital, input_name, plural

if TYPE_CHECKING:
    from estimative.model.disagreement.attribution import Share
    from estimative.model.disagreement.comparison import CompareResult
    from estimative.model.spec.scenario import Scenario
    from estimative.reports.context import Context

MAX_INPUTS = 10
CAPTION = (
    "each bar is the share of one input on which they disagree, in decibans, averaged over all orders in which the "
    "inputs can be exchanged (Shapley). 10 decibans multiply the odds by 10."
)
LEAST = 0.1 / DECIBANS
"""A smaller share is shown together with the others, in natural log-odds."""


class Step(Struct, frozen=True, kw_only=True):
    """A share of the difference, in natural log-odds."""

    label: str
    value: float
    se: float

    @property
    def text(self) -> str:
        """In decibans."""
        return minus(rounded(DECIBANS * self.value, DECIBANS * self.se, signed=True))


def waterfall(result: CompareResult, context: Context) -> Chart:
    """The difference between two analysts, divided among the inputs that they disagree on.

    Raises
    ------
    NothingToPlot
        If no difference was divided, or a probability is 0 or 1.
    """
    attribution = result.attribution
    if not attribution or not attribution.decomposition.inputs:
        raise NothingToPlot("No difference between two analysts was attributed to inputs.")
    headline, total = result.scenario.headline, attribution.decomposition.total
    up = total.value >= 0
    low, high = (attribution.second, attribution.first) if up else (attribution.first, attribution.second)
    ends = [result.analysts[name].outcomes[headline].posterior for name in (low, high)]
    if not all(bounded(end.value) for end in ends):
        raise NothingToPlot("A probability is 0% or 100%: the way to it has no end.")
    steps = list(_steps(attribution.decomposition.inputs, 1 if up else -1, context.scenario))
    start, finish = (
        BarRow(
            label=name, value=percent(end), start=end.value, ends=(), strong=True, sentence=f"{name}: {percent(end)}."
        )
        for name, end in zip((low, high), ends, strict=True)
    )
    return Chart(
        content=Bars(
            rows=(start, *_rows(steps, log_odds(ends[0].value)), finish),
            axis=ProbabilityAxis(words=context.scale),
            legend=((DARK, "raises"), (LIGHT, "lowers")),
            linked=True,
        ),
        title=_title(steps, low, high),
        caption=f"From {low} to {high}: {CAPTION}",
        caution=caution(result),
        source=source(result.scenario, [result.analysts[n].fit.prior_set for n in (low, high)], result.computation),
    )


def _steps(shares: Sequence[Share], sign: int, scenario: Scenario) -> Iterator[Step]:
    """The largest shares, then all others together."""
    ranked = sorted(shares, key=lambda share: -abs(share.share.value))
    large = [share for share in ranked if abs(share.share.value) >= LEAST][:MAX_INPUTS]
    rest = ranked[len(large) :]
    for share in ranked if len(rest) == 1 else large:
        label = capital(input_name(share.name, scenario))
        yield Step(label=label, value=sign * share.share.value, se=share.se)
    if len(rest) > 1:
        error = math.hypot(*(share.se for share in rest))
        total = sign * sum(share.share.value for share in rest)
        yield Step(label=f"{plural(len(rest), 'other input', 'other inputs')} together", value=total, se=error)


def _rows(steps: Sequence[Step], place: float) -> Iterator[BarRow]:
    for step in steps:
        look = DARK if step.value >= 0 else LIGHT
        yield BarRow(
            label=step.label,
            start=probability(place),
            ends=(End(value=probability(place + step.value), look=look, text=step.text),),
            sentence=f"{step.label}: {step.text} decibans.",
        )
        place += step.value


def _title(steps: Sequence[Step], low: str, high: str) -> str:
    """The input that separates them most."""
    most = max(steps, key=lambda step: step.value)
    if most.value <= SIGNIFICANT_SE * most.se:
        return f"No single input separates {low} from {high}"
    total = sum(step.value for step in steps)
    return f"{most.label} separates {low} from {high} most: {most.text} of {minus(f'{DECIBANS * total:+.3g}')} decibans"

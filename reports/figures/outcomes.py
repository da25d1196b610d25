"""The outcomes: the probability of each, before the evidence and after it."""

from __future__ import annotations

import math

from estimative.model.inference.estimates import ProbabilityEstimate
from estimative.model.inference.fit_result import FitResult, Probability
from estimative.reports.context import Context
from estimative.reports.figures.axes import ProbabilityAxis, bounded
from estimative.reports.figures.chart import Chart, Key
from estimative.reports.figures.intervals import IntervalRow, Intervals
from estimative.reports.figures.sources import caution, source
from estimative.reports.figures.style import PRIOR, SPAN, NothingToPlot
from estimative.reports.number_format import SIGNIFICANT_SE, interval, percent
from estimative.reports.phrases import interval_kind, judged, outcome_title, phrase, plural

MAX_OUTCOMES = 12
CAPTION = (
    "Each dot is the probability of an outcome and its line the credible interval, given the uncertainty in the "
    "inputs. The ring below shows both before the evidence."
)


def outcomes(result: FitResult, context: Context) -> Chart:
    """Every outcome with its interval, the headline first, then the most probable.

    Raises
    ------
    NothingToPlot
        If the result has no numbers.
    """
    if not result.has_results:
        raise NothingToPlot("The result has no probabilities.")
    headline = result.scenario.headline
    names = sorted(result.outcomes, key=lambda name: (name != headline, -result.outcomes[name].posterior.value))
    rows = tuple(
        probability_row(outcome_title(name, context.scenario), result.outcomes[name], context, strong=name == headline)
        for name in names[:MAX_OUTCOMES]
    )
    return Chart(
        content=Intervals(rows=rows, axis=ProbabilityAxis(words=context.scale), legend=interval_key(result.headline)),
        title=_title(result.headline),
        caption=f"{CAPTION}{left_out(len(names) - len(rows), 'outcome', rows)}",
        caution=caution(result),
        source=source(result.scenario, [result.prior_set], result.computation),
    )


def _title(headline: Probability) -> str:
    """How far the evidence moved the headline."""
    before, after = headline.prior, headline.posterior
    if abs(after.value - before.value) <= SIGNIFICANT_SE * math.hypot(after.se, before.se):
        return f"The evidence leaves the result near {percent(after)}"
    verb = "raises" if after.value > before.value else "lowers"
    return f"The evidence {verb} the result from {percent(before)} to {percent(after)}"


def probability_row(label: str, number: Probability, context: Context, *, strong: bool = False) -> IntervalRow:
    """A probability with its interval, before the evidence and after it."""
    before, after = number.prior, number.posterior
    return IntervalRow(
        label=label,
        detail=str(phrase(after, context.scale)),
        value=percent(after),
        value_detail=interval(after.interval),
        strong=strong,
        point=after.value,
        low=after.interval.low,
        high=after.interval.high,
        prior=before.value,
        prior_low=before.interval.low,
        prior_high=before.interval.high,
        sentence=f"{label}: {judged(after, context.scale)}, {around(after)}; before the evidence {percent(before)}.",
    )


def around(number: ProbabilityEstimate) -> str:
    """The interval of a probability in a sentence."""
    ends = interval(number.interval)
    return ends if ends == "exact" else f"{interval_kind(number.interval)} {ends}"


def interval_key(number: Probability) -> Key:
    """What dot, line and ring mean."""
    return ((SPAN, f"probability, {interval_kind(number.posterior.interval)}"), (PRIOR, "before the evidence"))


def left_out(count: int, noun: str, rows: tuple[IntervalRow, ...]) -> str:
    """How many rows are cut, and what a triangle means where there is one."""
    cut = f" {plural(count, f'smaller {noun} is', f'smaller {noun}s are')} not shown." if count else ""
    endless = any(not bounded(p) for row in rows for p in (row.point, row.prior) if p is not None)
    return f"{cut}{' A triangle at an end of the axis stands for 0% or 100%.' if endless else ''}"

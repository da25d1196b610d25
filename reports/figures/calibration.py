"""Calibration: for each word of probability, how often it was right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from estimative.reports.figures.axes import NumberAxis
from estimative.reports.figures.chart import Chart
from estimative.reports.figures.intervals import IntervalRow, Intervals
from estimative.reports.figures.style import PRIOR, SPAN, NothingToPlot
from estimative.reports.number_format import plain_percent, rounded
from estimative.reports.phrases import capital, listed, plural

if TYPE_CHECKING:
    from estimative.model.record.calibration import Bin, Verification
    from estimative.model.record.score import ScoreResult
    from estimative.reports.context import Context

CAPTION = (
    "Each row is a word of probability (ICD 203). The dot is the share of its forecasts that happened, the ring below "
    "it the mean forecast. Calibrated forecasts have the ring within the interval, apart from chance."
)
DIGITS = 12
"""Of the log's digest."""
MOST_NAMES = 10


def calibration(result: ScoreResult, context: Context) -> Chart:
    """For each band of ICD 203 the mean forecast and how often it happened.

    Raises
    ------
    NothingToPlot
        If nothing is scored.
    """
    scores = result.overall
    if not scores:
        raise NothingToPlot("No forecast is scored yet.")
    mass = plain_percent(result.interval_mass)
    return Chart(
        content=Intervals(
            rows=tuple(_row(group, mass) for group in scores.bins),
            axis=NumberAxis(label="Percent of the forecasts", suffix="%", low=0.0, high=100.0),
            legend=((SPAN, f"happened, {mass} interval"), (PRIOR, "mean forecast")),
        ),
        title=_title(scores),
        caption=CAPTION,
        caution="Fewer than 20 questions say little about an analyst." if scores.few else "",
        source=_source(result),
    )


def _source(result: ScoreResult) -> str:
    names = list(result.analysts)
    analysts = f"Analysts: {listed(names)}" if len(names) <= MOST_NAMES else f"{len(names):,} analysts"
    return f"{analysts}. {result.source.capitalize()} {' '.join(filter(None, (result.file, result.digest[:DIGITS])))}."


def _row(group: Bin, mass: str) -> IntervalRow:
    share, mean = (
        100 * group.occurred / group.count,
        rounded(group.mean_forecast.value, group.mean_forecast.se or 0.0, places=2),
    )
    label, happened = capital(group.term.replace(" %", "%")), f"{group.occurred:,} of {group.count:,}"
    ends = f"{100 * group.low:.0f}% to {100 * group.high:.0f}%"
    return IntervalRow(
        label=label,
        detail=f"mean forecast {mean}%",
        value=happened,
        value_detail=ends,
        point=share,
        low=100 * group.low,
        high=100 * group.high,
        prior=100 * group.mean_forecast.value,
        sentence=f"{label}: mean forecast {mean}%, {happened} happened ({share:.0f}%, {mass} interval {ends}).",
    )


def _title(scores: Verification) -> str:
    """How many bands are off by more than chance."""
    outside = [group for group in scores.bins if not group.low <= group.mean_forecast.value <= group.high]
    # Each of several states is in a bin of its own.
    count = plural(sum(group.count for group in scores.bins), "forecast", "forecasts")
    if not outside:
        return f"No sign of miscalibration in {count}"
    words = listed([f"\u201c{group.term}\u201d" for group in outside])
    return f"In {count}, {words} happened more or less often than forecast"

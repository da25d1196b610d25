"""The part of a track record that scores each day on which a question was open."""

from __future__ import annotations

from collections.abc import Iterator

from estimative.model.inference.estimates import Estimate
from estimative.model.record.daily_scores import DailyMean, DailyScores
from estimative.reports.blocks import Block, Heading, Paragraph, Table
from estimative.reports.number_format import beside_error, one_digit, rounded
from estimative.reports.phrases import plural

TOGETHER = "all together"
OVER_TIME = (
    "Day by day: each day from the first forecast to the day before the answer (or before the horizon, if that came "
    "first) is scored by the forecast in force at its end. A question has the mean over its days, an analyst the mean "
    "over questions, as in the Good Judgment Project. The day of a forecast is scored, the day of the answer is not."
)
POOLS = (
    "Pools: on each day all forecasts in force on a question, with equal weights, where two or more made one: the mean "
    "of the probabilities, and the mean of their log-odds, for which 0 and 1 count as 0.1% and 99.9%. Aggregates of a "
    "website are scored, but not pooled."
)
POOL_TITLES = {"linear": "pool: mean", "log_odds": "pool: log-odds"}
MOST_ANALYSTS = 30
"""In a table."""


def daily_document(daily: DailyScores) -> Iterator[Block]:
    """The scores over the days on which questions were open, next to those of the last forecasts."""
    if not daily.overall:
        return
    together = {TOGETHER: daily.overall} if len(daily.analysts) > 1 else {}
    chosen = sorted(daily.analysts, key=lambda name: (-daily.analysts[name].days, name))[:MOST_ANALYSTS]
    pools = {POOL_TITLES[name]: mean for name, mean in daily.pools.items()}
    rows = {**{name: daily.analysts[name] for name in sorted(chosen)}, **together, **pools}
    yield Heading(text="Day by day: the forecast in force on each day")
    yield Table(
        header=("Analyst", "Days", "Brier: mean of days", "Brier: last forecast"),
        rows=tuple(
            (name, f"{row.days:,}", number(row.brier), _last(row, row.last_brier)) for name, row in rows.items()
        ),
    )
    yield Table(
        header=("Analyst", "Logarithmic: mean of days", "Logarithmic: last forecast"),
        rows=tuple(
            (name, number(row.log) if row.log else "infinite", _last(row, row.last_log)) for name, row in rows.items()
        ),
    )
    for text in _days_left_out(daily):
        yield Paragraph(text=text)


def _last(row: DailyMean, score: Estimate | None) -> str:
    """The score of the last forecasts; a dash where all were withdrawn."""
    return "-" if row.last_brier is None else number(score) if score else "infinite"


def _days_left_out(daily: DailyScores) -> Iterator[str]:
    """How many days are not scored, and why."""
    if daily.withdrawn_days:
        days = plural(daily.withdrawn_days, "day", "days")
        yield f"Not scored: {days} on which a forecast was withdrawn and no other one in force."
    if days_before := sum(each.unanswerable_days for each in daily.questions):
        days = plural(days_before, "day", "days")
        yield f"Not scored: {days} on which the answer that holds could not be forecast yet."


def daily_rows(daily: DailyScores) -> dict[str, DailyMean]:
    """The means of analysts, of all together and of pools, by name."""
    together = {TOGETHER: daily.overall} if daily.overall and len(daily.analysts) > 1 else {}
    return {**daily.analysts, **together, **{POOL_TITLES[name]: mean for name, mean in daily.pools.items()}}


def number(estimate: Estimate, *, signed: bool = False) -> str:
    """A score with its standard error: "0.21 \u00b1 0.04"."""
    if not estimate.se:
        return rounded(estimate.value, 0.0, signed=signed)
    return f"{beside_error(estimate.value, estimate.se, signed=signed)} \u00b1 {one_digit(estimate.se)}"

"""Probabilities with their intervals as a plot of characters."""

from __future__ import annotations

from collections.abc import Sequence

from estimative.model.inference.estimates import ProbabilityEstimate
from estimative.priors.verbal_scale import Scale
from estimative.reports.blocks import IntervalPlot, IntervalRow
from estimative.reports.number_format import plain_percent


def interval_plot(rows: Sequence[IntervalRow], mass: float, scale: Scale) -> IntervalPlot:
    """A plot of probabilities with its key; the mass is that of their intervals."""
    before = "\u25cb before the evidence; " if any(row.before is not None for row in rows) else ""
    key = (
        f"\u25cf after the evidence; \u251c\u2500\u2524 its {plain_percent(mass)} interval; {before}\u250a thresholds "
        f"of the {scale.title} words and powers of ten."
    )
    return IntervalPlot(rows=tuple(rows), key=key, words=scale)


def interval_row(name: str, posterior: ProbabilityEstimate, prior: ProbabilityEstimate | None = None) -> IntervalRow:
    """A probability with its interval, and that before the evidence."""
    ends, before = posterior.interval, prior.value if prior else None
    return IntervalRow(label=name, point=posterior.value, low=ends.low, high=ends.high, before=before)

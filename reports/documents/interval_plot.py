"""The rows of a plot of intervals, and the sentence that explains them."""

from __future__ import annotations

from estimative.model.inference.estimates import ProbabilityEstimate
from estimative.priors.verbal_scale import Scale
from estimative.reports.blocks import IntervalRow
from estimative.reports.number_format import plain_percent


def plot_key(mass: float, scale: Scale) -> str:
    """What the marks of such a plot stand for; the mass is that of its intervals."""
    return (
        f"● after the evidence; ├─┤ its {plain_percent(mass)} interval; ○ before the evidence; ┊ thresholds of the "
        f"{scale.title} words and powers of ten."
    )


def interval_row(name: str, posterior: ProbabilityEstimate, prior: ProbabilityEstimate | None = None) -> IntervalRow:
    """A probability with its interval, and that before the evidence."""
    ends, before = posterior.interval, prior.value if prior else None
    return IntervalRow(label=name, point=posterior.value, low=ends.low, high=ends.high, before=before)

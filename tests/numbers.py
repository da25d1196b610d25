"""Probabilities as fits estimate them, made by hand."""

from __future__ import annotations

from estimative.model.inference.estimates import Interval, ProbabilityEstimate


def probability(value: float, *, se: float = 0.001) -> ProbabilityEstimate:
    """A probability with an interval from half of it to the middle between it and 1."""
    interval = Interval(mass=0.9, low=value / 2, high=(1 + value) / 2, low_se=se, high_se=se, ess=1000.0)
    return ProbabilityEstimate(value=value, se=se, sd=0.05, interval=interval, ess=1000.0)

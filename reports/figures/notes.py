"""What stands in small letters below a picture: whence it is, and how exact."""

from __future__ import annotations

from collections.abc import Iterable

from reports.figures.axis import bounded
from reports.summary import Computation, PriorSet, Scenario
from reports.wording import DECIBANS, one_digit

SHORT = 8
"""Digits of a digest that tell one file from another."""


def origin(scenario: Scenario, prior_set: PriorSet, computation: Computation) -> str:
    """Of which files and which run a picture is."""
    analyst = f" ({prior_set.analyst})" if prior_set.analyst else ""
    version = computation.versions.get("estimative", "")
    return (
        f"{scenario.title}: {scenario.id} {scenario.digest[:SHORT]}, as of {scenario.as_of}, until {scenario.until}. "
        f"Prior set {prior_set.name} {prior_set.digest[:SHORT]}{analyst}. "
        f"{f'estimative {version}, seed' if version else 'Seed'} {computation.seed}."
    )


def exactness(what: str, errors: Iterable[float]) -> str:
    """The largest Monte Carlo standard error, given all of them in natural log-odds; empty where there is none."""
    largest = DECIBANS * max(errors, default=0.0)
    return f"Monte Carlo standard error of {what}: at most {one_digit(largest)} decibans." if largest else ""


def error_of(probability: float, error: float) -> float:
    """The error of a probability in natural log-odds; 0 of one that has no place there."""
    return error / (probability * (1 - probability)) if bounded(probability) else 0.0

"""What stands in small letters below a picture: whence it is, and how exact."""

from __future__ import annotations

from collections.abc import Iterable

from estimative.reports.figures.axis import bounded
from estimative.reports.report.summary import Report
from estimative.reports.summary import Computation, PriorSet, Run, Scenario
from estimative.reports.wording import DECIBANS, listed, one_digit

SHORT = 8
"""Digits of a digest that tell one file from another."""
MOST_NAMED = 6
"""Analysts whose prior sets are named, at most."""


def origin(scenario: Scenario, prior_set: PriorSet, computation: Computation | Run) -> str:
    """Of which files and which run a picture is."""
    return f"{_asked(scenario)} Prior set {_whose(prior_set)}. {_reckoned(computation)}"


def origin_of_several(scenario: Scenario, prior_sets: Iterable[PriorSet], computation: Computation) -> str:
    """Of which files and which computation a picture of several analysts is."""
    every = [f"{one.name} {one.digest[:SHORT]}" for one in prior_sets]
    others = [f"{len(every) - MOST_NAMED} more"] if len(every) > MOST_NAMED else []
    return f"{_asked(scenario)} Prior sets {listed([*every[:MOST_NAMED], *others])}. {_reckoned(computation)}"


def _asked(scenario: Scenario) -> str:
    digest = scenario.digest[:SHORT]
    return f"{scenario.title}: {scenario.id} {digest}, as of {scenario.as_of}, until {scenario.until}."


def _whose(prior_set: PriorSet) -> str:
    analyst = f" ({prior_set.analyst})" if prior_set.analyst else ""
    return f"{prior_set.name} {prior_set.digest[:SHORT]}{analyst}"


def _reckoned(computation: Computation | Run) -> str:
    version = computation.versions.get("estimative", "")
    return f"{f'estimative {version}, seed' if version else 'Seed'} {computation.seed}."


def exactness(what: str, errors: Iterable[float]) -> str:
    """The largest Monte Carlo standard error, given all of them in natural log-odds; empty where there is none."""
    largest = DECIBANS * max(errors, default=0.0)
    return f"Monte Carlo standard error of {what}: at most {one_digit(largest)} decibans." if largest else ""


def error_of(probability: float, error: float) -> float:
    """The error of a probability in natural log-odds; 0 of one that has no place there."""
    return error / (probability * (1 - probability)) if bounded(probability) else 0.0


def cautions(report: Report, own: str = "") -> str:
    """The report's caution and that of one of its parts, each once."""
    return " ".join(dict.fromkeys(filter(None, (report.caution, own))))

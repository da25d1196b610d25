"""The command `compare`: several analysts side by side, and why they differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from estimative.analysts import assessments, computation_of
from estimative.console import counting, say
from estimative.model.assessment import Assessment
from estimative.model.disagreement.analysts import Comparison, compare
from estimative.model.disagreement.attribution import (
    ORDERS,
    ORDERS_OF_A_TEAM,
    Attribution,
    TeamAttribution,
    attribute,
    attribute_team,
)
from estimative.model.disagreement.pool import consensus
from estimative.model.inference.estimates import Undefined
from estimative.model.inference.refit import Choice, Fitter
from estimative.model.likelihood.variable_elimination import Contradiction
from estimative.model.spec.scenario_file import find_scenario, read_scenario
from estimative.output import Form, tell
from estimative.priors.errors import InvalidInput, Issue, Place, invalid, listed, nearest, quote
from estimative.reports.comparison.document import document
from estimative.reports.comparison.rows import csv_of
from estimative.reports.comparison.summarizing import summarize
from estimative.reports.comparison.summary import Comparison as Summary


@dataclass(frozen=True, kw_only=True)
class Request:
    """What was asked for on the command line."""

    scenario: str
    priors: tuple[str, ...]
    outcomes: tuple[str, ...]
    attribute: bool
    orders: int | None
    method: Choice
    seed: int
    draws: int | None
    allow_unconverged: bool


def compare_and_tell(request: Request, form: Form) -> bool:
    """Compare, print; whether every fit converged."""
    path = find_scenario(request.scenario)
    scenario = read_scenario(path)
    _known(request.outcomes, scenario.outcomes, str(path))
    summary = compared(request, path, assessments(request.priors, scenario))
    tell(summary, form, partial(document, in_full=request.outcomes), csv_of)
    return summary.converged


def compared(request: Request, path: Path, analysts: tuple[Assessment, ...]) -> Summary:
    """Several analysts side by side.

    Parameters
    ----------
    path
        Of their scenario, for faults.

    Raises
    ------
    Faulty
        If the evidence contradicts itself, or a headline that is to be shared out has no odds.
    """
    try:
        return _summary(request, analysts)
    except Contradiction as error:
        fault = Issue(
            code="impossible",
            message=error.reason,
            place=Place(file=str(path), key=error.key),
            allowed="what can be so, under all priors",
        )
        raise InvalidInput([fault]) from error


def _known(outcomes: Sequence[str], known: Mapping[str, object], file: str) -> None:
    issues = [
        Issue(
            code="impossible",
            message=f"{quote(name)} is not an outcome",
            place=Place(file=file, key=f"outcomes.{name}"),
            allowed=f"the name of an outcome: {listed(list(known))}",
            suggestion=nearest(name, known) or "",
        )
        for name in outcomes
        if name not in known
    ]
    if issues:
        raise InvalidInput(issues)


def _summary(request: Request, analysts: tuple[Assessment, ...]) -> Summary:
    fitter = Fitter(assessments=analysts, seed=request.seed, method=request.method, draws=request.draws, say=say)
    found = compare(fitter, analysts, allow_unconverged=request.allow_unconverged)
    attribution, team = None, None
    weights = dict.fromkeys(found.analysts, 1 / len(analysts))
    if request.attribute and (request.allow_unconverged or all(one.converged for one in found.analysts.values())):
        if len(analysts) == 2:
            attribution = _attributed(fitter, found, request.orders or ORDERS)
        else:
            team = _team(fitter, found, weights, request.orders or ORDERS_OF_A_TEAM)
    return summarize(
        found,
        computation=computation_of(found, request.method, request.seed),
        allow_unconverged=request.allow_unconverged,
        attribution=attribution,
        team=team,
        weights=weights,
    )


def _attributed(fitter: Fitter, found: Comparison, orders: int) -> Attribution:
    first, second = (one.fitted for one in found.analysts.values())
    with counting("fitting combinations of their priors") as progress:
        try:
            return attribute(fitter, first, second, orders=orders, progress=progress)
        except Undefined as error:
            raise _certain() from error


def _team(fitter: Fitter, found: Comparison, weights: Mapping[str, float], orders: int) -> TeamAttribution:
    analysts = {name: one.fitted for name, one in found.analysts.items()}
    pool = consensus({name: one.assessment for name, one in analysts.items()}, weights)
    with counting("fitting combinations of priors and pool") as progress:
        try:
            return attribute_team(fitter, analysts, fitter.fit(pool), weights, orders=orders, progress=progress)
        except Undefined as error:
            raise _certain() from error


def _certain() -> InvalidInput:
    found = "the probability of the headline is 0 or 1 under some combination of their priors"
    return invalid(found, code="impossible", file="--attribute", allowed="finite log-odds, which can be shared out")

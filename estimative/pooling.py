"""The command `pool`: one answer from several analysts, never without them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from estimative.analysts import assessments, computation_of, weights_of
from estimative.console import say
from estimative.model.assessment import Assessment
from estimative.model.disagreement.analysts import Comparison, compare
from estimative.model.disagreement.opinion_pool import normalised
from estimative.model.disagreement.pool import Pooling, pool
from estimative.model.inference.refit import Choice, Fitter
from estimative.model.likelihood.variable_elimination import Contradiction
from estimative.model.record.proper_scores import Measured, Scoring, score, weights
from estimative.model.spec.scenario_file import find_scenario, read_scenario
from estimative.output import Form, tell
from estimative.priors.errors import InvalidInput, Issue, Place, invalid
from estimative.priors.forecast_record import read_record
from estimative.reports.pool.document import document
from estimative.reports.pool.rows import csv_of
from estimative.reports.pool.summarizing import summarize
from estimative.reports.pool.summary import Summary

type Rule = Literal["log", "brier"]


@dataclass(frozen=True, kw_only=True)
class Request:
    """What was asked for on the command line."""

    scenario: str
    priors: tuple[str, ...]
    weights: tuple[str, ...]
    scores: Path | None
    rule: Rule
    extremizing: float | None
    method: Choice
    seed: int
    draws: int | None
    allow_unconverged: bool


@dataclass(frozen=True, kw_only=True)
class _Weighing:
    """What each analyst counts, and why."""

    weights: Mapping[str, Measured]
    record: Scoring | None


def pool_and_tell(request: Request, form: Form) -> bool:
    """Pool, print; whether every fit converged."""
    if request.extremizing is not None and not 0 <= request.extremizing < math.inf:
        expected = "a finite number of at least 0"
        raise invalid(
            f"{request.extremizing:g} is not {expected}", code="out-of-range", file="--extremize", allowed=expected
        )
    path = find_scenario(request.scenario)
    analysts = assessments(request.priors, read_scenario(path))
    weighing = _weighing(request, [one.prior_set.name for one in analysts])
    try:
        summary = _summary(request, analysts, weighing)
    except Contradiction as error:
        fault = Issue(
            code="impossible",
            message=error.reason,
            place=Place(file=str(path), key=error.key),
            allowed="what can be so, under all priors",
        )
        raise InvalidInput([fault]) from error
    tell(summary, form, document, csv_of)
    return summary.converged


def _weighing(request: Request, names: list[str]) -> _Weighing:
    if request.scores is None:
        said = normalised(weights_of(request.weights, names))
        return _Weighing(weights={name: Measured(value=one, error=None) for name, one in said.items()}, record=None)
    if request.weights:
        fault = Issue(
            code="impossible",
            message="--weight and --scores contradict each other",
            place=Place(file="the command line"),
            allowed="weights from one of them",
        )
        raise InvalidInput([fault])
    record = score(read_record(request.scores, names))
    return _Weighing(weights=weights(record, request.rule), record=record)


def _summary(request: Request, analysts: tuple[Assessment, ...], weighing: _Weighing) -> Summary:
    fitter = Fitter(assessments=analysts, seed=request.seed, method=request.method, draws=request.draws, say=say)
    found = compare(fitter, analysts, allow_unconverged=request.allow_unconverged)
    return summarize(
        found,
        _pooled(request, fitter, found, weighing),
        weighing.weights,
        computation=computation_of(found, request.method, request.seed),
        extremizing=request.extremizing,
        record=weighing.record,
        rule=request.rule,
    )


def _pooled(request: Request, fitter: Fitter, found: Comparison, weighing: _Weighing) -> Pooling | None:
    if not request.allow_unconverged and not all(one.converged for one in found.analysts.values()):
        return None
    shares = {name: one.value for name, one in weighing.weights.items()}
    fitted = {name: one.fitted for name, one in found.analysts.items()}
    return pool(fitter, fitted, shares, extremizing=request.extremizing)

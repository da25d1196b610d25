"""Pooling: one probability from several analysts, always with the analysts behind it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from estimative.model.disagreement.opinion_pool import normalised
from estimative.model.disagreement.pool import Pooling
from estimative.model.disagreement.pool import pool as pool_analysts
from estimative.model.inference.estimates import Estimate
from estimative.model.pool_result import PoolResult, ScoreRule, Weight
from estimative.model.record import proper_scores
from estimative.model.record.proper_scores import Scoring
from estimative.priors.errors import invalid
from estimative.priors.forecast_record import read_record
from estimative.workflows.analysts import TeamSession


class Weighting(Struct, frozen=True, kw_only=True):
    """The analysts' weights, and the record that they come from."""

    weights: Mapping[str, Estimate]
    """They sum to one."""
    record: Scoring | None = None
    score_rule: ScoreRule | None = None

    @classmethod
    def stated(cls, weights: Mapping[str, float]) -> Weighting:
        """Weights that the user states: at least 0, not all 0."""
        return cls(weights={name: Estimate(value=value, se=0.0) for name, value in normalised(weights).items()})


def weigh_by_record(path: Path, analysts: list[str], rule: ScoreRule) -> Weighting:
    """Weights from the analysts' scores on questions that are resolved.

    Raises
    ------
    InvalidInput
        With every error of the file; or if no analyst earned a weight.
    """
    scoring = proper_scores.score(read_record(path, analysts))
    return Weighting(weights=proper_scores.weights(scoring, rule), record=scoring, score_rule=rule)


def check_factor(extremizing: float | None) -> None:
    """Refuse a factor for the log-odds that is not above 0, or infinite.

    Raises
    ------
    InvalidInput
        If it is.
    """
    if extremizing is not None and not 0 < extremizing < math.inf:
        message = f"{extremizing:g} is not a possible factor"
        allowed = "a finite number above 0"
        raise invalid(message, code="invalid-factor", key="extremizing factor", value=str(extremizing), allowed=allowed)


def pool(session: TeamSession, weighting: Weighting | None = None, *, extremizing: float | None = None) -> PoolResult:
    """Pool analysts in four ways, all of them and with each one left out.

    Parameters
    ----------
    weighting
        By default all analysts have the same weight.
    extremizing
        A factor of at least 0 to multiply the log-odds of each pool by, if that is wanted.

    Raises
    ------
    InvalidInput
        If the factor is negative or infinite.
    """
    check_factor(extremizing)
    weighting = weighting or Weighting.stated(dict.fromkeys(session.analysts, 1.0))
    session.settings.progress("Pooling the analysts")
    pooling = _pooling(session, weighting, extremizing) if session.reportable else None
    posterior = pooling.posterior_weights if pooling and pooling.posterior_weights else {}
    return PoolResult(
        converged=session.converged,
        with_unconverged=session.settings.with_unconverged,
        computation=session.computation(),
        scenario=session.scenario,
        analysts=session.results,
        left_out=session.left_out,
        weights={
            name: Weight(weight=weight, posterior=posterior.get(name)) for name, weight in weighting.weights.items()
        },
        extremizing=extremizing,
        pools=pooling.outcomes if pooling else {},
        record=weighting.record,
        score_rule=weighting.score_rule,
    )


def _pooling(session: TeamSession, weighting: Weighting, extremizing: float | None) -> Pooling:
    weights = {name: weight.value for name, weight in weighting.weights.items()}
    fitted = {name: analyst.fitted for name, analyst in session.analysts.items()}
    return pool_analysts(session.fitter, fitted, weights, extremizing=extremizing)

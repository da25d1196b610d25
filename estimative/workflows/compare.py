"""Comparing analysts: how far apart they are, and which priors the difference comes from."""

from __future__ import annotations

from functools import partial

from estimative.model.disagreement.analysts import compare_pairs, log_evidence
from estimative.model.disagreement.attribution import (
    PERMUTATIONS,
    TEAM_PERMUTATIONS,
    Attribution,
    TeamAttribution,
    attribute,
    attribute_team,
)
from estimative.model.disagreement.comparison import CompareResult
from estimative.model.disagreement.pool import consensus
from estimative.workflows.analysts import TeamSession
from estimative.workflows.session import finite_odds

SOMEWHERE = "under some combination of the analysts' priors"


def compare(session: TeamSession, *, attribution: bool = False, permutations: int | None = None) -> CompareResult:
    """Compare each analyst with each other one.

    Parameters
    ----------
    attribution
        Also divide the difference on the headline among the inputs that the analysts disagree on.
    permutations
        Number of random permutations where there are too many combinations of priors to fit them all.

    Raises
    ------
    InvalidInput
        If some combination of priors gives the headline a probability of 0 or 1, so that it has no odds to compare; or
        if more than two analysts' priors exclude each other, so that they have no pool.
    """
    show = session.settings.with_unconverged
    reportable = [analyst for analyst in session.analysts.values() if analyst.converged or show]
    session.settings.progress("Comparing the analysts")
    attributed = attribution and session.reportable
    pair = _pair(session, permutations or PERMUTATIONS) if attributed and len(session.analysts) == 2 else None
    team = _team(session, permutations or TEAM_PERMUTATIONS) if attributed and len(session.analysts) > 2 else None
    return CompareResult(
        converged=session.converged and all(part.effort.converged for part in (pair, team) if part),
        with_unconverged=show,
        computation=session.computation(),
        scenario=session.scenario,
        analysts=session.results,
        left_out=session.left_out,
        pairs=compare_pairs(reportable),
        log_bayes_factors=log_evidence(session.fitter, reportable),
        attribution=pair if pair and (pair.effort.converged or show) else None,
        team=team if team and (team.effort.converged or show) else None,
    )


def _pair(session: TeamSession, permutations: int) -> Attribution:
    first, second = (analyst.fitted for analyst in session.analysts.values())
    progress = partial(session.settings.progress, "Fitting combinations of their priors")
    with finite_odds(first.assessment, SOMEWHERE):
        return attribute(session.fitter, first, second, permutations=permutations, progress=progress)


def _team(session: TeamSession, permutations: int) -> TeamAttribution:
    analysts = {name: analyst.fitted for name, analyst in session.analysts.items()}
    weights = dict.fromkeys(analysts, 1 / len(analysts))
    agreed = consensus({name: fitted.assessment for name, fitted in analysts.items()}, weights)
    progress = partial(session.settings.progress, "Fitting combinations of priors and pool")
    with finite_odds(agreed, SOMEWHERE):
        pool = session.fitter.fit(agreed)
        return attribute_team(session.fitter, analysts, pool, weights, permutations=permutations, progress=progress)

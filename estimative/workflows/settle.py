"""What follows from a desk at rest: full fits, and the analyses of one prior set, part by part."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from estimative.model.analysis.evidence import EvidenceResult
from estimative.model.analysis.tornado import Tornado, tornado
from estimative.model.assessment import Assessment, differences, with_pairs
from estimative.model.disagreement.comparison import CompareResult
from estimative.model.inference.fit_result import FitResult, Run, fit_result
from estimative.model.pool_result import PoolResult
from estimative.priors.errors import InvalidInput
from estimative.priors.structs import repr_without
from estimative.priors.verbal_scale import Scale
from estimative.workflows import clock
from estimative.workflows.analysts import TeamSession, open_team
from estimative.workflows.compare import compare
from estimative.workflows.evidence import evidence
from estimative.workflows.pool import pool
from estimative.workflows.session import Session, Settings

AS_OPENED, NOW = "the answer as opened", "the answer now"
"""What a prior set is called beside itself."""


class Fits(Struct, frozen=True, kw_only=True):
    """The fits of all prior sets, from which others near them can be estimated."""

    sessions: tuple[Session, ...]
    results: tuple[FitResult, ...]

    def __repr__(self) -> str:
        return repr_without(self, "sessions")


class Refused(Struct, frozen=True, kw_only=True):
    """An analysis that cannot be done, and why."""

    error: InvalidInput


type Name = Literal["fits", "tornado", "evidence", "pool", "gap", "since"]
"""A gap is between all prior sets; "since" is one prior set beside itself as it was opened."""
type Result = Fits | Tornado | EvidenceResult | PoolResult | CompareResult | Refused


class SettledPart(Struct, frozen=True, kw_only=True):
    """One part of what follows from a desk."""

    name: Name
    result: Result


def settle(
    assessments: Sequence[Assessment], at: int, opened: Assessment, settings: Settings, scale: Scale
) -> Iterator[SettledPart]:
    """Fit every prior set, then analyse one of them, and yield each part when it is done.

    Parameters
    ----------
    at
        The place of the one that is analysed.
    opened
        That one as it was opened.

    Raises
    ------
    InvalidInput
        If the evidence contradicts itself under somebody's priors.
    """
    team = open_team(assessments, settings)
    yield SettledPart(name="fits", result=fits_of(team))
    session = session_of(team, at)
    if len(assessments) > 1:
        yield _analysed("pool", lambda: pool(team))
    if session.reportable:
        yield _analysed("tornado", lambda: tornado(session.fitter, session.fitted))
        yield _analysed("evidence", lambda: evidence(session, scale))
    if len(assessments) > 1:
        yield _analysed("gap", lambda: compare(team, attribution=True))
    if since := since_opened(assessments[at], opened):
        yield _analysed("since", lambda: compare(open_team(since, settings), attribution=True))


def _analysed(name: Name, analysis: Callable[[], Result]) -> SettledPart:
    try:
        return SettledPart(name=name, result=analysis())
    except InvalidInput as error:
        return SettledPart(name=name, result=Refused(error=error))


def fits_of(team: TeamSession) -> Fits:
    """The fits of a team, each with the result that `fit` prints of it."""
    run = Run(id="", created=clock.now())
    sessions = tuple(session_of(team, at) for at in range(len(team.analysts)))
    return Fits(sessions=sessions, results=tuple(_result(session, run) for session in sessions))


def _result(session: Session, run: Run) -> FitResult:
    warnings = clock.overdue(session.assessment.scenario)
    return fit_result([session.fitted.posterior], session.prior, run, session.computation(), warnings=warnings)


def session_of(team: TeamSession, at: int) -> Session:
    """One analyst of a team as a session of its own."""
    analyst = [*team.analysts.values()][at]
    return Session(
        settings=team.settings,
        assessment=analyst.fitted.assessment,
        fitter=team.fitter,
        fitted=analyst.fitted,
        prior=analyst.prior,
    )


def since_opened(now: Assessment, opened: Assessment) -> tuple[Assessment, Assessment] | None:
    """A prior set as it is and as it was opened, on one layout; None where they are the same."""
    pairs = now.structure.quantities.pairs | opened.structure.quantities.pairs
    after, before = (
        replace(each, prior_set=replace(each.prior_set, name=name)) for each, name in ((now, NOW), (opened, AS_OPENED))
    )
    both = with_pairs(after, pairs), with_pairs(before, pairs)
    return both if differences(both) else None

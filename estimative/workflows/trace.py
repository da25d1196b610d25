"""Trace: the way back from a number to its equations, priors and evidence."""

from __future__ import annotations

from estimative.model.analysis.trace import TraceResult, trace_result, trace_targets
from estimative.model.assessment import Assessment
from estimative.priors.errors import InvalidInput, Issue, Place, nearest
from estimative.priors.toml_table import ascii_safe
from estimative.workflows.session import Session

ALLOWED = "an outcome, an event, a factor, or a quantity as in a prior set: events.x, effects.x.y, evidence.x"


def trace(session: Session, target: str) -> TraceResult:
    """Collect everything behind an outcome, an event or a quantity.

    Raises
    ------
    InvalidInput
        If there is no such target.
    """
    check_target(session.assessment, target)
    return trace_result(
        session.fitted.posterior,
        session.prior,
        target,
        session.computation(),
        with_unconverged=session.settings.with_unconverged,
    )


def check_target(assessment: Assessment, target: str) -> None:
    """Refuse what cannot be traced.

    Raises
    ------
    InvalidInput
        If there is no such target.
    """
    known = trace_targets(assessment)
    if target not in known:
        issue = Issue(
            code="unknown-name",
            message="no such number",
            place=Place(file="target", key=ascii_safe(target)),
            allowed=ALLOWED,
            suggestion=nearest(target, known) or "",
        )
        raise InvalidInput([issue])

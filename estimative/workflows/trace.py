"""Trace: the way back from a number to its equations, priors and evidence."""

from __future__ import annotations

from estimative.model.analysis.trace import TraceResult, trace_result, trace_targets
from estimative.model.assessment import Assessment
from estimative.priors.errors import ascii_safe, invalid, nearest, quote
from estimative.priors.prior_set_file import is_remark
from estimative.workflows.session import Session

ALLOWED = "an outcome, an event, a factor, an item of evidence, an indicator, or an input: events.x, relevance.x"


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
        raise invalid(
            f"{quote(target)} cannot be traced in the scenario {quote(assessment.scenario.id)}",
            code="unknown-name",
            value=quote(target),
            allowed=ALLOWED,
            suggestion="" if is_remark(target) else ascii_safe(nearest(target, known) or ""),
        )

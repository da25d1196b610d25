"""The command `trace`: the way back from one number."""

from __future__ import annotations

from estimative.analysis import Request, analysed
from estimative.output import Form, tell
from estimative.priors.errors import InvalidInput, Issue, Place, nearest
from estimative.priors.toml_table import ascii_safe
from estimative.reports.trace.document import document
from estimative.reports.trace.summarizing import summarize, targets


def trace_and_tell(request: Request, target: str, form: Form) -> bool:
    """Fit, walk back, print; whether the fit converged."""
    analysis = analysed(request)
    known = targets(analysis.assessment.scenario, analysis.assessment.priors)
    if target not in known:
        expected = "an outcome, an event, a factor, or a quantity as in a prior set: events.x, effects.x.y, evidence.x"
        fault = Issue(
            code="unknown-name",
            message="there is no number of this name",
            place=Place(file="trace", key=ascii_safe(target)),
            allowed=expected,
            suggestion=nearest(target, known) or "",
        )
        raise InvalidInput([fault])
    summary = summarize(
        analysis.whole.posterior,
        analysis.before,
        target,
        computation=analysis.computation(),
        allow_unconverged=request.allow_unconverged,
    )
    tell(summary, form, document)
    return summary.converged

"""What if: every probability as assessed, and as supposed."""

from __future__ import annotations

from msgspec.structs import replace

from estimative.model.analysis.what_if import Supposition, sweep, what_if
from estimative.model.analysis.what_if_result import WhatIfResult, what_if_result
from estimative.model.likelihood.variable_elimination import Contradiction
from estimative.priors.errors import InvalidInput, invalid
from estimative.workflows.session import Session


def whatif(session: Session, supposition: Supposition) -> WhatIfResult:
    """Fit what is supposed, and compare it with the assessment.

    Raises
    ------
    InvalidInput
        If what is supposed is impossible.
    """
    fitter = replace(session.fitter, assessments=(session.assessment, supposition.assessment))
    session.settings.progress("Fitting what is supposed")
    try:
        answer = what_if(fitter, session.fitted, supposition)
        grid = supposition.grid
        along = sweep(answer.start, supposition, grid.factor, grid.values) if grid else None
        return what_if_result(
            answer,
            supposition,
            session.computation(answer.after.method),
            sweep=along,
            with_unconverged=session.settings.with_unconverged,
        )
    except Contradiction as error:
        raise _impossible(supposition, error) from error


def _impossible(supposition: Supposition, error: Contradiction) -> InvalidInput:
    given = [f"{name}={'yes' if state else 'no'}" for name, state in supposition.given.items()]
    evidence = ", or the evidence excludes it" if supposition.assessment.scenario.evidence else ""
    reason = f"it cannot all be so{evidence}" if given else error.reason
    return invalid(
        f"What is supposed has probability 0: {reason}",
        code="impossible",
        file="given" if given else "",
        key=", ".join(given),
    )

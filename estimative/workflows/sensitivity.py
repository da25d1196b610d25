"""Sensitivity: which inputs drive the result."""

from __future__ import annotations

from functools import partial

from estimative.model.analysis.curves import input_curves
from estimative.model.analysis.power_scaling import power_scaling
from estimative.model.analysis.sensitivity import SensitivityResult
from estimative.model.analysis.sobol import sobol, why_undefined
from estimative.model.analysis.structural import structural_alternatives
from estimative.model.analysis.tornado import tornado
from estimative.model.inference.info import ScenarioInfo
from estimative.workflows.session import Session, finite_odds


def sensitivity(session: Session) -> SensitivityResult:
    """Vary every input, the priors' strength and the structure, and refit.

    Raises
    ------
    InvalidInput
        If the headline has probability 0 or 1 somewhere, so that it has no odds to compare.
    """
    fitter, fitted, settings = session.fitter, session.fitted, session.settings
    ranges, curves, indices, undefined, scaled, others = None, None, None, None, None, None
    if session.reportable:
        with finite_odds(session.assessment, "at some value of an input"):
            ranges = tornado(fitter, fitted, progress=partial(settings.progress, "Fixing each input low and high"))
        if ranges.effort.converged:
            along = partial(settings.progress, "Fixing the widest inputs at more values")
            curves = input_curves(fitter, fitted, ranges, progress=along)
        settings.progress("Computing Sobol' indices")
        indices = sobol(session.assessment, seed=settings.seed)
        undefined = None if indices else why_undefined(session.assessment, seed=settings.seed)
        settings.progress("Scaling priors and evidence")
        scaled = power_scaling(fitted.posterior)
        with finite_odds(session.assessment, "under another structure"):
            progress = partial(settings.progress, "Fitting other structures")
            others = structural_alternatives(fitter, fitted, progress=progress)
    converged = session.fit.converged and all(part.effort.converged for part in (ranges, others) if part)
    show = settings.with_unconverged
    return SensitivityResult(
        converged=converged,
        with_unconverged=show,
        computation=session.computation(),
        scenario=ScenarioInfo.of(session.assessment),
        fit=session.fit,
        headline=session.headline,
        tornado=ranges if ranges and (ranges.effort.converged or show) else None,
        curves=curves,
        sobol=indices,
        sobol_undefined=undefined,
        power_scaling=scaled,
        structure=others if others and (others.effort.converged or show) else None,
    )

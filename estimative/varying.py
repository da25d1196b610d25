"""The command `sensitivity`: what the answer hangs on."""

from __future__ import annotations

from pathlib import Path

from estimative.analysis import Analysis, Request, analysed, finite_odds
from estimative.console import counting, doing
from estimative.model.analysis.power_scaling import power_scaling
from estimative.model.analysis.sobol import sobol
from estimative.model.analysis.structural import alternatives
from estimative.model.analysis.tornado import tornado
from estimative.output import Form, tell, write_figure
from estimative.reports.sensitivity.document import document
from estimative.reports.sensitivity.summarizing import summarize
from estimative.reports.sensitivity.summary import Sensitivity


def vary_and_tell(request: Request, form: Form, figure: Path | None) -> bool:
    """Vary everything, print; whether every fit converged."""
    summary = varied(analysed(request))
    tell(summary, form, document)
    if figure:
        _draw(summary, figure)
    return summary.converged


def _draw(summary: Sensitivity, path: Path) -> None:
    from estimative.reports.figures.tornado import tornado

    write_figure(path, tornado, summary)


def varied(analysis: Analysis) -> Sensitivity:
    """What the answer hangs on.

    Raises
    ------
    Faulty
        If the headline has no odds somewhere.
    """
    fitter, whole = analysis.fitter, analysis.whole
    swings, indices, scaled, others = None, None, None, None
    if analysis.tellable:
        with finite_odds(analysis, "at some value"), counting("holding each quantity low and high") as progress:
            swings = tornado(fitter, whole, progress=progress)
        with doing("reckoning Sobol' indices"):
            indices = sobol(analysis.assessment, seed=analysis.request.seed)
        with doing("scaling priors and evidence"):
            scaled = power_scaling(whole.posterior)
        with finite_odds(analysis, "under another structure"), counting("fitting other structures") as progress:
            others = alternatives(fitter, whole, progress=progress)
    return summarize(
        whole.posterior,
        analysis.before,
        tornado=swings,
        sobol=indices,
        power_scaling=scaled,
        alternatives=others,
        computation=analysis.computation("power-scaling"),
        allow_unconverged=analysis.request.allow_unconverged,
    )

"""The command `evidence`: what each item weighs, what would change the answer, what to look for next."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from estimative.analysis import Analysis, Request, analysed, finite_odds
from estimative.console import counting
from estimative.model.analysis.evidence_weight import evidence_weights
from estimative.model.analysis.information_value import information_value
from estimative.model.analysis.tipping_point import tipping
from estimative.output import Form, tell, write_figure
from estimative.reports.evidence.document import document
from estimative.reports.evidence.summarizing import summarize
from estimative.reports.evidence.summary import Weighing


def weigh_and_tell(request: Request, form: Form, figure: Path | None) -> bool:
    """Weigh, print; whether every fit converged."""
    summary = weighed(analysed(request))
    tell(summary, form, partial(document, full=form == "md"))
    if figure:
        _draw(summary, figure)
    return summary.converged


def _draw(summary: Weighing, path: Path) -> None:
    from estimative.reports.figures.ledger import ledger

    write_figure(path, ledger, summary)


def weighed(analysis: Analysis) -> Weighing:
    """What the evidence does.

    Raises
    ------
    Faulty
        If the headline has no odds somewhere.
    """
    fitter, whole = analysis.fitter, analysis.whole
    weights, borders, watched = None, None, None
    if analysis.tellable:
        with finite_odds(analysis, "with some of the evidence"):
            with counting("weighing the evidence") as progress:
                weights = evidence_weights(fitter, whole, progress=progress)
            with counting("looking for tipping points") as progress:
                borders = tipping(fitter, whole, progress=progress)
        watched = information_value(whole.posterior)
    return summarize(
        whole.posterior,
        analysis.before,
        ledger=weights,
        tipping=borders,
        watch=watched,
        computation=analysis.computation(),
        allow_unconverged=analysis.request.allow_unconverged,
    )

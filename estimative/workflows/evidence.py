"""Evidence: what each item weighs, what would change the result, and what to look for."""

from __future__ import annotations

from functools import partial

from estimative.model.analysis.evidence import EvidenceResult
from estimative.model.analysis.evidence_weight import evidence_weights
from estimative.model.analysis.hypothesis_rankings import competing_hypotheses
from estimative.model.analysis.information_value import information_value
from estimative.model.analysis.tipping_point import tipping_points
from estimative.model.inference.info import ScenarioInfo
from estimative.priors.verbal_scale import ICD203, Scale
from estimative.workflows.session import Session, finite_odds


def evidence(session: Session, scale: Scale = ICD203) -> EvidenceResult:
    """Weigh all evidence, search for tipping points between the words of a scale, and rank the indicators.

    Raises
    ------
    InvalidInput
        If the headline has probability 0 or 1 with some of the evidence, so that it has no odds to compare.
    """
    fitter, fitted, settings = session.fitter, session.fitted, session.settings
    weights, tipping, information = None, None, None
    if session.headline:
        with finite_odds(session.assessment, "with some of the evidence"):
            progress = partial(settings.progress, "Weighing the evidence")
            weights = evidence_weights(fitter, fitted, session.headline, progress=progress)
            progress = partial(settings.progress, "Searching for tipping points")
            tipping = tipping_points(fitter, fitted, scale=scale, progress=progress)
        information = information_value(fitted.posterior)
    converged = session.fit.converged and all(part.effort.converged for part in (weights, tipping) if part)
    show = settings.with_unconverged
    return EvidenceResult(
        converged=converged,
        with_unconverged=show,
        computation=session.computation(),
        scenario=ScenarioInfo.of(session.assessment),
        fit=session.fit,
        headline=session.headline,
        weights=weights if weights and (weights.effort.converged or show) else None,
        tipping_points=tipping if tipping and (tipping.effort.converged or show) else None,
        information=information,
        competing=competing_hypotheses(session.fitted.posterior, session.prior) if session.headline else (),
    )

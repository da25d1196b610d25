"""The same priors under another structure: the link function is an assumption, and so is every effect."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from estimative.model.assessment import Assessment
from estimative.model.inference.effort import Effort, effort_of
from estimative.model.inference.estimates import Undefined
from estimative.model.inference.mc_estimate import MCEstimate, log_odds
from estimative.model.inference.progress import Progress, ProgressCounter, no_progress
from estimative.model.inference.refit import Fitted, Fitter, Refit, Refitter
from estimative.model.likelihood.layout import Link
from estimative.model.spec.quantities import QuantityName

NO_EFFECT = 1.0
"""An odds ratio or rate ratio."""


class Alternative(Struct, frozen=True, kw_only=True):
    """The headline under one other structure."""

    name: str
    """ "noisy_or", or the effect that was removed: "effects.request.plan"."""
    probability: MCEstimate
    shift: MCEstimate | None
    """Natural log-odds of the headline less those as assessed; None where one of the two is 0 or 1."""


class StructuralAlternatives(Struct, frozen=True, kw_only=True):
    """The headline under every other structure."""

    noisy_or: Alternative
    """Independent causes (noisy-OR) in place of effects on the log-odds."""
    effects_removed: tuple[Alternative, ...]
    """Each effect removed in turn, the largest shift first."""
    effort: Effort


def structural_alternatives(
    fitter: Fitter, fitted: Fitted, *, progress: Progress = no_progress
) -> StructuralAlternatives:
    """Refit with independent causes (noisy-OR) in place of log-odds, and without each effect in turn."""
    assessment = fitted.assessment
    effects = [
        name
        for name, prior in assessment.priors.items()
        if QuantityName.parse(name).section == "effects" and not prior.same_as
    ]
    counting = ProgressCounter(progress, 2 + len(effects))
    refitter = Refitter.between(fitter, [fitted])
    others = [linked(assessment, "noisy_or"), *(assessment.with_fixed(name, NO_EFFECT) for name in effects)]
    start, link, *removed = refitter.each([assessment, *others], counting)
    rows = [_alternative(name, fit, start, refitter) for name, fit in zip(effects, removed, strict=True)]
    return StructuralAlternatives(
        noisy_or=_alternative("noisy_or", link, start, refitter),
        effects_removed=tuple(sorted(rows, key=lambda row: -abs(row.shift.value) if row.shift else float("-inf"))),
        effort=effort_of([start, link, *removed]),
    )


def linked(assessment: Assessment, link: Link) -> Assessment:
    """The same priors, read with another link."""
    return replace(assessment, structure=replace(assessment.structure, link=link))


def _alternative(name: str, fit: Refit, start: Refit, refitter: Refitter) -> Alternative:
    [probability] = refitter.anchored(fit)
    try:
        after, before = log_odds(fit.probability), log_odds(start.probability)
    except Undefined:
        return Alternative(name=name, probability=probability, shift=None)
    shift = after - before
    return Alternative(name=name, probability=probability, shift=shift)

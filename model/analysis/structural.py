"""The same scenario with another structure: a link function is an assumption too, and so is every arrow."""

from __future__ import annotations

from dataclasses import dataclass, replace

from estimative.model.assessment import Assessment
from estimative.model.inference.estimates import Undefined
from estimative.model.inference.mc_estimate import MCEstimate, derived, log_odds
from estimative.model.inference.refit import (
    Effort,
    Fitted,
    Fitter,
    Progress,
    ProgressCounter,
    Refit,
    Refitter,
    effort_of,
    no_progress,
)
from estimative.model.likelihood.layout import Link
from estimative.model.spec.quantities import QuantityName

NO_EFFECT = 1.0
"""An odds ratio or rate ratio."""


@dataclass(frozen=True, kw_only=True)
class Alternative:
    """The headline under one other structure."""

    name: str
    """ "noisy_or", or the effect that was removed: "effects.request.plan"."""
    probability: MCEstimate
    shift: MCEstimate | None
    """Log-odds of the headline less those as assessed; None where one of the two is 0 or 1."""


@dataclass(frozen=True, kw_only=True)
class Alternatives:
    """All of them: the link first, then each effect, the most telling first."""

    headline: MCEstimate
    """As it was assessed."""
    link: Alternative
    effects: tuple[Alternative, ...]
    effort: Effort


def alternatives(fitter: Fitter, whole: Fitted, *, progress: Progress = no_progress) -> Alternatives:
    """Fit the scenario with causes that act by themselves in place of log-odds, and without each effect in turn."""
    assessment = whole.assessment
    effects = [name for name in assessment.priors if QuantityName.parse(name).section == "effects"]
    counting = ProgressCounter(progress, 2 + len(effects))
    refitter = Refitter.between(fitter, [whole])
    others = [linked(assessment, "noisy_or"), *(assessment.with_fixed(name, NO_EFFECT) for name in effects)]
    start, link, *removed = refitter.each([assessment, *others], counting)
    told = [_alternative(name, fit, start) for name, fit in zip(effects, removed, strict=True)]
    return Alternatives(
        headline=start.probability,
        link=_alternative("noisy_or", link, start),
        effects=tuple(sorted(told, key=lambda one: -abs(one.shift.value) if one.shift else float("-inf"))),
        effort=effort_of([start, link, *removed]),
    )


def linked(assessment: Assessment, link: Link) -> Assessment:
    """The same priors, read with another link."""
    return replace(assessment, structure=replace(assessment.structure, link=link))


def _alternative(name: str, fit: Refit, start: Refit) -> Alternative:
    try:
        one, other = log_odds(fit.probability), log_odds(start.probability)
    except Undefined:
        return Alternative(name=name, probability=fit.probability, shift=None)
    shift = derived(one.value - other.value, [(1.0, one), (-1.0, other)])
    return Alternative(name=name, probability=fit.probability, shift=shift)

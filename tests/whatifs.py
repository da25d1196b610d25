"""What-ifs of small assessments, fitted by importance sampling."""

from __future__ import annotations

from collections.abc import Mapping

from estimative.model.analysis.what_if import Change, Supposition, WhatIf
from estimative.model.assessment import Assessment
from estimative.model.inference.refit import Fitted, Fitter
from estimative.model.likelihood.intervention import Intervention
from estimative.priors.frozen import FrozenDict
from estimative.priors.statements import BetaStated

JOINT = 4.0
"""Standard errors: exceeded once in 16,000 times by chance."""


def beta(a: float, b: float) -> BetaStated:
    return BetaStated(a=a, b=b)


def fit(assessment: Assessment, *, seed: int = 1, draws: int | None = None) -> tuple[Fitter, Fitted]:
    fitter = Fitter(assessments=(assessment,), seed=seed, method="importance", draws=draws)
    return fitter, fitter.fit(assessment)


def supposing(
    assessment: Assessment, do: Intervention | None = None, signs: Mapping[str, bool] | None = None, **given: bool
) -> Supposition:
    seen, given = FrozenDict(signs or {}), FrozenDict(given)
    return Supposition(assessment=assessment, intervention=do or Intervention(), given=given, signs=seen)


def change(found: WhatIf, sort: str, name: str) -> Change:
    return next(one for one in found.changes if (one.sort, one.id) == (sort, name))

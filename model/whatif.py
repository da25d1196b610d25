"""What if: the answers before and after something is set by hand, taken as given, left out or stated otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np

from model.assessment import Assessment
from model.estimating import ROUNDING, Undefined
from model.intervention import Intervention, Standing
from model.noise import Noisy, derived, log_odds
from model.pareto import smoothed
from model.posterior import Posterior, possible
from model.refitting import Fitted, Fitter
from model.summing import Contradiction


@dataclass(frozen=True, kw_only=True)
class Supposition:
    """What is supposed to be otherwise than it is assessed.

    Things are set by hand first; what is given is then seen to happen in that world.
    """

    assessment: Assessment
    """With other priors, and without the evidence that is left out."""
    intervention: Intervention = field(default_factory=Intervention)
    given: Mapping[str, bool] = field(default_factory=lambda: MappingProxyType({}))
    """Events that are seen to happen (True), or not (False)."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """A probability before and after."""

    sort: str
    """Of the target: "outcome", "event" or "link"."""
    id: str
    difference: Noisy
    """After less before, in probability."""
    shift: Noisy | None
    """After less before, in log-odds; None where one of the two is 0 or 1."""


@dataclass(frozen=True, kw_only=True)
class WhatIf:
    """Two posteriors on common random numbers, and what lies between them."""

    before: Posterior
    start: Posterior
    """Of what is supposed, before anything is set by hand: where a sweep starts from."""
    after: Posterior
    changes: tuple[Change, ...]
    """Of every target that is defined in both."""


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """The answers along values of one factor, set by hand."""

    factor: str
    values: tuple[float, ...]
    posteriors: tuple[Posterior, ...]
    """One for each value, all from the same draws."""


def what_if(fitter: Fitter, before: Fitted, supposed: Supposition) -> WhatIf:
    """Fit what is supposed, on the random numbers of what it is compared with.

    Raises
    ------
    Contradiction
        If what is given is impossible.
    """
    start = _fitted(fitter, before, supposed)
    after = under(start, supposed.intervention, supposed.given)
    return WhatIf(before=before.posterior, start=start, after=after, changes=_changes(before.posterior, after))


def _fitted(fitter: Fitter, before: Fitted, supposed: Supposition) -> Posterior:
    """The posterior before anything is set by hand."""
    assessment = supposed.assessment if supposed.intervention else supposed.assessment.observing(supposed.given)
    return before.posterior if assessment is before.assessment else fitter.fit(assessment).posterior


def under(posterior: Posterior, intervention: Intervention, given: Mapping[str, bool]) -> Posterior:
    """The answers of a posterior once things are set by hand, and the given events are seen to happen after that."""
    if not intervention:
        return posterior
    return _reckoned(posterior, _standing(posterior, given), intervention, given)


def _standing(posterior: Posterior, given: Mapping[str, bool]) -> Standing:
    return Standing.of(posterior.assessment.structure, posterior.draws.theta, posterior.asked, given)


def _reckoned(
    posterior: Posterior, standing: Standing, intervention: Intervention, given: Mapping[str, bool]
) -> Posterior:
    changed = possible(replace(posterior, reckoned=standing.under(intervention)))
    return _judged(changed) if given else changed


def sweep(posterior: Posterior, supposed: Supposition, factor: str, values: Sequence[float]) -> Sweep:
    """The answers along values of a factor, beside whatever else is supposed.

    Parameters
    ----------
    posterior
        Of what is supposed, before anything is set by hand: `WhatIf.start`.
    """
    standing, posteriors = _standing(posterior, supposed.given), []
    for value in values:
        factors = MappingProxyType({**supposed.intervention.factors, factor: value})
        intervention = replace(supposed.intervention, factors=factors)
        posteriors.append(_reckoned(posterior, standing, intervention, supposed.given))
    return Sweep(factor=factor, values=tuple(values), posteriors=tuple(posteriors))


def _judged(posterior: Posterior) -> Posterior:
    """The same, its verdict on the weights that the condition leaves the draws."""
    draws, given = posterior.draws, posterior.reckoned.given.max(axis=0)
    weights = draws.weights * given
    if not weights.any():
        raise Contradiction("a condition of probability zero", key="--given")
    with np.errstate(divide="ignore"):
        _, shape = smoothed(np.maximum(np.log(weights / weights.max()), -700.0))
    found = max(draws.diagnostics.get("pareto_k", -np.inf), shape)
    return replace(posterior, draws=replace(draws, diagnostics={**draws.diagnostics, "pareto_k": found}))


def _changes(before: Posterior, after: Posterior) -> tuple[Change, ...]:
    return tuple(
        _change(before, after, sort, name)
        for sort, name in before.estimates
        if (sort, name) in after.estimates
    )  # fmt: skip


def _change(before: Posterior, after: Posterior, sort: str, name: str) -> Change:
    first, second = before.noisy(sort, name), after.noisy(sort, name)
    difference = _less(second, first, abs(first.value))
    try:
        one, two = log_odds(first), log_odds(second)
    except Undefined:
        return Change(sort=sort, id=name, difference=difference, shift=None)
    return Change(sort=sort, id=name, difference=difference, shift=_less(two, one, 1.0))


def _less(one: Noisy, other: Noisy, scale: float) -> Noisy:
    """The difference of two numbers on common draws; what only rounding makes is none."""
    found = derived(one.value - other.value, [(1.0, one), (-1.0, other)])
    if max(abs(found.value), found.mcse) <= ROUNDING * scale:
        return Noisy(value=0.0)
    return found

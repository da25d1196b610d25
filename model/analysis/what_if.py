"""What if: the answers before and after something is set by hand, taken as given, left out or stated otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from estimative.model.assessment import Assessment
from estimative.model.inference.estimates import ROUNDING, Undefined
from estimative.model.inference.mc_estimate import MCEstimate, delta_method, log_odds, mc_estimate
from estimative.model.inference.posterior import Posterior, drop_undefined
from estimative.model.inference.psis import smooth_weights
from estimative.model.inference.refit import Fitted, Fitter
from estimative.model.likelihood.intervention import Intervention, InterventionBase
from estimative.model.likelihood.variable_elimination import Contradiction
from estimative.priors.frozen import FrozenDict


@dataclass(frozen=True, kw_only=True)
class Supposition:
    """What is supposed to be otherwise than it is assessed.

    Things are set by hand first; what is given is then seen to happen in that world.
    """

    assessment: Assessment
    """With other priors, and without the evidence that is left out."""
    intervention: Intervention = field(default_factory=Intervention)
    given: Mapping[str, bool] = field(default_factory=lambda: FrozenDict({}))
    """Events that are seen to happen (True), or not (False)."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """A probability before and after."""

    sort: str
    """Of the target: "outcome", "event" or "link"."""
    id: str
    difference: MCEstimate
    """After less before, in probability."""
    shift: MCEstimate | None
    """After less before, in log-odds; None where one of the two is 0 or 1."""


@dataclass(frozen=True, kw_only=True)
class WhatIf:
    """Two posteriors on common random numbers, and what lies between them."""

    before: Posterior
    start: Posterior
    """Of what is supposed, before anything is set by hand or seen: where a sweep starts from."""
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
    assessment = supposed.assessment
    start = before.posterior if assessment is before.assessment else fitter.fit(assessment).posterior
    if supposed.given and not supposed.intervention:
        after = fitter.fit(assessment.conditioned_on(supposed.given)).posterior
    else:
        after = under(start, supposed.intervention, supposed.given)
    return WhatIf(before=before.posterior, start=start, after=after, changes=_changes(before.posterior, after))


def under(posterior: Posterior, intervention: Intervention, given: Mapping[str, bool]) -> Posterior:
    """The answers of a posterior once things are set by hand, and the given events are seen to happen after that."""
    if not intervention:
        return posterior
    return _reckoned(posterior, _standing(posterior, given), intervention, given)


def _standing(posterior: Posterior, given: Mapping[str, bool]) -> InterventionBase:
    return InterventionBase.of(posterior.assessment.structure, posterior.draws.theta, posterior.targets, given)


def _reckoned(
    posterior: Posterior, standing: InterventionBase, intervention: Intervention, given: Mapping[str, bool]
) -> Posterior:
    changed = drop_undefined(replace(posterior, probabilities=standing.under(intervention)))
    return _judged(changed) if given else changed


def sweep(posterior: Posterior, supposed: Supposition, factor: str, values: Sequence[float]) -> Sweep:
    """The answers along values of a factor, beside whatever else is supposed.

    Parameters
    ----------
    posterior
        Of what is supposed, before anything is set by hand or seen: `WhatIf.start`.
    """
    standing, posteriors = _standing(posterior, supposed.given), []
    for value in values:
        factors = FrozenDict({**supposed.intervention.factors, factor: value})
        intervention = replace(supposed.intervention, factors=factors)
        posteriors.append(_reckoned(posterior, standing, intervention, supposed.given))
    return Sweep(factor=factor, values=tuple(values), posteriors=tuple(posteriors))


def level(posterior: Posterior, factor: str) -> MCEstimate:
    """The mean of a factor's degree today, each draw weighed by what is given there."""
    event = next(iter(posterior.assessment.scenario.events))
    given, degree = posterior.query_probabilities("event", event)[1], posterior.quantity(f"factors.{factor}")
    base = float(posterior.draws.weights @ given)
    value = float(posterior.draws.weights @ (given * degree)) / base
    if np.ptp(degree) <= ROUNDING:
        return MCEstimate(value=float(degree[0]))
    return mc_estimate(value, given * (degree - value) / base, posterior.draws)


def _judged(posterior: Posterior) -> Posterior:
    """The same, weighed by what is given where draws have weights, and its verdict on these.

    Chains have none: there each answer stays a ratio.
    """
    draws, given = posterior.draws, posterior.probabilities.given.max(axis=0)
    weights = draws.weights * given
    if not weights.any():
        raise Contradiction("a condition of probability zero", key="--given")
    with np.errstate(divide="ignore"):
        _, shape = smooth_weights(np.maximum(np.log(weights / weights.max()), -700.0))
    found = max(draws.diagnostics.get("pareto_k", -np.inf), shape)
    judged = replace(draws, diagnostics={**draws.diagnostics, "pareto_k": found})
    if draws.method == "nuts":
        return replace(posterior, draws=judged)
    probabilities = posterior.probabilities
    shares = np.divide(1.0, given, out=np.zeros_like(given), where=given > 0)
    return replace(
        posterior,
        draws=replace(judged, weights=weights / weights.sum()),
        probabilities=replace(probabilities, yes=probabilities.yes * shares, given=probabilities.given * shares),
    )


def _changes(before: Posterior, after: Posterior) -> tuple[Change, ...]:
    return tuple(
        _change(before, after, sort, name)
        for sort, name in before.estimates
        if (sort, name) in after.estimates
    )  # fmt: skip


def _change(before: Posterior, after: Posterior, sort: str, name: str) -> Change:
    first, second = before.mc_estimate(sort, name), after.mc_estimate(sort, name)
    difference = _less(second, first, abs(first.value))
    if before.draws is after.draws:  # chains and weights in common, whatever the method
        apart = after.deviation(sort, name) - before.deviation(sort, name)
        difference = _rounded(mc_estimate(second.value - first.value, apart, before.draws), abs(first.value))
    try:
        one, two = log_odds(first), log_odds(second)
    except Undefined:
        return Change(sort=sort, id=name, difference=difference, shift=None)
    shift = _less(two, one, 1.0)
    if before.draws is after.draws:
        slopes = [1 / (p.value * (1 - p.value)) for p in (first, second)]
        apart = slopes[1] * after.deviation(sort, name) - slopes[0] * before.deviation(sort, name)
        shift = _rounded(mc_estimate(two.value - one.value, apart, before.draws), 1.0)
    return Change(sort=sort, id=name, difference=difference, shift=shift)


def _less(one: MCEstimate, other: MCEstimate, scale: float) -> MCEstimate:
    """The difference of two numbers on common random numbers."""
    return _rounded(delta_method(one.value - other.value, [(1.0, one), (-1.0, other)]), scale)


def _rounded(found: MCEstimate, scale: float) -> MCEstimate:
    """What only rounding makes is no difference."""
    return found if max(abs(found.value), found.se) > ROUNDING * scale else MCEstimate(value=0.0)

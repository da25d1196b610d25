"""What if: the probabilities as assessed, and under an intervention, a condition, less evidence or other priors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
from msgspec import Struct, field
from msgspec.structs import replace

from estimative.model.analysis.sighting import Sighting
from estimative.model.assessment import Assessment
from estimative.model.inference.estimates import ROUNDING, Undefined
from estimative.model.inference.mc_estimate import MCEstimate, log_odds, mc_estimate
from estimative.model.inference.posterior import Posterior
from estimative.model.inference.psis import smooth_weights
from estimative.model.inference.refit import Fitted, Fitter
from estimative.model.likelihood.intervention import Intervention, InterventionBase
from estimative.model.likelihood.queries import check_structure, evaluate_queries
from estimative.model.likelihood.variable_elimination import Contradiction
from estimative.priors.frozen import FrozenDict

NOTHING: Mapping[str, bool] = FrozenDict({})


class Assumption(Struct, frozen=True, kw_only=True):
    """One way in which what is supposed differs from the assessment."""

    kind: Literal["intervention", "condition", "without", "prior"]
    name: str
    """Of a factor, an event, an indicator, an item or origin of evidence ("all" for all evidence), or a quantity."""
    value: float | bool | str | None
    """Degree of a factor, state of an event, the statement of another prior; None of evidence."""


class Grid(Struct, frozen=True, kw_only=True):
    """A factor, and the values at which a sweep sets it."""

    factor: str
    values: tuple[float, ...]


class Supposition(Struct, frozen=True, kw_only=True):
    """What is supposed to differ from the assessment.

    Indicators are observed first, like the evidence there is; then comes the intervention; the events that are given
    are observed to happen after that.
    """

    assessment: Assessment
    """With other priors, and without the evidence that is left out."""
    intervention: Intervention = field(default_factory=Intervention)
    given: Mapping[str, bool] = field(default_factory=lambda: NOTHING)
    """Events that are observed to happen (True), or not (False)."""
    signs: Mapping[str, bool] = field(default_factory=lambda: NOTHING)
    """Indicators that are observed (True), or absent (False), before the intervention."""
    grid: Grid | None = None
    """Of a sweep; None where there is none."""
    assumptions: tuple[Assumption, ...] = ()
    """The same as all of the above but the grid, item by item as it was stated."""


class Change(Struct, frozen=True, kw_only=True):
    """The change of one target's probability."""

    sort: str
    """Of the target: "outcome", "event" or "link"."""
    id: str
    difference: MCEstimate
    """After less before, in probability."""
    shift: MCEstimate | None
    """After less before, in natural log-odds; None where one of the two is 0 or 1."""


class WhatIf(Struct, frozen=True, kw_only=True):
    """Two posteriors on common random numbers, and the changes between them."""

    before: Posterior
    start: Posterior
    """Of what is supposed, before the intervention and the condition: where a sweep starts."""
    after: Posterior
    changes: tuple[Change, ...]
    """Of every target that is defined in both."""


class Sweep(Struct, frozen=True, kw_only=True):
    """The posteriors along values of one factor, set by intervention."""

    factor: str
    values: tuple[float, ...]
    posteriors: tuple[Posterior, ...]
    """One for each value, all from the same draws."""


def what_if(fitter: Fitter, before: Fitted, supposition: Supposition) -> WhatIf:
    """Fit what is supposed, on the random numbers of what it is compared with.

    Raises
    ------
    Contradiction
        If what is given is impossible.
    InvalidInput
        If it makes so many events depend on each other that the exact sum becomes too large.
    """
    assessment = supposition.assessment
    start = before.posterior if assessment is before.assessment else fitter.fit(assessment).posterior
    if supposition.intervention:
        after = under(start, supposition.intervention, supposition.given, supposition.signs)
    else:
        after = fitter.fit(_given(supposition)).posterior if supposition.given else start
        after = observing(after, supposition.signs) if supposition.signs else after
    return WhatIf(before=before.posterior, start=start, after=after, changes=_changes(before.posterior, after))


def _given(supposition: Supposition) -> Assessment:
    conditioned = supposition.assessment.conditioned_on(supposition.given)
    check_structure(conditioned.structure)
    return conditioned


def under(
    posterior: Posterior, intervention: Intervention, given: Mapping[str, bool], signs: Mapping[str, bool] = NOTHING
) -> Posterior:
    """The posterior under an intervention: indicators are observed before it, and the given events after it."""
    if not intervention:
        return posterior
    return _Responsive.of(posterior, given, signs).under(intervention)


def observing(posterior: Posterior, signs: Mapping[str, bool]) -> Posterior:
    """The posterior once some indicators are observed (True) or absent (False), each draw weighed by their chance."""
    sighting = Sighting.of(posterior, signs)
    found = evaluate_queries(sighting.structure, posterior.draws.theta, posterior.targets, seen=sighting.soft)
    return _conditioned(replace(posterior, probabilities=sighting.weigh(found)))


class _Responsive(Struct, frozen=True, kw_only=True):
    """A posterior, and what interventions of any kind need in order to act on it."""

    posterior: Posterior
    sighting: Sighting
    base: InterventionBase
    conditional: bool
    """Whether anything is observed."""

    @classmethod
    def of(cls, posterior: Posterior, given: Mapping[str, bool], signs: Mapping[str, bool]) -> _Responsive:
        sighting = Sighting.of(posterior, signs)
        base = InterventionBase.of(
            sighting.structure, posterior.draws.theta, posterior.targets, given, seen=sighting.soft
        )
        return cls(posterior=posterior, sighting=sighting, base=base, conditional=bool(given or signs))

    def under(self, intervention: Intervention) -> Posterior:
        """The posterior under an intervention, given what is observed."""
        changed = replace(self.posterior, probabilities=self.sighting.weigh(self.base.under(intervention)))
        return _conditioned(changed) if self.conditional else changed


def sweep(posterior: Posterior, supposition: Supposition, factor: str, values: Sequence[float]) -> Sweep:
    """The posteriors along values of a factor, together with whatever else is supposed.

    Parameters
    ----------
    posterior
        Of what is supposed, before the intervention and the condition: `WhatIf.start`.
    """
    responsive, posteriors = _Responsive.of(posterior, supposition.given, supposition.signs), []
    for value in values:
        factors = FrozenDict({**supposition.intervention.factors, factor: value})
        intervention = replace(supposition.intervention, factors=factors)
        posteriors.append(responsive.under(intervention))
    return Sweep(factor=factor, values=tuple(values), posteriors=tuple(posteriors))


def level(posterior: Posterior, factor: str) -> MCEstimate:
    """The mean degree of a factor today, each draw weighed by the probability of what is given there."""
    event = posterior.assessment.scenario.literals[0]
    given, degree = posterior.query_probabilities("event", event)[1], posterior.quantity(f"factors.{factor}")
    base = float(posterior.draws.weights @ given)
    value = float(posterior.draws.weights @ (given * degree)) / base
    if np.ptp(degree) <= ROUNDING:
        return MCEstimate(value=float(degree[0]))
    return mc_estimate(value, given * (degree - value) / base, posterior.draws)


def _conditioned(posterior: Posterior) -> Posterior:
    """The same, reweighed by the probability of what is given, with the verdict on the new weights.

    Draws of Markov chains have no weights: there each probability stays a ratio.
    """
    draws, given = posterior.draws, posterior.probabilities.given.max(axis=0)
    weights = draws.weights * given
    if not weights.any():
        raise Contradiction("a condition of probability zero", key="given")
    with np.errstate(divide="ignore"):
        # Below e^-700 a float is denormal; such draws have no part in the tail that is smoothed.
        _, shape = smooth_weights(np.maximum(np.log(weights / weights.max()), -700.0))
    pareto_k = max(draws.diagnostics.get("pareto_k", -np.inf), shape)
    diagnosed = replace(draws, diagnostics={**draws.diagnostics, "pareto_k": pareto_k})
    if draws.method == "nuts":
        return replace(posterior, draws=diagnosed)
    probabilities = posterior.probabilities
    shares = np.divide(1.0, given, out=np.zeros_like(given), where=given > 0)
    return replace(
        posterior,
        draws=replace(diagnosed, weights=weights / weights.sum()),
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
    if before.draws is after.draws:  # the same chains and weights, so that errors cancel whatever the method
        deviation = after.deviation(sort, name) - before.deviation(sort, name)
        estimate = mc_estimate(second.value - first.value, deviation, before.draws)
        difference = _without_rounding(estimate, abs(first.value))
    try:
        odds_before, odds_after = log_odds(first), log_odds(second)
    except Undefined:
        return Change(sort=sort, id=name, difference=difference, shift=None)
    shift = _less(odds_after, odds_before, 1.0)
    if before.draws is after.draws:
        slopes = [1 / (p.value * (1 - p.value)) for p in (first, second)]
        deviation = slopes[1] * after.deviation(sort, name) - slopes[0] * before.deviation(sort, name)
        shift = _without_rounding(mc_estimate(odds_after.value - odds_before.value, deviation, before.draws), 1.0)
    return Change(sort=sort, id=name, difference=difference, shift=shift)


def _less(minuend: MCEstimate, subtrahend: MCEstimate, scale: float) -> MCEstimate:
    """The difference of two numbers on common random numbers."""
    return _without_rounding(minuend - subtrahend, scale)


def _without_rounding(number: MCEstimate, scale: float) -> MCEstimate:
    """Zero where the number is but a rounding error at this scale."""
    return number if max(abs(number.value), number.se) > ROUNDING * scale else MCEstimate(value=0.0)

"""How drivers change an event's probability: additively on the log-odds, or as independent causes (noisy-OR)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from msgspec import Struct

from estimative.model.likelihood.backend import Array, Backend, softplus

if TYPE_CHECKING:
    from estimative.model.likelihood.layout import Index, LinearPredictors, Structure

NEWTON_STEPS = 8
"""Enough for eleven digits at log-odds from -40 to 30; a fixed number, so that they can be recorded."""


def by_log_odds(
    backend: Backend, rows: LinearPredictors, baseline: Array, log_effect: Array, covariate: Array | None
) -> Array:
    """Compute linear predictors: baseline + sum over effects of s ln w times its covariate.

    Parameters
    ----------
    baseline
        Log-odds or log rate of each event with every factor at its middle and no driving event; dims (event[, draw]).
    log_effect
        s ln w of each effect; dims (effect[, draw]).
    covariate
        What the design matrix multiplies: x - 1/2 for an effect of a factor, 1 for one of an event; dims
        (effect[, draw]). None where the design matrix holds the covariates themselves, as for cases.

    Returns
    -------
    Log-odds of rows of odds form, log rates per year of rows of rate form; dims (row[, draw]).
    """
    base = baseline[rows.base]
    effect = log_effect if covariate is None else log_effect * covariate
    return base + backend.combine(rows.design, effect) if rows.design.any() else base


def by_noisy_or(
    backend: Backend,
    structure: Structure,
    rows: LinearPredictors,
    baseline: Array,
    log_effect: Array,
    covariate: Array | None,
) -> Array:
    """Compute the same predictors where each cause adds to the hazard independently of the others.

    -ln(1 - p) = h + sum of a_i u_i: the leaky noisy-OR (Henrion 1989, UAI; Diez 1993, UAI), with u_i running from 0,
    where a driver does least, to 1. A cause alone multiplies the odds (of a rate: the rate) by its ratio w. With every
    factor at its middle and no driving event, the probability is the stated baseline. A ratio below 1 reverses its
    driver. Parameters and result are those of `by_log_odds`. That is a model of events that happen or not: events with
    states keep their log-odds.
    """
    if not len(rows.base):
        return baseline[rows.base]
    by_state = {base for base, (_, state) in enumerate(structure.baselines) if state}
    plain = by_log_odds(backend, rows, baseline, log_effect, covariate) if by_state.intersection(rows.base) else None
    causes_of = {
        base: _causes(backend, structure, base, baseline, log_effect)
        for base in dict.fromkeys(rows.base.tolist())
        if base not in by_state
    }
    predictors = []
    for row, (base, design) in enumerate(zip(rows.base.tolist(), rows.design, strict=True)):
        if plain is not None and base in by_state:
            predictors.append(plain[row])
            continue
        causes = causes_of[base]
        if not len(causes.effects):
            predictors.append(baseline[base])
            continue
        # Ones with the shape of the effects, draws included, under either backend.
        multiplier = (0 * log_effect + 1 if covariate is None else covariate)[causes.effects]
        predictors.append(causes.predictor(backend, backend.column(design[causes.effects]) * multiplier))
    return backend.stack(predictors)


class _Causes(Struct, frozen=True, kw_only=True):
    """The causes of one event, and its leak."""

    effects: Index
    middle: Array
    """1/2 for a factor, 0 for an event: added to a centred covariate, it gives the driver's degree; dims (effect)."""
    raises: Array
    """1 where more of the driver raises the probability, 0 where less of it does; dims (effect[, draw])."""
    leak: Array
    """Hazard (of a rate: the rate, in units of itself) with no cause active; dims ([draw])."""
    added: Array
    """Hazard that each fully active cause adds, on the same scale; dims (effect[, draw])."""
    log_scale: Array | None
    """ln of the rate with no cause active; None for the odds form."""

    def predictor(self, backend: Backend, centred: Array) -> Array:
        """Log-odds, or log rate, at centred covariates; dims (effect[, draw]) -> ([draw])."""
        hazard = self.leak + (self.added * self.activity(centred)).sum(axis=0)
        if self.log_scale is not None:
            return self.log_scale + backend.log(hazard)
        return backend.log(backend.expm1(hazard))

    def activity(self, centred: Array) -> Array:
        """How active each cause is, from 0 to 1; dims (effect[, draw])."""
        degree = self.middle + centred
        return self.raises * degree + (1 - self.raises) * (1 - degree)


def _causes(backend: Backend, structure: Structure, base: int, baseline: Array, log_effect: Array) -> _Causes:
    effects = np.flatnonzero(structure.effect_base == base)
    signed = log_effect[effects]
    # A ratio below 1 turns its driver into a cause by absence, so that every cause adds a positive hazard.
    raises, strength = (signed >= 0) * 1.0, abs(signed)
    middle = backend.column(np.where(effects < len(structure.effect_factor), 0.5, 0.0))
    at_rest = raises * middle + (1 - raises) * (1 - middle)
    common = {"effects": effects, "middle": middle, "raises": raises}
    if base >= len(structure.odds_base):
        added = backend.expm1(strength)
        # A rate has no upper bound: causes add to it directly, and its leak is solved in closed form.
        leak = 0 * baseline[base] + 1
        scale = baseline[base] - backend.log(1 + (added * at_rest).sum(axis=0))
        return _Causes(**common, leak=leak, added=added, log_scale=scale)
    leak_log_odds = _leak_log_odds(backend, baseline[base], strength, at_rest)
    leak = softplus(backend, leak_log_odds)
    added = softplus(backend, leak_log_odds + strength) - leak
    return _Causes(**common, leak=leak, added=added, log_scale=None)


def _leak_log_odds(backend: Backend, baseline: Array, strength: Array, at_rest: Array) -> Array:
    """Log-odds with no cause active, such that the probability at rest is the baseline; dims ([draw]).

    Newton's method on the log hazard, which is nearly linear in y for small probabilities; on the hazard itself, a
    start below the root would overshoot it exponentially.
    """
    # The hazard of the stated baseline, which leak and causes at rest have to add up to.
    target = backend.log(softplus(backend, baseline))
    y = baseline - backend.log(1 + (backend.expm1(strength) * at_rest).sum(axis=0))
    for _ in range(NEWTON_STEPS):
        active = y + strength
        hazard = softplus(backend, y) + ((softplus(backend, active) - softplus(backend, y)) * at_rest).sum(axis=0)
        p_leak, p_active = 1 / (1 + backend.exp(-y)), 1 / (1 + backend.exp(-active))
        slope = p_leak + ((p_active - p_leak) * at_rest).sum(axis=0)
        y = y - (backend.log(hazard) - target) * hazard / slope
    return y

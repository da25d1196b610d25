"""How drivers move a chance: on the log-odds, as the scenario has it, or as causes that act alone (noisy-OR)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from estimative.model.likelihood.backend import Array, Backend, softplus

if TYPE_CHECKING:
    from estimative.model.likelihood.layout import Index, LinearPredictors, Structure

NEWTON_STEPS = 8


def by_log_odds(
    backend: Backend, rows: LinearPredictors, baseline: Array, log_effect: Array, lever: Array | None
) -> Array:
    """Log-odds of rows of odds form, log rates of the others: own + sum of s ln w times lever; dims (row[, draw]).

    Parameters
    ----------
    baseline
        Log-odds or log rate of each event with every factor at its middle and no driving event; dims (event[, draw]).
    log_effect
        s ln w of each effect; dims (effect[, draw]).
    lever
        What the rows' levers multiply: x - 1/2 of an effect of a factor, 1 of an event's; None where they say all.
    """
    own = baseline[rows.base]
    moved = log_effect if lever is None else log_effect * lever
    return own + backend.combine(rows.design, moved) if rows.design.any() else own


def by_noisy_or(
    backend: Backend,
    structure: Structure,
    rows: LinearPredictors,
    baseline: Array,
    log_effect: Array,
    lever: Array | None,
) -> Array:
    """The same, but each cause adds to the hazard by itself (leaky noisy-OR: Henrion 1989, UAI; Diez 1993, UAI).

    -ln(1 - p) = h + sum of a u, u running from 0, where a driver does least, to 1. A cause alone multiplies the odds
    (of a rate: the rate) by its ratio w; with every factor at its middle and no driving event the chance is the stated
    baseline. A ratio below 1 turns its driver round.
    """
    if not len(rows.base):
        return baseline[rows.base]
    causes = {
        base: _causes(backend, structure, base, baseline, log_effect) for base in dict.fromkeys(rows.base.tolist())
    }
    found = []
    for base, design in zip(rows.base.tolist(), rows.design, strict=True):
        own = causes[base]
        if not len(own.effects):
            found.append(baseline[base])
            continue
        position = backend.column(design[own.effects]) * (0 * log_effect + 1 if lever is None else lever)[own.effects]
        found.append(own.predictor(backend, position))
    return backend.stack(found)


@dataclass(frozen=True, kw_only=True)
class _Causes:
    """What acts on one event."""

    effects: Index
    middle: Array
    """1/2 for a factor, 0 for an event: added to a position it is the driver's degree; dims (effect[, draw])."""
    up: Array
    """1 where more of the driver raises the chance, 0 where less of it does; dims (effect[, draw])."""
    leak: Array
    """Hazard (of a rate: the rate, as a multiple of itself) with no cause at work; dims ([draw])."""
    added: Array
    """By each cause at full work, on that scale; dims (effect[, draw])."""
    log_scale: Array | None
    """Log of the rate with no cause at work; None for the odds form."""

    def predictor(self, backend: Backend, position: Array) -> Array:
        hazard = self.leak + (self.added * self.work(position)).sum(axis=0)
        if self.log_scale is not None:
            return self.log_scale + backend.log(hazard)
        return backend.log(backend.expm1(hazard))

    def work(self, position: Array) -> Array:
        """How far each cause is at work, from 0 to 1."""
        degree = self.middle + position
        return self.up * degree + (1 - self.up) * (1 - degree)


def _causes(backend: Backend, structure: Structure, base: int, baseline: Array, log_effect: Array) -> _Causes:
    effects = np.flatnonzero(structure.effect_base == base)
    signed = log_effect[effects]
    up, strength = (signed >= 0) * 1.0, abs(signed)
    middle = backend.column(np.where(effects < len(structure.effect_factor), 0.5, 0.0))
    at_rest = up * middle + (1 - up) * (1 - middle)
    common = {"effects": effects, "middle": middle, "up": up}
    if base >= len(structure.odds_base):
        added = backend.expm1(strength)
        leak = 0 * baseline[base] + 1
        scale = baseline[base] - backend.log(1 + (added * at_rest).sum(axis=0))
        return _Causes(**common, leak=leak, added=added, log_scale=scale)
    alone = _leak(backend, baseline[base], strength, at_rest)
    leak = softplus(backend, alone)
    return _Causes(**common, leak=leak, added=softplus(backend, alone + strength) - leak, log_scale=None)


def _leak(backend: Backend, baseline: Array, strength: Array, at_rest: Array) -> Array:
    """Log-odds with no cause at work, such that the chance at rest is the baseline: Newton on the log hazard."""
    wanted = backend.log(softplus(backend, baseline))
    y = baseline - backend.log(1 + (backend.expm1(strength) * at_rest).sum(axis=0))
    for _ in range(NEWTON_STEPS):
        full = y + strength
        hazard = softplus(backend, y) + ((softplus(backend, full) - softplus(backend, y)) * at_rest).sum(axis=0)
        one, other = 1 / (1 + backend.exp(-y)), 1 / (1 + backend.exp(-full))
        slope = one + ((other - one) * at_rest).sum(axis=0)
        y = y - (backend.log(hazard) - wanted) * hazard / slope
    return y

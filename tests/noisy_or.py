"""Causes that act alone, by brute force: p = 1 - (1 - l) prod (1 - c_i)^u_i, the leak l found by a root search."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache

from scipy.optimize import brentq
from scipy.special import expit, logit

from estimative.model.spec.events import Event
from tests.oracle import Oracle

type Causes = tuple[tuple[float, float], ...]
"""Of each cause, by how much it multiplies the odds (at least 1), and how far it is at work, from 0 to 1."""


class NoisyOr(Oracle):
    """A scenario with one value for every quantity, read with the other link."""

    def _odds(self, event: Event, design: Mapping[str, float]) -> float:
        leak = leak_of(self.values[f"events.{event.id}"], self._causes(event, {}))
        absent = none_acts(leak, self._causes(event, design))
        return (1 - absent) / absent

    def _rate(self, event: Event, design: Mapping[str, float]) -> float:
        """Per year: each cause at full work adds to what comes of itself."""
        own, at_rest = (1 + math.fsum((w - 1) * u for w, u in self._causes(event, at)) for at in (design, {}))
        return self.values[f"events.{event.id}"] * own / at_rest

    def _causes(self, event: Event, design: Mapping[str, float]) -> Causes:
        """A driver, or where that lowers the chance, its lack; at rest where no lever is given."""
        found = []
        for driver in event.drivers:
            ratio = self.values[f"effects.{event.id}.{driver.name}"] ** driver.sign
            degree = design.get(driver.name, 0.0) + (0.5 if driver.name in self.scenario.factors else 0.0)
            found.append((ratio, degree) if ratio >= 1 else (1 / ratio, 1 - degree))
        return tuple(found)


def none_acts(leak: float, causes: Causes) -> float:
    """The chance that nothing brings the event about."""
    return (1 - leak) * math.prod((1 - _by_itself(leak, ratio)) ** work for ratio, work in causes)


def _by_itself(leak: float, ratio: float) -> float:
    """The chance c that a cause brings the event about, such that with it the odds are so many times the leak's."""
    together = ratio * leak / (1 - leak + ratio * leak)
    return 1 - (1 - together) / (1 - leak)


@cache
def leak_of(base: float, at_rest: Causes) -> float:
    """The chance with no cause at work, such that with all of them at rest it is the stated baseline."""
    top = float(logit(base))
    bottom = top - math.fsum(math.log(ratio) for ratio, _ in at_rest)

    def above(log_odds: float) -> float:
        return 1 - none_acts(float(expit(log_odds)), at_rest) - base

    return float(expit(brentq(above, bottom - 1e-6, top + 1e-6, xtol=1e-14, rtol=1e-15)))

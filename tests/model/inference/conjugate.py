"""One uncertain quantity with evidence about it, up to 30 standard deviations from its prior: the answer is known.

With a beta prior and cases it has a closed form; elsewhere it is an integral over one quantity.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from estimative.model.assessment import Assessment
from estimative.model.spec.events import Driver, Event
from estimative.model.spec.evidence import Cases, Exposure, Forecast, Measurement, Trials
from estimative.priors.statements import BetaStated, LognormalStated
from tests.prior_sets import assessed
from tests.scenarios import SAID, scenario_of

type Floats = NDArray[np.float64]
type Curve = Callable[[Floats], Floats]

FARTHEST = 30.0
YEARS = 1096 / 365.25
"""From the scenario's date to the end of its horizon."""


@dataclass(frozen=True, kw_only=True)
class Conjugate:
    """An assessment, and what its headline's probability is."""

    assessment: Assessment
    value: float
    apart: float
    """Distance of the data from the prior, in standard deviations of their difference."""


def conjugate(seed: int) -> Conjugate:
    """Draw a case; kinds take turns, every second one is a beta prior with cases."""
    rng = random.Random(seed)
    return (_cases, _forecast, _cases, _exposure, _cases, _measurement)[seed % 6](rng)


def _cases(rng: random.Random) -> Conjugate:
    """A beta prior and cases: beta again, whose mean is the probability of one more."""
    while True:
        a, b, of = _log_uniform(rng, 0.3, 300), _log_uniform(rng, 0.3, 300), round(_log_uniform(rng, 2, 3000))
        successes = rng.choice([0, of, rng.randint(0, of)])
        mean, share = a / (a + b), (successes + 0.5) / (of + 1)
        variance = mean * (1 - mean) / (a + b + 1) + share * (1 - share) / of
        apart = abs(share - mean) / math.sqrt(variance)
        if apart <= FARTHEST:
            break
    relevance = rng.choice([1.0, round(rng.random(), 2)])
    item = Cases(id="past", about="e", trials=(Trials(successes=successes, of=of, at={}),), **SAID)
    assessment = assessed(
        scenario_of(Event(id="e", title=""), evidence=(item,)),
        {"events.e": BetaStated(a=a, b=b)},
        relevance={"past": relevance},
    )
    a, b = a + relevance * successes, b + relevance * (of - successes)
    return Conjugate(assessment=assessment, value=a / (a + b), apart=apart)


def _forecast(rng: random.Random) -> Conjugate:
    """An uncertain effect of a known factor, and a forecast with a known error: normal in log-odds."""
    base, degree = rng.uniform(0.02, 0.98), rng.choice([0.0, 0.1, 0.9, 1.0])
    mu, sigma, error = rng.uniform(0.5, 4), rng.uniform(0.1, 1.5), _log_uniform(rng, 0.01, 1)
    span = degree - 0.5
    apart = rng.uniform(-FARTHEST, FARTHEST)
    centre = math.log(base / (1 - base)) + span * mu
    stated = max(-30.0, min(30.0, centre + apart * math.hypot(span * sigma, error)))
    item = Forecast(id="said", about="e", probability=float(expit(stated)), **SAID)
    event = Event(id="e", title="", drivers=(Driver(name="f", sign=1),))
    assessment = assessed(
        scenario_of(event, factors=("f",), evidence=(item,)),
        {
            "factors.f": degree,
            "events.e": base,
            "effects.e.f": LognormalStated(mu=mu, sigma=sigma),
            "evidence.said": error,
        },
    )
    said = math.log(item.probability) - math.log1p(-item.probability)

    def log_odds(z: Floats) -> Floats:
        return centre + span * sigma * z

    value = _mean(lambda z: expit(log_odds(z)), lambda z: -0.5 * z**2 - 0.5 * ((said - log_odds(z)) / error) ** 2)
    return Conjugate(assessment=assessment, value=value, apart=abs(apart))


def _exposure(rng: random.Random) -> Conjugate:
    """A lognormal rate and a count."""
    mu, sigma, years = rng.uniform(-9, 0), rng.uniform(0.1, 1.5), _log_uniform(rng, 1, 100)
    count = rng.choice([0, rng.randint(0, 30)])
    apart = abs(math.log((count + 0.5) / years) - mu) / math.hypot(sigma, (count + 0.5) ** -0.5)
    item = Exposure(id="past", about="e", count=count, years=years, **SAID)
    assessment = assessed(
        scenario_of(Event(id="e", title="", form="rate"), evidence=(item,)),
        {"events.e": LognormalStated(mu=mu, sigma=sigma)},
        relevance={"past": 1.0},
    )

    def log_density(z: Floats) -> Floats:
        return -0.5 * z**2 + count * sigma * z - years * np.exp(mu + sigma * z)

    value = _mean(lambda z: -np.expm1(-YEARS * np.exp(mu + sigma * z)), log_density)
    return Conjugate(assessment=assessment, value=value, apart=apart)


def _measurement(rng: random.Random) -> Conjugate:
    """A factor with a uniform prior, and a reading inside its range or far outside."""
    error, base, log_ratio = _log_uniform(rng, 1e-4, 0.3), rng.uniform(0.02, 0.98), rng.uniform(0, 5)
    apart = rng.choice([0.0, rng.uniform(0, FARTHEST)])
    reading = rng.choice([-apart * error, 1 + apart * error]) if apart else rng.random()
    item = Measurement(id="read", about="f", value=reading, unit="", at_low=0, at_high=1, **SAID)
    event = Event(id="e", title="", drivers=(Driver(name="f", sign=1),))
    assessment = assessed(
        scenario_of(event, factors=("f",), evidence=(item,)),
        {
            "factors.f": BetaStated(a=1, b=1),
            "events.e": base,
            "effects.e.f": math.exp(log_ratio),
            "evidence.read": error,
        },
    )
    centre = math.log(base / (1 - base))

    def log_density(log_odds: Floats) -> Floats:
        low, high = -np.logaddexp(0, -log_odds), -np.logaddexp(0, log_odds)
        return low + high - 0.5 * ((reading - expit(log_odds)) / error) ** 2

    value = _mean(lambda x: expit(centre + log_ratio * (expit(x) - 0.5)), log_density)
    return Conjugate(assessment=assessment, value=value, apart=apart)


def _mean(values: Curve, log_density: Curve) -> float:
    """Integrate over one quantity: a coarse grid finds where its density is, a fine one there gives the mean."""
    grid = np.linspace(-100, 100, 200_001)
    density = log_density(grid)
    there = grid[density > density.max() - 50]
    grid = np.linspace(there[0] - 1e-3, there[-1] + 1e-3, 200_001)
    density = log_density(grid)
    weights = np.exp(density - density.max())
    return float(values(grid) @ weights / weights.sum())


def _log_uniform(rng: random.Random, low: float, high: float) -> float:
    return math.exp(rng.uniform(math.log(low), math.log(high)))

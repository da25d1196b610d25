"""Time of a fit by number of events and of items of evidence; prints JSON.

`python -m benchmarks.scaling importance 3` fits every size three times, the sizes in turn; `... nuts 1` fits with NUTS.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from functools import partial

import numpy as np

from benchmarks.synthetic import chain, pile
from estimative.model.assessment import Assessment
from estimative.model.inference.fit import by_importance, by_nuts
from estimative.model.inference.posterior import Posterior
from estimative.model.inference.prior_transform import prior_transform
from estimative.model.likelihood.backend import NUMPY
from estimative.model.likelihood.log_joint import log_likelihood

EVENTS = (5, 10, 20, 40)
EVENTS_FOR_NUTS = (5, 20)
ITEMS = (10, 100, 1000)
DRAWS = 4000
"""Number of draws at which the log-likelihood alone is timed."""
LONG = 20.0
"""Seconds; a fit that takes longer is not repeated."""


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """One fit: seconds including its diagnostics, and whether it converged."""

    seconds: float
    passed: bool
    checks: dict[str, float | None]


@dataclass(frozen=True, kw_only=True)
class Case:
    """One size of one series, with its measurements."""

    series: str
    size: int
    assessment: Assessment
    fits: list[Fitted] = field(default_factory=list)
    likelihoods: list[float] = field(default_factory=list)
    """Seconds for DRAWS draws."""

    @property
    def long(self) -> bool:
        return any(fitted.seconds > LONG for fitted in self.fits)

    def report(self) -> dict[str, object]:
        """Return the measurements as plain data."""
        return {
            "series": self.series,
            "size": self.size,
            "quantities": len(self.assessment.priors),
            "fits": [asdict(fitted) for fitted in self.fits],
            "likelihoods": self.likelihoods,
        }


def importance(repetitions: int) -> list[Case]:
    """Time both series by importance sampling, and the log-likelihood alone."""
    cases = [Case(series="events", size=size, assessment=chain(size)) for size in EVENTS]
    cases += [Case(series="items", size=size, assessment=pile(size)) for size in ITEMS]
    for seed in range(1, repetitions + 1):
        for case in cases:
            case.likelihoods.append(_likelihood(case.assessment))
            if not case.long:
                case.fits.append(_fitted(partial(by_importance, case.assessment, seed=seed)))
    return cases


def nuts(repetitions: int) -> list[Case]:
    """Time the series of events by NUTS; the first fit compiles the program that serves all, or loads it."""
    cases = [Case(series="events", size=size, assessment=chain(size)) for size in EVENTS_FOR_NUTS]
    for seed in range(1, repetitions + 1):
        for case in cases:
            case.fits.append(_fitted(partial(by_nuts, case.assessment, seed=seed)))
    return cases


def _fitted(fit: Callable[[], Posterior]) -> Fitted:
    start = time.perf_counter()
    verdict = fit().verdict
    seconds = time.perf_counter() - start
    return Fitted(seconds=seconds, passed=verdict.passed, checks={check.name: check.value for check in verdict.checks})


def _likelihood(assessment: Assessment) -> float:
    """Time the second of two evaluations at the same draws: the first one allocates the memory."""
    space = prior_transform(assessment)
    theta = space.theta(np.random.default_rng(1).standard_normal((space.dimension, DRAWS)))
    seconds = 0.0
    for _ in range(2):
        start = time.perf_counter()
        log_likelihood(NUMPY, assessment.structure, theta)
        seconds = time.perf_counter() - start
    return seconds


def _print(cases: Iterable[Case]) -> None:
    print(json.dumps([case.report() for case in cases]))


if __name__ == "__main__":
    _print({"importance": importance, "nuts": nuts}[sys.argv[1]](int(sys.argv[2])))

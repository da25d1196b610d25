"""Whether the draws of a fit can be relied on: the checks, their limits, and what to try where one fails."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from estimative.model.inference.draws import Draws, Method
from estimative.model.inference.estimates import ROUNDING, EssEstimator, weighted_ess
from estimative.model.likelihood.layout import Numbers

RHAT = 1.01
LEAST_EFFECTIVE = 400
LEAST_EBFMI = 0.3
PARETO_K = 0.7
RELATIVE_SE = 0.05
"""Of the headline."""


type Direction = Literal["at most", "at least", "below"]


@dataclass(frozen=True, kw_only=True)
class Check:
    """One condition of a verdict, and the value that was computed for it."""

    name: str
    value: float | None
    """None stands for infinite: of no use where the check failed, beyond all doubt where it passed."""
    limit: float
    direction: Direction
    passed: bool
    where: str = ""
    """The quantity or probability at which it is worst."""

    @classmethod
    def of(cls, name: str, value: float, limit: float, direction: Direction, where: str = "") -> Check:
        """Compare a value with its limit; one that is no number fails."""
        match direction:
            case "at most":
                passed = value <= limit
            case "at least":
                passed = value >= limit
            case "below":
                passed = value < limit
        known = float(value) if math.isfinite(value) else None
        return cls(name=name, value=known, limit=float(limit), direction=direction, passed=bool(passed), where=where)

    @property
    def margin(self) -> float:
        """How far on the good side of its limit the value lies: below 0 it failed."""
        if self.value is None:
            return math.inf if self.passed else -math.inf
        return self.value - self.limit if self.direction == "at least" else self.limit - self.value


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Whether the draws of a method can be relied on."""

    method: str
    passed: bool
    checks: tuple[Check, ...]

    @classmethod
    def of(cls, method: str, checks: Iterable[Check]) -> Verdict:
        """Every check has to pass."""
        checks = tuple(checks)
        return cls(method=method, passed=all(check.passed for check in checks), checks=checks)

    @property
    def failed(self) -> tuple[Check, ...]:
        """The checks that did not pass."""
        return tuple(check for check in self.checks if not check.passed)

    @property
    def advice(self) -> tuple[str, ...]:
        """What to try, a sentence for each kind of failure."""
        names = {check.name for check in self.failed}
        return tuple(dict.fromkeys(text for name, text in ADVICE.items() if name in names))


MORE_DRAWS = "Use more draws."
ADVICE: Mapping[str, str] = {
    "divergences": "Narrow the widest priors: very wide effects, probabilities close to 0 or 1.",
    "R-hat": "Use more draws or another seed. If it persists, the posterior has two modes: compare the chains.",
    "bulk ESS": MORE_DRAWS,
    "tail ESS": MORE_DRAWS,
    "E-BFMI": "Narrow the widest priors: the sampler cannot follow how fast the density changes.",
    "Pareto k": "Use the method nuts: the evidence moves the priors too far for importance sampling.",
    "Pareto k of the headline": "Use the method nuts, or more draws.",
    "ESS": "Use more draws, or the method nuts.",
    "relative error of the headline": "Use more draws: wide priors on rare events need many.",
}
"""By the name of the check that failed."""


def judge_importance(diagnostics: Mapping[str, float], ess: float, headline: str, relative_se: float) -> Verdict:
    """Judge weighted draws: Pareto k below 0.7, at least 400 effective draws, an error under 5%."""
    tilted = diagnostics["pareto_k_headline"]
    return Verdict.of(
        "importance",
        [
            Check.of("Pareto k", diagnostics["pareto_k"], PARETO_K, "below"),
            Check.of("Pareto k of the headline", tilted, PARETO_K, "below", headline),
            Check.of("ESS", ess, LEAST_EFFECTIVE, "at least"),
            _error(headline, relative_se),
        ],
    )


def judge_nuts(draws: Draws, series: Mapping[str, Numbers], headline: str, relative_se: float) -> Verdict:
    """The verdict on chains (Vehtari, Gelman, Simpson, Carpenter & Buerkner 2021, Bayesian Analysis 16(2)).

    Parameters
    ----------
    series
        Every parameter and every reported probability by name, dims (draw); a constant is not checked.
    """
    names, moving = _moving(series, draws.chains)
    diagnostics = draws.diagnostics
    return Verdict.of(
        "nuts",
        [
            *_of_chains(names, moving),
            Check.of("divergences", diagnostics["divergences"], 0, "at most"),
            Check.of("E-BFMI", diagnostics["ebfmi"], LEAST_EBFMI, "at least"),
            _error(headline, relative_se),
        ],
    )


def _error(headline: str, relative: float) -> Check:
    return Check.of("relative error of the headline", relative, RELATIVE_SE, "below", headline)


def _moving(series: Mapping[str, Numbers], chains: int) -> tuple[list[str], Numbers]:
    """The series that are no constants; dims (series, chain, draw)."""
    names = [name for name, values in series.items() if not _constant(values)]
    stacked = np.array([series[name].reshape(chains, -1) for name in names])
    return names, stacked


def _constant(values: Numbers) -> bool:
    """Whether a series stands still but for rounding; one with a draw that is no number does not."""
    return bool(np.ptp(values) <= ROUNDING * abs(values).max())


def _of_chains(names: list[str], moving: Numbers) -> Iterator[Check]:
    from arviz_stats.base import array_stats

    if not names:
        return
    axes = {"chain_axis": 1, "draw_axis": 2}
    with np.errstate(divide="ignore", invalid="ignore"):  # chains that stand still: told by `_worst`
        rhat = array_stats.rhat(moving, **axes)
        bulk = array_stats.ess(moving, method="bulk", **axes)
        tail = array_stats.ess(moving, method="tail", prob=(0.05, 0.95), **axes)
    yield _worst("R-hat", names, -np.asarray(rhat), RHAT, "at most")
    yield _worst("bulk ESS", names, np.asarray(bulk), LEAST_EFFECTIVE, "at least")
    yield _worst("tail ESS", names, np.asarray(tail), LEAST_EFFECTIVE, "at least")


def _worst(name: str, names: list[str], goodness: Numbers, limit: float, direction: Direction) -> Check:
    """The check at its worst place; what could not be computed counts as worst of all."""
    goodness = np.where(np.isnan(goodness), -np.inf, goodness)
    index = int(np.argmin(goodness))
    value = float(abs(goodness[index]))
    if np.isinf(goodness[index]) and direction == "at least":
        value = 0.0
    return Check.of(name, value, limit, direction, names[index])


def chain_ess(series: Numbers, draws: Draws) -> float:
    """Effective sample size of the mean of a series from chains; infinite for a constant."""
    from arviz_stats.base import array_stats

    if _constant(series):
        return float("inf")
    return float(array_stats.ess(series.reshape(draws.chains, -1), chain_axis=0, draw_axis=1, method="mean"))


def ess_estimator(method: Method) -> EssEstimator:
    """How a method counts its draws."""
    return weighted_ess if method == "importance" else chain_ess

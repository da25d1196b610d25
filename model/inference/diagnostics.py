"""Convergence diagnostics: the checks on the draws of a fit, their limits, and advice where one fails."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

import numpy as np
from msgspec import Struct

from estimative.model.inference.draws import Draws, Method
from estimative.model.inference.estimates import ROUNDING, EssEstimator, weighted_ess
from estimative.model.likelihood.layout import Numbers

MAX_RHAT = 1.01
"""Vehtari et al. 2021; the older limit of 1.1 passes chains that have not mixed."""
MIN_ESS = 400
"""Effective draws, bulk and tail: 50 in each half of four chains, for a stable R-hat (Vehtari et al. 2021)."""
MIN_EBFMI = 0.3
"""Energy Bayesian fraction of missing information (Betancourt 2016)."""
PARETO_K = 0.7
"""Vehtari et al. 2024: with a heavier tail, the error falls too slowly for more draws to help."""
RELATIVE_SE = 0.05
"""Standard error of the headline over its value."""
MEMORY = 0.7
"""Correlation of the pilot's particles with their places before its last steps; above, they have not mixed."""
PILOT_DIFFERENCE = 0.5
"""By which ln P(evidence) of a pilot may exceed that of the fit, which then misses 40% of the posterior. The other way
round it may be any number: too few steps of a pilot make its own too low."""
UNREACHED = 0.02
"""Share of the pilot's particles that the proposal may miss: those of a mode with as much of the posterior."""
BEYOND = 1e-4
"""Share of the weight that may lie where the prior's quantile function is cut off."""

type Direction = Literal["at most", "at least", "below"]


class Check(Struct, frozen=True, kw_only=True):
    """One diagnostic of a fit, compared with its limit."""

    name: str
    value: float | None
    """None stands for a value that is not finite, which JSON cannot hold; `passed` says on which side it is."""
    limit: float
    direction: Direction
    passed: bool
    where: str = ""
    """The quantity or probability for which the value is worst."""

    @classmethod
    def of(cls, name: str, value: float, limit: float, direction: Direction, where: str = "") -> Check:
        """Compare a value with its limit; NaN fails."""
        match direction:
            case "at most":
                passed = value <= limit
            case "at least":
                passed = value >= limit
            case "below":
                passed = value < limit
        # JSON has no infinity and no NaN.
        known = float(value) if math.isfinite(value) else None
        return cls(name=name, value=known, limit=float(limit), direction=direction, passed=bool(passed), where=where)

    @property
    def margin(self) -> float:
        """Distance from the limit, in the diagnostic's unit: positive on the passing side, negative beyond it."""
        if self.value is None:
            return math.inf if self.passed else -math.inf
        return self.value - self.limit if self.direction == "at least" else self.limit - self.value


class Verdict(Struct, frozen=True, kw_only=True):
    """Whether the draws of a method are reliable; a number from draws that failed is not shown unless asked for."""

    method: str
    passed: bool
    checks: tuple[Check, ...]

    @classmethod
    def of(cls, method: str, checks: Iterable[Check]) -> Verdict:
        """Combine checks: all have to pass."""
        checks = tuple(checks)
        return cls(method=method, passed=all(check.passed for check in checks), checks=checks)

    @property
    def failed(self) -> tuple[Check, ...]:
        """The checks that did not pass."""
        return tuple(check for check in self.checks if not check.passed)

    @property
    def advice(self) -> tuple[str, ...]:
        """What to try next, one sentence for each kind of failure."""
        names = {check.name for check in self.failed}
        return tuple(dict.fromkeys(text for name, text in ADVICE.items() if name in names))


LIMITS: Mapping[str, tuple[Direction, float]] = {
    "divergences": ("at most", 0),
    "R-hat": ("at most", MAX_RHAT),
    "bulk ESS": ("at least", MIN_ESS),
    "tail ESS": ("at least", MIN_ESS),
    "E-BFMI": ("at least", MIN_EBFMI),
    "Pareto k": ("below", PARETO_K),
    "Pareto k of the headline": ("below", PARETO_K),
    "ESS": ("at least", MIN_ESS),
    "relative error of the headline": ("below", RELATIVE_SE),
    "relative error": ("below", RELATIVE_SE),
    "memory of the pilot": ("at most", MEMORY),
    "difference from the pilot": ("at most", PILOT_DIFFERENCE),
    "pilot draws out of reach": ("at most", UNREACHED),
    "weight beyond the prior's reach": ("at most", BEYOND),
}
"""Of every check, by its name."""
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
    "relative error": "Use more draws: wide priors on rare events need many.",
    "memory of the pilot": "Use the method nuts: the posterior is a thin curved ridge. Widen the smallest errors.",
    "difference from the pilot": "Use the method nuts: importance sampling and its pilot disagree on P(evidence).",
    "pilot draws out of reach": "Use the method nuts: the posterior has parts that importance sampling does not reach.",
    "weight beyond the prior's reach": "Check the priors that the evidence contradicts: they exclude what it says.",
}
"""Advice by the name of the failed check."""


def _check(name: str, value: float, where: str = "") -> Check:
    """Compare a value with the limit of the check of that name."""
    direction, limit = LIMITS[name]
    return Check.of(name, value, limit, direction, where)


def judge_importance(
    diagnostics: Mapping[str, float], ess: float, headline: str, relative_se: float, tail_ess: float | None = None
) -> Verdict:
    """Check weighted draws: Pareto k below 0.7, at least 400 effective draws, and a headline error below 5%.

    Parameters
    ----------
    diagnostics
        With "pareto_k" of the weights, and "pareto_k_headline" of the weights times the headline's probability: a rare
        headline can depend on few draws even where the weights themselves are even. Of a proposal with a pilot of its
        own, also "pilot_memory", "pilot_difference" and "unreached".
    ess
        Effective sample size of the weights.
    headline
        Name of the headline outcome.
    relative_se
        Monte Carlo standard error of the headline over its value.
    tail_ess
        Effective sample size behind the ends of the headline's interval; None where no interval is asked for.
    """
    return Verdict.of(
        "importance",
        [
            _check("Pareto k", diagnostics["pareto_k"]),
            _check("Pareto k of the headline", diagnostics["pareto_k_headline"], headline),
            _check("ESS", ess),
            *([] if tail_ess is None else [_check("tail ESS", tail_ess, headline)]),
            _check("relative error of the headline", relative_se, headline),
            *(_pilot_checks(diagnostics) if "pilot_memory" in diagnostics else ()),
            _check("weight beyond the prior's reach", diagnostics["beyond"]),
        ],
    )


def _pilot_checks(diagnostics: Mapping[str, float]) -> Iterator[Check]:
    yield _check("memory of the pilot", diagnostics["pilot_memory"])
    yield _check("difference from the pilot", diagnostics["pilot_difference"])
    yield _check("pilot draws out of reach", diagnostics["unreached"])


def judge_nuts(draws: Draws, series: Mapping[str, Numbers], headline: str, relative_se: float) -> Verdict:
    """Check Markov chains (Vehtari, Gelman, Simpson, Carpenter & Buerkner 2021, Bayesian Analysis 16(2)).

    Parameters
    ----------
    series
        Every parameter and every reported probability by name, dims (draw); constants are not checked.
    headline
        Name of the headline outcome.
    relative_se
        Monte Carlo standard error of the headline over its value.
    """
    names, varying = _varying(series, draws.chains)
    diagnostics = draws.diagnostics
    return Verdict.of(
        "nuts",
        [
            *_chain_checks(names, varying),
            _check("divergences", diagnostics["divergences"]),
            _check("E-BFMI", diagnostics["ebfmi"]),
            _check("weight beyond the prior's reach", diagnostics["beyond"]),
            _check("relative error of the headline", relative_se, headline),
        ],
    )


def judge_probability(k_hat: float, ess: float, tail_ess: float, relative_se: float) -> Verdict:
    """Check one probability from weighted draws.

    Parameters
    ----------
    k_hat
        Pareto k of the weights times the probability, or times that of its condition if that is worse.
    ess
        Effective sample size behind the probability.
    tail_ess
        Effective sample size behind the ends of its interval.
    """
    return Verdict.of(
        "importance",
        [
            _check("Pareto k", k_hat),
            _check("ESS", ess),
            _check("tail ESS", tail_ess),
            _check("relative error", relative_se),
        ],
    )


def judge_series(series: Numbers, draws: Draws, relative_se: float) -> Verdict:
    """Check one probability from Markov chains, dims (draw)."""
    names, varying = _varying({"": series}, draws.chains)
    checks = [*_chain_checks(names, varying), _check("relative error", relative_se)]
    return Verdict.of("nuts", checks)


def _varying(series: Mapping[str, Numbers], chains: int) -> tuple[list[str], Numbers]:
    """Select the series that are not constant; dims (series, chain, draw)."""
    names = [name for name, values in series.items() if not _constant(values)]
    return names, np.array([series[name].reshape(chains, -1) for name in names])


def _constant(values: Numbers) -> bool:
    """Whether a series is constant up to rounding; a series with a NaN is not."""
    return bool(np.ptp(values) <= ROUNDING * abs(values).max())


def _chain_checks(names: list[str], series: Numbers) -> Iterator[Check]:
    # Imported here: ArviZ takes seconds, and importance sampling does not need it.
    from estimative.model.inference.array_statistics import array_stats

    if not names:
        return
    axes = {"chain_axis": 1, "draw_axis": 2}
    with np.errstate(divide="ignore", invalid="ignore"):  # a stuck chain gives NaN, which `_worst` reports
        rhat = array_stats.rhat(series, **axes)
        bulk = array_stats.ess(series, method="bulk", **axes)
        tail = array_stats.ess(series, method="tail", prob=(0.05, 0.95), **axes)
    # Negated: `_worst` looks for the smallest value.
    yield _worst("R-hat", names, -np.asarray(rhat))
    yield _worst("bulk ESS", names, np.asarray(bulk))
    yield _worst("tail ESS", names, np.asarray(tail))


def _worst(name: str, names: list[str], goodness: Numbers) -> Check:
    """Report a diagnostic where it is worst; what could not be computed counts as worst of all.

    Parameters
    ----------
    goodness
        The diagnostic, negated where less is better; dims (series).
    """
    goodness = np.where(np.isnan(goodness), -np.inf, goodness)
    index = int(np.argmin(goodness))
    value = float(abs(goodness[index]))
    if np.isinf(goodness[index]) and LIMITS[name][0] == "at least":
        value = 0.0
    return _check(name, value, names[index])


def chain_ess(series: Numbers, draws: Draws) -> float:
    """Estimate the effective sample size of the mean of a series from chains, dims (draw); infinite for a constant."""
    from estimative.model.inference.array_statistics import array_stats

    if _constant(series):
        return float("inf")
    return float(array_stats.ess(series.reshape(draws.chains, -1), chain_axis=0, draw_axis=1, method="mean"))


def ess_estimator(method: Method) -> EssEstimator:
    """Return the function that counts a method's effective draws."""
    return weighted_ess if method == "importance" else chain_ess

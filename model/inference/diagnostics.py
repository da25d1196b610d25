"""Whether a fit can be believed: what was checked, against which limit, and what to try where it fails."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from estimative.model.inference.draws import Draws, Method
from estimative.model.inference.estimates import ROUNDING, EffectiveSize, weighted_effective
from estimative.model.likelihood.layout import Numbers

RHAT = 1.01
LEAST_EFFECTIVE = 400
LEAST_EBFMI = 0.3
PARETO_K = 0.7
RELATIVE_MCSE = 0.05
"""Of the headline."""


@dataclass(frozen=True, kw_only=True)
class Check:
    """One condition and what was found."""

    name: str
    value: float
    limit: float
    direction: Literal["at most", "at least", "below"]
    where: str = ""
    """The quantity or probability at which it is worst."""

    @property
    def passed(self) -> bool:
        match self.direction:
            case "at most":
                return self.value <= self.limit
            case "at least":
                return self.value >= self.limit
            case "below":
                return self.value < self.limit

    @property
    def margin(self) -> float:
        """How far on the good side of its limit the value lies: below 0 it failed."""
        return self.value - self.limit if self.direction == "at least" else self.limit - self.value


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """All checks of one fit."""

    method: str
    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        return all(check.passed for check in self.checks)

    @property
    def failed(self) -> tuple[Check, ...]:
        return tuple(check for check in self.checks if not check.passed)

    @property
    def advice(self) -> tuple[str, ...]:
        """What to try, a sentence for each kind of failure."""
        names = {check.name for check in self.failed}
        return tuple(dict.fromkeys(text for name, text in ADVICE.items() if name in names))


ADVICE: Mapping[str, str] = {
    "divergences": "Narrow the priors that reach furthest: very wide effects, probabilities that touch 0 or 1.",
    "R-hat": "Take more draws (--draws) or another seed; if it stays, two explanations compete: compare the chains.",
    "bulk ESS": "Take more draws (--draws).",
    "tail ESS": "Take more draws (--draws).",
    "E-BFMI": "Narrow the widest priors: the sampler cannot follow how fast the density changes.",
    "Pareto k": "Use --method nuts: the evidence moves the priors too far to be reached by reweighting.",
    "Pareto k of the headline": "Use --method nuts, or more draws (--draws).",
    "ESS": "Take more draws (--draws), or use --method nuts.",
    "relative error of the headline": "Very wide priors on rare events need many draws.",
}


def of_importance(diagnostics: Mapping[str, float], effective: float, headline: str, relative_mcse: float) -> Verdict:
    """The verdict on weighted draws: Pareto k below 0.7, at least 400 effective draws, an error under 5 %."""
    return Verdict(
        method="importance",
        checks=(
            Check(name="Pareto k", value=diagnostics["pareto_k"], limit=PARETO_K, direction="below"),
            Check(
                name="Pareto k of the headline",
                value=diagnostics["pareto_k_headline"],
                limit=PARETO_K,
                direction="below",
                where=headline,
            ),
            Check(name="ESS", value=effective, limit=LEAST_EFFECTIVE, direction="at least"),
            _error(headline, relative_mcse),
        ),
    )


def of_nuts(draws: Draws, series: Mapping[str, Numbers], headline: str, relative_mcse: float) -> Verdict:
    """The verdict on chains (Vehtari, Gelman, Simpson, Carpenter & Buerkner 2021, Bayesian Analysis 16(2)).

    Parameters
    ----------
    series
        Every parameter and every reported probability by name, dims (draw); a constant is not checked.
    """
    names, moving = _moving(series, draws.chains)
    diagnostics = draws.diagnostics
    return Verdict(
        method="nuts",
        checks=(
            *_of_chains(names, moving),
            Check(name="divergences", value=diagnostics["divergences"], limit=0, direction="at most"),
            Check(name="E-BFMI", value=diagnostics["ebfmi"], limit=LEAST_EBFMI, direction="at least"),
            _error(headline, relative_mcse),
        ),
    )


def _error(headline: str, relative: float) -> Check:
    name = "relative error of the headline"
    return Check(name=name, value=relative, limit=RELATIVE_MCSE, direction="below", where=headline)


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


def _worst(
    name: str, names: list[str], goodness: Numbers, limit: float, direction: Literal["at most", "at least"]
) -> Check:
    """The check at its worst place; what could not be computed counts as worst of all."""
    goodness = np.where(np.isnan(goodness), -np.inf, goodness)
    index = int(np.argmin(goodness))
    value = float(abs(goodness[index]))
    if np.isinf(goodness[index]) and direction == "at least":
        value = 0.0
    return Check(name=name, value=value, limit=limit, direction=direction, where=names[index])


def chain_effective(series: Numbers, draws: Draws) -> float:
    """Effective sample size of the mean of a series from chains; infinite for a constant."""
    from arviz_stats.base import array_stats

    if _constant(series):
        return float("inf")
    return float(array_stats.ess(series.reshape(draws.chains, -1), chain_axis=0, draw_axis=1, method="mean"))


def effective_size(method: Method) -> EffectiveSize:
    """How a method counts its draws."""
    return weighted_effective if method == "importance" else chain_effective

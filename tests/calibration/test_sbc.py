"""Simulation-based calibration of both methods, with fits that are wrong on purpose as negative controls.

Worlds are simulated from the priors and fitted with the same priors.

Talts, Betancourt, Simpson, Vehtari & Gelman (2018), arXiv:1804.06788: among L posterior draws the rank of the truth is
uniform. Modrak, Moon, Kim, Buerkner, Huurre, Faltejskova, Gelman & Vehtari (2023), Bayesian Analysis: rank test
quantities that depend on the data too (here the log-likelihood and the headline's probability), or a fit that ignores
the data passes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
import pytest
from msgspec.structs import replace
from scipy import stats

from estimative.model.assessment import Assessment
from estimative.model.inference import fit as fitting
from estimative.model.inference.draws import Method
from estimative.model.inference.posterior import Posterior, posterior_of
from estimative.model.inference.ranks import ranked_draws, relative_ranks, with_truth
from estimative.model.likelihood.backend import NUMPY
from estimative.model.likelihood.layout import Numbers
from estimative.model.likelihood.log_joint import log_likelihood
from estimative.model.likelihood.queries import evaluate_queries, targets
from estimative.model.likelihood.theta import Theta
from estimative.priors.distributions import LogNormal, ScaledBeta
from estimative.priors.frozen import FrozenDict
from tests.calibration.simulated import BETAS, LOGNORMALS, World, assessed, simulated

type Fit = Literal["correct", "doubled", "ignored", "overconfident", "mistaken"]

SEED = 20261101
BINS = 10
WORLDS: Mapping[tuple[Method, bool], int] = {
    ("importance", True): 500,
    ("importance", False): 100,
    ("nuts", True): 160,
    ("nuts", False): 80,
}
"""Number of simulated worlds, by method and whether the fit is the correct one."""
FALSE_ALARMS = 0.01
"""Probability that a correct program fails a test of one method, divided equally among its p-values (Bonferroni)."""
DETECTED = 1e-8
"""A wrong fit is detected if its least p-value is below."""
GROUPS = 5
"""Bins of neighbouring reported probabilities."""
CHAINS, CHAIN_DRAWS = 2, 400

calibration = pytest.mark.calibration
methods = pytest.mark.parametrize("method", ["importance", "nuts"])


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One world, fitted."""

    world: World
    ranks: Mapping[str, float]
    """Relative rank of the true value among the draws of each test quantity, in (0, 1); ties broken at random."""
    reported: Mapping[str, float]
    """The probability of each outcome."""


@cache
def trials(method: Method, fit: Fit) -> tuple[Trial, ...]:
    """Fit simulated worlds, the same ones for every fit of a method."""
    return tuple(
        trial_of(world, fitted(method, FITS[fit](assessed(world.evident)), seed), seed)
        for seed, world in enumerate(worlds(WORLDS[method, fit == "correct"]))
    )


def worlds(count: int) -> Iterator[World]:
    """Simulate worlds."""
    rng = np.random.default_rng(SEED)
    return (simulated(rng) for _ in range(count))


def fitted(method: Method, assessment: Assessment, seed: int) -> Posterior:
    if method == "importance":
        return fitting.by_importance(assessment, seed=seed)
    from estimative.model.inference import nuts

    adaptation = nuts.Adaptation(target_accept=0.85, tune=400)
    draws = nuts.sample(assessment, seed=seed, draws=CHAIN_DRAWS, chains=CHAINS, adaptation=adaptation)
    return posterior_of(assessment, draws, seed=seed)


def correct(assessment: Assessment) -> Assessment:
    return assessment


def reweighted(assessment: Assessment, weight: float) -> Assessment:
    """Multiply the weight of every item of evidence."""
    weights = dict.fromkeys(assessment.scenario.evidence, weight)
    return replace(assessment, prior_set=replace(assessment.prior_set, relevance=FrozenDict(weights)))


def overconfident(assessment: Assessment) -> Assessment:
    """Halve the error of the measurement and of the forecast."""
    priors = dict(assessment.priors)
    for name in ("evidence.reading", "evidence.forecast"):
        family = priors[name].family
        assert isinstance(family, LogNormal)
        priors[name] = replace(priors[name], family=replace(family, mu=family.mu - math.log(2)))
    return replace(assessment, priors=priors)


def mistaken(assessment: Assessment) -> Assessment:
    """Take priors under which the plan is nearly certain, and a strike nearly certain given the plan."""
    certain = {
        name: replace(assessment.priors[name], family=ScaledBeta(a=18, b=2))
        for name in ("events.plan", "events.strike")
    }
    return replace(assessment, priors={**assessment.priors, **certain})


FITS: Mapping[Fit, Callable[[Assessment], Assessment]] = {
    "correct": correct,
    "doubled": lambda assessment: reweighted(assessment, 2.0),
    "ignored": lambda assessment: reweighted(assessment, 0.0),
    "overconfident": overconfident,
    "mistaken": mistaken,
}


def trial_of(world: World, posterior: Posterior, seed: int) -> Trial:
    rng = np.random.default_rng([SEED, seed])
    ranks = relative_ranks(ranked_quantities(world, ranked_draws(posterior.draws, rng)), rng)
    reported = {name: estimate.value for (sort, name), estimate in posterior.all_estimates.items() if sort == "outcome"}
    return Trial(world=world, ranks=ranks, reported=reported)


def ranked_quantities(world: World, drawn: Theta) -> dict[str, Numbers]:
    """Values of every test quantity: of the truth first, then of the draws."""
    assessment = assessed(world.evident)
    structure = assessment.structure
    degree = np.array([world.values[name] for name in structure.quantities.degrees])
    log_ratio = np.log([world.values[name] for name in structure.quantities.ratios])
    # Evidence counts as it should here, however the fit counted it.
    truth = Theta(degree=degree, log_ratio=log_ratio, weight=assessment.weight)
    theta = replace(with_truth(truth, drawn), weight=assessment.weight)
    headline = targets(structure.scenario)[:1]
    return {
        **dict(zip(structure.quantities.degrees, theta.degree, strict=True)),
        **dict(zip(structure.quantities.ratios, theta.log_ratio, strict=True)),
        "log-likelihood": log_likelihood(NUMPY, structure, theta),
        "headline": evaluate_queries(structure, theta, headline).yes[0],
    }


def p_values(fitted_worlds: Sequence[Trial]) -> dict[str, float]:
    """Test the ranks of each quantity for uniformity: chi-square on bins, and Kolmogorov-Smirnov."""
    p: dict[str, float] = {}
    for name in fitted_worlds[0].ranks:
        ranks = [trial.ranks[name] for trial in fitted_worlds]
        counts, _ = np.histogram(ranks, bins=BINS, range=(0, 1))
        p[f"{name}, chi-square"] = float(stats.chisquare(counts).pvalue)
        p[f"{name}, Kolmogorov"] = float(stats.kstest(ranks, "uniform").pvalue)
    return p


@calibration
@methods
def test_ranks_of_the_truth_are_uniform(method: Method) -> None:
    """In worlds simulated from the priors, the true value has every rank among the draws equally often."""
    p = p_values(trials(method, "correct"))
    worst = min(p, key=p.__getitem__)
    print(f"{method}: least of {len(p)} p-values {p[worst]:.2g}, {worst}")
    assert len(p) == 2 * (len(BETAS) + len(LOGNORMALS) + 2)
    assert p[worst] > FALSE_ALARMS / len(p), worst


@calibration
@methods
@pytest.mark.parametrize("fit", ["doubled", "ignored", "overconfident"])
def test_ranks_detect_a_wrong_likelihood(method: Method, fit: Fit) -> None:
    """Ranks are far from uniform if evidence counts twice, not at all, or as more precise than it is."""
    p = p_values(trials(method, fit))
    worst = min(p, key=p.__getitem__)
    print(f"{method}, {fit}: least p-value {p[worst]:.2g}, {worst}")
    assert p[worst] < DETECTED


@dataclass(frozen=True, kw_only=True)
class Reliability:
    """Reported probabilities compared with what happened."""

    error: float
    """Mean outcome less mean reported probability, in standard errors."""
    p_value: float
    """Chi-square of the errors within bins of neighbouring probabilities."""


def reliability(fitted_worlds: Sequence[Trial], outcome: str) -> Reliability:
    """Compare an outcome's probabilities with what happened; a conditional one where its condition holds."""
    pairs = [
        (trial.reported[outcome], result)
        for trial in fitted_worlds
        if (result := happened(trial.world, outcome)) is not None
    ]
    reported, results = np.array(sorted(pairs)).T
    bins = np.array_split(np.arange(len(pairs)), GROUPS)
    errors = [_error(reported[within], results[within]) for within in bins]
    return Reliability(
        error=_error(reported, results),
        p_value=float(stats.chi2(GROUPS).sf(np.square(errors).sum())),
    )


def _error(reported: Numbers, results: Numbers) -> float:
    return float(np.sum(results - reported) / np.sqrt(np.sum(reported * (1 - reported))))


def happened(world: World, outcome: str) -> bool | None:
    """Return whether an outcome happened; None if its condition did not."""
    events = world.happened
    match outcome:
        case "strike":
            return events["strike"]
        case "trouble":
            return events["incident"] or events["strike"]
        case _:
            return events["strike"] if events["plan"] else None


@calibration
@methods
@pytest.mark.parametrize("outcome", ["strike", "trouble", "strike_if_plan"])
def test_outcomes_happen_as_often_as_reported(method: Method, outcome: str) -> None:
    """Outcomes, conditional ones too, happen with the frequency that is reported."""
    result = reliability(trials(method, "correct"), outcome)
    print(f"{method}, {outcome}: off by {result.error:.2g} standard errors, p {result.p_value:.2g}")
    assert abs(result.error) < 4
    assert result.p_value > FALSE_ALARMS / 3


@calibration
@methods
def test_frequencies_detect_a_wrong_prior(method: Method) -> None:
    """Strikes are far rarer than reported if the priors take them for nearly certain."""
    result = reliability(trials(method, "mistaken"), "strike")
    print(f"{method}, mistaken: off by {result.error:.2g} standard errors, p {result.p_value:.2g}")
    assert result.error < -4
    assert result.p_value < FALSE_ALARMS / 3

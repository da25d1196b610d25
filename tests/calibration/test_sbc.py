"""Simulation-based calibration: whoever fits worlds drawn from his own priors is right as often as he says.

Talts, Betancourt, Simpson, Vehtari & Gelman (2018), arXiv:1804.06788: among L posterior draws the rank of the truth is
uniform. Modrak, Moon, Kim, Buerkner, Huurre, Faltejskova, Gelman & Vehtari (2023), Bayesian Analysis: rank test
quantities that depend on the data too (here the log-likelihood and the headline's probability), or a fit that ignores
the data passes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Literal

import numpy as np
import pytensor
import pytest
from scipy import stats

from estimative.model.assessment import Assessment
from estimative.model.inference import fit as fitting
from estimative.model.inference import nuts
from estimative.model.inference.draws import Draws, Method
from estimative.model.inference.nuts import CompiledModel
from estimative.model.inference.posterior import Posterior, posterior_of
from estimative.model.likelihood.backend import NUMPY
from estimative.model.likelihood.equations import Theta, log_likelihood
from estimative.model.likelihood.layout import Numbers, Structure
from estimative.model.likelihood.queries import evaluate_queries, targets
from estimative.model.likelihood.variable_elimination import by_elimination
from estimative.priors.distributions import LogNormal, ScaledBeta
from tests.calibration.simulated import BETAS, LOGNORMALS, Evident, World, assessed, simulated

type Fit = Literal["honest", "doubled", "ignored", "overconfident", "mistaken"]

SEED = 20261101
RANKED = 100
"""Draws of each posterior, thinned until they are as good as independent, among which the truth is ranked."""
BINS = 10
WORLDS: Mapping[tuple[Method, bool], int] = {
    ("importance", True): 500,
    ("importance", False): 100,
    ("nuts", True): 160,
    ("nuts", False): 80,
}
"""By method, and whether the fit is an honest one."""
FALSE_ALARMS = 0.01
"""The chance that a right program fails one of the tests of one method, shared out equally among all its p-values."""
CLEARLY = 1e-8
"""The p-value below which a wrong fit counts as found out."""
GROUPS = 5
"""Of reported probabilities."""
CHAINS, CHAIN_DRAWS, TUNE = 2, 400, 400
FIRST = Evident(reading=5.0, count=1, quiet=3, tense=3, forecast=0.0, drill=True)

calibration = pytest.mark.calibration
methods = pytest.mark.parametrize("method", ["importance", "nuts"])


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One world, fitted."""

    world: World
    places: Mapping[str, float]
    """Where the truth stands among the draws of each test quantity, in (0, 1); ties and the last digit at random."""
    reported: Mapping[str, float]
    """The probability of each outcome."""


@cache
def trials(method: Method, fit: Fit) -> tuple[Trial, ...]:
    """Worlds that are the same for every fit of one method, each fitted."""
    return tuple(
        trial_of(world, fitted(method, FITS[fit](assessed(world.evident)), seed), seed)
        for seed, world in enumerate(worlds(method, WORLDS[method, fit == "honest"]))
    )


def worlds(method: Method, count: int) -> Iterator[World]:
    """For NUTS, only worlds with a drill: an observed event is part of what is compiled."""
    rng = np.random.default_rng(SEED)
    while count:
        world = simulated(rng)
        if method == "importance" or world.evident.drill:
            count -= 1
            yield world


def fitted(method: Method, assessment: Assessment, seed: int) -> Posterior:
    if method == "importance":
        return fitting.by_importance(assessment, seed=seed)
    ready = program()
    swapped = replace(ready, program=ready.program.with_data(**evident_data(assessment.structure)))
    draws = nuts.sample(swapped, assessment, seed=seed, draws=CHAIN_DRAWS, tune=TUNE, chains=CHAINS)
    return posterior_of(assessment, draws, seed=seed)


EVIDENT = (
    ("measurements", "value"),
    ("forecasts", "logit"),
    ("counts", "count"),
    ("counts", "log_factorial"),
    ("classes", "successes"),
    ("classes", "failures"),
)
"""Where a structure keeps what differs from world to world."""


def evident_data(structure: Structure) -> dict[str, Numbers]:
    return {f"{part} {entry}": getattr(getattr(structure, part), entry) for part, entry in EVIDENT}


@cache
def program() -> CompiledModel:
    """The story compiled once, its evidence left open as shared variables."""
    assessment = assessed(FIRST)
    structure: Any = assessment.structure
    for part, entry in EVIDENT:
        values = getattr(getattr(structure, part), entry)
        symbol = pytensor.shared(values, name=f"{part} {entry}", shape=values.shape)
        structure = replace(structure, **{part: replace(getattr(structure, part), **{entry: symbol})})
    return nuts.compile_model(replace(assessment, structure=structure))


def honest(assessment: Assessment) -> Assessment:
    return assessment


def reweighted(assessment: Assessment, weight: float) -> Assessment:
    """With every item of evidence counting so much more or less than it should."""
    weights = dict.fromkeys(assessment.scenario.evidence, weight)
    return replace(assessment, prior_set=replace(assessment.prior_set, relevance=weights))


def overconfident(assessment: Assessment) -> Assessment:
    """With half the error of measurement and of forecast that there is."""
    priors = dict(assessment.priors)
    for name in ("evidence.reading", "evidence.forecast"):
        family = priors[name].family
        assert isinstance(family, LogNormal)
        priors[name] = replace(priors[name], family=replace(family, mu=family.mu - math.log(2)))
    return replace(assessment, priors=priors)


def mistaken(assessment: Assessment) -> Assessment:
    """With priors under which the plan is nearly certain, and a strike if there is one."""
    certain = {
        name: replace(assessment.priors[name], family=ScaledBeta(a=18, b=2))
        for name in ("events.plan", "events.strike")
    }
    return replace(assessment, priors={**assessment.priors, **certain})


FITS: Mapping[Fit, Callable[[Assessment], Assessment]] = {
    "honest": honest,
    "doubled": lambda assessment: reweighted(assessment, 2.0),
    "ignored": lambda assessment: reweighted(assessment, 0.0),
    "overconfident": overconfident,
    "mistaken": mistaken,
}


def trial_of(world: World, posterior: Posterior, seed: int) -> Trial:
    rng = np.random.default_rng([SEED, seed])
    quantities = ranked_quantities(world, thinned(posterior.draws, rng))
    places = {
        name: (np.sum(values[1:] < values[0]) + rng.random() * (1 + np.sum(values[1:] == values[0]))) / (RANKED + 1)
        for name, values in quantities.items()
    }
    reported = {name: estimate.value for (sort, name), estimate in posterior.estimates.items() if sort == "outcome"}
    return Trial(world=world, places=places, reported=reported)


def thinned(draws: Draws, rng: np.random.Generator) -> Theta:
    """Independent draws by their weights, or chains thinned evenly."""
    if draws.method == "importance":
        kept = rng.choice(draws.count, size=RANKED, p=draws.weights / draws.weights.sum())
    else:
        kept = np.arange(RANKED) * (draws.count // RANKED)
    return replace(draws.theta, degree=draws.theta.degree[:, kept], log_ratio=draws.theta.log_ratio[:, kept])


def ranked_quantities(world: World, drawn: Theta) -> dict[str, Numbers]:
    """Of the truth, then of the draws: every quantity, and what depends on the evidence too."""
    right = assessed(world.evident)
    structure = right.structure
    degree = np.array([world.values[name] for name in structure.quantities.degrees])
    log_ratio = np.log([world.values[name] for name in structure.quantities.ratios])
    theta = Theta(
        degree=np.column_stack([degree, drawn.degree]),
        log_ratio=np.column_stack([log_ratio, drawn.log_ratio]),
        weight=right.weight,
    )
    asked = targets(structure.scenario)[:1]
    return {
        **dict(zip(structure.quantities.degrees, theta.degree, strict=True)),
        **dict(zip(structure.quantities.ratios, theta.log_ratio, strict=True)),
        "log-likelihood": log_likelihood(NUMPY, structure, theta, by_elimination),
        "headline": evaluate_queries(structure, theta, asked).yes[0],
    }


def p_values(found: Sequence[Trial]) -> dict[str, float]:
    """Of each test quantity: chi-square on binned ranks, and Kolmogorov's statistic."""
    p: dict[str, float] = {}
    for name in found[0].places:
        places = [trial.places[name] for trial in found]
        counts, _ = np.histogram(places, bins=BINS, range=(0, 1))
        p[f"{name}, chi-square"] = float(stats.chisquare(counts).pvalue)
        p[f"{name}, Kolmogorov"] = float(stats.kstest(places, "uniform").pvalue)
    return p


@calibration
@methods
def test_ranks_of_the_truth_are_uniform(method: Method) -> None:
    """In worlds drawn from the priors, the truth has every rank among the draws equally often."""
    p = p_values(trials(method, "honest"))
    worst = min(p, key=p.__getitem__)
    print(f"{method}: least of {len(p)} p-values {p[worst]:.2g}, {worst}")
    assert len(p) == 2 * (len(BETAS) + len(LOGNORMALS) + 2)
    assert p[worst] > FALSE_ALARMS / len(p), worst


@calibration
@methods
@pytest.mark.parametrize("fit", ["doubled", "ignored", "overconfident"])
def test_ranks_find_out_a_wrong_likelihood(method: Method, fit: Fit) -> None:
    """Ranks are far from uniform where evidence counts twice, counts nothing, or is taken for more exact than it is."""
    p = p_values(trials(method, fit))
    worst = min(p, key=p.__getitem__)
    print(f"{method}, {fit}: least p-value {p[worst]:.2g}, {worst}")
    assert p[worst] < CLEARLY


@dataclass(frozen=True, kw_only=True)
class Reliability:
    """Reported probabilities against what came about."""

    error: float
    """Of the mean, in standard errors."""
    p_value: float
    """Chi-square of the errors within bins of neighbouring probabilities."""


def reliability(found: Sequence[Trial], outcome: str) -> Reliability:
    """Of a conditional outcome, only the worlds count in which its condition came about."""
    pairs = [
        (trial.reported[outcome], came) for trial in found if (came := came_about(trial.world, outcome)) is not None
    ]
    reported, came = np.array(sorted(pairs)).T
    bins = np.array_split(np.arange(len(pairs)), GROUPS)
    errors = [_error(reported[within], came[within]) for within in bins]
    return Reliability(
        error=_error(reported, came),
        p_value=float(stats.chi2(GROUPS).sf(np.square(errors).sum())),
    )


def _error(reported: Numbers, came: Numbers) -> float:
    return float(np.sum(came - reported) / np.sqrt(np.sum(reported * (1 - reported))))


def came_about(world: World, outcome: str) -> bool | None:
    """Whether an outcome did; None where its condition did not."""
    happened = world.happened
    match outcome:
        case "strike":
            return happened["strike"]
        case "trouble":
            return happened["incident"] or happened["strike"]
        case _:
            return happened["strike"] if happened["plan"] else None


@calibration
@methods
@pytest.mark.parametrize("outcome", ["strike", "trouble", "strike_if_plan"])
def test_outcomes_come_about_as_often_as_reported(method: Method, outcome: str) -> None:
    """Of the outcomes that are given a probability of a third, a third come about; of conditional ones too."""
    found = reliability(trials(method, "honest"), outcome)
    print(f"{method}, {outcome}: off by {found.error:.2g} standard errors, p {found.p_value:.2g}")
    assert abs(found.error) < 4
    assert found.p_value > FALSE_ALARMS / 3


@calibration
@methods
def test_frequencies_find_out_a_wrong_prior(method: Method) -> None:
    """Strikes are far rarer than reported by somebody whose priors take them for nearly certain."""
    found = reliability(trials(method, "mistaken"), "strike")
    print(f"{method}, mistaken: off by {found.error:.2g} standard errors, p {found.p_value:.2g}")
    assert found.error < -4
    assert found.p_value < FALSE_ALARMS / 3

"""Prior predictive p-values: how surprising each item of evidence with data is under the priors (Box 1980, JRSS A 143).

Indicators, testimony and observations have no data of their own: likelihood ratios predict nothing.

Counts and cases of relevance a enter a fit with their likelihood to the power of a (a power prior: Ibrahim & Chen 2000,
Statistical Science 15). Power a of the likelihood of s successes in n trials is the likelihood of a s in a n; of c
events in T years, that of a c in a T. The p-value is that of these: what a fit counts as a quarter of its cases
surprises as a quarter of them would. Fractions of a case have the tails of the beta and gamma functions, which agree
with those of the counts at whole numbers. Independence does not enter: an item is as precise as it says, however many
others repeat it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from msgspec.structs import replace
from scipy.special import betainc, gammainc, gammaincc, ndtr

from estimative.model.assessment import Assessment
from estimative.model.inference.prior_transform import prior_transform
from estimative.model.inference.threads import one_blas_thread
from estimative.model.likelihood.backend import NUMPY
from estimative.model.likelihood.item_likelihoods import (
    binomial_log_odds,
    forecast_deviation,
    measurement_deviation,
    poisson_log_mean,
)
from estimative.model.likelihood.layout import Forecasts, Index, Measurements, Numbers, Structure
from estimative.model.likelihood.terms import Terms, terms
from estimative.model.likelihood.theta import Theta
from estimative.priors.errors import Issue

DRAWS = 2000
SEED = 1
"""Fixed, so that a warning does not depend on the seed of a fit."""
SURPRISING = 0.01
"""Below this, a warning: once in a hundred items if the priors are right."""

type Tails = tuple[Numbers, Numbers]
"""The probability of at most what was seen, and of at least that, given the quantities; dims (item, draw) each."""


def prior_p_values(assessment: Assessment) -> Mapping[str, float]:
    """Compute the two-sided prior predictive p-value of each measurement, forecast, count and reference class.

    p = 2 min(P(y <= seen), P(y >= seen)), at most 1, y being replicated from the priors: averaged over draws of the
    quantities, with the tails in closed form.

    Returns
    -------
    By item of evidence; an item that does not count at all is left out.
    """
    with one_blas_thread(), np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        transform = prior_transform(assessment)
        normals = np.random.default_rng([SEED, 7]).standard_normal((transform.dimension, DRAWS))
        theta = transform.theta(normals)
        shared = terms(NUMPY, assessment.structure, theta)
        items = list(assessment.scenario.evidence)
        values: dict[str, float] = {}
        relevance = np.array([assessment.prior_set.relevance.get(item, 1.0) for item in items])
        for positions, (lower, upper) in _tails(assessment.structure, theta, shared, relevance):
            for position, below, above in zip(positions, lower, upper, strict=True):
                if assessment.weight[position] > 0:
                    values[items[position]] = min(1.0, 2 * min(float(np.nanmean(below)), float(np.nanmean(above))))
    return {name: values[name] for name in items if name in values}


def conflicts(assessment: Assessment, p_values: Mapping[str, float]) -> Iterator[Issue]:
    """Yield a warning for each item that is surprising under the priors."""
    for name, value in p_values.items():
        if value < SURPRISING:
            yield Issue(
                severity="warning",
                code="prior-conflict",
                message=(
                    f"this item is surprising under the priors of {assessment.prior_set.name} "
                    f"(prior predictive p-value {_text(value)})"
                ),
                place=assessment.scenario.place(f"evidence.{name}"),
                value=_text(value),
                suggestion="Check its number and unit, and the priors of what it is about.",
            )


def _text(value: float) -> str:
    return f"{value:.2g}" if value >= 1e-4 else "below 0.0001"


def _tails(structure: Structure, theta: Theta, shared: Terms, relevance: Numbers) -> Iterator[tuple[Index, Tails]]:
    """Positions in the scenario's evidence, with the tails of those items.

    Parameters
    ----------
    relevance
        dims (item).
    """
    normal: list[tuple[Measurements | Forecasts, Numbers]] = [
        (structure.measurements, measurement_deviation(NUMPY, structure, theta))
    ]
    if len(structure.forecasts.item):
        # Quantiles have no single number that could be too high or too low.
        single = len(structure.forecasts.target)
        forecasts = replace(
            structure.forecasts, item=structure.forecasts.item[:single], error=structure.forecasts.error[:single]
        )
        normal.append((forecasts, forecast_deviation(NUMPY, structure, shared)[:single]))
    for items, deviation in normal:
        scores = deviation / np.exp(theta.log_ratio[items.error])
        yield items.item, (ndtr(scores), ndtr(-scores))
    counts = structure.poisson_counts
    if len(counts.item):
        share = relevance[counts.item][:, None]
        mean, seen = share * np.exp(poisson_log_mean(NUMPY, structure, shared)), share * counts.count[:, None]
        yield counts.item, (gammaincc(seen + 1, mean), np.where(seen > 0, gammainc(seen, mean), 1.0))
    if len(structure.binomial_cases.item):
        yield from _cases(structure, shared, relevance)


def _cases(structure: Structure, shared: Terms, relevance: Numbers) -> Iterator[tuple[Index, Tails]]:
    """As if each trial of an item had their mean chance.

    More than one trial away from the mean, the tails are then never too thin (Hoeffding 1956, Annals of Mathematical
    Statistics 27).
    """
    cases = structure.binomial_cases
    trials = cases.successes + cases.failures
    chance = 1 / (1 + np.exp(-binomial_log_odds(NUMPY, structure, shared)))
    for item in np.unique(cases.item):
        rows = cases.item == item
        mean = (trials[rows] @ chance[rows] / trials[rows].sum())[None]
        successes, failures = (relevance[item] * count[rows].sum() for count in (cases.successes, cases.failures))
        yield np.array([item]), (_at_most(successes, failures, mean), _at_most(failures, successes, 1 - mean))


def _at_most(successes: float, failures: float, chance: Numbers) -> Numbers:
    """P(at most so many successes in so many trials), both also fractions; dims as those of the chance."""
    return np.asarray(betainc(failures, successes + 1, 1 - chance)) if failures > 0 else np.ones_like(chance)

"""The likelihood of evidence that does not depend on which events happened: a function for each kind of item.

Scales: degrees on [0, 1]; odds, rate and likelihood ratios as natural logarithms; likelihoods as natural logarithms.
Dims: a quantity's own dimension comes first; under NumPy `draw` comes last; recorded arrays are those of one draw.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from math import log, pi
from operator import add

import numpy as np
from msgspec import Struct

from estimative.model.likelihood.backend import NUMPY, TINY, Array, Backend, softplus
from estimative.model.likelihood.bayes_net import Query
from estimative.model.likelihood.layout import Forecasts, Measurements, QuantileForecasts, Structure
from estimative.model.likelihood.links import by_log_odds
from estimative.model.likelihood.scale_mixture import scale_mixture_log_density, tabulated_log_density
from estimative.model.likelihood.soft_evidence import log_chances
from estimative.model.likelihood.terms import Terms, category_probabilities, linear_predictor
from estimative.model.likelihood.theta import Theta
from estimative.model.likelihood.variable_elimination import NO_SOFT_EVIDENCE, by_elimination

TINY_SQUARE = 1e-12
"""Of a deviation in log-odds."""


def indicator_strength(backend: Backend, structure: Structure, theta: Theta) -> Array:
    """Compute what multiplies ln LR of an indicator about a factor: w (x - 1/2), negated for the low end.

    Returns
    -------
    dims (item[, draw]).
    """
    items = structure.indicators
    return backend.column(theta.weight[items.item] * items.sign) * (theta.degree[items.factor] - 0.5)


def indicator_log_ratios(backend: Backend, structure: Structure, shared: Terms) -> Array:
    """s ln LR with s = w (x - 1/2), or its integral over ln LR ~ Normal(mu, sd), s mu + s^2 sd^2 / 2; dims as s."""
    strength, theta = indicator_strength(backend, structure, shared.theta), shared.theta
    news = theta.log_ratio[structure.indicators.ratio]
    if structure.quantities.pairs:
        news = news + log_chances(backend, theta, structure.indicators.chances)
    density = strength * news
    if theta.log_ratio_sd is None:
        return density
    return density + 0.5 * (strength * backend.column(theta.log_ratio_sd[structure.indicators.ratio])) ** 2


def _measurements(backend: Backend, structure: Structure, shared: Terms) -> Array:
    """w ln Normal(value | at_low + (at_high - at_low) x, error); dims (item[, draw])."""
    deviation = measurement_deviation(backend, structure, shared.theta)
    return _normal_log_density(backend, structure.measurements, shared.theta, deviation)


def measurement_deviation(backend: Backend, structure: Structure, theta: Theta) -> Array:
    """Value less expected value, in the measurement's unit; dims (item[, draw])."""
    items = structure.measurements
    mean = backend.column(items.at_low) + backend.column(items.slope) * theta.degree[items.factor]
    return backend.column(items.value) - mean


def _forecasts(backend: Backend, structure: Structure, shared: Terms) -> Array:
    """w ln Normal(logit q | logit p, error), p being the probability before any evidence; dims (item[, draw])."""
    deviation = forecast_deviation(backend, structure, shared)
    return _normal_log_density(backend, structure.forecasts, shared.theta, deviation)


def forecast_deviation(backend: Backend, structure: Structure, shared: Terms) -> Array:
    """logit q - logit p, in log-odds; of quantiles the root of the mean square; dims (item[, draw])."""
    items = structure.forecasts

    # Its author gave a probability of the event as such: p must not count the evidence of this scenario.
    def log_masses(queries: Sequence[Query]) -> Array:
        return by_elimination(backend, structure.network.unobserved, shared.probabilities, NO_SOFT_EVIDENCE, queries)

    deviations = []
    if items.queries:
        masses = log_masses(items.queries)
        logit = _log_odds(backend, masses[0::2], masses[1::2])
        deviations.append(backend.column(items.logit) - logit[items.target])
    if items.quantiles:
        deviations.append(_quantile_deviation(backend, items.quantiles, log_masses(items.quantiles.queries)))
    return deviations[0] if len(deviations) == 1 else backend.concatenate(deviations)


def _log_odds(backend: Backend, log_yes: Array, log_no: Array) -> Array:
    """Of two masses; where both are 0 they are minus infinity, so that a forecast of it is impossible."""
    if backend is not NUMPY:
        return log_yes - log_no
    return np.subtract(log_yes, log_no, out=np.full_like(log_yes, -np.inf), where=np.isfinite(log_yes))


def _quantile_deviation(backend: Backend, items: QuantileForecasts, log_masses: Array) -> Array:
    """Root of the mean of (logit q - logit P(number <= x))^2 over the points of each item; dims (item[, draw]).

    Within a range the probability is spread as `ranges.share_below` says. Of a value above the last edge it is only
    known that P is at least that of the last edge: there q counts where it is less.
    """
    mass = backend.exp(log_masses)
    at_most, more = backend.combine(items.below, mass), backend.combine(items.above, mass)
    logit = backend.log(backend.maximum(at_most, TINY)) - backend.log(backend.maximum(more, TINY))
    deviation = backend.column(items.logit) - logit
    less = -backend.maximum(-deviation, 0.0 * deviation)
    beyond = backend.column(items.beyond)
    square = backend.combine(items.owner, (beyond * less + (1 - beyond) * deviation) ** 2)
    # Away from 0, where a root has no slope.
    return backend.exp(0.5 * backend.log(square + TINY_SQUARE))


def _poisson_counts(backend: Backend, structure: Structure, shared: Terms) -> Array:
    """w ln Poisson(count | r years), r at the factors' own degrees and without driving events; dims (item[, draw])."""
    items, theta = structure.poisson_counts, shared.theta
    log_mean = poisson_log_mean(backend, structure, shared)
    density = backend.column(items.count) * log_mean - backend.exp(log_mean) - backend.column(items.log_factorial)
    return backend.weigh(theta.weight[items.item], density)


def poisson_log_mean(backend: Backend, structure: Structure, shared: Terms) -> Array:
    """ln of the expected counts of exposure evidence; dims (item[, draw])."""
    rows = structure.poisson_counts.rows
    log_rate = linear_predictor(backend, structure, rows, shared.baseline, shared.log_effect, shared.covariate)
    # Its time is that of the exposure, not the scenario's horizon.
    return log_rate + backend.column(structure.poisson_counts.log_years)


def binomial_log_odds(backend: Backend, structure: Structure, shared: Terms) -> Array:
    """Log-odds of a success in each row of cases evidence; dims (row[, draw])."""
    return linear_predictor(backend, structure, structure.binomial_cases.rows, shared.baseline, shared.log_effect)


def _binomial_cases(backend: Backend, structure: Structure, shared: Terms) -> Array:
    """w [y ln p + (n - y) ln(1 - p)], p from the odds form at each row's drivers; dims (row[, draw]).

    A power prior with a fixed weight w (Ibrahim, Chen, Gwon & Chen 2015, Statistics in Medicine 34).
    """
    items, theta = structure.binomial_cases, shared.theta
    log_odds = binomial_log_odds(backend, structure, shared)
    # ln p and ln(1 - p) straight from the log-odds: no digit is lost where p is near 0 or 1.
    log_yes, log_no = -softplus(backend, -log_odds), -softplus(backend, log_odds)
    density = backend.column(items.successes) * log_yes + backend.column(items.failures) * log_no
    return backend.weigh(theta.weight[items.item], density)


def state_case_chances(backend: Backend, structure: Structure, shared: Terms) -> list[list[Array]]:
    """Probabilities of the states in each group of cases, by state; dims (row[, draw]) each."""
    items = structure.state_cases
    predictor = by_log_odds(backend, items.rows, shared.baseline, shared.log_effect, None)
    return [category_probabilities(backend, rows, predictor) for rows in items.categories]


def _state_cases(backend: Backend, structure: Structure, shared: Terms) -> Array:
    """w times the sum over states of y ln P(state), at each row's drivers; dims (row[, draw])."""
    items = structure.state_cases
    densities = []
    for chances, counts in zip(state_case_chances(backend, structure, shared), items.counts, strict=True):
        logs = [backend.log(backend.maximum(chance, TINY)) for chance in chances]
        densities.append(reduce(add, (backend.column(counts.T[state]) * each for state, each in enumerate(logs))))
    return backend.weigh(shared.theta.weight[items.item], backend.concatenate(densities))


class ItemKind(Struct, frozen=True, kw_only=True):
    """Evidence that needs no sum over events, or one of its own."""

    log_density: Callable[[Backend, Structure, Terms], Array]
    """Log-likelihood of each item; dims (item[, draw])."""
    by_terms: bool = False
    """Whether it depends on the terms, that is on the quantities of the events."""


ITEM_KINDS: Mapping[str, ItemKind] = {
    "indicators": ItemKind(log_density=indicator_log_ratios),
    "measurements": ItemKind(log_density=_measurements),
    "poisson_counts": ItemKind(log_density=_poisson_counts, by_terms=True),
    "binomial_cases": ItemKind(log_density=_binomial_cases, by_terms=True),
    "state_cases": ItemKind(log_density=_state_cases, by_terms=True),
    "forecasts": ItemKind(log_density=_forecasts, by_terms=True),
}
"""By the field of the structure that has the items."""


def _normal_log_density(backend: Backend, items: Measurements | Forecasts, theta: Theta, deviation: Array) -> Array:
    """w ln Normal(deviation | 0, error), or its integral over the prior of the error; dims (item[, draw])."""
    weight, log_sd = theta.weight[items.item], theta.log_ratio[items.error]
    if theta.log_ratio_sd is None:
        density = -0.5 * log(2 * pi) - log_sd - 0.5 * (deviation * backend.exp(-log_sd)) ** 2
        return backend.weigh(weight, density)
    if backend is NUMPY:
        return tabulated_log_density(deviation, log_sd, theta.log_ratio_sd[items.error], weight)
    spread = backend.column(theta.log_ratio_sd[items.error])
    return scale_mixture_log_density(backend, deviation, log_sd, spread, backend.column(weight))

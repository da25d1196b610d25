"""The likelihood of all evidence, the states of the events summed out exactly, with queries or without."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from estimative.model.likelihood.backend import Array, Backend
from estimative.model.likelihood.bayes_net import EVERYTHING, Query
from estimative.model.likelihood.item_likelihoods import ITEM_LIKELIHOODS, forecast_log_densities
from estimative.model.likelihood.layout import Index, Structure
from estimative.model.likelihood.soft_evidence import soft_evidence
from estimative.model.likelihood.terms import terms
from estimative.model.likelihood.theta import Theta
from estimative.model.likelihood.variable_elimination import by_elimination

MAX_NUMBERS = 1 << 22
"""In an array over rows of cases or of tables, for all draws that are evaluated at once."""


def log_likelihood(backend: Backend, structure: Structure, theta: Theta) -> Array:
    """Compute ln P(evidence | theta), the binary events summed out exactly.

    Returns
    -------
    Natural logarithm, up to a constant; dims (draw), of one draw a number.
    """
    return log_joint(backend, structure, theta, ())[0]


def log_joint(backend: Backend, structure: Structure, theta: Theta, queries: Sequence[Query]) -> Array:
    """Compute ln P(evidence | theta), then ln P(evidence, query | theta) of each query; dims (1 + query[, draw])."""
    if size := _draws_at_once(structure, theta):
        starts = range(0, theta.degree.shape[1], size)
        parts = [log_joint(backend, structure, theta.at(slice(start, start + size)), queries) for start in starts]
        return np.concatenate(parts, axis=1)
    shared = terms(backend, structure, theta)

    def counts(items: Index) -> bool:
        return bool(np.any(theta.weight[items]))

    items = [
        log_density(backend, structure, shared)
        for part, log_density in ITEM_LIKELIHOODS.items()
        if counts(getattr(structure, part).item)
    ]
    if counts(structure.forecasts.item):
        items.append(forecast_log_densities(backend, structure, shared))
    evidence = soft_evidence(backend, structure, theta)
    log_masses = by_elimination(backend, structure.network, shared.probabilities, evidence, [EVERYTHING, *queries])
    return log_masses + sum(item.sum(axis=0) for item in items)


def _draws_at_once(structure: Structure, theta: Theta) -> int | None:
    """As many draws as leave each array over rows of cases, or of tables, in memory; None where all do."""
    cases = len(structure.binomial_cases.item) + len(structure.state_cases.item)
    rows = max(cases, len(structure.linear_predictors.base))
    if theta.degree.ndim < 2 or rows * theta.degree.shape[1] <= MAX_NUMBERS:
        return None
    return max(MAX_NUMBERS // rows, 1)

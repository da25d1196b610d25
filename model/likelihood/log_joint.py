"""The likelihood of all evidence, the states of the events summed out exactly, with queries or without."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from estimative.model.likelihood.backend import Array, Backend
from estimative.model.likelihood.bayes_net import Query
from estimative.model.likelihood.joint_parts import NOTHING, Known, joint_parts
from estimative.model.likelihood.layout import Structure
from estimative.model.likelihood.theta import Theta

MAX_NUMBERS = 1 << 22
"""In an array over rows of cases or of tables, for all draws that are evaluated at once."""


def log_likelihood(backend: Backend, structure: Structure, theta: Theta) -> Array:
    """Compute ln P(evidence | theta), the binary events summed out exactly.

    Returns
    -------
    Natural logarithm, up to a constant; dims (draw), of one draw a number.
    """
    return log_joint(backend, structure, theta, ())[0]


def log_joint(
    backend: Backend, structure: Structure, theta: Theta, queries: Sequence[Query], known: Known = NOTHING
) -> Array:
    """Compute ln P(evidence | theta), then ln P(evidence, query | theta) of each query; dims (1 + query[, draw]).

    Parameters
    ----------
    known
        Parts that need no computing, where all draws are evaluated at once.
    """
    if size := draws_at_once(structure, theta):
        starts = range(0, theta.degree.shape[1], size)
        parts = [log_joint(backend, structure, theta.at(slice(start, start + size)), queries) for start in starts]
        return np.concatenate(parts, axis=1)
    return joint_parts(backend, structure, theta, queries, known).log_joint


def draws_at_once(structure: Structure, theta: Theta) -> int | None:
    """As many draws as leave each array over rows of cases, or of tables, in memory; None where all do."""
    cases = len(structure.binomial_cases.item) + len(structure.state_cases.item)
    rows = max(cases, len(structure.linear_predictors.base))
    if theta.degree.ndim < 2 or rows * theta.degree.shape[1] <= MAX_NUMBERS:
        return None
    return max(MAX_NUMBERS // rows, 1)

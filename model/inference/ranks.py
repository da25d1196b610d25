"""Ranks of true values among the draws of a posterior.

Talts, Betancourt, Simpson, Vehtari & Gelman (2018), arXiv:1804.06788: where truth, evidence and posterior belong to one
joint distribution, the rank of the truth among independent draws is uniform.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from msgspec.structs import replace

from estimative.model.inference.draws import Draws
from estimative.model.likelihood.layout import Numbers
from estimative.model.likelihood.theta import Theta

RANKED = 100
"""Draws of each posterior among which the true value is ranked."""


def ranked_draws(draws: Draws, rng: np.random.Generator, count: int = RANKED) -> Theta:
    """Return nearly independent draws of equal weight: weighted draws resampled, chains thinned evenly."""
    if draws.method == "importance":
        chosen = rng.choice(draws.count, size=count, p=draws.weights / draws.weights.sum())
    else:
        chosen = np.arange(count) * (draws.count // count)
    return replace(draws.theta, degree=draws.theta.degree[:, chosen], log_ratio=draws.theta.log_ratio[:, chosen])


def with_truth(truth: Theta, draws: Theta) -> Theta:
    """Put the true quantities, dims (quantity[, 1]), before the draws."""
    return replace(
        draws,
        degree=np.column_stack([truth.degree, draws.degree]),
        log_ratio=np.column_stack([truth.log_ratio, draws.log_ratio]),
    )


def relative_ranks(values: Mapping[str, Numbers], rng: np.random.Generator) -> dict[str, float]:
    """Return the relative rank of the first of these values among the others, by name.

    Ties are broken at random, and the rank is placed at random within its step: it is uniform on (0, 1), not on
    multiples of a step.
    """

    def rank(own: float, others: Numbers) -> float:
        return float((np.sum(others < own) + rng.random() * (1 + np.sum(others == own))) / (len(others) + 1))

    return {name: rank(numbers[0], numbers[1:]) for name, numbers in values.items()}

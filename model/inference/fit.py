"""Fitting an assessment by either method, with as many draws as its verdict needs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from estimative.model.assessment import Assessment
from estimative.model.inference import importance_sampling as importance
from estimative.model.inference.posterior import Posterior, posterior_of
from estimative.model.inference.threads import one_blas_thread

if TYPE_CHECKING:
    from estimative.model.inference.nuts import CompiledModel

MOST_DRAWS = 20_000
"""For each chain; what still lacks draws then lacks something else."""
REMEDIED_BY_DRAWS = frozenset({"R-hat", "bulk ESS", "tail ESS", "relative error of the headline"})


def by_importance(assessment: Assessment, *, seed: int, draws: int | None = None) -> Posterior:
    """Fit by adaptive importance sampling: a fraction of a second, no PyMC."""
    with one_blas_thread():
        sampled = importance.sample(assessment, seed=seed, draws=draws or importance.DRAWS)
        return posterior_of(assessment, sampled, seed=seed)


def by_nuts(ready: CompiledModel, assessment: Assessment, *, seed: int, draws: int | None = None) -> Posterior:
    """Fit by NUTS; where only draws are lacking and no number of them was asked for, once more with enough."""
    from estimative.model.inference import nuts

    posterior = posterior_of(
        assessment, nuts.sample(ready, assessment, seed=seed, draws=draws or nuts.DRAWS), seed=seed
    )
    if draws is None and (needed := _needed(posterior)):
        posterior = posterior_of(assessment, nuts.sample(ready, assessment, seed=seed, draws=needed), seed=seed)
    return posterior


def _needed(posterior: Posterior) -> int | None:
    """How many draws for each chain would pass what failed; None if none would, or nothing failed."""
    failed = posterior.verdict.failed
    if not failed or not {check.name for check in failed} <= REMEDIED_BY_DRAWS:
        return None
    now = posterior.draws.count // posterior.draws.chains
    factor = 2.0
    for check in failed:
        if check.direction == "at least":
            factor = max(factor, 1.5 * check.limit / max(check.value or 0.0, 1.0))
        elif check.direction == "below" and check.value is not None:
            factor = max(factor, 1.3 * (check.value / check.limit) ** 2)
    return min(MOST_DRAWS, math.ceil(factor * now))

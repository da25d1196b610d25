"""Fit an assessment by one method, with as many draws as its verdict needs."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from estimative.model.assessment import Assessment
from estimative.model.inference import importance_sampling as importance
from estimative.model.inference.importance_sampling import FittedProposal, fit_proposal, sample_posterior
from estimative.model.inference.posterior import Posterior, posterior_of
from estimative.model.inference.prior_transform import Dimensions
from estimative.model.inference.threads import one_blas_thread

if TYPE_CHECKING:
    from estimative.model.inference.nuts import CompiledModel

MAX_DRAWS = 20_000
"""For each chain; a fit that needs more has another problem than too few draws."""
REMEDIED_BY_DRAWS = frozenset({"R-hat", "bulk ESS", "tail ESS", "relative error of the headline"})
"""Checks that more draws can pass; more draws do not remove divergences."""


def by_importance(assessment: Assessment, *, seed: int, draws: int | None = None) -> Posterior:
    """Fit by adaptive importance sampling: a fraction of a second, without PyMC.

    Parameters
    ----------
    seed
        The same seed gives the same answer, to the last digit.
    draws
        By default as many as the checks need, up to sixteen times `importance_sampling.DRAWS`; a number that is given
        is final.

    Raises
    ------
    Contradiction
        If the evidence is impossible at every draw.
    """
    # The last digits depend on the number of BLAS threads, which differs between machines.
    with one_blas_thread():
        return fit_by_importance(assessment, seed=seed, draws=draws)[0]


def fit_by_importance(
    assessment: Assessment, *, seed: int, draws: int | None = None, dimensions: Dimensions | None = None
) -> tuple[Posterior, FittedProposal]:
    """Fit by importance sampling with more and more effort until the verdict passes; see `by_importance`.

    Parameters
    ----------
    dimensions
        Of the space of standard normals; by default those of the assessment itself.
    """
    efforts = importance.LADDER if draws is None else (replace(importance.FIRST, draws=draws),)
    for effort in efforts:
        proposal = fit_proposal(assessment, seed=seed, effort=effort, dimensions=dimensions)
        sampled = sample_posterior(assessment, proposal, seed=seed, draws=effort.draws)
        posterior = posterior_of(assessment, sampled, seed=seed)
        if posterior.verdict.passed:
            break
    return posterior, proposal


def by_nuts(model: CompiledModel, assessment: Assessment, *, seed: int, draws: int | None = None) -> Posterior:
    """Fit by NUTS, a Markov chain Monte Carlo sampler; sample again with more draws where only draws are lacking.

    Parameters
    ----------
    model
        The assessment's scenario, compiled by `nuts.compile_model`.
    seed
        The same seed gives the same answer.
    draws
        For each chain. By default `nuts.DRAWS`, or as many as the failed checks need; a number that is given is final.
    """
    from estimative.model.inference import nuts

    sampled = nuts.sample(model, assessment, seed=seed, draws=draws or nuts.DRAWS)
    posterior = posterior_of(assessment, sampled, seed=seed)
    if draws is None and (needed := _needed_draws(posterior)):
        posterior = posterior_of(assessment, nuts.sample(model, assessment, seed=seed, draws=needed), seed=seed)
    return posterior


def _needed_draws(posterior: Posterior) -> int | None:
    """Estimate how many draws for each chain would pass the failed checks; None if none would, or nothing failed."""
    failed = posterior.verdict.failed
    if not failed or not {check.name for check in failed} <= REMEDIED_BY_DRAWS:
        return None
    now = posterior.draws.count // posterior.draws.chains
    factor = 2.0
    for check in failed:
        # An effective sample size grows with the draws, a standard error with their inverse square root; the factors
        # 1.5 and 1.3 allow for the estimates' own error.
        if check.direction == "at least":
            factor = max(factor, 1.5 * check.limit / max(check.value or 0.0, 1.0))
        elif check.direction == "below" and check.value is not None:
            factor = max(factor, 1.3 * (check.value / check.limit) ** 2)
    return min(MAX_DRAWS, math.ceil(factor * now))

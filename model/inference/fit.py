"""Fit an assessment by one method, with as many draws as its verdict needs."""

from __future__ import annotations

import math
from threading import Lock

from msgspec.structs import replace

from estimative.model.assessment import Assessment
from estimative.model.inference import importance_sampling as importance
from estimative.model.inference.importance_sampling import FittedProposal, fit_proposal, sample_posterior
from estimative.model.inference.posterior import Posterior, posterior_of
from estimative.model.inference.prior_transform import Dimensions, integrated_dimensions
from estimative.model.inference.threads import one_blas_thread

MAX_DRAWS = 20_000
"""For each chain; a fit that needs more has another problem than too few draws."""
MAX_DIMENSION = 300
"""Of a space in which importance sampling is tried again: in more, another attempt takes minutes and seldom helps."""
REMEDIED_BY_DRAWS = frozenset({"R-hat", "bulk ESS", "tail ESS", "relative error of the headline"})
"""Checks that more draws can pass; more draws do not remove divergences."""
ONE_AT_A_TIME = Lock()
"""Of NUTS in one process: its density holds Python's lock, and its compiler is not made for several threads."""
WEIGHTED_BY_DRAWS = frozenset({"ESS", "tail ESS", "relative error", "relative error of the headline"})
"""The same of weighted draws."""


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
    own = dimensions or integrated_dimensions([assessment])
    free = len(own.degrees) + len(own.ratios)
    ladder = importance.LADDER if assessment.uncertain or free else (importance.CERTAIN,)
    if free > MAX_DIMENSION:
        ladder = ladder[:1]
    efforts = ladder if draws is None else (replace(ladder[0], draws=draws),)
    best: tuple[Posterior, FittedProposal] | None = None
    for effort in efforts:
        tilts = best[0].rare_queries if best else ()
        proposal = fit_proposal(assessment, seed=seed, effort=effort, dimensions=dimensions, tilts=tilts)
        sampled = sample_posterior(assessment, proposal, seed=seed, draws=effort.draws)
        posterior = posterior_of(assessment, sampled, seed=seed)
        if draws is None and _lacks_draws_only(posterior):
            sampled = sample_posterior(assessment, proposal, seed=seed, draws=importance.MORE * effort.draws)
            posterior = posterior_of(assessment, sampled, seed=seed)
        if best is None or _merit(posterior) >= _merit(best[0]):
            best = posterior, proposal
        if posterior.verdict.passed and not posterior.unreliable:
            break
    assert best is not None
    return best


def _lacks_draws_only(posterior: Posterior) -> bool:
    """Whether something fails that more draws from the same proposal would pass, and nothing else."""
    verdicts = [posterior.verdict, *(posterior.verdicts[key] for key in posterior.unreliable)]
    failed = [check.name for verdict in verdicts for check in verdict.failed]
    return bool(failed) and WEIGHTED_BY_DRAWS.issuperset(failed)


def exact(assessment: Assessment, *, seed: int) -> Posterior:
    """Return the posterior of an assessment in which nothing is uncertain: one draw, which has all the weight.

    Raises
    ------
    Contradiction
        If the evidence is impossible.
    """
    return posterior_of(assessment, importance.single_draw(assessment), seed=seed)


def _merit(posterior: Posterior) -> tuple[bool, int]:
    """Whether a fit passed its verdict, and how many probabilities did not pass theirs, negated."""
    return posterior.verdict.passed, -len(posterior.unreliable)


def by_nuts(assessment: Assessment, *, seed: int, draws: int | None = None) -> Posterior:
    """Fit by NUTS, a Markov chain Monte Carlo sampler, from starting points that are far apart in the posterior.

    A fit that fails its checks is tried again: with more draws where only draws are lacking, else with smaller steps
    and longer warm-up.

    Parameters
    ----------
    seed
        The same seed gives the same answer.
    draws
        For each chain. By default `nuts.DRAWS`, or as many as the failed checks need; a number that is given is final.
    """
    with ONE_AT_A_TIME:
        return _by_nuts(assessment, seed, draws)


def _by_nuts(assessment: Assessment, seed: int, draws: int | None) -> Posterior:
    from estimative.model.inference import nuts, pymc_model

    if not pymc_model.transform_of(assessment).dimension:
        # Everything uncertain is integrated over, so that independent draws of it are at hand.
        return by_importance(assessment, seed=seed, draws=draws and draws * nuts.CHAINS)
    with one_blas_thread():
        starts = nuts.starting_points(assessment, *importance.overdispersed(assessment, seed=seed, count=nuts.CHAINS))
    best: Posterior | None = None
    for adaptation in nuts.LADDER:

        def sampled(count: int, adaptation: nuts.Adaptation = adaptation) -> Posterior:
            chains = nuts.sample(assessment, seed=seed, draws=count, adaptation=adaptation, starts=starts)
            return posterior_of(assessment, chains, seed=seed)

        posterior = sampled(draws or nuts.DRAWS)
        if draws is None and (needed := _needed_draws(posterior)):
            posterior = sampled(needed)
        if best is None or _merit(posterior) >= _merit(best):
            best = posterior
        if posterior.verdict.passed:
            break
    assert best is not None
    return best


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

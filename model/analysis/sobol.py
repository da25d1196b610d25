"""Sobol' indices: how much of the headline's variance each quantity accounts for, over draws from the priors.

Sobol' (1993). The function decomposed is the headline's probability at a draw of the quantities, given the evidence
about events: the number whose posterior mean is the answer. The estimators are SciPy's (Saltelli et al. 2010, Comput.
Phys. Commun. 181).
"""

from __future__ import annotations

from itertools import batched
from typing import Literal

import numpy as np
from msgspec import Struct
from scipy.special import ndtri

from estimative.model.assessment import Assessment
from estimative.model.inference.estimates import Undefined
from estimative.model.inference.mc_estimate import MCEstimate
from estimative.model.inference.prior_transform import PriorTransform, prior_transform
from estimative.model.likelihood.layout import Index, Numbers
from estimative.model.likelihood.queries import evaluate_queries, headline_target
from estimative.model.likelihood.theta import Theta

POINTS = 512
"""Of one randomised Sobol' sequence; the model is evaluated at (quantities + 2) times as many."""
REPLICATES = 8
"""Independent randomisations, from whose spread the errors come (Owen 1997, SIAM J. Numer. Anal. 34)."""
TINY = 1e-9
"""In log-odds: less is rounding."""
PROBES = 32
"""Draws at which to see whether a quantity matters at all."""
MOVED_AT_ONCE = 64
"""Dimensions that are looked at together: more would fill the memory where there are thousands."""


type SobolUndefined = Literal["constant", "certain", "shares"]
"""Why there are no indices: the headline does not vary over the priors; it is certain, impossible or undefined at some
draw from them; it depends on uncertain shares of states."""


class SobolIndices(Struct, frozen=True, kw_only=True):
    """What one quantity accounts for, as shares of the variance."""

    name: str
    S1: MCEstimate
    """First order: how much of the variance knowing this quantity would remove."""
    ST: MCEstimate
    """Total: how much of the variance would remain if all other quantities were known."""


class Sobol(Struct, frozen=True, kw_only=True):
    """The variance of the headline's log-odds over the priors, decomposed."""

    sd: float
    """Standard deviation of the natural log-odds over the priors."""
    indices: tuple[SobolIndices, ...]
    """The largest total first."""
    sum_S1: MCEstimate  # noqa: N815 - the name in the literature
    """The sum of the first-order indices: what single quantities account for."""
    without_effect: tuple[str, ...]
    """Quantities whose indices are 0: given the others, the headline's probability does not depend on them. They may
    still matter for what is learned about the others."""
    evaluations: int


def sobol(assessment: Assessment, *, seed: int, points: int = POINTS) -> Sobol | None:
    """Sobol' indices of the headline.

    None where it does not vary, is certain, impossible or undefined at a draw, or depends on shares of several states.
    """
    from scipy.stats import sobol_indices
    from scipy.stats.qmc import Sobol as SobolSequence

    space = prior_transform(assessment)
    names = _names(assessment, space)
    reached = _reached(assessment, space, seed)
    # Shares of an event are not independent: the variance has no parts that belong to each of them.
    if not reached.size or any(names[place] in assessment.structure.quantities.shares for place in reached):
        return None

    def at(z: Numbers) -> Theta:
        full = np.zeros((space.dimension, z.shape[1]))
        full[reached] = z
        return space.theta(full)

    def model(theta: Theta) -> Numbers:
        log_odds = log_odds_of(assessment, theta)
        if not np.isfinite(log_odds).all():
            raise Undefined
        return log_odds

    def indices_of(replicate: int) -> Numbers:
        if len(reached) == 1:
            return np.ones((2, 1))
        rng = np.random.default_rng([seed, 5, replicate])
        both: Numbers = ndtri(SobolSequence(2 * len(reached), rng=rng, bits=64).random(points).T)
        first, second = at(both[: len(reached)]), at(both[len(reached) :])
        # One quantity at a time taken from the second set: smaller arrays than all of these at once.
        mixed = [model(space.exchanged(first, second, place)) for place in reached.tolist()]
        values = {"f_A": model(first)[None], "f_B": model(second)[None], "f_AB": np.array(mixed)[:, None]}
        indices = sobol_indices(func=values, n=points)
        return np.stack([indices.first_order, indices.total_order])

    try:
        measured = np.array([indices_of(replicate) for replicate in range(REPLICATES)])
        spread = model(at(np.random.default_rng([seed, 5]).standard_normal((len(reached), REPLICATES * points))))
    except Undefined:
        return None
    indices = [_indices(names[place], measured[:, 0, i], measured[:, 1, i]) for i, place in enumerate(reached)]
    return Sobol(
        sd=float(spread.std()),
        sum_S1=_mean(measured[:, 0].sum(axis=1)),
        indices=tuple(sorted(indices, key=lambda index: -index.ST.value)),
        without_effect=tuple(name for name in _free(assessment) if name not in {names[place] for place in reached}),
        evaluations=REPLICATES * points * (len(reached) + 2),
    )


def why_undefined(assessment: Assessment, *, seed: int) -> SobolUndefined:
    """Why there are no indices, where there are none."""
    space = prior_transform(assessment)
    names, reached = _names(assessment, space), _reached(assessment, space, seed)
    if any(names[place] in assessment.structure.quantities.shares for place in reached):
        return "shares"
    z = np.random.default_rng([seed, 6]).standard_normal((space.dimension, PROBES))
    alike = not reached.size and np.isfinite(log_odds_at(assessment, space, z)).all()
    return "constant" if alike else "certain"


def log_odds_at(assessment: Assessment, space: PriorTransform, z: Numbers) -> Numbers:
    """The headline's log-odds at points of the space, dims (free, draw) -> (draw); see `log_odds_of`."""
    return log_odds_of(assessment, space.theta(z))


def log_odds_of(assessment: Assessment, theta: Theta) -> Numbers:
    """The headline's log-odds; dims (draw). No finite number where it is certain, impossible or undefined."""
    target = headline_target(assessment.scenario)
    probabilities = evaluate_queries(assessment.structure, theta, (target,))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.log(probabilities.yes[0]) - np.log(probabilities.given[0] - probabilities.yes[0]))


def _reached(assessment: Assessment, space: PriorTransform, seed: int) -> Index:
    """The dimensions along which the headline moves."""
    rng = np.random.default_rng([seed, 6])
    z, other = rng.standard_normal((2, space.dimension, PROBES))
    start = log_odds_at(assessment, space, z)
    moves: list[bool] = []
    for places in batched(range(space.dimension), MOVED_AT_ONCE):
        # One array for many dimensions, of which each is moved in draws of its own.
        moved = np.tile(z, len(places))
        for at, place in enumerate(places):
            moved[place, at * PROBES : (at + 1) * PROBES] = other[place]
        log_odds = log_odds_at(assessment, space, moved).reshape(len(places), PROBES)
        moves += [not np.allclose(row, start, rtol=0, atol=TINY, equal_nan=True) for row in log_odds]
    return np.flatnonzero(moves)


def _names(assessment: Assessment, space: PriorTransform) -> list[str]:
    """Of the dimensions of a space, in their order."""
    quantities = assessment.structure.quantities
    degrees, ratios = list(quantities.degrees), list(quantities.ratios)
    return [*(degrees[place] for place in space.free_degrees), *(ratios[place] for place in space.free_ratios)]


def _free(assessment: Assessment) -> list[str]:
    return list(assessment.uncertain)


def _indices(name: str, first: Numbers, total: Numbers) -> SobolIndices:
    """First order and total over replicates, dims (replicate); where noise puts the total below, both are their mean.

    An index of first order is never above its total: among pairs in that order, two equal numbers are the nearest.
    """
    S1, ST = _mean(first), _mean(total)  # noqa: N806 - the names in the literature
    if S1.value > ST.value:
        S1 = ST = _mean((first + total) / 2)  # noqa: N806
    return SobolIndices(name=name, S1=S1, ST=ST)


def _mean(replicates: Numbers) -> MCEstimate:
    """Over independent randomisations; dims (replicate)."""
    return MCEstimate(value=float(replicates.mean()), own_variance=float(replicates.var(ddof=1)) / len(replicates))

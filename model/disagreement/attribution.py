"""Why two analysts differ: the gap between their headlines' log-odds, shared out among what they disagree on.

Each combination of the one's priors with the other's is an assessment of its own, fitted anew with its own verdict. The
shares are those of `shapley`: by block, and within a block by single quantity.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from estimative.model.assessment import differences
from estimative.model.disagreement.shapley import Plan, plan
from estimative.model.inference.mc_estimate import MCEstimate
from estimative.model.inference.refit import (
    Effort,
    Fitted,
    Fitter,
    Progress,
    ProgressCounter,
    Refit,
    Refitter,
    effort_of,
    no_progress,
)
from estimative.model.likelihood.layout import Numbers
from estimative.model.spec.quantities import QuantityName

BLOCKS: Mapping[str, tuple[str, ...]] = {
    "factors": ("factors",),
    "events": ("events", "tables"),
    "effects": ("effects",),
    "evidence": ("evidence", "motives"),
    "relevance": ("relevance", "independence"),
}
"""The sections of a prior set that make up each block."""
ORDERS = 16
"""Random orders for a pair of analysts, where there are too many combinations to fit them all."""
ORDERS_OF_A_TEAM = 8


@dataclass(frozen=True, kw_only=True)
class Valued:
    """A number for each coalition of a plan, all reckoned on common random numbers."""

    values: Numbers
    """dims (coalition)."""
    influence: Numbers
    """Single precision, since it is only ever summed into errors; dims (coalition, draw)."""
    own_variance: Numbers
    """Of chains; dims (coalition)."""

    def weighed(self, row: Numbers) -> MCEstimate:
        """A weighted sum over coalitions; row with dims (coalition)."""
        return MCEstimate(
            value=float(row @ self.values),
            influence=(row.astype(np.float32) @ self.influence).astype(float),
            own_variance=float(np.square(row) @ self.own_variance),
        )


@dataclass(frozen=True, kw_only=True)
class Share:
    """What one block, or one quantity, accounts for."""

    name: str
    block: str
    share: MCEstimate
    sampling_error: float
    """Standard error of sampling orders; 0 where the share was taken over all of them."""
    first_in: MCEstimate
    """What it changes alone."""
    last_in: MCEstimate
    """What it changes when all else has changed already."""

    @property
    def error(self) -> float:
        """Standard error of the share from both sources."""
        return float(np.hypot(self.share.se, self.sampling_error))


@dataclass(frozen=True, kw_only=True)
class Decomposition:
    """A difference shared out; the shares of the blocks sum to it, those of the quantities to their block's."""

    gap: MCEstimate
    blocks: tuple[Share, ...]
    quantities: tuple[Share, ...]
    """In the order of the scenario."""
    orders: int
    """Random orders that the quantities' shares are averages over; 0 where they were taken over all orders."""


@dataclass(frozen=True, kw_only=True)
class Attribution:
    """From the second analyst's headline to the first's: log-odds of the one less those of the other."""

    first: str
    second: str
    decomposition: Decomposition
    effort: Effort


@dataclass(frozen=True, kw_only=True)
class TeamAttribution:
    """Each analyst against the pool, and what the analysts' disagreements make of the variance between them."""

    pool: MCEstimate
    """Log-odds of the headline by the pooled priors."""
    against_pool: Mapping[str, Decomposition]
    """By analyst: log-odds of the analyst less those of the pool."""
    variance: Decomposition
    """Of the log-odds between analysts, weighted: what agreeing on the pool's prior takes away from it."""
    effort: Effort


def attribute(
    fitter: Fitter, first: Fitted, second: Fitted, *, orders: int = ORDERS, progress: Progress = no_progress
) -> Attribution:
    """Share out the difference between two analysts.

    Raises
    ------
    Undefined
        If some combination gives the headline a probability of 0 or 1.
    """
    planned = plan(blocked(differences([first.assessment, second.assessment])), orders=orders, seed=fitter.seed)
    refitter = Refitter.between(fitter, [second, first])
    mixtures = [second.assessment.with_priors_of(first.assessment, coalition) for coalition in planned.coalitions]
    refits = list(refitter.each(mixtures, ProgressCounter(progress, len(mixtures))))
    return Attribution(
        first=first.assessment.prior_set.name,
        second=second.assessment.prior_set.name,
        decomposition=decomposed(planned, valued(refits)),
        effort=effort_of(refits),
    )


def attribute_team(
    fitter: Fitter,
    analysts: Mapping[str, Fitted],
    pool: Fitted,
    weights: Mapping[str, float],
    *,
    orders: int = ORDERS_OF_A_TEAM,
    progress: Progress = no_progress,
) -> TeamAttribution:
    """Share out each analyst's difference from a pool of the priors, and the variance between analysts.

    A quantity on which any two of them disagree is a player for all; where a coalition has agreed, its quantities have
    the pool's priors.

    Raises
    ------
    Undefined
        If some combination gives the headline a probability of 0 or 1.
    """
    planned = plan(
        blocked(differences([analyst.assessment for analyst in analysts.values()])), orders=orders, seed=fitter.seed
    )
    counting = ProgressCounter(progress, len(analysts) * (len(planned.coalitions) - 1) + 1)
    agreed = list(Refitter.between(fitter, [pool]).each([pool.assessment], counting))
    refits: dict[str, list[Refit]] = {}
    for name, analyst in analysts.items():
        mixtures = [
            analyst.assessment.with_priors_of(pool.assessment, coalition) for coalition in planned.coalitions[:-1]
        ]
        refits[name] = [*Refitter.between(fitter, [analyst, pool]).each(mixtures, counting), *agreed]
    numbers = {name: valued(found) for name, found in refits.items()}
    return TeamAttribution(
        pool=agreed[0].log_odds,
        against_pool={name: decomposed(planned, _less(found)) for name, found in numbers.items()},
        variance=decomposed(planned, _variance(numbers, weights)),
        effort=effort_of([*(refit for found in refits.values() for refit in found[:-1]), *agreed]),
    )


def blocked(names: Iterable[str]) -> dict[str, list[str]]:
    """Quantities and weights of evidence by the block that their section belongs to; blocks may be empty."""
    listed = list(names)
    return {
        block: [name for name in listed if QuantityName.parse(name).section in sections]
        for block, sections in BLOCKS.items()
    }


def valued(refits: Sequence[Refit]) -> Valued:
    """The log-odds of headlines, one for each coalition of a plan in its order.

    Raises
    ------
    Undefined
        If one of them has a probability of 0 or 1.
    """
    longest = max(len(refit.log_odds.influence) for refit in refits)
    return Valued(
        values=np.array([refit.log_odds.value for refit in refits]),
        influence=np.array([np.broadcast_to(refit.log_odds.influence, longest) for refit in refits], dtype=np.float32),
        own_variance=np.array([refit.log_odds.own_variance for refit in refits]),
    )


def _less(found: Valued) -> Valued:
    """The other way round: the more coalitions have agreed, the less is left of the difference."""
    return replace(found, values=-found.values, influence=-found.influence)


def _variance(analysts: Mapping[str, Valued], weights: Mapping[str, float]) -> Valued:
    """The variance between analysts, taken away: minus the weighted mean of squared deviations from their mean."""
    shares = np.array([weights[name] for name in analysts])
    values = np.array([found.values for found in analysts.values()])
    apart = values - shares @ values
    slopes = -2 * shares[:, None] * apart
    pairs = list(zip(slopes, analysts.values(), strict=True))
    return Valued(
        values=-shares @ np.square(apart),
        influence=np.sum([slope.astype(np.float32)[:, None] * found.influence for slope, found in pairs], axis=0),
        own_variance=np.sum([np.square(slope) * found.own_variance for slope, found in pairs], axis=0),
    )


def decomposed(planned: Plan, found: Valued) -> Decomposition:
    """What everybody changes, shared out among blocks and players by the plan."""
    rows, errors = planned.player_rows(found.values)
    owner = {player: block for block, members in planned.blocks.items() for player in members}
    quantities = [
        _share(planned, found, player, owner[player], [player], row, float(error))
        for player, row, error in zip(planned.players, rows, errors, strict=True)
    ]
    blocks = [
        _share(planned, found, block, block, members, row, 0.0)
        for (block, members), row in zip(planned.blocks.items(), planned.of_blocks, strict=True)
    ]
    gap = found.weighed(planned.gap())
    return Decomposition(
        gap=gap, blocks=tuple(blocks), quantities=tuple(quantities), orders=2 * len(planned.replicates)
    )


def _share(
    planned: Plan, found: Valued, name: str, block: str, members: Sequence[str], row: Numbers, sampling_error: float
) -> Share:
    return Share(
        name=name,
        block=block,
        share=found.weighed(row),
        sampling_error=sampling_error,
        first_in=found.weighed(planned.first_in(members)),
        last_in=found.weighed(planned.last_in(members)),
    )

"""Why analysts differ: the difference between headlines' log-odds, divided among the inputs that they disagree on.

Each combination of one analyst's priors with another's is an assessment of its own, fitted with its own verdict. The
shares are those of `shapley`: by block, and within a block by single input.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from estimative.model.assessment import differences
from estimative.model.disagreement.shapley import Plan, plan
from estimative.model.inference.effort import Effort, effort_of
from estimative.model.inference.mc_estimate import MCEstimate, delta_method, log_odds
from estimative.model.inference.progress import Progress, ProgressCounter, no_progress
from estimative.model.inference.refit import Fitted, Fitter, Refit, Refitter
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
PERMUTATIONS = 16
"""Random permutations for two analysts, where there are too many combinations to fit them all."""
TEAM_PERMUTATIONS = 8


class CoalitionValues(Struct, frozen=True, kw_only=True):
    """A number for each coalition of a plan, all computed on common random numbers."""

    values: Numbers
    """dims (coalition)."""
    influence: Numbers
    """Single precision, since it is only ever summed into errors; dims (coalition, draw)."""
    own_variance: Numbers
    """Of chains; dims (coalition)."""

    def weighted_sum(self, row: Numbers) -> MCEstimate:
        """A weighted sum over coalitions; row with dims (coalition)."""
        return MCEstimate(
            value=float(row @ self.values),
            influence=(row.astype(np.float32) @ self.influence).astype(float),
            own_variance=float(np.square(row) @ self.own_variance),
        )


class Share(Struct, frozen=True, kw_only=True):
    """What one input, or one block of inputs, accounts for."""

    name: str
    block: str
    share: MCEstimate
    """Its Shapley or Owen value, in the unit of the total."""
    sampling_se: float
    """Standard error from sampling permutations; 0 where the share is taken over all of them."""
    marginal_first: MCEstimate
    """The change when it changes first, all else as before."""
    marginal_last: MCEstimate
    """The change when it changes last, all else changed already."""

    @property
    def se(self) -> float:
        """Standard error of the share from both sources."""
        return float(np.hypot(self.share.se, self.sampling_se))


class Decomposition(Struct, frozen=True, kw_only=True):
    """A difference divided into shares: those of the blocks sum to it, those of the inputs to their block's."""

    total: MCEstimate
    blocks: tuple[Share, ...]
    inputs: tuple[Share, ...]
    """In the order of the scenario."""
    permutations: int
    """Random permutations that the inputs' shares are averages over; 0 where they are taken over all."""


class Attribution(Struct, frozen=True, kw_only=True):
    """Natural log-odds of the headline by the first analyst less those by the second, divided into shares."""

    first: str
    second: str
    decomposition: Decomposition
    effort: Effort


class TeamAttribution(Struct, frozen=True, kw_only=True):
    """Each analyst against the pool of all priors, and how disagreements make up the variance between analysts."""

    weights: Mapping[str, float]
    """Of the analysts in the pool; they sum to one."""
    pool: MCEstimate
    """Natural log-odds of the headline under the pooled priors."""
    against_pool: Mapping[str, Decomposition]
    """By analyst: log-odds by the analyst less those of the pool."""
    variance: Decomposition
    """Of the log-odds between analysts, weighted; a share is what agreeing on the pool's prior removes from it."""
    effort: Effort


def attribute(
    fitter: Fitter,
    first: Fitted,
    second: Fitted,
    *,
    permutations: int = PERMUTATIONS,
    progress: Progress = no_progress,
) -> Attribution:
    """Divide the difference between two analysts among the inputs that they disagree on.

    Raises
    ------
    Undefined
        If some combination gives the headline a probability of 0 or 1.
    """
    disputed = blocked(differences([first.assessment, second.assessment]))
    planned = plan(disputed, permutations=permutations, seed=fitter.seed)
    refitter = Refitter.between(fitter, [second, first])
    mixtures = [second.assessment.with_priors_of(first.assessment, coalition) for coalition in planned.coalitions]
    refits = list(refitter.each(mixtures, ProgressCounter(progress, len(mixtures))))
    reported = log_odds(first.headline) - log_odds(second.headline)
    return Attribution(
        first=first.assessment.prior_set.name,
        second=second.assessment.prior_set.name,
        decomposition=decompose(planned, log_odds_of(refits), reported),
        effort=effort_of(refits),
    )


def attribute_team(
    fitter: Fitter,
    analysts: Mapping[str, Fitted],
    pool: Fitted,
    weights: Mapping[str, float],
    *,
    permutations: int = TEAM_PERMUTATIONS,
    progress: Progress = no_progress,
) -> TeamAttribution:
    """Divide each analyst's difference from a pool of the priors, and the variance between analysts.

    An input on which any two of them disagree is a player for all; where a coalition agrees, its inputs have the pool's
    priors.

    Raises
    ------
    Undefined
        If some combination gives the headline a probability of 0 or 1.
    """
    disputed = blocked(differences([analyst.assessment for analyst in analysts.values()]))
    planned = plan(disputed, permutations=permutations, seed=fitter.seed)
    counter = ProgressCounter(progress, len(analysts) * (len(planned.coalitions) - 1) + 1)
    # When everybody agrees on everything, all have the pool's assessment: it is fitted once for all.
    agreed = list(Refitter.between(fitter, [pool]).each([pool.assessment], counter))
    refits: dict[str, list[Refit]] = {}
    for name, analyst in analysts.items():
        mixtures = [
            analyst.assessment.with_priors_of(pool.assessment, coalition) for coalition in planned.coalitions[:-1]
        ]
        refits[name] = [*Refitter.between(fitter, [analyst, pool]).each(mixtures, counter), *agreed]
    numbers = {name: log_odds_of(fits) for name, fits in refits.items()}
    reported, pooled = {name: log_odds(analyst.headline) for name, analyst in analysts.items()}, log_odds(pool.headline)
    return TeamAttribution(
        weights=weights,
        pool=pooled,
        against_pool={
            name: decompose(planned, _negative(values), reported[name] - pooled) for name, values in numbers.items()
        },
        variance=decompose(planned, _variance(numbers, weights), variance_of(reported, weights)),
        effort=effort_of([*(refit for fits in refits.values() for refit in fits[:-1]), *agreed]),
    )


def blocked(names: Iterable[str]) -> dict[str, list[str]]:
    """Quantities and weights of evidence by the block that their section belongs to; blocks may be empty."""
    names = list(names)
    return {
        block: [name for name in names if QuantityName.parse(name).section in sections]
        for block, sections in BLOCKS.items()
    }


def log_odds_of(refits: Sequence[Refit]) -> CoalitionValues:
    """The log-odds of headlines, one for each coalition of a plan in its order.

    Raises
    ------
    Undefined
        If one of them has a probability of 0 or 1.
    """
    longest = max(len(refit.log_odds.influence) for refit in refits)
    return CoalitionValues(
        values=np.array([refit.log_odds.value for refit in refits]),
        influence=np.array([np.broadcast_to(refit.log_odds.influence, longest) for refit in refits], dtype=np.float32),
        own_variance=np.array([refit.log_odds.own_variance for refit in refits]),
    )


def _negative(numbers: CoalitionValues) -> CoalitionValues:
    """With the opposite sign: the more inputs are agreed on, the less of the difference is left."""
    return replace(numbers, values=-numbers.values, influence=-numbers.influence)


def _variance(analysts: Mapping[str, CoalitionValues], weights: Mapping[str, float]) -> CoalitionValues:
    """Minus the variance between analysts: minus the weighted mean of squared deviations from their mean."""
    shares = np.array([weights[name] for name in analysts])
    values = np.array([numbers.values for numbers in analysts.values()])
    deviations = values - shares @ values
    slopes = -2 * shares[:, None] * deviations
    pairs = list(zip(slopes, analysts.values(), strict=True))
    return CoalitionValues(
        values=-shares @ np.square(deviations),
        influence=np.sum([slope.astype(np.float32)[:, None] * numbers.influence for slope, numbers in pairs], axis=0),
        own_variance=np.sum([np.square(slope) * numbers.own_variance for slope, numbers in pairs], axis=0),
    )


def variance_of(numbers: Mapping[str, MCEstimate], weights: Mapping[str, float]) -> MCEstimate:
    """The weighted variance between analysts."""
    mean = sum(weights[name] * number.value for name, number in numbers.items())
    parts = [(weights[name], number.value - mean, number) for name, number in numbers.items()]
    value = sum(weight * deviation**2 for weight, deviation, _ in parts)
    return delta_method(value, [(2 * weight * deviation, number) for weight, deviation, number in parts])


def decompose(planned: Plan, numbers: CoalitionValues, reported: MCEstimate | None = None) -> Decomposition:
    """Divide the value of the full coalition less that of the empty one among blocks and inputs.

    Parameters
    ----------
    reported
        The same difference between the two fits that are reported, whose draws are others, or more. The shares are
        adjusted to sum to it: what is missing is Monte Carlo error, and spread over the inputs by their variances.
    """
    rows, errors = planned.player_rows(numbers.values)
    owner = {player: block for block, members in planned.blocks.items() for player in members}
    total = planned.total()
    parts = _parts_of_residual([numbers.weighted_sum(row).se for row in rows]) if reported else np.zeros(len(rows))

    def share_of(row: Numbers, part: float) -> MCEstimate:
        own = numbers.weighted_sum(row - part * total)
        if reported is None:
            return own
        return delta_method(own.value + part * reported.value, [(1.0, own), (part, reported)])

    inputs = [
        _share(planned, numbers, player, owner[player], [player], share_of(row, part), float(error))
        for player, row, part, error in zip(planned.players, rows, parts.tolist(), errors, strict=True)
    ]
    part_of = dict(zip(planned.players, parts.tolist(), strict=True))
    blocks = [
        _share(planned, numbers, block, block, members, share_of(row, sum(map(part_of.__getitem__, members))), 0.0)
        for (block, members), row in zip(planned.blocks.items(), planned.of_blocks, strict=True)
    ]
    return Decomposition(
        total=reported if reported and inputs else numbers.weighted_sum(total),
        blocks=tuple(blocks),
        inputs=tuple(inputs),
        permutations=2 * len(planned.replicates),
    )


def _parts_of_residual(errors: Sequence[float]) -> Numbers:
    """What each input takes of the residual: in proportion to its variance, or all alike; they sum to one."""
    variances = np.square(errors)
    return variances / variances.sum() if variances.any() else np.full(len(errors), 1 / max(len(errors), 1))


def _share(
    planned: Plan,
    numbers: CoalitionValues,
    name: str,
    block: str,
    members: Sequence[str],
    share: MCEstimate,
    sampling_se: float,
) -> Share:
    return Share(
        name=name,
        block=block,
        share=share,
        sampling_se=sampling_se,
        marginal_first=numbers.weighted_sum(planned.marginal_first(members)),
        marginal_last=numbers.weighted_sum(planned.marginal_last(members)),
    )

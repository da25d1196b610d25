"""The headline, and perhaps further targets, from one weighted batch: what refits and reweightings need of a fit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from estimative.model.assessment import Assessment
from estimative.model.inference.diagnostics import Verdict, judge_importance
from estimative.model.inference.estimates import ROUNDING, Undefined
from estimative.model.inference.importance_sampling import FittedProposal
from estimative.model.inference.mc_estimate import MCEstimate
from estimative.model.inference.weighted_batch import WeightedBatch, weigh_batch
from estimative.model.likelihood.bayes_net import Query
from estimative.model.likelihood.layout import Numbers
from estimative.model.likelihood.queries import Target


class Headline(Struct, frozen=True, kw_only=True):
    """The probability of the headline, and the verdict on the draws behind it."""

    probability: MCEstimate
    verdict: Verdict
    others: tuple[MCEstimate | None, ...]
    """The probabilities of further targets; None where the condition of one is impossible."""


def estimate_headline(
    assessment: Assessment, proposal: FittedProposal, normals: Numbers, targets: Sequence[Target] = ()
) -> Headline:
    """Estimate the headline, and perhaps a few further targets, for those who fit many assessments.

    Parameters
    ----------
    normals
        The `standard_normals` that all these fits share; dims (free, draw).

    Raises
    ------
    Undefined
        If the headline's condition is impossible at every draw.
    Contradiction
        If the evidence is impossible at every draw.
    """
    weighted = weigh_batch(assessment, proposal.transform, proposal.components, normals, queries_of(targets))
    return headline_of(assessment, weighted)


def queries_of(targets: Sequence[Target]) -> list[Query]:
    """What a batch has to be asked for the sake of targets."""
    return [query for target in targets for query in (target.yes, target.given)]


def headline_of(assessment: Assessment, weighted: WeightedBatch) -> Headline:
    """Estimate the headline, and the targets that the batch was asked for, from its weights.

    Raises
    ------
    Undefined
        If the headline's condition is impossible at every draw.
    """
    chances = np.exp(weighted.batch.log_tilts)
    probability = _conditional(weighted, chances[0], np.exp(weighted.batch.log_given))
    if probability is None:
        raise Undefined
    relative_se = probability.se / probability.value if probability.value > 0 else 0.0
    ess = float(1 / np.square(weighted.weights).sum())
    return Headline(
        probability=probability,
        verdict=judge_importance(weighted.diagnostics, ess, assessment.scenario.headline, relative_se),
        others=tuple(_conditional(weighted, *pair) for pair in zip(chances[1::2], chances[2::2], strict=True)),
    )


def _conditional(weighted: WeightedBatch, yes: Numbers, given: Numbers) -> MCEstimate | None:
    """P(yes | given) from both at each draw, dims (draw); None where the condition is impossible."""
    weights = weighted.weights
    base = float(weights @ given)
    if not base > 0:
        return None
    value = float(weights @ yes) / base
    # A probability that is the same at every draw is exact; its influence would be rounding noise.
    constant = np.ptp(yes) <= ROUNDING * yes.max() and np.ptp(given) <= ROUNDING * given.max()
    influence = weights * (yes - value * given) / base * (not constant)
    # The number of draws from each proposal is fixed: only their spread within a proposal is an error.
    means = np.bincount(weighted.strata, influence) / np.maximum(np.bincount(weighted.strata), 1)
    return MCEstimate(value=value, influence=influence - means[weighted.strata])

"""Why an assessment changed: the change in the headline's log-odds, divided among everything that changed.

Each combination of earlier and later parts is an assessment of its own, fitted with its own verdict. The shares are
those of `shapley`, in the blocks of `attribution` and three more before them: time, the structure, and the evidence.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from scipy.special import ndtri

from estimative.model.assessment import Assessment, with_pairs
from estimative.model.disagreement.attribution import BLOCKS, PERMUTATIONS, Share, decompose, log_odds_of
from estimative.model.disagreement.hybrid_assessment import ITEMS, SCENARIO, TIME, HybridAssessment
from estimative.model.disagreement.shapley import plan
from estimative.model.inference import importance_sampling as importance
from estimative.model.inference.effort import Effort, effort_of
from estimative.model.inference.headline import estimate_headline
from estimative.model.inference.importance_sampling import FittedProposal
from estimative.model.inference.mc_estimate import MCEstimate, delta_method
from estimative.model.inference.prior_transform import FARTHEST, Dimensions, integrated_dimensions, prior_transform
from estimative.model.inference.progress import Progress, ProgressCounter, no_progress
from estimative.model.inference.proposal import Gaussian
from estimative.model.inference.refit import Fitted, Fitter, Refit, Refitter, Start, refit_of
from estimative.model.likelihood.layout import Index

CAUSES: Mapping[str, tuple[str, ...]] = {
    "time": (TIME,),
    "scenario": (SCENARIO,),
    "evidence": (ITEMS,),
    "opinion": tuple(BLOCKS),
}
"""The blocks that each cause of a change consists of: time passed, the scenario, new evidence, changed opinion."""


class ChangeAttribution(Struct, frozen=True, kw_only=True):
    """The change in the headline's natural log-odds: blocks and residual sum to it, inputs to their block."""

    total: MCEstimate
    """Log-odds of the second assessment's headline less those of the first, as reported."""
    causes: Mapping[str, MCEstimate]
    """The sums of the blocks by cause, those of `CAUSES` that changed anything."""
    blocks: tuple[Share, ...]
    inputs: tuple[Share, ...]
    """Quantities, weights, items of evidence ("items.x") and the structure ("scenario")."""
    residual: MCEstimate
    """The total less the sum of the blocks: settings, and simulation error."""
    permutations: int
    """Random permutations that the inputs' shares are averages over; 0 where they are taken over all."""
    effort: Effort


def attribute_change(
    fitter: Fitter,
    first: Fitted,
    second: Fitted,
    *,
    reported: MCEstimate | None = None,
    permutations: int = PERMUTATIONS,
    progress: Progress = no_progress,
) -> ChangeAttribution:
    """Divide the change between two assessments with the same headline among everything that changed.

    Parameters
    ----------
    fitter
        By whose rules all combinations are fitted.
    reported
        The change that two reports show, on the scale of natural log-odds; without it, that between the refits.

    Raises
    ------
    Undefined
        If some combination gives the headline a probability of 0 or 1.
    Contradiction
        If the evidence of some combination is impossible.
    """
    pairs = first.assessment.structure.quantities.pairs | second.assessment.structure.quantities.pairs
    sides = [with_pairs(end.assessment, pairs) for end in (first, second)]
    between = HybridAssessment(first=sides[0], second=sides[1])
    planned = plan(between.blocks, permutations=permutations, seed=fitter.seed)
    mixtures = tuple(between.mixture(coalition) for coalition in planned.coalitions)
    ends = tuple(end for end in (first, second) if end.proposal)
    refitter = CrossScenarioRefitter(fitter=fitter, ends=ends, mixtures=mixtures)
    refits = list(refitter.each(mixtures, ProgressCounter(progress, len(mixtures))))
    parts = decompose(planned, log_odds_of(refits))
    total = parts.total if reported is None else reported
    return ChangeAttribution(
        total=total,
        causes=_causes(parts.blocks),
        blocks=parts.blocks,
        inputs=parts.inputs,
        residual=total - parts.total,
        permutations=parts.permutations,
        effort=effort_of(refits),
    )


def _causes(blocks: Sequence[Share]) -> Mapping[str, MCEstimate]:
    """Sum the blocks by cause."""
    groups = {cause: [b.share for b in blocks if b.name in members] for cause, members in CAUSES.items()}
    return {
        cause: delta_method(sum(share.value for share in shares), [(1.0, share) for share in shares])
        for cause, shares in groups.items()
        if shares
    }


class CrossScenarioRefitter(Refitter, frozen=True, kw_only=True):
    """Fits the headline of assessments of several scenarios, each in a space of its own.

    Quantities of the same name share their proposals and their random numbers.
    """

    mixtures: tuple[Assessment, ...]
    """All assessments to be fitted."""

    def reweight(self, assessment: Assessment) -> Refit | None:
        """Importance sampling from the proposals of the ends; None where there are none."""
        if not self.ends:
            return None
        proposal, rows = self._proposal(assessment)
        return refit_of(estimate_headline(assessment, proposal, self._normals[rows]))

    def approach(self, assessment: Assessment) -> Refit | None:
        """The same from proposals moved towards the posterior."""
        if not self.ends:
            return None
        proposal, rows = self._proposal(assessment)
        moved = importance.moved(assessment, proposal, self._others[rows])
        return refit_of(estimate_headline(assessment, moved, self._normals[rows]))

    def _proposal(self, assessment: Assessment) -> tuple[FittedProposal, Index]:
        """The proposals of the ends in the space of an assessment, and the rows of random numbers of its dimensions."""
        dimensions = integrated_dimensions([assessment])
        names = _names(assessment, dimensions)
        components = tuple(component for end in self.ends for component in _carried(end, assessment, names))
        proposal = FittedProposal(transform=prior_transform(assessment, dimensions), components=components)
        return proposal, _index(self._rows[name] for name in names)

    @cached_property
    def _rows(self) -> Mapping[str, int]:
        """The row of random numbers of each quantity that is uncertain in some mixture: degrees, then ratios."""
        quantities = [mixture.structure.quantities for mixture in self.mixtures]
        degrees = dict.fromkeys(name for names in quantities for name in names.degrees)
        ratios = dict.fromkeys(name for names in quantities for name in names.ratios)
        uncertain = {name for mixture in self.mixtures for name in _names(mixture, integrated_dimensions([mixture]))}
        rows = [name for name in {**degrees, **ratios} if name in uncertain]
        return {name: row for row, name in enumerate(rows)}

    @property
    def _dimension(self) -> int:
        return len(self._rows)

    def refit(self, assessment: Assessment) -> Refit:
        """A full fit, by the fitter of the scenario."""
        return Refitter(fitter=self._fitters[assessment.scenario.digest], ends=()).refit(assessment)

    @cached_property
    def _fitters(self) -> Mapping[str, Fitter]:
        """One for each scenario, by its digest, whose assessments have one space."""
        by_scenario: dict[str, list[Assessment]] = defaultdict(list)
        for mixture in self.mixtures:
            by_scenario[mixture.scenario.digest].append(mixture)
        return {digest: replace(self.fitter, assessments=tuple(group)) for digest, group in by_scenario.items()}


def _names(assessment: Assessment, dimensions: Dimensions) -> list[str]:
    """The quantities that are the dimensions of a space, in their order."""
    degrees, ratios = (
        list(names) for names in (assessment.structure.quantities.degrees, assessment.structure.quantities.ratios)
    )
    return [*(degrees[place] for place in dimensions.degrees), *(ratios[place] for place in dimensions.ratios)]


def _carried(end: Fitted | Start, assessment: Assessment, names: Sequence[str]) -> Iterator[Gaussian]:
    """The proposals of an end in the space of another assessment.

    Each is conditioned on the quantities that are constant there; a quantity that the end does not have is N(0, 1).

    Parameters
    ----------
    names
        The dimensions of that space.
    """
    assert end.proposal
    space = end.proposal.transform
    own = _names(end.assessment, space.dimensions)
    scores = {place: _score(end, assessment, name) for place, name in enumerate(own)}
    fixed = {place: score for place, score in scores.items() if score is not None}
    known = {name: place for place, name in enumerate(own)}
    shared = [place for place, name in enumerate(names) if name in known]
    chosen = [known[names[place]] for place in shared]
    for component in end.proposal.components:
        yield _placed(
            component.condition_on(_index(fixed), np.array([*fixed.values()])),
            _index(chosen),
            _index(shared),
            len(names),
        )


def _score(end: Fitted | Start, assessment: Assessment, name: str) -> float | None:
    """The standard normal score, at an end, of a quantity that is constant in an assessment; None if it is not."""
    prior, own = assessment.priors.get(name), end.assessment.priors[name]
    if prior is None or not prior.family.constant or own.family.constant:
        return None
    return float(np.clip(ndtri(own.family.cdf(prior.family.quantile(0.5))), -FARTHEST, FARTHEST))


def _placed(proposal: Gaussian, chosen: Index, places: Index, dimension: int) -> Gaussian:
    """A proposal in another space: some coordinates at these places, all others N(0, 1)."""
    assert proposal.root is not None
    mean, covariance = np.zeros(dimension), np.eye(dimension)
    mean[places] = proposal.mean[chosen]
    covariance[np.ix_(places, places)] = (proposal.root @ proposal.root.T)[np.ix_(chosen, chosen)]
    return Gaussian.of(mean, covariance, share=proposal.share)


def _index(places: Iterable[int]) -> Index:
    return np.array(list(places), dtype=np.intp)

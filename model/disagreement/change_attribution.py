"""Why an assessment changed: the step of the headline's log-odds, shared out among what is no longer the same.

Each combination of what was with what is now is an assessment of its own, fitted anew with its own verdict. The shares
are those of `shapley`, in the blocks of `attribution` with two before them: the structure, and the evidence.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy.special import ndtri

from estimative.model.assessment import Assessment
from estimative.model.disagreement.attribution import ORDERS, Decomposition, decomposed, valued
from estimative.model.disagreement.hybrid_assessment import HybridAssessment
from estimative.model.disagreement.shapley import plan
from estimative.model.inference import importance_sampling as importance
from estimative.model.inference.importance_sampling import FittedProposal
from estimative.model.inference.prior_transform import FARTHEST, Dimensions, prior_transform
from estimative.model.inference.proposal import Gaussian
from estimative.model.inference.refit import (
    DRAWS,
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
from estimative.model.likelihood.layout import Index, Numbers


@dataclass(frozen=True, kw_only=True)
class ChangeAttribution:
    """From the first assessment's headline to the second's: log-odds of the second less those of the first."""

    decomposition: Decomposition
    effort: Effort


def attribute_change(
    fitter: Fitter, first: Fitted, second: Fitted, *, orders: int = ORDERS, progress: Progress = no_progress
) -> ChangeAttribution:
    """Share out the change between two assessments that lead with the same question.

    Parameters
    ----------
    fitter
        By whose rules everything between the two is fitted.

    Raises
    ------
    Undefined
        If some combination gives the headline a probability of 0 or 1.
    Contradiction
        If the evidence of some combination cannot be so.
    """
    between = HybridAssessment(first=first.assessment, second=second.assessment)
    planned = plan(between.blocks, orders=orders, seed=fitter.seed)
    mixtures = tuple(between.mixture(coalition) for coalition in planned.coalitions)
    ends = tuple(end for end in (first, second) if end.proposal)
    refitter = CrossScenarioRefitter(fitter=fitter, ends=ends, mixtures=mixtures)
    refits = list(refitter.each(mixtures, ProgressCounter(progress, len(mixtures))))
    return ChangeAttribution(decomposition=decomposed(planned, valued(refits)), effort=effort_of(refits))


@dataclass(frozen=True, kw_only=True)
class CrossScenarioRefitter(Refitter):
    """Fits the headline of assessments of several scenarios, each in a space of its own.

    Two spaces share by the names of quantities what they share: proposals, and each quantity's random numbers.
    """

    mixtures: tuple[Assessment, ...]
    """All that are to be fitted."""

    def reweight(self, assessment: Assessment) -> Refit | None:
        """By importance sampling from the proposals at hand; None where there are none."""
        if not self.ends:
            return None
        dimensions = importance.dimensions_of([assessment])
        names = _names(assessment, dimensions)
        ready = FittedProposal(
            transform=prior_transform(assessment, dimensions),
            components=tuple(proposal for end in self.ends for proposal in _carried(end, assessment, names)),
        )
        rows = _index(self._rows[name] for name in names)
        found = importance.estimate_headline(assessment, ready, self._common[rows])
        return Refit(probability=found.probability, method="importance", verdict=found.verdict)

    @cached_property
    def _rows(self) -> Mapping[str, int]:
        """Where the random numbers of each quantity stand that some mixture leaves open: degrees, then ratios."""
        quantities = [one.structure.quantities for one in self.mixtures]
        degrees = dict.fromkeys(name for one in quantities for name in one.degrees)
        ratios = dict.fromkeys(name for one in quantities for name in one.ratios)
        left_open = {name for one in self.mixtures for name in _names(one, importance.dimensions_of([one]))}
        rows = [name for name in {**degrees, **ratios} if name in left_open]
        return {name: row for row, name in enumerate(rows)}

    @cached_property
    def _common(self) -> Numbers:
        """Of every mixture; dims (quantity, draw)."""
        return importance.standard_normals(len(self._rows), seed=self.fitter.seed, draws=DRAWS)

    def refit(self, assessment: Assessment) -> Refit:
        """As any assessment is fitted, by the fitter of its scenario."""
        return Refitter(fitter=self._fitters[assessment.scenario.digest], ends=()).refit(assessment)

    @cached_property
    def _fitters(self) -> Mapping[str, Fitter]:
        """One for each scenario, by its digest, so that its model is compiled once for all priors."""
        alike: dict[str, list[Assessment]] = defaultdict(list)
        for one in self.mixtures:
            alike[one.scenario.digest].append(one)
        return {digest: replace(self.fitter, assessments=tuple(several)) for digest, several in alike.items()}


def _names(assessment: Assessment, dimensions: Dimensions) -> list[str]:
    """The quantities that are the dimensions of a space, in its order."""
    degrees, ratios = (
        list(names) for names in (assessment.structure.quantities.degrees, assessment.structure.quantities.ratios)
    )
    return [*(degrees[place] for place in dimensions.degrees), *(ratios[place] for place in dimensions.ratios)]


def _carried(end: Fitted, assessment: Assessment, names: Sequence[str]) -> Iterator[Gaussian]:
    """The proposals of an end in the space of another assessment.

    Each is taken where the quantities stand that are held there; what the end does not know is N(0, 1) beside it.

    Parameters
    ----------
    names
        The dimensions of that space.
    """
    assert end.proposal
    space = end.proposal.transform
    own = _names(end.assessment, Dimensions(degrees=space.free_degrees, ratios=space.free_ratios))
    stands = {place: _score(end, assessment, name) for place, name in enumerate(own)}
    held = {place: score for place, score in stands.items() if score is not None}
    known = {name: place for place, name in enumerate(own)}
    shared = [place for place, name in enumerate(names) if name in known]
    chosen = [known[names[place]] for place in shared]
    for component in end.proposal.components:
        yield _placed(
            component.condition_on(_index(held), np.array([*held.values()])), _index(chosen), _index(shared), len(names)
        )


def _score(end: Fitted, assessment: Assessment, name: str) -> float | None:
    """Where a quantity that an assessment holds stands along its dimension at an end; None if it is not held there."""
    prior, own = assessment.priors.get(name), end.assessment.priors[name]
    if prior is None or not prior.family.constant or own.family.constant:
        return None
    return float(np.clip(ndtri(own.family.cdf(prior.family.quantile(0.5))), -FARTHEST, FARTHEST))


def _placed(proposal: Gaussian, chosen: Index, places: Index, dimension: int) -> Gaussian:
    """Some coordinates of a proposal at places in another space, where all others are N(0, 1)."""
    assert proposal.root is not None
    mean, covariance = np.zeros(dimension), np.eye(dimension)
    mean[places] = proposal.mean[chosen]
    covariance[np.ix_(places, places)] = (proposal.root @ proposal.root.T)[np.ix_(chosen, chosen)]
    return Gaussian.of(mean, covariance)


def _index(places: Iterable[int]) -> Index:
    return np.array(list(places), dtype=np.intp)

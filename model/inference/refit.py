"""Many fits of one scenario: alike in method and random numbers, each with its own verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np

from estimative.model.assessment import Assessment
from estimative.model.inference import importance_sampling as importance
from estimative.model.inference.diagnostics import Check, Verdict
from estimative.model.inference.draws import Method
from estimative.model.inference.fit import by_nuts
from estimative.model.inference.importance_sampling import FittedProposal, fit_proposal, sample_posterior
from estimative.model.inference.mc_estimate import MCEstimate, log_odds
from estimative.model.inference.posterior import Posterior, posterior_of
from estimative.model.inference.prior_transform import Dimensions, PriorTransform, prior_transform
from estimative.model.inference.proposal import Gaussian
from estimative.model.inference.threads import one_blas_thread
from estimative.model.likelihood.layout import Link, Numbers

if TYPE_CHECKING:
    from estimative.model.inference.nuts import CompiledModel

DRAWS = 4000
"""Of a refit by importance sampling."""

type Choice = Literal["auto", "importance", "nuts"]
"""Auto: importance sampling where its verdict is good, and NUTS where it is not."""


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """A posterior, and what other fits may start from."""

    posterior: Posterior
    proposal: FittedProposal | None
    """None where importance sampling was not wanted."""

    @property
    def assessment(self) -> Assessment:
        return self.posterior.assessment


@dataclass(frozen=True, kw_only=True)
class Fitter:
    """Fits assessments of one scenario by the same rules, on common random numbers."""

    assessments: tuple[Assessment, ...]
    """Every quantity that one of these leaves open is a dimension for all."""
    seed: int
    method: Choice = "auto"
    draws: int | None = None
    notify: Callable[[str], None] | None = None
    """Called with a phrase before something that takes long."""
    executor: Executor | None = None
    """Runs independent refits at once; without one they run in turn."""

    def __getstate__(self) -> dict[str, object]:
        """Without executor, callback and compiled programs, which belong to this process."""
        return {
            "assessments": self.assessments,
            "seed": self.seed,
            "method": self.method,
            "draws": self.draws,
            "notify": None,
            "executor": None,
        }

    @cached_property
    def dimensions(self) -> Dimensions:
        return importance.dimensions_of(self.assessments)

    def fit(self, assessment: Assessment) -> Fitted:
        """By the method that was chosen, or by the one that converges."""
        if self.method == "nuts":
            return Fitted(posterior=self._by_nuts(assessment), proposal=None)
        with one_blas_thread():
            ready = fit_proposal(assessment, seed=self.seed, dimensions=self.dimensions)
            draws = sample_posterior(assessment, ready, seed=self.seed, draws=self.draws or importance.DRAWS)
            posterior = posterior_of(assessment, draws, seed=self.seed)
        if not posterior.verdict.passed and self.method == "auto":
            posterior = self._by_nuts(assessment)
        return Fitted(posterior=posterior, proposal=ready)

    def _by_nuts(self, assessment: Assessment) -> Posterior:
        draws = None if self.method == "auto" else self.draws  # else it was meant for the other method
        return by_nuts(self._compiled(assessment), assessment, seed=self.seed, draws=draws)

    def _compiled(self, assessment: Assessment) -> CompiledModel:
        """The model of an assessment; one with other events observed, or other links, is another model."""
        structure = assessment.structure
        key = structure.link, frozenset(structure.network.certain.items())
        if key not in self._models:
            if self.notify:
                self.notify("importing PyMC and compiling the model, about 40 s the first time and 10 s after that")
            from estimative.model.inference import nuts

            self._models[key] = nuts.compile_model(assessment)
        return self._models[key]

    @cached_property
    def _models(self) -> dict[tuple[Link, frozenset[tuple[str, bool]]], CompiledModel]:
        """By the link and by what is observed, in which alone assessments of one scenario differ in structure."""
        return {}


@dataclass(frozen=True, kw_only=True)
class Refit:
    """The headline of one assessment among many."""

    probability: MCEstimate
    method: Method
    verdict: Verdict

    @cached_property
    def log_odds(self) -> MCEstimate:
        """The natural logarithm of its odds.

        Raises
        ------
        Undefined
            If the probability is 0 or 1.
        """
        return log_odds(self.probability)


@dataclass(frozen=True, kw_only=True)
class Refitter:
    """Fits the headline of assessments that lie between others, from those others' proposals.

    What an assessment takes from one analyst or another, its posterior lies between theirs in the space of standard
    normals, near enough for a mixture of their proposals: nothing is adapted anew. Each fit has its own verdict.
    """

    fitter: Fitter
    ends: tuple[Fitted, ...]
    """From whose proposals the fits start; an end without proposals is of no use."""

    @classmethod
    def between(cls, fitter: Fitter, ends: Sequence[Fitted]) -> Refitter:
        return cls(fitter=fitter, ends=tuple(end for end in ends if end.proposal))

    def each(self, assessments: Sequence[Assessment], counting: ProgressCounter) -> Iterator[Refit]:
        """Refit each assessment's headline, in order: by reweighting, and in full where that did not converge."""
        run = self.fitter.executor.map if self.fitter.executor else map
        with one_blas_thread():
            for assessment, quick in zip(assessments, run(self.reweight, assessments), strict=True):
                yield quick if quick and quick.verdict.passed else self.refit(assessment)
                counting.one_more()

    def reweight(self, assessment: Assessment) -> Refit | None:
        """By importance sampling from the proposals at hand; None where there are none."""
        if not self.ends:
            return None
        space = prior_transform(assessment, self.fitter.dimensions)
        proposals = tuple(proposal for end in self.ends for proposal in _proposals(end, space))
        ready = FittedProposal(transform=space, components=proposals)
        found = importance.estimate_headline(assessment, ready, self._common)
        return Refit(probability=found.probability, method="importance", verdict=found.verdict)

    @cached_property
    def _common(self) -> Numbers:
        dimensions = self.fitter.dimensions
        count = len(dimensions.degrees) + len(dimensions.ratios)
        return importance.standard_normals(count, seed=self.fitter.seed, draws=DRAWS)

    def refit(self, assessment: Assessment) -> Refit:
        """As any assessment is fitted; with other numbers of draws there are no random numbers to share."""
        posterior = self.fitter.fit(assessment).posterior
        found = posterior.mc_estimate("outcome", assessment.scenario.headline)
        alone = MCEstimate(value=found.value, own_variance=found.se**2)
        return Refit(probability=alone, method=posterior.method, verdict=posterior.verdict)


def _proposals(end: Fitted, space: PriorTransform) -> Iterator[Gaussian]:
    """Those of an end, each where the quantities stand that are held here and were open there."""
    if end.proposal:
        held = np.flatnonzero(space.held & ~end.proposal.transform.held)
        values = end.proposal.transform.scores_of(space, held)
        yield from (component.condition_on(held, values) for component in end.proposal.components)


type Progress = Callable[[int, int], None]
"""(fits done, fits in all)."""


def no_progress(_: int, __: int) -> None:
    """Progress that nobody watches."""


@dataclass
class ProgressCounter:
    """How many fits are done, over several rounds."""

    progress: Progress
    total: int
    done: int = 0

    def one_more(self) -> None:
        self.done += 1
        self.progress(self.done, self.total)


@dataclass(frozen=True, kw_only=True)
class Effort:
    """The fits behind a result."""

    fits: int
    by_method: Mapping[str, int]
    failed: int
    """How many of the fits did not converge, whatever was tried."""
    worst: tuple[Check, ...]
    """Of each check the one that came nearest to its limit."""

    @property
    def converged(self) -> bool:
        return not self.failed


def effort_of(refits: Sequence[Refit]) -> Effort:
    """What some fits took, and how near they came to failing."""
    worst: dict[str, Check] = {}
    for check in (check for refit in refits for check in refit.verdict.checks):
        if check.name not in worst or check.margin < worst[check.name].margin:
            worst[check.name] = check
    return Effort(
        fits=len(refits),
        by_method=dict(Counter(refit.method for refit in refits)),
        failed=sum(not refit.verdict.passed for refit in refits),
        worst=tuple(worst.values()),
    )

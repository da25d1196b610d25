"""Many fits of one scenario by the same rules, on common random numbers, each with its own verdict.

Comparisons, sensitivity analyses and weights of evidence need tens to hundreds of fits of nearly the same assessment,
and report their differences. Two devices make that fast and exact enough. The fits reuse the proposals of one or two
full fits instead of fitting their own. And they share the same standard normals (common random numbers), so that the
Monte Carlo noise of two fits is nearly the same and cancels in their difference: see `mc_estimate`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from functools import cached_property, partial
from typing import Literal

import numpy as np
from msgspec import Struct

from estimative.model.assessment import Assessment
from estimative.model.inference import importance_sampling as importance
from estimative.model.inference.common_draws import CommonDraws
from estimative.model.inference.diagnostics import Verdict
from estimative.model.inference.draws import Method
from estimative.model.inference.estimates import Undefined
from estimative.model.inference.executor import SharedFunction, shared_out
from estimative.model.inference.fit import by_nuts, fit_by_importance
from estimative.model.inference.headline import Headline, estimate_headline, headline_of, queries_of
from estimative.model.inference.importance_sampling import FittedProposal
from estimative.model.inference.mc_estimate import MCEstimate, log_odds
from estimative.model.inference.moved import moved
from estimative.model.inference.posterior import Posterior
from estimative.model.inference.prior_transform import (
    Dimensions,
    PriorTransform,
    integrated_dimensions,
    prior_transform,
)
from estimative.model.inference.progress import ProgressCounter
from estimative.model.inference.proposal import Gaussian
from estimative.model.inference.threads import one_blas_thread
from estimative.model.likelihood.layout import Numbers
from estimative.model.likelihood.queries import Target
from estimative.model.likelihood.variable_elimination import Contradiction
from estimative.priors.structs import fields_without

DRAWS = 4000
"""Of a refit by importance sampling; half of a full fit's, since differences need fewer."""

LONG = 0.006
"""Seconds of a refit from which on threads save time."""
PROBES = 4
"""Refits that are timed to know it."""

type Choice = Literal["auto", "importance", "nuts"]
"""The method to use. "auto": importance sampling where its verdict passes, else NUTS."""


class Fitted(Struct, frozen=True, kw_only=True):
    """A fit: its posterior, and the proposal from which other fits can start."""

    posterior: Posterior
    proposal: FittedProposal | None
    """None where importance sampling was not wanted."""

    def __repr__(self) -> str:
        return f"Fitted({self.posterior!r}, proposal={self.proposal!r})"

    @property
    def assessment(self) -> Assessment:
        return self.posterior.assessment

    @property
    def headline(self) -> MCEstimate:
        """Its probability."""
        return self.posterior.mc_estimate("outcome", self.assessment.scenario.headline)


class Start(Struct, frozen=True, kw_only=True):
    """What other fits need of a fit to start from it: all but its draws, a tenth of its size."""

    assessment: Assessment
    proposal: FittedProposal | None

    def __repr__(self) -> str:
        return f"Start({self.assessment!r}, proposal={self.proposal!r})"


class Fitter(Struct, frozen=True, kw_only=True, dict=True):
    """Fits assessments of one scenario by the same rules, on common random numbers.

    Every quantity that is uncertain in one of the assessments is a dimension of the space for all: the same coordinate
    of the same standard normals drives it in each fit. Differences between fits then reflect their priors and evidence,
    with little Monte Carlo noise.
    """

    assessments: tuple[Assessment, ...]
    """All that are to be compared."""
    seed: int
    method: Choice = "auto"
    draws: int | None = None
    """For each fit; None for the method's default."""
    notify: Callable[[str], None] | None = None
    """Called with a phrase before something that takes long."""
    executor: Executor | None = None
    """Runs independent refits in parallel; without one they run in turn."""

    def __repr__(self) -> str:
        scenario = self.assessments[0].scenario.id if self.assessments else "-"
        return f"Fitter({scenario}, {len(self.assessments)} assessments, method={self.method!r}, seed={self.seed})"

    def __reduce__(self) -> tuple[Callable[[], Fitter], tuple[()]]:
        """Leave out the executor and the callback, which belong to this process."""
        return partial(Fitter, **fields_without(self, "executor", "notify")), ()

    @cached_property
    def dimensions(self) -> Dimensions:
        """The quantities that are dimensions of the common space."""
        return integrated_dimensions(self.assessments)

    def fit(self, assessment: Assessment) -> Fitted:
        """Fit an assessment by the chosen method, or by the first that converges.

        Raises
        ------
        Contradiction
            If the evidence is impossible at every draw.
        """
        return self._fit(assessment, self.dimensions)

    def fit_alone(self, assessment: Assessment) -> Fitted:
        """The same as if there were no others: with the numbers that all commands show of this one alone.

        Differences to the others are then a little less certain, where these have other quantities that are uncertain.
        """
        return self._fit(assessment, None)

    def _fit(self, assessment: Assessment, dimensions: Dimensions | None) -> Fitted:
        if self.method == "nuts":
            return Fitted(posterior=self._by_nuts(assessment), proposal=None)
        with one_blas_thread():
            posterior, proposal = fit_by_importance(assessment, seed=self.seed, draws=self.draws, dimensions=dimensions)
        if not posterior.verdict.passed and self.method == "auto":
            posterior = self._by_nuts(assessment)
        return Fitted(posterior=posterior, proposal=proposal)

    def _by_nuts(self, assessment: Assessment) -> Posterior:
        # Under "auto" a given number of draws was meant for importance sampling.
        draws = None if self.method == "auto" else self.draws
        if self.notify and "pymc" not in sys.modules:
            self.notify("importing PyMC, which takes some seconds, and more the first time")
        return by_nuts(assessment, seed=self.seed, draws=draws)


class Refit(Struct, frozen=True, kw_only=True, dict=True):
    """The headline of one assessment among many, with its error and its own verdict."""

    probability: MCEstimate
    """By importance sampling it carries the influence of each draw, so that its noise cancels against other refits'."""
    method: Method
    verdict: Verdict
    others: tuple[MCEstimate | None, ...] = ()
    """Of the targets of the refitter; None where the condition of one is impossible."""

    @cached_property
    def log_odds(self) -> MCEstimate:
        """Natural log-odds of the probability.

        Raises
        ------
        Undefined
            If the probability is 0 or 1.
        """
        return log_odds(self.probability)


class Refitter(Struct, frozen=True, kw_only=True, dict=True):
    """Estimates the headline of assessments between others, from those others' proposals.

    An assessment that takes each prior from one of two analysts has a posterior between theirs in the space of standard
    normals, close enough for a mixture of their proposals: nothing is fitted again, and all refits share the same
    standard normals. Each refit has its own verdict all the same, and falls back on a full fit where it fails.
    """

    fitter: Fitter
    ends: tuple[Fitted | Start, ...]
    """The fits whose proposals are used; those without a proposal are of no use here."""
    targets: tuple[Target, ...] = ()
    """What is estimated besides the headline."""
    reported: MCEstimate | None = None
    """The probability of the headline by the fit, if these all start from one."""
    draws: int = DRAWS
    """By reweighting."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.fitter!r}, {len(self.ends)} fits to start from)"

    @classmethod
    def between(
        cls, fitter: Fitter, ends: Sequence[Fitted], targets: Sequence[Target] = (), *, draws: int = DRAWS
    ) -> Refitter:
        """Start from those of these fits that have a proposal."""
        starts = tuple(
            Start(assessment=end.assessment, proposal=end.proposal.embedded(end.assessment, fitter.dimensions))
            for end in ends
            if end.proposal
        )
        # Its error is one of draws that no refit shares.
        reported = ends[0].headline.without_draws() if len(ends) == 1 else None
        return cls(fitter=fitter, ends=starts, targets=tuple(targets), reported=reported, draws=draws)

    def each(self, assessments: Sequence[Assessment], counter: ProgressCounter) -> Iterator[Refit]:
        """Yield a refit of each assessment, in order: by reweighting, or in full where that did not converge."""
        yield from self._in_order(self._one, assessments, counter)

    def each_nearby(self, assessments: Sequence[Assessment], counter: ProgressCounter) -> Iterator[Refit | None]:
        """Yield a refit of each assessment, in order, by reweighting alone, with whatever verdict.

        None where there is no proposal to start from, or where the headline's condition or the evidence is impossible.
        """
        yield from self._in_order(self._nearby, assessments, counter)

    def _in_order[Found](
        self, way: Callable[[Assessment], Found], assessments: Sequence[Assessment], counter: ProgressCounter
    ) -> Iterator[Found]:
        # In order, however an executor schedules them; the result does not depend on the number of workers.
        with one_blas_thread():
            executor, function = self.fitter.executor, SharedFunction(way)
            for refit in shared_out(executor, function, assessments, long=LONG, probes=PROBES):
                yield refit
                counter.advance()

    def _one(self, assessment: Assessment) -> Refit:
        """By the cheapest way that converges, the last of which is a full fit."""
        refit = self._reweighted(assessment)
        return refit if refit and refit.verdict.passed else self.refit(assessment)

    def _nearby(self, assessment: Assessment) -> Refit | None:
        with suppress(Undefined, Contradiction):
            return self._reweighted(assessment)
        return None

    def _reweighted(self, assessment: Assessment) -> Refit | None:
        refit = self.reweight(assessment)
        return refit if refit and refit.verdict.passed else self.approach(assessment)

    def anchored(self, *refits: Refit) -> list[MCEstimate]:
        """Return the probabilities of refits as they are shown beside each other and beside that of the fit.

        All are moved, see `moved`, unless they are surer by themselves: what is fixed may be all that was uncertain.
        """
        own = [refit.probability for refit in refits]
        if self.reported is None or self._start is None:
            return own
        others = [moved(self.reported, self._start.probability, number) for number in own]
        return min(own, others, key=lambda numbers: sum(number.se for number in numbers))

    @cached_property
    def _start(self) -> Refit | None:
        """The fit itself as a refit; None where that does not converge."""
        with suppress(Undefined, Contradiction):
            start = self.reweight(self.ends[0].assessment) if self.ends else None
            return start if start and start.verdict.passed else None
        return None

    def reweight(self, assessment: Assessment) -> Refit | None:
        """Estimate the headline by importance sampling from the proposals at hand; None where there are none.

        Raises
        ------
        Undefined
            If the headline's condition is impossible at every draw.
        Contradiction
            If the evidence is impossible at every draw.
        """
        if not self.ends:
            return None
        transform = prior_transform(assessment, self.fitter.dimensions)
        weighted = self._common.weigh(assessment, transform)
        return refit_of(headline_of(assessment, weighted))

    def approach(self, assessment: Assessment) -> Refit | None:
        """Estimate the headline from proposals moved towards the posterior; None where there are none to move."""
        if not self.ends:
            return None
        transform = prior_transform(assessment, self.fitter.dimensions)
        near = tuple(component for end in self.ends for component in _components(end, transform))
        proposal = importance.moved(assessment, FittedProposal(transform=transform, components=near), self._others)
        return refit_of(estimate_headline(assessment, proposal, self._normals, self.targets))

    @cached_property
    def _common(self) -> CommonDraws:
        """The draws of all refits that need no proposal of their own."""
        base = self.ends[0].assessment
        transform = prior_transform(base, self.fitter.dimensions)
        components = [component for end in self.ends if end.proposal for component in end.proposal.components]
        return CommonDraws.of(base, transform, components, self._normals, queries_of(self.targets))

    @cached_property
    def _normals(self) -> Numbers:
        """The common random numbers of all refits; dims (free, draw)."""
        return importance.standard_normals(self._dimension, seed=self.fitter.seed, draws=self.draws)

    @cached_property
    def _others(self) -> Numbers:
        """Random numbers by which proposals are moved: answers come from others; dims (free, draw)."""
        return np.random.default_rng([self.fitter.seed, 7]).standard_normal((self._dimension, self.draws))

    @property
    def _dimension(self) -> int:
        return len(self.fitter.dimensions.degrees) + len(self.fitter.dimensions.ratios)

    def refit(self, assessment: Assessment) -> Refit:
        """Fit an assessment in full; its draws differ in number or method, so it shares no random numbers."""
        posterior = self.fitter.fit(assessment).posterior
        return Refit(
            probability=_independent(posterior.mc_estimate("outcome", assessment.scenario.headline)),
            method=posterior.method,
            verdict=posterior.verdict,
            others=tuple(self._other(posterior, target) for target in self.targets),
        )

    @staticmethod
    def _other(posterior: Posterior, target: Target) -> MCEstimate | None:
        if (target.kind, target.id) not in posterior.all_estimates:
            return None
        return _independent(posterior.mc_estimate(target.kind, target.id))


def refit_of(headline: Headline) -> Refit:
    """The refit of an estimate by importance sampling."""
    return Refit(
        probability=headline.probability, method="importance", verdict=headline.verdict, others=headline.others
    )


def _independent(number: MCEstimate) -> MCEstimate:
    """Its error must not cancel against other refits': no influence, only a variance of its own."""
    return MCEstimate(value=number.value, own_variance=number.se**2)


def _components(end: Fitted | Start, transform: PriorTransform) -> Iterator[Gaussian]:
    """Take a fit's Gaussians, each conditioned on the quantities that are constant here and were uncertain there."""
    if end.proposal:
        # Else the components would spread over values that the quantity no longer takes.
        fixed = np.flatnonzero(transform.constant & ~end.proposal.transform.constant)
        values = end.proposal.transform.normals_of(transform, fixed)
        yield from (component.condition_on(fixed, values) for component in end.proposal.components)

"""Analysts side by side: what each makes of the same scenario, how far apart they are, and who foresaw the evidence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import log

import numpy as np

from estimative.model.assessment import Assessment
from estimative.model.disagreement.divergence import Sample, overlap, superiority, wasserstein
from estimative.model.inference import importance_sampling as importance
from estimative.model.inference.diagnostics import PARETO_K
from estimative.model.inference.mc_estimate import MCEstimate, delta_method
from estimative.model.inference.posterior import Posterior, PriorPredictive, prior_predictive
from estimative.model.inference.refit import Fitted, Fitter
from estimative.model.likelihood.layout import Numbers
from estimative.model.spec.evidence import Indicator, Testimony

DECIBANS = 10 / log(10)
"""For each unit of a natural logarithm."""


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two analysts and one outcome."""

    outcome: str
    first: str
    second: str
    difference: MCEstimate
    """Probability of the first less that of the second."""
    superiority: MCEstimate
    """Probability that the first's inner probability lies above the second's, were the two independent."""
    overlap: MCEstimate
    """Of the posteriors, from 0 to 1."""
    wasserstein: MCEstimate
    """Distance of the posteriors, on the scale of probability."""


@dataclass(frozen=True, kw_only=True)
class LogEvidence:
    """How probable the evidence was under an analyst's priors, in decibans against the first analyst."""

    everything: MCEstimate | None
    """Of all evidence. What indicators and testimony add hangs on a convention, since their likelihood ratios say how
    probable they are at one end against the other and not how probable at all; and whoever lets an item count for less
    than others do gains by it."""
    figures: MCEstimate | None
    """See `figures`. None for either where the draws cannot tell it."""


@dataclass(frozen=True, kw_only=True)
class Compared:
    """One analyst of several."""

    fitted: Fitted
    before: PriorPredictive

    @property
    def name(self) -> str:
        return self.fitted.assessment.prior_set.name

    @property
    def converged(self) -> bool:
        return self.fitted.posterior.verdict.passed


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Analysts of one scenario."""

    analysts: Mapping[str, Compared]
    pairs: tuple[Pair, ...]
    """Of those that may be told, outcome by outcome."""
    foresight: Mapping[str, LogEvidence]


def compare(fitter: Fitter, assessments: Sequence[Assessment], *, allow_unconverged: bool = False) -> Comparison:
    """Fit every analyst and compare each with each.

    Parameters
    ----------
    allow_unconverged
        Compare analysts whose fit failed its verdict, too.
    """
    analysts = [Compared(fitted=fitter.fit(one), before=prior_predictive(one, seed=fitter.seed)) for one in assessments]
    told = [analyst for analyst in analysts if analyst.converged or allow_unconverged]
    outcomes = assessments[0].scenario.outcomes
    return Comparison(
        analysts={analyst.name: analyst for analyst in analysts},
        pairs=tuple(_pair(name, *two) for name in outcomes for two in combinations(told, 2)),
        foresight=dict(_foresights(fitter, analysts)),
    )


def _pair(outcome: str, first: Compared, second: Compared) -> Pair:
    one, other = (analyst.fitted.posterior for analyst in (first, second))
    a, b = one.mc_estimate("outcome", outcome), other.mc_estimate("outcome", outcome)
    samples = Sample.of(one, outcome), Sample.of(other, outcome)
    return Pair(
        outcome=outcome,
        first=first.name,
        second=second.name,
        difference=delta_method(a.value - b.value, [(1.0, a), (-1.0, b)]),
        superiority=superiority(*samples),
        overlap=overlap(*samples),
        wasserstein=wasserstein(*samples),
    )


def _foresights(fitter: Fitter, analysts: Sequence[Compared]) -> Iterator[tuple[str, LogEvidence]]:
    fitted = [analyst.fitted for analyst in analysts]
    everything = [_marginal(one.posterior) for one in fitted]
    scores = figures(fitter, fitted)
    for analyst, whole, part in zip(analysts, everything, scores, strict=True):
        found = LogEvidence(everything=_against(whole, everything[0]), figures=_against(part, scores[0]))
        yield analyst.name, found


def figures(fitter: Fitter, fitted: Sequence[Fitted]) -> list[MCEstimate | None]:
    """How well each analyst's priors foresaw what compares them on equal terms: a logarithmic score, natural.

    It is the log marginal likelihood of the items whose probability the equations give, not only a ratio, and that all
    of these analysts weigh alike. An item that counts for less than one counts as that power of its likelihood, which
    is no probability, but the same function of the quantities for everybody. Nothing of the kind leaves all at 0; None
    stands for what the draws cannot tell.
    """
    alike = _stated_in_full([one.assessment for one in fitted])
    return [_figures(fitter, one, alike) for one in fitted] if alike.any() else [MCEstimate(value=0.0) for _ in fitted]


def _stated_in_full(assessments: Sequence[Assessment]) -> Numbers:
    """1 for an item whose probability the equations give, and that all weigh alike; dims (item)."""
    items = assessments[0].scenario.evidence.values()
    full = np.array([not isinstance(item, Indicator | Testimony) for item in items], dtype=float)
    weights = np.array([assessment.weight for assessment in assessments])
    alike: Numbers = full * (np.ptp(weights, axis=0) == 0)
    return alike


def _marginal(posterior: Posterior) -> MCEstimate | None:
    draws = posterior.draws
    if draws.method != "importance" or not posterior.verdict.passed:
        return None
    return MCEstimate(value=draws.diagnostics["log_marginal_likelihood"], influence=draws.weights - 1 / draws.count)


def _figures(fitter: Fitter, fitted: Fitted, alike: Numbers) -> MCEstimate | None:
    if fitted.proposal is None:
        return None
    weight, count = fitted.assessment.weight * alike, fitter.draws or importance.DRAWS
    found, shape = importance.log_marginal_likelihood(
        fitted.assessment, fitted.proposal, weight, seed=fitter.seed, draws=count
    )
    return found if shape < PARETO_K else None


def _against(one: MCEstimate | None, first: MCEstimate | None) -> MCEstimate | None:
    if one is None or first is None:
        return None
    return delta_method(DECIBANS * (one.value - first.value), [(DECIBANS, one), (-DECIBANS, first)])

"""The weight of each item of evidence: how far it moves the headline by itself, and given all other evidence.

The weight of evidence is the change of the log-odds (Good 1950, Probability and the Weighing of Evidence). The weight
of i alone is ln P(i | h) / P(i | not h), h being the headline; given the rest r it is ln P(i | h, r) / P(i | not h, r).
Both are the same where i and r are independent given h and given not h: the weights of such items add. The difference
is their interaction. Items of one origin form a group.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate, combinations

import numpy as np
from msgspec import Struct
from msgspec.structs import asdict
from scipy.special import ndtri

from estimative.model.analysis.state_weight import EventWeights, state_targets, state_weights
from estimative.model.assessment import Assessment
from estimative.model.inference.common_draws import CommonDraws
from estimative.model.inference.effort import Effort, effort_of
from estimative.model.inference.estimates import ROUNDING, ProbabilityEstimate
from estimative.model.inference.fit_result import Probability
from estimative.model.inference.mc_estimate import MCEstimate, delta_method, log_odds
from estimative.model.inference.prior_transform import integrated_dimensions, prior_transform
from estimative.model.inference.progress import Progress, ProgressCounter, no_progress
from estimative.model.inference.refit import Fitted, Fitter, Refit, Refitter
from estimative.model.likelihood.layout import Numbers
from estimative.model.spec.evidence import Indicator, Observation, Testimony
from estimative.model.spec.scenario import Scenario

CONFLICT_DRAWS = 4000
"""Draws from the prior behind the conflict of each two groups."""
FALSE_CONFLICT = 0.025
"""Probability of reporting a conflict where no two groups are in conflict."""
MIN_CONFLICT = 0.05
"""Natural logarithm; a smaller conflict is not reported."""


class EvidenceWeight(Struct, frozen=True, kw_only=True):
    """The change in the headline's natural log-odds that an item or a group of items makes."""

    name: str
    """Of the item, or of the origin that several items share."""
    marginal_first: MCEstimate
    """Alone: log-odds with it as the only evidence, less those without evidence."""
    marginal_last: MCEstimate
    """Given the rest: log-odds with all evidence, less those without it."""
    interaction: MCEstimate
    """Given the rest, less alone: what it and the rest do together beyond the sum of what each does.

    0 where they are independent given the headline and given its opposite.
    """
    pareto_k: float | None
    """The larger one of the two fits behind these; None where no weight is outstanding, or no draw has a weight."""
    own_fits: int
    """How many of the two fits needed draws of their own, because reweighting did not converge."""


class EvidenceGroup(EvidenceWeight, frozen=True, kw_only=True):
    """The items of one origin; most groups have one item."""

    items: tuple[str, ...]
    step: MCEstimate
    """Change in log-odds when it is added to the groups before it; the steps add up to the total."""
    running: MCEstimate
    """Log-odds of the headline with this group and all before it; the last is the headline's posterior."""


class Opposition(Struct, frozen=True, kw_only=True):
    """Two groups that move the headline in opposite directions."""

    raises: str
    lowers: str


class Conflict(Struct, frozen=True, kw_only=True):
    """Two groups that are improbable together, whatever they do to the headline.

    The measure of Jensen, Chamberlain, Nordahl & Jensen (1991, UAI): ln P(first) P(second) / P(both).
    """

    first: str
    second: str
    measure: MCEstimate
    """Natural logarithm; above 0 the two are less probable together than if they were independent."""


class EvidenceWeights(Struct, frozen=True, kw_only=True):
    """The weight of the evidence, group by group in the order of the scenario, in natural log-odds."""

    total: MCEstimate
    """Log-odds of the headline's posterior, less those of its prior."""
    residual: MCEstimate
    """The total, less the sum of the steps between refits: Monte Carlo error, which was spread over the steps."""
    groups: tuple[EvidenceGroup, ...]
    items: tuple[EvidenceWeight, ...]
    """The single items of groups that have several."""
    opposition: Opposition | None
    """The group that raises the headline most and the one that lowers it most, given the rest."""
    conflict: Conflict | None
    """The two groups in strongest conflict, where that is more than chance would make of so many pairs."""
    states: tuple[EventWeights, ...]
    """The weights of the groups by the states of each event that has several."""
    effort: Effort


def evidence_groups(scenario: Scenario) -> Mapping[str, tuple[str, ...]]:
    """The items of each group, by its name."""
    groups: dict[str, list[str]] = {}
    for item in scenario.evidence.values():
        groups.setdefault(item.origin if item.origin in scenario.origins else item.id, []).append(item.id)
    return {name: tuple(items) for name, items in groups.items()}


def evidence_weights(
    fitter: Fitter, fitted: Fitted, headline: Probability, *, progress: Progress = no_progress
) -> EvidenceWeights:
    """Weigh every group, and every item of a group of several, by leaving it out and by using it alone.

    Parameters
    ----------
    headline
        As it is reported: the running log-odds lead from its prior to its posterior.

    Raises
    ------
    Undefined
        If the headline has probability 0 or 1 with some of the evidence.
    """
    assessment, groups = fitted.assessment, evidence_groups(fitted.assessment.scenario)
    singles = [(item,) for items in groups.values() if len(items) > 1 for item in items]
    units = [*groups.values(), *singles]
    nothing = assessment.without_evidence(assessment.scenario.evidence)
    sums = list(accumulate(groups.values()))
    counter = ProgressCounter(progress, 2 * len(units) + len(sums) + 1)
    targets = state_targets(assessment.scenario)
    refitter = Refitter.between(fitter, [fitted, fitter.fit(nothing)], targets)

    def refits(variants: Sequence[Assessment]) -> list[Refit]:
        return list(refitter.each(variants, counter))

    (start,) = refits([nothing])
    alone = refits([_only(assessment, items) for items in units])
    without = refits([assessment.without_evidence(items) for items in units])
    levels = [start, *refits([_only(assessment, items) for items in sums])]
    names = [*groups, *(item for (item,) in singles)]
    weights = [_weight(name, start, a, levels[-1], w) for name, a, w in zip(names, alone, without, strict=True)]
    path = reconciled([level.log_odds for level in levels], headline)
    rows = zip(groups.values(), weights, path.steps, path.running, strict=False)
    weighed = tuple(
        EvidenceGroup(**asdict(weight), items=items, step=step, running=running)
        for items, weight, step, running in rows
    )
    return EvidenceWeights(
        total=path.total,
        residual=path.residual,
        groups=weighed,
        items=tuple(weights[len(weighed) :]),
        opposition=_opposition(weighed),
        conflict=_conflict(assessment, groups, fitter.seed),
        states=state_weights(fitted.posterior, targets, levels[-1], dict(zip(groups, without, strict=False))),
        effort=effort_of([*levels, *alone, *without]),
    )


def _only(assessment: Assessment, items: Sequence[str]) -> Assessment:
    return assessment.without_evidence([item for item in assessment.scenario.evidence if item not in items])


def _weight(name: str, start: Refit, alone: Refit, everything: Refit, without: Refit) -> EvidenceWeight:
    checks = [check for fit in (alone, without) for check in fit.verdict.checks if check.name == "Pareto k"]
    first, last = _less(alone.log_odds, start.log_odds), _less(everything.log_odds, without.log_odds)
    return EvidenceWeight(
        name=name,
        marginal_first=first,
        marginal_last=last,
        interaction=_less(last, first),
        pareto_k=max((check.value for check in checks if check.value is not None), default=None),
        own_fits=sum(fit.probability.own_variance > 0 for fit in (alone, without)),
    )


def _less(minuend: MCEstimate, subtrahend: MCEstimate) -> MCEstimate:
    return _without_rounding(minuend - subtrahend)


def _without_rounding(number: MCEstimate) -> MCEstimate:
    return number if max(abs(number.value), number.se) > ROUNDING else MCEstimate(value=0.0)


class Path(Struct, frozen=True, kw_only=True):
    """The log-odds of the headline from its prior to its posterior, group by group."""

    total: MCEstimate
    residual: MCEstimate
    steps: tuple[MCEstimate, ...]
    running: tuple[MCEstimate, ...]
    """After each step."""


def reconciled(levels: Sequence[MCEstimate], headline: Probability) -> Path:
    """Log-odds of refits on common random numbers, adjusted to lead from the headline's prior to its posterior.

    The steps between refits are more precise than the two ends, but their sum differs from the total by Monte Carlo
    error. The least change, by weighted least squares, that makes them add up gives each step a share of this residual
    in proportion to its variance. Each result is linear in levels and ends, so its error follows from theirs.

    Parameters
    ----------
    levels
        Natural log-odds without evidence, then with one group more each.
    """
    ends = [_log_odds(headline.prior), _log_odds(headline.posterior)]
    count = len(levels) - 1
    numbers = [*ends, *levels]
    first, last = 2, 2 + count
    variances = [_less(levels[i + 1], levels[i]).se ** 2 for i in range(count)]
    shares = np.concatenate([[0.0], np.cumsum(_shares(variances))])
    running = np.zeros((count + 1, len(numbers)))
    running[:, 2:] = np.eye(count + 1)
    # Level i, corrected by what is missing at the two ends, each in proportion to the variance on its side.
    running[:, 0] += 1 - shares
    running[:, first] -= 1 - shares
    if count:
        running[:, 1] += shares
        running[:, last] -= shares

    def combined(coefficients: Numbers) -> MCEstimate:
        value = sum(c * number.value for c, number in zip(coefficients, numbers, strict=True))
        return _without_rounding(delta_method(value, zip(map(float, coefficients), numbers, strict=True)))

    total = np.zeros(len(numbers))
    total[:2] = -1.0, 1.0
    residual = total.copy()
    residual[first] += 1
    residual[last] -= 1
    return Path(
        total=combined(total),
        residual=combined(residual),
        steps=tuple(map(combined, np.diff(running, axis=0))),
        running=tuple(map(combined, running[1:])),
    )


def _shares(variances: Sequence[float]) -> Numbers:
    """Of the residual; steps without error share it equally if there is no other."""
    total = sum(variances)
    return np.array([variance / total if total > 0 else 1 / len(variances) for variance in variances])


def _log_odds(probability: ProbabilityEstimate) -> MCEstimate:
    """Of a probability whose draws no refit shares."""
    return log_odds(MCEstimate(value=probability.value, own_variance=probability.se**2))


def _opposition(groups: Sequence[EvidenceGroup]) -> Opposition | None:
    """The strongest group each way, given the rest, if both differ from zero by two standard errors."""
    clear = [group for group in groups if abs(group.marginal_last.value) > 2 * group.marginal_last.se]
    up = max(clear, key=lambda group: group.marginal_last.value, default=None)
    down = min(clear, key=lambda group: group.marginal_last.value, default=None)
    if not up or not down or not down.marginal_last.value < 0 < up.marginal_last.value:
        return None
    return Opposition(raises=up.name, lowers=down.name)


def _conflict(assessment: Assessment, groups: Mapping[str, Sequence[str]], seed: int) -> Conflict | None:
    """The pair in strongest conflict, over draws from the prior."""
    nothing = assessment.without_evidence(assessment.scenario.evidence)
    dimensions = integrated_dimensions([assessment])
    space = prior_transform(nothing, dimensions)
    normals = np.random.default_rng([seed, 4]).standard_normal((space.dimension, CONFLICT_DRAWS))
    draws = CommonDraws.of(nothing, space, (), normals)

    def log_likelihood(items: Sequence[str]) -> Numbers:
        variant = _only(assessment, items)
        transform = prior_transform(variant, dimensions)
        return draws.evaluate(variant, transform, draws.theta(transform)).log_likelihood

    alone = {name: log_likelihood(items) for name, items in groups.items()}
    about_events = {name for name, items in groups.items() if any(_about_an_event(assessment, item) for item in items)}
    conflicts = []
    for first, second in combinations(groups, 2):
        # Evidence about events has to be summed over their joint states; all other likelihoods multiply at each draw.
        separate = not {first, second} <= about_events
        both = alone[first] + alone[second] if separate else log_likelihood((*groups[first], *groups[second]))
        conflicts.append(Conflict(first=first, second=second, measure=_measure(alone[first], alone[second], both)))
    # The worst of many pairs was selected, so it is held to the quantile of the largest of as many errors.
    errors = -ndtri(FALSE_CONFLICT / max(len(conflicts), 1))
    clear = [pair for pair in conflicts if pair.measure.value > max(errors * pair.measure.se, MIN_CONFLICT)]
    return max(clear, key=lambda conflict: conflict.measure.value, default=None)


def _about_an_event(assessment: Assessment, name: str) -> bool:
    """Whether an item bears on an event itself, not on a quantity."""
    scenario = assessment.scenario
    item = scenario.evidence[name]
    return isinstance(item, Testimony | Observation) or (isinstance(item, Indicator) and item.about in scenario.events)


def _measure(first: Numbers, second: Numbers, both: Numbers) -> MCEstimate:
    """ln P(first) + ln P(second) - ln P(both), each a mean of the likelihood; log-likelihoods with dims (draw)."""
    parts = [(1.0, _log_mean(first)), (1.0, _log_mean(second)), (-1.0, _log_mean(both))]
    return delta_method(sum(sign * part.value for sign, part in parts), parts)


def _log_mean(log_likelihood: Numbers) -> MCEstimate:
    highest = log_likelihood.max()
    likelihood = np.exp(log_likelihood - highest)
    mean = likelihood.mean()
    return MCEstimate(value=float(highest + np.log(mean)), influence=(likelihood / mean - 1) / len(likelihood))

"""What each piece of evidence weighs: how far it moves the headline alone, last of all, and in its turn.

The weight of evidence (Good 1950, Probability and the Weighing of Evidence) is the change of the log-odds. Items that
share something weigh less last than first, so that both are told. Items of one origin are one story.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, combinations, pairwise

import numpy as np
from scipy.special import ndtri

from estimative.model.assessment import Assessment
from estimative.model.inference import importance_sampling as importance
from estimative.model.inference.batch import evaluate_batch
from estimative.model.inference.estimates import ROUNDING
from estimative.model.inference.mc_estimate import MCEstimate, delta_method
from estimative.model.inference.prior_transform import prior_transform
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
from estimative.model.spec.evidence import Indicator, Observation, Testimony
from estimative.model.spec.scenario import Scenario

PRIOR_DRAWS = 4000
"""Behind the conflict of each two stories."""
CHANCE = 0.025
"""Of calling any two stories a conflict that are none."""
LEAST_CONFLICT = 0.05
"""In natural logarithms: less is not worth a word."""


@dataclass(frozen=True, kw_only=True)
class Weight:
    """What an item, or a story, does to the headline's log-odds."""

    alone: MCEstimate
    """With nothing else known: log-odds with it alone, less those before any evidence."""
    last: MCEstimate
    """With all else known: log-odds with all evidence, less those without it."""
    pareto_k: float
    """The larger of the two fits': of reweighted draws, or of draws of their own where those did not serve."""
    own_fits: int
    """How many of the two fits needed draws of their own."""


@dataclass(frozen=True, kw_only=True)
class EvidenceGroup:
    """Items that tell one story; most stories have one item."""

    name: str
    """Of the item, or of the origin that several share."""
    items: tuple[str, ...]
    weight: Weight
    step: MCEstimate
    """What it adds to the stories before it: log-odds of the headline."""
    running: MCEstimate
    """Log-odds of the headline once this story and all before it are known."""


@dataclass(frozen=True, kw_only=True)
class Opposition:
    """Two stories that pull the headline in opposite directions."""

    up: str
    down: str


@dataclass(frozen=True, kw_only=True)
class Conflict:
    """Two stories that fit together badly, whatever they do to the headline.

    The measure of Jensen, Chamberlain, Nordahl & Jensen (1991, UAI): ln P(one) P(other) / P(both).
    """

    first: str
    second: str
    measure: MCEstimate
    """Natural logarithm; above 0 the two are less probable together than if they had nothing to do with each other."""


@dataclass(frozen=True, kw_only=True)
class EvidenceWeights:
    """The evidence, story by story in the order of the scenario."""

    before: MCEstimate
    """Log-odds of the headline before any evidence."""
    after: MCEstimate
    """And after all of it."""
    whole: MCEstimate
    """What all of it does: the one less the other."""
    stories: tuple[EvidenceGroup, ...]
    items: Mapping[str, Weight]
    """Of the single items of stories that several tell."""
    opposition: Opposition | None
    """The two that pull hardest against each other: of all pairs, that whose lesser pull is largest."""
    conflict: Conflict | None
    """The two that fit together worst, if their measure stands out from what chance makes of so many pairs."""
    effort: Effort


def evidence_groups(scenario: Scenario) -> Mapping[str, tuple[str, ...]]:
    """The items of each story, by its name."""
    told: dict[tuple[bool, str], list[str]] = {}
    for item in scenario.evidence.values():
        shared = item.origin in scenario.origins
        told.setdefault((shared, item.origin if shared else item.id), []).append(item.id)
    taken = {name for shared, name in told if not shared}
    return {
        f"{name} (origin)" if shared and name in taken else name: tuple(items) for (shared, name), items in told.items()
    }


def evidence_weights(fitter: Fitter, whole: Fitted, *, progress: Progress = no_progress) -> EvidenceWeights:
    """Weigh every story, and every item of those that several tell, by leaving it out and by adding it alone.

    Raises
    ------
    Undefined
        If the headline is certain, or impossible, with some of the evidence.
    """
    assessment, stories = whole.assessment, evidence_groups(whole.assessment.scenario)
    singles = [(item,) for items in stories.values() if len(items) > 1 for item in items]
    units = [*stories.values(), *singles]
    nothing = assessment.without_evidence(assessment.scenario.evidence)
    heaps = list(accumulate(stories.values()))
    counting = ProgressCounter(progress, 2 * len(units) + len(heaps) + 1)
    refitter = Refitter.between(fitter, [whole, fitter.fit(nothing)])

    def fits(known: Sequence[Assessment]) -> list[Refit]:
        return list(refitter.each(known, counting))

    start = fits([nothing])[0]
    alone = fits([_only(assessment, items) for items in units])
    without = fits([assessment.without_evidence(items) for items in units])
    running = fits([_only(assessment, items) for items in heaps])
    weights = [_weight(start, one, running[-1], other) for one, other in zip(alone, without, strict=True)]
    told = tuple(
        EvidenceGroup(
            name=name, items=items, weight=weight, step=_less(now.log_odds, then.log_odds), running=now.log_odds
        )
        for (name, items), weight, (then, now) in zip(
            stories.items(), weights, pairwise([start, *running]), strict=False
        )
    )
    return EvidenceWeights(
        before=start.log_odds,
        after=(running or [start])[-1].log_odds,
        whole=_less((running or [start])[-1].log_odds, start.log_odds),
        stories=told,
        items={items[0]: weight for items, weight in zip(singles, weights[len(told) :], strict=True)},
        opposition=_opposition(told),
        conflict=_conflict(assessment, stories, fitter.seed),
        effort=effort_of([start, *alone, *without, *running]),
    )


def _only(assessment: Assessment, items: Sequence[str]) -> Assessment:
    return assessment.without_evidence([item for item in assessment.scenario.evidence if item not in items])


def _weight(start: Refit, alone: Refit, whole: Refit, without: Refit) -> Weight:
    checks = [check for fit in (alone, without) for check in fit.verdict.checks if check.name == "Pareto k"]
    ks = [check.value for check in checks if check.value is not None]
    return Weight(
        alone=_less(alone.log_odds, start.log_odds),
        last=_less(whole.log_odds, without.log_odds),
        pareto_k=max(ks, default=-np.inf),
        own_fits=sum(fit.probability.own_variance > 0 for fit in (alone, without)),
    )


def _less(one: MCEstimate, other: MCEstimate) -> MCEstimate:
    found = delta_method(one.value - other.value, [(1.0, one), (-1.0, other)])
    return found if max(abs(found.value), found.se) > ROUNDING else MCEstimate(value=0.0)


def _opposition(stories: Sequence[EvidenceGroup]) -> Opposition | None:
    """Of the stories' pulls when all else is known, the strongest clear one each way."""
    clear = [story for story in stories if abs(story.weight.last.value) > 2 * story.weight.last.se]
    up = max(clear, key=lambda story: story.weight.last.value, default=None)
    down = min(clear, key=lambda story: story.weight.last.value, default=None)
    if not up or not down or not down.weight.last.value < 0 < up.weight.last.value:
        return None
    return Opposition(up=up.name, down=down.name)


def _conflict(assessment: Assessment, stories: Mapping[str, Sequence[str]], seed: int) -> Conflict | None:
    """The pair that fits together worst, over draws from the prior."""
    space = prior_transform(assessment, importance.dimensions_of([assessment]))
    z = np.random.default_rng([seed, 4]).standard_normal((space.dimension, PRIOR_DRAWS))

    def log_likelihood(items: Sequence[str]) -> Numbers:
        known = _only(assessment, items)
        return evaluate_batch(known, prior_transform(known, importance.dimensions_of([known])), z).log_likelihood

    alone = {name: log_likelihood(items) for name, items in stories.items()}
    spoken = {name for name, items in stories.items() if any(_of_an_event(assessment, item) for item in items)}
    found = []
    for first, second in combinations(stories, 2):
        # What speaks of events has to be summed over them together; the rest multiplies at each draw.
        apart = not {first, second} <= spoken
        both = alone[first] + alone[second] if apart else log_likelihood((*stories[first], *stories[second]))
        found.append(Conflict(first=first, second=second, measure=_measure(alone[first], alone[second], both)))
    # The worst of many pairs is found by looking: it has to stand out from what chance makes of as many.
    errors = -ndtri(CHANCE / max(len(found), 1))
    clear = [one for one in found if one.measure.value > max(errors * one.measure.se, LEAST_CONFLICT)]
    return max(clear, key=lambda conflict: conflict.measure.value, default=None)


def _of_an_event(assessment: Assessment, name: str) -> bool:
    """Whether an item says something of an event itself, not of a quantity."""
    scenario = assessment.scenario
    item = scenario.evidence[name]
    return isinstance(item, Testimony | Observation) or (isinstance(item, Indicator) and item.about in scenario.events)


def _measure(first: Numbers, second: Numbers, both: Numbers) -> MCEstimate:
    """ln P(one) + ln P(other) - ln P(both), each a mean over draws of the likelihood; dims (draw)."""
    parts = [(1.0, _log_mean(first)), (1.0, _log_mean(second)), (-1.0, _log_mean(both))]
    return delta_method(sum(sign * part.value for sign, part in parts), parts)


def _log_mean(log_likelihood: Numbers) -> MCEstimate:
    highest = log_likelihood.max()
    likelihood = np.exp(log_likelihood - highest)
    mean = likelihood.mean()
    return MCEstimate(value=float(highest + np.log(mean)), influence=(likelihood / mean - 1) / len(likelihood))

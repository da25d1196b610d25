"""How often events that repeat occur: the expected number, and the chance of at least so many.

At given quantities the occurrences of the rate event are Poisson, and those of each event that repeats are what is left
of them by thinning: independent Poisson numbers of occurrences that go so far and no farther. Where the farthest event
that happened is L, and the next one could have happened, there were a > 0 of the first kind, with mean mu_L - mu_(L+1),
none that go farther, and of an event k before L also a free Poisson number with mean mu_k - mu_L.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from msgspec import Struct
from scipy.special import gammainc

from estimative.model.assessment import Assessment
from estimative.model.inference.draws import Draws
from estimative.model.inference.estimates import Estimate, ProbabilityEstimate
from estimative.model.inference.mc_estimate import mc_estimate
from estimative.model.inference.target_estimates import TargetEstimates, mean_verdict, supported
from estimative.model.likelihood.backend import NUMPY, TINY
from estimative.model.likelihood.bayes_net import EVERYTHING, Query
from estimative.model.likelihood.layout import Numbers
from estimative.model.likelihood.nodes import joint_states
from estimative.model.likelihood.queries import Target, evaluate_queries
from estimative.model.likelihood.repeating import Repeating
from estimative.model.likelihood.terms import terms
from estimative.model.spec.events import Event

MOST = 5
"""The largest number of occurrences whose chance is computed."""
MOST_DRIVING = 6
"""Each doubles the rows over which is summed."""


class Count(Struct, frozen=True, kw_only=True):
    """How often an event occurs, before the evidence or after it."""

    expected: Estimate | None
    """Expected number of occurrences over the horizon; None where the draws do not support it."""
    at_least: tuple[ProbabilityEstimate, ...]
    """The chance of at least 1, 2, ... occurrences, as far as the draws support it."""


class Occurrences(Struct, frozen=True, kw_only=True):
    """How often an event that repeats occurs, or the rate event that it repeats with."""

    prior: Count
    posterior: Count


def occurrences(assessment: Assessment, posterior: TargetEstimates, prior: TargetEstimates) -> dict[str, Occurrences]:
    """Count the events that repeat, and those that they repeat with; each after the one before.

    What has been observed is left out: how often it occurs again is not asked.
    """
    found: dict[str, Occurrences] = {}
    known, chains = assessment.structure.network.certain, assessment.structure.repeating
    blind = assessment.before_evidence
    longer = {name for chain in chains for name in chain.events[:-1]}
    for chain, unlimited in zip(chains, blind.structure.repeating, strict=True):
        # A forecast over another span of time has nodes of its own.
        names = [name for name in chain.events if name in assessment.scenario.events and name not in known]
        if names and chain.events[-1] not in longer and len(chain.driving) <= MOST_DRIVING:
            before = _counts(blind, unlimited, prior, evidence=False)
            after = _counts(assessment, chain, posterior, evidence=True)
            found.update((name, Occurrences(prior=before[name], posterior=after[name])) for name in names)
    return found


class _Level(Struct, frozen=True, kw_only=True):
    """How far occurrences went: the last event of a chain that happened, and why none went farther."""

    last: int
    """Its position in the chain."""
    chance: Numbers
    """P(so far and no farther, row | theta); dims (row, draw)."""
    ended: Numbers
    """Expected number of occurrences that end here; dims (row, draw)."""


def _counts(assessment: Assessment, chain: Repeating, source: TargetEstimates, *, evidence: bool) -> dict[str, Count]:
    structure, draws = assessment.structure, source.draws
    with np.errstate(over="ignore"):
        shared = terms(NUMPY, structure, draws.theta)
        expected = chain.expected(NUMPY, np.exp(shared.log_hazard), shared.probabilities)
    means = [np.broadcast_to(mean, (mean.shape[0], draws.count)) for mean in expected]
    events = [assessment.scenario.events[name] for name in chain.events]
    ends = list(_ends(events))
    targets = tuple(
        Target(kind="event", id=events[last].id, yes=end.and_(_row(chain.driving, states)), given=EVERYTHING)
        for last, end, _ in ends
        for states in joint_states(chain.driving)
    )
    chances = evaluate_queries(structure, draws.theta, targets, evidence=evidence).yes
    levels = [
        _Level(last=last, chance=chance, ended=np.maximum(means[last] - (means[last + 1] if possible else 0), TINY))
        for (last, _, possible), chance in zip(ends, chances.reshape(len(ends), -1, draws.count), strict=True)
    ]
    return {name: _count(position, means, levels, draws) for position, name in enumerate(chain.events)}


def _ends(events: Sequence[Event]) -> Iterator[tuple[int, Query, bool]]:
    """Yield how a chain can end: the last event that happened, the query, and whether the next one was possible."""
    for last, event in enumerate(events):
        happened = Query.where(all=[event.id])
        if last + 1 == len(events):
            yield last, happened, False
            continue
        following = events[last + 1]
        condition = Query.where(all=following.given, none=following.unless)
        yield last, happened.and_(condition).and_(Query.where(none=[following.id])), True
        if following.given != (event.id,) or following.unless:
            unmet = Query.where(all=following.given, none=following.unless, negated=True)
            yield last, happened.and_(unmet), False


def _row(driving: Sequence[str], states: Sequence[int]) -> Query:
    """What drives the chain is so or not."""
    on = [driver for driver, state in zip(driving, states, strict=True) if state]
    return Query.where(all=on, none=[driver for driver in driving if driver not in on])


def _count(event: int, means: Sequence[Numbers], levels: Sequence[_Level], draws: Draws) -> Count:
    """Sum over rows, and over all ways to end at the event or beyond."""
    reached = [level for level in levels if level.last >= event]
    free = [np.maximum(means[event] - means[level.last], 0.0) for level in reached]
    pairs = list(zip(reached, free, strict=True))
    at_least: list[ProbabilityEstimate] = []
    for number in range(1, MOST + 1):
        chance = sum((level.chance * _at_least(number, level.ended, other)).sum(axis=0) for level, other in pairs)
        estimate = supported(np.minimum(chance, 1.0), np.ones(draws.count), draws)
        if estimate is None:
            break
        at_least.append(estimate)
    series = np.zeros(draws.count)
    for level, other in pairs:
        series += (level.chance * (level.ended / -np.expm1(-level.ended) + other)).sum(axis=0)
    value = float(draws.weights @ series)
    error = mc_estimate(value, series - value, draws).se
    known = error == 0 or mean_verdict(series, draws, error / value).passed
    return Count(expected=Estimate(value=value, se=error) if known else None, at_least=tuple(at_least))


def _at_least(number: int, ended: Numbers, other: Numbers) -> Numbers:
    """P(A + B >= number): A Poisson but not 0, with mean `ended` if it could be; B Poisson with mean `other`."""
    some = -np.expm1(-ended)
    exactly = np.exp(-ended) / some
    total = gammainc(number, ended) / some
    for count in range(1, number):
        exactly = exactly * ended / count
        total = total + exactly * np.where(other > 0, gammainc(number - count, other), 0.0)
    return np.asarray(total)

"""What is asked of a scenario: each outcome, each event, each link of the chain, as a pair of probabilities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from estimative.model.likelihood.backend import NUMPY
from estimative.model.likelihood.bayes_net import EVERYTHING, Query
from estimative.model.likelihood.equations import Theta, soft_evidence, terms
from estimative.model.likelihood.layout import Numbers, Structure
from estimative.model.likelihood.variable_elimination import (
    NO_SOFT_EVIDENCE,
    Contradiction,
    SoftEvidence,
    by_elimination,
)
from estimative.model.spec.events import Event, Outcome
from estimative.model.spec.scenario import Scenario

type TargetKind = Literal["outcome", "event", "link"]


@dataclass(frozen=True, kw_only=True)
class Target:
    """P(yes) / P(given): the probability of something under a condition, which may be empty."""

    kind: TargetKind
    """A link is an event under its own condition: all it is `given` happened, nothing it is `unless`."""
    id: str
    yes: Query
    given: Query


@dataclass(frozen=True, kw_only=True)
class QueryProbabilities:
    """For each target and draw, the probability of `yes` and of `given`; dims (target, draw)."""

    yes: Numbers
    given: Numbers
    log_evidence: Numbers
    """ln P(event evidence | quantities), up to a constant of each draw; dims (draw)."""


def targets(scenario: Scenario) -> tuple[Target, ...]:
    """Everything that a summary reports a probability of."""
    outcomes = [outcome_target(outcome) for outcome in scenario.outcomes.values()]
    events = [Target(kind="event", id=name, yes=Query.where(all=[name]), given=EVERYTHING) for name in scenario.events]
    links = [_link(event) for event in scenario.events.values() if event.given or event.unless]
    return (*outcomes, *events, *links)


def headline_target(scenario: Scenario) -> Target:
    """What a report leads with."""
    return outcome_target(scenario.outcomes[scenario.headline])


def outcome_target(outcome: Outcome) -> Target:
    """An outcome, under its condition if it has one."""
    yes = Query.where(all=(*outcome.all, *outcome.given), any=outcome.any, none=outcome.none)
    return Target(kind="outcome", id=outcome.id, yes=yes, given=Query.where(all=outcome.given))


def _link(event: Event) -> Target:
    yes = Query.where(all=(event.id, *event.given), none=event.unless)
    return Target(kind="link", id=event.id, yes=yes, given=Query.where(all=event.given, none=event.unless))


def evaluate_queries(
    structure: Structure, theta: Theta, asked: tuple[Target, ...], *, evidence: bool = True
) -> QueryProbabilities:
    """The probability of every target at each draw of the quantities.

    Parameters
    ----------
    evidence
        Whether what is told of the events counts (after the evidence), or not (before it).
    """
    network = structure.network if evidence else structure.network.unobserved
    said: SoftEvidence = soft_evidence(NUMPY, structure, theta) if evidence else NO_SOFT_EVIDENCE
    queries = [EVERYTHING, *(query for target in asked for query in (target.yes, target.given))]
    with np.errstate(over="ignore"):
        found = terms(NUMPY, structure, theta).probabilities
        log_masses = by_elimination(NUMPY, network, found, said, queries)
    possible = np.isfinite(log_masses[0])
    if possible.size and not possible.any():
        raise Contradiction("evidence that contradicts itself: possible at no value of the quantities")
    chance = np.exp(np.where(possible, log_masses[1:] - np.where(possible, log_masses[0], 0.0), -np.inf))
    given = np.minimum(chance[1::2], 1.0)  # rounding may leave the sum of many states a hair above 1
    return QueryProbabilities(yes=np.minimum(chance[0::2], given), given=given, log_evidence=log_masses[0])

"""The questions that a scenario asks: the probability of each outcome, each event and each link of the chain."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from estimative.model.likelihood.backend import NUMPY
from estimative.model.likelihood.bayes_net import EVERYTHING, Network, Query
from estimative.model.likelihood.elimination_order import widest_table
from estimative.model.likelihood.layout import Numbers, Structure
from estimative.model.likelihood.layout_builder import structure_of
from estimative.model.likelihood.soft_evidence import soft_evidence
from estimative.model.likelihood.terms import terms
from estimative.model.likelihood.theta import Theta
from estimative.model.likelihood.variable_elimination import (
    NO_SOFT_EVIDENCE,
    Contradiction,
    SoftEvidence,
    by_elimination,
)
from estimative.model.spec.events import Event, Outcome
from estimative.model.spec.evidence import Evidence
from estimative.model.spec.scenario import Scenario
from estimative.priors.errors import InvalidInput, Issue, quote

IMPOSSIBLE = 1e-280
MAX_TABLE = 1 << 16
"""Cells in one table of the exact sum, for each draw: some minutes for a fit."""

type TargetKind = Literal["outcome", "event", "link"]
"""A link is an event under its own condition: all it is `given` happened, nothing it is `unless`."""


class Target(Struct, frozen=True, kw_only=True):
    """A conditional probability to report: P(yes) / P(given), where `yes` implies `given`."""

    kind: TargetKind
    id: str
    """Of the outcome or the event."""
    yes: Query
    given: Query
    """The condition; `EVERYTHING` where there is none."""


class QueryProbabilities(Struct, frozen=True, kw_only=True):
    """The probability of `yes` and of `given` for each target and draw; dims (target, draw)."""

    yes: Numbers
    given: Numbers
    log_evidence: Numbers
    """ln P(event evidence | theta), up to a constant of each draw; -inf where it is impossible; dims (draw)."""

    def __repr__(self) -> str:
        count, draws = self.yes.shape
        return f"QueryProbabilities({count} targets, {draws} draws)"


def targets(scenario: Scenario) -> tuple[Target, ...]:
    """List everything that a summary reports a probability of: outcomes, then events, then links."""
    outcomes = [outcome_target(outcome) for outcome in scenario.outcomes.values()]
    events = [
        Target(kind="event", id=name, yes=Query.where(all=[name]), given=EVERYTHING) for name in scenario.literals
    ]
    conditional = [event for event in scenario.events.values() if event.given or event.unless]
    links = [_link_target(name, event) for event in conditional for name in event.literals]
    return (*outcomes, *events, *links)


def headline_target(scenario: Scenario) -> Target:
    """Return the target that a report leads with."""
    return outcome_target(scenario.outcomes[scenario.headline])


def outcome_target(outcome: Outcome) -> Target:
    """Return the target of an outcome, under its condition if it has one."""
    # `yes` includes the condition, so that P(yes) / P(given) is the conditional probability.
    yes = Query.where(all=(*outcome.all, *outcome.given), any=outcome.any, none=(*outcome.none, *outcome.unless))
    given = Query.where(all=outcome.given, none=outcome.unless)
    return Target(kind="outcome", id=outcome.id, yes=yes, given=given)


def _link_target(name: str, event: Event) -> Target:
    yes = Query.where(all=(name, *event.given), none=event.unless)
    return Target(kind="link", id=name, yes=yes, given=Query.where(all=event.given, none=event.unless))


def check_structure(structure: Structure) -> None:
    """Refuse a scenario whose exact sum needs a table that is too large, with its evidence or before it.

    And one with a forecast under a condition that can never be met.

    Raises
    ------
    InvalidInput
        With the events of that table, or with each such forecast.
    """
    _check_tables(structure)
    _check_forecasts(structure)
    if structure.network.certain:
        before = structure_of(structure.scenario, structure.quantities.pairs, past=frozenset())
        _check_tables(replace(before, network=before.network.unobserved))


def _check_tables(structure: Structure) -> None:
    network, chosen = structure.network, targets(structure.scenario)
    scopes = [(), *{network.resolve(query).scope for target in chosen for query in (target.yes, target.given)}]
    tables = (widest_table(network, structure.soft_evidence_events, scope) for scope in scopes)
    events = max(tables, key=network.table_size)
    if (cells := network.table_size(events)) > MAX_TABLE:
        place = structure.scenario.place(f"events.{events[0]}")
        message = (
            f"the events {', '.join(map(quote, events))} depend on each other so closely that the exact "
            f"sum needs a table of {cells:,} cells"
        )
        allowed = f"at most {MAX_TABLE:,} cells, those of 16 events that happen or do not"
        suggestion = "Give events fewer parents, or let several of them depend on one event in between."
        raise InvalidInput(
            [Issue(code="too-wide", message=message, place=place, allowed=allowed, suggestion=suggestion)]
        )


def _check_forecasts(structure: Structure) -> None:
    items, network, scenario = structure.forecasts, structure.network.unobserved, structure.scenario
    if not items.queries:
        return
    masses = masses_of(network, items.queries)
    never = np.isneginf(np.maximum(masses[0::2], masses[1::2]))[items.target]
    names = [list(scenario.evidence)[item] for item, alone in zip(items.item, never, strict=False) if alone]
    if names:
        raise InvalidInput([_without_chance(scenario.evidence[name], scenario) for name in names])


def masses_of(network: Network, queries: Sequence[Query]) -> Numbers:
    """Compute in logarithms how much has a chance where all that no rule excludes has one; dims (query)."""
    chances = np.ones((network.impossible + 2, 1))
    chances[network.impossible] = 0.0
    return np.asarray(by_elimination(NUMPY, network, chances, NO_SOFT_EVIDENCE, queries))[:, 0]


def _without_chance(item: Evidence, scenario: Scenario) -> Issue:
    return Issue(
        code="impossible-condition",
        message=f"the condition of {quote(item.about)} can never be met, so that it has no probability",
        place=scenario.place(f"evidence.{item.id}"),
        suggestion=f'Change "given" of the outcome {quote(item.about)}.',
    )


def evaluate_queries(
    structure: Structure,
    theta: Theta,
    targets: tuple[Target, ...],
    *,
    evidence: bool = True,
    seen: SoftEvidence = NO_SOFT_EVIDENCE,
) -> QueryProbabilities:
    """Compute the probability of every target at each draw, the binary events summed out exactly.

    Parameters
    ----------
    theta
        dims (quantity, draw).
    evidence
        True: given the evidence about events (observations, indicators, testimony). False: before any evidence.
    seen
        More evidence about events than the structure has; dims (event, draw).

    Returns
    -------
    Probabilities of `yes` and `given`, dims (target, draw); 0 at draws where the evidence is impossible.

    Raises
    ------
    Contradiction
        If the evidence is impossible at every draw.
    """
    network = structure.network if evidence else structure.network.unobserved
    virtual: SoftEvidence = soft_evidence(NUMPY, structure, theta).and_(seen) if evidence else NO_SOFT_EVIDENCE
    with np.errstate(over="ignore"):  # odds beyond the floats: the probability is 0 or 1, as it should be
        probabilities = terms(NUMPY, structure, theta).probabilities
    return query_probabilities(network, probabilities, virtual, [(target.yes, target.given) for target in targets])


def query_probabilities(
    network: Network, probabilities: Numbers, evidence: SoftEvidence, pairs: Sequence[tuple[Query, Query]]
) -> QueryProbabilities:
    """Compute the probability of pairs of queries, of which the first implies the second, given the evidence.

    Parameters
    ----------
    probabilities
        Local probabilities of the network; dims (entry, draw).

    Raises
    ------
    Contradiction
        If the evidence is impossible at every draw.
    """
    queries = [EVERYTHING, *(query for pair in pairs for query in pair)]
    log_masses = by_elimination(NUMPY, network, probabilities, evidence, queries)
    possible = np.isfinite(log_masses[0])
    if possible.size and not possible.any():
        raise Contradiction("evidence that contradicts itself: possible at no value of the quantities")
    # Normalised in log space, since P(evidence) may underflow; -inf - -inf would be NaN, so those draws are masked.
    chance = np.exp(np.where(possible, log_masses[1:] - np.where(possible, log_masses[0], 0.0), -np.inf))
    # What has a share of exactly 0 is impossible; a logarithm in between makes it the smallest float.
    chance = np.where(chance < IMPOSSIBLE, 0.0, chance)
    given = np.minimum(chance[1::2], 1.0)  # rounding may leave the sum of many states slightly above 1
    return QueryProbabilities(yes=np.minimum(chance[0::2], given), given=given, log_evidence=log_masses[0])

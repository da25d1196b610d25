"""Interventions: a factor or an event is set, and the events still to come respond.

An intervention (Pearl 2009, Causality, ch. 3) cuts what is set off from what it depends on. What has been learned about
the quantities, what is settled (now, or observed, or what led to the observed), and the evidence about today stay as
they are: only other events of the horizon respond. Evidence about one of these still counts for it by the same
likelihood ratio, unless it is itself set. This is a convention: neither P(y | do x) of a model in which the evidence
comes later, nor a counterfactual; both would need a model of what produces the evidence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from msgspec import Struct, field
from msgspec.structs import replace

from estimative.model.likelihood.backend import NUMPY
from estimative.model.likelihood.bayes_net import EVERYTHING, Cells, Network, Query
from estimative.model.likelihood.failures import subject_of
from estimative.model.likelihood.layout import Numbers, Structure
from estimative.model.likelihood.queries import QueryProbabilities, Target
from estimative.model.likelihood.soft_evidence import soft_evidence
from estimative.model.likelihood.terms import terms
from estimative.model.likelihood.theta import Theta
from estimative.model.likelihood.variable_elimination import (
    NO_SOFT_EVIDENCE,
    Contradiction,
    SoftEvidence,
    by_elimination,
)
from estimative.model.spec.events import event_of
from estimative.priors.errors import Issue, Place, quote
from estimative.priors.frozen import FrozenDict

CONDITION = "Condition on the event instead, to see what follows if it is so."
MAX_SETTLED = 64
"""Joint states of the events that are settled now and drive events to come directly: each is computed by itself."""


class Intervention(Struct, frozen=True, kw_only=True):
    """What is set, for the time from now to the horizon."""

    factors: Mapping[str, float] = field(default_factory=lambda: FrozenDict({}))
    """Degree in [0, 1] of each factor that is set."""
    events: Mapping[str, bool] = field(default_factory=lambda: FrozenDict({}))
    """Whether an event happens, or a state of one holds: True means wherever its `given` and `unless` allow it. A state
    is never set to False, which would not say which other one holds."""

    def __bool__(self) -> bool:
        return bool(self.factors or self.events)


def check_intervention(intervention: Intervention, structure: Structure) -> Iterator[Issue]:
    """Yield the errors of an intervention; the key of each is the name of an event.

    An event that is settled cannot be set, and only so many settled events may drive events to come.
    """
    scenario, certain = structure.scenario, structure.network.certain
    for name in intervention.events:
        if event_of(name) in map(event_of, certain):
            yield _error(name, f"{quote(name)} has been observed, so that it cannot be set")
        elif scenario.event(name).when == "now":
            message = f"{quote(name)} is settled already, though unknown, so that nothing can change it"
            yield _error(name, message, suggestion=CONDITION)
        elif event_of(name) in _settled(structure):
            message = f"{quote(name)} is settled, because an observed event depends on it"
            yield _error(name, message, suggestion=CONDITION)
    settled = _frontier(structure)
    if intervention and structure.network.table_size(settled) > MAX_SETTLED:
        message = f"{len(settled)} events that are settled now drive events to come"
        place = Place(key=settled[0])
        allowed = f"at most {MAX_SETTLED} joint states"
        yield Issue(code="too-many", message=message, place=place, allowed=allowed)


def _error(name: str, message: str, suggestion: str = "") -> Issue:
    allowed = "an event still to come"
    return Issue(code="settled", message=message, place=Place(key=name), allowed=allowed, suggestion=suggestion)


class InterventionBase(Struct, frozen=True, kw_only=True):
    """What no intervention changes at the draws, and the queries that are evaluated under any.

    For each joint state n of the settled events that drive events to come, P'(target) = sum over n of
    P(n | evidence) P'(target | n, evidence about events to come).
    """

    structure: Structure
    theta: Theta
    soft: SoftEvidence
    chances: Numbers
    """Without an intervention; dims (entry, draw)."""
    log_evidence: Numbers
    states: int
    shares: Numbers
    """P(n | evidence); dims (state, draw)."""
    queries: tuple[Query, ...]
    """For each state: everything, the condition, then `yes` and `given` of every target under it."""

    @classmethod
    def of(
        cls,
        structure: Structure,
        theta: Theta,
        targets: tuple[Target, ...],
        given: Mapping[str, bool],
        seen: SoftEvidence = NO_SOFT_EVIDENCE,
    ) -> InterventionBase:
        """Compute what all interventions share.

        Parameters
        ----------
        theta
            Draws from the posterior; dims (quantity, draw).
        given
            Events observed to happen (True) or not (False) after the intervention: `yes` and `given` of each target
            are under this condition too.
        seen
            More evidence about events than the structure has; dims (event, draw).
        """
        settled = _frontier(structure)
        states = list(_joint(structure.network, settled))
        plain = list(_queries(targets, _observed(given)))
        soft = soft_evidence(NUMPY, structure, theta).and_(seen)
        with np.errstate(over="ignore"):
            chances = terms(NUMPY, structure, theta).probabilities
            now = by_elimination(NUMPY, structure.network, chances, soft, states)
        return cls(
            structure=structure,
            theta=theta,
            soft=soft,
            chances=chances,
            log_evidence=_total(now),
            states=len(states),
            shares=_shares(now),
            queries=tuple(query.and_(state) for state in states for query in plain),
        )

    def under(self, intervention: Intervention) -> QueryProbabilities:
        """The probability of every target at each draw under an intervention.

        Raises
        ------
        Contradiction
            If what is given is impossible at every draw.
        """
        network, chances = self._changed(intervention)
        with np.errstate(over="ignore"):
            then = by_elimination(NUMPY, network, chances, _without_set(self.soft, intervention), self.queries)
        under = _conditional(then.reshape(self.states, -1, then.shape[-1]))
        chance = np.einsum("sd,sqd->qd", self.shares, under)
        if not chance[0].any():
            raise Contradiction("a condition of probability zero", key="given")
        given = np.minimum(chance[2::2], 1.0)  # rounding may leave the sum of many states slightly above 1
        return QueryProbabilities(yes=np.minimum(chance[1::2], given), given=given, log_evidence=self.log_evidence)

    def _changed(self, intervention: Intervention) -> tuple[Network, Numbers]:
        """The network in which events to come respond, and its chances: as assessed, then under the intervention.

        The chances have dims (entry, draw).
        """
        network, settled = self.structure.network, _settled(self.structure)
        degree = self.theta.degree.copy()
        for name, value in intervention.factors.items():
            degree[self.structure.quantities.degrees[f"factors.{name}"]] = value
        with np.errstate(over="ignore"):
            after = terms(NUMPY, self.structure, replace(self.theta, degree=degree)).probabilities
        cells = {name: table if name in settled else table + len(after) for name, table in network.cells.items()}
        for name, happens in intervention.events.items():
            event, state = network.place(name)
            cells[event] = _set(network.cells[event], network.impossible, state if happens else 0)
        return replace(network, cells=cells), np.concatenate([self.chances, after])


def _queries(targets: tuple[Target, ...], condition: Query) -> Iterator[Query]:
    """Everything, the condition, then `yes` and `given` of every target under it."""
    yield EVERYTHING
    yield condition
    for target in targets:
        yield target.yes.and_(condition)
        yield target.given.and_(condition)


def _conditional(log_masses: Numbers) -> Numbers:
    """Probabilities under each state of the settled events; dims (state, 1 + query, draw) -> (state, query, draw)."""
    total = log_masses[:, :1]
    possible = np.isfinite(total)
    chance: Numbers = np.exp(np.where(possible, log_masses[:, 1:] - np.where(possible, total, 0.0), -np.inf))
    return chance


def _settled(structure: Structure) -> frozenset[str]:
    """The events that nothing can change any more: settled now, or observed, or what led to the observed."""
    now = {name for name, event in structure.scenario.events.items() if event.when == "now"}
    return frozenset(now | set(structure.network.ancestry(structure.network.certain)))


def _frontier(structure: Structure) -> tuple[str, ...]:
    """The settled events, not observed, on which events to come depend directly."""
    settled, fixed = _settled(structure), structure.network.fixed
    events = structure.scenario.events
    parents = {parent for name in events if name not in settled for parent in structure.network.parents[name]}
    return tuple(name for name in events if name in settled and name in parents and name not in fixed)


def _set(cells: Cells, impossible: int, state: int) -> Cells:
    """An event's table once a state of it is set: it holds wherever it is possible, else the first one does."""
    possible = cells[..., state] != impossible
    held = np.where(possible, state, 0)
    return np.where(np.arange(cells.shape[-1]) == held[..., None], impossible + 1, impossible)


def _without_set(soft: SoftEvidence, intervention: Intervention) -> SoftEvidence:
    """The evidence about events that are not set."""
    set_ = set(map(event_of, intervention.events))
    free = [index for index, name in enumerate(soft.events) if subject_of(name) not in set_]
    if not free:
        return SoftEvidence()
    return SoftEvidence(
        events=tuple(soft.events[index] for index in free), log_no=soft.log_no[free], log_yes=soft.log_yes[free]
    )


def _observed(given: Mapping[str, bool]) -> Query:
    """What has been observed of some events."""
    return Query.where(
        all=[name for name, yes in given.items() if yes], none=[n for n, yes in given.items() if not yes]
    )


def _joint(network: Network, events: Sequence[str]) -> Iterator[Query]:
    """Every joint state of some events."""
    sizes = tuple(network.sizes[event] for event in events)
    for states in np.ndindex(*sizes):
        accepted = np.zeros(sizes, dtype=bool)
        accepted[states] = True
        yield Query(scope=tuple(events), accepted=accepted)


def _total(log_masses: Numbers) -> Numbers:
    return np.asarray(np.logaddexp.reduce(log_masses, axis=0))


def _shares(log_masses: Numbers) -> Numbers:
    """How probable each state is; 0 where the evidence is impossible; dims (state, draw)."""
    total = _total(log_masses)
    possible = np.isfinite(total)
    share: Numbers = np.exp(np.where(possible, log_masses - np.where(possible, total, 0.0), -np.inf))
    return share

"""The weight of each item by the states of an event: what it does to each hypothesis, given all other evidence.

The weight for a state is the change of its log-odds against the rest. The information is what the item says about the
states, expected under the posterior: sum over states of P(k | all) ln (P(k | all) / P(k | all but the item)), the
divergence of Kullback & Leibler (1951). An item that does not tell the states apart, however rare it is, has none.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from estimative.model.inference.estimates import Undefined
from estimative.model.inference.mc_estimate import MCEstimate, delta_method, log_odds
from estimative.model.inference.posterior import Posterior
from estimative.model.inference.refit import Refit
from estimative.model.likelihood.queries import Target, targets
from estimative.model.spec.scenario import Scenario

SIGNIFICANT = 2.0
"""Standard errors by which one state has to be more probable than another to lead."""


class GroupWeight(Struct, frozen=True, kw_only=True):
    """What an item, or the items of one origin, do to the states of an event, given the rest."""

    name: str
    log_odds: Mapping[str, MCEstimate | None]
    """By state: the change of its natural log-odds; None where it is certain or impossible with or without."""
    information: MCEstimate | None
    """In nats; None where a state is possible with it alone."""
    leader_without: str
    """The state that leads without it; empty where none does by more than the error."""


class EventWeights(Struct, frozen=True, kw_only=True):
    """The evidence by the states of an event, under the condition of the event."""

    event: str
    leader: str
    """The most probable state; empty where none is by more than the error."""
    overtaking: Mapping[str, MCEstimate]
    """By each other state: ln of how many times as probable under it as under the leader new evidence would have to
    be for the two to be equally probable."""
    groups: tuple[GroupWeight, ...]
    """In the order of the scenario."""


def state_targets(scenario: Scenario) -> tuple[Target, ...]:
    """The states of all events that have several, each under the condition of its event."""
    wanted = {
        ("link" if event.given or event.unless else "event", name)
        for event in scenario.events.values()
        if event.states
        for name in event.literals
    }
    return tuple(target for target in targets(scenario) if (target.kind, target.id) in wanted)


def state_weights(
    posterior: Posterior, chosen: Sequence[Target], everything: Refit, without: Mapping[str, Refit]
) -> tuple[EventWeights, ...]:
    """Compare the states with all evidence and without each group.

    Parameters
    ----------
    posterior
        As it is reported: which state leads, and by how much, are taken from it.
    chosen
        The targets of the refits.
    without
        By the name of a group.
    """
    places = {target.id: place for place, target in enumerate(chosen)}
    keys = {target.id: (target.kind, target.id) for target in chosen}
    return tuple(
        _of_event(
            event.id,
            {state: posterior.mc_estimate(*keys[f"{event.id}={state}"]) for state in event.states},
            {state: places[f"{event.id}={state}"] for state in event.states},
            everything,
            without,
        )
        for event in posterior.assessment.scenario.events.values()
        if event.states
        and all(keys[name] in posterior.estimates for name in event.literals)
        and None not in [everything.others[places[name]] for name in event.literals]
    )


def _of_event(
    event: str,
    reported: Mapping[str, MCEstimate],
    places: Mapping[str, int],
    everything: Refit,
    without: Mapping[str, Refit],
) -> EventWeights:
    after, leader = _chances(everything, places), _leader(reported)
    others = [state for state in places if leader and state != leader and reported[state].value > 0]
    return EventWeights(
        event=event,
        leader=leader,
        overtaking={state: _log_ratio(reported[leader], reported[state]) for state in others},
        groups=tuple(_of_group(name, after, _chances(refit, places)) for name, refit in without.items()),
    )


def _chances(refit: Refit, places: Mapping[str, int]) -> dict[str, MCEstimate]:
    """The probability of each state; none where the condition of the event is impossible."""
    chances = {state: refit.others[place] for state, place in places.items()}
    return {state: number for state, number in chances.items() if number is not None}


def _leader(chances: Mapping[str, MCEstimate]) -> str:
    ranked = sorted(chances, key=lambda state: -chances[state].value)
    if len(ranked) < 2:
        return ""
    first, second = (chances[state] for state in ranked[:2])
    gap = first - second
    return ranked[0] if gap.value > SIGNIFICANT * gap.se else ""


def _of_group(name: str, after: Mapping[str, MCEstimate], before: Mapping[str, MCEstimate]) -> GroupWeight:
    return GroupWeight(
        name=name,
        log_odds={state: _change(after[state], before.get(state)) for state in after},
        information=_information(after, before),
        leader_without=_leader(before),
    )


def _change(after: MCEstimate, before: MCEstimate | None) -> MCEstimate | None:
    if before is None:
        return None
    try:
        last, first = log_odds(after), log_odds(before)
    except Undefined:
        return None
    return last - first


def _log_ratio(first: MCEstimate, second: MCEstimate) -> MCEstimate:
    parts = [(1 / first.value, first), (-1 / second.value, second)]
    return delta_method(math.log(first.value / second.value), parts)


def _information(after: Mapping[str, MCEstimate], before: Mapping[str, MCEstimate]) -> MCEstimate | None:
    """sum p ln (p / q), with the derivatives ln (p / q) + 1 by p and -p / q by q."""
    possible = [state for state in after if after[state].value > 0]
    if any(state not in before or before[state].value <= 0 for state in possible):
        return None
    return delta_method(
        math.fsum(after[state].value * math.log(after[state].value / before[state].value) for state in possible),
        list(_slopes(possible, after, before)),
    )


def _slopes(
    states: Sequence[str], after: Mapping[str, MCEstimate], before: Mapping[str, MCEstimate]
) -> Iterator[tuple[float, MCEstimate]]:
    for state in states:
        p, q = after[state], before[state]
        yield math.log(p.value / q.value) + 1, p
        yield -p.value / q.value, q

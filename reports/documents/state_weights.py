"""What each item of evidence does to the states of an event, and what would make another state the most probable."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from estimative.model.analysis.evidence_weight import EvidenceGroup, EvidenceWeights
from estimative.model.analysis.state_weight import EventWeights, GroupWeight
from estimative.model.inference.mc_estimate import MCEstimate
from estimative.model.spec.events import Event
from estimative.model.spec.scenario import Scenario
from estimative.reports.blocks import Block, Heading, Listing, Paragraph, Table
from estimative.reports.documents import common
from estimative.reports.number_format import DECIBANS, change_in_decibans, multiple, rounded, significant
from estimative.reports.phrases import listed, plain, quoted

MAX_STATES = 4
"""Columns; the JSON and the workbook have all."""
LEAST = 0.1 / DECIBANS
"""In log-odds; where no item changes those of any state by more, the event is left out."""
NOTE = (
    "Weights in decibans, given all other evidence: the change in the log-odds of each state against the rest. "
    "Information, in bits: what the item is expected to say, under the result, about which state holds; 0 if it does "
    "not tell the states apart."
)


def state_weights(result: EvidenceWeights, scenario: Scenario) -> Iterator[Block]:
    """For each event with states that the evidence moves: the weights, and what would overtake the leading state."""
    groups = {group.name: group for group in result.groups}
    for row in result.states:
        numbers = [number for group in row.groups for number in group.log_odds.values() if number]
        if not any(significant(number) and abs(number.value) > LEAST for number in numbers):
            continue
        event = scenario.events[row.event]
        yield Heading(text=f"What the evidence did to \u201c{plain(event.title)}\u201d")
        if points := list(_leading(row, event, groups, scenario)):
            yield Listing(points=tuple(points))
        yield common.shortened(_table(row, event, groups, scenario))
        yield Paragraph(text=NOTE)


def _leading(row: EventWeights, event: Event, groups: Mapping[str, EvidenceGroup], scenario: Scenario) -> Iterator[str]:
    """What each other state would need to lead, and without which items another one would."""
    if not row.leader:
        yield "No state is more probable than all others by more than the error."
        return
    leader = quoted(event.state_title(row.leader))
    if row.overtaking:
        nearest = min(row.overtaking, key=lambda state: row.overtaking[state].value)
        yield (
            f"{leader} leads. {quoted(event.state_title(nearest))} would overtake it by new evidence that is more than "
            f"{multiple(row.overtaking[nearest])} times as probable under it as under {leader}."
        )
    for group in row.groups:
        if group.leader_without not in ("", row.leader):
            other = quoted(event.state_title(group.leader_without))
            yield f"Without {_title(groups[group.name], scenario)}, {other} would lead."


def _title(group: EvidenceGroup, scenario: Scenario) -> str:
    titles = [quoted(scenario.evidence[name].title) for name in group.items[:1]]
    more = len(group.items) - 1
    return f"{listed(titles)} and {more} more of the same origin" if more else listed(titles)


def _table(row: EventWeights, event: Event, groups: Mapping[str, EvidenceGroup], scenario: Scenario) -> Table:
    states = _shown(row, event)
    ranked = sorted(row.groups, key=lambda group: -(group.information.value if group.information else math.inf))
    rows = [
        (
            _title(groups[group.name], scenario),
            *(_weight(group.log_odds[state]) for state in states),
            _bits(group.information),
        )
        for group in ranked
    ]
    header = ("Evidence", *(plain(event.state_title(state)) for state in states), "Information")
    return Table(header=header, rows=tuple(rows))


def _shown(row: EventWeights, event: Event) -> Sequence[str]:
    """The states in the order of the file; of many, those that the evidence moves most."""

    def moved(state: str) -> float:
        return sum(abs(number.value) for group in row.groups if (number := group.log_odds.get(state)))

    most = sorted(event.states, key=lambda state: -moved(state))[:MAX_STATES]
    return [state for state in event.states if state in most]


def _weight(number: MCEstimate | None) -> str:
    return change_in_decibans(number) if number else "-"


def _bits(number: MCEstimate | None) -> str:
    if number is None:
        return "-"
    bits = number.value / math.log(2)
    return rounded(max(bits, 0.0), max(number.se / math.log(2), 0.001))


def state_rows(result: EvidenceWeights) -> Iterator[dict[str, object]]:
    """Every weight in natural log-odds, and the information in nats."""
    for row in result.states:
        for group in row.groups:
            yield from (_row(row.event, state, group) for state in group.log_odds)


def _row(event: str, state: str, group: GroupWeight) -> dict[str, object]:
    return {
        "event": event,
        "state": state,
        "group": group.name,
        "log_odds": group.log_odds[state],
        "information": group.information,
    }

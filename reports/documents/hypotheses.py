"""The states of events that have several: hypotheses, a severity or a number in ranges, each with its probability."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from estimative.model.inference.fit_result import EventProbability, FitResult, Probability
from estimative.model.inference.mc_estimate import MCEstimate
from estimative.model.inference.number_ranges import NumberDistribution, Quantile, RangedNumber
from estimative.model.spec.events import Event
from estimative.model.spec.scenario import Scenario
from estimative.reports import phrases
from estimative.reports.blocks import Block, Heading, Paragraph, Table
from estimative.reports.context import Context
from estimative.reports.number_format import SIGNIFICANT_SE, interval, percent, plain_percent, rounded
from estimative.reports.phrases import listed, plain, quoted

SPREAD = (
    "Within a range the number is spread evenly, or by orders of magnitude where its upper end is at least three times "
    "the lower."
)
type States = Mapping[str, Probability]
"""By the name of a state: its probability under the condition of its event."""


def hypotheses(result: FitResult, context: Context, pictures: Sequence[Block] = ()) -> Iterator[Block]:
    """Every event with states: which state leads, and the table of all; the pictures are of the first number."""
    for event in with_states(result, context.scenario):
        shown = states_of(event, result)
        yield Heading(text=plain(event.title))
        yield Paragraph(text=leading(event, shown), strong=True)
        if event.id in result.numbers:
            yield Paragraph(text=number(result.numbers[event.id]))
            if event.id == next(iter(result.numbers)):
                yield from pictures
        if event.given or event.unless:
            condition = phrases.condition(event.given, event.unless, context.scenario)
            yield Paragraph(text=f"If its condition is met: {condition}. Overall: whatever else happens.")
        yield _table(event, shown, result.events, context)


def with_states(result: FitResult, scenario: Scenario) -> Iterator[Event]:
    """The events with states of which at least one probability is shown, each after those it depends on."""
    events = (scenario.events[name] for name in scenario.order)
    return (event for event in events if event.states and states_of(event, result))


def states_of(event: Event, result: FitResult) -> States:
    """The states whose probability is shown, in the order of the file."""
    rows = {state: result.events.get(f"{event.id}={state}") for state in event.states}
    return {state: row.conditional for state, row in rows.items() if row and row.conditional}


def leading(event: Event, states: States) -> str:
    """The most probable state, and the next; both where the error does not tell them apart."""
    ranked = sorted(states, key=lambda state: -states[state].posterior.value)
    titles = [quoted(event.state_title(state)) for state in ranked[:2]]
    numbers = [states[state].posterior for state in ranked[:2]]
    shown = [f"{title} ({percent(number)})" for title, number in zip(titles, numbers, strict=True)]
    error = SIGNIFICANT_SE * math.hypot(*(number.se for number in numbers))
    if len(shown) == 2 and numbers[0].value - numbers[1].value <= error:
        both = f"Most probable: {listed(titles)}, {percent(numbers[0])} each"
        return f"{both}, as far as the error of the simulation shows."
    return f"Most probable: {', then '.join(shown)}."


def number(row: RangedNumber) -> str:
    """The median and the 90% range of a number, after the evidence and before it."""
    after, before = (", ".join(_quantiles(source, row)) for source in (row.posterior, row.prior))
    return f"Median and 90% range: {after}. Before the evidence: {before}. {SPREAD}"


def _quantiles(source: NumberDistribution, row: RangedNumber) -> Iterator[str]:
    low, median, high = (_quantile(quantile, row) for quantile in source.quantiles)
    unit = f" {row.unit}" if row.unit else ""
    yield f"{median}{unit}"
    yield f"{low} to {high}"


def _quantile(quantile: Quantile, row: RangedNumber) -> str:
    if quantile.value is None:
        return f"over {row.edges[-1]:,.12g}"
    value, error = quantile.value.value, quantile.value.se or 0.0
    return rounded(value, max(error, 0.01 * abs(value)))


def in_a_line(event: Event, states: States) -> str:
    """All states in one sentence; of an event without an order, the most probable first."""
    order = list(states) if event.ordered else sorted(states, key=lambda state: -states[state].posterior.value)
    parts = [f"{quoted(event.state_title(state))} {percent(states[state].posterior)}" for state in order]
    condition = ", if its condition is met" if event.given or event.unless else ""
    return f"{phrases.sentence(event.title)}{condition}: {listed(parts)}."


def _table(event: Event, states: States, events: Mapping[str, EventProbability], context: Context) -> Table:
    conditional = bool(event.given or event.unless)
    mass = plain_percent(next(iter(states.values())).posterior.interval.mass)
    later = _this_or_later(event, states) if event.ordered else {}
    header = ["State", "Probability", f"{mass} interval", "Prior"]
    header += (
        ["This or more" if event.edges else "This or later"] * event.ordered
        + ["Overall"] * conditional
        + [f"{context.scale.title} word"]
    )
    rows = []
    for state, number in states.items():
        after = number.posterior
        row = [plain(event.state_title(state)), percent(after), interval(after.interval), percent(number.prior)]
        row += [percent(later[state]) if state in later else "-"] * event.ordered
        row += [percent(events[f"{event.id}={state}"].posterior)] * conditional
        rows.append((*row, str(phrases.phrase(after, context.scale))))
    return Table(header=tuple(header), rows=tuple(rows), text_columns=frozenset({0, len(header) - 1}))


def _this_or_later(event: Event, states: States) -> Mapping[str, MCEstimate]:
    """The probability of each state or a later one; none where one of these is not shown."""
    chances: dict[str, MCEstimate] = {}
    value = error = 0.0
    for state in reversed(event.states):
        if state not in states:
            break
        value += states[state].posterior.value
        error += states[state].posterior.se  # of a sum at most the sum
        certain = len(chances) + 1 == len(event.states)
        chances[state] = MCEstimate(value=min(value, 1.0), own_variance=0.0 if certain else error**2)
    return chances

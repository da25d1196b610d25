"""Rows of a file of forecasts that are the states of one question: together they are one forecast."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from estimative.priors.errors import Issue, quote
from estimative.priors.forecast_rows import OPEN, VOID, Row

ROUNDING = 0.005
"""Of each probability: percentages without decimals may add up to a little more or less than 1."""


def forecasts_in(rows: Iterable[Row]) -> list[tuple[Row, ...]]:
    """Return the rows of each forecast, in the order of their first ones.

    A row without a state is a forecast. Those with states are one if analyst, question and time are the same.
    """
    forecasts: dict[object, list[Row]] = defaultdict(list)
    for row in rows:
        forecasts[(row.analyst, row.question, row.date) if row.state else row.line].append(row)
    return [tuple(own) for own in forecasts.values()]


def state_errors(rows: Sequence[Row]) -> Iterator[Issue]:
    """Yield the errors of rows with states, whose cells have no errors by themselves."""
    with_states = {row.question for row in rows if row.state}
    without = [row for row in rows if row.question in with_states and not row.state]
    for row in without:
        message = f"other rows of {quote(row.question)} have states"
        yield row.error("state", code="missing-value", message=message, allowed="a state in each row of a question")
    if not without:
        for own in forecasts_in(row for row in rows if row.state):
            yield from _group_errors(own)


def _group_errors(rows: Sequence[Row]) -> Iterator[Issue]:
    """Yield the errors of the states of one forecast; each state is there once."""
    first, whose = rows[0], f"{quote(rows[0].question)} by {quote(rows[0].analyst)}"
    total = sum(row.value or 0.0 for row in rows)
    if len({row.state for row in rows}) < len(rows):
        return  # that a state is there twice is an error already
    if abs(total - 1) > ROUNDING * len(rows):
        message = f"the states of {whose} have probabilities that add up to {total:.6g}"
        fix = "Give each forecast a row for every state, with the same date."
        yield first.error("state", code="not-a-distribution", message=message, allowed="a sum of 1", suggestion=fix)
    elif not _resolved_once([row.answer for row in rows]):
        message = f"the states of {whose} do not say which one holds"
        allowed = "yes for one state and no for all others, the same word for all if void, or nothing while it is open"
        yield first.error("outcome", code="contradiction", message=message, allowed=allowed)


def _resolved_once(answers: Sequence[bool | str | None]) -> bool:
    """Whether one of the states holds and no other, or nothing is known of any."""
    return set(answers) in ({OPEN}, {VOID}) or (answers.count(True) == 1 and set(answers) <= {True, False})

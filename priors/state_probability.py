"""The probability of one state among several."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct


class StateProbability(Struct, frozen=True, kw_only=True):
    """The probability that one state of an event holds; those of all its states add up to 1."""

    state: str
    probability: float
    se: float = 0.0
    """Monte Carlo standard error."""


def answer_probabilities(yes: float | None, states: Sequence[StateProbability]) -> tuple[float, ...]:
    """Return the probabilities of all answers to a question: of its states, or of no and yes if it has none."""
    chance = yes or 0.0
    return tuple(each.probability for each in states) or (1 - chance, chance)


def answer_place(happened: bool | None, state: str, states: Sequence[StateProbability]) -> int:
    """Return the place of what happened among these answers."""
    return [each.state for each in states].index(state) if states else int(happened is True)

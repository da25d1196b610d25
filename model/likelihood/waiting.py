"""Rates that run from when a condition is met: the exact chance of an event whose clock starts with other events.

An event waits for others, which may wait in turn; each happens at its own constant rate once all that it waits for have
happened. Which of them have happened by a time is a Markov chain in continuous time. It enters each state along
paths with the same rates, those of the events in it, so that their product can be left out of the chain: what remains
is the exponential of a matrix with the sums of the rates still running on its diagonal and ones beside it. It is
computed by a series over a short step, doubled until the horizon is reached. Nothing is divided by a difference of
rates, so that equal rates need no care.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from math import log

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from estimative.model.likelihood.backend import Array, Backend

MOST = 4096.0
"""Expected events over the horizon: with more, the wait is too short to matter, and counts as if there were so many."""
DOUBLINGS = 15
TERMS = 12
"""Of the series over a step, in which no more than an eighth of an event of each kind is expected."""


class Waiting(Struct, frozen=True, kw_only=True):
    """An event that waits for others: the rows of their rates, and the states that lead to its happening.

    A state is a set of events that have happened. The last state is all of them, the last but one all but the event.
    """

    rows: NDArray[np.intp]
    """Into the rows of rate form: those of the awaited events, then that of the event; dims (member, row)."""
    running: NDArray[np.float64]
    """1 where the clock of a member runs in a state; dims (state, member)."""
    follows: NDArray[np.float64]
    """1 where one more event leads from a state to another; dims (state, state)."""

    @classmethod
    def of(cls, awaited: Sequence[Sequence[int]], rows: NDArray[np.intp]) -> Waiting:
        """List the states.

        Parameters
        ----------
        awaited
            For each member, the members that it waits for directly; the event itself is the last member.
        """
        members, last = range(len(awaited)), len(awaited) - 1
        sets = [frozenset(some) for size in members for some in combinations(range(last), size)]
        states = [state for state in sets if all(set(awaited[member]) <= state for member in state)]
        states.append(frozenset(members))
        running = [[member not in state and set(awaited[member]) <= state for member in members] for state in states]
        follows = [[before < after and len(after - before) == 1 for after in states] for before in states]
        return cls(rows=rows, running=np.array(running, dtype=float), follows=np.array(follows, dtype=float))


def waiting_chances(backend: Backend, waiting: Waiting, log_hazard: Array) -> tuple[Array, Array]:
    """Compute P(yes) and P(no) of an event once all that it waits for have happened at some time before the end.

    Parameters
    ----------
    log_hazard
        ln of rate times horizon of each row of rate form; dims (row[, draw]).

    Returns
    -------
    dims (row of the event[, draw]).
    """
    hazard = backend.exp(-backend.maximum(-log_hazard[waiting.rows], -log(MOST)))
    reached = chain_transitions(backend, waiting.running, waiting.follows, hazard)
    no, yes = reached[0, -2], hazard[-1] * reached[0, -1]
    return yes / (no + yes), no / (no + yes)


def chain_transitions(
    backend: Backend, running: NDArray[np.float64], follows: NDArray[np.float64], hazard: Array
) -> Array:
    """Compute P(state at the end | state at the start), over the product of the rates of the events in between.

    Parameters
    ----------
    running
        1 where the clock of a member runs in a state; dims (state, member).
    follows
        1 where one more event leads from a state to another; dims (state, state).
    hazard
        Rate times span of each member, at most `MOST`; dims (member[, ...]).

    Returns
    -------
    dims (state, state[, ...]).
    """

    def shaped(constant: NDArray[np.float64]) -> NDArray[np.float64]:
        return constant.reshape(constant.shape + (1,) * (hazard.ndim - 1))

    leaving = (shaped(running) * hazard[None]).sum(axis=1)
    one = shaped(np.eye(len(follows)))
    step = (shaped(follows) - one * leaving[:, None]) * 0.5**DOUBLINGS
    reached = one + step * (1 / TERMS)
    for term in range(TERMS - 1, 0, -1):
        reached = one + backend.product(step, reached) * (1 / term)
    for _ in range(DOUBLINGS):
        reached = backend.product(reached, reached)
    return reached

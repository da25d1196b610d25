"""Events that may follow each occurrence of a rate event, not once.

The occurrences of a rate event over the horizon are Poisson with mean H = years x rate. Each leads to the event with
chance p, so that the event's own occurrences are Poisson with mean H p, and

P(event | at least one occurrence) = (1 - exp(-H p)) / (1 - exp(-H)).

An event that repeats with this one has H p in the place of H. Occurrences that have been observed do not limit those to
come: then it is 1 - exp(-H p).
"""

from __future__ import annotations

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from estimative.model.likelihood.backend import TINY, Array, Backend


class Repeating(Struct, frozen=True, kw_only=True):
    """The rows of an event that repeats."""

    events: tuple[str, ...]
    """Names of nodes: what it repeats with, from the rate event on, then itself."""
    driving: tuple[str, ...]
    """The events, and states of events, whose joint states are its rows."""
    rate: NDArray[np.intp]
    """Into the rows of rate form; dims (row)."""
    happens: NDArray[np.intp]
    """Into the local probabilities: the chance, for each occurrence, of all that comes between the rate event and this
    one, and of this one last; dims (member, row)."""
    fails: NDArray[np.intp]
    """Into the local probabilities: the chance that this one does not follow; dims (row)."""
    observed: bool
    """Whether what it repeats with has happened already."""

    def expected(self, backend: Backend, hazard: Array, local: Array) -> list[Array]:
        """Compute how many occurrences are expected of the rate event, and of each that repeats with the one before.

        Returns
        -------
        dims (row[, draw]) each.
        """
        expected = [backend.maximum(hazard[self.rate], TINY)]
        for places in self.happens:
            expected.append(backend.maximum(expected[-1] * local[places], TINY))
        return expected


def repeated_chances(backend: Backend, repeating: Repeating, hazard: Array, local: Array) -> tuple[Array, Array]:
    """Compute P(yes) and P(no) of an event, given that what it repeats with occurs at least once.

    Parameters
    ----------
    hazard
        Rate times horizon of each row of rate form; dims (row[, draw]).
    local
        The local probabilities before those of events that repeat; dims (entry[, draw]).

    Returns
    -------
    dims (row of the event[, draw]).
    """
    expected = repeating.expected(backend, hazard, local)[-2]
    happens, fails = expected * local[repeating.happens[-1]], expected * local[repeating.fails]
    if repeating.observed:
        return -backend.expm1(-happens), backend.exp(-happens)
    # P(no) is computed on its own, since 1 - P(yes) would lose its digits.
    some = -backend.expm1(-expected)
    return -backend.expm1(-happens) / some, -backend.exp(-happens) * backend.expm1(-fails) / some

"""Positions in the vector of local probabilities, in the order in which `terms.local_probabilities` computes them.

For each number of states, the rows of odds form, state by state; the rates, not happened and happened; for each number
of states, the rows of table form; then the rows of rates that wait for others, and of events that repeat; then 0 and 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import accumulate
from typing import Literal

import numpy as np
from msgspec import Struct, field

from estimative.model.likelihood.layout import Categories
from estimative.model.spec.events import Event

type Kind = Literal["odds", "table"]
type Group = tuple[Kind, int, bool]
"""The form, the number of states but the first, and whether they are ordered."""


class Rows(Struct, frozen=True):
    """Rows of probabilities by form and number of states, while they are collected."""

    groups: dict[Group, list[list[int]]] = field(default_factory=dict)

    def add(self, kind: Kind, event: Event, entry: list[int]) -> int:
        """Add a row; return its number among those of its form and number of states."""
        rows = self.groups.setdefault(_group(kind, event), [])
        rows.append(entry)
        return len(rows) - 1

    def categories(self, kind: Kind) -> tuple[Categories, ...]:
        """The rows of one form, as arrays."""
        return tuple(
            Categories(entry=np.array(rows, dtype=np.intp), ordered=group[2])
            for group, rows in self.groups.items()
            if group[0] == kind
        )

    def arrange(self, rates: int, derived: Mapping[str, int]) -> Positions:
        """Fix the order once all rows are known.

        Parameters
        ----------
        rates
            How many rows are of rate form.
        derived
            How many rows each event has whose chance follows from the rows of several.
        """
        odds = [group for group in self.groups if group[0] == "odds"]
        tables = [group for group in self.groups if group[0] == "table"]
        counts: dict[object, int] = {group: len(rows) for group, rows in self.groups.items()}
        sizes: list[tuple[object, int]] = [
            *((group, counts[group] * (group[1] + 1)) for group in odds),
            ("rate", 2 * rates),
            *((group, counts[group] * (group[1] + 1)) for group in tables),
            *((_derived(name), 2 * count) for name, count in derived.items()),
        ]
        starts = accumulate((size for _, size in sizes), initial=0)
        first = dict(zip([name for name, _ in sizes] + ["constants"], starts, strict=True))
        own: dict[object, int] = {_derived(name): count for name, count in derived.items()}
        return Positions(first=first, counts={**counts, "rate": rates, **own})


class Positions(Struct, frozen=True, kw_only=True):
    """Where each part begins."""

    first: dict[object, int]
    counts: dict[object, int]

    @property
    def impossible(self) -> int:
        """The position of 0; that of 1 follows."""
        return self.first["constants"]

    def derived(self, name: str, row: int) -> list[int]:
        """Not happened and happened, of a row of an event whose chance follows from the rows of several."""
        return self._states(_derived(name), row, 2)

    def of_row(self, event: Event, row: int) -> list[int]:
        """The states of a row of an event."""
        if event.form == "rate":
            return self._states("rate", row, 2)
        group = _group("table" if event.form == "table" else "odds", event)
        return self._states(group, row, group[1] + 1)

    def _states(self, part: object, row: int, states: int) -> list[int]:
        return [self.first[part] + state * self.counts[part] + row for state in range(states)]


def _group(kind: Kind, event: Event) -> Group:
    return kind, max(len(event.states), 2) - 1, event.ordered


def _derived(name: str) -> tuple[str, str]:
    return "derived", name

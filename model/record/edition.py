"""The next edition of a scenario: what changed by the passing of time alone, and what each analyst has not answered."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from estimative.model.inference.info import ScenarioInfo
from estimative.model.spec.evidence import Evidence
from estimative.model.spec.exposure import Lengthened
from estimative.model.spec.quantities import Quantities, QuantityName
from estimative.model.spec.scenario import Scenario
from estimative.priors.prior_set import PriorSet

OF_ITEMS = frozenset({"evidence", "motives", "relevance"})
"""Sections of a prior set about items of evidence."""


class Aged(Struct, frozen=True, kw_only=True):
    """An item of evidence that counts less than it did."""

    id: str
    title: str
    before: float
    """The share of its weight on the day of the earlier edition."""
    after: float
    """0 where it has expired."""
    expires: datetime.date | None


class Unanswered(Struct, frozen=True, kw_only=True):
    """An item of evidence about which an analyst has said nothing."""

    id: str
    title: str
    date: datetime.date | None
    suggested: bool
    """Whether the scenario suggests a number, which counts meanwhile."""


class AnalystFile(Struct, frozen=True, kw_only=True):
    """The prior set of an analyst in the new edition."""

    name: str
    analyst: str
    date: datetime.date | None
    file: str
    """The new file; empty where the prior set is a shipped one and stays as it is."""
    unanswered: tuple[Unanswered, ...]


class Edition(Struct, frozen=True, kw_only=True):
    """The next edition of a scenario, as it was written.

    Attributes
    ----------
    before
        The day of the earlier edition; that of the new one is the scenario's `as_of`.
    """

    kind: Literal["roll"] = "roll"
    schema_version: int
    scenario: ScenarioInfo
    before: datetime.date
    files: tuple[str, ...]
    """All that were written, the scenario first."""
    lengthened: tuple[Lengthened, ...]
    passed: tuple[datetime.date, ...]
    """Checkpoints that are over."""
    aged: tuple[Aged, ...]
    analysts: tuple[AnalystFile, ...]
    converged: Literal[True] = True

    def __repr__(self) -> str:
        return f"Edition({self.scenario.id}: {self.before} to {self.scenario.as_of}, {len(self.files)} files)"


def aged(items: Mapping[str, Evidence], before: datetime.date, after: datetime.date) -> tuple[Aged, ...]:
    """Return the items that count less on a later day, those that have expired first."""
    rows = [
        Aged(id=name, title=i.title, before=i.left(before), after=i.left(after), expires=i.expires)
        for name, i in items.items()
        if i.left(after) < i.left(before)
    ]
    return tuple(sorted(rows, key=lambda row: row.after > 0))


def unanswered(scenario: Scenario, prior_set: PriorSet) -> tuple[Unanswered, ...]:
    """Return the items of evidence about which a prior set says nothing, in the order of the scenario."""
    stated = {*prior_set.statements, *(f"relevance.{name}" for name in prior_set.relevance)}
    wanted = [*Quantities(scenario).inputs, *(f"relevance.{name}" for name in _weighed(scenario))]
    names = [QuantityName.parse(name) for name in wanted if name not in stated and not _in_parts(name, stated)]
    silent = dict.fromkeys(name.subject for name in names if name.section in OF_ITEMS)
    items = [scenario.evidence[name] for name in silent]
    return tuple(
        Unanswered(id=item.id, title=item.title, date=item.date, suggested=bool(item.suggests)) for item in items
    )


def _in_parts(name: str, stated: set[str]) -> bool:
    """Whether a quantity is stated by its parts, such as two chances in place of their ratio."""
    return any(other.startswith(f"{name}.") for other in stated)


def _weighed(scenario: Scenario) -> list[str]:
    return [name for name, item in scenario.evidence.items() if item.kind in ("cases", "exposure")]

"""The summary of a what-if: every probability before and after, and the JSON that holds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from estimative.reports.summary import Analyst, Computation, Interval, Number, Scenario, Verdict

SCHEMA_VERSION = 1
UNCONVERGED = "Some of these numbers come from a fit that did not converge. Do not rely on them."
WITHHELD = "Not every fit converged: no number is told."


@dataclass(frozen=True, kw_only=True)
class Supposed:
    """One thing that is supposed to be otherwise."""

    kind: str
    """ "intervention", "condition", "evidence left out" or "another prior"."""
    about: str
    """A factor, an event, an item of evidence or a quantity."""
    title: str
    said: str
    """As it was put on the command line."""


@dataclass(frozen=True, kw_only=True)
class Chance:
    """A probability with its interval and word."""

    probability: float
    se: float
    interval: Interval
    term: str


@dataclass(frozen=True, kw_only=True)
class Change:
    """A probability before and after."""

    before: Chance
    after: Chance
    difference: Number
    """After less before, in probability; the error is that of draws on common random numbers."""
    shift: Number | None
    """After less before, in natural log-odds; None where one of the two is 0 or 1."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """An outcome before and after."""

    title: str
    given: tuple[str, ...]
    change: Change | None
    """None where its condition cannot be so after what is supposed."""


@dataclass(frozen=True, kw_only=True)
class Event:
    """An event before and after: whatever else happens, and under its own condition."""

    title: str
    when: str
    given: tuple[str, ...]
    unless: tuple[str, ...]
    overall: Change | None
    given_previous: Change | None
    """None where its own condition cannot be so, before or after."""


@dataclass(frozen=True, kw_only=True)
class Factor:
    """What is believed of a factor's level today, before and after: an intervention leaves it as it is."""

    title: str
    before: Number
    after: Number
    set_to: float | None
    """The degree at which an intervention sets it from now on."""


@dataclass(frozen=True, kw_only=True)
class Point:
    """The outcomes at one value of the factor that is swept."""

    value: float
    outcomes: Mapping[str, Chance]
    """Whose condition can be so."""
    events: Mapping[str, Chance]
    """Each under its own condition, where that can be so."""


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """A factor set by hand to one value after another."""

    factor: str
    title: str
    low: str
    """What 0 means."""
    high: str
    points: tuple[Point, ...]


@dataclass(frozen=True, kw_only=True)
class WhatIf:
    """Everything that a what-if tells; no number where a fit failed, unless that was asked for."""

    schema_version: int = SCHEMA_VERSION
    scenario: Scenario
    analyst: Analyst
    """As assessed."""
    after: Verdict
    """Of what is supposed."""
    after_method: str
    converged: bool
    caution: str
    """To be shown with every number; empty where both fits converged."""
    supposed: tuple[Supposed, ...]
    outcomes: Mapping[str, Outcome]
    events: Mapping[str, Event]
    factors: Mapping[str, Factor]
    sweep: Sweep | None
    computation: Computation

    @property
    def told(self) -> bool:
        """Whether there are numbers to tell."""
        return bool(self.outcomes)

    @property
    def headline(self) -> Change:
        """Of the headline, whose condition can always be so."""
        change = self.outcomes[self.scenario.headline].change
        assert change
        return change

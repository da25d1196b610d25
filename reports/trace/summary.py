"""The summary of a trace: the way back from one number, and the JSON that holds it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from estimative.reports.summary import (
    Analyst,
    Computation,
    Event,
    Factor,
    Item,
    Number,
    Outcome,
    Quantity,
    Scenario,
    Source,
)

SCHEMA_VERSION = 1
UNCONVERGED = "These numbers come from a fit that did not converge. Do not rely on them."
WITHHELD = "The fit did not converge: no number is told."


@dataclass(frozen=True, kw_only=True)
class Term:
    """One summand of an event's log-odds (of a rate: log rate per year)."""

    quantity: str
    driver: str
    """A factor or an event; empty for the baseline."""
    direction: str
    """ "raises", "lowers", or empty."""
    value: Number
    """Mean of the quantity: probability, rate per year, odds ratio, rate ratio."""
    level: Number | None
    """Mean degree of a factor, or chance that a driving event has happened."""
    of_event: bool
    """Whether the driver is an event."""
    contribution: Number
    """Natural logarithm; of a driving event what its having happened adds."""


@dataclass(frozen=True, kw_only=True)
class Equation:
    """What an event's chance is made of, where its own condition holds."""

    form: str
    """ "odds", "rate" or "table"."""
    years: float | None
    """Of a rate."""
    terms: tuple[Term, ...]
    entries: Mapping[str, Number]
    """Of a table."""
    told: Number | None
    """Natural log-likelihood ratio of all that is told of the event itself."""


@dataclass(frozen=True, kw_only=True)
class Trace:
    """One number, and everything it comes from; the numbers are withheld where the fit failed."""

    schema_version: int = SCHEMA_VERSION
    scenario: Scenario
    analyst: Analyst
    converged: bool
    caution: str
    target: str
    """An outcome, an event, or a quantity such as "effects.request.plan"."""
    sort: str
    """ "outcome", "event" or "quantity"."""
    outcome: Outcome | None
    """Where the target is one."""
    definition: str
    """Of an outcome: which events it means."""
    events: Mapping[str, Event]
    """In the order in which they follow from each other."""
    equations: Mapping[str, Equation]
    factors: Mapping[str, Factor]
    quantities: Mapping[str, Quantity]
    evidence: Mapping[str, Item]
    sources: Mapping[str, Source]
    computation: Computation

"""The summary of what the evidence does: weights, tipping points, what to look for, and the JSON that holds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from estimative.reports.summary import Analyst, Computation, Effort, Item, Number, Probability, Scenario, Source

SCHEMA_VERSION = 1
UNCONVERGED = "Some of these numbers come from fits that did not converge. Do not rely on them."
WITHHELD = "Not every fit converged: what rests on one that did not is left out."


@dataclass(frozen=True, kw_only=True)
class Weight:
    """What an item, or a story, does to the headline: natural log-odds."""

    alone: Number
    """With nothing else known."""
    last: Number
    """With all else known."""
    pareto_k: float | None
    """The larger of its two fits'; None where no weight stood out."""
    own_fits: int
    """How many of the two had to be fitted anew, reweighting having failed."""


@dataclass(frozen=True, kw_only=True)
class Story:
    """Items of one origin, or one item with an origin of its own."""

    title: str
    items: tuple[str, ...]
    weight: Weight
    step: Number
    """What it adds to the stories before it."""
    running: Number
    """Log-odds of the headline once this story and all before it are known."""


@dataclass(frozen=True, kw_only=True)
class Opposition:
    """The two stories that pull the headline hardest against each other, all else being known."""

    up: str
    down: str


@dataclass(frozen=True, kw_only=True)
class Conflict:
    """The two stories that fit together worst: ln P(one) P(other) / P(both)."""

    first: str
    second: str
    measure: Number


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """The evidence, story by story in the order of the scenario; natural log-odds of the headline."""

    before: Number
    after: Number
    whole: Number
    """What all of it does: the one less the other."""
    stories: Mapping[str, Story]
    items: Mapping[str, Weight]
    """Of the single items of stories that several tell."""
    opposition: Opposition | None
    conflict: Conflict | None
    effort: Effort


@dataclass(frozen=True, kw_only=True)
class Edge:
    """A border between two words, and the evidence that brings the headline there."""

    probability: float
    below: str
    above: str
    """The words on either side."""
    log_ratio: Number
    """Natural logarithm of the likelihood ratio that is needed."""


@dataclass(frozen=True, kw_only=True)
class Move:
    """What one factor's prior would have to become to bring the headline to an edge."""

    edge: float
    mean: Number | None
    held: bool
    """Whether the factor held at one of its ends would do it."""


@dataclass(frozen=True, kw_only=True)
class Reach:
    """What one factor can do to the headline by itself."""

    title: str
    mean: float
    """Of its prior as it stands."""
    at_low: Number
    at_high: Number
    """Probability of the headline with the factor held at the lower and the upper end of its prior."""
    moves: tuple[Move, ...]


@dataclass(frozen=True, kw_only=True)
class Tipping:
    """What would change the word."""

    edges: tuple[Edge, ...]
    factors: Mapping[str, Reach]
    effort: Effort


@dataclass(frozen=True, kw_only=True)
class Likelihood:
    """The probability of seeing an indicator at one end of what it is about."""

    end: str
    """ "yes", "no", "high" or "low"."""
    mean: float
    statement: str
    because: str


@dataclass(frozen=True, kw_only=True)
class Sight:
    """One indicator, and what looking for it is worth."""

    title: str
    about: str
    supports: str
    source: str
    locator: str
    likelihoods: tuple[Likelihood, ...]
    seen: Number
    """Probability of seeing it, for one who looks."""
    if_seen: Number | None
    """Probability of the headline then; None where it cannot be seen."""
    if_not: Number | None
    """And if it was looked for and not seen; None where it cannot be missed."""
    information: Number
    """Expected information gain about the headline, as a share of its entropy."""
    variance: Number
    """Expected reduction of the headline's variance p (1 - p), as a share of it."""
    ceiling: Number
    """That share, if what the indicator is about were known for certain (EVPPI)."""


@dataclass(frozen=True, kw_only=True)
class Weighing:
    """Everything that is told of the evidence; nothing that rests on a failed fit, unless that was asked for."""

    schema_version: int = SCHEMA_VERSION
    scenario: Scenario
    analyst: Analyst
    converged: bool
    caution: str
    headline_title: str
    headline: Probability | None
    ledger: Ledger | None
    tipping: Tipping | None
    indicators: Mapping[str, Sight]
    """The most telling first."""
    evidence: Mapping[str, Item]
    sources: Mapping[str, Source]
    computation: Computation

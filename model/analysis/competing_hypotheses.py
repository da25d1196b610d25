"""Analysis of competing hypotheses: the posterior of the states of an event, beside the count of inconsistencies.

Heuer (1999), Psychology of Intelligence Analysis, chapter 8, prefers the hypothesis with the fewest inconsistent items;
in the program ACH of PARC one that is very inconsistent counts twice. That is a likelihood: with the ratings of the ACH
scale, each count divides the odds by the square root of 10. It leaves out the shares before the evidence and how
consistent the other items are, and counts in full what items of one origin repeat. For two hypotheses that the count
and the posterior rank differently, the log-odds are the sum of these terms, so that the one that reverses the order can
be named.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from estimative.model.inference.fit_result import Probability
from estimative.model.inference.mc_estimate import MCEstimate

type Step = Literal["inconsistent", "consistent", "numbers", "origins", "prior", "other"]
"""What leads from the classic count to the posterior, in this order: see `Reversal`."""
STEPS: tuple[Step, ...] = ("inconsistent", "consistent", "numbers", "origins", "prior", "other")


class Hypothesis(Struct, frozen=True, kw_only=True):
    """A state of the event, and how it ranks by both methods."""

    state: str
    probability: Probability | None
    """None where it is not known well enough."""
    inconsistencies: int
    """The classic count: 1 for each inconsistent item, 2 for each very inconsistent one."""
    weighted: float
    """The same, each item counted as much as it counts in the posterior: items of one origin less than in full."""
    rank: int
    """By probability; 1 is the most probable. Those that the simulation error does not tell apart share a rank."""
    classic_rank: int
    """By the classic count; 1 has the fewest inconsistencies, and hypotheses with as many have the same rank."""


class RatedEvidence(Struct, frozen=True, kw_only=True):
    """An item with its likelihood under each hypothesis."""

    name: str
    weight: float
    """How much it counts: its part of what items of one origin count together, 1 for an item by itself."""
    likelihoods: Mapping[str, float]
    """By state: the median, of which only ratios matter, of the item in full."""
    words: Mapping[str, str]
    """By state, where a word was stated."""
    separation: float
    """How far it separates the hypotheses, as much as it counts: natural log of the largest ratio of likelihoods."""


class Contribution(Struct, frozen=True, kw_only=True):
    """What an item adds to the natural log-odds of the more probable of two hypotheses."""

    name: str
    full: float
    """If it counted in full."""
    counted: float
    """As much as it counts."""


class Reversal(Struct, frozen=True, kw_only=True):
    """Two hypotheses that the classic count and the posterior rank differently, in natural log-odds.

    The log-odds are the sum of the terms. "inconsistent": ratings as inconsistent, each item in full. With the words of
    the ACH scale that is the difference of the classic counts. "consistent": ratings as neutral or consistent, which
    the count leaves out. "numbers": likelihoods that were stated as numbers. "origins": what items of one origin repeat
    is taken off. "prior": the shares before the evidence. "other": all other evidence and inputs.
    """

    preferred: str
    """By the classic count: it has fewer inconsistencies."""
    more_probable: str
    log_odds: MCEstimate
    """Of the more probable hypothesis against the preferred one, after the evidence."""
    terms: Mapping[Step, MCEstimate]
    reversed_by: Step
    """The term with which the sum of those before it changes its sign for good."""
    decisive: tuple[str, ...]
    """Terms, origins ("origin.x") and items ("evidence.x") without which the order would be that of the count, the
    largest first."""
    items: tuple[Contribution, ...]
    """Those that distinguish the two, the largest first."""


class CompetingHypotheses(Struct, frozen=True, kw_only=True):
    """The states of an event as competing hypotheses."""

    event: str
    hypotheses: tuple[Hypothesis, ...]
    """The most probable first."""
    items: tuple[RatedEvidence, ...]
    """In the order of the scenario."""
    reversals: tuple[Reversal, ...]
    """Where the two rankings differ: the first of each, then neighbours by probability."""

    @property
    def counted(self) -> bool:
        """Whether any likelihood was stated as a word, so that there is a classic count."""
        return any(item.words for item in self.items)

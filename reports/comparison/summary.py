"""The summary of a comparison: every number about several analysts, with its error, and the JSON that holds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from estimative.reports.summary import Analyst, Computation, Effort, Number, Probability, Scenario

SCHEMA_VERSION = 1
SOME_UNCONVERGED = "Some of these numbers come from fits that did not converge. Do not rely on them."
SOME_WITHHELD = "Not every fit converged: what rests on one that did not is left out."


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two analysts on one outcome."""

    first: str
    second: str
    difference: Number
    """Probability of the first less that of the second."""
    first_higher: Number
    """Probability that the first's inner probability lies above the second's, were the two independent."""
    overlap: Number
    """Of the two posteriors, from 0 to 1."""
    wasserstein: Number
    """Distance of the two posteriors, on the scale of probability."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What each analyst makes of an outcome."""

    title: str
    given: tuple[str, ...]
    analysts: Mapping[str, Probability]
    pairs: tuple[Pair, ...]


@dataclass(frozen=True, kw_only=True)
class Foresight:
    """Log marginal likelihood in decibans against the first analyst of those told; None where the draws cannot tell
    it."""

    everything: Number | None
    figures: Number | None
    """Of the evidence whose probability all analysts state in full and weigh alike."""


@dataclass(frozen=True, kw_only=True)
class Share:
    """What one block or quantity accounts for, in the unit of the gap."""

    name: str
    block: str
    title: str
    share: Number
    sampling_error: float
    """Standard error from sampling orders; 0 where it was taken over all of them."""
    first_in: Number
    """What it changes alone."""
    last_in: Number
    """What it changes when all else has changed."""


@dataclass(frozen=True, kw_only=True)
class Decomposition:
    """A gap shared out: blocks sum to it, quantities to their block."""

    gap: Number
    blocks: tuple[Share, ...]
    quantities: tuple[Share, ...]
    orders: int
    """Random orders that the quantities' shares are averages over; 0 where they were taken over all."""


@dataclass(frozen=True, kw_only=True)
class Attribution:
    """The first analyst's log-odds of the headline less the second's, shared out."""

    first: str
    second: str
    decomposition: Decomposition
    effort: Effort


@dataclass(frozen=True, kw_only=True)
class Team:
    """Each analyst's log-odds less those of the pooled priors, and the variance of the log-odds between analysts."""

    weights: Mapping[str, float]
    pool: Number
    """Log-odds of the headline by the pooled priors."""
    against_pool: Mapping[str, Decomposition]
    variance: Decomposition
    effort: Effort


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Everything that a comparison tells; of an analyst whose fit failed no number, unless that was asked for."""

    schema_version: int = SCHEMA_VERSION
    scenario: Scenario
    converged: bool
    caution: str
    """To be shown with every number; empty where all fits converged."""
    analysts: Mapping[str, Analyst]
    """In the order in which they were named."""
    outcomes: Mapping[str, Outcome]
    foresight: Mapping[str, Foresight]
    attribution: Attribution | None
    """Between two analysts, where it was asked for and can be told."""
    team: Team | None
    """Of more than two."""
    computation: Computation

    @property
    def told(self) -> tuple[str, ...]:
        """The analysts whose numbers can be told."""
        return tuple(next(iter(self.outcomes.values())).analysts)

    @property
    def withheld(self) -> bool:
        """Whether there are numbers that could be told with a caution."""
        return self.caution == SOME_WITHHELD

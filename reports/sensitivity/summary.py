"""The summary of a sensitivity analysis: every number with its error, and the JSON that holds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from estimative.reports.summary import Analyst, Computation, Effort, Number, Probability, Scenario

SCHEMA_VERSION = 1
UNCONVERGED = "Some of these numbers come from fits that did not converge. Do not rely on them."
WITHHELD = "Not every fit converged: what rests on one that did not is left out."


@dataclass(frozen=True, kw_only=True)
class Swing:
    """A quantity, or a fixed weight, held at two values."""

    title: str
    low: float
    high: float
    """The values, on the quantity's own scale."""
    at_low: Number
    at_high: Number
    """Probability of the headline at each."""
    swing: Number | None
    """Natural log-odds of the headline at the high value less those at the low one; None where one is 0 or 1."""


@dataclass(frozen=True, kw_only=True)
class Tornado:
    """Swings, the widest first."""

    low_quantile: float
    high_quantile: float
    """Of each quantity's prior: where it is held."""
    quantities: Mapping[str, Swing]
    weights: Mapping[str, Swing]
    """Weights of evidence that are fixed by choice: at 0 and 1."""
    constants: tuple[str, ...]
    """Quantities that were not varied."""
    effort: Effort


@dataclass(frozen=True, kw_only=True)
class Indices:
    """Sobol' indices: shares of a variance."""

    first: Number
    total: Number


@dataclass(frozen=True, kw_only=True)
class Sobol:
    """The variance of the headline's log-odds over the priors, shared out; the largest total first."""

    sd: float
    """In natural log-odds."""
    alone: Number
    """The sum of the first-order indices."""
    quantities: Mapping[str, Indices]
    untouched: tuple[str, ...]
    evaluations: int


@dataclass(frozen=True, kw_only=True)
class PowerScaled:
    """Power-scaling sensitivity of one quantity."""

    prior: Number
    """Of its posterior, to its own prior."""
    evidence: Number
    """Of its posterior, to all evidence."""
    headline: Number
    """Of the headline, to its prior."""
    diagnosis: str
    """ "conflict", "weak evidence" or "none"."""


@dataclass(frozen=True, kw_only=True)
class PowerScaling:
    """Of every quantity that is no constant; those whose prior moves the headline most come first."""

    threshold: float
    all_priors: Number
    all_evidence: Number
    """Of the headline, to all of them at once."""
    quantities: Mapping[str, PowerScaled]


@dataclass(frozen=True, kw_only=True)
class Alternative:
    """The headline under another structure."""

    probability: Number
    shift: Number | None
    """Natural log-odds less those as assessed; None where one of the two is 0 or 1."""


@dataclass(frozen=True, kw_only=True)
class Structure:
    """Other structures of the same scenario."""

    noisy_or: Alternative
    """Causes that act by themselves, in place of effects on the log-odds."""
    without_effect: Mapping[str, Alternative]
    """Each effect removed in turn; the most telling first."""
    effort: Effort


@dataclass(frozen=True, kw_only=True)
class Sensitivity:
    """Everything that a sensitivity analysis tells; nothing that rests on a failed fit, unless that was asked for."""

    schema_version: int = SCHEMA_VERSION
    scenario: Scenario
    analyst: Analyst
    converged: bool
    caution: str
    headline_title: str
    headline: Probability | None
    tornado: Tornado | None
    sobol: Sobol | None
    """Also None where the headline is certain, impossible or undefined at some draw from the priors."""
    power_scaling: PowerScaling | None
    structure: Structure | None
    computation: Computation

"""The summary of a report: one run with all that was found out about it, and the analysts who dissent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from estimative.priors.verbal_scale import Scale
from estimative.reports.comparison.summary import Comparison
from estimative.reports.evidence.summary import Weighing
from estimative.reports.sensitivity.summary import Sensitivity
from estimative.reports.summary import Number, Summary

SCHEMA_VERSION = 1


@dataclass(frozen=True, kw_only=True)
class Density:
    """Where the draws lie, before the evidence and after it: densities on one grid, smoothed."""

    places: tuple[float, ...]
    """Natural log-odds of an outcome's probability; the degree of a factor."""
    before: tuple[float, ...]
    after: tuple[float, ...]
    """To the unit of the places."""


@dataclass(frozen=True, kw_only=True)
class Mass:
    """How much of an outcome's posterior lies in one band of the scale of words."""

    text: str
    """Its preferred word; "below 1 %", "between 'unlikely' and 'likely'" where the scale has none."""
    worded: bool
    """Whether the scale has a word for it."""
    low: float
    high: float
    """Probabilities."""
    share: Number
    """Of the posterior over what the analyst leaves open."""


@dataclass(frozen=True, kw_only=True)
class Shape:
    """How an outcome's probability spreads over what the analyst leaves open."""

    density: Density | None
    """None where it is exact, or no draws were kept."""
    bands: tuple[Mass, ...]
    """In rising order; every stretch of probability that holds any draw."""


@dataclass(frozen=True, kw_only=True)
class File:
    """A file that the run was made from."""

    name: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Reproduction:
    """How somebody else gets the same numbers."""

    commands: tuple[str, ...]
    files: tuple[File, ...]


@dataclass(frozen=True, kw_only=True)
class Report:
    """Everything that a report tells. Without a passed verdict it holds no probability, unless that was asked for."""

    schema_version: int = SCHEMA_VERSION
    converged: bool
    caution: str
    """To be shown with every number; empty for a converged run whose analyses all converged."""
    scale: Scale
    """Of the words."""
    assessment: Summary
    """Of the run, with words of the scale."""
    shapes: Mapping[str, Shape]
    """By outcome."""
    factors: Mapping[str, Density]
    """By factor; one that is held constant has none."""
    weighing: Weighing | None
    """What the evidence does; None where the run did not converge."""
    sensitivity: Sensitivity | None
    refused: tuple[str, ...] = ()
    """Why one of these two could not be reckoned."""
    comparison: Comparison | None
    """With the analysts of other runs; None where the report is of one."""
    reproduction: Reproduction

    @property
    def told(self) -> bool:
        """Whether there are numbers to tell."""
        return self.assessment.told

"""The summary of a pool: one answer from several analysts, never without them, and the JSON that holds it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from estimative.reports.summary import Analyst, Computation, Number, Probability, Scenario

SCHEMA_VERSION = 1


@dataclass(frozen=True, kw_only=True)
class Measured:
    """A number from a sample of questions."""

    value: float | None
    """None stands for infinite."""
    error: float | None
    """Standard error; None where the sample cannot tell it."""


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """Judgements within one band of ICD 203."""

    term: str
    count: int
    said: float
    happened: float


@dataclass(frozen=True, kw_only=True)
class Scores:
    """How one analyst did on questions that are resolved; both scores are penalties."""

    resolved: int
    few: bool
    brier: Measured
    log: Measured
    calibration: tuple[Calibration, ...]


@dataclass(frozen=True, kw_only=True)
class Record:
    """Where weights by score come from."""

    file: str
    rule: str
    title: str
    source: str
    same_questions: bool
    """Whether all analysts were scored on the same questions."""
    analysts: Mapping[str, Scores]


@dataclass(frozen=True, kw_only=True)
class Weight:
    """What an analyst counts, of one in all."""

    weight: float
    error: float | None
    """Standard error of a weight by score; None where there is none, or the record cannot tell it."""
    learnt: Number | None
    """After the evidence, were the analysts rival models."""


@dataclass(frozen=True, kw_only=True)
class Pool:
    """One way to pool."""

    kind: str
    stage: str
    """"after": answers are pooled after the evidence; "before": priors before it."""
    probability: Number | None
    term: str
    extremized: Number | None
    without: Mapping[str, Number | None]
    """By the analyst who is left out."""
    lacking: str
    """Why there is no such pool; empty where there is one."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """An outcome with what each analyst makes of it, and what they come to together."""

    title: str
    given: tuple[str, ...]
    analysts: Mapping[str, Probability]
    pools: tuple[Pool, ...]


@dataclass(frozen=True, kw_only=True)
class Summary:
    """Everything that a pool tells; no number at all if an analyst's fit failed, unless that was asked for."""

    schema_version: int = SCHEMA_VERSION
    scenario: Scenario
    converged: bool
    caution: str
    analysts: Mapping[str, Analyst]
    weights: Mapping[str, Weight]
    extremizing: float | None
    outcomes: Mapping[str, Outcome]
    record: Record | None
    computation: Computation

    @property
    def told(self) -> bool:
        return bool(self.outcomes)

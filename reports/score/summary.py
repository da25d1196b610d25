"""The summary of a record of judgements, and the JSON that holds it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

SCHEMA_VERSION = 1


@dataclass(frozen=True, kw_only=True)
class Measured:
    """A number from a sample of questions."""

    value: float | None
    """None stands for infinite; of a skill, for minus infinity."""
    error: float | None
    """Standard error, judgements on one scenario taken together; None where the sample cannot tell it."""


@dataclass(frozen=True, kw_only=True)
class Mean:
    """A mean probability."""

    value: float
    se: float


@dataclass(frozen=True, kw_only=True)
class Band:
    """Judgements within one band of ICD 203."""

    term: str
    count: int
    said: Mean
    came_about: int
    low: float
    """Of the Jeffreys interval of how often such things come about."""
    high: float


@dataclass(frozen=True, kw_only=True)
class Decomposition:
    """The Brier score as reliability - resolution + uncertainty + within."""

    reliability: float
    resolution: float
    uncertainty: float
    within: float


@dataclass(frozen=True, kw_only=True)
class Scores:
    """How judgements fared; Brier and logarithmic score are penalties, skills are not."""

    count: int
    questions: int
    few: bool
    """Whether the questions are too few to say much."""
    scenarios: int
    came_about: int
    said: Mean
    bias: Measured
    """Mean probability less the share that came about."""
    brier: Measured
    log: Measured
    """In nats."""
    brier_skill: Measured | None
    """Against the base rate of the same questions; None where nothing or everything came about."""
    log_skill: Measured | None
    decomposition: Decomposition | None
    """None where the judgements are too few for it."""
    bands: tuple[Band, ...]


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """A judgement and what became of it."""

    line: int
    """Of the ledger."""
    run: str
    analyst: str
    """The name of the prior set."""
    question: str
    probability: float
    se: float
    happened: bool | None
    """None where it is void."""
    on: str
    lead: int
    """Days from the run to the answer, or to the horizon where nothing came about before it."""
    because: str
    counted: bool
    """Whether it is scored: of each analyst on each question the last that is not void."""


@dataclass(frozen=True, kw_only=True)
class Record:
    """Everything that a record of judgements tells."""

    schema_version: int = SCHEMA_VERSION
    ledger: str
    """The file, as the user named it."""
    lines: int
    digest: str
    """Of the last line; empty where there is none."""
    corrected: int
    """Lines that a later one corrects."""
    open_runs: int
    """Converged runs that are kept beside the ledger, of its scenarios and prior sets, and not resolved."""
    mass: float
    """Of the intervals of frequencies."""
    same_questions: bool
    """Whether all analysts are scored on the same questions."""
    analysts: Mapping[str, Scores]
    overall: Scores | None
    """Of all analysts together; None where nothing is resolved."""
    judgements: tuple[Judgement, ...]
    """In the order of the ledger, without those that were corrected."""

    @property
    def counted(self) -> tuple[Judgement, ...]:
        return tuple(one for one in self.judgements if one.counted)

    @property
    def void(self) -> int:
        return sum(one.happened is None for one in self.judgements)

    @property
    def earlier(self) -> int:
        """Judgements that a later one of the same analyst on the same question had replaced."""
        return len(self.judgements) - len(self.counted) - self.void

"""The result of a batch: many fits, each with its own verdict and its own saved run."""

from __future__ import annotations

import datetime
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from estimative.model.inference.estimates import ProbabilityEstimate
from estimative.model.inference.info import SCHEMA_VERSION
from estimative.priors.errors import Issue

type Status = Literal["broken", "not converged", "converged"]

FAR = 3.5
"""Robust z-score from which a result is an outlier (Iglewicz and Hoaglin, 1993)."""
FEWEST = 5
"""Results on one question that it takes to call one of them an outlier."""
TO_SD = 1.4826
"""A normal distribution's standard deviation divided by its median absolute deviation."""


class BatchRow(Struct, frozen=True, kw_only=True):
    """One combination of scenario, prior set, day and variant."""

    scenario: str
    """The file or the name of a shipped one, as it was given."""
    priors: str
    """The same of the prior set; empty where there is none."""
    variant: str
    """The name of the edits to the prior set; empty without."""
    as_of: datetime.date | None
    """The day of the assessment; None where neither a file nor the user says."""
    method: str
    seed: int
    draws: int | None
    status: Status
    run: str = ""
    """The id of the saved run; empty where nothing could be fitted."""
    saved_before: bool = False
    """Whether the run was there before the batch began."""
    scenario_id: str = ""
    prior_set: str = ""
    """The name in the file."""
    outcome: str = ""
    """What the probability is of: an id."""
    title: str = ""
    """Of the outcome."""
    probability: ProbabilityEstimate | None = None
    """None where it may not be shown, or is not known well enough."""
    z: float | None = None
    """Robust z-score of its log-odds among the results on the same question; None where they are too few or alike."""
    errors: tuple[Issue, ...] = ()

    def __repr__(self) -> str:
        return f"BatchRow({self.scenario}, {self.priors}, {self.variant or 'as stated'}, {self.as_of}: {self.status})"

    @property
    def outlying(self) -> bool:
        """Whether the result is far from the others on the same question."""
        return self.z is not None and abs(self.z) > FAR

    @property
    def question(self) -> tuple[str, str]:
        """By which results are compared with each other."""
        return self.scenario_id, self.outcome


class BatchResult(Struct, frozen=True, kw_only=True):
    """Many fits, in the order in which they were asked for."""

    schema_version: int = SCHEMA_VERSION
    kind: Literal["batch"] = "batch"
    source: str
    """The folder or the table."""
    folder: str
    """Of the saved runs."""
    rows: tuple[BatchRow, ...]

    def __repr__(self) -> str:
        return f"BatchResult({self.source}: {len(self.rows)} combinations)"

    @property
    def converged(self) -> bool:
        """Whether every fit did; what could not be fitted is in `broken`."""
        return not self.of("not converged")

    @property
    def broken(self) -> tuple[BatchRow, ...]:
        """What could not be fitted, because of errors in files or in the table."""
        return self.of("broken")

    @property
    def outliers(self) -> tuple[BatchRow, ...]:
        """Results far from the others on the same question, the farthest first."""
        return tuple(sorted((row for row in self.rows if row.outlying), key=lambda row: -abs(row.z or 0)))

    @property
    def issues(self) -> tuple[Issue, ...]:
        """Every error, once."""
        return tuple(dict.fromkeys(issue for row in self.rows for issue in row.errors))

    def of(self, status: Status) -> tuple[BatchRow, ...]:
        """The rows of one status."""
        return tuple(row for row in self.rows if row.status == status)


def with_scores(rows: Sequence[BatchRow]) -> tuple[BatchRow, ...]:
    """The same rows, each with its robust z-score.

    z = (x - median) / (1.4826 * median absolute deviation), of the natural log-odds x of converged results on the same
    question. A run that several rows show counts once.
    """
    questions: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
    for row in rows:
        if (height := _log_odds(row)) is not None:
            questions[row.question][row.run] = height
    scores = {question: _scores(heights) for question, heights in questions.items()}
    return tuple(replace(row, z=scores.get(row.question, {}).get(row.run)) for row in rows)


def _log_odds(row: BatchRow) -> float | None:
    if row.status != "converged" or row.probability is None or not 0 < row.probability.value < 1:
        return None
    return math.log(row.probability.value / (1 - row.probability.value))


def _scores(heights: Mapping[str, float]) -> dict[str, float]:
    middle = median(heights.values())
    spread = TO_SD * median(abs(height - middle) for height in heights.values())
    if len(heights) < FEWEST or not spread:
        return {}
    return {run: (height - middle) / spread for run, height in heights.items()}

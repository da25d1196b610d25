"""What was found out about a run beyond its fit, as it is kept beside it: its evidence weighed, everything varied."""

from __future__ import annotations

from dataclasses import dataclass

from estimative.reports.evidence.summary import Weighing
from estimative.reports.sensitivity.summary import Sensitivity
from estimative.reports.summary import SCHEMA_VERSION, Summary, built


@dataclass(frozen=True, kw_only=True)
class Analyses:
    """What a report tells beyond the fit."""

    schema_version: int = SCHEMA_VERSION
    weighing: Weighing | None
    sensitivity: Sensitivity | None
    refused: tuple[str, ...]
    """Why one of them could not be reckoned, in a phrase each; none where both were."""

    @property
    def digests(self) -> frozenset[str]:
        """Of the scenario and the prior set that they are about; none where both were refused."""
        parts = [part for part in (self.weighing, self.sensitivity) if part]
        return frozenset(digest for part in parts for digest in (part.scenario.digest, part.analyst.prior_set.digest))

    def about(self, summary: Summary) -> bool:
        """Whether they are about the scenario and the prior set of a run."""
        return self.digests <= {summary.scenario.digest, summary.prior_set.digest}


def from_json(text: str) -> Analyses:
    """The analyses that `to_json` wrote.

    Raises
    ------
    ValueError
        If they are of another schema version.
    """
    analyses: Analyses = built(Analyses, text)
    return analyses

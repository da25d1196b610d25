"""The analyses that are saved with a run, on the same fit as its result."""

from __future__ import annotations

from msgspec import Struct

from estimative.model.analysis.evidence import EvidenceResult
from estimative.model.analysis.sensitivity import SensitivityResult
from estimative.model.inference.fit_result import FitResult
from estimative.model.inference.info import SCHEMA_VERSION


class StoredAnalyses(Struct, frozen=True, kw_only=True):
    """What a report shows in addition to the fit."""

    schema_version: int = SCHEMA_VERSION
    evidence: EvidenceResult | None
    sensitivity: SensitivityResult | None
    refused: tuple[str, ...]
    """Why one of them could not be computed, in a phrase each."""
    seal: str = ""
    """SHA-256 of the file with this field empty."""

    def of_same_fit(self, result: FitResult) -> bool:
        """Whether the analyses are those of this very fit: the same inputs, and the same headline to the last digit."""
        headline = result.headline if result.has_results else None
        digests = result.scenario.digest, result.prior_set.digest
        parts = [part for part in (self.evidence, self.sensitivity) if part]
        return all(
            part.headline == headline and (part.scenario.digest, part.fit.prior_set.digest) == digests for part in parts
        )

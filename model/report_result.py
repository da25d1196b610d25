"""The result behind a report: a fit with its analyses, other analysts' results, and the assessment before it."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from estimative.model.analysis.evidence import EvidenceResult
from estimative.model.analysis.sensitivity import SensitivityResult
from estimative.model.disagreement.comparison import CompareResult
from estimative.model.disagreement.history import HistoryResult
from estimative.model.inference.estimates import ProbabilityEstimate
from estimative.model.inference.fit_result import FitResult
from estimative.model.inference.info import Result


class OtherResult(Struct, frozen=True, kw_only=True):
    """The headline of another saved run."""

    run: str
    created: datetime.datetime
    prior_set: str
    analyst: str
    headline: ProbabilityEstimate
    same_scenario: bool
    """Whether the scenario was the same version of it as here."""
    same_inputs: bool
    """Whether scenario and prior set were the same as here."""


class InputFile(Struct, frozen=True, kw_only=True):
    """A file that the run was made from."""

    name: str
    sha256: str


class Reproduction(Struct, frozen=True, kw_only=True):
    """How somebody else gets the same numbers."""

    commands: tuple[str, ...]
    files: tuple[InputFile, ...]


class ReportResult(Result, frozen=True, kw_only=True):
    """Everything that a report says."""

    kind: Literal["report"] = "report"
    fit: FitResult
    quantiles: Mapping[str, tuple[float, ...]]
    """Of each outcome's probability over the posterior draws, at equal steps of posterior mass."""
    evidence: EvidenceResult | None
    sensitivity: SensitivityResult | None
    refused: tuple[str, ...] = ()
    """Why one of these two could not be computed."""
    dissent: tuple[OtherResult, ...] = ()
    """The latest results of other prior sets for the same scenario."""
    comparison: CompareResult | None = None
    """With the analysts that were asked for."""
    previous: OtherResult | None = None
    """The result before this one, of the same scenario and prior set by name."""
    history: HistoryResult | None = None
    """Saved runs of the same question over time; None where there are not two days of them."""
    reproduction: Reproduction | None = None
    """None where the run was not saved."""

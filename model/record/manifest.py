"""The manifest of a saved run: what a list of runs shows of it."""

from __future__ import annotations

import datetime

from msgspec import Struct

from estimative.model.inference.estimates import ProbabilityEstimate
from estimative.model.inference.fit_result import check_time
from estimative.model.inference.info import SCHEMA_VERSION
from estimative.model.record.due import Due


class Manifest(Struct, frozen=True, kw_only=True):
    """A run as a list of runs shows it."""

    schema_version: int = SCHEMA_VERSION
    id: str
    created: datetime.datetime
    """With the offset from UTC that the user had."""
    label: str = ""
    """The user's own words for this run."""
    scenario: str
    question: str
    """The scenario's title."""
    as_of: datetime.date
    until: datetime.date
    prior_set: str
    method: str
    converged: bool
    headline_id: str = ""
    """The outcome that it leads with."""
    headline: ProbabilityEstimate | None
    """The probability; None where no number is shown."""
    due: tuple[Due, ...] = ()
    """When it should be looked at again."""

    def __post_init__(self) -> None:
        """Refuse a time that other time zones cannot express."""
        check_time(self.created)

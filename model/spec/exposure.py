"""Exposure that runs until the day of the assessment, and becomes longer with it."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from msgspec import Struct

from estimative.model.spec.evidence import Exposure
from estimative.model.spec.scenario import Scenario, years_between


class Lengthened(Struct, frozen=True, kw_only=True):
    """Exposure that runs until the day of the assessment, and has become longer."""

    id: str
    title: str
    count: int
    """How often the event happened: taken to be the same still."""
    before: float
    """Years."""
    after: float


def lengthened(scenario: Scenario, day: datetime.date) -> Mapping[str, Lengthened]:
    """Return the exposure that runs until the day of a scenario, as of a later day, by item.

    That is exposure with the date of the scenario, or without any: other exposure ended on its own date.
    """
    more = years_between(scenario.as_of, day)
    return {
        name: Lengthened(id=name, title=item.title, count=item.count, before=item.years, after=item.years + more)
        for name, item in scenario.evidence.items()
        if isinstance(item, Exposure) and item.date in (None, scenario.as_of)
    }

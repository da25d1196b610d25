"""A scenario as it could be assessed on another day: with that day as its `as_of`, and without later evidence."""

from __future__ import annotations

import datetime

from msgspec.structs import replace

from estimative.model.spec.evidence import Evidence
from estimative.model.spec.scenario import Scenario
from estimative.priors.errors import invalid
from estimative.priors.frozen import FrozenDict


def as_of(scenario: Scenario, day: datetime.date) -> Scenario:
    """Return a scenario with another `as_of`; evidence dated after it is in `Scenario.later`, and does not count.

    An item without a date has that of its source; where neither has one, it counts on any day. Checkpoints that are
    over are left out.

    Raises
    ------
    InvalidInput
        If the day is not before the horizon.
    """
    if day >= scenario.until:
        message = f"{day} is not before the horizon, {scenario.until}"
        allowed = f"a date before {scenario.until}"
        raise invalid(message, code="date-out-of-range", key="as-of", value=str(day), allowed=allowed)
    items = {**scenario.evidence, **scenario.later}
    later = {name: item for name, item in items.items() if (known_on(item, scenario) or day) > day}
    return replace(
        scenario,
        as_of=day,
        checkpoints=tuple(date for date in scenario.checkpoints if date > day),
        evidence=FrozenDict({name: item for name, item in items.items() if name not in later}),
        later=FrozenDict(later),
    )


def known_on(item: Evidence, scenario: Scenario) -> datetime.date | None:
    """Return the day from which on an item counts: its own date, else that of its source."""
    if item.date or not item.source:
        return item.date
    return scenario.sources[item.source].date

"""The clock of the user: every day that the program writes or compares is a calendar day where the user is."""

from __future__ import annotations

import datetime

from estimative.model.spec.as_of import as_of
from estimative.model.spec.dates import calendar_issues
from estimative.model.spec.scenario import Scenario
from estimative.priors.errors import InvalidInput, Issue, invalid


def now() -> datetime.datetime:
    """This moment, with the user's offset from UTC, so that its date stays the user's day wherever it is read."""
    return datetime.datetime.now(datetime.UTC).astimezone()


def today() -> datetime.date:
    """The user's calendar day."""
    return now().date()


def refuse_future(scenario: Scenario) -> None:
    """Refuse a scenario as of a day that is still to come.

    Raises
    ------
    InvalidInput
        If it is.
    """
    if errors := [issue for issue in calendar_issues(scenario, today()) if issue.severity == "error"]:
        raise InvalidInput(errors)


def on_day(scenario: Scenario, day: datetime.date | None) -> Scenario:
    """Return a scenario as of a day, or as of its own; neither may be still to come.

    Raises
    ------
    InvalidInput
        If it is, or if it is not before the horizon.
    """
    if day is None:
        refuse_future(scenario)
        return scenario
    if day > today():
        message, allowed = f"{day} is after today, {today()}", f"up to {today()}"
        raise invalid(message, code="future-as-of", key="as-of", value=str(day), allowed=allowed)
    return as_of(scenario, day)


def overdue(scenario: Scenario) -> tuple[Issue, ...]:
    """The warning of a scenario whose horizon is over."""
    return tuple(issue for issue in calendar_issues(scenario, today()) if issue.severity == "warning")

"""The clock of the user: every day that the program writes or compares is a calendar day where the user is."""

from __future__ import annotations

import datetime

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


def checked_day(day: datetime.date | None) -> datetime.date | None:
    """Return the day of an assessment, which must not be still to come.

    Raises
    ------
    InvalidInput
        If it is.
    """
    if day is not None and day > today():
        message, allowed = f"{day} is after today, {today()}", f"up to {today()}"
        raise invalid(message, code="future-as-of", key="as-of", value=str(day), allowed=allowed)
    return day


def overdue(scenario: Scenario) -> tuple[Issue, ...]:
    """The warning of a scenario whose horizon is over."""
    return tuple(issue for issue in calendar_issues(scenario, today()) if issue.severity == "warning")

"""What is wrong with the dates of a scenario: evidence from after its day, and a day or a horizon that does not fit."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from estimative.model.spec.scenario import Scenario
from estimative.priors.errors import Issue, Place, Severity

LATER = "Correct the date, or write the next edition of the scenario: estimative roll."


def late_entries(scenario: Scenario, day: datetime.date) -> Iterator[Issue]:
    """Yield the errors of evidence and sources that are dated after a day; keys are as in a scenario file.

    Only files are held to this: the scenarios between two versions, by which a change is explained, may have news
    before its day.
    """
    dated = [
        *((f"scenario.sources.{at}", source, "source") for at, source in enumerate(scenario.sources.values())),
        *((f"evidence.{name}", item, "evidence") for name, item in scenario.evidence.items()),
    ]
    for key, entry, what in dated:
        if entry.date and entry.date > day:
            message = f"this {what} is of {entry.date}, after the scenario's as_of, {day}"
            place = Place(key=f"{key}.date")
            yield Issue(
                code=f"late-{what}",
                message=message,
                place=place,
                value=str(entry.date),
                allowed=f"up to {day}",
                suggestion=LATER,
            )


def calendar_issues(scenario: Scenario, today: datetime.date) -> Iterator[Issue]:
    """Yield the error of a scenario as of a day to come, and the warning of one whose horizon is over."""
    if scenario.as_of > today:
        message, allowed = f"the scenario is of {scenario.as_of}, which is after today, {today}", f"up to {today}"
        yield _issue(scenario, "as_of", "future-as-of", message, allowed=allowed)
    elif scenario.until < today and any(event.when == "horizon" for event in scenario.events.values()):
        message, fix = f"the horizon ended on {scenario.until}, before today, {today}", "Record what happened: resolve."
        yield _issue(scenario, "until", "past-horizon", message, suggestion=fix, severity="warning")


def _issue(
    scenario: Scenario,
    key: str,
    code: str,
    message: str,
    *,
    allowed: str = "",
    suggestion: str = "",
    severity: Severity = "error",
) -> Issue:
    return Issue(
        severity=severity,
        code=code,
        message=message,
        place=scenario.place(f"scenario.{key}"),
        value=str(getattr(scenario, key)),
        allowed=allowed,
        suggestion=suggestion,
    )

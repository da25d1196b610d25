"""What time does to an assessment: evidence that fades, expires or comes later, and chances that shrink."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from estimative.model.assessment import Assessment
from estimative.model.inference.info import ScenarioInfo
from estimative.model.spec.evidence import Evidence
from estimative.model.spec.scenario import years_between
from estimative.reports.blocks import Block, Paragraph
from estimative.reports.phrases import date, listed, plain, quoted

MAX_NAMED = 5
"""Items that a sentence names."""


def later(scenario: ScenarioInfo) -> Iterator[Block]:
    """The evidence that is left out because it is dated after the day of the assessment."""
    if scenario.later:
        named = [f"{quoted(plain(item.title))} ({date(item.date)})" for item in scenario.later[:MAX_NAMED]]
        more = len(scenario.later) - len(named)
        items = listed([*named, *([f"{more} more"] if more else [])])
        what = "1 item is" if len(scenario.later) == 1 else f"{len(scenario.later)} items are"
        yield Paragraph(text=f"{what} left out, as dated after {date(scenario.as_of)}: {items}.")


def ageing(assessment: Assessment) -> Iterator[Block]:
    """The evidence that has faded or expired, and the chances for whose stated time less is left."""
    scenario = assessment.scenario
    aged = [item for item in scenario.evidence.values() if item.left(scenario.as_of) < 1]
    if aged:
        named = [f"{quoted(plain(item.title))} {how(item, scenario.as_of)}" for item in aged[:MAX_NAMED]]
        more = len(aged) - len(named)
        yield Paragraph(text=f"Age of evidence: {listed([*named, *([f'{more} more'] if more else [])])}.")
    for name in scenario.events:
        if sentence := remaining(name, assessment):
            yield Paragraph(text=sentence)


def how(item: Evidence, day: datetime.date) -> str:
    """How an item has aged, as the end of a sentence; nothing where it counts in full for ever."""
    if item.expires and item.expired(day):
        return f"expired on {date(item.expires)} and no longer counts"
    until = f"counts until {date(item.expires)}" if item.expires else ""
    if item.fades is None:
        return until
    faded = f"counts half as much after {item.fades}, now {100 * item.left(day):.0f}%"
    return f"{faded}, and {until}" if until else faded


def remaining(event: str, assessment: Assessment) -> str:
    """For how long the chance of an event is stated that may happen anytime, and how much of it is left."""
    scenario = assessment.scenario
    if scenario.events[event].timing != "anytime":
        return ""
    start = assessment.priors[f"events.{event}"].stated_from or scenario.as_of
    stated = years_between(start, scenario.until)
    chance = f"The chance of {quoted(plain(scenario.events[event].title))} is stated for the {stated:.2g} years from "
    if stated == scenario.years:
        return ""
    left = f"{scenario.years:.2g} are left" if scenario.years < stated else f"here it is for {scenario.years:.2g}"
    return f"{chance}{date(start)}; {left}, at a constant hazard."

"""Dates: what a forecast covers, and which days do not fit a scenario."""

from __future__ import annotations

import datetime
import math
from pathlib import Path

import pytest
from msgspec.structs import replace

from estimative.model.inference.fit import by_importance
from estimative.model.spec.dates import calendar_issues
from estimative.model.spec.events import Event, Outcome
from estimative.model.spec.evidence import Forecast
from estimative.model.spec.scenario import Scenario
from estimative.model.spec.scenario_file import read_scenario
from estimative.priors.errors import InvalidInput
from estimative.priors.statements import LognormalStated
from tests.model.test_warnings import SCENARIO
from tests.prior_sets import assessed

ISSUED = datetime.date(2026, 1, 1)
UNTIL = datetime.date(2026, 12, 31)
DAY = datetime.timedelta(days=1)
SHARP = 0.01
"""The error of the forecast, in log-odds: it settles the rate."""


def revolt(as_of: datetime.date, about: str = "revolt", until: datetime.date | None = None) -> Scenario:
    """A revolt at a yearly rate, a fall that follows it, and a forecast of 39% in the year of which there is a rest."""
    events = [
        Event(id="revolt", title="", form="rate"),
        Event(id="fall", title="", given=("revolt",)),
    ]
    outcomes = [Outcome(id="out", title="", all=("revolt",)), Outcome(id="both", title="", all=("revolt", "fall"))]
    item = Forecast(id="f", about=about, probability=0.39, title="", source="", date=ISSUED, until=until)
    return Scenario(
        id="s",
        title="",
        question="",
        as_of=as_of,
        until=UNTIL,
        headline="out",
        events={event.id: event for event in events},
        outcomes={outcome.id: outcome for outcome in outcomes},
        evidence={"f": item},
    )


def remaining(scenario: Scenario, share: float = 1.0) -> float:
    """The chance of a revolt in the rest of the year, by a rate that gives 39% from the forecast's day on.

    Parameters
    ----------
    share
        Of the revolts that the forecast is about.
    """
    rate = -math.log1p(-0.39 / share) * 365.25 / (UNTIL - ISSUED).days
    return -math.expm1(-rate * scenario.years)


@pytest.mark.parametrize("about", ["revolt", "out", "fall", "both"])
@pytest.mark.parametrize("month", [2, 7, 12])
def test_a_forecast_keeps_its_meaning_while_time_passes(month: int, about: str) -> None:
    """A forecast is held to its own span of time: the rate that it implies is the same on any later day."""
    scenario = revolt(datetime.date(2026, month, 1), about)
    stated = {"events.revolt": LognormalStated(mu=-1, sigma=1.5), "events.fall": 0.5, "evidence.f": SHARP}
    posterior = by_importance(assessed(scenario, stated), seed=1, draws=4000)
    expected = remaining(scenario, share=0.5 if about in {"fall", "both"} else 1.0)
    assert posterior.estimates["outcome", "out"].value == pytest.approx(expected, rel=0.02)


def test_a_forecast_without_a_date_covers_the_horizon() -> None:
    """Without a date of its own, a forecast is of the scenario's day."""
    scenario = revolt(datetime.date(2026, 7, 1))
    undated = replace(scenario, evidence={"f": replace(scenario.evidence["f"], date=None)})
    stated = {"events.revolt": LognormalStated(mu=-1, sigma=1.5), "events.fall": 0.5, "evidence.f": SHARP}
    posterior = by_importance(assessed(undated, stated), seed=1, draws=4000)
    assert posterior.estimates["outcome", "out"].value == pytest.approx(0.39, rel=0.02)


def test_a_span_that_is_over_before_it_begins_is_an_error() -> None:
    """A forecast cannot end before its own date, whether its end is its own or the scenario's."""
    with pytest.raises(InvalidInput, match=r"the horizon of the forecast, 2025-12-31, is not after its start"):
        revolt(ISSUED, until=datetime.date(2025, 12, 31))
    scenario = revolt(ISSUED)
    late = replace(scenario.evidence["f"], date=UNTIL)
    with pytest.raises(InvalidInput, match=r"evidence\.f\.until: the horizon of the forecast, 2026-12-31"):
        replace(scenario, evidence={"f": late})


@pytest.mark.parametrize(
    ("old", "new", "code", "key", "line"),
    [
        ("date = 2025-12-01", "date = 2026-02-01", "late-evidence", "evidence.boast.date", 26),
        ('title = "A diary"', 'title = "A diary"\ndate = 2026-01-02', "late-source", "scenario.sources.1.date", 14),
    ],
    ids=["evidence", "source"],
)
def test_news_of_a_later_day_is_an_error(old: str, new: str, code: str, key: str, line: int, tmp_path: Path) -> None:
    """Evidence and sources that are dated after `as_of` are errors at the line of their date."""
    (tmp_path / "harbour.toml").write_text(SCENARIO.replace(old, new))
    with pytest.raises(InvalidInput) as invalid:
        read_scenario(tmp_path / "harbour.toml")
    [issue] = invalid.value.issues
    assert (issue.code, issue.place.key, issue.place.line) == (code, key, line)


def test_a_scenario_and_the_calendar() -> None:
    """The day of a scenario is not to come, its horizon is not over; on their last possible days both are right."""
    scenario = revolt(ISSUED)
    issues = {
        shift: [(issue.code, issue.severity) for issue in calendar_issues(scenario, day)]
        for shift, day in (
            ("before", ISSUED - DAY),
            ("first", ISSUED),
            ("last", UNTIL),
            ("after", UNTIL + DAY),
        )
    }
    late = [("past-horizon", "warning")]
    assert issues == {"before": [("future-as-of", "error")], "first": [], "last": [], "after": late}


def test_a_question_about_the_present_has_no_horizon_that_ends() -> None:
    """Where all is settled already, a horizon that is over is no cause for a warning."""
    scenario = revolt(ISSUED)
    settled = Event(id="revolt", title="", when="now")
    events = {"revolt": settled, "fall": replace(scenario.events["fall"], when="now")}
    assert list(calendar_issues(replace(scenario, events=events), UNTIL + DAY)) == []

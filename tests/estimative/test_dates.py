"""Days on the command line: calendar days of the user, in every zone; and no deadline for what is settled already."""

from __future__ import annotations

import datetime
import time
from collections.abc import Iterator
from types import SimpleNamespace
from unittest.mock import patch

import pytest

from tests.command import FERRY, SCENARIO, Desk
from tests.examples import later
from tests.remembered import remembered

NOON = datetime.datetime(2026, 11, 20, 12, 30, tzinfo=datetime.UTC)
QUICK = ("--method", "importance", "--draws", "2000")


@pytest.fixture
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[datetime.date]:
    """The user's day at half past twelve UTC, so many hours east of Greenwich."""
    east: int = request.param
    monkeypatch.setenv("TZ", f"XXX{-east:+d}")
    time.tzset()

    class Clock(datetime.datetime):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> datetime.datetime:
            return NOON.astimezone(tz)

    with patch("estimative.workflows.clock.datetime", SimpleNamespace(**{**vars(datetime), "datetime": Clock})):
        yield (NOON + datetime.timedelta(hours=east)).date()
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize("zone", [-12, later(-8), 0, later(12), 14], indirect=True)
def test_a_day_is_that_of_the_user(zone: datetime.date, desk: Desk) -> None:
    """What happens on the user's day of the run can be recorded on that day, and not on the next one."""
    assert desk.run("fit", *FERRY, *QUICK).code == 0
    late = desk.run(
        "resolve", "latest", "--result", "yes", "--because", "log", "--date", str(zone + datetime.timedelta(1))
    )
    assert (late.code, "is in the future" in late.err) == (2, True)
    done = desk.run("resolve", "latest", "--result", "yes", "--because", "log", "--date", str(zone))
    assert (done.code, "0 days ahead" in done.out) == (0, True), done.err
    early = desk.run(
        "resolve",
        "latest",
        "--correct",
        "--result",
        "yes",
        "--because",
        "log",
        "--date",
        str(zone - datetime.timedelta(1)),
    )
    assert (early.code, "the answer was known since" in early.err) == (2, True)


@pytest.mark.parametrize("zone", [-12, 14], indirect=True)
def test_a_scenario_of_the_day_is_not_to_come(zone: datetime.date, desk: Desk) -> None:
    """A scenario may be of the user's day; of the next day, check, fit and compare refuse it at its line."""
    for shift, code in ((0, 0), (1, 2)):
        day = str(zone + datetime.timedelta(shift))
        desk.write("ferry.toml", SCENARIO.replace("as_of = 2026-11-01", f"as_of = {day}"))
        commands = (
            ("check", "ferry.toml", "mate.toml"),
            ("fit", *FERRY, *QUICK),
            ("trace", "storm", *FERRY),
        )
        for command in commands:
            done = desk.run(*command)
            assert (done.code, "ferry.toml, line 6, scenario.as_of" in done.err) == (code, bool(shift)), done.err


@pytest.mark.parametrize("zone", [0], indirect=True)
def test_a_horizon_that_is_over_is_a_warning(zone: datetime.date, desk: Desk) -> None:
    """Check and fit say that the horizon is over, and go on."""
    desk.write("ferry.toml", SCENARIO.replace("until = 2026-12-01", "until = 2026-11-19"))
    for command in (("check", "ferry.toml", "mate.toml"), ("fit", *FERRY, *QUICK)):
        done = desk.run(*command)
        assert (done.code, "the horizon ended on 2026-11-19, before today" in done.err) == (0, True)


def test_what_is_settled_has_no_deadline(desk: Desk) -> None:
    """No text about an outcome of events that are settled already says by when it is to happen."""
    now = SCENARIO.replace('title = "A storm is forecast"', 'title = "A storm is forecast"\nwhen = "now"', 1)
    now = now.replace(
        'title = "The ferry is cancelled"\ndrivers', 'title = "The ferry is cancelled"\nwhen = "now"\ndrivers'
    )
    desk.write("ferry.toml", now)
    desk.write("cook.toml", (desk.folder / "mate.toml").read_text().replace('name = "mate"', 'name = "cook"'))
    assert desk.run("fit", *FERRY, *QUICK).code == 0
    team = (*FERRY, "--priors", "cook.toml")
    commands = [
        ("runs", "show", "latest"),
        ("report", "-f", "md"),
        ("report", "-f", "html"),
        ("report", "--brief"),
        ("evidence", *FERRY),
        ("sensitivity", *FERRY),
        ("trace", "cancelled", *FERRY),
        ("whatif", *FERRY, "--without", "swell"),
        ("compare", *team, "-f", "html"),
        ("pool", *team),
        ("diff", "latest", "latest"),
    ]
    with remembered():
        for command in commands:
            done = desk.run(*command)
            assert (done.code, " by 1 December 2026" in " ".join(done.out.split())) == (0, False), command

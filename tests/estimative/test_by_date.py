"""`fit --by`: the outcomes by dates before the horizon, from the command to the page."""

from __future__ import annotations

import datetime
import json
import math
from pathlib import Path

import pytest

import estimative as es
from estimative.priors.errors import InvalidInput
from tests.in_process import run

SCENARIO = """\
[scenario]
id = "quake"
title = "The quake"
question = "Does the dam break?"
as_of = 2026-01-01
until = 2028-01-01
headline = "break"
[events.quake]
title = "A quake"
form = "rate"
[events.break]
title = "The dam breaks"
given = ["quake"]
[events.vote]
title = "The vote is lost"
[outcomes.break]
title = "The dam breaks"
all = ["break"]
[outcomes.lost]
title = "The vote is lost"
all = ["vote"]
[outcomes.break_if_quake]
title = "If there is a quake, the dam breaks"
all = ["break"]
given = ["quake"]
[outcomes.break_unless_lost]
title = "If the vote is not lost, the dam breaks"
all = ["break"]
unless = ["vote"]
"""
PRIORS = """\
[prior_set]
name = "p"
analyst = "P"
scenario = "quake"
[events]
quake = { value = 1.5, because = "x" }
break = { value = 0.5, because = "x" }
vote = { value = 0.3, because = "x" }
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "s.toml").write_text(SCENARIO, encoding="utf-8")
    (tmp_path / "p.toml").write_text(PRIORS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_constant_rate_has_the_dates_of_an_exponential(folder: Path) -> None:
    """Probabilities by date, and the quantiles of the date given that it happens, in closed form."""
    day = datetime.date(2026, 7, 1)
    fit = es.fit(folder / "s.toml", folder / "p.toml", by=[day])
    found = fit.result.dates["break"]
    elapsed = (day - datetime.date(2026, 1, 1)).days / 365.25
    assert [row.date for row in found.by] == [day, datetime.date(2028, 1, 1)]
    assert found.by[0].posterior is not None
    assert found.by[0].posterior.value == pytest.approx(0.5 * -math.expm1(-1.5 * elapsed), rel=1e-9)
    assert found.when is not None
    whole = -math.expm1(-1.5 * 730 / 365.25)
    for share, date in ((0.05, found.when.p05), (0.5, found.when.p50), (0.95, found.when.p95)):
        days = -math.log1p(-share * whole) / 1.5 * 365.25
        # Interpolation is exact for an outcome that is sure to follow the rate event; this one is not.
        assert (date - datetime.date(2026, 1, 1)).days == pytest.approx(days, abs=5)
    assert found.when.by_horizon.value == pytest.approx(0.5 * whole, rel=1e-9)
    assert found.when.at_horizon.value == pytest.approx(0, abs=1e-12)


def test_what_is_decided_at_the_horizon_is_on_its_day(folder: Path) -> None:
    """It has not happened before, and a conditional outcome has no date."""
    dates = es.fit(folder / "s.toml", folder / "p.toml", by=[datetime.date(2027, 1, 1)]).result.dates
    lost = dates["lost"]
    assert lost.by[0].posterior is not None
    assert lost.by[0].posterior.value == 0
    assert lost.when is not None
    assert (lost.when.p05, lost.when.p95) == (datetime.date(2028, 1, 1), datetime.date(2028, 1, 1))
    assert dates["break_if_quake"].when is None
    assert dates["break_unless_lost"].when is None
    assert dates["break_if_quake"].by[0].posterior is not None
    assert dates["break_if_quake"].by[0].posterior.value == pytest.approx(0.5)


def test_the_command_shows_dates_in_words_in_a_table_and_in_json(folder: Path) -> None:
    """And the report of the saved run has them, with the command that repeats it."""
    command = ["fit", "-s", "s.toml", "-p", "p.toml", "--method", "importance", "--by", "2026-07-01, 2027-01-01"]
    shown = run(*command, "--runs", "runs")
    assert shown.code == 0
    assert "By date" in shown.out
    assert "the median date is" in " ".join(shown.out.split())
    assert "2026-07-01" in shown.out
    rows = [line.split() for line in shown.out.splitlines() if line.startswith("The vote is lost")]
    assert rows[-1][-3:] == ["0%", "0%", "30.0%"]
    as_json = run(*command, "--format", "json")
    assert [row["date"] for row in json.loads(as_json.out)["dates"]["break"]["by"]] == [
        "2026-07-01", "2027-01-01", "2028-01-01",
    ]  # fmt: skip
    report = run("report", "latest", "--runs", "runs", "--format", "md").out
    assert "## By date" in report
    assert "--by 2026-07-01,2027-01-01" in report


@pytest.mark.parametrize(
    ("dates", "code"),
    [([datetime.date(2025, 1, 1)], "date-out-of-range"), ([datetime.date(2028, 1, 1)], "date-out-of-range"),
     ([datetime.date(2027, 1, 1)] * 2, "duplicate-name")],
)  # fmt: skip
def test_dates_are_between_now_and_the_horizon(folder: Path, dates: list[datetime.date], code: str) -> None:
    """In a scenario as on the command line, each once."""
    with pytest.raises(InvalidInput) as caught:
        es.fit(folder / "s.toml", folder / "p.toml", by=dates)
    assert [issue.code for issue in caught.value.issues] == [code]
    text = SCENARIO.replace("until =", f"checkpoints = [{', '.join(map(str, dates))}]\nuntil =")
    (folder / "s.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInput) as caught:
        es.load(folder / "s.toml", folder / "p.toml")
    assert [(issue.code, issue.place.line) for issue in caught.value.issues] == [(code, 6)]


def test_checkpoints_are_written_as_they_were_understood(folder: Path) -> None:
    """They are dates that a scenario brings along, and part of its digest."""
    before = es.load(folder / "s.toml", folder / "p.toml").scenario
    text = SCENARIO.replace("until =", "checkpoints = [2027-01-01]\nuntil =")
    (folder / "s.toml").write_text(text, encoding="utf-8")
    fit = es.fit(folder / "s.toml", folder / "p.toml")
    assert list(fit.result.dates) == ["break", "lost", "break_if_quake", "break_unless_lost"]
    assert fit.assessment.scenario.digest != before.digest

"""`estimative history`: fitted again as of each day, or read from saved runs; each step explained; movement tested."""

from __future__ import annotations

import csv
import datetime
import io
import json
import math
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

import estimative as es
from estimative.model.disagreement.history import Series
from estimative.model.disagreement.movement import FEWEST_STEPS, movement
from estimative.workflows.history import evidence_days, replay
from estimative.workflows.session import Settings
from tests.in_process import run

pytestmark = pytest.mark.usefixtures("remembering")

SCENARIO = """\
[scenario]
id = "strike"
title = "A strike"
question = "Is there a strike?"
as_of = 2026-11-01
until = 2028-12-31
headline = "strike"
[[scenario.sources]]
id = "paper"
title = "The paper"
date = 2025-03-01
[factors.anger]
title = "Anger"
low = "none"
high = "all are angry"
[events.strike]
title = "The workers strike"
form = "rate"
drivers = { anger = "raises" }
[outcomes.strike]
title = "The workers strike"
all = ["strike"]
[evidence.vote]
kind = "indicator"
about = "anger"
supports = "high"
title = "The vote"
source = "paper"
[evidence.talks]
kind = "indicator"
about = "strike"
supports = "no"
title = "Talks began"
source = "paper"
date = 2026-02-01
fades = "6 months"
"""
PRIORS = """\
[prior_set]
name = "{name}"
analyst = "{name}"
scenario = "strike"
[factors]
anger = {{ p05 = 0.2, p95 = 0.7, because = "x" }}
[events]
strike = {{ p05 = 0.05, p50 = {rate}, p95 = 0.6, because = "x" }}
[effects.strike]
anger = {{ p05 = 2, p95 = 6, because = "x" }}
[evidence]
vote = {{ p05 = 2, p95 = 6, because = "x" }}
talks = {{ value = 3, because = "x" }}
"""
START, MARCH, FEBRUARY, NOW = (
    datetime.date(2025, 2, 28),
    datetime.date(2025, 3, 1),
    datetime.date(2026, 2, 1),
    datetime.date(2026, 11, 1),
)
DRAWS = 3000
QUICK = ("--method", "importance", "--draws", str(DRAWS))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "s.toml").write_text(SCENARIO, encoding="utf-8")
    for name, rate in (("anna", 0.2), ("ben", 0.4)):
        (tmp_path / f"{name}.toml").write_text(PRIORS.format(name=name, rate=rate), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def replayed(*names: str, **options: object) -> tuple[Series, ...]:
    analysts = [es.load("s.toml", f"{name}.toml") for name in names]
    return replay(analysts, Settings(method="importance", draws=DRAWS), **options).series  # type: ignore[arg-type]


def test_every_day_has_the_number_of_a_fit_as_of_that_day(folder: Path) -> None:
    """Digit for digit, and each day lists the evidence that is new on it."""
    [series] = replayed("anna", attribution=False)
    assert [(m.date, m.items) for m in series.moments] == [
        (START, ()),
        (MARCH, ("vote",)),
        (FEBRUARY, ("talks",)),
        (NOW, ()),
    ]
    for moment in series.moments:
        alone = es.fit("s.toml", "anna.toml", as_of=moment.date, method="importance", draws=DRAWS)
        assert moment.headline is not None
        assert moment.headline == alone.result.headline.posterior
        assert moment.converged


def test_each_step_is_divided_among_its_causes(folder: Path) -> None:
    """Time alone where no evidence is new; the causes sum to the step."""
    [series] = replayed("anna")
    steps = [moment.step for moment in series.moments]
    assert steps[0] is None
    found = [step.attribution for step in steps[1:] if step and step.attribution]
    assert [sorted(change.causes) for change in found] == [["evidence", "time"], ["evidence", "time"], ["time"]]
    for change, (before, after) in zip(found, zip(series.moments, series.moments[1:], strict=False), strict=True):
        assert math.fsum(c.value for c in change.causes.values()) == pytest.approx(change.total.value, abs=1e-9)
        assert before.headline
        assert after.headline
        reported = math.log(after.headline.value / (1 - after.headline.value)) - math.log(
            before.headline.value / (1 - before.headline.value)
        )
        assert change.total.value == pytest.approx(reported, abs=4 * change.total.se + 0.02)
    assert found[0].causes["evidence"].value > 0 > found[1].causes["evidence"].value


def test_a_constant_rate_has_the_history_of_an_exponential(folder: Path) -> None:
    """1 - exp(-r years) as of every day that is asked for."""
    bare = SCENARIO[: SCENARIO.index("[evidence.vote]")].replace('drivers = { anger = "raises" }\n', "")
    bare = bare.replace(bare[bare.index("[factors") : bare.index("[events")], "")
    (folder / "s.toml").write_text(bare, encoding="utf-8")
    (folder / "anna.toml").write_text(
        '[prior_set]\nname = "anna"\nanalyst = "A"\nscenario = "strike"\n'
        '[events]\nstrike = { value = 0.3, because = "x" }\n',
        encoding="utf-8",
    )
    days = [datetime.date(2022, 1, 1), datetime.date(2024, 6, 1), NOW]
    [series] = replayed("anna", days=days)
    for moment in series.moments:
        years = (datetime.date(2028, 12, 31) - moment.date).days / 365.25
        assert moment.headline
        assert moment.headline.value == pytest.approx(-math.expm1(-0.3 * years), rel=1e-12)
    changes = [m.step.attribution for m in series.moments if m.step]
    assert [sorted(change.causes) for change in changes if change] == [["time"], ["time"]]


def test_saved_runs_make_a_history_of_each_analyst(folder: Path) -> None:
    """Of a day the last run counts; runs to another horizon are left out; a change of opinion is named."""
    fits = [("anna", "2025-06-01"), ("ben", "2025-06-01"), ("anna", "2026-03-01"), ("ben", "2026-11-01")]
    for name, day in fits:
        assert run("fit", "-s", "s.toml", "-p", f"{name}.toml", "--as-of", day, "--runs", "runs", *QUICK).code == 0
    (folder / "anna.toml").write_text(PRIORS.format(name="anna", rate=0.3), encoding="utf-8")
    assert run("fit", "-s", "s.toml", "-p", "anna.toml", "--as-of", "2026-03-01", "--runs", "runs", *QUICK).code == 0
    longer = SCENARIO.replace("until = 2028-12-31", "until = 2030-12-31")
    (folder / "t.toml").write_text(longer, encoding="utf-8")
    assert run("fit", "-s", "t.toml", "-p", "anna.toml", "--as-of", "2024-03-01", "--runs", "runs", *QUICK).code == 0
    assert run("fit", "-s", "s.toml", "-p", "anna.toml", "--runs", "runs", *QUICK).code == 0
    shown = run("history", "-s", "s.toml", "--runs", "runs", "--format", "json")
    assert shown.code == 0, shown.err
    result = json.loads(shown.out)
    assert (result["others"], result["replayed"]) == (1, False)
    dates = {series["prior_set"]["name"]: [m["date"] for m in series["moments"]] for series in result["series"]}
    assert dates == {"anna": ["2025-06-01", "2026-03-01", "2026-11-01"], "ben": ["2025-06-01", "2026-11-01"]}
    anna = next(series for series in result["series"] if series["prior_set"]["name"] == "anna")
    causes = anna["moments"][1]["step"]["attribution"]["causes"]
    assert sorted(causes) == ["evidence", "opinion", "time"]
    assert causes["opinion"]["value"] > 0
    table = list(csv.DictReader(io.StringIO(run("history", "-s", "s.toml", "--runs", "runs", "-f", "csv").out)))
    assert [row["date"] for row in table if row["prior_set"] == "ben"] == ["2025-06-01", "2026-11-01"]
    text = run("history", "-s", "s.toml", "-p", "ben", "--runs", "runs").out
    assert "on 1 June 2025" in text
    assert "anna" not in text


def test_a_history_is_a_page_and_a_picture(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All analysts are on one picture; the page explains the largest steps."""
    monkeypatch.setattr("estimative.model.inference.processes.ProcessExecutor", ThreadPoolExecutor)
    arguments = ("history", "-s", "s.toml", "-p", "anna.toml", "-p", "ben.toml", "--replay", *QUICK)
    shown = run(*arguments, "-o", "h.html", "--figures", "figures")
    assert shown.code == 0, shown.err
    page = (folder / "h.html").read_text(encoding="utf-8")
    assert "new or changed evidence" in page
    assert "Augenblick and Rabin, 2021" in page
    drawing = (folder / "figures" / "history.svg").read_text(encoding="utf-8")
    assert all(f"{name}, {day}" in drawing for name in ("anna", "ben") for day in (START, MARCH, FEBRUARY, NOW))
    assert run(*arguments, "--no-attribution", "--since", "2026-01-01", "-f", "md").out.count("2026-01-01") == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--runs", "none"), 'there are no saved runs of "strike"'),
        (("--replay", "-p", "anna.toml", "--dates", "2029-01-01"), "is not before the horizon"),
        (("--replay", "-p", "anna.toml", "--dates", "soon"), "is not a date"),
    ],
)
def test_what_has_no_history(folder: Path, arguments: tuple[str, ...], message: str) -> None:
    """One error."""
    shown = run("history", "-s", "s.toml", *arguments)
    assert (shown.code, message in shown.err) == (2, True), shown.err


def test_days_begin_before_the_first_evidence_or_where_they_are_told_to(folder: Path) -> None:
    """Each day on which some evidence appeared, and the day of the scenario."""
    scenario = es.load("s.toml", "anna.toml").scenario
    assert evidence_days(scenario) == [START, MARCH, FEBRUARY, NOW]
    later = datetime.date(2026, 1, 1)
    assert evidence_days(scenario, later) == [later, FEBRUARY, NOW]


def test_movement_is_that_of_the_definition() -> None:
    """Sum of squared changes, and the fall of p(1 - p)."""
    found = movement([0.5, 0.8, 0.6, 1.0])
    assert found
    assert found.movement == pytest.approx(0.09 + 0.04 + 0.16)
    assert found.reduction == pytest.approx(0.25)
    excesses = [0.0, -0.2 * (1 - 1.6), 0.4 * (1 - 1.2)]
    assert found.excess == pytest.approx(sum(excesses))
    assert found.excess_se == pytest.approx(math.sqrt(sum(e**2 for e in excesses)))
    assert found.p_value is None
    assert movement([0.3]) is None


def test_a_rational_forecaster_moves_as_much_as_uncertainty_falls() -> None:
    """Simulated: the mean excess of learners is 0 within its error, and that of those who overreact is not."""
    rng = np.random.default_rng(5)
    excesses: dict[float, list[float]] = {1.0: [], 3.0: []}
    rejected = 0
    for _ in range(1000):
        truth = rng.random() < 0.3
        weights = np.cumsum(rng.normal(0.5 if truth else -0.5, 1.0, size=40))
        for strength, found in excesses.items():
            odds = math.log(0.3 / 0.7) + strength * weights
            test = movement([0.3, *(1 / (1 + np.exp(-odds))).tolist()])
            assert test
            assert test.p_value is not None
            found.append(test.excess)
            rejected += strength == 1.0 and test.p_value < 0.1
    z = {strength: np.mean(found) / (np.std(found) / math.sqrt(len(found))) for strength, found in excesses.items()}
    assert abs(z[1.0]) < 4
    assert z[3.0] > 8
    assert rejected / 1000 < 0.2
    assert FEWEST_STEPS <= 40

"""The command `diff`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from estimative.model.codec import from_json, to_json
from estimative.model.disagreement.diff_result import DiffResult
from tests.command import FERRY, PRIORS, SCENARIO, Desk
from tests.in_process import Finished, run
from tests.leak import PRIORS as SHARES
from tests.leak import SCENARIO as STATES

pytestmark = pytest.mark.usefixtures("remembering")

MONTH_LATER = (
    SCENARIO.replace("as_of = 2026-11-01", "as_of = 2026-11-20")
    + """
[evidence.gale]
kind = "indicator"
about = "storm"
supports = "yes"
title = "A gale warning for the coast"
source = "log"

[evidence.fish]
kind = "testimony"
about = "cancelled"
claims = "yes"
motive = "weather"
title = "The fishmonger has heard that she stays in port"
source = "log"
"""
)
LATER_PRIORS = PRIORS.replace('cancelled = "unlikely"', 'cancelled = "likely"').replace(
    "captain = 2\n", "captain = 2\ngale = 4\nfish = { p05 = 1.2, p95 = 3 }\n"
)


def fit(desk: Desk, *arguments: str) -> str:
    """The id of a new run."""
    before = set(desk.kept())
    finished = run("fit", *arguments, "--runs", str(desk.runs), folder=desk.folder)
    assert finished.code in {0, 3}, finished.err
    return next(name for name in desk.kept() if name not in before)


def diff(desk: Desk, *arguments: str) -> Finished:
    return run("diff", *arguments, "--runs", str(desk.runs), folder=desk.folder)


@pytest.fixture(scope="module")
def rolled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Desk, str, str]:
    """Two runs of the ferry; the later one has a later date, two more items of evidence and a changed prior."""
    desk = Desk.at(tmp_path_factory.mktemp("rolled"))
    first = fit(desk, *FERRY, "--method", "importance")
    desk.write("ferry.toml", MONTH_LATER)
    desk.write("mate.toml", LATER_PRIORS)
    return desk, first, fit(desk, *FERRY, "--method", "importance", "--seed", "2")


def test_a_change_is_explained_by_its_causes(rolled: tuple[Desk, str, str]) -> None:
    """The judgement then and now, the shares of evidence and priors by title, and a list of everything that changed."""
    desk, first, second = rolled
    finished = diff(desk, first, second)
    assert finished.code == 0, finished.err
    text = " ".join(finished.out.split())
    for part in (
        "as of 1 November 2026 to",
        "Its odds are multiplied by",
        "New evidence \u201cA gale warning for the coast\u201d: multiplies the odds by",
        'The chance of \u201cThe ferry is cancelled\u201d ("unlikely" (ICD 203) \u2192 "likely" (ICD 203))',
        "The date of the assessment: 2026-11-01 \u2192 2026-11-20",
        "Seed: 1 \u2192 2",
    ):
        assert part in text
    assert max(map(len, finished.out.splitlines())) <= 80


def test_shares_and_residual_sum_to_the_change_of_the_runs(rolled: tuple[Desk, str, str]) -> None:
    """In JSON, which is read back as the same result."""
    desk, first, second = rolled
    text = diff(desk, first, second, "--format", "json").out
    result = from_json(text, DiffResult)
    assert json.loads(to_json(result)) == json.loads(text)
    parts = result.attribution
    assert parts is not None
    total = sum(block.share.value for block in parts.blocks) + parts.residual.value
    assert total == pytest.approx(parts.total.value, abs=1e-9)
    assert abs(parts.residual.value) < 5 * parts.residual.se
    assert {share.name for share in parts.inputs} == {"items.gale", "items.fish", "events.cancelled"}


def test_a_run_does_not_differ_from_itself(rolled: tuple[Desk, str, str]) -> None:
    """The same run twice: nothing changed."""
    desk, first, _ = rolled
    finished = diff(desk, first, first)
    assert finished.code == 0
    assert "Nothing changed between the two runs." in finished.out
    assert "No change beyond the simulation error." in " ".join(finished.out.split())


def test_the_second_run_is_the_latest_by_default(rolled: tuple[Desk, str, str]) -> None:
    """One argument is enough."""
    desk, first, _ = rolled
    latest = fit(desk, *FERRY, "--method", "importance", "--seed", "3")
    assert diff(desk, first).out == diff(desk, first, latest).out


@pytest.mark.parametrize("form", ["csv", "md"])
def test_every_format_lists_the_changes(rolled: tuple[Desk, str, str], form: str) -> None:
    """The new evidence is in all of them."""
    desk, first, second = rolled
    assert "A gale warning for the coast" in diff(desk, first, second, "--format", form).out


def test_missing_runs_are_errors(rolled: tuple[Desk, str, str]) -> None:
    """Both are reported at once, and nothing is printed."""
    desk, _, _ = rolled
    finished = diff(desk, "nothing", "nowhere")
    assert (finished.code, finished.out) == (2, "")
    assert "nothing" in finished.err
    assert "nowhere" in finished.err


def test_runs_of_two_scenarios_are_an_error(rolled: tuple[Desk, str, str]) -> None:
    """Runs of different scenarios have no change between them."""
    desk, first, _ = rolled
    lamp = fit(desk, "--scenario", "lamp.toml", "--priors", "electrician.toml", "--method", "importance")
    finished = diff(desk, first, lamp)
    assert (finished.code, finished.out) == (2, "")
    assert "lamp" in finished.err


def test_a_failed_run_shows_no_number(rolled: tuple[Desk, str, str]) -> None:
    """Exit code 3, the caution and the changes; neither a judgement nor a share."""
    desk, first, _ = rolled
    failed = fit(desk, *FERRY, "--method", "importance", "--draws", "100")
    finished = diff(desk, first, failed)
    assert finished.code == 3
    assert "CAUTION" in finished.out
    assert "odds" not in finished.out
    assert "Everything that changed" in finished.out


def test_folder_of_runs_in_the_environment(rolled: tuple[Desk, str, str], tmp_path: Path) -> None:
    """The folder of runs may come from the environment."""
    desk, first, second = rolled
    finished = run("diff", first, second, folder=tmp_path, environment={"ESTIMATIVE_RUNS": str(desk.runs)})
    assert finished.out == diff(desk, first, second).out


def test_the_shares_of_an_event_are_one_change(tmp_path: Path) -> None:
    """Stated together, they change together: one row, one share of the change."""
    priors = {"p": SHARES, "q": SHARES.replace("insider = 0.2, criminals = 0.5", "insider = 0.5, criminals = 0.2")}
    (tmp_path / "s.toml").write_text(STATES, encoding="utf-8")
    runs = []
    for name, text in priors.items():
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
        fit = ("fit", "-s", "s.toml", "-p", f"{name}.toml", "--method", "importance", "--runs", "runs", "--label", name)
        assert run(*fit, folder=tmp_path).code == 0
        runs = sorted((tmp_path / "runs").iterdir())
    answer = run("diff", runs[0].name, runs[1].name, "--runs", "runs", "--format", "json", folder=tmp_path)
    found = json.loads(answer.out)
    assert [share["name"] for share in found["attribution"]["inputs"]] == ["events.actor"]
    assert [change["name"] for change in found["changes"]["priors"]] == ["events.actor"]
    words = run("diff", runs[0].name, runs[1].name, "--runs", "runs", folder=tmp_path).out
    assert "The shares of “Who took the file”" in " ".join(words.split())

"""The command that says what changed between two runs, and why."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tests.command import FERRY, PRIORS, SCENARIO, Desk

PATH = Path(__file__).parents[2] / "reports" / "change" / "schema.json"
SCHEMA = json.loads(PATH.read_text(encoding="utf-8"))
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


def fitted(desk: Desk, *arguments: str) -> str:
    """The id of a new run."""
    before = set(desk.kept())
    told = desk.run("fit", *arguments)
    assert told.code in {0, 3}, told.err
    return next(iter(set(desk.kept()) - before))


@pytest.fixture(scope="module")
def rolled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Desk, str, str]:
    """A desk with two runs of the ferry, the later one as of later, with two items more and one prior changed."""
    desk = Desk.at(tmp_path_factory.mktemp("rolled"))
    first = fitted(desk, *FERRY, "--method", "importance")
    desk.write("ferry.toml", MONTH_LATER)
    desk.write("mate.toml", LATER_PRIORS)
    return desk, first, fitted(desk, *FERRY, "--method", "importance", "--seed", "2")


def test_a_rolling_assessment_is_told_with_its_causes(rolled: tuple[Desk, str, str]) -> None:
    """The judgement then and now, shares of news and priors, and every list of what changed."""
    desk, first, second = rolled
    told = desk.run("diff", first, second)
    assert told.code == 0, told.err
    text = " ".join(told.out.split())
    assert "as of 2026-11-01 to" in text
    assert "Its odds are multiplied by" in text
    assert "In decibans: " in text
    for part in ("New: evidence.gale", "as_of: 2026-11-01 -> 2026-11-20", "events.cancelled", "seed: 1 -> 2"):
        assert part in text
    assert max(map(len, told.out.splitlines())) <= 80


def test_the_rows_sum_to_the_change_of_the_runs(rolled: tuple[Desk, str, str]) -> None:
    """In JSON, which satisfies its schema, blocks and the rest sum to the log-odds that the runs differ by."""
    desk, first, second = rolled
    told = desk.run("diff", first, second, "--json")
    assert told.code == 0, told.err
    found = json.loads(told.out)
    Draft202012Validator(SCHEMA).validate(found)
    sharing = found["sharing"]
    total = sum(block["share"]["value"] for block in sharing["blocks"]) + sharing["rest"]["value"]
    assert total == pytest.approx(sharing["whole"]["value"], abs=1e-9)
    assert abs(sharing["rest"]["value"]) < 5 * sharing["rest"]["mcse"]
    assert {one["name"] for one in sharing["players"]} == {"items.gale", "items.fish", "events.cancelled"}


def test_a_run_beside_itself_has_not_changed(rolled: tuple[Desk, str, str]) -> None:
    """The same run twice: nothing changed, and the judgement is the same."""
    desk, first, _ = rolled
    told = desk.run("diff", first, first)
    assert (told.code, "Nothing changed between the two runs." in told.out) == (0, True)


def test_a_run_that_is_gone_is_a_fault(rolled: tuple[Desk, str, str]) -> None:
    """Both names that stand for no run are told at once, and nothing is printed."""
    desk, _, _ = rolled
    told = desk.run("diff", "nothing", "nowhere")
    assert (told.code, told.out) == (2, "")
    assert "nothing" in told.err
    assert "nowhere" in told.err
    assert "Traceback" not in told.err


def test_runs_of_two_scenarios_are_a_fault(rolled: tuple[Desk, str, str]) -> None:
    """Runs of different scenarios have no change between them."""
    desk, first, _ = rolled
    lamp = fitted(desk, "--scenario", "lamp.toml", "--priors", "electrician.toml", "--method", "importance")
    told = desk.run("diff", first, lamp)
    assert (told.code, told.out) == (2, "")
    assert "'lamp'" in told.err


def test_a_run_that_did_not_converge_tells_no_number(rolled: tuple[Desk, str, str]) -> None:
    """Exit code 3, the caution, what changed, and neither judgement nor share."""
    desk, first, _ = rolled
    failed = fitted(desk, *FERRY, "--method", "importance", "--draws", "100")
    told = desk.run("diff", first, failed)
    assert told.code == 3
    assert "CAUTION" in told.out
    assert "decibans" not in told.out
    assert "What changed" in told.out

"""The command `compare`."""

from __future__ import annotations

import csv
import json
import math
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from tests.command import CERTAIN_PRIORS, PRIORS, Desk
from tests.in_process import Finished, one_thread, run
from tests.remembered import forget

pytestmark = pytest.mark.usefixtures("remembering")

COOK = PRIORS.replace('name = "mate"', 'name = "cook"').replace('cancelled = "unlikely"', 'cancelled = "likely"')
PURSER = PRIORS.replace('name = "mate"', 'name = "purser"').replace("captain = 2", "captain = 5")
"""Disagrees with the mate on a constant."""
TEAM = ("--scenario", "ferry.toml", "--priors", "mate.toml", "--priors", "cook.toml")
TWO = (*TEAM, "--draws", "2000")
THREE = (*TWO, "--priors", "purser.toml")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with three analysts of the ferry."""
    desk = Desk.at(tmp_path_factory.mktemp("office"))
    desk.write("cook.toml", COOK)
    desk.write("purser.toml", PURSER)
    return desk.folder


def compare(office: Path, *arguments: str) -> Finished:
    return run("compare", *arguments, folder=office)


@cache
def compared(office: Path, *arguments: str) -> Finished:
    """The same, computed once for all tests that look at it."""
    with one_thread():
        return compare(office, *arguments)


def result_of(office: Path, *arguments: str) -> Any:
    finished = compared(office, *arguments, "--format", "json")
    assert finished.code == 0, finished.err
    return json.loads(finished.out)


def test_each_analyst_has_the_numbers_of_a_fit(office: Path, tmp_path: Path) -> None:
    """Within four joint errors of `fit`, in the order in which the analysts were given."""
    result = result_of(office, *THREE)
    assert list(result["analysts"]) == ["mate", "cook", "purser"]
    for name, analyst in result["analysts"].items():
        fit = ("--scenario", "ferry.toml", "--priors", f"{name}.toml", "--method", "importance", "--format", "json")
        finished = run("fit", *fit, "--runs", str(tmp_path), folder=office)
        expected = json.loads(finished.out)["outcomes"]["cancelled"]
        for level in ("prior", "posterior"):
            number, other = analyst["outcomes"]["cancelled"][level], expected[level]
            error = math.hypot(number["se"], other["se"])
            assert number["value"] == pytest.approx(other["value"], abs=4 * error)


def test_a_difference_is_attributed_to_the_input_that_differs(office: Path) -> None:
    """Two analysts who differ in one input only: it accounts for everything."""
    result = result_of(office, *TWO, "--attribute")["attribution"]
    assert (result["first"], result["second"]) == ("mate", "cook")
    (share,) = result["decomposition"]["inputs"]
    assert share["name"] == "events.cancelled"
    assert share["share"]["value"] == pytest.approx(result["decomposition"]["total"]["value"])
    text = " ".join(compare(office, *TWO, "--attribute").out.split())
    assert "Why cook is higher than mate" in text
    assert "The chance of \u201cThe ferry is cancelled\u201d" in text


def test_what_keeps_a_team_apart(office: Path) -> None:
    """Three analysts: each against the pool, and the variance between them, whose shares sum to it."""
    result = result_of(office, *THREE, "--attribute")
    assert result["attribution"] is None
    team = result["team"]
    assert list(team["against_pool"]) == ["mate", "cook", "purser"]
    shares = team["variance"]["inputs"]
    assert sum(share["share"]["value"] for share in shares) == pytest.approx(team["variance"]["total"]["value"])
    assert {share["name"] for share in shares} == {"events.cancelled", "evidence.captain"}
    finished = compare(office, *THREE, "--attribute")
    assert "What keeps the analysts apart" in finished.out
    assert max(map(len, finished.out.splitlines())) <= 80


@pytest.mark.parametrize("team", [TWO, THREE], ids=["two", "three"])
def test_the_same_seed_gives_the_same_digits(office: Path, team: tuple[str, ...]) -> None:
    """However many cores share the fits: of two analysts by threads, of more by processes."""
    first = result_of(office, *team, "--attribute")
    forget()
    assert first == json.loads(compare(office, *team, "--attribute", "--format", "json").out)
    assert first["analysts"] != result_of(office, *team, "--seed", "5")["analysts"]


def test_the_order_of_analysts_turns_the_signs(office: Path) -> None:
    """A difference is that of the first less the second."""
    there = result_of(office, *TWO)["pairs"][0]
    back = result_of(office, *TWO[:2], *TWO[4:], *TWO[2:4])["pairs"][0]
    assert back["difference"]["value"] == pytest.approx(-there["difference"]["value"])
    assert back["superiority"]["value"] == pytest.approx(1 - there["superiority"]["value"])


def test_a_folder_stands_for_the_prior_sets_in_it(office: Path) -> None:
    """All prior sets of a folder are compared; scenarios in it are not read."""
    (office / "team").mkdir()
    for name in ("ferry", "mate", "cook"):
        (office / "team" / f"{name}.toml").write_text((office / f"{name}.toml").read_text(encoding="utf-8"))
    result = result_of(office, "--scenario", "ferry.toml", "--priors", "team", "--priors", "purser.toml")
    assert list(result["analysts"]) == ["cook", "mate", "purser"]


def test_csv_and_markdown_have_the_same_numbers(office: Path) -> None:
    """The CSV has the probabilities of the JSON; the Markdown has the same table."""
    result = result_of(office, *TWO)
    rows = {
        (row["outcome"], row["analyst"]): row
        for row in csv.DictReader(StringIO(compare(office, *TWO, "--format", "csv").out))
    }
    for name, analyst in result["analysts"].items():
        for outcome, probability in analyst["outcomes"].items():
            assert float(rows[outcome, name]["posterior"]) == probability["posterior"]["value"]
    assert "| mate |" in compare(office, *TWO, "--format", "md").out


def test_analysts_can_be_compared_on_another_outcome(office: Path) -> None:
    """`--outcome` takes the place of the headline, in the attribution too; the digest stays that of the scenario."""
    result = result_of(office, *TWO, "--attribute", "--outcome", "cancelled_in_storm")
    assert result["scenario"]["headline"] == "cancelled_in_storm"
    assert result["scenario"]["digest"] == result_of(office, *TWO)["scenario"]["digest"]
    low, high = sorted(
        analyst["outcomes"]["cancelled_in_storm"]["posterior"]["value"] for analyst in result["analysts"].values()
    )
    expected = math.log(high / (1 - high)) - math.log(low / (1 - low))
    assert abs(result["attribution"]["decomposition"]["total"]["value"]) == pytest.approx(expected, rel=0.05)
    assert "If a storm is forecast" in compare(office, *TWO, "--outcome", "cancelled_in_storm").out.split("Highest")[0]


@pytest.mark.parametrize("form", ["terminal", "json", "csv", "md"])
def test_a_failed_fit_has_no_number(office: Path, form: str) -> None:
    """With too few draws nobody's numbers are shown, in no format; the exit code is 3."""
    finished = compare(office, *TEAM, "--attribute", "--method", "importance", "--draws", "100", "--format", form)
    assert finished.code == 3
    assert "% to " not in finished.out
    assert '"posterior"' not in finished.out


def test_numbers_of_failed_fits_carry_a_caution(office: Path) -> None:
    """On request they are shown, with a caution; the exit code stays 3."""
    allowed = compare(office, *TEAM, "--method", "importance", "--draws", "100", "--allow-unconverged")
    assert allowed.code == 3
    assert "CAUTION" in allowed.out
    assert "Do not rely on them" in " ".join(allowed.out.split())


ERRORS = {
    "too few": (TWO[:4], ("prior sets", "two or more")),
    "twice": ((*TWO, "--priors", "mate.toml"), ('the prior set "mate" (mate.toml) is there twice',)),
    "same name": ((*TWO, "--priors", "copy.toml"), ("mate.toml, copy.toml",)),
    "no such set": ((*TWO, "--priors", "mete"), ("mete",)),
    "one of two": ((*TWO[:4], "--priors", "electrician.toml"), ("electrician.toml", "lamp")),
    "empty folder": ((*TWO, "--priors", "empty"), ("empty", "no prior set")),
    "no such outcome": ((*TWO, "--outcome", "canceled"), ("canceled", 'Did you mean "cancelled"?')),
}


@pytest.mark.parametrize("case", ERRORS)
def test_an_input_error_ends_with_2(office: Path, case: str) -> None:
    """Prior sets of other scenarios, given twice, or misspelt: one line that names the error, and no output."""
    arguments, parts = ERRORS[case]
    (office / "copy.toml").write_text(PRIORS)
    (office / "empty").mkdir(exist_ok=True)
    finished = compare(office, *arguments)
    assert (finished.code, finished.out) == (2, "")
    assert all(part in finished.err for part in parts), finished.err


def test_a_broken_file_does_not_stop_the_others(office: Path) -> None:
    """Files with errors are left out, compared or pooled: the result says so, each error is printed, the code is 2."""
    (office / "crew").mkdir(exist_ok=True)
    (office / "crew" / "bad.toml").write_text(PRIORS.replace("p05 = 0.2, p95 = 0.8,", "p05 = 0.9, p95 = 0.8,"))
    (office / "crew" / "torn.toml").write_text("[prior_set\n")
    (office / "crew" / "lamp.toml").write_text(CERTAIN_PRIORS)
    for command in ("compare", "pool"):
        good = run(command, *TWO, folder=office)
        done = run(command, *TWO, "--priors", "crew", folder=office)
        errors = [line for line in done.err.splitlines() if line.startswith("Error: ")]
        assert (done.code, good.code, len(errors)) == (2, 0, 3), done.err
        assert all(name in " ".join(errors) for name in ("bad.toml", "torn.toml", "lamp.toml"))
        text = " ".join(done.out.split())
        assert "Left out, because of errors in the file: crew/bad.toml, crew/lamp.toml and crew/torn.toml." in text
        assert [line for line in good.out.splitlines() if "%" in line] == [
            line for line in done.out.splitlines() if "%" in line
        ]


@pytest.mark.parametrize("command", ["compare", "pool"])
def test_data_say_who_was_left_out_and_why(office: Path, command: str) -> None:
    """JSON has each analyst who was left out, with the file and its errors; CSV has a row for each."""
    (office / "crew").mkdir(exist_ok=True)
    (office / "crew" / "torn.toml").write_text("[prior_set\n")
    (office / "crew" / "lamp.toml").write_text(CERTAIN_PRIORS)
    done = run(
        command, *TWO, "--priors", "crew/torn.toml", "--priors", "crew/lamp.toml", "--format", "json", folder=office
    )
    torn, lamp = json.loads(done.out)["left_out"]
    assert (torn["analyst"], torn["file"], torn["errors"][0]["place"]["line"]) == ("torn", "crew/torn.toml", 1)
    assert lamp["errors"][0]["message"] in done.err
    done = run(command, *TWO, "--priors", "crew/torn.toml", "--format", "csv", folder=office)
    [*rows, last] = csv.DictReader(StringIO(done.out))
    assert (last["analyst"], last["left_out"].startswith("crew/torn.toml, line 1")) == ("torn", True)
    assert not any(row["left_out"] for row in rows)
    assert json.loads(run(command, *TWO, "--format", "json", folder=office).out)["left_out"] == []


def test_all_errors_are_reported_at_once(office: Path) -> None:
    """A misspelt name and a file of another scenario: a line for each."""
    finished = compare(office, *TWO, "--priors", "electrician.toml", "--priors", "mete")
    assert finished.code == 2
    assert len(finished.err.splitlines()) == 2


@pytest.mark.parametrize(("light", "part"), [("0", "evidence"), ("0.5", "probability 0 or 1")])
def test_impossible_evidence_and_certain_headlines_are_errors(office: Path, light: str, part: str) -> None:
    """Evidence that is impossible under one analyst's priors; a headline of probability 1, which has no odds."""
    other = CERTAIN_PRIORS.replace('"lamp"\nanalyst', '"other"\nanalyst').replace("none = 0.1", "none = 0")
    (office / "other.toml").write_text(other.replace("switched = 0.9", f"switched = {light}"))
    lamp = ("--scenario", "lamp.toml", "--priors", "electrician.toml", "--priors", "other.toml")
    finished = compare(office, *lamp, "--attribute")
    assert (finished.code, finished.out) == (2, "")
    assert part in finished.err


GATE = """
[scenario]
id = "gate"
title = "The gate is closed"
question = "Is the gate closed on 1 December 2026?"
as_of = 2026-11-01
until = 2026-12-01
headline = "closed"

[events.closed]
title = "The gate is closed"

[outcomes.closed]
title = "The gate is closed"
all = ["closed"]
"""
GUARD = """
[prior_set]
name = "guard"
analyst = "The guard"
scenario = "gate"

[events]
closed = "unlikely"
"""


@pytest.mark.slow
def test_nuts_can_be_chosen(office: Path) -> None:
    """By --method nuts all analysts are fitted by NUTS, and agree with importance sampling."""
    (office / "gate.toml").write_text(GATE)
    (office / "guard.toml").write_text(GUARD)
    (office / "porter.toml").write_text(GUARD.replace('"guard"', '"porter"').replace("unlikely", "likely"))
    gate = ("--scenario", "gate.toml", "--priors", "guard.toml", "--priors", "porter.toml")
    slow, quick = result_of(office, *gate, "--method", "nuts", "--draws", "400"), result_of(office, *gate)
    for name, analyst in slow["analysts"].items():
        number = analyst["outcomes"]["closed"]["posterior"]
        other = quick["analysts"][name]["outcomes"]["closed"]["posterior"]
        error = math.hypot(number["se"], other["se"])
        assert number["value"] == pytest.approx(other["value"], abs=4 * error)
        assert analyst["fit"]["method"] == "nuts"
    assert slow["log_bayes_factors"]["porter"]["all_evidence"] is None

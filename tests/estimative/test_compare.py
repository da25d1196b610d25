"""The command `compare`."""

from __future__ import annotations

import csv
import json
import math
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.command import PRIORS, Desk

SCHEMA = json.loads((Path(__file__).parents[2] / "reports" / "comparison" / "schema.json").read_text(encoding="utf-8"))
COOK = PRIORS.replace('name = "mate"', 'name = "cook"').replace('cancelled = "unlikely"', 'cancelled = "likely"')
PURSER = PRIORS.replace('name = "mate"', 'name = "purser"').replace("captain = 2", "captain = 5")
"""Disagrees with the mate on a constant."""
TWO = ("--scenario", "ferry.toml", "--priors", "mate.toml", "--priors", "cook.toml")
THREE = (*TWO, "--priors", "purser.toml")


@pytest.fixture
def office(desk: Desk) -> Desk:
    """A desk with three analysts of the ferry."""
    desk.write("cook.toml", COOK)
    desk.write("purser.toml", PURSER)
    return desk


def compared(desk: Desk, *arguments: str) -> Any:
    told = desk.run("compare", *arguments, "--json")
    assert told.code == 0, told.err
    return json.loads(told.out)


def test_the_json_satisfies_the_schema(office: Desk) -> None:
    """What `compare --json` prints satisfies the schema of comparisons, with an attribution or a team or neither."""
    for arguments in (TWO, (*TWO, "--attribute"), (*THREE, "--attribute")):
        Draft202012Validator(SCHEMA).validate(compared(office, *arguments))


def test_each_analyst_has_what_a_fit_of_their_own_says(office: Desk) -> None:
    """The numbers are those of `fit`, within four joint errors, in the order in which the analysts were named."""
    found = compared(office, *THREE)
    assert list(found["analysts"]) == ["mate", "cook", "purser"]
    for name, one in found["outcomes"]["cancelled"]["analysts"].items():
        told = office.run(
            "fit", "--scenario", "ferry.toml", "--priors", f"{name}.toml", "--method", "importance", "--json"
        )
        own = json.loads(told.out)["outcomes"]["cancelled"]
        error = math.hypot(one["mcse"], own["mcse"])
        assert one["probability"] == pytest.approx(own["probability"], abs=4 * error)
        assert one["prior_probability"] == pytest.approx(own["prior_probability"], abs=4 * own["prior_mcse"])


def test_the_gap_is_shared_out(office: Desk) -> None:
    """Two who differ in one thing only: it accounts for everything, and the sentence says so."""
    found = compared(office, *TWO, "--attribute")["attribution"]
    assert (found["first"], found["second"]) == ("mate", "cook")
    (share,) = found["decomposition"]["quantities"]
    assert share["name"] == "events.cancelled"
    assert share["share"]["value"] == pytest.approx(found["decomposition"]["gap"]["value"])
    told = office.run("compare", *TWO, "--attribute")
    assert "Why cook and mate differ" in told.out, "told from the lower up"
    assert "the baseline of cancelled accounts for" in told.out


def test_a_team_is_told_what_keeps_it_apart(office: Desk) -> None:
    """Three analysts: each against the pool, and the variance between them, whose shares sum to it."""
    found = compared(office, *THREE, "--attribute")
    assert found["attribution"] is None
    team = found["team"]
    assert list(team["against_pool"]) == ["mate", "cook", "purser"]
    shares = sum(share["share"]["value"] for share in team["variance"]["quantities"])
    assert shares == pytest.approx(team["variance"]["gap"]["value"])
    assert {share["name"] for share in team["variance"]["quantities"]} == {"events.cancelled", "evidence.captain"}
    told = office.run("compare", *THREE, "--attribute")
    assert "What keeps the analysts apart" in told.out
    assert max(map(len, told.out.splitlines())) <= 80


def test_the_same_seed_gives_the_same_digits(office: Desk) -> None:
    """However many cores share the fits."""
    once, again = (compared(office, *TWO, "--attribute", "--seed", "4") for _ in range(2))
    assert once == again
    assert once["outcomes"] != compared(office, *TWO, "--seed", "5")["outcomes"]


def test_the_order_of_analysts_turns_the_signs(office: Desk) -> None:
    """Whoever is named first is told less the other."""
    there = compared(office, *TWO)["outcomes"]["cancelled"]["pairs"][0]
    back = compared(office, *TWO[:2], *TWO[4:], *TWO[2:4])["outcomes"]["cancelled"]["pairs"][0]
    assert back["difference"]["value"] == pytest.approx(-there["difference"]["value"])
    assert back["first_higher"]["value"] == pytest.approx(1 - there["first_higher"]["value"])


def test_a_folder_stands_for_the_sets_in_it(office: Desk) -> None:
    """All prior sets of a folder are compared; the scenarios that lie beside them are passed over."""
    (office.folder / "team").mkdir()
    for name in ("ferry", "mate", "cook"):
        text = (office.folder / f"{name}.toml").read_text(encoding="utf-8")
        (office.folder / "team" / f"{name}.toml").write_text(text, encoding="utf-8")
    found = compared(office, "--scenario", "ferry.toml", "--priors", "team", "--priors", "purser.toml")
    assert list(found["analysts"]) == ["cook", "mate", "purser"]


def test_csv_and_markdown_tell_the_same(office: Desk) -> None:
    """Every analyst's probability in the CSV is that of the JSON; the Markdown has the same tables."""
    found = compared(office, *TWO, "--attribute")
    rows = list(csv.DictReader(StringIO(office.run("compare", *TWO, "--attribute", "--csv").out)))
    for name, one in found["outcomes"]["cancelled"]["analysts"].items():
        (row,) = [
            row
            for row in rows
            if (row["part"], row["outcome"], row["analyst"], row["measure"])
            == ("probability", "cancelled", name, "probability")
        ]
        assert float(row["value"]) == one["probability"]
    told = office.run("compare", *TWO, "--attribute", "--md")
    assert told.code == 0
    assert "| mate |" in told.out


def test_another_outcome_can_be_told_in_full(office: Desk) -> None:
    """`--outcome` gives its plot and pairs instead of the headline's."""
    told = office.run("compare", *TWO, "--outcome", "cancelled_in_storm")
    assert told.code == 0
    before, _, after = told.out.partition("If a storm is forecast")
    assert "Two by two" not in before
    assert "Two by two" in after


def test_a_fit_that_failed_has_no_number(office: Desk) -> None:
    """With too few draws nobody's numbers are told, no matter in which form; the exit code is 3."""
    for form in ((), ("--json",), ("--csv",), ("--md",)):
        told = office.run("compare", *TWO, "--attribute", "--method", "importance", "--draws", "100", *form)
        assert told.code == 3
        assert " % to " not in told.out
        assert '"probability": 0' not in told.out
    allowed = office.run("compare", *TWO, "--method", "importance", "--draws", "100", "--allow-unconverged")
    assert allowed.code == 3
    assert "CAUTION" in allowed.out
    assert "Do not rely on them" in " ".join(allowed.out.split())


FAULTS = {
    "one set": (TWO[:4], "--priors: there is 1 prior set. Allowed: two or more"),
    "twice": ((*TWO, "--priors", "mate.toml"), "mate: 2 prior sets have this name (mate.toml)"),
    "same name": ((*TWO, "--priors", "copy.toml"), "mate: 2 prior sets have this name (mate.toml, copy.toml)"),
    "no such set": ((*TWO, "--priors", "mete"), '"mete" is not a path, nor the name of a shipped prior set'),
    "another scenario": (
        (*TWO, "--priors", "electrician.toml"),
        'electrician.toml, line 5, prior_set.scenario: these priors are for the scenario "lamp"',
    ),
    "empty folder": (
        (*TWO, "--priors", "empty"),
        "empty: there is no prior set in this folder. Allowed: a folder with prior sets",
    ),
    "faulty file": ((*TWO, "--priors", "bad.toml"), "bad.toml, line 9, factors.weather"),
    "no such outcome": (
        (*TWO, "--outcome", "canceled"),
        'outcomes.canceled: "canceled" is not an outcome. Allowed: the name of an outcome: cancelled or',
    ),
    "two forms": ((*TWO, "--json", "--csv"), "--json and --csv contradict each other. Allowed: one form at a time"),
}


@pytest.mark.parametrize("case", FAULTS)
def test_a_fault_is_told_and_ends_with_2(office: Desk, case: str) -> None:
    """Sets of other scenarios, sets listed twice, names that are none: a clear fault, and nothing on stdout."""
    arguments, fault = FAULTS[case]
    office.write("copy.toml", PRIORS)
    office.write("bad.toml", PRIORS.replace("p05 = 0.2, p95 = 0.8,", "p05 = 0.9, p95 = 0.8,").replace("mate", "bad"))
    (office.folder / "empty").mkdir()
    told = office.run("compare", *arguments)
    assert (told.code, told.out) == (2, "")
    assert fault in told.err


def test_all_faults_are_told_at_once(office: Desk) -> None:
    """A name that is none and a file of another scenario: a line for each."""
    told = office.run("compare", *TWO, "--priors", "electrician.toml", "--priors", "mete")
    assert told.code == 2
    assert len(told.err.splitlines()) == 2


def test_what_cannot_be_so_under_somebodys_priors_is_a_fault(desk: Desk) -> None:
    """Evidence that is impossible for one of the analysts is told with the scenario's name."""
    told = desk.run(
        "compare", "--scenario", "lamp.toml", "--priors", "electrician.toml", "--priors", desk.write("other.toml", LAMP)
    )
    assert told.code == 2
    assert "lamp.toml, evidence" in told.err


LAMP = """
[prior_set]
name = "other"
analyst = "Somebody else"
scenario = "lamp"
rationale = "No light at all."

[tables.switched]
none = 0.25

[tables.shines]
none = 0
switched = 0
"""


def test_a_certain_headline_is_not_shared_out(desk: Desk) -> None:
    """Of a headline of probability 1 there are no log-odds: --attribute says so."""
    desk.write("other.toml", LAMP.replace("switched = 0\n", "switched = 0.5\n"))
    told = desk.run(
        "compare", "--scenario", "lamp.toml", "--priors", "electrician.toml", "--priors", "other.toml", "--attribute"
    )
    assert told.code == 2
    assert "--attribute: found a headline of probability 0 or 1" in told.err


@pytest.mark.slow
def test_nuts_can_be_forced(office: Desk) -> None:
    """By --method nuts all analysts are fitted by NUTS, and agree with importance sampling."""
    by_nuts, quick = compared(office, *TWO, "--method", "nuts"), compared(office, *TWO)
    for name, one in by_nuts["outcomes"]["cancelled"]["analysts"].items():
        other = quick["outcomes"]["cancelled"]["analysts"][name]
        error = math.hypot(one["mcse"], other["mcse"])
        assert one["probability"] == pytest.approx(other["probability"], abs=4 * error)
        assert by_nuts["analysts"][name]["method"] == "nuts"
    assert by_nuts["foresight"]["cook"]["everything"] is None

"""The command `pool`."""

from __future__ import annotations

import csv
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.command import Desk
from tests.estimative.test_compare import COOK, PURSER, THREE, TWO

SCHEMA = json.loads((Path(__file__).parents[2] / "reports" / "pool" / "schema.json").read_text(encoding="utf-8"))
SCORES = """analyst,question,probability,outcome
mate,fog on 1 May,0.8,yes
cook,fog on 1 May,0.4,yes
mate,fog on 2 May,0.3,no
cook,fog on 2 May,0.6,no
mate,fog on 3 May,0.9,yes
cook,fog on 3 May,0.5,yes
mate,fog on 4 May,0.9,
"""


@pytest.fixture
def office(desk: Desk) -> Desk:
    """A desk with three analysts of the ferry, and a record of two of them."""
    desk.write("cook.toml", COOK)
    desk.write("purser.toml", PURSER)
    desk.write("scores.csv", SCORES)
    return desk


def pooled(desk: Desk, *arguments: str) -> Any:
    told = desk.run("pool", *arguments, "--json")
    assert told.code == 0, told.err
    return json.loads(told.out)


def test_the_json_satisfies_the_schema(office: Desk) -> None:
    """What `pool --json` prints satisfies the schema of pools, with weights said, earned or neither."""
    for arguments in (TWO, (*THREE, "--weight", "cook=2", "--extremize", "1.5"), (*TWO, "--scores", "scores.csv")):
        Draft202012Validator(SCHEMA).validate(pooled(office, *arguments))


def test_a_pool_is_never_told_without_its_members(office: Desk) -> None:
    """On the terminal, in Markdown, CSV and JSON, every analyst stands beside the pool."""
    found = pooled(office, *THREE)
    for outcome in found["outcomes"].values():
        assert list(outcome["analysts"]) == ["mate", "cook", "purser"]
        assert len(outcome["pools"]) == 4
    rows = list(csv.DictReader(StringIO(office.run("pool", *THREE, "--csv").out)))
    assert {row["analyst"] for row in rows if row["part"] == "member"} == {"mate", "cook", "purser"}
    told = office.run("pool", *THREE)
    assert "The analysts reach from" in told.out
    assert max(map(len, told.out.splitlines())) <= 80
    assert all(f"| {name} |" in office.run("pool", *THREE, "--md").out for name in ("mate", "cook", "purser"))


def test_weights_count(office: Desk) -> None:
    """With all the weight on one analyst, every way to pool is that analyst's answer."""
    found = pooled(office, *TWO, "--weight", "mate=0")["outcomes"]["cancelled"]
    cook = found["analysts"]["cook"]
    for one in found["pools"]:
        error = max(one["probability"]["mcse"], cook["mcse"])
        assert one["probability"]["value"] == pytest.approx(cook["probability"], abs=6 * error)
        assert one["without"]["cook"] is None
    assert pooled(office, *TWO, "--weight", "mate=3")["weights"]["mate"]["weight"] == pytest.approx(0.75)


def test_weights_are_earned(office: Desk) -> None:
    """From a record: the better analyst weighs more, by either score; few questions are warned of."""
    found = pooled(office, *TWO, "--scores", "scores.csv")
    geometric = {"mate": (0.8 * 0.7 * 0.9) ** (1 / 3), "cook": (0.4 * 0.4 * 0.5) ** (1 / 3)}
    total = sum(geometric.values())
    for name, weight in found["weights"].items():
        assert weight["weight"] == pytest.approx(geometric[name] / total)
        assert weight["error"] > 0
    assert found["record"]["analysts"]["mate"]["resolved"] == 3
    by_brier = pooled(office, *TWO, "--scores", "scores.csv", "--by", "brier")["weights"]
    assert by_brier["mate"]["weight"] > by_brier["cook"]["weight"]
    told = " ".join(office.run("pool", *TWO, "--scores", "scores.csv").out.split())
    assert "Fewer than 20 resolved questions: mate (3 resolved questions) and cook (3 resolved questions)" in told
    assert "mostly noise" in told


def test_extremizing_is_stated(office: Desk) -> None:
    """The factor stands beside what it does; without it nothing is extremized."""
    told = " ".join(office.run("pool", *TWO, "--extremize", "2.5").out.split())
    assert "Extremized: the log-odds of each pool times 2.5." in told
    assert "Extremized" not in office.run("pool", *TWO).out


def test_a_fit_that_failed_is_not_pooled(office: Desk) -> None:
    """With too few draws nothing is pooled, and no member's number is told either."""
    for form in ((), ("--json",), ("--csv",), ("--md",)):
        told = office.run("pool", *TWO, "--method", "importance", "--draws", "100", *form)
        assert told.code == 3
        assert " % to " not in told.out
        assert '"probability": 0' not in told.out


FAULTS = {
    "negative": ((*TWO, "-w", "mate=-1"), "--weight, mate: -1 is not a weight. Allowed: a finite number of at least 0"),
    "no number": ((*TWO, "-w", "mate=much"), '--weight, mate: "much" is not a weight. Allowed: a number of at least 0'),
    "not finite": (
        (*TWO, "-w", "mate=nan"),
        "--weight, mate: nan is not a weight. Allowed: a finite number of at least 0",
    ),
    "no name": ((*TWO, "-w", "2"), '--weight: "2" is not a weight. Allowed: an analyst and a weight, such as A=2'),
    "unknown": ((*TWO, "-w", "mete=2"), '--weight, mete: "mete" is not an analyst. Allowed: one of the analysts'),
    "twice": (
        (*TWO, "-w", "mate=2", "-w", "mate=3"),
        "--weight, mate: this analyst has two weights. Allowed: one weight",
    ),
    "all zero": ((*TWO, "-w", "mate=0", "-w", "cook=0"), "--weight: all weights are 0. Allowed: at least"),
    "both": (
        (*TWO, "-w", "mate=2", "--scores", "scores.csv"),
        "--weight and --scores contradict each other. Allowed: weights from one",
    ),
    "no record": ((*TWO, "--scores", "none.csv"), "none.csv: there is no such file"),
    "empty": ((*TWO, "--scores", "empty.csv"), "empty.csv: the file is empty"),
    "stranger": (
        (*TWO, "--scores", "strange.csv"),
        'strange.csv, line 8, analyst: "smutje" is not the name of a compared prior set',
    ),
    "unscored": ((*THREE, "--scores", "scores.csv"), "purser"),
    "extremized by nothing": ((*TWO, "--extremize", "nan"), "--extremize: nan is not a finite number of at"),
    "extremized without end": ((*TWO, "--extremize", "inf"), "--extremize: inf is not a finite number of at"),
    "extremized backwards": ((*TWO, "--extremize", "-1"), "--extremize: -1 is not a finite number of at"),
    "one set": (TWO[:4], "--priors: there is 1 prior set. Allowed: two or more"),
    "another scenario": (
        (*TWO, "-p", "electrician.toml"),
        'prior_set.scenario: these priors are for the scenario "lamp"',
    ),
}


@pytest.mark.parametrize("case", FAULTS)
def test_a_fault_is_told_and_ends_with_2(office: Desk, case: str) -> None:
    """Weights that are none, records that cannot be used: a clear fault, and nothing on stdout."""
    office.write("empty.csv", "")
    office.write("strange.csv", SCORES.replace("mate,fog on 4 May", "smutje,fog on 4 May"))
    arguments, fault = FAULTS[case]
    told = office.run("pool", *arguments)
    assert (told.code, told.out) == (2, "")
    assert fault in told.err
    assert len(told.err.splitlines()) == 1

"""The command `pool`."""

from __future__ import annotations

import csv
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from tests.command import Desk
from tests.estimative.test_compare import COOK, PURSER, TEAM, THREE, TWO
from tests.in_process import Finished, run

pytestmark = pytest.mark.usefixtures("remembering")

FORECASTS = """analyst,question,probability,outcome
mate,fog on 1 May,0.8,yes
cook,fog on 1 May,0.4,yes
mate,fog on 2 May,0.3,no
cook,fog on 2 May,0.6,no
mate,fog on 3 May,0.9,yes
cook,fog on 3 May,0.5,yes
mate,fog on 4 May,0.9,
"""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with three analysts of the ferry, and the past forecasts of two of them."""
    desk = Desk.at(tmp_path_factory.mktemp("office"))
    desk.write("cook.toml", COOK)
    desk.write("purser.toml", PURSER)
    desk.write("forecasts.csv", FORECASTS)
    return desk.folder


def pool(office: Path, *arguments: str) -> Finished:
    return run("pool", *arguments, folder=office)


def result_of(office: Path, *arguments: str) -> Any:
    finished = pool(office, *arguments, "--format", "json")
    assert finished.code == 0, finished.err
    return json.loads(finished.out)


def test_a_pool_is_never_shown_without_its_analysts(office: Path) -> None:
    """On the terminal, in Markdown and in JSON every analyst is there with the four pools."""
    result = result_of(office, *THREE)
    assert list(result["analysts"]) == ["mate", "cook", "purser"]
    assert {len(pools) for pools in result["pools"].values()} == {4}
    finished = pool(office, *THREE)
    assert "The analysts range from" in " ".join(finished.out.split())
    assert max(map(len, finished.out.splitlines())) <= 80
    markdown = pool(office, *THREE, "--format", "md").out
    assert all(f"| {name} |" in markdown for name in ("mate", "cook", "purser"))


def test_the_csv_has_the_pools_of_every_outcome(office: Path) -> None:
    """A row for each form and level, with the numbers of the JSON."""
    pools = result_of(office, *TWO)["pools"]
    rows = list(csv.DictReader(StringIO(pool(office, *TWO, "--format", "csv").out)))
    numbers = [row["probability"]["value"] for outcome in pools.values() for row in outcome]
    assert [float(row["probability"]) for row in rows] == numbers
    assert {row["outcome"] for row in rows} == set(pools)


def test_with_all_the_weight_on_one_analyst_every_pool_is_that_analyst(office: Path) -> None:
    """Whatever the form and the level; without the analyst there is no pool."""
    result = result_of(office, *TWO, "--weight", "mate=0")
    cook = result["analysts"]["cook"]["outcomes"]["cancelled"]["posterior"]
    for row in result["pools"]["cancelled"]:
        error = max(row["probability"]["se"], cook["se"])
        assert row["probability"]["value"] == pytest.approx(cook["value"], abs=6 * error)
        assert row["without"]["cook"] is None
    weights = result_of(office, *TWO, "--weight", "mate=3")["weights"]
    assert weights["mate"]["weight"] == {"value": pytest.approx(0.75), "se": 0.0}


def test_weights_follow_from_past_forecasts(office: Path) -> None:
    """The better analyst has the larger weight by either score rule; so few questions bring a warning."""
    result = result_of(office, *TWO, "--scores", "forecasts.csv")
    geometric = {"mate": (0.8 * 0.7 * 0.9) ** (1 / 3), "cook": (0.4 * 0.4 * 0.5) ** (1 / 3)}
    for name, weight in result["weights"].items():
        assert weight["weight"]["value"] == pytest.approx(geometric[name] / sum(geometric.values()))
        assert weight["weight"]["se"] > 0
    brier = result_of(office, *TWO, "--scores", "forecasts.csv", "--score-rule", "brier")["weights"]
    assert brier["mate"]["weight"]["value"] > brier["cook"]["weight"]["value"]
    text = " ".join(pool(office, *TWO, "--scores", "forecasts.csv").out.split())
    assert "Fewer than 20 resolved questions: mate (3 questions) and cook (3 questions)" in text


def test_extremizing_is_explained(office: Path) -> None:
    """With the factor; without one nothing is extremized."""
    text = " ".join(pool(office, *TWO, "--extremize", "2.5").out.split())
    assert "Extremized: the log-odds of each pool are multiplied by 2.5." in text
    assert "xtremize" not in pool(office, *TWO).out


@pytest.mark.parametrize("form", ["terminal", "json", "csv", "md"])
def test_failed_fits_are_not_pooled(office: Path, form: str) -> None:
    """With too few draws there is no number, of pools or of analysts; the exit code is 3."""
    finished = pool(office, *TEAM, "--method", "importance", "--draws", "100", "--format", form)
    assert finished.code == 3
    assert "% to " not in finished.out
    assert '"posterior": {' not in finished.out


ERRORS = {
    "negative": ((*TWO, "-w", "mate=-1"), ("mate", "-1", "a finite number of at least 0")),
    "no number": ((*TWO, "-w", "mate=much"), ("mate", '"much" is not a number')),
    "not finite": ((*TWO, "-w", "mate=nan"), ("mate", "nan")),
    "no name": ((*TWO, "-w", "2"), ('"2"', "an analyst and a weight, such as A=2")),
    "unknown": ((*TWO, "-w", "mete=2"), ("mete", "mate, cook", 'Did you mean "mate"?')),
    "twice": ((*TWO, "-w", "mate=2", "-w", "mate=3"), ("mate", "one weight for each analyst")),
    "all zero": ((*TWO, "-w", "mate=0", "-w", "cook=0"), ("every weight is 0",)),
    "both": ((*TWO, "-w", "mate=2", "--scores", "forecasts.csv"), ("--weight and --scores exclude each other",)),
    "no record": ((*TWO, "--scores", "none.csv"), ("none.csv", "no such file")),
    "empty": ((*TWO, "--scores", "empty.csv"), ("empty.csv", "empty")),
    "stranger": ((*TWO, "--scores", "strange.csv"), ("strange.csv, line 8", "smutje")),
    "without forecasts": ((*THREE, "--scores", "forecasts.csv"), ("purser",)),
    "factor nan": ((*TWO, "--extremize", "nan"), ("nan", "a finite number above 0")),
    "factor infinite": ((*TWO, "--extremize", "inf"), ("inf", "a finite number above 0")),
    "factor negative": ((*TWO, "--extremize", "-1"), ("-1", "a finite number above 0")),
    "factor zero": ((*TWO, "--extremize", "0"), ("0 is not a possible factor", "a finite number above 0")),
    "too few": (TWO[:4], ("prior sets", "two or more")),
}


@pytest.mark.parametrize("case", ERRORS)
def test_an_input_error_ends_with_2(office: Path, case: str) -> None:
    """Impossible weights, unusable records: one line that names the error, no output, and no fit before."""
    (office / "empty.csv").write_text("")
    (office / "strange.csv").write_text(FORECASTS.replace("mate,fog on 4 May", "smutje,fog on 4 May"))
    arguments, parts = ERRORS[case]
    finished = pool(office, *arguments)
    assert (finished.code, finished.out) == (2, "")
    assert all(part in finished.err for part in parts), finished.err
    assert len(finished.err.splitlines()) == 1

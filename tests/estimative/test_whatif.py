"""The command `whatif`."""

from __future__ import annotations

import json
import math
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from estimative.workflows.inputs import load
from estimative.workflows.session import Settings, open_session
from estimative.workflows.suppositions import edited, read_supposition
from estimative.workflows.whatif import whatif
from tests.command import FILES
from tests.in_process import Finished, run

pytestmark = pytest.mark.usefixtures("remembering")

DRAWS = 2000
FILES_OF_WATCH = ("--scenario", "watch.toml", "--priors", "watchman.toml")
WATCH = (*FILES_OF_WATCH, "--draws", str(DRAWS))
LAMP = ("--scenario", "lamp.toml", "--priors", "electrician.toml")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the small scenarios."""
    folder = tmp_path_factory.mktemp("whatif")
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def ferry(folder: Path, *arguments: str) -> Finished:
    return run("whatif", *WATCH, *arguments, folder=folder)


@cache
def answer(folder: Path, *arguments: str) -> Finished:
    """The JSON of any command on the ferry with its indicators, computed once for all tests that look at it."""
    return run(*arguments, *WATCH, "--format", "json", folder=folder)


def numbers(folder: Path, *arguments: str) -> Any:
    finished = answer(folder, "whatif", *arguments)
    assert finished.code == 0, finished.err
    return json.loads(finished.out)


def row(rows: list[dict[str, Any]], name: str) -> dict[str, Any]:
    return next(row for row in rows if row["name"] == name)


def test_setting_is_not_seeing(folder: Path) -> None:
    """A storm that is set shows nothing about the weather; an observed one does, and the document says which it was."""
    made, seen = (numbers(folder, option, "storm=yes") for option in ("--do", "--given"))
    weather = [row(result["factors"], "weather") for result in (made, seen)]
    assert weather[0]["before"] == pytest.approx(weather[0]["after"], rel=1e-12)
    assert weather[1]["after"]["value"] > weather[1]["before"]["value"]
    chances = [row(result["outcomes"], "cancelled")["after"]["value"] for result in (made, seen)]
    assert chances[0] < chances[1]
    assert "Intervention: \u201cA storm is forecast\u201d" in ferry(folder, "--do", "storm").out
    assert "Condition: \u201cA storm is forecast\u201d" in ferry(folder, "--given", "storm").out


def test_an_observed_level_is_another_prior(folder: Path) -> None:
    """Observing a factor's level gives what stating that level as a constant gives."""
    seen, stated = numbers(folder, "--given", "weather=0.9"), numbers(folder, "--set", "factors.weather=0.9")
    assert seen["outcomes"] == stated["outcomes"]


@pytest.mark.parametrize("seen", ["yes", "no"])
def test_an_indicator_can_be_observed(folder: Path, seen: str) -> None:
    """Given an indicator, or its absence, the headline is what the evidence table says it would be."""
    done = answer(folder, "evidence")
    for value in json.loads(done.out)["information"]["indicators"]:
        found = numbers(folder, "--given", f"{value['name']}={seen}")
        expected = value["p_if_observed" if seen == "yes" else "p_if_absent"]
        assert row(found["outcomes"], "cancelled")["after"]["value"] == pytest.approx(expected["value"])
        assert found["assumptions"] == [{"kind": "condition", "name": value["name"], "value": seen == "yes"}]


def test_several_indicators_are_observed_together(folder: Path) -> None:
    """The order of what is observed does not matter."""
    first, second = (
        numbers(folder, *order)["outcomes"]
        for order in (("--given", "gulls", "--given", "ropes=no"), ("--given", "ropes=no", "--given", "gulls"))
    )
    assert row(first, "cancelled")["after"]["value"] == pytest.approx(row(second, "cancelled")["after"]["value"])


def test_an_indicator_is_observed_before_an_intervention(folder: Path) -> None:
    """What is set has no say in what an indicator shows about today; a sweep passes through the interventions."""
    seen = numbers(folder, "--given", "gulls", "--do", "weather=0.5")
    alone, swept = numbers(folder, "--given", "gulls"), numbers(folder, "--given", "gulls", "--sweep", "weather=0:1:3")
    after, before = (row(one["factors"], "weather")["after"]["value"] for one in (seen, alone))
    assert after == pytest.approx(before, rel=1e-12)
    assert swept["outcomes"] == alone["outcomes"]
    expected = row(seen["outcomes"], "cancelled")["after"]["value"]
    assert swept["sweep"]["points"][1]["outcomes"]["cancelled"]["value"] == pytest.approx(expected)


def test_without_all_evidence_the_priors_are_left(folder: Path) -> None:
    """`--without all` gives the headline before the evidence, as `evidence` shows it."""
    after = row(numbers(folder, "--without", "all")["outcomes"], "cancelled")["after"]
    evidence = json.loads(answer(folder, "evidence").out)["headline"]["prior"]
    assert after["value"] == pytest.approx(evidence["value"], abs=4 * math.hypot(after["se"], evidence["se"]))


def test_before_is_the_headline_of_every_command(folder: Path) -> None:
    """The probability before is digit by digit that of `evidence` and of `trace` at the same seed."""
    before = row(numbers(folder, "--do", "storm")["outcomes"], "cancelled")["before"]
    for command in (("evidence",), ("trace", "cancelled")):
        result = json.loads(answer(folder, *command).out)
        assert (result.get("headline") or result["outcome"])["posterior"] == before


def test_a_weight_and_a_prior_can_be_stated(folder: Path) -> None:
    """A word, a number and an inline table are read as in a prior set."""
    statements = ("events.storm=likely", "evidence.captain=3", "factors.weather={ p05 = 0.5, p95 = 0.9 }")
    result = numbers(folder, *(word for text in statements for word in ("--set", text)))
    assert [(a["kind"], a["name"]) for a in result["assumptions"]] == [
        ("prior", "events.storm"),
        ("prior", "evidence.captain"),
        ("prior", "factors.weather"),
    ]
    assert "likely" in result["assumptions"][0]["value"]


def test_a_sweep_meets_the_single_interventions(folder: Path) -> None:
    """Along a sweep each point is what the intervention at that value gives, from the same draws."""
    result = numbers(folder, "--sweep", "weather=0:1:3")
    single = row(numbers(folder, "--do", "weather=0.5")["outcomes"], "cancelled")["after"]
    points = result["sweep"]["points"]
    assert [point["value"] for point in points] == [0, 0.5, 1]
    assert points[1]["outcomes"]["cancelled"] == single
    chances = [point["outcomes"]["cancelled"]["value"] for point in points]
    assert chances == sorted(chances)


def test_every_format_is_written(folder: Path) -> None:
    """A sweep as Markdown, and as a workbook."""
    assert "| Outcome | at 0 | at 0.5 | at 1 |" in ferry(folder, "--sweep", "weather=0:1:3", "--format", "md").out
    assert ferry(folder, "--sweep", "weather=0:1:3", "-o", "sweep.xlsx").code == 0
    assert (folder / "sweep.xlsx").stat().st_size > 0


def test_what_is_settled_cannot_be_set(folder: Path) -> None:
    """Setting an event that is settled already is refused, with the reason and with what can be asked instead."""
    title = 'title = "A storm is forecast"'
    text = FILES["watch.toml"].replace(title, f'{title}\nwhen = "now"')
    (folder / "settled.toml").write_text(text, encoding="utf-8")
    finished = run("whatif", "--scenario", "settled.toml", "--priors", "watchman.toml", "--do", "storm", folder=folder)
    assert (finished.code, finished.out) == (2, "")
    assert "--do, storm" in finished.err
    assert "settled already" in finished.err


ERRORS = {
    "nothing": ((), ["at least one of --do"]),
    "a misspelt factor": (("--do", "wether=1"), ["--do, wether", 'Did you mean "weather"?']),
    "a value beyond 1": (
        ("--do", "weather=1.5"),
        ['--do, weather: "1.5" is not a degree. Allowed: a degree between 0 and 1'],
    ),
    "no value of a factor": (("--do", "weather"), ["--do, weather: the value is missing"]),
    "nan": (("--do", "weather=nan"), ['--do, weather: "nan" is not a degree']),
    "neither yes nor no": (("--given", "storm=perhaps"), ['--given, storm: "perhaps" is not a state']),
    "a name twice": (("--do", "storm", "--do", "storm=no"), ["--do, storm: this name is there twice"]),
    "an unknown item": (("--without", "sweel"), ["--without, sweel", 'Did you mean "swell"?']),
    "an unknown quantity": (("--set", "events.strom=0.1"), ["--set, events.strom", 'Did you mean "events.storm"?']),
    "a statement beyond 1": (("--set", "events.storm=2"), ["--set, events.storm: 2 is not"]),
    "no statement": (("--set", "events.storm"), ["--set, events.storm: the value is missing"]),
    "a word that is none": (("--set", "events.storm=perhaps"), ['--set, events.storm: "perhaps" is not']),
    "a broken table": (("--set", "events.storm={ p05 = "), ['--set, events.storm: "{ p05 =" is not a statement']),
    "a range of one value": (("--sweep", "weather=0:1:1"), ['--sweep, weather: "0:1:1" is not a range']),
    "a range that goes back": (("--sweep", "weather=1:0:5"), ['--sweep, weather: "1:0:5" is not a range']),
    "a range of an event": (("--sweep", "storm=0:1:5"), ['--sweep, storm: "storm" is not a factor']),
    "several": (("--do", "x=1", "--given", "y", "--without", "z"), ["--do, x", "--given, y", "--without, z"]),
}


@pytest.mark.parametrize("case", ERRORS)
def test_every_error_names_its_option(folder: Path, case: str) -> None:
    """Every mistake gets one line with its option and name, nothing is printed, and the exit code is 2."""
    arguments, lines = ERRORS[case]
    finished = ferry(folder, *arguments)
    assert (finished.code, finished.out) == (2, "")
    assert all(line in finished.err for line in lines), finished.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("--given", "switched=no", "--given", "shines=no"),
        ("--given", "shines=no"),
        ("--set", "tables.shines.none=0", "--given", "switched=no"),
    ],
)
def test_a_condition_of_probability_zero_is_an_error(folder: Path, arguments: tuple[str, ...]) -> None:
    """What is impossible together with an observation, or under the priors, is refused with exit code 2."""
    finished = run("whatif", *LAMP, *arguments, folder=folder)
    assert (finished.code, finished.out) == (2, "")
    assert "--given" in finished.err
    assert "has probability 0" in finished.err


def test_what_is_no_longer_observed_can_be_set(folder: Path) -> None:
    """An event whose observation is left out can be set; observed, it cannot."""
    assert run("whatif", *LAMP, "--do", "shines=no", folder=folder).code == 2
    assert run("whatif", *LAMP, "--do", "shines=no", "--without", "seen", folder=folder).code == 0


def test_an_outcome_whose_condition_is_ruled_out_is_impossible(folder: Path) -> None:
    """Where what is supposed makes another outcome's condition impossible, that outcome has no probability after."""
    after = row(numbers(folder, "--given", "storm=no")["outcomes"], "cancelled_in_storm")
    assert (after["after"], after["difference"]) == (None, None)
    assert after["before"]
    assert "impossible" in ferry(folder, "--given", "storm=no").out


def test_numbers_of_a_fit_that_failed_are_withheld(folder: Path) -> None:
    """With too few draws there are no numbers and the exit code is 3; asked for, they come with a caution."""
    few = ("whatif", *FILES_OF_WATCH, "--do", "weather=1", "--method", "importance", "--draws", "100")
    finished = run(*few, "--format", "json", folder=folder)
    assert finished.code == 3
    assert json.loads(finished.out)["outcomes"] == []
    allowed = run(*few, "--allow-unconverged", folder=folder)
    assert allowed.code == 3
    assert "Do not rely on them" in " ".join(allowed.out.split())


def test_python_values_mean_what_the_texts_mean(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbers, booleans and mappings from Python give the numbers that the command line gives."""
    monkeypatch.chdir(folder)
    session = open_session(load("watch.toml", "watchman.toml").assessment, Settings(draws=DRAWS))
    supposition = read_supposition(
        session.assessment,
        do=[("weather", 0.9)],
        given=[("storm", True)],
        without=["swell"],
        edits=[("events.storm", "likely"), ("evidence.captain", 3), ("effects.storm.weather", {"p05": 2, "p95": 9})],
    )
    texts = ("--do", "weather=0.9", "--given", "storm", "--without", "swell", "--set", "events.storm=likely")
    more = ("--set", "evidence.captain=3", "--set", "effects.storm.weather={ p05 = 2, p95 = 9 }")
    result = whatif(session, supposition)
    printed = row(numbers(folder, *texts, *more)["outcomes"], "cancelled")
    assert result.headline.after
    assert result.headline.after.value == printed["after"]["value"]
    assert [assumption.kind for assumption in result.assumptions].count("prior") == 3


def test_edits_change_only_what_they_name(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An edited assessment has the other priors as they were."""
    monkeypatch.chdir(folder)
    assessment = load("watch.toml", "watchman.toml").assessment
    changed = edited(assessment, [("events.storm", 0.3)])
    different = {name for name in assessment.priors if assessment.priors[name] != changed.priors[name]}
    assert different == {"events.storm"}
    assert changed.priors["events.storm"].family.mean == pytest.approx(0.3)

"""The command `whatif`."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.command import Desk

SCHEMA = Path(__file__).parents[2] / "reports" / "whatif" / "schema.json"
WATCH = ("--scenario", "watch.toml", "--priors", "watchman.toml")


def supposed(desk: Desk, *arguments: str) -> Any:
    told = desk.run("whatif", *WATCH, *arguments, "--json")
    assert told.code == 0, told.err
    return json.loads(told.out)


def test_the_json_satisfies_the_schema(desk: Desk) -> None:
    """What `whatif --json` prints satisfies its schema, whatever is supposed."""
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    everything = ("--do", "storm=yes", "--given", "weather=0.4", "--without", "swell", "--set", "events.storm=likely")
    for arguments in (("--given", "storm=no"), everything, ("--sweep", "weather=0.2:0.8:3")):
        Draft202012Validator(schema).validate(supposed(desk, *arguments))


def test_setting_is_not_seeing(desk: Desk) -> None:
    """A storm that is made tells nothing of the weather; one that is seen does, and the words say which it was."""
    made, seen = (supposed(desk, option, "storm=yes") for option in ("--do", "--given"))
    weather = [found["factors"]["weather"] for found in (made, seen)]
    assert weather[0]["before"] == weather[0]["after"]
    assert weather[1]["after"]["value"] > weather[1]["before"]["value"]
    chances = [found["outcomes"]["cancelled"]["change"]["after"]["probability"] for found in (made, seen)]
    assert chances[0] < chances[1]
    assert "Intervention: storm" in desk.run("whatif", *WATCH, "--do", "storm=yes").out
    assert "Condition: storm" in desk.run("whatif", *WATCH, "--given", "storm=yes").out


def test_a_level_that_is_known_is_another_prior(desk: Desk) -> None:
    """Taking a factor's level as seen gives what stating that level as a constant gives."""
    seen, said = supposed(desk, "--given", "weather=0.9"), supposed(desk, "--set", "factors.weather=0.9")
    assert seen["outcomes"] == said["outcomes"]


def test_without_all_evidence_the_priors_are_left(desk: Desk) -> None:
    """`--without all` gives the chance before the evidence, as `fit` tells it."""
    after = supposed(desk, "--without", "all")["outcomes"]["cancelled"]["change"]["after"]
    fit = json.loads(desk.run("fit", *WATCH, "--method", "importance", "--json").out)["outcomes"]["cancelled"]
    error = math.hypot(after["mcse"], fit["prior_mcse"])
    assert after["probability"] == pytest.approx(fit["prior_probability"], abs=4 * error)


def test_a_weight_and_a_prior_can_be_stated(desk: Desk) -> None:
    """A word, a number and an inline table are understood as in a prior set, and told as they were taken."""
    statements = ("events.storm=likely", "evidence.captain=3", "factors.weather={ p05 = 0.5, p95 = 0.9 }")
    found = supposed(desk, *(word for said in statements for word in ("--set", said)))
    told = {one["about"]: one["said"] for one in found["supposed"]}
    assert told == {
        "events.storm": "stated as 'likely' (ICD 203)",
        "evidence.captain": "stated as fixed at 3",
        "factors.weather": "stated as 5 %: 0.5, 95 %: 0.9",
    }


def test_a_sweep_meets_the_single_interventions(desk: Desk) -> None:
    """Along a sweep each point is what the intervention at that value gives, from the same draws."""
    found = supposed(desk, "--sweep", "weather=0:1:3")
    single = supposed(desk, "--do", "weather=0.5")["outcomes"]["cancelled"]["change"]["after"]
    points = found["sweep"]["points"]
    assert [point["value"] for point in points] == [0, 0.5, 1]
    assert points[1]["outcomes"]["cancelled"] == single
    chances = [point["outcomes"]["cancelled"]["probability"] for point in points]
    assert chances == sorted(chances)


def test_markdown_and_picture(desk: Desk) -> None:
    """Markdown tells the same; the picture is a file of its own, and only of a sweep."""
    told = desk.run("whatif", *WATCH, "--sweep", "weather=0:1:3", "--md", "--svg", "sweep.svg")
    assert told.code == 0
    assert "| weather | cancelled |" in told.out
    assert "wrote sweep.svg" in told.err
    assert (desk.folder / "sweep.svg").read_text(encoding="utf-8").lstrip().startswith(("<?xml", "<svg"))
    refused = desk.run("whatif", *WATCH, "--do", "weather=1", "--svg", "other.svg")
    assert (refused.code, refused.out) == (2, "")
    assert "--svg: found no --sweep" in refused.err
    assert not (desk.folder / "other.svg").exists()


SETTLED = ('title = "A storm is forecast"', 'title = "A storm is forecast"\nwhen = "now"')


def test_what_is_settled_cannot_be_set(desk: Desk) -> None:
    """Setting an event that is settled already is refused, with the reason and with what can be asked instead."""
    text = (desk.folder / "watch.toml").read_text(encoding="utf-8").replace(*SETTLED)
    desk.write("watch.toml", text)
    told = desk.run("whatif", *WATCH, "--do", "storm")
    assert (told.code, told.out) == (2, "")
    assert "settled already" in told.err
    assert "Condition on the event instead" in told.err


FAULTS = {
    "nothing": ((), ["there is nothing to compute"]),
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
    "no statement": (("--set", "events.storm"), ["--set, events.storm: the statement is missing"]),
    "a word that is none": (("--set", "events.storm=perhaps"), ['--set, events.storm: "perhaps" is not']),
    "a broken table": (("--set", "events.storm={ p05 = "), ['--set, events.storm: "{ p05 =" is not a statement']),
    "a span of one value": (("--sweep", "weather=0:1:1"), ['--sweep, weather: "0:1:1" is not a range']),
    "a span that goes back": (("--sweep", "weather=1:0:5"), ['--sweep, weather: "1:0:5" is not a range']),
    "a span of an event": (("--sweep", "storm=0:1:5"), ['--sweep, storm: "storm" is not a factor']),
    "several": (("--do", "x=1", "--given", "y", "--without", "z"), ["--do, x", "--given, y", "--without, z"]),
}


@pytest.mark.parametrize("case", FAULTS)
def test_faults_are_told(desk: Desk, case: str) -> None:
    """Every mistake gets one line with its option and name, nothing is printed, and the exit code is 2."""
    arguments, lines = FAULTS[case]
    told = desk.run("whatif", *WATCH, *arguments)
    assert (told.code, told.out) == (2, "")
    assert all(line in told.err for line in lines), told.err
    assert "Traceback" not in told.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("--given", "switched=no", "--given", "shines=no"),
        ("--given", "shines=no"),
        ("--set", "tables.shines.none=0", "--given", "switched=no"),
    ],
)
def test_a_condition_of_probability_zero_is_a_fault(desk: Desk, arguments: tuple[str, ...]) -> None:
    """What cannot be so beside what was seen, or under the priors, is refused with exit code 2."""
    told = desk.run("whatif", "--scenario", "lamp.toml", "--priors", "electrician.toml", *arguments)
    assert (told.code, told.out) == (2, "")
    assert "probability of the condition is zero" in told.err or "known to be different" in told.err


def test_what_is_no_longer_observed_can_be_set(desk: Desk) -> None:
    """An event whose observation is left out can be set by hand; observed, it cannot."""
    lamp = ("whatif", "--scenario", "lamp.toml", "--priors", "electrician.toml", "--do", "shines=no")
    assert desk.run(*lamp).code == 2
    assert desk.run(*lamp, "--without", "seen").code == 0


def test_an_outcome_whose_condition_is_ruled_out_is_told_as_such(desk: Desk) -> None:
    """Where what is supposed makes another outcome's condition impossible, that outcome is said not to be possible."""
    found = supposed(desk, "--given", "storm=no")
    assert found["outcomes"]["cancelled_in_storm"]["change"] is None
    assert "cannot be so" in desk.run("whatif", *WATCH, "--given", "storm=no").out


def test_numbers_of_a_fit_that_failed_are_withheld(desk: Desk) -> None:
    """With too few draws there are no numbers and the exit code is 3; asked for, they come with a caution."""
    few = ("whatif", *WATCH, "--do", "weather=1", "--method", "importance", "--draws", "100")
    told = desk.run(*few, "--json")
    assert told.code == 3
    assert json.loads(told.out)["outcomes"] == {}
    allowed = desk.run(*few, "--allow-unconverged")
    assert allowed.code == 3
    assert "CAUTION" in allowed.out


def test_a_fit_by_nuts_serves_as_well(desk: Desk) -> None:
    """By NUTS the intervention gives, within four joint errors, what importance sampling gives."""
    chances = []
    for method in ("importance", "nuts"):
        found = supposed(desk, "--do", "weather=0.9", "--given", "storm", "--method", method)
        chances.append(found["outcomes"]["cancelled"]["change"]["after"])
    error = math.hypot(*(one["mcse"] for one in chances))
    assert chances[0]["probability"] == pytest.approx(chances[1]["probability"], abs=4 * error)


def test_no_sampler_is_imported(desk: Desk) -> None:
    """A what-if by importance sampling imports neither PyMC nor ArviZ nor matplotlib."""
    code = (
        "import sys; sys.argv = ['estimative', 'whatif', *sys.argv[1:]]\n"
        "from estimative.app import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print([name for name in ('pymc', 'arviz', 'arviz_stats', 'matplotlib', 'scipy.stats') if name in sys.modules])"
    )
    told = desk.python(code, *WATCH, "--do", "weather=1")
    assert told.out.splitlines()[-1] == "[]", told.err

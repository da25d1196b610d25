"""The commands `sensitivity`, `evidence` and `trace`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.command import Desk

REPORTS = Path(__file__).parents[2] / "reports"
WATCH = ("--scenario", "watch.toml", "--priors", "watchman.toml")
COMMANDS = {"sensitivity": (), "evidence": (), "trace": ("cancelled",)}


def analysed(desk: Desk, command: str, *arguments: str) -> Any:
    told = desk.run(command, *arguments, *WATCH, "--json")
    assert told.code == 0, told.err
    return json.loads(told.out)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_json_satisfies_the_schema(desk: Desk, command: str) -> None:
    """What each command prints with --json satisfies its schema."""
    schema = json.loads((REPORTS / command / "schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(analysed(desk, command, *COMMANDS[command]))


@pytest.mark.parametrize("command", COMMANDS)
def test_terminal_and_markdown_tell_it(desk: Desk, command: str) -> None:
    """On a terminal nothing is wider than 80 columns; in Markdown there are tables."""
    told = desk.run(command, *COMMANDS[command], *WATCH)
    assert told.code == 0, told.err
    assert max(map(len, told.out.splitlines())) <= 80
    assert "| :--- |" in desk.run(command, *COMMANDS[command], *WATCH, "--md").out


@pytest.mark.parametrize("command", COMMANDS)
def test_the_same_seed_gives_the_same_digits(desk: Desk, command: str) -> None:
    """However many cores share the fits."""
    once, again = (analysed(desk, command, *COMMANDS[command], "--seed", "4") for _ in range(2))
    assert once == again


@pytest.mark.parametrize("command", COMMANDS)
def test_numbers_of_a_fit_that_failed_are_withheld(desk: Desk, command: str) -> None:
    """With too few draws there is no headline and the exit code is 3."""
    few = (command, *COMMANDS[command], *WATCH, "--method", "importance", "--draws", "100")
    told = desk.run(*few, "--json")
    assert told.code == 3, told.err
    found = json.loads(told.out)
    assert not found["converged"]
    assert not any(found.get(part) for part in ("headline", "outcome", "ledger", "tornado", "quantities"))
    assert "CAUTION" in desk.run(*few).out


@pytest.mark.parametrize("command", COMMANDS)
def test_a_scenario_of_constants_is_told(desk: Desk, command: str) -> None:
    """Where nothing is left open, every command still answers."""
    target = ("shines",) if command == "trace" else ()
    text = (desk.folder / "lamp.toml").read_text(encoding="utf-8").replace('headline = "light"', 'headline = "on"')
    desk.write("lamp.toml", text + '\n[outcomes.on]\ntitle = "The lamp is switched on"\nall = ["switched"]\n')
    told = desk.run(command, *target, "--scenario", "lamp.toml", "--priors", "electrician.toml")
    assert told.code == 0, told.err
    assert "Traceback" not in told.err


@pytest.mark.parametrize("command", COMMANDS)
def test_faulty_input_is_told(desk: Desk, command: str) -> None:
    """A prior set that is not there, and evidence that contradicts itself, are faults with exit code 2."""
    target = ("shines",) if command == "trace" else ()
    told = desk.run(command, *COMMANDS[command], "--scenario", "watch.toml", "--priors", "nobody.toml")
    assert (told.code, told.out) == (2, "")
    assert "nobody.toml" in told.err
    told = desk.run(command, *target, "--scenario", "lamp.toml", "--priors", "impossible.toml")
    assert (told.code, told.out) == (2, "")
    assert "contradicts itself" in told.err


def test_a_headline_that_evidence_makes_certain_cannot_be_weighed(desk: Desk) -> None:
    """Evidence has no finite weight on a headline that it makes certain: a fault, not a number."""
    told = desk.run("evidence", "--scenario", "lamp.toml", "--priors", "electrician.toml")
    assert (told.code, told.out) == (2, "")
    assert "probability 0 or 1" in told.err


@pytest.mark.parametrize(("command", "name"), [("sensitivity", "tornado"), ("evidence", "ledger")])
def test_a_picture_is_written(desk: Desk, command: str, name: str) -> None:
    """--svg writes a file, whole, and says so on stderr; a folder that is not there is a fault."""
    told = desk.run(command, *WATCH, "--svg", f"{name}.svg")
    assert told.code == 0, told.err
    assert f"wrote {name}.svg" in told.err
    assert "<svg" in (desk.folder / f"{name}.svg").read_text(encoding="utf-8")
    assert desk.run(command, *WATCH, "--svg", f"nowhere/{name}.svg").code == 2


def test_all_indicators_are_ranked(desk: Desk) -> None:
    """Every indicator of the scenario is told, the most telling first, with what the answer becomes either way."""
    found = analysed(desk, "evidence")["indicators"]
    assert set(found) == {"glass", "haze", "gulls", "ropes"}
    told = [one["information"]["value"] for one in found.values()]
    assert told == sorted(told, reverse=True)
    assert next(iter(found)) == "ropes"
    chance = analysed(desk, "evidence")["headline"]["probability"]
    assert found["ropes"]["if_seen"]["value"] < chance < found["ropes"]["if_not"]["value"]
    assert "There is no evidence" not in desk.run("evidence", *WATCH).out


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ("cancelled", "It means: cancelled."),
        ("storm", "log-odds of storm ="),
        ("weather", "It is the season."),
        ("effects.cancelled.storm", "storm raises it, if it has happened"),
        ("evidence.captain", "The captain says that he will sail"),
        ("motives.captain", "motives.captain"),
    ],
)
def test_a_trace_leads_back_from_anything(desk: Desk, target: str, told: str) -> None:
    """Outcomes, events, factors and quantities by their names in a prior set can be walked back from."""
    found = desk.run("trace", target, *WATCH)
    assert found.code == 0, found.err
    text = " ".join(found.out.split())
    assert told in text
    assert "Source: Log of the harbour master" in text


def test_what_cannot_be_traced_is_a_fault(desk: Desk) -> None:
    """A name that is no number is a fault, with the nearest that is."""
    told = desk.run("trace", "cancled", *WATCH)
    assert (told.code, told.out) == (2, "")
    assert 'Did you mean "cancelled"?' in told.err

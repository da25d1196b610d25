"""The trace of an event with states, of an item about one, and of an indicator."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command import Desk
from tests.leak import PRIORS, SCENARIO

DRIVEN = SCENARIO.replace(
    'controls = { lowers = ["insider"], raises = ["state"] }',
    'controls = { lowers = ["criminals"], raises = ["state"] }',
)
STATED = PRIORS.replace("controls = { insider = 4, state", "controls = { criminals = 4, state").replace(
    "malware = { insider = 0.1, criminals = { p05 = 0.2, p95 = 0.8 }, state = 1 }",
    "malware = { insider = 0.1, criminals = { p05 = 0.2, p95 = 0.8 }, state = 1, because = 'Its code was sold.' }",
)


@pytest.fixture
def leak(tmp_path: Path) -> Desk:
    """A desk with the scenario of the leak; the states of its actor are compared with the criminals."""
    desk = Desk.at(tmp_path)
    desk.write("leak.toml", DRIVEN)
    desk.write("a.toml", STATED)
    return desk


def traced(desk: Desk, target: str, files: tuple[str, str] = ("leak.toml", "a.toml")) -> str:
    done = desk.run("trace", target, "-s", files[0], "-p", files[1], "--method", "importance", "-f", "md")
    assert done.code == 0, done.err
    return done.out


def test_a_driver_says_which_state_it_raises(leak: Desk) -> None:
    """A row about the state that the others are compared with names it, and that state says what drives it."""
    text = traced(leak, "actor")
    insider, state = (part for part in text.split("\n## ") if "Log-odds against" in part)
    assert text.count("Log-odds against “criminals” =") == 2
    for equation in (insider, state):
        assert equation.count("| Controls (lowers “criminals”) |") == 1
    assert state.count("| Controls (raises it) |") + insider.count("| Controls (raises it) |") == 1
    assert "“Controls” lowers it, which counts in each of theirs the other way round." in text


def test_an_item_about_states_shows_its_likelihoods(leak: Desk) -> None:
    """What was stated under each state, and the reason once."""
    text = traced(leak, "malware")
    assert "under “Who took the file: An employee”: stated as fixed at 0.1" in text
    assert "under “Who took the file: criminals”: stated as 5%: 0.2, 95%: 0.8; mean" in text
    assert text.count("Reason: Its code was sold.") == 1


def test_the_chances_of_an_indicator_say_in_which_case(leak: Desk) -> None:
    """Each chance of an indicator is named with the case that it is for, of a factor as of an event."""
    text = traced(leak, "gulls", ("watch.toml", "watchman.toml"))
    assert "if “A storm is forecast” is so: stated as" in text
    assert "if “A storm is forecast” is not so: stated as" in text
    assert "if “Severity of the weather” is low" in traced(leak, "glass", ("watch.toml", "watchman.toml"))

"""The README, held against the program: what it shows is what a reader will see."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.command import Desk

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
UNSTABLE = re.compile(r"\b\d{8}T\d{9}Z-[0-9a-f]{6}\b|\b(?:[a-z]+) \d+\.\d+(?:\.\d+)+\b")
"""Ids of runs and versions of packages."""
LAST_DIGITS = 3
"""Another processor rounds otherwise, and a chain that rounds otherwise is another chain: so many units of the last
digit shown, which is at least one standard error."""


def blocks(language: str) -> list[str]:
    """The fenced blocks of a language."""
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """An empty store of runs."""
    return Desk.at(tmp_path)


def tokens(text: str) -> list[str]:
    """Words and numbers, however the lines are broken."""
    return UNSTABLE.sub("-", text).split()


def close(shown: str, told: str) -> bool:
    """Whether two tokens are the same but for the last digits of their numbers."""
    if NUMBER.sub("#", shown) != NUMBER.sub("#", told):
        return False
    pairs = zip(NUMBER.findall(shown), NUMBER.findall(told), strict=True)
    return all(abs(value(a) - value(b)) <= LAST_DIGITS * max(unit(a), unit(b)) for a, b in pairs)


def value(number: str) -> float:
    return float(number.replace(",", ""))


def unit(number: str) -> float:
    """What one in the last digit counts; of a count of draws, a tenth of it."""
    _, point, decimals = number.partition(".")
    whole = 1.0 if len(number) < 4 else 0.1 * value(number)
    return 10.0 ** -len(decimals) if point else whole


@pytest.mark.slow
def test_the_session_is_real(desk: Desk) -> None:
    """The session in the README is what the command prints, but for last digits, ids and versions."""
    shown = next(block for block in blocks("console") if block.startswith("$ estimative fit\nA coordinated"))
    told = desk.run("fit")
    assert told.code == 0, told.err
    expected, found = tokens(shown.partition("\n")[2]), tokens(told.out)
    different = [(a, b) for a, b in zip(expected, found, strict=True) if not close(a, b)]
    assert different == []


def test_the_example_of_a_prior_set_is_good(desk: Desk) -> None:
    """The prior set in the README can be copied as it stands."""
    example = next(block for block in blocks("toml") if "[prior_set]" in block)
    desk.write("mine.toml", example)
    told = desk.run("check", "mine.toml")
    assert (told.code, told.err) == (0, "")


def test_what_it_says_of_beginning_is_so(desk: Desk) -> None:
    """A new prior set, and a new scenario with a prior set of its own, pass the check as they are written."""
    assert desk.run("new", "priors", "mine").code == 0
    assert desk.run("new", "scenario", "supplier").code == 0
    assert desk.run("new", "priors", "ours", "--scenario", "supplier.toml").code == 0
    told = desk.run("check", "mine.toml", "supplier.toml", "ours.toml")
    assert (told.code, told.err) == (0, "")
    assert desk.run("new", "priors", "mine").code == 2


def test_every_command_in_it_exists(desk: Desk) -> None:
    """Every command and option that the README names is known to the program."""
    lines = [line[2:].partition("#")[0] for block in blocks("console") for line in block.splitlines()]
    commands = {tuple(line.split()) for line in lines if line.startswith("estimative ")}
    assert len(commands) > 5
    for _, *words in sorted(commands):
        path = words[:2] if words[0] in {"new"} else words[:1]
        told = desk.run(*path, "--help")
        assert told.code == 0, words
        for word in words:
            assert not word.startswith("--") or word in told.out, words


def test_its_links_lead_somewhere() -> None:
    """Every file that the README links to is there."""
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []

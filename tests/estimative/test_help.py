"""What the command says of itself, and what it loads to say it."""

from __future__ import annotations

import pytest

from tests.command import FERRY, PRIORS, Desk

COMMANDS = [
    (),
    ("check",),
    ("fit",),
    ("compare",),
    ("pool",),
    ("sensitivity",),
    ("evidence",),
    ("whatif",),
    ("trace",),
    ("report",),
    ("diff",),
    ("resolve",),
    ("score",),
    ("runs",),
    ("runs", "show"),
    ("runs", "export"),
    ("new",),
    ("new", "priors"),
    ("new", "scenario"),
]
HEAVY = ("pymc", "pytensor", "nutpie", "numba", "arviz", "arviz_stats", "scipy.stats", "xarray", "pandas")
COOK = ("--priors", "cook.toml")
LOADED = """
import sys
from estimative.app import main
sys.argv = ["estimative", *sys.argv[1:]]
try:
    main()
except SystemExit as left:
    print("code", left.code, file=sys.stderr)
print("loaded", *sorted(sys.modules), file=sys.stderr)
"""


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: " ".join(command) or "alone")
def test_every_command_explains_itself(desk: Desk, command: tuple[str, ...]) -> None:
    """`--help` of every command tells its usage on stdout and nothing on stderr."""
    told = desk.run(*command, "--help")
    assert (told.code, told.err) == (0, "")
    assert told.out.startswith(f"Usage: {' '.join(('estimative', *command))} ")
    assert "Options:" in told.out


def test_every_command_is_among_those_tested(desk: Desk) -> None:
    """The commands that help lists are those of this file."""
    listed = desk.run("--help").out.partition("Commands:")[2]
    names = {line.split()[0] for line in listed.splitlines() if line.startswith("  ") and not line.startswith("   ")}
    assert names == {command[0] for command in COMMANDS if command}


def test_the_version_is_that_of_the_package(desk: Desk) -> None:
    """`--version` prints the installed version."""
    told = desk.run("--version")
    code = "from importlib.metadata import version; print(version('estimative'))"
    assert (told.code, told.out) == (0, desk.python(code).out)


@pytest.mark.parametrize(
    "command",
    [
        ("--help",),
        ("fit", "--help"),
        ("check", "--resolved"),
        ("fit", *FERRY, "--method", "importance"),
        ("compare", *FERRY, *COOK, "--attribute"),
        ("pool", *FERRY, *COOK),
        ("runs",),
    ],
    ids=" ".join,
)
def test_what_needs_no_sampler_loads_none(desk: Desk, command: tuple[str, ...]) -> None:
    """Help, check, the list of runs and all that importance sampling does load no PyMC, no ArviZ, no scipy.stats."""
    desk.write("cook.toml", PRIORS.replace('name = "mate"', 'name = "cook"').replace('"unlikely"', '"likely"'))
    told = desk.python(LOADED, *command)
    assert "code 0" in told.err
    loaded = told.err.rpartition("loaded ")[2].split()
    assert "estimative.app" in loaded
    assert not set(HEAVY) & set(loaded)


def test_help_loads_no_numbers_at_all(desk: Desk) -> None:
    """`--help` does not even load NumPy."""
    loaded = desk.python(LOADED, "--help").err.rpartition("loaded ")[2].split()
    assert not {"numpy", "scipy", "model"} & set(loaded)


WRONG = [("fti",), ("fit", "--sede", "1"), ("fit", "--draws", "0"), ("report", "-f", "odt")]


@pytest.mark.parametrize("command", WRONG, ids=" ".join)
def test_a_command_that_does_not_exist_is_a_fault(desk: Desk, command: tuple[str, ...]) -> None:
    """A misspelt command or option, or a value out of range, is told on stderr and exits with 2."""
    told = desk.run(*command)
    assert (told.code, told.out) == (2, "")
    assert any(word in told.err for word in command[-2:])
    assert "Traceback" not in told.err


@pytest.mark.parametrize("form", ["md", "terminal", "json", "html", "csv"])
def test_a_report_loads_no_sampler_either(fitted: Desk, good: str, form: str) -> None:
    """A report of a run that was looked into loads no PyMC, no ArviZ and no scipy.stats in any format."""
    told = fitted.python(LOADED, "report", good, "--format", form)
    assert "code 0" in told.err
    assert not set(HEAVY) & set(told.err.rpartition("loaded ")[2].split())

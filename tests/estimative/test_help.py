"""The help of every command, and what a command imports."""

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
    ("runs", "label"),
    ("runs", "export"),
    ("runs", "delete"),
    ("new",),
    ("new", "priors"),
    ("new", "scenario"),
]
HEAVY = ("pymc", "pytensor", "nutpie", "numba", "arviz", "arviz_stats", "scipy.stats", "xarray", "pandas")
COOK = ("--priors", "cook.toml")
LOADED = """
import sys
from estimative.cli.app import main
sys.argv = ["estimative", *sys.argv[1:]]
try:
    main()
except SystemExit as left:
    print("code", left.code, file=sys.stderr)
print("loaded", *sorted(sys.modules), file=sys.stderr)
"""


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: " ".join(command) or "alone")
def test_every_command_explains_itself(desk: Desk, command: tuple[str, ...]) -> None:
    """`--help` of every command prints its usage and its options on stdout in 80 columns, and nothing on stderr."""
    done = desk.run(*command, "--help")
    assert (done.code, done.err) == (0, "")
    assert f"Usage: {' '.join(('estimative', *command))} " in done.out
    assert "Options" in done.out
    assert max(map(len, done.out.splitlines())) <= 80


def test_every_command_is_among_those_tested(desk: Desk) -> None:
    """The commands that help lists, group by group, are those of this file."""
    rows = [line.split() for line in desk.run("--help").out.splitlines() if line.startswith("\u2502 ")]
    names = {row[1] for row in rows if len(row) > 2 and row[1].isalpha() and row[1].islower()}
    assert names >= {command[0] for command in COMMANDS if command}
    assert {name for name in names if desk.run(name, "--help").code == 0} == {c[0] for c in COMMANDS if c}


def test_the_version_is_that_of_the_package(desk: Desk) -> None:
    """`--version` prints the installed version."""
    done = desk.run("--version")
    code = "from importlib.metadata import version; print(version('estimative'))"
    assert (done.code, done.out) == (0, desk.python(code).out)


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
    done = desk.python(LOADED, *command)
    assert "code 0" in done.err
    loaded = done.err.rpartition("loaded ")[2].split()
    assert "estimative.cli.app" in loaded
    assert not set(HEAVY) & set(loaded)


def test_help_loads_no_numbers_at_all(desk: Desk) -> None:
    """`--help` does not even load NumPy."""
    loaded = desk.python(LOADED, "--help").err.rpartition("loaded ")[2].split()
    assert not {"numpy", "scipy", "estimative.model", "estimative.reports"} & set(loaded)


WRONG = [("fti",), ("fit", "--sede", "1"), ("fit", "--draws", "0"), ("report", "-f", "odt")]


@pytest.mark.parametrize("command", WRONG, ids=" ".join)
def test_a_command_that_does_not_exist_is_an_error(desk: Desk, command: tuple[str, ...]) -> None:
    """A misspelt command or option, or a value out of range, is reported on stderr and exits with 2."""
    done = desk.run(*command)
    assert (done.code, done.out) == (2, "")
    assert any(word in done.err for word in command[-2:])
    assert "Traceback" not in done.err


@pytest.mark.parametrize("form", ["md", "terminal", "json", "html", "csv"])
def test_a_report_loads_no_sampler_either(fitted: Desk, good: str, form: str) -> None:
    """A report of a run with its analyses loads no PyMC, no ArviZ and no scipy.stats in any format."""
    done = fitted.python(LOADED, "report", good, "--format", form)
    assert "code 0" in done.err
    assert not set(HEAVY) & set(done.err.rpartition("loaded ")[2].split())

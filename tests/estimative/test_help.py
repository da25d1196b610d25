"""The help of every command."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_type_hints

import click
import pytest
import typer

from estimative.cli.app import COMMANDS, app
from estimative.cli.option_groups import Output, Sampling, with_groups
from tests.in_process import run


def commands(command: click.Command, *names: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command below one, by its full name."""
    yield names, command
    for name, sub in getattr(command, "commands", {}).items():
        yield from commands(sub, *names, name)


ALL = dict(commands(typer.main.get_command(app)))


def squeezed(text: str) -> str:
    """The text without frames, blanks and line breaks."""
    return "".join(c for c in text if not c.isspace() and c not in "│╭╮╰╯─")


@pytest.mark.parametrize("names", ALL, ids=" ".join)
def test_every_command_and_option_is_explained(names: tuple[str, ...]) -> None:
    """`--help` shows the usage and every option with its text, in 80 columns but for examples to copy."""
    done = run(*names, "--help", environment={"COLUMNS": "160"})
    assert (done.code, done.err) == (0, "")
    assert " ".join(("Usage: estimative", *names)) in done.out
    text = squeezed(done.out)
    for parameter in ALL[names].params:
        described = getattr(parameter, "help", None)
        assert described, f"{parameter.name} has no help"
        assert squeezed(described) in text
        assert all(squeezed(option) in text for option in parameter.opts if option.startswith("--"))
    lines = run(*names, "--help").out.splitlines()
    assert max(len(line) for line in lines if not line.startswith("  estimative")) <= 80


def test_every_command_has_a_line_a_group_and_three_examples() -> None:
    """The overview lists each command in its group; its examples are commands that exist, with options that exist."""
    overview = squeezed(run("--help").out)
    for name, entry in COMMANDS.items():
        assert squeezed(entry.group) in overview
        assert squeezed((entry.run.__doc__ or "").splitlines()[0]) in overview
        assert len(entry.examples) == 3
        known = {option for parameter in ALL[name,].params for option in (*parameter.opts, *parameter.secondary_opts)}
        for example in entry.examples:
            program, command, *arguments = example.split()
            assert (program, command) == ("estimative", name)
            assert {argument for argument in arguments if argument.startswith("-") and argument != "-"} <= known


@pytest.mark.parametrize("group", [Sampling, Output], ids=lambda group: group.__name__)
def test_commands_share_their_options(group: type) -> None:
    """All analyses have every option of a group, with the same text: an option that is added reaches each of them."""
    fields = set(group.__struct_fields__)
    texts = set()
    for name in ("fit", "sensitivity", "evidence", "whatif", "trace", "compare", "pool", "diff"):
        options = {parameter.name: parameter for parameter in ALL[name,].params}
        if group is Sampling and name == "diff":
            continue
        assert fields <= set(options), name
        texts.add(tuple(getattr(options[field], "help", "") for field in sorted(fields)))
    assert len(texts) == 1


def test_an_option_of_a_group_is_an_option_of_the_command() -> None:
    """Whoever takes a group takes all of it, and gets it as one value."""
    received = []

    def command(output: Output, name: str = "a") -> None:
        received.append((output, name))

    wrapped = with_groups(command)
    assert set(get_type_hints(wrapped)) >= {"name", *Output.__struct_fields__}
    wrapped(name="b", format="md", output=None, figures=None, scale="phia")
    assert received == [(Output(format="md", scale="phia"), "b")]


def test_the_version_is_that_of_the_package() -> None:
    """`--version` prints the installed version."""
    from importlib.metadata import version

    done = run("--version")
    assert (done.code, done.out) == (0, f"{version('estimative')}\n")


@pytest.mark.parametrize(
    "command", [("fti",), ("fit", "--sede", "1"), ("fit", "--draws", "0"), ("report", "-f", "odt")], ids=" ".join
)
def test_an_unknown_command_option_or_value_is_an_error(command: tuple[str, ...]) -> None:
    """A misspelt command or option, or a value out of range, is reported on stderr and exits with 2."""
    done = run(*command)
    assert (done.code, done.out) == (2, "")
    assert any(word in done.err for word in command[-2:])
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    ("command", "option"),
    [
        (("fit", "-p", "critics", "--priors", "baseline"), "--priors"),
        (("sensitivity", "-s", "asia", "-s", "asia"), "--scenario"),
        (("compare", "--seed", "1", "--seed=2"), "--seed"),
        (("runs", "--runs", "a", "--runs", "b"), "--runs"),
    ],
)
def test_an_option_that_cannot_be_repeated_is_given_once(command: tuple[str, ...], option: str) -> None:
    """Of an option that is given twice, the first is not forgotten: it is an error."""
    done = run(*command)
    assert (done.code, done.out, f"'{option}' is given 2 times" in done.err) == (2, "", True)


def test_an_option_that_can_be_repeated_may_be() -> None:
    """Options that take several values, and switches, are no error when they are given again."""
    done = run("compare", "-p", "nobody", "-p", "no-one", "--attribute", "--attribute")
    assert "is given" not in done.err

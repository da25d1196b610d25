"""`estimative check`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer

INVALID = 2
"""Exit code."""
MOST_NAMED = 3


def check(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FILE|FOLDER]...", help="Scenarios and prior sets. Default: all shipped ones."),
    ] = None,
    scenario: Annotated[
        str | None, typer.Option("--scenario", "-s", metavar="S", help="Check prior sets against this scenario.")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Treat warnings as errors.")] = False,
    resolved: Annotated[bool, typer.Option("--resolved", help="Print what each file was taken to mean.")] = False,
    format_name: Annotated[
        Literal["terminal", "json"], typer.Option("--format", "-f", help="Output format.")
    ] = "terminal",
) -> None:
    """Check scenario and prior-set files and list every error."""
    from estimative.cli.console import say
    from estimative.cli.encoding import write_to_stdout
    from estimative.model.codec import to_json
    from estimative.priors.errors import ascii_safe
    from estimative.workflows.check import check
    from estimative.workflows.project import Project

    project = Project.find(Path())
    result = check(files or project.files, scenario=scenario, project=project)
    if format_name == "json":
        write_to_stdout(to_json(result))
    else:
        for file in result.files:
            taken = "".join(f"; {_taken(owner, names)}" for owner, names in file.taken_from.items())
            line = f"{file.file}: no errors ({file.kind} {file.name}, digest {file.digest[:12]}{taken})"
            write_to_stdout(f"{file.meaning if resolved else ascii_safe(line)}\n")
        for issue in result.issues:
            say(f"{issue.severity.capitalize()}: {issue}")
    if result.failed(strict=strict):
        raise typer.Exit(INVALID)


def _taken(owner: str, names: Sequence[str]) -> str:
    """How many priors are somebody else's, and which if they are few."""
    few = f": {', '.join(names)}" if len(names) <= MOST_NAMED else ""
    return f"{len(names)} {'prior' if len(names) == 1 else 'priors'} from {owner}{few}"

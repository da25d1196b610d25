"""`estimative new`: starter files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from estimative.cli.help import Command, Group
from estimative.cli.option_groups import ScenarioName

new_app = typer.Typer(
    rich_markup_mode=None,
    cls=Group,
    help="Create a starter file.",
    no_args_is_help=True,
    epilog="estimative new project supplier\nestimative new priors mine --scenario supplier.toml\n"
    "estimative new scenario leak --ach matrix.csv",
)


@new_app.command("priors", cls=Command)
def _priors(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Of the file, without .toml.")],
    scenario: ScenarioName = None,
    extends: Annotated[str | None, typer.Option(metavar="P", help="A prior set to start from.")] = None,
) -> None:
    """Write NAME.toml: a prior set that asks for every input of a scenario."""
    from estimative.cli.console import say
    from estimative.workflows.project import FLAGSHIP, Project
    from estimative.workflows.starter_files import new_prior_set

    subject = scenario or Project.find(Path()).scenario or FLAGSHIP
    say(f"Wrote {new_prior_set(name, scenario=subject, extends=extends)}")


@new_app.command("scenario", cls=Command)
def _scenario(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Of the file, without .toml.")],
    ach: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A matrix of competing hypotheses, in CSV or Excel (.xlsx).")
    ] = None,
) -> None:
    """Write NAME.toml: a small scenario with a comment on every field, or the hypotheses of a matrix with priors."""
    from estimative.cli.console import say

    if ach:
        from estimative.workflows.ach_files import new_ach

        made = new_ach(name, ach, folder=Path())
        for note in made.notes:
            say(note)
        say(f"Wrote {made.scenario}")
        say(f"Wrote {made.priors}")
        say(f"Next: estimative check {made.scenario} {made.priors}; estimative fit --priors {made.priors}")
    else:
        from estimative.workflows.starter_files import new_scenario

        say(f"Wrote {new_scenario(name)}")


@new_app.command("project", cls=Command)
def _project(name: Annotated[str, typer.Argument(metavar="NAME", help="Of the folder.")]) -> None:
    """Make a folder with a scenario, a prior set and a project file, which names them for every command in it."""
    from estimative.cli.console import say
    from estimative.workflows.starter_files import new_project

    for path in new_project(name):
        say(f"Wrote {path}")

"""`estimative roll`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from estimative.cli.option_groups import Output, Team


def roll(
    team: Team,
    output: Output,
    to: Annotated[
        Path | None, typer.Option("--to", metavar="DIR", help="Default: a folder named after the day, beside the old.")
    ] = None,
) -> None:
    """Write the next edition of a scenario: dates, exposure, new items."""
    from estimative.cli.output import show
    from estimative.workflows.clock import today
    from estimative.workflows.roll import roll

    scenario, priors, day = team.names()
    show(roll(scenario, priors, day or today(), to), (), output)

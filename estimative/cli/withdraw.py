"""`estimative withdraw`."""

from __future__ import annotations

from typing import Annotated

import typer

from estimative.cli.option_groups import Output, RunStore


def withdraw(
    store: RunStore,
    output: Output,
    run: Annotated[
        str, typer.Argument(metavar="RUN", help="The id of a run, its beginning, 'latest', or a scenario's id.")
    ],
    because: Annotated[str, typer.Option(metavar="TEXT", help="Why the forecast no longer holds.")],
    until: Annotated[
        str | None, typer.Option(metavar="DATE", help="The horizon, where the scenario has runs with several.")
    ] = None,
) -> None:
    """Withdraw a forecast: no longer in force until the next one."""
    from estimative.cli.option_groups import read_date
    from estimative.cli.output import show
    from estimative.workflows.withdraw import withdraw

    horizon = read_date(until, "--until") if until else None
    show(withdraw(store.open(), run, because=because, until=horizon), (), output)

"""`estimative resolve`."""

from __future__ import annotations

from typing import Annotated

import typer

from estimative.cli.option_groups import Output, RunStore


def resolve(
    store: RunStore,
    output: Output,
    run: Annotated[str, typer.Argument(metavar="RUN", help="The id of a run, its beginning, or 'latest'.")],
    result: Annotated[
        str,
        typer.Option(metavar="yes|no|void|STATE", help="yes, no or void; of an event its state, or its number."),
    ],
    date: Annotated[str, typer.Option(metavar="DATE", help="When it happened, or was certain not to: 2030-12-31.")],
    because: Annotated[str, typer.Option(metavar="TEXT", help="The source that decided it.")],
    outcome: Annotated[
        str | None, typer.Option("--outcome", metavar="ID", help="Default: the scenario's headline.")
    ] = None,
    event: Annotated[
        str | None, typer.Option("--event", metavar="ID", help="Record which state of this event holds.")
    ] = None,
    correct: Annotated[
        bool, typer.Option("--correct", help="Correct an earlier resolution of the same run and outcome or event.")
    ] = False,
) -> None:
    """Record what happened."""
    from estimative.cli.option_groups import read_date
    from estimative.cli.output import show
    from estimative.workflows.resolve import resolve

    recorded = resolve(
        store.open(),
        run,
        result=result,
        date=read_date(date, "--date"),
        because=because,
        outcome=outcome,
        event=event,
        correct=correct,
    )
    show(recorded, (), output)

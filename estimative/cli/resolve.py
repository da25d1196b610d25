"""`estimative resolve`."""

from __future__ import annotations

from typing import Annotated

import typer

from estimative.cli.option_groups import Output, RunStore


def resolve(
    store: RunStore,
    output: Output,
    run: Annotated[
        str, typer.Argument(metavar="RUN", help="The id of a run, its beginning, 'latest', or a scenario's id.")
    ],
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
    until: Annotated[
        str | None, typer.Option(metavar="DATE", help="The horizon, where the scenario has runs with several.")
    ] = None,
    correct: Annotated[bool, typer.Option("--correct", help="Correct the earlier answer to the question.")] = False,
) -> None:
    """Record what happened, for every run of the question."""
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
        until=read_date(until, "--until") if until else None,
        correct=correct,
    )
    show(recorded, (), output)

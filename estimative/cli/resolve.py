"""`estimative resolve`."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from estimative.cli.option_groups import Output, RunStore

RESULTS: dict[str, bool | None] = {"yes": True, "no": False, "void": None}


def resolve(
    store: RunStore,
    output: Output,
    run: Annotated[str, typer.Argument(metavar="RUN", help="The id of a run, its beginning, or 'latest'.")],
    result: Annotated[
        Literal["yes", "no", "void"],
        typer.Option(help="void: nobody will know, or the condition of the outcome was not met."),
    ],
    date: Annotated[str, typer.Option(metavar="DATE", help="When it happened, or was certain not to: 2030-12-31.")],
    because: Annotated[str, typer.Option(metavar="TEXT", help="The source that decided it.")],
    outcome: Annotated[
        str | None, typer.Option("--outcome", metavar="ID", help="Default: the scenario's headline.")
    ] = None,
    correct: Annotated[
        bool, typer.Option("--correct", help="Correct an earlier resolution of the same run and outcome.")
    ] = False,
) -> None:
    """Record what happened."""
    from estimative.cli.option_groups import read_date
    from estimative.cli.output import show
    from estimative.workflows.resolve import resolve

    recorded = resolve(
        store.open(),
        run,
        occurred=RESULTS[result],
        date=read_date(date, "--date"),
        because=because,
        outcome=outcome,
        correct=correct,
    )
    show(recorded, (), output)

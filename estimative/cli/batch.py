"""`estimative batch`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from estimative.cli.option_groups import Output, RunStore, Sampling


def batch(
    source: Annotated[
        Path,
        typer.Argument(metavar="FOLDER|TABLE", help="A folder of scenarios and prior sets, or a CSV table of rows."),
    ],
    sampling: Sampling,
    output: Output,
    store: RunStore,
    method: Annotated[
        Literal["importance", "both", "nuts"], typer.Option(help="As of fit; importance takes no PyMC.")
    ] = "importance",
    outcome: Annotated[str, typer.Option("--outcome", metavar="ID", help="Show this outcome, not the headline.")] = "",
    dates: Annotated[
        str, typer.Option("--dates", metavar="DATES", help="Fit each as of these days: 2026-01-01,2026-06-01.")
    ] = "",
    edits: Annotated[
        list[str] | None,
        typer.Option("--edits", metavar="NAME:EDITS", help="Also with edits: 'low: events.stop=unlikely'."),
    ] = None,
    lean: Annotated[bool, typer.Option("--lean", help="Save runs without draws: a hundredth of the space.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Fit again what is saved already.")] = False,
    label: Annotated[str, typer.Option(metavar="TEXT", help="A label for the saved runs.")] = "",
) -> None:
    """Fit many scenarios, prior sets and days, and list the results."""
    from estimative.cli.console import say
    from estimative.cli.option_groups import read_date
    from estimative.cli.output import INVALID, show
    from estimative.workflows.batch import batch
    from estimative.workflows.batch_plan import Combination, plan, read_variant

    like = Combination(scenario="", priors="", outcome=outcome, method=method, seed=sampling.seed, draws=sampling.draws)
    days = [read_date(text.strip(), "--dates") for text in dates.split(",")] if dates else []
    variants = [read_variant(text, "--edits") for text in edits or ()]
    planned = plan(source, like=like, days=days, variants=variants)
    with sampling.settings(independent=True) as settings:
        result = batch(planned, store.open(), settings, with_draws=not lean, label=label, again=again)
    for issue in result.issues if output.output else ():
        say(f"Error: {issue}")
    try:
        show(result, (), output)
    except typer.Exit:
        if not result.broken:
            raise
    if result.broken:
        raise typer.Exit(INVALID)

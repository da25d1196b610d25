"""`estimative import`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A network: .bif .xmlbif .xdsl .net .uai")],
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="Of the scenario. Default: that of the file.")
    ] = None,
    worth: Annotated[
        float | None,
        typer.Option(metavar="N", help="How many cases each row of a table is worth. Default: known exactly."),
    ] = None,
    headline: Annotated[
        str, typer.Option(metavar="NODE=STATE", help="What a report leads with. Default: a state of the last leaf.")
    ] = "",
) -> None:
    """Import a Bayesian network as a scenario with a prior set."""
    from estimative.cli.console import say
    from estimative.reports.phrases import plural
    from estimative.workflows.networks import import_network

    made = import_network(file, name=name, worth=worth, headline=headline)
    say(f"Wrote {made.scenario}")
    say(f"Wrote {made.priors}")
    if made.rescaled:
        rows = plural(made.rescaled, "row was", "rows were")
        say(f"Note: {rows} off 1 by rounding, and divided by the sum.")
    if not headline:
        say(f"The headline is {made.headline}. Choose another with --headline NODE=STATE.")

"""`estimative export`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from estimative.cli.option_groups import Subject


def export(
    subject: Subject,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="To write: .bif .xmlbif .xdsl .net .uai")],
    to: Annotated[
        Literal["bif", "xmlbif", "xdsl", "net", "uai"] | None,
        typer.Option("--to", metavar="FORMAT", help="bif, xmlbif, xdsl, net or uai. Default: by the file's ending."),
    ] = None,
    means: Annotated[bool, typer.Option("--means", help="Take uncertain rows of tables at their means.")] = False,
) -> None:
    """Export a scenario with fixed inputs as a Bayesian network."""
    from estimative.cli.console import say
    from estimative.workflows.networks import export_network

    say(f"Wrote {export_network(file, *subject.names(), format_name=to, means=means)}")

"""`estimative status`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from estimative.cli.option_groups import Output, RunStore

ATTENTION = 4
"""Exit code: something is due, stale, contradicted or unresolved."""


def status(
    output: Output,
    store: RunStore,
    calendar: Annotated[
        Path | None, typer.Option("--calendar", metavar="FILE", help="Also write what is due as a calendar, .ics.")
    ] = None,
) -> None:
    """Show what is due, stale, contradicted or unresolved."""
    from estimative.cli.console import say
    from estimative.cli.output import show
    from estimative.workflows.project import Project
    from estimative.workflows.status import status, write_calendar

    result = status(store.open(), Project.find(Path()))
    if calendar:
        write_calendar(result, calendar)
        say(f"Wrote {calendar}")
    show(result, (), output)
    if result.needs_attention:
        raise typer.Exit(ATTENTION)

"""`estimative diff`."""

from __future__ import annotations

from typing import Annotated

import typer

from estimative.cli.option_groups import Fitting, Output, RunStore


def diff(
    first: Annotated[str, typer.Argument(metavar="FIRST", help="The earlier run: its id, or the beginning of it.")],
    fitting: Fitting,
    output: Output,
    store: RunStore,
    second: Annotated[str, typer.Argument(metavar="[SECOND]", help="The later run. Default: the latest.")] = "latest",
) -> None:
    """Explain what changed between two runs."""
    from estimative.cli.output import show
    from estimative.workflows.diff import diff, load_runs

    runs = load_runs(store.open(), first, second)
    with fitting.settings() as settings:
        result = diff(*runs, settings)
    show(result, (runs[0].assessment, runs[1].assessment), output)

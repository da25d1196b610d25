"""`estimative score`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from estimative.cli.option_groups import Output, RunStore


def score(
    store: RunStore,
    output: Output,
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE]", help="Forecasts made elsewhere, in CSV. Default: the resolved runs."),
    ] = None,
    analyst: Annotated[
        list[str] | None, typer.Option("--analyst", "-a", metavar="NAME", help="Only the forecasts of this analyst.")
    ] = None,
) -> None:
    """Score resolved assessments: Brier, log score, calibration."""
    from estimative.cli.output import show
    from estimative.workflows.score import score, score_file

    names = tuple(analyst or ())
    show(score_file(file, names) if file else score(store.open(), names), (), output)

"""`estimative score`."""

from __future__ import annotations

from typing import Annotated

import typer

from estimative.cli.option_groups import Output, RunStore


def score(
    store: RunStore,
    output: Output,
    analyst: Annotated[
        list[str] | None, typer.Option("--analyst", "-a", metavar="NAME", help="Only the forecasts of this prior set.")
    ] = None,
) -> None:
    """Score resolved assessments: Brier, log score, calibration."""
    from estimative.cli.output import show
    from estimative.workflows.score import score

    show(score(store.open(), tuple(analyst or ())), (), output)

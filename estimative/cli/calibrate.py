"""`estimative calibrate`."""

from __future__ import annotations

from typing import Annotated

import typer

from estimative.cli.option_groups import Fitting, OutcomeName, Output, Subject


def calibrate(
    subject: Subject,
    fitting: Fitting,
    output: Output,
    fits: Annotated[
        int, typer.Option("--fits", metavar="N", min=20, max=100_000, help="How many simulated worlds to fit.")
    ] = 1000,
    outcome: OutcomeName = None,
) -> None:
    """Check the computation by fits of simulated evidence, of which the truth is known."""
    from estimative.cli.output import show
    from estimative.workflows.analysts import about
    from estimative.workflows.calibrate import calibrate
    from estimative.workflows.inputs import load
    from estimative.workflows.session import as_filed

    inputs = load(*subject.names())
    assessment = about(inputs.assessment, outcome)
    with fitting.settings(independent=True) as settings:
        result = calibrate(assessment, settings, fits=fits)
    show(as_filed(result, inputs.assessment), (assessment,), output)

"""`estimative trace`."""

from __future__ import annotations

from typing import Annotated

import typer

from estimative.cli.option_groups import Fitting, Output, Subject


def trace(
    target: Annotated[
        str, typer.Argument(metavar="TARGET", help="An outcome, event, factor, item, indicator or input.")
    ],
    subject: Subject,
    fitting: Fitting,
    output: Output,
) -> None:
    """Trace a number back to its equation, priors and sources."""
    from estimative.cli.output import show
    from estimative.workflows.inputs import load
    from estimative.workflows.session import open_session
    from estimative.workflows.trace import check_target, trace

    with fitting.settings() as settings:
        inputs = load(*subject.names())
        check_target(inputs.assessment, target)
        result = trace(open_session(inputs.assessment, settings), target)
    show(result, (inputs.assessment,), output)

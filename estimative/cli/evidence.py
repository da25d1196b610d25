"""`estimative evidence`."""

from __future__ import annotations

from estimative.cli.option_groups import Fitting, Output, Subject


def evidence(subject: Subject, fitting: Fitting, output: Output) -> None:
    """Show what each item of evidence weighs, and what would change the result."""
    from estimative.cli.output import show
    from estimative.priors.verbal_scale import find_scale
    from estimative.workflows.evidence import evidence
    from estimative.workflows.inputs import load
    from estimative.workflows.session import open_session

    with fitting.settings() as settings:
        inputs, scale = load(*subject.names()), find_scale(output.scale)
        result = evidence(open_session(inputs.assessment, settings), scale)
    show(result, (inputs.assessment,), output)

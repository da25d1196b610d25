"""`estimative evidence`."""

from __future__ import annotations

from estimative.cli.option_groups import Fitting, OutcomeName, Output, Subject


def evidence(subject: Subject, fitting: Fitting, output: Output, outcome: OutcomeName = None) -> None:
    """Show what each item of evidence weighs, and what would change the result."""
    from estimative.cli.output import show
    from estimative.priors.verbal_scale import find_scale
    from estimative.workflows.analysts import about
    from estimative.workflows.evidence import evidence
    from estimative.workflows.inputs import load
    from estimative.workflows.session import as_filed, open_session

    with fitting.settings() as settings:
        inputs, scale = load(*subject.names()), find_scale(output.scale)
        assessment = about(inputs.assessment, outcome)
        result = evidence(open_session(assessment, settings), scale)
    show(as_filed(result, inputs.assessment), (assessment,), output)

"""`estimative sensitivity`."""

from __future__ import annotations

from estimative.cli.option_groups import Fitting, OutcomeName, Output, Subject


def sensitivity(subject: Subject, fitting: Fitting, output: Output, outcome: OutcomeName = None) -> None:
    """Show which inputs drive the result."""
    from estimative.cli.output import show
    from estimative.workflows.analysts import about
    from estimative.workflows.inputs import load
    from estimative.workflows.sensitivity import sensitivity
    from estimative.workflows.session import as_filed, open_session

    with fitting.settings() as settings:
        inputs = load(*subject.names())
        assessment = about(inputs.assessment, outcome)
        result = sensitivity(open_session(assessment, settings))
    show(as_filed(result, inputs.assessment), (assessment,), output)

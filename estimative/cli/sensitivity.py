"""`estimative sensitivity`."""

from __future__ import annotations

from estimative.cli.option_groups import Fitting, Output, Subject


def sensitivity(subject: Subject, fitting: Fitting, output: Output) -> None:
    """Show which inputs drive the result."""
    from estimative.cli.output import show
    from estimative.workflows.inputs import load
    from estimative.workflows.sensitivity import sensitivity
    from estimative.workflows.session import open_session

    with fitting.settings() as settings:
        inputs = load(*subject.names())
        result = sensitivity(open_session(inputs.assessment, settings))
    show(result, (inputs.assessment,), output)

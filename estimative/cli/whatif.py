"""`estimative whatif`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from estimative.cli.option_groups import Fitting, OutcomeName, Output, Subject

OPTIONS = {"do": "--do", "given": "--given", "without": "--without", "edits": "--set", "sweep": "--sweep"}
"""Where each entry of a supposition comes from."""


def whatif(
    subject: Subject,
    fitting: Fitting,
    output: Output,
    do: Annotated[
        list[str] | None,
        typer.Option("--do", metavar="NAME=VALUE", help="Set a factor (0 to 1) or an event (yes, no)."),
    ] = None,
    given: Annotated[
        list[str] | None,
        typer.Option("--given", metavar="NAME[=VALUE]", help="Condition on an event, indicator, or factor's level."),
    ] = None,
    without: Annotated[
        list[str] | None,
        typer.Option("--without", metavar="ITEM", help="Leave out an item of evidence, an origin, or all."),
    ] = None,
    edits: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="INPUT=STATEMENT", help="State another prior, or another weight of evidence."),
    ] = None,
    sweep: Annotated[
        str | None,
        typer.Option("--sweep", metavar="FACTOR=LOW:HIGH:N", help="Set a factor to N values in turn."),
    ] = None,
    outcome: OutcomeName = None,
) -> None:
    """Recompute under an intervention, an observation or another prior."""
    from estimative.cli.output import show
    from estimative.priors.errors import invalid
    from estimative.workflows.analysts import about
    from estimative.workflows.inputs import load
    from estimative.workflows.session import as_filed, open_session
    from estimative.workflows.suppositions import read_supposition
    from estimative.workflows.whatif import whatif

    if not any((do, given, without, edits, sweep)):
        advice = "Use at least one of --do, --given, --without, --set and --sweep."
        raise invalid("Nothing is supposed", code="missing-value", suggestion=advice)
    with fitting.settings() as settings, _named_options():
        inputs = load(*subject.names())
        assessment = about(inputs.assessment, outcome)
        supposition = read_supposition(
            assessment,
            do=map(_pair, do or ()),
            given=map(_pair, given or ()),
            without=map(str.strip, without or ()),
            edits=((name, value or "") for name, value in map(_pair, edits or ())),
            sweep=(_pair(sweep)[0], _pair(sweep)[1] or "") if sweep else None,
        )
        result = whatif(open_session(assessment, settings), supposition)
    show(as_filed(result, inputs.assessment), (assessment,), output)


def _pair(text: str) -> tuple[str, str | None]:
    """A name and its value; None where no value is given."""
    # A name may have the sign in it, "actor=state", and so may a statement in braces.
    start, brace, rest = text.partition("{")
    name, sign, value = start.rpartition("=")
    return (name.strip(), f"{value}{brace}{rest}".strip()) if sign else (text.strip(), None)


@contextmanager
def _named_options() -> Iterator[None]:
    """Let errors name the option that the user typed."""
    from msgspec.structs import replace

    from estimative.priors.errors import InvalidInput

    try:
        yield
    except InvalidInput as error:
        places = [replace(issue.place, file=OPTIONS.get(issue.place.file, issue.place.file)) for issue in error.issues]
        issues = [issue.moved(place) for issue, place in zip(error.issues, places, strict=True)]
        raise InvalidInput(issues) from error

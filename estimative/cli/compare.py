"""`estimative compare`."""

from __future__ import annotations

from typing import Annotated

import typer

from estimative.cli.option_groups import Fitting, Output, Team


def compare(
    team: Team,
    fitting: Fitting,
    output: Output,
    attribute: Annotated[
        bool, typer.Option("--attribute", help="Also show which priors the difference comes from.")
    ] = False,
    outcome: Annotated[
        str | None, typer.Option("--outcome", metavar="ID", help="Compare on this outcome, not on the headline.")
    ] = None,
    permutations: Annotated[
        int | None,
        typer.Option(min=8, max=1000, help="With --attribute: random permutations where inputs are many."),
    ] = None,
) -> None:
    """Compare analysts' prior sets, and explain their differences."""
    from estimative.cli.output import show_of
    from estimative.workflows.analysts import load_analysts, open_team
    from estimative.workflows.compare import compare

    analysts = load_analysts(*team.names())
    apart = fitting.worth_processes(len(analysts.assessments), attribute=attribute)
    with fitting.settings(independent=apart) as settings:
        session = open_team(analysts.assessments, settings, outcome=outcome, left_out=analysts.left_out)
        result = compare(session, attribution=attribute, permutations=permutations)
    show_of(analysts, result, session.assessments, output)

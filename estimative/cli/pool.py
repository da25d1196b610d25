"""`estimative pool`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from estimative.cli.option_groups import Fitting, Output, Team


def pool(
    team: Team,
    fitting: Fitting,
    output: Output,
    weight: Annotated[
        list[str] | None, typer.Option("--weight", "-w", metavar="A=2", help="An analyst's weight. Default: 1.")
    ] = None,
    scores: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Weights from past forecasts: CSV, as `score --format csv` prints it."),
    ] = None,
    score_rule: Annotated[
        Literal["log", "brier"], typer.Option("--score-rule", help="With --scores: the score that gives the weights.")
    ] = "log",
    extremize: Annotated[
        float | None, typer.Option(metavar="FACTOR", help="Also multiply the log-odds of each pool by this factor.")
    ] = None,
) -> None:
    """Combine several analysts into one probability."""
    from estimative.cli.output import show_of
    from estimative.priors.errors import invalid
    from estimative.workflows.analysts import load_analysts, open_team, parse_weights
    from estimative.workflows.pool import Weighting, check_factor, pool, weigh_by_record

    if scores and weight:
        raise invalid("--weight and --scores exclude each other", code="misuse", allowed="weights from one of them")
    check_factor(extremize)
    analysts = load_analysts(*team.names())
    with fitting.settings(independent=fitting.worth_processes(len(analysts.assessments))) as settings:
        names = [assessment.prior_set.name for assessment in analysts.assessments]
        weighting = (
            weigh_by_record(scores, names, score_rule)
            if scores
            else Weighting.stated(parse_weights(weight or (), names))
        )
        session = open_team(analysts.assessments, settings, left_out=analysts.left_out)
        result = pool(session, weighting, extremizing=extremize)
    show_of(analysts, result, session.assessments, output)

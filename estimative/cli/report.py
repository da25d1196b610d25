"""`estimative report`."""

from __future__ import annotations

from typing import Annotated

import typer

from estimative.cli.option_groups import Output, RunStore


def report(
    output: Output,
    store: RunStore,
    run: Annotated[
        list[str] | None,
        typer.Argument(metavar="[RUN]...", help="A saved run, by id, its beginning, or 'latest'; others to compare."),
    ] = None,
    brief: Annotated[bool, typer.Option("--brief", help="One page: the judgement and what it depends on.")] = False,
    static: Annotated[
        bool, typer.Option("--static", help="Leave out the sliders of the HTML page, and its script.")
    ] = False,
) -> None:
    """Write a report: brief or full; HTML, PDF, Word, Markdown, Excel, CSV, JSON."""
    from estimative.cli.console import say
    from estimative.cli.option_groups import Fitting
    from estimative.cli.output import show
    from estimative.priors.errors import ascii_safe
    from estimative.workflows.report import report

    with Fitting().settings() as settings:
        result, assessments = report(store.open(), run or ["latest"], settings)
    if not run:
        name, scenario = result.fit.prior_set.name, result.fit.scenario
        say(
            f"Report of the latest run, {result.fit.run.id}: {ascii_safe(scenario.title)}, by {name}, "
            f"as of {scenario.as_of}"
        )
    show(result, assessments, output, brief=brief, static=static)

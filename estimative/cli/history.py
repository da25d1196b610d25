"""`estimative history`."""

from __future__ import annotations

from typing import Annotated

import typer

from estimative.cli.option_groups import Fitting, Output, RunStore, Team


def history(
    team: Team,
    fitting: Fitting,
    output: Output,
    store: RunStore,
    replay: Annotated[
        bool, typer.Option("--replay", help="Fit again as of each day on which evidence appeared, by today's priors.")
    ] = False,
    attribution: Annotated[
        bool, typer.Option("--attribution/--no-attribution", help="Explain each step; takes most of the time.")
    ] = True,
    since: Annotated[
        str, typer.Option("--since", metavar="DATE", help="With --replay, begin on this day, by all older evidence.")
    ] = "",
    dates: Annotated[
        str, typer.Option("--dates", metavar="DATES", help="With --replay, these days: 2025-01-01,2026-01-01.")
    ] = "",
) -> None:
    """Show how a judgement moved over time, and why."""
    from estimative.cli.option_groups import read_date
    from estimative.cli.output import show
    from estimative.workflows.analysts import load_analysts
    from estimative.workflows.history import history, names_of
    from estimative.workflows.history import replay as replayed

    first = read_date(since, "--since") if since else None
    days = [read_date(text.strip(), "--dates") for text in dates.split(",")] if dates else []
    named = team.names()
    with fitting.settings(independent=not attribution) as settings:
        if replay or days or first:
            analysts = load_analysts(*named, least=1).assessments
            result = replayed(analysts, settings, days=days, since=first, attribution=attribution)
        else:
            scenario, names = names_of(named[0], team.priors or ())
            result, analysts = history(store.open(), scenario, settings, prior_sets=names, attribution=attribution)
    show(result, analysts, output)

"""`estimative open`."""

from __future__ import annotations

from typing import Annotated

import typer

from estimative.cli.option_groups import RunStore, Sampling, Team


def open_page(
    team: Team,
    sampling: Sampling,
    store: RunStore,
    port: Annotated[int, typer.Option(metavar="N", min=0, max=65535, help="The port. Default: any that is free.")] = 0,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page in a browser.")] = True,
) -> None:
    """Turn priors on a local page and watch the answer move."""
    import threading
    import webbrowser

    from estimative.cli.console import say
    from estimative.page.room import Room
    from estimative.page.serve import serve
    from estimative.priors.verbal_scale import ICD203
    from estimative.workflows.desk import open_desk
    from estimative.workflows.session import Settings

    scenario, priors, day = team.names()
    desk = open_desk(scenario, priors or ("baseline",), day)
    settings = Settings(method="importance", seed=sampling.seed, draws=sampling.draws)
    first = True

    def opened(address: str) -> None:
        nonlocal first
        say(f"{'The page' if first else 'For another tab'}: {address}")
        if first and browser:
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
        first = False

    serve(Room(desk=desk, settings=settings, scale=ICD203, store=store.open()), port=port, opened=opened)

"""`estimative open`."""

from __future__ import annotations

from typing import Annotated

import typer

from estimative.cli.option_groups import OneOrMore, RunStore


def open_command(
    team: OneOrMore,
    store: RunStore,
    about: Annotated[
        str | None, typer.Argument(metavar="[SCENARIO]", help="A shipped scenario, or a path; as --scenario.")
    ] = None,
    port: Annotated[
        int | None, typer.Option(metavar="N", min=1, max=65535, help="The port. Default: any that is free.")
    ] = None,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page in a browser.")] = True,
    seed: Annotated[
        int, typer.Option(metavar="N", min=0, max=2**32 - 1, help="The same seed gives the same digits.")
    ] = 1,
) -> None:
    """Turn priors on a local page and watch the answer move."""
    import signal
    import threading
    import webbrowser

    from msgspec.structs import replace

    from estimative.cli.console import say
    from estimative.priors.errors import invalid
    from estimative.priors.verbal_scale import ICD203
    from estimative.workflows.session import Settings

    try:
        from estimative.page.open_page import open_page
        from estimative.page.serve import serve
    except ModuleNotFoundError as error:
        if not (error.name or "").startswith(("starlette", "uvicorn", "anyio")):
            raise
        fix = "Install it: pip install 'estimative[page]'."
        raise invalid("the page needs a server", code="missing-extra", key=error.name or "", suggestion=fix) from error
    if about and team.scenario:
        raise invalid("two scenarios are named", code="misuse", allowed="one, with --scenario or without")
    named, priors, day = replace(team, scenario=about or team.scenario).names()
    settings = Settings(method="importance", seed=seed)
    first = True

    def opened(address: str) -> None:
        nonlocal first
        say(f"{'The page' if first else 'For another tab'}: {address}")
        if first and browser:
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
        first = False

    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_IGN)  # a browser may leave in the middle of an answer
    # All shipped prior sets at once would be a crowd: those that are named, else those of the project, else one.
    page = open_page(named, priors or ("baseline",), day, settings=settings, scale=ICD203, store=store.open())
    serve(page, port=port or 0, opened=opened)

"""The page of `estimative open` in a notebook."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from estimative.api.arguments import Day, read_day
from estimative.api.records import store_at
from estimative.priors.errors import invalid
from estimative.priors.verbal_scale import ICD203
from estimative.workflows.project import BASELINE, Project
from estimative.workflows.session import Settings

if TYPE_CHECKING:
    from estimative.page.widget import PageWidget


def open(  # noqa: A001 - as the command
    scenario: str | Path | None = None,
    *priors: str | Path,
    runs: str | Path | None = None,
    as_of: Day | None = None,
    seed: int = 1,
) -> PageWidget:
    """Show the page of `estimative open` in a notebook: beliefs are changed, and the answer follows.

    A prior set that an earlier cell opened is closed there; its unsaved changes are kept.

    Parameters
    ----------
    scenario
        The name of a shipped one, or a path. By default as of `load`.
    priors
        Names of shipped prior sets, paths or folders, one for each analyst; by default those of the project file, else
        baseline.
    runs
        The folder of saved runs; by default as on the command line.
    as_of
        As of `load`.
    seed
        The same seed gives the same digits.

    Raises
    ------
    InvalidInput
        With every error of the files; if another program has one of them open; or if the extra `notebook` is not
        installed.
    """
    from estimative.page.open_page import open_page

    try:
        from estimative.page.widget import PageWidget, close_earlier
    except ModuleNotFoundError as error:
        if error.name not in ("anywidget", "traitlets"):
            raise
        fix = "Install it: pip install 'estimative[notebook]'."
        message = "a page in a notebook needs anywidget"
        raise invalid(message, code="missing-extra", key="open", suggestion=fix) from error
    subject = Project.find(Path()).team(None if scenario is None else str(scenario), [str(name) for name in priors])
    page = open_page(
        subject[0],
        subject[1] or (BASELINE,),
        read_day("as_of", as_of),
        settings=Settings(method="importance", seed=seed),
        scale=ICD203,
        store=store_at(runs),
        reserving=close_earlier,
    )
    return PageWidget(page)

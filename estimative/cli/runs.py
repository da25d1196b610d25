"""`estimative runs`: list saved runs, and show, label, export and delete one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from estimative.cli.help import Command, Group
from estimative.cli.option_groups import Output, RunStore, with_groups

if TYPE_CHECKING:
    from estimative.model.record.run_store import Store

RunName = Annotated[str, typer.Argument(metavar="RUN", help="The id of a run, its beginning, or 'latest'.")]

runs_app = typer.Typer(
    rich_markup_mode=None,
    cls=Group,
    help="List, show, label, export and delete saved runs.",
    epilog="estimative runs\nestimative runs show latest\nestimative runs label latest 'Final'",
)


def _store(store: RunStore, context: typer.Context) -> Store:
    """The folder named behind the subcommand, else before it, else in the environment, else the default one."""
    source = context.get_parameter_source("runs")
    named_here = source is not None and source.name == "COMMANDLINE"
    return store.open() if named_here else RunStore(runs=context.obj or store.runs).open()


def _list(
    context: typer.Context,
    store: RunStore,
    output: Output,
    scenario: Annotated[str, typer.Option("--scenario", "-s", metavar="ID", help="Only runs of this scenario.")] = "",
    analyst: Annotated[str, typer.Option("--analyst", "-a", metavar="P", help="Only runs by this prior set.")] = "",
    label: Annotated[str, typer.Option(metavar="TEXT", help="Only runs with this in their label.")] = "",
    since: Annotated[str | None, typer.Option(metavar="DATE", help="Only runs of this day or later.")] = None,
) -> None:
    """List, show, label, export and delete saved runs."""
    from estimative.cli.option_groups import read_date
    from estimative.cli.output import show
    from estimative.workflows.runs import Filter, list_runs

    context.obj = store.runs
    if context.invoked_subcommand is None:
        day = read_date(since, "--since") if since else None
        only = Filter(scenario=scenario, prior_set=analyst, label=label, since=day)
        show(list_runs(_store(store, context), only), (), output)


def _show(context: typer.Context, run: RunName, store: RunStore, output: Output) -> None:
    """Print a saved run as fit printed it."""
    from estimative.cli.output import show
    from estimative.workflows.runs import find_run

    saved = find_run(_store(store, context), run)
    show(saved.result(), (saved.assessment(),), output)


def _label(
    context: typer.Context,
    run: RunName,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="Up to 80 characters; '' removes the label.")],
    store: RunStore,
) -> None:
    """Label a saved run."""
    from estimative.cli.console import say
    from estimative.workflows.runs import label_run

    manifest = label_run(_store(store, context), run, text)
    say(f"{manifest.id}: {manifest.label or 'no label'}")


def _export(
    context: typer.Context,
    run: RunName,
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A folder that does not exist yet.")],
    store: RunStore,
) -> None:
    """Copy a saved run, with all its files, to a folder."""
    from estimative.cli.console import say
    from estimative.workflows.runs import export_run

    say(f"Wrote {export_run(_store(store, context), run, folder).folder}")


def _delete(
    context: typer.Context,
    run: RunName,
    store: RunStore,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Delete a saved run with all its files."""
    from estimative.cli.console import say
    from estimative.workflows.runs import delete_run, find_run

    runs = _store(store, context)
    saved = find_run(runs, run)
    if not yes:
        manifest = saved.manifest()
        typer.confirm(f"Delete {saved.id} ({manifest.scenario}, {manifest.prior_set})?", abort=True, err=True)
    say(f"Deleted {delete_run(runs, saved.id)}")


runs_app.callback(invoke_without_command=True)(with_groups(_list))
SUBCOMMANDS: Mapping[str, Callable[..., None]] = {
    "show": _show,
    "label": _label,
    "export": _export,
    "delete": _delete,
}
for _name, _command in SUBCOMMANDS.items():
    runs_app.command(_name, cls=Command)(with_groups(_command))

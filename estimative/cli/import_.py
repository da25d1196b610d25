"""`estimative import`: networks, and forecasts from elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from estimative.cli.help import Command, Group
from estimative.cli.option_groups import RunStore, with_groups

if TYPE_CHECKING:
    from estimative.priors.errors import InvalidInput
    from estimative.workflows.import_forecasts import Imported

NETWORK, FORECASTS = "network", "forecasts"


class _FileOrCommand(Group):
    """A group that takes the name of a network's file where it finds no command."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the command before a file or an option of it; a file may be called as the command is."""
        named = args[:1] in ([FORECASTS], ["--help"], ["-h"]) or (args[:1] == [NETWORK] and len(args) > 1)
        if args and not named:
            args = [NETWORK, *args]
        return super().parse_args(ctx, args)


import_app = typer.Typer(
    rich_markup_mode=None,
    cls=_FileOrCommand,
    help="Import a Bayesian network, or forecasts made elsewhere.",
    no_args_is_help=True,
    epilog="estimative import clinic.bif\nestimative import forecasts forecast_data.csv\n"
    "estimative import clinic.xdsl --worth 50",
)


def _network(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A network: .bif .xmlbif .xdsl .net .uai")],
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="Of the scenario. Default: that of the file.")
    ] = None,
    worth: Annotated[
        float | None,
        typer.Option(metavar="N", help="How many cases each row of a table is worth. Default: known exactly."),
    ] = None,
    headline: Annotated[
        str, typer.Option(metavar="NODE=STATE", help="What a report leads with. Default: a state of the last leaf.")
    ] = "",
) -> None:
    """Import a Bayesian network as a scenario with a prior set: estimative import FILE."""
    from estimative.cli.console import say
    from estimative.reports.phrases import plural
    from estimative.workflows.networks import import_network

    made = import_network(file, name=name, worth=worth, headline=headline)
    say(f"Wrote {made.scenario}")
    say(f"Wrote {made.priors}")
    if made.rescaled:
        rows = plural(made.rescaled, "row was", "rows were")
        say(f"Note: {rows} off 1 by rounding, and divided by the sum.")
    if not headline:
        say(f"The headline is {made.headline}. Choose another with --headline NODE=STATE.")


def _forecasts(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Forecasts, in CSV or JSON.")],
    store: RunStore,
    question: Annotated[
        list[str] | None,
        typer.Option(
            "--question",
            "-q",
            metavar="ID=S:OUTCOME",
            help="The question ID of the file asks for this outcome of scenario S. Add :OPTION for one of its options.",
        ),
    ] = None,
    form: Annotated[
        Literal["metaculus", "manifold", "polymarket", "gjp", "plain"] | None,
        typer.Option(metavar="SITE", help="metaculus, manifold, polymarket, gjp or plain. Default: by the columns."),
    ] = None,
    unit: Annotated[
        Literal["percent", "fraction"] | None, typer.Option(metavar="UNIT", help="Of the numbers: percent or fraction.")
    ] = None,
    dates: Annotated[
        Literal["mdy", "dmy"] | None,
        typer.Option(metavar="ORDER", help="Of dates such as 9/3/2011: mdy (month first) or dmy (day first)."),
    ] = None,
    answers: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Questions with answers: question_data.csv of Metaculus, ifps.csv of GJP."),
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="DATE", help="The horizon, where the scenario has runs with several.")
    ] = None,
) -> None:
    """Import forecasts made elsewhere, to score them next to the analysts."""
    from estimative.cli.option_groups import read_date
    from estimative.model.outside.reading import Reading
    from estimative.priors.errors import InvalidInput
    from estimative.workflows.import_forecasts import import_forecasts

    reading = Reading(form=form, unit=unit, dates=dates, questions=answers)
    try:
        made = import_forecasts(
            store.open(),
            file,
            reading=reading,
            questions=question or (),
            until=read_date(until, "--until") if until else None,
        )
    except InvalidInput as error:
        raise _with_options(error) from error
    _say(made)


OPTIONS = {
    "ambiguous-unit": "Add --unit percent or --unit fraction.",
    "ambiguous-dates": "Add --dates mdy (month first) or --dates dmy (day first).",
    "ambiguous-horizon": "Add --until DATE.",
    "missing-option": "Add the answer that means the outcome: --question ID=scenario:outcome:answer.",
}
"""What to type against some errors, by their code."""


def _with_options(error: InvalidInput) -> InvalidInput:
    """The same errors, with what to type."""
    from msgspec.structs import replace

    return type(error)(replace(issue, suggestion=OPTIONS.get(issue.code, issue.suggestion)) for issue in error.issues)


def _say(made: Imported) -> None:
    from estimative.cli.console import say
    from estimative.reports.documents.import_forecasts import lines

    for line in lines(made.forecasts, made.saved):
        say(line)


import_app.command(NETWORK, cls=Command)(_network)
import_app.command(FORECASTS, cls=Command)(with_groups(_forecasts))

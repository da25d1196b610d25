"""Options that several commands share, each in the same words."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

Runs = Annotated[
    Path | None, typer.Option("--runs", metavar="DIR", help="Where runs are kept.", envvar="ESTIMATIVE_RUNS")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
ScenarioName = Annotated[str, typer.Option("--scenario", "-s", metavar="S", help="A shipped scenario, or a path.")]
PriorsName = Annotated[str, typer.Option("--priors", "-p", metavar="P", help="A shipped prior set of it, or a path.")]
SeveralPriors = Annotated[
    list[str] | None,
    typer.Option(
        "--priors",
        "-p",
        metavar="P",
        help="A shipped prior set, a path, or a folder of them; all shipped ones if none.",
    ),
]
Seed = Annotated[int, typer.Option(min=0, max=2**32 - 1, help="The same seed gives the same digits.")]
Draws = Annotated[int | None, typer.Option(min=100, max=200_000, help="Draws; of NUTS, for each of four chains.")]
ManyMethod = Annotated[
    Literal["auto", "importance", "nuts"],
    typer.Option(help="Auto: importance sampling where it converges, NUTS where it does not."),
]
Markdown = Annotated[bool, typer.Option("--md", help="Print Markdown instead of text.")]
Csv = Annotated[bool, typer.Option("--csv", help="Print all numbers as CSV.")]
Svg = Annotated[Path | None, typer.Option("--svg", metavar="FILE", help="Write the picture to a file, as SVG.")]
AllowUnconverged = Annotated[
    bool, typer.Option("--allow-unconverged", help="Show numbers of a fit that did not converge, with a caution.")
]

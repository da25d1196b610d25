"""The command line: each command reads, computes, renders. Here alone faults become messages and exit codes."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Annotated, Literal

# One thread for each small matrix: faster than two, and the same digits on every machine.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import typer

from estimative.options import (
    AllowUnconverged,
    Csv,
    Draws,
    Json,
    ManyMethod,
    Markdown,
    PriorsName,
    Runs,
    ScenarioName,
    Seed,
    SeveralPriors,
    Svg,
)

FAULTY, UNCONVERGED = 2, 3

app = typer.Typer(
    name="estimative",
    help="Put a probability on a scenario and defend it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
new_app = typer.Typer(help="A commented file to start from.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(new_app, name="new")


def main() -> None:
    """Run the command line; faulty input is told and exits with 2."""
    from estimative.priors.errors import InvalidInput
    from estimative.priors.toml_table import ascii_safe

    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # a reader that goes away ends the command without a word
    try:
        app()
    except InvalidInput as faulty:
        for fault in faulty.issues:
            print(ascii_safe(str(fault)), file=sys.stderr)
        sys.exit(FAULTY)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(version("estimative"))
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Put a probability on a scenario and defend it."""


@app.command()
def check(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FILE]...", help="Scenarios and prior sets; the shipped ones if none is named."),
    ] = None,
    scenario: Annotated[
        str | None, typer.Option("--scenario", "-s", metavar="S", help="Check prior sets against this scenario.")
    ] = None,
    resolved: Annotated[bool, typer.Option("--resolved", help="Print what each file was taken to mean.")] = False,
    json: Json = False,
) -> None:
    """Tell every fault of every file at once, with its place."""
    from estimative.checking import check_files

    sys.exit(check_files(files or [], scenario=scenario, resolved=resolved, as_json=json))


@app.command()
def compare(
    scenario: ScenarioName = "coordinated-attack",
    priors: SeveralPriors = None,
    attribute: Annotated[
        bool, typer.Option("--attribute", help="Say which priors the difference in the headline comes from.")
    ] = False,
    outcome: Annotated[
        list[str] | None, typer.Option("--outcome", metavar="ID", help="Tell this one in full, not the headline.")
    ] = None,
    orders: Annotated[
        int | None,
        typer.Option(min=8, max=1000, help="Random orders for --attribute where not every combination is fitted."),
    ] = None,
    method: ManyMethod = "auto",
    seed: Seed = 1,
    draws: Draws = None,
    md: Markdown = False,
    json: Json = False,
    csv: Csv = False,
    allow_unconverged: AllowUnconverged = False,
) -> None:
    """Put analysts side by side, and say why they differ."""
    from estimative.comparing import Request, compare_and_tell
    from estimative.output import form_of

    request = Request(
        scenario=scenario,
        priors=tuple(priors or ()),
        outcomes=tuple(outcome or ()),
        attribute=attribute,
        orders=orders,
        method=method,
        seed=seed,
        draws=draws,
        allow_unconverged=allow_unconverged,
    )
    converged = compare_and_tell(request, form_of(md=md, json=json, csv=csv))
    sys.exit(0 if converged else UNCONVERGED)


@app.command()
def pool(
    scenario: ScenarioName = "coordinated-attack",
    priors: SeveralPriors = None,
    weight: Annotated[
        list[str] | None, typer.Option("--weight", "-w", metavar="A=2", help="What an analyst counts; 1 if unsaid.")
    ] = None,
    scores: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Weights from a record: CSV with analyst, question, probability, outcome."),
    ] = None,
    by: Annotated[Literal["log", "brier"], typer.Option(help="The score that gives weights.")] = "log",
    extremize: Annotated[
        float | None, typer.Option(metavar="FACTOR", help="Multiply the log-odds of each pool, besides.")
    ] = None,
    method: ManyMethod = "auto",
    seed: Seed = 1,
    draws: Draws = None,
    md: Markdown = False,
    json: Json = False,
    csv: Csv = False,
    allow_unconverged: AllowUnconverged = False,
) -> None:
    """One answer from several analysts, in four ways that assume different things."""
    from estimative.output import form_of
    from estimative.pooling import Request, pool_and_tell

    request = Request(
        scenario=scenario,
        priors=tuple(priors or ()),
        weights=tuple(weight or ()),
        scores=scores,
        rule=by,
        extremizing=extremize,
        method=method,
        seed=seed,
        draws=draws,
        allow_unconverged=allow_unconverged,
    )
    converged = pool_and_tell(request, form_of(md=md, json=json, csv=csv))
    sys.exit(0 if converged else UNCONVERGED)


@app.command()
def sensitivity(
    svg: Svg = None,
    scenario: ScenarioName = "coordinated-attack",
    priors: PriorsName = "baseline",
    method: ManyMethod = "auto",
    seed: Seed = 1,
    draws: Draws = None,
    md: Markdown = False,
    json: Json = False,
    allow_unconverged: AllowUnconverged = False,
) -> None:
    """What the answer hangs on: quantities, priors, evidence and structure, each varied."""
    from estimative.analysis import Request
    from estimative.output import form_of
    from estimative.varying import vary_and_tell

    request = Request(
        scenario=scenario, priors=priors, method=method, seed=seed, draws=draws, allow_unconverged=allow_unconverged
    )
    converged = vary_and_tell(request, form_of(md=md, json=json, csv=False), svg)
    sys.exit(0 if converged else UNCONVERGED)


@app.command()
def evidence(
    svg: Svg = None,
    scenario: ScenarioName = "coordinated-attack",
    priors: PriorsName = "baseline",
    method: ManyMethod = "auto",
    seed: Seed = 1,
    draws: Draws = None,
    md: Markdown = False,
    json: Json = False,
    allow_unconverged: AllowUnconverged = False,
) -> None:
    """What each item weighs, what would change the answer, and what to look for next."""
    from estimative.analysis import Request
    from estimative.output import form_of
    from estimative.weighing import weigh_and_tell

    request = Request(
        scenario=scenario, priors=priors, method=method, seed=seed, draws=draws, allow_unconverged=allow_unconverged
    )
    converged = weigh_and_tell(request, form_of(md=md, json=json, csv=False), svg)
    sys.exit(0 if converged else UNCONVERGED)


@app.command()
def trace(
    target: Annotated[str, typer.Argument(metavar="QUANTITY|EVENT|OUTCOME", help="What to walk back from.")],
    scenario: ScenarioName = "coordinated-attack",
    priors: PriorsName = "baseline",
    method: ManyMethod = "auto",
    seed: Seed = 1,
    draws: Draws = None,
    md: Markdown = False,
    json: Json = False,
    allow_unconverged: AllowUnconverged = False,
) -> None:
    """The way back from a number: equations, priors with their reasons, evidence with its sources."""
    from estimative.analysis import Request
    from estimative.output import form_of
    from estimative.tracing import trace_and_tell

    request = Request(
        scenario=scenario, priors=priors, method=method, seed=seed, draws=draws, allow_unconverged=allow_unconverged
    )
    converged = trace_and_tell(request, target, form_of(md=md, json=json, csv=False))
    sys.exit(0 if converged else UNCONVERGED)


@app.command()
def whatif(
    do: Annotated[
        list[str] | None,
        typer.Option("--do", metavar="NAME=VALUE", help="Set a factor (0 to 1) or an event (yes, no) by hand."),
    ] = None,
    given: Annotated[
        list[str] | None,
        typer.Option("--given", metavar="NAME[=VALUE]", help="Take an event, or a factor's level, as seen."),
    ] = None,
    without: Annotated[
        list[str] | None, typer.Option("--without", metavar="ITEM", help="Leave out an item, an origin, or all.")
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="QUANTITY=STATEMENT", help="State another prior, or another weight."),
    ] = None,
    sweep: Annotated[
        str | None,
        typer.Option("--sweep", metavar="FACTOR=LOW:HIGH:N", help="Set a factor by hand to N values in turn."),
    ] = None,
    svg: Svg = None,
    scenario: ScenarioName = "coordinated-attack",
    priors: PriorsName = "baseline",
    method: ManyMethod = "auto",
    seed: Seed = 1,
    draws: Draws = None,
    md: Markdown = False,
    json: Json = False,
    allow_unconverged: AllowUnconverged = False,
) -> None:
    """What would follow if things were set by hand, seen, left out or stated otherwise."""
    from estimative.analysis import Request
    from estimative.output import form_of
    from estimative.supposing import suppose_and_tell
    from estimative.suppositions import Options

    request = Request(
        scenario=scenario, priors=priors, method=method, seed=seed, draws=draws, allow_unconverged=allow_unconverged
    )
    options = Options(
        do=tuple(do or ()), given=tuple(given or ()), without=tuple(without or ()), set=tuple(set_ or ()), sweep=sweep
    )
    converged = suppose_and_tell(request, options, form_of(md=md, json=json, csv=False), svg)
    sys.exit(0 if converged else UNCONVERGED)


@app.command()
def report(
    run: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[RUN]...",
            help="A run's id, its beginning, or 'latest', which is meant if none is named; others to compare it with.",
        ),
    ] = None,
    format: Annotated[
        Literal["terminal", "md", "html", "json", "pdf", "csv"] | None,
        typer.Option("--format", "-f", help="How to tell it; else as the file's name ends, else md."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="A file instead of the terminal.")
    ] = None,
    figures: Annotated[
        Path | None, typer.Option("--figures", metavar="DIR", help="Write every figure there, as SVG and as PNG.")
    ] = None,
    scale: Annotated[
        str, typer.Option("--scale", metavar="ID|FILE", help="Whose words of probability: icd203, phia, or a file's.")
    ] = "icd203",
    runs: Runs = None,
) -> None:
    """Tell a run in full, in one document that stands on its own."""
    from estimative.reporting import Request, report_and_tell

    request = Request(runs=tuple(run or ["latest"]), form=format, output=output, figures=figures, scale=scale)
    sys.exit(0 if report_and_tell(request, runs) else UNCONVERGED)


@app.command()
def diff(
    first: Annotated[str, typer.Argument(metavar="FIRST", help="The earlier run: its id, or its beginning.")],
    second: Annotated[str, typer.Argument(metavar="[SECOND]", help="The later run; the latest if unsaid.")] = "latest",
    seed: Seed = 1,
    runs: Runs = None,
    md: Markdown = False,
    json: Json = False,
    allow_unconverged: AllowUnconverged = False,
) -> None:
    """What changed between two runs, and how much of the change in the judgement is due to what."""
    from estimative.diffing import Request, diff_and_tell
    from estimative.output import form_of

    request = Request(first=first, second=second, seed=seed, allow_unconverged=allow_unconverged)
    converged = diff_and_tell(request, runs, form_of(md=md, json=json, csv=False))
    sys.exit(0 if converged else UNCONVERGED)


@new_app.command("priors")
def _new_priors(
    name: str,
    scenario: ScenarioName = "coordinated-attack",
    extends: Annotated[str | None, typer.Option(help="A prior set to start from.")] = None,
) -> None:
    """Write NAME.toml: a prior set that asks for every quantity of a scenario."""
    from estimative.beginning import write_prior_set

    write_prior_set(name, scenario=scenario, extends=extends)


@new_app.command("scenario")
def _new_scenario(name: str) -> None:
    """Write NAME.toml: a small scenario with a word on every field."""
    from estimative.beginning import write_scenario

    write_scenario(name)

"""`estimative fit`."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from estimative.cli.option_groups import Output, RunStore, Sampling, Subject

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

    from estimative.model.analysis.stored_analyses import StoredAnalyses
    from estimative.model.assessment import Assessment
    from estimative.model.inference.fit_result import FitResult
    from estimative.model.record.stored_run import StoredRun
    from estimative.reports.context import Context
    from estimative.workflows.session import Settings


def fit(
    subject: Subject,
    sampling: Sampling,
    output: Output,
    store: RunStore,
    method: Annotated[
        Literal["both", "nuts", "importance"],
        typer.Option(help="both: importance sampling at once, then NUTS to confirm it."),
    ] = "both",
    analyses: Annotated[
        bool,
        typer.Option("--analyses/--no-analyses", help="Run the analyses of a report in the background, during NUTS."),
    ] = True,
    by: Annotated[
        str, typer.Option(metavar="DATES", help="Also give the outcomes by these dates: 2027-12-31,2028-12-31.")
    ] = "",
    label: Annotated[str, typer.Option(metavar="TEXT", help="A label for the saved run.")] = "",
) -> None:
    """Fit a scenario with one prior set and save the run."""
    from estimative.cli.console import say
    from estimative.cli.option_groups import read_date
    from estimative.cli.output import show
    from estimative.model.record.run_store import checked_label
    from estimative.priors.verbal_scale import find_scale
    from estimative.reports.context import Context
    from estimative.workflows.fit import fit, save_run
    from estimative.workflows.inputs import load

    checked_label(label)
    dates = [read_date(text.strip(), "--by") for text in by.split(",")] if by else []
    inputs = load(*subject.names())
    context = Context(assessments=(inputs.assessment,), scale=find_scale(output.scale))
    sampled = bool(inputs.assessment.uncertain)
    with _background(wanted=analyses and method == "both" and sampled) as executor:
        with sampling.settings() as settings:
            pending = _start(executor, inputs.assessment, settings) if executor else None
            outcome = fit(
                inputs.assessment,
                settings,
                method=method,
                preliminary=lambda result: _preliminary(result, context),
                by=dates,
            )
        if outcome.preliminary and not outcome.result.converged:
            say("The preliminary result is withdrawn: the second method does not confirm it.")
        run = save_run(store.open(), outcome, inputs, label=label)
        for warning in outcome.result.warnings:
            say(f"Warning: {warning}")
        show(outcome.result, context.assessments, output)
        if pending:
            _save_analyses(run, outcome.result, pending)


def _background(*, wanted: bool) -> AbstractContextManager[Executor | None]:
    if not wanted:
        return nullcontext()
    from estimative.cli.background import background

    return background()


def _start(executor: Executor, assessment: Assessment, settings: Settings) -> Future[StoredAnalyses | None]:
    from estimative.workflows.analyses import start_analyses

    return start_analyses(executor, assessment, settings)


def _preliminary(result: FitResult, context: Context) -> None:
    from estimative.cli.console import messages
    from estimative.reports.documents.fit import preliminary
    from estimative.reports.formats import terminal

    terminal.show(preliminary(result, context), messages())


def _save_analyses(run: StoredRun, result: FitResult, pending: Future[StoredAnalyses | None]) -> None:
    """Save the analyses, if they are of this very fit; otherwise the first report computes them."""
    from concurrent.futures.process import BrokenProcessPool

    from estimative.cli.console import progress
    from estimative.workflows.analyses import save_analyses

    try:
        with progress() as report:
            report("Waiting for the analyses of the report")
            analyses = pending.result()
    except BrokenProcessPool:  # the process was killed from outside
        return
    if analyses and analyses.of_same_fit(result):
        save_analyses(run, analyses)

"""Printing an answer, and writing it and its figures to files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from estimative.cli.console import console, say
from estimative.cli.encoding import write_to_stdout
from estimative.cli.option_groups import Output
from estimative.priors.errors import invalid
from estimative.priors.verbal_scale import find_scale
from estimative.reports.answers import Answer, Showable
from estimative.reports.context import Context
from estimative.reports.formats import terminal
from estimative.reports.formats.registry import FORMATS
from estimative.workflows.files import write_answer, write_whole

if TYPE_CHECKING:
    from estimative.model.assessment import Assessment
    from estimative.reports.blocks import Picture
    from estimative.workflows.analysts import Analysts

INVALID, UNCONVERGED = 2, 3
"""Exit codes."""


def show_of(analysts: Analysts, result: Showable, assessments: tuple[Assessment, ...], output: Output) -> None:
    """Show a result of several analysts; exit with 2 if some were left out, after the errors in their files.

    Raises
    ------
    InvalidInput
        As `show`.
    """
    for issue in analysts.errors:
        say(f"Error: {issue}")
    try:
        show(result, assessments, output)
    except typer.Exit:
        if not analysts.errors:
            raise
    if analysts.errors:
        raise typer.Exit(INVALID)


def show(
    result: Showable,
    assessments: tuple[Assessment, ...],
    output: Output,
    *,
    brief: bool = False,
    static: bool = False,
) -> None:
    """Print or write a result in the format asked for; exit with 3 if it did not converge.

    Raises
    ------
    InvalidInput
        If the format contradicts the file, or a file cannot be written.
    """
    scale = find_scale(output.scale)
    context = Context(assessments=assessments, scale=scale, brief=brief, static=static)
    answer = Answer(result=result, context=context)
    if output.figures:
        write_figures(output.figures, answer.figures)
    if output.output and not output.to_stdout:
        _write(answer, output.output, output.format)
    elif output.output or output.format or not output.figures:
        _print(answer, output.format or "terminal")
    if not result.converged:
        raise typer.Exit(UNCONVERGED)


def _print(answer: Answer, name: str) -> None:
    if name == "terminal":
        terminal.show(answer.document, console())
    else:
        write_to_stdout(FORMATS[name].render(answer))


def _write(answer: Answer, path: Path, name: str | None) -> None:
    write_answer(answer, path, format_name=name)
    say(f"Wrote {path}")


def write_figures(folder: Path, pictures: Mapping[str, Callable[[], Picture]]) -> None:
    """Write each picture as SVG and PNG, and say which have nothing to show.

    Raises
    ------
    InvalidInput
        If they cannot be written.
    """
    from estimative.reports.figures.style import NothingToPlot

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        allowed = "a folder that can be written to"
        raise invalid(error.strerror or "", code="unwritable", file=str(folder), allowed=allowed) from error
    for name, draw in pictures.items():
        try:
            picture = draw()
        except NothingToPlot as nothing:
            say(f"No figure {name}: {nothing}")
            continue
        for path, content in ((folder / f"{name}.svg", picture.svg()), (folder / f"{name}.png", picture.png())):
            write_whole(path, content)
            say(f"Wrote {path}")

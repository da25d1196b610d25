"""Printing an answer, and writing files whole or not at all."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from estimative.cli.console import console, say
from estimative.cli.option_groups import Output
from estimative.priors.errors import InvalidInput, Issue, listed
from estimative.priors.scale_file import find_scale
from estimative.reports.answers import KINDS, Answer
from estimative.reports.context import Context
from estimative.reports.formats import terminal
from estimative.reports.formats.registry import FORMATS, format_of

if TYPE_CHECKING:
    from estimative.model.assessment import Assessment
    from estimative.model.inference.info import Result
    from estimative.reports.blocks import Picture

UNCONVERGED = 3
"""Exit code."""


def show(result: Result, assessments: tuple[Assessment, ...], output: Output) -> None:
    """Print or write a result in the format asked for; exit with 3 if it did not converge.

    Raises
    ------
    InvalidInput
        If the format contradicts the file, or a file cannot be written.
    """
    name = chosen_format(output)
    answer = Answer(result=result, context=Context(assessments=assessments, scale=find_scale(output.scale)))
    if output.figures:
        write_figures(output.figures, answer.figures)
    if name == "terminal":
        terminal.show(answer.document, console())
    else:
        content = FORMATS[name].render(answer)
        if output.output:
            write_whole(output.output, content)
        else:
            sys.stdout.write(str(content))
    if not result.converged:
        raise typer.Exit(UNCONVERGED)


def chosen_format(output: Output) -> str:
    """The format asked for, or that of the file's ending, or the terminal.

    Raises
    ------
    InvalidInput
        If there is none, or the two contradict each other.
    """
    if output.output is None:
        if output.format and output.format != "terminal" and FORMATS[output.format].binary:
            raise _misuse("--format", output.format, f"a file to write to: -o FILE.{output.format}")
        return output.format or "terminal"
    named = format_of(output.output)
    if output.format == "terminal":
        raise _misuse("--format", "terminal", f"a format for a file: {listed(list(FORMATS))}")
    if named is None and output.format is None:
        endings = [ending for entry in FORMATS.values() for ending in entry.endings]
        raise _misuse("--output", str(output.output), f"a file that ends with {listed(endings)}, or --format")
    if named and output.format and named != output.format:
        raise _misuse("--format", output.format, f"{named}, as {output.output.name} ends")
    return output.format or str(named)


def _misuse(option: str, value: str, allowed: str) -> InvalidInput:
    return InvalidInput([Issue(file="the command line", key=option, found=value, expected=allowed)])


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file whole or not at all, and say so.

    Raises
    ------
    InvalidInput
        If it cannot be written.
    """
    partial = path.with_name(f".{path.name}.partial")
    try:
        partial.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        os.replace(partial, path)
    except OSError as error:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        allowed = "a file that can be written to"
        raise InvalidInput([Issue(file=str(path), found=error.strerror or "", expected=allowed)]) from error
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
        raise InvalidInput([Issue(file=str(folder), found=error.strerror or "", expected=allowed)]) from error
    for name, draw in pictures.items():
        try:
            picture = draw()
        except NothingToPlot as nothing:
            say(f"No figure {name}: {nothing}")
            continue
        write_whole(folder / f"{name}.svg", picture.svg())
        write_whole(folder / f"{name}.png", picture.png())


__all__ = ["KINDS", "show", "write_figures", "write_whole"]

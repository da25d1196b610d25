"""In which form an answer is printed, and how a file is written."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from estimative.console import console
from estimative.priors.errors import invalid
from estimative.priors.toml_table import ascii_safe
from estimative.reports.blocks import Document, Picture
from estimative.reports.formats import terminal
from estimative.reports.formats.markdown import markdown
from estimative.reports.summary import to_json

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

type Form = Literal["terminal", "md", "json", "csv"]


def form_of(*, md: bool, json: bool, csv: bool) -> Form:
    """The form that was asked for.

    Raises
    ------
    Faulty
        If several were.
    """
    asked: list[Form] = []
    if md:
        asked.append("md")
    if json:
        asked.append("json")
    if csv:
        asked.append("csv")
    if len(asked) > 1:
        named = " and ".join(f"--{form}" for form in asked)
        raise invalid(
            f"{named} contradict each other",
            code="invalid-option",
            file="the command line",
            allowed="one form at a time",
        )
    return asked[0] if asked else "terminal"


def tell[Summary: DataclassInstance](
    summary: Summary,
    form: Form,
    document: Callable[[Summary], Document],
    csv: Callable[[Summary], str] | None = None,
) -> None:
    """Print a summary in a form; `csv` where it can be had as rows."""
    match form:
        case "json":
            sys.stdout.write(to_json(summary))
        case "md":
            sys.stdout.write(markdown(document(summary)))
        case "csv" if csv:
            sys.stdout.write(csv(summary))
        case _:
            terminal.show(document(summary), console())


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file whole or not at all, and say so on stderr.

    Raises
    ------
    Faulty
        If it cannot be written.
    """
    partial = path.with_name(f".{path.name}.partial")
    try:
        partial.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        os.replace(partial, path)
    except OSError as error:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        raise invalid(
            f"cannot be written: {error.strerror}", code="cannot-write", file=str(path), allowed="a file to write to"
        ) from error
    print(ascii_safe(f"wrote {path}"), file=sys.stderr)


def write_figure[Summary](path: Path, draw: Callable[[Summary], Picture], summary: Summary) -> None:
    """Draw a figure and write it as SVG; where there is nothing to draw, say so and write nothing."""
    from estimative.reports.figures.style import NothingToPlot

    try:
        text = draw(summary).svg()
    except NothingToPlot as nothing:
        print(ascii_safe(f"no figure: {nothing}"), file=sys.stderr)
        return
    write_whole(path, text)

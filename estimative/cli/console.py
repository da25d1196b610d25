"""The two consoles: data goes to stdout, progress and messages to stderr."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from estimative.workflows.session import Progress

PIPE_WIDTH = 80
"""Columns where no terminal says otherwise."""


@cache
def console() -> Console:
    """The console of results."""
    return _console(stderr=False)


@cache
def messages() -> Console:
    """The console of messages."""
    return _console(stderr=True)


def _console(*, stderr: bool) -> Console:
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() or "COLUMNS" in os.environ else PIPE_WIDTH
    return Console(stderr=stderr, width=width, highlight=False, markup=False, emoji=False, soft_wrap=False)


def say(text: str) -> None:
    """Print a message."""
    from estimative.priors.errors import ascii_safe

    print(ascii_safe(text), file=sys.stderr, flush=True)


@contextmanager
def progress() -> Iterator[Progress]:
    """Show the stages of a computation: a bar on a terminal, a line each elsewhere."""
    if sys.stderr.isatty():
        yield from _bar()
    else:
        yield _lines()


def _lines() -> Progress:
    last = [""]

    def report(stage: str, done: int = 0, total: int | None = None, /) -> None:
        if stage != last[0]:
            last[0] = stage
            say(f"{stage} ...")

    return report


def _bar() -> Iterator[Progress]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=messages(), transient=True) as bar:
        task = bar.add_task("", total=None, visible=False)

        def report(stage: str, done: int = 0, total: int | None = None, /) -> None:
            bar.update(task, description=stage, completed=done, total=total, visible=True)

        yield report

"""The two consoles: data goes to stdout, progress and messages to stderr."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache

from rich.console import Console

WIDTH_OF_A_PIPE = 80


@cache
def console() -> Console:
    """What a command prints; 80 columns where no terminal says otherwise."""
    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else WIDTH_OF_A_PIPE
    return Console(width=width, highlight=False, markup=False, emoji=False, soft_wrap=False)


@contextmanager
def doing(what: str) -> Iterator[None]:
    """Say on stderr what is going on: a spinner on a terminal, a line elsewhere."""
    if sys.stderr.isatty():
        with messages().status(what):
            yield
    else:
        print(f"{what} ...", file=sys.stderr, flush=True)
        yield


@cache
def messages() -> Console:
    """What a command says of its own progress."""
    width = None if sys.stderr.isatty() or "COLUMNS" in os.environ else WIDTH_OF_A_PIPE
    return Console(stderr=True, width=width, highlight=False, markup=False, emoji=False)


def say(what: str) -> None:
    """Say on stderr what goes on."""
    print(f"{what} ...", file=sys.stderr, flush=True)


@contextmanager
def counting(what: str) -> Iterator[Callable[[int, int], None]]:
    """Say on stderr how much of something is done: a bar on a terminal, a line elsewhere."""
    if not sys.stderr.isatty():
        say(what)
        yield lambda done, total: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=messages(), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)

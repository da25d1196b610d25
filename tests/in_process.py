"""The command line, run in this process: as a user runs it, without the seconds that a new process takes."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import cache
from io import StringIO
from pathlib import Path
from unittest.mock import patch

import typer.main

from estimative.cli import app, console

built = cache(typer.main.get_command)
"""The commands with their options: Typer puts them together at every start, which takes longer than many commands."""


@dataclass(frozen=True, kw_only=True)
class Finished:
    """What a command left behind."""

    code: int
    out: str
    err: str


def run(*arguments: str, folder: Path | None = None, environment: dict[str, str] | None = None) -> Finished:
    """Run `estimative` with arguments in a folder, 80 columns wide."""
    out, err, code = StringIO(), StringIO(), 0
    variables = {"COLUMNS": "80", **(environment or {})}
    with (
        _folder(folder),
        _pipes(),
        patch.dict(os.environ, variables),
        patch.object(sys, "argv", ["estimative", *arguments]),
        patch.object(typer.main, "get_command", built),
    ):
        console.console.cache_clear()
        console.messages.cache_clear()
        with redirect_stdout(out), redirect_stderr(err):
            try:
                app.main()
            except SystemExit as end:
                code = end.code if isinstance(end.code, int) else int(end.code is not None)
    return Finished(code=code, out=out.getvalue(), err=err.getvalue())


@contextmanager
def one_thread() -> Iterator[None]:
    """Let commands compute on one thread of this process, however many they ask for.

    Every engine gives the same digits, but a process first imports everything, and threads get in each other's way.
    """
    engines = "estimative.model.inference"
    with (
        patch(f"{engines}.processes.ProcessExecutor", lambda count: ThreadPoolExecutor(1)),
        patch(f"{engines}.executor.cores", lambda: 1),
    ):
        yield


@contextmanager
def _pipes() -> Iterator[None]:
    """Leave it to this process what a reader that goes away does to it: a command is ended, a server is not."""
    before = signal.getsignal(signal.SIGPIPE)
    try:
        yield
    finally:
        signal.signal(signal.SIGPIPE, before)


@contextmanager
def _folder(folder: Path | None) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder or before)
    try:
        yield
    finally:
        os.chdir(before)

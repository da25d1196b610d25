"""Answers as files: by format, written whole or not at all."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path

from estimative.priors.errors import InvalidInput, invalid, listed
from estimative.reports.answers import Answer
from estimative.reports.formats.registry import FORMATS, format_of


def write_answer(answer: Answer, path: Path, *, format_name: str | None = None) -> None:
    """Write an answer in the format that is named, or that the file's ending names.

    Raises
    ------
    InvalidInput
        If no format is named, two are, or the file cannot be written.
    """
    write_whole(path, FORMATS[checked_format(path, format_name)].render(answer))


def checked_format(path: Path, format_name: str | None) -> str:
    """The format for a file: the one that is named, or that of its ending.

    Raises
    ------
    InvalidInput
        If no format is named, two are, the ending is that of no format, or the folder is not there.
    """
    if not path.absolute().parent.is_dir():
        raise invalid("there is no such folder", code="unwritable", file=str(path), allowed="a folder that exists")
    named = format_of(path)
    if named is None and (format_name is None or path.suffix):
        endings = [ending for entry in FORMATS.values() for ending in entry.endings]
        message = "no format has the ending of this file"
        raise invalid(message, code="invalid-value", file=str(path), allowed=f"one of {listed(endings)}")
    if named and format_name and named != format_name:
        raise contrary_ending(path, named, format_name, code="unknown-name")
    return format_name or str(named)


def contrary_ending(path: Path, ending: str, format_name: str, *, code: str) -> InvalidInput:
    """Return the error of a file whose ending names another format than the one that is asked for."""
    message = f"the ending of this file means the format {ending}, and {format_name} was asked for"
    return invalid(message, code=code, file=str(path), suggestion="Change the ending, or leave out the format.")


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file whole or not at all: at the end of a link, with the permissions that it has.

    What is there and is no file, such as a pipe or a device, is written to as it is.

    Raises
    ------
    InvalidInput
        If it cannot be written.
    """
    raw = content if isinstance(content, bytes) else content.encode("utf-8")
    try:
        if path.exists() and not path.is_file():
            path.write_bytes(raw)
        else:
            _replace(path.resolve(), raw)
    except OSError as error:
        allowed = "a file that can be written to"
        raise invalid(error.strerror or "", code="unwritable", file=str(path), allowed=allowed) from error


def _replace(path: Path, content: bytes) -> None:
    partial = path.with_name(f".{path.name}.partial")
    try:
        partial.write_bytes(content)
        if path.exists():
            with path.open("r+b"):  # fails for a file that may not be written, though it could be replaced
                shutil.copymode(path, partial)
        os.replace(partial, path)
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)

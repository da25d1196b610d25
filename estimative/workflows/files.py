"""Answers as files: by format, written whole or not at all."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from estimative.priors.errors import invalid, listed
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
        raise invalid("an unknown ending", code="invalid-value", file=str(path), allowed=f"one of {listed(endings)}")
    if named and format_name and named != format_name:
        allowed = f"{named}, by its ending"
        raise invalid(f"the format {format_name}", code="unknown-name", file=str(path), allowed=allowed)
    return format_name or str(named)


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file whole or not at all.

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
        raise invalid(error.strerror or "", code="unwritable", file=str(path), allowed=allowed) from error


def write_new(path: Path, text: str) -> Path:
    """Write a file that is not there yet.

    Raises
    ------
    InvalidInput
        If it is there, or cannot be written.
    """
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise invalid(
            "a file with this name exists already", code="cannot-write", file=str(path), allowed="a name that is free"
        ) from error
    except OSError as error:
        raise invalid(
            f"cannot be written: {error.strerror}", code="cannot-write", file=str(path), allowed="a file to write to"
        ) from error
    return path

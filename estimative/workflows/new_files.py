"""Files that do not exist yet: all of them are written, each as a whole, or none."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from estimative.priors.errors import invalid


def create(files: Mapping[Path, str]) -> tuple[Path, ...]:
    """Write files that do not exist yet.

    Raises
    ------
    InvalidInput
        If one exists already, or cannot be written; then none is there.
    """
    partial = {path: path.with_name(f".{path.name}.partial") for path in files}
    created: list[Path] = []
    try:
        for path, text in files.items():
            with _errors(path):
                if path.exists():
                    raise FileExistsError
                partial[path].write_text(text, encoding="utf-8")
        for path in files:
            with _errors(path):
                _publish(partial[path], path)
            created.append(path)
    except BaseException:  # an interruption by the user, too
        _remove(created)
        raise
    finally:
        _remove(partial.values())
    return tuple(created)


def _publish(partial: Path, path: Path) -> None:
    """Give a file its name, unless another has it: what a rename does not check."""
    try:
        os.link(partial, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        if path.exists():
            raise FileExistsError from None
        partial.rename(path)


def _remove(paths: Iterable[Path]) -> None:
    for path in paths:
        with suppress(OSError):
            path.unlink(missing_ok=True)


@contextmanager
def _errors(path: Path) -> Iterator[None]:
    """Turn a failure to write a file into an error of the input."""
    try:
        yield
    except FileExistsError as error:
        message, allowed = "a file with this name exists already", "a name that is free"
        raise invalid(message, code="cannot-write", file=str(path), allowed=allowed) from error
    except OSError as error:
        message = f"cannot be written: {error.strerror}"
        raise invalid(message, code="cannot-write", file=str(path), allowed="a file to write to") from error

"""The index of a run store: every manifest in one file, each checked against the file that it was read from."""

from __future__ import annotations

import hashlib
import os
import secrets
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from estimative.model.codec import DamagedJson, from_json, to_compact_json
from estimative.model.inference.info import SCHEMA_VERSION
from estimative.model.record.manifest import Manifest
from estimative.priors.errors import InvalidInput
from estimative.priors.toml_document import read_bytes

INDEX = ".index.json"
"""Hidden, so that no reader of the store takes it for a run."""
PARTIAL = ".partial-"
"""Begins the name of what is half-written."""
FEW = 100
"""Runs; a smaller store is read folder by folder, which is as fast."""
SETTLED = 2_000_000_000
"""Nanoseconds after which a file that is written again has another time in every file system."""
LARGEST = 256 << 20
"""Bytes: some 500,000 runs."""

type Stamp = tuple[int, int, int, int]
"""Of a file: time of its content and of its status (nanoseconds), size in bytes, number in the file system."""
UNKNOWN: Stamp = (0, 0, 0, 0)
"""Of what cannot be read, such as a link to itself."""


class IndexRow(Struct, frozen=True, kw_only=True):
    """A manifest as it was when its file had this stamp."""

    name: str
    """Of the run's folder."""
    stamp: Stamp
    manifest: Manifest | None
    """None where it cannot be read; such a row is not written."""


def read_manifests(
    folder: Path, names: Mapping[str, Stamp], read: Callable[[Path], Manifest | None]
) -> dict[str, Manifest | None]:
    """The manifest of each run, from the index where its file is unchanged, else from the file itself.

    An index that is missing, damaged or out of date is written again, whole or not at all; if it cannot be written,
    nothing is lost but time.

    Parameters
    ----------
    names
        The runs' folders, with the stamps of their manifests.
    read
        Returns the manifest in a folder; None where it cannot be read.
    """
    if len(names) <= FEW:
        return {name: read(folder / name) for name in names}
    known = {row.name: row for row in _rows(folder / INDEX)}
    rows = {
        name: row
        if (row := known.get(name)) and row.stamp == stamp
        else IndexRow(name=name, stamp=stamp, manifest=read(folder / name))
        for name, stamp in names.items()
    }
    old = time.time_ns() - SETTLED
    settled = {name: row for name, row in rows.items() if row.manifest and max(row.stamp[:2]) < old}
    if settled != known:
        _write(folder, tuple(settled.values()))
    return {name: row.manifest for name, row in rows.items()}


def stamp_of(path: Path) -> Stamp | None:
    """The stamp of a file; None if there is none, and that of no file if it cannot be looked at."""
    try:
        status = path.stat()
    except OSError:
        return UNKNOWN if os.path.lexists(path) else None
    return status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino


def _rows(path: Path) -> tuple[IndexRow, ...]:
    """The rows of the index; none if it is missing or damaged."""
    with suppress(InvalidInput, DamagedJson):
        digest, _, content = read_bytes(path, largest=LARGEST).partition(b"\n")
        if digest == _digest(content):
            return from_json(content, Index).rows
    return ()


class Index(Struct, frozen=True, kw_only=True):
    """The content of the file, behind its digest."""

    schema_version: int = SCHEMA_VERSION
    rows: tuple[IndexRow, ...]


def _write(folder: Path, rows: tuple[IndexRow, ...]) -> None:
    partial = folder / f"{PARTIAL}index-{secrets.token_hex(3)}"
    content = to_compact_json(Index(rows=rows))
    with suppress(OSError):  # a folder that may only be read
        try:
            partial.write_bytes(_digest(content) + b"\n" + content)
            os.replace(partial, folder / INDEX)
        finally:
            partial.unlink(missing_ok=True)


def _digest(content: bytes) -> bytes:
    return hashlib.sha256(content).hexdigest().encode()

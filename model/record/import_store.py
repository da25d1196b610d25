"""Forecasts from elsewhere next to the saved runs: a file for each import, written whole, never changed."""

from __future__ import annotations

import datetime
import hashlib
import os
import secrets
from pathlib import Path
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from estimative.model.codec import DamagedJson, from_json, to_compact_json
from estimative.model.outside.imported import ImportedForecasts
from estimative.model.record.run_index import PARTIAL
from estimative.priors.errors import InvalidInput, Issue, Place, invalid
from estimative.priors.toml_document import read_bytes

FOLDER = "imports"
"""Among the folders of the runs."""
LARGEST = 1 << 30
"""Bytes."""

type Saved = Literal["new", "unchanged", "replaced"]
"""What an import did: the first of a file; the same again; the same file, read or mapped in another way."""


class ImportStore(Struct, frozen=True):
    """The folder of imports."""

    folder: Path

    @classmethod
    def in_folder(cls, runs: Path) -> ImportStore:
        """That in a folder of runs."""
        return cls(runs / FOLDER)

    def read(self) -> tuple[ImportedForecasts, ...]:
        """The imports, the oldest first; of those of one file the last.

        Raises
        ------
        InvalidInput
            With each file that is not as it was written.
        """
        issues: list[Issue] = []
        latest: dict[str, ImportedForecasts] = {}
        for path in sorted(self.folder.glob("[!.]*.json")):
            try:
                imported = _read(path)
            except InvalidInput as error:
                issues.extend(error.issues)
                continue
            latest.pop(imported.source_digest, None)
            latest[imported.source_digest] = imported
        if issues:
            raise InvalidInput(issues)
        return tuple(latest.values())

    def save(self, imported: ImportedForecasts) -> Saved:
        """Save an import, whole or not at all; the same file again, read in the same way, is not saved twice.

        Raises
        ------
        InvalidInput
            As `read`; or if the folder cannot be written to.
        """
        before = next((each for each in self.read() if each.source_digest == imported.source_digest), None)
        if before and _content(before) == _content(imported):
            return "unchanged"
        utc = imported.imported.astimezone(datetime.UTC)
        name = f"{utc:%Y%m%dT%H%M%S}{utc.microsecond // 1000:03d}Z-{imported.source_digest[:12]}.json"
        self._write(name, to_compact_json(imported))
        return "replaced" if before else "new"

    def _write(self, name: str, content: bytes) -> None:
        partial = self.folder / f"{PARTIAL}{secrets.token_hex(3)}"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            try:
                partial.write_bytes(content + b"\n" + _digest(content) + b"\n")
                os.replace(partial, self.folder / name)
            finally:
                partial.unlink(missing_ok=True)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            message = f"the import cannot be saved ({reason})"
            raise invalid(message, code="unwritable", file=str(self.folder)) from error


def _content(imported: ImportedForecasts) -> ImportedForecasts:
    """What makes two imports the same."""
    return replace(imported, imported=datetime.datetime.fromtimestamp(0, datetime.UTC), name="")


def _read(path: Path) -> ImportedForecasts:
    content, _, seal = read_bytes(path, largest=LARGEST).partition(b"\n")
    if seal.strip() != _digest(content):
        message, fix = "the file is not as it was written", "Delete it, and import the forecasts again."
        raise InvalidInput([Issue(message=message, place=Place(file=str(path)), suggestion=fix, code="damaged-file")])
    try:
        return from_json(content, ImportedForecasts)
    except DamagedJson as error:
        message, fix = "the file is of another version of the program", "Import the forecasts again."
        raise invalid(message, code="damaged-file", file=str(path), suggestion=fix) from error


def _digest(content: bytes) -> bytes:
    return hashlib.sha256(content).hexdigest().encode()

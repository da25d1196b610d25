"""Unsaved changes of prior sets, on disk at once, so that a crash loses none."""

from __future__ import annotations

import datetime
import hashlib
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path

from msgspec import Struct

from estimative.model.codec import DamagedJson, from_json, to_json
from estimative.model.record.file_lock import lock_at_once
from estimative.priors.errors import InvalidInput, Issue, ascii_safe, invalid
from estimative.priors.frozen import FrozenDict
from estimative.priors.statement_syntax import written
from estimative.priors.statements import Stated
from estimative.priors.structs import repr_without
from estimative.priors.toml_document import read_text
from estimative.workflows.clock import now
from estimative.workflows.own_file import OwnFile
from estimative.workflows.prior_set_text import Changes, check_changes, read_entry

LARGEST = 16 << 20
"""Bytes; a journal with a reason of ten pages for each of a hundred priors has a quarter of it."""


class Unsaved(Struct, frozen=True, kw_only=True):
    """The changes of one prior set file that are not in it yet."""

    file: str
    """The path, without links."""
    digest: str
    """Of the file that was changed: `OwnFile.digest`."""
    changes: Mapping[str, str]
    """By name, as in `prior_set_text`: each statement as it is written in TOML, empty for one that is taken out."""
    written: datetime.datetime

    def __repr__(self) -> str:
        return repr_without(self, "changes")

    @classmethod
    def of(cls, file: OwnFile, changes: Changes) -> Unsaved:
        """The changes of a file as of now.

        Raises
        ------
        InvalidInput
            If no prior set can have them; what is written could not be read again.
        """
        check_changes(changes, file=str(file.path))
        texts = {name: written(stated) if stated else "" for name, stated in changes.items()}
        return cls(file=_name(file.path), digest=file.digest, changes=FrozenDict(texts), written=now())

    def statements(self) -> Changes:
        """The changes, as `OwnFile.save` takes them.

        Raises
        ------
        InvalidInput
            With every error of the texts.
        """
        read: dict[str, Stated | None] = {}
        issues: list[Issue] = []
        for name, text in self.changes.items():
            try:
                read[name] = read_entry(name, text, file=self.file) if text else None
            except InvalidInput as error:
                issues += error.issues
        if issues:
            raise InvalidInput(issues)
        return FrozenDict(read)


class Damaged(Struct, frozen=True, kw_only=True):
    """A journal that cannot be read."""

    reason: str
    """One line that is safe to print."""
    kept: Path | None
    """Where it is now, for a person to look at; None where it could not be moved."""


class Journal(Struct, frozen=True):
    """A folder with the unsaved changes of each prior set file."""

    folder: Path

    @classmethod
    def at(cls, folder: Path | None) -> Journal:
        """The given folder, else one in the user's data folder, beside the saved runs."""
        if folder is not None:
            return cls(folder)
        from platformdirs import user_data_path

        return cls(user_data_path("estimative", appauthor=False) / "unsaved")

    @contextmanager
    def held(self, file: Path) -> Iterator[None]:
        """Keep every other program from the changes of a file, until the end of the block or of this program.

        Raises
        ------
        InvalidInput
            If another program has them ("in-use"), or the folder cannot be written to.
        """
        with self._writing():
            self._make_folder()
            lock = FileIO(self._path(_name(file), "lock"), "a")
        with lock:
            with self._writing():
                free = lock_at_once(lock)
            if not free:
                message, fix = "this prior set is open in another window", "Close that one first, or go on there."
                raise invalid(message, code="in-use", file=str(file), suggestion=fix)
            yield

    def write(self, unsaved: Unsaved) -> None:
        """Write the changes of a file, in the place of earlier ones; to be called while they are `held`.

        Raises
        ------
        InvalidInput
            If the folder cannot be written to.
        """
        path = self._path(unsaved.file, "json")
        partial = path.with_name(f".{path.stem}.{secrets.token_hex(4)}.partial")
        with self._writing():
            self._make_folder()
            try:
                # Beliefs are private: others on the computer cannot read them.
                with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                    file.write(to_json(unsaved).encode())
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(partial, path)
            finally:
                with suppress(OSError):
                    partial.unlink(missing_ok=True)

    def read(self, file: Path) -> Unsaved | Damaged | None:
        """Return the unsaved changes of a file, None where there are none; what cannot be read is moved aside."""
        path = self._path(_name(file), "json")
        if not os.path.lexists(path):
            return None
        try:
            unsaved = from_json(read_text(path, largest=LARGEST), Unsaved)
            if unsaved.file != _name(file):
                raise DamagedJson("it is of another file")
            unsaved.statements()
        except (InvalidInput, DamagedJson) as error:
            return self._aside(path, ascii_safe(" ".join(str(error).split())))
        return unsaved

    def discard(self, file: Path) -> None:
        """Delete the unsaved changes of a file, where there are any.

        Raises
        ------
        InvalidInput
            If they cannot be deleted.
        """
        with self._writing():
            self._path(_name(file), "json").unlink(missing_ok=True)

    def _aside(self, path: Path, reason: str) -> Damaged:
        kept = path.with_name(f"{path.stem}.{secrets.token_hex(4)}.damaged")
        try:
            os.replace(path, kept)
        except OSError:
            return Damaged(reason=reason, kept=None)
        return Damaged(reason=reason, kept=kept)

    def _path(self, name: str, ending: str) -> Path:
        return self.folder / f"{hashlib.sha256(name.encode()).hexdigest()[:32]}.{ending}"

    def _make_folder(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Turn a failure to write into an error of the input."""
        try:
            yield
        except OSError as error:
            message, allowed = f"unsaved changes cannot be kept: {error.strerror}", "a folder to write to"
            raise invalid(message, code="cannot-write", file=str(self.folder), allowed=allowed) from error


def _name(file: Path) -> str:
    """The path of a file without links, as text that every encoding has."""
    return os.fsencode(file.resolve()).decode("utf-8", "backslashreplace")

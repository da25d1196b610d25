"""The prior set file of an analyst: it is changed in place, or a new one extends it; never half, and never unseen."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from estimative.model.record.file_lock import sync_folder
from estimative.priors import toml_writer
from estimative.priors.catalog import locator, looks_like_path, shipped_prior_sets
from estimative.priors.errors import InvalidInput, invalid, quote
from estimative.priors.prior_set_file import own_prior_set, read_prior_set
from estimative.priors.structs import repr_without
from estimative.priors.toml_document import encoding_of, read_bytes, read_text
from estimative.workflows.clock import today
from estimative.workflows.new_files import create
from estimative.workflows.prior_set_text import CHANCES, Changes, as_read, with_changes

MARK = "\ufeff"
"""The byte order mark, where a file begins with one."""


class OwnFile(Struct, frozen=True, kw_only=True):
    """A prior set file as it was read."""

    path: Path
    text: str
    """With its line ends, without a byte order mark."""
    digest: str
    """SHA-256 of the bytes of the file, in hexadecimal."""

    def __repr__(self) -> str:
        return repr_without(self, "text")

    @classmethod
    def read(cls, path: Path) -> OwnFile:
        """Read a file, which has to be a prior set without errors of its own.

        Raises
        ------
        InvalidInput
            With every error of the file; those of the sets that it extends are not looked for.
        """
        raw = read_bytes(path)
        try:
            text = raw.decode(encoding_of(raw)).removeprefix(MARK)
        except UnicodeDecodeError:
            read_text(path)  # says where it is wrong
            raise
        own_prior_set(text, file=str(path))
        return cls(path=path, text=text, digest=_digest(raw))

    @property
    def is_shipped(self) -> bool:
        """Whether the file is one that comes with the program."""
        return any(_is_same(self.path, path) for sets in shipped_prior_sets().values() for path in sets.values())

    def save(self, changes: Changes) -> OwnFile:
        """Write the file with some statements changed, and nothing else; the file as it then is.

        It is replaced as a whole: whatever happens, it has either the old or the new content. It keeps its encoding and
        permissions; a link to it stays a link.

        Raises
        ------
        InvalidInput
            If the file is not what was read any more ("changed-on-disk"), comes with the program ("shipped"), or cannot
            be written; with every error of the changes. Then nothing is written.
        """
        if self.is_shipped:
            message = "a prior set that comes with the program cannot be changed"
            fix = "Save the changes in a file of your own, which extends it."
            raise invalid(message, code="shipped", file=str(self.path), suggestion=fix)
        path = self.path.resolve()
        raw = self._unchanged(path)
        text = with_changes(self.text, self._completed(changes, self.text), file=str(self.path))
        mark = MARK if raw.decode(encoding_of(raw)).startswith(MARK) else ""
        content = f"{mark}{text}".encode(encoding_of(raw))
        if content != raw:
            self._replace(path, content)
        return OwnFile(path=self.path, text=text, digest=_digest(content))

    def save_as(self, path: Path, *, name: str, analyst: str, changes: Changes, extends: str = "") -> OwnFile:
        """Write a new file that extends this one and has nothing but the changes; that file.

        Parameters
        ----------
        name, analyst
            Of the new prior set, whose date is today.
        changes
            What differs from this prior set.
        extends
            How the new file names this one; by default the name of a shipped prior set, else the path from there.

        Raises
        ------
        InvalidInput
            If there is such a file already, or it cannot be written; if the new file would extend another one; with
            every error of the name, the analyst and the changes. Then nothing is written.
        """
        scenario = own_prior_set(self.text, file=str(self.path)).scenario
        extends = extends or self._named_from(path.parent)
        found = locator(scenario)(extends, path.parent)
        if not found or not _is_same(found, self.path):
            message = f"{quote(extends)} is another prior set there" if found else f"there is no {quote(extends)} there"
            allowed = "a name or path that leads to the prior set with these changes"
            raise invalid(message, code="unknown-name", file=str(path), key="prior_set.extends", allowed=allowed)
        head = {"name": name, "analyst": analyst, "scenario": scenario, "extends": extends}
        lines = [f"{key} = {toml_writer.text(value)}" for key, value in head.items()]
        text = "\n".join(["[prior_set]", *lines, f"date = {today().isoformat()}", ""])
        create({path: with_changes(text, self._completed(changes, text), file=str(path))})
        return OwnFile.read(path)

    def _named_from(self, folder: Path) -> str:
        """How a file in a folder names this one."""
        if self.is_shipped:
            return self.path.resolve().stem
        named = Path(os.path.relpath(self.path.resolve(), folder.resolve())).as_posix()
        return named if looks_like_path(named) else f"./{named}"

    def _completed(self, changes: Changes, text: str) -> Changes:
        """Return the changes with the other chance of each item that a file changes half of and has nothing about."""
        own = own_prior_set(text, file=str(self.path)).statements
        other = {name: _other_chance(name) for name, stated in changes.items() if stated}
        lacking = [name for name in other.values() if name and name not in own and name not in changes]
        if not lacking:
            return changes
        known = read_prior_set(self.path).statements
        return {**changes, **{name: as_read(known[name]) for name in lacking if name in known}}

    def _unchanged(self, path: Path) -> bytes:
        """Return the content of the file.

        Raises
        ------
        InvalidInput
            If it is not what was read.
        """
        try:
            raw = read_bytes(path)
        except InvalidInput as error:
            if error.issues[0].code == "no-such-file":
                message, fix = "the file is no longer there", "Save the changes under another name."
                raise invalid(message, code="changed-on-disk", file=str(self.path), suggestion=fix) from error
            raise
        if _digest(raw) != self.digest:
            raise self._changed("the file was changed since it was read")
        return raw

    def _changed(self, message: str) -> InvalidInput:
        fix = "Read it again, and make the changes there."
        return invalid(message, code="changed-on-disk", file=str(self.path), suggestion=fix)

    def _replace(self, path: Path, content: bytes) -> None:
        """Put a new file in the place of the old one, all at once."""
        partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}.partial")
        try:
            with path.open("r+b"):  # fails for a file that may not be written, though it could be replaced
                pass
            with partial.open("xb") as file:
                shutil.copymode(path, partial)
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            self._unchanged(path)
            os.replace(partial, path)
        except OSError as error:
            message, allowed = f"cannot be written: {error.strerror}", "a file to write to, in a folder to write to"
            raise invalid(message, code="cannot-write", file=str(self.path), allowed=allowed) from error
        finally:
            with suppress(OSError):
                partial.unlink(missing_ok=True)
        with suppress(OSError):  # the file is there; whether a power cut could undo it is up to the system
            sync_folder(path.parent)


def _digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def _is_same(path: Path, other: Path) -> bool:
    """Whether two paths lead to one file."""
    try:
        return path.samefile(other)
    except OSError:
        return False


def _other_chance(name: str) -> str:
    """The chance of the same item in the other state; empty for what is no such chance."""
    item, _, chance = name.rpartition(".")
    yes, no = CHANCES
    return f"{item}.{no if chance == yes else yes}" if name.startswith("evidence.") and chance in CHANCES else ""

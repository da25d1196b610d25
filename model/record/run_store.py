"""The run store: a folder for each run, written whole or not at all, never overwritten."""

from __future__ import annotations

import datetime
import os
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from estimative.model.codec import DamagedJson, from_json, to_json
from estimative.model.record.draws_file import DrawGroup, write_draws
from estimative.model.record.manifest import Manifest
from estimative.model.record.run_index import PARTIAL, Stamp, read_manifests, stamp_of
from estimative.priors.errors import InvalidInput, ascii_safe, invalid, nearest, quote
from estimative.priors.toml_document import read_text

ENVIRONMENT = "ESTIMATIVE_RUNS"
MANIFEST, RESULT, ANALYSES, DRAWS, INPUTS = "manifest.json", "result.json", "analyses.json", "draws.nc", "inputs"
"""Files of a run's folder; the analyses are added once they are computed."""
LEFT_BEHIND = 3600
"""Seconds after which something half-written belongs to a program that was killed."""
MAX_LABEL = 80
LARGEST_JSON = 64 << 20
"""Bytes; a file of a run has a thousandth of it."""


class Listing(Struct, frozen=True, kw_only=True):
    """What a store holds."""

    runs: tuple[Manifest, ...]
    """The newest first."""
    unreadable: tuple[str, ...] = ()
    """Ids of the runs that are passed over: damaged, or of another version of the program."""


class Store(Struct, frozen=True):
    """A folder of runs."""

    folder: Path

    @classmethod
    def at(cls, folder: Path | None) -> Store:
        """The given folder, else that of the environment variable, else the user's data folder."""
        if folder is not None:
            return cls(folder)
        if named := os.environ.get(ENVIRONMENT):
            return cls(Path(named))
        from platformdirs import user_data_path

        return cls(user_data_path("estimative", appauthor=False) / "runs")

    def list(self) -> tuple[Manifest, ...]:
        """The runs, the newest first; a folder that holds none is passed over."""
        return self.listing().runs

    def listing(self) -> Listing:
        """The runs, and the ids of those that cannot be read."""
        manifests = read_manifests(self.folder, dict(self._stamps()), _manifest)
        return Listing(
            runs=tuple(sorted(filter(None, manifests.values()), key=lambda m: m.id, reverse=True)),
            unreadable=tuple(sorted(name for name, manifest in manifests.items() if manifest is None)),
        )

    def _stamps(self) -> Iterator[tuple[str, Stamp]]:
        """Each folder with a manifest, and the stamp of that file."""
        if not self.folder.is_dir():
            return
        with os.scandir(self.folder) as entries:
            for name in (entry.name for entry in entries if not entry.name.startswith(".") and entry.is_dir()):
                if stamp := stamp_of(self.folder / name / MANIFEST):
                    yield name, stamp

    def find(self, name: str) -> Path:
        """The folder of a run: by its id, the beginning of its id, or `latest`.

        Raises
        ------
        InvalidInput
            If there is no such run, or several.
        """
        listing = self.listing()
        ids = [manifest.id for manifest in listing.runs]
        matching = _matching(name, ids)
        if len(matching) == 1:
            return self.folder / matching[0]
        for damaged in _matching(name, sorted(listing.unreadable, reverse=True)):
            read_manifest(self.folder / damaged)  # says what is wrong with it
        several = len(matching) > 1
        message = f"{len(matching)} runs begin with {quote(name)}" if several else f"{quote(name)} is not a saved run"
        raise invalid(
            message,
            code="ambiguous-run" if several else "unknown-run",
            file=str(self.folder),
            allowed=_choice(matching, ids),
            suggestion=(nearest(name, ids) or "") if ids else "Save a run first: estimative fit.",
        )

    def write(self, manifest: Manifest, result: str, inputs: Mapping[str, str], draws: Mapping[str, DrawGroup]) -> Path:
        """Write a run, first under a name that no reader looks at.

        Parameters
        ----------
        result
            As JSON.
        inputs
            Texts of the files that the run was made from, by name.
        draws
            Empty to save none: the run then takes a hundredth of the space.

        Raises
        ------
        InvalidInput
            If the folder cannot be written to.
        """
        partial = self.folder / f"{PARTIAL}{manifest.id}"
        with _writing(self.folder, partial):
            self.folder.mkdir(parents=True, exist_ok=True)
            self._sweep()
            partial.mkdir()
            _fill(partial, manifest, result, inputs, draws)
            partial.rename(self.folder / manifest.id)
        return self.folder / manifest.id

    def label(self, name: str, text: str) -> Manifest:
        """Give a run a label, or take it away with an empty text; the new manifest.

        Raises
        ------
        InvalidInput
            If there is no such run, the text is too long, or the folder cannot be written to.
        """
        folder, text = self.find(name), checked_label(text)
        manifest = replace(read_manifest(folder), label=text)
        add_file(folder, MANIFEST, to_json(manifest))
        return manifest

    def delete(self, name: str) -> Path:
        """Delete a run, whole or not at all for any reader; the folder that it had.

        Raises
        ------
        InvalidInput
            If there is no such run, or it cannot be deleted.
        """
        folder = self.find(name)
        partial = self.folder / f"{PARTIAL}{folder.name}-{secrets.token_hex(3)}"
        with _writing(folder, partial):
            folder.rename(partial)
        return folder

    def export(self, name: str, target: Path) -> Path:
        """Copy a run to a folder that does not exist yet, whole or not at all; the run's own folder.

        Raises
        ------
        InvalidInput
            If there is no such run, or the folder exists or cannot be written.
        """
        source, partial = self.find(name), target.with_name(f".{target.name}.partial")
        if target.exists():
            raise invalid("a file or folder of this name exists already", code="exists", file=str(target))
        with _writing(target, partial):
            shutil.copytree(source, partial)
            partial.rename(target)
        return source

    def _sweep(self) -> None:
        """Remove what killed programs left behind."""
        for path in self.folder.glob(f"{PARTIAL}*"):
            with suppress(OSError):  # another program may sweep here too
                if time.time() - path.stat().st_mtime > LEFT_BEHIND:
                    shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink()


def _choice(matching: list[str], ids: list[str]) -> str | tuple[str, ...]:
    """What may be named instead: one of the runs that a beginning stands for, else any run."""
    if len(matching) > 1:
        return tuple(matching)
    return "the id of a run, its beginning, or latest" if ids else ""


def _matching(name: str, ids: list[str]) -> list[str]:
    if name == "latest":
        return ids[:1]
    return [run for run in ids if run == name] or [run for run in ids if name and run.startswith(name)]


def checked_label(text: str) -> str:
    """A label on one line.

    Raises
    ------
    InvalidInput
        If it is too long or is no text.
    """
    label = " ".join(text.split())
    if len(label) > MAX_LABEL or not label.isprintable():
        message = (
            "the label is too long" if len(label) > MAX_LABEL else "the label has characters that cannot be printed"
        )
        allowed = f"up to {MAX_LABEL} printable characters"
        raise invalid(message, code="invalid-label", key="label", value=quote(label), allowed=allowed)
    return label


def new_id(now: datetime.datetime) -> str:
    """An id that sorts by time and is unique."""
    utc = now.astimezone(datetime.UTC)
    return f"{utc:%Y%m%dT%H%M%S}{utc.microsecond // 1000:03d}Z-{secrets.token_hex(3)}"


@contextmanager
def _writing(path: Path, partial: Path) -> Iterator[None]:
    """Turn a failure to write into an error of the input; whatever happens, nothing half-written stays."""
    try:
        yield
    except OSError as error:
        raise _unwritable(path, error) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _unwritable(path: Path, error: OSError) -> InvalidInput:
    reason = error.strerror or type(error).__name__
    return invalid(f"it cannot be written ({reason})", code="unwritable", file=str(path))


def add_file(folder: Path, name: str, text: str) -> None:
    """Write or replace a file in the folder of a run, whole or not at all.

    Raises
    ------
    InvalidInput
        If it cannot be written.
    """
    partial = folder / f"{PARTIAL}{secrets.token_hex(3)}"
    try:
        partial.write_text(text, encoding="utf-8")
        os.replace(partial, folder / name)
    except OSError as error:
        raise _unwritable(folder / name, error) from error
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)


def _fill(
    folder: Path, manifest: Manifest, result: str, inputs: Mapping[str, str], draws: Mapping[str, DrawGroup]
) -> None:
    for name, text in inputs.items():
        path = folder / INPUTS / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (folder / RESULT).write_text(result, encoding="utf-8")
    if draws:
        write_draws(folder / DRAWS, draws)
    (folder / MANIFEST).write_text(to_json(manifest), encoding="utf-8")


def _manifest(folder: Path) -> Manifest | None:
    """The manifest of a run; None for a folder that is none. A copy goes by the name of its folder."""
    try:
        return read_manifest(folder)
    except InvalidInput:
        return None


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a run.

    Raises
    ------
    InvalidInput
        If it is damaged.
    """
    return replace(read_json(folder / MANIFEST, Manifest), id=folder.name)


def read_json[Content](path: Path, kind: type[Content]) -> Content:
    """A JSON file of a run, checked against its type.

    Raises
    ------
    InvalidInput
        With the file, and the place in it that is damaged.
    """
    try:
        return from_json(read_text(path, largest=LARGEST_JSON), kind)
    except DamagedJson as damage:
        message, fix = f"the file is damaged: {damage}", "Fit again from the files in its folder inputs."
        raise invalid(ascii_safe(message), code="damaged-file", file=str(path), suggestion=fix) from damage

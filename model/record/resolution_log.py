"""The log of resolutions: lines are only ever added, each with its own digest and that of the line before."""

from __future__ import annotations

import datetime
import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO, FileIO
from pathlib import Path
from typing import Annotated, Any, NoReturn

import msgspec

from estimative.model.record.file_lock import lock, sync_folder
from estimative.model.record.resolutions import Entry, IssuedForecast, Resolution, contradicting, current_entries
from estimative.priors.errors import InvalidInput, Issue, Place, invalid
from estimative.priors.state_probability import StateProbability

SCHEMA_VERSION = 2
READABLE = (1, 2)
"""Lines of version 1 have outcomes alone, and the fields of version 2 without those of states."""
LOG = "resolutions.jsonl"
"""Among the folders of the runs."""
LARGEST = 256 << 20
"""Bytes: some 300,000 lines."""
FIRST = "0" * 64
"""In place of the digest of a line before the first one."""
SEAL = b', "digest": "'
"""Between the content of a line and its digest."""

type _Probability = Annotated[float, msgspec.Meta(ge=0, le=1)]


class _State(msgspec.Struct, kw_only=True):
    """One of the states in a line."""

    state: str
    probability: _Probability
    mcse: _Probability


class _Line(msgspec.Struct, kw_only=True):
    """The content of a line; names and order are the format of the file."""

    schema_version: int = SCHEMA_VERSION
    previous: str
    written: datetime.datetime
    corrects: int | None
    run: str
    created: datetime.datetime
    scenario: str
    scenario_digest: str
    prior_set: str
    prior_set_digest: str
    analyst: str
    outcome: str
    probability: _Probability | None
    mcse: _Probability | None
    event: str = ""
    states: tuple[_State, ...] = ()
    ordered: bool = False
    as_of: datetime.date
    until: datetime.date
    happened: bool | None
    state: str = ""
    on: datetime.date
    because: str


SAME_NAMES = (
    "run", "created", "scenario", "scenario_digest", "prior_set", "prior_set_digest", "analyst", "outcome",
    "probability", "event", "ordered", "as_of", "until",
)  # fmt: skip
"""Fields of a forecast that a line has under the same name."""


@dataclass(frozen=True)
class ResolutionLog:
    """The file of resolutions."""

    path: Path

    @classmethod
    def in_folder(cls, runs: Path) -> ResolutionLog:
        """The log in a folder of runs."""
        return cls(runs / LOG)

    def read(self) -> tuple[Entry, ...]:
        """Every line, verified; none where there is no file.

        Raises
        ------
        InvalidInput
            With each line that was changed, inserted, removed or cut short; or if the file cannot be read.
        """
        try:
            with _locked(self.path, os.O_RDONLY) as file:
                return _verified(file.readall(), str(self.path))
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise self._unusable(error, "read") from error

    def append(self, resolution: Resolution, *, written: datetime.datetime, correct: bool) -> Entry:
        """Add a line, whole or not at all, wait until it is on the disk, and return its entry.

        Parameters
        ----------
        correct
            Let it replace the current entry of the same run and outcome (event), whose line stays where it is.

        Raises
        ------
        InvalidInput
            As `read`; if there is such an entry and it is not to be corrected, or none to correct; if another run's
            entry contradicts it; or if the file cannot be written.
        """
        if correct and not self.path.exists():
            self._refuse_correction(resolution)  # before an empty file is made
        try:
            with _locked(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND) as file:
                entries = _verified(file.readall(), str(self.path))
                corrects = self._corrected(resolution, current_entries(entries), correct=correct)
                raw = _raw(resolution, entries[-1].digest if entries else FIRST, written, corrects)
                _add(file, raw, self.path.parent)
        except OSError as error:
            raise self._unusable(error, "written") from error
        line = len(entries) + 1
        return Entry(line=line, digest=_digest(raw), written=written, corrects=corrects, resolution=resolution)

    def _corrected(self, resolution: Resolution, entries: Sequence[Entry], *, correct: bool) -> int | None:
        """The line that a new entry corrects, if any."""
        file, run = str(self.path), resolution.forecast.run
        before = next((entry for entry in entries if entry.resolution.key == resolution.key), None)
        if before and correct:
            return before.line
        if before:
            answer = f"{before.resolution.word} on {before.resolution.date}"
            message = f"{resolution.forecast.subject} of this run is resolved already: {answer}"
            fix = "Record a correction to change it."
            raise invalid(message, code="resolved-already", file=file, line=before.line, key=run, suggestion=fix)
        if correct:
            self._refuse_correction(resolution)
        for entry in entries:
            same = entry.forecast.question == resolution.forecast.question
            if same and entry.resolution.word != resolution.word:
                raise InvalidInput([contradicting(entry, resolution, file, None)])
        return None

    def _refuse_correction(self, resolution: Resolution) -> NoReturn:
        message = f"{resolution.forecast.subject} of this run is not resolved, so there is nothing to correct"
        raise invalid(message, code="nothing-to-correct", file=str(self.path), key=resolution.forecast.run)

    def _unusable(self, error: OSError, verb: str) -> InvalidInput:
        reason = error.strerror or type(error).__name__
        message = f"the log of resolutions cannot be {verb} ({reason})"
        return invalid(message, code="unreadable" if verb == "read" else "unwritable", file=str(self.path))


@contextmanager
def _locked(path: Path, flags: int) -> Iterator[FileIO]:
    """A file that nobody writes to at the same time; nor reads, while it is open for writing."""
    if path.is_fifo() or (path.is_file() and path.stat().st_size > LARGEST):  # a pipe would block for ever
        raise OSError(0, "it is no log, or too large for one")
    reading = flags == os.O_RDONLY
    binary = getattr(os, "O_BINARY", 0)  # else Windows would change the ends of lines, and so their digests
    with FileIO(os.open(path, flags | binary, 0o666), "rb" if reading else "r+b") as file:
        lock(file, shared=reading)
        yield file


def _add(file: FileIO, raw: bytes, folder: Path) -> None:
    """Add bytes at the end of a file, unbuffered, so that a failure can be taken back."""
    size = file.seek(0, os.SEEK_END)
    try:
        if file.write(raw) != len(raw):
            raise OSError(0, "no room for a whole line")
        os.fsync(file.fileno())
    except OSError:
        file.truncate(size)
        raise
    if not size:
        sync_folder(folder)


def _digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def _raw(resolution: Resolution, previous: str, written: datetime.datetime, corrects: int | None) -> bytes:
    """A line with its end, in ASCII: no text in it can control a terminal."""
    forecast = resolution.forecast
    line = _Line(
        previous=previous,
        written=written,
        corrects=corrects,
        mcse=forecast.se,
        states=tuple(_State(state=each.state, probability=each.probability, mcse=each.se) for each in forecast.states),
        happened=resolution.occurred,
        state=resolution.state,
        on=resolution.date,
        because=resolution.because,
        **{name: getattr(forecast, name) for name in SAME_NAMES},
    )
    plain = json.dumps(msgspec.to_builtins(line), allow_nan=False).encode("ascii")
    return plain[:-1] + SEAL + _digest(plain).encode() + b'"}\n'


def _verified(content: bytes, file: str) -> tuple[Entry, ...]:
    """The entries of a log; raises InvalidInput with every line that is not as it was written."""
    entries: list[Entry] = []
    issues: list[Issue] = []
    previous: str | None = FIRST
    for number, raw in enumerate(BytesIO(content), start=1):
        try:
            entries.append(_entry(raw, number, previous, entries))
        except _Broken as broken:
            place = Place(file=file, line=number)
            issues.append(Issue(message=str(broken), place=place, suggestion=broken.fix, code="damaged-line"))
        previous = _digest(raw) if _sealed(raw) else None
    if issues:
        raise InvalidInput(issues)
    return tuple(entries)


class _Broken(Exception):
    """A line that is not as it was written."""

    def __init__(self, message: str, fix: str = "") -> None:
        super().__init__(message)
        self.fix = fix


def _entry(raw: bytes, number: int, previous: str | None, before: Sequence[Entry]) -> Entry:
    """A verified line; `previous` is None where the line before is broken itself."""
    if not raw.endswith(b"\n"):
        raise _Broken("the line was cut short while it was written", "Delete it.")
    if not _sealed(raw):
        raise _Broken("the line was changed", "Restore it; to change an answer, record a correction.")
    try:
        version = msgspec.json.decode(raw, type=dict[str, Any]).get("schema_version")
        if version not in READABLE:
            raise _Broken(f"the schema version is {version!r} instead of {SCHEMA_VERSION}")
        line = msgspec.json.decode(raw, type=_Line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise _Broken("the line is not a resolution that this program wrote") from error
    if previous is not None and line.previous != previous:
        raise _Broken("the line does not follow from the one before: a line was inserted, removed or moved")
    try:
        entry = _built(line, raw, number)
    except ValueError as error:
        raise _Broken("the line is not a resolution that this program wrote") from error
    if entry.corrects != _current_line(entry, before):
        raise _Broken("the line resolves a run and outcome again without naming the line that it corrects")
    return entry


def _sealed(raw: bytes) -> bool:
    """Whether a line has the digest that it names."""
    plain, _, seal = raw.rpartition(SEAL)
    return seal == _digest(plain + b"}").encode() + b'"}\n'


def _current_line(entry: Entry, before: Sequence[Entry]) -> int | None:
    lines = [earlier.line for earlier in before if earlier.resolution.key == entry.resolution.key]
    return lines[-1] if lines else None


def _zoned(time: datetime.datetime) -> datetime.datetime:
    """A time as it was written; one without an offset is taken for UTC, so that all can be compared."""
    return time if time.tzinfo else time.replace(tzinfo=datetime.UTC)


def _built(line: _Line, raw: bytes, number: int) -> Entry:
    named = {name: getattr(line, name) for name in SAME_NAMES}
    states = tuple(StateProbability(state=s.state, probability=s.probability, se=s.mcse) for s in line.states)
    forecast = IssuedForecast(**{**named, "created": _zoned(line.created), "se": line.mcse, "states": states})
    resolution = Resolution(
        forecast=forecast, occurred=line.happened, state=line.state, date=line.on, because=line.because
    )
    written = line.written.astimezone(datetime.UTC)
    return Entry(line=number, digest=_digest(raw), written=written, corrects=line.corrects, resolution=resolution)

"""The file of resolutions: a ledger that is only ever added to, each line sealed and tied to the last."""

from __future__ import annotations

import datetime
import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO, FileIO
from pathlib import Path
from typing import Any

from estimative.model.record.resolutions import Entry, IssuedForecast, Resolution, contradicting, current_entries
from estimative.priors.errors import InvalidInput, Issue, Place, invalid

SCHEMA_VERSION = 1
LEDGER = "resolutions.jsonl"
"""Among the folders of the runs."""
NOTHING_BEFORE = "0" * 64
"""What stands for the digest of a line before the first one."""
SEAL = b', "digest": "'
"""Between what a line says and the digest of it."""


@dataclass(frozen=True)
class ResolutionLog:
    """The file of resolutions."""

    path: Path

    @classmethod
    def beside(cls, runs: Path) -> ResolutionLog:
        """The ledger in a folder of runs."""
        return cls(runs / LEDGER)

    def read(self) -> tuple[Entry, ...]:
        """Every line, verified; none where there is no file.

        Raises
        ------
        Faulty
            With each line that was changed, put in, taken out before or cut short; or if the file cannot be read.
        """
        try:
            with _locked(self.path, os.O_RDONLY) as file:
                return _verified(file.readall(), str(self.path))
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise self._fault(error, "a ledger to read") from error

    def append(self, resolution: Resolution, *, written: datetime.datetime, correct: bool) -> Entry:
        """Add a line, whole or not at all, and wait until it lies on the disk; what it became.

        Parameters
        ----------
        correct
            Let it replace the standing entry of the same run and outcome, which stays where it is.

        Raises
        ------
        Faulty
            As `read`; if there is such an entry and it is not to be corrected, or none that could be; if another
            run's entry contradicts it; or if the file cannot be written.
        """
        if correct and not self.path.exists():
            raise self._nothing_to_correct(resolution)  # before a file is made for nothing
        try:
            with _locked(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND) as file:
                entries = _verified(file.readall(), str(self.path))
                corrects = self._corrected(resolution, current_entries(entries), correct=correct)
                raw = _line(resolution, entries[-1].digest if entries else NOTHING_BEFORE, written, corrects)
                _add(file, raw, self.path.parent)
        except OSError as error:
            raise self._fault(error, "a ledger to write to") from error
        return Entry(
            line=len(entries) + 1, digest=_digest(raw), written=written, corrects=corrects, resolution=resolution
        )

    def _corrected(self, resolution: Resolution, entries: Sequence[Entry], *, correct: bool) -> int | None:
        """The line that a new entry corrects, if any."""
        said, file = resolution.forecast, str(self.path)
        before = next((entry for entry in entries if entry.resolution.key == resolution.key), None)
        if correct and before is None:
            raise self._nothing_to_correct(resolution)
        if correct and before:
            return before.line
        if before:
            found = f"{said.outcome} is resolved already: {before.resolution.word!r} on {before.resolution.on}"
            expected = "a run that is open, or --correct"
            raise invalid(found, code="contradiction", file=file, line=before.line, key=said.run, allowed=expected)
        for entry in entries:
            told = entry.resolution
            if told.forecast.question == said.question and told.happened != resolution.happened:
                raise InvalidInput([contradicting(entry, resolution, file, None)])
        return None

    def _nothing_to_correct(self, resolution: Resolution) -> InvalidInput:
        said = resolution.forecast
        found = f"there is no resolution of {said.outcome} of this run"
        expected = "one to correct, or no --correct"
        return invalid(found, code="invalid-log", file=str(self.path), key=said.run, allowed=expected)

    def _fault(self, error: OSError, expected: str) -> InvalidInput:
        return invalid(
            f"the file cannot be used: {error.strerror or type(error).__name__}",
            code="invalid-log",
            file=str(self.path),
            allowed=expected,
        )


@contextmanager
def _locked(path: Path, flags: int) -> Iterator[FileIO]:
    """A file that nobody else writes to meanwhile; nor reads, while it is open for writing."""
    reading = flags == os.O_RDONLY
    with FileIO(os.open(path, flags, 0o666), "rb" if reading else "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_SH if reading else fcntl.LOCK_EX)
        yield file


def _add(file: FileIO, raw: bytes, folder: Path) -> None:
    """Bytes at the end of a file, unbuffered, so that what fails can be taken back."""
    size = file.seek(0, os.SEEK_END)
    try:
        if file.write(raw) != len(raw):
            raise OSError(0, "no room for a whole line")
        os.fsync(file.fileno())
    except OSError:
        file.truncate(size)
        raise
    if not size:
        _sync(folder)


def _sync(folder: Path) -> None:
    """Wait until the name of a new file lies on the disk as well."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def _line(resolution: Resolution, previous: str, written: datetime.datetime, corrects: int | None) -> bytes:
    """A line with its end, in ASCII: no text in it can steer a terminal."""
    said = resolution.forecast
    content = {
        "schema_version": SCHEMA_VERSION,
        "previous": previous,
        "written": written.isoformat(),
        "corrects": corrects,
        "run": said.run,
        "created": said.created.isoformat(),
        "scenario": said.scenario,
        "scenario_digest": said.scenario_digest,
        "prior_set": said.prior_set,
        "prior_set_digest": said.prior_set_digest,
        "analyst": said.analyst,
        "outcome": said.outcome,
        "probability": said.probability,
        "mcse": said.mcse,
        "as_of": said.as_of.isoformat(),
        "until": said.until.isoformat(),
        "happened": resolution.happened,
        "on": resolution.on.isoformat(),
        "because": resolution.because,
    }
    plain = json.dumps(content, allow_nan=False).encode("ascii")
    return plain[:-1] + SEAL + _digest(plain).encode() + b'"}\n'


def _verified(content: bytes, file: str) -> tuple[Entry, ...]:
    """The entries of a ledger; raises Faulty with every line that is not as it was written."""
    entries: list[Entry] = []
    issues: list[Issue] = []
    previous: str | None = NOTHING_BEFORE
    for line, raw in enumerate(BytesIO(content), start=1):
        try:
            entries.append(_entry(raw, line, previous, entries))
        except _Broken as broken:
            issues.append(
                Issue(
                    code="invalid-log", message=broken.found, place=Place(file=file, line=line), allowed=broken.expected
                )
            )
        previous = _digest(raw) if _sealed(raw) else None
    if issues:
        raise InvalidInput(issues)
    return tuple(entries)


class _Broken(Exception):
    """A line that is not as it was written."""

    def __init__(self, found: str, expected: str) -> None:
        super().__init__(found)
        self.found, self.expected = found, expected


def _entry(raw: bytes, line: int, previous: str | None, before: Sequence[Entry]) -> Entry:
    """A verified line; `previous` is None where the line before is broken itself."""
    if not raw.endswith(b"\n"):
        raise _Broken("this line has no end", "whole lines; this one was cut short in the writing and can be deleted")
    if not _sealed(raw):
        raise _Broken("this line was changed", "it as it was written; what was wrong is resolved again, --correct")
    try:
        content = json.loads(raw)
        if content["schema_version"] != SCHEMA_VERSION:
            raise _Broken(f"this line has schema version {content['schema_version']!r}", str(SCHEMA_VERSION))
        entry = _built(content, raw, line)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise _Broken("this program did not write this line", "a resolution") from error
    if previous is not None and content["previous"] != previous:
        expected = "the digest of the line before it: a line was put in, taken out or moved here"
        raise _Broken("this line does not follow from the one before", expected)
    if entry.corrects != _standing_line(entry, before):
        raise _Broken("this is a second resolution of one run and outcome", "one that says which line it corrects")
    return entry


def _sealed(raw: bytes) -> bool:
    """Whether a line is what its own digest says."""
    plain, _, seal = raw.rpartition(SEAL)
    return seal == _digest(plain + b"}").encode() + b'"}\n'


def _standing_line(entry: Entry, before: Sequence[Entry]) -> int | None:
    found = [one.line for one in before if one.resolution.key == entry.resolution.key]
    return found[-1] if found else None


def _built(content: dict[str, Any], raw: bytes, line: int) -> Entry:
    """The entry that a line's content stands for; raises ValueError, TypeError or KeyError if it stands for none."""
    said = IssuedForecast(
        created=_moment(content["created"]),
        probability=_within(content["probability"], 1.0),
        mcse=_within(content["mcse"], 1.0),
        as_of=datetime.date.fromisoformat(content["as_of"]),
        until=datetime.date.fromisoformat(content["until"]),
        **{name: _text(content[name]) for name in _TEXTS},
    )
    happened, corrects = content["happened"], content["corrects"]
    if not isinstance(happened, bool | None) or not isinstance(corrects, int | None):
        raise TypeError("neither true nor false nor null")
    return Entry(
        line=line,
        digest=_digest(raw),
        written=_moment(content["written"]),
        corrects=corrects,
        resolution=Resolution(
            forecast=said,
            happened=happened,
            on=datetime.date.fromisoformat(content["on"]),
            because=_text(content["because"]),
        ),
    )


_TEXTS = ("run", "scenario", "scenario_digest", "prior_set", "prior_set_digest", "analyst", "outcome")


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    value.encode()  # a surrogate without its other half could be printed nowhere
    return value


def _moment(value: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(value).astimezone(datetime.UTC)


def _within(value: object, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= high:
        raise ValueError(f"not between 0 and {high:g}")
    return float(value)

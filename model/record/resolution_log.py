"""The log of resolutions: lines are only ever added, each with its own digest and that of the line before."""

from __future__ import annotations

import datetime
import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO, FileIO
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn

import msgspec

from estimative.model.record.file_lock import lock, sync_folder
from estimative.model.record.resolutions import (
    Entry,
    IssuedForecast,
    LogEntry,
    Resolution,
    Withdrawal,
    WithdrawalEntry,
    contradicting,
    current_entries,
    resolution_entries,
    withdrawal_entries,
)
from estimative.priors.errors import InvalidInput, Issue, Place, invalid
from estimative.priors.state_probability import StateProbability

SCHEMA_VERSION = 2
READABLE = (1, 2)
"""Lines of version 1 have outcomes alone, and the fields of version 2 without those of states."""
WITHDRAWAL_VERSION = 3
"""Of lines that withdraw a forecast: earlier programs refuse them, since they would score what was withdrawn."""
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


class _WithdrawalLine(msgspec.Struct, kw_only=True):
    """The content of a line that withdraws a forecast."""

    schema_version: int = WITHDRAWAL_VERSION
    previous: str
    written: datetime.datetime
    kind: Literal["withdrawal"] = "withdrawal"
    run: str
    created: datetime.datetime
    scenario: str
    prior_set: str
    until: datetime.date
    withdrawn: datetime.datetime
    because: str


SAME_NAMES = (
    "run", "created", "scenario", "scenario_digest", "prior_set", "prior_set_digest", "analyst", "outcome",
    "probability", "event", "ordered", "as_of", "until",
)  # fmt: skip
"""Fields of a forecast that a line has under the same name."""


class ResolutionLog(msgspec.Struct, frozen=True):
    """The file of resolutions."""

    path: Path

    @classmethod
    def in_folder(cls, runs: Path) -> ResolutionLog:
        """The log in a folder of runs."""
        return cls(runs / LOG)

    def read(self) -> tuple[LogEntry, ...]:
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
        """Add the line of one resolution: see `append_all`."""
        [entry] = self.append_all([resolution], written=written, correct=correct)
        return entry

    def append_all(
        self, resolutions: Sequence[Resolution], *, written: datetime.datetime, correct: bool
    ) -> tuple[Entry, ...]:
        """Add a line for each resolution, all or none, wait until they are on the disk, and return their entries.

        Parameters
        ----------
        resolutions
            One at least; all answer the same question, each for another run.
        correct
            Let them replace the current entries of the same runs and outcome (event), whose lines stay where they are.

        Raises
        ------
        InvalidInput
            As `read`; if there is such an entry and it is not to be corrected, or none to correct; if another run's
            entry contradicts them; or if the file cannot be written.
        """
        if correct and not self.path.exists():
            self._refuse_correction(resolutions[0])  # before an empty file is made

        def raw_lines(before: Sequence[LogEntry]) -> Iterator[bytes]:
            corrects = self._corrected(resolutions, current_entries(resolution_entries(before)), correct=correct)
            previous = before[-1].digest if before else FIRST
            for resolution, line in zip(resolutions, corrects, strict=True):
                yield (raw := _raw(resolution, previous, written, line))
                previous = _digest(raw)

        return resolution_entries(self._add(raw_lines))

    def withdraw(self, withdrawal: Withdrawal, *, written: datetime.datetime) -> WithdrawalEntry:
        """Add a line that withdraws a forecast, wait until it is on the disk, and return its entry.

        Raises
        ------
        InvalidInput
            As `read`; if the forecast is withdrawn already; or if the file cannot be written.
        """

        def raw_lines(before: Sequence[LogEntry]) -> Iterator[bytes]:
            for entry in before:
                if isinstance(entry, WithdrawalEntry) and entry.withdrawal.run == withdrawal.run:
                    message, file = "this forecast is withdrawn already", str(self.path)
                    raise invalid(message, code="withdrawn", file=file, line=entry.line, key=withdrawal.run)
            yield _raw_withdrawal(withdrawal, before[-1].digest if before else FIRST, written)

        [entry] = withdrawal_entries(self._add(raw_lines))
        return entry

    def _add(self, raw_lines: Callable[[Sequence[LogEntry]], Iterator[bytes]]) -> tuple[LogEntry, ...]:
        """Add lines that depend on those before them, while nobody else writes; their entries."""
        try:
            with _locked(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND) as file:
                before = _verified(file.readall(), str(self.path))
                added = b"".join(raw_lines(before))
                _add(file, added, self.path.parent)
        except OSError as error:
            raise self._unusable(error, "written") from error
        lines = enumerate(BytesIO(added), start=len(before) + 1)
        return tuple(_entry(raw, number, None) for number, raw in lines)

    def _corrected(
        self, resolutions: Sequence[Resolution], current: Sequence[Entry], *, correct: bool
    ) -> list[int | None]:
        """The line that each new entry corrects, if any."""
        earlier = {entry.resolution.key: entry for entry in current}
        known = [earlier.get(resolution.key) for resolution in resolutions]
        for resolution, before in zip(resolutions, known, strict=True):
            if before and not correct:
                raise self._resolved_already(resolution, before)
        if correct and not any(known):
            self._refuse_correction(resolutions[0])
        new = {resolution.key for resolution in resolutions}
        question, word = resolutions[0].forecast.question, {resolution.word for resolution in resolutions}
        for entry in current:
            same = entry.forecast.question == question and entry.resolution.key not in new
            if same and not correct and entry.resolution.word not in word:
                raise InvalidInput([contradicting(entry, resolutions[0], str(self.path), None)])
        return [before.line if before else None for before in known]

    def _resolved_already(self, resolution: Resolution, before: Entry) -> InvalidInput:
        answer = f"{before.resolution.word} on {before.resolution.date}"
        message = f"{resolution.forecast.subject} of this run is resolved already: {answer}"
        fix, run = "Record a correction to change it.", resolution.forecast.run
        return invalid(message, code="resolved-already", file=str(self.path), line=before.line, key=run, suggestion=fix)

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


def _raw_withdrawal(withdrawal: Withdrawal, previous: str, written: datetime.datetime) -> bytes:
    """A line with its end, in ASCII."""
    named = {name: getattr(withdrawal, name) for name in withdrawal.__struct_fields__}
    return _with_seal(_WithdrawalLine(previous=previous, written=written, **named))


def _with_seal(line: msgspec.Struct) -> bytes:
    plain = json.dumps(msgspec.to_builtins(line), allow_nan=False).encode("ascii")
    return plain[:-1] + SEAL + _digest(plain).encode() + b'"}\n'


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
    return _with_seal(line)


def _verified(content: bytes, file: str) -> tuple[LogEntry, ...]:
    """The entries of a log; raises InvalidInput with every line that is not as it was written."""
    entries: list[LogEntry] = []
    issues: list[Issue] = []
    current: dict[tuple[str, str, str], int] = {}
    previous: str | None = FIRST
    for number, raw in enumerate(BytesIO(content), start=1):
        try:
            entry = _entry(raw, number, previous)
            if isinstance(entry, Entry):
                _check_correction(entry, current)
            entries.append(entry)
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


def _entry(raw: bytes, number: int, previous: str | None) -> LogEntry:
    """A verified line; `previous` is None where the line before is broken itself."""
    if not raw.endswith(b"\n"):
        raise _Broken("the line was cut short while it was written", "Delete it.")
    if not _sealed(raw):
        raise _Broken("the line was changed", "Restore it; to change an answer, record a correction.")
    try:
        line = _decoded(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise _Broken("the line is not a resolution that this program wrote") from error
    if previous is not None and line.previous != previous:
        raise _Broken("the line does not follow from the one before: a line was inserted, removed or moved")
    if isinstance(line, _WithdrawalLine):
        return _withdrawn(line, raw, number)
    try:
        return _built(line, raw, number)
    except ValueError as error:
        raise _Broken("the line is not a resolution that this program wrote") from error


def _decoded(raw: bytes) -> _Line | _WithdrawalLine:
    data = msgspec.json.decode(raw, type=dict[str, Any])
    version = data.get("schema_version")
    if version == WITHDRAWAL_VERSION:
        return msgspec.convert(data, _WithdrawalLine)
    if version not in READABLE:
        raise _Broken(f"the schema version is {version!r} instead of {SCHEMA_VERSION}")
    return msgspec.convert(data, _Line)


def _check_correction(entry: Entry, current: dict[tuple[str, str, str], int]) -> None:
    """Refuse a second entry of a run and outcome (event) that does not name the one before."""
    key = entry.resolution.key
    if entry.corrects != current.get(key):
        raise _Broken("the line resolves a run and outcome again without naming the line that it corrects")
    current[key] = entry.line


def _sealed(raw: bytes) -> bool:
    """Whether a line has the digest that it names."""
    plain, _, seal = raw.rpartition(SEAL)
    return seal == _digest(plain + b"}").encode() + b'"}\n'


def _zoned(time: datetime.datetime) -> datetime.datetime:
    """A time as it was written; one without an offset is taken for UTC, so that all can be compared."""
    return time if time.tzinfo else time.replace(tzinfo=datetime.UTC)


def _withdrawn(line: _WithdrawalLine, raw: bytes, number: int) -> WithdrawalEntry:
    named = {name: getattr(line, name) for name in Withdrawal.__struct_fields__}
    times = {"created": _zoned(line.created), "withdrawn": _zoned(line.withdrawn)}
    written = line.written.astimezone(datetime.UTC)
    return WithdrawalEntry(line=number, digest=_digest(raw), written=written, withdrawal=Withdrawal(**named | times))


def _built(line: _Line, raw: bytes, number: int) -> Entry:
    named = {name: getattr(line, name) for name in SAME_NAMES}
    states = tuple(StateProbability(state=s.state, probability=s.probability, se=s.mcse) for s in line.states)
    forecast = IssuedForecast(**{**named, "created": _zoned(line.created), "se": line.mcse, "states": states})
    resolution = Resolution(
        forecast=forecast, occurred=line.happened, state=line.state, date=line.on, because=line.because
    )
    written = line.written.astimezone(datetime.UTC)
    return Entry(line=number, digest=_digest(raw), written=written, corrects=line.corrects, resolution=resolution)

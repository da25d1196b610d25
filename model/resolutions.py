"""What came about of what runs foretold: a ledger that is only ever added to, each line sealed and tied to the last."""

from __future__ import annotations

import datetime
import fcntl
import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO, FileIO
from pathlib import Path
from typing import Any

from model.runs import Manifest
from priors.faults import Fault, Faulty

SCHEMA_VERSION = 1
LEDGER = "resolutions.jsonl"
"""Among the folders of the runs."""
NOTHING_BEFORE = "0" * 64
"""What stands for the digest of a line before the first one."""
SEAL = b', "digest": "'
"""Between what a line says and the digest of it."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """What was asked: runs of a scenario that has learnt more since still answer the same one."""

    scenario: str
    outcome: str
    until: datetime.date

    def __str__(self) -> str:
        return f"{self.scenario}: {self.outcome} by {self.until}"


@dataclass(frozen=True, kw_only=True)
class Foretold:
    """What a run said of one outcome."""

    run: str
    created: datetime.datetime
    """UTC."""
    scenario: str
    scenario_digest: str
    prior_set: str
    prior_set_digest: str
    analyst: str
    """As the prior set describes them; empty where it does not."""
    outcome: str
    probability: float
    mcse: float
    """Monte Carlo standard error."""
    as_of: datetime.date
    until: datetime.date

    @property
    def question(self) -> Question:
        return Question(scenario=self.scenario, outcome=self.outcome, until=self.until)

    @property
    def made(self) -> datetime.date:
        """The day on which the run was made."""
        return self.created.date()


@dataclass(frozen=True, kw_only=True)
class Resolution:
    """What became of something foretold."""

    foretold: Foretold
    happened: bool | None
    """None where nobody will ever know, or the condition of a conditional outcome did not come about: void."""
    on: datetime.date
    """When it came about, or when it was settled that it had not."""
    because: str
    """By which source it was decided."""

    @property
    def lead(self) -> int:
        """Days from the run to the answer; to the horizon, where nothing came about before it."""
        return (min(self.on, self.foretold.until) - self.foretold.made).days

    @property
    def word(self) -> str:
        """As it is said on the command line: "yes", "no", "void"."""
        return {True: "yes", False: "no", None: "void"}[self.happened]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A line of the ledger."""

    line: int
    """Counted from 1."""
    digest: str
    """SHA-256 of the line's bytes, its end included: what `sed -n LINEp resolutions.jsonl | sha256sum` prints."""
    written: datetime.datetime
    """UTC."""
    corrects: int | None
    """The earlier line of the same run and outcome that no longer holds."""
    resolution: Resolution


def standing(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """The entries that no later one corrects, in the order of the ledger."""
    last = {_key(entry.resolution): entry for entry in entries}
    return tuple(sorted(last.values(), key=lambda entry: entry.line))


def open_runs(entries: Iterable[Entry], runs: Iterable[Manifest]) -> tuple[str, ...]:
    """The ids of converged runs that no entry is about, but for whose scenario and prior set there are some.

    Those made after the last of these answers are left out: they are of another question, or hindsight.
    """
    resolved: set[str] = set()
    last: dict[tuple[str, str], str] = {}
    for entry in entries:
        said, on = entry.resolution.foretold, entry.resolution.on.isoformat()
        resolved.add(said.run)
        last[said.scenario, said.prior_set] = max(on, last.get((said.scenario, said.prior_set), ""))
    return tuple(
        run.id
        for run in runs
        if run.converged
        and run.id not in resolved
        and run.created[: len("2026-01-01")] <= last.get((run.scenario, run.prior_set), "")
    )


def _key(resolution: Resolution) -> tuple[str, str]:
    return resolution.foretold.run, resolution.foretold.outcome


def contradictions(entries: Iterable[Entry], file: str) -> Iterator[Fault]:
    """The faults of standing entries that tell another answer to a question than an earlier one does."""
    first: dict[Question, Entry] = {}
    for entry in entries:
        question = entry.resolution.foretold.question
        told = first.setdefault(question, entry)
        if told.resolution.happened != entry.resolution.happened:
            yield _contradicting(told, entry.resolution, file, entry.line)


def _contradicting(told: Entry, other: Resolution, file: str, line: int | None) -> Fault:
    expected = f"{told.resolution.word!r}, as on line {told.line} of the same question; or --correct for that run"
    return Fault(file=file, line=line, key=other.foretold.run, found=repr(other.word), expected=expected)


def refusals(resolution: Resolution, *, today: datetime.date, settled: bool) -> Iterator[Fault]:
    """Why a resolution cannot be so, by its dates.

    Parameters
    ----------
    settled
        Whether the outcome was settled when the question was asked, though unknown: then its answer may become known
        at any time, before the horizon or after it.
    """
    said, on = resolution.foretold, resolution.on
    if on < said.as_of:
        expected = f"a date from {said.as_of} on, as of which the question was asked"
        yield Fault(file="--on", found=f"{on}, before the question", expected=expected)
    if on > today:
        yield Fault(file="--on", found=f"{on}, a day to come", expected=f"a date up to today, {today}")
    if not settled:
        yield from _out_of_time(resolution, today)
    if resolution.happened is not None:
        yield from _in_hindsight(resolution, settled=settled)


def _out_of_time(resolution: Resolution, today: datetime.date) -> Iterator[Fault]:
    on, until = resolution.on, resolution.foretold.until
    if resolution.happened is True and on > until:
        expected = f"a date up to {until}: what came about later did not come about in time"
        yield Fault(file="--on", found=f"{on}, after the horizon", expected=expected)
    if resolution.happened is False and (on < until or today <= until):
        expected = f"'no' dated {until} or later, and not before that day is over: until then it can still come about"
        yield Fault(file="--on", found=f"'no' on {on}, said on {today}", expected=expected)


def _in_hindsight(resolution: Resolution, *, settled: bool) -> Iterator[Fault]:
    said = resolution.foretold
    known = resolution.on if settled or resolution.happened else said.until
    if said.made > known:
        found = f"a run of {said.made}, made when the answer was there since {known}"
        yield Fault(file=said.run, found=found, expected="a judgement from before: hindsight is not scored")


@dataclass(frozen=True)
class Ledger:
    """The file of resolutions."""

    path: Path

    @classmethod
    def beside(cls, runs: Path) -> Ledger:
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
                corrects = self._corrected(resolution, standing(entries), correct=correct)
                raw = _line(resolution, entries[-1].digest if entries else NOTHING_BEFORE, written, corrects)
                _add(file, raw, self.path.parent)
        except OSError as error:
            raise self._fault(error, "a ledger to write to") from error
        return Entry(
            line=len(entries) + 1, digest=_digest(raw), written=written, corrects=corrects, resolution=resolution
        )

    def _corrected(self, resolution: Resolution, entries: Sequence[Entry], *, correct: bool) -> int | None:
        """The line that a new entry corrects, if any."""
        said, file = resolution.foretold, str(self.path)
        before = next((entry for entry in entries if _key(entry.resolution) == _key(resolution)), None)
        if correct and before is None:
            raise self._nothing_to_correct(resolution)
        if correct and before:
            return before.line
        if before:
            found = f"{said.outcome} resolved already: {before.resolution.word!r} on {before.resolution.on}"
            expected = "a run that is open, or --correct"
            raise Faulty([Fault(file=file, line=before.line, key=said.run, found=found, expected=expected)])
        for entry in entries:
            told = entry.resolution
            if told.foretold.question == said.question and told.happened != resolution.happened:
                raise Faulty([_contradicting(entry, resolution, file, None)])
        return None

    def _nothing_to_correct(self, resolution: Resolution) -> Faulty:
        said = resolution.foretold
        found = f"no resolution of {said.outcome} of this run"
        expected = "one to correct, or no --correct"
        return Faulty([Fault(file=str(self.path), key=said.run, found=found, expected=expected)])

    def _fault(self, error: OSError, expected: str) -> Faulty:
        return Faulty([Fault(file=str(self.path), found=error.strerror or type(error).__name__, expected=expected)])


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
    said = resolution.foretold
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
    faults: list[Fault] = []
    previous: str | None = NOTHING_BEFORE
    for line, raw in enumerate(BytesIO(content), start=1):
        try:
            entries.append(_entry(raw, line, previous, entries))
        except _Broken as broken:
            faults.append(Fault(file=file, line=line, found=broken.found, expected=broken.expected))
        previous = _digest(raw) if _sealed(raw) else None
    if faults:
        raise Faulty(faults)
    return tuple(entries)


class _Broken(Exception):
    """A line that is not as it was written."""

    def __init__(self, found: str, expected: str) -> None:
        super().__init__(found)
        self.found, self.expected = found, expected


def _entry(raw: bytes, line: int, previous: str | None, before: Sequence[Entry]) -> Entry:
    """A verified line; `previous` is None where the line before is broken itself."""
    if not raw.endswith(b"\n"):
        raise _Broken("a line without an end", "whole lines; this one was cut short in the writing and can be deleted")
    if not _sealed(raw):
        raise _Broken("a line that was changed", "it as it was written; what was wrong is resolved again, --correct")
    try:
        content = json.loads(raw)
        if content["schema_version"] != SCHEMA_VERSION:
            raise _Broken(f"schema version {content['schema_version']!r}", str(SCHEMA_VERSION))
        entry = _built(content, raw, line)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise _Broken("a line that this program did not write", "a resolution") from error
    if previous is not None and content["previous"] != previous:
        expected = "the digest of the line before it: a line was put in, taken out or moved here"
        raise _Broken("a line that does not follow from the one before", expected)
    if entry.corrects != _standing_line(entry, before):
        raise _Broken("a second resolution of one run and outcome", "one that says which line it corrects")
    return entry


def _sealed(raw: bytes) -> bool:
    """Whether a line is what its own digest says."""
    plain, _, seal = raw.rpartition(SEAL)
    return seal == _digest(plain + b"}").encode() + b'"}\n'


def _standing_line(entry: Entry, before: Sequence[Entry]) -> int | None:
    found = [one.line for one in before if _key(one.resolution) == _key(entry.resolution)]
    return found[-1] if found else None


def _built(content: dict[str, Any], raw: bytes, line: int) -> Entry:
    """The entry that a line's content stands for; raises ValueError, TypeError or KeyError if it stands for none."""
    said = Foretold(
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
            foretold=said,
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

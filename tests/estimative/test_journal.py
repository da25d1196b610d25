"""Unsaved changes of prior sets: kept through a crash, private, and never an obstacle."""

from __future__ import annotations

import json
import multiprocessing
import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimative.priors.errors import InvalidInput
from estimative.priors.statements import Constant, FourSteps, Stated
from estimative.workflows import clock
from estimative.workflows.journal import Damaged, Journal, Unsaved
from estimative.workflows.own_file import OwnFile
from tests.examples import examples
from tests.hostile import HOSTILE
from tests.spelled_prior_sets import changes
from tests.tasks import held

TEXT = '[prior_set]\nname = "mine"\nanalyst = "A. Nalyst"\nscenario = "dinner"\n'
CHANGES = {
    "factors.hunger": Stated(statement=FourSteps(low=0.1, best=0.2, high=0.4, sure=0.8), because="a reason"),
    "relevance.past": Stated(statement=Constant(value=0.5)),
    "events.toast": None,
}


@pytest.fixture
def file(tmp_path: Path) -> OwnFile:
    (tmp_path / "mine.toml").write_text(TEXT)
    return OwnFile.read(tmp_path / "mine.toml")


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "unsaved")


def test_changes_are_found_again(file: OwnFile, journal: Journal, tmp_path: Path) -> None:
    """What was written is read, by another path to the same file too, and is gone once it is discarded."""
    assert journal.read(file.path) is None
    unsaved = Unsaved.of(file, CHANGES)
    journal.write(unsaved)
    (tmp_path / "link.toml").symlink_to(file.path)
    read = journal.read(tmp_path / "link.toml")
    assert read == unsaved
    assert isinstance(read, Unsaved)
    assert read.digest == file.digest
    assert read.statements() == CHANGES
    assert file.save(read.statements()).text.endswith("[relevance]\npast = 0.5\n")
    journal.discard(file.path)
    journal.discard(file.path)
    assert journal.read(file.path) is None


@examples(20)
@given(data=st.data())
def test_any_changes_read_back(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Statements of every form come back as they were, with hostile reasons too."""
    folder = tmp_path_factory.mktemp("any")
    (folder / "mine.toml").write_text(TEXT)
    made = data.draw(changes({}))
    unsaved = Unsaved.of(OwnFile.read(folder / "mine.toml"), made)
    Journal(folder).write(unsaved)
    read = Journal(folder).read(folder / "mine.toml")
    assert isinstance(read, Unsaved)
    assert read.statements() == made


def test_a_hundred_long_reasons_are_kept(file: OwnFile, journal: Journal) -> None:
    """A hundred priors with reasons of ten pages are no more than a journal holds."""
    reason = HOSTILE["long"] * 3
    made = {f"factors.f{n}": Stated(statement=Constant(value=0.5), because=reason) for n in range(100)}
    journal.write(Unsaved.of(file, made))
    read = journal.read(file.path)
    assert isinstance(read, Unsaved)
    assert read.statements() == made


@pytest.mark.parametrize("name", ["prior_set.name", "factors.\ud800", "factors", "evidence.smell"])
def test_only_what_can_be_read_again_is_kept(name: str, file: OwnFile) -> None:
    """Changes that no prior set can have are refused at once, so that they cannot spoil the others."""
    stated = Stated(statement=Constant(value=0.5))
    with pytest.raises(InvalidInput):
        Unsaved.of(file, {**CHANGES, "evidence.smell.if_yes": stated, "evidence.smell.if_no": stated, name: stated})


def test_each_file_has_its_own(file: OwnFile, journal: Journal, tmp_path: Path) -> None:
    """A file has one journal, named by a digest of its path, which nothing in the path can lead elsewhere."""
    (tmp_path / "..toml").write_text(TEXT)
    other = OwnFile.read(tmp_path / "..toml")
    journal.write(Unsaved.of(file, CHANGES))
    journal.write(Unsaved.of(file, {}))
    journal.write(Unsaved.of(other, CHANGES))
    read = journal.read(file.path)
    assert isinstance(read, Unsaved)
    assert not read.changes
    names = sorted(path.name for path in journal.folder.iterdir())
    assert len(names) == 2
    assert all(len(name) == 37 and name.endswith(".json") for name in names)


def written(journal: Journal) -> Path:
    [path] = journal.folder.glob("*.json")
    return path


def edit(**entries: object) -> Callable[[str], str]:
    return lambda text: json.dumps({**json.loads(text), **entries})


DAMAGE: dict[str, Callable[[str], str]] = {
    "half of it": lambda text: text[: len(text) // 2],
    "empty": lambda text: "",
    "other JSON": lambda text: "[1, 2]",
    "nested": lambda text: "[" * 100_000,
    "wrong types": edit(changes=[1]),
    "no date": edit(written="yesterday"),
    "no statement": edit(changes={"factors.hunger": "{ p05 = 0.1 }"}),
    "more than a statement": edit(changes={"factors.hunger": "0.5\n[events]\ntoast = 1"}),
    "several errors": edit(changes={"factors.hunger": "{ p05 = 0.1 }", "factors.thirst": "x"}),
    "no name": edit(changes={"prior_set.name": '"theirs"'}),
    "another file": edit(file="/another.toml"),
    "controls": edit(changes={"factors.\x1b[31m": "\x1b[31m"}),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_journal_is_moved_aside(damage: Callable[[str], str], file: OwnFile, journal: Journal) -> None:
    """A journal that cannot be read is no exception: it says why in one printable line, and is kept beside."""
    journal.write(Unsaved.of(file, CHANGES))
    path = written(journal)
    text = damage(path.read_text())
    path.write_text(text)
    read = journal.read(file.path)
    assert isinstance(read, Damaged)
    assert read.reason.isprintable()
    assert read.kept is not None
    assert read.kept.read_text() == text
    assert journal.read(file.path) is None
    journal.write(Unsaved.of(file, CHANGES))
    assert isinstance(journal.read(file.path), Unsaved)
    assert read.kept.exists()


def test_what_is_no_text_is_moved_aside(file: OwnFile, journal: Journal) -> None:
    """Bytes that are no text, and a folder in the journal's place, are damage as well."""
    journal.write(Unsaved.of(file, CHANGES))
    path = written(journal)
    path.write_bytes(b"\xff\xfe\xff\x00\xd8")
    assert isinstance(journal.read(file.path), Damaged)
    path.mkdir()
    assert isinstance(journal.read(file.path), Damaged)
    assert journal.read(file.path) is None


def test_damage_that_cannot_be_moved_is_reported(
    file: OwnFile, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the folder cannot be changed, the damaged journal stays, and is reported all the same."""

    def refuse(*_: object) -> None:
        raise OSError(30, "Read-only file system")

    journal.write(Unsaved.of(file, CHANGES))
    written(journal).write_text("{")
    monkeypatch.setattr(os, "replace", refuse)
    read = journal.read(file.path)
    assert isinstance(read, Damaged)
    assert read.kept is None
    assert written(journal).read_text() == "{"


@pytest.mark.parametrize("moment", ["fsync", "replace"])
def test_a_journal_is_written_whole(
    moment: str, file: OwnFile, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If writing fails half-way, the earlier changes are still there, and nothing else."""

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    earlier = Unsaved.of(file, CHANGES)
    journal.write(earlier)
    monkeypatch.setattr(os, moment, refuse)
    with pytest.raises(InvalidInput, match="unsaved changes cannot be kept: No space left on device"):
        journal.write(Unsaved.of(file, {}))
    monkeypatch.undo()
    assert journal.read(file.path) == earlier
    assert list(journal.folder.iterdir()) == [written(journal)]


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="permissions are those of Unix")
def test_a_journal_is_private(file: OwnFile, journal: Journal) -> None:
    """Nobody else on the computer can read the changes."""
    journal.write(Unsaved.of(file, CHANGES))
    assert journal.folder.stat().st_mode & 0o077 == 0
    assert written(journal).stat().st_mode & 0o077 == 0


def test_two_programs_do_not_write_one_journal(file: OwnFile, journal: Journal, tmp_path: Path) -> None:
    """While a program holds the changes of a file, another one is refused; those of other files are free."""
    (tmp_path / "other.toml").write_text(TEXT)
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as another:

        def elsewhere(path: Path) -> str:
            return another.submit(held, journal.folder, path).result()

        with journal.held(file.path):
            assert elsewhere(file.path) == "in-use"
            assert elsewhere(tmp_path / "other.toml") == "held"
            with pytest.raises(InvalidInput, match="open in another window"), journal.held(file.path):
                pass
            journal.write(Unsaved.of(file, CHANGES))
        assert elsewhere(file.path) == "held"


def test_a_folder_that_cannot_be_made_is_an_error(file: OwnFile, tmp_path: Path) -> None:
    """Where there can be no folder, writing and holding are errors, and reading finds nothing."""
    journal = Journal(tmp_path / "mine.toml" / "unsaved")
    with pytest.raises(InvalidInput, match="unsaved changes cannot be kept"):
        journal.write(Unsaved.of(file, CHANGES))
    with pytest.raises(InvalidInput, match="unsaved changes cannot be kept"), journal.held(file.path):
        pass
    assert journal.read(file.path) is None


def test_the_folder_is_beside_the_saved_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a folder of its own a journal is in the user's data folder, where the runs are."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert Journal.at(None).folder.name == "unsaved"
    assert Journal.at(None).folder.parent.name == "estimative"
    assert Journal.at(tmp_path).folder == tmp_path


def test_changes_know_when_they_were_made(file: OwnFile) -> None:
    """Changes have the time with its offset, so that a page can say how old they are."""
    assert Unsaved.of(file, {}).written.tzinfo is not None
    assert Unsaved.of(file, {}).written <= clock.now()

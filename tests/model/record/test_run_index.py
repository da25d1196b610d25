"""The index of runs: as fast as one file, and never believed where a manifest changed."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import shutil
from pathlib import Path

import pytest

from estimative.model.codec import to_json
from estimative.model.record import run_index, run_store
from estimative.model.record.manifest import Manifest
from estimative.model.record.run_index import FEW, INDEX
from estimative.model.record.run_store import MANIFEST, Store
from tests.model.record.test_run_store import manifest

COUNT = FEW + 5
OTHER = "x" * len(manifest().prior_set)
"""Another prior set with a name of the same length."""


@pytest.fixture(autouse=True)
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are old enough for the index as soon as they are written."""
    monkeypatch.setattr(run_index, "SETTLED", 0)


def run_id(place: int) -> str:
    return f"20260101T000000{place:03}Z-{place:06x}"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A store of many runs, of which only the manifests are written."""
    for place in range(COUNT):
        (tmp_path / run_id(place)).mkdir()
        (tmp_path / run_id(place) / MANIFEST).write_text(to_json(manifest(run_id(place))), encoding="utf-8")
    return Store(tmp_path)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The runs whose manifests are read from their folders."""
    names: list[str] = []

    def read(folder: Path) -> Manifest:
        names.append(folder.name)
        return original(folder)

    original = run_store.read_manifest
    monkeypatch.setattr(run_store, "read_manifest", read)
    return names


def test_a_second_list_reads_one_file(store: Store, reads: list[str]) -> None:
    """The list is the same, and no manifest is read again."""
    first = store.list()
    assert len(reads) == COUNT
    assert (store.folder / INDEX).exists()
    assert store.list() == first
    assert len(reads) == COUNT


def test_a_small_store_needs_no_index(tmp_path: Path) -> None:
    """A few runs are read from their folders, and no file is made."""
    (tmp_path / run_id(1)).mkdir()
    (tmp_path / run_id(1) / MANIFEST).write_text(to_json(manifest(run_id(1))), encoding="utf-8")
    assert len(Store(tmp_path).list()) == 1
    assert not (tmp_path / INDEX).exists()


def test_changes_are_seen(store: Store, reads: list[str]) -> None:
    """A new label, a new run, a deleted one and a damaged one are seen at once, and only they are read."""
    store.list()
    reads.clear()
    store.label(run_id(3), "final")
    (store.folder / "20270101T000000000Z-000001").mkdir()
    text = to_json(manifest("20270101T000000000Z-000001"))
    (store.folder / "20270101T000000000Z-000001" / MANIFEST).write_text(text, encoding="utf-8")
    shutil.rmtree(store.folder / run_id(4))
    (store.folder / run_id(5) / MANIFEST).write_text("{", encoding="utf-8")
    reads.clear()
    listing = store.listing()
    assert set(reads) == {run_id(3), run_id(5), "20270101T000000000Z-000001"}
    names = {run.id: run.label for run in listing.runs}
    assert names[run_id(3)] == "final"
    assert listing.runs[0].id == "20270101T000000000Z-000001"
    assert run_id(4) not in names
    assert listing.unreadable == (run_id(5),)


def test_an_edit_that_keeps_size_and_time_is_seen(store: Store) -> None:
    """A manifest with the time and size that it had before is read again all the same."""
    store.list()
    path = store.folder / run_id(7) / MANIFEST
    before = path.stat()
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(f'"prior_set": "{manifest().prior_set}"', f'"prior_set": "{OTHER}"'), encoding="utf-8")
    assert path.stat().st_size == before.st_size
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert next(run.prior_set for run in store.list() if run.id == run_id(7)) == OTHER


OLD = b'{"schema_version":1,"rows":[]}'
DAMAGE = {
    "cut": lambda raw: raw[: len(raw) // 2],
    "empty": lambda _: b"",
    "changed": lambda raw: raw.replace(manifest().prior_set.encode(), OTHER.encode()),
    "noise": lambda _: b"\xff" * 100,
    "another version": lambda _: hashlib.sha256(OLD).hexdigest().encode() + b"\n" + OLD,
}  # fmt: skip


@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_index_is_made_again(store: Store, name: str) -> None:
    """A damaged index is never believed: the list is that of the folders, and the index is written again."""
    first = store.list()
    path = store.folder / INDEX
    good = path.read_bytes()
    path.write_bytes(DAMAGE[name](good))
    assert store.list() == first
    assert path.read_bytes() == good


def test_a_store_that_may_only_be_read_is_listed(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the index cannot be written, the list is right and no half-written file stays."""

    def refuse(*_: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(os, "replace", refuse)
    assert len(store.list()) == COUNT
    assert [path.name for path in store.folder.iterdir() if path.name.startswith(".")] == []


def test_what_was_just_written_is_not_in_the_index(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A manifest that might be written again within the same tick of the clock is read from its folder."""
    monkeypatch.setattr(run_index, "SETTLED", 3600 * 10**9)
    assert len(store.list()) == COUNT
    assert not (store.folder / INDEX).exists()


def _list_and_label(folder: Path, number: int) -> None:
    store = Store(folder)
    for turn in range(3):
        assert len(store.list()) == COUNT
        store.label(run_id(number), f"label {turn}")


def test_several_programs_share_it(store: Store) -> None:
    """Programs that list and label at once all see every run, and the last labels are there."""
    context = multiprocessing.get_context("fork")
    programs = [context.Process(target=_list_and_label, args=(store.folder, number)) for number in range(3)]
    for program in programs:
        program.start()
    for program in programs:
        program.join()
    assert [program.exitcode for program in programs] == [0, 0, 0]
    labels = {run.id: run.label for run in store.list()}
    assert [labels[run_id(number)] for number in range(3)] == ["label 2"] * 3
    assert [path.name for path in store.folder.iterdir() if path.name.startswith(".")] == [INDEX]

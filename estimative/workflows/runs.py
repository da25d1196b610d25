"""Saved runs: listing, reading, exporting, labelling, deleting."""

from __future__ import annotations

from pathlib import Path

from estimative.model.record.run_list import RunList
from estimative.model.record.run_store import Manifest, Store
from estimative.model.record.stored_run import StoredRun


def list_runs(store: Store) -> RunList:
    """The runs of a store, the newest first."""
    return RunList(folder=str(store.folder), runs=store.list(), unreadable=store.unreadable())


def find_run(store: Store, name: str) -> StoredRun:
    """A run by its id, the beginning of its id, or `latest`.

    Raises
    ------
    InvalidInput
        If there is no such run, or several.
    """
    return StoredRun(store.find(name))


def export_run(store: Store, name: str, target: Path) -> StoredRun:
    """Copy a run with all its files to a new folder; the copy.

    Raises
    ------
    InvalidInput
        If there is no such run, or the folder exists or cannot be written.
    """
    store.export(name, target)
    return StoredRun(target)


def label_run(store: Store, name: str, text: str) -> Manifest:
    """Give a run a label, or take it away with an empty text; its manifest from now on.

    Raises
    ------
    InvalidInput
        If there is no such run, or the label is too long.
    """
    return store.label(name, text)


def delete_run(store: Store, name: str) -> str:
    """Delete a run with all its files; its id. What was resolved stays in the log of resolutions.

    Raises
    ------
    InvalidInput
        If there is no such run, or it cannot be deleted.
    """
    return store.delete(name).name

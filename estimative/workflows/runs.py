"""Saved runs: listing, reading, exporting, labelling, deleting."""

from __future__ import annotations

import datetime
from pathlib import Path

from msgspec import Struct

from estimative.model.record.manifest import Manifest
from estimative.model.record.run_list import RunList
from estimative.model.record.run_store import Store
from estimative.model.record.stored_run import StoredRun
from estimative.priors.errors import InvalidInput, Place, unknown_name


class Filter(Struct, frozen=True, kw_only=True):
    """Which runs to list; what is None or empty leaves out none."""

    scenario: str = ""
    """Its id."""
    prior_set: str = ""
    label: str = ""
    """Part of it, in capitals or not."""
    since: datetime.date | None = None
    """The first day, where the user was."""

    def accepts(self, run: Manifest) -> bool:
        """Whether a run is listed."""
        return (
            self.scenario in ("", run.scenario)
            and self.prior_set in ("", run.prior_set)
            and self.label.casefold() in run.label.casefold()
            and (self.since is None or run.created.date() >= self.since)
        )


def list_runs(store: Store, only: Filter | None = None) -> RunList:
    """The runs of a store, the newest first; those that a filter accepts.

    Raises
    ------
    InvalidInput
        If the filter names a scenario or prior set that no run has.
    """
    listing, only = store.listing(), only or Filter()
    runs = listing.runs
    for name, known, what in (
        (only.scenario, {run.scenario for run in runs}, "the id of a scenario with a saved run"),
        (only.prior_set, {run.prior_set for run in runs}, "a prior set with a saved run"),
    ):
        if name and runs and name not in known:
            raise InvalidInput([unknown_name(Place(file=str(store.folder)), name, sorted(known), what)])
    accepted = tuple(filter(only.accepts, runs))
    return RunList(
        folder=str(store.folder),
        runs=accepted,
        passed_over=len(runs) - len(accepted),
        unreadable=listing.unreadable,
    )


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

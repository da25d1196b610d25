"""A folder with many saved runs, made from one real run by the program's own run store."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec.structs import replace

from benchmarks.commands import ESTIMATIVE, run
from estimative.model.record.run_store import RESULT, Store, new_id
from estimative.model.record.stored_run import StoredRun


@contextmanager
def many_runs(count: int) -> Iterator[dict[str, str]]:
    """Give the variables of a process that has so many saved runs.

    Raises
    ------
    CommandFailed
        If the first run cannot be made.
    """
    with TemporaryDirectory() as folder:
        variables = {"ESTIMATIVE_RUNS": folder}
        run((ESTIMATIVE, "fit", "--method", "importance"), variables)
        copy_run(Store(Path(folder)), count - 1)
        yield variables


def copy_run(store: Store, copies: int) -> None:
    """Write copies of the latest run, each a minute older than the one before; without draws, to be small."""
    original = StoredRun(store.find("latest"))
    manifest, result = original.manifest(), (original.folder / RESULT).read_text(encoding="utf-8")
    texts = original.texts()
    for copy in range(1, copies + 1):
        created = manifest.created - datetime.timedelta(minutes=copy)
        store.write(replace(manifest, id=new_id(created), created=created), result, texts, {})

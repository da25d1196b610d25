"""Writers of runs that are killed: `killed_writer.py FOLDER STEP`, a program of its own for `test_run_store.py`."""

from __future__ import annotations

import datetime
import itertools
import os
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import h5py  # noqa: F401  before the fork, so that no writer is killed while it imports
import numpy as np

from estimative.model.record import draws_file, run_store
from estimative.model.record.draws_file import DrawGroup
from estimative.model.record.manifest import Manifest
from estimative.model.record.run_store import Store, new_id

WATCHED = {run_store.__file__, draws_file.__file__}


def write(store: Store) -> None:
    """Write one run."""
    values = np.arange(4 * 2000 * 3, dtype=float).reshape(4, 2000, 3)
    group = DrawGroup(
        variables={"degrees": (("chain", "draw", "degree"), values)},
        labels={"degree": ("factors.a", "factors.b", "factors.c")},
        attributes={"note": "n"},
    )
    now = datetime.datetime.now(datetime.UTC)
    manifest = Manifest(
        id=new_id(now), created=now, scenario="s", question="q", as_of=now.date(), until=now.date(), prior_set="p",
        method="nuts", converged=True, headline=None,
    )  # fmt: skip
    inputs = {"scenario.toml": "s" * 20_000, "data/cases.csv": "c" * 20_000}
    store.write(manifest, '{"run": "' + manifest.id + '"}', inputs, {"posterior": group, "prior": group})


def killed_before(line: int) -> Any:
    """A trace function that kills the process before so many lines of the store were executed."""
    left = [line]

    def count(frame: FrameType, event: str, _: object) -> Any:
        if frame.f_code.co_filename not in WATCHED:
            return None
        left[0] -= event == "line"
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return count

    return count


def main(folder: Path, step: int) -> None:
    """Kill a writer before its first line, another so many lines later, until one comes to its end; a folder each."""
    for line in itertools.count(1, step):
        if (writer := os.fork()) == 0:
            sys.settrace(killed_before(line))
            write(Store(folder / str(line)))
            os._exit(0)
        if os.waitpid(writer, 0)[1] == 0:
            return


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))

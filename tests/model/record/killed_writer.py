"""Writers of runs that are killed: `killed_writer.py FOLDER KILLS`, a program of its own for `test_runs.py`."""

from __future__ import annotations

import datetime
import os
import random
import signal
import sys
import time
from pathlib import Path

import h5py  # noqa: F401  before the fork, so that no writer is killed while it imports
import numpy as np

from estimative.model.record.draws_file import DrawGroup
from estimative.model.record.run_store import Manifest, Store, new_id
from tests.numbers import probability


def write_on(store: Store) -> None:
    """Write one run after the other, for ever."""
    values = np.arange(4 * 2000 * 3, dtype=float).reshape(4, 2000, 3)
    group = DrawGroup(
        variables={"degrees": (("chain", "draw", "degree"), values)},
        labels={"degree": ("factors.a", "factors.b", "factors.c")},
        attributes={"note": "n"},
    )
    while True:
        now = datetime.datetime.now(datetime.UTC)
        manifest = Manifest(
            id=new_id(now), created=now, scenario="s", question="q", as_of=now.date(), until=now.date(), prior_set="p",
            method="nuts", converged=True, headline=probability(0.1),
        )  # fmt: skip
        inputs = {"scenario.toml": "s" * 20_000, "data/cases.csv": "c" * 20_000}
        store.write(manifest, '{"run": "' + manifest.id + '"}', inputs, {"posterior": group, "prior": group})


def main(folder: Path, kills: int) -> None:
    chance = random.Random(1)
    for _ in range(kills):
        if (writer := os.fork()) == 0:
            write_on(Store(folder))
        time.sleep(chance.uniform(0.02, 0.08))
        os.kill(writer, signal.SIGKILL)
        os.waitpid(writer, 0)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))

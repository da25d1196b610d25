"""CPU time and wall time of `es.fit` in a process that sets no thread limits; prints JSON.

`python -m benchmarks.api 5` fits five times after a first fit, which loads the libraries and is not counted. The
matrices of a fit are small: with a thread for each core BLAS would waste CPU time, so the package limits it to one
thread. CPU time far above wall time shows that the limit does not work.
"""

from __future__ import annotations

import json
import sys
import time

import estimative as es


def fits(repetitions: int) -> dict[str, list[float]]:
    """Return seconds of CPU time (all threads) and of wall time, one entry for each fit."""
    assessment = es.load("coordinated-attack", "baseline")
    cpu: list[float] = []
    wall: list[float] = []
    for seed in range(repetitions + 1):
        cpu_start, wall_start = time.process_time(), time.perf_counter()
        es.fit(assessment, method="importance", seed=seed)
        cpu.append(time.process_time() - cpu_start)
        wall.append(time.perf_counter() - wall_start)
    return {"cpu": cpu[1:], "wall": wall[1:]}


if __name__ == "__main__":
    print(json.dumps(fits(int(sys.argv[1]))))

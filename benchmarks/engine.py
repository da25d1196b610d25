"""How busy an engine keeps two workers: `python -m benchmarks.engine`.

Efficiency is the time that the tasks themselves took, divided by the time that both workers had: 100% where neither
ever waits for work. Tasks that sleep measure the engine alone, whatever else the machine does; fits measure it with the
data that fits send.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from functools import partial

from estimative.model.assessment import Assessment
from estimative.model.inference.processes import ProcessExecutor
from estimative.workflows import inputs
from estimative.workflows.batch import Task, fit_task
from estimative.workflows.session import Settings

WORKERS = 2
SECONDS = 60
"""Of work for each row of the table, shared by the workers."""


def sleep(seconds: float) -> float:
    """Wait, and return for how long."""
    start = time.perf_counter()
    time.sleep(seconds)
    return time.perf_counter() - start


def fit(assessment: Assessment, seed: int) -> float:
    """Fit as a batch does, and return how many seconds it took."""
    start = time.perf_counter()
    settings = Settings(seed=seed)
    fit_task(
        Task(
            scenario=assessment.scenario,
            prior_set=assessment.prior_set,
            settings=settings,
            method="importance",
            with_draws=False,
        )
    )
    return time.perf_counter() - start


def efficiency(executor: Executor, task: Callable[[float], float], inputs: Sequence[float]) -> tuple[float, float]:
    """The share of the workers' time that tasks took, and the seconds in all."""
    list(executor.map(task, inputs[: 2 * WORKERS]))  # the workers start, and import what they need
    start = time.perf_counter()
    busy = sum(executor.map(task, inputs))
    wall = time.perf_counter() - start
    return busy / (WORKERS * wall), wall


@contextmanager
def dask() -> Iterator[Executor]:
    """Two workers of a local cluster."""
    import distributed

    from estimative.workflows.cluster import ClusterExecutor

    options = {"n_workers": WORKERS, "threads_per_worker": 1, "dashboard_address": ":0", "silence_logs": 50}
    with distributed.LocalCluster(**options) as local, distributed.Client(local, set_as_default=False) as client:
        yield ClusterExecutor.of(client)


def main() -> None:
    """Print a table."""
    small = inputs.load("asia", "uncertain").assessment
    large = inputs.load("coordinated-attack", "baseline").assessment
    rows: list[tuple[str, Callable[[float], float], Sequence[float]]] = [
        ("waiting 0.15 s", sleep, [0.15] * int(SECONDS / 0.15)),
        ("waiting 1 s", sleep, [1.0] * SECONDS),
        ("fits of asia", partial(_numbered, small), [float(at) for at in range(400)]),
        ("fits of coordinated-attack", partial(_numbered, large), [float(at) for at in range(100)]),
    ]
    print(f"{'tasks':<28}{'number':>7}{'engine':>11}{'seconds':>9}{'each':>8}{'efficiency':>12}")
    engines = {"processes": partial(ProcessExecutor, WORKERS), "dask": dask}
    for name, engine in engines.items():
        with engine() as executor:
            for what, task, values in rows:
                share, wall = efficiency(executor, task, values)
                each = share * WORKERS * wall / len(values)
                print(f"{what:<28}{len(values):>7}{name:>11}{wall:>9.1f}{each:>8.3f}{share:>12.0%}", flush=True)


def _numbered(assessment: Assessment, seed: float) -> float:
    return fit(assessment, int(seed))


if __name__ == "__main__":
    main()

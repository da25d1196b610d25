"""Tasks for other processes, in a module that these import at once: it takes nothing but the standard library."""

from __future__ import annotations

import os
import signal
import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from estimative.model.assessment import Assessment
    from estimative.workflows.batch import Task


class CountingThreads(ThreadPoolExecutor):
    """Counts what it is asked to do."""

    tasks = 0

    def submit(self, *arguments: Any, **named: Any) -> Future[Any]:
        self.tasks += 1
        return super().submit(*arguments, **named)


def process_after(seconds: float) -> int:
    """Compute for so long, by the clock of the thread; the process that did."""
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass
    return os.getpid()


def squared(number: int) -> int:
    return number * number


def failing_at(bad: int, number: int) -> int:
    if number == bad:
        raise ValueError(f"{number} is bad")
    return number


def ending_once(folder: Path, number: int) -> tuple[int, int]:
    """End the own process the first time that 3 is computed; count every start."""
    with (folder / str(number)).open("a") as log:
        log.write("x")
    if number == 3 and not (folder / "ended").exists():
        (folder / "ended").touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number, os.getpid()


def ending(number: int) -> int:
    if number == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def killed_once(marker: Path, task: Task) -> Any:
    """Fit; the first process that fits the mate's priors is killed after the fit."""
    from estimative.workflows.batch import fit_task

    answer = fit_task(task)
    if task.prior_set.name == "mate" and not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return answer


def held(folder: Path, file: Path) -> str:
    """Try to hold the changes of a file; the code of the error where that is refused."""
    from estimative.priors.errors import InvalidInput
    from estimative.workflows.journal import Journal

    try:
        with Journal(folder).held(file):
            return "held"
    except InvalidInput as error:
        return error.issues[0].code


def headline_by_nuts(assessment: Assessment) -> float:
    from estimative.model.inference.fit import by_nuts

    return by_nuts(assessment, seed=2, draws=400).headline.value

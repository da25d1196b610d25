"""A second process, for what can be computed while this one waits."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager

from estimative.model.inference.processes import become_worker, safe_path


@contextmanager
def background() -> Iterator[Executor]:
    """An executor with one process, which ends with the block, whatever it is doing then."""
    others = set(multiprocessing.active_children())
    context = multiprocessing.get_context("spawn")  # a fork would copy the locks of this process's threads
    executor = ProcessPoolExecutor(1, mp_context=context, initializer=become_worker)
    try:
        with safe_path():
            yield executor
    finally:
        for process in set(multiprocessing.active_children()) - others:
            process.kill()
        # Waits for the thread that manages the killed process: at the exit of this one it could meet closed pipes.
        executor.shutdown(wait=True, cancel_futures=True)

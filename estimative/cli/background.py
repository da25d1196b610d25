"""A second process, for what can be computed while this one waits."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager

SAFE_PATH = "PYTHONSAFEPATH"
"""Without it, the process imports from the working folder, where a pickle.py may lie."""


@contextmanager
def background() -> Iterator[Executor]:
    """An executor with one process, which ends with the block, whatever it is doing then."""
    before = os.environ.get(SAFE_PATH)
    os.environ[SAFE_PATH] = "1"
    others = set(multiprocessing.active_children())
    context = multiprocessing.get_context("spawn")  # a fork would copy the locks of this process's threads
    executor = ProcessPoolExecutor(1, mp_context=context, initializer=_silence)
    try:
        yield executor
    finally:
        for process in set(multiprocessing.active_children()) - others:
            process.kill()
        # Waits for the thread that manages the killed process: at the exit of this one it could meet closed pipes.
        executor.shutdown(wait=True, cancel_futures=True)
        if before is None:
            del os.environ[SAFE_PATH]
        else:
            os.environ[SAFE_PATH] = before


def _silence() -> None:
    """Neither hear Ctrl-C nor print: the parent does both."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.stderr.flush()
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)

"""Processes of this machine as an engine, which end when the command does, however it ends."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager
from multiprocessing.connection import wait as wait_for
from types import TracebackType
from typing import Any, Self

from estimative.model.inference.executor import BatchAnswer, BatchExecutor, LostBatch, SharedFunction, cores, run_batch

SAFE_PATH = "PYTHONSAFEPATH"
"""Without it, a new process imports from the working folder, where a pickle.py may lie."""


PARTS = ("_processes", "_result_queue", "_call_queue", "_executor_manager_thread")
"""Of a pool: it has no method that ends its processes at once, whatever they are doing."""
GRACE = 2.0
"""Seconds in which a pool without processes ends by itself, unless it waits for them."""


class ProcessExecutor(BatchExecutor):
    """Processes on this machine, started when they are needed; lost ones are replaced."""

    def __init__(self, count: int | None = None) -> None:
        """Prepare as many processes as there are cores, or as are given."""
        self._count = count or cores()
        self._lock = threading.Lock()
        self._pool = self._new()
        self._pipes = ExitStack()

    def __repr__(self) -> str:
        return f"ProcessExecutor({self._count} processes)"

    def _new(self) -> ProcessPoolExecutor:
        context = multiprocessing.get_context("spawn")  # a fork would copy the locks of this process's threads
        return ProcessPoolExecutor(self._count, mp_context=context, initializer=become_worker)

    @property
    def width(self) -> int:
        return self._count

    def prepare(self, function: SharedFunction[Any, Any]) -> SharedFunction[Any, Any]:
        """The function as it is; it is pickled once."""
        return function

    def start(self, function: Any, batches: Sequence[Sequence[Any]]) -> list[Any]:
        """Send batches to the pool, or to a new one where processes of it are lost."""
        return [self._submit(function, list(batch)) for batch in batches]

    def _submit(self, function: Any, batch: list[Any]) -> Future[BatchAnswer]:
        with self._lock, safe_path(), without_interrupts():
            try:
                return self._pool.submit(run_batch, function, batch)
            except BrokenProcessPool:
                self._pool.shutdown(wait=False, cancel_futures=True)
                self._pool = self._new()
                return self._pool.submit(run_batch, function, batch)

    def first_done(self, handles: Collection[Any]) -> Collection[Any]:
        """Wait for the first batch, or for the loss of a process."""
        return wait(handles, return_when=FIRST_COMPLETED).done

    def answer(self, handle: Any) -> BatchAnswer:
        """The answer of a batch; if a process of the pool is lost, all batches on their way are."""
        try:
            batch: BatchAnswer = handle.result()
        except BrokenProcessPool as error:
            raise LostBatch("it was ended from outside, or memory ran out") from error
        return batch

    def cancel(self, handles: Collection[Any]) -> None:
        """Take batches back that have not begun."""
        for handle in handles:
            handle.cancel()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes; with `cancel_futures` at once, whatever they are doing."""
        if not cancel_futures:
            self._pool.shutdown(wait=wait)
            return
        parts = {name: getattr(self._pool, name, None) for name in PARTS}
        for process in (parts["_processes"] or {}).copy().values():
            process.kill()
        # One may have been killed in the middle of an answer: only without writers does its reader stop waiting.
        if answers := parts["_result_queue"]:
            answers._writer.close()
        manager = parts["_executor_manager_thread"]
        self._pool.shutdown(wait=not manager, cancel_futures=True)
        if manager and wait:
            manager.join(GRACE)
            # Or before it read its first task: only without readers does a writer stop waiting for room.
            if manager.is_alive() and (calls := parts["_call_queue"]):
                calls._reader.close()
            manager.join()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the processes: at once, since whoever leaves the block waits for no answer."""
        with self._pipes:
            self.shutdown(cancel_futures=True)

    def __enter__(self) -> Self:
        self._pipes.enter_context(without_broken_pipes())
        return self


@contextmanager
def without_broken_pipes() -> Iterator[None]:
    """Let a pipe to a process that has ended be an error, as in any Python program, and not the end of this one.

    A command asks to be ended by it, for the sake of readers of its output; nothing is printed in the block.
    """
    if not hasattr(signal, "SIGPIPE") or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGPIPE, before)


@contextmanager
def without_interrupts() -> Iterator[None]:
    """Put Ctrl-C off until the block is over: a pool that is interrupted while it starts cannot be ended any more."""
    before, late = signal.getsignal(signal.SIGINT), []
    if before is None or threading.current_thread() is not threading.main_thread():
        yield
        return
    signal.signal(signal.SIGINT, lambda *received: late.append(received))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if late and callable(before):
            before(*late[-1])


@contextmanager
def safe_path() -> Iterator[None]:
    """Let processes that are started in the block import nothing from the working folder."""
    before = os.environ.get(SAFE_PATH)
    os.environ[SAFE_PATH] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[SAFE_PATH]
        else:
            os.environ[SAFE_PATH] = before


def become_worker() -> None:
    """Neither hear Ctrl-C nor print, since the parent does both; and end when the parent does, however it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    if parent := multiprocessing.parent_process():
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    wait_for([sentinel])
    os._exit(1)

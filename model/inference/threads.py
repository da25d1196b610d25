"""One BLAS thread for each fit: its matrices are small, and more threads would cost time and change the last digits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import Lock
from typing import Any

from threadpoolctl import ThreadpoolController


@cache
def _controller() -> ThreadpoolController:
    """Find the BLAS libraries of this process, once: the search takes milliseconds."""
    return ThreadpoolController()


class _Limit:
    """The limit of this process, which holds as long as any of its threads is inside a block."""

    def __init__(self) -> None:
        self.lock, self.blocks = Lock(), 0
        self.limiter: Any = None

    def enter(self) -> None:
        with self.lock:
            if not self.blocks:
                self.limiter = _controller().limit(limits=1, user_api="blas")
            self.blocks += 1

    def leave(self) -> None:
        with self.lock:
            self.blocks -= 1
            if not self.blocks:
                self.limiter.restore_original_limits()


_LIMIT = _Limit()


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Limit BLAS to one thread inside the block, and restore the former limit after it.

    Of blocks in several threads, which overlap, the first limits and the last restores: the limit is the process's.
    """
    _LIMIT.enter()
    try:
        yield
    finally:
        _LIMIT.leave()

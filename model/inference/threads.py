"""One BLAS thread for each fit: its matrices are small, and more threads would cost time and change the last digits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from threadpoolctl import ThreadpoolController


@cache
def _controller() -> ThreadpoolController:
    """Find the BLAS libraries of this process, once: the search takes milliseconds."""
    return ThreadpoolController()


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Limit BLAS to one thread inside the block, and restore the former limit after it."""
    with _controller().limit(limits=1, user_api="blas"):
        yield

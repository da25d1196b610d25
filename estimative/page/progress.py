"""Work that reports its progress through a callback, as a generator of what it reports and then of its result."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator

from msgspec import Struct

from estimative.workflows.session import Progress


class Stage(Struct, frozen=True, kw_only=True):
    """How far the work is."""

    name: str
    done: int = 0
    total: int | None = None


class _Ended[Result](Struct, frozen=True, kw_only=True):
    result: Result | None = None
    error: BaseException | None = None


def reporting[Result](work: Callable[[Progress], Result]) -> Iterator[Stage | Result]:
    """Do the work in another thread, and yield each stage and then the result.

    Raises
    ------
    Exception
        What the work raises.
    """
    messages: queue.SimpleQueue[Stage | _Ended[Result]] = queue.SimpleQueue()

    def report(stage: str, done: int = 0, total: int | None = None, /) -> None:
        messages.put(Stage(name=stage, done=done, total=total))

    def run() -> None:
        try:
            messages.put(_Ended(result=work(report)))
        except BaseException as error:
            messages.put(_Ended(error=error))

    threading.Thread(target=run, daemon=True).start()
    while isinstance(message := messages.get(), Stage):
        yield message
    if message.error:
        raise message.error
    if message.result is not None:
        yield message.result

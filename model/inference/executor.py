"""Engines: executors that share independent tasks out among processes, in batches, and outlive the loss of one.

The seam is `concurrent.futures.Executor`: whoever has many tasks calls `executor.map(function, tasks)` with a function
and tasks that can be pickled. Each task has its seed in it, so that every engine gives the same digits.
"""

from __future__ import annotations

import math
import os
import pickle
import threading
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import suppress
from functools import lru_cache, partial
from typing import Any

from msgspec import Struct, field

from estimative.model.inference.threads import one_blas_thread
from estimative.priors.errors import InvalidInput, invalid

BATCH = 1.0
"""Seconds of work that one message to a process should hold at least: a message costs some milliseconds."""
ATTEMPTS = 4
"""How often a batch is started before it is given up, where the process that computes it is lost each time."""
SUSPECT = 2
"""After so many lost processes a task is computed alone."""
AHEAD = 2
"""Batches in flight for each process: one that is computed, one that waits for its turn."""
MESSAGE = 0.005
"""Seconds of a task from which on it is worth a message of its own to another process."""
LONG = 0.5
"""Seconds of a fit from which on its arrays are large enough that threads save time."""
HELD = 16
"""Batches for each process that may be done before an earlier one is: their answers wait in memory."""


def cores() -> int:
    """The number of cores that this process may use: under a scheduler such as Slurm, not all of the machine."""
    with suppress(AttributeError):  # not on every system
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class SharedFunction[Task, Answer]:
    """A function with much data in it, which is pickled once and unpickled once in each process.

    Threads call it as it is.
    """

    def __init__(
        self,
        function: Callable[[Task], Answer],
        pickled: bytes | None = None,
        *,
        lost: Callable[[InvalidInput], Answer] | None = None,
    ) -> None:
        """Prepare a function.

        Parameters
        ----------
        lost
            Gives the answer to a task whose process is lost time and again; without it, the error is raised.
        """
        self.function = function
        self.lost = lost
        self._pickled = pickled

    def __call__(self, task: Task) -> Answer:
        return self.function(task)

    def __repr__(self) -> str:
        return f"SharedFunction({getattr(self.function, '__qualname__', type(self.function).__name__)})"

    @property
    def pickled(self) -> bytes:
        """The function as bytes."""
        if self._pickled is None:
            self._pickled = pickle.dumps(self.function, protocol=pickle.HIGHEST_PROTOCOL)
        return self._pickled

    def __reduce__(self) -> tuple[Callable[[bytes], SharedFunction[Any, Any]], tuple[bytes]]:
        return unpickled, (self.pickled,)


@lru_cache(maxsize=4)
def unpickled(content: bytes) -> SharedFunction[Any, Any]:
    """The function in some bytes; the same object for the same bytes, with whatever it has computed already."""
    return SharedFunction(pickle.loads(content), content)


class BatchAnswer(Struct, frozen=True, kw_only=True):
    """The answers to the tasks of a batch, in their order."""

    answers: tuple[Any, ...]
    error: BaseException | None = None
    """What the first task without an answer raised; the tasks after it were not started."""
    seconds: float

    def __repr__(self) -> str:
        return f"BatchAnswer({len(self.answers)} answers in {self.seconds:.2g} s, error={self.error!r})"


def run_batch(function: Callable[[Any], Any], tasks: Sequence[Any]) -> BatchAnswer:
    """Compute one task after the other."""
    answers: list[Any] = []
    start = time.perf_counter()
    # The last digits depend on the number of BLAS threads.
    with one_blas_thread():
        for task in tasks:
            try:
                answers.append(function(task))
            except Exception as error:  # raised again by `map`, in the process that asked
                return BatchAnswer(answers=tuple(answers), error=error, seconds=time.perf_counter() - start)
    return BatchAnswer(answers=tuple(answers), seconds=time.perf_counter() - start)


class LostBatch(Exception):
    """The process that computed a batch is gone."""


class BatchExecutor(Executor, ABC):
    """An executor that sends tasks to other processes in batches of about a second, and sends lost batches again."""

    @property
    @abstractmethod
    def width(self) -> int:
        """How many tasks are computed at once."""

    @abstractmethod
    def prepare(self, function: SharedFunction[Any, Any]) -> Any:
        """The function in the form in which `start` wants it."""

    @abstractmethod
    def start(self, function: Any, batches: Sequence[Sequence[Any]]) -> list[Any]:
        """Send batches; a handle of each."""

    @abstractmethod
    def first_done(self, handles: Collection[Any]) -> Collection[Any]:
        """Wait until some batches are done; their handles."""

    @abstractmethod
    def answer(self, handle: Any) -> BatchAnswer:
        """The answer of a batch that is done.

        Raises
        ------
        LostBatch
            If its process is gone.
        """

    @abstractmethod
    def cancel(self, handles: Collection[Any]) -> None:
        """Forget batches that nobody waits for any more."""

    def map[Answer](
        self,
        fn: Callable[..., Answer],
        *iterables: Iterable[Any],
        timeout: float | None = None,  # noqa: ARG002 - of the interface; a fit ends
        chunksize: int = 1,  # noqa: ARG002 - of the interface; batches are sized by the time that tasks take
    ) -> Iterator[Answer]:
        """Yield the answer to each task, in the order of the tasks.

        Raises
        ------
        InvalidInput
            If the process of a task is lost time and again; and whatever the function raises.
        """
        function, tasks = _of_one(fn, iterables)
        if not tasks:
            return iter(())
        return _Sharing(engine=self, function=self.prepare(function), tasks=tasks, lost_answer=function.lost).answers()

    def submit[**Inputs, Answer](
        self, fn: Callable[Inputs, Answer], /, *args: Inputs.args, **kwargs: Inputs.kwargs
    ) -> Future[Answer]:
        """Compute one task in another process."""
        future: Future[Answer] = Future()
        task = partial(fn, *args, **kwargs)

        def settle() -> None:
            try:
                future.set_result(next(self.map(_call, [task])))
            except BaseException as error:  # raised again by whoever asks for the result
                future.set_exception(error)

        threading.Thread(target=settle, daemon=True).start()
        return future


def _call[Answer](task: Callable[[], Answer]) -> Answer:
    return task()


def shared_out[Task, Answer](
    executor: Executor | None,
    function: SharedFunction[Task, Answer],
    tasks: Sequence[Task],
    *,
    long: float = LONG,
    probes: int = 1,
) -> Generator[Answer, None, None]:
    """Yield the answer to each task, in order: by an executor, or in turn where there is none.

    Threads share the tasks only if these are long: short ones wait for Python's lock, which costs more time than a
    second core spares. Of any other executor only a message has to be worth it.

    Parameters
    ----------
    long
        Seconds of a task from which on threads save time.
    probes
        Tasks that are timed to know it. The first ones may also compute what others have in common with them.
    """
    if executor is None or isinstance(executor, BatchExecutor):
        yield from (executor.map if executor else map)(function, tasks)
        return
    times = []
    for task in tasks[:probes]:
        began = time.thread_time()
        answer = function(task)
        times.append(time.thread_time() - began)
        yield answer
    least = long if isinstance(executor, ThreadPoolExecutor) else MESSAGE
    run = executor.map if min(times, default=0.0) >= least else map
    yield from run(function, tasks[probes:])


def _of_one(
    function: Callable[..., Any], iterables: Sequence[Iterable[Any]]
) -> tuple[SharedFunction[Any, Any], list[Any]]:
    """A function of one task, and the tasks."""
    if len(iterables) == 1:
        shared = function if isinstance(function, SharedFunction) else SharedFunction(function)
        return shared, list(iterables[0])
    return SharedFunction(_Spread(function)), list(zip(*iterables, strict=False))


class _Spread(Struct, frozen=True):
    """A function of several values as one of their tuple."""

    function: Callable[..., Any]

    def __call__(self, values: tuple[Any, ...]) -> Any:
        return self.function(*values)


class _Batch(Struct, frozen=True, kw_only=True):
    """Consecutive tasks."""

    start: int
    stop: int
    attempts: int = 0
    """How often it was sent already."""

    @property
    def suspect(self) -> bool:
        """Whether it seems to be what ends its process."""
        return self.attempts >= SUSPECT


class _Sharing(Struct, kw_only=True):
    """Tasks that are being shared out: which are to be sent, which are on their way, which are answered."""

    engine: BatchExecutor
    function: Any
    tasks: Sequence[Any]
    lost_answer: Callable[[InvalidInput], Any] | None = None
    """As of `SharedFunction`."""
    sent: int = 0
    """How many of the tasks, from the first on, were sent at least once."""
    lost: deque[_Batch] = field(default_factory=deque)
    running: dict[Any, _Batch] = field(default_factory=dict)
    done: dict[int, BatchAnswer] = field(default_factory=dict)
    """By the first task of the batch; those whose turn has not come."""
    seconds: float | None = None
    """For one task, as the latest batches took."""

    def answers(self) -> Iterator[Any]:
        """Yield the answers in order, while later tasks are computed."""
        at = 0
        try:
            while at < len(self.tasks):
                self._send()
                self._collect()
                while batch := self.done.pop(at, None):
                    yield from batch.answers
                    if batch.error:
                        raise batch.error
                    at += len(batch.answers)
        finally:
            self.engine.cancel(list(self.running))

    def _send(self) -> None:
        """Send batches until every process has one to compute and one in front of it."""
        batches = list(self._following(AHEAD * self.engine.width - len(self.running)))
        handles = self.engine.start(self.function, [self.tasks[batch.start : batch.stop] for batch in batches])
        self.running |= dict(zip(handles, batches, strict=True))

    def _following(self, count: int) -> Iterator[_Batch]:
        if any(batch.suspect for batch in self.running.values()):
            return
        for _ in range(count):
            if suspect := next((batch for batch in self.lost if batch.suspect), None):
                # Alone, so that it takes no others with it: those would seem to end their process as well.
                if not self.running:
                    self.lost.remove(suspect)
                    yield suspect
                return
            if self.lost:
                yield self.lost.popleft()
            elif self.sent < len(self.tasks) and len(self.done) < HELD * self.engine.width:
                start, self.sent = self.sent, min(self.sent + self._size(), len(self.tasks))
                yield _Batch(start=start, stop=self.sent)

    def _size(self) -> int:
        """As many tasks as take about `BATCH`; fewer towards the end, so that all processes end together."""
        if self.seconds is None:
            return 1
        fair = math.ceil((len(self.tasks) - self.sent) / (AHEAD * self.engine.width))
        return max(1, min(fair, math.ceil(BATCH / max(self.seconds, 1e-6))))

    def _collect(self) -> None:
        for handle in self.engine.first_done(self.running):
            batch = self.running.pop(handle)
            try:
                answer = self.engine.answer(handle)
            except LostBatch as lost:
                self._resend(batch, lost)
                continue
            self.done[batch.start] = answer
            taken = answer.seconds / max(len(answer.answers), 1)
            self.seconds = taken if self.seconds is None else (self.seconds + taken) / 2

    def _resend(self, batch: _Batch, lost: LostBatch) -> None:
        if batch.attempts + 1 >= ATTEMPTS:
            message = f"a process ended {ATTEMPTS} times while it computed the same fits ({lost})"
            fix = "Its memory may be too small: use fewer processes at once, or fewer draws."
            error = invalid(message, code="lost-worker", suggestion=fix)
            if self.lost_answer is None:
                raise error from lost
            self.done[batch.start] = BatchAnswer(answers=(self.lost_answer(error),), seconds=0.0)
            return
        # One by one: a task that ends its process takes no others with it.
        parts = range(batch.start, batch.stop)
        self.lost.extend(_Batch(start=at, stop=at + 1, attempts=batch.attempts + 1) for at in parts)

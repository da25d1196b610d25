"""A job: a generator that runs in a process of its own, so that it can be stopped at any moment."""

from __future__ import annotations

import multiprocessing
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from multiprocessing import forkserver
from multiprocessing.connection import Connection

from estimative.model.inference.processes import become_worker, safe_path
from estimative.priors.errors import InvalidInput

PRELOADED = ("estimative.workflows.settle", "estimative.workflows.fit", "estimative.workflows.report")
"""Modules that a new process finds loaded, which spares it a second."""


_STARTING, _STARTED = threading.Lock(), threading.Event()


class _Done:
    """What a process sends last, unless it was stopped or ended by an error."""


class JobFailed(RuntimeError):
    """A defect in a job; the message is what was printed of it."""


class Job[Part]:
    """Iterating over it gives what the generator yields."""

    def __init__(self, work: Callable[..., Iterable[Part]], *arguments: object) -> None:
        context = multiprocessing.get_context("forkserver")
        self._receiver, sender = context.Pipe(duplex=False)
        self._process = context.Process(target=_run, args=(sender, work, arguments), daemon=True)
        self._stopping = threading.Lock()
        self._stopped = False
        self.complete = False
        """Whether the generator has yielded everything."""
        prepare()
        self._process.start()
        sender.close()

    def __iter__(self) -> Iterator[Part]:
        """Yield each part when it is done.

        Raises
        ------
        InvalidInput
            If the generator does.
        JobFailed
            If it ends by a defect.
        """
        try:
            while True:
                part = self._receiver.recv()
                if isinstance(part, _Done):
                    self.complete = True
                    return
                if isinstance(part, InvalidInput | JobFailed):
                    raise part
                yield part
        except (EOFError, OSError):  # it is done, or was stopped
            return
        finally:
            self.stop()

    def stop(self) -> None:
        """End the process, whatever it is doing; from any thread, and more than once."""
        with self._stopping:
            if not self._stopped:
                self._stopped = True
                self._process.kill()
                self._process.join()
                self._process.close()
                self._receiver.close()


def prepare() -> None:
    """Start the process from which jobs are forked, unless it was; it loads its modules while others go on."""
    with _STARTING:
        if not _STARTED.is_set():
            multiprocessing.get_context("forkserver").set_forkserver_preload([*PRELOADED])
            # Only here: the environment belongs to all threads, and one of them may start a process of its own.
            with safe_path():
                forkserver.ensure_running()
            _STARTED.set()


def _run(sender: Connection, work: Callable[..., Iterable[object]], arguments: tuple[object, ...]) -> None:
    become_worker()
    with suppress(BrokenPipeError):
        try:
            for part in work(*arguments):
                sender.send(part)
            sender.send(_Done())
        except InvalidInput as error:
            sender.send(error)
        except Exception:
            sender.send(JobFailed(traceback.format_exc()))
        sender.close()

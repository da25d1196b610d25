"""A cluster: other machines that compute fits, through a scheduler of Dask."""

from __future__ import annotations

import hashlib
import pickle
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError, Executor
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

from estimative.model.inference.executor import (
    BatchAnswer,
    BatchExecutor,
    LostBatch,
    SharedFunction,
    run_batch,
    unpickled,
)
from estimative.priors.errors import InvalidInput, ascii_safe, invalid, quote

ANSWERS_WITHIN = 10
"""Seconds within which the scheduler has to answer."""
WORKERS_WITHIN = 60
"""Seconds within which the first worker has to be there."""
COUNTED_FOR = 2.0
"""Seconds for which a count of the workers is used again."""
PACKAGES = ("estimative", "estimative.model", "estimative.priors", "estimative.reports")
COMPUTING = ("estimative", "numpy", "scipy", "numba")
"""Packages whose version may change a digit."""
ADDRESS = "the address of a scheduler, such as tcp://10.0.0.1:8786"


class DaskClient(Protocol):
    """What is used of `distributed.Client`."""

    @property
    def status(self) -> str: ...
    def map(self, func: Callable[..., Any], *iterables: Any, **options: Any) -> Any: ...
    def submit(self, func: Callable[..., Any], *args: Any, **options: Any) -> Any: ...
    def run(self, function: Callable[..., Any], *args: Any, **options: Any) -> Any: ...
    def nthreads(self) -> Any: ...
    def as_current(self) -> AbstractContextManager[object]: ...
    def cancel(self, futures: Any) -> Any: ...
    def wait_for_workers(self, n_workers: int, timeout: float) -> Any: ...


type Engine = Executor | DaskClient
"""Where fits are computed: any executor of `concurrent.futures`, or a client of Dask."""


def as_executor(engine: Engine | None) -> Executor | None:
    """An engine with the interface of an executor.

    Raises
    ------
    InvalidInput
        As `ClusterExecutor.of`; or if it is something else.
    """
    if engine is None or isinstance(engine, Executor):
        return engine
    if all(hasattr(engine, name) for name in ("map", "submit", "run", "nthreads")):
        return ClusterExecutor.of(engine)
    allowed = "an executor of concurrent.futures, or a client of Dask"
    raise invalid(f"{quote(type(engine).__name__)} is no executor", code="misuse", key="executor", allowed=allowed)


@contextmanager
def cluster(address: str) -> Iterator[Executor]:
    """The cluster of a scheduler, whose workers have this very version.

    Raises
    ------
    InvalidInput
        If the extra `cluster` is not installed, no scheduler answers, there is no worker, or one differs.
    """
    if "://" not in address:
        raise invalid(f"{quote(address)} is not an address", code="invalid-value", key="cluster", allowed=ADDRESS)
    try:
        distributed = import_module("distributed")
    except ImportError as error:
        fix = "Install it: pip install 'estimative[cluster]'."
        raise invalid("a cluster needs Dask", code="missing-extra", key="cluster", suggestion=fix) from error
    try:
        client = distributed.Client(address, timeout=ANSWERS_WITHIN, set_as_default=False)
    except (OSError, ValueError) as error:
        message = f"no scheduler answers at {ascii_safe(address)} within {ANSWERS_WITHIN} seconds"
        raise invalid(message, code="no-scheduler", key="cluster", allowed=ADDRESS) from error
    try:
        yield ClusterExecutor.of(client)
    finally:
        client.close(timeout=ANSWERS_WITHIN)


class ClusterExecutor(BatchExecutor):
    """The workers of a cluster as an executor.

    The scheduler starts a task again whose worker is lost. What it gives up, this executor sends again.
    """

    def __init__(self, client: DaskClient) -> None:
        self.client = client
        self._counted: tuple[float, int] | None = None

    def __repr__(self) -> str:
        return f"ClusterExecutor({self.width} at once)"

    @classmethod
    def of(cls, client: DaskClient) -> ClusterExecutor:
        """The executor of a client whose workers were checked.

        Raises
        ------
        InvalidInput
            If there is no worker, or one computes with other versions.
        """
        try:
            client.wait_for_workers(1, timeout=WORKERS_WITHIN)
        except TimeoutError as error:
            message = f"the scheduler has no worker after {WORKERS_WITHIN} seconds"
            raise invalid(message, code="no-worker", key="cluster", suggestion="Start one: dask worker.") from error
        try:
            workers: Mapping[str, Any] = client.run(fingerprint, on_error="return")
        except (ImportError, AttributeError) as error:
            workers = {"the cluster": error}
        errors = [difference(own, name) for name, own in workers.items()]
        if issues := [issue for error in errors if error for issue in error.issues]:
            raise InvalidInput(issues)
        return cls(client)

    @property
    def width(self) -> int:
        """Threads of all workers; workers may come and go."""
        now = time.monotonic()
        if self._counted is None or now - self._counted[0] > COUNTED_FOR:
            self._counted = now, max(1, sum(self.client.nthreads().values()))
        return self._counted[1]

    def prepare(self, function: SharedFunction[Any, Any]) -> _OnCluster:
        """The function, sent to the cluster once."""
        return _OnCluster(self.client, function)

    def start(self, function: Any, batches: Sequence[Sequence[Any]]) -> list[Any]:
        """Send batches."""
        if not batches:
            return []
        # As bytes: Dask looks into lists for what resembles its own tasks.
        contents = [pickle.dumps(list(batch), protocol=pickle.HIGHEST_PROTOCOL) for batch in batches]
        return list(self.client.map(run_same, contents, function=function.future, expected=fingerprint(), pure=False))

    def first_done(self, handles: Collection[Any]) -> Collection[Any]:
        """Wait for the first batches that are done, failed or cancelled."""
        wait = import_module("distributed").wait
        while True:
            try:
                with self.client.as_current():
                    return list(wait(list(handles), timeout=ANSWERS_WITHIN, return_when="FIRST_COMPLETED").done)
            except CancelledError:
                return [handle for handle in handles if handle.done()]
            except TimeoutError:
                if self.client.status not in {"running", "connecting"}:
                    raise _unreachable() from None

    def answer(self, handle: Any) -> BatchAnswer:
        """The answer of a batch; one that its scheduler gave up or forgot is lost."""
        try:
            batch: BatchAnswer = handle.result()
        except (CancelledError, import_module("distributed").KilledWorker) as error:
            raise LostBatch("its worker was ended from outside, or memory ran out") from error
        except OSError as error:
            raise _unreachable() from error
        return batch

    def cancel(self, handles: Collection[Any]) -> None:
        """Take batches back."""
        if handles:
            self.client.cancel(list(handles))


class _OnCluster:
    """A function that the workers pass on to each other, instead of once with every batch."""

    def __init__(self, client: DaskClient, function: SharedFunction[Any, Any]) -> None:
        self._client, self._function = client, function
        self._sent: Any = None

    @property
    def future(self) -> Any:
        """The function there; sent again by a scheduler that was started again."""
        if self._sent is None or self._sent.status in {"cancelled", "lost", "error"}:
            self._sent = self._client.submit(_received, self._function.pickled, pure=False)
        return self._sent


def _received(content: bytes) -> bytes:
    return content


def run_same(content: bytes, *, function: bytes, expected: Mapping[str, str]) -> BatchAnswer:
    """Compute a batch on a worker that has the versions of whoever asks; one that came later may not."""
    if error := difference(fingerprint(), "a worker", expected):
        return BatchAnswer(answers=(), error=error, seconds=0.0)
    return run_batch(unpickled(function), pickle.loads(content))


@cache
def fingerprint() -> Mapping[str, str]:
    """What decides the digits of this process: versions by package, and a digest of the program's source."""
    return {**{name: version(name) for name in COMPUTING}, "source": source_digest()}


def source_digest() -> str:
    """The SHA-256 of every module of the program, in twelve hexadecimal digits."""
    modules: dict[str, Path] = {}
    for name in PACKAGES:
        [folder] = import_module(name).__path__
        # By the name of the module: where a folder lies depends on how the package was installed.
        sources = {path.relative_to(folder).as_posix(): path for path in Path(folder).rglob("*.py")}
        modules |= {f"{name.replace('.', '/')}/{rest}": path for rest, path in sources.items()}
    digest = hashlib.sha256()
    for module, path in sorted(modules.items()):
        digest.update(f"{module}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def difference(worker: object, name: str, own: Mapping[str, str] | None = None) -> InvalidInput | None:
    """The error of a worker that computes with something else than this process; None where all is the same."""
    expected = own or fingerprint()
    if not isinstance(worker, Mapping):
        message = f"{name} cannot compute fits: {ascii_safe(str(worker))[:200]}"
    elif differing := [key for key in expected if worker.get(key) != expected[key]]:
        pairs = ", ".join(f"{key} {worker.get(key)} instead of {expected[key]}" for key in differing)
        message = f"{name} has {pairs}"
    else:
        return None
    fix = "Install the same version of estimative and its packages there, and start the worker again."
    return invalid(message, code="other-version", key="cluster", suggestion=fix)


def _unreachable() -> InvalidInput:
    fix = "What was saved stays. Start the scheduler again, then repeat the command."
    return invalid("the connection to the scheduler is lost", code="no-scheduler", key="cluster", suggestion=fix)

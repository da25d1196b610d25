"""Fits on a cluster: the same digits, checked workers, and nothing lost with one of them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import distributed
import pytest

import estimative as es
from estimative.model.inference.executor import ATTEMPTS, LostBatch
from estimative.priors.errors import InvalidInput
from estimative.workflows.cluster import ClusterExecutor, as_executor, difference, fingerprint, run_same
from tests.command import FERRY, PRIORS, Desk
from tests.tasks import ending_once, squared

COOK = PRIORS.replace('name = "mate"', 'name = "cook"').replace('cancelled = "unlikely"', 'cancelled = "likely"')


@pytest.fixture(scope="module")
def workers() -> Iterator[distributed.LocalCluster]:
    """A scheduler with two workers, each a process with a nanny that starts it again."""
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0", silence_logs=50
    ) as local:
        yield local


@pytest.fixture
def client(workers: distributed.LocalCluster) -> Iterator[distributed.Client]:
    with distributed.Client(workers, set_as_default=False) as client:
        yield client


def test_answers_come_in_the_order_of_the_tasks(client: distributed.Client) -> None:
    """From other processes, whatever the sizes of the batches; tuples are no tasks of Dask."""
    engine = as_executor(client)
    assert isinstance(engine, ClusterExecutor)
    assert engine.width == 2
    assert list(engine.map(squared, range(200))) == [n * n for n in range(200)]
    assert list(engine.map(len, [(squared, 2), (squared, 2, 3)])) == [2, 3]
    assert engine.submit(os.getpid).result() != os.getpid()
    assert engine.submit(squared, 7).result() == 49
    with pytest.raises(TypeError):
        list(engine.map(len, [1]))


def test_what_a_killed_worker_was_computing_is_computed_again(client: distributed.Client, tmp_path: Path) -> None:
    """Every answer is there once and in order."""
    engine = ClusterExecutor(client)
    assert [number for number, _ in engine.map(partial(ending_once, tmp_path), range(12))] == list(range(12))
    assert (tmp_path / "ended").exists()


def test_a_comparison_has_the_same_digits_on_a_cluster(client: distributed.Client, tmp_path: Path) -> None:
    """Full fits and refits, next to those of threads and of one after the other."""
    desk = Desk.at(tmp_path)
    names = [str(desk.write("cook.toml", COOK)), str(desk.folder / "mate.toml")]
    team = [es.load(desk.folder / "ferry.toml", name) for name in names]
    expected = es.attribute(*team, method="importance").to_json()
    with ThreadPoolExecutor(2) as threads:
        assert es.attribute(*team, method="importance", executor=threads).to_json() == expected
    assert es.attribute(*team, method="importance", executor=client).to_json() == expected


def test_the_command_computes_on_a_cluster(workers: distributed.LocalCluster, tmp_path: Path) -> None:
    """`--cluster` prints what the command prints without it."""
    desk = Desk.at(tmp_path)
    command = ("evidence", *FERRY, "--format", "json")
    there = desk.run(*command, "--cluster", workers.scheduler_address)
    assert there.code == 0, there.err
    assert there.out == desk.run(*command).out


def test_a_worker_with_another_version_is_refused(client: distributed.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is sent, with its address and what differs; and so is one that comes later."""
    own = {**fingerprint(), "numpy": "1.0", "source": "0" * 12}
    monkeypatch.setattr("estimative.workflows.cluster.source_digest", lambda: "0" * 12)
    fingerprint.cache_clear()
    try:
        with pytest.raises(InvalidInput, match=r"tcp://.* has source [0-9a-f]{12} instead of 0{12}"):
            ClusterExecutor.of(client)
    finally:
        monkeypatch.undo()
        fingerprint.cache_clear()
    assert difference(fingerprint(), "w") is None
    late = run_same(b"", function=b"", expected=own)
    assert isinstance(late.error, InvalidInput)
    assert "numpy" in str(difference(ModuleNotFoundError("no numpy"), "w"))


def test_errors_of_a_cluster_are_errors_of_the_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No scheduler, no address and no Dask exit with 2 and say what to do."""
    monkeypatch.setattr("estimative.workflows.cluster.ANSWERS_WITHIN", 0.2)
    desk = Desk.at(tmp_path)
    for address, message in (("tcp://127.0.0.1:9", "no scheduler answers"), ("laptop", "is not an address")):
        done = desk.run("sensitivity", *FERRY, "--cluster", address)
        assert (done.code, done.out) == (2, "")
        assert message in done.err
    monkeypatch.setitem(sys.modules, "distributed", None)
    done = desk.run("sensitivity", *FERRY, "--cluster", "tcp://127.0.0.1:9")
    assert done.code == 2
    assert "pip install 'estimative[cluster]'" in done.err


def test_what_is_no_engine_is_refused() -> None:
    """`executor=` takes executors and clients of Dask."""
    with pytest.raises(InvalidInput, match="is no executor"):
        es.fit("asia", "textbook", executor=4)  # type: ignore[arg-type]


class Silent:
    """A client of Dask whose scheduler loses tasks, or is gone."""

    def __init__(self, *, lose: int = 0, status: str = "running") -> None:
        self.lose, self.status = lose, status
        self.sent = 0

    def nthreads(self) -> Mapping[str, int]:
        return {"w": 1}

    def as_current(self) -> AbstractContextManager[None]:
        return nullcontext()

    def submit(self, function: Callable[..., Any], *args: Any, **_: Any) -> Any:
        return SimpleNamespace(status="cancelled", value=function(*args))

    def map(self, call: Callable[..., Any], contents: list[bytes], **options: Any) -> list[Any]:
        options.pop("pure")
        options["function"] = options["function"].value
        return [self._future(call(content, **options)) for content in contents]

    def _future(self, value: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self.sent += 1
        if self.sent <= self.lose:
            future.cancel()
        else:
            future.set_result(value)
        return future

    def cancel(self, _: Any) -> None:
        pass


def waited(futures: list[Future[Any]], **_: Any) -> Any:
    if any(future.cancelled() for future in futures):
        raise CancelledError
    return SimpleNamespace(done=futures)


def test_what_a_scheduler_forgets_is_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that was started again knows neither tasks nor function; after a few attempts, the command gives up."""
    monkeypatch.setattr(distributed, "wait", waited)
    assert list(ClusterExecutor(Silent(lose=3)).map(squared, range(20))) == [n * n for n in range(20)]  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match=f"ended {ATTEMPTS} times"):
        list(ClusterExecutor(Silent(lose=99)).map(squared, range(20)))  # type: ignore[arg-type]
    lost: Future[Any] = Future()
    lost.set_exception(distributed.KilledWorker("task", None, 3))
    with pytest.raises(LostBatch):
        ClusterExecutor(Silent()).answer(lost)  # type: ignore[arg-type]


def test_a_scheduler_that_is_gone_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command ends, with advice, instead of waiting for ever."""

    def never(*_: Any, **__: Any) -> Any:
        raise TimeoutError

    monkeypatch.setattr(distributed, "wait", never)
    with pytest.raises(InvalidInput, match="connection to the scheduler is lost"):
        list(ClusterExecutor(Silent(status="closed")).map(squared, [1]))  # type: ignore[arg-type]

"""Engines: batches of tasks in other processes, and what becomes of lost ones."""

from __future__ import annotations

import math
import os
import pickle
import signal
import time
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from estimative.model.inference.executor import (
    ATTEMPTS,
    BatchExecutor,
    LostBatch,
    SharedFunction,
    run_batch,
    shared_out,
)
from estimative.model.inference.fit import by_nuts
from estimative.model.inference.processes import ProcessExecutor
from estimative.model.inference.progress import ProgressCounter, no_progress
from estimative.model.inference.refit import Fitter, Refitter
from estimative.priors.errors import InvalidInput
from tests.command import Desk
from tests.examples import repetitions
from tests.model.inference.test_common_draws import OPEN
from tests.small import small
from tests.tasks import CountingThreads, ending, ending_once, failing_at, headline_by_nuts, process_after, squared


@pytest.fixture(scope="module")
def processes() -> Iterator[ProcessExecutor]:
    """Two processes."""
    with ProcessExecutor(2) as executor:
        yield executor


def test_answers_come_in_the_order_of_the_tasks(processes: ProcessExecutor) -> None:
    """Whatever the sizes of the batches, from another process."""
    assert list(processes.map(squared, range(300))) == [number * number for number in range(300)]
    assert list(processes.map(pow, [2, 3, 4], [5, 2, 1])) == [32, 9, 4]
    assert list(processes.map(squared, [])) == []
    assert processes.submit(os.getpid).result() != os.getpid()


@pytest.mark.parametrize(("long", "computed"), [(0.0, 5), (math.inf, 0)])
def test_threads_share_only_what_is_long(long: float, computed: int) -> None:
    """After as many tasks in turn as are timed; in order, and none before it is asked for."""
    with CountingThreads(2) as threads:
        answers = shared_out(threads, SharedFunction(squared), range(8), long=long, probes=3)
        assert threads.tasks == 0
        assert list(answers) == [number * number for number in range(8)]
        assert threads.tasks == computed
        assert list(shared_out(threads, SharedFunction(squared), [], long=long)) == []


def test_other_executors_share_what_is_worth_a_message() -> None:
    """A pool of processes computes fits that are too short for threads, but not what takes no time."""
    with ProcessPoolExecutor(1) as pool:
        assert {*list(shared_out(pool, SharedFunction(process_after), [0.05] * 3))[1:]} != {os.getpid()}
        assert {*shared_out(pool, SharedFunction(process_after), [0.0] * 3)} == {os.getpid()}


def test_an_error_is_raised_in_its_place(processes: ProcessExecutor) -> None:
    """After the answers before it; the executor can be used again."""
    answers = processes.map(partial(failing_at, 5), range(40))
    assert [next(answers) for _ in range(5)] == [0, 1, 2, 3, 4]
    with pytest.raises(ValueError, match="5 is bad"):
        next(answers)
    assert list(processes.map(squared, range(3))) == [0, 1, 4]


def test_what_a_killed_process_was_computing_is_computed_again(tmp_path: Path) -> None:
    """Every answer is there once and in order, and the executor goes on with a new process."""
    with ProcessExecutor(2) as executor:
        answers = list(executor.map(partial(ending_once, tmp_path), range(12)))
        assert [number for number, _ in answers] == list(range(12))
        assert (tmp_path / "ended").exists()
        assert len((tmp_path / "3").read_text()) >= 2
        assert list(executor.map(squared, range(5))) == [0, 1, 4, 9, 16]


def test_a_task_that_always_ends_its_process_is_given_up() -> None:
    """After a few attempts, with advice, and not with a hanging program."""
    with ProcessExecutor(1) as executor, pytest.raises(InvalidInput, match=f"ended {ATTEMPTS} times") as error:
        list(executor.map(ending, range(4)))
    assert error.value.issues[0].code == "lost-worker"


def test_the_task_that_is_given_up_may_have_an_answer_of_its_own() -> None:
    """In its place, while all others are computed."""
    function = SharedFunction(ending, lost=lambda error: -len(error.issues))
    with ProcessExecutor(1) as executor:
        assert list(executor.map(function, range(6))) == [0, 1, -1, 3, 4, 5]


class Scripted(BatchExecutor):
    """An engine without processes, which loses what it has to lose and records what it gets."""

    def __init__(self, width: int, lose: int = 0, seconds: float = 0.1) -> None:
        self._width, self.lose, self.seconds = width, lose, seconds
        self.sizes: list[int] = []
        self.most = 0

    @property
    def width(self) -> int:
        return self._width

    def prepare(self, function: SharedFunction[Any, Any]) -> Any:
        return function

    def start(self, function: Any, batches: Any) -> list[Any]:
        self.sizes += map(len, batches)
        return [_Handle(run_batch(function, batch), self.seconds) for batch in batches]

    def first_done(self, handles: Any) -> Any:
        self.most = max(self.most, len(handles))
        return list(handles)[-1:]  # the latest first: answers come out of order

    def answer(self, handle: Any) -> Any:
        if self.lose:
            self.lose -= 1
            raise LostBatch("scripted")
        return handle.batch

    def cancel(self, handles: Any) -> None:
        pass


class _Handle:
    def __init__(self, batch: Any, seconds: float) -> None:
        self.batch = type(batch)(answers=batch.answers, error=batch.error, seconds=seconds * len(batch.answers))


def test_batches_hold_about_a_second_of_work() -> None:
    """Of tasks of a tenth of a second, ten; before their time is known one; towards the end fewer."""
    engine = Scripted(width=2)
    assert list(engine.map(squared, range(200))) == [n * n for n in range(200)]
    assert engine.sizes[:4] == [1, 1, 1, 1]
    assert max(engine.sizes) == 10
    assert engine.sizes[-1] == 1
    assert engine.most == 4
    slow = Scripted(width=2, seconds=3.0)
    list(slow.map(squared, range(20)))
    assert set(slow.sizes) == {1}


@pytest.mark.parametrize("lose", [1, 3])
def test_lost_batches_are_neither_missing_nor_double(lose: int) -> None:
    """Each is sent again, and each answer is in its place."""
    assert list(Scripted(width=2, lose=lose).map(squared, range(100))) == [n * n for n in range(100)]


def test_a_shared_function_is_unpickled_once() -> None:
    """The same bytes are the same function, with whatever it has computed already."""
    content = pickle.dumps(SharedFunction(partial(failing_at, 5)))
    assert pickle.loads(content) is pickle.loads(content)
    assert pickle.loads(content)(4) == 4


def refits_on(executor: Executor | None) -> list[float]:
    """Headlines of a family of refits."""
    assessment = small(OPEN)
    fitter = Fitter(assessments=(assessment,), seed=3, method="importance", executor=executor)
    refitter = Refitter.between(fitter, [fitter.fit(assessment)])
    variants = [assessment.with_fixed("factors.damp", degree / 10) for degree in range(1, 9)]
    return [refit.probability.value for refit in refitter.each(variants, ProgressCounter(no_progress, 8))]


def test_every_engine_gives_the_same_digits(processes: ProcessExecutor) -> None:
    """In turn, by threads, by processes of the library and by those of the program."""
    expected = refits_on(None)
    assert len(set(expected)) == 8
    with ThreadPoolExecutor(2) as threads:
        assert refits_on(threads) == expected
    assert refits_on(processes) == expected
    with ProcessPoolExecutor(1, mp_context=processes._pool._mp_context) as pool:  # type: ignore[attr-defined]
        assert refits_on(pool) == expected


@pytest.mark.slow
def test_nuts_gives_the_same_digits_in_another_process(processes: ProcessExecutor) -> None:
    """As every engine sends it: a process is what it runs in."""
    assessment = small(OPEN)
    assert list(processes.map(headline_by_nuts, [assessment])) == [headline_by_nuts(assessment)]


def test_nuts_waits_for_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two threads that want it, one samples."""
    running, most = [0], [0]

    def sampling(*_: object) -> None:
        running[0] += 1
        most[0] = max(most[0], running[0])
        time.sleep(0.01)
        running[0] -= 1

    monkeypatch.setattr("estimative.model.inference.fit._by_nuts", sampling)
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(partial(by_nuts, seed=1), [small()] * 8))
    assert most == [1]


INTERRUPTED = """
import signal, sys
import numpy as np
from estimative.model.inference.executor import SharedFunction
from estimative.model.inference.processes import ProcessExecutor
signal.signal(signal.SIGPIPE, signal.SIG_DFL)
for place in range(int(sys.argv[1])):
    try:
        with ProcessExecutor(2) as executor:
            for index, _ in enumerate(executor.map(SharedFunction(np.ones), [400_000] * 40)):
                if index == 6 + place:
                    raise KeyboardInterrupt
    except KeyboardInterrupt:
        print("interrupted", signal.getsignal(signal.SIGPIPE) == signal.SIG_DFL)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGPIPE"), reason="a system without the signal")
@repetitions(1, 12)
def test_an_interrupt_ends_processes_in_the_middle_of_an_answer(tmp_path: Path, repetitions: int) -> None:
    """A command that is interrupted waits for no answer, and goes on to say so, with its own exit code."""
    done = Desk.at(tmp_path).python(INTERRUPTED, str(repetitions))
    assert (done.code, done.out, done.err) == (0, repetitions * "interrupted True\n", "")

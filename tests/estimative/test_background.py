"""The process in which a fit computes the analyses of its report."""

from __future__ import annotations

import multiprocessing
import os
import time

import pytest

from estimative.cli.background import background


def test_it_is_another_process() -> None:
    """What is submitted runs in another process, and its result comes back."""
    with background() as executor:
        assert executor.submit(os.getpid).result() != os.getpid()


def test_it_imports_nothing_from_the_working_folder() -> None:
    """A pickle.py beside a scenario is not executed: the path of the process does not begin with the working folder."""
    with background() as executor:
        assert executor.submit(eval, "__import__('sys').flags.safe_path").result()


@pytest.mark.parametrize("error", [None, KeyboardInterrupt])
def test_it_ends_with_its_block(error: type[BaseException] | None) -> None:
    """However the block ends, and whatever the process is computing then, the process ends as well."""
    try:
        with background() as executor:
            executor.submit(os.getpid).result()
            children = multiprocessing.active_children()
            executor.submit(time.sleep, 3600)
            if error:
                raise error
    except KeyboardInterrupt:
        pass
    assert children
    limit = time.monotonic() + 60
    # The pool's own thread waits for the process as well: whoever comes second sees its end a moment later.
    while any(child.is_alive() for child in children) and time.monotonic() < limit:
        time.sleep(0.01)
    assert not [child for child in children if child.is_alive()]

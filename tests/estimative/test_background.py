"""The process in which a fit computes the analyses of its report."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import time

import pytest

from estimative.cli.background import background
from tests.command import FERRY, Desk
from tests.examples import later


def test_it_is_another_process() -> None:
    """What is submitted runs in another process, and its result comes back."""
    with background() as executor:
        assert executor.submit(os.getpid).result() != os.getpid()


def test_it_imports_nothing_from_the_working_folder() -> None:
    """A pickle.py beside a scenario is not executed: the path of the process does not begin with the working folder."""
    with background() as executor:
        assert executor.submit(eval, "__import__('sys').flags.safe_path").result()


@pytest.mark.parametrize("before", [None, "", "1"])
def test_the_environment_is_as_before(before: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """What other processes of the same program see of the environment is the same before the block and after it."""
    if before is None:
        monkeypatch.delenv("PYTHONSAFEPATH", raising=False)
    else:
        monkeypatch.setenv("PYTHONSAFEPATH", before)
    with background():
        pass
    assert os.environ.get("PYTHONSAFEPATH") == before


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


HOSTILE = ("pickle", "random", "numpy", "model", "json", "scipy", "multiprocessing")
"""Names of modules that a process imports as it starts, or soon after."""


@pytest.fixture
def trapped(desk: Desk) -> Desk:
    """A folder with files that are called like modules, and leave a mark if they are imported."""
    for name in HOSTILE:
        desk.write(f"{name}.py", f"open('ran-{name}', 'w').close()")
    return desk


@pytest.mark.parametrize("safe", [(), later(("-P",))])
def test_no_process_imports_from_the_working_folder(trapped: Desk, safe: tuple[str, ...]) -> None:
    """Neither the command, however it is started, nor its children import what lies beside a scenario."""
    arguments = ["fit", *FERRY, "--method", "importance"]
    command = [sys.executable, *safe, "-m", "estimative", *arguments]
    done = subprocess.run(command, cwd=trapped.folder, env=trapped.environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert not list(trapped.folder.glob("ran-*"))


def test_no_child_imports_from_the_working_folder(trapped: Desk) -> None:
    """The process for the analyses starts and computes with the modules of the installation."""
    code = (
        "from estimative.cli.background import background\n"
        "if __name__ == '__main__':\n"
        "    with background() as executor:\n"
        "        print(executor.submit(eval, \"__import__('numpy').__file__\").result())\n"
    )
    done = trapped.python(code)
    assert str(trapped.folder) not in done.out
    assert "numpy" in done.out, done.err
    assert not list(trapped.folder.glob("ran-*"))

"""One BLAS thread for each worker, and one profile for all random examples: the same each time, without a deadline.

Tests are shared out among one worker more than there are cores.
"""

from __future__ import annotations

import gc
import os

os.environ.setdefault(
    "OPENBLAS_NUM_THREADS", "1"
)  # before NumPy is loaded: workers would wait for each other's threads

from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

from tests.examples import TIMES

if TYPE_CHECKING:
    from playwright.sync_api import Browser

TESTS = Path(__file__).parent
FIRST, LAST = ("test_docs.py", "test_schemas.py", "tests/page/", "in_browser.py"), ("tests/priors/",)
"""Parts of paths: what takes long, or is long in the making; and what has no fixtures that are shared."""

settings.register_profile(
    "estimative",
    deadline=None,
    derandomize=True,
    max_examples=max(25, 10 * TIMES),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("estimative")


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: whoever drives a browser waits for it most of the time."""
    from estimative.model.inference.executor import cores

    return cores() + 1


def pytest_collection(session: pytest.Session) -> None:
    """Let each worker begin to import at another place, where all modules are imported.

    What is new has to be compiled: a worker finds it done where another one has begun. What is imported is no garbage.
    """
    gc.disable()
    worker: dict[str, Any] | None = getattr(session.config, "workerinput", None)
    if worker and session.config.args_source is pytest.Config.ArgsSource.TESTPATHS:
        files = sorted(TESTS.rglob("test_*.py"))
        begin = int(worker["workerid"].removeprefix("gw")) * len(files) // worker["workercount"]
        for file in (*files[begin:], *files[:begin]):
            with suppress(Exception, pytest.skip.Exception):  # raised again when it is collected
                import_module(".".join(file.relative_to(TESTS.parent).with_suffix("").parts))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what must not be left to the end, and let workers share out at the end what is small."""
    items.sort(key=lambda item: _turn(item.path.as_posix()))


def _turn(path: str) -> int:
    first = next((at for at, part in enumerate(FIRST) if part in path), len(FIRST))
    return first + any(part in path for part in LAST)


def pytest_collection_finish() -> None:
    """Keep the collector of garbage from going through all modules and tests time and again: they stay to the end."""
    gc.enable()
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One for all tests of a worker: two at once cannot be driven from one thread."""
    from tests.browser import CHROMIUM, browsing

    if not CHROMIUM:
        pytest.skip("no Chromium on this machine: looked for chromium, chromium-browser and google-chrome")
    with browsing() as opened:
        yield opened


@pytest.fixture(scope="module")
def remembering() -> Iterator[None]:
    """The tests of a module wait for no answer twice; those that compare digits have to `forget` them."""
    from tests.remembered import remembered

    with remembered():
        yield

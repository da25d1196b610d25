"""One BLAS thread for each worker, and one profile for all random examples: the same each time, without a deadline."""

from __future__ import annotations

import gc
import os

os.environ.setdefault(
    "OPENBLAS_NUM_THREADS", "1"
)  # before NumPy is loaded: workers would wait for each other's threads

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser

settings.register_profile(
    "estimative",
    deadline=None,
    derandomize=True,
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("estimative")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the documents, whose sessions take longest: the last of them would keep one worker busy alone."""
    items.sort(key=lambda item: item.path.name != "test_docs.py")


def pytest_collection_finish() -> None:
    """Keep the collector of garbage from going through all modules and tests time and again: they stay to the end."""
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

"""Generators for jobs, in a module that a new process reads at once."""

from __future__ import annotations

import time
from collections.abc import Iterator

from estimative.page.progress import Stage
from estimative.priors.errors import invalid


def counting(count: int) -> Iterator[int]:
    """Numbers from 0 on."""
    yield from range(count)


def endless() -> Iterator[Stage]:
    """Goes on until it is stopped."""
    while True:
        yield Stage(name="going on")
        time.sleep(0.01)


def faulty() -> Iterator[int]:
    """Finds an error of the input after its first part."""
    yield 1
    raise invalid("it is wrong", code="misuse")


def broken() -> Iterator[int]:
    """Has a defect after its first part."""
    yield 1
    raise ZeroDivisionError("a defect")

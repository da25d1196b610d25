"""How much a slow test goes through in the quick suite, and how much in `make calibrate`."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

TIMES = int(os.environ.get("EXAMPLES_TIMES", "1"))
"""As many random examples as in the quick suite."""


def examples(count: int) -> settings:
    """So many random examples in the quick suite."""
    return settings(max_examples=count * TIMES)


def repetitions(few: int, many: int) -> pytest.MarkDecorator:
    """Repeat a simulation a few times in the quick suite, where only large errors are seen, and many times later."""
    return pytest.mark.parametrize("repetitions", [few, pytest.param(many, marks=pytest.mark.calibration)])


def later(*values: object) -> object:
    """A case that another one in the quick suite resembles."""
    return pytest.param(*values, marks=pytest.mark.calibration)

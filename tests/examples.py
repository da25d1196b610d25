"""How many random examples a test goes through that is slow, and how many of them `make calibrate` does."""

from __future__ import annotations

from hypothesis import settings

USUAL = 40
"""Of a test that says nothing of it, in `make test`."""


def examples(count: int) -> settings:
    """So many examples where there are the usual number of others, and in proportion where there are more."""
    return settings(max_examples=count * settings.default.max_examples // USUAL)

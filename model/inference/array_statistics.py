"""ArviZ's statistics of arrays; to be imported late, since that takes seconds."""

from __future__ import annotations

import sys

from arviz_stats.base import array_stats, stats_utils

__all__ = ["array_stats"]


def _leave(*_: object) -> None:
    """Leave a docstring as it is."""


if sys.flags.optimize > 1:
    # ArviZ adds to docstrings when it computes, and `python -OO` has none.
    stats_utils.update_docstring = _leave

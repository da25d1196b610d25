"""How many of the fits of an analysis are done."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

type Progress = Callable[[int, int], None]
"""(fits done, fits in all)."""


def no_progress(_: int, __: int) -> None:
    """Report nothing."""


class ProgressCounter(Struct):
    """Counts fits done over several rounds, and reports each."""

    progress: Progress
    total: int
    done: int = 0

    def advance(self) -> None:
        """Count one more fit."""
        self.done += 1
        self.progress(self.done, self.total)

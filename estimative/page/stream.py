"""An answer that comes part by part, and the job that computes it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from estimative.page.job import Job
from estimative.page.part import Part


@dataclass(frozen=True, kw_only=True)
class Stream:
    """Parts that a job computes, until it is done or stopped."""

    parts: Iterator[Part] = field(repr=False)
    job: Job[Any] | None = field(repr=False, default=None)
    """None where everything is at hand."""

    def stop(self) -> None:
        """Stop the job, from any thread: whoever waits for the next part gets what is left without it."""
        if self.job:
            self.job.stop()

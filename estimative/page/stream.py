"""An answer that comes part by part, and the job that computes it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from estimative.page.job import Job
from estimative.page.part import Part
from estimative.priors.structs import repr_without


class Stream(Struct, frozen=True, kw_only=True):
    """Parts that a job computes, until it is done or stopped."""

    parts: Iterator[Part]
    job: Job[Any] | None = None
    """None where everything is at hand."""

    def __repr__(self) -> str:
        return repr_without(self, "parts", "job")

    def stop(self) -> None:
        """Stop the job, from any thread: whoever waits for the next part gets what is left without it."""
        if self.job:
            self.job.stop()

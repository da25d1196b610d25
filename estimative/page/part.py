"""One line of an answer that comes part by part."""

from __future__ import annotations

from msgspec import Struct

from estimative.page.progress import Stage
from estimative.reports.views.answer import AnswerView
from estimative.reports.views.block import BlockView


class Part(Struct, frozen=True, kw_only=True):
    """One part of an answer; the last one is named "end"."""

    part: str
    at: int = 0
    """The place of the analyst whom it is about."""
    answer: AnswerView | None = None
    blocks: tuple[BlockView, ...] = ()
    error: str = ""
    """Why there is nothing in it."""
    stage: str = ""
    done: int = 0
    total: int | None = None
    run: str = ""
    """Of a saved run, its id."""


def progress_part(stage: Stage) -> Part:
    """How far the work is."""
    return Part(part="progress", stage=stage.name, done=stage.done, total=stage.total)

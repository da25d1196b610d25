"""The blocks of a document as plain data; the page draws plots of intervals itself, and has no other pictures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec.structs import asdict

from estimative.priors.verbal_scale import Scale
from estimative.reports.blocks import Block, Columns, Figure, IntervalPlot, PageBreak

type BlockView = Mapping[str, object]
"""The fields of a block, and under `block` its type: {"block": "Paragraph", "text": "...", "strong": true}."""


def block_views(blocks: Iterable[Block]) -> tuple[BlockView, ...]:
    """Turn blocks into plain data, each figure into the plot that may stand in its place."""
    return tuple(view for block in blocks for view in _views(block))


def _views(block: Block) -> Iterator[BlockView]:
    match block:
        case Columns():
            for part in block.parts:
                yield from block_views(part)
        case Figure():
            if block.instead:
                yield from _views(block.instead)
        case PageBreak():
            return
        case IntervalPlot():
            rows = [asdict(row) for row in block.rows]
            yield {"block": "IntervalPlot", "rows": rows, "key": block.key, "thresholds": thresholds(block.words)}
        case _:
            yield {"block": type(block).__name__, **{name: _plain(value) for name, value in asdict(block).items()}}


def thresholds(scale: Scale) -> tuple[float, ...]:
    """The probabilities at which one word of a scale ends or another begins, without 0 and 1."""
    ends = {end for band in scale.bands for end in (band.low, band.high)}
    return tuple(sorted(ends - {0.0, 1.0}))


def _plain(value: object) -> object:
    return sorted(value) if isinstance(value, frozenset) else value

"""How parts of other documents, and pictures, are fitted into a report."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from estimative.reports.blocks import Block, Figure, Heading, IntervalPlot, Picture

type Gallery = Mapping[str, Callable[[], Picture]]
"""What can be drawn of a report, by name."""


def below(blocks: Iterable[Block]) -> Iterator[Block]:
    """The same, with every heading a level further down."""
    for block in blocks:
        yield replace(block, level=block.level + 1) if isinstance(block, Heading) else block


def figure(name: str, gallery: Gallery, instead: IntervalPlot | None = None) -> Iterator[Block]:
    """A picture; where there is none, what a format of characters would show."""
    if name in gallery:
        yield Figure(name=name, draw=gallery[name], instead=instead)
    elif instead:
        yield instead


def pictured(blocks: Iterable[Block], name: str, gallery: Gallery) -> Iterator[Block]:
    """The same, with a picture in place of the first dots, or before everything but the heading if there are none."""
    given = list(blocks)
    place = next((at for at, block in enumerate(given) if isinstance(block, IntervalPlot)), None)
    if place is None:
        head = 1 if given and isinstance(given[0], Heading) else 0
        return iter([*given[:head], *figure(name, gallery), *given[head:]])
    dots = given[place]
    assert isinstance(dots, IntervalPlot)
    return iter([*given[:place], *figure(name, gallery, dots), *given[place + 1 :]])

"""What the formats share: safe text, links, places to break a line, the title apart from the rest."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from msgspec.structs import replace

from estimative.priors.errors import ascii_safe
from estimative.reports.blocks import Block, Caution, Columns, Document, Heading, IntervalPlot, IntervalRow, Paragraph

ADDRESS = re.compile(r"https?://[^\s<>\"'\\]*[^\s<>\"'\\.,;:!?)\]}]")
BREAK_POINT = re.compile(r"(?<=[^\W_][_./+:])(?<!\d\.)(?=\w)")
"""Where a name may be broken without a hyphen; a number may not."""
NAME_LENGTH = 10
"""Letters; a shorter word is not broken."""
JUDGEMENT = "Key judgement"
UNTITLED = "Report"


def sanitize(text: str) -> str:
    """Text on one line; control characters and direction marks are replaced by their escapes."""
    return ascii_safe(" ".join(text.split()))


def split_links(text: str) -> list[tuple[str, bool]]:
    """Sanitized text in pieces, and of each whether it is a web address."""
    clean, pieces, start = sanitize(text), list[tuple[str, bool]](), 0
    for match in ADDRESS.finditer(clean):
        pieces += [(clean[start : match.start()], False), (match[0], True)]
        start = match.end()
    return [piece for piece in (*pieces, (clean[start:], False)) if piece[0]]


def break_points(text: str) -> list[str]:
    """Text cut where a line may end besides its blanks: inside long names, after `_`, `.`, `/`, `+` and `:`."""
    cuts = [match.start() for match in BREAK_POINT.finditer(text) if _word_length(text, match.start()) > NAME_LENGTH]
    return [text[start:end] for start, end in pairwise((0, *cuts, len(text)))]


def _word_length(text: str, place: int) -> int:
    start, end = text.rfind(" ", 0, place) + 1, text.find(" ", place)
    return (len(text) if end < 0 else end) - start


def split_title(document: Document) -> tuple[str, Document]:
    """The text of the first level-1 heading (empty if there is none), and all other blocks.

    In the rest no heading is above level 2, or more than one level below the heading before it.
    """
    title = next((block for block in document if isinstance(block, Heading) and block.level == 1), None)
    return title.text if title else "", tuple(_levelled((block for block in document if block is not title), 2))


def _levelled(blocks: Iterable[Block], highest: int) -> Iterator[Block]:
    above = highest - 1
    for block in blocks:
        match block:
            case Heading():
                above = min(max(block.level, highest), above + 1, 6)
                yield replace(block, level=above)
            case Columns():
                # The parts of a page are at level 2, and a part cannot begin inside a column.
                inside = min(max(above + 1, 3), 6)
                yield replace(block, parts=tuple(tuple(_levelled(part, inside)) for part in block.parts))
            case _:
                yield block


def count_parts(blocks: Document) -> int:
    """How many level-2 headings there are: what a list of contents would hold."""
    return sum(isinstance(block, Heading) and block.level == 2 for block in blocks)


def with_caution(document: Document, caution: str) -> Document:
    """The document with a caution under its title, unless the caution is empty or the document has its own."""
    if not sanitize(caution) or any(isinstance(block, Caution) for block in document):
        return document
    under = 1 if document and isinstance(document[0], Heading) and document[0].level == 1 else 0
    return (*document[:under], Caution(text=caution), *document[under:])


def key_judgement(document: Document) -> Paragraph | None:
    """The first strong paragraph under the heading "Key judgement", which is printed large."""
    under = False
    for block in document:
        if isinstance(block, Heading):
            under = block.text == JUDGEMENT
        elif under and isinstance(block, Paragraph) and block.strong:
            return block
    return None


def plot_description(plot: IntervalPlot) -> str:
    """The numbers of a plot, for readers who cannot see it."""
    return "; ".join(map(_row_description, plot.rows))


def _row_description(row: IntervalRow) -> str:
    before = "" if row.before is None else f", before {_percent(row.before)}"
    return f"{sanitize(row.label)}: {_percent(row.point)}, from {_percent(row.low)} to {_percent(row.high)}{before}"


def _percent(probability: float) -> str:
    return f"{100 * probability:.3g}%"

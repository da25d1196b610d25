"""What all formats with pages share: text in pieces, a title with what stands under it, the words for a plot."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from estimative.priors.toml_table import ascii_safe
from estimative.reports.blocks import Block, Caution, Document, Heading, IntervalPlot, IntervalRow, Paragraph

PERCENT = re.compile(r"(?<=\d) (?=%)")
TIE = "\u00a0"
"""A space at which no line may break; text from files cannot hold it, being shown as an escape there."""
ADDRESS = re.compile(r"https?://[^\s<>\"'\\]*[^\s<>\"'\\.,;:!?)\]}]")
SEAM = re.compile(r"(?<=[^\W_][_./+:])(?<!\d\.)(?=\w)")
"""Where a name may be broken without a hyphen; a number may not."""
NAME_LENGTH = 10
"""Letters; a shorter word is not broken at its seams."""
JUDGEMENT = "Key judgement"


def shown(text: str) -> str:
    """Text on one line, with whatever could steer a reader's program as its escape, and no per cent sign alone."""
    return PERCENT.sub(TIE, ascii_safe(" ".join(text.split())))


def pieces(text: str) -> list[tuple[str, bool]]:
    """Text as it is shown, in stretches, and of each whether it is an address of the web."""
    whole, found, start = shown(text), list[tuple[str, bool]](), 0
    for match in ADDRESS.finditer(whole):
        found += [(whole[start : match.start()], False), (match[0], True)]
        start = match.end()
    return [piece for piece in (*found, (whole[start:], False)) if piece[0]]


def seamed(text: str) -> list[str]:
    """Text cut where a line may end beside its blanks: at the seams of its longer names."""
    cuts = [match.start() for match in SEAM.finditer(text) if _length_of_word(text, match.start()) > NAME_LENGTH]
    return [text[start:end] for start, end in pairwise((0, *cuts, len(text)))]


def _length_of_word(text: str, place: int) -> int:
    start, end = text.rfind(" ", 0, place) + 1, text.find(" ", place)
    return (len(text) if end < 0 else end) - start


def titled(document: Document) -> tuple[str, Document]:
    """The text of the first heading of the first level, and all other blocks.

    No heading among these is above the second level, or more than one below the heading before it.
    """
    title = next((block for block in document if isinstance(block, Heading) and block.level == 1), None)
    return title.text if title else "", tuple(_levelled(block for block in document if block is not title))


def _levelled(blocks: Iterator[Block]) -> Iterator[Block]:
    above = 1
    for block in blocks:
        if isinstance(block, Heading):
            above = min(max(block.level, 2), above + 1, 6)
            yield replace(block, level=above)
        else:
            yield block


def cautioned(document: Document, caution: str) -> Document:
    """The document with a caution under its title, where there is one to be given and it gives none itself."""
    if not shown(caution) or any(isinstance(block, Caution) for block in document):
        return document
    under = 1 if document and isinstance(document[0], Heading) and document[0].level == 1 else 0
    return (*document[:under], Caution(text=caution), *document[under:])


def judgement(document: Document) -> Paragraph | None:
    """What a reader looks for first: the first strong paragraph under the heading of that name."""
    under = False
    for block in document:
        if isinstance(block, Heading):
            under = block.text == JUDGEMENT
        elif under and isinstance(block, Paragraph) and block.strong:
            return block
    return None


def in_words(dots: IntervalPlot) -> str:
    """A plot for those who cannot see it."""
    return "; ".join(map(_dot_in_words, dots.rows))


def _dot_in_words(dot: IntervalRow) -> str:
    before = "" if dot.before is None else f", before {_percent(dot.before)}"
    return f"{shown(dot.label)}: {_percent(dot.point)}, from {_percent(dot.low)} to {_percent(dot.high)}{before}"


def _percent(probability: float) -> str:
    return f"{100 * probability:.3g}{TIE}%"
